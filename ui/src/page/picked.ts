import type { ReadTable } from "./reading";
import type { FieldWish } from "./scrapeWish";

/** What a server answers to a wish for data. */
export interface Picked {
  success: boolean;
  error: string | null;
  data: unknown;
  errors: { field: string; message: string }[];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The data of a scrape; null where none was asked for. */
export function pickedOf(structured: readonly unknown[]): Picked | null {
  const [first] = structured;
  if (!isObject(first) || typeof first["success"] !== "boolean") return null;
  const errors = Array.isArray(first["errors"]) ? first["errors"].filter(isObject) : [];
  return {
    success: first["success"],
    error: typeof first["error"] === "string" ? first["error"] : null,
    data: first["data"] ?? null,
    errors: errors.map(({ field, message }) => ({ field: String(field), message: String(message) })),
  };
}

const cell = (value: unknown): string | number =>
  value === null || value === undefined
    ? ""
    : typeof value === "number"
      ? value
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);

/** A page can give each of its rows names of its own. */
const MOST_NAMES = 500;

/** Rows of objects as a table with a column for each of their names, those that were asked for first. */
function tableOf(title: string, rows: readonly Record<string, unknown>[], asked: string[] = []): ReadTable {
  const names = new Set<string>();
  for (const row of rows) {
    for (const name of Object.keys(row)) names.add(name);
    if (names.size > MOST_NAMES) break;
  }
  const columns = [...new Set([...asked.filter((name) => names.has(name)), ...names])].slice(0, MOST_NAMES);
  return { title, columns, rows: rows.map((row) => columns.map((column) => cell(row[column]))) };
}

/**
 * All lists of objects in what was picked, as tables; the single values as one of name and value. The columns stand as
 * the fields that were asked for.
 */
export function tablesOf(data: unknown, fields: readonly FieldWish[] = []): ReadTable[] {
  const tables: ReadTable[] = [];
  const columnsOf = (title: string) =>
    fields.find(({ name }) => name.trim() === title)?.columns?.map(({ name }) => name.trim());
  const walk = (value: unknown, title: string) => {
    if (Array.isArray(value)) {
      const rows = value.filter(isObject);
      if (rows.length > 0 && rows.length === value.length && !rows.some(isFound))
        tables.push(tableOf(title, rows, columnsOf(title)));
      else if (value.length > 0 && !rows.length)
        tables.push({ title, columns: ["value"], rows: value.map((one) => [cell(one)]) });
      else for (const one of rows) walk(one, title);
    } else if (isFound(value)) {
      tables.push(tableOf(String(value["caption"] ?? title), value["rows"] as Record<string, unknown>[]));
    } else if (isObject(value)) {
      // Of what is found by itself, nothing is no value; of a field that was asked for, it is one.
      const byItself = title === "auto" || title === "embedded";
      const single = Object.entries(value).filter(([, inner]) =>
        inner === null ? !byItself : typeof inner !== "object",
      );
      if (single.length > 0)
        tables.push({
          title: title || "Fields",
          columns: ["field", "value"],
          rows: single.map(([name, inner]) => [name, cell(inner)]),
        });
      for (const [name, inner] of Object.entries(value))
        if (typeof inner === "object") walk(inner, title ? `${title}: ${name}` : name);
    }
  };
  walk(data, "");
  return tables;
}

/** Rows that were found by themselves come with their columns. */
const isFound = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && Array.isArray(value["rows"]) && Array.isArray(value["columns"]);
