//! How late sessions end when ten thousand are live, spread over half a minute and all in one second, and what an idle
//! engine with ten thousand sessions takes of a processor. The engine is the real one over HTTP; its browser only counts.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot be run is to stop")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream};
use notex_engine::browser::{
    Act, Acted, Browser, BrowserIdentity, ContextOptions, DialogWish, Face, LiveFrame, News, Observed, Page,
    PageError, Position, ScrapeOptions, ScrapedPage, Scroll, Traffic, WaitUntil,
};
use notex_engine::evidence::Evidence;
use notex_engine::netguard::PrivateNetworks;
use notex_engine::{ApiKey, BrowserSource, Engine, EngineConfig};
use notex_session::EndReason;
use notex_wire::{Cookie, ElementAnswer, LiveInput, PageEvent, SessionAnswer, SessionPage, Viewport};
use serde_json::json;
use tokio::sync::{broadcast, watch};
use url::Url;

const KEY: &str = "a-key-of-the-benchmark";
const SESSIONS: usize = 10_000;
const CALLERS: usize = 64;
/// What has to hold.
const LATE_AT_P99: TimeDelta = TimeDelta::milliseconds(250);

/// When each page was closed: a page is closed after its session has ended and everybody was told.
type Closed = Arc<Mutex<HashMap<u64, DateTime<Utc>>>>;

struct CountingBrowser {
    identity: BrowserIdentity,
    opened: Mutex<u64>,
    closed: Closed,
}

/// Its number is told as its traffic, so that the sessions in the list can be matched with the pages.
struct CountingPage {
    number: u64,
    closed: Closed,
    happenings: broadcast::Sender<PageEvent>,
    evidence: Arc<Evidence>,
}

#[async_trait]
impl Browser for CountingBrowser {
    fn identity(&self) -> &BrowserIdentity {
        &self.identity
    }

    async fn open_page(&self, _options: &ContextOptions) -> Result<Arc<dyn Page>, PageError> {
        let mut opened = self.opened.lock().unwrap();
        *opened += 1;
        Ok(Arc::new(CountingPage {
            number: *opened,
            closed: Arc::clone(&self.closed),
            happenings: broadcast::Sender::new(1),
            evidence: Arc::default(),
        }))
    }

    fn cdp_address(&self) -> Option<String> {
        None
    }

    async fn lost(&self) -> String {
        std::future::pending().await
    }

    async fn shut_down(&self) {}
}

fn nothing<T>() -> Result<T, PageError> {
    Err(PageError::NotOperable("there is nothing on a page of the benchmark".to_owned()))
}

#[async_trait]
impl Page for CountingPage {
    async fn goto(&self, _url: &Url, _until: WaitUntil) -> Result<(), PageError> {
        Ok(())
    }

    async fn back(&self) -> Result<(), PageError> {
        Ok(())
    }

    async fn forward(&self) -> Result<(), PageError> {
        Ok(())
    }

    async fn refresh(&self) -> Result<(), PageError> {
        Ok(())
    }

    async fn position(&self) -> Result<Position, PageError> {
        let (title, url) = (String::new(), "about:blank".to_owned());
        Ok(Position { title, url, viewport: Viewport::default(), tabs: Vec::new() })
    }

    async fn observe(&self, _max_actions: usize) -> Result<Observed, PageError> {
        nothing()
    }

    async fn news(&self) -> Result<News, PageError> {
        nothing()
    }

    async fn act(&self, _act: &Act) -> Result<Acted, PageError> {
        nothing()
    }

    fn answer_dialogs(&self, _how: Option<DialogWish>) {}

    async fn press_key(&self, _keys: &str) -> Result<(), PageError> {
        nothing()
    }

    async fn scroll(&self, _scroll: Scroll) -> Result<(), PageError> {
        nothing()
    }

    fn evidence(&self) -> Arc<Evidence> {
        Arc::clone(&self.evidence)
    }

    async fn keep(&self, _call: u32) {}

    async fn evaluate(&self, _code: &str) -> Result<serde_json::Value, PageError> {
        nothing()
    }

    async fn scrape(&self, _options: &ScrapeOptions) -> Result<ScrapedPage, PageError> {
        nothing()
    }

    async fn screenshot(&self) -> Result<Vec<u8>, PageError> {
        nothing()
    }

    async fn open_tab(&self, _url: Option<&Url>) -> Result<(), PageError> {
        nothing()
    }

    async fn switch_tab(&self, _index: usize) -> Result<(), PageError> {
        nothing()
    }

    async fn close_tab(&self) -> Result<(), PageError> {
        nothing()
    }

    async fn cookies(&self) -> Result<Vec<Cookie>, PageError> {
        nothing()
    }

    async fn set_cookies(&self, _cookies: &[Cookie]) -> Result<(), PageError> {
        nothing()
    }

    fn happenings(&self) -> broadcast::Receiver<PageEvent> {
        self.happenings.subscribe()
    }

    /// It never changes.
    fn face(&self) -> watch::Receiver<Face> {
        watch::channel(Face::default()).1
    }

    fn traffic(&self) -> Traffic {
        Traffic { request_bytes: self.number, response_bytes: 0 }
    }

    async fn live(&self) -> Result<watch::Receiver<Option<LiveFrame>>, PageError> {
        nothing()
    }

    async fn element_at(&self, _: f64, _: f64) -> Result<Option<ElementAnswer>, PageError> {
        Ok(None)
    }
    async fn input(&self, _input: &LiveInput) -> Result<(), PageError> {
        nothing()
    }

    fn context_id(&self) -> &str {
        "counted"
    }

    fn target_id(&self) -> String {
        String::new()
    }

    async fn lost(&self) -> String {
        std::future::pending().await
    }

    async fn close(&self) {
        self.closed.lock().unwrap().insert(self.number, Utc::now());
    }
}

/// An engine of the benchmark, and its caller.
struct Bench {
    engine: Engine,
    _folder: tempfile::TempDir,
    http: reqwest::Client,
    closed: Closed,
}

impl Bench {
    async fn start() -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        let config = EngineConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            key: ApiKey::new(KEY).unwrap(),
            data_dir: folder.path().to_owned(),
            tariff: None,
            browser: BrowserSource::Local { program: None },
            private_networks: PrivateNetworks::Open,
            model: None,
        };
        let closed = Closed::default();
        let browser = CountingBrowser {
            identity: BrowserIdentity { name: "Counting".into(), version: "1".into() },
            opened: Mutex::new(0),
            closed: Arc::clone(&closed),
        };
        let engine = Engine::start_over(config, Arc::new(browser)).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { engine, _folder: folder, http, closed }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.engine.address())
    }

    async fn post(&self, path: &str, body: serde_json::Value) -> SessionAnswer {
        let answer = self.http.post(self.url(path)).bearer_auth(KEY).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }

    async fn start_sessions(&self, over: Duration, timeout_minutes: u32) -> Vec<String> {
        let begun = Instant::now();
        stream::iter(0..SESSIONS)
            .map(async |number| {
                let due = over * u32::try_from(number).unwrap() / u32::try_from(SESSIONS).unwrap();
                tokio::time::sleep(due.saturating_sub(begun.elapsed())).await;
                self.post("/session/start", json!({ "session_timeout_minutes": timeout_minutes }))
                    .await
                    .session_id
            })
            .buffer_unordered(CALLERS)
            .collect()
            .await
    }

    async fn all_have_ended(&self, so_many: usize) {
        while self.closed.lock().unwrap().len() < so_many {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// By how much each session ended after the instant it was to end, sorted.
    async fn lateness(&self) -> Vec<TimeDelta> {
        let (mut late, mut page) = (Vec::new(), 1);
        loop {
            let url = self.url(&format!("/session?page={page}&page_size=500"));
            let answer = self.http.get(url).bearer_auth(KEY).send().await.unwrap();
            let sessions: SessionPage = answer.json().await.unwrap();
            if sessions.items.is_empty() {
                break;
            }
            let closed = self.closed.lock().unwrap();
            late.extend(sessions.items.iter().map(|session| {
                assert_eq!(session.close_reason, Some(EndReason::IdleTimeout), "{:?}", session.error);
                closed[&session.network_request_bytes] - session.closed_at.expect("it has ended")
            }));
            page += 1;
        }
        assert_eq!(late.len(), SESSIONS);
        late.sort_unstable();
        late
    }
}

fn report(what: &str, late: &[TimeDelta]) {
    let at = |share: usize| late[(late.len() * share / 1000).min(late.len() - 1)].as_seconds_f64() * 1000.0;
    println!(
        "{what}: late by {:.1} ms at p50, {:.1} ms at p99, {:.1} ms at most",
        at(500),
        at(990),
        at(1000)
    );
    let goal = if late[late.len() * 99 / 100] < LATE_AT_P99 { "met" } else { "MISSED" };
    println!("  goal: less than {} ms at p99: {goal}", LATE_AT_P99.num_milliseconds());
}

/// Processor time that this process has used, in seconds; known on Linux only.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    // Linux counts in hundredths, whatever the kernel's own clock.
    Some((user + system) / 100.0)
}

#[tokio::main]
async fn main() {
    let spread = Bench::start().await;
    spread.start_sessions(Duration::from_secs(30), 2).await;
    // Nobody calls them, but each is charged for its second minute.
    let (before, begun) = (processor_seconds(), Instant::now());
    tokio::time::sleep(Duration::from_secs(60)).await;
    if let (Some(before), Some(after)) = (before, processor_seconds()) {
        let share = (after - before) / begun.elapsed().as_secs_f64() * 100.0;
        println!("idle with {SESSIONS} sessions: {share:.2} % of one processor, charges of minutes included");
    }
    spread.all_have_ended(SESSIONS).await;
    report(&format!("{SESSIONS} ends over 30 s"), &spread.lateness().await);
    spread.engine.shut_down().await;

    let together = Bench::start().await;
    let ids = together.start_sessions(Duration::ZERO, 1).await;
    let begun = Instant::now();
    let extended: Vec<_> = stream::iter(&ids)
        .map(async |id| together.post(&format!("/session/{id}/extend"), json!({})).await.expires_at.unwrap())
        .buffer_unordered(CALLERS)
        .collect()
        .await;
    let (first, last) = (extended.iter().min().unwrap(), extended.iter().max().unwrap());
    let within = (*last - *first).as_seconds_f64();
    println!("{SESSIONS} extends took {:.1} s", begun.elapsed().as_secs_f64());
    together.all_have_ended(SESSIONS).await;
    report(&format!("{SESSIONS} ends within {within:.1} s"), &together.lateness().await);
    together.engine.shut_down().await;
}
