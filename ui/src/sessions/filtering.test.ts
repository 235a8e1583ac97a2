import { expect, it } from "vitest";
import type { SessionState } from "../backend/backend";
import { crowd } from "../backend/fakeFrame";
import { quietSession } from "../backend/fakePages";
import {
  between,
  hostsOf,
  listLines,
  plainLook,
  startingWith,
  stepFrom,
  tally,
  type ListLine,
  type Look,
} from "./filtering";

const now = Date.parse("2026-11-24T12:00:00Z");
const session = (id: string, change: Partial<SessionState> = {}): SessionState => ({
  ...quietSession,
  id,
  connection: "local",
  title: id.toUpperCase(),
  url: `http://${id}.local/`,
  phase: { type: "live", expiresAt: new Date(now + 60_000).toISOString() },
  keepAlive: false,
  timeoutMinutes: 5,
  createdAt: new Date(now).toISOString(),
  lastCallAt: new Date(now).toISOString(),
  credits: 1,
  ...change,
});
const over = {
  phase: { type: "ended", at: "2026-11-24T11:00:00Z", reason: "manual", detail: null },
} as const;
const sessions = [
  session("alpha", { credits: 3 }),
  session("beta", {
    connection: "cloud",
    phase: { type: "live", expiresAt: new Date(now + 5_000).toISOString() },
  }),
  session("gamma", { keepAlive: true, phase: { type: "live", expiresAt: null }, credits: 9 }),
  session("delta", over),
];
const ids = (lines: readonly ListLine[]) =>
  lines.map((line) => (line.type === "session" ? line.session.id : `(${line.title})`));
const shown = (change: Partial<Look>) => ids(listLines(sessions, { ...plainLook, ...change }));

it("live sessions come first, and ended ones under a heading", () => {
  expect(shown({ show: "all" })).toEqual(["alpha", "beta", "gamma", "(Ended)", "delta"]);
  expect(shown({ show: "live" })).toEqual(["alpha", "beta", "gamma"]);
  expect(shown({ show: "ended" })).toEqual(["delta"]);
});

it("each word must be in the title, the address or the id", () => {
  expect(shown({ text: "ALPHA local" })).toEqual(["alpha"]);
  expect(shown({ text: "alpha beta" })).toEqual([]);
});

it("connection, host, keep-alive and the end narrow the list", () => {
  expect(shown({ connection: "cloud" })).toEqual(["beta"]);
  expect(shown({ host: "gamma.local" })).toEqual(["gamma"]);
  expect(shown({ keepAlive: "only" })).toEqual(["gamma"]);
  expect(shown({ keepAlive: "without" })).toEqual(["alpha", "beta"]);
  expect(shown({ endsBefore: now + 10_000 })).toEqual(["beta"]);
});

it("the list is sorted by what ends first or by what costs most", () => {
  expect(shown({ sort: "ends_first" })).toEqual(["beta", "alpha", "gamma"]);
  expect(shown({ sort: "dearest" })).toEqual(["gamma", "alpha", "beta"]);
});

it("counts and hosts are told", () => {
  expect(tally(sessions, null)).toEqual({ live: 3, ended: 1, forever: 1 });
  expect(tally(sessions, "cloud")).toEqual({ live: 1, ended: 0, forever: 0 });
  expect(hostsOf(sessions)).toEqual(["alpha.local", "beta.local", "delta.local", "gamma.local"]);
});

it("steps stop at both ends, and start at the top when nothing is chosen", () => {
  const lines = listLines(sessions, { ...plainLook, show: "all" });
  expect(stepFrom(lines, null, 1)).toBe("alpha");
  expect(stepFrom(lines, "gamma", 1)).toBe("delta");
  expect(stepFrom(lines, "delta", 1)).toBe("delta");
  expect(stepFrom(lines, "alpha", -1)).toBe("alpha");
});

it("typing finds by the beginning of a title, the next one for a single letter", () => {
  const lines = listLines([session("aa"), session("ab"), session("b")], plainLook);
  expect(startingWith(lines, "a", "aa")).toBe("ab");
  expect(startingWith(lines, "ab", "aa")).toBe("ab");
  expect(startingWith(lines, "x", "aa")).toBeNull();
});

it("a range has both of its ends", () => {
  expect(between(listLines(sessions, plainLook), "gamma", "beta")).toEqual(["beta", "gamma"]);
});

it("five thousand sessions are filtered and sorted within a frame or two, on a busy machine too", () => {
  const many = crowd(5000, session("plain"));
  const took = Array.from({ length: 10 }, () => {
    const began = performance.now();
    listLines(many, { ...plainLook, text: "crawl 1", sort: "ends_first" });
    return performance.now() - began;
  });
  // The best of them: the others may have waited for a neighbour.
  expect(Math.min(...took)).toBeLessThan(33);
});
