import { expect, it } from "vitest";
import { decimalMark, isNumeric, numberIn } from "./numbers";

it.each([
  ["949", 949],
  ["€ 1,129", 1129],
  ["1.299,50 €", 1299.5],
  ["$1,299.50", 1299.5],
  ["1 299,5", 1299.5],
  ["-3.5 %", -3.5],
  ["0.125", 0.125],
  ["16 GB", 16],
  ["CHF 12.50", 12.5],
  ["R$ 10", 10],
  ["21 °C", 21],
  ["1.234.567", 1234567],
])("%s is a number", (text, number) => expect(numberIn(text)).toBe(number));

it.each(["", "Item 1", "Nova 14 inch of 2024", "2026-03-01", "10:30", "n/a", "-"])("%s is none", (text) =>
  expect(numberIn(text)).toBeNull(),
);

it("a column is numeric when each cell that holds something holds a number of one unit", () => {
  expect(isNumeric(["€ 949", "", "€ 1,129"])).toBe(true);
  expect(isNumeric(["€ 949", "sold out"])).toBe(false);
  expect(isNumeric(["512 GB", "1 TB"])).toBe(false);
  expect(isNumeric(["", ""])).toBe(false);
});

it.each<[string[], (number | null)[]]>([
  // German: what the others say makes of 1.299 a thousand and of 0,5 a half.
  [
    ["1.299", "949,50", "12"],
    [1299, 949.5, 12],
  ],
  [
    ["1.299 €", "2.004.000 €"],
    [1299, 2004000],
  ],
  // English: here 1.299 is not much more than one.
  [
    ["1.299", "0.5", "12.25"],
    [1.299, 0.5, 12.25],
  ],
  [
    ["1,299", "12.5"],
    [1299, 12.5],
  ],
  // Nothing tells: prices are more usual than thousandths.
  [
    ["1.299", "2.499"],
    [1299, 2499],
  ],
  // Two habits in one column: each is read by itself.
  [
    ["1.5", "1,5", "1.299"],
    [1.5, 1.5, 1299],
  ],
])("all of a column decide what its marks mean: %j", (cells, numbers) => {
  const mark = decimalMark(cells);
  expect(cells.map((cell) => numberIn(cell, mark))).toEqual(numbers);
});

it("a number of a thousand digits is none, and is told so at once", () => {
  expect(numberIn("1 ".repeat(50_000))).toBeNull();
  expect(isNumeric(["1 ".repeat(50_000)])).toBe(false);
});
