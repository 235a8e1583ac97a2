"""Sessions of the current SDK: started, listed, looked at, attached to by id, and stopped."""

import datetime as dt

import pytest
from notte_core.errors import NotteBaseError
from notte_sdk import NotteClient


def test_the_health_check_passes_and_needs_no_session(client):
    client.health_check()


def test_the_health_check_of_no_server_fails(nobody):
    with pytest.raises(Exception, match="not reachable"):
        NotteClient(server_url=nobody).health_check()


def test_a_start_without_options_makes_a_session(client, session):
    started = session.response
    assert started.status == "active"
    assert 1 <= started.idle_timeout_minutes <= started.max_duration_minutes
    assert started.created_at <= started.last_accessed_at
    assert abs(dt.datetime.now(dt.timezone.utc) - started.created_at) < dt.timedelta(minutes=1)
    assert (started.browser_type, started.proxies) == ("chromium", False)
    assert (started.error, started.closed_at, started.close_reason) == (None, None, None)
    assert client.sessions.status(session.session_id).status == "active"


def test_the_sessions_client_starts_and_stops_too(client):
    started = client.sessions.start(idle_timeout_minutes=2)
    assert (started.status, started.idle_timeout_minutes) == ("active", 2)
    stopped = client.sessions.stop(started.session_id)
    assert (stopped.status, stopped.close_reason) == ("closed", "manual")


def test_a_with_block_stops_its_session(client):
    with client.Session() as session:
        session_id = session.session_id
        assert session.status().status == "active"
    assert (session.response.status, session.response.close_reason) == ("closed", "manual")
    ended = client.sessions.status(session_id)
    assert (ended.status, ended.close_reason) == ("closed", "manual")
    assert ended.closed_at >= ended.created_at
    assert ended.duration > dt.timedelta(0)


def test_a_with_block_that_fails_stops_its_session_for_that_reason(client):
    with pytest.raises(KeyError):
        with client.Session() as session:
            raise KeyError("a mistake of the caller's")
    ended = client.sessions.status(session.session_id)
    assert (ended.status, ended.close_reason) == ("closed", "error")


def test_stopping_twice_is_only_a_warning_for_a_session_object(client, refused):
    session = client.Session()
    session.start()
    session.stop()
    session.stop()
    refusal = refused(410, client.sessions.stop, session.session_id)
    assert "already closed" in refusal["message"]


def test_a_stopped_session_does_nothing_any_more_and_says_when_it_ended(client, url, refused):
    with client.Session() as session:
        pass
    for call, arguments in [
        (session.observe, {}),
        (session.execute, {"type": "goto", "url": url("/")}),
        (session.scrape, {}),
        (session.get_cookies, {}),
    ]:
        refusal = refused(410, call, **arguments)
        assert refusal["code"] == "session_ended"
        assert "already closed: it was closed at 20" in refusal["message"]


def test_a_reset_session_is_another_session(client, url):
    with client.Session(idle_timeout_minutes=4) as session:
        first = session.session_id
        session.execute(type="goto", url=url("/deals"))
        session.reset()
        assert session.session_id != first
        assert session.response.idle_timeout_minutes == 4
        assert client.sessions.status(first).status == "closed"
        assert session.observe().metadata.title != "Deals"


def test_a_session_is_attached_to_by_its_id(client, opened):
    session = opened("/deals")
    attached = client.Session(session_id=session.session_id)
    assert attached.response.status == "active"
    assert attached.observe().metadata.title == "Deals"
    attached.execute(type="goto", url=session.observe().metadata.url.replace("/deals", "/article"))
    assert session.observe().metadata.title == "How we test laptops"


@pytest.mark.parametrize("session_id", ["no-such-session", "a/b", "../health", "ü"])
def test_a_session_that_never_was_is_unknown(client, refused, session_id):
    assert refused(404, client.sessions.status, session_id)["code"] == "session_not_found"
    assert refused(404, client.sessions.stop, session_id)["code"] == "session_not_found"
    with pytest.raises(NotteBaseError, match="404"):
        client.Session(session_id=session_id)


def test_the_list_has_active_and_ended_sessions(client):
    with client.Session() as ended:
        pass
    with client.Session() as active:
        newest = client.sessions.list(only_active=False, page_size=2)
        assert [session.session_id for session in newest] == [active.session_id, ended.session_id]
        assert [session.status for session in newest] == ["active", "closed"]
        only_active = [session.session_id for session in client.sessions.list(only_active=True)]
        assert active.session_id in only_active
        assert ended.session_id not in only_active


def test_the_list_has_pages(client):
    for _ in range(3):
        with client.Session():
            pass
    both = [session.session_id for session in client.sessions.list(only_active=False, page_size=2)]
    apart = [client.sessions.list(only_active=False, page_size=1, page=page)[0].session_id for page in (1, 2)]
    assert both == apart
    assert client.sessions.list(only_active=False, page_size=100, page=1000) == []


def test_a_page_of_the_list_that_cannot_be_is_refused(client, engine, refused):
    assert "page_size" in refused(422, client.sessions.list, page_size=0)["message"]
    assert "only_active" in engine.refusal("GET", "/sessions/?only_active=perhaps")["message"]


def test_a_wrong_key_opens_nothing(refused):
    stranger = NotteClient(api_key="guess")
    assert refused(401, stranger.Session().start)["code"] == "wrong_key"
    assert refused(401, stranger.sessions.list)["code"] == "wrong_key"
    stranger.health_check()


def test_a_session_says_what_went_over_the_network_for_it(opened):
    session = opened("/article")
    before = session.status()
    assert before.network_request_bytes > 100
    assert before.network_response_bytes > 1000
    session.execute(type="goto", url=session.observe().metadata.url.replace("/article", "/gallery"))
    after = session.status()
    assert after.network_request_bytes > before.network_request_bytes
    assert after.network_response_bytes > before.network_response_bytes


def test_the_offset_is_the_number_of_steps_so_far(session, url):
    assert session.offset() == 0
    session.execute(type="goto", url=url("/deals"))
    assert session.offset() == 1
    session.execute(type="wait", time_ms=1)
    assert session.offset() == 2


def test_there_is_no_replay_and_the_session_says_so(client, session, refused):
    refused(404, session.replay, wait=False)
    with pytest.raises(ValueError, match="still active"):
        session.replay()
    with client.Session() as ended:
        pass
    refused(404, ended.replay, wait=False)


def test_an_attached_session_says_where_its_tabs_are(opened):
    session = opened("/deals")
    session.execute(type="goto_new_tab", url=session.observe().metadata.url.replace("/deals", "/article"))
    info = session.debug_info()
    assert [tab.metadata.title for tab in info.tabs] == ["Deals", "How we test laptops"]
    assert info.ws.cdp.startswith("ws://127.0.0.1:")
    assert info.debug_url.startswith("http")


def test_two_sessions_share_no_cookie(client, opened, url, action):
    session = opened("/login")
    page = session.observe()
    session.execute(type="fill", id=action(page, "fill", "Name").id, value="Ada")
    session.execute(type="fill", id=action(page, "fill", "Password").id, value="secret")
    # The header has a link of the same name.
    session.execute(type="click", selector="css=main button")
    assert session.observe().metadata.title == "Signed in as Ada."
    with client.Session() as stranger:
        stranger.execute(type="goto", url=url("/whoami"))
        assert stranger.observe().metadata.title == "Nobody is signed in."
        assert stranger.get_cookies() == []
