//! Pages whose script does not stop: an observe answers in time and says so, everything else fails in words, and the
//! session goes on.

use std::time::{Duration, Instant};

use notex_engine::browser::{PageError, WaitUntil};

use crate::support::{Open, open_with, short_patience};

async fn hung(code: &str) -> Open {
    let open = open_with("shop.html", short_patience()).await;
    open.observe().await;
    open.value(&format!("setTimeout(() => {{ {code} }}, 0); 0")).await;
    open
}

#[tokio::test(flavor = "multi_thread")]
async fn an_observe_ends_a_script_that_does_not_stop_and_says_so_beside_all_actions() {
    let open = hung("document.title = 'Busy'; while (1) {}").await;
    let began = Instant::now();
    let observed = open.observe().await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert_eq!(observed.position.title, "Busy");
    assert_eq!(observed.total_actions, 22);
    let why = observed.partial.unwrap();
    assert!(why.starts_with("the page's script had not stopped for 1 s and was ended"), "{why}");
    // It was told once; now the page is as any other.
    assert_eq!(open.observe().await.partial, None);
    open.act("Click More about us", None).await.unwrap();
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_hangs_again_at_once_is_told_by_its_title_and_address() {
    // Begun anew by whatever ends it.
    let open = hung("const again = () => { setTimeout(again); while (1) {} }; again();").await;
    let began = Instant::now();
    let observed = open.observe().await;
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert_eq!(observed.position.title, "Tea shop");
    assert!(observed.position.url.ends_with("/shop.html"));
    assert!(observed.partial.unwrap().starts_with("the page's script ha"));
    open.page.close().await;
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_hangs_can_be_left() {
    let open = hung("while (1) {}").await;
    let began = Instant::now();
    open.page.goto(&open.site.url("deals.html"), WaitUntil::Load).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    open.act("Open Back to the shop", None).await.unwrap();
    assert_eq!(open.observe().await.total_actions, 22);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_hangs_again_at_once_can_be_left_for_another_of_its_site_and_loaded_again() {
    let open = hung("const again = () => { setTimeout(again); while (1) {} }; again();").await;
    let began = Instant::now();
    open.page.goto(&open.site.url("deals.html"), WaitUntil::Load).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    open.act("Open Back to the shop", None).await.unwrap();
    let observed = open.observe().await;
    assert_eq!((observed.total_actions, observed.partial), (22, None));
    assert_eq!(observed.position.viewport.viewport_width, 1280.0);
    open.value(
        "setTimeout(() => { const again = () => { setTimeout(again); while (1) {} }; again(); }, 0); 0",
    )
    .await;
    open.page.refresh().await.unwrap();
    assert_eq!(open.observe().await.total_actions, 22);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_and_a_scrape_of_a_page_that_hangs_fail_in_words() {
    let open = hung("while (1) {}").await;
    let error = open.to("#order", notex_engine::browser::Deed::Click).await.unwrap_err();
    assert!(matches!(error, PageError::TimedOut { .. }), "{error}");
    assert!(error.to_string().starts_with("the page did not answer within 2 s: "), "{error}");
    assert_eq!(open.observe().await.partial, None);
    open.end().await;
}
