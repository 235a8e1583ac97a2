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

it("a call that came over an open connection says so, and the line of one that opened its own has its part", () => {
  const over = { ...nothing, connectMs: 0, waitMs: 30, totalMs: 30 };
  expect(timeParts(over).map(({ words, said }) => [words, said])).toEqual([
    ["Connecting", "open already"],
    ["Waiting for the answer", "30 ms"],
  ]);
  expect(timeWords(over)).toBe("waiting for the answer 30 ms");
  const first = { ...nothing, queueMs: 0, connectMs: 10, waitMs: 30, totalMs: 40 };
  expect(timeParts(first)[1]).toMatchObject({ said: "10 ms", from: 0, to: 0.25 });
});
