//! The web host's routes: the page, its commands, its events, its pictures.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router, middleware};
use futures_util::{Stream, StreamExt, stream};
use notex_hub::Hub;
use notex_hub::protocol::{Command, Failure, FailureCode, Query};
use serde::Serialize;
use tauri::{Assets, Wry};
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

use super::guard::{Guard, check};
use super::{assets, live};
use crate::file_names::suggested;

/// A file of 32 MiB in base64, which is the largest that a session takes, in bytes.
const LARGEST_COMMAND: usize = 44 * 1024 * 1024;

/// The largest session file that a browser may send, in bytes.
const LARGEST_FILE: usize = 2 * 1024 * 1024 * 1024;

#[derive(Clone)]
pub(super) struct Host {
    pub(super) hub: Hub,
    assets: Arc<dyn Assets<Wry>>,
}

pub(super) fn router(hub: Hub, guard: Guard) -> Router {
    let host = Host { hub, assets: assets::embedded().into() };
    Router::new()
        .route("/api/send", post(send).layer(DefaultBodyLimit::max(LARGEST_COMMAND)))
        .route("/api/query", post(query))
        .route("/api/events", get(events))
        .route("/api/live/{session}", any(live::live))
        .route("/picture/{name}", get(picture))
        .route("/export/{session}", get(export))
        .route("/api/incoming/{name}", post(incoming).layer(DefaultBodyLimit::max(LARGEST_FILE)))
        .fallback(get(file))
        .with_state(host)
        .layer(middleware::from_fn_with_state(guard, check))
}

async fn send(State(host): State<Host>, command: Result<Json<Command>, JsonRejection>) -> Response {
    match command {
        Ok(Json(command)) => answer(host.hub.send(command).await),
        Err(rejection) => answer::<()>(Err(Failure::invalid(rejection.body_text()))),
    }
}

async fn query(State(host): State<Host>, query: Result<Json<Query>, JsonRejection>) -> Response {
    match query {
        Ok(Json(query)) => answer(host.hub.query(query).await),
        Err(rejection) => answer::<()>(Err(Failure::invalid(rejection.body_text()))),
    }
}

fn answer<T: Serialize>(result: Result<T, Failure>) -> Response {
    match result {
        Ok(value) => Json(value).into_response(),
        Err(failure) => (StatusCode::UNPROCESSABLE_ENTITY, Json(failure)).into_response(),
    }
}

/// Each message is a JSON array of events, as the window's channel gives them.
async fn events(State(host): State<Host>) -> Sse<impl Stream<Item = Result<SseEvent, Infallible>>> {
    let subscription = host.hub.subscribe().await;
    let batches = stream::unfold(subscription, |mut events| async move {
        let mut batch = vec![events.next().await?];
        while let Some(event) = events.next_now() {
            batch.push(event);
        }
        let message = SseEvent::default()
            .json_data(&batch)
            .unwrap_or_else(|_| SseEvent::default().comment("unreadable"));
        Some((Ok(message), events))
    });
    Sse::new(batches).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

async fn picture(State(host): State<Host>, Path(name): Path<String>, uri: Uri) -> Response {
    match host.hub.serve(&name, uri.query()).await {
        Ok(served) => {
            let headers = [
                (header::CONTENT_TYPE, served.media_type),
                (header::CACHE_CONTROL, "max-age=31536000, immutable"),
            ];
            let policy = served.policy.map(|policy| [(header::CONTENT_SECURITY_POLICY, policy)]);
            (headers, policy, served.bytes).into_response()
        }
        Err(error) => (StatusCode::NOT_FOUND, error.to_string()).into_response(),
    }
}

/// The session file that was exported last of a session.
async fn export(State(host): State<Host>, Path(session): Path<i64>) -> Response {
    let exported = match host.hub.exported(session) {
        Ok(exported) => exported,
        Err(failure) => return (StatusCode::NOT_FOUND, Json(failure)).into_response(),
    };
    match tokio::fs::File::open(exported).await {
        Ok(file) => {
            let headers = [
                (header::CONTENT_TYPE, "application/octet-stream"),
                (header::CONTENT_DISPOSITION, "attachment"),
            ];
            (headers, Body::from_stream(ReaderStream::new(file))).into_response()
        }
        Err(error) => (StatusCode::NOT_FOUND, error.to_string()).into_response(),
    }
}

/// Takes a session file in, and answers where it lies; it is opened by a command.
async fn incoming(State(host): State<Host>, Path(name): Path<String>, body: Body) -> Response {
    let taken = match host.hub.incoming(&suggested(&name)) {
        Ok(place) => take_in(&place, body).await.map(|()| place.display().to_string()),
        Err(failure) => Err(failure),
    };
    answer(taken)
}

async fn take_in(place: &std::path::Path, body: Body) -> Result<(), Failure> {
    let written = async {
        let mut file = tokio::fs::File::create(place).await?;
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            file.write_all(&chunk.map_err(std::io::Error::other)?).await?;
        }
        file.flush().await
    };
    written.await.map_err(|error| Failure {
        code: FailureCode::Other,
        message: format!("The file could not be taken in: {error}."),
        hint: None,
    })
}

async fn file(State(host): State<Host>, uri: Uri) -> Response {
    assets::answer(host.assets.as_ref(), &uri)
}

#[cfg(test)]
mod tests {
    use notex_hub::{HubOptions, Saved};
    use reqwest::{Client, RequestBuilder, redirect};
    use serde_json::{Value, json};
    use tokio::net::TcpListener;

    use super::*;

    struct Served {
        base: String,
        entry: String,
        _folder: tempfile::TempDir,
    }

    async fn serve() -> Served {
        let folder = tempfile::tempdir().unwrap();
        let hub = Hub::start(HubOptions {
            data_dir: folder.path().to_owned(),
            saved: Saved::default(),
            save: Box::new(|_| Ok(())),
            practice_url: None,
            local_model: notex_hub::LocalModel::default(),
            log: notex_hub::LogHandle::default(),
            start_local_engine: Box::new(|| Box::pin(async { Err("there is none in this test".to_owned()) })),
        })
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let guard = Guard::new(address);
        let entry = guard.url();
        tokio::spawn(axum::serve(listener, router(hub, guard)).into_future());
        Served { base: format!("http://{address}"), entry, _folder: folder }
    }

    fn browser() -> Client {
        Client::builder().redirect(redirect::Policy::none()).no_proxy().build().unwrap()
    }

    /// Enters by the printed address, as a browser does, and answers with the cookie.
    async fn enter(served: &Served) -> String {
        let answer = browser().get(&served.entry).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (303, &"/".parse().unwrap()));
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }

    async fn status(request: RequestBuilder) -> u16 {
        request.send().await.unwrap().status().as_u16()
    }

    #[tokio::test]
    async fn the_page_is_served_to_who_entered_and_to_nobody_else() {
        let served = serve().await;
        let cookie = enter(&served).await;
        assert_eq!(status(browser().get(&served.base)).await, 401);
        assert_eq!(status(browser().get(format!("{}/?token=guess", served.base))).await, 401);
        let page = browser().get(&served.base).header("cookie", cookie).send().await.unwrap();
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
    }

    #[tokio::test]
    async fn a_request_from_another_site_or_by_another_name_is_refused() {
        let served = serve().await;
        let cookie = enter(&served).await;
        let send = || {
            let body = json!({"type": "cancel_call", "session": "s-1"});
            browser().post(format!("{}/api/send", served.base)).header("cookie", &cookie).json(&body)
        };
        assert_eq!(status(send().header("origin", "http://evil.example")).await, 403);
        assert_eq!(status(send().header("host", "evil.example")).await, 403);
        assert_eq!(
            status(send().header("origin", &served.base)).await,
            422,
            "ours: it is the hub that refuses"
        );
    }

    #[tokio::test]
    async fn a_command_that_cannot_be_read_is_a_failure_in_words() {
        let served = serve().await;
        let cookie = enter(&served).await;
        let send = browser().post(format!("{}/api/send", served.base)).header("cookie", &cookie);
        let answer = send.json(&json!({"type": "fly"})).send().await.unwrap();
        let failure: Value = answer.json().await.unwrap();
        assert_eq!(failure["code"], "invalid");
        assert!(failure["message"].as_str().unwrap().contains("fly"), "{failure}");
    }

    #[tokio::test]
    async fn events_begin_with_a_snapshot() {
        let served = serve().await;
        let cookie = enter(&served).await;
        let url = format!("{}/api/events", served.base);
        let mut events = browser().get(url).header("cookie", &cookie).send().await.unwrap();
        let first = events.chunk().await.unwrap().unwrap();
        let text = String::from_utf8(first.to_vec()).unwrap();
        let data: Value =
            serde_json::from_str(text.lines().next().unwrap().strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(data[0]["news"]["type"], "snapshot");
        assert_eq!(data[0]["news"]["value"]["connections"][0]["id"], "local");
    }
}
