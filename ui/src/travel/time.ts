/** A longer time in which nothing was called is drawn as so long, in milliseconds: a night would leave no room for calls. */
const LONGEST_GAP_MS = 30_000;
/** Playing waits so long between two calls at most, and at least, in milliseconds. */
const LONGEST_PAUSE_MS = 3_000;
const SHORTEST_PAUSE_MS = 120;

/** Something that began at an instant. */
export interface Moment {
  startedAt: string;
}

/** Where each moment is on a line from 0 to 1; in order, with long gaps shortened. */
export function places(moments: readonly Moment[]): Float64Array {
  const at = new Float64Array(moments.length);
  let before = NaN;
  let passed = 0;
  moments.forEach(({ startedAt }, i) => {
    const now = Date.parse(startedAt);
    const gap = Number.isNaN(before) ? 0 : Math.max(0, now - before);
    passed += Math.min(gap, LONGEST_GAP_MS);
    at[i] = passed;
    before = now;
  });
  // Moments at one instant, and one alone, are spread evenly.
  const last = moments.length - 1;
  return at.map((value, i) => (passed > 0 ? value / passed : last > 0 ? i / last : 0.5));
}

/** The index of the place that is nearest to one; -1 where there are none. */
export function nearest(at: Float64Array, place: number): number {
  let low = 0;
  let high = at.length - 1;
  if (high < 0) return -1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) < place) low = middle + 1;
    else high = middle;
  }
  const before = at[low - 1];
  return before !== undefined && place - before <= (at[low] as number) - place ? low - 1 : low;
}

/** How long playing stays at a moment before the next one, in milliseconds. */
export function pauseBefore(now: Moment, next: Moment, speed: number): number {
  const gap = (Date.parse(next.startedAt) - Date.parse(now.startedAt)) / speed;
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, gap));
}

/** The items of a row of equal widths that are seen, with some more on both sides. */
export function inSight(
  scrolled: number,
  room: number,
  width: number,
  count: number,
  more = 6,
): { from: number; to: number } {
  const from = Math.max(0, Math.floor(scrolled / width) - more);
  return { from, to: Math.max(from, Math.min(count, Math.ceil((scrolled + room) / width) + more)) };
}

/** The index that a key leads to from another; null when it leads nowhere. */
export function indexAfter(at: number, count: number, key: string): number | null {
  const to = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    PageDown: at + 10,
    PageUp: at - 10,
    Home: 0,
    End: count - 1,
  }[key];
  return to === undefined || count === 0 ? null : Math.min(count - 1, Math.max(0, to));
}

/** The index of each item by what it has of its own. */
export const indexesOf = <Item>(items: readonly Item[], idOf: (item: Item) => number): Map<number, number> =>
  new Map(items.map((item, index) => [idOf(item), index]));

/** The last things that were put in, by a number. */
export class Recent<Thing> {
  readonly #most: number;
  readonly #things = new Map<number, Thing>();

  constructor(most: number) {
    this.#most = most;
  }

  get(id: number): Thing | undefined {
    return this.#things.get(id);
  }

  put(id: number, thing: Thing): void {
    this.#things.delete(id);
    this.#things.set(id, thing);
    const oldest = this.#things.keys().next();
    if (this.#things.size > this.#most && !oldest.done) this.#things.delete(oldest.value);
  }

  clear(): void {
    this.#things.clear();
  }
}
