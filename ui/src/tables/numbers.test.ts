import { expect, it } from "vitest";
import { isNumeric, numberIn } from "./numbers";

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
