import { SvelteSet } from "svelte/reactivity";

/** So many pictures that come into sight are asked for at once: those of a step, or of a notch of the wheel. */
const A_FEW = 3;
/** A film that was moved further stands still so long before its pictures are asked for, in milliseconds. */
const STILL_MS = 150;

/** Which small pictures of a film are asked for. Those that are only passed by are not: making them would take the machine
 * from the page that is looked at. */
export class Film {
  readonly #asked = new SvelteSet<string>();
  #still: ReturnType<typeof setTimeout> | undefined;

  /** Tells what is in sight now. */
  sees(pictures: readonly string[]): void {
    clearTimeout(this.#still);
    const fresh = pictures.filter((picture) => !this.#asked.has(picture));
    const ask = () => fresh.forEach((picture) => this.#asked.add(picture));
    if (fresh.length <= A_FEW || this.#asked.size === 0) ask();
    else this.#still = setTimeout(ask, STILL_MS);
  }

  /** Whether a picture may be shown. */
  shows(picture: string): boolean {
    return this.#asked.has(picture);
  }

  /** Lets go of what would still happen. */
  end(): void {
    clearTimeout(this.#still);
  }
}
