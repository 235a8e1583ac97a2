import { expect, it } from "vitest";
import { forecastOf, monthsBefore, monthWords } from "./forecast";

const now = Date.parse("2026-11-25T12:00:00Z");
const credits = { remaining: 7412, perMinute: 0.5, periodEnd: "2026-12-01T00:00:00Z" };

it("a plan that outlasts its period lasts until it renews", () => {
  expect(forecastOf(credits, now)).toEqual({
    short: "Lasts",
    sentence: "At this pace the plan lasts until it renews on 1 December.",
    early: false,
  });
});

it("a plan that runs out before says the day", () => {
  expect(forecastOf({ ...credits, perMinute: 1.5 }, now)).toMatchObject({
    sentence: "At this pace the plan lasts until 28 November.",
    early: true,
  });
});

it("without a charge there is no forecast, and used up is said before that", () => {
  expect(forecastOf({ ...credits, perMinute: 0 }, now).sentence).toBe(
    "Nothing was charged in the last five minutes to go by.",
  );
  expect(forecastOf({ ...credits, remaining: 0, perMinute: 0 }, now).sentence).toBe(
    "Nothing is left. The plan renews on 1 December.",
  );
});

it("months are counted back over the turn of a year", () => {
  expect(monthsBefore(Date.parse("2027-01-31T23:00:00Z"), 3)).toEqual(["2027-01", "2026-12", "2026-11"]);
  expect(monthWords("2026-11")).toBe("November 2026");
});
