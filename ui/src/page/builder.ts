import type { Extract, Field, FieldKind, ItemGuess, QueryElement } from "../backend/backend";
import { emptyField, type FieldWish, type ScrapeWish } from "./scrapeWish";

/** Where a field stands: its number, and for a column those of what it is in before. */
export type FieldPlace = readonly number[];

/** Its name among the other fields: `field 1`, `column 1.2`. */
export const placeWords = (at: FieldPlace): string =>
  `${at.length > 1 ? "column" : "field"} ${at.map((place) => place + 1).join(".")}`;

/** The item itself, for a column that takes all of it. */
export const ITSELF = ":scope";

/** What kinds of values are called. */
export const kindWords: Record<FieldKind, string> = {
  text: "Text",
  number: "Number",
  price: "Price",
  date: "Date",
  url: "Link",
  image: "Image",
};

const isFilled = ({ name, selector, columns }: FieldWish) =>
  name.trim() !== "" || selector.trim() !== "" || columns !== null;
const TAKEN = new Set(["auto", "embedded"]);

/** Why a field cannot be asked for; null when it can. A column is told with the other columns of its rows. */
export function fieldProblem(field: FieldWish, all: readonly FieldWish[], isColumn = false): string | null {
  if (!isFilled(field)) return null;
  const name = field.name.trim();
  if (name === "") return "Name it.";
  if (field.selector.trim() === "")
    return isColumn
      ? `Say where it is inside of a row: a CSS selector, or ${ITSELF} for all of the row.`
      : "Say where it is: a CSS selector, or an XPath.";
  if (!isColumn && TAKEN.has(name)) return `"${name}" is the name of what is found by itself.`;
  if (all.some((other) => other !== field && other.name.trim() === name))
    return "Another field has this name.";
  if (field.columns && !field.columns.some(isFilled))
    return field.list ? "Add a column: what each row holds." : "Add a column: what it holds.";
  return null;
}

/** Why not all fields and columns can be asked for: what is said of the first that cannot. */
export function fieldsProblem(fields: readonly FieldWish[], isColumn = false): string | null {
  for (const field of fields) {
    const problem = fieldProblem(field, fields, isColumn) ?? fieldsProblem(field.columns ?? [], true);
    if (problem !== null) return problem;
  }
  return null;
}

/** Every field and every column can be asked for. */
export const isAskable = (fields: readonly FieldWish[]): boolean => fieldsProblem(fields) === null;

/** Why the schema cannot be one; null when it can, or there is none. A language model needs no fields for it. */
export function schemaProblem({ schema, fields }: ScrapeWish, forModel = false): string | null {
  if (schema.trim() === "") return null;
  try {
    const read: unknown = JSON.parse(schema);
    if (typeof read !== "object" || read === null || Array.isArray(read))
      return "A JSON Schema is an object.";
  } catch {
    return "This is no JSON.";
  }
  return forModel || fields.some(isFilled) ? null : "It gives fields their types: name some above.";
}

function fieldOf({ selector, attribute, list, columns }: FieldWish): Field {
  const spec = { selector: selector.trim(), list };
  if (columns) return { ...spec, fields: fieldsOf(columns) };
  const how = attribute.trim();
  return how || list ? { ...spec, ...(how && { attribute: how }) } : spec.selector;
}
const fieldsOf = (fields: readonly FieldWish[]): Record<string, Field> =>
  Object.fromEntries(fields.filter(isFilled).map((field) => [field.name.trim(), fieldOf(field)]));

/** What to ask a server to pick; null when nothing is. */
export function extractOf({ fields, auto, embedded }: ScrapeWish): Extract | null {
  const named = fieldsOf(fields);
  if (Object.keys(named).length === 0 && !auto && !embedded) return null;
  return { fields: named, auto, embedded };
}

/** The schema of those fields that hold numbers; a row that lacks one has null. */
function typesOf(fields: readonly FieldWish[]): Record<string, unknown> | null {
  const properties: Record<string, unknown> = {};
  for (const field of fields.filter(isFilled)) {
    const isNumber = field.kind === "number" || field.kind === "price";
    const items = field.columns ? typesOf(field.columns) : isNumber ? { type: ["number", "null"] } : null;
    if (items) properties[field.name.trim()] = field.list ? { type: "array", items } : items;
  }
  return Object.keys(properties).length > 0 ? { type: "object", properties } : null;
}

/** The schema that goes with the fields: the one that was typed, else what their kinds say; null without either. */
export const schemaOf = ({ schema, fields }: ScrapeWish): unknown =>
  schema.trim() === "" ? typesOf(fields) : (JSON.parse(schema) as unknown);

/** A field of another kind, with the attribute that mostly holds such a value. */
export function ofKind(kind: FieldKind, attribute: string): Pick<FieldWish, "kind" | "attribute"> {
  if (kind === "url") return { kind, attribute: "href" };
  if (kind === "image") return { kind, attribute: "src" };
  return { kind, attribute: ["href", "src"].includes(attribute) ? "" : attribute };
}

/** A list of values as rows, to which columns can be added. */
export const asRows = (field: FieldWish): FieldWish => ({
  ...{ ...emptyField, name: field.name, selector: field.selector, list: true },
  columns: [{ ...field, name: field.kind, selector: ITSELF, list: false }],
});

/** A name that no other field has. */
export function nameAmong(name: string, others: readonly FieldWish[]): string {
  const taken = new Set([...TAKEN, ...others.map((other) => other.name.trim())]);
  let one = name;
  for (let number = 2; taken.has(one); number++) one = `${name}_${number}`;
  return one;
}

function guessed({ field }: QueryElement, selector: string, others: readonly FieldWish[]): FieldWish {
  const { name, kind, attribute } = field ?? { name: "field", kind: "text" as const, attribute: null };
  return { ...emptyField, name: nameAmong(name, others), selector, kind, attribute: attribute ?? "" };
}

/** The wish with one field more, and where it stands. */
export interface Added {
  fields: readonly FieldWish[];
  at: FieldPlace;
}

/** Takes an element as a field: as a column of the rows of its items, or by itself. */
export function added(fields: readonly FieldWish[], found: QueryElement, item: ItemGuess | null): Added {
  if (!item) return { fields: [...fields, guessed(found, found.selectors.css, fields)], at: [fields.length] };
  const inner = item.inner || ITSELF;
  const at = fields.findIndex(({ columns, selector }) => columns !== null && selector === item.selector);
  const rows = fields[at];
  if (!rows) {
    const name = nameAmong(item.name, fields);
    const made = { ...emptyField, name, selector: item.selector, list: true };
    return { fields: [...fields, { ...made, columns: [guessed(found, inner, [])] }], at: [fields.length, 0] };
  }
  const before = (rows.columns ?? []).filter(isFilled);
  const columns = [...before, guessed(found, inner, before)];
  return {
    fields: fields.map((field) => (field === rows ? { ...rows, columns } : field)),
    at: [at, before.length],
  };
}

/** Takes what was picked: at once where it can mean one thing only, else null, and it has to be asked. */
export function takenAtOnce(fields: readonly FieldWish[], found: QueryElement): Added | null {
  if (found.items.length === 0) return added(fields, found, null);
  const known = found.items.find(({ selector }) =>
    fields.some((field) => field.columns !== null && field.selector === selector),
  );
  return known ? added(fields, found, known) : null;
}

/** Brings the name of a field, or the question that is open, under the keyboard. */
export function focusField(at: FieldPlace | null): void {
  const css = at ? `[data-field-name="${at.join(".")}"]` : "[data-field-offer] button";
  const element = document.querySelector<HTMLInputElement | HTMLButtonElement>(css);
  element?.closest("details")?.setAttribute("open", "");
  element?.focus();
  if (element instanceof HTMLInputElement) element.select();
}
