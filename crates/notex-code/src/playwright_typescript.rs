//! TypeScript with Playwright, which drives a browser on the machine that the program runs on.

use crate::expr::Tongue;
use crate::plan::{Plan, title};
use crate::playwright::{Needs, QUIET, Voice};
use crate::typescript::{PRINT, RESULT, SETTING, settings, step};

const STEP: &str = r#"
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
"#;

const ONE: &str = r#"
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
"#;

const CHOOSE: &str = r#"
/** Chooses an option by its label or its value. */
async function choose(field: Locator, value: string): Promise<void> {
  if ((await field.evaluate((el) => el.localName)) === "select") {
    await field.selectOption(value);
  } else {
    await field.click();
    await page.getByRole("option", { name: value, exact: true }).click();
  }
}
"#;

const TABS: &str = r#"
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
"#;

const TEXT: &str = r#"
/** Keeps what a step read. */
async function read(number: number, scope: Locator, data: unknown): Promise<void> {
  const text = await scope.innerText();
  result.read.push({ step: number, markdown: null, text, data, problem: null } as Read);
}
"#;

const PICK: &str = r#"
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
"#;

const EACH: &str = r#"
async function each<T>(place: Locator, made: (row: Locator) => Promise<T>): Promise<T[]> {
  const rows: T[] = [];
  for (const row of await place.all()) rows.push(await made(row));
  return rows;
}
"#;

const FIRST: &str = r#"
async function first<T>(place: Locator, made: (row: Locator) => Promise<T>): Promise<T | null> {
  return (await place.count()) ? made(place.first()) : null;
}
"#;

const WITHOUT: &str = r#"
/** The row without those of these fields that are not there. */
function without(row: Record<string, unknown>, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== null || !names.includes(name)));
}
"#;

const NUMBER: &str = r#"
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
"#;

const TRUTH: &str = r#"
/** What a text says, true or false; the text itself where it says neither. */
function truth(shown: string | null): boolean | string | null {
  const said = (shown ?? "").trim().toLowerCase();
  if (["true", "yes", "1", "on"].includes(said)) return true;
  return ["false", "no", "0", "off"].includes(said) ? false : shown;
}
"#;

pub(crate) fn write(plan: &mut Plan<'_>) -> String {
    let voice = Voice(Tongue::TypeScript);
    let mut needs = Needs::default();
    let mut steps = String::new();
    for numbered in plan.steps() {
        let lines = voice.lines(plan, numbered, &mut needs);
        let name = title(numbered, "//");
        let done = if lines.is_empty() { String::new() } else { step(numbered, &lines) };
        steps.push_str(&format!("\n  {name}\n{done}"));
    }
    let context = voice.0.value(&voice.context(plan), 0);
    let needed =
        "Node 20 or newer, `npm install playwright`, and a Chromium: `npx playwright install chromium`";
    let mut text =
        plan.head("//", needed, "NOTEX_CHROMIUM, the program of another Chromium, when it is set,");
    text.push_str("import process from \"node:process\";\n");
    text.push_str(if needs.acts || needs.reads {
        "import { chromium, type Locator } from \"playwright\";\n"
    } else {
        "import { chromium } from \"playwright\";\n"
    });
    text.push_str(RESULT);
    text.push_str(if plan.parameters.is_empty() { "" } else { SETTING });
    text.push_str(&format!("\nconst quiet = `{QUIET}`;\n"));
    text.push_str(&settings(&plan.flow.name, &plan.parameters));
    text.push_str(&format!(
        "\nconst browser = await chromium.launch({{ executablePath: process.env.NOTEX_CHROMIUM }});\n\
         const context = await browser.newContext({context});\n\
         let page = await context.newPage();\n\
         context.on(\"page\", (tab) => {{\n  page = tab;\n}});\n"
    ));
    for (wanted, part) in [
        (true, STEP),
        (needs.acts, ONE),
        (needs.chooses, CHOOSE),
        (needs.tabs, TABS),
        (needs.reads, TEXT),
        (needs.picks, PICK),
        (needs.lists, EACH),
        (needs.firsts, FIRST),
        (needs.absent, WITHOUT),
        (needs.numbers, NUMBER),
        (needs.truths, TRUTH),
    ] {
        text.push_str(if wanted { part } else { "" });
    }
    text.push_str(&format!(
        "\ntry {{{steps}\n  // Where it ended\n  \
         Object.assign(result, {{ url: page.url(), title: await page.title() }});\n\
         }} finally {{\n  await browser.close();\n}}\n"
    ));
    text + PRINT
}
