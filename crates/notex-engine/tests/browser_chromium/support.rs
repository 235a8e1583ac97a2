//! A site on a random port and a browser per test; the browser is ended with the test, passed or not.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use notex_engine::browser::chromium::{Chromium, LaunchOptions, Patience};
use notex_engine::browser::{Act, Browser, ContextOptions, Observed, Page, PageError, WaitUntil};
use notex_wire::Action;
use url::Url;

/// The fixture pages over HTTP.
pub(crate) struct Site {
    pub(crate) base: Url,
    asked: Arc<tokio::sync::Notify>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Site {
    pub(crate) async fn start() -> Site {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let asked = Arc::new(tokio::sync::Notify::new());
        let tell = Arc::clone(&asked);
        let never = async move || {
            tell.notify_one();
            std::future::pending::<&'static str>().await
        };
        let app = Router::new()
            .route("/slow", get(async || "late answer"))
            .route("/file", get(async || ([(header::CONTENT_DISPOSITION, "attachment")], "bytes")))
            .route("/nothing", get(async || StatusCode::NO_CONTENT))
            .route("/cookie", get(cookie))
            .route("/never", get(never))
            .route("/headers", get(async |headers: HeaderMap| format!("{headers:?}")))
            .route("/text/{text}", get(async |Path(text): Path<String>| Html(text)))
            .route("/{page}", get(page));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Site { base, asked, server }
    }

    /// Told when somebody asks for the page that never comes.
    pub(crate) fn asked(&self) -> Arc<tokio::sync::Notify> {
        Arc::clone(&self.asked)
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }
}

/// Tells what cookie came and sets one.
async fn cookie(headers: HeaderMap) -> Response {
    let came = headers.get(header::COOKIE).and_then(|v| v.to_str().ok()).unwrap_or("none").to_owned();
    let body = Html(format!("<title>{came}</title>"));
    ([(header::SET_COOKIE, "who=me; Path=/")], body).into_response()
}

async fn page(Path(name): Path<String>) -> Response {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    match tokio::fs::read_to_string(folder.join(&name)).await {
        Ok(text) => Html(text).into_response(),
        Err(_) => (StatusCode::NOT_FOUND, Html(format!("<title>no {name}</title>"))).into_response(),
    }
}

/// A browser with one page.
pub(crate) struct Open {
    pub(crate) site: Site,
    pub(crate) browser: Chromium,
    pub(crate) page: Arc<dyn Page>,
}

pub(crate) async fn launch() -> Chromium {
    launch_with(Patience::default()).await
}

pub(crate) async fn launch_with(patience: Patience) -> Chromium {
    Chromium::launch(LaunchOptions { patience, ..LaunchOptions::default() }).await.unwrap()
}

pub(crate) fn short_patience() -> Patience {
    Patience {
        navigation: Duration::from_secs(3),
        load: Duration::from_secs(2),
        answer: Duration::from_secs(2),
    }
}

pub(crate) async fn open(path: &str) -> Open {
    open_with(path, Patience::default()).await
}

pub(crate) async fn open_with(path: &str, patience: Patience) -> Open {
    let site = Site::start().await;
    let browser = launch_with(patience).await;
    let page = browser.open_page(&ContextOptions::default()).await.unwrap();
    page.goto(&site.url(path), WaitUntil::Load).await.unwrap();
    Open { site, browser, page }
}

impl Open {
    pub(crate) async fn observe(&self) -> Observed {
        self.page.observe(1000).await.unwrap()
    }

    pub(crate) async fn title(&self) -> String {
        self.page.position().await.unwrap().title
    }

    /// The action with this description.
    pub(crate) async fn action(&self, description: &str) -> Action {
        let observed = self.observe().await;
        let listed: Vec<_> = observed.actions.iter().map(|a| a.description.clone()).collect();
        let found = observed.actions.into_iter().find(|a| a.description == description);
        found.unwrap_or_else(|| panic!("no {description:?} in {listed:?}"))
    }

    /// Does the action with this description.
    pub(crate) async fn act(&self, description: &str, value: Option<&str>) -> Result<(), PageError> {
        let action_id = self.action(description).await.id;
        self.page.act(&Act::operate(action_id, value.map(String::from), false)).await
    }

    /// What the page wrote down about what happened to it.
    pub(crate) async fn read(&self) -> String {
        use notex_engine::browser::{ScrapeOptions, ScrapeScope};
        let options = ScrapeOptions::of(ScrapeScope::WholePage);
        self.page.scrape(&options).await.unwrap().markdown
    }

    pub(crate) async fn end(self) {
        self.browser.shut_down().await;
    }
}
