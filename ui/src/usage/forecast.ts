import type { CreditState } from "../backend/backend";

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });
const moment = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});
const month = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

/** `12 December` (UTC) */
export const dayWords = (instant: string | number): string => day.format(new Date(instant));

/** `November 2026` of `2026-11`. */
export const monthWords = (period: string): string => month.format(new Date(`${period}-01T00:00:00Z`));

/** The month of an instant and those before it, newest first, as `2026-11`. */
export function monthsBefore(now: number, count: number): string[] {
  const date = new Date(now);
  return Array.from({ length: count }, (_, i) =>
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - i, 1)).toISOString().slice(0, 7),
  );
}

export interface Forecast {
  /** A word or two for a headline. */
  short: string;
  sentence: string;
  /** It runs out before it renews. */
  early: boolean;
}

/** How long what remains lasts at the pace of now. */
export function forecastOf(
  credits: Pick<CreditState, "remaining" | "perMinute" | "periodEnd">,
  now: number,
): Forecast {
  const { remaining, perMinute, periodEnd } = credits;
  const renews = dayWords(periodEnd);
  if (remaining <= 0)
    return { short: "Used up", sentence: `Nothing is left. The plan renews on ${renews}.`, early: true };
  if (perMinute <= 0)
    return {
      short: "No forecast",
      sentence: "Nothing was charged in the last five minutes to go by.",
      early: false,
    };
  const end = now + (remaining / perMinute) * 60_000;
  if (end >= Date.parse(periodEnd))
    return {
      short: "Lasts",
      sentence: `At this pace the plan lasts until it renews on ${renews}.`,
      early: false,
    };
  const soon = end - now < 2 * 86_400_000;
  return {
    short: dayWords(end),
    sentence: `At this pace the plan lasts until ${soon ? moment.format(end) : dayWords(end)}.`,
    early: true,
  };
}

/** First instant of a month and of the next one; the month that runs (null) has no end yet. */
export function monthSpan(period: string | null, now: number): { from: string; to: string | null } {
  const start = new Date(period === null ? now : `${period}-01T00:00:00Z`);
  const [year, month] = [start.getUTCFullYear(), start.getUTCMonth()];
  const to = period === null ? null : new Date(Date.UTC(year, month + 1, 1)).toISOString();
  return { from: new Date(Date.UTC(year, month, 1)).toISOString(), to };
}

/** The instant an hour before. */
export const hourBefore = (now: number): string => new Date(now - 3_600_000).toISOString();
