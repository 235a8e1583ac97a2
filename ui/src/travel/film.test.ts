import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Film } from "./film.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const pictures = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `p${from + i}`);

it("the pictures of a film are asked for at once where it begins, and where it is moved a little", () => {
  const film = new Film();
  film.sees(pictures(0, 20));
  film.sees(pictures(2, 22));
  expect(pictures(0, 22).every((one) => film.shows(one))).toBe(true);
});

it("what a film is moved past is never asked for, and what was asked for stays", () => {
  const film = new Film();
  film.sees(pictures(0, 20));
  for (let at = 20; at < 2_000; at += 20) film.sees(pictures(at, at + 20));
  expect(film.shows("p1980")).toBe(false);
  vi.advanceTimersByTime(200);
  expect([film.shows("p0"), film.shows("p1000"), film.shows("p1980")]).toEqual([true, false, true]);
  film.sees(pictures(500, 520));
  film.end();
  vi.advanceTimersByTime(200);
  expect(film.shows("p500")).toBe(false);
});
