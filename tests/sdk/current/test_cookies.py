"""Cookies of a session through the current SDK: given to it, taken from it, and kept in a file between sessions."""

import json
import time

import pytest
from conftest import SITE
from notte_core.types import Cookie

HOST = "127.0.0.1"
# Browsers keep no cookie longer than four hundred days.
EXPIRES = int(time.time()) + 30 * 24 * 3600


def cookie(name, value, **more):
    return {"name": name, "value": value, "domain": HOST, "path": "/", "httpOnly": False, **more}


def test_a_cookie_that_is_set_is_sent_to_its_host(session, url):
    answer = session.set_cookies(cookies=[cookie("who", "Grace", httpOnly=True)])
    assert answer.success is True
    assert answer.message
    session.execute(type="goto", url=url("/whoami"))
    assert session.observe().metadata.title == "Signed in as Grace."


def test_cookies_come_back_as_they_were_set(session):
    session.set_cookies(
        cookies=[
            cookie("plain", "1"),
            cookie("strict", "2", sameSite="Strict", expires=EXPIRES),
            cookie("exported", "3", expirationDate=float(EXPIRES), hostOnly=True, storeId="0", session=False),
        ]
    )
    seen = {item["name"]: item for item in session.get_cookies()}
    assert {name: item["value"] for name, item in seen.items()} == {"plain": "1", "strict": "2", "exported": "3"}
    assert seen["plain"]["domain"] == HOST
    assert (seen["plain"]["path"], seen["plain"]["httpOnly"]) == ("/", False)
    assert (seen["strict"]["sameSite"], seen["strict"]["expires"]) == ("Strict", EXPIRES)
    assert seen["exported"]["expires"] == EXPIRES


def test_a_cookie_replaces_the_one_of_its_name(session):
    session.set_cookies(cookies=[cookie("basket", "1")])
    session.set_cookies(cookies=[Cookie(**cookie("basket", "2"))])
    assert [(item["name"], item["value"]) for item in session.get_cookies()] == [("basket", "2")]


def test_a_cookie_that_a_page_sets_is_seen(opened, action):
    session = opened("/login")
    session.execute(type="fill", id=action(session.observe(), "fill", "Name").id, value="Ada")
    session.execute(type="click", selector="css=main button")
    [seen] = session.get_cookies()
    assert (seen["name"], seen["value"], seen["domain"], seen["httpOnly"]) == ("who", "Ada", HOST, True)


def test_cookies_are_carried_from_one_session_to_the_next_by_a_file(client, url, tmp_path):
    jar = tmp_path / "cookies.json"
    with client.Session(cookie_file=jar) as first:
        first.set_cookies(cookies=[cookie("who", "Edsger")])
    assert [item["name"] for item in json.loads(jar.read_text())] == ["who"]
    with client.Session(cookie_file=jar) as second:
        second.execute(type="goto", url=url("/whoami"))
        assert second.observe().metadata.title == "Signed in as Edsger."
    with client.Session() as third:
        assert third.set_cookies(cookie_file=jar).success is True
        assert [item["value"] for item in third.get_cookies()] == ["Edsger"]


@pytest.mark.parametrize(
    "field, wrong",
    [
        ("domain", {"name": "a", "value": "b", "path": "/", "httpOnly": False}),
        ("name", {"value": "b", "domain": HOST, "path": "/", "httpOnly": False}),
        ("value", cookie("a", 7)),
        ("sameSite", cookie("a", "b", sameSite="Sometimes")),
    ],
)
def test_a_cookie_that_cannot_be_is_refused_and_none_is_set(session, engine, field, wrong):
    body = {"cookies": [cookie("good", "1"), wrong]}
    refusal = engine.refusal("POST", f"/sessions/{session.session_id}/cookies", body)
    assert refusal["status"] == 422, refusal
    assert field in refusal["message"], refusal
    assert session.get_cookies() == []


def test_a_body_without_cookies_is_refused(session, engine):
    refusal = engine.refusal("POST", f"/sessions/{session.session_id}/cookies", {})
    assert (refusal["status"], refusal["detail"][0]["loc"][-1]) == (422, "cookies")


def test_a_cookie_of_another_host_is_not_sent_here(session, url):
    session.set_cookies(cookies=[cookie("who", "Mallory", domain="elsewhere.example")])
    session.execute(type="goto", url=url("/whoami"))
    assert session.observe().metadata.title == "Nobody is signed in."
    assert SITE.startswith(f"http://{HOST}:")
