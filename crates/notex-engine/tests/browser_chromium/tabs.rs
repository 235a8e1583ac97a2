//! A session has tabs: its own, and those that its pages open.

use std::time::{Duration, Instant};

use notex_engine::browser::{Act, PageError, WaitUntil};

use crate::support::{open, open_in, until};

#[tokio::test(flavor = "multi_thread")]
async fn tabs_are_opened_switched_and_closed() {
    let open = open("shop.html").await;
    assert_eq!(open.tabs().await, ["*Tea shop"]);
    open.page.open_tab(Some(&open.site.url("deals.html"))).await.unwrap();
    assert_eq!(open.title().await, "Deals");
    open.has_tabs(&["Tea shop", "*Deals"]).await;
    open.page.open_tab(None).await.unwrap();
    assert_eq!(open.page.position().await.unwrap().url, "about:blank");
    open.page.switch_tab(0).await.unwrap();
    assert_eq!(open.title().await, "Tea shop");
    open.has_tabs(&["*Tea shop", "Deals", ""]).await;
    let error = open.page.switch_tab(3).await.unwrap_err().to_string();
    assert_eq!(error, "there is no tab 3; there are tabs from 0 to 2");
    open.page.switch_tab(1).await.unwrap();
    open.page.close_tab().await.unwrap();
    open.has_tabs(&["*Tea shop", ""]).await;
    open.page.close_tab().await.unwrap();
    open.has_tabs(&["*"]).await;
    let last = open.page.close_tab().await.unwrap_err();
    assert!(matches!(last, PageError::NotOperable(_)), "{last:?}");
    open.page.goto(&open.site.url("deals.html"), WaitUntil::Load).await.unwrap();
    assert_eq!(open.tabs().await, ["*Deals"]);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_step_opens_comes_to_the_front_loaded() {
    for (how, title) in [("Click Popup", "Deals"), ("Open New tab", "Deals"), ("Click Blank", "Written")] {
        let open = open("tabs.html").await;
        let began = Instant::now();
        open.act(how, None).await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(5), "{how}: {:?}", began.elapsed());
        assert_eq!(open.title().await, title, "{how}");
        open.has_tabs(&["Tabs", &format!("*{title}")]).await;
        open.page.switch_tab(0).await.unwrap();
        open.act("Click Count", None).await.unwrap();
        assert_eq!(open.title().await, "counted");
        open.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_closes_itself_brings_the_one_that_opened_it_to_the_front() {
    let open = open("tabs.html").await;
    open.page.open_tab(Some(&open.site.url("deals.html"))).await.unwrap();
    open.page.switch_tab(0).await.unwrap();
    open.act("Open Another of these", None).await.unwrap();
    open.has_tabs(&["Tabs", "Deals", "*Tabs"]).await;
    open.act("Click Close me", None).await.unwrap();
    open.has_tabs(&["*Tabs", "Deals"]).await;
    open.act("Click Count", None).await.unwrap();
    assert_eq!(open.title().await, "counted");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_another_tab_is_refused_and_the_tab_in_front_is_not_touched() {
    let open = open("tabs.html").await;
    let first = open.action("Click Count").await.id;
    open.page.open_tab(Some(&open.site.url("tabs.html"))).await.unwrap();
    let second = open.action("Click Count").await.id;
    assert_ne!(first, second);
    let error = open.page.act(&Act::operate(first.clone(), None, false)).await.unwrap_err();
    let words = format!("{first} is on tab 0, which is not in front; switch to it, or observe this one");
    assert_eq!(error, PageError::UnknownAction(words));
    assert_eq!(open.title().await, "Tabs");
    open.page.switch_tab(0).await.unwrap();
    open.page.act(&Act::operate(first, None, false)).await.unwrap();
    assert_eq!(open.title().await, "counted");
    assert!(open.page.act(&Act::operate(second, None, false)).await.is_err());
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_windows_is_capped_and_holds_nobody() {
    let open = open("tabs.html").await;
    let began = Instant::now();
    // Some browsers let a click open one window alone.
    if let Err(flooded) = open.act("Click Flood", None).await {
        let words = "the page opened more windows than a session may have and was closed, and another tab is in front now";
        assert_eq!(flooded.to_string(), words);
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert!(open.tabs().await.len() <= 20);
    open.page.goto(&open.site.url("tabs.html"), WaitUntil::Load).await.unwrap();
    while open.tabs().await.len() < 20 {
        open.page.open_tab(None).await.unwrap();
    }
    let error = open.page.open_tab(None).await.unwrap_err().to_string();
    assert_eq!(error, "20 tabs are open, which is the most; close one first");
    open.page.goto(&open.site.url("tabs.html"), WaitUntil::Load).await.unwrap();
    open.act("Click Popup", None).await.unwrap();
    assert_eq!((open.tabs().await.len(), open.title().await.as_str()), (20, "Tabs"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_hangs_can_be_left_and_closed() {
    let open = crate::support::open_with("tabs.html", crate::support::short_patience()).await;
    open.page.open_tab(Some(&open.site.url("troubles.html"))).await.unwrap();
    open.page.evaluate("setTimeout(() => { for (;;); }); 1").await.unwrap();
    open.page.switch_tab(0).await.unwrap();
    open.page.switch_tab(1).await.unwrap();
    let began = Instant::now();
    open.page.close_tab().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    assert_eq!(open.page.position().await.unwrap().tabs.len(), 1);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_crashes_behind_the_others_leaves_them_alive() {
    let open = open("tabs.html").await;
    open.page.open_tab(Some(&open.site.url("deals.html"))).await.unwrap();
    let deep = open.site.url("deep.html#5000");
    let crashed = open.page.goto(&deep, WaitUntil::Load).await;
    until("the crashed tab stayed", async || open.page.position().await.is_ok_and(|p| p.tabs.len() == 1))
        .await;
    assert!(!matches!(crashed, Err(PageError::Lost(_))), "{crashed:?}");
    assert_eq!(open.tabs().await, ["*Tabs"]);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_becomes_a_download_ends_its_step_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let options = notex_engine::browser::ContextOptions {
        folder: folder.path().to_owned(),
        ..notex_engine::browser::ContextOptions::default()
    };
    let open = open_in("tabs.html", &options).await;
    let began = Instant::now();
    open.act("Click File in a window", None).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    let file = folder.path().join("downloads/late.txt");
    until("the file did not come", async || file.exists()).await;
    open.end().await;
}
