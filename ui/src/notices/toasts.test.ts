import { expect, it } from "vitest";
import type { Notice, SessionState } from "../backend/backend";
import { quietSession } from "../backend/fakePages";
import { toastsOf, unreadOf } from "./toasts";
import { endingWords } from "./words";

const now = Date.parse("2026-11-24T12:00:00Z");
const at = (seconds: number) => new Date(now + seconds * 1000).toISOString();
const session = (id: string, change: Partial<SessionState> = {}): SessionState => ({
  ...quietSession,
  id,
  connection: "local",
  title: id,
  url: "",
  phase: { type: "live", expiresAt: at(40) },
  keepAlive: false,
  timeoutMinutes: 5,
  createdAt: at(-600),
  lastCallAt: at(-260),
  credits: 1,
  ...change,
});
const notice = (id: number, kind: Notice["kind"], change: Partial<Notice> = {}): Notice => ({
  id,
  kind,
  at: at(-1),
  session: null,
  connection: null,
  title: kind,
  text: "",
  ...change,
});
const shown = (notices: Notice[], sessions: SessionState[] = [], second = now / 1000, put: number[] = []) =>
  toastsOf(notices, {
    sessions: new Map(sessions.map((one) => [one.id, one])),
    dismissed: new Set(put),
    since: now - 30_000,
    second,
  }).map(({ id }) => id);

it("only what needs a person now is shown beside the screens", () => {
  expect(shown([notice(1, "ended"), notice(2, "budget_near"), notice(3, "back")])).toEqual([2]);
});

it("a warning goes when its session was called, ended, or somebody put it away", () => {
  const warned = [notice(1, "expires_soon", { session: "a" })];
  expect(shown(warned, [session("a")])).toEqual([1]);
  expect(shown(warned, [session("a", { lastCallAt: at(0) })])).toEqual([]);
  const phase: SessionState["phase"] = { type: "ended", at: at(0), reason: "manual", detail: null };
  expect(shown(warned, [session("a", { phase })])).toEqual([]);
  expect(shown(warned, [session("a")], now / 1000, [1])).toEqual([]);
});

it("one stays for each session, two at most, and none for longer than a minute", () => {
  const many = [1, 2, 3, 4, 5].map((id) => notice(id, "orphan", { session: `s${id % 4}` }));
  const sessions = ["s0", "s1", "s2", "s3"].map((id) => session(id));
  expect(shown(many, sessions)).toEqual([5, 4]);
  expect(shown(many, sessions, now / 1000 + 61)).toEqual([]);
});

it("that a budget is used up takes the place of that it nearly was", () => {
  const local = { connection: "local" };
  expect(shown([notice(1, "budget_near", local), notice(2, "budget_spent", local)])).toEqual([2]);
  expect(
    shown([notice(1, "budget_near", { connection: "other" }), notice(2, "budget_spent", local)]),
  ).toEqual([2, 1]);
});

it("what came before the window was open only waits in the list", () => {
  const old = [notice(1, "orphan", { at: at(-40), connection: "local" })];
  expect(shown(old)).toEqual([]);
  expect(unreadOf(old, now - 60_000)).toBe(1);
  expect(unreadOf(old, now)).toBe(0);
});

it("that a session ends is said as it is now, and a long title leaves its end on the line", () => {
  const long = session("s-1", {
    title: "A page whose title is quite long: sixty characters and more",
    url: "",
  });
  const soon = {
    type: "falling",
    by: "idle",
    text: "00:12",
    seconds: 12,
    left: 0.1,
    urgency: "alarm",
  } as const;
  const words = endingWords(long, soon);
  expect(words.title).toMatch(/^A page whose title .{1,40}… ends in 00:12$/);
  expect(words.text).toMatch(/: extend it, or let it end\.$/);
  expect(endingWords(long, { ...soon, by: "life" }).text).toMatch(/its longest life is over then/);
});
