import type { Extract, Field, QueryElement } from "../backend/backend";
import type { ReadTable } from "./reading";
import { emptyField, type FieldWish, type ScrapeWish } from "./scrapeWish";

/** What a server answers to a wish for data. */
export interface Picked {
  success: boolean;
  error: string | null;
  data: unknown;
  errors: { field: string; message: string }[];
}

const isFilled = ({ name, selector }: FieldWish) => name.trim() !== "" || selector.trim() !== "";
const TAKEN = new Set(["auto", "embedded"]);

/** Why a row of fields cannot be asked for; null when it can. */
export function fieldProblem(field: FieldWish, all: readonly FieldWish[]): string | null {
  if (!isFilled(field)) return null;
  const name = field.name.trim();
  if (name === "") return "Name it.";
  if (field.selector.trim() === "") return "Say where it is: a CSS selector, or an XPath.";
  if (TAKEN.has(name)) return `"${name}" is the name of what is found by itself.`;
  if (all.some((other) => other !== field && other.name.trim() === name))
    return "Another field has this name.";
  return null;
}

/** Why the schema cannot be one; null when it can, or there is none. */
export function schemaProblem({ schema, fields }: ScrapeWish): string | null {
  if (schema.trim() === "") return null;
  try {
    const read: unknown = JSON.parse(schema);
    if (typeof read !== "object" || read === null || Array.isArray(read))
      return "A JSON Schema is an object.";
  } catch {
    return "This is no JSON.";
  }
  return fields.some(isFilled) ? null : "It gives fields their types: name some above.";
}

/** What to ask a server to pick; null when nothing is. */
export function extractOf({ fields, auto, embedded }: ScrapeWish): Extract | null {
  const named = fields.filter(isFilled).map(({ name, selector, attribute, list }): [string, Field] => {
    const how = attribute.trim();
    const spec = { selector: selector.trim(), list, ...(how && { attribute: how }) };
    return [name.trim(), how || list ? spec : spec.selector];
  });
  if (named.length === 0 && !auto && !embedded) return null;
  return { fields: Object.fromEntries(named), auto, embedded };
}

/** The schema that goes with it; null without one. */
export const schemaOf = ({ schema }: ScrapeWish): unknown =>
  schema.trim() === "" ? null : (JSON.parse(schema) as unknown);

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

const cell = (value: unknown): string =>
  value === null || value === undefined
    ? ""
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);

/** Rows of objects as a table with a column for each of their names. */
function tableOf(title: string, rows: readonly Record<string, unknown>[]): ReadTable {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { title, columns, rows: rows.map((row) => columns.map((column) => cell(row[column]))) };
}

/** All lists of objects in what was picked, as tables; the single values as one of name and value. */
export function tablesOf(data: unknown): ReadTable[] {
  const tables: ReadTable[] = [];
  const walk = (value: unknown, title: string) => {
    if (Array.isArray(value)) {
      const rows = value.filter(isObject);
      if (rows.length > 0 && rows.length === value.length && !rows.some(isFound))
        tables.push(tableOf(title, rows));
      else if (value.length > 0 && !rows.length)
        tables.push({ title, columns: ["value"], rows: value.map((one) => [cell(one)]) });
      else for (const one of rows) walk(one, title);
    } else if (isFound(value)) {
      tables.push(tableOf(String(value["caption"] ?? title), value["rows"] as Record<string, unknown>[]));
    } else if (isObject(value)) {
      for (const [name, inner] of Object.entries(value))
        if (typeof inner === "object") walk(inner, title ? `${title}: ${name}` : name);
    }
  };
  if (isObject(data)) {
    const single = Object.entries(data).filter(([, value]) => typeof value !== "object" || value === null);
    if (single.length > 0)
      tables.push({
        title: "Fields",
        columns: ["field", "value"],
        rows: single.map(([name, value]) => [name, cell(value)]),
      });
  }
  walk(data, "");
  return tables;
}

/** Rows that were found by themselves come with their columns. */
const isFound = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && Array.isArray(value["rows"]) && Array.isArray(value["columns"]);

const PRICE = /[€$£¥₹]|\d[.,]\d\d\b/u;

/** The field that an element is likely to be, with a name that no other has. */
export function fieldOf(found: QueryElement, others: readonly FieldWish[]): FieldWish {
  const { tag, text } = found;
  const [kind, attribute] = /^h[1-6]$/.test(tag)
    ? ["title", ""]
    : tag === "img"
      ? ["image", "src"]
      : tag === "a"
        ? ["link", "href"]
        : PRICE.test(text ?? "")
          ? ["price", ""]
          : ["field", ""];
  const taken = new Set(others.map(({ name }) => name.trim()));
  let name = kind;
  for (let number = 2; taken.has(name); number++) name = `${kind}_${number}`;
  return { ...emptyField, name, attribute, selector: found.selectors.css };
}
