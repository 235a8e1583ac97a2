import type { Action, Viewport } from "../backend/backend";

export type ActionKind = "link" | "button" | "input" | "special";

/** What an action's id says it is. */
export function kindOf(id: string): ActionKind {
  switch (id.charAt(0)) {
    case "L":
      return "link";
    case "B":
      return "button";
    case "I":
      return "input";
    default:
      return "special";
  }
}

/** A width and a height, in whatever unit they were given. */
export interface Size {
  width: number;
  height: number;
}

/** An action's box, in fractions of the picture, cut to what is seen. */
export interface Placed {
  action: Action;
  left: number;
  top: number;
  width: number;
  height: number;
  /** Where there is room for its tag. */
  tag: "above" | "below" | "left";
}

/** How high a tag is, in pixels of the screen: with less above a box it goes below. */
const TAG_ROOM = 12;
/** How wide a tag is at most: four characters. */
const TAG_WIDTH = 28;
/** Pictures shown smaller than this have no room for a tag on each box. */
const TAG_SCALE = 0.35;
/** With more boxes than this, tags would hide the page. */
const TAGGED_BOXES = 60;

/** Whether each box shows its tag, or only the hovered and the chosen one. */
export const allTagged = (boxes: number, scale: number): boolean =>
  scale >= TAG_SCALE && boxes <= TAGGED_BOXES;

/** Where the boxes of what is seen go; the largest first, so that the smallest lies on top. `scale` is the
 * picture's size on the screen by its own. */
export function placeBoxes(actions: readonly Action[], seen: Size, scale: number): Placed[] {
  if (seen.width <= 0 || seen.height <= 0) return [];
  const placed = actions
    .flatMap((action): Placed[] => {
      const { box } = action;
      if (!box || !(box.width > 0) || !(box.height > 0)) return [];
      const left = Math.max(0, box.x);
      const top = Math.max(0, box.y);
      const width = Math.min(seen.width, box.x + box.width) - left;
      const height = Math.min(seen.height, box.y + box.height) - top;
      if (!(width > 0) || !(height > 0)) return [];
      return [
        {
          action,
          left: left / seen.width,
          top: top / seen.height,
          width: width / seen.width,
          height: height / seen.height,
          tag: top * scale >= TAG_ROOM ? "above" : "below",
        },
      ];
    })
    .sort((a, b) => b.width * b.height - a.width * a.height);
  if (allTagged(placed.length, scale)) asideInStacks(placed, seen, scale);
  return placed;
}

/** In a stack of boxes a tag above one hides the words of the next: there it goes to the left, where there is room. */
function asideInStacks(placed: Placed[], seen: Size, scale: number): void {
  const width = TAG_WIDTH / (seen.width * scale);
  const height = TAG_ROOM / (seen.height * scale);
  for (const box of placed) {
    if (box.tag !== "above" || box.left < width) continue;
    const bottom = box.top;
    const top = bottom - height;
    const hides = (other: Placed) =>
      other !== box &&
      other.left < box.left + width &&
      other.left + other.width > box.left &&
      other.top < bottom &&
      other.top + other.height > top;
    if (placed.some(hides)) box.tag = "left";
  }
}

/** What is seen of the page, in CSS pixels; the picture's own size when the server does not say. */
export function seenSize(viewport: Viewport | null, picture: Size | null): Size {
  if (viewport && viewport.viewport_width > 0 && viewport.viewport_height > 0) {
    return { width: viewport.viewport_width, height: viewport.viewport_height };
  }
  return picture ?? { width: 1280, height: 800 };
}

/** The largest size with the proportions of `inner` that fits into `room`, never enlarged. */
export function fit(inner: Size, room: Size): Size & { scale: number } {
  const scale = Math.min(1, room.width / inner.width, room.height / inner.height);
  const bounded = Number.isFinite(scale) && scale > 0 ? scale : 0;
  return { width: inner.width * bounded, height: inner.height * bounded, scale: bounded };
}
