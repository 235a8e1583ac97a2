use notex_wire::SessionPage;

use super::*;
use crate::browser::{Proxy, ViewportSize};

#[tokio::test]
async fn a_session_is_made_as_it_is_asked_for_and_says_so() {
    let house = House::new().await;
    let body = json!({
        "idle_timeout_minutes": 7, "max_duration_minutes": 60, "viewport_width": 1000, "viewport_height": 700,
        "browser_type": "chromium", "user_agent": "Tester/1", "extra_http_headers": { "X-Team": "blue" },
        "proxies": [{ "type": "external", "server": "proxy.example:3128", "username": "me", "password": "secret" }],
        "locale": "de-DE", "timezone": "Europe/Berlin", "headless": true
    });
    for path in ["/session/start", "/sessions/start"] {
        let session: SessionAnswer = house.post(path, body.clone()).await.of();
        assert_eq!((session.idle_timeout_minutes, session.max_duration_minutes), (Some(7), Some(60)));
        let told = &session.options;
        assert_eq!((told.viewport_width, told.viewport_height, told.proxies), (Some(1000), Some(700), true));
        assert_eq!((told.user_agent.as_deref(), told.locale.as_deref()), (Some("Tester/1"), Some("de-DE")));
        assert!(!serde_json::to_string(&session).unwrap().contains("secret"));
        let made = &house.browser.page().options;
        assert_eq!(made.viewport, Some(ViewportSize { width: 1000, height: 700 }));
        assert_eq!(
            (made.user_agent.as_deref(), made.timezone.as_deref()),
            (Some("Tester/1"), Some("Europe/Berlin"))
        );
        assert_eq!(made.extra_headers["X-Team"], "blue");
        let proxy = Proxy {
            server: "http://proxy.example:3128".into(),
            bypass: None,
            username: Some("me".into()),
            password: Some("secret".into()),
        };
        assert_eq!(made.proxy, Some(proxy));
        assert_eq!(house.session(&session).await.options, session.options);
    }
}

#[tokio::test]
async fn a_start_that_names_no_classic_field_lives_fifteen_minutes_at_most() {
    let house = House::new().await;
    for (path, body, longest) in [
        ("/sessions/start", json!({}), Some(15)),
        ("/sessions/start", json!({ "idle_timeout_minutes": 3, "keep_alive": null }), Some(15)),
        ("/sessions/start", json!({ "max_duration_minutes": 1440 }), Some(1440)),
        ("/sessions/start", json!({ "keep_alive": false }), None),
        ("/sessions/start", json!({ "session_timeout": 9 }), None),
        ("/session/start", json!({}), None),
        ("/session/start", json!({ "max_duration_minutes": 2 }), Some(2)),
    ] {
        let said = format!("{path} {body}");
        let session: SessionAnswer = house.post(path, body).await.of();
        assert_eq!(session.max_duration_minutes, longest, "{said}");
    }
}

#[tokio::test]
async fn all_names_of_the_idle_timeout_mean_the_same() {
    let house = House::new().await;
    for name in ["session_timeout_minutes", "session_timeout", "idle_timeout_minutes", "timeout_minutes"] {
        let session: SessionAnswer = house.post("/sessions/start", json!({ name: 11 })).await.of();
        assert_eq!(session.timeout_minutes, 11, "{name}");
        assert_eq!(
            house.post("/sessions/start", json!({ name: 31 })).await.field().0,
            format!("body.{name}")
        );
    }
    let same = json!({ "idle_timeout_minutes": 4, "timeout_minutes": 4 });
    assert_eq!(house.post("/sessions/start", same).await.of::<SessionAnswer>().timeout_minutes, 4);
    let two = json!({ "idle_timeout_minutes": 4, "timeout_minutes": 5 });
    assert_eq!(house.post("/sessions/start", two).await.field().0, "body.timeout_minutes");
}

#[tokio::test]
async fn what_asks_for_nothing_is_no_option() {
    let house = House::new().await;
    let body = json!({
        "solve_captchas": false, "proxies": false, "profile": null, "vault_id": "", "auth_ids": [], "auth_retry": 0,
        "web_bot_auth": false, "chrome_args": [], "block_ads": false, "advanced_stealth": false, "cdp_url": null,
        "user_agent": "", "aspect_ratio": null, "wait_for_authentication": true, "extra_http_headers": {}
    });
    house.post("/sessions/start", body).await.of::<SessionAnswer>();
}

#[tokio::test]
async fn an_option_that_cannot_be_honoured_is_refused_by_name_and_nothing_is_made() {
    let house = House::new().await;
    let header = |name: &str, value: &str| json!({ "extra_http_headers": { name: value } });
    for (body, field, kind) in [
        (json!({ "solve_captchas": true }), "solve_captchas", "unsupported"),
        (json!({ "proxies": true }), "proxies", "unsupported"),
        (json!({ "proxies": "de" }), "proxies", "unsupported"),
        (json!({ "proxies": [{ "type": "notte", "country": "de" }] }), "proxies", "unsupported"),
        (json!({ "proxies": [{ "type": "tailnet" }] }), "proxies", "unsupported"),
        (json!({ "proxies": [{ "server": "a:1" }, { "server": "b:1" }] }), "proxies", "unsupported"),
        (json!({ "proxies": [{ "type": "external" }] }), "server", "missing"),
        (json!({ "proxies": [{ "server": "ftp://a:1" }] }), "proxies", "value_error"),
        (json!({ "profile": { "id": "p" } }), "profile", "unsupported"),
        (json!({ "vault_id": "v" }), "vault_id", "unsupported"),
        (json!({ "auth_ids": ["a"] }), "auth_ids", "unsupported"),
        (json!({ "web_bot_auth": true }), "web_bot_auth", "unsupported"),
        (json!({ "chrome_args": ["--incognito"] }), "chrome_args", "unsupported"),
        (json!({ "block_ads": true }), "block_ads", "unsupported"),
        (json!({ "advanced_stealth": true }), "advanced_stealth", "unsupported"),
        (json!({ "headless": false }), "headless", "unsupported"),
        (json!({ "cdp_url": "ws://a.example" }), "cdp_url", "unsupported"),
        (json!({ "browser_type": "firefox" }), "browser_type", "unsupported"),
        (json!({ "viewport_width": 800 }), "viewport_height", "value_error"),
        (json!({ "viewport_width": 0, "viewport_height": 600 }), "viewport_width", "value_error"),
        (json!({ "viewport_width": 800, "viewport_height": 9000 }), "viewport_height", "value_error"),
        (
            json!({ "viewport_width": 800, "viewport_height": 600, "aspect_ratio": "5:4" }),
            "aspect_ratio",
            "value_error",
        ),
        (json!({ "aspect_ratio": "4:3" }), "aspect_ratio", "value_error"),
        (json!({ "max_duration_minutes": 1441 }), "max_duration_minutes", "value_error"),
        (json!({ "user_agent": "a\nb" }), "user_agent", "value_error"),
        (header("Content-Length", "7"), "extra_http_headers", "value_error"),
        (header("no header", "7"), "extra_http_headers", "value_error"),
        (header("X-A", "a\r\nX-B: b"), "extra_http_headers", "value_error"),
        (json!({ "extra_http_headers": { "X-A": 1 } }), "extra_http_headers.X-A", "type_error"),
        (json!({ "locale": "German, please" }), "locale", "value_error"),
        (json!({ "timezone": "over there" }), "timezone", "value_error"),
        (json!({ "telepathy": true }), "telepathy", "extra_forbidden"),
    ] {
        for path in ["/session/start", "/sessions/start"] {
            let said = format!("{path} {body}");
            let named = house.post(path, body.clone()).await.field();
            assert_eq!(named, (format!("body.{field}"), kind.to_owned()), "{said}");
        }
    }
    assert_eq!(house.browser.pages().len(), 0);
    assert_eq!(house.get("/session").await.of::<SessionPage>().total, 0);
}

#[tokio::test]
async fn an_option_that_the_browser_does_not_take_is_refused_by_name() {
    let house = House::new().await;
    house.browser.takes_no("timezone");
    let named = house.post("/sessions/start", json!({ "timezone": "Europe/Atlantis" })).await.field();
    assert_eq!(named.0, "body.timezone");
    assert_eq!(std::fs::read_dir(house.folder.path().join("files")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_page_call_that_makes_its_own_session_takes_the_options_of_a_start() {
    let house = House::new().await;
    let body =
        json!({ "url": "example.com", "viewport_width": 400, "viewport_height": 900, "keep_alive": true });
    let answer: PageAnswer = house.post("/env/observe", body).await.of();
    assert_eq!(house.browser.page().options.viewport, Some(ViewportSize { width: 400, height: 900 }));
    let id = answer.session.session_id;
    let named = house.post("/env/observe", json!({ "session_id": id, "locale": "de" })).await.field();
    assert_eq!(named.0, "body.locale");
    for path in ["/env/observe", "/env/scrape", "/session/close"] {
        let named = house.post(path, json!({ "session_id": id, "telepathy": 1 })).await.field();
        assert_eq!(named, ("body.telepathy".to_owned(), "extra_forbidden".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_session_has_a_folder_of_its_own_until_it_ends() {
    let house = House::new().await;
    let session = house.start().await;
    let folder = house.browser.page().options.folder.clone();
    assert_eq!(folder, house.folder.path().join("files").join(&session.session_id));
    assert!(folder.is_dir());
    std::fs::write(folder.join("download.pdf"), "pdf").unwrap();
    house.close(&session).await.of::<SessionAnswer>();
    assert!(!folder.exists());
    let one_shot: PageAnswer = house.post("/env/observe", json!({ "url": "example.com" })).await.of();
    house.page_is_closed().await;
    let left = house.folder.path().join("files").join(one_shot.session.session_id);
    while left.exists() {
        tokio::task::yield_now().await;
    }
}
