//! Fields of all kinds hold what they were told, or say why not.

use std::time::{Duration, Instant};

use notex_engine::browser::Deed;

use crate::support::{Open, open};

fn fill(text: &str) -> Deed {
    Deed::Fill { text: text.to_owned(), clear: true }
}

async fn holds(open: &Open, css: &str) -> String {
    let code =
        format!("(() => {{ const e = document.querySelector('{css}'); return e.value ?? e.innerText; }})()");
    open.value(&code).await.as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suggestion_that_is_what_was_typed_is_taken_and_else_the_text_stays() {
    let open = open("step/fields.html").await;
    assert_eq!(open.acted("#country", fill("greece")).await.unwrap(), None);
    assert_eq!(holds(&open, "#country").await, "Greece");
    assert_eq!(open.acted("#town", fill("Aalen")).await.unwrap(), None);
    let log = holds(&open, "#log").await;
    assert_eq!(log, "country=Greece;town=Aalen;");
    let said = open.acted("#country", fill("Gre")).await.unwrap().unwrap();
    assert!(
        said.ends_with("suggests no \"Gre\", so the text was left; it suggests: Greece, Greenland"),
        "{said}"
    );
    assert_eq!(holds(&open, "#country").await, "Gre");
    let said = open.acted("#country", fill("Atlantis")).await.unwrap().unwrap();
    assert!(said.ends_with("suggests nothing, so the text was left as it is"), "{said}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn masks_editors_and_dates_hold_what_was_typed() {
    let open = open("step/fields.html").await;
    for (css, text, held) in [
        ("#card", "4111111111111111", "4111 1111 1111 1111"),
        ("#born", "12/24/1999", "12/24/1999"),
        ("#born", "01/02/2003", "01/02/2003"),
        ("#day", "2026-12-24", "2026-12-24"),
        ("#at", "2026-12-24T18:30", "2026-12-24T18:30"),
        ("#count", "42", "42"),
        ("#volume", "7", "7"),
        ("#story", "a new story", "a new story"),
        ("label:has(#count)", "7", "Count"),
    ] {
        let said = open.acted(css, fill(text)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        assert_eq!(said, None, "{css}");
        let now = holds(&open, css).await;
        assert_eq!(now.trim(), held, "{css}");
    }
    open.to("#editor", fill("first\nsecond")).await.unwrap();
    assert_eq!(
        open.value("[...document.querySelectorAll('#editor p')].map((p) => p.textContent).join('|')").await,
        "first|second"
    );
    open.to("#otp1", fill("123")).await.unwrap();
    assert_eq!(
        open.value("['otp1', 'otp2', 'otp3'].map((id) => document.getElementById(id).value).join('')").await,
        "123"
    );
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_does_not_take_a_text_says_so() {
    let open = open("step/fields.html").await;
    for (css, text, why) in [
        ("#count", "many", "does not take \"many\"; it is empty now"),
        ("#locked", "x", "is read-only"),
        ("#off", "x", "is disabled"),
        ("#volume", "12", "does not take \"12\"; it takes values like a number from 0 to 11"),
        ("#day", "24.12.2026", "does not take \"24.12.2026\"; it takes values like 2026-11-22"),
        ("#heat", "120", "does not take \"120\"; it takes a number from 0 to 100"),
        ("#guests", "two", "does not take \"two\"; it takes a number from 1 to 8"),
        ("#terms", "x", "is no field that takes text"),
    ] {
        let error = open.to(css, fill(text)).await.unwrap_err().to_string();
        assert!(error.ends_with(why), "{css}: {error}");
    }
    let said = open.acted("#short", fill("too long")).await.unwrap().unwrap();
    assert!(said.ends_with("holds \"too l\" now"), "{said}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sliders_move_by_keys_or_by_their_thumb() {
    let open = open("step/fields.html").await;
    let stands = async |id: &str| open.value(&format!("document.getElementById('{id}').ariaValueNow")).await;
    for (css, text, id, now) in
        [("#heat", "75", "heat", "75"), ("#depth", "60", "depth", "60"), ("#guests", "5", "guests", "5")]
    {
        open.to(css, fill(text)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        assert_eq!(stands(id).await, now, "{css}");
    }
    let said = open.acted("#heat", fill("52")).await.unwrap().unwrap();
    assert!(said.ends_with("stands at 50, the nearest that it takes"), "{said}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_reached_whatever_shows_it() {
    let open = open("step/fields.html").await;
    for (css, to, code) in [
        ("#bold", true, "document.getElementById('bold').ariaPressed"),
        ("#mode", true, "document.getElementById('mode').ariaChecked"),
        ("#terms", true, "String(document.getElementById('terms').checked)"),
        ("label:has(#r2)", true, "String(document.getElementById('r2').checked)"),
        ("#mode", false, "document.getElementById('mode').ariaChecked"),
    ] {
        open.to(css, Deed::Check { to }).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        assert_eq!(open.value(code).await, to.to_string(), "{css}");
    }
    assert_eq!(holds(&open, "#log").await, "", "the words of a checkbox hold a link");
    for (css, to, why) in [
        ("#r2", false, "is one of several; choose another one instead of it"),
        ("#stubborn", true, "was clicked and did not become true"),
        ("#country", true, "is no checkbox, switch or radio"),
    ] {
        let error = open.to(css, Deed::Check { to }).await.unwrap_err().to_string();
        assert!(error.ends_with(why), "{css}: {error}");
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_search_shows_a_moment_later_is_waited_for() {
    let open = open("step/fields.html").await;
    let began = Instant::now();
    open.to("#search", fill("tea")).await.unwrap();
    open.action("Click Result for tea").await;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_chosen_in_a_calendar_that_the_page_draws() {
    let open = open("step/fields.html").await;
    open.to("#trip", fill("2027-02-13")).await.unwrap();
    assert_eq!(holds(&open, "#trip").await, "2027-2-13");
    open.to("#when", Deed::Operate { value: Some("2026-08-05".to_owned()) }).await.unwrap();
    assert_eq!(open.value("document.getElementById('when').textContent").await, "2026-8-5");
    let error = open.to("#trip", fill("2027-02-14")).await.unwrap_err().to_string();
    assert!(error.ends_with("has a calendar in which 2027-02-14 cannot be chosen"), "{error}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_chosen_in_the_calendar_of_its_own_field_while_another_one_is_open() {
    let open = open("step/calendars.html").await;
    for (turn, day) in ["2026-08-15", "2026-08-19"].into_iter().enumerate() {
        open.to("#ship", fill(day)).await.unwrap_or_else(|error| panic!("turn {turn}: {error}"));
        assert_eq!(holds(&open, "#ship").await, day);
        assert_eq!(open.value("document.getElementById('wrong').textContent").await, "");
    }
    open.end().await;
}
