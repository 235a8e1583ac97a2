# Search the shop
#
# Looks for a laptop, orders the results,
# and reads what there is.
#
# Needs Python 3.11 and `pip install notte==1.2.1`. Prints what it read as JSON.
# Reads NOTEX_API_URL and NOTEX_API_KEY from the environment.
# NOTEX_PARAM_SHOP may be set: where the shop is
# NOTEX_PARAM_WHAT may be set
# Not in this program: Step 6, Read the main content: the classic contract reads the whole page, not only what is inside of main.
# Not in this program: Step 6, Read the main content: the classic contract keeps links.
# Not in this program: Step 8, Open a tab: the classic SDK knows no tabs, and the program ends here.
# Not in this program: Step 9, Close the tab in front: the classic SDK knows no tabs, and the program ends here.
# Not in this program: The classic SDK knows an element by its description: the selectors of the flow are not used.
# Not in this program: Start, extra_http_headers: the classic SDK has no word for it.
# Not in this program: Start, proxies: the classic SDK has no word for it.
# Not in this program: Start, viewport_height: the classic SDK has no word for it.
# Not in this program: Start, viewport_width: the classic SDK has no word for it.
import json
import os
import queue
import signal
import sys
import threading
import time

import requests
from notte.sdk.client import NotteClient


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


def seen(answer):
    """Keeps where the page is now, and what can be done on it."""
    global page
    result.update(url=answer.metadata.url, title=answer.metadata.title)
    if answer.has_space():
        page = answer
    return answer


def special(action_id, value=None):
    """One of the browser's own actions."""
    seen(client.step(action_id=action_id, value=value, max_nb_actions=1000))


def find(description, group):
    """The action of this description, and of this group where there are several; what is not listed is looked for anew."""
    for again in (False, True):
        if again or page is None:
            seen(client.observe(max_nb_actions=1000))
        found = [action for action in page.space.actions() if action.description == description]
        if len(found) > 1:
            found = [action for action in found if action.category == group]
        if len(found) == 1:
            return found[0].id
    raise LookupError(f"{len(found)} actions of this page are called {description!r}")


def act(description, group=None, value=None, enter=None):
    """Does what an action says."""
    seen(client.step(action_id=find(description, group), value=value, enter=enter, max_nb_actions=1000))


def scrape(**body):
    """Reads the page; what is picked from it has no words in the SDK, so its server is asked directly."""
    body["session_id"] = client.session_id
    headers = {"Authorization": f"Bearer {client.token}"}
    answer = requests.post(f"{client.server_url}/env/scrape", headers=headers, json=body)
    if not answer.ok:
        raise RuntimeError(answer.text)
    answer = answer.json()
    result.update(url=answer["metadata"]["url"], title=answer["metadata"]["title"])
    picked = (answer["data"]["structured"] or [{}])[0]
    return {"markdown": answer["data"]["markdown"], "data": picked.get("data"), "problem": picked.get("error")}


p = {
    "shop": setting("NOTEX_PARAM_SHOP", "http://127.0.0.1:9/"),
    "what": setting("NOTEX_PARAM_WHAT", "Nova \"14\" $HOME `id` {{x}} \\ é </script>"),
}
result = {"flow": "Search the shop", "url": "", "title": "", "read": [], "failed": []}
page = None
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

client = NotteClient(api_key=setting("NOTEX_API_KEY"), server_url=setting("NOTEX_API_URL").rstrip("/"))
client.start(keep_alive=False, session_timeout_minutes=3)
try:
    # 1. Open the shop
    step(1, lambda: special("S1", p["shop"] + "search?q=none"), retries=2)

    # 2. Fill Search products and press enter
    step(2, lambda: act("Fill Search products", "Search", value=p["what"], enter=True))

    # 3. Tick In stock
    step(3, lambda: act("In stock", value="true"), deadline=20, goes_on=True)

    # 4. Choose Sort by
    step(4, lambda: act("Choose Sort by", value="Price"))

    # 5. Read rows
    step(5, lambda: read(5, **scrape(
        only_main_content=True,
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
    step(6, lambda: read(6, seen(client.scrape(only_main_content=True, scrape_images=False)).data.markdown))

    # 7. Wait
    step(7, lambda: special("S7", "100"))

    # 8. Open a tab
    def step_8():
        raise NotImplementedError("the classic SDK knows no tabs")

    step(8, step_8)

    # 9. Close the tab in front
    def step_9():
        raise NotImplementedError("the classic SDK knows no tabs")

    step(9, step_9)
finally:
    client.close()

print(json.dumps(result, indent=2))
