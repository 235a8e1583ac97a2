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

/** The calls that have every word of a filter, newest first, and how long the longest took, in milliseconds. */
export function callRows(calls: readonly Call[], filter = ""): { rows: Call[]; longest: number } {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const longest = calls.reduce((most, call) => Math.max(most, call.tookMs ?? 0), 1);
  const rows = calls.filter((call) => {
    const text = textOf(call);
    return words.every((word) => text.includes(word));
  });
  return { rows: rows.reverse(), longest };
}

/** What a call is searched by. */
function textOf({ number, kind, what, status }: Call): string {
  const outcome =
    status.type === "failed" ? `failed ${status.httpStatus ?? ""} ${status.failure.message}` : status.type;
  return `${number} ${kindWords[kind]} ${what} ${outcome}`.toLowerCase();
}

/** The call that a key leads to from the chosen one; null when it leads nowhere. */
export function callAfter(rows: readonly Call[], chosen: number | null, key: string): number | null {
  const at = rows.findIndex(({ id }) => id === chosen);
  const to = {
    ArrowDown: at + 1,
    ArrowUp: at < 0 ? rows.length - 1 : at - 1,
    PageDown: at + 10,
    PageUp: at - 10,
    Home: 0,
    End: rows.length - 1,
  }[key];
  if (to === undefined || rows.length === 0) return null;
  return rows[Math.min(rows.length - 1, Math.max(0, to))]?.id ?? null;
}

/** The call that runs, if there is one. */
export const runningCall = (calls: readonly Call[]): Call | null =>
  calls.findLast((call) => call.status.type === "running") ?? null;
