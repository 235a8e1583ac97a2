// Search the shop
//
// Looks for a laptop, orders the results,
// and reads what there is.
//
// Needs Node 20 or newer, `npm install playwright`, and a Chromium: `npx playwright install chromium`. Prints what it read as JSON.
// Reads NOTEX_CHROMIUM, the program of another Chromium, when it is set, from the environment.
// NOTEX_PARAM_SHOP may be set: where the shop is
// NOTEX_PARAM_WHAT may be set
// NOTEX_HEADER_AUTHORIZATION has to be set, and is a secret
// NOTEX_PROXY_PASSWORD has to be set, and is a secret
// Not in this program: Playwright has no markdown and finds no main content: the text of the page, as it is seen, stands in its place.
import process from "node:process";
import { chromium, type Locator } from "playwright";

type Read = { step: number; markdown: string | null; data: unknown; problem: string | null };
type Result = { flow: string; url: string; title: string; read: Read[]; failed: { step: number; why: string }[] };

/** What the environment says; without it there is nothing to do. */
function setting(name: string, fallback?: string): string {
  const value = process.env[name] ?? fallback;
  if (value === undefined) {
    console.error(`${name} is not set`);
    process.exit(1);
  }
  return value;
}

const quiet = `() => new Promise((done) => {
  let timer = setTimeout(done, 250);
  const watch = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, 250); });
  watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  setTimeout(done, 3000);
})`;
const p = {
  shop: setting("NOTEX_PARAM_SHOP", "http://127.0.0.1:9/"),
  what: setting("NOTEX_PARAM_WHAT", "Nova \"14\" $HOME `id` {{x}} \\ é </script>"),
  _header_authorization: setting("NOTEX_HEADER_AUTHORIZATION"),
  _proxy_password: setting("NOTEX_PROXY_PASSWORD"),
};
const result: Result = { flow: "Search the shop", url: "", title: "", read: [], failed: [] };

const browser = await chromium.launch({ executablePath: process.env.NOTEX_CHROMIUM });
const context = await browser.newContext({
  extraHTTPHeaders: { "Accept-Language": "en", Authorization: p._header_authorization },
  proxy: { password: p._proxy_password, server: "http://proxy:1", username: "u" },
  viewport: { width: 1000, height: 700 },
});
let page = await context.newPage();
context.on("page", (tab) => {
  page = tab;
});

/** Waits until the page has loaded and stands still, for a few seconds at most. */
async function settle(): Promise<void> {
  for (let tries = 0; tries < 5; tries += 1) {
    try {
      await page.waitForLoadState("load", { timeout: 5000 });
      await page.evaluate(`(${quiet})()`);
      return;
    } catch {
      // Another page came.
    }
  }
}

type Options = { retries?: number; deadline?: number; goesOn?: boolean };

/** Does a step, again when it failed and may be tried again. */
async function step(number: number, does: () => Promise<unknown>, options: Options = {}): Promise<void> {
  context.setDefaultTimeout((options.deadline ?? 60) * 1000);
  for (let left = options.retries ?? 0; ; left -= 1) {
    try {
      await does();
      return await settle();
    } catch (failure) {
      const why = failure instanceof Error ? failure.message : String(failure);
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, 500));
      else if (options.goesOn) return void result.failed.push({ step: number, why });
      else throw new Error(`step ${number} failed: ${why}`);
    }
  }
}

/** What the first of these ways finds; the best is waited for. */
async function one(...ways: Locator[]): Promise<Locator> {
  await ways[0]?.filter({ visible: true }).waitFor({ timeout: 3000 }).catch(() => undefined);
  for (const way of ways) {
    for (const found of [way.filter({ visible: true }), way]) {
      if ((await found.count()) === 1) return found;
    }
  }
  throw new Error(`none of its ways finds the element: ${ways.join("; ")}`);
}

/** Chooses an option by its label or its value. */
async function choose(field: Locator, value: string): Promise<void> {
  if ((await field.evaluate((el) => el.localName)) === "select") {
    await field.selectOption(value);
  } else {
    await field.click();
    await page.getByRole("option", { name: value, exact: true }).click();
  }
}

async function openTab(url: string): Promise<void> {
  await (await context.newPage()).goto(url);
}

async function switchTab(place: number): Promise<void> {
  const tab = context.pages().at(place);
  if (!tab) throw new Error(`there is no tab ${place}`);
  page = tab;
  await page.bringToFront();
}

async function closeTab(): Promise<void> {
  await page.close();
  await switchTab(-1);
}

/** Keeps what a step read. */
async function read(number: number, scope: Locator, data: unknown): Promise<void> {
  const text = await scope.innerText();
  result.read.push({ step: number, markdown: null, text, data, problem: null } as Read);
}

/** Runs in the page: an element's words in one line, the value of a field, an attribute with its whole address. */
function reading(el: Element, attribute: string | null): string | null {
  if (attribute === "html") return el.innerHTML;
  if (attribute) {
    const given = el.getAttribute(attribute);
    const leads = ["href", "src", "action", "poster"].includes(attribute);
    return given !== null && leads ? new URL(given, el.baseURI).href : given;
  }
  if (el.localName === "meta") return el.getAttribute("content");
  const field = el as HTMLInputElement;
  if (["input", "select", "textarea"].includes(el.localName)) return field.type === "password" ? null : field.value;
  return (field.innerText || (el.textContent ?? "")).replace(/\s+/g, " ").trim();
}

/** The words of the first element there, or an attribute of it. */
async function text(place: Locator, attribute?: string): Promise<string | null> {
  if ((await place.count()) === 0) return null;
  return place.first().evaluate(reading, attribute ?? null);
}

async function each<T>(place: Locator, made: (row: Locator) => Promise<T>): Promise<T[]> {
  const rows: T[] = [];
  for (const row of await place.all()) rows.push(await made(row));
  return rows;
}

/** The row without those of these fields that are not there. */
function without(row: Record<string, unknown>, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== null || !names.includes(name)));
}

/** The number that a text shows, `1.299,00 €` is 1299; the text itself where it shows none. */
function number(shown: string | null, whole = false): number | string | null {
  const found = /([-−–]?)[ $€£¥₹]*(\d+(?:[.,'’]\d+|[ \u00a0\u202f\u2009]\d{3}(?!\d))*)/.exec(shown ?? "");
  if (shown === null || !found) return shown;
  let digits = (found[2] ?? "").replace(/[^\d.,]/g, "");
  const last = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
  if (last >= 0) {
    const [mark, before, behind] = [digits.charAt(last), digits.slice(0, last), digits.slice(last + 1)];
    const other = mark === "." ? "," : ".";
    let point = mark;
    if (!before.includes(other) && before.includes(mark)) point = other;
    else if (!before.includes(other) && behind.length === 3 && before.length <= 3 && before !== "0") {
      const isPrice = /[$£¥฿₠-⃏]|(?<!\S)[A-Z]{3}(?!\S)/.test(shown);
      point = mark === "," || isPrice ? other : mark;
    }
    digits = digits.replaceAll(point === "." ? "," : ".", "").replace(point, ".");
  }
  const value = Number(digits) * (found[1] ? -1 : 1);
  return whole && !Number.isInteger(value) ? shown : value;
}

try {
  // 1. Open the shop
  await step(1, () => page.goto(p.shop + "search?q=none"), { retries: 2 });

  // 2. Fill Search products and press enter
  await step(2, async () => {
    const field = await one(
      page.getByRole("searchbox", { name: "Search products", exact: true }),
      page.locator("form.search > input"),
      page.locator("xpath=html/body/main/section/form/input"),
    );
    await field.fill(p.what);
    await field.press("Enter");
  });

  // 3. Tick In stock
  await step(3, async () => {
    const field = await one(page.locator("[name=stock]"));
    await field.setChecked(true);
  }, { deadline: 20, goesOn: true });

  // 4. Choose Sort by
  await step(4, async () => {
    const field = await one(page.locator("#sort"));
    await choose(field, "Price");
  });

  // 5. Read rows
  await step(5, async () => {
    await read(5, page.locator("body"), without({
      heading: await text(page.locator("h1")),
      products: await each(page.locator("ul.products > li"), async (row) => (without({
        name: await text(row.locator("strong")),
        old: number(await text(row.locator(".old"))),
        price: number(await text(row.locator(".price"))),
      }, "name", "old", "price"))),
    }, "products"));
  });

  // 6. Read the main content
  await step(6, () => read(6, page.locator("main").first(), null));

  // 7. Wait
  await step(7, () => page.waitForTimeout(100));

  // 8. Open a tab
  await step(8, () => openTab(p.shop + "deals"));

  // 9. Close the tab in front
  await step(9, () => closeTab());

  // Where it ended
  Object.assign(result, { url: page.url(), title: await page.title() });
} finally {
  await browser.close();
}
console.log(JSON.stringify(result, null, 2));
