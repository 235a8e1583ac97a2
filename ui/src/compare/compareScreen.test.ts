import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import App from "../App.svelte";
import type { CellPlace } from "../backend/backend";
import { FakeBackend } from "../backend/fake";
import { compareScene } from "../backend/fakeCompare";
import { flowsScene } from "../backend/fakeFlows";
import { emptySnapshot } from "../backend/fakePages";
import { Inspector } from "../state/inspector.svelte";
import { pageAddress, placeNote } from "./cellLook.svelte";

async function open(rows = 24) {
  const fake = new FakeBackend(emptySnapshot());
  flowsScene(fake);
  compareScene(fake, rows);
  const model = new Inspector(fake);
  render(App, { model });
  await waitFor(() => expect(model.ready).toBe(true));
  model.screen = "flows";
  const list = await screen.findByRole("listbox", { name: "Flows" });
  const user = userEvent.setup();
  await user.click(await within(list).findByRole("option", { name: /Buy tea/ }));
  await user.click(await screen.findByRole("button", { name: "Compare runs" }));
  const table = await screen.findByRole("grid", { name: "Rows of items" });
  return { fake, model, user, table };
}

it("two runs of a flow are compared, their rows are told by more than colour, and Back leads back", async () => {
  const { model, user, table } = await open();
  expect(screen.getByText(/^2 rows added, 1 row gone/)).toBeInTheDocument();
  const rows = await within(table).findAllByTestId("diff-row");
  expect(rows[0]).toHaveTextContent(/^\+\s*added/);
  expect(within(table).getByText("4 % → 25 % empty")).toBeInTheDocument();
  expect(within(table).getByTitle("€3.90 → €5.90")).toHaveTextContent(/^was €3.90 →, is €5.90$/);
  expect(screen.getByText("1 step the same")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Only changes" }));
  expect(screen.queryByText("1 step the same")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Back" }));
  expect(model.screen).toBe("flows");
});

it("another key column is asked for, and the rows are saved as CSV", async () => {
  const { fake, user } = await open();
  await user.selectOptions(screen.getByLabelText("By what rows are matched"), "title");
  expect(await screen.findByText("Rows are matched by title.")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Save the rows as CSV" }));
  await waitFor(() => expect(fake.saved.at(-1)?.name).toBe("items-diff.csv"));
  await user.click(screen.getByRole("button", { name: "JSON" }));
  await waitFor(() => expect(fake.saved.at(-1)?.name).toBe("Buy-tea-diff.json"));
});

it("the keyboard leads to a cell, and shows where it was read", async () => {
  const { user, table } = await open();
  table.focus();
  await user.keyboard("{ArrowDown}{ArrowRight}{Enter}");
  const pane = await screen.findByRole("region", { name: "Where the cell was read" });
  expect(within(pane).getByText("price")).toBeInTheDocument();
  expect(within(pane).getByText("€5.90")).toBeInTheDocument();
  expect(await within(pane).findByText(/The page was not kept: the page had changed/)).toBeInTheDocument();
  await user.click(within(pane).getByRole("button", { name: "Picture" }));
  expect(within(pane).getByTestId("cell-box")).toBeInTheDocument();
  expect(within(pane).getByText("The picture of call 4, on the same page.")).toBeInTheDocument();
  await user.click(within(pane).getByRole("button", { name: "Before" }));
  expect(await within(pane).findByText("€3.90")).toBeInTheDocument();
  await user.click(within(pane).getByRole("button", { name: "Close" }));
  expect(screen.queryByRole("region", { name: "Where the cell was read" })).toBeNull();
});

it("ten thousand rows are drawn as far as they are seen", async () => {
  const { user, table } = await open(10_000);
  await user.click(screen.getByRole("button", { name: "Only changes" }));
  expect(table).toHaveAttribute("aria-rowcount", "10004");
  expect(within(table).getAllByTestId("diff-row").length).toBeLessThan(200);
});

it("what is not known of a place is said", () => {
  const place: CellPlace = {
    call: 5,
    page: "abc",
    pageMissing: null,
    viewportWidth: 800,
    viewportHeight: 600,
    found: { by: "mark", at: 7, fragment: 'a"b', stands: null },
    picture: "def",
    pictureOf: 5,
  };
  expect(placeNote(null, "page")).toContain("Nothing is kept");
  expect(placeNote(place, "page")).toBeNull();
  expect(placeNote({ ...place, found: null }, "page")).toContain("not in the page");
  expect(placeNote(place, "picture")).toContain("was not noted");
  const below = { x: 0, y: 900, width: 10, height: 10, iframe_offset_x: 0, iframe_offset_y: 0 };
  const found = { by: "text" as const, at: 7, fragment: null, stands: below };
  expect(placeNote({ ...place, found }, "page")).toContain("another element may say the same");
  expect(placeNote({ ...place, found }, "picture")).toContain("outside");
  expect(placeNote({ ...place, picture: null }, "picture")).toContain("No picture");
  expect(pageAddress("picture://abc", place)).toBe("picture://abc?page&at=7#a%22b");
  expect(pageAddress("picture://abc", { ...place, found: { ...found } })).toBe(
    "picture://abc?page&at=7#notex-here",
  );
  expect(pageAddress("picture://abc", { ...place, found: null })).toBe("picture://abc?page");
});
