import { expect, it } from "vitest";
import { timeParts, timeWords } from "./timing";

const nothing = { queueMs: null, connectMs: null, waitMs: null, receiveMs: null, totalMs: null };

it("the parts of a call's time lie one after the other, and what is not known is left out", () => {
  const timing = { ...nothing, queueMs: 25, waitMs: 50, receiveMs: 5, totalMs: 100 };
  expect(timeParts(timing).map(({ from, to }) => [from, to])).toEqual([
    [0, 0.25],
    [0.25, 0.75],
    [0.75, 0.8],
  ]);
  expect(timeWords(timing)).toBe("waiting for its turn 25 ms, waiting for the answer 50 ms, receiving 5 ms");
  expect(timeParts(nothing)).toEqual([]);
});
