//! What the engine's own process holds with many sessions, and what five sessions hold with their browser beside
//! Playwright's.

use std::path::Path;
use std::time::Duration;

use notex_journeys::{Api, FixtureSite, Memory, RunningEngine};
use serde_json::{Value, json};

use crate::peer::{Browsers, Playwright};
use crate::report::{Report, Unit};
use crate::{Pace, processes_under, quiet};

const MANY: usize = 50;
const LARGEST_ENGINE_MB: f64 = 40.0;
const FEW: usize = 5;
const GOAL: f64 = 0.4;
/// Browsers give memory back some time after a page has loaded, and the engine has what looks leave behind collected ten
/// seconds after the last one.
const SETTLES_WITHIN: Duration = Duration::from_secs(12);
const BETWEEN_SAMPLES: Duration = Duration::from_millis(300);

pub(crate) async fn measure(pace: Pace) -> Report {
    let (site, browsers, samples) = (FixtureSite::open().await, Browsers::found(), pace.choose(10, 3));
    let mut report = Report::new(
        "memory: what the engine's own process holds, and what five sessions on the medium page hold with their browser",
    );
    let unit = Unit::Megabytes;
    let mut strangers = browser_processes();

    let engine = RunningEngine::start_with(quiet).await;
    sessions(&engine, &site.url("/small"), MANY).await;
    let own = engine.program.id();
    let held = sampled(samples, || Memory::of([own])).await;
    report.add_below(
        "engine process, 50 sessions on the small page, RSS",
        unit,
        megabytes(&held, rss),
        LARGEST_ENGINE_MB,
    );
    report.add("engine process, 50 sessions on the small page, PSS", unit, megabytes(&held, pss));
    drop(engine);
    strangers = strangers.max(browser_processes());

    // One after another: shared pages are counted by their share, so two at once would make each look smaller.
    let desktop = peer(&browsers.desktop, &site, samples).await;
    let ours = engine_tree(None, &site, samples).await;
    let on_desktop = engine_tree(Some(&browsers.desktop), &site, samples).await;
    strangers = strangers.max(browser_processes());
    let [peer_pss, peer_private] =
        ["Playwright, shared Chromium, 5 contexts, PSS", "Playwright, shared Chromium, 5 contexts, private"];
    report.add(peer_pss, unit, megabytes(&desktop, pss));
    report.add_beside(
        "engine and its browser, 5 sessions, PSS",
        unit,
        megabytes(&ours, pss),
        peer_pss,
        Some(GOAL),
    );
    let row = "engine on the same Chromium build, 5 sessions, PSS";
    report.add_beside(row, unit, megabytes(&on_desktop, pss), peer_pss, None);
    report.add(peer_private, unit, megabytes(&desktop, private));
    let row = "engine and its browser, 5 sessions, private";
    report.add_beside(row, unit, megabytes(&ours, private), peer_private, None);
    if let Some(shell) = &browsers.shell {
        let shell = peer(shell, &site, samples).await;
        let peer_shell = "Playwright on the headless shell, 5 contexts, PSS";
        report.add(peer_shell, unit, megabytes(&shell, pss));
        let row = "engine and its browser, 5 sessions, PSS (again)";
        report.add_beside(row, unit, megabytes(&ours, pss), peer_shell, None);
        report.note(format!(
            "processes: Playwright {}, on the shell {}, engine {}, engine on Chromium {}",
            desktop[0].processes, shell[0].processes, ours[0].processes, on_desktop[0].processes
        ));
    }
    if strangers.max(browser_processes()) > 0 {
        report.note(format!(
            "others ran browsers meanwhile (up to {strangers} processes were seen): PSS is too low where they share files, \
             private is not"
        ));
    }
    report
}

async fn engine_tree(browser: Option<&Path>, site: &FixtureSite, samples: usize) -> Vec<Memory> {
    let engine = RunningEngine::start_with(|command| {
        quiet(command);
        command.envs(browser.map(|browser| ("NOTEX_CHROMIUM", browser)));
    })
    .await;
    sessions(&engine, &site.url("/medium"), FEW).await;
    let own = engine.program.id();
    // The browser is cut off from the engine by its own fork, so it is found by its folder too.
    sampled(samples, || {
        let mut all = engine.program.family().ids();
        all.extend(processes_under(own));
        all.sort_unstable();
        all.dedup();
        Memory::of(all)
    })
    .await
}

async fn peer(browser: &Path, site: &FixtureSite, samples: usize) -> Vec<Memory> {
    let (mut playwright, ..) = Playwright::launch(browser).await;
    playwright.close_first_page().await;
    for _ in 0..FEW {
        playwright.open(&site.url("/medium")).await;
    }
    let held = sampled(samples, || playwright.memory()).await;
    playwright.end().await;
    held
}

async fn sessions(engine: &RunningEngine, url: &str, count: usize) {
    let api = Api::of(engine);
    for _ in 0..count {
        let started: Value = api.post("/session/start", &json!({})).await.expect_success("a start");
        let body = json!({"session_id": started["session_id"], "url": url});
        api.post("/env/observe", &body).await.expect_success("an observe");
    }
}

/// How many processes of browsers there are on the machine.
fn browser_processes() -> usize {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let lines = all.filter_map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).ok());
    lines.filter(|line| line.contains("chrom") && line.contains("\0--type=")).count()
}

async fn sampled(count: usize, look: impl Fn() -> Memory) -> Vec<Memory> {
    tokio::time::sleep(SETTLES_WITHIN).await;
    let mut seen = Vec::new();
    for _ in 0..count {
        seen.push(look());
        tokio::time::sleep(BETWEEN_SAMPLES).await;
    }
    seen
}

fn megabytes(held: &[Memory], which: fn(&Memory) -> u64) -> Vec<f64> {
    #[expect(clippy::cast_precision_loss, reason = "kilobytes of one machine")]
    held.iter().map(|memory| which(memory) as f64 / 1024.0).collect()
}

fn pss(memory: &Memory) -> u64 {
    memory.pss_kb
}

fn private(memory: &Memory) -> u64 {
    memory.private_kb
}

fn rss(memory: &Memory) -> u64 {
    memory.rss_kb
}
