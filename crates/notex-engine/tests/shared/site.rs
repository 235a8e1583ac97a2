//! The fixture pages on a random port, with what pages ask a server for.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use url::Url;

/// The fixture pages over HTTP.
pub(crate) struct Site {
    pub(crate) base: Url,
    /// Told when somebody asks for the page that never comes.
    pub(crate) asked: Arc<tokio::sync::Notify>,
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
            .route(
                "/auth",
                get(async || {
                    (
                        StatusCode::UNAUTHORIZED,
                        [(header::WWW_AUTHENTICATE, "Basic realm=\"tea\"")],
                        Html("<title>Members only</title>"),
                    )
                }),
            )
            .route("/attachment/{name}", get(attachment))
            .route("/endless", get(endless))
            .route("/drips", get(drips))
            .route("/huge/{megabytes}", get(huge))
            .route("/bytes/{count}", get(async |Path(count): Path<usize>| vec![b'x'; count]))
            .route("/post", axum::routing::post(async |body: axum::body::Bytes| body.len().to_string()))
            .route("/redirect", get(async || axum::response::Redirect::to("/deals.html")))
            .route("/text/{text}", get(async |Path(text): Path<String>| Html(text)))
            .route(
                "/observe/{page}",
                get(async |Path(name): Path<String>| page(Path(format!("observe/{name}"))).await),
            )
            .route(
                "/step/{page}",
                get(async |Path(name): Path<String>| page(Path(format!("step/{name}"))).await),
            )
            .route("/{page}", get(page));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Site { base, asked, server }
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

async fn attachment(Path(name): Path<String>) -> Response {
    let named = format!("attachment; filename=\"{}\"", name.replace('"', ""));
    ([(header::CONTENT_DISPOSITION, named)], format!("this is {name}")).into_response()
}

/// A file without an end.
async fn endless() -> Response {
    let piece = axum::body::Bytes::from(vec![b'x'; 1 << 20]);
    let pieces = stream::repeat_with(move || Ok::<_, std::io::Error>(piece.clone()));
    ([(header::CONTENT_DISPOSITION, "attachment")], Body::from_stream(pieces)).into_response()
}

/// A page that is never sent whole: a link, and then another one, for ever.
async fn drips() -> Response {
    let pieces = stream::unfold(0_u32, async |count| {
        if count > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let head = if count == 0 { "<!doctype html><title>Drips</title>" } else { "" };
        Some((
            Ok::<_, std::io::Error>(format!("{head}<p><a href='/{count}'>Drop {count}</a></p>")),
            count + 1,
        ))
    });
    ([(header::CONTENT_TYPE, "text/html")], Body::from_stream(pieces)).into_response()
}

/// A page of so many megabytes of elements.
async fn huge(Path(megabytes): Path<usize>) -> Response {
    let words = "some words of a cell ".repeat(16);
    let part = format!("<div class='row'><span>{words}</span><a href='/x'>go</a></div>\n");
    let piece: axum::body::Bytes = part.repeat((1 << 20) / part.len()).into();
    let head = axum::body::Bytes::from_static(
        b"<!doctype html><title>Huge</title><button onclick=\"document.title='pressed'\">First</button>",
    );
    let pieces =
        std::iter::once(head).chain(std::iter::repeat_n(piece, megabytes)).map(Ok::<_, std::io::Error>);
    ([(header::CONTENT_TYPE, "text/html")], Body::from_stream(stream::iter(pieces))).into_response()
}
