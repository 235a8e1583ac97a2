//! The list of thousands of live sessions, as a person scrolls it and as it stands there counting down: the web host in
//! Chromium, beside a page that shows nothing.

use std::time::Duration;

use notex_journeys::{Cpu, Memory, RunningWebHost, Shown, Simulated};
use serde_json::{Value, json};

use crate::report::{Report, Unit};
use crate::{Pace, processes_under, quiet};

const LIVE: usize = 5_000;
const SIXTIETH_MS: f64 = 1000.0 / 60.0;
/// A sixtieth of a second, and what a clock of a browser may be late.
const FRAME_MS: f64 = SIXTIETH_MS + 0.5;
const IDLE_PERCENT: f64 = 10.0;
const LISTED_WITHIN: Duration = Duration::from_secs(60);

/// The box that scrolls the rows, and how many it could show.
const LIST: &str = "(() => {
  for (let node = document.querySelector(\"[data-testid='session-row']\"); node; node = node.parentElement) {
    const overflow = getComputedStyle(node).overflowY;
    if (/auto|scroll/.test(overflow) && node.scrollHeight > node.clientHeight) return node;
  }
  return null;
})()";

/// Scrolls the box up and down, so many pixels per frame as a wheel does, and answers the milliseconds between frames.
const SCROLL: &str = "(box, ms) => new Promise((done) => {
  const between = [];
  let before = null, began = null, step = 48;
  const frame = (now) => {
    began ??= now;
    if (before !== null) between.push(now - before);
    before = now;
    if (box) {
      if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) step = -Math.abs(step);
      if (box.scrollTop <= 0) step = Math.abs(step);
      box.scrollTop += step;
    }
    if (now - began < ms) requestAnimationFrame(frame); else done(between);
  };
  requestAnimationFrame(frame);
})";

pub(crate) async fn measure(pace: Pace) -> Report {
    let seconds = pace.choose(20, 5);
    let server = Simulated::start(LIVE).await;
    let host = RunningWebHost::start_with(quiet).await;
    let mut page = Shown::open().await;
    page.resize(1440, 900, 1.0).await;
    let bare_frames = frames(&mut page, "null", seconds).await;
    let (bare_cpu, bare_memory) = (idle(&page, seconds).await, held(&page));

    page.goto(&host.url).await;
    connect(&mut page, &server.base_url).await;
    let rows = format!("{LIST}?.scrollHeight > {LIVE} * 20");
    page.until_within("all sessions to be listed", &rows, LISTED_WITHIN).await;
    let host_processes = [host.program.id()];
    let scrolled = frames(&mut page, LIST, seconds).await;
    // What is left to do after a scroll is done.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = Cpu::of(host_processes);
    let idle_cpu = idle(&page, seconds).await;
    let host_cpu = before.percent_since();
    let list_memory = held(&page);

    let mut report =
        Report::new("window: 5,000 live sessions in the list of the web host, in headless Chromium");
    let bare = "between frames of an empty page";
    let (bare_dropped, dropped) = (dropped_percent(&bare_frames), dropped_percent(&scrolled));
    report.add(bare, Unit::Milliseconds, bare_frames);
    report.add_beside(
        "between frames while the list scrolls",
        Unit::Milliseconds,
        scrolled.clone(),
        bare,
        None,
    );
    report.add_below("the same against sixty a second", Unit::Milliseconds, scrolled, FRAME_MS);
    report.add("frames dropped on the empty page", Unit::Percent, vec![bare_dropped]);
    report.add("frames dropped while the list scrolls", Unit::Percent, vec![dropped]);
    let bare = "CPU of Chromium with an empty page, of one core";
    report.add(bare, Unit::Percent, vec![bare_cpu]);
    report.add_below(
        "CPU of Chromium while the list counts down",
        Unit::Percent,
        vec![idle_cpu],
        IDLE_PERCENT,
    );
    report.add("CPU of the inspector meanwhile", Unit::Percent, vec![host_cpu]);
    let bare = "private memory of Chromium with an empty page";
    report.add(bare, Unit::Megabytes, vec![bare_memory]);
    report.add_beside("the same with the list", Unit::Megabytes, vec![list_memory], bare, None);
    report.add("private memory of the inspector", Unit::Megabytes, vec![megabytes(host_processes)]);
    report.note(format!("each for {seconds} s; {} sessions lived at the end", server.live()));
    report
}

async fn frames(page: &mut Shown, scrolled: &str, seconds: usize) -> Vec<f64> {
    let between = page.value(&format!("({SCROLL})({scrolled}, {})", seconds * 1000)).await;
    between.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// How many of the frames that sixty a second would have shown were not shown.
fn dropped_percent(between: &[f64]) -> f64 {
    let due: f64 = between.iter().map(|ms| (ms / SIXTIETH_MS).round().max(1.0)).sum();
    #[expect(clippy::cast_precision_loss, reason = "some thousand frames")]
    let shown = between.len() as f64;
    100.0 * (due - shown) / due.max(1.0)
}

/// The part of one core that the browser takes while nobody touches it.
async fn idle(page: &Shown, seconds: usize) -> f64 {
    let before = Cpu::of(processes_under(page.program.id()));
    tokio::time::sleep(Duration::from_secs(seconds as u64)).await;
    before.percent_since()
}

fn held(page: &Shown) -> f64 {
    megabytes(processes_under(page.program.id()))
}

#[expect(clippy::cast_precision_loss, reason = "megabytes of memory")]
fn megabytes(ids: impl IntoIterator<Item = u32>) -> f64 {
    Memory::of(ids).private_kb as f64 / 1024.0
}

/// Adds the simulated server and shows it, as the dialog would.
async fn connect(page: &mut Shown, base_url: &str) {
    let added = send(
        page,
        &json!({
            "type": "add_connection", "name": "Simulated", "baseUrl": base_url, "apiKey": "simulated-key",
            "keepKey": "memory",
        }),
    )
    .await;
    let settings = json!({"connection": added["connection"]});
    send(page, &json!({"type": "save_settings", "settings": settings})).await;
    page.value("location.reload()").await;
}

async fn send(page: &mut Shown, command: &Value) -> Value {
    let sent = format!(
        "fetch('/api/send', {{method: 'POST', headers: {{'content-type': 'application/json'}}, body: {}}})
            .then(async (answer) => ({{ok: answer.ok, outcome: await answer.json()}}))",
        json!(command.to_string())
    );
    let mut answer = page.value(&sent).await;
    assert!(answer["ok"] == true, "{} was refused: {}", command["type"], answer["outcome"]);
    answer["outcome"].take()
}
