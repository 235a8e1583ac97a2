import { Marked, type Token, type Tokens } from "marked";
import type { FoundBy, Reading as HowRead, Scraped } from "../backend/backend";
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

/** An address as the page at `base` means it; what is none stays as it is. */
export function absolute(href: string, base: string): string {
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
export interface Reading {
  links: ReadLink[];
  tables: ReadTable[];
}

/** Reads links and tables out of a markdown. */
export function readingOf({ markdown, url }: Pick<Scraped, "markdown" | "url">): Reading {
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

/** The whole answer; its longest part comes last. */
export const jsonOf = ({ markdown, ...others }: Scraped): string =>
  JSON.stringify({ ...others, markdown }, null, 2);

/** Why a CSS selector cannot be one. */
export function selectorProblem(selector: string): string | null {
  if (selector.trim() === "") return null;
  if (selector.includes(" >>> "))
    return "A scrape is not limited to what is inside of a frame: take an element of the page itself.";
  try {
    document.createDocumentFragment().querySelector(selector);
    return null;
  } catch {
    return "This is no CSS selector: main, #results or article > table are some.";
  }
}

/** The rows that have every word of a filter in one of their texts. */
export function having<R>(rows: readonly R[], filter: string, textOf: (row: R) => string): readonly R[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = textOf(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The selector of the element around, when the selector leads to one step by step. */
export function parentSelector(selector: string): string | null {
  const at = selector.lastIndexOf(" > ");
  return at > 0 ? selector.slice(0, at) : null;
}

const foundWords: Record<FoundBy, string> = {
  landmark: "as the page marks it",
  readability: "found as a reader would",
  density: "found where the page says most",
};

/** What of the page a scrape read, and how that was found. */
export function readWords({ scope, found_by }: HowRead): string {
  switch (scope) {
    case "main_content":
      return found_by ? `Main content, ${foundWords[found_by]}` : "Main content";
    case "selector":
      return "What the selector matches";
    case "whole_page":
      return "The whole page";
  }
}
