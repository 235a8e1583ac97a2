import type { Call, Explanation, Failure, PastSession, RemovedSession } from "./backend";
import type { FakeBackend } from "./fake";
import { observationOf } from "./fakePages";
import { findingScene } from "./fakeFinding";

const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

/** A kept session that was closed two days ago. */
export function pastSession(key: number, change: Partial<PastSession> = {}): PastSession {
  return {
    key,
    id: `p-${key.toString(16).padStart(4, "0")}`,
    connection: "local",
    connectionName: "Local engine",
    title: "Price watch",
    url: "http://shop.local/",
    startedHere: true,
    createdAt: at(-176_400),
    touchedAt: at(-172_800),
    credits: 12.1,
    creditsEstimated: false,
    end: { at: at(-172_800), reason: "manual", detail: null },
    pinned: false,
    calls: 3,
    failed: 1,
    ...change,
  };
}

export function pastCalls(session: string, total: number): Call[] {
  return Array.from({ length: total }, (_, i): Call => {
    const step = i % 3 === 2;
    return {
      id: i + 1,
      number: i + 1,
      session,
      kind: i === 0 ? "start" : step ? "step" : "observe",
      what: i === 0 ? "timeout 5 min" : step ? "B3 click Search" : "/search · 214 actions",
      status: step
        ? {
            type: "failed",
            httpStatus: 409,
            failure: { code: "action_impossible", message: "B3 is covered by the cookie banner", hint: null },
          }
        : { type: "done", httpStatus: 200 },
      startedAt: at(-176_400 + 40 * i),
      tookMs: 120 + ((i * 37) % 900),
      credits: step ? 0 : 1.2,
      reasons: [],
      picture: !step && i > 0 ? "shop" : null,
    };
  });
}

const kept: PastSession[] = [
  pastSession(6, { title: "Search results — Laptops", end: null, touchedAt: at(-48), credits: 14.2 }),
  pastSession(5, {
    title: "News index",
    url: "http://news.local/",
    end: { at: at(-90_000), reason: "idle_timeout", detail: null },
    failed: 0,
  }),
  pastSession(4, { pinned: true }),
  pastSession(3, {
    title: "Map tiles",
    url: "http://maps.local/",
    connection: "cloud",
    connectionName: "Cloud",
    end: { at: at(-260_000), reason: "error", detail: "the browser process ended with signal 9" },
  }),
  pastSession(2, {
    title: "",
    url: "http://portal.local/",
    end: { at: at(-400_000), reason: null, detail: "its end was not seen" },
    creditsEstimated: true,
  }),
];

const covered: Explanation = {
  sentence: "Something lies over B3: the cookie banner.",
  evidence: ["B3 is covered by the cookie banner.", "GET /api/consent answered 503."],
  help: [{ type: "observe" }, { type: "retry" }, { type: "open_request", exchange: "r7" }],
};

/** What the history answers: `long` has sessions of 5,000 calls, `empty` keeps nothing, `no_history` cannot be read, `loading` never answers. */
export function historyScene(scene: string, fake: FakeBackend): void {
  const count = scene === "long" ? 5_000 : 3;
  let sessions = scene === "empty" ? [] : kept.map((session) => ({ ...session, calls: count }));
  let removed: RemovedSession[] = [];
  const failure: Failure = {
    code: "other",
    message: "the history folder /home/me/data/history is used by another inspector; calls are not kept",
    hint: "free the folder and start the inspector again",
  };
  fake.onQuery("history", (query) => {
    if (scene === "loading") return new Promise(() => undefined);
    if (scene === "no_history") throw failure;
    if (query.type !== "history") throw failure;
    const { connection, pinned } = query.filter;
    const fits = sessions.filter(
      (session) => (!connection || session.connection === connection) && (!pinned || session.pinned),
    );
    const page = fits.slice(query.offset, query.offset + query.limit);
    return { type: "history", value: { sessions: page, total: fits.length, removed } };
  });
  findingScene(fake, () => sessions);
  fake.onQuery("history_calls", (query) => {
    if (query.type !== "history_calls") throw failure;
    const calls = pastCalls(`p-${query.session}`, count);
    return { type: "history_calls", value: { calls: calls.slice(query.offset), total: calls.length } };
  });
  fake.onQuery("history_call", (query) => {
    const call = query.type === "history_call" && pastCalls("p", count)[query.number - 1];
    if (!call) throw failure;
    return {
      type: "history_call",
      value: {
        call,
        madeElsewhere: false,
        place: { title: "Search results — Laptops", url: "http://shop.local/search?q=laptop" },
        request: { session_id: "p-0004", url: "http://shop.local/search?q=laptop", max_nb_actions: 300 },
        response:
          call.status.type === "done"
            ? {
                space: { actions: observationOf("p", 2, "http://shop.local/", null).actions },
                metadata: { viewport: observationOf("p", 2, "http://shop.local/", null).viewport },
              }
            : null,
        page: null,
        explanation: call.status.type === "failed" ? covered : null,
        timing: { queueMs: 4, connectMs: null, waitMs: 96, receiveMs: 12, totalMs: 112 },
        missing:
          call.status.type === "done" ? [] : ["The screenshot was not kept: the disk had 412 MB free."],
      },
    };
  });
  fake.onQuery("history_sizes", () => ({
    type: "history_sizes",
    value: { sessions: sessions.length, calls: count * sessions.length, bytes: 48_200_000 },
  }));
  const nothing = fake.obey({ type: "clear_history" });
  fake.on("pin_past", (command) => {
    if (command.type === "pin_past")
      sessions = sessions.map((session) =>
        session.key === command.session ? { ...session, pinned: command.pinned } : session,
      );
    return nothing;
  });
  fake.on("remove_past", (command) => {
    if (command.type !== "remove_past") return nothing;
    const until = new Date(Date.now() + 600_000).toISOString();
    const gone = sessions.filter(({ key }) => key === command.session);
    removed = [...gone.map((session) => ({ session, until })), ...removed];
    sessions = sessions.filter(({ key }) => key !== command.session);
    return nothing;
  });
  const forget = (key: number) => (removed = removed.filter(({ session }) => session.key !== key));
  fake.on("bring_back_past", (command) => {
    if (command.type !== "bring_back_past") return nothing;
    const back = removed.filter(({ session }) => session.key === command.session);
    sessions = [...sessions, ...back.map(({ session }) => session)].sort((a, b) => b.key - a.key);
    forget(command.session);
    return nothing;
  });
  fake.on("delete_past", (command) => {
    if (command.type === "delete_past") forget(command.session);
    return nothing;
  });
  fake.on("clear_history", () => {
    sessions = sessions.filter(({ end, pinned }) => end === null || pinned);
    return nothing;
  });
}
