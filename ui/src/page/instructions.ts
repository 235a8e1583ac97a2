import type { ConnectionState, Extract, ModelState, Reason } from "../backend/backend";
import { creditsText } from "../controls/format";
import { extractOf, fieldsProblem, schemaOf, schemaProblem } from "./builder";
import type { FieldWish, ScrapeWish } from "./scrapeWish";

/** Whether a language model can be asked, and what to say first: what it costs, or why there is none. */
export interface Reader {
  ready: boolean;
  /** A sentence. */
  told: string;
}

/** The language model behind a connection; null where a server never takes instructions. */
export function readerOf(connection: ConnectionState | null, model: ModelState | null): Reader | null {
  if (!connection?.can.instructions) return null;
  if (connection.local && model === null) return { ready: false, told: "No language model is set." };
  if (connection.local && model?.failure) return { ready: false, told: model.failure.message };
  const price = connection.credits?.tokensPrice ?? null;
  const who = connection.local && model ? model.name : "The server’s language model";
  const cost =
    price === null
      ? "costs what the server charges"
      : `costs ${creditsText(price)} cr for each started 1,000 tokens`;
  return { ready: true, told: `${who} ${cost}, beside the scrape.` };
}

/** A language model is to read the page. */
export const asksModel = ({ instructions }: ScrapeWish, reader: Reader | null): boolean =>
  reader !== null && instructions.trim() !== "";

/** Why what was typed as data cannot be asked for; null when it can. */
export const dataProblem = (wish: ScrapeWish, reader: Reader | null): string | null =>
  asksModel(wish, reader) ? schemaProblem(wish, true) : (fieldsProblem(wish.fields) ?? schemaProblem(wish));

/** Everything that was typed can be asked for. */
export const isWishAskable = (wish: ScrapeWish, reader: Reader | null): boolean =>
  dataProblem(wish, reader) === null && (!asksModel(wish, reader) || Boolean(reader?.ready));

/** What a schema calls the kinds of values. */
const types = {
  text: "string",
  number: "number",
  price: "number",
  date: "string",
  url: "string",
  image: "string",
};

/** The schema of all named fields: to a model their names say what is meant, and it needs no selectors. */
function modelSchema(fields: readonly FieldWish[]): Record<string, unknown> | null {
  const named = fields.filter(({ name }) => name.trim() !== "");
  if (named.length === 0) return null;
  const typeOf = ({ kind, list, columns }: FieldWish): unknown => {
    const one = columns ? (modelSchema(columns) ?? { type: "object" }) : { type: [types[kind], "null"] };
    return list ? { type: "array", items: one } : one;
  };
  const properties = Object.fromEntries(named.map((field) => [field.name.trim(), typeOf(field)]));
  return { type: "object", properties, required: Object.keys(properties) };
}

/** What a scrape asks for as data: of the language model, or of the selectors. A server takes one of the two. */
export function dataOf(
  wish: ScrapeWish,
  reader: Reader | null,
): { extract: Extract | null; responseFormat: unknown; instructions: string | null } {
  if (asksModel(wish, reader)) {
    const typed = wish.schema.trim() === "" ? modelSchema(wish.fields) : (JSON.parse(wish.schema) as unknown);
    return { extract: null, responseFormat: typed, instructions: wish.instructions.trim() };
  }
  const extract = extractOf(wish);
  const hasFields = Object.keys(extract?.fields ?? {}).length > 0;
  return { extract, responseFormat: hasFields ? schemaOf(wish) : null, instructions: null };
}

/** What a language model has read and written for a call, as its reasons say: `3,400 tokens`. */
export const tokensOf = (reasons: readonly Reason[] = []): string | null =>
  reasons.find(({ what }) => /\btokens?$/.test(what))?.what ?? null;
