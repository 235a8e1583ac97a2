import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { pastCalls } from "../backend/fakeHistory";
import type { Call, PastCall } from "../backend/backend";
import { Travel } from "./travel.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const wholeOf = (call: Call): PastCall => ({
  call,
  madeElsewhere: false,
  place: { title: "", url: "" },
  request: null,
  response: null,
  missing: [],
  page: null,
  explanation: null,
  timing: { queueMs: null, connectMs: null, waitMs: null, receiveMs: null, totalMs: null },
});

function travelOver(count: number) {
  const read: number[] = [];
  const pinned: (number | null)[] = [];
  const travel = new Travel(
    {
      idOf: ({ number }) => number,
      whole: (call) => (read.push(call.number), Promise.resolve(wholeOf(call))),
    },
    (id) => pinned.push(id),
  );
  travel.calls = pastCalls("p", count);
  return { travel, read, pinned };
}

it("the last call is shown until one is chosen; what is pointed at is shown meanwhile", () => {
  const { travel, pinned } = travelOver(5);
  expect(travel.shown?.number).toBe(5);
  travel.pin(1);
  travel.hover(3);
  expect([travel.shown?.number, travel.at]).toEqual([4, 1]);
  travel.hover(null);
  expect(travel.shown?.number).toBe(2);
  expect(pinned).toEqual([2]);
  // Choosing elsewhere is followed, and so is a session that grows.
  travel.follow(4);
  travel.calls = pastCalls("p", 9);
  expect(travel.shown?.number).toBe(4);
});

it("a call that took no picture has the last page before it", () => {
  const { travel } = travelOver(5);
  travel.pin(2);
  expect(travel.shown?.picture).toBeNull();
  expect(travel.before?.number).toBe(2);
  travel.pin(0);
  expect(travel.before).toBeNull();
});

it("playing begins again at the end, keeps the time between calls and stops at the last one", () => {
  const { travel } = travelOver(3);
  travel.play(true);
  expect([travel.at, travel.playing]).toEqual([0, true]);
  vi.advanceTimersByTime(2_999);
  expect(travel.at).toBe(0);
  vi.advanceTimersByTime(1);
  expect(travel.at).toBe(1);
  travel.hover(0);
  expect(travel.shown?.number).toBe(2);
  vi.advanceTimersByTime(3_000);
  expect([travel.at, travel.playing]).toEqual([2, false]);
});

it("only the call that is rested on is read, once, and what comes too late is passed over", async () => {
  const { travel, read } = travelOver(100);
  for (const call of travel.calls) travel.read(call);
  await vi.advanceTimersByTimeAsync(200);
  // What is beside it is read ahead.
  expect(read).toEqual([100, 98, 99]);
  expect(travel.whole?.call.number).toBe(100);
  travel.read(travel.calls[3] ?? null);
  travel.read(travel.calls[99] ?? null);
  await vi.advanceTimersByTimeAsync(200);
  expect([read, travel.whole?.call.number]).toEqual([[100, 98, 99], 100]);
});

it("the calls around the one that is rested on are read ahead, and no more", async () => {
  const { travel, read } = travelOver(100);
  travel.read(travel.calls[50] ?? null);
  await vi.advanceTimersByTimeAsync(200);
  expect(read).toEqual([51, 50, 52]);
  expect(travel.wholeOf(travel.calls[51] ?? null)?.call.number).toBe(52);
  expect(travel.wholeOf(travel.calls[48] ?? null)).toBeNull();
  travel.read(travel.calls[51] ?? null);
  expect(travel.whole?.call.number).toBe(52);
  await vi.advanceTimersByTimeAsync(200);
  expect(read).toEqual([51, 50, 52, 53]);
});
