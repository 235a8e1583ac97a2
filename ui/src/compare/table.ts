import type { RowDiff, TableDiff } from "../backend/backend";
import { csvOf, type Column } from "../tables/columns";
import { emptyWords, marks, valueText } from "./words";

/** A cell of a row: what it is, and what it was where that differs. */
export interface Cell {
  text: string;
  /** Null where it did not differ. */
  was: string | null;
}

/** The cell of a column, by the place of both. */
export function cellOf(row: RowDiff, column: number): Cell {
  const has = Object.hasOwn(row.was, column);
  return { text: valueText(row.cells[column]), was: has ? valueText(row.was[column]) : null };
}

/** What a letter takes about, and what stands around a text; so wide a column may be and has to be, in pixels. */
const [LETTER, AROUND, LEAST, MOST] = [7.2, 14, 64, 280];
/** So many rows say how wide their columns are. */
const SAMPLE = 300;

/** How wide each column wants to be: most of its texts fit, and long ones are cut. */
export function widthsOf(columns: TableDiff["columns"], rows: readonly RowDiff[]): number[] {
  const some = rows.slice(0, SAMPLE);
  return columns.map((of, column) => {
    const lengths = some.map((row) => {
      const { text, was } = cellOf(row, column);
      return text.length + (was === null ? 0 : was.length + 3);
    });
    lengths.sort((a, b) => a - b);
    const usual = lengths[Math.floor(lengths.length * 0.9)] ?? 0;
    const letters = Math.max(usual, Math.min(of.name.length, 20), emptyWords(of)?.length ?? 0);
    return Math.round(Math.min(MOST, Math.max(LEAST, AROUND + letters * LETTER)));
  });
}

/** The tracks of the head and of the rows, which are the same whatever room the bar beside the rows takes; all their width. */
export function layoutOf(columns: TableDiff["columns"], rows: readonly RowDiff[]) {
  const widths = widthsOf(columns, rows);
  const fixed = widths.slice(0, -1).map((width) => `${width}px`);
  return {
    tracks: ["18px", ...fixed, `minmax(${widths.at(-1) ?? 0}px, 1fr)`].join(" "),
    width: `${widths.reduce((sum, width) => sum + width + 12, 18 + 28)}px`,
  };
}

/** The rows that are shown. */
export const rowsOf = (table: TableDiff, onlyChanges: boolean): readonly RowDiff[] =>
  onlyChanges ? table.rows.filter(({ mark }) => mark !== "same") : table.rows;

const value = (given: unknown): string | number | null =>
  given === null || given === undefined
    ? null
    : typeof given === "string" || typeof given === "number"
      ? given
      : JSON.stringify(given);

/** The rows as CSV: what became of each, its cells, and what they were. */
export function diffCsv(table: TableDiff, rows: readonly RowDiff[]): string {
  const place = (at: number | null) => (at === null ? null : at + 1);
  const columns: Column<RowDiff>[] = [
    { id: "mark", label: "change", value: ({ mark }) => marks[mark].word },
    { id: "before", label: "row before", value: ({ before }) => place(before) },
    { id: "after", label: "row after", value: ({ after }) => place(after) },
    ...table.columns.flatMap(({ name }, column): Column<RowDiff>[] => [
      { id: `is ${name}`, label: name, value: (row) => value(row.cells[column]) },
      {
        id: `was ${name}`,
        label: `${name} before`,
        value: (row) => (Object.hasOwn(row.was, column) ? value(row.was[column]) : null),
      },
    ]),
  ];
  return csvOf(columns, rows);
}

/** Where a key leads from a cell; null when it leads nowhere. */
export function cellAfter(
  key: string,
  at: { row: number; column: number },
  rows: number,
  columns: number,
  page: number,
): { row: number; column: number } | null {
  const [down, right] =
    {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      PageDown: [page, 0],
      PageUp: [-page, 0],
      ArrowRight: [0, 1],
      ArrowLeft: [0, -1],
      Home: [-1e9, 0],
      End: [1e9, 0],
    }[key] ?? [];
  if (down === undefined || right === undefined || rows === 0 || columns === 0) return null;
  const within = (n: number, of: number) => Math.max(0, Math.min(of - 1, n));
  return { row: within(at.row + down, rows), column: within(at.column + right, columns) };
}
