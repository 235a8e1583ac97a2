import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import App from "./App.svelte";
import type { Failure } from "./backend/backend";
import { FakeBackend } from "./backend/fake";
import { emptySnapshot } from "./backend/fakePages";
import { Inspector } from "./state/inspector.svelte";

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  localStorage.clear();
});
afterEach(() => vi.useRealTimers());

function open(fake = new FakeBackend()) {
  const user = userEvent.setup({ advanceTimers: (ms) => vi.advanceTimersByTime(ms) });
  render(App, { model: new Inspector(fake) });
  return { fake, user };
}

const button = (name: string | RegExp) => screen.findByRole("button", { name });
const credits = () => Number(screen.getByTestId("credits-left").textContent?.replace(",", ""));
const countdown = () => within(screen.getByTestId("session-row")).getByTestId("countdown");

async function startSession(user: ReturnType<typeof userEvent.setup>, url = "http://shop.local/search") {
  await user.click(await button("New session"));
  const dialog = await screen.findByRole("dialog", { name: "New session" });
  await user.type(within(dialog).getByLabelText("Start URL"), url);
  await user.click(within(dialog).getByRole("button", { name: "Start session" }));
  await screen.findByTestId("session-row");
}

it("the whole story: start, observe, choose on the picture, step, scrape, close", async () => {
  const { fake, user } = open();
  await screen.findByText("Ready for the first session");
  const before = credits();

  await startSession(user);
  expect(fake.sent[0]).toMatchObject({
    type: "start_session",
    options: { timeoutMinutes: 5, keepAlive: false, screenshot: true },
  });
  expect(countdown()).toHaveTextContent("05:00");
  await vi.advanceTimersByTimeAsync(3100);
  await waitFor(() => expect(countdown()).toHaveTextContent("04:57"));

  expect(await screen.findByTestId("page-picture")).toHaveAttribute("src", "/picture/shop");
  await waitFor(() => expect(credits()).toBeCloseTo(before - 1.2));

  const box = screen.getByRole("button", { name: "B3 Click Search" });
  expect(box).toHaveAttribute("data-action-id", "B3");
  await user.click(box);
  expect(screen.getByRole("tab", { name: "Step" })).toHaveAttribute("aria-selected", "true");
  const actions = screen.getByRole("listbox", { name: "Actions" });
  expect(within(actions).getByRole("option", { selected: true })).toHaveTextContent("Search");

  await user.click(await button(/Run step/));
  expect(fake.sent.at(-1)).toMatchObject({ type: "step", action: "B3", value: null, enter: false });
  const result = await screen.findByRole("region", { name: "Result of the step" });
  expect(result).toHaveTextContent("Now on Search results — Laptops");
  expect(result).toHaveTextContent("Actions: 2 new, 1 gone");

  await user.keyboard("{Control>}3{/Control}");
  await user.click(screen.getByLabelText("List the images"));
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(fake.sent.at(-1)).toMatchObject({
    type: "scrape",
    scrape: { only_main_content: true, images: true },
  });
  expect(await screen.findByRole("heading", { name: "Search results for “laptop”" })).toBeVisible();
  await user.click(screen.getByRole("tab", { name: /Images/ }));
  expect(screen.getByText("Nova 14, opened")).toBeVisible();
  await waitFor(() => expect(credits()).toBeCloseTo(before - 1.2 - 1 - 2));
  await waitFor(() => expect(screen.getAllByTestId("calls-row")).toHaveLength(4));

  await user.click(await button("Close session"));
  expect(fake.sent.at(-1)).toMatchObject({ type: "close_session" });
  await user.click(await screen.findByRole("tab", { name: /Ended/ }));
  expect(within(await screen.findByTestId("session-row")).getByText("closed")).toBeVisible();
});

it("an action is chosen by keyboard and its value typed", async () => {
  const { fake, user } = open();
  await startSession(user);
  await user.keyboard("{Control>}2{/Control}");
  screen.getByRole("listbox", { name: "Actions" }).focus();
  await user.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}{Enter}");
  expect(screen.getByLabelText("Value")).toHaveFocus();
  await user.keyboard("desk");
  await user.click(screen.getByLabelText("Press enter afterwards"));
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(fake.sent.at(-1)).toMatchObject({ type: "step", action: "I1", value: "desk", enter: true });
});

it("pointing at a line lights its box", async () => {
  const { user } = open();
  await startSession(user);
  await user.hover(await screen.findByRole("option", { name: /In stock/ }));
  expect(screen.getByRole("button", { name: "B1 Click In stock" })).toHaveClass("hovered");
});

it("the countdown turns amber at a minute and red at twenty seconds", async () => {
  const { user } = open();
  await startSession(user);
  await vi.advanceTimersByTimeAsync(239_000);
  await waitFor(() => expect(countdown().className).toContain("calm"));
  await vi.advanceTimersByTimeAsync(1_500);
  await waitFor(() => expect(countdown().className).toContain("warn"));
  await vi.advanceTimersByTimeAsync(40_000);
  await waitFor(() => expect(countdown().className).toContain("alarm"));
});

it("a failed step says why inside the panel, and keeps what was typed", async () => {
  const { fake, user } = open();
  const failure: Failure = {
    code: "action_impossible",
    message: "I1 is covered by a banner",
    hint: "Close the banner first",
  };
  fake.on("step", () => Promise.reject(failure));
  await startSession(user);
  await user.click(await screen.findByRole("button", { name: "I1 Fill Search products" }));
  await user.type(screen.getByLabelText("Value"), "desk");
  await user.click(await button(/Run step/));
  const panel = screen.getByRole("complementary", { name: "Panel" });
  expect(await within(panel).findByRole("alert")).toHaveTextContent(
    "I1 is covered by a banner. Close the banner first",
  );
  expect(screen.getByLabelText("Value")).toHaveValue("desk");
});

it("an address that cannot be opened is said under the address bar", async () => {
  const { fake, user } = open();
  fake.on("observe", () =>
    Promise.reject({ code: "page_unreachable", message: "nobody answers at gone.local", hint: null }),
  );
  await startSession(user, "http://gone.local");
  expect(await screen.findByRole("alert")).toHaveTextContent("Nobody answers at gone.local.");
  expect(screen.getByLabelText("Address")).toHaveValue("");
  const address = screen.getByLabelText("Address");
  await user.type(address, "gone.local{Enter}");
  expect(fake.sent.at(-1)).toMatchObject({ type: "observe", url: "http://gone.local" });
  expect(address).toHaveValue("http://gone.local");
});

it("a call that takes longer than half a second can be cancelled", async () => {
  const { fake, user } = open();
  await startSession(user);
  const [session] = fake.snapshot.sessions;
  if (!session) throw new Error("no session");
  fake.deltas({
    type: "call",
    value: {
      id: 90,
      number: 9,
      session: session.id,
      kind: "observe",
      what: "/slow",
      status: { type: "running" },
      startedAt: new Date().toISOString(),
      tookMs: null,
      credits: null,
      reasons: [],
      picture: null,
    },
  });
  expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull();
  await vi.advanceTimersByTimeAsync(900);
  await user.click(await button("Cancel"));
  expect(fake.sent.at(-1)).toEqual({ type: "cancel_call", session: session.id });
});

it("closing a session with a running call asks first", async () => {
  const { fake, user } = open();
  await startSession(user);
  const [session] = fake.snapshot.sessions;
  if (!session) throw new Error("no session");
  fake.deltas({ type: "session", value: { ...session, busy: "scrape" } });
  await user.click(await button("Close session"));
  expect(fake.sent.at(-1)?.type).not.toBe("close_session");
  const dialog = await screen.findByRole("dialog", { name: "Close while a call is running?" });
  await user.click(within(dialog).getByRole("button", { name: "Close session" }));
  expect(fake.sent.at(-1)?.type).toBe("close_session");
});

it("the New session form says what is wrong with each field and warns of keep-alive", async () => {
  const { fake, user } = open();
  await screen.findByText("Ready for the first session");
  await user.keyboard("{Control>}n{/Control}");
  const dialog = await screen.findByRole("dialog", { name: "New session" });
  const timeout = within(dialog).getByLabelText("Timeout in minutes");
  await user.clear(timeout);
  await user.type(timeout, "31");
  await user.type(within(dialog).getByLabelText("Start URL"), "ftp://x");
  await user.click(within(dialog).getByRole("button", { name: "Start session" }));
  expect(timeout).toHaveAccessibleDescription("The timeout is a whole number of minutes from 1 to 30.");
  expect(within(dialog).getByText(/not ftp:/)).toBeVisible();
  expect(fake.sent).toEqual([]);
  await user.click(within(dialog).getByLabelText("Keep alive"));
  expect(within(dialog).getByRole("note")).toHaveTextContent(
    "costs 6 credits an hour (0.1 credits each started minute)",
  );
});

it("a connection without a browser says so beside the button that helps", async () => {
  const snapshot = emptySnapshot();
  snapshot.connections = snapshot.connections.map((connection) => ({
    ...connection,
    light: "degraded",
    failure: { code: "no_browser", message: "no Chromium was found", hint: "sudo apt-get install chromium" },
  }));
  const { fake, user } = open(new FakeBackend(snapshot));
  expect(await screen.findByRole("alert")).toHaveTextContent("No Chromium was found.");
  await user.click(await button("Reconnect"));
  expect(fake.sent).toEqual([{ type: "reconnect", connection: "local" }]);
});

it("a refused key is replaced in place, and the key leaves the form once", async () => {
  const snapshot = emptySnapshot();
  const [local] = snapshot.connections;
  if (!local) throw new Error("no connection");
  const failure: Failure = { code: "wrong_key", message: "the server refused the key", hint: null };
  snapshot.connections.push({
    ...local,
    id: "cloud",
    name: "Cloud",
    local: false,
    light: "degraded",
    failure,
  });
  snapshot.settings = { ...snapshot.settings, connection: "cloud" };
  snapshot.keychainProblem = "No Secret Service answers.";
  const { fake, user } = open(new FakeBackend(snapshot));
  await user.click(await button("Replace key"));
  const dialog = await screen.findByRole("dialog", { name: "Replace the key of Cloud" });
  expect(within(dialog).getByText("No Secret Service answers.")).toBeVisible();
  await user.type(within(dialog).getByLabelText("API key"), "sk-1");
  await user.click(within(dialog).getByRole("button", { name: "Replace key" }));
  expect(fake.sent).toEqual([
    { type: "replace_key", connection: "cloud", apiKey: "sk-1", keepKey: "memory" },
  ]);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

it("news that are lost are said, and mended by the next snapshot", async () => {
  const { fake, user } = open();
  await startSession(user);
  fake.lose();
  expect(await screen.findByText(/Reconnecting…/)).toBeVisible();
  fake.seq += 5;
  fake.snapshot = {
    ...fake.snapshot,
    sessions: fake.snapshot.sessions.map((session) => ({ ...session, title: "After the gap" })),
  };
  fake.deltas();
  fake.sendSnapshot();
  expect(await screen.findByText("After the gap")).toBeVisible();
  expect(screen.queryByText(/Reconnecting…/)).toBeNull();
});

it("the theme is saved and shown", async () => {
  const { fake, user } = open();
  await user.click(await button("Light theme"));
  expect(fake.sent[0]).toMatchObject({ type: "save_settings", settings: { theme: "light" } });
  await waitFor(() => expect(document.documentElement.dataset.theme).toBe("light"));
  await user.click(await button("Settings"));
  expect(await screen.findByRole("heading", { name: "Settings" })).toBeVisible();
  expect(screen.getByRole("tab", { name: "Light" })).toHaveAttribute("aria-selected", "true");
});
