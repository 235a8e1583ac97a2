//! What is left and what is said when something of the real window dies at once, or is not there. The gentler ends are in
//! `window_story.rs`.
#![cfg(target_os = "linux")]

use std::time::Duration;

use fantoccini::Client;
use notex_journeys::story::{by_css, calls_done, open_address, press, text_is, text_is_within};
use notex_journeys::{Desktop, FixtureSite, signal, until, window_in, window_on};

const SOON: Duration = Duration::from_secs(30);
const ROW: &str = "[data-testid='session-row']";
const SESSION: &str = "main[aria-label='Session']";

#[tokio::test]
async fn a_window_that_is_killed_leaves_no_browser_behind() {
    let (site, desktop) = (FixtureSite::open().await, Desktop::open().await);
    let driven = window_on(&desktop, &[]).await;
    start_at(&driven.client, &site.url("/")).await;
    let family = driven.driver.family();
    assert_eq!(family.browsers().len(), 1, "the engine inside the app has a browser");
    let app = family.running(&std::env::var("NOTEX_APP").expect("`cargo xtask test` sets NOTEX_APP"));
    assert_eq!(app.len(), 1, "one process is the app");
    signal("KILL", app[0]);
    until(&format!("all that it had started to go: {:?}", family.survivors()), SOON, || async {
        family.survivors().is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_is_killed_is_told_in_the_window_and_the_next_session_has_another() {
    let (site, desktop) = (FixtureSite::open().await, Desktop::open().await);
    let driven = window_on(&desktop, &[]).await;
    start_at(&driven.client, &site.url("/")).await;
    signal("KILL", driven.driver.family().browsers()[0]);
    text_is_within(&driven.client, SESSION, "Chromium ended (signal 9)", SOON).await;
    start_at(&driven.client, &site.url("/article")).await;
    text_is(&driven.client, ROW, "How we test laptops").await;
    driven.client.close().await.expect("the window closes");
}

#[tokio::test]
async fn without_a_keychain_the_window_says_so_where_a_key_would_be_kept() {
    let driven = window_in(vec![("DBUS_SESSION_BUS_ADDRESS", "disabled:".to_owned())]).await;
    by_css(&driven.client, "button[aria-label^='Connection: ']", SOON).await.click().await.expect("a press");
    press(&driven.client, "Add connection").await;
    text_is_within(&driven.client, "dialog[open]", "keychain answers here", SOON).await;
    driven.client.close().await.expect("the window closes");
}

/// Starts a session and observes a page in it.
async fn start_at(client: &Client, address: &str) {
    press(client, "New session").await;
    press(client, "Start session").await;
    text_is(client, SESSION, "Extend").await;
    open_address(client, address).await;
    calls_done(client, "observe", 1).await;
}
