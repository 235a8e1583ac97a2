import type { ConnectionState, Failure, LogLine, Notice, SessionState, Snapshot } from "./backend";
import type { FakeBackend } from "./fake";

const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

const nothing = { session: null, connection: null };

/** What the bell holds in a full scene. */
export const someNotices = (): Notice[] => [
  {
    ...nothing,
    id: 1,
    at: at(-5400),
    kind: "back",
    connection: "cloud",
    title: "NotexAI answers again",
    text: "It was away for 12 s. The list is current.",
  },
  {
    ...nothing,
    id: 2,
    at: at(-900),
    kind: "ended",
    session: "s-55aa",
    title: "Map tiles failed",
    text: "The browser process ended with signal 9.",
  },
  {
    ...nothing,
    id: 3,
    at: at(-600),
    kind: "budget_half",
    connection: "local",
    title: "Half of today's budget is used",
    text: "60.2 of 120 credits on Local engine.",
  },
  {
    ...nothing,
    id: 4,
    at: at(-240),
    kind: "orphan",
    session: "s-4c18",
    title: "Price watch runs without a deadline",
    text: "It was made by a call without a session and stays until somebody closes it. It costs 0.1 credits each minute.",
  },
  {
    ...nothing,
    id: 5,
    at: at(-6),
    kind: "expires_soon",
    session: "s-e671",
    title: "Sign in ends in 18 s",
    text: "Nobody called it for 5 min.",
  },
];

/** A hosted server beside the local engine. */
export const hosted = (local: ConnectionState): ConnectionState => ({
  ...local,
  id: "cloud",
  name: "NotexAI",
  local: false,
  baseUrl: "https://api.notex.example",
  dialect: "classic",
  version: "2.4.1",
  browser: null,
  latencyMs: 38,
  can: {
    ...local.can,
    events: false,
    takeOver: false,
    elements: false,
    editRates: false,
    startOptions: false,
    tabs: false,
  },
});

const logs: [level: LogLine["level"], target: string, text: string][] = [
  ["info", "notex_inspector", "the inspector 0.1.0 starts"],
  ["info", "notex_engine::browser", "Chromium 156.0.8078.79 answers after 412 ms"],
  ["debug", "notex_hub::follow", "local: 8 sessions listed in 3 ms"],
  ["info", "notex_hub", "local: session s-7f3a started, timeout 5 min"],
  ["warn", "notex_hub::follow", "cloud: no answer for 10 s; tried again in 2 s"],
  [
    "error",
    "notex_engine::live",
    "session s-55aa: the browser process ended with signal 9; the session ends as failed",
  ],
  ["debug", "notex_client", "POST /page/observe 200 in 188 ms"],
];

function logLines(n: number): LogLine[] {
  return Array.from({ length: n }, (_, i) => {
    const [level, target, text] = logs[i % logs.length] as (typeof logs)[number];
    return { number: i + 1, at: at((i - n) * 2), level, target, text };
  });
}

const report = [
  "Notex Inspector 0.1.0, diagnostic report",
  "System: Linux 6.12, x86_64",
  "Browser: Chromium 156.0.8078.79",
  "Keychain: answers",
  "Connections: local (ready, 2 ms), cloud (ready, 38 ms, key in the keychain)",
  "Sessions: 5 live, 3 ended",
  "No key, header or page is in this report.",
].join("\n");

/** So many live sessions on the local engine, each with a deadline of its own. */
export function crowd(n: number, plain: SessionState): SessionState[] {
  const words = ["Crawl", "Price watch", "Search", "Checkout", "Docs", "News"];
  return Array.from({ length: n }, (_, i): SessionState => {
    const keepAlive = i % 25 === 24;
    return {
      ...plain,
      id: `c-${i.toString(16).padStart(4, "0")}-7d1e`,
      title: `${words[i % words.length]} ${i}`,
      url: `http://host-${i % 40}.local/page/${i}`,
      phase: { type: "live", expiresAt: keepAlive ? null : at(30 + ((i * 37) % 1500)) },
      keepAlive,
      timeoutMinutes: 25,
      createdAt: at(-60 - i),
      lastCallAt: at(-(i % 300)),
      lastCall: ["B3 click Search", "/search · 214 actions", "main content · 18 KB"][i % 3] ?? null,
      credits: (i % 400) / 10,
      startedHere: i % 3 !== 0,
    };
  });
}

const keychainFailure: Failure = {
  code: "keychain",
  message: "the keychain did not answer",
  hint: "unlock it, then try again",
};

/** What the scenes of the window's frame have beyond the sessions; called for every scene. */
export function frameScene(scene: string, snapshot: Snapshot, fake: FakeBackend): void {
  fake.onQuery("log", (query) => {
    const lines = logLines(scene === "many" ? 5000 : 120);
    const after = query.type === "log" ? query.after : 0;
    return { type: "log", value: { lines: lines.filter((line) => line.number > after), dropped: 0 } };
  });
  fake.onQuery("report", () => ({ type: "report", value: report }));
  const local = snapshot.connections[0];
  const first = snapshot.sessions[0];
  const told = [
    "step B3 click Search",
    "observe / · 61 actions",
    "scrape main content · 18 KB",
    "step I2 fill",
  ];
  snapshot.sessions = snapshot.sessions.map((session, i) => ({
    ...session,
    startedHere: session.id !== "s-4c18",
    lastCall: told[i % told.length] ?? null,
  }));
  if (scene === "first") snapshot.settings = { ...snapshot.settings, welcomed: false };
  if (["full", "many", "crowd", "unreachable"].includes(scene) && local) {
    snapshot.connections = [local, hosted(local)];
    snapshot.notices = someNotices();
  }
  if (scene === "crowd" && first) snapshot.sessions = crowd(5000, first);
  if (scene === "unreachable") {
    snapshot.settings = { ...snapshot.settings, connection: "cloud" };
    snapshot.connections = snapshot.connections.map((connection) =>
      connection.local
        ? connection
        : {
            ...connection,
            light: "down",
            latencyMs: null,
            retryAt: at(8),
            keyKept: "memory",
            failure: {
              code: "unreachable",
              message: "api.notex.example could not be reached",
              hint: "look whether this machine is online",
            },
          },
    );
    fake.on("replace_key", () => Promise.reject(keychainFailure));
  }
}
