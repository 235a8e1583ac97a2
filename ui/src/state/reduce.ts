import type {
  Call,
  ConnectionState,
  Delta,
  FlowRun,
  HubEvent,
  ModelState,
  Notice,
  Observation,
  Scraped,
  SessionDetail,
  SessionState,
  Settings,
} from "../backend/backend";

/** A session's calls and results; `loaded` once the hub was asked for what came before we listened. */
export interface Detail extends SessionDetail {
  loaded: boolean;
}

/** All that was heard from the hub. Never mutated: each event makes the next one. */
export interface World {
  /** The last event; null before the first snapshot and while one is awaited after a gap. */
  seq: number | null;
  connections: ConnectionState[];
  /** Newest first. */
  sessions: ReadonlyMap<string, SessionState>;
  settings: Settings | null;
  /** The language model of the engine inside the app. */
  model: ModelState | null;
  keychainProblem: string | null;
  /** Oldest first. */
  notices: readonly Notice[];
  /** The runs of flows of this life of the inspector, oldest first. */
  flowRuns: readonly FlowRun[];
  /** Rises when flows or what is kept of their runs have changed. */
  flowsChanged: number;
  practiceUrl: string | null;
  version: string;
  /** Grows whenever what is kept of a call arrived: console, network, the page. */
  evidence: number;
  /** Of the sessions that were looked at. */
  details: ReadonlyMap<string, Detail>;
}

export const emptyWorld: World = {
  seq: null,
  connections: [],
  sessions: new Map(),
  settings: null,
  model: null,
  keychainProblem: null,
  notices: [],
  flowRuns: [],
  flowsChanged: 0,
  practiceUrl: null,
  version: "",
  evidence: 0,
  details: new Map(),
};

const NOTICES_KEPT = 100;

/** The world after an event. After a gap it stays as it is until the next snapshot. */
export function reduce(world: World, event: HubEvent): World {
  if (event.news.type === "snapshot") {
    const { sessions, ...rest } = event.news.value;
    const known = new Map(sessions.map((session) => [session.id, session]));
    const details = new Map([...world.details].filter(([id]) => known.has(id)));
    const [evidence, flowsChanged] = [world.evidence + 1, world.flowsChanged + 1];
    return { ...rest, seq: event.seq, sessions: known, details, evidence, flowsChanged };
  }
  if (world.seq === null || event.seq <= world.seq) return world;
  if (event.seq !== world.seq + 1) return { ...world, seq: null };
  return applyAll({ ...world, seq: event.seq }, event.news.value);
}

/** Applies a batch with one copy of each map, however many deltas it has: five thousand sessions are copied once. */
function applyAll(world: World, deltas: readonly Delta[]): World {
  let sessions: Map<string, SessionState> | null = null;
  const fresh = new Map<string, SessionState>();
  let details: Map<string, Detail> | null = null;

  const change = (session: string, how: (detail: Detail) => Detail) => {
    const detail = (details ?? world.details).get(session);
    if (!detail) return;
    details ??= new Map(world.details);
    details.set(session, how(detail));
  };
  for (const delta of deltas) {
    switch (delta.type) {
      case "connection":
        world.connections = replaceById(world.connections, delta.value);
        break;
      case "connection_removed":
        world.connections = world.connections.filter(({ id }) => id !== delta.value);
        break;
      case "session":
        if (world.sessions.has(delta.value.id)) {
          sessions ??= new Map(world.sessions);
          sessions.set(delta.value.id, delta.value);
        } else fresh.set(delta.value.id, delta.value);
        break;
      case "call":
        change(delta.value.session, (detail) => ({
          ...detail,
          calls: mergeCalls(detail.calls, [delta.value]),
        }));
        break;
      case "observation":
        change(delta.value.session, (detail) => ({
          ...detail,
          observation: later(detail.observation, delta.value),
        }));
        break;
      case "scraped":
        change(delta.value.session, (detail) => ({ ...detail, scraped: later(detail.scraped, delta.value) }));
        break;
      case "settings":
        world.settings = delta.value;
        break;
      case "model":
        world.model = delta.value;
        break;
      case "notice":
        world.notices = [...world.notices, delta.value].slice(-NOTICES_KEPT);
        break;
      case "evidence":
        world.evidence += 1;
        break;
      case "flow_run":
        world.flowRuns = replaceById(world.flowRuns, delta.value);
        break;
      case "flows_changed":
        world.flowsChanged += 1;
        break;
      case "ask":
      case "exporting":
        // Heard once by the window; nothing of it is kept.
        break;
    }
  }
  const known = sessions ?? world.sessions;
  world.sessions = fresh.size > 0 ? new Map([...[...fresh].reverse(), ...known]) : known;
  if (details) world.details = details;
  return world;
}

function replaceById<T extends { id: string | number }>(all: readonly T[], changed: T): T[] {
  return all.some(({ id }) => id === changed.id)
    ? all.map((one) => (one.id === changed.id ? changed : one))
    : [...all, changed];
}

function withDetail(world: World, session: string, change: (detail: Detail) => Detail): World {
  const detail = world.details.get(session);
  if (!detail) return world;
  return { ...world, details: new Map(world.details).set(session, change(detail)) };
}

/** Starts to keep what is heard of a session. */
export function watch(world: World, session: string): World {
  if (world.details.has(session)) return world;
  const empty: Detail = { session, calls: [], observation: null, scraped: null, loaded: false };
  return { ...world, details: new Map(world.details).set(session, empty) };
}

/** Adds the hub's answer to what was heard meanwhile: whichever is later wins, so their order does not matter. */
export function withAnswer(world: World, answer: SessionDetail): World {
  return withDetail(world, answer.session, (detail) => ({
    session: answer.session,
    calls: mergeCalls(detail.calls, answer.calls),
    observation: later(detail.observation, answer.observation),
    scraped: later(detail.scraped, answer.scraped),
    loaded: true,
  }));
}

function later<T extends Observation | Scraped>(one: T | null, other: T | null): T | null {
  if (!one || !other) return one ?? other;
  return other.call >= one.call ? other : one;
}

function mergeCalls(calls: Call[], more: Call[]): Call[] {
  const byId = new Map(calls.map((call) => [call.id, call]));
  for (const call of more) {
    const known = byId.get(call.id);
    if (!known || call.status.type !== "running") byId.set(call.id, call);
  }
  return [...byId.values()].sort((a, b) => a.number - b.number || a.id - b.id);
}
