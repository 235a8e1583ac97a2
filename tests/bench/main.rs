//! The benchmarks: what the engine costs beside a floor or a peer measured in the same run. `cargo xtask bench` builds
//! what they need and runs them. A missed goal is printed and fails nothing; only the soak can fail.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot go on says so and ends, as a test does"
)]

mod cold_start;
mod evidence;
mod history;
mod http;
#[cfg(feature = "desktop")]
mod hub;
mod memory;
mod notte;
mod observe;
mod peer;
mod report;
mod scrape;
mod session_start;
mod soak;
mod step;
mod window;
#[cfg(feature = "desktop")]
mod window_start;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use notex_journeys::Family;
use report::Report;
use tokio::process::Command;

/// How often things are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    Full,
    Quick,
}

impl Pace {
    pub(crate) fn choose(self, full: usize, quick: usize) -> usize {
        match self {
            Self::Full => full,
            Self::Quick => quick,
        }
    }
}

const NAMES: [&str; 12] = [
    "session-start",
    "observe",
    "cold-start",
    "memory",
    "step",
    "scrape",
    "soak",
    "hub",
    "window",
    "window-start",
    "history",
    "evidence",
];

async fn measure(name: &str, pace: Pace, out: &Path) -> Option<Report> {
    match name {
        "session-start" => Some(session_start::measure(pace).await),
        "observe" => Some(observe::measure(pace).await),
        "cold-start" => Some(cold_start::measure(pace).await),
        "memory" => Some(memory::measure(pace).await),
        "step" => Some(step::measure(pace).await),
        "scrape" => Some(scrape::measure(pace).await),
        "soak" => Some(soak::measure(pace).await),
        #[cfg(feature = "desktop")]
        "hub" => Some(hub::measure(pace).await),
        "window" => Some(window::measure(pace).await),
        "evidence" => Some(evidence::measure(pace).await),
        "history" => Some(history::measure(pace, out).await),
        #[cfg(feature = "desktop")]
        "window-start" => Some(window_start::measure(pace).await),
        _ => None,
    }
}

/// Logs nothing but trouble, so that the table can be read.
pub(crate) fn quiet(command: &mut Command) {
    command.env("RUST_LOG", "warn");
}

/// A process and all that it started.
pub(crate) fn processes_under(id: u32) -> Vec<u32> {
    let mut all = Family::of(id, &format!("no-mark-{id}")).ids();
    all.push(id);
    all
}

#[tokio::main]
async fn main() -> ExitCode {
    // `--bench` is cargo's own.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    #[cfg(feature = "desktop")]
    if let [word, live, per_second] = words.as_slice()
        && word == hub::SERVE
    {
        hub::serve(live, per_second).await;
    }
    let (flags, names): (Vec<_>, Vec<_>) =
        words.iter().map(String::as_str).partition(|word| word.starts_with("--"));
    let pace = if flags.contains(&"--quick") { Pace::Quick } else { Pace::Full };
    let folder = PathBuf::from(std::env::var_os("NOTEX_BENCH_OUT").unwrap_or_else(|| "target/bench".into()));
    for name in if names.is_empty() { NAMES.to_vec() } else { names } {
        let Some(report) = measure(name, pace, &folder).await else {
            eprintln!("there is no benchmark `{name}`; there are {}", NAMES.join(", "));
            return ExitCode::from(2);
        };
        report.print();
        if let Err(error) = report.keep(&folder, name, pace) {
            eprintln!("{} cannot be written: {error}", folder.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
