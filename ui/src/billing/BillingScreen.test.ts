import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it, onTestFinished, vi } from "vitest";
import { FakeBackend } from "../backend/fake";
import { moneyScene } from "../backend/fakeMoney";
import { defaultCard } from "./card";
import { Inspector } from "../state/inspector.svelte";
import BillingScreen from "./BillingScreen.svelte";

vi.setConfig({ testTimeout: 30_000 });

function open(scene = "full") {
  const fake = new FakeBackend();
  moneyScene(scene, fake, new Date("2026-11-25T12:00:00Z"));
  const model = new Inspector(fake);
  onTestFinished(model.start());
  render(BillingScreen, { model });
  return { fake, user: userEvent.setup() };
}

it("a changed price is checked by field, previewed and saved", async () => {
  const { fake, user } = open();
  const step = await screen.findByLabelText("Step");
  await user.clear(step);
  expect(screen.getByText("Write a number.")).toBeVisible();
  expect(screen.getByRole("button", { name: "Save prices" })).toBeDisabled();
  await user.type(step, "2");
  await user.click(screen.getByRole("button", { name: "Preview on this month" }));
  expect(await screen.findByRole("table", { name: "What it would have cost" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Save prices" }));
  await waitFor(() => expect(fake.sent.at(-1)).toMatchObject({ type: "save_rates", rates: { step: 2 } }));
});

it("a budget is saved among the settings with what happens then", async () => {
  const { fake, user } = open();
  const day = (await screen.findAllByLabelText("Credits per day")).at(-1);
  if (day) await user.type(day, "50");
  await user.selectOptions(screen.getByLabelText("When it is used up"), "close");
  await user.click(screen.getByRole("button", { name: "Save budget" }));
  await waitFor(() =>
    expect(fake.sent.at(-1)).toMatchObject({
      type: "save_settings",
      settings: {
        budgets: [{ connection: "local", perDay: 50, perSession: null, perMonth: null, then: "close" }],
      },
    }),
  );
});

it("a card goes out as a file, and one that does not hold is refused with its field", async () => {
  const { fake, user } = open();
  await user.click(await screen.findByRole("button", { name: "Export" }));
  expect(fake.saved[0]?.name).toBe("rates-Default.json");
  const input = screen.getByLabelText("Card to import");
  await user.upload(input, new File(['{"name":"x","start":"free"}'], "x.json", { type: "application/json" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Start: Write a number.");
});

it("prices that the server does not tell cannot be saved", async () => {
  open("estimated");
  expect(await screen.findByText("≈ prices of the default card")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Save prices" })).toBeNull();
  expect(screen.getByText("The server does not tell its plan")).toBeVisible();
});

it("what is edited outlives a refresh, and values that changed at the server are told", async () => {
  const { fake, user } = open();
  const step = await screen.findByLabelText("Step");
  await user.clear(step);
  await user.type(step, "7");
  await user.click(screen.getByRole("button", { name: "Refresh" }));
  await waitFor(() => expect(screen.getByLabelText("Step")).toHaveValue(7));
  expect(screen.queryByText(/server's values changed/)).toBeNull();

  await fake.send({ type: "save_rates", connection: "local", rates: { ...defaultCard, step: 3 } });
  await user.click(screen.getByRole("button", { name: "Refresh" }));
  expect(await screen.findByText(/server's values changed/)).toBeVisible();
  expect(screen.getByLabelText("Step")).toHaveValue(7);
  await user.click(screen.getByRole("button", { name: "Show the server's values" }));
  expect(screen.getByLabelText("Step")).toHaveValue(3);
});

it("prices read as a list with examples, and a what-if joins a timeout with edited prices", async () => {
  const { fake, user } = open();
  const list = await screen.findByRole("table", { name: "What calls cost" });
  expect(within(list).getByRole("row", { name: /250 actions with a screenshot 2\.2/ })).toBeVisible();
  const query = vi.spyOn(fake, "query");
  const step = screen.getByLabelText("Step");
  await user.clear(step);
  await user.type(step, "2");
  await user.click(screen.getByRole("button", { name: "Work it out" }));
  expect(await screen.findByText("With a timeout of 2 minutes and the prices of Default:")).toBeVisible();
  expect(query.mock.calls.at(-1)?.[0]).toMatchObject({
    type: "what_if",
    change: { timeoutMinutes: 2, closeAtOnce: false, mergeSessions: false, rates: { step: 2 } },
  });
  await user.click(screen.getByRole("checkbox", { name: "Sessions of one host share one" }));
  await user.click(screen.getByRole("button", { name: "Work it out" }));
  expect(await screen.findByText(/5 sessions would have shared another one/)).toBeVisible();
  expect(query.mock.calls.at(-1)?.[0]).toMatchObject({ change: { mergeSessions: true } });
});

it("what was charged is seen without asking, and neither an edit nor the answer to a what-if goes stale or away", async () => {
  const { fake, user } = open();
  const step = await screen.findByLabelText("Step");
  await user.clear(step);
  await user.type(step, "7");
  await user.click(screen.getByRole("button", { name: "Work it out" }));
  await screen.findByRole("table", { name: "What it would have cost" });
  const [local] = fake.snapshot.connections;
  const before = await fake.query({ type: "billing", connection: "local" });
  if (!local?.credits || before.type !== "billing") throw new Error("the scene has a plan");
  fake.onQuery("billing", () => ({ type: "billing", value: { ...before.value, usedToday: 399 } }));
  const query = vi.spyOn(fake, "query");
  fake.deltas({
    type: "connection",
    value: { ...local, credits: { ...local.credits, today: 399, remaining: local.credits.remaining - 1 } },
  });
  expect(await screen.findByText(/399.* of 400 credits/, undefined, { timeout: 10_000 })).toBeVisible();
  expect(query.mock.calls.some(([asked]) => asked.type === "what_if")).toBe(true);
  expect(screen.getByLabelText("Step")).toHaveValue(7);
});
