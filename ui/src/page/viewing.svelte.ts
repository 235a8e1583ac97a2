import type { Size } from "./geometry";
import type { Zoom } from "./zoom";

/** How the page of a session is looked at. */
export class Viewing {
  overlay = $state(true);
  zoom = $state<Zoom>("fit");
  /** The page's size on the screen by its own. */
  scale = $state(1);
  /** The picture's own size. */
  natural = $state.raw<Size | null>(null);
}
