import { expect, it } from "vitest";
import { pickedOf, tablesOf } from "./picked";
import { emptyField } from "./scrapeWish";

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
        ["Ada", 40, ""],
        ["Bob", "", "true"],
      ],
    },
    { title: "tags", columns: ["value"], rows: [["brass"], ["oak"]] },
    { title: "auto: items", columns: ["name"], rows: [["Ada"]] },
    { title: "Sizes", columns: ["Lamp"], rows: [["Ada"], ["Bob"]] },
  ]);
  expect(tablesOf(null)).toEqual([]);
  expect(tablesOf({ price: null, auto: { items: null, tables: [] } })).toEqual([
    { title: "Fields", columns: ["field", "value"], rows: [["price", ""]] },
  ]);
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

it("the columns of rows stand as they were asked for, and others behind them", () => {
  const column = (name: string) => ({ ...emptyField, name, selector: name });
  const rows = { ...emptyField, name: "lamps", selector: "li", columns: [column("price"), column("name")] };
  expect(tablesOf({ lamps: [{ name: "Ada", more: "yes", price: 40 }] }, [rows])).toEqual([
    { title: "lamps", columns: ["price", "name", "more"], rows: [[40, "Ada", "yes"]] },
  ]);
});
