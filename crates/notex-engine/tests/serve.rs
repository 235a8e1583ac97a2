//! The engine as a program, over a real Chromium: what it prints, answers and leaves behind.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use notex_session::{Credits, EndReason};
use notex_wire::{
    EngineEvent, EntryPage, Health, PageAnswer, SessionAnswer, SessionPage, SessionStatus, UsageAnswer,
};
use rustix::process::{Pid, Signal, kill_process};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

const KEY: &str = "a-key-of-the-tests";
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `notex-engine serve`, killed with the test.
struct Served {
    process: Child,
    _stdout: Lines<BufReader<ChildStdout>>,
    base: String,
    http: reqwest::Client,
    folder: TempDir,
    /// What the engine and its browser take for the system's temporary folder.
    temporary: TempDir,
}

fn engine(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_notex-engine"));
    command
        .arg("serve")
        .arg("--data-dir")
        .arg(folder.path())
        .env("NOTEX_API_KEY", KEY)
        .env_remove("RUST_LOG");
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

impl Served {
    async fn start() -> Self {
        Self::start_with(TempDir::new().unwrap(), &[]).await
    }

    /// On the folder of an engine before.
    async fn start_on(folder: TempDir) -> Self {
        Self::start_with(folder, &[]).await
    }

    async fn start_with(folder: TempDir, arguments: &[&str]) -> Self {
        let temporary = TempDir::new().unwrap();
        let mut command = engine(&folder);
        command.args(["--listen", "127.0.0.1:0"]).args(arguments).env("TMPDIR", temporary.path());
        let mut process = command.stderr(Stdio::inherit()).spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = timeout(PATIENCE, stdout.next_line()).await.unwrap().unwrap().unwrap();
        let base = line.strip_prefix("notex-engine listening on ").expect(&line).to_owned();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let served = Self { process, _stdout: stdout, base, http, folder, temporary };
        let ready = async { while !served.health().await.browser.unwrap().ready {} };
        timeout(PATIENCE, ready).await.expect("the browser is launched ahead of the first session");
        served
    }

    async fn health(&self) -> Health {
        self.http.get(format!("{}/health", self.base)).send().await.unwrap().json().await.unwrap()
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(KEY);
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(KEY).json(&body);
        let response = request.send().await.unwrap();
        let (status, body) = (response.status(), response.json().await.unwrap());
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn start_session(&self) -> SessionAnswer {
        serde_json::from_value(self.post("/session/start", json!({})).await).unwrap()
    }

    async fn page(&self, path: &str, session: &SessionAnswer, mut body: Value) -> PageAnswer {
        body["session_id"] = json!(session.session_id);
        serde_json::from_value(self.post(path, body).await).unwrap()
    }

    /// Everything in the temporary folder, and what in the engine's own folder bears the name of this session.
    fn left_behind(&self, session: &SessionAnswer) -> Vec<PathBuf> {
        let mut left: Vec<_> = all_in(self.temporary.path());
        left.extend(
            all_in(self.folder.path())
                .into_iter()
                .filter(|path| path.to_string_lossy().contains(&session.session_id)),
        );
        left
    }

    /// Waits until nothing is left behind.
    async fn leaves_nothing(&self, session: &SessionAnswer) {
        let gone = async {
            while !self.left_behind(session).is_empty() {
                tokio::task::yield_now().await;
            }
        };
        if timeout(Duration::from_secs(10), gone).await.is_err() {
            panic!("left behind: {:?}", self.left_behind(session));
        }
    }

    fn pid(&self) -> u32 {
        self.process.id().expect("it runs")
    }

    /// The processes that it started, directly or not.
    fn browser_processes(&self) -> HashSet<u32> {
        let mut found = HashSet::from([self.pid()]);
        loop {
            let before = found.len();
            found.extend(
                processes()
                    .filter(|(_, parent)| found.contains(parent))
                    .map(|(pid, _)| pid)
                    .collect::<Vec<_>>(),
            );
            if found.len() == before {
                break;
            }
        }
        found.remove(&self.pid());
        found
    }

    fn signal(&self, signal: Signal) {
        send(self.pid(), signal);
    }
}

fn all_in(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            all.extend(all_in(&entry.path()));
        }
        all.push(entry.path());
    }
    all
}

fn send(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid.try_into().unwrap()).unwrap(), signal).unwrap();
}

/// Every process with its parent; the dead that nobody has buried yet are left out.
fn processes() -> impl Iterator<Item = (u32, u32)> {
    std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let mut after_name = stat.rsplit_once(") ")?.1.split(' ');
        let state = after_name.next()?;
        let parent = after_name.next()?.parse().ok()?;
        (state != "Z" && state != "X").then_some((pid, parent))
    })
}

async fn are_gone(pids: &HashSet<u32>) {
    let gone = async {
        while processes().any(|(pid, _)| pids.contains(&pid)) {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(10), gone).await.expect("every process of the browser is gone");
}

/// A page with a link, a field and a heading; serves until the runtime ends.
async fn site() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let home = "<title>Home</title><main><h1>Welcome</h1><p>A page to read.</p><a href=/next>Next page</a>
        <label>City <input name=city></label></main>";
    let app = Router::new()
        .route("/", get(async move || Html(home)))
        .route("/next", get(async || Html("<title>Next</title><h1>Next</h1>")));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    // Without its scheme, as a person types it.
    address.to_string()
}

#[tokio::test]
async fn a_session_is_driven_over_http_and_sigterm_leaves_no_process() {
    let mut served = Served::start().await;
    let home = site().await;
    let session = served.start_session().await;
    let seen = served.page("/env/observe", &session, json!({ "url": home, "screenshot": true })).await;
    assert_eq!(seen.metadata.title, "Home");
    assert!(seen.screenshot.is_some_and(|picture| picture.len() > 1000));
    let actions = seen.space.unwrap().actions;
    let link = actions.iter().find(|action| action.id.starts_with('L')).expect("the link is listed");
    let field = actions.iter().find(|action| action.id.starts_with('I')).expect("the field is listed");
    assert_eq!(field.params.len(), 1);
    served.page("/env/step", &session, json!({ "action_id": field.id, "value": "Berlin" })).await;
    let scraped = served.page("/env/scrape", &session, json!({})).await;
    assert!(scraped.data.unwrap().markdown.unwrap().contains("A page to read."));
    let next = served.page("/env/step", &session, json!({ "action_id": link.id })).await;
    assert_eq!(next.metadata.title, "Next");
    let closed = served.post("/session/close", json!({ "session_id": session.session_id })).await;
    assert_eq!(closed["status"], "closed");
    // 0.1 minute, 1.2 observe, 1 step, 2 scrape, 1 step.
    assert_eq!(closed["credits"], 5.3);

    let last = served.start_session().await;
    assert!(!served.left_behind(&last).is_empty(), "the browser's profile is in the temporary folder");
    let browser = served.browser_processes();
    assert!(!browser.is_empty());
    for pid in &browser {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&environment).contains(KEY), "the browser was given the key");
    }
    served.signal(Signal::TERM);
    let status = timeout(PATIENCE, served.process.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
    are_gone(&browser).await;
    served.leaves_nothing(&session).await;
    served.leaves_nothing(&last).await;
}

#[tokio::test]
async fn no_process_is_left_when_the_engine_is_killed_and_no_folder_once_the_next_one_has_started() {
    let mut served = Served::start().await;
    let session = served.start_session().await;
    let browser = served.browser_processes();
    assert!(!browser.is_empty());
    served.signal(Signal::KILL);
    timeout(PATIENCE, served.process.wait()).await.unwrap().unwrap();
    are_gone(&browser).await;
    let Served { folder, temporary, .. } = served;
    // What pages had downloaded lies in the engine's own folder, where nobody but the next engine tidies up.
    let next = Served { temporary, ..Served::start_on(folder).await };
    next.leaves_nothing(&session).await;
}

#[tokio::test]
async fn private_networks_are_blocked_when_asked_but_for_the_exceptions() {
    let (home, neighbour) = (site().await, site().await);
    let arguments = ["--block-private-networks", "--allow-private", &home];
    let served = Served::start_with(TempDir::new().unwrap(), &arguments).await;
    let session = served.start_session().await;
    let seen = served.page("/env/observe", &session, json!({ "url": home })).await;
    assert_eq!(seen.metadata.title, "Home");
    let body = json!({ "session_id": session.session_id, "url": neighbour });
    let request = served.http.post(format!("{}/env/observe", served.base)).bearer_auth(KEY).json(&body);
    let refusal = request.send().await.unwrap();
    assert_eq!(refusal.status(), 422);
    let refusal: Value = refusal.json().await.unwrap();
    let sentence = "127.0.0.1 lies in a private network, which this engine was started to block";
    assert_eq!(refusal["message"], sentence);
}

#[tokio::test]
async fn after_a_kill_the_sessions_are_listed_as_ended_with_ledger_and_history_intact() {
    let mut served = Served::start().await;
    let home = site().await;
    let (used, closed) = (served.start_session().await, served.start_session().await);
    served.page("/env/observe", &used, json!({ "url": home })).await;
    served.page("/env/scrape", &used, json!({})).await;
    served.post("/session/close", json!({ "session_id": closed.session_id })).await;
    let before: EntryPage = served.get("/usage/entries").await;
    let charged: UsageAnswer = served.get("/usage").await;
    assert_eq!((before.total, charged.used), (4, Credits::from_thousandths(3_200)));
    served.signal(Signal::KILL);
    timeout(PATIENCE, served.process.wait()).await.unwrap().unwrap();

    let served = Served::start_on(served.folder).await;
    let listed: SessionPage = served.get("/session").await;
    let of = |id: &str| listed.items.iter().find(|item| item.session_id == id).expect("it is listed");
    let ended = of(&used.session_id);
    assert_eq!((ended.status, ended.close_reason), (SessionStatus::Error, Some(EndReason::Error)));
    assert_eq!(ended.error.as_deref(), Some("engine restarted"));
    assert_eq!(ended.credits, Some(Credits::from_thousandths(3_100)));
    assert_eq!(ended.title.as_deref(), Some("Home"));
    assert_eq!(of(&closed.session_id).status, SessionStatus::Closed);
    assert_eq!(served.get::<EntryPage>("/usage/entries").await, before);
    assert_eq!(served.get::<UsageAnswer>("/usage").await, charged);
    assert_eq!(served.health().await.active_sessions, Some(0));
    // The account goes on where it was.
    let next = served.start_session().await;
    let remaining = next.usage.unwrap().remaining;
    assert_eq!(remaining, charged.remaining.less(Credits::from_thousandths(100)));
}

#[tokio::test]
async fn killing_the_browser_ends_its_sessions_within_a_second_and_the_engine_goes_on() {
    let served = Served::start().await;
    let home = site().await;
    let session = served.start_session().await;
    served.page("/env/observe", &session, json!({ "url": home })).await;
    let mut events =
        served.http.get(format!("{}/events", served.base)).bearer_auth(KEY).send().await.unwrap();
    events.chunk().await.unwrap();
    let killed = std::time::Instant::now();
    for pid in served.browser_processes() {
        let _ = kill_process(Pid::from_raw(pid.try_into().unwrap()).unwrap(), Signal::KILL);
    }
    let mut told = String::new();
    let ended = loop {
        let chunk = timeout(PATIENCE, events.chunk()).await.unwrap().unwrap().unwrap();
        told.push_str(std::str::from_utf8(&chunk).unwrap());
        let event = told.lines().filter_map(|line| line.strip_prefix("data: ")).find_map(|data| {
            match serde_json::from_str(data) {
                Ok(EngineEvent::SessionEnded { session }) => Some(session),
                _ => None,
            }
        });
        if let Some(session) = event {
            break session;
        }
    };
    assert!(killed.elapsed() < Duration::from_secs(1), "{:?}", killed.elapsed());
    assert_eq!((ended.session_id, ended.status), (session.session_id, SessionStatus::Error));
    let why = ended.error.unwrap();
    // It may end itself between the ends of its children and its own.
    assert!(why.starts_with("Chromium ended (signal"), "{why}");
    let another = served.start_session().await;
    let seen = served.page("/env/observe", &another, json!({ "url": home })).await;
    assert_eq!(seen.metadata.title, "Home");
}

async fn refused(command: &mut Command) -> String {
    let mut process = command.spawn().unwrap();
    let status = timeout(PATIENCE, process.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(2));
    let mut sentence = String::new();
    process.stderr.take().unwrap().read_to_string(&mut sentence).await.unwrap();
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    sentence
}

#[tokio::test]
async fn a_start_that_cannot_be_is_refused_in_one_sentence() {
    let folder = TempDir::new().unwrap();
    let listen = ["--listen", "127.0.0.1:0"];
    let keyless = refused(engine(&folder).args(listen).env_remove("NOTEX_API_KEY")).await;
    assert!(keyless.contains("NOTEX_API_KEY"), "{keyless}");
    let remote = refused(engine(&folder).args(["--listen", "0.0.0.0:0"])).await;
    assert!(remote.contains("--allow-remote"), "{remote}");
    let grid = refused(engine(&folder).args(listen).args(["--browser", "grid:http://127.0.0.1:4444"])).await;
    assert!(grid.contains("not built yet"), "{grid}");
    let tariff = folder.path().join("prices.json");
    std::fs::write(&tariff, r#"{ "rates": { "step": "free" } }"#).unwrap();
    let path = tariff.to_str().unwrap();
    let wrong = refused(engine(&folder).args(listen).args(["--tariff", path])).await;
    assert!(wrong.contains("prices.json is wrong: rates.step"), "{wrong}");
    let pictures = TempDir::new().unwrap();
    std::fs::write(pictures.path().join("engine.sqlite"), "holiday pictures ".repeat(100)).unwrap();
    let broken = refused(engine(&pictures).args(listen)).await;
    assert!(broken.contains("engine.sqlite is not a store that can be read"), "{broken}");
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let busy = refused(engine(&folder).args(["--listen", &address])).await;
    assert!(busy.contains(&address), "{busy}");
}
