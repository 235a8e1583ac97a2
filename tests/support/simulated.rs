//! A NotexAI server without a browser: as many live sessions as asked for, canned answers that are valid, and latency
//! and failures on demand. It keeps the rules that a client can see: deadlines move with calls, ended sessions stay
//! ended, and what calls cost adds up.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Duration as Span, Utc};
use futures_util::{Stream, StreamExt, stream};
use notex_session::{Charge, Credits, EndReason, Plan, RateCard};
use notex_wire::{
    Action, ActionBox, ActionSpace, ActionStatus, CallKind, CallUsage, DayUsage, EngineEvent, EntryPage,
    Health, HealthBrowser, LedgerEntry, ObserveRequest, PageAnswer, PageData, PageMetadata, PlanAnswer,
    Refusal, RefusalDetail, ScrapeRequest, SessionAnswer, SessionOptions, SessionPage, SessionRequest,
    SessionStatus, StartRequest, StepRequest, Usage, UsageAnswer, Viewport, path,
};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

/// Hosts that the sessions are spread over.
const HOSTS: [&str; 5] = ["shop.example", "news.example", "maps.example", "careers.example", "docs.example"];
const TITLES: [&str; 5] = ["Price watch", "Front page", "Map tiles", "Open positions", "Reference"];
/// Live sessions end after 20 to 30 minutes, so that none ends while it is looked at.
const TIMEOUT_MINUTES: u32 = 30;
const MOST_MINUTES_AGO: usize = 10;
const EVENTS_KEPT: usize = 4_096;

/// The server; it closes when dropped.
#[derive(Debug)]
pub struct Simulated {
    /// `http://127.0.0.1:PORT`.
    pub base_url: String,
    world: Arc<World>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct World {
    state: Mutex<Known>,
    events: broadcast::Sender<EngineEvent>,
}

#[derive(Debug)]
struct Known {
    sessions: BTreeMap<String, SessionAnswer>,
    /// Those that were there from the beginning.
    order: Vec<String>,
    entries: Vec<LedgerEntry>,
    rates: RateCard,
    plan: Plan,
    latency: Duration,
    /// The next answers, whatever is asked, but for health and events.
    failures: VecDeque<u16>,
}

type Shared = State<Arc<World>>;
type Answered<T> = Result<Json<T>, Refused>;

struct Refused(u16, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, message) = self;
        let code = if status == 404 { "unknown_session" } else { "simulated" }.to_owned();
        let detail = RefusalDetail::Sentence(message.clone());
        let code_of = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (code_of, Json(Refusal { detail, status, message, code })).into_response()
    }
}

impl Drop for Simulated {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Simulated {
    /// A server with so many live sessions, on a free port of this machine.
    pub async fn start(live: usize) -> Self {
        let now = Utc::now();
        let sessions = (0..live).map(|place| session(place, now)).map(|one| (one.session_id.clone(), one));
        let sessions: BTreeMap<String, SessionAnswer> = sessions.collect();
        let known = Known {
            order: sessions.keys().cloned().collect(),
            sessions,
            entries: Vec::new(),
            rates: RateCard::default(),
            plan: Plan { credits_per_month: Credits::whole(1_000_000), ..Plan::default() },
            latency: Duration::ZERO,
            failures: VecDeque::new(),
        };
        let world = Arc::new(World { state: Mutex::new(known), events: broadcast::Sender::new(EVENTS_KEPT) });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("the address it listens on"));
        let routes = routes(&world);
        let server = tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("it serves until it is dropped");
        });
        Self { base_url, world, server }
    }

    /// Every answer from now on takes so long.
    pub fn answers_after(&self, latency: Duration) {
        self.world.known().latency = latency;
    }

    /// The next answers are refusals with these statuses, one for each.
    pub fn fails_with(&self, statuses: &[u16]) {
        self.world.known().failures.extend(statuses);
    }

    /// How many sessions live.
    pub fn live(&self) -> usize {
        let known = self.world.known();
        known.sessions.values().filter(|session| session.status == SessionStatus::Active).count()
    }

    /// The sum of all charges.
    pub fn charged(&self) -> Credits {
        self.world.known().used()
    }

    /// Says of so many sessions a second, one after the other, that they were called elsewhere; does not end.
    pub async fn stirs(&self, per_second: usize) {
        let (mut tick, mut place) = (tokio::time::interval(Duration::from_millis(10)), 0);
        let (began, mut told) = (tokio::time::Instant::now(), 0);
        loop {
            tick.tick().await;
            let due = began.elapsed().as_millis() as usize * per_second / 1000;
            while told < due {
                let session = self.world.known().nth_called(place);
                (place, told) = (place + 1, told + 1);
                if let Some(session) = session {
                    self.world.tell(EngineEvent::SessionChanged { session });
                }
            }
        }
    }

    /// Ends a session as its own timeout would, and tells who listens.
    pub fn times_out(&self, id: &str) {
        let ended = self.world.known().end(id, SessionStatus::TimedOut, EndReason::IdleTimeout);
        if let Some(session) = ended {
            self.world.tell(EngineEvent::SessionEnded { session });
        }
    }
}

impl World {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: EngineEvent) {
        // Nobody may listen.
        let _ = self.events.send(event);
    }

    /// A call on a session: it moves the deadline, is charged, and is told.
    fn call(
        &self,
        id: Option<&str>,
        kind: CallKind,
        charge: &Charge,
    ) -> Result<(SessionAnswer, Usage), Refused> {
        let id = id.ok_or_else(|| Refused(422, "session_id is missing".to_owned()))?;
        let (at, mut known) = (Utc::now(), self.known());
        let session = known.live(id)?;
        touch(session, at);
        session.credits = session.credits.map(|before| before + charge.total());
        let session = session.clone();
        let entry = LedgerEntry {
            id: known.entries.len() as u64 + 1,
            at,
            session_id: id.to_owned(),
            call: kind,
            host: session.url.as_deref().and_then(host_of),
            credits: charge.total(),
            reasons: charge.reasons().to_vec(),
        };
        let remaining = known.remaining().less(entry.credits);
        if !entry.credits.is_zero() {
            known.entries.push(entry.clone());
        }
        drop(known);
        let usage = Usage { credits: entry.credits, reasons: entry.reasons.clone(), remaining };
        self.tell(EngineEvent::CallStarted { session_id: id.to_owned(), call: kind, at });
        let ended = EngineEvent::CallEnded {
            number: None,
            session_id: id.to_owned(),
            call: kind,
            at,
            took_ms: 1.0,
            credits: entry.credits,
            failure: None,
        };
        self.tell(EngineEvent::Charged { entry, remaining });
        self.tell(ended);
        self.tell(EngineEvent::SessionChanged { session: session.clone() });
        Ok((session, usage))
    }
}

impl Known {
    fn nth_called(&mut self, place: usize) -> Option<SessionAnswer> {
        let place = place % self.order.len().max(1);
        let id = self.order.get(place)?;
        let session = self.sessions.get_mut(id)?;
        touch(session, Utc::now());
        Some(told(session))
    }

    fn live(&mut self, id: &str) -> Result<&mut SessionAnswer, Refused> {
        match self.sessions.get_mut(id) {
            None => Err(Refused(404, format!("there is no session {id}"))),
            Some(session) if session.status != SessionStatus::Active => {
                Err(Refused(410, format!("session {id} has ended")))
            }
            Some(session) => Ok(session),
        }
    }

    fn end(&mut self, id: &str, status: SessionStatus, reason: EndReason) -> Option<SessionAnswer> {
        let session = self.live(id).ok()?;
        session.status = status;
        session.closed_at = Some(Utc::now());
        session.close_reason = Some(reason);
        session.expires_at = None;
        Some(session.clone())
    }

    fn used(&self) -> Credits {
        self.entries.iter().map(|entry| entry.credits).sum()
    }

    fn remaining(&self) -> Credits {
        self.plan.credits_per_month.less(self.used())
    }
}

/// The `place`th of those that are there from the beginning; each was called at another moment.
fn session(place: usize, now: DateTime<Utc>) -> SessionAnswer {
    let minutes = i64::try_from(place % MOST_MINUTES_AGO).unwrap_or(0);
    let seconds = i64::try_from(place % 60).unwrap_or(0);
    let called = now - Span::minutes(minutes) - Span::seconds(seconds);
    let (host, title) = (HOSTS[place % HOSTS.len()], TITLES[place % TITLES.len()]);
    let keep_alive = place % 20 == 7;
    let mut session = SessionAnswer {
        session_id: format!("5e550000-0000-4000-8000-{place:012}"),
        timeout_minutes: TIMEOUT_MINUTES,
        created_at: called - Span::minutes(minutes),
        last_accessed_at: called,
        duration: 0.0,
        status: SessionStatus::Active,
        error: None,
        keep_alive: Some(keep_alive),
        expires_at: None,
        closed_at: None,
        close_reason: None,
        title: Some(format!("{title} {place}")),
        url: Some(format!("https://{host}/{place}")),
        idle_timeout_minutes: Some(TIMEOUT_MINUTES),
        max_duration_minutes: None,
        network_request_bytes: 2_000,
        network_response_bytes: 80_000,
        options: SessionOptions { browser_type: Some("chromium".to_owned()), ..SessionOptions::default() },
        cdp_url: None,
        credits: Some(Credits::from_thousandths(100 * (place as u64 % 90 + 1))),
        server_time: None,
        usage: None,
    };
    touch(&mut session, called);
    session
}

fn touch(session: &mut SessionAnswer, at: DateTime<Utc>) {
    session.last_accessed_at = at;
    let timeout = Span::minutes(i64::from(session.timeout_minutes));
    session.expires_at = (session.keep_alive != Some(true)).then(|| at + timeout);
}

fn told(session: &SessionAnswer) -> SessionAnswer {
    let now = Utc::now();
    let until = session.closed_at.unwrap_or(now);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a session's life")]
    let duration = (until - session.created_at).num_milliseconds() as f64 / 1000.0;
    SessionAnswer { duration, server_time: Some(now), ..session.clone() }
}

fn host_of(url: &str) -> Option<String> {
    url.split_once("://")?.1.split('/').next().map(str::to_owned)
}

fn routes(world: &Arc<World>) -> Router {
    let answering = Router::new()
        .route(path::SESSION_LIST, get(list))
        .route(path::SESSION, get(one))
        .route(path::SESSION_START, post(start))
        .route(path::SESSION_CLOSE, post(close))
        .route(path::SESSION_EXTEND, post(extend))
        .route(path::ENV_OBSERVE, post(observe))
        .route(path::ENV_STEP, post(step))
        .route(path::ENV_SCRAPE, post(scrape))
        .route(path::USAGE, get(usage))
        .route(path::USAGE_ENTRIES, get(entries))
        .route(path::PLAN, get(plan))
        .layer(middleware::from_fn_with_state(Arc::clone(world), as_wished));
    Router::new()
        .route(path::HEALTH, get(health))
        .route(path::EVENTS, get(events))
        .merge(answering)
        .with_state(Arc::clone(world))
}

/// Late, or refused, when that was asked for.
async fn as_wished(State(world): Shared, request: Request, next: Next) -> Response {
    let (latency, failure) = {
        let mut known = world.known();
        (known.latency, known.failures.pop_front())
    };
    tokio::time::sleep(latency).await;
    match failure {
        Some(status) => Refused(status, format!("a simulated failure with status {status}")).into_response(),
        None => next.run(request).await,
    }
}

async fn health(State(world): Shared) -> Json<Health> {
    let known = world.known();
    let live = known.sessions.values().filter(|session| session.status == SessionStatus::Active).count();
    Json(Health {
        status: "ok".to_owned(),
        version: Some("simulated".to_owned()),
        active_sessions: Some(live as u64),
        uptime_seconds: Some(1.0),
        browser: Some(HealthBrowser {
            name: Some("Chromium".to_owned()),
            version: Some("0".to_owned()),
            ready: true,
            problem: None,
        }),
    })
}

#[derive(Deserialize)]
struct Pages {
    page: Option<u32>,
    page_size: Option<u32>,
}

impl Pages {
    /// Number, size, and how many come before.
    fn read(&self) -> (u32, u32, usize) {
        let (page, size) = (self.page.unwrap_or(1).max(1), self.page_size.unwrap_or(50).clamp(1, 500));
        (page, size, (page as usize - 1) * size as usize)
    }
}

async fn list(State(world): Shared, Query(pages): Query<Pages>) -> Json<SessionPage> {
    let known = world.known();
    let (page, page_size, before) = pages.read();
    let items = known.sessions.values().rev().skip(before).take(page_size as usize).map(told).collect();
    Json(SessionPage { items, page, page_size, total: known.sessions.len() as u64 })
}

async fn one(State(world): Shared, Path(id): Path<String>) -> Answered<SessionAnswer> {
    let known = world.known();
    let session = known.sessions.get(&id).ok_or_else(|| Refused(404, format!("there is no session {id}")))?;
    Ok(Json(told(session)))
}

async fn start(State(world): Shared, Json(wanted): Json<StartRequest>) -> Json<SessionAnswer> {
    let mut known = world.known();
    let mut session = session(known.sessions.len(), Utc::now());
    session.created_at = Utc::now();
    session.keep_alive = Some(wanted.keep_alive.unwrap_or(false));
    let minutes = wanted.session_timeout_minutes.and_then(|minutes| u32::try_from(minutes).ok()).unwrap_or(5);
    (session.timeout_minutes, session.idle_timeout_minutes) = (minutes, Some(minutes));
    (session.title, session.url, session.credits) = (None, None, Some(Credits::ZERO));
    touch(&mut session, Utc::now());
    known.sessions.insert(session.session_id.clone(), session.clone());
    session.usage = Some(Usage { credits: Credits::ZERO, reasons: Vec::new(), remaining: known.remaining() });
    drop(known);
    world.tell(EngineEvent::SessionStarted { session: told(&session) });
    Json(told(&session))
}

async fn close(State(world): Shared, Json(wanted): Json<SessionRequest>) -> Answered<SessionAnswer> {
    let id = wanted.session_id.ok_or_else(|| Refused(422, "session_id is missing".to_owned()))?;
    let session = {
        let mut known = world.known();
        known.live(&id)?;
        known.end(&id, SessionStatus::Closed, EndReason::Manual)
    };
    let session = session.ok_or_else(|| Refused(410, format!("session {id} has ended")))?;
    world.tell(EngineEvent::SessionEnded { session: told(&session) });
    Ok(Json(told(&session)))
}

async fn extend(State(world): Shared, Path(id): Path<String>) -> Answered<SessionAnswer> {
    let (session, _) = world.call(Some(&id), CallKind::Extend, &Charge::default())?;
    Ok(Json(told(&session)))
}

async fn observe(State(world): Shared, Json(wanted): Json<ObserveRequest>) -> Answered<PageAnswer> {
    let charge = world.known().rates.observe(ACTIONS.len() as u64);
    let call = world.call(wanted.session_id.as_deref(), CallKind::Observe, &charge)?;
    Ok(Json(PageAnswer { space: Some(space()), ..answer(call) }))
}

async fn step(State(world): Shared, Json(wanted): Json<StepRequest>) -> Answered<PageAnswer> {
    let charge = world.known().rates.step();
    let call = world.call(wanted.session_id.as_deref(), CallKind::Step, &charge)?;
    Ok(Json(PageAnswer { space: Some(space()), ..answer(call) }))
}

async fn scrape(State(world): Shared, Json(wanted): Json<ScrapeRequest>) -> Answered<PageAnswer> {
    let markdown =
        "# A simulated page\n\nWith a [link](https://shop.example/) and nothing else.\n".to_owned();
    let size = notex_session::ScrapeSize { markdown_bytes: markdown.len() as u64, images: 0 };
    let charge = world.known().rates.scrape(size);
    let call = world.call(wanted.session_id.as_deref(), CallKind::Scrape, &charge)?;
    let data = PageData { markdown: Some(markdown), ..PageData::default() };
    Ok(Json(PageAnswer { data: Some(data), ..answer(call) }))
}

fn answer((session, usage): (SessionAnswer, Usage)) -> PageAnswer {
    let viewport = Viewport {
        viewport_width: 1280.0,
        viewport_height: 800.0,
        total_width: 1280.0,
        total_height: 800.0,
        ..Viewport::default()
    };
    let metadata = PageMetadata {
        title: session.title.clone().unwrap_or_default(),
        url: session.url.clone().unwrap_or_else(|| "about:blank".to_owned()),
        timestamp: Some(Utc::now()),
        viewport: Some(viewport),
        tabs: Vec::new(),
    };
    PageAnswer {
        session: told(&session),
        metadata,
        screenshot: None,
        data: None,
        space: None,
        changes: None,
        usage: Some(usage),
    }
}

const ACTIONS: [(&str, &str, &str); 3] =
    [("L1", "Open Deals", "link"), ("B1", "Click Search", "button"), ("B2", "Click Add to basket", "button")];

fn space() -> ActionSpace {
    let actions = ACTIONS.iter().zip(0_u8..).map(|((id, description, role), row)| Action {
        id: (*id).to_owned(),
        description: (*description).to_owned(),
        category: "Main".to_owned(),
        status: ActionStatus::Valid,
        params: Vec::new(),
        role: Some((*role).to_owned()),
        label: None,
        state: None,
        selector: None,
        bounds: Some(ActionBox {
            x: 20.0,
            y: 20.0 + 40.0 * f64::from(row),
            width: 120.0,
            height: 30.0,
            ..ActionBox::default()
        }),
    });
    ActionSpace {
        description: "A simulated page".to_owned(),
        actions: actions.collect(),
        special_actions: Vec::new(),
        markdown: None,
        category: None,
        total_actions: Some(ACTIONS.len() as u64),
        partial: None,
    }
}

async fn usage(State(world): Shared) -> Json<UsageAnswer> {
    let known = world.known();
    let (now, used) = (Utc::now(), known.used());
    let mut by_call: Vec<CallUsage> = Vec::new();
    for entry in &known.entries {
        match by_call.iter_mut().find(|sum| sum.call == entry.call) {
            Some(sum) => {
                sum.count += 1;
                sum.credits += entry.credits;
            }
            None => by_call.push(CallUsage { call: entry.call, count: 1, credits: entry.credits }),
        }
    }
    Json(UsageAnswer {
        plan: known.plan.name.clone(),
        period_start: now - Span::days(10),
        period_end: now + Span::days(20),
        allowed: known.plan.credits_per_month,
        used,
        remaining: known.remaining(),
        by_day: vec![DayUsage { day: now.date_naive(), credits: used, by_call: by_call.clone() }],
        by_call,
        by_session: Vec::new(),
        other_sessions: None,
        by_host: Vec::new(),
        other_hosts: None,
    })
}

async fn entries(State(world): Shared, Query(pages): Query<Pages>) -> Json<EntryPage> {
    let known = world.known();
    let (page, page_size, before) = pages.read();
    let items = known.entries.iter().rev().skip(before).take(page_size as usize).cloned().collect();
    Json(EntryPage { items, page, page_size, total: known.entries.len() as u64 })
}

async fn plan(State(world): Shared) -> Json<PlanAnswer> {
    let known = world.known();
    Json(PlanAnswer { plan: known.plan.clone(), rates: known.rates.clone(), source: None, problem: None })
}

async fn events(State(world): Shared) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let hello = EngineEvent::Hello { server_time: Utc::now(), version: "simulated".to_owned() };
    let news = stream::unfold(world.events.subscribe(), async |mut events| {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(broadcast::error::RecvError::Lagged(_)) => EngineEvent::Lagged,
            Err(broadcast::error::RecvError::Closed) => return None,
        };
        Some((event, events))
    });
    let all = stream::once(async { hello }).chain(news);
    Sse::new(all.map(|event| Ok(Event::default().json_data(event).unwrap_or_default())))
        .keep_alive(KeepAlive::default())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    async fn post(server: &Simulated, path: &str, body: Value) -> (u16, Value) {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let answer =
            http.post(format!("{}{path}", server.base_url)).json(&body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    #[tokio::test]
    async fn sessions_are_listed_called_charged_and_ended() {
        let server = Simulated::start(450).await;
        let list: SessionPage = reqwest::get(format!("{}/session?page=3&page_size=200", server.base_url))
            .await
            .expect("an answer")
            .json()
            .await
            .expect("a page of sessions");
        assert_eq!((list.total, list.items.len()), (450, 50));
        let id = json!(list.items[0].session_id);
        let (status, seen) = post(&server, path::ENV_OBSERVE, json!({"session_id": id})).await;
        assert_eq!((status, &seen["usage"]["credits"]), (200, &json!(1.0)));
        serde_json::from_value::<PageAnswer>(seen).expect("a page answer");
        post(&server, path::ENV_SCRAPE, json!({"session_id": id})).await;
        assert_eq!(server.charged(), Credits::whole(3));
        let close = json!({"session_id": id});
        assert_eq!(post(&server, path::SESSION_CLOSE, close.clone()).await.0, 200);
        assert_eq!(post(&server, path::SESSION_CLOSE, close).await.0, 410);
        assert_eq!(server.live(), 449);
        server.fails_with(&[503]);
        let started = post(&server, path::SESSION_START, json!({})).await;
        assert_eq!((started.0, &started.1["code"]), (503, &json!("simulated")));
        assert_eq!(post(&server, path::SESSION_START, json!({})).await.0, 200);
    }
}
