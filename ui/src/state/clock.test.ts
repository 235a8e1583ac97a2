import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Clock } from "./clock.svelte";

beforeEach(() => vi.useFakeTimers({ now: Date.parse("2026-11-22T12:00:00Z") }));
afterEach(() => vi.useRealTimers());

const ahead = (ms: number) => new Date(Date.now() + ms).toISOString();

it("takes the hub's clock from the sample that travelled the shortest", async () => {
  const clock = new Clock();
  clock.hear(ahead(60_000 - 900));
  clock.hear(ahead(60_000 - 20));
  clock.hear(ahead(60_000 - 400));
  const stop = clock.start();
  await vi.advanceTimersByTimeAsync(1000);
  expect(Math.abs(clock.now - Date.now() - 59_980)).toBeLessThan(300);
  stop();
});

it("ticks at most four times a second, and not after its end", async () => {
  const clock = new Clock();
  const seen = new Set<number>();
  const stop = clock.start();
  for (let i = 0; i < 200; i++) {
    await vi.advanceTimersByTimeAsync(10);
    seen.add(clock.now);
  }
  expect(seen.size).toBeGreaterThanOrEqual(7);
  expect(seen.size).toBeLessThanOrEqual(10);
  stop();
  const last = clock.now;
  await vi.advanceTimersByTimeAsync(2000);
  expect(clock.now).toBe(last);
});

it("forgets an old skew", async () => {
  const clock = new Clock();
  clock.hear(ahead(3_600_000));
  for (let i = 0; i < 40; i++) clock.hear(ahead(0));
  const stop = clock.start();
  await vi.advanceTimersByTimeAsync(600);
  expect(Math.abs(clock.now - Date.now())).toBeLessThan(600);
  stop();
});
