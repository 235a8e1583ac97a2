import { expect, it } from "vitest";
import type { Call, Delta, HubEvent, SessionState } from "../backend/backend";
import { emptySnapshot, observationOf } from "../backend/fakePages";
import { emptyWorld, reduce, watch, withAnswer, type World } from "./reduce";
import { quietSession } from "../backend/fakePages";

const now = "2026-11-22T12:00:00Z";
const session = (id: string, credits = 0): SessionState => ({
  ...quietSession,
  id,
  connection: "local",
  title: "",
  url: "",
  phase: { type: "live", expiresAt: null },
  keepAlive: true,
  timeoutMinutes: 5,
  screenshot: true,
  createdAt: now,
  lastCallAt: now,
  credits,
  creditsEstimated: false,
  busy: null,
});
const call = (id: number, status: Call["status"]): Call => ({
  id,
  number: id,
  session: "a",
  kind: "observe",
  what: "",
  status,
  startedAt: now,
  tookMs: null,
  credits: null,
  reasons: [],
  picture: null,
});
const running = { type: "running" } as const;
const done = { type: "done", httpStatus: 200 } as const;

const snapshot = (seq: number, ...sessions: SessionState[]): HubEvent => ({
  seq,
  now,
  news: { type: "snapshot", value: { ...emptySnapshot(), sessions } },
});
const deltas = (seq: number, ...value: Delta[]): HubEvent => ({ seq, now, news: { type: "deltas", value } });
const after = (...events: HubEvent[]): World => events.reduce(reduce, emptyWorld);
const changed = (id: string, credits: number): Delta => ({ type: "session", value: session(id, credits) });

it("deltas change what a snapshot gave, and new sessions come first", () => {
  const world = after(snapshot(1, session("a")), deltas(2, changed("a", 1), changed("b", 2)));
  expect([...world.sessions.values()].map(({ id, credits }) => [id, credits])).toEqual([
    ["b", 2],
    ["a", 1],
  ]);
});

it("deltas before the first snapshot are not believed", () => {
  expect(after(deltas(7, changed("a", 1))).sessions.size).toBe(0);
});

it("after a gap nothing is believed until the next snapshot", () => {
  const gap = after(snapshot(1, session("a")), deltas(3, changed("a", 5)), deltas(4, changed("a", 6)));
  expect(gap.sessions.get("a")?.credits).toBe(0);
  const mended = [snapshot(5, session("a", 7)), deltas(6, changed("a", 8))].reduce(reduce, gap);
  expect(mended.sessions.get("a")?.credits).toBe(8);
});

it("an event that comes twice or late changes nothing", () => {
  const world = after(
    snapshot(4, session("a", 1)),
    deltas(5, changed("a", 2)),
    deltas(5, changed("a", 9)),
    deltas(3, changed("a", 8)),
  );
  expect(world.sessions.get("a")?.credits).toBe(2);
});

it("a hub that starts again counts from anew", () => {
  const world = after(snapshot(400, session("a")), snapshot(1, session("b")), deltas(2, changed("b", 3)));
  expect([...world.sessions.keys()]).toEqual(["b"]);
  expect(world.sessions.get("b")?.credits).toBe(3);
});

it("connections come, change and go", () => {
  const [local] = emptySnapshot().connections;
  if (!local) throw new Error("no connection");
  const cloud = { ...local, id: "cloud", name: "Cloud" };
  const both = after(
    snapshot(1),
    deltas(
      2,
      { type: "connection", value: cloud },
      { type: "connection", value: { ...cloud, light: "down" } },
    ),
  );
  expect(both.connections.map(({ id, light }) => [id, light])).toEqual([
    ["local", "ready"],
    ["cloud", "down"],
  ]);
  expect(reduce(both, deltas(3, { type: "connection_removed", value: "cloud" })).connections).toHaveLength(1);
});

it("an answer and the deltas heard meanwhile add up in either order", () => {
  const watched = watch(after(snapshot(1, session("a"))), "a");
  const old = observationOf("a", 1, "http://a/", null);
  const latest = observationOf("a", 2, "http://b/", null);
  const answer = { session: "a", calls: [call(1, done), call(2, running)], observation: old, scraped: null };
  const heard = deltas(2, { type: "call", value: call(2, done) }, { type: "observation", value: latest });
  for (const world of [
    withAnswer(reduce(watched, heard), answer),
    reduce(withAnswer(watched, answer), heard),
  ]) {
    const detail = world.details.get("a");
    expect(detail?.calls.map(({ id, status }) => [id, status.type])).toEqual([
      [1, "done"],
      [2, "done"],
    ]);
    expect(detail?.observation?.url).toBe("http://b/");
  }
});

it("calls of a session nobody looked at are not kept", () => {
  expect(
    after(snapshot(1, session("a")), deltas(2, { type: "call", value: call(1, done) })).details.size,
  ).toBe(0);
});
