import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import App from "../App.svelte";
import type { Flow } from "../backend/backend";
import { FakeBackend } from "../backend/fake";
import { flowRun, flowsScene } from "../backend/fakeFlows";
import { emptySnapshot } from "../backend/fakePages";
import { plainStart } from "../sessions/newSession";
import { Inspector } from "../state/inspector.svelte";
import { budgetOf, callWords, gaveWords, problemWords, proposedName } from "./words";

async function open() {
  const fake = new FakeBackend(emptySnapshot());
  flowsScene(fake);
  const model = new Inspector(fake);
  render(App, { model });
  await waitFor(() => expect(model.ready).toBe(true));
  model.screen = "flows";
  const list = await screen.findByRole("listbox", { name: "Flows" });
  const choose = async (name: RegExp) => {
    await userEvent.click(await within(list).findByRole("option", { name }));
    return screen.findByRole("list", { name: "Steps" });
  };
  return { fake, model, choose, user: userEvent.setup() };
}

const deeds = (fake: FakeBackend) =>
  fake.sent.flatMap((command) => (command.type === "flow" ? [command.deed] : []));

it("a flow shows its steps, and one that cannot be read says why", async () => {
  const { choose } = await open();
  expect(await screen.findByText(/has version 7/)).toBeInTheDocument();
  const steps = await choose(/Buy tea/);
  await within(steps).findByText("Fill Search");
  expect(within(steps).getByText(/textbox "Search"/)).toBeInTheDocument();
});

it("it runs only when every needed parameter is told, with the budget that was typed", async () => {
  const { fake, choose, user } = await open();
  await choose(/Buy tea/);
  const run = screen.getByRole("button", { name: "Run" });
  expect(run).toBeDisabled();
  await user.type(screen.getByLabelText("password"), "hunter two");
  expect(screen.getByLabelText("password")).toHaveAttribute("type", "password");
  await user.type(screen.getByLabelText("Budget"), "soon");
  expect(run).toBeDisabled();
  await user.clear(screen.getByLabelText("Budget"));
  await user.type(screen.getByLabelText("Budget"), "2.5");
  await user.click(run);
  expect(deeds(fake)).toMatchObject([
    {
      type: "run",
      file: "buy-tea.flow.json",
      form: { values: { password: "hunter two" }, budget: 2.5, from: 0, until: null, after: "close" },
    },
  ]);
});

it("a fork replays up to its step on the local engine and hands over", async () => {
  const { fake, choose, user } = await open();
  await choose(/Buy tea/);
  await user.type(screen.getByLabelText("password"), "x");
  await user.click(await screen.findByRole("button", { name: "Fork here, step 2" }));
  await user.click(await screen.findByRole("button", { name: "From here, step 3" }));
  expect(deeds(fake)).toMatchObject([
    { form: { connection: "local", from: 0, until: 1, after: "hand_over" } },
    { form: { from: 2, until: null, after: "close" } },
  ]);
});

it("a failure stands in its step, and what was healed can be written back", async () => {
  const { fake, choose, user } = await open();
  const steps = await choose(/Buy tea/);
  fake.deltas({ type: "flow_run", value: flowRun({ type: "over" }) });
  const failed = await within(steps).findByRole("alert");
  expect(failed).toHaveTextContent("B3 is covered by div.cookie-banner.");
  expect(within(steps).getByRole("note")).toHaveTextContent(/Found by id #q as “Fill Find”/);
  await user.click(within(steps).getByRole("button", { name: "Write it back" }));
  expect(deeds(fake)).toEqual([{ type: "heal", run: 1, place: 1 }]);
});

it("a parameter of a file is chosen here, and goes along with the run", async () => {
  const { fake, choose, user } = await open();
  const upload: Flow = {
    ...{ version: 1, name: "Upload", start: {}, steps: [{ name: "Reload", call: { type: "reload" } }] },
    parameters: [{ name: "invoice", kind: "file", default: "of-another-session.pdf" }],
  };
  fake.onQuery("flow", () => ({ type: "flow", value: upload }));
  await choose(/Buy tea/);
  expect(await screen.findByRole("button", { name: "Run" })).toBeDisabled();
  await user.upload(screen.getByLabelText("invoice"), new File(["paid"], "march.pdf"));
  await waitFor(() => expect(screen.getByRole("button", { name: "Run" })).toBeEnabled());
  await user.click(screen.getByRole("button", { name: "Run" }));
  expect(deeds(fake)).toMatchObject([
    { form: { values: {}, files: [{ parameter: "invoice", name: "march.pdf", contents: btoa("paid") }] } },
  ]);
});

it("a run that waits goes on by a step or to its end, and can be cancelled", async () => {
  const { fake, choose, user } = await open();
  await choose(/Buy tea/);
  fake.deltas({ type: "flow_run", value: flowRun({ type: "waiting", place: 2 }) });
  await user.click(await screen.findByRole("button", { name: "Next step" }));
  await user.click(screen.getByRole("button", { name: "Run the rest" }));
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  expect(deeds(fake)).toEqual([
    { type: "go_on", run: 1, pace: "one_step" },
    { type: "go_on", run: 1, pace: "to_the_end" },
    { type: "cancel", run: 1 },
  ]);
});

it("a flow is deleted only when the person says so twice", async () => {
  const { fake, choose, user } = await open();
  await choose(/Buy tea/);
  await user.click(screen.getByRole("button", { name: "Delete" }));
  expect(deeds(fake)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Delete flow" }));
  expect(deeds(fake)).toEqual([{ type: "remove", file: "buy-tea.flow.json" }]);
});

it("a budget is a number of credits or nothing, and steps read like sentences", () => {
  expect([budgetOf(""), budgetOf(" 2.5 "), budgetOf("-1"), budgetOf("two")]).toEqual([
    null,
    2.5,
    undefined,
    undefined,
  ]);
  expect(callWords({ type: "wait", ms: 1500 })).toBe("wait 1.5 s");
  expect(callWords({ type: "switch_tab", tab: 1 })).toBe("tab 2");
  const [step] = flowRun({ type: "over" }).run.steps;
  if (!step) throw new Error("the run has steps");
  const told = { ...step, network: { total: 12, failed: 1 }, console: { total: 3, failed: 2 } };
  expect(gaveWords(told)).toContain("1 request failed · 2 console errors");
  expect(problemWords({ field: "parameters[0].name", why: "a is given twice" })).toBe(
    "Parameter 1, name: a is given twice.",
  );
});

it("a flow that is saved has the name of its page, which whatever is typed replaces", async () => {
  const { fake, model, user } = await open();
  fake.obey({ type: "start_session", connection: "local", options: plainStart });
  fake.obey({ type: "observe", session: "s-0001", url: "http://shop.local/", maxActions: null });
  await waitFor(() => expect(model.world.sessions.has("s-0001")).toBe(true));
  model.select("s-0001");
  await waitFor(() => expect(model.detail?.loaded).toBe(true));
  await user.keyboard("{Alt>}s{/Alt}");
  const name = await screen.findByLabelText<HTMLInputElement>("Name");
  const title = model.world.sessions.get("s-0001")?.title ?? "";
  expect(title).not.toBe("");
  expect(name).toHaveValue(title);
  expect(name).toHaveFocus();
  await user.keyboard("Tea");
  expect(name).toHaveValue("Tea");
  expect(proposedName({ title: " A\n\ttitle ", url: "" })).toBe("A title");
  expect(proposedName({ title: "", url: "http://shop.local/tea" })).toBe("shop.local");
  expect(proposedName({ title: "x".repeat(300), url: "" })).toHaveLength(80);
  expect(proposedName(null)).toBe("");
});
