"""What the tests of the classic SDK share: clients of the engine, plain requests to it, and the shop's addresses."""

import os

import pytest
import requests
from notte.sdk.client import NotteClient

ENGINE = os.environ["NOTTE_API_URL"]
KEY = os.environ["NOTTE_API_KEY"]
SITE = os.environ["SITE_URL"]


class Engine:
    """The engine without the SDK: what old clients never ask for, and what they never send."""

    def get(self, path, key=KEY):
        return requests.get(ENGINE + path, headers={"Authorization": f"Bearer {key}"}, timeout=60)

    def post(self, path, body):
        return requests.post(ENGINE + path, headers={"Authorization": f"Bearer {KEY}"}, json=body, timeout=60)

    def session(self, session_id):
        answer = self.get(f"/session/{session_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def newest_session(self):
        return self.get("/session?page_size=1").json()["items"][0]


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def url():
    """The address of a page of the shop: `url("/deals")`."""
    return lambda path: SITE + path


@pytest.fixture
def client():
    """The SDK's client, not started; its session is closed afterwards."""
    client = NotteClient(server_url=ENGINE)
    yield client
    if client.session_id is not None:
        client.close()


@pytest.fixture
def started(client):
    """The SDK's client with a session."""
    client.start()
    return client


@pytest.fixture
def refused():
    """What the engine says when it does not do what a call of the SDK asks for: `refused(404, client.close)`."""

    def ask(status, call, **arguments):
        with pytest.raises(ValueError) as raised:
            call(**arguments)
        refusal = raised.value.args[0]
        assert isinstance(refusal, dict), refusal
        assert refusal["status"] == status, refusal
        assert refusal["detail"] and refusal["message"] and refusal["code"], refusal
        return refusal

    return ask


@pytest.fixture
def action():
    """The action of an observation with a role and a label: `action(obs, "link", "Deals")`."""

    def find(observation, role, label):
        actions = observation.space.actions(role=role)
        found = [action for action in actions if action.description.endswith(label)]
        listed = [(action.id, action.description) for action in observation.space.actions()]
        assert len(found) == 1, f"{len(found)} {role} actions are called `{label}` among {listed}"
        return found[0]

    return find
