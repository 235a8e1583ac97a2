import type { Action, PageTab, SessionState } from "./backend";
import type { FakeBackend } from "./fake";
import { actionOf } from "./fakePages";

const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

/** A grid of small links inside of cards inside of sections: what shops and tables look like. */
export function crowdedActions(n: number): Action[] {
  const across = 50;
  return Array.from({ length: n }, (_, i) => {
    const [column, row] = [i % across, Math.floor(i / across)];
    const kind = ["L", "B", "I"][i % 3] ?? "L";
    return actionOf(
      `${kind}${i + 1}`,
      `Entry ${i + 1}`,
      `Row ${row + 1}`,
      kind === "L" ? "link" : kind === "B" ? "button" : "textbox",
      [8 + column * 25.3, 8 + row * 19.6, 21, 15],
    );
  });
}

/** A button in a link in a card, and a layer over all of it. */
export const stackedActions: Action[] = [
  actionOf("L1", "Consent layer", "Dialog", "link", [100, 100, 900, 500]),
  actionOf("L2", "Nova 14, card", "Products", "link", [200, 180, 360, 320]),
  actionOf("B1", "Add to cart", "Products", "button", [240, 420, 160, 44]),
  actionOf("B2", "Compare", "Products", "button", [420, 420, 120, 44]),
  actionOf("I1", "Amount", "Products", "textbox", [240, 360, 80, 40]),
];

const tab = (tab_id: number, title: string, url: string, active = false): PageTab => ({
  tab_id,
  title,
  url,
  active,
});

export const manyTabs: PageTab[] = [
  tab(0, "Search results — Laptops", "http://shop.local/search?q=laptop", true),
  tab(1, "نتائج البحث عن أجهزة الكمبيوتر المحمولة", "http://shop.local/ar/search"),
  tab(2, "", "http://shop.local/loading"),
  tab(3, "x".repeat(10_000), "http://long.local/"),
  tab(4, "<script>alert(1)</script>", "http://hostile.local/"),
];

function change(fake: FakeBackend, part: Partial<SessionState>): void {
  const [first, ...others] = fake.snapshot.sessions;
  if (first) fake.snapshot.sessions = [{ ...first, ...part }, ...others];
}

function actions(fake: FakeBackend, list: Action[]): void {
  const observation = fake.details.get("s-7f3a")?.observation;
  if (!observation) return;
  observation.actions = list;
  observation.totalActions = list.length;
}

/** The last call was a step that changed the page. */
function stepped(fake: FakeBackend): void {
  const detail = fake.details.get("s-7f3a");
  const last = detail?.calls.at(-1);
  if (!detail?.observation || !last) return;
  detail.calls[detail.calls.length - 1] = {
    ...{ ...last, what: "B1 click In stock", tookMs: 212, credits: 1 },
    status: { type: "done", httpStatus: 200 },
  };
  const { title, url } = detail.observation;
  detail.observation = {
    ...{ ...detail.observation, call: last.id, before: { title, url } },
    ...{ newIds: ["L9", "L10"], changedIds: ["B1"] },
    gone: [
      actionOf("L4", "Sale", "Navigation", "link", null),
      actionOf("B7", "Next page", "Products", "button", null),
    ],
  };
}

/** Changes the scene of the page view that `?fake=` names. */
export function pageScene(scene: string, fake: FakeBackend): void {
  const details = {
    latestEnd: at(140),
    viewportWidth: 1280,
    viewportHeight: 800,
    locale: "de-DE",
    timezone: "Europe/Berlin",
    userAgent: "Robot/1 (+http://robot.local)",
    proxied: true,
    sentBytes: 48_200,
    receivedBytes: 3_480_000,
    disagreement: "The server says that it is active; its last call said that it has ended.",
  };
  switch (scene) {
    case "model":
      fake.snapshot.model = {
        ...{ url: "http://127.0.0.1:11434/v1", name: "llama3.2" },
        ...{ keyKept: "keychain", failure: null },
      };
      return;
    case "boxes":
      return actions(fake, crowdedActions(2000));
    case "stepped":
      return stepped(fake);
    case "stack":
      return actions(fake, stackedActions);
    case "tabs":
      return change(fake, { tabs: manyTabs });
    case "details":
      return change(fake, details);
    case "rtl":
      return change(fake, { title: "نتائج البحث عن أجهزة الكمبيوتر المحمولة والهواتف" });
    case "long":
      return change(fake, { title: "x".repeat(10_000), url: `http://shop.local/${"y".repeat(10_000)}` });
    case "keep-alive":
      return change(fake, {
        keepAlive: true,
        phase: { type: "live", expiresAt: null },
        createdAt: at(-9000),
      });
    case "no-page":
      fake.details.clear();
      return change(fake, { title: "", url: "", phase: { type: "live", expiresAt: at(55) } });
    case "ended":
      return change(fake, {
        phase: { type: "ended", at: at(-90), reason: "idle_timeout", detail: null },
        ...{ locale: "de-DE", viewportWidth: 390, viewportHeight: 844, proxied: true },
      });
    case "poor":
      fake.snapshot.connections = fake.snapshot.connections.map((known) => ({
        ...known,
        local: false,
        name: "Cloud",
        can: { ...known.can, extend: false, live: false, elements: false, startOptions: false, tabs: false },
      }));
  }
}
