import { asFailure, type Action, type Backend, type Failure, type QueryElement } from "../backend/backend";

/** The server is asked no more often than this. */
const GAP_MS = 120;
const SAME_PX = 2;

interface Point {
  x: number;
  y: number;
}

/** Finds the element at a point of the page: one question at a time, and of those that wait the newest only. */
export class Picking {
  found = $state.raw<QueryElement | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** It stays, and pointing elsewhere changes nothing. */
  pinned = $state(false);
  /** Something was asked and answered. */
  answered = $state(false);
  readonly #backend: Backend;
  readonly #session: string;
  #next: Point | null = null;
  #asking = false;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend, session: string) {
    this.#backend = backend;
    this.#session = session;
  }

  /** Points at a place, in CSS pixels of the viewport. */
  at(point: Point): void {
    if (this.pinned) return;
    this.#next = point;
    void this.#ask();
  }

  /** Points at a place and keeps what is there. */
  async pin(point: Point): Promise<void> {
    if (this.pinned) this.pinned = false;
    this.#next = null;
    if (await this.#find(point)) this.pinned = this.found !== null;
  }

  unpin(): void {
    this.pinned = false;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const point = this.#next;
    if (this.#asking || !point) return;
    this.#asking = true;
    this.#next = null;
    await this.#find(point);
    this.#timer = setTimeout(() => {
      this.#asking = false;
      if (!this.#stopped) void this.#ask();
    }, GAP_MS);
  }

  async #find({ x, y }: Point): Promise<boolean> {
    try {
      const answer = await this.#backend.query({ type: "element", session: this.#session, x, y });
      if (this.#stopped || this.pinned || answer.type !== "element") return false;
      this.found = answer.value;
      this.failure = null;
      this.answered = true;
      return true;
    } catch (thrown) {
      if (!this.#stopped) this.failure = asFailure(thrown);
      return false;
    }
  }
}

/** The action that an element has in an observation: by its selector, else by its place. */
export function actionAt({ selectors, bounds }: QueryElement, actions: readonly Action[]): Action | null {
  const near = (a: number, b: number) => Math.abs(a - b) <= SAME_PX;
  return (
    actions.find(({ selector }) => selector !== null && selector.css === selectors.css) ??
    actions.find(
      ({ box }) =>
        box !== null &&
        near(box.x, bounds.x) &&
        near(box.y, bounds.y) &&
        near(box.width, bounds.width) &&
        near(box.height, bounds.height),
    ) ??
    null
  );
}
