//! A browser starts, keeps its pages apart and leaves nothing behind.

use std::path::PathBuf;

use notex_engine::browser::chromium::{Chromium, LaunchOptions};
use notex_engine::browser::{Browser, ContextOptions, LaunchError, WaitUntil};

use crate::support::{Site, launch, open};

#[tokio::test(flavor = "multi_thread")]
async fn a_launched_browser_tells_its_name_and_version() {
    let browser = launch().await;
    let identity = browser.identity().clone();
    assert!(["Chromium", "Chrome", "Edge"].contains(&identity.name.as_str()), "{identity:?}");
    let major: u32 = identity.version.split('.').next().unwrap().parse().unwrap();
    assert!(major > 100, "{identity:?}");
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_pages_share_no_cookie() {
    let site = Site::start().await;
    let browser = launch().await;
    let (first, second) = (
        browser.open_page(&ContextOptions::default()).await.unwrap(),
        browser.open_page(&ContextOptions::default()).await.unwrap(),
    );
    first.goto(&site.url("cookie"), WaitUntil::Load).await.unwrap();
    first.goto(&site.url("cookie"), WaitUntil::Load).await.unwrap();
    second.goto(&site.url("cookie"), WaitUntil::Load).await.unwrap();
    assert_eq!(first.position().await.unwrap().title, "who=me");
    assert_eq!(second.position().await.unwrap().title, "none");
    first.close().await;
    second.refresh().await.unwrap();
    assert_eq!(second.position().await.unwrap().title, "who=me");
    browser.shut_down().await;
}

/// Where systems put a browser that has windows; the others prefer the one that has none.
const WITH_WINDOWS: [&str; 3] = [
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_with_windows_survives_a_call_at_once_after_the_start_of_a_session() {
    let Some(program) = WITH_WINDOWS.iter().map(PathBuf::from).find(|file| file.is_file()) else {
        eprintln!("no browser with windows is installed where it is looked for");
        return;
    };
    let site = Site::start().await;
    let options = LaunchOptions { program: Some(program), ..LaunchOptions::default() };
    let browser = Chromium::launch(options).await.unwrap();
    for _ in 0..3 {
        let page = browser.open_page(&ContextOptions::default()).await.unwrap();
        page.goto(&site.url("shop.html"), WaitUntil::Load).await.unwrap();
        assert_eq!(page.observe(100).await.unwrap().total_actions, 22);
        page.close().await;
    }
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_pages_are_read_at_the_same_time() {
    let site = Site::start().await;
    let browser = launch().await;
    let url = site.url("shop.html");
    let read = async || {
        let page = browser.open_page(&ContextOptions::default()).await.unwrap();
        page.goto(&url, WaitUntil::Load).await.unwrap();
        let actions = page.observe(100).await.unwrap().total_actions;
        page.close().await;
        actions
    };
    let all = futures_util::future::join_all((0..12).map(|_| read())).await;
    assert_eq!(all, [22; 12]);
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_sees_no_headless_browser() {
    let open = open("headers").await;
    let headers = open.read().await.to_lowercase();
    assert!(headers.contains("chrome"), "{headers}");
    assert!(!headers.contains("headless"), "{headers}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn back_forward_and_refresh_move_through_what_was_opened() {
    let open = open("shop.html").await;
    open.page.back().await.unwrap();
    assert_eq!(open.title().await, "Tea shop");
    open.page.goto(&open.site.url("deals.html"), WaitUntil::Load).await.unwrap();
    open.page.back().await.unwrap();
    assert_eq!(open.title().await, "Tea shop");
    open.page.forward().await.unwrap();
    assert_eq!(open.title().await, "Deals");
    open.page.forward().await.unwrap();
    open.page.refresh().await.unwrap();
    assert_eq!(open.title().await, "Deals");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screenshot_is_a_jpeg_of_the_viewport() {
    let open = open("shop.html").await;
    let picture = open.page.screenshot().await.unwrap();
    assert_eq!(&picture[..3], b"\xff\xd8\xff");
    assert!(picture.len() > 5_000, "{}", picture.len());
    let viewport = open.page.position().await.unwrap().viewport;
    assert_eq!((viewport.viewport_width, viewport.viewport_height), (1280.0, 800.0));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_no_browser_is_told_with_what_it_printed() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("chromium");
    std::fs::write(&program, "#!/bin/sh\necho the library libx is missing >&2\nexit 7\n").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let options = LaunchOptions { program: Some(program), ..LaunchOptions::default() };
    let Err(error) = Chromium::launch(options).await else { panic!("it started") };
    assert!(matches!(error, LaunchError::DidNotStart { .. }), "{error:?}");
    let words = error.to_string();
    assert!(words.contains("exit code 7") && words.contains("libx is missing"), "{words}");
}
