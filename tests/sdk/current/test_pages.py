"""Pages through the current SDK: observed, and scraped in every way."""

import asyncio

import pytest
from notte_core.space import SpaceCategory
from notte_sdk import AsyncNotteClient
from pydantic import BaseModel


def test_an_observation_says_what_the_page_is_and_what_can_be_done(opened, url, action):
    page = opened("/").observe()
    assert (page.metadata.title, page.metadata.url) == ("Corner Shop", url("/"))
    assert page.started_at <= page.ended_at
    assert page.metadata.viewport.viewport_width > 600
    assert page.metadata.viewport.total_height >= page.metadata.viewport.viewport_height > 400
    assert [(tab.title, tab.url) for tab in page.metadata.tabs] == [("Corner Shop", url("/"))]
    assert page.space.description
    assert page.space.category in set(SpaceCategory)
    assert action(page, "click", "Laptops").id.startswith("L")
    assert action(page, "click", "Search").id.startswith("B")
    assert action(page, "click", "In stock").id.startswith("B")
    assert action(page, "fill", "Search products").id.startswith("I")
    assert action(page, "select_dropdown_option", "Sort by").id.startswith("I")
    for listed in page.space.interaction_actions:
        assert listed.selectors.selectors(), listed
    assert "Search products" in page.space.markdown


def test_an_observation_has_a_picture_with_the_boxes_of_its_actions(opened):
    page = opened("/").observe()
    picture = page.screenshot.bytes()
    assert picture.startswith(b"\xff\xd8") and picture.endswith(b"\xff\xd9")
    boxed = {box.notte_id for box in page.screenshot.bboxes}
    assert boxed == {action.id for action in page.space.interaction_actions}
    for box in page.screenshot.bboxes:
        assert box.width > 0 and box.height > 0
    assert page.screenshot.highlighted() != picture


def test_an_observation_says_what_the_controls_hold(opened, action):
    session = opened("/form")
    page = session.observe()
    states = page.element_states
    assert states[action(page, "fill", "Name").id].value == "Nobody"
    assert states[action(page, "click", "Newsletter").id].checked is True
    assert states[action(page, "click", "Gift wrapping").id].checked is False
    options = states[action(page, "select_dropdown_option", "Shipping").id].options
    assert [(option.value, option.label) for option in options] == [
        ("post", "By post"),
        ("courier", "By courier"),
        ("pickup", "I fetch it"),
    ]
    assert [option.selected for option in options] == [True, False, False]


def test_a_fingerprint_changes_with_what_the_page_holds(opened):
    session = opened("/form")
    first = session.observe().fingerprint
    assert first
    assert session.observe().fingerprint == first
    session.execute(type="fill", selector="css=input[name=city]", value="Rome")
    assert session.observe().fingerprint != first


def test_an_observation_lists_no_more_actions_than_it_is_asked_for(opened):
    session = opened("/")
    assert len(session.observe().space.interaction_actions) > 3
    assert len(session.observe(max_nb_actions=3).space.interaction_actions) == 3
    assert len(session.observe(min_nb_actions=1, max_nb_actions=2).space.interaction_actions) == 2


def test_instructions_of_an_observation_are_refused(opened, refused):
    with pytest.warns(DeprecationWarning):
        refusal = refused(422, opened("/").observe, instructions="the search field")
    assert "instructions" in refusal["message"]


def test_a_session_that_opened_nothing_is_observed_empty(session):
    page = session.observe()
    assert page.metadata.url == "about:blank"
    assert list(page.space.interaction_actions) == []


def test_a_scrape_reads_the_whole_page(opened):
    markdown = opened("/article").scrape()
    for part in ("spent a week on our bench", "| Aero 13 | 14 h 05 min | 38 °C |", "sells nothing", "Sign in"):
        assert part in markdown


def test_a_scrape_of_the_main_content_leaves_out_menus(opened):
    markdown = opened("/article").scrape(only_main_content=True)
    assert "spent a week on our bench" in markdown
    assert "sells nothing" not in markdown and "Sign in" not in markdown


def test_links_are_kept_or_left_out(opened, url):
    session = opened("/gallery")
    assert url("/deals") in session.scrape(only_main_content=True)
    without = session.scrape(only_main_content=True, scrape_links=False)
    assert "this week's deals" in without
    assert url("/deals") not in without and "](" not in without


def test_images_are_listed_when_they_are_asked_for(opened, url):
    session = opened("/gallery")
    assert url("/laptop.svg") not in session.scrape(only_main_content=True)
    markdown = session.scrape(only_main_content=True, scrape_images=True)
    assert url("/laptop.svg") in markdown and "Nova 14 from the left" in markdown


@pytest.mark.parametrize("selector", ["table", "css=table"])
def test_a_scrape_reads_only_what_is_inside_a_selector(opened, selector):
    markdown = opened("/article").scrape(selector=selector)
    assert "| Aero 13 | 14 h 05 min | 38 °C |" in markdown
    assert "bench" not in markdown


def test_a_selector_that_finds_nothing_is_refused(opened, refused):
    assert "selector" in refused(422, opened("/article").scrape, selector="#no-such-thing")["message"]


def test_ignored_tags_are_left_out(opened):
    session = opened("/article")
    markdown = session.scrape(ignored_tags=["table", "pre"])
    assert "spent a week on our bench" in markdown
    assert "Aero 13" not in markdown and "make clean" not in markdown


class Laptop(BaseModel):
    name: str


@pytest.mark.parametrize(
    "field, options",
    [
        ("instructions", {"instructions": "the names of the laptops"}),
        ("response_format", {"response_format": Laptop}),
        ("use_link_placeholders", {"use_link_placeholders": True}),
    ],
)
def test_a_scrape_that_needs_a_language_model_is_refused_by_its_field(opened, refused, field, options):
    refusal = refused(422, opened("/article").scrape, **options)
    assert field in refusal["message"]
    assert len(refusal["message"].split()) > 4


def test_a_page_is_scraped_in_one_go(client, url):
    before = {session.session_id for session in client.sessions.list(only_active=True)}
    assert "spent a week on our bench" in client.scrape(url("/article"), only_main_content=True)
    newest = client.sessions.list(only_active=False, page_size=1)[0]
    assert newest.status == "closed"
    assert {session.session_id for session in client.sessions.list(only_active=True)} == before


def test_the_asynchronous_client_does_the_same(url):
    async def story():
        async with AsyncNotteClient() as client, client.Session(idle_timeout_minutes=3) as session:
            await session.execute(type="goto", url=url("/deals"))
            observed = await session.observe()
            return observed.metadata.title, await session.scrape(only_main_content=True), session.session_id

    title, markdown, _ = asyncio.run(story())
    assert title == "Deals"
    assert "Nova 14" in markdown
