//! Pages that make it hard: whatever they do, a step ends in time and says what is true.

use std::time::{Duration, Instant};

use notex_engine::browser::{Act, Deed, DialogWish, PageError, Selector, Target};

use crate::support::{Open, open};

async fn log(open: &Open) -> String {
    open.value("document.getElementById('log').textContent").await.as_str().unwrap_or_default().to_owned()
}

/// Does it and answers how it went and how long it took.
async fn timed(open: &Open, css: &str, deed: Deed) -> (Result<Option<String>, PageError>, Duration) {
    let began = Instant::now();
    let done = open.acted(css, deed).await;
    (done, began.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_trembles_is_clicked_and_what_runs_away_is_said_to() {
    let open = open("step/hard.html").await;
    open.to("#pulse", Deed::Click).await.unwrap();
    let (ran, took) = timed(&open, "#runner", Deed::Click).await;
    assert!(ran.is_ok() || ran.unwrap_err().to_string().ends_with("does not stop moving"));
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert!(log(&open).await.starts_with("pulse;"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_anew_under_the_mouse_and_what_is_enabled_late_is_clicked() {
    let open = open("step/hard.html").await;
    open.to("#later", Deed::Click).await.unwrap();
    open.to("#focus", Deed::Click).await.unwrap();
    assert_eq!(log(&open).await, "later;focus;");
    let error = open.to("#off", Deed::Click).await.unwrap_err().to_string();
    assert!(error.ends_with("is disabled"), "{error}");
    let error = open.to("#guard", Deed::Click).await.unwrap_err().to_string();
    assert!(error.contains("is covered by div.guard"), "{error}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_leaves_when_the_mouse_goes_down_is_followed() {
    let open = open("step/hard.html").await;
    open.to("#away", Deed::Click).await.unwrap();
    assert_eq!(open.title().await, "Deals");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_and_dialogs_without_an_end_are_ended() {
    let open = open("step/hard.html").await;
    for css in ["#loop", "#storm"] {
        let (_, took) = timed(&open, css, Deed::Click).await;
        assert!(took < Duration::from_secs(8), "{css} {took:?}");
        open.to("#sync", Deed::Click).await.unwrap_or_else(|error| panic!("after {css}: {error}"));
    }
    assert_eq!(log(&open).await, "now;now;");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dialogs_are_answered_as_the_step_wishes() {
    let open = open("step/hard.html").await;
    open.to("#ask", Deed::Click).await.unwrap();
    open.page.answer_dialogs(Some(DialogWish { accept: true, text: Some("Ann".to_owned()) }));
    open.to("#ask", Deed::Click).await.unwrap();
    open.page.answer_dialogs(Some(DialogWish { accept: true, text: None }));
    open.to("#ask", Deed::Click).await.unwrap();
    open.page.answer_dialogs(None);
    open.to("#ask", Deed::Click).await.unwrap();
    assert_eq!(log(&open).await, "kept;name null;deleted;name Ann;deleted;name nobody;kept;name null;");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_slowly_into_sight_has_come_when_the_step_ends() {
    let open = open("step/hard.html").await;
    open.to("#open", Deed::Click).await.unwrap();
    open.action("Click Agree").await;
    open.to("#chain", Deed::Click).await.unwrap();
    assert!(log(&open).await.ends_with("late answer;"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_never_rests_does_not_hold_a_step() {
    let open = open("step/hard.html?busy").await;
    // Long enough for it to show what it does on its own.
    crate::support::until("it polls", async || {
        open.value("performance.getEntriesByType('resource').length").await.as_u64().unwrap() > 5
    })
    .await;
    for css in ["#sync", "#quiet", "#sync", "#sync"] {
        let (done, took) = timed(&open, css, Deed::Click).await;
        done.unwrap();
        assert!(took < Duration::from_millis(900), "{css} {took:?}");
    }
    open.to("#chain", Deed::Click).await.unwrap();
    assert!(log(&open).await.ends_with("late answer;"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_never_finishes_can_be_reached_and_used() {
    let open = open("step/hard.html").await;
    let (done, took) = timed(&open, "#never", Deed::Click).await;
    done.unwrap();
    assert!(took < Duration::from_secs(7), "{took:?}");
    assert_eq!(open.title().await, "Never done");
    open.to("button", Deed::Click).await.unwrap();
    assert_eq!(open.title().await, "clicked");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn news_tell_what_changed_since_they_were_last_told() {
    let open = open("step/hard.html").await;
    assert!(open.page.news().await.unwrap().since.new_page);
    open.to("#add", Deed::Click).await.unwrap();
    let since = open.page.news().await.unwrap().since;
    let words =
        |all: Vec<notex_wire::ActionBrief>| all.into_iter().map(|a| a.description).collect::<Vec<_>>();
    assert_eq!(words(since.new), ["Click Pay"]);
    let changed: Vec<_> = since.changed.into_iter().map(|c| (c.before.unwrap(), c.after.unwrap())).collect();
    assert_eq!(changed, [("Click Add to cart".to_owned(), "Click Add more".to_owned())]);
    open.to("#route", Deed::Click).await.unwrap();
    let since = open.page.news().await.unwrap().since;
    assert!(!since.new_page && since.url.unwrap().after.ends_with("?step=2"));
    assert_eq!(since.title.unwrap().after, "Second");
    let swap = open.action("Click Swap").await.id;
    open.to("#swap", Deed::Click).await.unwrap();
    let error = open.page.act(&Act::operate(swap.clone(), None, false)).await.unwrap_err().to_string();
    let said = format!("{swap} is gone since the page changed; observe again; B");
    assert!(error.starts_with(&said) && error.ends_with("\"Swap it\" is the nearest"), "{error}");
    let since = open.page.news().await.unwrap().since;
    assert_eq!(words(since.gone), ["Click Swap"]);
    // Others come by a clock of the page.
    assert!(words(since.new).contains(&"Click Swap it".to_owned()));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_closed_shadow_root_hides_is_not_found_and_its_host_can_be_clicked() {
    let open = open("step/hard.html").await;
    let target = Target::Selector(Selector::RoleName("button".to_owned(), "Outside".to_owned()));
    let act = Act { target, deed: Deed::Click, enter: false, timeout: Some(Duration::from_millis(100)) };
    let error = open.page.act(&act).await.unwrap_err().to_string();
    assert!(
        error.starts_with("nothing on this page matches the role button with the name \"Outside\""),
        "{error}"
    );
    open.to("#shut", Deed::Click).await.unwrap();
    open.end().await;
}
