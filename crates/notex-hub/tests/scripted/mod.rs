//! A small server whose answers the playbooks write, and a window that waits for what it wants to see.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper that fails is a test that fails"
)]

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event as SseEvent, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{Stream, StreamExt, stream};
use notex_hub::protocol::{Delta, Event, News, Snapshot};
use notex_hub::{ApiKey, Hub, HubOptions, LocalEngine, Saved, Subscription};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::broadcast;

pub(crate) const KEY: &str = "sk-scripted";

/// What the scripted server knows and does.
pub(crate) struct Script {
    pub(crate) sessions: Mutex<HashMap<String, Value>>,
    pub(crate) events: broadcast::Sender<Value>,
    /// How a started session looks; its id is given.
    pub(crate) lifetime: Mutex<TimeDelta>,
    /// An observe answers only after this was notified.
    pub(crate) hold_observe: tokio::sync::Semaphore,
    /// A close answers as usual and does nothing.
    pub(crate) lie_about_close: std::sync::atomic::AtomicBool,
    /// The server's clock less ours.
    pub(crate) clock_off: Mutex<TimeDelta>,
    /// Ends the streams of events.
    hung_up: tokio::sync::watch::Sender<bool>,
}

pub(crate) struct ScriptedServer {
    pub(crate) script: Arc<Script>,
    pub(crate) base_url: String,
    task: tokio::task::JoinHandle<()>,
}

impl ScriptedServer {
    pub(crate) async fn start() -> Self {
        Self::start_at("127.0.0.1:0").await
    }

    pub(crate) async fn start_at(address: &str) -> Self {
        let script = Arc::new(Script {
            sessions: Mutex::default(),
            events: broadcast::channel(64).0,
            lifetime: Mutex::new(TimeDelta::minutes(5)),
            hold_observe: tokio::sync::Semaphore::new(0),
            lie_about_close: false.into(),
            clock_off: Mutex::default(),
            hung_up: tokio::sync::watch::Sender::new(false),
        });
        let listener = TcpListener::bind(address).await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let routes = routes(script.clone());
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { script, base_url, task }
    }

    pub(crate) fn tell(&self, event: Value) {
        self.script.events.send(event).unwrap();
    }

    pub(crate) fn tell_all(&self, events: impl Iterator<Item = Value>) {
        events.for_each(|event| self.tell(event));
    }

    /// Ends the streams of events, as a server that goes away does.
    pub(crate) fn hang_up(&self) {
        self.script.hung_up.send_replace(true);
    }

    pub(crate) fn stop(&self) {
        self.task.abort();
    }
}

pub(crate) fn session(id: &str, status: &str, expires_at: Option<DateTime<Utc>>) -> Value {
    let now = Utc::now();
    json!({"session_id": id, "timeout_minutes": 5, "created_at": now, "last_accessed_at": now, "duration": 0.0,
        "status": status, "error": null, "keep_alive": expires_at.is_none(), "expires_at": expires_at,
        "closed_at": null, "close_reason": null, "credits": 0.1, "server_time": now})
}

fn refusal(status: u16, code: &str, sentence: &str) -> Response {
    let body = json!({"detail": sentence, "status": status, "message": sentence, "code": code});
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

fn routes(script: Arc<Script>) -> Router {
    let guarded = Router::new()
        .route("/session", get(list))
        .route("/session/{id}", get(status))
        .route("/session/start", post(start))
        .route("/session/close", post(close))
        .route("/env/observe", post(observe))
        .route("/events", get(events))
        .route("/usage", get(usage))
        .layer(axum::middleware::from_fn(
            |headers: HeaderMap, request, next: axum::middleware::Next| async move {
                match headers.get("authorization") {
                    Some(key) if key.to_str().unwrap() == format!("Bearer {KEY}") => next.run(request).await,
                    _ => refusal(401, "wrong_key", "the API key is not valid"),
                }
            },
        ));
    Router::new().route("/health", get(health)).merge(guarded).with_state(script)
}

async fn health() -> Json<Value> {
    Json(json!({"status": "ok", "version": "9.9", "active_sessions": 0, "uptime_seconds": 1.0,
        "browser": {"name": "Scripted", "version": "1", "ready": true}}))
}

async fn list(State(script): State<Arc<Script>>) -> Json<Value> {
    // `s-old` is found by its id only, as on a server that lists no more than a part.
    let listed = |session: &&Value| session["session_id"] != "s-old";
    let items: Vec<Value> = script.sessions.lock().unwrap().values().filter(listed).cloned().collect();
    Json(json!({"total": items.len(), "items": items, "page": 1, "page_size": 200}))
}

async fn status(State(script): State<Arc<Script>>, Path(id): Path<String>) -> Response {
    match script.sessions.lock().unwrap().get(&id) {
        Some(session) => Json(session.clone()).into_response(),
        None => refusal(404, "session_not_found", "there is no such session"),
    }
}

async fn start(State(script): State<Arc<Script>>, Json(request): Json<Value>) -> Json<Value> {
    let mut sessions = script.sessions.lock().unwrap();
    let id = format!("s-{}", sessions.len() + 1);
    let keep_alive = request["keep_alive"] == true;
    let expires_at = (!keep_alive).then(|| Utc::now() + *script.lifetime.lock().unwrap());
    let mut started = session(&id, "active", expires_at);
    let off = *script.clock_off.lock().unwrap();
    for name in ["created_at", "last_accessed_at", "expires_at", "server_time"] {
        if let Ok(at) = serde_json::from_value::<DateTime<Utc>>(started[name].clone()) {
            started[name] = json!(at + off);
        }
    }
    sessions.insert(id, started.clone());
    Json(started)
}

async fn close(State(script): State<Arc<Script>>, Json(request): Json<Value>) -> Json<Value> {
    let id = request["session_id"].as_str().unwrap().to_owned();
    let mut closed = session(&id, "closed", None);
    closed["close_reason"] = "manual".into();
    if !script.lie_about_close.load(std::sync::atomic::Ordering::SeqCst) {
        script.sessions.lock().unwrap().insert(id, closed.clone());
    }
    Json(closed)
}

async fn observe(State(script): State<Arc<Script>>, Json(request): Json<Value>) -> Json<Value> {
    script.hold_observe.acquire().await.unwrap().forget();
    let id = request["session_id"].as_str().unwrap().to_owned();
    let known = script.sessions.lock().unwrap()[&id].clone();
    Json(json!({"session": known, "metadata": {"title": "Shop", "url": "http://shop.local/search"},
        "screenshot": null, "data": null,
        "space": {"description": "A shop", "category": "search-results", "special_actions": [],
            "actions": [{"id": "B1", "description": "Click Search", "category": "Search"}]},
        "usage": {"credits": 1.2, "reasons": [{"what": "observe", "credits": 1.2}], "remaining": 98.7}}))
}

async fn usage() -> Json<Value> {
    let now = Utc::now();
    Json(
        json!({"plan": "Test", "period_start": now, "period_end": now + chrono::TimeDelta::days(30), "allowed": 100, "used": 0.1,
        "remaining": 99.9, "by_call": [], "by_day": [], "by_session": []}),
    )
}

async fn events(State(script): State<Arc<Script>>) -> Sse<impl Stream<Item = Result<SseEvent, Infallible>>> {
    let server_time = Utc::now() + *script.clock_off.lock().unwrap();
    let hello = json!({"type": "hello", "server_time": server_time, "version": "9.9"});
    let mut hung_up = script.hung_up.subscribe();
    let told = stream::unfold(script.events.subscribe(), |mut events| async move {
        events.recv().await.ok().map(|event| (event, events))
    });
    let all = stream::once(async move { hello }).chain(told);
    let all = all.take_until(async move { drop(hung_up.wait_for(|hung_up| *hung_up).await) });
    Sse::new(all.map(|event| Ok(SseEvent::default().data(event.to_string()))))
}

/// A hub whose local engine is the scripted server.
pub(crate) fn hub_on(base_url: &str, key: &str, folder: &std::path::Path) -> Hub {
    let engine = LocalEngine { base_url: base_url.to_owned(), key: ApiKey::new(key) };
    Hub::start(HubOptions {
        data_dir: folder.to_owned(),
        saved: Saved::default(),
        save: Box::new(|_| Ok(())),
        practice_url: None,
        log: notex_hub::LogHandle::default(),
        start_local_engine: Box::new(move || {
            let engine = engine.clone();
            Box::pin(async move { Ok(engine) })
        }),
    })
    .unwrap()
}

/// Reads events until one shows what is wanted, and keeps the state they add up to.
pub(crate) struct Window {
    events: Subscription,
    pub(crate) shown: Snapshot,
    pub(crate) deltas: Vec<Delta>,
}

impl Window {
    pub(crate) async fn open(hub: &Hub) -> Self {
        let mut events = hub.subscribe().await;
        let first = events.next().await.unwrap();
        let News::Snapshot(shown) = first.news else { panic!("the first event is a snapshot") };
        Self { events, shown: *shown, deltas: Vec::new() }
    }

    pub(crate) async fn until<T>(
        &mut self,
        what: &str,
        wanted: impl Fn(&Snapshot, &[Delta]) -> Option<T>,
    ) -> T {
        let waited = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                if let Some(found) = wanted(&self.shown, &self.deltas) {
                    return found;
                }
                let event = self.events.next().await.expect("the hub lives");
                self.apply(event);
            }
        });
        match waited.await {
            Ok(found) => found,
            Err(_) => panic!("never seen: {what}; shown {:#?}", self.shown),
        }
    }

    fn apply(&mut self, event: Event) {
        let deltas = match event.news {
            News::Snapshot(snapshot) => {
                self.shown = *snapshot;
                return;
            }
            News::Deltas(deltas) => deltas,
        };
        for delta in deltas {
            match &delta {
                Delta::Connection(new) => {
                    self.shown.connections.retain(|old| old.id != new.id);
                    self.shown.connections.push((**new).clone());
                }
                Delta::ConnectionRemoved(id) => self.shown.connections.retain(|old| old.id != *id),
                Delta::Session(new) => {
                    self.shown.sessions.retain(|old| old.id != new.id);
                    self.shown.sessions.push((**new).clone());
                }
                Delta::Settings(new) => self.shown.settings = (**new).clone(),
                Delta::Notice(new) => self.shown.notices.push(new.clone()),
                Delta::Call(_) | Delta::Observation(_) | Delta::Scraped(_) | Delta::Ask(_) => {}
            }
            self.deltas.push(delta);
        }
    }
}
