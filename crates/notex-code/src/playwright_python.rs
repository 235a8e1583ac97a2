//! Python with Playwright, which drives a browser on the machine that the program runs on.

use crate::expr::Tongue;
use crate::plan::{Plan, title};
use crate::playwright::{Needs, QUIET, Voice};
use crate::python::{ENDED, PRINT, SETTING, call, settings, step};

/// Runs in the page: an element's words in one line, the value of a field, an attribute with its whole address.
const READ: &str = r"(el, attribute) => {
  const words = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
  if (attribute === 'html') return el.innerHTML;
  if (attribute) {
    const given = el.getAttribute(attribute);
    const leads = ['href', 'src', 'action', 'poster'].includes(attribute);
    return given !== null && leads ? new URL(given, el.baseURI).href : given;
  }
  if (el.localName === 'meta') return el.getAttribute('content');
  if (['input', 'select', 'textarea'].includes(el.localName)) return el.type === 'password' ? null : el.value;
  return words(el.innerText || el.textContent);
}";

const STEP: &str = r#"

def opened(tab):
    """A tab that opens is the one in front."""
    global page
    page = tab


def settle():
    """Waits until the page has loaded and stands still, for a few seconds at most."""
    for _ in range(5):
        try:
            page.wait_for_load_state(timeout=5000)
            return page.evaluate(QUIET)
        except Error:
            pass  # another page came


def step(number, does, retries=0, deadline=60, goes_on=False):
    """Does a step, again when it failed and may be tried again."""
    context.set_default_timeout(deadline * 1000)
    for left in range(retries, -1, -1):
        try:
            does()
            return settle()
        except Exception as failure:
            if left:
                time.sleep(0.5)
            elif goes_on:
                result["failed"].append({"step": number, "why": str(failure)})
            else:
                raise SystemExit(f"step {number} failed: {failure}") from failure
"#;

const ONE: &str = r#"

def one(*ways):
    """What the first of these ways finds; the best is waited for."""
    try:
        ways[0].filter(visible=True).wait_for(timeout=3000)
    except Error:
        pass
    for way in ways:
        for found in (way.filter(visible=True), way):
            if found.count() == 1:
                return found
    raise LookupError("none of its ways finds the element: " + "; ".join(str(way) for way in ways))
"#;

const CHOOSE: &str = r#"

def choose(field, value):
    """Chooses an option by its label or its value."""
    if field.evaluate("el => el.localName") == "select":
        field.select_option(value)
    else:
        field.click()
        page.get_by_role("option", name=value, exact=True).click()
"#;

const TABS: &str = r#"

def open_tab(url):
    context.new_page().goto(url)


def switch_tab(place):
    opened(context.pages[place])
    page.bring_to_front()


def close_tab():
    page.close()
    switch_tab(-1)
"#;

const TEXT: &str = r#"

def read(number, scope, data):
    """Keeps what a step read."""
    result["read"].append({"step": number, "markdown": None, "text": scope.inner_text(), "data": data, "problem": None})
"#;

const PICK: &str = r#"

def text(place, attribute=None):
    """The words of the first element there, or an attribute of it."""
    return place.first.evaluate(READ, attribute) if place.count() else None
"#;

const FIRST: &str = r#"

def first(place, made):
    return made(place.first) if place.count() else None
"#;

const WITHOUT: &str = r#"

def without(row, *names):
    """The row without those of these fields that are not there."""
    return {name: value for name, value in row.items() if value is not None or name not in names}
"#;

const NUMBER: &str = r#"

def number(shown, whole=False):
    """The number that a text shows, `1.299,00 €` is 1299; the text itself where it shows none."""
    found = re.search(r"([-−–]?)[ $€£¥₹]*(\d+(?:[.,'’]\d+|[ \u00a0\u202f\u2009]\d{3}(?!\d))*)", shown or "")
    if found is None:
        return shown
    digits = re.sub(r"[^\d.,]", "", found[2])
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0:
        mark, before, behind = digits[last], digits[:last], digits[last + 1 :]
        other = "," if mark == "." else "."
        point = mark
        if other not in before and mark in before:
            point = other
        elif other not in before and len(behind) == 3 and len(before) <= 3 and before != "0":
            is_price = re.search(r"[$£¥฿₠-⃏]|(?<!\S)[A-Z]{3}(?!\S)", shown)
            point = other if mark == "," or is_price else mark
        digits = digits.replace("," if point == "." else ".", "").replace(point, ".")
    value = float(digits) * (-1 if found[1] else 1)
    return (int(value) if value.is_integer() else shown) if whole else value
"#;

const TRUTH: &str = r#"

def truth(shown):
    """What a text says, true or false; the text itself where it says neither."""
    said = (shown or "").strip().lower()
    return {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}.get(said, shown)
"#;

pub(crate) fn write(plan: &mut Plan<'_>) -> String {
    let voice = Voice(Tongue::Python);
    let mut needs = Needs::default();
    let mut steps = String::new();
    for numbered in plan.steps() {
        let lines = voice.lines(plan, numbered, &mut needs);
        let name = title(numbered, "#");
        let done = if lines.is_empty() { String::new() } else { step(numbered, &lines, 4) };
        steps.push_str(&format!("\n    {name}\n{done}"));
    }
    let context = voice.context(plan);
    let needed = "Python 3.9, `pip install playwright`, and a Chromium: `playwright install chromium`";
    let mut text = plan.head("#", needed, "NOTEX_CHROMIUM, the program of another Chromium, when it is set,");
    let used = [
        (true, "import json\nimport os\n"),
        (needs.numbers, "import re\n"),
        (
            true,
            "import signal\nimport sys\nimport time\n\nfrom playwright.sync_api import Error, sync_playwright\n",
        ),
        (!plan.parameters.is_empty(), SETTING),
        (true, STEP),
        (needs.acts, ONE),
        (needs.chooses, CHOOSE),
        (needs.tabs, TABS),
        (needs.reads, TEXT),
        (needs.picks, PICK),
        (needs.firsts, FIRST),
        (needs.absent, WITHOUT),
        (needs.numbers, NUMBER),
        (needs.truths, TRUTH),
    ];
    text.extend(used.into_iter().filter_map(|(wanted, part)| wanted.then_some(part)));
    text.push_str(&format!("\n\nQUIET = \"\"\"{QUIET}\"\"\"\n"));
    if needs.picks {
        text.push_str(&format!("READ = r\"\"\"{READ}\"\"\"\n"));
    }
    text.push_str(&settings(&plan.flow.name, &plan.parameters));
    text.push_str(ENDED);
    text.push_str("\nwith sync_playwright() as playwright:\n");
    text.push_str(
        "    browser = playwright.chromium.launch(executable_path=os.environ.get(\"NOTEX_CHROMIUM\"))\n",
    );
    text.push_str(&format!("    context = {}\n", call("browser.new_context", &[], &context, 4)));
    text.push_str("    context.on(\"page\", opened)\n    page = context.new_page()\n");
    text.push_str(&steps);
    text.push_str(
        "\n    # Where it ended\n    result.update(url=page.url, title=page.title())\n    browser.close()\n",
    );
    text + PRINT
}
