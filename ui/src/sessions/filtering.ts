import type { SessionState } from "../backend/backend";
import { hostOf } from "../controls/format";
import { endOf } from "./countdown";

export type Show = "live" | "ended" | "all";
export type Sort = "newest" | "ends_first" | "dearest";
export type KeepAlive = "any" | "only" | "without";

/** A line of the session list. */
export type ListLine = { type: "session"; session: SessionState } | { type: "heading"; title: string };

/** How the list is looked at. */
export interface Look {
  show: Show;
  text: string;
  /** Null: of all connections. */
  connection: string | null;
  host: string | null;
  keepAlive: KeepAlive;
  /** Only what ends before this instant, in milliseconds by the hub's clock. */
  endsBefore: number | null;
  sort: Sort;
}

export const plainLook: Look = {
  show: "live",
  text: "",
  connection: null,
  host: null,
  keepAlive: "any",
  endsBefore: null,
  sort: "newest",
};

/** Sessions end soon when they have so long, in milliseconds. */
export const SOON_MS = 120_000;

/** Whether a session has ended. */
export const hasEnded = (session: SessionState): boolean => session.phase.type === "ended";

/** What is worked out once for each state of a session: thousands of rows are filtered while somebody types. */
interface Derived {
  text: string;
  host: string;
  /** When it ends, in milliseconds; never is infinite. */
  ends: number;
}
const derived = new WeakMap<SessionState, Derived>();

function deriveOf(session: SessionState): Derived {
  const known = derived.get(session);
  if (known) return known;
  const { phase, title, url, id } = session;
  const at = phase.type === "live" ? (endOf(session)?.at ?? null) : phase.type === "ended" ? phase.at : null;
  const fresh: Derived = {
    text: `${title} ${url} ${id}`.toLowerCase(),
    host: url ? hostOf(url) : "",
    ends: at === null ? Infinity : Date.parse(at),
  };
  derived.set(session, fresh);
  return fresh;
}

/** The lines of the list: live sessions first, the ended ones under a heading of their own. Sessions come newest first. */
export function listLines(sessions: readonly SessionState[], look: Look): ListLine[] {
  const words = look.text.toLowerCase().split(/\s+/).filter(Boolean);
  const live: SessionState[] = [];
  const ended: SessionState[] = [];
  for (const session of sessions) {
    const over = hasEnded(session);
    if (over ? look.show === "live" : look.show === "ended") continue;
    if (fits(session, look, words)) (over ? ended : live).push(session);
  }
  sortBy(live, look.sort);
  sortBy(ended, look.sort === "ends_first" ? "newest" : look.sort);
  const lines: ListLine[] = live.map((session) => ({ type: "session", session }));
  if (ended.length > 0 && look.show === "all") lines.push({ type: "heading", title: "Ended" });
  for (const session of ended) lines.push({ type: "session", session });
  return lines;
}

function fits(session: SessionState, look: Look, words: readonly string[]): boolean {
  if (look.connection !== null && session.connection !== look.connection) return false;
  if (look.keepAlive !== "any" && session.keepAlive !== (look.keepAlive === "only")) return false;
  const { text, host, ends } = deriveOf(session);
  if (look.host !== null && host !== look.host) return false;
  if (look.endsBefore !== null && !hasEnded(session) && ends > look.endsBefore) return false;
  return words.every((word) => text.includes(word));
}

function sortBy(sessions: SessionState[], sort: Sort): void {
  switch (sort) {
    case "newest":
      return;
    case "ends_first":
      sessions.sort((a, b) => deriveOf(a).ends - deriveOf(b).ends || 0);
      return;
    case "dearest":
      sessions.sort((a, b) => b.credits - a.credits);
  }
}

/** How many sessions live and how many have ended, of one connection or of all. */
export function tally(sessions: readonly SessionState[], connection: string | null) {
  const counts = { live: 0, ended: 0, forever: 0 };
  for (const session of sessions) {
    if (connection !== null && session.connection !== connection) continue;
    if (hasEnded(session)) counts.ended++;
    else {
      counts.live++;
      if (session.keepAlive) counts.forever++;
    }
  }
  return counts;
}

/** How many live sessions each connection has. */
export function countLive(sessions: readonly SessionState[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const session of sessions)
    if (!hasEnded(session)) counts.set(session.connection, (counts.get(session.connection) ?? 0) + 1);
  return counts;
}

/** The ids of those that have not ended. */
export const aliveOf = (ids: Iterable<string>, sessions: ReadonlyMap<string, SessionState>): string[] =>
  [...ids].filter((id) => {
    const session = sessions.get(id);
    return session !== undefined && !hasEnded(session);
  });

/** The hosts of sessions, sorted by name. */
export const hostsOf = (sessions: readonly SessionState[]): string[] =>
  [...new Set(sessions.map((session) => deriveOf(session).host).filter(Boolean))].sort();

/** The session so many places after another one in the list; the first one when that is not there. */
export function stepFrom(lines: readonly ListLine[], from: string | null, by: number): string | null {
  const ids = lines.flatMap((line) => (line.type === "session" ? [line.session.id] : []));
  const at = from === null ? -1 : ids.indexOf(from);
  const to = at < 0 ? (by < 0 ? ids.length - 1 : 0) : Math.min(ids.length - 1, Math.max(0, at + by));
  return ids[to] ?? null;
}

/** The first session from a place on whose title begins with what was typed; it starts again at the top. */
export function startingWith(lines: readonly ListLine[], typed: string, from: string | null): string | null {
  const sessions = lines.flatMap((line) => (line.type === "session" ? [line.session] : []));
  const at = Math.max(
    0,
    sessions.findIndex(({ id }) => id === from),
  );
  const start = typed.length === 1 ? at + 1 : at;
  const order = [...sessions.slice(start), ...sessions.slice(0, start)];
  const wanted = typed.toLowerCase();
  const found = order.find(
    (session) => session.title.toLowerCase().startsWith(wanted) || session.id.startsWith(wanted),
  );
  return found?.id ?? null;
}

/** The ids between two of the list, both included. */
export function between(lines: readonly ListLine[], one: string, other: string): string[] {
  const ids = lines.flatMap((line) => (line.type === "session" ? [line.session.id] : []));
  const [a, b] = [ids.indexOf(one), ids.indexOf(other)];
  if (a < 0 || b < 0) return [other];
  return ids.slice(Math.min(a, b), Math.max(a, b) + 1);
}
