"""What the tests of the current SDK share: clients of the engine, plain requests to it, and the shop's addresses."""

import os
import socket
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from notte_core.errors import NotteBaseError
from notte_sdk import NotteClient
from notte_sdk.endpoints import base
from notte_sdk.errors import NotteAPIError

# A client looks up the newest version of its package once a process; the tests ask nobody but the engine.
base._version_check_performed = True

ENGINE = os.environ["NOTTE_API_URL"]
KEY = os.environ["NOTTE_API_KEY"]
SITE = os.environ["SITE_URL"]


class Engine:
    """The engine without the SDK: bodies that the SDK never sends."""

    def send(self, method, path, body=None, **more):
        headers = {"Authorization": f"Bearer {KEY}"}
        return requests.request(method, ENGINE + path, headers=headers, json=body, timeout=60, **more)

    def refusal(self, method, path, body=None, **more):
        answer = self.send(method, path, body, **more)
        refusal = answer.json()
        assert refusal["status"] == answer.status_code, refusal
        assert refusal["detail"] and refusal["message"] and refusal["code"], refusal
        return refusal


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def url():
    """The address of a page of the shop: `url("/deals")`."""
    return lambda path: SITE + path


@pytest.fixture
def nobody():
    """The address of a port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return f"http://127.0.0.1:{port}/"


@pytest.fixture
def client():
    with NotteClient() as client:
        yield client


@pytest.fixture
def session(client):
    """A session without options."""
    with client.Session() as session:
        yield session


@pytest.fixture
def opened(session, url):
    """A session on a page of the shop: `opened("/form")`."""

    def open_page(path):
        session.execute(type="goto", url=url(path))
        return session

    return open_page


@pytest.fixture
def action():
    """The action of an observation by its kind and label: `action(obs, "click", "Deals")`."""

    def find(observation, kind, label):
        actions = [action for action in observation.space.interaction_actions if action.type == kind]
        found = [action for action in actions if label in (action.text_label, action.accessible_name)]
        listed = [(a.id, a.type, a.text_label, a.accessible_name) for a in observation.space.interaction_actions]
        assert len(found) == 1, f"{len(found)} {kind} actions are called `{label}` among {listed}"
        return found[0]

    return find


@pytest.fixture
def refused():
    """The engine's refusal of a call: `refused(422, session.start)`."""

    def ask(status, call, *arguments, **named):
        with pytest.raises(NotteAPIError) as raised:
            call(*arguments, **named)
        refusal = raised.value.error
        assert raised.value.status_code == status, refusal
        assert refusal["status"] == status, refusal
        assert refusal["detail"] and refusal["message"] and refusal["code"], refusal
        return refusal

    return ask


@pytest.fixture
def failed():
    """How an action failed on its page, as the SDK raises it: `failed(session, type="click", id="B99")`."""

    def ask(session, **action):
        with pytest.raises(NotteBaseError) as raised:
            session.execute(**action)
        quiet = session.execute(raise_on_failure=False, **action)
        assert quiet.success is False
        assert quiet.message
        assert quiet.action.type == action["type"]
        assert type(quiet.exception) is type(raised.value)
        return raised.value

    return ask


class Proxy(ThreadingHTTPServer):
    """A proxy that knows one site under every name, and may want a password."""

    def __init__(self, credentials=None):
        self.seen = []
        self.credentials = credentials
        super().__init__(("127.0.0.1", 0), ProxyHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def server(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class ProxyHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        wanted = self.server.credentials
        shown = self.headers.get("Proxy-Authorization")
        if wanted is not None and shown != "Basic " + b64encode(":".join(wanted).encode()).decode():
            return self.answer(407, b"", {"Proxy-Authenticate": 'Basic realm="shop"'})
        self.server.seen.append(self.path)
        path = "/" + self.path.split("/", 3)[3] if self.path.count("/") > 2 else "/"
        found = requests.get(SITE + path, timeout=30)
        self.answer(found.status_code, found.content, {"Content-Type": found.headers["Content-Type"]})

    def do_CONNECT(self):
        self.answer(403, b"", {})

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def proxy():
    """Opens a proxy: `proxy()`, or `proxy(("name", "password"))`."""
    opened = []

    def open_proxy(credentials=None):
        opened.append(Proxy(credentials))
        return opened[-1]

    yield open_proxy
    for server in opened:
        server.shutdown()
        server.server_close()
