"""The engine against its own OpenAPI document: requests made up from it, sensible and senseless, get answers that it
describes, and never one that says the engine itself failed."""

import copy
import os
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks

ENGINE = os.environ["NOTTE_API_URL"]
SITE = os.environ["SITE_URL"]
KEY = {"Authorization": f"Bearer {os.environ['NOTTE_API_KEY']}"}

EXAMPLES = int(os.environ.get("EXAMPLES", "25"))
# A made-up wait is a wait all the same.
LONGEST_WAIT_MS = 20
# What a field is given when a refusal says that it is missing or senseless; any other is left out then.
SENSIBLE = {
    "action_id": "S3",
    "code": "document.title",
    "domain": "127.0.0.1",
    "id": "B1",
    "key": "Enter",
    "name": "name",
    "path": "/",
    "url": f"{SITE}/form",
    "value": "value",
}
MOST_REPAIRS = 6

schema = schemathesis.openapi.from_url(f"{ENGINE}/openapi.json")
schema.config.base_url = ENGINE
# One request for each word of each field is hundreds of browser sessions, and shows no more than the made-up ones.
schema.config.phases.coverage.enabled = False


def streams(context):
    """Whether an operation is answered for as long as one listens."""
    answers = context.operation.definition.raw.get("responses", {})
    return "101" in answers or any("text/event-stream" in answer.get("content", {}) for answer in answers.values())


class Session:
    """A session that is there whenever a request is to meet one."""

    def __init__(self):
        self.id = None

    def alive(self):
        if self.id is None or requests.get(f"{ENGINE}/sessions/{self.id}", headers=KEY).json()["status"] != "active":
            started = requests.post(f"{ENGINE}/sessions/start", headers=KEY, json={}).json()
            self.id = started["session_id"]
            opened = {"type": "goto", "url": f"{SITE}/form"}
            requests.post(f"{ENGINE}/sessions/{self.id}/page/execute", headers=KEY, json=opened)
        return self.id


session = Session()


def stop_all():
    listed = requests.get(f"{ENGINE}/sessions/?only_active=true&page_size=500", headers=KEY).json()
    for found in listed if isinstance(listed, list) else listed["items"]:
        if found["session_id"] != session.id:
            requests.delete(f"{ENGINE}/sessions/{found['session_id']}/stop", headers=KEY)


def tamed(body):
    """A body that meets the session, opens nothing but the shop, and does not wait."""
    if not isinstance(body, dict):
        return body
    tame = dict(body)
    if isinstance(tame.get("session_id"), str) and len(tame["session_id"]) % 3:
        tame["session_id"] = session.alive()
    for name in ("url", "value", "file_path"):
        if isinstance(tame.get(name), str) and leads_away(tame[name]):
            tame[name] = f"{SITE}/deals"
    # A page with fewer actions is looked at again for two seconds.
    if isinstance(tame.get("min_nb_actions"), (int, float)):
        tame["min_nb_actions"] = min(tame["min_nb_actions"], 0)
    if isinstance(tame.get("time_ms"), (int, float)):
        tame["time_ms"] = min(tame["time_ms"], LONGEST_WAIT_MS)
    if tame.get("action_id") == "S7":
        tame["value"] = str(LONGEST_WAIT_MS)
    if isinstance(tame.get("timeout"), (int, float)):
        tame["timeout"] = min(tame["timeout"], 100)
    return tame


def leads_away(text):
    try:
        return bool(urlsplit(text if "://" in text else f"//{text}").hostname) or "." in text
    except ValueError:
        return False


def repaired(body, refusal):
    """The body without what the refusal names; `None` when it names nothing of it."""
    place = [part for part in refusal["detail"][0]["loc"] if part != "body"]
    if not isinstance(body, dict) or not place:
        return None
    better = copy.deepcopy(body)
    inside = better
    for part in place[:-1]:
        try:
            inside = inside[int(part) if isinstance(inside, list) else part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    name = place[-1]
    if name == "session_id":
        inside[name] = session.alive()
    elif isinstance(inside, dict) and name in SENSIBLE and inside.get(name) != SENSIBLE[name]:
        inside[name] = SENSIBLE[name]
    elif isinstance(inside, dict) and name in inside:
        del inside[name]
    elif isinstance(inside, list) and str(name).isdecimal() and int(name) < len(inside):
        del inside[int(name)]
    else:
        return None
    return better


@pytest.fixture(autouse=True)
def no_session_is_left():
    yield
    stop_all()


NAMES = (
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
CHECKS = [checks.not_a_server_error, *(check for check in checks.CHECKS.get_all() if check.__name__ in NAMES)]


@schema.exclude(streams).parametrize()
@settings(max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_request_gets_an_answer_that_the_document_describes(case):
    parameters = case.path_parameters or {}
    if isinstance(parameters.get("id"), str) and len(parameters["id"]) % 3:
        parameters["id"] = session.alive()
    case.body = tamed(case.body)
    for _ in range(MOST_REPAIRS):
        answer = case.call_and_validate(headers=KEY, timeout=100, checks=CHECKS)
        if answer.status_code != 422 or isinstance(answer.json()["detail"], str):
            break
        # What a refusal names is mended, so that the same request comes further the next time.
        better = repaired(case.body, answer.json())
        if better is None:
            break
        case.body = better
