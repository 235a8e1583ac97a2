//! The UI built with its fake backend, served with the headers that the web host gives.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Where the product says what its pages may do.
const GUARD: &str = include_str!("../../../src-tauri/src/web/guard.rs");

/// The server; it closes when dropped.
pub(crate) struct FakeUi {
    base: String,
    server: JoinHandle<()>,
}

struct Served {
    folder: PathBuf,
    policy: HeaderValue,
}

impl Drop for FakeUi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl FakeUi {
    /// Serves what `npm run build:fake` made.
    pub(crate) async fn serve() -> Self {
        let folder = std::env::var_os("NOTEX_FAKE_UI").map(PathBuf::from);
        let folder =
            folder.expect("NOTEX_FAKE_UI is not set; `cargo xtask test` builds the scenes and sets it");
        assert!(folder.join("index.html").is_file(), "{} holds no built UI", folder.display());
        let policy = policy().parse().expect("a header");
        let served = Arc::new(Served { folder, policy });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("the address it listens on"));
        let routes = Router::new().fallback(file).with_state(served);
        let server = tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("it serves until it is dropped");
        });
        Self { base, server }
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// The constant in the product's source; its lines are joined by backslashes.
fn policy() -> String {
    let (_, rest) = GUARD.split_once("const POLICY: &str = \"").expect("the product's content policy");
    let (policy, _) = rest.split_once("\";").expect("the end of the policy");
    policy.split("\\\n").map(str::trim_start).collect()
}

async fn file(State(served): State<Arc<Served>>, uri: Uri) -> Response {
    let path = Path::new(uri.path().trim_start_matches('/'));
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    let name = if path.as_os_str().is_empty() { Path::new("index.html") } else { path };
    let content = if inside { tokio::fs::read(served.folder.join(name)).await.ok() } else { None };
    let Some(content) = content else { return StatusCode::NOT_FOUND.into_response() };
    let kind = match name.extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    let kind = HeaderValue::from_static(kind);
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, served.policy.clone())];
    (headers, content).into_response()
}
