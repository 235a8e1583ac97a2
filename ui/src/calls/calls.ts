import type { Call, CallKind } from "../backend/backend";

/** The name of a call. */
export const kindWords: Record<CallKind, string> = {
  start: "start",
  session_minute: "minute",
  observe: "observe",
  step: "step",
  scrape: "scrape",
  extend: "extend",
  close: "close",
};

/** The calls, newest first, and how long the longest took, in milliseconds. */
export function callRows(calls: readonly Call[]): { rows: Call[]; longest: number } {
  const longest = calls.reduce((most, call) => Math.max(most, call.tookMs ?? 0), 1);
  return { rows: [...calls].reverse(), longest };
}

/** The call that runs, if there is one. */
export const runningCall = (calls: readonly Call[]): Call | null =>
  calls.findLast((call) => call.status.type === "running") ?? null;
