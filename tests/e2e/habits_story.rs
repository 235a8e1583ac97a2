//! What only a desktop has: the icon in the tray, the system's notices, its dialog for files, one instance, the window's
//! place, and the question before a quit. The desktop is played by the test, the window is the real one.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a panic is how a test says no")]

use std::path::Path;
use std::time::Duration;

use fantoccini::{Client, Locator};
use notex_journeys::story::{
    by_css, calls_done, fill, open_address, picture_is_shown, press, press_tab, text_is,
};
use notex_journeys::{Desktop, Driven, FixtureSite, RunningProgram, until, window_on};

const SOON: Duration = Duration::from_secs(30);
const ROW: &str = "[data-testid='session-row']";
const DIALOG: &str = "dialog[open]";

#[tokio::test]
async fn the_tray_counts_live_sessions_and_its_menu_leads_to_what_it_says() {
    let (desktop, site) = (Desktop::open().await, FixtureSite::open().await);
    let driven = window_on(&desktop, &[]).await;
    menu_says(&desktop, "No live sessions").await;
    start_at(&driven.client, &site.url("/")).await;
    menu_says(&desktop, "1 live session").await;
    menu_says(&desktop, "Corner Shop · until ").await;
    assert_eq!(desktop.label().await, "1");

    desktop.choose("New session").await;
    text_is(&driven.client, DIALOG, "Start session").await;
    desktop.choose("Close all").await;
    text_is(&driven.client, DIALOG, "Close this session?").await;
    press(&driven.client, "Close 1 session").await;
    menu_says(&desktop, "No live sessions").await;
    assert_eq!(desktop.label().await, "");
    press(&driven.client, "Done").await;
    quit(&desktop, driven, None).await;
}

#[tokio::test]
async fn a_session_that_is_about_to_end_is_told_by_the_system_once_and_a_click_shows_it() {
    let desktop = Desktop::open().await;
    let driven = window_on(&desktop, &[]).await;
    let client = driven.client.clone();
    show(&client, "Settings").await;
    fill(&client, "Warn so many seconds before a session ends", "58").await;
    show(&client, "Sessions").await;
    press(&client, "New session").await;
    fill(&client, "Timeout", "1").await;
    press(&client, "Start session").await;
    by_css(&client, ROW, SOON).await;
    show(&client, "Usage").await;

    let notice = until("a notice of the system", SOON, || async { desktop.notices().pop() }).await;
    assert!(notice.text.contains(" ends in 5"), "{notice:?}");
    assert!(notice.clickable, "{notice:?}");
    until("the session of the notice that was clicked", SOON, || async {
        // The app listens from a moment after it has shown the notice; nobody clicks as soon.
        desktop.click(&notice).await;
        client.find(Locator::Css("[data-testid='countdown-selected']")).await.ok()
    })
    .await;
    assert_eq!(desktop.notices().len(), 1, "{:?}", desktop.notices());
    quit(&desktop, driven, Some("Close it and quit")).await;
}

#[tokio::test]
async fn what_is_saved_lands_where_the_dialog_of_the_system_says_and_nowhere_when_it_is_cancelled() {
    let (desktop, site) = (Desktop::open().await, FixtureSite::open().await);
    let driven = window_on(&desktop, &[]).await;
    let client = driven.client.clone();
    start_at(&client, &site.url("/article")).await;
    press_tab(&client, "Scrape").await;
    press(&client, "Scrape").await;
    calls_done(&client, "scrape", 1).await;

    press(&client, "Save as Markdown").await;
    desktop.window_titled("Save File").await.press("Escape");
    until("the dialog to close", SOON, || async { desktop.window_now("Save File").is_none().then_some(()) })
        .await;

    let file = desktop.data_dir().join("kept.md");
    press(&client, "Save as Markdown").await;
    let dialog = desktop.window_titled("Save File").await;
    dialog.press("ctrl+a");
    dialog.type_text(&file.to_string_lossy());
    dialog.press("Return");
    let kept = until("the file", SOON, || async {
        std::fs::read_to_string(&file).ok().filter(|text| !text.is_empty())
    })
    .await;
    assert!(kept.starts_with("# How we test laptops"), "{kept}");
    let others = files_ending(&desktop.data_dir(), "md");
    assert_eq!(others, 1, "the dialog that was cancelled has kept something");
    quit(&desktop, driven, Some("Leave it and quit")).await;
}

#[tokio::test]
async fn a_second_start_ends_at_once_and_shows_the_session_of_its_link_in_the_first_window() {
    let (desktop, site) = (Desktop::open().await, FixtureSite::open().await);
    let driven = window_on(&desktop, &[]).await;
    let client = driven.client.clone();
    start_at(&client, &site.url("/")).await;
    let row = by_css(&client, ROW, SOON).await;
    let session = row.attr("data-session-id").await.expect("a row").expect("a row names its session");
    show(&client, "Usage").await;

    start_again(&desktop, &["notex://session/nobody-knows-this"]).await;
    text_is(&client, DIALOG, "nobody-knows-this").await;
    start_again(&desktop, &[&format!("notex://session/{session}")]).await;
    by_css(&client, "[data-testid='countdown-selected']", SOON).await;
    start_again(&desktop, &[]).await;
    quit(&desktop, driven, Some("Close it and quit")).await;
}

#[tokio::test]
async fn the_window_opens_where_and_as_large_as_it_was_left() {
    let desktop = Desktop::open().await;
    let driven = window_on(&desktop, &[]).await;
    by_css(&driven.client, "[data-testid='credits-left']", SOON).await;
    let left = (40, 30, 1111, 777);
    driven.client.set_window_rect(left.0, left.1, left.2, left.3).await.expect("the window can be moved");
    until("the window to have moved", SOON, || async {
        (place(&driven.client).await? == left).then_some(())
    })
    .await;
    quit(&desktop, driven, None).await;

    let driven = window_on(&desktop, &[]).await;
    until("the window to be where it was", SOON, || async {
        (place(&driven.client).await? == left).then_some(())
    })
    .await;
    quit(&desktop, driven, None).await;
}

#[tokio::test]
async fn a_quit_with_live_sessions_asks_and_does_what_is_answered() {
    let (desktop, site) = (Desktop::open().await, FixtureSite::open().await);
    let driven = window_on(&desktop, &[]).await;
    start_at(&driven.client, &site.url("/")).await;
    desktop.choose("Quit").await;
    text_is(&driven.client, DIALOG, "Quit with 1 live session?").await;
    text_is(&driven.client, DIALOG, "Corner Shop").await;
    press(&driven.client, "Cancel").await;
    picture_is_shown(&driven.client).await;
    let (control, null) = ('\u{e009}', '\u{e000}');
    let body = driven.client.find(Locator::Css("body")).await.expect("a body");
    body.send_keys(&format!("{control}q{null}")).await.expect("keys are taken");
    text_is(&driven.client, DIALOG, "Quit with 1 live session?").await;
    press(&driven.client, "Cancel").await;
    quit(&desktop, driven, Some("Leave it and quit")).await;
}

/// Starts a session and observes a page in it.
async fn start_at(client: &Client, address: &str) {
    press(client, "New session").await;
    press(client, "Start session").await;
    by_css(client, ROW, SOON).await;
    open_address(client, address).await;
    calls_done(client, "observe", 1).await;
}

/// Shows a screen by its button at the side.
async fn show(client: &Client, screen: &str) {
    let css = format!("nav button[aria-label^='{screen}']");
    until(&format!("the screen {screen}"), SOON, || async {
        client.find(Locator::Css(&css)).await.ok()?.click().await.ok()
    })
    .await;
}

async fn menu_says(desktop: &Desktop, words: &str) {
    until(&format!("`{words}` in the tray's menu"), SOON, || async {
        desktop.menu().await.iter().any(|line| line.words.contains(words)).then_some(())
    })
    .await;
}

/// Starts the app once more, on the same desktop and for the same folder; it has to end by itself.
async fn start_again(desktop: &Desktop, words: &[&str]) {
    let app = std::env::var("NOTEX_APP").expect("`cargo xtask test` sets NOTEX_APP");
    let mut again = RunningProgram::start(Path::new(&app), words, |command, _| {
        command.envs(desktop.surroundings()).arg("--data-dir").arg(desktop.data_dir());
    });
    assert!(again.ends_within(SOON).await.success());
}

async fn place(client: &Client) -> Option<(u32, u32, u32, u32)> {
    let (x, y, width, height) = client.get_window_rect().await.ok()?;
    Some((
        u32::try_from(x).ok()?,
        u32::try_from(y).ok()?,
        u32::try_from(width).ok()?,
        u32::try_from(height).ok()?,
    ))
}

fn files_ending(folder: &Path, ending: &str) -> usize {
    let files = std::fs::read_dir(folder).expect("the folder").flatten();
    files.filter(|file| file.path().extension().is_some_and(|found| found == ending)).count()
}

/// Quits by the tray's menu, with an answer to the question that live sessions bring; nothing that was started is left.
async fn quit(desktop: &Desktop, driven: Driven, answer: Option<&str>) {
    let app = driven.driver.family();
    assert!(!app.ids().is_empty(), "the app runs");
    desktop.choose("Quit").await;
    // The window may be gone before the driver has answered for the press.
    let client = driven.client.clone();
    let answer = answer.map(str::to_owned);
    let pressed = tokio::spawn(async move {
        if let Some(answer) = answer {
            press(&client, &answer).await;
        }
    });
    until(&format!("the app to end: {:?}", app.survivors()), SOON, || async {
        app.survivors().is_empty().then_some(())
    })
    .await;
    pressed.abort();
}
