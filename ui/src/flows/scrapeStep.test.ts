import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import App from "../App.svelte";
import { FakeBackend } from "../backend/fake";
import { flowsScene } from "../backend/fakeFlows";
import { emptySnapshot } from "../backend/fakePages";
import { Inspector } from "../state/inspector.svelte";
import { typedInto } from "./scrapeSteps";

beforeEach(() => localStorage.clear());

/** The step of the flow that reads, in the editor. */
async function editScrape() {
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
  await part(/Read the main content/);
  const press = (name: string | RegExp) => user.click(within(editor).getByRole("button", { name }));
  const type = (label: string, text: string) => user.type(within(editor).getByLabelText(label), text);
  return { fake, user, editor: within(editor), part, press, type, close: () => shown.unmount() };
}

const savedStep = (fake: FakeBackend) => {
  const saved = fake.sent.flatMap((command) =>
    command.type === "flow" && command.deed.type === "save" ? [command.deed.flow] : [],
  );
  return saved.at(-1)?.steps[3]?.call;
};

it("all that a scrape is asked for can be changed in its step, and is saved as it stands", async () => {
  const { fake, user, editor, press, type } = await editScrape();
  await user.click(editor.getByRole("tab", { name: "All" }));
  await type("Only inside of (CSS selector)", "#results");
  await user.click(editor.getByText("Data"));
  await press("Add rows");
  await type("Name of field 1", "lamps");
  await type("Selector of field 1", "li.lamp");
  await type("Name of column 1.1", "price");
  await type("Selector of column 1.1", ".price");
  await user.selectOptions(editor.getByLabelText("Type of column 1.1"), "Price");
  await press("Add a column");
  await type("Name of column 1.2", "tags");
  await type("Selector of column 1.2", "i");
  await type("Attribute of column 1.2", "title");
  await press("All that match of column 1.2");
  await press("Add a field");
  await type("Name of field 2", "head");
  await type("Selector of field 2", "h1");
  await press("Save");
  expect(savedStep(fake)).toEqual({
    ...{ type: "scrape", only_main_content: false, images: false, links: true, selector: "#results" },
    extract: {
      fields: {
        lamps: {
          ...{ selector: "li.lamp", list: true },
          fields: { price: ".price", tags: { selector: "i", attribute: "title", list: true } },
        },
        head: "h1",
      },
      ...{ auto: false, embedded: false },
    },
    response_format: {
      type: "object",
      properties: {
        lamps: {
          type: "array",
          items: { type: "object", properties: { price: { type: ["number", "null"] } } },
        },
      },
    },
  });
  expect(editor.getByLabelText("Type of column 1.1")).toHaveValue("price");
  await type("Instructions for a language model", "All lamps");
  expect(editor.getByLabelText("JSON Schema of the answer")).toBeVisible();
  await press("Save");
  expect(savedStep(fake)).toMatchObject({
    instructions: "All lamps",
    response_format: { required: ["lamps", "head"] },
  });
  expect(savedStep(fake)).not.toHaveProperty("extract");
});

it("half of a field says what it lacks, keeps the flow from being saved, and each change is taken back", async () => {
  const { user, editor, part, press, type } = await editScrape();
  await user.click(editor.getByText("Data"));
  await press("Add a field");
  await type("Selector of field 1", "h1");
  expect(editor.getByText("Name it.")).toBeVisible();
  expect(editor.getByLabelText("Selector of field 1")).toBeInvalid();
  expect(editor.getByRole("button", { name: "Save" })).toBeDisabled();
  await part(/The flow itself/);
  expect(editor.getByRole("status")).toHaveTextContent("Step 4, data: Name it.");
  await press("Show it");
  await type("Name of field 1", "head");
  expect(editor.getByRole("button", { name: "Save" })).toBeEnabled();
  await press("Add a field");
  await type("Name of field 2", "head");
  await type("Selector of field 2", "h2");
  expect(editor.getAllByText("Another field has this name.")).toHaveLength(2);
  await type("JSON Schema of the fields", "{{");
  expect(editor.getByText("This is no JSON.")).toBeVisible();
  await press("Undo");
  expect(editor.getByLabelText("JSON Schema of the fields")).toHaveValue("");
  // Letters that are typed into one field are one change.
  await press("Undo");
  expect(editor.getByLabelText("Selector of field 2")).toHaveValue("");
  expect(editor.getByLabelText("Name of field 2")).toHaveValue("head");
  await press("Undo");
  await press("Undo");
  expect(editor.queryByLabelText("Name of field 2")).toBeNull();
  await press("Undo");
  expect(editor.getByText("Name it.")).toBeVisible();
  await press("Undo");
  await press("Undo");
  expect(editor.queryByLabelText("Selector of field 1")).toBeNull();
  expect(editor.getByRole("button", { name: "Undo" })).toBeDisabled();
  await type("Only inside of (CSS selector)", "main >");
  expect(editor.getByText(/^This is no CSS selector/)).toBeVisible();
  expect(editor.getByRole("button", { name: "Save" })).toBeDisabled();
});

it("what was typed and is no field yet is there again in another window, and discarding it can be undone", async () => {
  const first = await editScrape();
  await first.user.click(first.editor.getByText("Data"));
  await first.press("Add a field");
  await first.type("Selector of field 1", "h1");
  first.close();
  const second = await editScrape();
  expect(second.editor.getByLabelText("Selector of field 1")).toHaveValue("h1");
  expect(second.editor.getByText("Name it.")).toBeVisible();
  await second.press("Discard changes");
  expect(second.editor.queryByLabelText("Selector of field 1")).toBeNull();
  expect(localStorage.getItem("notex.flow.buy-tea.flow.json")).toBeNull();
  await second.press("Undo");
  expect(second.editor.getByLabelText("Selector of field 1")).toHaveValue("h1");
});

it("letters in one text are one change, and everything else is one of its own", () => {
  const wish = { schema: "", fields: [{ name: "a", kind: "text", list: false }] };
  const field = (change: object) => ({ ...wish, fields: [{ ...wish.fields[0], ...change }] });
  expect(typedInto(wish, field({ name: "ab" }))).toBe(".fields.0.name");
  expect(typedInto(wish, { ...wish, schema: "{" })).toBe(".schema");
  expect(typedInto(wish, field({ kind: "number" }))).toBe("");
  expect(typedInto(wish, field({ list: true }))).toBe("");
  expect(typedInto(wish, { ...wish, fields: [] })).toBe("");
});
