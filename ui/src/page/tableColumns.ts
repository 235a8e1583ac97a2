import { plural, countText } from "../controls/format";
import type { Column } from "../tables/columns";
import { decimalMark, isNumeric, numberIn } from "../tables/numbers";
import type { ReadTable } from "./reading";

export type Row = ReadTable["rows"][number];

/** A table has room for so many columns, rows and cells; a page can hold any number. */
const MOST_COLUMNS = 60;
const MOST_ROWS = 20_000;
const MOST_CELLS = 200_000;

/** What of a table is shown and can be sorted. */
export interface ShownTable {
  columns: Column<Row>[];
  rows: Row[];
  /** Says what is not shown; empty when all is. */
  left: string;
}

/** The beginning of a table that is too large to be shown whole. */
export function shownOf({ columns, rows }: ReadTable): ShownTable {
  const across = Math.min(columns.length, MOST_COLUMNS);
  const most = Math.min(MOST_ROWS, Math.floor(MOST_CELLS / Math.max(1, across)));
  const shown = rows.slice(0, most);
  const parts = [
    rows.length > shown.length && `the first ${countText(shown.length)} of ${plural(rows.length, "row")}`,
    columns.length > across && `the first ${across} of ${plural(columns.length, "column")}`,
  ].filter((part) => part !== false);
  return {
    columns: columns.slice(0, across).map((label, at) => columnOf(label, at, shown)),
    rows: shown,
    left: parts.length > 0 ? `Only ${parts.join(" and ")} are shown; CSV has all.` : "",
  };
}

/** All columns of a table, to be kept. */
export const keptColumns = ({ columns }: ReadTable): Column<Row>[] => columns.map(named);

function named(label: string, at: number): Column<Row> {
  return { id: String(at), label: label || `Column ${at + 1}`, value: (row) => row[at] ?? "" };
}

/** A column whose cells are all numbers is sorted by them, however they are written. */
function columnOf(label: string, at: number, rows: readonly Row[]): Column<Row> {
  const column = named(label, at);
  const cells = rows.map((row) => row[at] ?? "").filter((cell) => cell !== "");
  const typed = cells.length > 0 && cells.every((cell) => typeof cell === "number");
  const texts = typed ? [] : cells.map(String);
  if (!typed && !isNumeric(texts)) return { ...column, width: "minmax(90px, 1fr)" };
  const mark = decimalMark(texts);
  return {
    ...column,
    numeric: true,
    order: (row) => {
      const cell = row[at] ?? "";
      return typeof cell === "number" ? cell : numberIn(cell, mark);
    },
    width: "minmax(64px, 0.5fr)",
  };
}
