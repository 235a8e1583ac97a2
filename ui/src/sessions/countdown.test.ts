import { expect, it } from "vitest";
import type { SessionState } from "../backend/backend";
import { cannotExtend, countdownOf } from "./countdown";
import { quietSession } from "../backend/fakePages";

const now = Date.parse("2026-11-22T12:00:00Z");
const session = (change: Partial<SessionState> = {}): SessionState => ({
  ...quietSession,
  id: "s-1",
  connection: "local",
  title: "",
  url: "",
  phase: { type: "live", expiresAt: new Date(now + 300_000).toISOString() },
  keepAlive: false,
  timeoutMinutes: 5,
  screenshot: true,
  createdAt: new Date(now).toISOString(),
  lastCallAt: new Date(now).toISOString(),
  credits: 0,
  creditsEstimated: false,
  busy: null,
  ...change,
});

it("a fresh session shows its whole timeout and a full ring", () => {
  expect(countdownOf(session(), now)).toEqual({
    type: "falling",
    by: "idle",
    text: "05:00",
    seconds: 300,
    left: 1,
    urgency: "calm",
  });
});

it.each([
  [61, "01:01", "calm"],
  [60, "01:00", "warn"],
  [21, "00:21", "warn"],
  [20, "00:20", "alarm"],
  [1, "00:01", "alarm"],
  [0, "00:00", "alarm"],
])("with %i seconds left it reads %s and is %s", (seconds, text, urgency) => {
  expect(countdownOf(session(), now + (300 - seconds) * 1000)).toMatchObject({ text, urgency });
});

it("a second is shown until it is over, and nothing falls below zero", () => {
  expect(countdownOf(session(), now + 299_001)).toMatchObject({ text: "00:01" });
  expect(countdownOf(session(), now + 400_000)).toMatchObject({ text: "00:00", left: 0 });
});

it("the longest life is shown where it is over before the deadline, and nothing extends it", () => {
  const latest = (seconds: number) => session({ latestEnd: new Date(now + seconds * 1000).toISOString() });
  expect(countdownOf(latest(15), now)).toMatchObject({ by: "life", text: "00:15", urgency: "alarm" });
  expect(countdownOf(latest(300), now)).toMatchObject({ by: "life", text: "05:00" });
  expect(countdownOf(latest(301), now)).toMatchObject({ by: "idle", text: "05:00", left: 1 });
  expect(countdownOf(latest(120), now)).toMatchObject({ by: "life", left: 1 });
  expect(cannotExtend(latest(15))).toContain("longest life");
  expect(cannotExtend(latest(301))).toBeNull();
});

it("a keep-alive session with a longest life counts down to it", () => {
  const day = session({
    keepAlive: true,
    phase: { type: "live", expiresAt: null },
    latestEnd: new Date(now + 86_400_000).toISOString(),
  });
  expect(countdownOf(day, now)).toMatchObject({ by: "life", text: "24:00:00", left: 1 });
  expect(countdownOf(day, now + 86_390_000)).toMatchObject({ text: "00:10", urgency: "alarm" });
});

it("a keep-alive session counts up", () => {
  const forever = session({ keepAlive: true, phase: { type: "live", expiresAt: null } });
  expect(countdownOf(forever, now + 42.5 * 60_000)).toMatchObject({
    type: "keep_alive",
    text: "keep-alive 42 min",
  });
  expect(countdownOf(forever, now + 125 * 60_000)).toMatchObject({ text: "keep-alive 2 h 5 min" });
});

it("an ended session has no countdown", () => {
  const phase = { type: "ended", at: "", reason: "manual", detail: null } as const;
  expect(countdownOf(session({ phase }), now)).toEqual({ type: "ended" });
  expect(countdownOf(session({ phase: { type: "ending" } }), now)).toMatchObject({ type: "ending" });
});
