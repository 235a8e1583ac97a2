import type { CallTiming } from "../backend/backend";
import { tookText } from "../controls/format";

const parts: [keyof CallTiming, string][] = [
  ["queueMs", "Waiting for its turn"],
  ["connectMs", "Connecting"],
  ["waitMs", "Waiting for the answer"],
  ["receiveMs", "Receiving"],
];

/** A part of a call's time: what it was spent on, how long, in words too, and where on a line from 0 to 1. */
export interface TimePart {
  words: string;
  ms: number;
  said: string;
  from: number;
  to: number;
}

/** Where the time of a call went, one part after the other, as far as that is known. */
export function timeParts(timing: CallTiming): TimePart[] {
  const known = parts.flatMap(([part, words]) => {
    const ms = timing[part];
    if (ms === null) return [];
    return [{ words, ms, said: part === "connectMs" && ms === 0 ? "open already" : tookText(ms) }];
  });
  const whole =
    Math.max(
      timing.totalMs ?? 0,
      known.reduce((sum, { ms }) => sum + ms, 0),
    ) || 1;
  let at = 0;
  return known.map((part) => {
    const from = at / whole;
    at += part.ms;
    return { ...part, from, to: at / whole };
  });
}

/** The same in a line. */
export const timeWords = (timing: CallTiming): string =>
  timeParts(timing)
    .filter(({ ms, said }) => said === tookText(ms))
    .map(({ words, said }) => `${words.toLowerCase()} ${said}`)
    .join(", ");
