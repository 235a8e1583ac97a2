//! Elements are found by selectors, each by exactly one that can be seen.

use std::time::Duration;

use notex_engine::browser::{Act, Deed, PageError, Selector, Target};

use crate::support::{Open, Site, open};

async fn click(open: &Open, selector: Selector) -> Result<(), PageError> {
    let target = Target::Selector(selector);
    open.page.act(&Act { target, deed: Deed::Click, enter: false, timeout: None }).await.map(drop)
}

fn css(text: &str) -> Selector {
    Selector::Css(text.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_selector_finds_its_element() {
    let open = open("selectors.html").await;
    for (selector, title) in [
        (css("#one"), "one"),
        (css("button.go"), "one"),
        (css(".shaded"), "shaded"),
        (css("tea-host >>> button"), "shaded"),
        (css("#inner >>> button"), "framed"),
        (Selector::XPath("//button[@id='one']".into()), "one"),
        (Selector::XPath("/html/body/div[1]".into()), "card"),
        (Selector::RoleName("button".into(), "Order now".into()), "one"),
        (Selector::RoleName("button".into(), "gift card".into()), "card"),
        (Selector::RoleName("button".into(), "Framed".into()), "framed"),
        (Selector::Text("Gift card".into()), "card"),
        (Selector::Text("order now".into()), "one"),
        (Selector::Text("Shaded".into()), "shaded"),
        (Selector::Text("Framed".into()), "framed"),
    ] {
        open.page.evaluate("document.title = 'none'").await.unwrap();
        click(&open, selector.clone()).await.unwrap_or_else(|error| panic!("{selector:?}: {error}"));
        assert_eq!(open.title().await, title, "{selector:?}");
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn none_or_several_are_refused_with_the_selector_and_the_count() {
    let open = open("selectors.html").await;
    for (selector, words) in [
        (css("#nothing"), "nothing on this page matches the CSS selector \"#nothing\""),
        (css(".twin"), "2 elements match the CSS selector \".twin\"; it has to be exactly one"),
        (css("#later"), "the CSS selector \"#later\" matches 1 element that cannot be seen, and 0 that can"),
        (
            Selector::RoleName("button".into(), "Twin".into()),
            "2 elements match the role button with the name \"Twin\"; it has to be exactly one",
        ),
        (Selector::Text("no such words".into()), "nothing on this page matches the text \"no such words\""),
        (css("#inner >>> #nothing"), "nothing on this page matches the CSS selector \"#inner >>> #nothing\""),
    ] {
        let error = click(&open, selector).await.unwrap_err();
        assert_eq!(error, PageError::UnknownAction(words.to_owned()));
    }
    for selector in [css("a["), Selector::XPath("//[".into())] {
        let error = click(&open, selector).await.unwrap_err();
        assert!(
            matches!(&error, PageError::UnknownAction(why) if why.contains("cannot be read")),
            "{error:?}"
        );
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_element_that_appears_in_time_is_waited_for() {
    let open = open("selectors.html#later").await;
    let target = Target::Selector(css("#later"));
    let timeout = Some(Duration::from_secs(5));
    open.page.act(&Act { target, deed: Deed::Click, enter: false, timeout }).await.unwrap();
    assert_eq!(open.title().await, "later");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selector_of_an_observe_finds_the_element_in_a_frame_of_another_site() {
    let neighbour = Site::start().await;
    let origin = neighbour.base.as_str().trim_end_matches('/').to_owned();
    let open = open(&format!("frames.html#{origin}")).await;
    for (place, action) in open.observe().await.actions.into_iter().enumerate() {
        if !action.description.starts_with("Fill") {
            continue;
        }
        let value = format!("{place}@tea.test");
        let deed = Deed::Fill { text: value.clone(), clear: true };
        open.to(&action.selector.unwrap().css, deed).await.unwrap();
        let now = open.observe().await.actions.swap_remove(place);
        assert_eq!(now.state.unwrap().value, Some(value));
    }
    let twice = click(&open, css("input[name=mail]")).await.unwrap_err().to_string();
    assert!(twice.starts_with("2 elements match"), "{twice}");
    click(&open, Selector::RoleName("button".into(), "After neighbour".into())).await.unwrap();
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_deed_is_done_where_it_fits_and_refused_where_not() {
    let open = open("selectors.html").await;
    let fill = |text: &str, clear| Deed::Fill { text: text.to_owned(), clear };
    let choose = |option: &str| Deed::Choose { options: vec![option.to_owned()] };
    open.to("[name=city]", fill(" town", false)).await.unwrap();
    assert_eq!(open.value("document.querySelector('[name=city]').value").await, "old town");
    open.to("[name=city]", fill("Bremen", true)).await.unwrap();
    assert_eq!(open.value("document.querySelector('[name=city]').value").await, "Bremen");
    open.to("[name=day]", fill("2026-12-24", true)).await.unwrap();
    assert_eq!(open.value("document.querySelector('[name=day]').value").await, "2026-12-24");
    for to in [true, true, false] {
        open.to("[name=fast]", Deed::Check { to }).await.unwrap();
        assert_eq!(open.value("document.querySelector('[name=fast]').checked").await, to);
    }
    open.to("[name=leaf]", choose("Black")).await.unwrap();
    assert_eq!(open.value("document.querySelector('[name=leaf]').value").await, "b");
    for (css, deed, words) in [
        ("#one", fill("x", true), "is no field that takes text"),
        ("[name=leaf]", fill("x", true), "is a select; choose an option of it"),
        ("[name=locked]", fill("x", true), "is read-only"),
        ("[name=city]", Deed::Check { to: true }, "is no checkbox, switch or radio"),
        ("[name=city]", choose("x"), "is no select"),
        ("[name=leaf]", choose("Red"), "has no \"Red\"; it takes one of: Green, Black"),
    ] {
        let error = open.to(css, deed).await.unwrap_err();
        let expected = format!("the element of the CSS selector {css:?} {words}");
        assert_eq!(error, PageError::NotOperable(expected));
    }
    open.end().await;
}
