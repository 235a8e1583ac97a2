import type { CallKind, CallSum, DaySum, LedgerLine, SessionSum } from "../backend/backend";

/** A part of each bar; its colour is a token. */
export interface Series {
  label: string;
  color: `--${string}`;
  values: readonly number[];
}

/** Bars of several parts, one for each label. */
export interface Bars {
  labels: readonly string[];
  series: readonly Series[];
}

const colors: [CallKind, string, Series["color"]][] = [
  ["observe", "observe", "--accent"],
  ["step", "step", "--live"],
  ["scrape", "scrape", "--link"],
  ["session_minute", "session time", "--text-3"],
  ["start", "start", "--warn"],
  ["extend", "extend", "--bad"],
  ["close", "close", "--line-strong"],
];

const creditsOf = (sums: readonly CallSum[], kind: CallKind): number =>
  sums.find(({ call }) => call === kind)?.credits ?? 0;

/** Credits of every day of a month; days without a charge are bars of no height. */
export function dayBars(byDay: readonly DaySum[], periodStart: string, periodEnd: string): Bars {
  const days = Math.round((Date.parse(periodEnd) - Date.parse(periodStart)) / 86_400_000);
  const month = periodStart.slice(0, 7);
  const known = new Map(byDay.map((day) => [day.day, day]));
  const names = Array.from({ length: days }, (_, i) => `${month}-${String(i + 1).padStart(2, "0")}`);
  const labels = names.map((name) => String(Number(name.slice(8))));
  if (byDay.length > 0 && byDay.every(({ byCall }) => byCall.length === 0)) {
    const values = names.map((name) => known.get(name)?.credits ?? 0);
    return { labels, series: [{ label: "credits", color: "--accent", values }] };
  }
  return { labels, series: partsOf(names.map((name) => known.get(name)?.byCall ?? [])) };
}

function partsOf(sums: readonly (readonly CallSum[])[]): Series[] {
  return colors
    .map(([kind, label, color]) => ({ label, color, values: sums.map((of) => creditsOf(of, kind)) }))
    .filter(({ values }) => values.some((value) => value > 0));
}

const MINUTES = 60;

/** Credits of each of the last sixty minutes, the one that runs now at the end. */
export function burnBars(lines: readonly LedgerLine[], now: number): Bars {
  const current = Math.floor(now / 60_000);
  const sums: CallSum[][] = Array.from({ length: MINUTES }, () => []);
  for (const { at, call, credits } of lines) {
    const of = sums[MINUTES - 1 - (current - Math.floor(Date.parse(at) / 60_000))];
    const same = of?.find((known) => known.call === call);
    if (same) same.credits += credits;
    else of?.push({ call, count: 1, credits });
  }
  const labels = sums.map((_, i) => (i === MINUTES - 1 ? "now" : `-${MINUTES - 1 - i} min`));
  return { labels, series: partsOf(sums) };
}

const LISTED = 8;
const LETTERS = 28;

/** The sessions that cost most while idle, most first: what they cost in use, and idle. */
export function idleBars(bySession: readonly SessionSum[]): Bars {
  const rows = bySession
    .filter(({ idle }) => idle > 0)
    .sort((a, b) => b.idle - a.idle)
    .slice(0, LISTED);
  if (rows.length === 0) return { labels: [], series: [] };
  const name = ({ title, session }: SessionSum) => {
    const letters = Array.from(title || session);
    return letters.length > LETTERS ? `${letters.slice(0, LETTERS).join("")}…` : letters.join("");
  };
  return {
    labels: rows.map(name),
    series: [
      { label: "in use", color: "--accent", values: rows.map(({ credits, idle }) => credits - idle) },
      { label: "idle", color: "--warn", values: rows.map(({ idle }) => idle) },
    ],
  };
}

/** Colours and letters as the tokens say where the canvas stands. */
export function looksOf(canvas: Element): {
  color: (token: string) => string;
  font: { family: string; size: number };
} {
  const style = getComputedStyle(canvas);
  return {
    color: (token) => style.getPropertyValue(token).trim(),
    font: { family: style.getPropertyValue("--font").trim(), size: 11 },
  };
}
