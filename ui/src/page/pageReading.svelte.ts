import type { Scraped } from "../backend/backend";
import { inTurns, partsOf, type Part } from "./parts";
import { Gathering, type ReadLink, type ReadTable } from "./reading";

/** What has been read is shown so often, in milliseconds. */
const SHOWN_MS = 250;

/** What stands in a scraped page besides its text, in the order of the page; a long one is read bit by bit. */
export class PageReading {
  links = $state.raw<readonly ReadLink[]>([]);
  tables = $state.raw<readonly ReadTable[]>([]);
  /** Null when there are too many to be counted. */
  words = $state<number | null>(0);
  /** How much has been read, from 0 to 1. */
  share = $state(0);
  /** Whether it holds more links or cells than are listed. */
  full = $state(false);
  readonly #stopped = new AbortController();

  constructor({ markdown, url }: Pick<Scraped, "markdown" | "url">) {
    const gathering = new Gathering(url);
    const show = (share: number) => {
      this.links = [...gathering.links];
      // The last may have grown.
      this.tables = gathering.tables.map((table, at, { length }) =>
        at === length - 1 ? { ...table } : table,
      );
      this.words = gathering.words;
      this.full = gathering.full;
      this.share = share;
    };
    const parts = partsOf(markdown);
    const first = parts.next().value;
    if (first) gathering.add(first);
    const begun = first ? first.end / markdown.length : 1;
    show(begun);
    if (begun === 1) return;
    let shown = performance.now();
    const each = (part: Part) => {
      gathering.add(part);
      if (performance.now() - shown < SHOWN_MS) return;
      show(part.end / markdown.length);
      shown = performance.now();
    };
    const { signal } = this.#stopped;
    void inTurns(parts, each, signal).then(() => {
      if (!signal.aborted) show(1);
    });
  }

  stop(): void {
    this.#stopped.abort();
  }
}
