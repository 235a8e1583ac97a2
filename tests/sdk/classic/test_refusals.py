"""What the engine does not do for the classic SDK, and the sentence it says instead."""

import socket

import pytest
import requests
from conftest import ENGINE, KEY
from notte.sdk.client import NotteClient


def field_of(refusal):
    """The field that a refusal of a body is about."""
    assert refusal["code"] in ("invalid_request", "unknown_action", "action_not_operable"), refusal
    return refusal["detail"][0]["loc"][-1]


def answer_to(engine, path, body):
    answer = engine.post(path, body)
    refusal = answer.json()
    assert refusal["status"] == answer.status_code
    return refusal


@pytest.fixture
def nobody():
    """The address of a port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return f"http://127.0.0.1:{port}/"


def test_a_wrong_key_opens_nothing(refused):
    stranger = NotteClient(api_key="guess", server_url=ENGINE)
    assert refused(401, stranger.start)["code"] == "wrong_key"


def test_no_key_opens_nothing():
    answer = requests.post(f"{ENGINE}/session/start", json={}, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (401, "missing_key")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_session_that_never_was_is_unknown(client, refused):
    for call, arguments in [
        (client.observe, {}),
        (client.step, {"action_id": "S3"}),
        (client.scrape, {}),
        (client.close, {}),
    ]:
        refusal = refused(404, call, session_id="no-such-session", **arguments)
        assert "no-such-session" in refusal["message"]


def test_a_closed_session_says_that_it_is_closed_and_when(client, refused, url):
    session_id = client.start().session_id
    client.close()
    for call, arguments in [
        (client.observe, {"url": url("/")}),
        (client.step, {"action_id": "S3"}),
        (client.scrape, {}),
        (client.close, {}),
    ]:
        refusal = refused(410, call, session_id=session_id, **arguments)
        assert refusal["code"] == "session_ended"
        assert f"session {session_id} is already closed: it was closed at 20" in refusal["message"]


def test_a_start_cannot_choose_its_id(client, refused):
    refusal = refused(422, client.start, session_id="mine")
    assert field_of(refusal) == "session_id"
    client.session_id = None


@pytest.mark.parametrize("field", ["session_timeout_minutes", "session_timeout"])
@pytest.mark.parametrize("minutes", [0, -5, 31, "five", 2.5])
def test_a_timeout_out_of_bounds_is_refused(engine, field, minutes):
    refusal = answer_to(engine, "/session/start", {field: minutes})
    assert refusal["status"] == 422
    assert field_of(refusal) == field


def test_two_timeouts_that_differ_are_refused(engine):
    refusal = answer_to(engine, "/session/start", {"session_timeout_minutes": 5, "session_timeout": 6})
    assert refusal["status"] == 422
    assert "5" in refusal["message"] and "6" in refusal["message"]


@pytest.mark.parametrize("action_id", ["", "click", "l1", "L", "L1234567", "L1; B2", "1L", "S9", "S0"])
def test_what_is_no_action_id_is_refused(started, url, refused, action_id):
    started.observe(url=url("/"))
    assert field_of(refused(422, started.step, action_id=action_id)) == "action_id"


@pytest.mark.parametrize("action_id", ["L999", "B999", "I999"])
def test_an_action_that_the_page_does_not_have_is_refused(started, url, refused, action_id):
    started.observe(url=url("/"))
    refusal = refused(422, started.step, action_id=action_id, value="x")
    assert (field_of(refusal), refusal["code"]) == ("action_id", "unknown_action")
    assert action_id in refusal["message"]


def test_a_step_without_an_action_is_refused(started, engine):
    refusal = answer_to(engine, "/env/step", {"session_id": started.session_id})
    assert refusal["status"] == 422
    assert field_of(refusal) == "action_id"


def test_s1_without_an_address_and_s7_without_a_number_are_refused(started, refused):
    assert field_of(refused(422, started.step, action_id="S1")) == "value"
    assert field_of(refused(422, started.step, action_id="S7", value="a while")) == "value"


def test_an_input_without_a_value_is_refused(started, url, action, refused):
    page = started.observe(url=url("/"))
    refusal = refused(422, started.step, action_id=action(page, "input", "Search products").id)
    assert "value" in refusal["message"]


def test_a_value_that_a_select_does_not_have_is_refused(started, url, action, refused):
    page = started.observe(url=url("/form"))
    refusal = refused(422, started.step, action_id=action(page, "input", "Shipping").id, value="By balloon")
    assert "By balloon" in refusal["message"] or "By courier" in refusal["message"]


def test_a_page_that_cannot_be_reached_says_why_and_the_session_lives_on(started, url, nobody, refused):
    refusal = refused(424, started.observe, url=nobody)
    assert refusal["code"] == "page_unreachable"
    assert nobody in refusal["message"] and "refused" in refusal["message"]
    assert refused(424, started.scrape, url=nobody)["code"] == "page_unreachable"
    assert refused(424, started.step, action_id="S1", value=nobody)["code"] == "page_unreachable"
    assert started.observe(url=url("/deals")).metadata.title == "Deals"


def test_a_name_that_leads_nowhere_says_so(started, refused):
    refusal = refused(424, started.observe, url="http://no-such-shop.invalid/")
    assert refusal["code"] == "page_unreachable"
    assert "no-such-shop.invalid" in refusal["message"]


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "chrome://version",
        "view-source:http://127.0.0.1/",
        "data:text/html,<h1>hello</h1>",
        "javascript:alert(1)",
        "ftp://127.0.0.1/",
        "two words",
        "",
    ],
)
def test_what_is_no_web_address_is_not_opened(started, refused, address):
    assert field_of(refused(422, started.observe, url=address)) == "url"
    assert field_of(refused(422, started.scrape, url=address)) == "url"
    assert field_of(refused(422, started.step, action_id="S1", value=address)) == "value"


@pytest.mark.parametrize("path", ["/env/observe", "/env/scrape"])
def test_a_call_with_neither_session_nor_address_is_refused(engine, path):
    refusal = answer_to(engine, path, {"session_id": None, "url": None})
    assert refusal["status"] == 422
    assert field_of(refusal) == "url"


def test_a_close_without_a_session_is_refused(client, refused):
    assert field_of(refused(422, client.close)) == "session_id"


def test_a_number_of_actions_below_zero_is_refused(started, refused):
    assert field_of(refused(422, started.observe, max_nb_actions=-1)) == "max_nb_actions"
    assert field_of(refused(422, started.observe, min_nb_actions=-1)) == "min_nb_actions"


@pytest.mark.parametrize(
    "path, body, field",
    [
        ("/session/start", {"keep_alive": "perhaps"}, "keep_alive"),
        ("/session/start", {"screenshot": 3}, "screenshot"),
        ("/session/close", {"session_id": 7}, "session_id"),
        ("/env/observe", {"url": ["http://127.0.0.1/"]}, "url"),
        ("/env/scrape", {"url": "http://127.0.0.1/", "scrape_images": "all"}, "scrape_images"),
        ("/env/step", {"session_id": "x", "action_id": 5}, "action_id"),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(engine, path, body, field):
    refusal = answer_to(engine, path, body)
    assert refusal["status"] == 422
    assert field_of(refusal) == field


def send(path, data, method="POST"):
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    answer = requests.request(method, ENGINE + path, data=data, headers=headers, timeout=60)
    assert answer.json()["status"] == answer.status_code
    return answer.status_code


def test_what_is_no_json_object_is_refused():
    assert send("/session/start", "{") == 400
    assert send("/session/start", "") == 400
    assert send("/session/start", "[]") == 422
    assert send("/env/observe", '"http://127.0.0.1/"') == 422


def test_a_body_that_is_too_large_is_refused():
    assert send("/env/observe", '{"url": "' + "x" * 2_000_000 + '"}') == 413


def test_what_is_not_there_is_not_found():
    assert send("/session/pause", "{}") in (404, 405)
    assert send("/no/such/path", "{}") == 404
    assert send("/env/observe", None, method="DELETE") == 405
