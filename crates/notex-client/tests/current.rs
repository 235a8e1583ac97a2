//! A server of the current generation, which answers 404 on every path that is not its own, seen through the same
//! calls as any other. Its answers are those of the published SDK's models.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use notex_client::{ApiKey, ClientError, Dialect, Server};
use notex_wire::{ObserveRequest, ScrapeRequest, SessionStatus, StartRequest, StepRequest};
use serde_json::{Value, json};
use tokio::net::TcpListener;

type Seen = Arc<Mutex<Vec<(String, Value)>>>;

async fn serve(routes: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    base
}

fn server(base: &str) -> Server {
    Server::new(base, ApiKey::new("sk-test")).unwrap()
}

fn session(status: &str) -> Value {
    json!({"session_id": "s-1", "idle_timeout_minutes": 3, "max_duration_minutes": 15, "status": status,
        "created_at": "2026-11-22T10:00:00Z", "last_accessed_at": "2026-11-22T10:01:00Z", "duration": null,
        "close_reason": if status == "closed" { json!("manual") } else { Value::Null }, "steps": [],
        "proxies": false, "browser_type": "chromium", "network_request_bytes": 5, "network_response_bytes": 7})
}

fn observation() -> Value {
    json!({"started_at": "2026-11-22T10:00:00Z", "ended_at": "2026-11-22T10:00:01Z",
        "metadata": {"title": "Shop", "url": "http://shop.local/search", "tabs": [],
            "viewport": {"scroll_x": 0, "scroll_y": 0, "viewport_width": 1280, "viewport_height": 720,
                "total_width": 1280, "total_height": 900}},
        "screenshot": "QUJD",
        "space": {"description": "A shop", "category": "homepage", "interaction_actions": [
            {"type": "fill", "id": "I1", "category": "Search", "description": "Fill the search field",
                "value": "<sample_value>", "selector": {"css_selector": "#q", "xpath_selector": "", "playwright_selector": ""}},
            {"type": "click", "id": "B1", "category": "Search", "description": "Click Search"}]}})
}

/// As of the published SDK: these paths and no others.
fn current(seen: Seen) -> Router {
    async fn note(seen: &Seen, what: &str, body: Value) {
        seen.lock().unwrap().push((what.to_owned(), body));
    }
    async fn execute(State(seen): State<Seen>, Json(body): Json<Value>) -> Json<Value> {
        note(&seen, "execute", body.clone()).await;
        let failed = body["id"] == "B9";
        Json(json!({"started_at": "2026-11-22T10:00:00Z", "ended_at": "2026-11-22T10:00:01Z", "action": body,
            "success": !failed, "message": "done",
            "exception": failed.then_some("there is no B9"),
            "exception_detail": failed.then(|| json!({"error_type": "InvalidActionError", "dev_message": "",
                "user_message": "there is no B9", "agent_message": ""}))}))
    }
    async fn list(Query(query): Query<Vec<(String, String)>>, headers: HeaderMap) -> Response {
        if headers["authorization"] != "Bearer sk-test" {
            return (StatusCode::FORBIDDEN, Json(json!({"message": "the key is not valid", "status": 403})))
                .into_response();
        }
        assert!(query.contains(&("only_active".to_owned(), "True".to_owned())));
        Json(json!([session("active")])).into_response()
    }
    Router::new()
        .route("/health", get(|| async { "healthy" }))
        .route("/sessions/", get(list))
        .route(
            "/sessions/start",
            post(|State(seen): State<Seen>, Json(body): Json<Value>| async move {
                note(&seen, "start", body).await;
                Json(session("active"))
            }),
        )
        .route("/sessions/{id}", get(|Path(_): Path<String>| async { Json(session("active")) }))
        .route("/sessions/{id}/stop", delete(|| async { Json(session("closed")) }))
        .route(
            "/sessions/{id}/page/observe",
            post(|State(seen): State<Seen>, Json(body): Json<Value>| async move {
                note(&seen, "observe", body).await;
                Json(observation())
            }),
        )
        .route("/sessions/{id}/page/execute", post(execute))
        .route(
            "/sessions/{id}/page/scrape",
            post(|| async { Json(json!({"markdown": "# Shop", "structured": null})) }),
        )
        .with_state(seen)
}

fn on(session_id: &str) -> Option<String> {
    Some(session_id.to_owned())
}

#[tokio::test]
async fn a_current_server_is_found_and_does_all_that_the_others_do() {
    let seen = Seen::default();
    let server = server(&serve(current(seen.clone())).await);
    let found = server.probe().await.unwrap();
    assert_eq!((found.dialect, found.key_problem), (Dialect::Current, None));
    let server = server.speaking(found.dialect);
    assert_eq!(server.health().await.unwrap().body.status, "ok");

    let asked = StartRequest {
        session_timeout_minutes: Some(3),
        screenshot: Some(true),
        keep_alive: Some(false),
        ..StartRequest::default()
    };
    let started = server.start(&asked).await.unwrap().body;
    assert_eq!((started.session_id.as_str(), started.timeout_minutes), ("s-1", 3));
    assert_eq!(started.expires_at.unwrap().to_rfc3339(), "2026-11-22T10:04:00+00:00");
    assert_eq!(server.sessions(1, 200).await.unwrap().body.total, 1);

    let url = Some("http://shop.local/search".to_owned());
    let observe =
        ObserveRequest { session_id: on("s-1"), url, max_nb_actions: Some(300), ..ObserveRequest::default() };
    let page = server.observe(&observe).await.unwrap().body;
    assert_eq!((page.metadata.title.as_str(), page.session.title.as_deref()), ("Shop", Some("Shop")));
    let space = page.space.unwrap();
    assert_eq!(space.actions[0].selector.as_ref().unwrap().css, "#q");
    assert_eq!(page.screenshot.as_deref(), Some("QUJD"));

    let fill = StepRequest {
        session_id: on("s-1"),
        action_id: "I1".to_owned(),
        value: Some("tea".to_owned()),
        enter: Some(true),
        ..StepRequest::default()
    };
    assert_eq!(server.step(&fill).await.unwrap().body.space.unwrap().actions.len(), 2);
    let scraped =
        server.scrape(&ScrapeRequest { session_id: on("s-1"), ..ScrapeRequest::default() }).await.unwrap();
    assert_eq!(scraped.body.data.unwrap().markdown.as_deref(), Some("# Shop"));
    assert_eq!(scraped.body.metadata.url, "http://shop.local/search");
    assert_eq!(server.session("s-1").await.unwrap().body.status, SessionStatus::Active);
    assert_eq!(server.close("s-1").await.unwrap().body.status, SessionStatus::Closed);

    let seen = seen.lock().unwrap().clone();
    let words: Vec<&str> = seen.iter().map(|(what, _)| what.as_str()).collect();
    assert_eq!(words, ["start", "execute", "observe", "execute", "observe"]);
    assert_eq!(seen[0].1, json!({"idle_timeout_minutes": 3}), "the server refuses unknown fields");
    assert_eq!(seen[1].1, json!({"type": "goto", "url": "http://shop.local/search"}));
    assert_eq!(seen[2].1["max_nb_actions"], 300);
    assert_eq!(seen[3].1, json!({"type": "fill", "id": "I1", "value": "tea", "press_enter": true}));
}

#[tokio::test]
async fn what_a_current_server_lacks_is_refused_before_anything_is_sent() {
    let seen = Seen::default();
    let server = server(&serve(current(seen.clone())).await).speaking(Dialect::Current);
    let lives_on = StartRequest { keep_alive: Some(true), ..StartRequest::default() };
    for refused in [
        server.start(&lives_on).await.unwrap_err(),
        server.extend("s-1").await.unwrap_err(),
        server.usage().await.unwrap_err(),
        server.observe(&ObserveRequest::default()).await.unwrap_err(),
    ] {
        assert!(
            matches!(&refused, ClientError::Unsupported(why) if why.contains("current generation")),
            "{refused}"
        );
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_action_that_was_not_done_is_a_refusal_with_the_servers_sentence() {
    let server = server(&serve(current(Seen::default())).await).speaking(Dialect::Current);
    let step = StepRequest { session_id: on("s-1"), action_id: "B9".to_owned(), ..StepRequest::default() };
    match server.step(&step).await.unwrap_err() {
        ClientError::Refused(refused) => {
            assert_eq!(
                (refused.code.as_deref(), refused.message.as_str()),
                (Some("unknown_action"), "there is no B9")
            );
        }
        other => assert_eq!(other.to_string(), "a refusal"),
    }
}

#[tokio::test]
async fn a_server_that_does_not_take_the_key_is_known_all_the_same() {
    let base = serve(current(Seen::default())).await;
    let found = Server::new(&base, ApiKey::new("sk-wrong")).unwrap().probe().await.unwrap();
    assert_eq!(found.dialect, Dialect::Current);
    assert_eq!(found.key_problem.as_deref(), Some("the key is not valid"));
}

#[tokio::test]
async fn a_classic_server_is_known_by_its_paths_and_one_of_ours_by_its_list() {
    let classic = Router::new()
        .route("/session/start", post(|| async { Json(session("active")) }))
        .route("/env/observe", post(|| async { "" }));
    assert_eq!(server(&serve(classic).await).probe().await.unwrap().dialect, Dialect::Classic);
    let ours = Router::new()
        .route("/health", get(|| async { Json(json!({"status": "ok", "version": "9.9"})) }))
        .route(
            "/session",
            get(|| async { Json(json!({"items": [], "page": 1, "page_size": 1, "total": 0})) }),
        )
        .route("/sessions/", get(|| async { Json(json!([])) }));
    let found = server(&serve(ours).await).probe().await.unwrap();
    assert_eq!((found.dialect, found.version.as_deref()), (Dialect::Notex, Some("9.9")));
}

#[tokio::test]
async fn a_web_site_is_said_to_be_one() {
    let site = Router::new().fallback(|| async { Html("<h1>Welcome</h1>") });
    let said = server(&serve(site).await).probe().await.unwrap_err().to_string();
    assert!(said.contains("this is a web site, not a NotexAI server"), "{said}");
    let other =
        Router::new().fallback(|| async { (StatusCode::NOT_FOUND, Json(json!({"detail": "Not Found"}))) });
    let said = server(&serve(other).await).probe().await.unwrap_err().to_string();
    assert!(said.contains("knows none of the paths"), "{said}");
}
