import { afterPaint } from "../backend/liveWire";
import type { Size } from "../page/geometry";

/** A picture that can be drawn at once. */
export interface Drawable {
  url: string;
  size: Size;
  /** As long as it is held, the browser keeps it. */
  held?: HTMLImageElement;
}

/** The picture of what is shown, decoded before it takes the place of the one before: nothing flickers, and the pointer
 * waits for no picture. One comes when the one before is painted, so what was passed by meanwhile is never asked for. */
export class NewestPicture {
  /** The last one that came. */
  drawn = $state.raw<Drawable | null>(null);
  /** The address of the last one that did not come. */
  failed = $state.raw<string | null>(null);

  readonly #decode: (url: string) => Promise<Drawable>;
  readonly #painted: () => Promise<void>;
  #wanted: string | null = null;
  #comes = false;

  constructor(decode = decoded, painted = () => new Promise<void>(afterPaint)) {
    this.#decode = decode;
    this.#painted = painted;
  }

  /** Asks for another picture; null asks for none. */
  want(url: string | null): void {
    this.#wanted = url;
    if (!this.#comes) void this.#load();
  }

  async #load(): Promise<void> {
    this.#comes = true;
    while (this.#wanted !== null && this.#wanted !== this.drawn?.url && this.#wanted !== this.failed) {
      const url = this.#wanted;
      try {
        this.drawn = await this.#decode(url);
        this.failed = null;
        await this.#painted();
      } catch {
        this.failed = url;
      }
    }
    this.#comes = false;
  }
}

async function decoded(url: string): Promise<Drawable> {
  const held = new Image();
  held.src = url;
  await held.decode();
  return { url, size: { width: held.naturalWidth, height: held.naturalHeight }, held };
}
