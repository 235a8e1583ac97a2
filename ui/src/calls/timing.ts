import type { CallTiming } from "../backend/backend";
import { tookText } from "../controls/format";

const parts: [keyof CallTiming, string][] = [
  ["queueMs", "Waiting for its turn"],
  ["connectMs", "Connecting"],
  ["waitMs", "Waiting for the answer"],
  ["receiveMs", "Receiving"],
];

/** A part of a call's time: what it was spent on, how long, and where on a line from 0 to 1. */
export interface TimePart {
  words: string;
  ms: number;
  from: number;
  to: number;
}

/** Where the time of a call went, one part after the other, as far as that is known. */
export function timeParts(timing: CallTiming): TimePart[] {
  const known = parts.flatMap(([part, words]) => {
    const ms = timing[part];
    return ms === null ? [] : [{ words, ms }];
  });
  const whole =
    Math.max(
      timing.totalMs ?? 0,
      known.reduce((sum, { ms }) => sum + ms, 0),
    ) || 1;
  let at = 0;
  return known.map(({ words, ms }) => {
    const from = at / whole;
    at += ms;
    return { words, ms, from, to: at / whole };
  });
}

/** The same in a line. */
export const timeWords = (timing: CallTiming): string =>
  timeParts(timing)
    .map(({ words, ms }) => `${words.toLowerCase()} ${tookText(ms)}`)
    .join(", ");
