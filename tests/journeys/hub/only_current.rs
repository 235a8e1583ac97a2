//! A real engine behind a door that knows the paths of the current contract alone: what asks for another one is answered
//! as by a server that never had it.

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use notex_journeys::RunningEngine;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Whether answers keep what our engine says beyond the published models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extras {
    Kept,
    Removed,
}

/// Fields of a session that the published models lack.
const OURS: [&str; 12] = [
    "keep_alive",
    "expires_at",
    "credits",
    "server_time",
    "usage",
    "title",
    "url",
    "timeout_minutes",
    "closed_at",
    "error",
    "locale",
    "timezone",
];

/// The door; it closes when dropped.
pub(crate) struct OnlyCurrent {
    pub(crate) base_url: String,
    house: Arc<House>,
    server: JoinHandle<()>,
}

struct House {
    engine: String,
    extras: Extras,
    http: reqwest::Client,
    asked: Mutex<Vec<String>>,
}

impl Drop for OnlyCurrent {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl OnlyCurrent {
    pub(crate) async fn before(engine: &RunningEngine, extras: Extras) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
        let asked = Mutex::default();
        let house = Arc::new(House { engine: engine.base_url.clone(), extras, http, asked });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("its address"));
        let routes = Router::new().fallback(hand_on).with_state(Arc::clone(&house));
        let server = tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("it serves until it is dropped");
        });
        Self { base_url, house, server }
    }

    /// What was handed on, as `POST /sessions/start`.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.house.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether the path is one of the published SDK.
fn is_current(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["health"] | ["sessions"] | ["sessions", "start"] => true,
        ["sessions", "close"] => false,
        ["sessions", _] => true,
        ["sessions", _, rest @ ..] => matches!(
            rest,
            ["stop"] | ["page", "observe" | "execute" | "scrape"] | ["debug", ..] | ["cookies"] | ["offset"]
        ),
        _ => false,
    }
}

async fn hand_on(State(house): State<Arc<House>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    if !is_current(&path) {
        return (StatusCode::NOT_FOUND, Json(json!({"detail": "Not Found"}))).into_response();
    }
    house.asked.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{} {path}", head.method));
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a request of the hub");
    let url = format!("{}{}", house.engine, head.uri.path_and_query().map_or("", |path| path.as_str()));
    let mut sent = house.http.request(head.method, url).body(body);
    for name in [header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT] {
        if let Some(value) = head.headers.get(&name) {
            sent = sent.header(name, value);
        }
    }
    let Ok(answer) = sent.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    let (status, mut headers) = (answer.status(), HeaderMap::new());
    for name in [header::CONTENT_TYPE, header::DATE] {
        if let Some(value) = answer.headers().get(&name) {
            headers.insert(name, value.clone());
        }
    }
    let body = answer.bytes().await.unwrap_or_default();
    (status, headers, house.plain(body)).into_response()
}

impl House {
    fn plain(&self, body: Bytes) -> Bytes {
        if self.extras == Extras::Kept {
            return body;
        }
        match serde_json::from_slice::<Value>(&body) {
            Ok(mut value) => {
                strip(&mut value);
                Bytes::from(value.to_string())
            }
            Err(_) => body,
        }
    }
}

/// Every session of an answer, and what calls cost.
fn strip(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Object(fields) => {
            if fields.contains_key("session_id") {
                OURS.iter().for_each(|name| drop(fields.remove(*name)));
            }
            fields.remove("usage");
            if let Some(items) = fields.get_mut("items") {
                strip(items);
            }
        }
        _ => {}
    }
}
