"""notte's own browser session without a language model, driven by lines on stdin: `goto URL` shows a page, `scrape`
scrapes its main content, `observe` lists what can be done on it. Each is answered with the milliseconds it took and the
characters or actions that came."""

import asyncio
import os
import sys
import time

os.environ.setdefault("DISABLE_TELEMETRY", "true")

from loguru import logger
from notte_browser.session import NotteSession
from patchright.async_api import BrowserType

logger.remove()
launch = BrowserType.launch


async def launch_ours(self, **options):
    """The same browser as the engine's, in place of the one that it would download."""
    options.pop("channel", None)
    return await launch(self, executable_path=sys.argv[1], **options)


BrowserType.launch = launch_ours


async def main():
    switches = ["--no-sandbox", "--disable-dev-shm-usage"]
    session = NotteSession(headless=True, chrome_args=switches, viewport_width=1280, viewport_height=720)
    await session.astart()
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        word, _, url = line.strip().partition(" ")
        begun, length = time.perf_counter(), 0
        if word == "goto":
            await session.aexecute(type="goto", url=url)
        elif word == "scrape":
            scraped = await session.ascrape(only_main_content=True)
            length = len(scraped if isinstance(scraped, str) else scraped.markdown)
        elif word == "observe":
            observed = await session.aobserve()
            length = len(observed.space.interaction_actions)
        else:
            break
        print((time.perf_counter() - begun) * 1000, length, flush=True)
    await session.astop()
    print("0 0", flush=True)


asyncio.run(main())
