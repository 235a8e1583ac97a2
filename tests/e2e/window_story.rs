//! The real Tauri window under an X server, driven through WebKitWebDriver. WebKitGTK's driver exists on Linux alone.
#![cfg(target_os = "linux")]

use std::time::Duration;

use fantoccini::Locator;
use notex_journeys::{FixtureSite, hostile, story, until, window};
use tokio::sync::Mutex;

const SOON: Duration = Duration::from_secs(15);
/// An X server has one keyboard: what is typed goes to the window in front.
static KEYBOARD: Mutex<()> = Mutex::const_new(());

#[tokio::test]
async fn the_window_tells_the_whole_story_and_leaves_no_process_behind() {
    let _only = KEYBOARD.lock().await;
    let site = FixtureSite::open().await;
    let driven = window().await;
    story::tell(&driven.client, &site, "window").await;

    let app = driven.driver.family();
    assert_eq!(app.browsers().len(), 1, "the engine inside the app has a browser");
    driven.client.close().await.expect("the window closes");
    until(&format!("the app's processes to go: {:?}", app.survivors()), Duration::from_secs(15), || async {
        app.survivors().is_empty().then_some(())
    })
    .await;
}

/// Here the picture of the observe comes from another origin than the page, whose policy lets nothing of it be fetched.
#[tokio::test]
async fn boxes_over_the_live_picture_hold_while_the_page_looks_as_observed() {
    let _only = KEYBOARD.lock().await;
    let (site, driven) = (FixtureSite::open().await, window().await);
    let (client, start) = (driven.client.clone(), site.url("/form"));
    story::witness(&driven.client, "window-live", async move {
        story::press(&client, "New session").await;
        story::press(&client, "Start session").await;
        story::by_css(&client, "[data-testid='session-row']", SOON * 4).await;
        story::open_address(&client, &start).await;
        story::picture_is_shown(&client).await;
        let live = "[aria-label='Picture or live'] [role='tab']:last-child";
        story::by_css(&client, live, SOON).await.click().await.expect("a tab can be pressed");
        until("boxes that are where the page is", SOON, || async {
            let strip = Locator::Css("[role='group'][aria-label='Live picture']");
            let words = story::shown_text(&client.find(strip).await.ok()?).await?;
            (words.contains("Locked") && !words.contains("boxes are of the last")).then_some(())
        })
        .await;
    })
    .await;
    driven.client.close().await.expect("the window closes");
}

#[tokio::test]
async fn a_hostile_page_does_nothing_in_any_view_and_the_window_stays_usable() {
    let _only = KEYBOARD.lock().await;
    let (site, driven) = (FixtureSite::open().await, window().await);
    hostile::tell(&driven.client, site, "window-hostile").await;
    driven.client.close().await.expect("the window closes");
}
