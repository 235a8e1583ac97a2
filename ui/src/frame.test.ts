import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import App from "./App.svelte";
import { sceneOf } from "./backend/fakeScenes";
import { plainStart } from "./sessions/newSession";
import { Frame } from "./state/frame.svelte";
import { Inspector } from "./state/inspector.svelte";

beforeEach(() => localStorage.clear());

async function open(address = "fake=full") {
  const fake = sceneOf(new URLSearchParams(address));
  const [model, frame] = [new Inspector(fake), new Frame()];
  render(App, { model, frame });
  await screen.findByRole("banner");
  return { fake, model, frame, user: userEvent.setup() };
}
const list = () => screen.findByRole("listbox", { name: "Sessions in the list" });
const row = async (title: RegExp) => within(await list()).findByRole("option", { name: title });

it("the list is walked by arrows, and letters find a title", async () => {
  const { user } = await open();
  (await list()).focus();
  await user.keyboard("{ArrowDown}");
  expect(await row(/Flight search/)).toHaveAttribute("aria-selected", "true");
  await user.keyboard("{End}");
  expect(await row(/Price watch/)).toHaveAttribute("aria-selected", "true");
  await user.keyboard("docs");
  expect(await row(/Docs — Installation/)).toHaveAttribute("aria-selected", "true");
  expect(await list()).toHaveFocus();
});

it("what needs one now is put away by Escape, and the keyboard goes on to the main part", async () => {
  const { user } = await open();
  const warning = await screen.findByRole("article", { name: "Sign in ends in 18 s" });
  within(warning)
    .getByRole("button", { name: /^Extend/ })
    .focus();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(warning).not.toBeInTheDocument());
  expect(screen.getByRole("main")).toHaveFocus();
});

it("the first stop of the keyboard skips to the main part", async () => {
  const { user } = await open();
  await user.tab();
  expect(screen.getByRole("link", { name: "Skip to the main part" })).toHaveFocus();
  await user.keyboard("{Enter}");
  expect(screen.getByRole("main")).toHaveFocus();
});

it("the local engine keeps its name; a server's can be changed", async () => {
  const { model } = await open();
  model.screen = "settings";
  await screen.findByRole("button", { name: "Rename NotexAI" });
  expect(screen.queryByRole("button", { name: "Rename Local engine" })).toBeNull();
});

it("picked sessions are closed after a dry run that says what it stops, and what failed is tried again", async () => {
  const { fake, user } = await open();
  const failure = { code: "unreachable" as const, message: "the server did not confirm the end", hint: null };
  let refuses = true;
  fake.on("close_sessions", (command) => {
    if (command.type !== "close_sessions") throw failure;
    const closed = command.sessions.map((session) => {
      const refused = refuses && session === "s-4c18";
      if (!refused) fake.obey({ type: "close_session", session });
      return { session, failure: refused ? failure : null };
    });
    return { session: null, call: null, connection: null, closed, probe: null };
  });
  await user.click(await row(/Flight search/));
  await user.keyboard("{Control>}");
  await user.click(await row(/Price watch/));
  await user.keyboard("{/Control}");
  await user.click(screen.getByRole("button", { name: "Close 2" }));
  const dialog = await screen.findByRole("dialog", { name: "Close 2 sessions?" });
  expect(within(dialog).getByRole("status")).toHaveTextContent(
    "2 sessions, 1 keep-alive. Closing stops 0.2 credits a minute; keep-alive alone is 6.0 credits an hour.",
  );
  expect(fake.sent).toEqual([]);
  await user.click(within(dialog).getByRole("button", { name: "Close 2 sessions" }));
  await waitFor(() => expect(within(dialog).getByRole("status")).toHaveTextContent("1 of 2 sessions closed"));
  expect(within(dialog).getByText("The server did not confirm the end.")).toBeVisible();
  refuses = false;
  await user.click(within(dialog).getByRole("button", { name: "Try 1 again" }));
  expect(fake.sent.at(-1)).toEqual({ type: "close_sessions", sessions: ["s-4c18"] });
  await waitFor(() => expect(within(dialog).getByRole("status")).toHaveTextContent("2 of 2 sessions closed"));
  await user.click(within(dialog).getByRole("button", { name: "Done" }));
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("the palette finds a session with letters left out and shows it", async () => {
  const { model, user } = await open();
  await list();
  await user.keyboard("{Control>}k{/Control}");
  const field = await screen.findByRole("combobox", { name: /Search sessions/ });
  expect(field).toHaveFocus();
  await user.type(field, "flght");
  const results = screen.getByRole("listbox", { name: "What fits" });
  expect(await within(results).findByRole("option", { selected: true })).toHaveTextContent("Flight search");
  await user.keyboard("{Enter}");
  await waitFor(() => expect(model.selectedId).toBe("s-91bc"));
  expect(screen.queryByRole("combobox", { name: /Search sessions/ })).toBeNull();
});

it("quitting asks what becomes of live sessions, and answers once", async () => {
  const { fake, user } = await open();
  await list();
  fake.deltas({ type: "ask", value: { type: "quit" } });
  const dialog = await screen.findByRole("dialog", { name: "Quit with 5 live sessions?" });
  expect(within(dialog).getByText("Left alone, they end with the app.")).toBeVisible();
  await user.click(within(dialog).getByRole("button", { name: "Leave them and quit" }));
  expect(fake.quits).toEqual(["leave_sessions"]);
  await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(fake.quits).toEqual(["leave_sessions", "stay"]);
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("a link to a session nobody knows is told in a sentence, and a known one is shown", async () => {
  const { fake, model } = await open();
  await list();
  fake.deltas({ type: "ask", value: { type: "show_session", session: "s-nope" } });
  expect(await screen.findByRole("dialog", { name: "No session s-nope" })).toHaveTextContent(/mistyped/);
  fake.deltas({ type: "ask", value: { type: "show_session", session: "s-e671" } });
  await waitFor(() => expect(model.selectedId).toBe("s-e671"));
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("keys are set by pressing them, and a conflict is named before they are taken", async () => {
  const { fake, model, user } = await open();
  await list();
  model.screen = "settings";
  await user.click(await screen.findByRole("button", { name: "Set the keys of: New session" }));
  await user.keyboard("{Control>}k{/Control}");
  expect(await screen.findByText(/“Search sessions, actions and commands” has these keys/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Take them" }));
  expect(fake.sent.at(-1)).toMatchObject({
    type: "save_settings",
    settings: { shortcuts: { new_session: "Mod+K", palette: "" } },
  });
});

it("one button leads a newcomer to a first observe", async () => {
  const { fake, user } = await open("fake=first");
  await user.click(await screen.findByRole("button", { name: "Try it on the practice page" }));
  await waitFor(() =>
    expect(fake.sent.map(({ type }) => type)).toEqual(["start_session", "save_settings", "observe"]),
  );
  const guide = await screen.findByRole("complementary", { name: "First steps" });
  await waitFor(() =>
    expect(within(guide).getByText("Choose an action")).toHaveAttribute("aria-current", "step"),
  );
});

it("a server is asked before it is added, and one that refuses the key is said", async () => {
  const { fake, frame, model, user } = await open();
  await list();
  const probe = {
    dialect: "classic" as const,
    version: "2.4",
    latencyMs: 31,
    keyProblem: "it refused the key",
  };
  fake.on("probe_server", () => ({ session: null, call: null, connection: null, closed: [], probe }));
  frame.addConnection(model);
  const dialog = await screen.findByRole("dialog", { name: "Add connection" });
  await user.type(within(dialog).getByLabelText("Name"), "Cloud");
  await user.type(within(dialog).getByLabelText("Base URL"), "https://api.example.org");
  await user.type(within(dialog).getByLabelText("API key"), "k");
  await user.click(within(dialog).getByRole("button", { name: "Add connection" }));
  expect(await within(dialog).findByText("It refused the key.")).toBeVisible();
  expect(fake.sent.map(({ type }) => type)).toEqual(["probe_server"]);
  await user.click(within(dialog).getByRole("button", { name: "Add it all the same" }));
  expect(fake.sent.at(-1)).toMatchObject({ type: "add_connection", name: "Cloud" });
});

it("what is typed right after Ctrl L or Ctrl F goes into the field, from whatever screen", async () => {
  const { model, user } = await open();
  await user.click(await row(/Flight search/));
  const held = (key: string) =>
    window.dispatchEvent(
      new KeyboardEvent("keydown", { key, ctrlKey: true, bubbles: true, cancelable: true }),
    );
  for (const elsewhere of ["sessions", "usage"] as const) {
    model.screen = elsewhere;
    const away = elsewhere === "usage";
    await waitFor(() => expect(screen.queryByLabelText("Address") === null).toBe(away));
    held("l");
    // In the same turn: a frame later, the first letters would be lost.
    expect(document.activeElement).toBe(screen.getByLabelText("Address"));
    model.screen = elsewhere;
    held("f");
    expect(document.activeElement).toBe(screen.getByLabelText("Filter sessions"));
  }
});

it("a preset, and keys that were chosen, go only after a question", async () => {
  const { fake, model, user } = await open();
  const settings = model.world.settings;
  if (!settings) throw new Error("there are settings");
  const preset = { name: "Slow shop", options: settings.presets[0]?.options ?? plainStart };
  model.saveSettings({ ...settings, presets: [preset], shortcuts: { observe: "Mod+8", step: "Mod+9" } });
  model.screen = "settings";
  const saved = () => fake.sent.filter(({ type }) => type === "save_settings").length;
  const before = saved();
  await user.click(await screen.findByRole("button", { name: "Remove the preset Slow shop" }));
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  await user.click(screen.getByRole("button", { name: "Reset all keys" }));
  expect(screen.getByRole("dialog", { name: "Reset all keys?" })).toHaveTextContent("of 2 commands");
  expect(saved()).toBe(before);
  await user.click(screen.getByRole("button", { name: "Reset keys" }));
  await waitFor(() => expect(model.world.settings?.shortcuts).toEqual({}));
  await user.click(screen.getByRole("button", { name: "Remove the preset Slow shop" }));
  await user.click(screen.getByRole("button", { name: "Remove preset" }));
  await waitFor(() => expect(model.world.settings?.presets).toEqual([]));
});
