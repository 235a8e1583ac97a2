import { expect, it } from "vitest";
import type { LedgerLine } from "../backend/backend";
import { burnBars, dayBars } from "./bars";

const month = ["2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"] as const;

it("every day of the month has its place, with what was charged stacked by call", () => {
  const byCall = [{ call: "scrape" as const, count: 1, credits: 2 }];
  const bars = dayBars([{ day: "2026-11-30", credits: 2, byCall }], ...month);
  expect(bars.labels).toHaveLength(30);
  expect(bars.series.map(({ label }) => label)).toEqual(["scrape"]);
  expect(bars.series[0]?.values.at(-1)).toBe(2);
});

it("a server that does not tell the calls gets one part, and an empty month none", () => {
  const bars = dayBars([{ day: "2026-11-02", credits: 7, byCall: [] }], ...month);
  expect(bars.series).toMatchObject([{ label: "credits" }]);
  expect(bars.series[0]?.values[1]).toBe(7);
  expect(dayBars([], ...month).series).toEqual([]);
});

it("the last hour ends now, and what is older is left out", () => {
  const now = Date.parse("2026-11-25T12:00:30Z");
  const line = (at: string, credits: number): LedgerLine => ({
    id: 1,
    at,
    session: "s",
    call: "step",
    host: null,
    credits,
    reasons: [],
  });
  const bars = burnBars(
    [line("2026-11-25T12:00:01Z", 1), line("2026-11-25T12:00:20Z", 2), line("2026-11-25T10:00:00Z", 9)],
    now,
  );
  expect(bars.labels.at(-1)).toBe("now");
  expect(bars.series[0]?.values.at(-1)).toBe(3);
  expect(bars.series[0]?.values.reduce((all, one) => all + one, 0)).toBe(3);
});
