import { SvelteMap } from "svelte/reactivity";
import { asFailure, type Backend, type Failure } from "../backend/backend";

/** A picture of a page, on its way into the window. */
export type RemotePicture =
  { type: "waiting" } | { type: "here"; url: string } | { type: "failed"; failure: Failure };

/** So many are fetched at a time. */
const AT_ONCE = 4;

/** Pictures of a page that the person asked to see; the hub fetches them, the window itself loads nothing. */
export class RemotePictures {
  readonly #pictures = new SvelteMap<string, RemotePicture>();
  readonly #queue: string[] = [];
  #running = 0;

  constructor(
    readonly backend: Pick<Backend, "query" | "pictureUrl">,
    readonly session: string,
  ) {}

  /** What is known of a picture; null when nobody asked for it. */
  of(url: string): RemotePicture | null {
    return this.#pictures.get(url) ?? null;
  }

  /** Asks for a picture, once; one that failed is asked for again. */
  load(url: string): void {
    const known = this.#pictures.get(url)?.type;
    if (known === "waiting" || known === "here") return;
    this.#pictures.set(url, { type: "waiting" });
    this.#queue.push(url);
    this.#next();
  }

  #next(): void {
    while (this.#running < AT_ONCE) {
      const url = this.#queue.shift();
      if (url === undefined) return;
      this.#running += 1;
      void this.#fetch(url).finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }

  async #fetch(url: string): Promise<void> {
    try {
      const answer = await this.backend.query({ type: "picture", session: this.session, url });
      if (answer.type === "picture")
        this.#pictures.set(url, { type: "here", url: this.backend.pictureUrl(answer.value) });
    } catch (thrown) {
      this.#pictures.set(url, { type: "failed", failure: asFailure(thrown) });
    }
  }
}
