import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import App from "../App.svelte";
import { FakeBackend } from "../backend/fake";
import { flowsScene } from "../backend/fakeFlows";
import { emptySnapshot } from "../backend/fakePages";
import { Inspector } from "../state/inspector.svelte";
import { renamedIn, usesIn } from "./templates";

beforeEach(() => localStorage.clear());

async function edit() {
  const fake = new FakeBackend(emptySnapshot());
  flowsScene(fake);
  const model = new Inspector(fake);
  const shown = render(App, { model });
  await waitFor(() => expect(model.ready).toBe(true));
  model.screen = "flows";
  const user = userEvent.setup();
  const list = await screen.findByRole("listbox", { name: "Flows" });
  await user.click(await within(list).findByRole("option", { name: /Buy tea/ }));
  await user.click(await screen.findByRole("button", { name: "Edit" }));
  const editor = await screen.findByRole("region", { name: "Edit the flow" });
  const parts = within(editor).getByRole("listbox", { name: "Parts of the flow" });
  const part = async (name: RegExp) => user.click(await within(parts).findByRole("option", { name }));
  const press = (name: string | RegExp) => user.click(within(editor).getByRole("button", { name }));
  const names = () =>
    within(parts)
      .getAllByRole("option")
      .map((row) => row.textContent?.split(",")[0]?.trim());
  return { fake, model, shown, user, editor: within(editor), part, press, names };
}

const saved = (fake: FakeBackend) =>
  fake.sent.flatMap((command) =>
    command.type === "flow" && command.deed.type === "save" ? [command.deed.flow] : [],
  );

it("what a step is called, does and is given can be changed, and is saved when the person says so", async () => {
  const { fake, user, editor, part, press } = await edit();
  expect(editor.getByRole("button", { name: "Save" })).toBeDisabled();
  await part(/Fill Search/);
  await user.clear(editor.getByLabelText("Name"));
  await user.type(editor.getByLabelText("Name"), "Look for it");
  await user.type(editor.getByLabelText("Text"), " leaves");
  await press("Way 2 up");
  await user.type(editor.getByLabelText("Tried again"), "2");
  await user.selectOptions(editor.getByLabelText("Then"), "the run goes on");
  expect(saved(fake)).toEqual([]);
  await press("Save");
  const [flow] = saved(fake);
  expect(flow?.steps[1]).toMatchObject({
    name: "Look for it",
    retries: 2,
    on_failure: "go_on",
    call: {
      value: "{{what}} leaves",
      element: { selectors: [{ by: "id", value: "#q" }, { by: "role_name" }] },
    },
  });
  expect(await editor.findByText("Saved.")).toBeInTheDocument();
});

it("steps are moved, deleted, added, and each change is taken back by undo", async () => {
  const { editor, part, press, names, user } = await edit();
  const before = names();
  await part(/Click Add to cart/);
  await press("Move the step up");
  expect(names()).toEqual([before[0], before[1], "2. Click Add to cart", "3. Fill Search", before[4]]);
  await press("Delete the step");
  expect(names()).toHaveLength(4);
  await press("Add a step");
  await user.click(editor.getByRole("button", { name: "Wait" }));
  expect(names()).toContain("3. Wait a second");
  for (let i = 0; i < 3; i++) await press("Undo");
  expect(names()).toEqual(before);
  expect(editor.getByRole("button", { name: "Undo" })).toBeDisabled();
  expect(editor.getByRole("button", { name: "Save" })).toBeDisabled();
});

it("what is wrong stands at its field, and nothing is saved before it is right", async () => {
  const { editor, part, press, user } = await edit();
  await part(/Click Add to cart/);
  await user.clear(editor.getByLabelText("Name"));
  expect(await editor.findByText("must not be empty")).toBeInTheDocument();
  expect(editor.getByLabelText("Name")).toBeInvalid();
  expect(editor.getByRole("button", { name: "Save" })).toBeDisabled();
  await part(/The flow itself/);
  expect(editor.getByRole("status")).toHaveTextContent("Step 3, name: must not be empty.");
  await press("Show it");
  await user.type(editor.getByLabelText("Name"), "Buy");
  await waitFor(() => expect(editor.getByRole("button", { name: "Save" })).toBeEnabled());
  await user.clear(editor.getByLabelText("Tried again"));
  await user.type(editor.getByLabelText("Tried again"), "often");
  expect(editor.getByText("Write a whole number.")).toBeInTheDocument();
  await waitFor(() => expect(editor.getByRole("button", { name: "Save" })).toBeDisabled());
});

it("a parameter that is called otherwise is so in every step, and a secret has no default", async () => {
  const { fake, editor, press, user } = await edit();
  const what = within(editor.getByRole("group", { name: "Parameter what" }));
  await user.clear(what.getByLabelText("Name"));
  await user.type(what.getByLabelText("Name"), "tea");
  await user.tab();
  const tea = within(await editor.findByRole("group", { name: "Parameter tea" }));
  expect(tea.getByText("Used by a step.")).toBeInTheDocument();
  await user.click(tea.getByLabelText("A secret"));
  await press("Add a parameter");
  await press("Save");
  const [flow] = saved(fake);
  expect(flow?.parameters).toEqual([
    { name: "tea", kind: "string", secret: true },
    { name: "password", kind: "password", secret: true },
    { name: "value_3", kind: "string" },
  ]);
  expect(flow?.steps[1]?.call).toMatchObject({ value: "{{tea}}" });
});

it("changes that were not saved are there again, also in another window, until they are thrown away", async () => {
  const first = await edit();
  await first.part(/Fill Search/);
  await first.user.type(first.editor.getByLabelText("Name"), " now");
  first.model.screen = "usage";
  first.shown.unmount();
  const second = await edit();
  expect(second.names()).toContain("2. Fill Search now");
  await second.press("Discard changes");
  expect(second.names()).toContain("2. Fill Search");
  expect(localStorage.getItem("notex.flow.buy-tea.flow.json")).toBeNull();
});

it("a flow that was deleted can be brought back", async () => {
  const { fake, user, press } = await edit();
  await press("Close");
  await user.click(screen.getByRole("button", { name: "Delete" }));
  await user.click(screen.getByRole("button", { name: "Delete flow" }));
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  expect(saved(fake)).toMatchObject([{ name: "Buy tea" }]);
});

it("a parameter is renamed only where it is meant", () => {
  const step = { name: "Fill", call: { type: "goto", url: "{{ a }}{{ab}}{{7}}" } } as const;
  expect(renamedIn([step], "a", "b")).toEqual([
    { name: "Fill", call: { type: "goto", url: "{{b}}{{ab}}{{7}}" } },
  ]);
  expect([usesIn(step, "a"), usesIn(step, "ab"), usesIn(step, "b")]).toEqual([true, true, false]);
});
