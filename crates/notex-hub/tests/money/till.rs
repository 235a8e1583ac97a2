//! A small server that keeps a ledger, or tells nothing of money at all.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path as UrlPath, Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event as SseEvent, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Utc};
use futures_util::{Stream, StreamExt, stream};
use notex_hub::protocol::{Light, News, Snapshot};
use notex_hub::{ApiKey, Hub, HubOptions, LocalEngine, Saved};
use notex_session::{Credits, Plan, RateCard};
use notex_wire::{
    CallKind, CallUsage, DayUsage, EntryPage, LedgerEntry, PlanAnswer, SessionUsage, UsageAnswer,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::broadcast;

/// What the server knows and counts.
struct Books {
    entries: Mutex<Vec<LedgerEntry>>,
    plan: Mutex<Plan>,
    rates: Mutex<RateCard>,
    pages: Mutex<usize>,
    sessions: Mutex<HashMap<String, Value>>,
    calls: Mutex<Vec<String>>,
    events: broadcast::Sender<Value>,
}

pub(crate) struct Till {
    books: Arc<Books>,
    pub(crate) base_url: String,
}

impl Till {
    pub(crate) async fn with_ledger() -> Self {
        let told = Router::new()
            .route("/events", get(events))
            .route("/usage", get(usage))
            .route("/usage/entries", get(entries))
            .route("/plan", get(plan).put(put_plan))
            .route("/plan/rates", put(put_rates));
        Self::serve(told).await
    }

    /// One that tells nothing of money.
    pub(crate) async fn silent() -> Self {
        Self::serve(Router::new()).await
    }

    async fn serve(told: Router<Arc<Books>>) -> Self {
        let books = Arc::new(Books {
            entries: Mutex::default(),
            plan: Mutex::default(),
            rates: Mutex::default(),
            pages: Mutex::default(),
            sessions: Mutex::default(),
            calls: Mutex::default(),
            events: broadcast::channel(64).0,
        });
        let routes = told
            .route("/health", get(|| async { Json(json!({"status": "ok", "version": "9.9"})) }))
            .route("/session", get(list))
            .route("/session/start", post(start))
            .route("/session/close", post(close))
            .route("/session/{id}", get(session))
            .route("/env/step", post(step))
            .with_state(books.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { books, base_url }
    }

    /// Charges so many seconds after the beginning of this month.
    pub(crate) fn charge(&self, session: &str, call: CallKind, second: i64, thousandths: u64) {
        let mut entries = self.books.entries.lock().unwrap();
        let today = Utc::now().date_naive();
        let begin = today.with_day(1).unwrap().and_time(NaiveTime::MIN).and_utc();
        let id = entries.len() as u64 + 1;
        let entry = LedgerEntry {
            id,
            at: begin + TimeDelta::seconds(second),
            session_id: session.to_owned(),
            call,
            host: None,
            credits: Credits::from_thousandths(thousandths),
            reasons: Vec::new(),
        };
        entries.push(entry);
    }

    /// Charges a step just now, and tells it.
    pub(crate) fn charge_now(&self, session: &str, thousandths: u64) {
        let month = Utc::now().date_naive().with_day(1).unwrap().and_time(NaiveTime::MIN).and_utc();
        self.charge(session, CallKind::Step, (Utc::now() - month).num_seconds(), thousandths);
        let entries = self.books.entries.lock().unwrap();
        let used: Credits = entries.iter().map(|entry| entry.credits).sum();
        let remaining = self.books.plan.lock().unwrap().credits_per_month.less(used);
        let told = json!({"type": "charged", "entry": entries.last().unwrap(), "remaining": remaining});
        self.books.events.send(told).unwrap();
    }

    /// Says what a session has cost.
    pub(crate) fn session_costs(&self, id: &str, credits: f64) {
        let mut sessions = self.books.sessions.lock().unwrap();
        let session = sessions.get_mut(id).unwrap();
        session["credits"] = credits.into();
        session["last_accessed_at"] = json!(Utc::now());
        self.books.events.send(json!({"type": "session_changed", "session": session})).unwrap();
    }

    /// What was called, in order: `start`, `step`, `close s-1`.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.books.calls.lock().unwrap().clone()
    }

    /// How many pages of the ledger were read.
    pub(crate) fn walked(&self) -> usize {
        *self.books.pages.lock().unwrap()
    }
}

type Shared = State<Arc<Books>>;

async fn usage(State(books): Shared) -> Json<UsageAnswer> {
    let entries = books.entries.lock().unwrap().clone();
    let used = entries.iter().map(|entry| entry.credits).sum();
    let mut by_session: HashMap<String, Credits> = HashMap::new();
    let mut by_day: HashMap<_, Credits> = HashMap::new();
    for entry in &entries {
        *by_session.entry(entry.session_id.clone()).or_default() += entry.credits;
        *by_day.entry(entry.at.date_naive()).or_default() += entry.credits;
    }
    let start = Utc::now().date_naive().with_day(1).unwrap().and_time(NaiveTime::MIN).and_utc();
    let allowed = books.plan.lock().unwrap().credits_per_month;
    let all = CallUsage { call: CallKind::Step, count: entries.len() as u64, credits: used };
    Json(UsageAnswer {
        plan: "Test".to_owned(),
        period_start: start,
        period_end: start + chrono::Months::new(1),
        allowed,
        used,
        remaining: allowed.less(used),
        by_call: vec![all],
        by_day: by_day
            .into_iter()
            .map(|(day, credits)| DayUsage { day, credits, by_call: Vec::new() })
            .collect(),
        by_session: by_session
            .into_iter()
            .map(|(session_id, credits)| SessionUsage { session_id, credits, calls: None, minutes: None })
            .collect(),
        other_sessions: None,
        by_host: Vec::new(),
        other_hosts: None,
    })
}

async fn entries(State(books): Shared, Query(query): Query<HashMap<String, String>>) -> Json<EntryPage> {
    *books.pages.lock().unwrap() += 1;
    let word = |call: CallKind| serde_json::to_value(call).unwrap();
    let instant = |name: &str| query.get(name).map(|text| text.parse::<DateTime<Utc>>().unwrap());
    let before = query.get("before").map_or(u64::MAX, |id| id.parse().unwrap());
    let page_size: u32 = query.get("page_size").map_or(50, |size| size.parse().unwrap());
    let mut items = books.entries.lock().unwrap().clone();
    items.retain(|entry| {
        query.get("session_id").is_none_or(|id| *id == entry.session_id)
            && query.get("call").is_none_or(|call| word(entry.call) == *call.as_str())
            && instant("from").is_none_or(|from| from <= entry.at)
            && instant("to").is_none_or(|to| entry.at < to)
            && entry.id < before
    });
    items.reverse();
    let total = items.len() as u64;
    items.truncate(page_size as usize);
    Json(EntryPage { items, page: 1, page_size, total })
}

async fn plan(State(books): Shared) -> Json<PlanAnswer> {
    let (plan, rates) = (books.plan.lock().unwrap().clone(), books.rates.lock().unwrap().clone());
    Json(PlanAnswer { plan, rates, source: Some("defaults".to_owned()), problem: None })
}

async fn put_plan(State(books): Shared, Json(new): Json<Plan>) -> Json<PlanAnswer> {
    *books.plan.lock().unwrap() = new;
    plan(State(books)).await
}

async fn put_rates(State(books): Shared, Json(new): Json<RateCard>) -> Response {
    if new.name.is_empty() {
        let problem =
            json!({"loc": ["body", "name"], "msg": "name must not be empty", "type": "value_error"});
        let sentence = "the request is not valid";
        let body =
            json!({"detail": [problem], "status": 422, "message": sentence, "code": "invalid_request"});
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response();
    }
    *books.rates.lock().unwrap() = new;
    plan(State(books)).await.into_response()
}

async fn events(State(books): Shared) -> Sse<impl Stream<Item = Result<SseEvent, Infallible>>> {
    let hello = json!({"type": "hello", "server_time": Utc::now(), "version": "9.9"});
    let told = stream::unfold(books.events.subscribe(), |mut events| async move {
        events.recv().await.ok().map(|event| (event, events))
    });
    let all = stream::once(async move { hello }).chain(told);
    Sse::new(all.map(|event| Ok(SseEvent::default().data(event.to_string()))))
}

fn answer_of(id: &str, status: &str) -> Value {
    let now = Utc::now();
    json!({"session_id": id, "timeout_minutes": 5, "created_at": now, "last_accessed_at": now, "duration": 0.0,
        "status": status, "error": null})
}

async fn list(State(books): Shared) -> Json<Value> {
    let items: Vec<Value> = books.sessions.lock().unwrap().values().cloned().collect();
    Json(json!({"total": items.len(), "items": items, "page": 1, "page_size": 200}))
}

async fn session(State(books): Shared, UrlPath(id): UrlPath<String>) -> Response {
    match books.sessions.lock().unwrap().get(&id) {
        Some(session) => Json(session.clone()).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({"detail": "no such session"}))).into_response(),
    }
}

async fn start(State(books): Shared) -> Json<Value> {
    books.calls.lock().unwrap().push("start".to_owned());
    let mut sessions = books.sessions.lock().unwrap();
    let id = format!("s-{}", sessions.len() + 1);
    let started = answer_of(&id, "active");
    sessions.insert(id, started.clone());
    Json(started)
}

async fn close(State(books): Shared, Json(request): Json<Value>) -> Json<Value> {
    let id = request["session_id"].as_str().unwrap().to_owned();
    books.calls.lock().unwrap().push(format!("close {id}"));
    let closed = answer_of(&id, "closed");
    books.sessions.lock().unwrap().insert(id, closed.clone());
    Json(closed)
}

async fn step(State(books): Shared, Json(request): Json<Value>) -> Json<Value> {
    books.calls.lock().unwrap().push("step".to_owned());
    let session = books.sessions.lock().unwrap()[request["session_id"].as_str().unwrap()].clone();
    Json(json!({"session": session, "metadata": {"title": "Shop", "url": "http://shop.local/search"},
        "screenshot": null, "data": null, "space": null}))
}

/// A hub whose local engine is this server.
pub(crate) fn hub_on(till: &Till, folder: &Path) -> Hub {
    hub_with(till, folder, &Arc::default())
}

/// The same with what an earlier run left in the store.
pub(crate) fn hub_with(till: &Till, folder: &Path, store: &Arc<Mutex<String>>) -> Hub {
    let kept = store.lock().unwrap().clone();
    let (saved, store) = (serde_json::from_str(&kept).unwrap_or_default(), Arc::clone(store));
    let save = move |saved: &Saved| {
        *store.lock().unwrap() = serde_json::to_string(saved).unwrap();
        Ok(())
    };
    let engine = LocalEngine { base_url: till.base_url.clone(), key: ApiKey::new("sk-till") };
    Hub::start(HubOptions {
        data_dir: folder.to_owned(),
        saved,
        save: Box::new(save),
        practice_url: None,
        local_model: notex_hub::LocalModel::default(),
        log: notex_hub::LogHandle::default(),
        start_local_engine: Box::new(move || {
            let engine = engine.clone();
            Box::pin(async move { Ok(engine) })
        }),
    })
    .unwrap()
}

/// Waits until the connection answers.
pub(crate) async fn ready(hub: &Hub) {
    shown(hub, "a ready connection", |shown| shown.connections[0].light == Light::Ready).await;
}

/// Waits until a snapshot shows what is wanted.
pub(crate) async fn shown(hub: &Hub, what: &str, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
    let waited = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            // Each new reader begins with the whole state; any news after it is a reason to look again.
            let mut events = hub.subscribe().await;
            let Some(News::Snapshot(snapshot)) = events.next().await.map(|event| event.news) else {
                panic!("the first event is a snapshot")
            };
            if wanted(&snapshot) {
                return *snapshot;
            }
            events.next().await.unwrap();
        }
    });
    waited.await.unwrap_or_else(|_| panic!("never seen: {what}"))
}
