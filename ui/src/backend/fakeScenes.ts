import type { Action, Call, Failure, SessionState, Snapshot } from "./backend";
import { compareScenes } from "./fakeCompareScenes";
import { FakeBackend } from "./fake";
import { feedFrames } from "./fakeLive";
import { pageScene } from "./fakePageScenes";
import { frameScene } from "./fakeFrame";
import { flowRun, flowsScene, rowsOfTeas } from "./fakeFlows";
import { evidenceScene } from "./fakeEvidence";
import { historyScene } from "./fakeHistory";
import { moneyScene } from "./fakeMoney";
import {
  actionOf,
  defaultSettings,
  emptySnapshot,
  markdownPage,
  observationOf,
  quietSession,
} from "./fakePages";

const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

function session(id: string, title: string, url: string, change: Partial<SessionState> = {}): SessionState {
  return {
    ...quietSession,
    id,
    connection: "local",
    title,
    url,
    phase: { type: "live", expiresAt: at(252) },
    keepAlive: false,
    timeoutMinutes: 5,
    screenshot: true,
    createdAt: at(-600),
    lastCallAt: at(-48),
    credits: 14.2,
    creditsEstimated: false,
    busy: null,
    ...change,
  };
}

const ended = (
  reason: "manual" | "idle_timeout" | "error",
  detail: string | null = null,
): Partial<SessionState> => ({
  phase: { type: "ended", at: at(-900), reason, detail },
});

function manySessions(n: number): SessionState[] {
  return Array.from({ length: n }, (_, i) =>
    session(`m-${i.toString(16)}`, `Crawl ${i}`, `http://host-${i % 40}.local/`, {
      phase: { type: "live", expiresAt: at(5 + (i % 300)) },
      credits: i / 10,
    }),
  );
}

function manyActions(n: number): Action[] {
  return Array.from({ length: n }, (_, i) =>
    actionOf(`L${i + 1}`, `Result ${i + 1}`, i < 20 ? "Navigation" : "Results", "link", [
      20 + (i % 15) * 84,
      20 + Math.floor(i / 15) * 38,
      70,
      22,
    ]),
  );
}

const calls: [Call["kind"], string, number, number][] = [
  ["start", "timeout 5 min", 212, 0],
  ["observe", "/ · 61 actions", 121, 1.2],
  ["scrape", "main content · 18 KB", 141, 3.8],
  ["observe", "/search · 214 actions", 188, 2.4],
  ["step", "I1 fill “laptop 14 inch”", 96, 1],
];

function fill(fake: FakeBackend): void {
  const id = "s-7f3a";
  const done: Call[] = calls.map(([kind, what, tookMs, credits], i) => ({
    id: i + 1,
    number: i + 1,
    session: id,
    kind,
    what,
    status: { type: "done", httpStatus: 200 },
    startedAt: at(-300 + 40 * i),
    tookMs,
    credits,
    reasons: [{ what: "base", credits }],
    picture: kind === "observe" ? "shop" : null,
  }));
  done.push({
    ...(done[4] as Call),
    id: 6,
    number: 6,
    what: "B3 click Search",
    tookMs: 1412,
    credits: 0,
    status: {
      type: "failed",
      httpStatus: 409,
      failure: {
        code: "action_impossible",
        message: "B3 is covered by the cookie banner",
        hint: "Close the banner first",
      },
    },
  });
  fake.details.set(id, {
    session: id,
    calls: done,
    observation: observationOf(id, 4, "http://shop.local/search?q=laptop", null),
    scraped: {
      session: id,
      call: 3,
      at: at(-200),
      title: "Search results — Laptops",
      url: "http://shop.local/search?q=laptop",
      onlyMainContent: true,
      ...markdownPage(true),
    },
  });
}

function fullSnapshot(): Snapshot {
  return {
    ...emptySnapshot(),
    sessions: [
      session("s-7f3a", "Search results — Laptops", "http://shop.local/search?q=laptop"),
      session("s-91bc", "Flight search", "http://air.local/", {
        phase: { type: "live", expiresAt: at(371) },
        timeoutMinutes: 20,
        credits: 8,
      }),
      session(
        "s-0d2e",
        "Docs — Installation and first steps, on Linux, macOS and Windows",
        "http://docs.local/",
        {
          phase: { type: "live", expiresAt: at(39) },
          credits: 3.4,
        },
      ),
      session("s-e671", "Sign in", "http://portal.local/", {
        phase: { type: "live", expiresAt: at(12) },
        credits: 1,
      }),
      session("s-4c18", "Price watch", "http://shop.local/", {
        phase: { type: "live", expiresAt: null },
        keepAlive: true,
        createdAt: at(-2550),
        credits: 31.6,
      }),
      session("s-2b07", "Checkout flow", "http://shop.local/", { ...ended("manual"), credits: 12.1 }),
      session("s-d90e", "News index", "http://news.local/", { ...ended("idle_timeout"), credits: 2 }),
      session("s-55aa", "Map tiles", "http://maps.local/", {
        ...ended("error", "the browser process ended with signal 9"),
        credits: 0.6,
      }),
    ],
  };
}

/** The state that `?fake=` names, for looking at without a hub; `?theme=` sets the theme. */
export function sceneOf(search: URLSearchParams): FakeBackend {
  const scene = search.get("fake") ?? "full";
  const snapshot = ["empty", "down", "first"].includes(scene) ? emptySnapshot() : fullSnapshot();
  const theme = search.get("theme");
  snapshot.settings = { ...defaultSettings, theme: theme === "dark" || theme === "light" ? theme : "system" };
  if (scene === "many") snapshot.sessions = [...snapshot.sessions, ...manySessions(2000)];
  if (scene === "down") {
    snapshot.keychainProblem = "No Secret Service answers on this machine.";
    snapshot.connections = snapshot.connections.map((connection) => ({
      ...connection,
      light: "degraded",
      browser: null,
      failure: {
        code: "no_browser",
        message: "no Chromium, Chrome or Edge was found on this machine",
        hint: "Install one with: sudo apt-get install chromium",
      },
    }));
  }
  const fake = new FakeBackend(snapshot);
  frameScene(scene, snapshot, fake);
  moneyScene(scene, fake);
  historyScene(scene, fake);
  flowsScene(fake, scene === "flows" ? rowsOfTeas : undefined);
  compareScenes(scene, fake);
  if (scene === "flows") snapshot.flowRuns = [flowRun({ type: "over" })];
  evidenceScene(fake);
  fake.pictureUrl = () => new URL("../testing/shop.svg", import.meta.url).href;
  fake.onQuery("picture", (query) => {
    if (query.type === "picture" && !query.url.endsWith(".svg")) return { type: "picture", value: "shop" };
    const message = "the picture cannot be shown: it is no JPEG, PNG, WebP, GIF or AVIF";
    throw { code: "other", message, hint: null } satisfies Failure;
  });
  if (snapshot.sessions.length > 0) fill(fake);
  pageScene(scene, fake);
  feedFrames(fake, fake.pictureUrl("shop"), scene);
  const detail = fake.details.get("s-7f3a");
  if (scene === "many" && detail?.observation) {
    detail.observation.actions = manyActions(300);
    detail.observation.totalActions = 412;
  }
  if (scene === "loading") fake.sendSnapshot = () => undefined;
  if (scene === "lost") setTimeout(() => fake.lose(), 300);
  if (scene === "running" && detail) {
    const first = snapshot.sessions[0] as SessionState;
    snapshot.sessions[0] = { ...first, busy: "observe" };
    detail.calls.push({
      ...(detail.calls[1] as Call),
      id: 99,
      number: 7,
      status: { type: "running" },
      tookMs: null,
      credits: null,
      startedAt: at(-3),
    });
  }
  return fake;
}
