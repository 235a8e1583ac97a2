import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import DataTable from "./DataTable.svelte";
import type { Column } from "./columns";

interface Row {
  name: string;
  credits: number | null;
}
const columns: Column<Row>[] = [
  { id: "name", label: "Name", value: (row) => row.name },
  { id: "credits", label: "Credits", value: (row) => row.credits, numeric: true },
];
const rows: Row[] = [
  { name: "page 10", credits: 2 },
  { name: "page 9", credits: null },
  { name: "<script>alert(1)</script>", credits: 11 },
];
const names = () =>
  screen
    .getAllByRole("row")
    .slice(1)
    .map((row) => within(row).getAllByRole("gridcell")[0]?.textContent.trim());

it("sorts by a header, numbers from the greatest, what is not known last, and says so", async () => {
  const user = userEvent.setup();
  render(DataTable<Row>, { label: "Prices", columns, rows });
  await waitFor(() => expect(names()).toEqual(["page 10", "page 9", "<script>alert(1)</script>"]));

  await user.click(screen.getByRole("button", { name: "Credits" }));
  await waitFor(() => expect(names()).toEqual(["<script>alert(1)</script>", "page 10", "page 9"]));
  expect(screen.getByRole("columnheader", { name: "Credits" })).toHaveAttribute("aria-sort", "descending");

  await user.click(screen.getByRole("button", { name: "Name" }));
  await waitFor(() => expect(names().slice(1)).toEqual(["page 9", "page 10"]));
  expect(screen.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "ascending");
  expect(screen.getByRole("columnheader", { name: "Credits" })).toHaveAttribute("aria-sort", "none");
});

it("is walked with the keyboard, and Enter opens a row", async () => {
  const user = userEvent.setup();
  const onopen = vi.fn();
  render(DataTable<Row>, { label: "Prices", columns, rows, onopen });
  const grid = screen.getByRole("grid", { name: "Prices" });
  await screen.findByText("page 9");
  grid.focus();
  await user.keyboard("{ArrowDown}{Enter}");
  expect(onopen).toHaveBeenCalledWith(rows[1]);
  await user.keyboard("{End}");
  expect(screen.getByRole("row", { selected: true })).toHaveTextContent("<script>");
  expect(grid.getAttribute("aria-activedescendant")).toBe(screen.getByRole("row", { selected: true }).id);
});

it("draws of ten thousand rows only those that are near, and says how many there are", async () => {
  const many = Array.from({ length: 10_000 }, (_, i) => ({ name: `row ${i}`, credits: i }));
  render(DataTable<Row>, { label: "Prices", columns, rows: many });
  await screen.findByText("row 0");
  expect(screen.getByRole("grid")).toHaveAttribute("aria-rowcount", "10001");
  expect(screen.getAllByRole("row").length).toBeLessThan(500);
});

it("says what an empty table is empty of, and takes rows that come later", async () => {
  const view = render(DataTable<Row>, { label: "Prices", columns, rows: [], empty: "Nothing was charged." });
  expect(screen.getByText("Nothing was charged.")).toBeVisible();
  await view.rerender({ rows });
  expect(await screen.findByText("page 10")).toBeVisible();
});
