import { screen, waitFor, within } from "@testing-library/svelte";
import { beforeEach, expect, it } from "vitest";
import { markdownPage } from "../backend/fakePages";
import { openPanel, press } from "../testing/panel";

beforeEach(() => localStorage.clear());

async function scraped(images = true) {
  const made = await openPanel("scrape");
  if (images) await made.user.click(screen.getByLabelText("List the images"));
  await made.user.click(press(/^Scrape/));
  await screen.findByRole("heading", { name: "Search results for “laptop”" });
  return made;
}
const view = (name: RegExp) => screen.getByRole("tab", { name });

it("Scrape shows how much it read and what it cost, and saves it as Markdown and HTML", async () => {
  const { fake, user } = await scraped();
  const { length } = markdownPage(true).markdown;
  expect(screen.getByText(new RegExp(`${length} characters · 2\\.0 cr`))).toBeVisible();
  await user.click(press("Save as Markdown"));
  await user.click(press("Save as HTML"));
  expect(fake.saved.map(({ name }) => name)).toEqual(["shop.local.md", "shop.local.html"]);
  const html = String(fake.saved[1]?.contents);
  expect(html).toContain('<a href="http://shop.local/search?sort=price">lowest price</a>');
  expect(html).not.toContain("<img");
});

it("Scrape says how the main content was found, and when there was none", async () => {
  const { fake, model } = await scraped();
  expect(screen.getByText("Main content, as the page marks it")).toBeVisible();
  const shown = fake.details.get(model.selectedId ?? "")?.scraped;
  if (!shown) throw new Error("nothing was scraped");
  const note = "no main content was found on this page; this is everything that can be seen";
  fake.deltas({ type: "scraped", value: { ...shown, reading: { scope: "whole_page", notes: [note] } } });
  await waitFor(() => expect(screen.getByText(/^No main content was found on this page/)).toBeVisible());
  expect(screen.getByText("The whole page")).toBeVisible();
});

it("Scrape picks fields by their selectors, shows them as rows, and says which were not found", async () => {
  const { fake, user } = await openPanel("scrape");
  await user.click(screen.getByText("Data"));
  await user.click(press("Add a field"));
  await user.type(screen.getByLabelText("Selector of field 1"), ".product");
  expect(screen.getByText("Name it.")).toBeVisible();
  expect(press(/^Scrape/)).toBeDisabled();
  await user.type(screen.getByLabelText("Name of field 1"), "products");
  await user.click(screen.getByLabelText("All that match"));
  await user.click(press("Add a field"));
  await user.type(screen.getByLabelText("Name of field 2"), "sale");
  await user.type(screen.getByLabelText("Selector of field 2"), "//b");
  await user.click(press(/^Scrape/));
  expect(fake.sent.at(-1)).toMatchObject({
    type: "scrape",
    scrape: {
      extract: {
        fields: { products: { selector: ".product", list: true }, sale: "//b" },
        auto: false,
        embedded: false,
      },
    },
  });
  expect(JSON.stringify(fake.sent.at(-1))).not.toContain("response_format");
  const problems = await screen.findByRole("list", { name: "What was not found or does not fit" });
  expect(problems).toHaveTextContent("sale: nothing matches its selector");
  await user.selectOptions(screen.getByRole("combobox", { name: "Table" }), "2. products (3)");
  const table = await screen.findByRole("grid", { name: /products/ });
  expect(within(table).getAllByRole("row")).toHaveLength(4);
  await user.click(press("Save as CSV"));
  expect(fake.saved[0]?.contents).toContain("Nova 14,949");
});

it("Scrape sorts a table by its numbers however they are written, and saves it as CSV as it is sorted", async () => {
  const { fake, user } = await scraped();
  await user.click(view(/Tables 1/));
  const table = await screen.findByRole("grid", { name: /Search results/ });
  await user.click(within(table).getByRole("button", { name: "Price" }));
  await waitFor(() => expect(within(table).getAllByRole("row")[1]).toHaveTextContent(/Aero 13/));
  await user.click(press("Save as CSV"));
  expect(fake.saved[0]?.contents).toBe(
    'Product,Memory,Price\r\nAero 13,16 GB,"€ 1,129"\r\nNova 14,16 GB,€ 949\r\nTerra 14s,32 GB,€ 879',
  );
});

it("Scrape finds links, and copies and saves those that were found", async () => {
  const { fake, user } = await scraped();
  await user.click(view(/Links 1/));
  const filter = screen.getByRole("textbox", { name: "Filter links" });
  await user.type(filter, "nothing like it");
  expect(screen.getByText("No link fits “nothing like it”")).toBeVisible();
  await user.clear(filter);
  await user.type(filter, "price");
  await user.click(press("Save as CSV"));
  expect(fake.saved[0]?.contents).toBe(
    "text,url,internal\r\nlowest price,http://shop.local/search?sort=price,yes",
  );
});

it("Scrape fetches the pictures of a page only when it is asked to", async () => {
  const { fake, user } = await scraped();
  const asked: string[] = [];
  fake.onQuery("picture", (query) => {
    if (query.type !== "picture") throw new Error(query.type);
    asked.push(query.url);
    if (query.url.endsWith(".svg"))
      throw { code: "other", message: "the picture cannot be shown: it is no JPEG", hint: null };
    return { type: "picture", value: "hash-of-it" };
  });
  await user.click(view(/Images 3/));
  const cards = await screen.findAllByRole("listitem");
  expect(cards).toHaveLength(3);
  expect(cards[0]).toHaveTextContent("Nova 14, opened");
  expect(cards[0]).toHaveTextContent("content");
  expect(screen.queryByRole("img", { name: /Nova/ })).toBeNull();
  expect(asked).toEqual([]);
  await user.click(press("Show F1"));
  expect(await screen.findByRole("img", { name: "Nova 14, opened" })).toHaveAttribute(
    "src",
    "/picture/hash-of-it",
  );
  expect(asked).toEqual(["http://shop.local/img/nova-14.jpg"]);
  await user.click(press("Show all"));
  expect(await screen.findByText("The picture cannot be shown: it is no JPEG.")).toBeVisible();
  expect(asked).toHaveLength(3);
  await user.click(press("Try F3 again"));
  expect(asked).toHaveLength(4);
});

it("Scrape takes the selector of the element that is picked on the page", async () => {
  const { fake, user } = await openPanel("scrape");
  const bounds = { x: 10, y: 10, width: 50, height: 20, iframe_offset_x: 0, iframe_offset_y: 0 };
  const selectors = { css: "main > table", xpath: "/html/body/main/table", role_name: null };
  fake.onQuery("element", () => ({
    type: "element",
    value: {
      tag: "table",
      role: "table",
      name: null,
      text: "Nova 14",
      bounds,
      selectors,
      field: null,
      items: [],
    },
  }));
  await user.click(press("Pick on the page"));
  expect(screen.getByRole("application", { name: /Pick an element/ })).toHaveFocus();
  await user.keyboard("{ArrowRight}{Enter}");
  const selector = screen.getByLabelText("Only inside of (CSS selector)");
  await waitFor(() => expect(selector).toHaveValue("main > table"));
  expect(screen.queryByRole("application")).toBeNull();
  await waitFor(() => expect(selector).toHaveFocus());
  await user.keyboard("{Enter}");
  expect(fake.sent.at(-1)).toMatchObject({ type: "scrape", scrape: { selector: "main > table" } });
});

it("Scrape keeps what was set while another panel is looked at, and says what is no selector", async () => {
  const { fake, model, user } = await openPanel("scrape");
  const parts = screen.getByRole("tablist", { name: "What to scrape" });
  await user.click(within(parts).getByRole("tab", { name: "All" }));
  await user.type(screen.getByLabelText("Only inside of (CSS selector)"), "main >");
  model.show("observe");
  await waitFor(() => expect(screen.queryByLabelText("Only inside of (CSS selector)")).toBeNull());
  model.show("scrape");
  const selector = await screen.findByLabelText("Only inside of (CSS selector)");
  expect(selector).toHaveValue("main >");
  expect(selector).toHaveAccessibleDescription(/This is no CSS selector/);
  await user.click(press(/^Scrape/));
  expect(fake.sent).toEqual([]);
  await user.type(selector, " table");
  await user.click(press(/^Scrape/));
  expect(fake.sent).toMatchObject([
    { type: "scrape", scrape: { only_main_content: false, selector: "main > table" } },
  ]);
});

it("Scrape says why a schema whose fields were removed keeps it from being asked for", async () => {
  const { user } = await openPanel("scrape");
  await user.click(screen.getByText("Data"));
  await user.click(press("Add a field"));
  await user.type(screen.getByLabelText("Name of field 1"), "price");
  await user.type(screen.getByLabelText("Selector of field 1"), ".price");
  await user.type(screen.getByLabelText(/JSON Schema/), '{{"type":"object"}');
  expect(press(/^Scrape/)).toBeEnabled();
  await user.click(press("Remove field 1"));
  expect(press(/^Scrape/)).toBeDisabled();
  expect(screen.getByText(/name some above/)).toBeVisible();
  await user.clear(screen.getByLabelText(/JSON Schema/));
  expect(press(/^Scrape/)).toBeEnabled();
});

it("Scrape shows what a server says twice", async () => {
  const { fake, model } = await scraped(false);
  const shown = fake.details.get(model.selectedId ?? "")?.scraped;
  if (!shown) throw new Error("nothing was scraped");
  const error = { field: "price", message: "nothing matches its selector" };
  fake.deltas({
    type: "scraped",
    value: {
      ...shown,
      reading: { scope: "whole_page", notes: ["it is long", "it is long"] },
      structured: [{ success: false, error: null, data: {}, errors: [error, error] }],
    },
  });
  await waitFor(() => expect(screen.getAllByText(/^It is long/)).toHaveLength(2));
  expect(screen.getAllByText("price: nothing matches its selector")).toHaveLength(2);
});
