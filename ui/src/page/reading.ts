import type { Token, Tokens } from "marked";
import type { FoundBy, Reading as HowRead, Scraped } from "../backend/backend";
import { hostOf } from "../controls/format";
import { Marked } from "./gfm";
import type { Part } from "./parts";

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
  /** Text as the page has it; numbers only in data that was typed. */
  rows: (string | number)[][];
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

/** Links, tables and words of a markdown, gathered part by part. */
export class Gathering {
  readonly links: ReadLink[] = [];
  readonly tables: ReadTable[] = [];
  /** Null when there are too many to be counted. */
  words: number | null = 0;
  /** Nothing is listed that comes after so much; a page can hold any number. */
  full = false;
  #heading = "";
  #cells = 0;
  #letters = 0;
  readonly #host: string;

  constructor(readonly url: string) {
    this.#host = hostOf(url);
  }

  add({ text, continues, lead }: Omit<Part, "end">): void {
    if (this.full) return;
    const tokens = marked.lexer(text);
    let first = continues === "table";
    marked.walkTokens(tokens, (token) => {
      if (token.type === "heading") this.#heading = wordsIn(token.tokens, String(token.text));
      else if (token.type === "link") this.#link(token as Tokens.Link);
      else if (token.type === "table") {
        this.#table(token as Tokens.Table, first);
        first = false;
      }
    });
    this.#letters += text.length - lead;
    this.words =
      this.words === null || this.#letters > MOST_COUNTED ? null : this.words + wordCount(text.slice(lead));
    this.full = this.links.length >= MOST_LINKS || this.#cells >= MOST_CELLS;
  }

  #link({ href, text, tokens }: Tokens.Link): void {
    const whole = absolute(href, this.url);
    this.links.push({ text: wordsIn(tokens, text), url: whole, internal: hostOf(whole) === this.#host });
  }

  #table({ header, rows }: Tokens.Table, goesOn: boolean): void {
    const cells = (row: Tokens.TableCell[]) => row.map((cell) => wordsIn(cell.tokens, cell.text));
    const before = goesOn ? this.tables.at(-1) : undefined;
    const read = rows.map(cells);
    if (before) before.rows.push(...read);
    else this.tables.push({ title: this.#heading, columns: cells(header), rows: read });
    this.#cells += (read.length + 1) * header.length;
  }
}

/** Words of more letters are not counted: telling them apart takes longer than all else. */
const MOST_COUNTED = 300_000;
const MOST_LINKS = 100_000;
const MOST_CELLS = 1_000_000;

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
