import type { CreditState } from "../backend/backend";

/** No more often than that it asks again, in milliseconds. */
const REST_MS = 4000;

/** What tells of charges: it is another one after each. */
export const chargedOf = (credits: CreditState | null | undefined): string =>
  credits ? `${credits.today} ${credits.remaining}` : "";

/** Asks again when there are news: not more often than every few seconds, and never for a window that is not seen. */
export class Refreshing {
  #askedAt = 0;
  /** A refresh came due while nobody saw the window. */
  #missed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #refresh: () => void;

  constructor(refresh: () => void) {
    this.#refresh = refresh;
  }

  /** It was asked, whatever for: news have to rest from now. */
  asked(): void {
    this.#askedAt = Date.now();
    this.#missed = false;
  }

  /** There are news. */
  stale(): void {
    if (this.#timer !== undefined) return;
    const wait = Math.max(0, this.#askedAt + REST_MS - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#missed = document.hidden;
      if (!this.#missed) this.#refresh();
    }, wait);
  }

  /** The window is seen again: makes up for the refresh that was due. */
  seen(): void {
    if (document.hidden || !this.#missed) return;
    this.#missed = false;
    this.#refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#missed = false;
  }
}
