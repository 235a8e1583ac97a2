import { screen, waitFor, within } from "@testing-library/svelte";
import { beforeEach, expect, it, vi } from "vitest";
import type { FieldKind, QueryElement } from "../backend/backend";
import { openPanel, press } from "../testing/panel";

beforeEach(() => localStorage.clear());

const bounds = { x: 10, y: 10, width: 50, height: 20, iframe_offset_x: 0, iframe_offset_y: 0 };
const part = (name: string, kind: FieldKind, inner: string): QueryElement => ({
  ...{ tag: "b", role: null, name: null, text: "€ 949", bounds },
  selectors: { css: `main > ${inner}`, xpath: null, role_name: null },
  field: { name, kind, attribute: null },
  items: [
    { selector: "li.product", count: 24, name: "products", inner },
    { selector: "section.shelf", count: 3, name: "shelves", inner: `li ${inner}` },
  ],
});

/** Opens the Data of the Scrape panel; what is pointed at next is what `point` was given last. */
async function building() {
  const made = await openPanel("scrape");
  let here: QueryElement | null = null;
  made.fake.onQuery("element", () => ({ type: "element", value: here }));
  await made.user.click(screen.getByText("Data"));
  const pick = async (element: QueryElement) => {
    here = element;
    await made.user.click(press("Pick a field"));
    await made.user.keyboard("{ArrowRight}{Enter}");
  };
  return { ...made, pick };
}

it("One click makes rows of all that are like what was picked, and a second pick adds a column", async () => {
  const { fake, user, pick } = await building();
  await pick(part("price", "price", ".price"));
  const offer = await screen.findByRole("region", { name: "Picked: one of many" });
  const all = within(offer).getByRole("button", { name: "Take all 24 products" });
  await waitFor(() => expect(all).toHaveFocus());
  await user.keyboard("{Enter}");
  const name = await screen.findByLabelText("Name of column 1.1");
  await waitFor(() => expect(name).toHaveFocus());
  expect(name).toHaveValue("price");
  expect(screen.getByLabelText("Type of column 1.1")).toHaveValue("price");
  expect(screen.queryByRole("region", { name: "Picked: one of many" })).toBeNull();

  await pick(part("name", "text", "strong"));
  await waitFor(() => expect(screen.getByLabelText("Name of column 1.2")).toHaveFocus());
  expect(screen.queryByRole("region", { name: "Picked: one of many" })).toBeNull();
  await user.click(press(/^Scrape/));
  expect(fake.sent.at(-1)).toMatchObject({
    type: "scrape",
    scrape: {
      extract: {
        fields: {
          products: { selector: "li.product", list: true, fields: { price: ".price", name: "strong" } },
        },
      },
      response_format: {
        properties: { products: { items: { properties: { price: { type: ["number", "null"] } } } } },
      },
    },
  });
  const table = await screen.findByRole("grid", { name: "products" });
  const headers = within(table).getAllByRole("columnheader");
  expect(headers.map((header) => header.textContent.trim())).toEqual(["price", "name"]);
  await user.click(press("Save as CSV"));
  expect(fake.saved[0]?.contents).toBe("price,name\r\n949,Nova 14\r\n1129,Aero 13\r\n879,Terra 14s");
});

it("What was picked can be taken alone, in wider rows, or forgotten", async () => {
  const { user, pick } = await building();
  await pick(part("price", "price", ".price"));
  await user.click(await screen.findByRole("button", { name: "Only this one" }));
  expect(screen.getByLabelText("Selector of field 1")).toHaveValue("main > .price");
  await pick(part("price", "price", ".price"));
  await user.click(await screen.findByRole("button", { name: "Or all 3 shelves" }));
  expect(screen.getByLabelText("Selector of field 2")).toHaveValue("section.shelf");
  expect(screen.getByLabelText("Selector of column 2.1")).toHaveValue("li .price");
  await pick(part("price", "price", ".sum"));
  // The shelves are known, so it is one of their columns.
  await waitFor(() => expect(screen.getByLabelText("Selector of column 2.2")).toHaveValue("li .sum"));
  await user.click(press("Remove field 2"));
  await pick(part("price", "price", ".price"));
  await user.click(await screen.findByRole("button", { name: "Forget what was picked" }));
  expect(screen.queryByRole("region", { name: "Picked: one of many" })).toBeNull();
  expect(screen.queryByLabelText("Selector of field 2")).toBeNull();
});

it("A field that the page has once is taken at once, with its type and attribute", async () => {
  const { user, pick } = await building();
  const image = { ...part("image", "image", "img"), items: [] };
  await pick({ ...image, field: { name: "image", kind: "image", attribute: "src" } });
  const name = await screen.findByLabelText("Name of field 1");
  await waitFor(() => expect(name).toHaveFocus());
  expect(screen.getByLabelText("Attribute of field 1")).toHaveValue("src");
  await user.selectOptions(screen.getByLabelText("Type of field 1"), "Text");
  expect(screen.getByLabelText("Attribute of field 1")).toHaveValue("");
});

it("Rows can be built by hand, say what they lack, and come of a list", async () => {
  const { fake, user } = await building();
  await user.click(press("Add rows"));
  expect(screen.getByRole("group", { name: "Rows of field 1" })).toHaveTextContent("Name it.");
  await user.type(screen.getByLabelText("Name of field 1"), "products");
  await user.type(screen.getByLabelText("Selector of field 1"), "li");
  expect(screen.getByText(/^Add a column: what each row holds/)).toBeVisible();
  await user.type(screen.getByLabelText("Name of column 1.1"), "name");
  expect(screen.getByText(/^Say where it is inside of a row/)).toBeVisible();
  expect(press(/^Scrape/)).toBeDisabled();
  expect(press("Copy the request as JSON")).toBeDisabled();
  await user.type(screen.getByLabelText("Selector of column 1.1"), "strong");
  expect(press(/^Scrape/)).toBeEnabled();
  await user.click(press("Add a field"));
  await user.type(screen.getByLabelText("Name of field 2"), "links");
  await user.type(screen.getByLabelText("Selector of field 2"), "a");
  await user.click(screen.getByLabelText("All that match"));
  await user.click(press("Make rows with columns"));
  expect(screen.getByLabelText("Selector of column 2.1")).toHaveValue(":scope");
  await user.click(press("Remove field 1"));
  await user.click(press("Undo: bring products back"));
  expect(screen.getByLabelText("Selector of column 1.1")).toHaveValue("strong");
  await user.click(press("Remove field 2"));
  await user.click(press(/^Scrape/));
  expect(fake.sent.at(-1)).toMatchObject({
    scrape: { extract: { fields: { products: { selector: "li", list: true, fields: { name: "strong" } } } } },
  });
});

it("What was opened stays open while nothing is filled in, and what is picked opens it again", async () => {
  const { user, pick } = await building();
  const details = screen.getByText("Data").closest("details");
  await user.click(press("Add a field"));
  expect(details).toHaveAttribute("open");
  await user.click(press("Remove field 1"));
  expect(details).toHaveAttribute("open");
  await pick({ ...part("title", "text", "h1"), items: [] });
  await waitFor(() => expect(screen.getByLabelText("Name of field 1")).toHaveFocus());
  details?.removeAttribute("open");
  await user.click(press("Pick"));
  await user.keyboard("{ArrowRight}{Enter}");
  await user.click(await screen.findByRole("button", { name: "Add as field" }));
  await waitFor(() => expect(screen.getByLabelText("Name of field 2")).toHaveFocus());
  expect(details).toHaveAttribute("open");
});

it("The request is copied as JSON and for curl, as it is set, and costs nothing", async () => {
  const { fake, user } = await building();
  const copied = vi.spyOn(navigator.clipboard, "writeText");
  await user.click(press("Add a field"));
  await user.type(screen.getByLabelText("Name of field 1"), "title");
  await user.type(screen.getByLabelText("Selector of field 1"), "h1");
  await user.click(press("Copy the request as JSON"));
  await waitFor(() => expect(press("Copy the request as JSON")).toHaveTextContent("Copied"));
  expect(JSON.parse(String(copied.mock.lastCall?.[0]))).toMatchObject({
    extract: { fields: { title: "h1" } },
  });
  await user.click(press("Copy the request as curl"));
  await waitFor(() => expect(press("Copy the request as curl")).toHaveTextContent("Copied"));
  expect(copied.mock.lastCall?.[0]).toContain("Bearer $NOTEX_API_KEY");
  expect(fake.sent).toEqual([]);
  fake.onQuery("request", () => {
    throw { code: "session_ended", message: "the session has ended", hint: null };
  });
  await user.click(press("Copy the request as JSON"));
  expect(await screen.findByText("The session has ended.")).toBeVisible();
});
