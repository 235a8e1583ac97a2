//! Actions do what they say, by real input.

use notex_engine::browser::{Act, Deed, PageError};

use crate::support::{Site, open};

#[tokio::test(flavor = "multi_thread")]
async fn a_click_is_a_real_one_wherever_the_button_is() {
    let open = open("shop.html").await;
    open.act("Click Order now", None).await.unwrap();
    open.act("Click Cart", None).await.unwrap();
    open.act("Click Gift card", None).await.unwrap();
    let read = open.read().await;
    assert!(read.contains("order true;cart true;card;"), "{read}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fill_replaces_what_was_there() {
    let open = open("shop.html").await;
    for (field, value) in [
        ("Fill Email", "new@tea.test"),
        ("Fill Note", "zwei Päckchen 茶"),
        ("Fill Wish", "a pot"),
        ("Fill Delivery", "2026-12-24"),
        ("Fill News by mail", "news@tea.test"),
    ] {
        open.act(field, Some(value)).await.unwrap();
        let state = open.action(field).await.state.unwrap();
        assert_eq!(state.value.as_deref(), Some(value), "{field}");
    }
    open.act("Fill Email", Some("")).await.unwrap();
    assert_eq!(open.action("Fill Email").await.state.unwrap().value.as_deref(), Some(""));
    assert!(open.read().await.contains("when=2026-12-24"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_that_is_none_is_refused_with_an_example() {
    let open = open("shop.html").await;
    let error = open.act("Fill Delivery", Some("tomorrow")).await.unwrap_err();
    assert_eq!(
        error,
        PageError::NotOperable(String::from(
            "I6 does not take \"tomorrow\"; it takes values like 2026-11-22"
        ))
    );
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_select_takes_a_label_or_a_value_and_refuses_others_with_the_list() {
    let open = open("shop.html").await;
    open.act("Choose Country", Some("Japan")).await.unwrap();
    open.act("Choose Country", Some("in")).await.unwrap();
    assert_eq!(open.action("Choose Country").await.state.unwrap().value.as_deref(), Some("India"));
    assert!(open.read().await.contains("country=jp;country=in;"));
    let error = open.act("Choose Country", Some("Mars")).await.unwrap_err().to_string();
    assert_eq!(error, "I2 has no \"Mars\"; it takes one of: Any, Japan, India");
    let none = open.act("Choose Country", None).await.unwrap_err().to_string();
    assert_eq!(none, "I2 needs a value");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkbox_toggles_and_takes_a_state() {
    let open = open("shop.html").await;
    let checked = async |name: &str| open.action(name).await.state.unwrap().checked.unwrap();
    open.act("Check In stock", None).await.unwrap();
    assert!(!checked("Check In stock").await);
    open.act("Check In stock", Some("false")).await.unwrap();
    assert!(!checked("Check In stock").await);
    // Its input cannot be seen: a person clicks the label.
    open.act("Check Organic", Some("true")).await.unwrap();
    assert!(checked("Check Organic").await);
    open.act("Choose Black", None).await.unwrap();
    assert!(checked("Choose Black").await);
    open.act("Switch Dark mode", Some("true")).await.unwrap();
    assert!(checked("Switch Dark mode").await);
    let error = open.act("Check In stock", Some("maybe")).await.unwrap_err().to_string();
    assert_eq!(error, "B2 takes true or false, not \"maybe\"");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn enter_sends_the_form_and_the_new_page_is_waited_for() {
    let open = open("shop.html").await;
    let action_id = open.action("Fill Search teas").await.id;
    open.page.act(&Act::operate(action_id, Some(String::from("green")), true)).await.unwrap();
    let position = open.page.position().await.unwrap();
    assert_eq!(position.title, "no found.html");
    assert!(position.url.ends_with("/found.html?q=green&csrf=x"), "{}", position.url);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_to_its_page_before_the_act_returns() {
    let open = open("shop.html").await;
    open.act("Open Deals", None).await.unwrap();
    assert_eq!(open.title().await, "Deals");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_click_fetches_is_waited_for() {
    let open = open("troubles.html").await;
    open.act("Click Late", None).await.unwrap();
    assert_eq!(open.title().await, "late answer");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dialogs_never_hold_a_call() {
    let open = open("troubles.html").await;
    open.act("Click Alert", None).await.unwrap();
    assert_eq!(open.title().await, "after false null");
    open.act("Click Leave", None).await.unwrap();
    assert_eq!(open.title().await, "Deals");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_covered_element_is_refused_with_what_covers_it() {
    let open = open("troubles.html").await;
    // It is not listed, so it has to be named otherwise.
    let error = open.to("#under", Deed::Click).await.unwrap_err();
    let PageError::NotOperable(why) = error else { panic!("{error:?}") };
    assert!(why.ends_with("is covered by div.cookie-banner"), "{why}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_element_made_anew_is_found_again_and_one_that_is_gone_is_refused() {
    let open = open("troubles.html").await;
    let old_id = open.action("Click Old").await.id;
    let old = Act::operate(old_id.clone(), None, false);
    open.act("Click Replace", None).await.unwrap();
    open.page.act(&old).await.unwrap();
    assert_eq!(open.title().await, "fresh");
    open.act("Click Remove", None).await.unwrap();
    let error = open.page.act(&old).await.unwrap_err();
    let gone = format!("{} is gone since the page changed; observe again", old_id);
    assert_eq!(error, PageError::UnknownAction(gone));
    let unknown = Act::operate("B99", None, false);
    assert!(matches!(open.page.act(&unknown).await, Err(PageError::UnknownAction(_))));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_of_other_sites_and_origins_are_listed_in_place_and_operated() {
    let neighbour = Site::start().await;
    let origin = neighbour.base.as_str().trim_end_matches('/').to_owned();
    let open = open(&format!("frames.html#{origin}")).await;
    let observed = open.observe().await;
    let listed: Vec<_> = observed.actions.iter().map(|a| a.description.as_str()).collect();
    assert_eq!(
        listed,
        [
            "Open First",
            "Fill News by mail",
            "Click After elsewhere",
            "Fill News by mail",
            "Click After neighbour"
        ]
    );
    assert_eq!(observed.total_actions, 5);
    for (place, css) in
        [(1, "#elsewhere >>> input[name=\"mail\"]"), (3, "#neighbour >>> input[name=\"mail\"]")]
    {
        let field = &observed.actions[place];
        assert_eq!(field.selector.as_ref().unwrap().css, css);
        let bounds = field.bounds.unwrap();
        assert_eq!(bounds.x - bounds.iframe_offset_x, 20.0);
        assert!(bounds.y > 1500.0, "{bounds:?}");
        let value = format!("{place}@tea.test");
        let act = Act::operate(field.id.clone(), Some(value.clone()), false);
        open.page.act(&act).await.unwrap();
        let again = open.observe().await;
        assert_eq!(again.actions[place].id, field.id);
        assert_eq!(again.actions[place].state.as_ref().unwrap().value.as_deref(), Some(value.as_str()));
    }
    open.end().await;
}
