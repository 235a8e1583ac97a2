import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it, onTestFinished, vi } from "vitest";
import { FakeBackend } from "../backend/fake";
import { moneyScene } from "../backend/fakeMoney";
import { Inspector } from "../state/inspector.svelte";
import { Usage } from "./usage.svelte";
import UsageScreen from "./UsageScreen.svelte";

// Whole tables are searched by role, which takes its time without a layout.
vi.setConfig({ testTimeout: 30_000 });

function open(scene: string) {
  const fake = new FakeBackend();
  moneyScene(scene, fake, new Date("2026-11-25T12:00:00Z"));
  const model = new Inspector(fake);
  onTestFinished(model.start());
  const onclose = vi.fn();
  render(UsageScreen, { model, onclose });
  return { fake, model, onclose, user: userEvent.setup() };
}

it("says what was used, by what, and saves the table that is shown as CSV without formulas", async () => {
  const { fake, user } = open("full");
  expect(await screen.findByText("reported by the server")).toBeVisible();
  expect(screen.getByRole("table", { name: "Credits by day (UTC)" })).toBeInTheDocument();
  await user.click(screen.getByRole("tab", { name: "Sessions" }));
  await screen.findByRole("grid", { name: "Credits by session" });
  await waitFor(() => expect(screen.getByRole("button", { name: "Save this table as CSV" })).toBeEnabled());
  await user.click(screen.getByRole("button", { name: "Save this table as CSV" }));
  expect(fake.saved[0]?.name).toBe("usage-local-2026-11-session.csv");
  expect(fake.saved[0]?.contents).toContain("'=HYPERLINK");
});

it("what was estimated never looks reported", async () => {
  open("estimated");
  expect(await screen.findByText("≈ estimated by the default card")).toBeVisible();
  expect(screen.getByText(/calls made elsewhere are not among these numbers/)).toBeVisible();
  expect(screen.getAllByText(/^≈ /).length).toBeGreaterThan(3);
});

it("a failure says what to do, and trying again shows the numbers", async () => {
  const { fake, user } = open("no_money");
  const note = await screen.findByRole("alert");
  expect(note).toHaveTextContent("The server did not answer within 10 s");
  moneyScene("full", fake);
  await user.click(within(note).getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("reported by the server")).toBeVisible();
  expect(screen.queryByRole("alert")).toBeNull();
});

it("a month without charges says so", async () => {
  open("empty");
  expect(await screen.findByText(/Nothing was charged in November 2026/)).toBeVisible();
});

it("entries are filtered by call and older ones are fetched", async () => {
  const { user } = open("full");
  await user.click(await screen.findByRole("tab", { name: "Entries" }));
  await waitFor(() => expect(screen.getByText("200 of 640 entries")).toBeVisible());
  await user.click(screen.getByRole("button", { name: "Load older" }));
  await waitFor(() => expect(screen.getByText("400 of 640 entries")).toBeVisible());
  await user.selectOptions(screen.getByLabelText("Charged for"), "scrape");
  await waitFor(() => expect(screen.getByText("160 of 160 entries")).toBeVisible());
});

it("a lint leads to the sessions it counts", async () => {
  const { user } = open("full");
  await user.click(await screen.findByRole("button", { name: /^Show: 4 sessions paid more/ }));
  expect(screen.getByText(/Only the 4 sessions worth a look/)).toBeVisible();
});

it("a month that is over is named, and the budget is not measured by it", async () => {
  const { fake, model, user } = open("full");
  await screen.findByText("Used this month");
  const { settings } = fake.snapshot;
  model.saveSettings({
    ...settings,
    budgets: [{ connection: "local", perDay: 100, perSession: 20, perMonth: 5000, then: "refuse" }],
  });
  expect(await screen.findByText(/credits this month/)).toBeVisible();
  expect(screen.getByText(/credits by the dearest live session/)).toBeVisible();
  const [, before] = within(screen.getByLabelText("Month")).getAllByRole("option");
  await user.selectOptions(screen.getByLabelText("Month"), before as HTMLElement);
  expect(await screen.findByText(`Used in ${before?.textContent}`)).toBeVisible();
  expect(screen.queryByText(/this month/)).toBeNull();
});

it("a refresh that came due unseen is made up for when the window is shown", async () => {
  vi.useFakeTimers();
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  try {
    const fake = new FakeBackend();
    moneyScene("full", fake);
    const query = vi.spyOn(fake, "query");
    const usage = new Usage(fake);
    usage.show("local", "2026-10");
    const asked = query.mock.calls.length;
    usage.stale();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(query).toHaveBeenCalledTimes(asked);
    usage.seen();
    expect(query).toHaveBeenCalledTimes(asked);
    hidden.mockReturnValue(false);
    usage.seen();
    expect(query.mock.calls.length).toBeGreaterThan(asked);
  } finally {
    hidden.mockRestore();
    vi.useRealTimers();
  }
});

it("when only the last hour cannot be had, the month stands and the failure is beside the chart", async () => {
  const { fake, user } = open("full");
  fake.onQuery("entries", () => Promise.reject({ code: "unreachable", message: "no entries", hint: "wait" }));
  await user.click(await screen.findByRole("button", { name: "Refresh" }));
  await user.click(screen.getByRole("tab", { name: "Last hour" }));
  const picture = screen.getByRole("region", { name: /last hour/ });
  expect(await within(picture).findByRole("alert")).toHaveTextContent("No entries.");
  expect(screen.getByText("Used this month")).toBeVisible();
});

it("what sessions cost in use and idle is a chart of its own", async () => {
  const { user } = open("full");
  await user.click(await screen.findByRole("tab", { name: "Idle" }));
  expect(screen.getByRole("table", { name: /in use and idle/ })).toBeInTheDocument();
});

it("the file of entries holds all of them, and loading them can be cancelled", async () => {
  const { fake, user } = open("full");
  await user.click(await screen.findByRole("tab", { name: "Entries" }));
  await screen.findByText("200 of 640 entries");
  const answers = vi.spyOn(fake, "query");
  let go = () => {};
  answers.mockImplementationOnce(
    () =>
      new Promise((resolve) => (go = () => resolve({ type: "entries", value: { items: [], total: 640 } }))),
  );
  await user.click(screen.getByRole("button", { name: "Save all entries as CSV" }));
  expect(await screen.findByText("Loading all for the file: 200 of 640")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  go();
  await waitFor(() => expect(screen.getByText("200 of 640 entries")).toBeVisible());
  expect(fake.saved).toHaveLength(0);

  await waitFor(() => expect(screen.getByRole("button", { name: "Save all entries as CSV" })).toBeEnabled());
  await user.click(screen.getByRole("button", { name: "Save all entries as CSV" }));
  await waitFor(() => expect(fake.saved).toHaveLength(1));
  expect(String(fake.saved[0]?.contents).trim().split("\n")).toHaveLength(641);
});
