//! The engine over a scripted browser, called over HTTP as its clients do. Time is told, nothing sleeps.

mod cookies;
mod credits;
mod disks;
mod document;
mod events;
mod evidence;
mod executions;
mod files;
mod guarding;
mod ledgers;
mod lives;
mod losses;
#[path = "../../../../tests/support/model.rs"]
#[expect(unreachable_pub, reason = "the journeys share it")]
mod model_server;
mod models;
mod money;
mod observations;
mod options;
mod refusals;
mod sessions;
mod stops;
mod tariffs;
mod viewers;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use notex_session::{Credits, Plan};
use notex_wire::{Health, PageAnswer, Refusal, RefusalDetail, SessionAnswer};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::browser::scripted::ScriptedBrowser;
use crate::browser::{Browser, LaunchError, PageError};
use crate::browser_source::{BrowserSource, Launch};
use crate::clock::Clock;
use crate::config::{ApiKey, EngineConfig};
use crate::engine::Engine;
use crate::ledger::Tariff;
use crate::netguard::PrivateNetworks;

const KEY: &str = "a-key-of-the-tests";

/// What each launch leads to, in order.
type Launches = VecDeque<Result<Arc<ScriptedBrowser>, LaunchError>>;

/// A running engine with its folder, its clock and its browsers.
struct House {
    engine: Engine,
    folder: Arc<TempDir>,
    time: watch::Sender<DateTime<Utc>>,
    browsers: Arc<Mutex<Launches>>,
    browser: Arc<ScriptedBrowser>,
    http: reqwest::Client,
}

struct Answered {
    status: StatusCode,
    credits: Option<String>,
    body: Value,
}

impl Answered {
    fn of<T: DeserializeOwned>(self) -> T {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        serde_json::from_value(self.body).expect("the body is what the contract says")
    }

    fn refusal(self, status: u16) -> Refusal {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        let refusal: Refusal =
            serde_json::from_value(self.body).expect("a refusal is what the contract says");
        assert_eq!(refusal.status, status);
        refusal
    }

    /// The field that a 422 names, and its kind of problem.
    fn field(self) -> (String, String) {
        match self.refusal(422).detail {
            RefusalDetail::Fields(problems) => (problems[0].loc.join("."), problems[0].kind.clone()),
            RefusalDetail::Sentence(sentence) => panic!("no field is named: {sentence}"),
        }
    }
}

impl House {
    async fn new() -> Self {
        Self::with_plan(Credits::whole(10_000)).await
    }

    async fn with_plan(credits: Credits) -> Self {
        Self::with(Plan { credits_per_month: credits, ..Plan::default() }).await
    }

    async fn with(plan: Plan) -> Self {
        let time = watch::Sender::new("2026-11-22T12:00:00Z".parse().unwrap());
        let browser = ScriptedBrowser::new();
        let folder = Arc::new(TempDir::new().unwrap());
        Self::open(folder, time, browser.clone(), VecDeque::from([Ok(browser)]), plan).await
    }

    async fn open(
        folder: Arc<TempDir>,
        time: watch::Sender<DateTime<Utc>>,
        browser: Arc<ScriptedBrowser>,
        browsers: Launches,
        plan: Plan,
    ) -> Self {
        let browsers = Arc::new(Mutex::new(browsers));
        let next = Arc::clone(&browsers);
        let launch: Launch = Arc::new(move || {
            let next = next.lock().unwrap().pop_front().expect("no more browsers than scripted are launched");
            Box::pin(async move { next.map(|browser| -> Arc<dyn Browser> { browser }) })
        });
        let config = EngineConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            key: ApiKey::new(KEY).unwrap(),
            data_dir: folder.path().to_owned(),
            tariff: None,
            browser: BrowserSource::Local { program: None },
            private_networks: PrivateNetworks::Open,
            model: None,
        };
        let tariff = Tariff { plan, ..Tariff::default() };
        let clock = Clock::Told(time.subscribe());
        let engine = Engine::start_with(config, tariff, clock, launch).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { engine, folder, time, browsers, browser, http }
    }

    /// The same folder and clock under a new engine; the old one must have been stopped.
    async fn reopened(self) -> Self {
        self.engine.shut_down().await;
        let browser = ScriptedBrowser::new();
        let browsers = VecDeque::from([Ok(browser.clone())]);
        Self::open(self.folder, self.time, browser, browsers, Plan::default()).await
    }

    fn now(&self) -> DateTime<Utc> {
        *self.time.borrow()
    }

    fn seconds_pass(&self, seconds: i64) {
        self.time.send_modify(|now| *now += TimeDelta::seconds(seconds));
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.engine.address())
    }

    async fn send(request: RequestBuilder) -> Answered {
        let response: Response = request.send().await.expect("the engine answers");
        let status = response.status();
        let credits = response.headers().get("x-notex-credits").map(|v| v.to_str().unwrap().to_owned());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status} is not JSON: {text}"));
        Answered { status, credits, body }
    }

    async fn get(&self, path: &str) -> Answered {
        Self::send(self.http.get(self.url(path)).bearer_auth(KEY)).await
    }

    async fn post(&self, path: &str, body: Value) -> Answered {
        Self::send(self.http.post(self.url(path)).bearer_auth(KEY).json(&body)).await
    }

    async fn delete(&self, path: &str) -> Answered {
        Self::send(self.http.delete(self.url(path)).bearer_auth(KEY)).await
    }

    /// Executes an action in the current contract.
    async fn execute(&self, session: &SessionAnswer, action: Value) -> Answered {
        self.post(&format!("/sessions/{}/page/execute", session.session_id), action).await
    }

    /// Posts in the background, as a second caller.
    fn post_aside(&self, path: &str, body: Value) -> tokio::task::JoinHandle<Answered> {
        tokio::spawn(Self::send(self.http.post(self.url(path)).bearer_auth(KEY).json(&body)))
    }

    async fn start(&self) -> SessionAnswer {
        self.post("/session/start", json!({})).await.of()
    }

    async fn put(&self, path: &str, body: Value) -> Answered {
        Self::send(self.http.put(self.url(path)).bearer_auth(KEY).json(&body)).await
    }

    /// Starts a session that lasts so many minutes at most.
    async fn start_lasting(&self, minutes: i64, keep_alive: bool) -> SessionAnswer {
        let body = json!({ "keep_alive": keep_alive, "max_duration_minutes": minutes });
        self.post("/session/start", body).await.of()
    }

    async fn observe(&self, session: &SessionAnswer, url: &str) -> PageAnswer {
        let body = json!({ "session_id": session.session_id, "url": url });
        self.post("/env/observe", body).await.of()
    }

    async fn step(&self, session: &SessionAnswer, action: &str) -> Answered {
        self.post("/env/step", json!({ "session_id": session.session_id, "action_id": action })).await
    }

    async fn close(&self, session: &SessionAnswer) -> Answered {
        self.post("/session/close", json!({ "session_id": session.session_id })).await
    }

    async fn session(&self, session: &SessionAnswer) -> SessionAnswer {
        self.get(&format!("/session/{}", session.session_id)).await.of()
    }

    async fn health(&self) -> Health {
        Self::send(self.http.get(self.url("/health"))).await.of()
    }

    async fn browser_is_ready(&self) {
        while !self.health().await.browser.unwrap().ready {}
    }

    /// Waits until `/health` says this of the browser.
    async fn browser_says(&self, words: &str) {
        while !self.health().await.browser.unwrap().problem.is_some_and(|said| said.contains(words)) {}
    }

    /// Waits until so many calls wait on the session.
    async fn calls_wait(&self, session: &SessionAnswer, calls: usize) {
        while self.engine.state.registry.waiting(&session.session_id) < calls {
            tokio::task::yield_now().await;
        }
    }

    /// Waits until the session has cost so many thousandths.
    async fn costs(&self, session: &SessionAnswer, thousandths: u64) {
        while self.session(session).await.credits != Some(Credits::from_thousandths(thousandths)) {}
    }

    /// Waits until the last page is closed.
    async fn page_is_closed(&self) {
        self.browser.page().has_closed().await;
    }

    /// Opens the stream of events; the first one has been read.
    async fn listen(&self) -> events::Reader {
        events::Reader::open(self, "/events").await
    }
}
