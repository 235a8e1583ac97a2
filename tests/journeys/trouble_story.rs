//! What the window says when something is wrong, on the web host: browser killed, session forgotten, no browser, wrong
//! key, server gone.
#![expect(clippy::expect_used, reason = "a panic is how a test says no")]

use std::time::{Duration, Instant};

use fantoccini::{Client, Locator};
use notex_journeys::story::{fill, press, text_is, text_is_within};
use notex_journeys::{
    Driven, ENGINE_KEY, FixtureSite, RunningEngine, RunningWebHost, browser, signal, story,
};

const SESSION: &str = "main[aria-label='Session']";
/// The session is shown as ended within a second; reading it through a driver takes its time too.
const AT_ONCE: Duration = Duration::from_secs(3);

async fn visit(host: &RunningWebHost) -> Driven {
    let driven = browser().await;
    driven.client.goto(&host.url).await.expect("the web host answers");
    driven
}

async fn start_session(client: &Client) {
    press(client, "New session").await;
    press(client, "Start session").await;
    text_is(client, SESSION, "Extend").await;
}

#[tokio::test]
async fn a_killed_browser_ends_its_session_with_the_reason_and_the_app_goes_on() {
    let (host, site) = (RunningWebHost::start().await, FixtureSite::open().await);
    let driven = visit(&host).await;
    start_session(&driven.client).await;
    story::open_address(&driven.client, &site.url("/")).await;
    text_is(&driven.client, "[data-testid='session-row']", "Corner Shop").await;

    let browsers = host.program.family().browsers();
    assert_eq!(browsers.len(), 1, "the engine inside the app has a browser");
    signal("KILL", browsers[0]);
    text_is_within(&driven.client, SESSION, "Chromium ended (signal 9)", AT_ONCE).await;

    start_session(&driven.client).await;
    story::open_address(&driven.client, &site.url("/article")).await;
    text_is(&driven.client, "[data-testid='session-row']", "How we test laptops").await;
}

#[tokio::test]
async fn a_session_left_alone_is_shown_as_timed_out_when_its_countdown_has_run_down() {
    let host = RunningWebHost::start().await;
    let driven = visit(&host).await;
    press(&driven.client, "New session").await;
    fill(&driven.client, "Timeout in minutes", "1").await;
    let begun = Instant::now();
    press(&driven.client, "Start session").await;
    text_is(&driven.client, SESSION, "Extend").await;
    text_is_within(&driven.client, SESSION, "timed out", Duration::from_secs(60) + AT_ONCE).await;
    let lived = begun.elapsed();
    assert!(lived >= Duration::from_secs(59), "it was shown as ended after {lived:?} already");
}

#[tokio::test]
async fn without_a_browser_the_window_says_how_to_get_one() {
    let host = RunningWebHost::start_with(|command| {
        command.env("NOTEX_CHROMIUM", "/nowhere/chromium");
    })
    .await;
    let driven = visit(&host).await;
    text_is(&driven.client, "[role='alert']", "/nowhere/chromium").await;
    press(&driven.client, "New session").await;
    press(&driven.client, "Start session").await;
    text_is(&driven.client, "dialog[open] [role='alert']", "/nowhere/chromium").await;
}

#[tokio::test]
async fn a_wrong_key_is_told_and_replaced_and_a_dead_server_is_told() {
    let (mut engine, host) = (RunningEngine::start().await, RunningWebHost::start().await);
    let driven = visit(&host).await;
    let client = &driven.client;
    open_connections(client, "Local engine").await;
    press(client, "Add connection").await;
    fill(client, "Name", "Hosted").await;
    fill(client, "Base URL", &engine.base_url).await;
    fill(client, "API key", "not-the-key").await;
    press_in_dialog(client, "Add connection").await;
    // The server was asked first, and refused the key; who knows better adds it all the same.
    press_in_dialog(client, "Add it all the same").await;
    text_is(client, "[role='alert']", "key").await;

    press(client, "Replace key").await;
    fill(client, "API key", ENGINE_KEY).await;
    press_in_dialog(client, "Replace key").await;
    text_is(client, "footer.num", "Hosted healthy").await;
    start_session(client).await;

    engine.program.end_by("KILL").await;
    text_is(client, "[role='alert']", "could not be reached").await;
}

#[tokio::test]
async fn a_window_without_a_display_says_so_in_a_sentence() {
    let app = std::env::var_os("NOTEX_APP").expect("`cargo xtask test` sets NOTEX_APP");
    let folder = tempfile::tempdir().expect("a folder");
    let ended = std::process::Command::new(app)
        .arg("--data-dir")
        .arg(folder.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("the app can be started");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("use --web") && !said.contains("panicked"), "{said}");
}

async fn open_connections(client: &Client, current: &str) {
    let menu = format!("button[aria-label^='Connection: {current}']");
    client
        .wait()
        .for_element(Locator::Css(&menu))
        .await
        .expect("the connection menu")
        .click()
        .await
        .expect("a click");
}

/// A dialog's button may have the same words as one behind it.
async fn press_in_dialog(client: &Client, words: &str) {
    let path = format!("//dialog[@open]//button[normalize-space(.)='{words}']");
    let button = client.wait().for_element(Locator::XPath(&path)).await.expect("the dialog's button");
    button.click().await.expect("a click");
}
