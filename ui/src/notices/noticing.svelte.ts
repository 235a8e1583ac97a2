import { SvelteSet } from "svelte/reactivity";
import type { Notice } from "../backend/backend";
import type { Inspector } from "../state/inspector.svelte";
import { rememberSeen, seenAt, toastsOf, unreadOf } from "./toasts";

/** Which notices a person has seen, and which are shown over the screens. */
export class Noticing {
  readonly dismissed = new SvelteSet<number>();
  #seenAt = $state(seenAt());
  #since: number | null = null;

  unread(model: Inspector): number {
    return unreadOf(model.world.notices, this.#seenAt);
  }

  toasts(model: Inspector): Notice[] {
    const { notices, sessions } = model.world;
    if (!model.ready || notices.length === 0) return [];
    // What came before the window was open is in the list only; ten seconds are the window's own start.
    this.#since ??= model.clock.second * 1000 - 10_000;
    return toastsOf(notices, {
      sessions,
      dismissed: this.dismissed,
      since: this.#since,
      second: model.clock.second,
    });
  }

  see(model: Inspector): void {
    const latest = model.world.notices.reduce((last, { at }) => Math.max(last, Date.parse(at)), 0);
    if (latest <= this.#seenAt) return;
    this.#seenAt = latest;
    rememberSeen(latest);
  }
}
