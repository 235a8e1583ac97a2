import type { Backend, PastCall } from "../backend/backend";
import { LiveWatch } from "../live/liveWatch.svelte";
import type { Size } from "./geometry";
import { Picking } from "./picking.svelte";
import type { Zoom } from "./zoom";

/** How the page of a session is looked at. */
export class Viewing {
  overlay = $state(true);
  zoom = $state<Zoom>("fit");
  /** The page's size on the screen by its own. */
  scale = $state(1);
  /** The picture's own size. */
  natural = $state.raw<Size | null>(null);
  /** The page is shown as it changes. */
  live = $state(false);
  /** An element is being picked. */
  picking = $state(false);
  /** What for: to see what it is, to scrape only what is inside of it, or to make it a field of that. */
  pickFor = $state<"look" | "scrape" | "field">("look");
  /** Somebody clicked on the locked live picture. */
  tried = $state(false);
  /** Another session like this one is being started. */
  like = $state(false);
  /** The calls are shown as a film under the page. */
  film = $state(false);
  /** What is kept of the call whose page is shown as it was. */
  kept = $state.raw<PastCall | null>(null);
  watch = $state.raw<LiveWatch | null>(null);
  picked = $state.raw<Picking | null>(null);

  /** Watches a session until the returned function is called. */
  watching(backend: Backend, session: string, clock: () => number): () => void {
    const watch = new LiveWatch(backend, session, clock);
    this.watch = watch;
    this.tried = false;
    const stop = watch.start();
    return () => {
      stop();
      this.watch = null;
    };
  }

  /** Picks elements of a session until the returned function is called. */
  pickingOn(backend: Backend, session: string): () => void {
    const picked = new Picking(backend, session);
    this.picked = picked;
    return () => {
      picked.stop();
      this.picked = null;
    };
  }

  /** Acting and picking both take the mouse. */
  pick(on: boolean, what: "look" | "scrape" | "field" = "look"): void {
    this.picking = on;
    this.pickFor = what;
    if (on) this.watch?.take(false);
  }
}
