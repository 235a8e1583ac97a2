import { asFailure, type Call, type Failure, type PastCall } from "../backend/backend";
import { indexAfter, indexesOf, pauseBefore, places, Recent } from "./time";

/** How fast calls are played. */
export type Speed = 1 | 2 | 4;
/** Which page is looked at: the one after the call, the one before it, or both. */
export type Side = "after" | "before" | "both";
/** How a page is looked at: its picture, or the page itself. */
export type Look = "picture" | "page";

/** Someone who stays at a call so long wants to see all of it, in milliseconds. */
const REST_MS = 90;
/** So many whole calls are kept in memory. */
const KEPT = 40;

/** Where calls come from: a session of now or of the past. */
export interface Source {
  /** What a call has that no other of its source has. */
  idOf: (call: Call) => number;
  /** All that is kept of one. */
  whole: (call: Call) => Promise<PastCall>;
}

/** One selection over the calls of a session: what is pinned, what is pointed at, and what was read of it. */
export class Travel {
  calls = $state.raw<readonly Call[]>([]);
  /** The id of the call that was clicked. */
  pinned = $state<number | null>(null);
  /** The index of the one that is pointed at. */
  hovered = $state<number | null>(null);
  speed = $state<Speed>(1);
  playing = $state(false);
  side = $state<Side>("after");
  look = $state<Look>("picture");
  /** What could be done is drawn on the picture. */
  boxes = $state(true);
  whole = $state.raw<PastCall | null>(null);
  /** What is kept of the calls around the one that is rested on, read ahead: likely it is looked at next. */
  near = $state.raw<readonly PastCall[]>([]);
  failure = $state.raw<Failure | null>(null);

  readonly places = $derived(places(this.calls));
  readonly #indexes = $derived(indexesOf(this.calls, (call) => this.#source.idOf(call)));
  /** The index of the pinned call; the last one before anything was chosen. */
  readonly at = $derived(
    this.pinned === null ? this.calls.length - 1 : (this.#indexes.get(this.pinned) ?? this.calls.length - 1),
  );
  /** The index of the call that is shown. */
  readonly index = $derived(
    this.hovered !== null && this.hovered < this.calls.length ? this.hovered : this.at,
  );
  readonly shown = $derived(this.calls[this.index] ?? null);
  /** The call whose page was there before the one that is shown. */
  readonly before = $derived(this.#beforeOf(this.index));

  readonly #source: Source;
  readonly #onpin: (id: number | null) => void;
  readonly #kept = new Recent<PastCall>(KEPT);
  #rest: ReturnType<typeof setTimeout> | undefined;
  #next: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor(source: Source, onpin: (id: number | null) => void = () => undefined) {
    this.#source = source;
    this.#onpin = onpin;
  }

  #beforeOf(index: number): Call | null {
    for (let i = index - 1; i >= 0; i--) if (this.calls[i]?.picture) return this.calls[i] ?? null;
    return null;
  }

  /** Shows the call at an index, until another is pointed at. */
  pin(index: number): void {
    const call = this.calls[index];
    if (!call) return;
    this.hovered = null;
    this.pinned = this.#source.idOf(call);
    this.#onpin(this.pinned);
  }

  /** The same by what the call has of its own. */
  pinId(id: number): void {
    this.play(false);
    this.pin(this.#indexes.get(id) ?? this.at);
  }

  /** Follows a selection that was made elsewhere. */
  follow(id: number | null): void {
    if (id !== this.pinned) this.hovered = null;
    this.pinned = id;
  }

  /** Shows the call at an index while it is pointed at. */
  hover(index: number | null): void {
    if (this.playing) return;
    this.hovered = index;
  }

  /** Does what a key means; false when it means nothing here. */
  key(key: string): boolean {
    if (key === " ") {
      this.play(!this.playing);
      return true;
    }
    const to = indexAfter(this.at, this.calls.length, key);
    if (to === null) return false;
    this.play(false);
    this.pin(to);
    return true;
  }

  /** Goes on from call to call in the time that was between them, or stops. */
  play(on: boolean): void {
    clearTimeout(this.#next);
    this.hovered = null;
    this.playing = on && this.calls.length > 1;
    if (!this.playing) return;
    if (this.at === this.calls.length - 1) this.pin(0);
    this.#step();
  }

  #step(): void {
    const [now, next] = [this.calls[this.at], this.calls[this.at + 1]];
    if (!now || !next) {
      this.playing = false;
      return;
    }
    this.#next = setTimeout(
      () => {
        this.pin(this.at + 1);
        this.#step();
      },
      pauseBefore(now, next, this.speed),
    );
  }

  /** Reads what is kept of the call that is shown, once it is rested on. */
  read(call: Call | null, again = false): void {
    clearTimeout(this.#rest);
    const asked = ++this.#asked;
    const known = call && !again ? this.#kept.get(this.#source.idOf(call)) : undefined;
    this.whole = known ?? null;
    this.failure = null;
    this.#rest = setTimeout(
      () => {
        if (call && call.status.type !== "running") void this.#readAround(call, known !== undefined, asked);
      },
      again ? 0 : REST_MS,
    );
  }

  /** What is kept of a call that is near the one that is shown; null before it is read. */
  wholeOf(call: Call | null): PastCall | null {
    return call && (this.near.find((whole) => whole.call.number === call.number) ?? null);
  }

  async #readAround(call: Call, isKnown: boolean, asked: number): Promise<void> {
    if (!isKnown) await this.#read(call, asked);
    const index = this.#indexes.get(this.#source.idOf(call)) ?? -1;
    const around = [this.#beforeOf(index), this.calls[index + 1], this.calls[index - 1]];
    const near: PastCall[] = [];
    for (const [i, one] of around.entries()) {
      if (!one || around.indexOf(one) !== i || one.status.type === "running") continue;
      if (asked !== this.#asked) return;
      const id = this.#source.idOf(one);
      try {
        const whole = this.#kept.get(id) ?? (await this.#source.whole(one));
        this.#kept.put(id, whole);
        near.push(whole);
      } catch {
        // It is told when it is looked at.
      }
    }
    if (asked === this.#asked) this.near = near;
  }

  async #read(call: Call, asked: number): Promise<void> {
    try {
      const whole = await this.#source.whole(call);
      this.#kept.put(this.#source.idOf(call), whole);
      if (asked === this.#asked) this.whole = whole;
    } catch (thrown) {
      if (asked === this.#asked) this.failure = asFailure(thrown);
    }
  }

  /** Forgets the calls of another session. */
  begin(): void {
    this.end();
    this.calls = [];
    this.#kept.clear();
    this.near = [];
    this.hovered = this.pinned = this.whole = this.failure = null;
  }

  /** Lets go of what would still happen. */
  end(): void {
    clearTimeout(this.#rest);
    clearTimeout(this.#next);
    this.#asked++;
    this.playing = false;
  }
}
