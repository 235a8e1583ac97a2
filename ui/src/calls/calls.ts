import type { Call, CallKind } from "../backend/backend";

/** The name of a call. */
export const kindWords: Record<CallKind, string> = {
  start: "start",
  session_minute: "session time",
  observe: "observe",
  step: "step",
  scrape: "scrape",
  extend: "extend",
  close: "close",
};

/** A step as the hub words it: the id of its action, what it does, and the value it was given. */
const STEP = /^([LBIS]\d+)(?: (.*?))?(?: “(.*)”)?$/su;

/** What was called, so that it reads on from the name of the call. */
export function saidOf({ kind, what }: Pick<Call, "kind" | "what">): {
  action: string | null;
  words: string;
} {
  const step = kind === "step" ? STEP.exec(what) : null;
  if (step) {
    const [, action = null, does = "", value] = step;
    return { action, words: doing(does, value) };
  }
  if (kind === "extend" || kind === "close")
    return { action: null, words: `the ${what}`.replace(/^the made/, "made") };
  const at = what.lastIndexOf(" · ");
  return { action: null, words: at < 0 ? what : `${what.slice(0, at)}: ${what.slice(at + 3)}` };
}

/** "Fill the Email field" with a value is "type “…” into Email". */
function doing(does: string, value: string | undefined): string {
  const field = /^fill (?:in )?(?:the )?(.+?)(?: field)?$/iu.exec(does)?.[1];
  if (field) return value === undefined ? `type into ${field}` : `type “${value}” into ${field}`;
  const choice = /^choose (?:in )?(?:the )?(.+)$/iu.exec(does)?.[1];
  if (choice && value !== undefined) return `choose “${value}” in ${choice}`;
  const begun = does.charAt(0).toLowerCase() + does.slice(1);
  return value === undefined ? begun : `${begun} “${value}”`.trim();
}

/** A call in words: "observe /search: 214 actions", "step B3 click Search". */
export function callWords(call: Pick<Call, "kind" | "what">): string {
  const { action, words } = saidOf(call);
  return [kindWords[call.kind], action, words].filter(Boolean).join(" ");
}

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
function textOf(call: Call): string {
  const { number, what, status } = call;
  const outcome =
    status.type === "failed" ? `failed ${status.httpStatus ?? ""} ${status.failure.message}` : status.type;
  return `${number} ${callWords(call)} ${what} ${outcome}`.toLowerCase();
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

/** The call that runs, and for how long, when that is at least `from`; in milliseconds. */
export function slowCall(
  calls: readonly Call[],
  now: number,
  from: number,
): { kind: CallKind; tookMs: number } | null {
  const call = runningCall(calls);
  const tookMs = call ? now - Date.parse(call.startedAt) : 0;
  return call && tookMs >= from ? { kind: call.kind, tookMs } : null;
}
