/** What a scrape is asked for. */
export interface ScrapeWish {
  onlyMainContent: boolean;
  images: boolean;
  links: boolean;
  /** As it was typed; empty for the whole page. */
  selector: string;
}

/** What a scrape is asked for before anybody chose. */
export const plainWish: ScrapeWish = { onlyMainContent: true, images: false, links: true, selector: "" };

/** How a scrape is looked at. */
export type ScrapeView = "preview" | "source" | "tables" | "links" | "images" | "json";

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
