//! What the hub itself costs with thousands of live sessions: idle, while they change, for a window that opens. Beside
//! it a bare reader of the same events, which keeps nothing. The server is a process of its own.

use std::process::Stdio;
use std::time::{Duration, Instant};

use notex_hub::protocol::{Light, News};
use notex_hub::{ApiKey, Hub, HubOptions, LocalEngine, LogHandle, Saved, Subscription};
use notex_journeys::{Cpu, Memory, Simulated};
use notex_wire::{EngineEvent, path};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Pace;
use crate::report::{Report, Unit};

/// The word with which this program serves simulated sessions: how many, and how many change each second.
pub(crate) const SERVE: &str = "serve-simulated";

const LIVE: usize = 5_000;
const CHANGES_A_SECOND: usize = 500;
const IDLE_PERCENT: f64 = 2.0;
const SNAPSHOT_MS: f64 = 50.0;
const LARGEST_MB: f64 = 60.0;
/// The hub keeps a session, tells a window and writes nothing: a few times what reading alone takes.
const TIMES_THE_READER: f64 = 4.0;
const SETTLES: Duration = Duration::from_secs(3);
const LISTED_WITHIN: Duration = Duration::from_secs(60);

pub(crate) async fn serve(live: &str, per_second: &str) {
    let number = |text: &str| text.parse::<usize>().expect("a number");
    let server = Simulated::start(number(live)).await;
    println!("{}", server.base_url);
    server.stirs(number(per_second)).await;
}

pub(crate) async fn measure(pace: Pace) -> Report {
    let seconds = pace.choose(20, 5);
    let mut report =
        Report::new("hub: what it costs with 5,000 live sessions, beside a bare reader of the same events");
    let before = Memory::of([std::process::id()]);

    let none = Server::start(0, 0).await;
    let (hub, window, folder) = open(&none.base_url, 0).await;
    report.add(
        "CPU of a hub without sessions, of one core",
        Unit::Percent,
        vec![idle(window, seconds).await],
    );
    close(hub, folder).await;

    let quiet = Server::start(LIVE, 0).await;
    let begun = Instant::now();
    let (hub, window, folder) = open(&quiet.base_url, LIVE).await;
    report.add("from nothing to all 5,000 shown", Unit::Milliseconds, vec![milliseconds(begun)]);
    let idle = idle(window, seconds).await;
    report.add_below("CPU with 5,000 that count down, of one core", Unit::Percent, vec![idle], IDLE_PERCENT);
    let held = Memory::of([std::process::id()]).rss_kb.saturating_sub(before.rss_kb);
    #[expect(clippy::cast_precision_loss, reason = "kilobytes of one process")]
    report.add_below(
        "memory that came with them, RSS",
        Unit::Megabytes,
        vec![held as f64 / 1024.0],
        LARGEST_MB,
    );
    let (mut made, mut written) = (Vec::new(), Vec::new());
    for _ in 0..pace.choose(30, 5) {
        let begun = Instant::now();
        let event = hub.subscribe().await.next().await.expect("a snapshot");
        made.push(milliseconds(begun));
        let begun = Instant::now();
        let text = serde_json::to_string(&event).expect("it can be written");
        written.push(milliseconds(begun));
        assert!(text.len() > LIVE * 100, "all of them are in it");
    }
    let row = "a snapshot as JSON";
    report.add(row, Unit::Milliseconds, written);
    report.add_beside("a window that opens is given a snapshot", Unit::Milliseconds, made.clone(), row, None);
    report.add_below("the same against its limit", Unit::Milliseconds, made, SNAPSHOT_MS);
    close(hub, folder).await;
    drop(quiet);

    let busy = Server::start(LIVE, CHANGES_A_SECOND).await;
    let read = reader(&busy.base_url, seconds).await;
    let row = "CPU of a bare reader of 500 changes a second, of one core";
    report.add(row, Unit::Percent, vec![read]);
    let (hub, window, folder) = open(&busy.base_url, LIVE).await;
    let told = told(window, seconds).await;
    let goal = Some(TIMES_THE_READER);
    report.add_beside(
        "CPU of the hub with one window, of one core",
        Unit::Percent,
        vec![told.percent],
        row,
        goal,
    );
    report.note(format!(
        "the window was told {:.0} of {CHANGES_A_SECOND} changes a second in {:.0} batches, {:.0} kB of JSON",
        told.changes, told.batches, told.kilobytes
    ));
    close(hub, folder).await;
    report
}

/// A simulated server in a process of its own; it ends when dropped.
struct Server {
    base_url: String,
    _process: Child,
}

impl Server {
    async fn start(live: usize, per_second: usize) -> Self {
        let program = std::env::current_exe().expect("the path of this program");
        let mut process = Command::new(program)
            .args([SERVE, &live.to_string(), &per_second.to_string()])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("this program starts again");
        let printed = process.stdout.take().expect("stdout is piped");
        let mut lines = BufReader::new(printed).lines();
        let base_url =
            lines.next_line().await.expect("its output can be read").expect("it prints its address");
        Self { base_url, _process: process }
    }
}

async fn open(base_url: &str, live: usize) -> (Hub, Subscription, TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = LocalEngine { base_url: base_url.to_owned(), key: ApiKey::new("simulated") };
    let options = HubOptions {
        data_dir: folder.path().to_owned(),
        saved: Saved::default(),
        save: Box::new(|_| Ok(())),
        start_local_engine: Box::new(move || {
            let engine = engine.clone();
            Box::pin(async move { Ok(engine) })
        }),
        practice_url: None,
        local_model: notex_hub::LocalModel::default(),
        log: LogHandle::default(),
    };
    let hub = Hub::start(options).expect("a hub starts in an empty folder");
    let listed = async {
        loop {
            let mut window = hub.subscribe().await;
            let Some(News::Snapshot(shown)) = window.next().await.map(|event| event.news) else {
                panic!("the first event is a snapshot")
            };
            if shown.sessions.len() == live && shown.connections[0].light == Light::Ready {
                return window;
            }
            window.next().await;
        }
    };
    let window = tokio::time::timeout(LISTED_WITHIN, listed).await.expect("all sessions are listed");
    (hub, window, folder)
}

async fn close(hub: Hub, folder: TempDir) {
    hub.stop().await;
    drop((hub, folder));
    tokio::time::sleep(SETTLES).await;
}

/// The CPU of this process while a window only listens.
async fn idle(mut window: Subscription, seconds: usize) -> f64 {
    let _listening = tokio::spawn(async move { while window.next().await.is_some() {} });
    tokio::time::sleep(SETTLES).await;
    let before = Cpu::of([std::process::id()]);
    tokio::time::sleep(Duration::from_secs(seconds as u64)).await;
    before.percent_since()
}

/// What a window was told, by the second, and what that took.
struct Told {
    percent: f64,
    changes: f64,
    batches: f64,
    kilobytes: f64,
}

async fn told(mut window: Subscription, seconds: usize) -> Told {
    while window.next_now().is_some() {}
    let (mut changes, mut batches, mut bytes) = (0, 0, 0);
    let (before, begun) = (Cpu::of([std::process::id()]), Instant::now());
    let until = tokio::time::Instant::now() + Duration::from_secs(seconds as u64);
    while let Ok(Some(event)) = tokio::time::timeout_at(until, window.next()).await {
        let News::Deltas(deltas) = &event.news else { panic!("the window fell behind") };
        (changes, batches) = (changes + deltas.len(), batches + 1);
        bytes += serde_json::to_string(&event).expect("it can be written").len();
    }
    let (percent, took) = (before.percent_since(), begun.elapsed().as_secs_f64());
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let a_second = |count: usize| count as f64 / took;
    Told {
        percent,
        changes: a_second(changes),
        batches: a_second(batches),
        kilobytes: a_second(bytes) / 1024.0,
    }
}

/// The CPU of this process while it reads all events and keeps none.
async fn reader(base_url: &str, seconds: usize) -> f64 {
    let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
    let mut answer = http.get(format!("{base_url}{}", path::EVENTS)).send().await.expect("it answers");
    let before = Cpu::of([std::process::id()]);
    let until = tokio::time::Instant::now() + Duration::from_secs(seconds as u64);
    let (mut text, mut read) = (Vec::new(), 0);
    while let Ok(Ok(Some(chunk))) = tokio::time::timeout_at(until, answer.chunk()).await {
        text.extend_from_slice(&chunk);
        while let Some(end) = text.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = text.drain(..end + 2).collect();
            let data = event.strip_prefix(b"data: ").unwrap_or_default();
            read += usize::from(serde_json::from_slice::<EngineEvent>(data).is_ok());
        }
    }
    assert!(read > seconds * CHANGES_A_SECOND / 2, "{read} events were read");
    before.percent_since()
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
