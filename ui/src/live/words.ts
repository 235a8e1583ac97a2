import { sentence } from "../controls/format";
import { amount } from "../sessions/prices";
import type { LiveState } from "./liveWatch.svelte";

/** What keeps the live picture from being shown; null when nothing does. */
export function stateSentence(state: LiveState, now: number): string | null {
  switch (state.type) {
    case "opening":
      return "Opening the live picture.";
    case "showing":
      return null;
    case "waiting": {
      const seconds = Math.max(0, Math.ceil((state.at - now) / 1000));
      const why = state.failure ? sentence(state.failure.message) : "The live picture broke off.";
      return `${why} It is opened again ${seconds > 0 ? `in ${seconds} s` : "now"}.`;
    }
    case "hidden":
      return "Stopped while the window is hidden.";
    case "over":
      return sentence(state.failure.message);
  }
}

/** What it means to act on the page, before one does. */
export function takeOverSentence(keepAlive: boolean, timeoutMinutes: number): string {
  return keepAlive
    ? "Acting counts as use, at no price of its own."
    : `Acting counts as use and moves the deadline to ${timeoutMinutes} min from then, at no price of its own.`;
}

/** What acting costs all the same. */
export const takeOverPrice = (minutePrice: number | null): string =>
  `It costs nothing beyond the session's time${minutePrice ? `, ${amount(minutePrice)} a minute` : ""}`;
