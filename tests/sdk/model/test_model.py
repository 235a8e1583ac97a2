"""The current SDK against an engine that asks a language model. The model answers the tests in the order they stand."""

import os

import pytest
from notte_sdk import NotteClient
from notte_sdk.endpoints import base
from pydantic import BaseModel

# A client looks up the newest version of its package once a process; the tests ask nobody but the engine.
base._version_check_performed = True

ARTICLE = os.environ["SITE_URL"] + "/article"


class Laptop(BaseModel):
    name: str
    price: float


@pytest.fixture
def session():
    with NotteClient().Session(idle_timeout_minutes=3) as session:
        session.execute(type="goto", url=ARTICLE)
        yield session


def test_a_model_of_pydantic_comes_back_filled(session):
    assert session.scrape(response_format=Laptop, instructions="the laptop") == Laptop(name="Aero 13", price=999.0)


def test_words_alone_bring_an_object(session):
    data = session.scrape(instructions="the laptop")
    data = data if isinstance(data, dict) else data.model_dump()
    assert data == {"name": "Aero 13", "price": 999.0}


def test_data_that_breaks_the_schema_is_an_error_that_names_the_field(session):
    structured = session.scrape(response_format=Laptop, raise_on_failure=False)
    assert not structured.success
    assert "price" in structured.error
