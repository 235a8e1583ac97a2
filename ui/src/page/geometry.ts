import type { Action, Viewport } from "../backend/backend";
import { forcedPlace, tagPlaces, type TagPlace } from "./tagging";

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

/** A rectangle in fractions of the picture. */
export interface Part {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** An action's box, cut to what is seen. */
export interface Placed extends Part {
  action: Action;
  /** Its place in the observation. */
  index: number;
  /** Where its tag is. */
  tag: TagPlace;
  /** There is room for its tag; else it is shown while the box is pointed at or chosen. */
  tagged: boolean;
}

/** Pictures shown smaller than this have no room for tags. */
const TAG_SCALE = 0.3;

/** The part of a rectangle in CSS pixels that is seen; null when none of it is. */
export function partOf(
  box: { x: number; y: number; width: number; height: number },
  seen: Size,
): Part | null {
  if (!(box.width > 0) || !(box.height > 0) || seen.width <= 0 || seen.height <= 0) return null;
  const left = Math.max(0, box.x);
  const top = Math.max(0, box.y);
  const width = Math.min(seen.width, box.x + box.width) - left;
  const height = Math.min(seen.height, box.y + box.height) - top;
  if (!(width > 0) || !(height > 0)) return null;
  return {
    left: left / seen.width,
    top: top / seen.height,
    width: width / seen.width,
    height: height / seen.height,
  };
}

const area = (part: Part) => part.width * part.height;

/** Where the boxes of what is seen go; the largest first, so that the smallest lies on top. `scale` is the
 * picture's size on the screen by its own. */
export function placeBoxes(actions: readonly Action[], seen: Size, scale: number): Placed[] {
  const placed = actions
    .flatMap((action, index): Placed[] => {
      const part = action.box && !action.box.out_of_view ? partOf(action.box, seen) : null;
      return part ? [{ action, index, ...part, tag: "above", tagged: false }] : [];
    })
    .sort((a, b) => area(b) - area(a));
  const picture = { width: seen.width * scale, height: seen.height * scale };
  const rects = placed.map(({ action, left, top, width, height }) => ({
    id: action.id,
    left: left * picture.width,
    top: top * picture.height,
    width: width * picture.width,
    height: height * picture.height,
  }));
  const places = scale >= TAG_SCALE ? tagPlaces(rects, picture) : [];
  placed.forEach((box, i) => {
    const rect = rects[i];
    box.tagged = !!places[i];
    box.tag = places[i] ?? (rect ? forcedPlace(rect, picture) : "above");
  });
  return placed;
}

/** The boxes at a point, in fractions of the picture; the smallest first. */
export function boxesAt(boxes: readonly Placed[], x: number, y: number): Placed[] {
  return boxes
    .filter((box) => x >= box.left && y >= box.top && x <= box.left + box.width && y <= box.top + box.height)
    .sort((a, b) => area(a) - area(b));
}

/** The box `by` places further on in the order of the observation; stays at the ends. */
export function boxAfter(boxes: readonly Placed[], id: string | null, by: number): Placed | null {
  const ordered = [...boxes].sort((a, b) => a.index - b.index);
  const at = ordered.findIndex(({ action }) => action.id === id);
  if (at < 0) return ordered[0] ?? null;
  return ordered[Math.min(ordered.length - 1, Math.max(0, at + by))] ?? null;
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
