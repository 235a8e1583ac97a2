//! The real Tauri window under an X server, driven through WebKitWebDriver. WebKitGTK's driver exists on Linux alone.
#![cfg(target_os = "linux")]

use std::time::Duration;

use notex_journeys::{FixtureSite, story, until, window};

#[tokio::test]
async fn the_window_tells_the_whole_story_and_leaves_no_process_behind() {
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
