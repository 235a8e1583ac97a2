//! What a page asks a person for never holds a call.

use std::time::{Duration, Instant};

use notex_engine::browser::{ContextOptions, WaitUntil};

use crate::support::{open_in, until};

#[tokio::test(flavor = "multi_thread")]
async fn questions_of_a_page_are_answered_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let options = ContextOptions { folder: folder.path().to_owned(), ..ContextOptions::default() };
    let open = open_in("prompts.html", &options).await;
    for (how, title) in [
        ("Click Place", "no place"),
        ("Click Notices", "notices denied"),
        ("Click Camera", "no camera"),
        ("Click Copy", "copied"),
        ("Click Print", "printed"),
        ("Click File", "asked for a file"),
        ("Click Dialogs", "after all dialogs"),
        ("Open Mail", "after all dialogs"),
        ("Click Picker", "waits for a pick"),
    ] {
        let began = Instant::now();
        open.act(how, None).await.unwrap_or_else(|error| panic!("{how}: {error}"));
        assert!(began.elapsed() < Duration::from_secs(6), "{how}: {:?}", began.elapsed());
        until(how, async || open.title().await == title).await;
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_wants_a_password_shows_the_page_of_those_without() {
    let open = open_in("prompts.html", &ContextOptions::default()).await;
    open.act("Open Members", None).await.unwrap();
    assert_eq!(open.title().await, "Members only");
    open.page.back().await.unwrap();
    open.page.goto(&open.site.url("auth"), WaitUntil::Load).await.unwrap();
    assert_eq!(open.title().await, "Members only");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_wants_to_be_kept_is_left_all_the_same() {
    let open = open_in("troubles.html", &ContextOptions::default()).await;
    open.page.evaluate("addEventListener('beforeunload', (e) => e.preventDefault()); 1").await.unwrap();
    open.act("Click Old", None).await.unwrap_or(());
    let began = Instant::now();
    open.page.goto(&open.site.url("deals.html"), WaitUntil::Load).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(open.title().await, "Deals");
    open.end().await;
}
