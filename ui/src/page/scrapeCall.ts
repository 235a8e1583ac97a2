import type { Extract, Field, FieldKind, ScrapeCall } from "../backend/backend";
import { ITSELF } from "./builder";
import { dataOf, type Reader } from "./instructions";
import { emptyField, plainWish, type FieldWish, type ScrapeWish } from "./scrapeWish";

/** What a wish asks for, as a call and the step of a flow say it. */
export function callOf(wish: ScrapeWish, reader: Reader | null): ScrapeCall {
  const selector = wish.selector.trim();
  const { extract, responseFormat, instructions } = dataOf(wish, reader);
  return {
    only_main_content: wish.onlyMainContent,
    images: wish.images,
    links: wish.links,
    ...(selector && { selector }),
    ...(extract && { extract }),
    ...(responseFormat !== null && { response_format: responseFormat }),
    ...(instructions && { instructions }),
  };
}

/** The wish that a call says. */
export function wishOf(call: ScrapeCall): ScrapeWish {
  const { extract, instructions, response_format: schema } = call;
  // What asks for nothing but what is found by itself comes without them.
  const { fields = {} }: Partial<Extract> = extract ?? {};
  const wish: ScrapeWish = {
    ...plainWish,
    onlyMainContent: call.only_main_content,
    images: call.images,
    links: call.links,
    selector: call.selector ?? "",
    instructions: instructions ?? "",
    auto: extract?.auto ?? false,
    embedded: extract?.embedded ?? false,
    fields: extract ? picked(fields, schema) : instructions ? named(schema) : [],
  };
  // A schema that the fields say by themselves was never typed.
  const said = callOf(wish, { ready: true, told: "" }).response_format;
  if (canonical(said) === canonical(schema)) return wish;
  return { ...wish, fields: extract ? wish.fields : [], schema: JSON.stringify(schema, null, 2) };
}

interface Schema {
  type?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
}

/** The schema of one value, when what is there may be a list of them. */
const schemaIn = (schema: unknown): Schema | undefined => {
  const one = schema as Schema | null | undefined;
  return one?.items ?? one ?? undefined;
};

function kindOf(schema: Schema | undefined, attribute = ""): FieldKind {
  if (Array.isArray(schema?.type) && schema.type[0] === "number") return "number";
  return attribute === "href" ? "url" : attribute === "src" ? "image" : "text";
}

/** The fields that are picked by their selectors, with the types that a schema gives them. */
function picked(fields: Readonly<Record<string, Field>>, schema: unknown, isColumn = false): FieldWish[] {
  return Object.entries(fields).map(([name, field]) => {
    const {
      selector,
      attribute,
      list,
      fields: inner = {},
    } = typeof field === "string" ? { selector: field, list: false, attribute: null } : field;
    const type = schemaIn(schemaIn(schema)?.properties?.[name]);
    return {
      name,
      selector: selector || (isColumn ? ITSELF : ""),
      attribute: attribute ?? "",
      list,
      kind: kindOf(type, attribute ?? ""),
      columns: Object.keys(inner).length > 0 ? picked(inner, type, true) : null,
    };
  });
}

/** The fields that a language model is given by their names. */
function named(schema: unknown): FieldWish[] {
  return Object.entries(schemaIn(schema)?.properties ?? {}).map(([name, of]) => {
    const type = schemaIn(of);
    return {
      ...{ ...emptyField, name, list: type !== of, kind: kindOf(type) },
      columns: type?.properties ? named(type) : null,
    };
  });
}

/** The same text for the same JSON, in whatever order its names stand. */
export function canonical(json: unknown): string {
  return (
    JSON.stringify(json, (key, value: unknown) => {
      if (Array.isArray(value)) return key === "required" ? [...(value as string[])].sort() : value;
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? ""
  );
}
