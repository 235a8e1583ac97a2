//! From nothing to a session that can be used: the engine's process and its first session, beside Playwright's launch
//! and first page.

use std::time::Instant;

use notex_journeys::{Api, RunningEngine};
use serde_json::json;

use crate::peer::{Browsers, Playwright};
use crate::report::{Report, Unit};
use crate::{Pace, quiet};

const GOAL: f64 = 0.6;
const WARM_UP: usize = 1;

pub(crate) async fn measure(pace: Pace) -> Report {
    let browsers = Browsers::found();
    let mut taken: [Vec<f64>; 5] = Default::default();
    for turn in 0..WARM_UP + pace.choose(12, 3) {
        let (playwright, desktop, desktop_alone) = Playwright::launch(&browsers.desktop).await;
        playwright.end().await;
        let engine = first_session().await;
        let mut times = vec![(0, desktop), (1, desktop_alone), (2, engine)];
        if let Some(shell) = &browsers.shell {
            let (playwright, shell, shell_alone) = Playwright::launch(shell).await;
            playwright.end().await;
            times.extend([(3, shell), (4, shell_alone)]);
        }
        if turn >= WARM_UP {
            for (place, time) in times {
                taken[place].push(time);
            }
        }
    }
    let [desktop, desktop_alone, engine, shell, shell_alone] = taken;
    let mut report = Report::new(
        "cold-start: how long somebody waits for the first session when nothing runs yet; each time with an empty data folder",
    );
    let unit = Unit::Milliseconds;
    let peer = "Playwright: process, launch, newPage";
    report.add(peer, unit, desktop);
    report.add_beside("engine: process, first POST /session/start", unit, engine.clone(), peer, Some(GOAL));
    report.add_beside(
        "Playwright: launch and newPage alone, Node runs already",
        unit,
        desktop_alone,
        peer,
        None,
    );
    if !shell.is_empty() {
        let peer = "Playwright on the headless shell: process, launch, newPage";
        report.add(peer, unit, shell);
        report.add_beside(
            "Playwright on the headless shell: launch and newPage alone",
            unit,
            shell_alone,
            peer,
            None,
        );
        report.add_beside("engine (the same times again)", unit, engine, peer, None);
    }
    report
}

async fn first_session() -> f64 {
    let begun = Instant::now();
    let engine = RunningEngine::start_with(quiet).await;
    Api::of(&engine).post("/session/start", &json!({})).await.expect_success("a start");
    begun.elapsed().as_secs_f64() * 1000.0
}
