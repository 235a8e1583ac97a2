"""Sessions of the classic SDK: started with every option, reused, closed, and made for one call."""

import datetime as dt

import pytest
from notte.sdk.client import NotteClient


def test_a_start_without_options_makes_a_session_that_the_client_keeps(client, engine):
    session = client.start()
    assert session.status == "active"
    assert session.timeout_minutes == 5
    assert session.error is None
    assert session.duration >= dt.timedelta(0)
    assert session.created_at <= session.last_accessed_at
    assert abs(dt.datetime.now(dt.timezone.utc) - session.created_at) < dt.timedelta(minutes=1)
    assert client.session_id == session.session_id
    # The client says keep_alive unless it is told otherwise.
    assert engine.session(session.session_id)["keep_alive"] is True
    assert engine.session(session.session_id)["expires_at"] is None


def test_a_start_takes_every_option(client, engine, url):
    session = client.start(keep_alive=False, session_timeout_minutes=7, screenshot=True)
    assert session.timeout_minutes == 7
    seen = engine.session(session.session_id)
    assert seen["keep_alive"] is False
    expires, accessed = (dt.datetime.fromisoformat(seen[name]) for name in ("expires_at", "last_accessed_at"))
    assert expires - accessed == dt.timedelta(minutes=7)
    assert client.observe(url=url("/deals")).screenshot is not None


@pytest.mark.parametrize("minutes", [1, 30])
def test_the_shortest_and_the_longest_timeout_are_taken(client, minutes):
    assert client.start(session_timeout_minutes=minutes).timeout_minutes == minutes


def test_a_call_moves_the_deadline_of_a_session_that_is_not_kept_alive(client, engine, url):
    session = client.start(keep_alive=False)
    before = engine.session(session.session_id)
    client.observe(url=url("/deals"))
    after = engine.session(session.session_id)
    assert after["expires_at"] > before["expires_at"]
    assert after["last_accessed_at"] > before["last_accessed_at"]


def test_a_closed_session_says_so_and_is_forgotten_by_the_client(client, engine):
    session = client.start()
    closed = client.close()
    assert closed.session_id == session.session_id
    assert closed.status == "closed"
    assert closed.error is None
    assert closed.duration > dt.timedelta(0)
    assert client.session_id is None
    seen = engine.session(session.session_id)
    assert (seen["status"], seen["close_reason"]) == ("closed", "manual")


def test_a_with_block_has_a_session_and_closes_it(client, engine, url):
    with client as inside:
        session_id = inside.session_id
        assert inside.observe(url=url("/deals")).metadata.title == "Deals"
        assert engine.session(session_id)["status"] == "active"
    assert engine.session(session_id)["status"] == "closed"


def test_a_with_block_that_fails_closes_its_session_too(client, engine):
    with pytest.raises(KeyError):
        with client as inside:
            session_id = inside.session_id
            raise KeyError("a mistake of the caller's")
    assert engine.session(session_id)["status"] == "closed"


def test_a_client_that_starts_twice_closes_its_first_session(client, engine):
    first = client.start().session_id
    second = client.start().session_id
    assert first != second
    assert engine.session(first)["status"] == "closed"
    assert engine.session(second)["status"] == "active"


def test_two_clients_have_two_sessions_that_share_no_cookie(started, client, url, action):
    page = started.observe(url=url("/login"))
    started.step(action_id=action(page, "input", "Name").id, value="Ada")
    started.step(action_id=action(page, "input", "Password").id, value="secret")
    started.step(action_id=action(page, "button", "Sign in").id)
    assert started.observe(url=url("/whoami")).metadata.title == "Signed in as Ada."
    with NotteClient(server_url=started.server_url) as stranger:
        assert stranger.session_id != started.session_id
        assert stranger.observe(url=url("/whoami")).metadata.title == "Nobody is signed in."


def test_a_session_is_reached_by_its_id_from_another_client(started, url):
    started.observe(url=url("/deals"))
    other = NotteClient(server_url=started.server_url)
    assert other.observe(session_id=started.session_id, keep_alive=True).metadata.title == "Deals"


def test_a_call_without_a_session_makes_one_and_ends_it(client, engine, url):
    assert client.observe(url=url("/deals")).metadata.title == "Deals"
    assert client.session_id is None
    session = engine.newest_session()
    assert (session["status"], session["close_reason"]) == ("closed", "manual")
    assert session["url"] == url("/deals")


def test_a_scrape_without_a_session_makes_one_and_ends_it(client, engine, url):
    assert "How we test laptops" in client.scrape(url=url("/article")).data.markdown
    session = engine.newest_session()
    assert (session["status"], session["url"]) == ("closed", url("/article"))


def test_a_call_that_makes_a_session_leaves_it_when_it_is_kept_alive(client, engine, url):
    client.observe(url=url("/deals"), keep_alive=True, session_timeout_minutes=3)
    session = engine.newest_session()
    assert (session["status"], session["timeout_minutes"], session["keep_alive"]) == ("active", 3, True)
    assert client.close(session_id=session["session_id"]).status == "closed"


def test_both_names_of_the_timeout_are_taken(engine):
    for name in ("session_timeout_minutes", "session_timeout"):
        session = engine.post("/session/start", {name: 9}).json()
        assert session["timeout_minutes"] == 9
        assert engine.post("/session/close", {"session_id": session["session_id"]}).status_code == 200


def test_the_plural_paths_do_the_same(engine):
    session = engine.post("/sessions/start", {"session_timeout_minutes": 2, "keep_alive": False}).json()
    assert (session["status"], session["timeout_minutes"]) == ("active", 2)
    closed = engine.post("/sessions/close", {"session_id": session["session_id"]})
    assert (closed.status_code, closed.json()["status"]) == (200, "closed")
