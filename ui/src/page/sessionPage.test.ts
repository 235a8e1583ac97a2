import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import App from "../App.svelte";
import type { SessionState } from "../backend/backend";
import { FakeBackend } from "../backend/fake";
import { manyTabs } from "../backend/fakePageScenes";
import { emptySnapshot } from "../backend/fakePages";
import { plainStart } from "../sessions/newSession";
import { Inspector } from "../state/inspector.svelte";
import { extensionOf, factsOf, likeOf, timeCost } from "./life";

beforeEach(() => localStorage.clear());

function started(change: Partial<SessionState> = {}) {
  const fake = new FakeBackend(emptySnapshot());
  const outcome = fake.obey({ type: "start_session", connection: "local", options: plainStart });
  const session = outcome.session ?? "";
  fake.obey({ type: "observe", session, url: "http://shop.local/", maxActions: null });
  fake.snapshot.sessions = fake.snapshot.sessions.map((known) => ({ ...known, ...change }));
  fake.sent.length = 0;
  return { fake, session };
}
async function open(change: Partial<SessionState> = {}) {
  const made = started(change);
  const model = new Inspector(made.fake);
  render(App, { model });
  await waitFor(() => expect(model.ready).toBe(true));
  model.select(made.session);
  await screen.findByLabelText("Address");
  return { ...made, model, user: userEvent.setup() };
}
const press = (name: string | RegExp) => screen.getByRole("button", { name });

it("tabs are switched, opened and closed; the one in front is clear", async () => {
  const { fake, session, user } = await open({ tabs: manyTabs });
  const strip = screen.getByRole("tablist", { name: "Tabs of the session" });
  const tabs = within(strip).getAllByRole("tab");
  expect(tabs.map((tab) => tab.getAttribute("aria-selected"))).toEqual(["true", ...Array(4).fill("false")]);
  expect(tabs[2]).toHaveTextContent("shop.local");
  expect(tabs[3]?.textContent?.length).toBeLessThan(400);
  await user.click(tabs[1] as HTMLElement);
  await user.click(press("Close the tab in front"));
  await user.click(press("Open another tab"));
  await user.keyboard("air.local{Enter}");
  expect(fake.sent).toEqual([
    { type: "tab", session, deed: { type: "switch", tab: 1 } },
    { type: "tab", session, deed: { type: "close" } },
    { type: "tab", session, deed: { type: "open", url: "http://air.local" } },
  ]);
});

it("one tab is no strip of tabs", async () => {
  await open({ tabs: manyTabs.slice(0, 1) });
  expect(screen.queryByRole("tablist", { name: "Tabs of the session" })).toBeNull();
});

it("the address bar goes back, forward and reloads, and says what is wrong before it sends", async () => {
  const { fake, user } = await open();
  await user.click(press("Back"));
  await user.click(press("Forward"));
  await user.click(press("Reload the page"));
  expect(fake.sent.map((command) => command.type === "step" && command.action)).toEqual(["S4", "S5", "S6"]);
  const address = screen.getByLabelText("Address");
  await user.clear(address);
  await user.type(address, "ftp://x{Enter}");
  expect(address).toHaveAccessibleDescription(/not ftp:/);
  expect(fake.sent).toHaveLength(3);
});

it("an address that is being typed stays when the page goes elsewhere by itself", async () => {
  const { fake, session, user } = await open();
  const address = screen.getByLabelText("Address");
  const [known] = fake.snapshot.sessions;
  const goes = (url: string) => fake.deltas({ type: "session", value: Object.assign({}, known, { url }) });
  await user.click(address);
  goes("http://shop.local/moved");
  await user.keyboard("air.local");
  goes("http://shop.local/again");
  expect(address).toHaveValue("air.local");
  await user.keyboard("{Enter}");
  expect(fake.sent).toEqual([{ type: "observe", session, url: "http://air.local", maxActions: null }]);
  goes("http://air.local/");
  await waitFor(() => expect(address).toHaveValue("http://air.local/"));
});

it("a call that runs is stopped from the address bar", async () => {
  const { fake, session, user } = await open({ busy: "observe" });
  await user.click(press("Stop"));
  expect(fake.sent).toEqual([{ type: "cancel_call", session }]);
});

it("what is seen and what is reported differ: that is said", async () => {
  await open({ disagreement: "the server lists it as active" });
  expect(screen.getByText(/differ. The server lists it as active./)).toBeVisible();
});

it("an ended session says how it ended and starts another like it", async () => {
  const { fake, user } = await open({
    phase: { type: "ended", at: new Date().toISOString(), reason: "idle_timeout", detail: null },
    ...{ timeoutMinutes: 12, locale: "de-DE", viewportWidth: 390, viewportHeight: 844 },
  });
  expect(screen.getByText(/This session ended at .* timed out/)).toBeVisible();
  await user.click(press("Start another like it"));
  const dialog = await screen.findByRole("dialog", { name: "New session" });
  expect(within(dialog).getByLabelText("Start URL")).toHaveValue("http://shop.local/");
  await user.click(within(dialog).getByRole("button", { name: "Start session" }));
  expect(fake.sent[0]).toMatchObject({
    type: "start_session",
    options: { timeoutMinutes: 12, locale: "de-DE", viewportWidth: 390, viewportHeight: 844 },
  });
});

it("an element is picked with its selectors and its action, and Escape ends it", async () => {
  const { fake, model, user } = await open();
  const [action] = model.detail?.observation?.actions.filter(({ id }) => id === "B3") ?? [];
  if (!action?.box || !action.selector) throw new Error("no action");
  fake.onQuery("element", () => ({
    type: "element",
    value: {
      ...{ tag: "button", role: "button", name: "Search", text: "Search" },
      ...{ bounds: action.box as NonNullable<typeof action.box> },
      selectors: action.selector as NonNullable<typeof action.selector>,
      ...{ field: null, items: [] },
    },
  }));
  await user.click(press("Pick"));
  const picker = screen.getByRole("application", { name: /Pick an element/ });
  expect(picker).toHaveFocus();
  await user.keyboard("{ArrowRight}{Enter}");
  const card = screen.getByRole("region", { name: "Picked element" });
  expect(await within(card).findByText(action.selector.css)).toBeVisible();
  expect(within(card).getByRole("button", { name: "Copy CSS selector" })).toBeVisible();
  await user.click(within(card).getByRole("button", { name: /Choose this action/ }));
  expect(model.chosenAction).toBe("B3");
  await user.click(press("Pick"));
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("application")).toBeNull();
});

it("a chosen call shows the page as it was, until one goes back to now", async () => {
  const { fake, session, model, user } = await open();
  fake.obey({ type: "observe", session, url: "http://shop.local/deals", maxActions: null });
  const [calls] = await screen.findAllByRole("grid", { name: "Calls" });
  const now = () => screen.queryByRole("group", { name: "Actions on the page" });
  expect(now()).toBeVisible();
  const [, earlier] = await within(calls as HTMLElement).findAllByRole("row", { name: /observe/ });
  await user.click(earlier as HTMLElement);
  const past = screen.getByRole("group", { name: "An earlier page" });
  expect(past).toHaveTextContent("The page after call 2, observe");
  expect(now()).toBeNull();
  await user.click(within(past).getByRole("button", { name: "Back to now" }));
  expect(now()).toBeVisible();
  expect(model.chosenCall).toBeNull();
});

it("an extension that costs says its price and asks first", async () => {
  const made = started();
  made.fake.snapshot.connections = made.fake.snapshot.connections.map((known) => ({
    ...known,
    can: { ...known.can, extend: false },
  }));
  const model = new Inspector(made.fake);
  render(App, { model });
  await waitFor(() => expect(model.ready).toBe(true));
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Extend 1.0 cr" }));
  const dialog = await screen.findByRole("dialog", { name: "Extend this session?" });
  expect(dialog).toHaveTextContent("for 1 credit");
  expect(made.fake.sent).toEqual([]);
  await user.click(within(dialog).getByRole("button", { name: "Extend for 1.0 cr" }));
  expect(made.fake.sent).toMatchObject([{ type: "step", action: "S7" }]);
});

it("the time shown is the one it really ends at, with its reason, and nothing offers to move its longest life", async () => {
  await open({ latestEnd: new Date(Date.now() + 90_000).toISOString() });
  expect(screen.getByTestId("countdown-selected")).toHaveTextContent(/^01:(30|29|28)$/);
  expect(screen.getAllByText("longest life")).toHaveLength(2);
  expect(screen.queryByRole("button", { name: /^Extend/ })).toBeNull();
});

describe("the life of a session", () => {
  const [session] = started().fake.snapshot.sessions as [SessionState];
  const at = (minutes: number) => new Date(Date.parse(session.createdAt) + minutes * 60_000).toISOString();

  it("an extension is free where a call for it is, else the cheapest call", () => {
    const [local] = emptySnapshot().connections;
    if (!local) throw new Error("no connection");
    expect(extensionOf(session, local)).toMatchObject({ price: "free", confirm: null });
    const poor = { ...local, can: { ...local.can, extend: false } };
    expect(extensionOf(session, poor)).toMatchObject({ price: "1.0 cr", command: { action: "S7" } });
    const credits = { ...(local.credits as NonNullable<typeof local.credits>), observePrice: 0.5 };
    expect(extensionOf(session, { ...poor, credits })).toMatchObject({ command: { type: "observe" } });
    expect(extensionOf(session, { ...poor, credits: null }).confirm).toContain("does not say");
  });

  it("its time costs each started minute", () => {
    const now = Date.parse(at(2.5));
    expect(timeCost(session, 0.1, now)).toBeCloseTo(0.3);
    expect(timeCost(session, undefined, now)).toBeNull();
  });

  it("its details are named, and another like it takes what is known", () => {
    const rich = { ...session, locale: "de-DE", proxied: true, receivedBytes: 2_000_000 };
    const names = factsOf(rich).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["Id", "Locale", "Proxy", "Traffic"]));
    expect(likeOf(rich)).toMatchObject({ locale: "de-DE", proxy: null, timeoutMinutes: 5 });
  });
});
