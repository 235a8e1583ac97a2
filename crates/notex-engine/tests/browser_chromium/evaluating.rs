//! A caller's own JavaScript.

use std::time::{Duration, Instant};

use notex_engine::browser::PageError;
use serde_json::json;

use crate::support::{open, open_with, short_patience};

#[tokio::test(flavor = "multi_thread")]
async fn a_script_answers_its_value_as_json() {
    let open = open("shop.html").await;
    for (code, value) in [
        ("1 + 1", json!(2)),
        ("document.title", json!("Tea shop")),
        ("({a: [1, null, undefined], b: {c: 'x'}})", json!({"a": [1, null, null], "b": {"c": "x"}})),
        ("{a: 1}", json!({"a": 1})),
        ("() => 5", json!(5)),
        ("async () => { await null; return 'later'; }", json!("later")),
        ("function () { return 7; }", json!(7)),
        ("const a = 2; const b = 3; a * b", json!(6)),
        ("return 4", json!(4)),
        ("const x = await Promise.resolve(9); return x + 1;", json!(10)),
        ("Promise.resolve('done')", json!("done")),
        ("undefined", json!(null)),
        ("document.body.nothing", json!(null)),
        ("1 // and a comment", json!(1)),
    ] {
        assert_eq!(open.value(code).await, value, "{code}");
    }
    open.page.evaluate("window.mine = 41").await.unwrap();
    assert_eq!(open.value("mine + 1").await, 42);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_fails_tells_the_pages_own_message() {
    let open = open("shop.html").await;
    for (code, words) in [
        ("nothing.at.all", "ReferenceError: nothing is not defined"),
        ("throw new Error('out of tea')", "Error: out of tea"),
        ("throw 'plain'", "plain"),
        ("Promise.reject(new TypeError('no'))", "TypeError: no"),
        ("this is no script", "SyntaxError"),
        ("const a = {}; a.a = a; a", "circular"),
        ("'x'.repeat(6000000)", "more than 5000000"),
        ("10n", "BigInt"),
    ] {
        let error = open.page.evaluate(code).await.unwrap_err();
        let PageError::NotOperable(why) = error else { panic!("{code}: {error:?}") };
        assert!(why.starts_with("the script failed: ") && why.contains(words), "{code}: {why}");
        assert!(why.len() < 600, "{why}");
    }
    // A script whose parsing fails while it runs is not run again.
    let twice = "window.runs = (window.runs ?? 0) + 1; JSON.parse('{')";
    assert!(open.page.evaluate(twice).await.is_err());
    assert_eq!(open.value("runs").await, 1);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_forbids_scripts_from_strings_does_not_stop_the_callers() {
    let open = open("deals.html").await;
    let strict = "const m = document.createElement('meta'); m.httpEquiv = 'Content-Security-Policy'; \
        m.content = \"script-src 'self'; require-trusted-types-for 'script'\"; document.head.append(m)";
    open.page.evaluate(strict).await.unwrap();
    assert_eq!(open.value("const a = 20; a + 1").await, 21);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_does_not_end_is_ended() {
    let open = open_with("deals.html", short_patience()).await;
    for code in ["for (;;);", "new Promise(() => {})"] {
        let began = Instant::now();
        let error = open.page.evaluate(code).await.unwrap_err();
        assert!(matches!(error, PageError::TimedOut { .. }), "{error:?}");
        assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
        assert_eq!(open.title().await, "Deals");
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_leads_to_another_page_is_followed_there() {
    let open = open("shop.html").await;
    open.page.evaluate("location.href = '/deals.html'").await.unwrap();
    assert_eq!(open.title().await, "Deals");
    open.page.evaluate("window.open('/shop.html'); 1").await.unwrap();
    open.has_tabs(&["Deals", "*Tea shop"]).await;
    open.end().await;
}
