//! Cookies go in and out of a session, and no further.

use notex_engine::browser::{Browser, ContextOptions, PageError, WaitUntil};
use notex_wire::Cookie;

use crate::support::{launch, open};

fn cookie(name: &str) -> Cookie {
    Cookie {
        name: name.to_owned(),
        value: "set".to_owned(),
        domain: "127.0.0.1".to_owned(),
        path: "/".to_owned(),
        ..Cookie::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_that_were_set_reach_the_site_and_those_of_the_site_are_listed() {
    let open = open("cookie").await;
    let later = Cookie { expires: Some(4_000_000_000.0), http_only: true, ..cookie("later") };
    let strict = Cookie { same_site: Some("strict".to_owned()), ..cookie("strict") };
    open.page.set_cookies(&[later, strict]).await.unwrap();
    open.page.refresh().await.unwrap();
    let sent = open.title().await;
    for part in ["who=me", "later=set", "strict=set"] {
        assert!(sent.contains(part), "{sent}");
    }
    let all = open.page.cookies().await.unwrap();
    let named = |name: &str| all.iter().find(|cookie| cookie.name == name).unwrap();
    assert_eq!((named("who").value.as_str(), named("who").expires), ("me", Some(-1.0)));
    assert!(named("later").http_only);
    assert_eq!(named("later").domain, "127.0.0.1");
    assert_eq!(named("strict").same_site.as_deref(), Some("Strict"));
    // What was listed can be given to another session as it is.
    let other = open.browser.open_page(&ContextOptions::default()).await.unwrap();
    assert_eq!(other.cookies().await.unwrap(), []);
    other.set_cookies(&all).await.unwrap();
    other.goto(&open.site.url("cookie"), WaitUntil::Load).await.unwrap();
    assert!(other.position().await.unwrap().title.contains("later=set"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_cookie_that_is_none_keeps_all_of_them_out() {
    let browser = launch().await;
    let page = browser.open_page(&ContextOptions::default()).await.unwrap();
    let bad = Cookie { name: "__Secure-x".to_owned(), ..cookie("x") };
    let nameless = cookie("");
    for wrong in [bad, nameless] {
        let error = page.set_cookies(&[cookie("good"), wrong]).await.unwrap_err();
        assert!(matches!(error, PageError::BadOption { field: "cookies", .. }), "{error:?}");
        assert_eq!(page.cookies().await.unwrap(), []);
    }
    browser.shut_down().await;
}
