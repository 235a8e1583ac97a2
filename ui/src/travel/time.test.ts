import { expect, it } from "vitest";
import { inSight, indexAfter, nearest, pauseBefore, places } from "./time";

const at = (...seconds: number[]) =>
  seconds.map((second) => ({ startedAt: new Date(1_800_000_000_000 + second * 1000).toISOString() }));

it("places keep the order and the proportions of time, and a night takes no more room than half a minute", () => {
  expect([...places(at(0, 10, 20, 40))]).toEqual([0, 0.25, 0.5, 1]);
  expect([...places(at(0, 10, 40_010, 40_020))]).toEqual([0, 0.2, 0.8, 1]);
  expect([...places(at(5, 5, 5))]).toEqual([0, 0.5, 1]);
  expect([...places(at(5))]).toEqual([0.5]);
  expect([...places([])]).toEqual([]);
});

it("the nearest place is found on both sides and beyond the ends", () => {
  const line = places(at(0, 10, 20, 40));
  expect([-1, 0.1, 0.13, 0.3, 0.9, 2].map((place) => nearest(line, place))).toEqual([0, 0, 1, 1, 3, 3]);
  expect(nearest(places([]), 0.5)).toBe(-1);
});

it("playing keeps the time between calls, faster when asked, and cuts what is long", () => {
  const [one, two, later] = at(0, 2, 2_000);
  if (!one || !two || !later) throw new Error("three");
  expect([1, 2, 4].map((speed) => pauseBefore(one, two, speed))).toEqual([2000, 1000, 500]);
  expect(pauseBefore(two, later, 4)).toBe(3000);
  expect(pauseBefore(one, one, 1)).toBe(120);
});

it("only what is in sight of a long film is made", () => {
  expect(inSight(0, 1000, 100, 5000)).toEqual({ from: 0, to: 16 });
  expect(inSight(250_000, 1000, 100, 5000)).toEqual({ from: 2494, to: 2516 });
  expect(inSight(499_000, 1000, 100, 5000)).toEqual({ from: 4984, to: 5000 });
  expect(inSight(0, 1000, 100, 2)).toEqual({ from: 0, to: 2 });
});

it("keys stay within the calls", () => {
  expect(
    ["ArrowRight", "ArrowLeft", "Home", "End", "PageUp", "x"].map((key) => indexAfter(1, 3, key)),
  ).toEqual([2, 0, 0, 2, 0, null]);
  expect(indexAfter(2, 3, "ArrowRight")).toBe(2);
  expect(indexAfter(-1, 0, "End")).toBeNull();
});
