import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import App from "../App.svelte";
import type { Call, CodeOf, Query } from "../backend/backend";
import { FakeBackend } from "../backend/fake";
import { flowsScene } from "../backend/fakeFlows";
import { emptySnapshot } from "../backend/fakePages";
import { Inspector } from "../state/inspector.svelte";
import CodePanel from "./CodePanel.svelte";
import { callsOf, lastEnded } from "./recording";

beforeEach(() => localStorage.clear());

function backend() {
  const fake = new FakeBackend(emptySnapshot());
  flowsScene(fake);
  const asked: Extract<Query, { type: "flow_code" }>[] = [];
  const query = fake.query.bind(fake);
  fake.query = (question) => {
    if (question.type === "flow_code") asked.push(question);
    return query(question);
  };
  return { fake, asked };
}

/** The editor lives in a shadow root. */
const shown = () =>
  [...document.querySelectorAll("*")].map((el) => el.shadowRoot?.textContent ?? "").join("");

const of: CodeOf = { type: "file", file: "buy-tea.flow.json" };

it("a flow is shown as a program in the language that was chosen last, and saved and copied", async () => {
  const user = userEvent.setup();
  const { fake, asked } = backend();
  const first = render(CodePanel, { backend: fake, of, hint: "" });
  await waitFor(() => expect(shown()).toContain("notte_sdk"));
  await user.selectOptions(screen.getByLabelText("Language"), "Playwright (TypeScript)");
  await waitFor(() => expect(shown()).toContain("chromium"));
  await user.click(screen.getByText("1 thing not in it"));
  expect(screen.getByRole("list", { name: "Not in the program" })).toHaveTextContent("has no markdown");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(fake.saved).toMatchObject([{ name: "buy-tea.ts" }]);
  await user.click(screen.getByRole("button", { name: "Copy" }));
  await screen.findByRole("button", { name: "Copied" });
  expect(await navigator.clipboard.readText()).toContain("chromium");
  first.unmount();
  render(CodePanel, { backend: fake, of, hint: "" });
  expect(screen.getByLabelText("Language")).toHaveValue("playwright_typescript");
  await waitFor(() => expect(asked.at(-1)?.language).toBe("playwright_typescript"));
});

it("it is written anew when another call has ended, and says what to do before the first", async () => {
  const { fake, asked } = backend();
  const panel = render(CodePanel, {
    backend: fake,
    of: null as CodeOf | null,
    version: 0,
    hint: "Observe a page.",
  });
  expect(screen.getByText("Observe a page.")).toBeInTheDocument();
  expect(asked).toHaveLength(0);
  const calls = callsOf("s-1", "Tea\nshop");
  await panel.rerender({ of: calls, version: 2 });
  await waitFor(() => expect(shown()).toContain("Tea shop"));
  await panel.rerender({ version: 3 });
  await waitFor(() => expect(asked).toHaveLength(2));
  expect(asked[1]?.of).toEqual(calls);
});

it("why nothing can be written is told", async () => {
  const { fake } = backend();
  fake.onQuery("flow_code", () => {
    throw { code: "invalid", message: "none of these calls can be made again", hint: null };
  });
  render(CodePanel, { backend: fake, of, hint: "" });
  expect(await screen.findByText(/None of these calls/)).toBeInTheDocument();
});

it("a call counts when it has ended, and only one on a page", () => {
  const call = (number: number, kind: string, type: string) => ({ number, kind, status: { type } }) as Call;
  expect(lastEnded([])).toBe(0);
  expect(lastEnded([call(1, "start", "done")])).toBe(0);
  const calls = [
    call(1, "start", "done"),
    call(2, "observe", "done"),
    call(3, "step", "failed"),
    call(4, "step", "running"),
  ];
  expect(lastEnded(calls)).toBe(3);
});

it("the screen of flows shows the code of its flow", async () => {
  const user = userEvent.setup();
  const { fake } = backend();
  const model = new Inspector(fake);
  render(App, { model });
  await waitFor(() => expect(model.ready).toBe(true));
  model.screen = "flows";
  await user.click(await screen.findByRole("option", { name: /Buy tea/ }));
  await screen.findByRole("list", { name: "Steps" });
  await user.click(screen.getByRole("button", { name: "Code" }));
  await waitFor(() => expect(shown()).toContain("1. "));
  expect(screen.queryByRole("list", { name: "Steps" })).not.toBeInTheDocument();
});
