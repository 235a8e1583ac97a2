import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import App from "../App.svelte";
import type { Flow } from "../backend/backend";
import { FakeBackend } from "../backend/fake";
import { flowRun } from "../backend/fakeFlows";
import { sceneOf } from "../backend/fakeScenes";
import { Frame } from "../state/frame.svelte";
import { Inspector } from "../state/inspector.svelte";

const flow: Flow = {
  version: 1,
  name: "Fork",
  start: {},
  parameters: [
    { name: "what", kind: "string", default: "tea" },
    { name: "password", kind: "password", secret: true },
  ],
  steps: [{ name: "Open", call: { type: "goto", url: "http://shop.local/" } }],
};

async function open(number: number) {
  const fake = sceneOf(new URLSearchParams("fake=full"));
  const model = new Inspector(fake);
  const frame = new Frame();
  render(App, { model, frame });
  await waitFor(() => expect(model.ready).toBe(true));
  fake.onQuery("made_flow", () => ({ type: "made_flow", value: { flow, leftOut: ["Call 2 failed."] } }));
  fake.on("flow", (command) => ({ ...fake.obey(command), run: 1 }));
  frame.open = { type: "fork", of: { past: 7, number } };
  return { fake, model, user: userEvent.setup() };
}
const deeds = (fake: FakeBackend) =>
  fake.sent.flatMap((command) => (command.type === "flow" ? [command.deed] : []));

it("a fork asks for what was not kept, replays up to its call on the local engine and hands over", async () => {
  const { fake, model, user } = await open(3);
  expect(await screen.findByText("Call 2 failed.")).toBeInTheDocument();
  const fork = screen.getByRole("button", { name: "Fork" });
  expect(fork).toBeDisabled();
  expect(screen.queryByLabelText("what")).toBeNull();
  await user.type(screen.getByLabelText("password"), "hunter two");
  await user.click(fork);
  expect(deeds(fake)).toMatchObject([
    {
      type: "run_once",
      flow: { steps: [{ name: "Open" }] },
      form: { connection: "local", values: { password: "hunter two" }, after: "hand_over" },
    },
  ]);
  const run = flowRun({ type: "running", place: 0, attempt: 1 });
  fake.deltas({ type: "flow_run", value: run });
  await user.click(await screen.findByRole("button", { name: "Stop" }));
  expect(deeds(fake).at(-1)).toEqual({ type: "cancel", run: 1 });
  const [first] = model.everySession;
  if (!first) throw new Error("the scene has sessions");
  const done = { ...flowRun({ type: "over" }).run, outcome: "done" as const, session: first.id };
  model.screen = "history";
  fake.deltas({ type: "flow_run", value: { ...run, phase: { type: "over" }, run: done } });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect([model.screen, model.selectedId]).toEqual(["sessions", first.id]);
});

it("a fork that fails says why and may be tried again", async () => {
  const { fake, user } = await open(3);
  await user.type(await screen.findByLabelText("password"), "x");
  await user.click(screen.getByRole("button", { name: "Fork" }));
  fake.deltas({ type: "flow_run", value: flowRun({ type: "over" }) });
  expect(await screen.findByText(/B3 is covered by div.cookie-banner/)).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Fork again" })).toBeEnabled();
});
