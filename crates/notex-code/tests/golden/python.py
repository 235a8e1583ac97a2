# Search the shop
#
# Looks for a laptop, orders the results,
# and reads what there is.
#
# Needs Python 3.11 and `pip install notte-sdk`. Prints what it read as JSON.
# Reads NOTEX_API_URL and NOTEX_API_KEY from the environment.
# NOTEX_PARAM_SHOP may be set: where the shop is
# NOTEX_PARAM_WHAT may be set
# NOTEX_HEADER_AUTHORIZATION has to be set, and is a secret
# NOTEX_PROXY_PASSWORD has to be set, and is a secret
import json
import os
import queue
import re
import signal
import sys
import threading
import time

import httpx
from notte_sdk import NotteClient


def setting(name, default=None):
    """What the environment says; without it there is nothing to do."""
    value = os.environ.get(name, default)
    if value is None:
        sys.exit(f"{name} is not set")
    return value


def within(seconds, does):
    """Does it, and waits no longer than that for its end."""
    ended = queue.Queue()

    def run():
        try:
            ended.put((does(), None))
        except Exception as failure:
            ended.put((None, failure))

    threading.Thread(target=run, daemon=True).start()
    try:
        answer, failure = ended.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"it did not end within {seconds} s") from None
    if failure is not None:
        raise failure
    return answer


def step(number, does, retries=0, deadline=60, goes_on=False):
    """Does a step, again when it failed and may be tried again."""
    for left in range(retries, -1, -1):
        try:
            return within(deadline, does)
        except Exception as failure:
            if left:
                time.sleep(0.5)
            elif goes_on:
                result["failed"].append({"step": number, "why": str(failure)})
            else:
                raise SystemExit(f"step {number} failed: {failure}") from failure


def read(number, markdown, data=None, problem=None):
    """Keeps what a step read."""
    result["read"].append({"step": number, "markdown": markdown, "data": data, "problem": problem})


def act(ways, **action):
    """Acts on the element that the first of these ways finds."""
    missed = []
    for way in ways:
        done = session.execute(selector=way, timeout=500 if missed else 3000, raise_on_failure=False, **action)
        if done.success:
            return
        missed.append(f"{way}: {done.message}")
        if not re.search("nothing|no element|not found|cannot be seen|exactly one", done.message):
            break
    raise RuntimeError("; ".join(missed))


def scrape(**body):
    """Reads the page; what is picked from it has no words in the SDK, so its server is asked directly."""
    address = f"{URL}/sessions/{session.session_id}/page/scrape"
    answer = httpx.post(address, json=body, headers=HEADERS, timeout=None)
    if answer.is_error:
        raise RuntimeError(answer.text)
    page = answer.json()
    picked = page.get("structured") or {}
    return {"markdown": page["markdown"], "data": picked.get("data"), "problem": picked.get("error")}


URL = setting("NOTEX_API_URL").rstrip("/")
KEY = setting("NOTEX_API_KEY")
HEADERS = {"Authorization": f"Bearer {KEY}"}
p = {
    "shop": setting("NOTEX_PARAM_SHOP", "http://127.0.0.1:9/"),
    "what": setting("NOTEX_PARAM_WHAT", "Nova \"14\" $HOME `id` {{x}} \\ é </script>"),
    "_header_authorization": setting("NOTEX_HEADER_AUTHORIZATION"),
    "_proxy_password": setting("NOTEX_PROXY_PASSWORD"),
}
result = {"flow": "Search the shop", "url": "", "title": "", "read": [], "failed": []}
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

client = NotteClient(api_key=KEY, server_url=URL)
with client.Session(
    idle_timeout_minutes=3,
    extra_http_headers={"Accept-Language": "en", "Authorization": p["_header_authorization"]},
    proxies=[
        {
            "password": p["_proxy_password"],
            "server": "http://proxy:1",
            "type": "external",
            "username": "u",
        },
    ],
    viewport_height=700,
    viewport_width=1000,
) as session:
    # 1. Open the shop
    step(1, lambda: session.execute(type="goto", url=p["shop"] + "search?q=none"), retries=2)

    # 2. Fill Search products and press enter
    step(2, lambda: act(
        [
            "role=searchbox[name=\"Search products\"]",
            "css=form.search > input",
            "xpath=html/body/main/section/form/input",
        ],
        type="fill",
        value=p["what"],
        press_enter=True,
    ))

    # 3. Tick In stock
    step(3, lambda: act(["css=[name=stock]"], type="check", value=True), deadline=20, goes_on=True)

    # 4. Choose Sort by
    step(4, lambda: act(["css=#sort"], type="select_dropdown_option", value="Price"))

    # 5. Read rows
    step(5, lambda: read(5, **scrape(
        only_main_content=True,
        scrape_links=True,
        scrape_images=False,
        extract={
            "fields": {
                "heading": "h1",
                "products": {
                    "fields": {"name": "strong", "old": ".old", "price": ".price"},
                    "list": True,
                    "selector": "ul.products > li",
                },
            },
        },
        response_format={
            "properties": {
                "products": {
                    "items": {
                        "properties": {
                            "name": {"type": "string"},
                            "old": {"type": "number"},
                            "price": {"type": "number"},
                        },
                        "type": "object",
                    },
                    "type": "array",
                },
            },
        },
    )))

    # 6. Read the main content
    step(6, lambda: read(6, session.scrape(
        only_main_content=True,
        scrape_links=False,
        scrape_images=False,
        selector="main",
    )))

    # 7. Wait
    step(7, lambda: session.execute(type="wait", time_ms=100))

    # 8. Open a tab
    step(8, lambda: session.execute(type="goto_new_tab", url=p["shop"] + "deals"))

    # 9. Close the tab in front
    step(9, lambda: session.execute(type="close_tab"))

    # Where it ended
    page = session.observe(max_nb_actions=1).metadata
    result.update(url=page.url, title=page.title)

print(json.dumps(result, indent=2))
