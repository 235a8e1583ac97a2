# Search the shop
#
# Looks for a laptop, orders the results,
# and reads what there is.
#
# Needs Python 3.9, `pip install playwright`, and a Chromium: `playwright install chromium`. Prints what it read as JSON.
# Reads NOTEX_CHROMIUM, the program of another Chromium, when it is set, from the environment.
# NOTEX_PARAM_SHOP may be set: where the shop is
# NOTEX_PARAM_WHAT may be set
# NOTEX_HEADER_AUTHORIZATION has to be set, and is a secret
# NOTEX_PROXY_PASSWORD has to be set, and is a secret
# Not in this program: Playwright has no markdown and finds no main content: the text of the page, as it is seen, stands in its place.
import json
import os
import re
import signal
import sys
import time

from playwright.sync_api import Error, sync_playwright


def setting(name, default=None):
    """What the environment says; without it there is nothing to do."""
    value = os.environ.get(name, default)
    if value is None:
        sys.exit(f"{name} is not set")
    return value


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


def choose(field, value):
    """Chooses an option by its label or its value."""
    if field.evaluate("el => el.localName") == "select":
        field.select_option(value)
    else:
        field.click()
        page.get_by_role("option", name=value, exact=True).click()


def open_tab(url):
    context.new_page().goto(url)


def switch_tab(place):
    opened(context.pages[place])
    page.bring_to_front()


def close_tab():
    page.close()
    switch_tab(-1)


def read(number, scope, data):
    """Keeps what a step read."""
    result["read"].append({"step": number, "markdown": None, "text": scope.inner_text(), "data": data, "problem": None})


def text(place, attribute=None):
    """The words of the first element there, or an attribute of it."""
    return place.first.evaluate(READ, attribute) if place.count() else None


def without(row, *names):
    """The row without those of these fields that are not there."""
    return {name: value for name, value in row.items() if value is not None or name not in names}


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


QUIET = """() => new Promise((done) => {
  let timer = setTimeout(done, 250);
  const watch = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, 250); });
  watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  setTimeout(done, 3000);
})"""
READ = r"""(el, attribute) => {
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
}"""
p = {
    "shop": setting("NOTEX_PARAM_SHOP", "http://127.0.0.1:9/"),
    "what": setting("NOTEX_PARAM_WHAT", "Nova \"14\" $HOME `id` {{x}} \\ é </script>"),
    "_header_authorization": setting("NOTEX_HEADER_AUTHORIZATION"),
    "_proxy_password": setting("NOTEX_PROXY_PASSWORD"),
}
result = {"flow": "Search the shop", "url": "", "title": "", "read": [], "failed": []}
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=os.environ.get("NOTEX_CHROMIUM"))
    context = browser.new_context(
        extra_http_headers={"Accept-Language": "en", "Authorization": p["_header_authorization"]},
        proxy={"password": p["_proxy_password"], "server": "http://proxy:1", "username": "u"},
        viewport={"width": 1000, "height": 700},
    )
    context.on("page", opened)
    page = context.new_page()

    # 1. Open the shop
    step(1, lambda: page.goto(p["shop"] + "search?q=none"), retries=2)

    # 2. Fill Search products and press enter
    def step_2():
        field = one(
            page.get_by_role("searchbox", name="Search products", exact=True),
            page.locator("form.search > input"),
            page.locator("xpath=html/body/main/section/form/input"),
        )
        field.fill(p["what"])
        field.press("Enter")

    step(2, step_2)

    # 3. Tick In stock
    def step_3():
        field = one(page.locator("[name=stock]"))
        field.set_checked(True)

    step(3, step_3, deadline=20, goes_on=True)

    # 4. Choose Sort by
    def step_4():
        field = one(page.locator("#sort"))
        choose(field, "Price")

    step(4, step_4)

    # 5. Read rows
    step(5, lambda: read(5, page.locator("body"), without({
        "heading": text(page.locator("h1")),
        "products": [without({
            "name": text(row.locator("strong")),
            "old": number(text(row.locator(".old"))),
            "price": number(text(row.locator(".price"))),
        }, "name", "old", "price") for row in page.locator("ul.products > li").all()],
    }, "products")))

    # 6. Read the main content
    step(6, lambda: read(6, page.locator("main").first, None))

    # 7. Wait
    step(7, lambda: page.wait_for_timeout(100))

    # 8. Open a tab
    step(8, lambda: open_tab(p["shop"] + "deals"))

    # 9. Close the tab in front
    step(9, lambda: close_tab())

    # Where it ended
    result.update(url=page.url, title=page.title())
    browser.close()

print(json.dumps(result, indent=2))
