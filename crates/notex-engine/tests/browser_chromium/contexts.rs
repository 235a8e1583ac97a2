//! What a session asked for holds on each of its tabs and frames, from the first request on.

use notex_engine::browser::{Browser, ContextOptions, PageError, ViewportSize, WaitUntil};

use crate::support::{Site, launch, open_in};

fn asked() -> ContextOptions {
    ContextOptions {
        viewport: Some(ViewportSize { width: 1001, height: 701 }),
        user_agent: Some(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36".to_owned(),
        ),
        extra_headers: [("X-Tea".to_owned(), "green".to_owned())].into(),
        locale: Some("de-DE".to_owned()),
        timezone: Some("Asia/Tokyo".to_owned()),
        ..ContextOptions::default()
    }
}

const SEEN: &str = "[innerWidth, innerHeight, outerWidth, navigator.platform, navigator.language, \
    (1.5).toLocaleString(), Intl.DateTimeFormat().resolvedOptions().timeZone, \
    new Date(0).getHours(), /Chrome\\/140/.test(navigator.userAgent)].join(' ')";

#[tokio::test(flavor = "multi_thread")]
async fn options_hold_on_each_tab_and_window_from_its_first_request() {
    let open = open_in("headers", &asked()).await;
    let looks = async |which: &str, width: &str| {
        let headers = open.value("document.body.innerText").await.to_string().to_lowercase();
        for header in ["x-tea\\\": \\\"green", "chrome/140", "accept-language\\\": \\\"de-de", "windows nt"] {
            assert!(headers.contains(header), "{which}: no {header} in {headers}");
        }
        let seen = open.value(SEEN).await;
        let rest = format!("{width} Win32 de-DE 1,5 Asia/Tokyo 9 true");
        assert!(
            seen.as_str().unwrap().starts_with("1001 701 ") && seen.as_str().unwrap().ends_with(&rest),
            "{which}: {seen}"
        );
    };
    looks("the first tab", "1001").await;
    open.page.open_tab(Some(&open.site.url("headers"))).await.unwrap();
    looks("a second tab", "1001").await;
    open.page.evaluate("window.open('/headers'); 1").await.unwrap();
    assert_eq!(open.page.position().await.unwrap().tabs.len(), 3);
    looks("a window", "").await;
    // The renderer would forget with the tab that told it.
    open.page.close_tab().await.unwrap();
    open.page.switch_tab(0).await.unwrap();
    open.page.close_tab().await.unwrap();
    open.page.refresh().await.unwrap();
    looks("the tab that stayed", "1001").await;
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_of_another_site_carries_the_same_headers_and_clock() {
    let open = open_in("deals.html", &asked()).await;
    let frame = format!("http://localhost:{}/text/", open.site.base.port().unwrap());
    let script = "%3Cscript%3Efetch('%2Fheaders').then((r)=%3Er.text()).then((t)=%3Eparent.postMessage([t,new Date(0).getHours(),(1.5).toLocaleString()],'*'))%3C%2Fscript%3E";
    let code = format!(
        "new Promise((done) => {{ addEventListener('message', (e) => done(e.data)); \
         const f = document.createElement('iframe'); f.src = {:?}; document.body.append(f); }})",
        format!("{frame}{script}")
    );
    let told = open.value(&code).await;
    assert!(told[0].as_str().unwrap().contains("\"x-tea\": \"green\""), "{told}");
    assert!(told[0].as_str().unwrap().contains("Chrome/140"), "{told}");
    assert_eq!((told[1].as_u64(), told[2].as_str()), (Some(9), Some("1,5")));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screenshot_of_an_odd_viewport_has_even_sides() {
    let open = open_in("shop.html", &asked()).await;
    open.page.evaluate("scrollTo(0, 33)").await.unwrap();
    assert_eq!(jpeg_size(&open.page.screenshot().await.unwrap()), (1000, 700));
    open.end().await;
}

/// Width and height as the frame header of a JPEG tells them.
fn jpeg_size(jpeg: &[u8]) -> (u16, u16) {
    let mut place = 2;
    loop {
        let (marker, length) =
            (jpeg[place + 1], usize::from(u16::from_be_bytes([jpeg[place + 2], jpeg[place + 3]])));
        if matches!(marker, 0xc0..=0xc2) {
            let number = |at: usize| u16::from_be_bytes([jpeg[place + at], jpeg[place + at + 1]]);
            return (number(7), number(5));
        }
        place += 2 + length;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_keep_their_options_apart() {
    let site = Site::start().await;
    let browser = launch().await;
    let one = browser.open_page(&asked()).await.unwrap();
    let two = browser.open_page(&ContextOptions::default()).await.unwrap();
    for page in [&one, &two] {
        page.goto(&site.url("headers"), WaitUntil::Load).await.unwrap();
    }
    let headers = two.evaluate("document.body.innerText").await.unwrap().to_string();
    assert!(!headers.contains("x-tea") && !headers.contains("Chrome/140"), "{headers}");
    assert_eq!(two.evaluate("innerWidth").await.unwrap(), 1280);
    assert_eq!(one.evaluate("innerWidth").await.unwrap(), 1001);
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locale_or_time_zone_that_does_not_exist_is_refused_by_its_field() {
    let browser = launch().await;
    let field = async |options: ContextOptions| match browser.open_page(&options).await {
        Err(PageError::BadOption { field, .. }) => field,
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it was opened"),
    };
    for timezone in ["Nowhere/Nothing", "+25:99", "x y"] {
        let options = ContextOptions { timezone: Some(timezone.to_owned()), ..ContextOptions::default() };
        assert_eq!(field(options).await, "timezone", "{timezone}");
    }
    for locale in ["de_DE", "xx-nonsense-@@", "1"] {
        let options = ContextOptions { locale: Some(locale.to_owned()), ..ContextOptions::default() };
        assert_eq!(field(options).await, "locale", "{locale}");
    }
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_waited_for_as_long_as_was_asked() {
    let open = open_in("deals.html", &ContextOptions::default()).await;
    // The image never comes.
    let url = open.site.url("text/%3Ctitle%3Ehalf%3C%2Ftitle%3E%3Cimg%20src=%2Fnever%3E");
    for until in [WaitUntil::Commit, WaitUntil::DomContentLoaded] {
        let began = std::time::Instant::now();
        open.page.goto(&url, until).await.unwrap();
        assert!(began.elapsed().as_secs() < 5, "{until:?}: {:?}", began.elapsed());
        assert_eq!(open.title().await, "half");
    }
    let late = "text/%3Cscript%3EsetTimeout(()=%3Efetch('%2Fslow').then((r)=%3Er.text()).then((t)=%3E%7Bdocument.title=t%7D),150)%3C%2Fscript%3E";
    open.page.goto(&open.site.url(late), WaitUntil::NetworkIdle).await.unwrap();
    assert_eq!(open.title().await, "late answer");
    open.end().await;
}
