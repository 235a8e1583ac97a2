//! A small server whose answers the playbooks write, and a window that waits for what it wants to see.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper that fails is a test that fails"
)]

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::Ordering::SeqCst;
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
use notex_hub::{ApiKey, Hub, HubOptions, LocalEngine, Saved, Subscription, WallClock};
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
    /// How it answers after the next close.
    pub(crate) after_close: Mutex<Option<Mood>>,
    /// The server's clock less ours.
    pub(crate) clock_off: Mutex<TimeDelta>,
    /// Parts of pages that are otherwise than usual.
    pub(crate) page: Mutex<HashMap<String, Value>>,
    /// Bodies of the scrapes of a part of a page.
    pub(crate) reads: Mutex<Vec<Value>>,
    /// How it answers from now on.
    pub(crate) mood: tokio::sync::watch::Sender<Mood>,
    /// What it was asked on pages: the path and the body.
    pub(crate) asked: Mutex<Vec<(String, Value)>>,
    /// What each page call adds to the credits of its session, in thousandths.
    pub(crate) charges: std::sync::atomic::AtomicU64,
    /// The selectors that match something; what is executed on others is refused.
    pub(crate) selectors: Mutex<Vec<String>>,
    /// So many next steps are refused.
    pub(crate) refuse_steps: std::sync::atomic::AtomicU32,
    /// What is kept of each call besides its answer, for page calls in their order; with none of it they say no number.
    pub(crate) evidence: Mutex<Vec<Value>>,
    /// Evidence is told only after this was given a permit.
    pub(crate) hold_evidence: tokio::sync::Semaphore,
    /// How many page calls said their number.
    numbered: std::sync::atomic::AtomicU32,
    /// Ends the streams of events.
    hung_up: tokio::sync::watch::Sender<u32>,
}

/// How a server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// A page for people.
    Page,
    /// JSON of something else.
    Nonsense,
    /// Not before anybody has lost patience.
    Slow,
    /// No key is taken.
    NoKey,
    /// Ten megabytes.
    Huge,
    /// An event without an end.
    Endless,
    /// It hangs up on everybody.
    HangsUp,
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
            after_close: Mutex::default(),
            clock_off: Mutex::default(),
            page: Mutex::default(),
            reads: Mutex::default(),
            mood: tokio::sync::watch::Sender::new(Mood::Well),
            asked: Mutex::default(),
            charges: 0.into(),
            selectors: Mutex::default(),
            refuse_steps: 0.into(),
            evidence: Mutex::default(),
            hold_evidence: tokio::sync::Semaphore::new(0),
            numbered: 0.into(),
            hung_up: tokio::sync::watch::Sender::new(0),
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
        self.script.hung_up.send_modify(|times| *times += 1);
    }

    /// Answers otherwise from now on, to those who listened as well.
    pub(crate) fn is_in(&self, mood: Mood) {
        self.script.mood.send_replace(mood);
        self.hang_up();
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

impl Script {
    fn note(&self, path: &str, request: &Value) {
        self.asked.lock().unwrap().push((path.to_owned(), request.clone()));
    }

    /// Adds to what a session has cost what a call costs here; answers it in credits.
    fn charge(&self, id: &str) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few thousandths")]
        let credits = self.charges.load(SeqCst) as f64 / 1000.0;
        if let Some(session) = self.sessions.lock().unwrap().get_mut(id) {
            session["credits"] = json!(session["credits"].as_f64().unwrap() + credits);
        }
        credits
    }

    /// An answer tells the server's time of the moment.
    fn timed(&self, session: &Value) -> Value {
        let mut session = session.clone();
        session["server_time"] = json!(Utc::now() + *self.clock_off.lock().unwrap());
        session
    }
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
        .route("/env/step", post(step))
        .route("/session/{id}/calls/{call}/evidence", get(evidence))
        .route("/sessions/{id}/page/execute", post(execute))
        .route("/sessions/{id}/page/scrape", post(read))
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
    let moody = axum::middleware::from_fn_with_state(script.clone(), moody);
    Router::new().route("/health", get(health)).merge(guarded).layer(moody).with_state(script)
}

async fn moody(
    State(script): State<Arc<Script>>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let (mood, path) = (*script.mood.borrow(), request.uri().path().to_owned());
    match mood {
        Mood::Well => next.run(request).await,
        Mood::Page => axum::response::Html("<h1>Welcome</h1>").into_response(),
        Mood::Nonsense => Json(json!({"weather": "fine"})).into_response(),
        Mood::Slow => {
            drop(script.mood.subscribe().wait_for(|mood| *mood != Mood::Slow).await);
            next.run(request).await
        }
        Mood::NoKey if path != "/health" => refusal(401, "wrong_key", "the API key is not valid"),
        Mood::Huge => Json(json!(vec![7; 5 * 1024 * 1024])).into_response(),
        Mood::Endless if path == "/events" => {
            let piece = axum::body::Bytes::from(vec![b'x'; 1 << 18]);
            let pieces = stream::repeat_with(move || Ok::<_, Infallible>(piece.clone()));
            let head = [("content-type", "text/event-stream")];
            (head, axum::body::Body::from_stream(pieces)).into_response()
        }
        Mood::HangsUp => panic!("the connection ends with whoever serves it"),
        Mood::NoKey | Mood::Endless => next.run(request).await,
    }
}

async fn health() -> Json<Value> {
    Json(json!({"status": "ok", "version": "9.9", "active_sessions": 0, "uptime_seconds": 1.0,
        "browser": {"name": "Scripted", "version": "1", "ready": true}}))
}

async fn list(State(script): State<Arc<Script>>) -> Json<Value> {
    // `s-old` is found by its id only, as on a server that lists no more than a part.
    let listed = |session: &&Value| session["session_id"] != "s-old";
    let items: Vec<Value> =
        script.sessions.lock().unwrap().values().filter(listed).map(|known| script.timed(known)).collect();
    Json(json!({"total": items.len(), "items": items, "page": 1, "page_size": 200}))
}

async fn status(State(script): State<Arc<Script>>, Path(id): Path<String>) -> Response {
    match script.sessions.lock().unwrap().get(&id) {
        Some(session) => Json(script.timed(session)).into_response(),
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
    if let Some(mood) = script.after_close.lock().unwrap().take() {
        script.mood.send_replace(mood);
    }
    Json(closed)
}

async fn observe(State(script): State<Arc<Script>>, Json(request): Json<Value>) -> Response {
    script.note("observe", &request);
    script.hold_observe.acquire().await.unwrap().forget();
    numbered(&script, page(&script, &request))
}

/// Says which number a page call has, where there is evidence.
fn numbered(script: &Script, page: Value) -> Response {
    let mut answer = Json(page).into_response();
    if !script.evidence.lock().unwrap().is_empty() {
        let number = script.numbered.fetch_add(1, SeqCst) + 1;
        answer.headers_mut().insert("x-notex-call", number.into());
    }
    answer
}

async fn evidence(State(script): State<Arc<Script>>, Path((_, call)): Path<(String, usize)>) -> Response {
    script.hold_evidence.acquire().await.unwrap().forget();
    match script.evidence.lock().unwrap().get(call.wrapping_sub(1)) {
        Some(told) => Json(told).into_response(),
        None => refusal(404, "call_not_found", "there is no such call"),
    }
}

async fn step(State(script): State<Arc<Script>>, Json(request): Json<Value>) -> Response {
    script.note("step", &request);
    let refuses = |left: u32| left.checked_sub(1);
    if script.refuse_steps.fetch_update(SeqCst, SeqCst, refuses).is_ok() {
        return refusal(409, "action_not_operable", "it is covered by div.banner");
    }
    numbered(&script, page(&script, &request))
}

async fn execute(
    State(script): State<Arc<Script>>,
    Path(id): Path<String>,
    Json(request): Json<Value>,
) -> Json<Value> {
    script.note("execute", &request);
    let selector = request["selector"].as_str().unwrap_or_default().to_owned();
    let success = script.selectors.lock().unwrap().contains(&selector);
    let message =
        if success { "clicked".to_owned() } else { format!("nothing on this page matches {selector}") };
    let now = Utc::now();
    let credits = if success { script.charge(&id) } else { 0.0 };
    Json(
        json!({"started_at": now, "ended_at": now, "action": request, "success": success, "message": message,
        "data": null, "exception": (!success).then_some(&message), "exception_detail": null,
        "action_executed": success, "usage": {"credits": credits, "reasons": [], "remaining": 90.0}}),
    )
}

async fn read(State(script): State<Arc<Script>>, Json(request): Json<Value>) -> Json<Value> {
    script.reads.lock().unwrap().push(request);
    let usual = json!({"success": true, "error": null, "data": {"name": "Aero 13"}});
    let structured = script.page.lock().unwrap().get("structured").cloned().unwrap_or(usual);
    let reasons = json!([{"what": "scrape", "credits": 2.0}, {"what": "3,400 tokens", "credits": 1.2}]);
    Json(json!({"markdown": "# Aero 13", "structured": structured,
        "usage": {"credits": 3.2, "reasons": reasons, "remaining": 96.8}}))
}

fn page(script: &Script, request: &Value) -> Value {
    let id = request["session_id"].as_str().unwrap().to_owned();
    script.charge(&id);
    let known = script.sessions.lock().unwrap()[&id].clone();
    let mut page = json!({"session": known, "metadata": {"title": "Shop", "url": "http://shop.local/search"},
        "screenshot": null, "data": null,
        "space": {"description": "A shop", "category": "search-results", "special_actions": [],
            "actions": [{"id": "B1", "description": "Click Search", "category": "Search"}]},
        "usage": {"credits": 1.2, "reasons": [{"what": "observe", "credits": 1.2}], "remaining": 98.7}});
    for (part, value) in script.page.lock().unwrap().iter() {
        page[part.as_str()] = value.clone();
    }
    page
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
    let all = all.take_until(async move { drop(hung_up.changed().await) });
    Sse::new(all.map(|event| Ok(SseEvent::default().data(event.to_string()))))
}

/// A hub whose local engine is the scripted server.
pub(crate) fn hub_on(base_url: &str, key: &str, folder: &std::path::Path) -> Hub {
    hub_by(base_url, key, folder, WallClock::default())
}

/// The same by another clock.
pub(crate) fn hub_by(base_url: &str, key: &str, folder: &std::path::Path, clock: WallClock) -> Hub {
    let engine = LocalEngine { base_url: base_url.to_owned(), key: ApiKey::new(key) };
    let options = HubOptions {
        data_dir: folder.to_owned(),
        saved: Saved::default(),
        save: Box::new(|_| Ok(())),
        practice_url: None,
        local_model: notex_hub::LocalModel::default(),
        log: notex_hub::LogHandle::default(),
        start_local_engine: Box::new(move || {
            let engine = engine.clone();
            Box::pin(async move { Ok(engine) })
        }),
    };
    Hub::start_with_clock(options, clock).unwrap()
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
                Delta::Model(new) => self.shown.model = new.as_deref().cloned(),
                Delta::Notice(new) => self.shown.notices.push(new.clone()),
                Delta::FlowRun(new) => {
                    self.shown.flow_runs.retain(|old| old.id != new.id);
                    self.shown.flow_runs.push((**new).clone());
                }
                Delta::Call(_)
                | Delta::Observation(_)
                | Delta::Scraped(_)
                | Delta::FlowsChanged
                | Delta::Evidence(_)
                | Delta::Exporting(_)
                | Delta::Ask(_) => {}
            }
            self.deltas.push(delta);
        }
    }
}
