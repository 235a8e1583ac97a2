import { expect, it } from "vitest";
import { keptColumns, shownOf } from "./tableColumns";

const orders = (cells: (string | number)[]) => {
  const { columns, rows } = shownOf({ title: "", columns: ["Price"], rows: cells.map((cell) => [cell]) });
  return rows.map((row) => columns[0]?.order?.(row));
};

it("a German thousand is sorted as one where its column says so, and typed data as the number it is", () => {
  expect(orders(["1.299", "949,50"])).toEqual([1299, 949.5]);
  expect(orders(["1.299", "0.5"])).toEqual([1.299, 0.5]);
  expect(orders([1.299, 900])).toEqual([1.299, 900]);
  expect(orders(["1.299", "sold out"])).toEqual([undefined, undefined]);
});

it("of a table too large to be shown its beginning is shown and told, and all of it is kept", () => {
  const wide = Array.from({ length: 1_000 }, (_, at) => `Column ${at}`);
  const table = { title: "", columns: wide, rows: Array.from({ length: 50_000 }, () => wide) };
  const begun = performance.now();
  const { columns, rows, left } = shownOf(table);
  expect(performance.now() - begun).toBeLessThan(2_000);
  expect(columns.length * rows.length).toBeLessThanOrEqual(200_000);
  expect(left).toBe(
    "Only the first 3,333 of 50,000 rows and the first 60 of 1,000 columns are shown; CSV has all.",
  );
  expect(keptColumns(table)).toHaveLength(1_000);
  expect(shownOf({ title: "", columns: ["a"], rows: [["1"]] }).left).toBe("");
});
