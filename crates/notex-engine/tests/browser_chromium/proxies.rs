//! A session's requests go through the proxy that it was given.

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use notex_engine::browser::{Browser, ContextOptions, PageError, Proxy, WaitUntil};
use url::Url;

use crate::support::{launch_with, short_patience};

/// A proxy that answers everything itself; `me:secret` may use it.
async fn start() -> (String, tokio::task::JoinHandle<()>) {
    async fn answer(request: Request) -> Response {
        let shown = request.headers().get(header::PROXY_AUTHORIZATION).and_then(|value| value.to_str().ok());
        if shown != Some("Basic bWU6c2VjcmV0") {
            let ask = [(header::PROXY_AUTHENTICATE, "Basic realm=\"tea\"")];
            return (StatusCode::PROXY_AUTHENTICATION_REQUIRED, ask).into_response();
        }
        if request.uri().path() == "/auth" {
            let ask = [(header::WWW_AUTHENTICATE, "Basic realm=\"site\"")];
            return (StatusCode::UNAUTHORIZED, ask, Html("<title>members only</title>")).into_response();
        }
        let host = request.headers().get(header::HOST).unwrap().to_str().unwrap();
        let asked = request.headers().contains_key(header::AUTHORIZATION);
        Html(format!("<title>{host} by proxy {asked}</title><img src=/picture>")).into_response()
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(answer);
    (server, tokio::spawn(async move { axum::serve(listener, app).await.unwrap() }))
}

fn through(server: &str, password: &str) -> ContextOptions {
    let proxy = Proxy {
        server: server.to_owned(),
        bypass: Some("direct.invalid".to_owned()),
        username: Some("me".to_owned()),
        password: Some(password.to_owned()),
    };
    ContextOptions { proxy: Some(proxy), ..ContextOptions::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_shown_its_name_and_a_site_is_not() {
    let (server, proxy) = start().await;
    let browser = launch_with(short_patience()).await;
    let page = browser.open_page(&through(&server, "secret")).await.unwrap();
    let open = async |url: &str| page.goto(&Url::parse(url).unwrap(), WaitUntil::Load).await;
    open("http://tea.invalid/").await.unwrap();
    assert_eq!(page.position().await.unwrap().title, "tea.invalid by proxy false");
    open("http://tea.invalid/auth").await.unwrap();
    assert_eq!(page.position().await.unwrap().title, "members only");
    page.open_tab(Some(&Url::parse("http://milk.invalid/").unwrap())).await.unwrap();
    assert_eq!(page.position().await.unwrap().title, "milk.invalid by proxy false");
    let direct = open("http://direct.invalid/").await;
    assert!(matches!(&direct, Err(PageError::Unreachable { why, .. }) if why.contains("DNS")), "{direct:?}");
    // Another session has none of it.
    let other = browser.open_page(&ContextOptions::default()).await.unwrap();
    let unproxied = other.goto(&Url::parse("http://tea.invalid/").unwrap(), WaitUntil::Load).await;
    assert!(matches!(unproxied, Err(PageError::Unreachable { .. })), "{unproxied:?}");
    browser.shut_down().await;
    proxy.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_or_a_dead_proxy_ends_in_words_and_in_time() {
    let (server, proxy) = start().await;
    let browser = launch_with(short_patience()).await;
    let page = browser.open_page(&through(&server, "wrong")).await.unwrap();
    let url = Url::parse("http://tea.invalid/").unwrap();
    let refused = page.goto(&url, WaitUntil::Load).await;
    assert!(
        matches!(&refused, Err(PageError::Unreachable { why, .. }) if why.contains("did not take the name")),
        "{refused:?}"
    );
    proxy.abort();
    let dead = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let page = browser.open_page(&through(&format!("http://{dead}"), "secret")).await.unwrap();
    let error = page.goto(&url, WaitUntil::Load).await;
    assert!(
        matches!(&error, Err(PageError::Unreachable { why, .. }) if why == "the proxy could not be reached"),
        "{error:?}"
    );
    browser.shut_down().await;
}
