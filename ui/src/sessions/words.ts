import type { CallKind, SessionState } from "../backend/backend";
import { capital, hostOf, sentence, shortId } from "../controls/format";
import type { Limit } from "./countdown";

export type Tone = "plain" | "live" | "warn" | "bad";

/** What state a session is in, in words, and how much it matters. */
export function stateWords(session: SessionState): { text: string; tone: Tone; detail: string } {
  const { phase } = session;
  switch (phase.type) {
    case "live":
      return session.busy
        ? { text: busyWords[session.busy], tone: "live", detail: "A call is running." }
        : { text: "active", tone: "live", detail: "It answers calls." };
    case "ending":
      return { text: "ending", tone: "warn", detail: "Waiting for the server to confirm the end." };
    case "ended": {
      const detail = phase.detail ? sentence(phase.detail) : "";
      switch (phase.reason) {
        case "manual":
          return { text: "closed", tone: "plain", detail: detail || "Somebody closed it." };
        case "idle_timeout":
          return {
            text: "timed out",
            tone: "warn",
            detail: detail || `Nobody called it for ${session.timeoutMinutes} min.`,
          };
        case "max_duration":
          return { text: "reached its longest life", tone: "warn", detail };
        case "error":
          return { text: "failed", tone: "bad", detail: detail || "The server did not say why." };
      }
    }
  }
}

const busyWords: Record<CallKind, string> = {
  start: "starting",
  session_minute: "active",
  observe: "observing",
  step: "stepping",
  scrape: "scraping",
  extend: "extending",
  close: "closing",
};

/** Which limit a countdown runs to, beside it. */
export const limitWords: Record<Limit, string> = { idle: "idle deadline", life: "longest life" };

/** The same, where there is room for a sentence. */
export const limitSentence: Record<Limit, string> = {
  idle: "It ends then unless it is called before",
  life: "Its longest life is over then, whatever is called",
};

/** The third line of a row: why it ended, what runs, or what was called last. */
export function storyOf(session: SessionState): string {
  const words = stateWords(session);
  if (session.phase.type === "ended") return words.detail;
  if (session.busy) return capital(words.text);
  if (session.lastCall === null) return "Not called yet";
  // Without a time: a session is used by more than calls, and `lastCallAt` tells the last use.
  return session.lastCall;
}

/** Its title, or what can be said before it has one. */
export function titleOf(session: SessionState): string {
  return session.title.trim() || (session.url ? hostOf(session.url) : "No page yet");
}

/** `shop.local · s-7f3a` */
export function placeOf(session: SessionState): string {
  return [session.url ? hostOf(session.url) : null, shortId(session.id)].filter(Boolean).join(" · ");
}
