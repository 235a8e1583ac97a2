//! The client against small real servers on random ports.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use notex_client::{ApiKey, Client, ClientError, Server};
use notex_wire::StartRequest;
use serde_json::{Value, json};
use tokio::net::TcpListener;

fn options() -> StartRequest {
    StartRequest {
        session_timeout_minutes: Some(5),
        keep_alive: Some(false),
        screenshot: Some(true),
        ..StartRequest::default()
    }
}

async fn serve(routes: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    base
}

fn server(base: &str) -> Server {
    Server::new(base, ApiKey::new("sk-test")).unwrap()
}

fn session(id: &str, status: &str) -> Value {
    json!({"session_id": id, "timeout_minutes": 5, "created_at": "2026-11-22T10:00:00Z",
        "last_accessed_at": "2026-11-22T10:00:00Z", "duration": 0.0, "status": status, "error": null})
}

#[tokio::test]
async fn the_key_is_sent_as_a_bearer_token_except_to_health() {
    type Seen = Arc<Mutex<Vec<(String, Option<String>)>>>;
    async fn note(seen: &Seen, path: &str, headers: &HeaderMap) {
        let key = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
        seen.lock().unwrap().push((path.to_owned(), key));
    }
    let seen = Seen::default();
    let routes = Router::new()
        .route(
            "/health",
            get(|State(seen): State<Seen>, headers: HeaderMap| async move {
                note(&seen, "health", &headers).await;
                Json(json!({"status": "ok"}))
            }),
        )
        .route(
            "/session/start",
            post(|State(seen): State<Seen>, headers: HeaderMap| async move {
                note(&seen, "start", &headers).await;
                Json(session("s-1", "active"))
            }),
        )
        .with_state(seen.clone());
    let server = server(&serve(routes).await);
    server.health().await.unwrap();
    server.start(&options()).await.unwrap();
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen, [("health".to_owned(), None), ("start".to_owned(), Some("Bearer sk-test".to_owned()))]);
}

#[tokio::test]
async fn a_client_that_starts_twice_closes_its_first_session() {
    type Closed = Arc<Mutex<Vec<String>>>;
    let closed = Closed::default();
    let started = Arc::new(Mutex::new(0));
    let routes = Router::new()
        .route(
            "/session/start",
            post(move || async move {
                let mut count = started.lock().unwrap();
                *count += 1;
                Json(session(&format!("s-{count}"), "active"))
            }),
        )
        .route(
            "/session/close",
            post(|State(closed): State<Closed>, Json(body): Json<Value>| async move {
                let id = body["session_id"].as_str().unwrap().to_owned();
                closed.lock().unwrap().push(id.clone());
                Json(session(&id, "closed"))
            }),
        )
        .with_state(closed.clone());
    let mut client = Client::new(server(&serve(routes).await));
    client.start(&options()).await.unwrap();
    client.start(&options()).await.unwrap();
    assert_eq!(client.session_id(), Some("s-2"));
    assert_eq!(*closed.lock().unwrap(), ["s-1"]);
}

#[tokio::test]
async fn a_session_that_had_already_ended_is_let_go() {
    let routes = Router::new().route(
        "/session/close",
        post(|| async {
            (
                StatusCode::GONE,
                Json(json!({"detail": "the session was already closed", "status": 410,
                "message": "the session was already closed", "code": "session_ended"})),
            )
        }),
    );
    let mut client = Client::attached(server(&serve(routes).await), "s-1".to_owned());
    let error = client.close().await.unwrap_err();
    assert_eq!(error.to_string(), "the session was already closed");
    assert_eq!(client.session_id(), None);
    assert_eq!(client.close().await.unwrap_err(), ClientError::NoSession);
}

#[tokio::test]
async fn garbage_is_a_sentence_and_not_a_panic() {
    let base = serve(Router::new().route("/health", get(|| async { "<html>hello</html>" }))).await;
    let error = server(&base).health().await.unwrap_err();
    assert!(matches!(error, ClientError::Garbled { .. }), "{error}");
    assert!(error.to_string().starts_with(&base), "{error}");
}

#[tokio::test]
async fn a_dead_server_is_named_and_the_key_is_not() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let error = server(&base).start(&options()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{base} could not be reached: the connection was refused; is the server running?")
    );
    assert!(!format!("{error:?} {:?}", server(&base)).contains("sk-test"));
}

#[tokio::test]
async fn a_redirect_does_not_carry_the_key_away() {
    let routes = Router::new().route(
        "/session/start",
        post(|| async {
            (StatusCode::TEMPORARY_REDIRECT, [("location", "http://127.0.0.1:9/steal")]).into_response()
        }),
    );
    let error = server(&serve(routes).await).start(&options()).await.unwrap_err();
    assert_eq!(error.to_string(), "the server refused with status 307");
}

#[tokio::test]
async fn a_base_url_that_cannot_be_used_is_refused_in_words() {
    for (base, word) in
        [("shop.local", "cannot be read"), ("file:///etc", "http://"), ("http://me:pw@host", "password")]
    {
        let error = Server::new(base, ApiKey::new("k")).unwrap_err().to_string();
        assert!(error.contains(word), "{base}: {error}");
    }
}

#[tokio::test]
async fn the_time_of_a_call_is_its_parts_and_only_the_first_one_connects() {
    let server =
        server(&serve(Router::new().route("/health", get(async || Json(json!({"status": "ok"}))))).await);
    for number in 0..3 {
        let answer = server.health().await.unwrap();
        let (connect, wait) = (answer.trace.connect.unwrap(), answer.trace.wait.unwrap());
        assert_eq!(connect > Duration::ZERO, number == 0, "{:?}", answer.trace);
        assert_eq!(connect + wait + answer.trace.receive.unwrap(), answer.took);
    }
}
