import { expect, it } from "vitest";
import type { QueryElement } from "../backend/backend";
import {
  added,
  asRows,
  extractOf,
  fieldProblem,
  fieldsProblem,
  isAskable,
  ofKind,
  schemaOf,
  schemaProblem,
  takenAtOnce,
} from "./builder";
import { emptyField, plainWish, type FieldWish } from "./scrapeWish";

const title = { ...emptyField, name: " title ", selector: "h1" };
const links = { ...emptyField, name: "links", selector: "a", attribute: "href", list: true };
const price: FieldWish = { ...emptyField, name: "price", selector: ".price", kind: "price" };
const lamps: FieldWish = {
  ...emptyField,
  name: "lamps",
  selector: "li.lamp",
  list: true,
  columns: [title, price],
};

it("what is typed becomes what a server is asked for, and rows that are empty do not", () => {
  expect(extractOf(plainWish)).toBeNull();
  expect(extractOf({ ...plainWish, fields: [emptyField] })).toBeNull();
  expect(extractOf({ ...plainWish, fields: [title, links, emptyField], auto: true })).toEqual({
    fields: { title: "h1", links: { selector: "a", attribute: "href", list: true } },
    auto: true,
    embedded: false,
  });
});

it("rows are asked for with their columns inside of them", () => {
  const fields = { selector: "li.lamp", list: true, fields: { title: "h1", price: ".price" } };
  expect(extractOf({ ...plainWish, fields: [lamps] })?.fields).toEqual({ lamps: fields });
  const one = { ...lamps, list: false, columns: [{ ...lamps, name: "inner" }] };
  expect(extractOf({ ...plainWish, fields: [one] })?.fields).toEqual({
    lamps: { selector: "li.lamp", list: false, fields: { inner: fields } },
  });
  expect(asRows(links)).toMatchObject({
    ...{ name: "links", selector: "a", list: true },
    columns: [{ name: "text", selector: ":scope", attribute: "href", list: false }],
  });
});

it("a field without a name, a place, or a name of its own is told", () => {
  expect(fieldProblem(emptyField, [emptyField])).toBeNull();
  expect(fieldProblem({ ...title, name: "" }, [])).toBe("Name it.");
  expect(fieldProblem({ ...title, selector: " " }, [])).toMatch(/^Say where it is/);
  expect(fieldProblem({ ...title, name: "auto" }, [])).toMatch(/found by itself/);
  expect(fieldProblem({ ...title, name: "auto" }, [], true)).toBeNull();
  expect(fieldProblem(title, [title, { ...links, name: "title" }])).toBe("Another field has this name.");
  expect(fieldProblem({ ...lamps, columns: [emptyField] }, [])).toMatch(/^Add a column/);
  expect(fieldsProblem([{ ...lamps, columns: [lamps, { ...price, name: "" }] }])).toBe("Name it.");
});

it("a column that cannot be asked for keeps its rows from being asked for", () => {
  expect(isAskable([lamps])).toBe(true);
  expect(isAskable([{ ...lamps, columns: [title, { ...price, selector: "" }] }])).toBe(false);
  expect(isAskable([{ ...lamps, columns: [price, { ...price }] }])).toBe(false);
});

it("a schema is JSON, an object, and of fields", () => {
  expect(schemaProblem(plainWish)).toBeNull();
  expect(schemaProblem({ ...plainWish, fields: [title], schema: "{" })).toBe("This is no JSON.");
  expect(schemaProblem({ ...plainWish, fields: [title], schema: "[]" })).toBe("A JSON Schema is an object.");
  expect(schemaProblem({ ...plainWish, schema: "{}" })).toMatch(/name some above/);
  expect(schemaProblem({ ...plainWish, fields: [title], schema: "{}" })).toBeNull();
});

it("fields that hold numbers make the schema, unless one was typed", () => {
  expect(schemaOf({ ...plainWish, fields: [title, links] })).toBeNull();
  const number = { type: ["number", "null"] };
  const items = { type: "object", properties: { price: number } };
  expect(schemaOf({ ...plainWish, fields: [lamps, { ...price, name: "sum", list: true }] })).toEqual({
    type: "object",
    properties: { lamps: { type: "array", items }, sum: { type: "array", items: number } },
  });
  expect(schemaOf({ ...plainWish, fields: [lamps], schema: "{}" })).toEqual({});
  expect(ofKind("image", "")).toEqual({ kind: "image", attribute: "src" });
  expect(ofKind("text", "src")).toEqual({ kind: "text", attribute: "" });
  expect(ofKind("date", "datetime")).toEqual({ kind: "date", attribute: "datetime" });
});

const bounds = { x: 0, y: 0, width: 1, height: 1, iframe_offset_x: 0, iframe_offset_y: 0 };
const found = (name: string, inner: string, selectors: string[] = ["li.lamp"]): QueryElement => ({
  ...{ tag: "b", role: null, name: null, text: "40", bounds },
  selectors: { css: `main > ${name}`, xpath: null, role_name: null },
  field: { name, kind: "price", attribute: null },
  items: selectors.map((selector) => ({ selector, count: 3, name: "lamps", inner })),
});

it("one thing of an item makes rows, and a second one a column of them", () => {
  const first = found("price", "b");
  expect(takenAtOnce([], first)).toBeNull();
  const rows = added([], first, first.items[0] ?? null);
  expect(rows.at).toEqual([0, 0]);
  expect(rows.fields[0]).toMatchObject({ name: "lamps", selector: "li.lamp", columns: [{ selector: "b" }] });
  // The item that the rows are of need not be the likeliest.
  const second = takenAtOnce(rows.fields, found("price", "", ["ul.facts > li", "li.lamp"]));
  expect(second?.at).toEqual([0, 1]);
  expect(second?.fields[0]?.columns).toMatchObject([
    { name: "price", selector: "b" },
    { name: "price_2", selector: ":scope", kind: "price" },
  ]);
});

it("what stands alone is a field at once, and so is one of many that is wanted alone", () => {
  expect(takenAtOnce([], found("title", "", []))?.fields).toMatchObject([
    { name: "title", selector: "main > title", columns: null },
  ]);
  const alone = added([title], found("title", "b"), null);
  expect(alone.fields[1]).toMatchObject({ name: "title_2", selector: "main > title" });
  expect(alone.at).toEqual([1]);
});
