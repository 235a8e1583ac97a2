import type { Action } from "../backend/backend";
import type { Placed } from "./geometry";

/** Actions at one place, which is in fractions of the picture; the smallest box first. */
export interface Stack {
  actions: Action[];
  x: number;
  y: number;
  /** It was asked for by keyboard. */
  byKey: boolean;
}

/** The stack at a place; null where at most one box lies. */
export function stackOf(here: readonly Placed[], x: number, y: number, byKey = false): Stack | null {
  return here.length > 1 || (byKey && here.length > 0)
    ? { actions: here.map(({ action }) => action), x, y, byKey }
    : null;
}

/** The boxes of a stack where they are now; null when another observation took their place. */
export function boxesOf(stack: Stack | null, boxes: readonly Placed[]): Placed[] | null {
  if (!stack) return null;
  const here = stack.actions.flatMap((action) => boxes.find((box) => box.action === action) ?? []);
  return here.length === stack.actions.length ? here : null;
}

/** What a click chooses: the smallest box, and clicked again the next one. */
export function nextOf(here: readonly Placed[], stack: readonly Placed[] | null, chosenId: string | null) {
  const again = stack?.length === here.length && here.every((box) => stack.includes(box));
  const at = again ? here.findIndex(({ action }) => action.id === chosenId) : -1;
  return here[(at + 1) % here.length];
}
