import { preview } from "./markdown";
import { inTurns, partsOf, type Part } from "./parts";

/** So many parts are drawn before a person is asked. */
const AT_ONCE = 12;

/** A markdown on its way into the window: its beginning at once, what follows bit by bit, a long rest when it is asked for. */
export class Drawing {
  /** The parts that are drawn, as HTML. */
  html = $state.raw<readonly string[]>([]);
  /** Where they end, in characters. */
  end = $state(0);
  /** Whether more is being drawn. */
  busy = $state(false);
  readonly #parts: Generator<Part, void, undefined>;
  readonly #stopped = new AbortController();

  constructor(markdown: string) {
    this.#parts = partsOf(markdown);
    const first = this.#parts.next().value;
    if (!first) return;
    this.html = [preview(first.text)];
    this.end = first.end;
    if (first.end < markdown.length) void this.#draw(AT_ONCE - 1);
  }

  /** Draws the next parts. */
  more(): void {
    if (!this.busy) void this.#draw(AT_ONCE);
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #draw(count: number): Promise<void> {
    this.busy = true;
    const { signal } = this.#stopped;
    await inTurns(
      next(this.#parts, count),
      ({ text, end }) => {
        this.html = [...this.html, preview(text)];
        this.end = end;
      },
      signal,
    );
    this.busy = false;
  }
}

/** The next few; a `for` over the parts themselves would end them. */
function* next(parts: Iterator<Part, void>, count: number): Generator<Part, void, undefined> {
  for (let at = 0; at < count; at += 1) {
    const { value, done } = parts.next();
    if (done || !value) return;
    yield value;
  }
}
