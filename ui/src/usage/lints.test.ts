import { expect, it } from "vitest";
import type { SessionState } from "../backend/backend";
import { usageOf } from "../backend/fakeMoney";
import { quietSession } from "../backend/fakePages";
import { lintsOf } from "./lints";

const now = Date.parse("2026-11-25T12:00:00Z");
const report = usageOf("local", null, 24, new Date(now));
const session = (id: string, change: Partial<SessionState>): SessionState => ({
  ...quietSession,
  id,
  connection: "local",
  title: "Search",
  url: "http://shop.local/",
  phase: { type: "live", expiresAt: new Date(now + 60_000).toISOString() },
  keepAlive: false,
  timeoutMinutes: 6,
  screenshot: true,
  createdAt: new Date(now - 3_600_000).toISOString(),
  lastCallAt: new Date(now - 3_600_000).toISOString(),
  credits: 3,
  creditsEstimated: false,
  busy: null,
  ...change,
});

it("a quiet keep-alive session can be closed from here, one with a running call cannot", () => {
  const lints = lintsOf(
    report,
    [session("s-1", { keepAlive: true }), session("s-2", { keepAlive: true, busy: "scrape" })],
    now,
  );
  expect(lints.find(({ id }) => id === "keep_alive")?.closable).toEqual(["s-1"]);
});

it("of sessions that idled at a cost those that live can be closed, and a shorter timeout is named", () => {
  const [idler] = report.bySession.filter((row) => row.idle > row.credits / 2);
  const lint = lintsOf(report, [session(idler?.session ?? "", {})], now).find(({ id }) => id === "idle");
  expect(lint?.closable).toEqual([idler?.session]);
  expect(lint?.text).toContain("timeout is up to 6 minutes");
  expect(lint?.text).toContain("start them with 2 minutes");
});

it("of a month that is over nothing can be closed", () => {
  expect(lintsOf(report, [], now).flatMap(({ closable }) => closable)).toEqual([]);
});
