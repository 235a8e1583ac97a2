import { expect, test } from "vitest";
import { runDiff } from "../backend/fakeCompare";
import type { ColumnDiff, RowDiff, StepDiff, TableDiff } from "../backend/backend";
import { cellAfter, cellOf, diffCsv, rowsOf, layoutOf, widthsOf } from "./table";
import { emptyWords, matchedWords, stepWords, tableWords, valueText } from "./words";

const steps = runDiff().steps;
const table = steps.at(-1)?.tables[0] as TableDiff;
const changed = table.rows.find(({ mark }) => mark === "changed") as RowDiff;

test("a cell is what it is, and what it was only where that differs, also when it was nothing", () => {
  expect(cellOf(changed, 0)).toEqual({ text: "Ceylon 50 g", was: null });
  expect(cellOf(changed, 1)).toEqual({ text: "€5.90", was: "€3.90" });
  expect(cellOf({ ...changed, was: { 1: null } }, 1).was).toBe("–");
  expect([null, "", 0, false, ["a"], { b: 1 }].map(valueText)).toEqual([
    "–",
    "–",
    "0",
    "false",
    '["a"]',
    '{"b":1}',
  ]);
});

test("only changes leaves out the rows that are the same", () => {
  const shown = rowsOf(table, true);
  expect(shown.length).toBe(table.added + table.gone + table.changed);
  expect(rowsOf(table, false).length).toBe(table.rows.length);
});

test("the CSV says of each row what became of it, and of each cell what it was; no cell is a formula", () => {
  const one: TableDiff = { ...table, columns: table.columns.slice(0, 2) };
  const rows: RowDiff[] = [
    { mark: "changed", before: 3, after: 2, cells: ["=SUM(A1)", 7], was: { 1: null } },
    { mark: "gone", before: 0, after: null, cells: ["Tea", null], was: {} },
  ];
  expect(diffCsv(one, rows).split("\r\n")).toEqual([
    "change,row before,row after,title,title before,price,price before",
    `changed,4,3,"'=SUM(A1)",,7,`,
    "gone,1,,Tea,,,",
  ]);
});

test("keys lead from cell to cell and stay inside", () => {
  const at = { row: 0, column: 1 };
  const to = (key: string) => cellAfter(key, at, 10, 3, 4);
  expect(to("ArrowDown")).toEqual({ row: 1, column: 1 });
  expect(to("ArrowUp")).toEqual(at);
  expect(to("ArrowRight")).toEqual({ row: 0, column: 2 });
  expect(to("PageDown")).toEqual({ row: 4, column: 1 });
  expect(to("End")).toEqual({ row: 9, column: 1 });
  expect(to("x")).toBeNull();
  expect(cellAfter("End", at, 0, 3, 4)).toBeNull();
});

test("what differs is told in words", () => {
  expect(steps.map((step) => stepWords(step))).toEqual([
    "the same",
    "only before",
    "name, element, actions +1 −2",
    "only after",
    "+2 rows, −1 row, 6 cells",
  ]);
  const measured: StepDiff = { ...(steps[4] as StepDiff), mark: "same", tables: [] };
  expect(stepWords(measured)).toBe("text");
  expect(tableWords(table)).toBe("25 → 26 rows · 2 added · 1 gone · 6 cells changed in 4 rows");
  expect(matchedWords({ by: "key", column: "sku", ambiguous: 2 })).toContain("which 2 rows share");
});

test("the part of a column that is empty is told where there is one or it differs", () => {
  const column = (before: number | null, after: number | null): Pick<ColumnDiff, "before" | "after"> => {
    const fill = (rate: number | null) => (rate === null ? null : { empty: 1, null_rate: rate });
    return { before: fill(before), after: fill(after) };
  };
  expect(emptyWords(column(0, 0))).toBeNull();
  expect(emptyWords(column(0.5, 0.5))).toBe("50 % empty");
  expect(emptyWords(column(0, 0.001))).toBe("0 % → <1 % empty");
  expect(emptyWords(column(null, 0.25))).toBe("none → 25 % empty");
});

test("columns are as wide as most of their texts, long ones are cut, and the last takes what is left", () => {
  const cells = (index: number) => [`S-${index}`, "x".repeat(400), index % 2 ? "in stock" : null];
  const rows = Array.from({ length: 1_000 }, (_, index) => ({
    ...{ mark: "changed" as const, before: index, after: index, cells: cells(index) },
    was: { 2: "sold out since spring" },
  }));
  const fill = { empty: 0, null_rate: 0 };
  const columns = ["sku", "title", "stock"].map((name) => ({
    ...{ name, mark: "same" as const, before: fill, after: fill, changed: 0 },
  }));
  const [sku = 0, title, stock = 0] = widthsOf(columns, rows);
  expect([sku, title]).toEqual([64, 280]);
  expect(stock).toBeGreaterThan(180);
  const empty = { empty: 250, null_rate: 0.25 };
  const named = widthsOf([{ ...columns[0]!, before: empty }], rows.slice(0, 1));
  expect(named[0]).toBeGreaterThan(120);
  expect(layoutOf(columns, rows)).toEqual({
    tracks: `18px 64px 280px minmax(${stock}px, 1fr)`,
    width: `${18 + 28 + 64 + 280 + stock + 36}px`,
  });
  expect(layoutOf([], [])).toEqual({ tracks: "18px minmax(0px, 1fr)", width: "46px" });
});
