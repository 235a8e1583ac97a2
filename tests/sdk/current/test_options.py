"""What a session of the current SDK is started with: every option that the engine honours, and every one it refuses."""

import json

import pytest
from notte_core.types import ExternalProxy, NotteProxy, TailnetProxy


def test_deadlines_are_taken(client):
    with client.Session(idle_timeout_minutes=7, max_duration_minutes=20) as session:
        assert session.response.idle_timeout_minutes == 7
        assert session.response.max_duration_minutes == 20
        assert session.status().max_duration_minutes == 20


def test_the_old_name_of_the_idle_timeout_is_taken(client, engine):
    with client.Session(timeout_minutes=9) as session:
        assert session.response.idle_timeout_minutes == 9
    started = engine.send("POST", "/sessions/start", {"timeout_minutes": 8}).json()
    assert started["idle_timeout_minutes"] == 8
    client.sessions.stop(started["session_id"])


def test_pages_have_the_viewport_that_was_asked_for(client, url):
    with client.Session(viewport_width=1024, viewport_height=640) as session:
        assert (session.response.viewport_width, session.response.viewport_height) == (1024, 640)
        session.execute(type="goto", url=url("/deals"))
        assert json.loads(session.evaluate_js("[innerWidth, innerHeight]")) == [1024, 640]
        viewport = session.observe().metadata.viewport
        assert (viewport.viewport_width, viewport.viewport_height) == (1024, 640)
        session.execute(type="goto_new_tab", url=url("/article"))
        assert json.loads(session.evaluate_js("[innerWidth, innerHeight]")) == [1024, 640]


def test_pages_and_servers_see_the_user_agent_that_was_asked_for(client, url):
    with client.Session(user_agent="Corner Shop Reader/1.0") as session:
        assert session.response.user_agent == "Corner Shop Reader/1.0"
        session.execute(type="goto", url=url("/headers"))
        assert session.evaluate_js("navigator.userAgent") == "Corner Shop Reader/1.0"
        assert "user-agent: Corner Shop Reader/1.0" in session.scrape()
        session.execute(type="goto_new_tab", url=url("/headers"))
        assert "user-agent: Corner Shop Reader/1.0" in session.scrape()


def test_requests_carry_the_headers_that_were_asked_for(client, url):
    with client.Session(extra_http_headers={"X-Shop-Test": "left hinge", "Accept-Language": "de"}) as session:
        session.execute(type="goto", url=url("/headers"))
        seen = session.scrape()
        assert "x-shop-test: left hinge" in seen
        assert "accept-language: de" in seen
        session.execute(type="goto_new_tab", url=url("/headers"))
        assert "x-shop-test: left hinge" in session.scrape()


def test_requests_go_through_an_external_proxy(client, proxy):
    through = proxy()
    with client.Session(proxies=[ExternalProxy(server=through.server)]) as session:
        assert session.response.proxies is True
        session.execute(type="goto", url="http://shop.example/deals")
        assert session.observe().metadata.title == "Deals"
        assert "http://shop.example/deals" in through.seen


def test_a_proxy_is_shown_the_name_and_password_that_it_wants(client, proxy):
    through = proxy(("ada", "se:cret"))
    options = {"type": "external", "server": through.server, "username": "ada", "password": "se:cret"}
    with client.Session(proxies=[options]) as session:
        session.execute(type="goto", url="http://shop.example/deals")
        assert session.observe().metadata.title == "Deals"
        told = json.dumps(session.status().model_dump(mode="json"))
        assert "se:cret" not in told, "a password is told to nobody"


def test_a_proxy_that_is_shown_a_wrong_password_lets_nothing_through(client, proxy, failed):
    through = proxy(("ada", "secret"))
    options = {"type": "external", "server": through.server, "username": "ada", "password": "guess"}
    with client.Session(proxies=[options]) as session:
        failed(session, type="goto", url="http://shop.example/deals")
        assert through.seen == []


def test_hosts_that_bypass_a_proxy_do_not_go_through_it(client, proxy, failed):
    through = proxy()
    with client.Session(proxies=[ExternalProxy(server=through.server, bypass="direct.invalid")]) as session:
        failed(session, type="goto", url="http://direct.invalid/deals")
        assert through.seen == []
        session.execute(type="goto", url="http://shop.example/deals")
        assert through.seen[0] == "http://shop.example/deals"


@pytest.mark.parametrize(
    "options",
    [
        {"browser_type": "chromium"},
        {"solve_captchas": False},
        {"proxies": False},
        {"proxies": []},
        {"web_bot_auth": False},
        {"block_ads": False},
        {"auth_ids": []},
        {"wait_for_authentication": True},
        {"headless": True},
    ],
    ids=lambda options: next(iter(options)),
)
def test_an_option_that_asks_for_nothing_special_is_taken(client, options):
    with client.Session(**options) as session:
        assert session.response.status == "active"
        assert session.response.browser_type == "chromium"


@pytest.mark.parametrize(
    "field, options",
    [
        ("browser_type", {"browser_type": "firefox"}),
        ("solve_captchas", {"solve_captchas": True}),
        ("proxies", {"proxies": True}),
        ("proxies", {"proxies": "us"}),
        ("proxies", {"proxies": [NotteProxy(country="fr")]}),
        ("proxies", {"proxies": [TailnetProxy(exit_node="home")]}),
        ("proxies", {"proxies": [{"type": "external", "server": f"http://127.0.0.1:{port}"} for port in (1, 2)]}),
        ("proxies", {"proxies": [{"type": "external", "server": "not a server"}]}),
        ("chrome_args", {"chrome_args": ["--no-sandbox"]}),
        ("cdp_url", {"cdp_url": "ws://127.0.0.1:9222/devtools/browser/x"}),
        ("profile", {"profile": {"id": "profile-1", "persist": True}}),
        ("web_bot_auth", {"web_bot_auth": True}),
        ("vault_id", {"vault_id": "vault-1"}),
        ("auth_ids", {"auth_ids": ["auth-1"]}),
        ("advanced_stealth", {"advanced_stealth": True}),
        ("block_ads", {"block_ads": True}),
    ],
)
def test_an_option_that_the_engine_cannot_honour_is_refused_by_name(client, refused, field, options):
    refusal = refused(422, client.Session(**options).start)
    assert field in refusal["message"], refusal
    assert len(refusal["message"].split()) > 4, "a refusal is a sentence"
    assert field in refusal["detail"][0]["loc"], refusal


@pytest.mark.parametrize(
    "field, body",
    [
        ("idle_timeout_minutes", {"idle_timeout_minutes": 0}),
        ("idle_timeout_minutes", {"idle_timeout_minutes": 31}),
        ("idle_timeout_minutes", {"idle_timeout_minutes": "five"}),
        ("timeout_minutes", {"idle_timeout_minutes": 5, "timeout_minutes": 6}),
        ("max_duration_minutes", {"max_duration_minutes": 0}),
        ("max_duration_minutes", {"max_duration_minutes": 1441}),
        ("idle_timeout_minutes", {"idle_timeout_minutes": 20, "max_duration_minutes": 10}),
        ("viewport_width", {"viewport_width": 0, "viewport_height": 600}),
        ("viewport_width", {"viewport_width": 100_000, "viewport_height": 600}),
        ("viewport_height", {"viewport_width": 800}),
        ("viewport_width", {"viewport_height": 600}),
        ("user_agent", {"user_agent": "two\nlines"}),
        ("extra_http_headers", {"extra_http_headers": {"no spaces please": "x"}}),
        ("extra_http_headers", {"extra_http_headers": {"X-Test": "two\nlines"}}),
        ("extra_http_headers", {"extra_http_headers": {"Host": "elsewhere.example"}}),
        ("aspect_ratio", {"aspect_ratio": "7:3"}),
        ("color_of_the_window", {"color_of_the_window": "green"}),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_the_name_of_its_field(engine, field, body):
    refusal = engine.refusal("POST", "/sessions/start", body)
    assert refusal["status"] == 422, refusal
    assert field in refusal["message"], refusal
    assert field in refusal["detail"][0]["loc"], refusal
