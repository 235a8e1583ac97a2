"""Playwright on a session of the current SDK: it works on that session, and sees nothing of another."""

import asyncio
import json

import pytest
from notte_sdk import AsyncNotteClient
from playwright.sync_api import Error, sync_playwright


@pytest.fixture
def chromium():
    with sync_playwright() as playwright:
        yield playwright.chromium


def test_the_page_of_a_session_is_worked_on_from_both_sides(client, url):
    with client.Session() as session:
        session.execute(type="goto", url=url("/deals"))
        page = session.page
        assert (page.title(), page.url) == ("Deals", url("/deals"))
        page.goto(url("/form"))
        page.get_by_label("City").fill("Vienna")
        assert session.observe().metadata.title == "Order"
        session.execute(type="click", selector='css=button[type="submit"]')
        page.wait_for_url("**/received")
        assert "city=Vienna" in page.content()
        assert page.screenshot(type="png").startswith(b"\x89PNG")


def test_the_asynchronous_page_does_the_same(url):
    async def story():
        async with AsyncNotteClient() as client, client.Session() as session:
            page = await session.page
            await page.goto(url("/deals"))
            return (await session.observe()).metadata.title

    assert asyncio.run(story()) == "Deals"


def test_a_client_that_attaches_sees_this_session_and_no_other(client, chromium, url):
    with client.Session() as mine, client.Session() as other:
        mine.execute(type="goto", url=url("/deals"))
        other.execute(type="goto", url=url("/article"))
        other.set_cookies(
            cookies=[{"name": "who", "value": "Ada", "domain": "127.0.0.1", "path": "/", "httpOnly": False}]
        )
        browser = chromium.connect_over_cdp(mine.cdp_url())
        assert len(browser.contexts) == 1
        context = browser.contexts[0]
        assert [page.url for page in context.pages] == [url("/deals")]
        assert context.cookies() == []
        page = context.pages[0]
        page.goto(url("/whoami"))
        assert page.title() == "Nobody is signed in."
        protocol = browser.new_browser_cdp_session()
        seen = protocol.send("Target.getTargets")["targetInfos"]
        assert url("/article") not in json.dumps(seen)
        browser.close()
        assert other.observe().metadata.title == "How we test laptops"
        assert mine.observe().metadata.title == "Nobody is signed in."


def test_a_client_that_knows_the_names_of_another_session_reaches_nothing_of_it(client, chromium, url):
    with client.Session() as mine, client.Session() as other:
        other.execute(type="goto", url=url("/article"))
        theirs = chromium.connect_over_cdp(other.cdp_url())
        told = theirs.contexts[0].new_cdp_session(theirs.contexts[0].pages[0]).send("Target.getTargetInfo")
        target, context = told["targetInfo"]["targetId"], told["targetInfo"].get("browserContextId")
        browser = chromium.connect_over_cdp(mine.cdp_url())
        protocol = browser.new_browser_cdp_session()
        for method, parameters in [
            ("Target.attachToTarget", {"targetId": target, "flatten": True}),
            ("Target.getTargetInfo", {"targetId": target}),
            ("Target.closeTarget", {"targetId": target}),
            ("Target.activateTarget", {"targetId": target}),
            ("Storage.getCookies", {"browserContextId": context}),
            ("Storage.clearCookies", {"browserContextId": context}),
            ("Target.disposeBrowserContext", {"browserContextId": context}),
            ("Target.createTarget", {"url": "about:blank", "browserContextId": context}),
        ]:
            with pytest.raises(Error):
                protocol.send(method, parameters)
        theirs.close()
        browser.close()
        assert other.observe().metadata.title == "How we test laptops"


def test_a_client_that_closes_the_browser_only_goes_away_itself(client, chromium, url):
    with client.Session() as mine, client.Session() as other:
        for session in (mine, other):
            session.execute(type="goto", url=url("/article"))
        protocol = chromium.connect_over_cdp(mine.cdp_url()).new_browser_cdp_session()
        protocol.send("Browser.close")
        with pytest.raises(Error):
            protocol.send("Browser.getVersion")
        for session in (mine, other):
            assert session.observe().metadata.title == "How we test laptops"


@pytest.mark.parametrize("method", ["Browser.crash", "Target.createBrowserContext"])
def test_a_client_that_attaches_cannot_do_away_with_the_browser(client, chromium, url, method):
    with client.Session() as mine, client.Session() as other:
        other.execute(type="goto", url=url("/article"))
        browser = chromium.connect_over_cdp(mine.cdp_url())
        protocol = browser.new_browser_cdp_session()
        with pytest.raises(Error):
            protocol.send(method)
        assert other.observe().metadata.title == "How we test laptops"


def test_a_client_that_goes_away_leaves_the_session(client, chromium, opened, url):
    session = opened("/deals")
    browser = chromium.connect_over_cdp(session.cdp_url())
    browser.close()
    assert session.observe().metadata.title == "Deals"
    again = chromium.connect_over_cdp(session.cdp_url())
    assert again.contexts[0].pages[0].url == url("/deals")
    again.close()


def test_a_tab_that_a_client_opens_is_a_tab_of_the_session(client, chromium, opened, url):
    session = opened("/deals")
    browser = chromium.connect_over_cdp(session.cdp_url())
    page = browser.contexts[0].new_page()
    page.goto(url("/article"))
    assert "How we test laptops" in [tab.title for tab in session.observe().metadata.tabs]
    browser.close()


def test_a_client_is_let_go_when_its_session_ends(client, chromium):
    session = client.Session()
    session.start()
    address = session.cdp_url()
    browser = chromium.connect_over_cdp(address)
    page = browser.contexts[0].pages[0]
    session.stop()
    with pytest.raises(Error):
        page.title()
    assert not browser.is_connected()
    with pytest.raises(Error):
        chromium.connect_over_cdp(address)


def test_an_address_of_the_browser_itself_is_not_opened_by_a_client_either(client, chromium, opened):
    session = opened("/deals")
    browser = chromium.connect_over_cdp(session.cdp_url())
    page = browser.contexts[0].pages[0]
    for address in ("file:///etc/passwd", "chrome://version"):
        with pytest.raises(Error):
            page.goto(address)
        assert address not in page.url
    browser.close()


def test_a_stranger_is_not_let_in(client, chromium, session):
    from urllib.parse import urlsplit, urlunsplit

    address = urlsplit(session.cdp_url())
    with pytest.raises(Error):
        chromium.connect_over_cdp(urlunsplit(address._replace(query="", path=address.path.rsplit("/", 1)[0])))
