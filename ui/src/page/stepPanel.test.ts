import { screen, waitFor, within } from "@testing-library/svelte";
import { beforeEach, expect, it } from "vitest";
import type { Action, Failure } from "../backend/backend";
import { actionOf } from "../backend/fakePages";
import { openPanel, optionsOf, press } from "../testing/panel";

beforeEach(() => localStorage.clear());

const field = (type: string, more: Partial<Action> = {}, bounds: object = {}) => ({
  actions: [
    actionOf("I1", "Field", "Form", "textbox", null, {
      params: [{ name: "value", type, default: null, values: [], ...bounds }],
      ...more,
    }),
  ],
});

it("Step says its price before, and afterwards what changed, what it took and what it cost", async () => {
  const { model, user } = await openPanel("step");
  await user.click(await screen.findByRole("option", { name: /In stock/ }));
  expect(screen.getByText("It is not checked; the step checks it.")).toBeVisible();
  expect(screen.getByText("≈ 1.0 cr")).toBeVisible();
  await user.click(press(/^Run step/));
  const result = await screen.findByRole("region", { name: "Result of the step" });
  expect(result).toHaveTextContent(/\d+ ms · 1\.0 cr/);
  expect(result).toHaveTextContent("Actions: 2 new, 1 gone");
  const changed = within(result).getByRole("listbox", { name: "Actions that the step changed" });
  expect(optionsOf(changed)).toEqual([
    "B3 Search new button",
    "I2 Sort by “Lowest price” of 2 new combobox",
    "L4 Sale gone link",
  ]);
  await user.click(within(changed).getByRole("option", { name: /Search/ }));
  expect(model.chosenAction).toBe("B3");
  await user.click(within(changed).getByRole("option", { name: /Sale/ }));
  expect(model.chosenAction).toBe("B3");
});

it("What is chosen is let go where its id means another element, and kept where only its words changed", async () => {
  const { model } = await openPanel("step", {
    actions: [actionOf("L5", "See all teas", "Main", "link", null)],
  });
  const seen = (url: string, name: string) => {
    const observation = model.detail?.observation;
    if (!observation) throw new Error("no page");
    const actions = [actionOf("L5", name, "Main", "link", null)];
    const value = { ...observation, call: observation.call + 1, url, actions };
    const seq = (model.world.seq ?? 0) + 1;
    model.hear({ seq, now: value.at, news: { type: "deltas", value: [{ type: "observation", value }] } });
  };
  model.choose("L5");
  seen("http://shop.local/", "See fewer teas");
  expect(model.chosenAction).toBe("L5");
  seen("http://shop.local/teas", "See fewer teas");
  expect(model.chosenAction).toBe("L5");
  seen("http://shop.local/teas?kind=green", "Order Morning Assam");
  expect(model.chosenAction).toBeNull();
});

it.each([
  ["date", "2026-03-01"],
  ["time", "10:30"],
  ["month", "2026-03"],
  ["week", "2026-W12"],
  ["datetime-local", "2026-03-01T10:30"],
  ["color", "#ff0000"],
])("Step asks for a %s with the field of the system for it", async (type, value) => {
  const { fake, model, user } = await openPanel("step", field(type));
  model.choose("I1");
  const input = await screen.findByLabelText<HTMLInputElement>("Value");
  expect(input.type).toBe(type);
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await waitFor(() => expect(input).toHaveValue(value));
  await user.click(press(/^Run step/));
  expect(fake.sent.at(-1)).toMatchObject({ type: "step", action: "I1", value });
});

it("Step keeps a number within its limits and steps, and Enter sends it", async () => {
  const { fake, model, user } = await openPanel("step", field("number", {}, { min: 1, max: 9, step: 2 }));
  model.choose("I1");
  const input = await screen.findByRole("spinbutton", { name: "Value" });
  expect(input).toHaveAccessibleDescription("From 1 to 9, in steps of 2");
  await user.type(input, "12{Enter}");
  expect(input).toHaveAccessibleDescription("Type a number from 1 to 9.");
  await user.clear(input);
  await user.type(input, "4{Enter}");
  expect(input).toHaveAccessibleDescription("The field takes steps of 2 from 1 on.");
  expect(fake.sent).toEqual([]);
  await user.clear(input);
  await user.type(input, "5{Enter}");
  expect(fake.sent).toMatchObject([{ type: "step", action: "I1", value: "5" }]);
});

it("Step masks a password", async () => {
  const { model } = await openPanel("step", field("password"));
  model.choose("I1");
  expect((await screen.findByLabelText<HTMLInputElement>("Value")).type).toBe("password");
});

it("Step moves a range with a slider that starts where the page has it", async () => {
  const state = { checked: null, expanded: null, value: "30", required: false, options: [] };
  const { fake, model, user } = await openPanel("step", field("range", { state }, { min: 10, max: 50 }));
  model.choose("I1");
  const slider = await screen.findByRole("slider", { name: "Value" });
  expect(slider).toHaveValue("30");
  expect(slider).toHaveAttribute("max", "50");
  await user.click(press(/^Run step/));
  expect(fake.sent).toMatchObject([{ type: "step", value: "30" }]);
});

it("Step says what else happened, where the server tells it", async () => {
  const { fake, model } = await openPanel("step");
  fake.obey({ type: "step", session: "s-0001", action: "B3", value: null, enter: false });
  await waitFor(() => expect(model.detail?.calls.at(-1)?.kind).toBe("step"));
  const last = model.detail?.calls.at(-1);
  if (!last) throw new Error("no call");
  const changes = {
    remark: "a banner was closed first",
    dialogs: [{ kind: "confirm", text: "Really?", answer: "dismissed" }],
    downloads: [{ name: "bill.pdf", bytes: 12_000 }],
    tabs_opened: [{ tab_id: 1, active: true, title: "Terms", url: "http://shop.local/terms" }],
    tabs_closed: [],
    unlisted: 0,
  };
  fake.deltas({ type: "call", value: Object.assign({}, last, { changes }) });
  const list = await screen.findByRole("list", { name: "What else happened" });
  expect(
    within(list)
      .getAllByRole("listitem")
      .map((item) => item.textContent),
  ).toEqual([
    "A banner was closed first.",
    "The page asked (confirm): “Really?”, dismissed.",
    "bill.pdf was handed out, 12 KB.",
    "Opened a tab: Terms.",
  ]);
});

it("Step gives a file of this machine to the session, and takes the name it is kept by", async () => {
  const { fake, model, user } = await openPanel("step", field("file", {}, { accept: ".txt" }));
  fake.on("add_file", (command) => ({ ...fake.obey(command), file: "notes-2.txt" }));
  model.choose("I1");
  expect(await screen.findByRole("button", { name: "Choose a file" })).toBeVisible();
  const chooser = document.querySelector<HTMLInputElement>("input[type=file]");
  if (!chooser) throw new Error("no chooser");
  await user.upload(chooser, new File(["hello"], "notes.txt", { type: "text/plain" }));
  await waitFor(() => expect(screen.getByLabelText("Name of the file")).toHaveValue("notes-2.txt"));
  expect(fake.sent.at(-1)).toMatchObject({ type: "add_file", name: "notes.txt", contents: "aGVsbG8=" });
  await user.click(press(/^Run step/));
  expect(fake.sent.at(-1)).toMatchObject({ type: "step", action: "I1", value: "notes-2.txt" });
});

it("Step looks through many values with a filter, by keyboard", async () => {
  const values = Array.from({ length: 200 }, (_, i) => `Country ${i + 1}`);
  const { fake, model, user } = await openPanel("step", field("string", {}, { values }));
  model.choose("I1");
  await user.type(await screen.findByRole("textbox", { name: "Filter the values" }), "country 15");
  await user.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(fake.sent).toMatchObject([{ type: "step", action: "I1", value: "Country 115" }]);
});

it("Step offers what the browser itself does, and asks before it ends the session", async () => {
  const { fake, user } = await openPanel("step");
  await user.selectOptions(screen.getByRole("combobox", { name: "Kinds of actions" }), "special");
  const specials = screen.getByRole("listbox", { name: "Actions" });
  expect(within(specials).getAllByRole("option")).toHaveLength(8);

  await user.click(within(specials).getByRole("option", { name: /^S1/ }));
  await user.type(
    screen.getByLabelText("Address", { selector: "[data-first-field]" }),
    "shop.local/x{Enter}",
  );
  expect(fake.sent.at(-1)).toMatchObject({ type: "step", action: "S1", value: "http://shop.local/x" });

  await user.click(within(specials).getByRole("option", { name: /^S7/ }));
  await user.type(screen.getByRole("spinbutton", { name: "Milliseconds" }), "{Enter}");
  expect(fake.sent.at(-1)).toMatchObject({ type: "step", action: "S7", value: "1000" });

  const before = fake.sent.length;
  await user.click(within(specials).getByRole("option", { name: /^S8/ }));
  await user.click(press(/^Run step/));
  expect(screen.getByText("The session ends for good. Its calls stay readable.")).toBeVisible();
  expect(fake.sent).toHaveLength(before);
  await user.click(screen.getByRole("button", { name: "Keep it" }));
  await user.click(press(/^Run step/));
  await user.click(
    within(document.querySelector("form[data-run=step]") as HTMLElement).getByRole("button", {
      name: /^Close the session/,
    }),
  );
  expect(fake.sent.at(-1)).toMatchObject({ type: "step", action: "S8", value: null });
});

it("Step says why it failed and what helps, and keeps what was typed", async () => {
  const { fake, model, user } = await openPanel("step");
  const failure: Failure = {
    code: "action_impossible",
    message: "I1 is covered by a banner",
    hint: "close the banner first",
  };
  fake.on("step", () => Promise.reject(failure));
  model.choose("I1");
  await user.type(await screen.findByLabelText("Value"), "desk{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("I1 is covered by a banner.");
  expect(screen.getByLabelText("Value")).toHaveValue("desk");
  await user.click(press("Observe again"));
  expect(fake.sent.at(-1)).toMatchObject({ type: "observe" });
});
