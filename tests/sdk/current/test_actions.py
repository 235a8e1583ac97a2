"""Every type of action of the current SDK: done, failed as the SDK says, or refused with a sentence."""

import json
import time

import pytest
from notte_core.errors import InvalidActionError
from notte_sdk import actions

NAME = "css=input[name=name]"
ORDER = 'css=button[type="submit"]'


def sent(session):
    """What the shop received of a form."""
    observed = session.observe()
    assert observed.metadata.title == "Received", observed.metadata
    return session.scrape()


def value(session, name):
    return session.evaluate_js(f"document.querySelector('[name={name}]').value")


def test_goto_opens_an_address_and_says_so(session, url):
    result = session.execute(type="goto", url=url("/deals"))
    assert result.success is True
    assert result.message
    assert (result.action.type, result.action.url) == ("goto", url("/deals"))
    assert result.started_at <= result.ended_at
    assert (result.exception, result.data) == (None, None)
    assert session.observe().metadata.url == url("/deals")


def test_an_action_object_does_the_same_as_its_fields(session, url):
    assert session.execute(actions.Goto(url=url("/form"))).success
    assert session.execute(actions.Fill(selector=NAME, value="Ada")).success
    assert session.execute(actions.Click(selector=ORDER)).success
    assert "name=Ada" in sent(session)


@pytest.mark.parametrize("until", ["commit", "domcontentloaded", "load", "networkidle"])
def test_goto_waits_for_what_it_is_told_to(session, url, until):
    assert session.execute(type="goto", url=url("/article"), wait_until=until).success
    assert session.observe().metadata.title == "How we test laptops"


def test_back_forward_and_reload(session, url):
    for path in ("/visits", "/deals"):
        session.execute(type="goto", url=url(path))
    session.execute(type="go_back")
    assert session.observe().metadata.url == url("/visits")
    session.execute(type="go_forward")
    assert session.observe().metadata.title == "Deals"
    session.execute(type="goto", url=url("/visits"))
    before = session.observe().metadata.title
    session.execute(type="reload")
    assert session.observe().metadata.title == f"Visit {int(before.removeprefix('Visit ')) + 1}"


def test_tabs_are_opened_switched_and_closed(session, url):
    session.execute(type="goto", url=url("/deals"))
    session.execute(type="goto_new_tab", url=url("/article"))
    both = session.observe().metadata
    assert both.title == "How we test laptops"
    assert [tab.title for tab in both.tabs] == ["Deals", "How we test laptops"]
    assert [tab.url for tab in both.tabs] == [url("/deals"), url("/article")]
    session.execute(type="switch_tab", tab_index=0)
    assert session.observe().metadata.title == "Deals"
    session.execute(type="switch_tab", tab_index=1)
    session.execute(type="close_tab")
    left = session.observe().metadata
    assert (left.title, len(left.tabs)) == ("Deals", 1)


def test_a_tab_that_is_not_there_and_the_last_one_fail(opened, failed):
    session = opened("/deals")
    assert "7" in str(failed(session, type="switch_tab", tab_index=7))
    failed(session, type="close_tab")
    assert session.observe().metadata.title == "Deals"


def test_a_page_opens_tabs_and_windows_of_its_own(opened, action):
    session = opened("/windows")
    session.execute(action(session.observe(), "click", "Deals in a new tab"))
    assert "Deals" in [tab.title for tab in session.observe().metadata.tabs]
    session.execute(type="switch_tab", tab_index=0)
    session.execute(action(session.observe(), "click", "Article in a window"))
    titles = [tab.title for tab in session.observe().metadata.tabs]
    assert titles == ["Windows", "Deals", "How we test laptops"]


def test_a_page_that_asks_holds_up_no_call(opened, action):
    session = opened("/windows")
    session.execute(action(session.observe(), "click", "Ask me"))
    assert "Nothing was asked" not in session.scrape()


def test_wait_waits_as_long_as_it_is_told(opened):
    session = opened("/deals")
    begun = time.monotonic()
    assert session.execute(type="wait", time_ms=600).success
    assert time.monotonic() - begun >= 0.6


def test_a_key_is_pressed_where_the_cursor_is(opened):
    session = opened("/")
    session.execute(type="fill", selector="css=input[name=q]", value="luna")
    session.execute(type="press_key", key="Backspace")
    assert value(session, "q") == "lun"
    session.execute(type="press_key", key="Control+a")
    session.execute(type="press_key", key="Delete")
    assert value(session, "q") == ""
    session.execute(type="fill", selector="css=input[name=q]", value="mira")
    session.execute(type="press_key", key="Enter")
    assert session.observe().metadata.title == "Results for mira"


def test_a_key_that_no_keyboard_has_fails(opened, failed):
    assert "Abracadabra" in str(failed(opened("/"), type="press_key", key="Abracadabra"))


def test_the_page_is_scrolled_by_pixels_and_by_pages(opened):
    session = opened("/gallery")

    def offset():
        return session.observe().metadata.viewport.scroll_y

    session.execute(type="scroll_down", amount=300)
    assert offset() == 300
    session.execute(type="scroll_up", amount=100)
    assert offset() == 200
    session.execute(type="scroll_down")
    assert offset() > 500
    session.execute(type="scroll_up")
    session.execute(type="scroll_up")
    assert offset() == 0


def test_javascript_is_evaluated_in_the_page(opened):
    session = opened("/deals")
    assert session.evaluate_js("document.title") == "Deals"
    assert session.evaluate_js("1 + 1") == "2"
    assert session.evaluate_js("null") == "null"
    assert json.loads(session.evaluate_js("({a: [1, 'two', null]})")) == {"a": [1, "two", None]}
    assert session.evaluate_js("(async () => { await null; return 'later'; })()") == "later"
    result = session.execute(type="evaluate_js", code="location.pathname")
    assert (result.success, result.data.markdown) == (True, "/deals")


def test_javascript_that_fails_says_what_it_threw(opened, failed):
    session = opened("/deals")
    assert "no such laptop" in str(failed(session, type="evaluate_js", code="throw new Error('no such laptop')"))
    assert "basket" in str(failed(session, type="evaluate_js", code="basket.size"))


def test_a_request_is_made_from_the_page(opened, url):
    session = opened("/deals")
    answer = session.fetch("/received", method="POST", data={"city": "Łódź"})
    assert (answer.status_code, answer.url) == (200, url("/received"))
    assert "city=%C5%81%C3%B3d%C5%BA" in answer.text
    assert session.fetch("/no-such-page").status_code == 404


def test_every_control_of_a_form_is_set_by_the_ids_of_an_observation(opened, action):
    session = opened("/form")
    page = session.observe()
    session.execute(type="fill", id=action(page, "fill", "Name").id, value="Ada")
    session.execute(type="fill", id=action(page, "fill", "City").id, value="London")
    session.execute(type="multi_factor_fill", id=action(page, "fill", "Code").id, value="123456")
    session.execute(type="fallback_fill", id=action(page, "fill", "Remarks").id, value="Ring twice")
    shipping = action(page, "select_dropdown_option", "Shipping")
    session.execute(type="select_dropdown_option", id=shipping.id, value="By courier")
    session.execute(type="check", id=action(page, "click", "Gift wrapping").id, value=True)
    session.execute(type="check", id=action(page, "click", "Newsletter").id, value=False)
    session.execute(type="click", id=action(page, "click", "Card").id)
    session.execute(type="click", id=action(page, "click", "Order now").id)
    received = sent(session)
    for field in "name=Ada city=London code=123456 remarks=Ring+twice shipping=courier gift=on pay=card".split():
        assert field in received, f"{field} is missing in {received}"
    assert "news=" not in received


def test_check_leaves_what_is_already_so(opened):
    session = opened("/form")
    for state in (True, True, False, False):
        session.execute(type="check", selector="css=input[name=news]", value=state)
        assert session.evaluate_js("document.querySelector('[name=news]').checked") == json.dumps(state)


def test_fill_replaces_or_goes_on_behind_what_is_there(opened):
    session = opened("/form")
    session.execute(type="fill", selector=NAME, value="Ada")
    assert value(session, "name") == "Ada"
    session.execute(type="fill", selector=NAME, value=" Lovelace", clear_before_fill=False)
    assert value(session, "name") == "Ada Lovelace"
    session.execute(type="fill", selector=NAME, value="")
    assert value(session, "name") == ""


def test_an_option_is_chosen_by_its_label_or_its_value(opened):
    session = opened("/form")
    session.execute(type="select_dropdown_option", selector="css=select", value="I fetch it")
    assert value(session, "shipping") == "pickup"
    session.execute(type="select_dropdown_option", selector="css=select", value="courier")
    assert value(session, "shipping") == "courier"


def test_enter_is_pressed_behind_an_action_that_says_so(opened):
    session = opened("/")
    session.execute(actions.Fill(selector="css=input[name=q]", value="terra", press_enter=True))
    assert session.observe().metadata.title == "Results for terra"


def test_form_fill_finds_the_fields_by_what_they_are_for(opened):
    session = opened("/form")
    fields = {"full_name": "Ada Lovelace", "email": "ada@example.com", "city": "London"}
    session.execute(type="form_fill", value=fields)
    session.execute(type="click", selector=ORDER)
    received = sent(session)
    for field in ("name=Ada+Lovelace", "email=ada%40example.com", "city=London"):
        assert field in received, f"{field} is missing in {received}"


@pytest.mark.parametrize(
    "selector",
    [
        "css=input[name=city]",
        "xpath=//input[@name='city']",
        "input[name=city]",
        {"css_selector": "input[name=city]"},
        {"xpath_selector": "//input[@name='city']"},
        {"playwright_selector": "input[name=city]"},
        {"css_selector": "", "xpath_selector": "", "playwright_selector": "css=input[name=city]"},
        'internal:role=textbox[name="City"i]',
        'internal:label="City"i',
    ],
    ids=str,
)
def test_an_element_is_found_by_every_kind_of_selector(opened, selector):
    session = opened("/form")
    session.execute(type="fill", selector=selector, value="Paris")
    assert value(session, "city") == "Paris"


@pytest.mark.parametrize("selector", ["~ Order now", 'internal:text="Order now"', "text=Order now"])
def test_an_element_is_found_by_its_text(opened, selector):
    session = opened("/form")
    session.execute(type="click", selector=selector)
    assert "name=Nobody" in sent(session)


def test_an_observed_action_is_executed_as_it_is(opened, action):
    session = opened("/")
    assert session.execute(action(session.observe(), "click", "Deals")).success
    assert session.observe().metadata.title == "Deals"
    search = action(session.observe(), "fill", "Search products").model_copy(update={"value": "vega"})
    assert session.execute(search).success
    assert session.execute(action(session.observe(), "click", "Search")).success
    assert session.observe().metadata.title == "Results for vega"


def test_the_selector_of_an_observed_action_finds_the_same_element(opened, action):
    session = opened("/")
    found = action(session.observe(), "click", "Laptops")
    session.execute(type="goto", url=session.observe().metadata.url + "deals")
    session.execute(type="click", selector=found.selector)
    assert session.observe().metadata.title == "Laptops"


def test_an_id_that_the_page_does_not_have_fails_as_an_invalid_action(opened, failed):
    session = opened("/deals")
    for wrong in ("B999", "L999", "nonsense"):
        error = failed(session, type="click", id=wrong)
        assert isinstance(error, InvalidActionError), repr(error)
        assert wrong in str(error)


def test_a_selector_that_finds_nothing_or_too_much_fails(opened, failed):
    session = opened("/deals")
    assert "#no-such-thing" in str(failed(session, type="click", selector="css=#no-such-thing", timeout=300))
    failed(session, type="click", selector="css=nav a", timeout=300)
    failed(session, type="click", selector="css=a[", timeout=300)
    failed(session, type="click", selector="xpath=//a[", timeout=300)
    assert session.observe().metadata.title == "Deals"


def test_what_an_element_does_not_do_fails(opened, failed):
    session = opened("/form")
    failed(session, type="fill", selector=ORDER, value="x", timeout=300)
    failed(session, type="check", selector=NAME, value=True, timeout=300)
    failed(session, type="select_dropdown_option", selector="css=select", value="By balloon", timeout=300)
    failed(session, type="upload_file", selector=NAME, file_path="prices.csv", timeout=300)


def test_a_page_that_cannot_be_reached_fails_with_the_reason(opened, nobody, failed):
    session = opened("/deals")
    for kind in ("goto", "goto_new_tab"):
        error = failed(session, type=kind, url=nobody)
        assert nobody in str(error) and "refused" in str(error)
    assert "no-such-shop.invalid" in str(failed(session, type="goto", url="http://no-such-shop.invalid/"))


@pytest.mark.parametrize("kind", ["goto", "goto_new_tab"])
@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "chrome://version", "view-source:http://127.0.0.1/", "data:text/html,x", ""]
)
def test_what_is_no_web_address_is_refused(session, refused, kind, address):
    assert "url" in refused(422, session.execute, type=kind, url=address)["detail"][0]["loc"]


@pytest.mark.parametrize(
    "action",
    [
        {"type": "captcha_solve"},
        {"type": "captcha_solve", "captcha_type": "recaptcha"},
        {"type": "email_read"},
        {"type": "email_verification_read", "mailbox_id": "mailbox-1", "sender_domain": "example.com"},
        {"type": "sms_read"},
    ],
    ids=lambda action: action["type"],
)
def test_an_action_that_the_engine_cannot_honour_is_refused_with_a_sentence(opened, refused, action):
    refusal = refused(422, opened("/deals").execute, **action)
    assert action["type"] in refusal["message"]
    assert len(refusal["message"].split()) > 4


def test_completion_and_help_are_taken_down(opened):
    session = opened("/deals")
    for action in (
        {"type": "completion", "success": True, "answer": "Six laptops"},
        {"type": "completion", "success": False, "answer": "None"},
        {"type": "help", "reason": "The page is unclear"},
    ):
        result = session.execute(**action)
        assert result.success is True
        assert result.action.type == action["type"]
    assert session.status().status == "active"


def test_scrape_is_an_action_too(opened):
    session = opened("/article")
    result = session.execute(type="scrape", only_main_content=True)
    assert "spent a week on our bench" in result.data.markdown
    assert "sells nothing" not in result.data.markdown


@pytest.mark.parametrize(
    "field, body",
    [
        ("type", {}),
        ("type", {"type": "dance"}),
        ("url", {"type": "goto"}),
        ("time_ms", {"type": "wait", "time_ms": -1}),
        ("time_ms", {"type": "wait", "time_ms": 30_001}),
        ("tab_index", {"type": "switch_tab", "tab_index": "first"}),
        ("key", {"type": "press_key"}),
        ("code", {"type": "evaluate_js"}),
        ("value", {"type": "fill", "id": "I1"}),
        ("value", {"type": "check", "id": "B1", "value": "perhaps"}),
        ("id", {"type": "click"}),
        ("wait_until", {"type": "goto", "url": "http://127.0.0.1/", "wait_until": "tomorrow"}),
        ("timeout", {"type": "click", "id": "B1", "timeout": -5}),
    ],
)
def test_an_action_that_is_not_well_made_is_refused_by_its_field(session, engine, field, body):
    refusal = engine.refusal("POST", f"/sessions/{session.session_id}/page/execute", body)
    assert refusal["status"] == 422, refusal
    assert field in refusal["detail"][0]["loc"], refusal
