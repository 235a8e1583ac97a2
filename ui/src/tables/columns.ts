import Papa from "papaparse";

/** A column of a [`DataTable`]. */
export interface Column<R> {
  id: string;
  label: string;
  /** Its head in a file, where that holds the value and not the text. */
  exported?: string;
  /** What is exported, and sorted by; numbers stay numbers. */
  value: (row: R) => string | number | null;
  /** What is shown instead of the value. */
  text?: (row: R) => string;
  /** What is sorted by instead of the value. */
  order?: (row: R) => string | number | null;
  /** Numbers stand at the right, in figures of one width, and sort from the greatest first. */
  numeric?: boolean;
  /** A grid track: `120px`, `minmax(80px, 1fr)`. */
  width?: string;
}

export interface Sorting {
  id: string;
  desc: boolean;
}

/** The text of a cell; nothing known is a dash. */
export function cellText<R>(column: Column<R>, row: R): string {
  const value = column.value(row);
  if (value === null) return "–";
  return column.text ? column.text(row) : String(value);
}

/** The grid tracks of the columns. */
export const tracks = <R>(columns: readonly Column<R>[]): string =>
  columns
    .map(({ width, numeric }) => width ?? (numeric ? "minmax(72px, 110px)" : "minmax(80px, 1fr)"))
    .join(" ");

/** Where a key leads from a row; null when it leads nowhere. */
export function rowAfter(key: string, from: number, count: number, page: number): number | null {
  const to = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    Home: 0,
    End: count - 1,
    PageDown: from + page,
    PageUp: from - page,
  }[key];
  return to === undefined || count === 0 ? null : Math.max(0, Math.min(count - 1, to));
}

/** Text that a spreadsheet would run: pages write cells, too. Numbers are told apart by their type. */
const FORMULA = /^[=+\-@\t\r]/;

/** The rows as CSV; a text that begins like a formula gets an apostrophe before it. */
export function csvOf<R>(columns: readonly Column<R>[], rows: readonly R[]): string {
  return Papa.unparse(
    {
      fields: columns.map(({ label, exported }) => exported ?? label),
      data: rows.map((row) => columns.map((column) => column.value(row))),
    },
    { escapeFormulae: FORMULA, newline: "\r\n" },
  );
}

/** A name for a file that every system takes. */
export function fileName(words: string, ending: string): string {
  const name = words.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "");
  return `${name.slice(0, 80) || "table"}.${ending}`;
}
