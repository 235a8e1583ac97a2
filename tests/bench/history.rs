//! An archive of thousands of calls with screenshots of real pages, opened and scrubbed in the history of the web host, in
//! headless Chromium; beside it Playwright's trace viewer with a trace of as many actions. And thousands of requests of
//! one call, scrolled.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use notex_archive::{Archive, NewCall, NewPart, Options, Page, PartKind, Timing, Words};
use notex_journeys::{FixtureSite, RunningWebHost, Shown};
use notex_session::Credits;
use notex_wire::{CallKind, Exchange};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::report::{Report, Unit};
use crate::{Pace, quiet};

const CALLS: u32 = 5_000;
/// Of the last call.
const REQUESTS: u32 = 10_000;
/// Pages that were photographed; every call has a file of its own all the same.
const PAGES: u32 = 40;
const OPENED_WITHIN_MS: f64 = 1_000.0;
const FRAME_MS: f64 = 1000.0 / 60.0 + 0.5;
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/trace.mjs");
/// Five thousand actions and their snapshots take their time.
const TRACED_WITHIN: Duration = Duration::from_secs(1_800);

/// Opens the session and answers the milliseconds until its last call is shown with its picture.
const OPEN: &str = "new Promise((done) => {
  const begun = performance.now();
  document.querySelector('[data-testid=past-row]').click();
  const look = () => {
    const axis = document.querySelector('[data-testid=time-axis]');
    const picture = document.querySelector('[data-testid=past-picture]');
    if (axis?.ariaValueMax === 'CALLS' && picture?.complete && picture.naturalWidth > 0) done(performance.now() - begun);
    else requestAnimationFrame(look);
  };
  look();
})";

/// Drags over the time axis from end to end and back, and answers the milliseconds between frames, how many calls were
/// shown, and of how many of them the picture.
const SCRUB: &str = "new Promise((done) => {
  const axis = document.querySelector('[data-testid=time-axis]');
  const { left, top, width, height } = axis.getBoundingClientRect();
  axis.setPointerCapture = () => undefined;
  const at = (type, x) => axis.dispatchEvent(new PointerEvent(type, {
    bubbles: true, pointerId: 1, button: 0, buttons: 1, clientX: x, clientY: top + height / 2,
  }));
  const between = [], shown = new Set(), pictures = new Set();
  let before = null, began = null;
  at('pointerdown', left + 12);
  const frame = (now) => {
    began ??= now;
    if (before !== null) between.push(now - before);
    before = now;
    shown.add(axis.ariaValueNow);
    const picture = document.querySelector('[data-testid=past-picture]');
    if (picture?.complete) pictures.add(picture.src);
    const part = ((now - began) / 4000) % 2;
    at('pointermove', left + 10 + (width - 20) * (part < 1 ? part : 2 - part));
    if (now - began < MS) requestAnimationFrame(frame);
    else { at('pointerup', left); done({ between, shown: shown.size, pictures: pictures.size }); }
  };
  requestAnimationFrame(frame);
})";

/// Shows the requests of the call that is looked at, and answers the milliseconds until they are listed.
const LIST: &str = "new Promise((done) => {
  const begun = performance.now();
  [...document.querySelectorAll('[role=tab]')].find((tab) => tab.textContent.trim() === 'Network').click();
  const look = () => {
    const grid = document.querySelector('[role=grid][aria-label=Requests]');
    if (grid?.ariaRowCount === 'REQUESTS' && grid.querySelector('[role=row]')) done(performance.now() - begun);
    else requestAnimationFrame(look);
  };
  look();
})";

/// Shows the calls again.
const CALLS_AGAIN: &str =
    "[...document.querySelectorAll('[role=tab]')].find((tab) => tab.textContent.trim() === 'Calls').click()";

/// Scrolls them up and down, so many pixels per frame as a wheel does, and answers the milliseconds between frames.
const SCROLL: &str = "new Promise((done) => {
  const box = document.querySelector('[role=grid][aria-label=Requests] [role=rowgroup]');
  const between = [];
  let before = null, began = null, step = 120;
  const frame = (now) => {
    began ??= now;
    if (before !== null) between.push(now - before);
    before = now;
    if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) step = -Math.abs(step);
    if (box.scrollTop <= 0) step = Math.abs(step);
    box.scrollTop += step;
    if (now - began < MS) requestAnimationFrame(frame); else done({ between, height: box.scrollHeight });
  };
  requestAnimationFrame(frame);
})";

pub(crate) async fn measure(pace: Pace, out: &Path) -> Report {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut page = Shown::open().await;
    page.resize(1440, 900, 1.0).await;
    let screenshots = photographed(&mut page).await;
    // Where the inspector keeps it.
    fill(&folder.path().join("hub/history"), &screenshots);
    let host = RunningWebHost::start_on(folder.path(), quiet).await;
    let ms = pace.choose(20_000, 6_000);
    let mut opened = Vec::new();
    for _ in 0..pace.choose(5, 2) {
        page.goto(&host.url).await;
        page.until("the rail", "document.querySelector(\"[aria-label='History']\") !== null").await;
        page.value("document.querySelector(\"[aria-label='History']\").click()").await;
        page.until("the kept session", "document.querySelector('[data-testid=past-row]') !== null").await;
        opened.extend(page.value(&OPEN.replace("CALLS", &CALLS.to_string())).await.as_f64());
    }
    // The last call is the one that is looked at.
    let listed = page.value(&LIST.replace("REQUESTS", &REQUESTS.to_string())).await.as_f64();
    let scroll = page.value(&SCROLL.replace("MS", &ms.to_string())).await;
    let scrolled = numbers(&scroll["between"]);
    assert!(
        scroll["height"].as_f64() > Some(f64::from(REQUESTS) * 20.0),
        "all requests are listed: {scroll}"
    );
    page.value(CALLS_AGAIN).await;
    let scrub = page.value(&SCRUB.replace("MS", &ms.to_string())).await;
    let (scrubbed, shown, pictures) = (numbers(&scrub["between"]), &scrub["shown"], &scrub["pictures"]);
    drop(page);
    let peer = trace_viewer(out, pace.choose(5, 2), ms).await;

    let mut report = Report::new(
        "history: 5,000 calls with screenshots in the web host, beside Playwright's trace viewer",
    );
    let viewer = "trace viewer: a trace of as many actions is opened";
    report.add(viewer, Unit::Milliseconds, numbers(&peer["opened"]));
    report.add_beside("the session is opened", Unit::Milliseconds, opened.clone(), viewer, None);
    report.add_below("the same against a second", Unit::Milliseconds, opened, OPENED_WITHIN_MS);
    let viewer = "trace viewer: between frames while its time line is moved over";
    report.add(viewer, Unit::Milliseconds, numbers(&peer["between"]));
    report.add_beside(
        "between frames while the time axis is dragged",
        Unit::Milliseconds,
        scrubbed.clone(),
        viewer,
        None,
    );
    report.add_below("the same against sixty a second", Unit::Milliseconds, scrubbed, FRAME_MS);
    report.add("10,000 requests of a call are listed", Unit::Milliseconds, listed.into_iter().collect());
    report.add_below("between frames while they are scrolled", Unit::Milliseconds, scrolled, FRAME_MS);
    let seconds = ms / 1000;
    report.note(format!(
        "{shown} calls, and the pictures of {pictures}, were shown in {seconds} s of dragging"
    ));
    report
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// Pictures of real pages, as the engine takes them.
async fn photographed(page: &mut Shown) -> Vec<Vec<u8>> {
    let site = FixtureSite::open().await;
    let mut pictures = Vec::new();
    for number in 0..PAGES {
        page.goto(&site.url(&format!("/search?q=item+{number}"))).await;
        let answer = page.call("Page.captureScreenshot", json!({ "format": "jpeg", "quality": 80 })).await;
        let data = answer["data"].as_str().expect("a picture");
        pictures.push(STANDARD.decode(data).expect("base64"));
    }
    pictures
}

/// Writes a session of so many calls, some seconds apart, as an inspector would have.
fn fill(folder: &Path, screenshots: &[Vec<u8>]) {
    let archive = Archive::open(Options::new(folder.to_owned())).expect("an archive").archive;
    let begun = Utc::now() - TimeDelta::hours(12);
    for (number, screenshot) in (1..=CALLS).zip(screenshots.iter().cycle()) {
        // What follows the end of a JPEG is not shown, and makes it a file of its own.
        let bytes = [screenshot.as_slice(), &number.to_le_bytes()].concat();
        let mut parts =
            vec![NewPart { kind: PartKind::Screenshot, media_type: "image/jpeg".to_owned(), bytes }];
        if number == CALLS {
            parts.push(requests(begun + TimeDelta::seconds(i64::from(number) * 5)));
        }
        let actions: Vec<Value> = (1..=60)
            .map(|at| {
                json!({ "id": format!("L{at}"), "description": format!("Open result {at}"), "category": "Results",
                    "box": { "x": 20 + at % 10 * 100, "y": 20 + at / 10 * 60, "width": 80, "height": 24 } })
            })
            .collect();
        let call = NewCall {
            connection: "local".to_owned(),
            session: "s-1".to_owned(),
            number,
            kind: if number % 3 == 0 { CallKind::Step } else { CallKind::Observe },
            what: format!("/search?q=item+{number} · 60 actions"),
            made_elsewhere: false,
            request: Some(json!({ "session_id": "s-1" })),
            response: Some(json!({ "space": { "actions": actions } })),
            http_status: Some(200),
            failure: None,
            started_at: begun + TimeDelta::seconds(i64::from(number) * 5),
            timing: Timing { total: Some(Duration::from_millis(120)), ..Timing::default() },
            credits: Some(Credits::from_thousandths(1_200)),
            reasons: Vec::new(),
            page: Page {
                title: "Search".to_owned(),
                url: format!("http://shop.local/search?q=item+{number}"),
            },
            action_count: Some(60),
            words: Words::default(),
            parts,
        };
        while archive.keep_call(call.clone()).is_err() {
            // More waits than may wait: until it is written.
            archive.flush().expect("the disk takes it");
        }
    }
    archive.flush().expect("the disk takes it");
}

/// Requests of all kinds, one after the other.
fn requests(begun: DateTime<Utc>) -> NewPart {
    let kinds = ["document", "script", "stylesheet", "image", "fetch", "font"];
    let all: Vec<Exchange> = (0..REQUESTS)
        .map(|number| {
            let at = begun + TimeDelta::milliseconds(i64::from(number) * 3);
            Exchange {
                id: number.to_string(),
                at,
                ended_at: Some(at + TimeDelta::milliseconds(20 + i64::from(number % 90))),
                method: "GET".to_owned(),
                url: format!("http://shop.local/assets/part-{number}.js?v={number}"),
                resource_type: kinds[number as usize % kinds.len()].to_owned(),
                status: Some(if number % 50 == 0 { 404 } else { 200 }),
                encoded_bytes: u64::from(number) * 7,
                ..Exchange::default()
            }
        })
        .collect();
    let bytes = serde_json::to_vec(&all).expect("JSON");
    NewPart { kind: PartKind::Network, media_type: "application/json".to_owned(), bytes }
}

/// Makes a trace of as many actions, which takes some minutes and is kept for the next time, opens it in the viewer and
/// moves over its time line.
async fn trace_viewer(folder: &Path, times: usize, ms: usize) -> Value {
    let peers = std::env::var_os("NOTEX_PEERS")
        .expect("`cargo xtask bench` installs Playwright and sets NOTEX_PEERS");
    std::fs::create_dir_all(folder).expect("the folder of the results");
    let browser = crate::peer::Browsers::found().desktop;
    let mut child = Command::new("node")
        .arg(SCRIPT)
        .arg(browser)
        .arg(folder.join(format!("trace-{CALLS}.zip")))
        .args([CALLS.to_string(), times.to_string(), ms.to_string()])
        .env("NOTEX_PEERS", peers)
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node can be started");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    let line = tokio::time::timeout(TRACED_WITHIN, lines.next_line()).await;
    let line = line.expect("it ends").expect("node can be read").expect("it answers");
    serde_json::from_str(&line).expect("JSON")
}
