import { Marked, type Token, type Tokens } from "marked";
import Papa from "papaparse";
import type { Scraped } from "../backend/backend";
import { hostOf } from "../controls/format";

/** A link of a scraped page. */
export interface ReadLink {
  text: string;
  /** As absolute as it could be made. */
  url: string;
  internal: boolean;
}

/** A table of a scraped page. */
export interface ReadTable {
  /** The heading it stands under. */
  title: string;
  columns: string[];
  rows: string[][];
}

const marked = new Marked({ gfm: true });

function absolute(href: string, base: string): string {
  try {
    return new URL(href, base).href;
  } catch {
    return href;
  }
}

/** The words of inline tokens, without their marks. */
function wordsIn(tokens: readonly Token[] | undefined, text: string): string {
  if (!tokens) return text;
  return tokens
    .map((token) =>
      "tokens" in token ? wordsIn(token.tokens, "") : "text" in token ? String(token.text) : "",
    )
    .join("");
}

/** What stands in the markdown of a page besides its text, in the order of the page. */
export function readingOf({ markdown, url }: Pick<Scraped, "markdown" | "url">): {
  links: ReadLink[];
  tables: ReadTable[];
} {
  const links: ReadLink[] = [];
  const tables: ReadTable[] = [];
  const host = hostOf(url);
  let heading = "";
  marked.walkTokens(marked.lexer(markdown), (token) => {
    if (token.type === "heading") heading = wordsIn(token.tokens, String(token.text));
    else if (token.type === "link") {
      const { href, text, tokens } = token as Tokens.Link;
      const whole = absolute(href, url);
      links.push({ text: wordsIn(tokens, text), url: whole, internal: hostOf(whole) === host });
    } else if (token.type === "table") {
      const { header, rows } = token as Tokens.Table;
      const cells = (row: Tokens.TableCell[]) => row.map((cell) => wordsIn(cell.tokens, cell.text));
      tables.push({ title: heading, columns: cells(header), rows: rows.map(cells) });
    }
  });
  return { links, tables };
}

/** How many words a text has, in whatever language. */
export function wordCount(text: string): number {
  let count = 0;
  for (const { isWordLike } of new Intl.Segmenter(undefined, { granularity: "word" }).segment(text))
    if (isWordLike) count += 1;
  return count;
}

/** Rows as CSV; what a spreadsheet would take for a formula is kept a text. */
export const csvOf = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  Papa.unparse({ fields: [...columns], data: rows.map((row) => [...row]) }, { escapeFormulae: true });

/** The whole answer. */
export const jsonOf = (scraped: Scraped): string => JSON.stringify(scraped, null, 2);

/** A file name of a page's address. */
export function fileName(url: string, ending: string): string {
  const name = hostOf(url)
    .replace(/[^\p{L}\p{N}.-]+/gu, "-")
    .slice(0, 60);
  return `${name || "page"}.${ending}`;
}

/** Why a CSS selector cannot be one. */
export function selectorProblem(selector: string): string | null {
  if (selector.trim() === "") return null;
  try {
    document.createDocumentFragment().querySelector(selector);
    return null;
  } catch {
    return "This is no CSS selector: main, #results or article > table are some.";
  }
}
