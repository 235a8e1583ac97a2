import { screen, within } from "@testing-library/svelte";
import { beforeEach, expect, it } from "vitest";
import { actionOf } from "../backend/fakePages";
import { openPanel, optionsOf, press } from "../testing/panel";

beforeEach(() => localStorage.clear());

const actions = () => screen.getByRole("listbox", { name: "Actions" });

it("Observe lists actions in groups with their counts, and finds and filters them", async () => {
  const { user } = await openPanel("observe");
  expect(actions()).toHaveTextContent(/Filters\s*3/);
  expect(actions()).toHaveTextContent(/Navigation\s*4/);
  await user.keyboard("/");
  await user.type(screen.getByRole("textbox", { name: "Filter actions" }), "memory");
  expect(optionsOf(actions())).toEqual(["B2 16 GB memory not checked checkbox"]);
  await user.clear(screen.getByRole("textbox", { name: "Filter actions" }));
  await user.selectOptions(screen.getByRole("combobox", { name: "Kinds of actions" }), "input");
  expect(optionsOf(actions())).toHaveLength(2);
});

it("Observe shows what is new, changed and gone since the observe before", async () => {
  const gone = [actionOf("L4", "Sale", "Navigation", "link", null)];
  const { user } = await openPanel("observe", { newIds: ["B3"], changedIds: ["B1", "I2"], gone });
  const changes = screen.getByRole("group", { name: "Since the observe before" });
  await user.click(within(changes).getByRole("button", { name: "Changed 2" }));
  expect(optionsOf(actions())).toHaveLength(2);
  await user.click(within(changes).getByRole("button", { name: "Gone 1" }));
  expect(optionsOf(actions())).toEqual(["L4 Sale gone link"]);
  expect(within(actions()).getByRole("option")).toHaveAttribute("aria-disabled", "true");
});

it("Observe marks a list that was cut, lists more, and keeps listing as many", async () => {
  const { fake, user } = await openPanel("observe", { totalActions: 412 });
  expect(screen.getByText("10 of 412 actions")).toBeVisible();
  expect(screen.getByText("partial")).toBeVisible();
  await user.click(press("List 100"));
  expect(fake.sent.at(-1)).toMatchObject({ type: "observe", maxActions: 100 });
  await user.click(press(/^Observe/));
  expect(fake.sent.at(-1)).toMatchObject({ type: "observe", maxActions: 100 });
  await user.selectOptions(screen.getByRole("combobox", { name: "Actions to list at most" }), "2000");
  await user.click(press(/^Observe/));
  expect(fake.sent.at(-1)).toMatchObject({ type: "observe", maxActions: 2000 });
});

it("Observe says what of a page could not be read", async () => {
  await openPanel("observe", { partial: "a frame did not answer" });
  expect(screen.getByText("partial")).toBeVisible();
  expect(screen.getByText("a frame did not answer")).toBeVisible();
});

it("Observe draws of ten thousand actions only those that are near, and chooses the last one", async () => {
  const many = Array.from({ length: 10_000 }, (_, i) =>
    actionOf(`L${i + 1}`, `Entry ${i + 1}`, `Group ${i % 50}`, "link", null),
  );
  const { model, user } = await openPanel("observe", { actions: many, totalActions: many.length });
  expect(within(actions()).getAllByRole("option").length).toBeLessThan(500);
  actions().focus();
  await user.keyboard("{End}");
  expect(model.chosenAction).toBe("L10000");
});
