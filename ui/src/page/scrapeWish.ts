/** What a scrape is asked for. */
export interface ScrapeWish {
  onlyMainContent: boolean;
  images: boolean;
  links: boolean;
  selector: string | null;
}

/** How a scrape is looked at. */
export type ScrapeView = "preview" | "source" | "tables" | "links" | "images" | "json";
