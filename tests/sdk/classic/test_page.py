"""Pages through the classic SDK: observed, operated by every kind of action, and scraped."""

import base64
import time

import pytest
from notte.actions.space import SpaceCategory

# Of the checkboxes and radios, what is ticked is sent.
FIELDS = "name=Ada city=London remarks=Ring+twice shipping=courier gift=on pay=card"


def test_an_observe_says_what_the_page_is_and_what_can_be_done(started, url):
    page = started.observe(url=url("/"))
    assert (page.metadata.title, page.metadata.url) == ("Corner Shop", url("/"))
    assert page.metadata.timestamp is not None
    assert page.space.description
    assert page.space.category in set(SpaceCategory)
    labels = {
        role: [action.description for action in page.space.actions(role=role)]
        for role in ("link", "button", "input")
    }
    assert any(label.endswith("Laptops") for label in labels["link"])
    assert any(label.endswith("In stock") for label in labels["button"])
    assert any(label.endswith("Search products") for label in labels["input"])
    for action in page.space.actions(role="input"):
        assert len(action.params) == 1
    assert page.data is None and not page.has_data()
    # The SDK refuses actions without a category when it writes them down.
    assert "Search products" in page.space.markdown()


def test_a_select_says_which_values_it_takes(started, url, action):
    page = started.observe(url=url("/form"))
    assert action(page, "input", "Shipping").params[0].values == ["By post", "By courier", "I fetch it"]


def test_an_observe_without_an_address_looks_at_the_page_as_it_is(started, url):
    started.observe(url=url("/deals"))
    assert started.observe().metadata.title == "Deals"


def test_an_observe_lists_no_more_actions_than_it_is_asked_for(started, url):
    everything = len(started.observe(url=url("/")).space.actions())
    assert everything > 3
    assert len(started.observe(max_nb_actions=3).space.actions()) == 3
    assert len(started.observe(min_nb_actions=1, max_nb_actions=2).space.actions()) == 2
    assert len(started.observe(min_nb_actions=2).space.actions()) == everything


def test_a_screenshot_is_taken_when_a_call_asks_for_it(started, url):
    assert started.observe(url=url("/")).screenshot is None
    picture = base64.b64decode(started.observe(screenshot=True).screenshot)
    assert picture.startswith(b"\xff\xd8") and picture.endswith(b"\xff\xd9")
    assert len(picture) > 5000


def test_a_screenshot_is_left_out_when_a_call_wants_none(client, url):
    client.start(screenshot=True)
    assert client.observe(url=url("/")).screenshot is not None
    assert client.observe(screenshot=False).screenshot is None


def test_a_link_is_followed(started, url, action):
    page = started.observe(url=url("/"))
    after = started.step(action_id=action(page, "link", "Deals").id)
    assert (after.metadata.title, after.metadata.url) == ("Deals", url("/deals"))
    assert after.space.actions(), "a step lists the actions of the page it led to"


def test_an_input_takes_a_value_and_a_button_sends_it(started, url, action):
    page = started.observe(url=url("/"))
    filled = started.step(action_id=action(page, "input", "Search products").id, value="nova & aero")
    assert filled.metadata.url == url("/")
    after = started.step(action_id=action(filled, "button", "Search").id)
    assert after.metadata.title == "Results for nova & aero"


def test_enter_sends_what_was_typed(started, url, action):
    page = started.observe(url=url("/"))
    after = started.step(action_id=action(page, "input", "Search products").id, value="luna", enter=True)
    assert after.metadata.url == url("/search?q=luna")


def test_every_control_of_a_form_is_set(started, url, action):
    page = started.observe(url=url("/form"))
    for label, value in [("Name", "Ada"), ("City", "London"), ("Remarks", "Ring twice"), ("Shipping", "By courier")]:
        started.step(action_id=action(page, "input", label).id, value=value)
    for label in ["Gift wrapping", "Newsletter", "Card"]:
        started.step(action_id=action(page, "button", label).id)
    after = started.step(action_id=action(page, "button", "Order now").id)
    assert after.metadata.title == "Received"
    sent = started.scrape().data.markdown
    for field in FIELDS.split():
        assert field in sent, f"{field} is missing in {sent}"
    assert "news=" not in sent, "the newsletter was ticked before"
    assert "name=Nobody" not in sent, "a value replaces what a field held"


def test_s1_opens_an_address(started, url):
    after = started.step(action_id="S1", value=url("/article"))
    assert (after.metadata.title, after.metadata.url) == ("How we test laptops", url("/article"))


def test_s2_scrapes_the_page(started, url):
    started.observe(url=url("/article"))
    after = started.step(action_id="S2")
    assert "spent a week on our bench" in after.data.markdown


def test_s3_takes_a_screenshot_though_the_session_has_none(started, url):
    started.observe(url=url("/"))
    assert base64.b64decode(started.step(action_id="S3").screenshot).startswith(b"\xff\xd8")


def test_s4_goes_back_and_s5_forward(started, url):
    started.observe(url=url("/"))
    started.observe(url=url("/deals"))
    assert started.step(action_id="S4").metadata.url == url("/")
    assert started.step(action_id="S5").metadata.url == url("/deals")


def test_s6_asks_for_the_page_again(started, url):
    def visits(observation):
        return int(observation.metadata.title.removeprefix("Visit "))

    before = visits(started.observe(url=url("/visits")))
    assert visits(started.observe()) == before
    assert visits(started.step(action_id="S6")) == before + 1


def test_s7_waits_as_long_as_it_is_told(started, url):
    started.observe(url=url("/deals"))
    begun = time.monotonic()
    assert started.step(action_id="S7", value="600").metadata.title == "Deals"
    assert time.monotonic() - begun >= 0.6


def test_s8_ends_the_session(started, url, engine, refused):
    started.observe(url=url("/deals"))
    session_id = started.session_id
    assert started.step(action_id="S8").metadata.title == "Deals"
    assert engine.session(session_id)["status"] == "closed"
    assert "already closed" in refused(410, started.observe)["message"]
    started.session_id = None


def test_a_scrape_of_the_main_content_leaves_out_menus(started, url):
    page = started.scrape(url=url("/article"))
    assert page.metadata.title == "How we test laptops"
    assert "| Aero 13 | 14 h 05 min | 38 °C |" in page.data.markdown
    assert "while make clean all" in page.data.markdown
    for left_out in ("sells nothing", "Sign in"):
        assert left_out not in page.data.markdown
    assert page.data.images is None
    assert not page.has_space()


def test_a_scrape_of_the_whole_page_has_its_menus(started, url):
    started.observe(url=url("/article"))
    markdown = started.scrape(only_main_content=False).data.markdown
    for part in ("spent a week on our bench", "sells nothing", "Sign in"):
        assert part in markdown


@pytest.mark.parametrize("only_main_content", [True, False])
def test_a_scrape_lists_the_images_when_it_is_asked_for(started, url, only_main_content):
    page = started.scrape(url=url("/gallery"), scrape_images=True, only_main_content=only_main_content)
    assert [image.url for image in page.data.images] == [url("/laptop.svg"), url("/laptop.svg?dark")]
    assert len({image.id for image in page.data.images}) == 2
    assert page.data.images[0].bytes().startswith(b"<svg")


def test_a_page_that_asks_and_opens_windows_holds_up_no_call(started, url, action):
    page = started.observe(url=url("/windows"))
    asked = started.step(action_id=action(page, "button", "Ask me").id)
    assert asked.metadata.title == "Windows"
    assert "Nothing was asked" not in started.scrape().data.markdown
    started.step(action_id=action(asked, "button", "Article in a window").id)
    assert started.observe(url=url("/deals")).metadata.title == "Deals"
