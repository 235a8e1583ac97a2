import { expect, it } from "vitest";
import type { ScrapeCall } from "../backend/backend";
import { canonical, callOf, wishOf } from "./scrapeCall";
import { plainWish } from "./scrapeWish";

const reader = { ready: true, told: "" };
const plain: ScrapeCall = { only_main_content: true, images: false, links: true };
const number = { type: ["number", "null"] };

const calls: Record<string, ScrapeCall> = {
  plain,
  "of a part": { only_main_content: false, images: true, links: false, selector: "#results" },
  "of fields": {
    ...plain,
    extract: {
      fields: {
        title: "h1",
        links: { selector: "//a", attribute: "href", list: true },
        lamps: {
          ...{ selector: "li", list: true },
          fields: { price: ".price", maker: { selector: ".by", list: false, fields: { name: "b" } } },
        },
      },
      auto: true,
      embedded: false,
    },
    response_format: {
      properties: { lamps: { items: { properties: { price: number }, type: "object" }, type: "array" } },
      type: "object",
    },
  },
  "with a schema of its own": {
    ...plain,
    extract: { fields: { title: "h1" }, auto: false, embedded: true },
    response_format: { properties: { title: { type: "string", minLength: 3 } } },
  },
  "for a model": {
    ...plain,
    instructions: "All {{what}}",
    response_format: {
      ...{ type: "object", required: ["name", "makers"] },
      properties: {
        makers: {
          type: "array",
          items: { type: "object", properties: { price: number }, required: ["price"] },
        },
        name: { type: ["string", "null"] },
      },
    },
  },
  "for a model, with a schema of its own": {
    ...plain,
    instructions: "All of it",
    response_format: { type: "array", items: { properties: { a: null, b: true, c: "d" } } },
  },
};

for (const [what, call] of Object.entries(calls))
  it(`a call ${what} is read into the builder and comes out as it was`, () => {
    const wish = wishOf(call);
    expect(JSON.parse(canonical(callOf(wish, reader)))).toEqual(JSON.parse(canonical(call)));
  });

it("a call that asks only for what is found by itself may come without fields", () => {
  const extract = JSON.parse('{"auto":true,"embedded":false}') as ScrapeCall["extract"];
  expect(wishOf({ ...plain, extract })).toEqual({ ...plainWish, auto: true });
});

it("a schema that the fields say by themselves is not shown as one that was typed", () => {
  const fields = calls["of fields"];
  expect(fields && wishOf(fields)).toMatchObject({
    schema: "",
    fields: [
      { name: "title", kind: "text", list: false },
      { name: "links", kind: "url", list: true, attribute: "href" },
      {
        name: "lamps",
        list: true,
        columns: [{ kind: "number" }, { list: false, columns: [{ name: "name" }] }],
      },
    ],
  });
  expect(wishOf(calls["for a model"] ?? plain)).toMatchObject({
    schema: "",
    fields: [
      { name: "makers", list: true, columns: [{ name: "price", kind: "number" }] },
      { name: "name", list: false, columns: null },
    ],
  });
  expect(wishOf(calls["with a schema of its own"] ?? plain).schema).toContain('"minLength": 3');
  expect(wishOf(plain)).toEqual(plainWish);
});
