import type { CreditState, SessionState } from "../backend/backend";
import { balanceText, creditsText } from "../controls/format";
import { forecastOf } from "../usage/forecast";

/** What the meter says. */
export interface Meter {
  /** The number it leads with: what is left, or what was counted here. */
  amount: string;
  /** What the number is of: `of 10,000 credits left`. */
  rest: string;
  /** Charged per minute; null when it is not known. */
  pace: string | null;
  /** What remains of the whole, 0 to 1; null without a limit. */
  share: number | null;
  /** It runs out within a day. */
  early: boolean;
  /** All of it in sentences. */
  words: string;
  estimated: boolean;
}

const MINUTES_OF_A_DAY = 1440;

/** The meter of a connection; null when there is nothing to say yet. */
export function meterOf(
  credits: CreditState | null,
  sessions: readonly SessionState[],
  now: number,
): Meter | null {
  if (credits === null) return estimatedOf(sessions);
  const { plan, allowed, remaining, perMinute, today } = credits;
  const pace = `${creditsText(perMinute)}/min`;
  const burn = `${creditsText(today)} credits today, ${creditsText(perMinute)} a minute now.`;
  if (allowed <= 0)
    return {
      amount: balanceText(today),
      rest: "credits today",
      pace,
      share: null,
      early: false,
      words: `Plan ${plan}: the server tells no limit. ${burn}`,
      estimated: false,
    };
  const forecast = forecastOf(credits, now);
  return {
    amount: balanceText(remaining),
    rest: `of ${balanceText(allowed)} credits left`,
    pace,
    share: Math.max(0, Math.min(1, remaining / allowed)),
    early: forecast.early && remaining <= perMinute * MINUTES_OF_A_DAY,
    words: `Plan ${plan}: ${balanceText(remaining)} of ${balanceText(allowed)} credits left. ${burn} ${forecast.sentence}`,
    estimated: false,
  };
}

function estimatedOf(sessions: readonly SessionState[]): Meter | null {
  const known = sessions.filter(({ creditsEstimated }) => creditsEstimated);
  if (known.length === 0) return null;
  const sum = known.reduce((all, { credits }) => all + credits, 0);
  return {
    amount: `≈ ${creditsText(sum)}`,
    rest: "credits, estimated",
    pace: null,
    share: null,
    early: false,
    words: `The server tells no credits. About ${creditsText(sum)} credits for the sessions that are listed, estimated by the default card.`,
    estimated: true,
  };
}
