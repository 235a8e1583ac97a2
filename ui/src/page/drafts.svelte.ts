import { SvelteMap } from "svelte/reactivity";
import { plainWish, type ScrapeView, type ScrapeWish } from "./scrapeWish";

/** What a person has set for the next calls of each session; it stays while another panel is looked at. */
export class Drafts {
  readonly #wishes = new SvelteMap<string, ScrapeWish>();
  readonly #most = new SvelteMap<string, number>();
  /** How scrapes are looked at. */
  view = $state<ScrapeView>("preview");

  /** What a scrape of a session is asked for. */
  wish(session: string): ScrapeWish {
    return this.#wishes.get(session) ?? plainWish;
  }

  setWish(session: string, change: Partial<ScrapeWish>): void {
    this.#wishes.set(session, { ...this.wish(session), ...change });
  }

  /** How many actions an observe of a session lists at most; null as the settings say. */
  most(session: string): number | null {
    return this.#most.get(session) ?? null;
  }

  setMost(session: string, most: number | null): void {
    if (most === null) this.#most.delete(session);
    else this.#most.set(session, most);
  }
}
