import type { Size } from "./geometry";

/** Where the tag of a box is. */
export type TagPlace = "above" | "left" | "right" | "below" | "inside";

/** A rectangle in pixels of the screen. */
export interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

const TAG_HEIGHT = 12;
const CHARACTER = 5.6;
const TAG_PADDING = 6;
/** A box must be so much larger than its tag to hold it without hiding its words. */
const ROOMY = { width: 3, height: 3.5 };
const CELL = 96;

const overlap = (a: Rect, b: Rect) =>
  a.left < b.left + b.width &&
  a.left + a.width > b.left &&
  a.top < b.top + b.height &&
  a.top + a.height > b.top;

const holds = (outer: Rect, inner: Rect) =>
  outer.left <= inner.left &&
  outer.top <= inner.top &&
  outer.left + outer.width >= inner.left + inner.width &&
  outer.top + outer.height >= inner.top + inner.height;

/** Rectangles by where they are, so that neighbours are found without asking all. */
class Places<T extends Rect> {
  readonly #cells = new Map<string, T[]>();

  add(rect: T): void {
    for (const key of this.#keys(rect)) {
      const cell = this.#cells.get(key);
      if (cell) cell.push(rect);
      else this.#cells.set(key, [rect]);
    }
  }

  some(rect: Rect, wanted: (other: T) => boolean): boolean {
    for (const key of this.#keys(rect)) {
      if (this.#cells.get(key)?.some((other) => overlap(rect, other) && wanted(other))) return true;
    }
    return false;
  }

  *#keys({ left, top, width, height }: Rect): Generator<string> {
    for (let x = Math.floor(left / CELL); x <= Math.floor((left + width) / CELL); x++)
      for (let y = Math.floor(top / CELL); y <= Math.floor((top + height) / CELL); y++) yield `${x} ${y}`;
  }
}

/** How wide the tag of an id is. */
export const tagWidth = (id: string): number => id.length * CHARACTER + TAG_PADDING;

function candidates(box: Rect, width: number): [TagPlace, Rect][] {
  const tag = (left: number, top: number): Rect => ({ left, top, width, height: TAG_HEIGHT });
  const roomy = box.width >= width * ROOMY.width && box.height >= TAG_HEIGHT * ROOMY.height;
  return [
    ["above", tag(box.left, box.top - TAG_HEIGHT)],
    ["left", tag(box.left - width, box.top)],
    ["below", tag(box.left, box.top + box.height)],
    ["right", tag(box.left + box.width, box.top)],
    ...(roomy ? [["inside", tag(box.left, box.top)] satisfies [TagPlace, Rect]] : []),
  ];
}

/** Where each box has its tag: inside of the picture, and hiding neither another tag nor the words of another box.
 * A box without such a place has none until it is pointed at. */
export function tagPlaces(boxes: readonly (Rect & { id: string })[], picture: Size): (TagPlace | null)[] {
  const whole: Rect = { left: 0, top: 0, ...picture };
  const near = new Places<Rect & { id: string }>();
  const taken = new Places<Rect>();
  boxes.forEach((box) => near.add(box));
  const places = new Array<TagPlace | null>(boxes.length).fill(null);
  const reading = boxes.map((_, i) => i).sort((i, j) => rank(boxes[i]) - rank(boxes[j]));
  for (const i of reading) {
    const box = boxes[i];
    if (!box) continue;
    // What surrounds the box has its words elsewhere.
    const hides = (other: Rect & { id: string }) => other !== box && !holds(other, box);
    const found = candidates(box, tagWidth(box.id)).find(
      ([place, tag]) =>
        holds(whole, tag) &&
        !taken.some(tag, () => true) &&
        !near.some(tag, (other) => hides(other) && !(place === "inside" && holds(box, other))),
    );
    if (!found) continue;
    places[i] = found[0];
    taken.add(found[1]);
  }
  return places;
}

const rank = (box: Rect | undefined) => (box ? box.top * 10_000 + box.left : 0);

/** Where the tag of a box goes that must have one: the first place inside of the picture. */
export function forcedPlace(box: Rect & { id: string }, picture: Size): TagPlace {
  const whole: Rect = { left: 0, top: 0, ...picture };
  return candidates(box, tagWidth(box.id)).find(([, tag]) => holds(whole, tag))?.[0] ?? "inside";
}
