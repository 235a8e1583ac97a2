import type { Call, CodeOf } from "../backend/backend";

/** More than a session has calls. */
const LAST = 1_000_000;
const LONGEST_NAME = 120;

/** All calls of a session so far as one flow, which is called as its page. */
export function callsOf(session: string, title: string): CodeOf {
  const stretch = { session, past: null, first: 1, last: LAST };
  const name = title.replace(/\p{C}+|\s+/gu, " ").trim();
  return { type: "calls", stretch, name: [...name].slice(0, LONGEST_NAME).join("") || "Session" };
}

/** The number of the last call on a page that has ended; 0 before the first. */
export function lastEnded(calls: readonly Call[]): number {
  const ended = calls.filter(
    ({ kind, status }) =>
      (kind === "observe" || kind === "step" || kind === "scrape") && status.type !== "running",
  );
  return ended.at(-1)?.number ?? 0;
}
