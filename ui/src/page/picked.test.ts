import { expect, it } from "vitest";
import { extractOf, fieldOf, fieldProblem, pickedOf, schemaProblem, tablesOf } from "./picked";
import { emptyField, plainWish } from "./scrapeWish";

const title = { ...emptyField, name: " title ", selector: "h1" };
const links = { ...emptyField, name: "links", selector: "a", attribute: "href", list: true };

it("what is typed becomes what a server is asked for, and rows that are empty do not", () => {
  expect(extractOf(plainWish)).toBeNull();
  expect(extractOf({ ...plainWish, fields: [emptyField] })).toBeNull();
  expect(extractOf({ ...plainWish, fields: [title, links, emptyField], auto: true })).toEqual({
    fields: { title: "h1", links: { selector: "a", attribute: "href", list: true } },
    auto: true,
    embedded: false,
  });
});

it("a field without a name, a place, or a name of its own is told", () => {
  expect(fieldProblem(emptyField, [emptyField])).toBeNull();
  expect(fieldProblem({ ...title, name: "" }, [])).toBe("Name it.");
  expect(fieldProblem({ ...title, selector: " " }, [])).toMatch(/^Say where it is/);
  expect(fieldProblem({ ...title, name: "auto" }, [])).toMatch(/found by itself/);
  expect(fieldProblem(title, [title, { ...links, name: "title" }])).toBe("Another field has this name.");
});

it("a schema is JSON, an object, and of fields", () => {
  expect(schemaProblem(plainWish)).toBeNull();
  expect(schemaProblem({ ...plainWish, fields: [title], schema: "{" })).toBe("This is no JSON.");
  expect(schemaProblem({ ...plainWish, fields: [title], schema: "[]" })).toBe("A JSON Schema is an object.");
  expect(schemaProblem({ ...plainWish, schema: "{}" })).toMatch(/name some above/);
  expect(schemaProblem({ ...plainWish, fields: [title], schema: "{}" })).toBeNull();
});

it("lists of objects, of values, and what was found by itself are tables", () => {
  const data = {
    title: "Lamps",
    lamps: [
      { name: "Ada", price: 40 },
      { name: "Bob", new: true },
    ],
    tags: ["brass", "oak"],
    auto: {
      items: { columns: ["name"], rows: [{ name: "Ada" }] },
      tables: [{ caption: "Sizes", columns: ["Lamp"], rows: [{ Lamp: "Ada" }, { Lamp: "Bob" }] }],
    },
  };
  expect(tablesOf(data)).toEqual([
    { title: "Fields", columns: ["field", "value"], rows: [["title", "Lamps"]] },
    {
      title: "lamps",
      columns: ["name", "price", "new"],
      rows: [
        ["Ada", "40", ""],
        ["Bob", "", "true"],
      ],
    },
    { title: "tags", columns: ["value"], rows: [["brass"], ["oak"]] },
    { title: "auto: items", columns: ["name"], rows: [["Ada"]] },
    { title: "Sizes", columns: ["Lamp"], rows: [["Ada"], ["Bob"]] },
  ]);
  expect(tablesOf(null)).toEqual([]);
});

it("what a server answers is told from other data", () => {
  expect(pickedOf([])).toBeNull();
  expect(pickedOf([{ name: "of a server of another make" }])).toBeNull();
  const errors = [{ field: "price", message: "null is not a number" }];
  expect(pickedOf([{ success: false, error: "price", data: {}, errors }])).toMatchObject({
    success: false,
    errors,
  });
});

it("an element that is picked becomes the field that it is likely to be", () => {
  const at = (tag: string, text: string) =>
    fieldOf(
      {
        ...{
          tag,
          role: null,
          name: null,
          text,
          bounds: { x: 0, y: 0, width: 1, height: 1, iframe_offset_x: 0, iframe_offset_y: 0 },
        },
        selectors: { css: `main > ${tag}`, xpath: null, role_name: null },
      },
      [title],
    );
  expect(at("h2", "Lamps")).toEqual({ name: "title_2", selector: "main > h2", attribute: "", list: false });
  expect(at("a", "More")).toMatchObject({ name: "link", attribute: "href" });
  expect(at("img", "")).toMatchObject({ name: "image", attribute: "src" });
  expect(at("span", "1.299,00 €")).toMatchObject({ name: "price", attribute: "" });
  expect(at("td", "brass").name).toBe("field");
});
