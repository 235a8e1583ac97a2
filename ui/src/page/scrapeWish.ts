import type { FieldKind, QueryElement } from "../backend/backend";

/** What a scrape is asked for. */
export interface ScrapeWish {
  onlyMainContent: boolean;
  images: boolean;
  links: boolean;
  /** As it was typed; empty for the whole page. */
  selector: string;
  /** Values to pick as data. */
  fields: readonly FieldWish[];
  /** Find tables and repeated items as data. */
  auto: boolean;
  /** Take what the page holds for programs: JSON-LD, microdata, OpenGraph. */
  embedded: boolean;
  /** The JSON Schema of the fields, as it was typed. */
  schema: string;
  /** What a language model shall find, in words; empty for none. */
  instructions: string;
  /** An element that was picked and is one of many: whether all of them are meant is to be said. */
  offered: QueryElement | null;
}

/** A value to pick, as it was typed. */
export interface FieldWish {
  name: string;
  /** CSS, or XPath when it begins with a slash; empty in a row that is not filled in yet. */
  selector: string;
  /** Empty for the text. */
  attribute: string;
  /** All that the selector matches. */
  list: boolean;
  kind: FieldKind;
  /** Of rows, what each of them holds; null of a value. */
  columns: readonly FieldWish[] | null;
}

/** What a scrape is asked for before anybody chose. */
export const plainWish: ScrapeWish = {
  ...{ onlyMainContent: true, images: false, links: true, selector: "" },
  ...{ fields: [], auto: false, embedded: false, schema: "", instructions: "", offered: null },
};

export const emptyField: FieldWish = {
  ...{ name: "", selector: "", attribute: "", list: false },
  ...{ kind: "text", columns: null },
};

/** How a scrape is looked at. */
export type ScrapeView = "preview" | "source" | "tables" | "links" | "images" | "data" | "json";

/** A format that a result can be kept in. */
export interface Save {
  /** "Markdown", "CSV". */
  name: string;
  onsave: () => void;
}

/** What every view of a scrape may do with it. */
export interface Keeping {
  /** How the last copy went, in words. */
  copied: string | null;
  oncopy: (text: string) => void;
  /** Keeps a text in a file with this ending. */
  onsave: (ending: string, contents: string) => void;
}
