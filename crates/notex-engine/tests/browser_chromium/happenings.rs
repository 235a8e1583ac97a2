//! What happens on a session's pages is told, and its bytes are counted.

use notex_engine::browser::WaitUntil;
use notex_wire::PageEvent;

use crate::support::{Site, next_happening, open};

#[tokio::test(flavor = "multi_thread")]
async fn the_console_and_failing_scripts_are_told_with_their_place() {
    let open = open("deals.html").await;
    let mut happenings = open.page.happenings();
    let code = "console.log('hello', 1, {a: 'b'}, [2]); console.warn('beware'); console.error(new Error('bad')); \
        console.log('x'.repeat(5000)); setTimeout(() => { throw new Error('thrown') }); Promise.reject('refused'); 1";
    open.page.evaluate(code).await.unwrap();
    let mut told = Vec::new();
    while told.len() < 6 {
        told.push(
            next_happening(&mut happenings, |event| match event {
                PageEvent::Console { level, text, .. } => Some((level, text)),
                _ => None,
            })
            .await,
        );
    }
    let has = |level: &str, words: &str| told.iter().any(|(l, text)| l == level && text.contains(words));
    assert!(has("log", "hello 1 Object {a: b} Array(1) {0: 2}"), "{told:?}");
    assert!(has("warning", "beware") && has("error", "Error: bad"), "{told:?}");
    assert!(has("exception", "Error: thrown") && has("exception", "refused"), "{told:?}");
    assert!(told.iter().all(|(_, text)| text.chars().count() <= 2_000));
    open.page
        .goto(&open.site.url("text/%3Cscript%3E%0Aconsole.log('placed')%3C%2Fscript%3E"), WaitUntil::Load)
        .await
        .unwrap();
    let (url, line) = next_happening(&mut happenings, |event| match event {
        PageEvent::Console { text, url, line, .. } if text == "placed" => Some((url, line)),
        _ => None,
    })
    .await;
    assert!(url.unwrap().starts_with(open.site.base.as_str()));
    assert_eq!(line, Some(2));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_that_ends_is_told_with_its_bytes() {
    let open = open("deals.html").await;
    let mut happenings = open.page.happenings();
    let mut ended = async |part: &'static str| {
        next_happening(&mut happenings, |event| match event {
            PageEvent::Network {
                method, url, resource, status, failure, response_bytes, took_ms, ..
            } if url.contains(part) => {
                assert!((0.0..10_000.0).contains(&took_ms), "{took_ms}");
                Some((method, resource, status, failure, response_bytes))
            }
            _ => None,
        })
        .await
    };
    let before = open.page.traffic();
    let post = "fetch('/bytes/300000').then((r) => r.text()).then(() => fetch('/post', {method: 'POST', body: 'y'.repeat(50000)})).then((r) => r.text())";
    open.page.evaluate(post).await.unwrap();
    let (method, resource, status, failure, bytes) = ended("/bytes/").await;
    assert_eq!((method.as_str(), resource.as_str(), status, failure), ("GET", "fetch", Some(200), None));
    assert!((300_000..310_000).contains(&bytes), "{bytes}");
    assert_eq!(ended("/post").await.0, "POST");
    let after = open.page.traffic();
    let received = after.response_bytes - before.response_bytes;
    let sent = after.request_bytes - before.request_bytes;
    assert!((300_000..312_000).contains(&received), "{received}");
    assert!((50_000..54_000).contains(&sent), "{sent}");
    open.page.goto(&open.site.url("redirect"), WaitUntil::Load).await.unwrap();
    assert_eq!(ended("/redirect").await.2, Some(303));
    assert_eq!(ended("/deals.html").await.1, "document");
    let gone = Site::start().await.url("x");
    let failing = format!("fetch({:?}, {{mode: 'no-cors'}}).catch(() => 0)", gone.as_str());
    open.page.evaluate(&failing).await.unwrap();
    let failed = ended(gone.as_str().to_owned().leak()).await;
    assert!(failed.3.is_some_and(|why| why.starts_with("net::")), "{:?}", failed.2);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_frames_of_other_sites_and_of_windows_are_counted() {
    let open = open("deals.html").await;
    let other = format!("http://localhost:{}/text/", open.site.base.port().unwrap());
    let script = "%3Cscript%3Efetch('%2Fbytes%2F200000').then((r)=%3Er.text()).then(()=%3Eparent.postMessage(1,'*'))%3C%2Fscript%3E";
    let code = format!(
        "new Promise((done) => {{ addEventListener('message', done); \
         const f = document.createElement('iframe'); f.src = '{other}' + \"{script}\"; document.body.append(f); }}).then(() => 1)"
    );
    let before = open.page.traffic().response_bytes;
    open.page.evaluate(&code).await.unwrap();
    crate::support::until("the frame's bytes", async || {
        open.page.traffic().response_bytes - before > 200_000
    })
    .await;
    let before = open.page.traffic().response_bytes;
    open.page.open_tab(Some(&open.site.url("deals.html"))).await.unwrap();
    open.page.evaluate("fetch('/bytes/150000').then((r) => r.text()).then(() => 1)").await.unwrap();
    crate::support::until("the tab's bytes", async || open.page.traffic().response_bytes - before > 150_000)
        .await;
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dialogs_and_tabs_are_told() {
    let open = open("troubles.html").await;
    let mut happenings = open.page.happenings();
    open.act("Click Alert", None).await.unwrap();
    for (kind, words) in [("prompt", "who?"), ("alert", "hello"), ("confirm", "sure?")] {
        let told = next_happening(&mut happenings, |event| match event {
            PageEvent::Dialog { dialog, message, accepted, .. } => Some((dialog, message, accepted)),
            _ => None,
        })
        .await;
        assert_eq!(told, (kind.to_owned(), words.to_owned(), false));
    }
    open.act("Click Popup", None).await.unwrap();
    open.page.close_tab().await.unwrap();
    let opened = next_happening(&mut happenings, |event| match event {
        PageEvent::TabOpened { tab, .. } => Some((tab.tab_id, tab.active)),
        _ => None,
    })
    .await;
    assert_eq!(opened, (1, true));
    let closed = next_happening(&mut happenings, |event| match event {
        PageEvent::TabClosed { tab, .. } => Some((tab.tab_id, tab.title)),
        _ => None,
    })
    .await;
    assert_eq!(closed, (1, "Deals".to_owned()));
    open.end().await;
}
