//! Two sessions of one browser know nothing of each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use notex_engine::browser::chromium::Chromium;
use notex_engine::browser::{Act, Browser, ContextOptions, Page, WaitUntil};
use tokio::time::timeout;
use url::Url;

use crate::support::launch;

const PATIENCE: Duration = Duration::from_secs(60);

/// Tells everybody what anybody says.
const SHARED: &str = "const all = []; onconnect = ({ ports: [port] }) => {
    all.push(port);
    port.onmessage = () => all.forEach((each) => each.postMessage(0));
}";

/// A site that counts how often its one cacheable answer was fetched.
struct Site {
    base: Url,
    fetched: Arc<AtomicUsize>,
    revalidated: Arc<AtomicUsize>,
}

impl Site {
    async fn start() -> Self {
        let (fetched, revalidated) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (count, again) = (Arc::clone(&fetched), Arc::clone(&revalidated));
        let cacheable = async move |headers: HeaderMap| {
            count.fetch_add(1, Ordering::SeqCst);
            if headers.contains_key(header::IF_NONE_MATCH) {
                again.fetch_add(1, Ordering::SeqCst);
            }
            let kept = [(header::CACHE_CONTROL, "max-age=3600"), (header::ETAG, "\"one\"")];
            (kept, [(header::CONTENT_TYPE, "text/javascript")], "document.title = 'cached'")
        };
        let locked = async |headers: HeaderMap| match headers.get(header::AUTHORIZATION) {
            Some(_) => Html("<title>inside</title>").into_response(),
            None => {
                let ask = [(header::WWW_AUTHENTICATE, "Basic realm=\"room\"")];
                (StatusCode::UNAUTHORIZED, ask, Html("<title>outside</title>")).into_response()
            }
        };
        let script = |code: &'static str| get(([(header::CONTENT_TYPE, "text/javascript")], code));
        let app = Router::new()
            .route("/keeps.html", get(Html(include_str!("../pages/keeps.html"))))
            .route("/channel.html", get(Html(include_str!("../pages/channel.html"))))
            .route("/service.js", script("onfetch = () => {}"))
            .route("/shared.js", script(SHARED))
            .route("/uses-cache", get(Html("<title>uses</title><script src=/cacheable></script>")))
            .route("/cacheable", get(cacheable))
            .route("/locked", get(locked));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { base, fetched, revalidated }
    }

    async fn open(&self, page: &dyn Page, path: &str) {
        page.goto(&self.base.join(path).unwrap(), WaitUntil::Load).await.unwrap();
    }

    fn fetched(&self) -> usize {
        self.fetched.load(Ordering::SeqCst)
    }
}

async fn two_sessions() -> (Chromium, Arc<dyn Page>, Arc<dyn Page>) {
    let browser = launch().await;
    let first = browser.open_page(&ContextOptions::default()).await.unwrap();
    let second = browser.open_page(&ContextOptions::default()).await.unwrap();
    (browser, first, second)
}

/// Waits until the title begins so, and returns it.
async fn titled(page: &dyn Page, beginning: &str) -> String {
    let titled = async {
        loop {
            let title = page.position().await.unwrap().title;
            assert!(!title.starts_with("failed"), "{title}");
            if title.starts_with(beginning) {
                return title;
            }
        }
    };
    timeout(PATIENCE, titled).await.expect(beginning)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_one_session_keeps_is_found_by_another() {
    let site = Site::start().await;
    let (browser, first, second) = two_sessions().await;
    site.open(&*first, "keeps.html?do=keep").await;
    titled(&*first, "kept").await;
    site.open(&*first, "keeps.html?do=find").await;
    let all = "found cookie local session database caches files service name";
    assert_eq!(titled(&*first, "found").await, all);
    site.open(&*second, "keeps.html?do=find").await;
    assert_eq!(titled(&*second, "found").await, "found nothing");
    // Nor by the next one, once it is gone.
    first.close().await;
    let third = browser.open_page(&ContextOptions::default()).await.unwrap();
    site.open(&*third, "keeps.html?do=find").await;
    assert_eq!(titled(&*third, "found").await, "found nothing");
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_session_has_in_its_cache_another_fetches_again() {
    let site = Site::start().await;
    let (browser, first, second) = two_sessions().await;
    site.open(&*first, "uses-cache").await;
    titled(&*first, "cached").await;
    site.open(&*first, "keeps.html?do=nothing").await;
    site.open(&*first, "uses-cache").await;
    titled(&*first, "cached").await;
    assert_eq!(site.fetched(), 1);
    site.open(&*second, "uses-cache").await;
    titled(&*second, "cached").await;
    assert_eq!((site.fetched(), site.revalidated.load(Ordering::SeqCst)), (2, 0));
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_does_not_hear_what_the_pages_of_another_say() {
    let site = Site::start().await;
    let (browser, first, second) = two_sessions().await;
    site.open(&*second, "channel.html").await;
    site.open(&*first, "channel.html").await;
    let observed = first.observe(10).await.unwrap();
    let speak = observed.actions.iter().find(|action| action.id.starts_with('B')).unwrap();
    first.act(&Act::operate(speak.id.clone(), None, false)).await.unwrap();
    titled(&*first, "heard channel shared storage").await;
    assert_eq!(second.position().await.unwrap().title, "heard nothing");
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_one_session_has_shown_opens_nothing_for_another() {
    let site = Site::start().await;
    let (browser, first, second) = two_sessions().await;
    let mut known = site.base.join("locked").unwrap();
    known.set_username("me").unwrap();
    known.set_password(Some("sesame")).unwrap();
    first.goto(&known, WaitUntil::Load).await.unwrap();
    titled(&*first, "inside").await;
    site.open(&*first, "locked").await;
    titled(&*first, "inside").await;
    site.open(&*second, "locked").await;
    titled(&*second, "outside").await;
    browser.shut_down().await;
}
