//! What a session costs to start through the engine, beside the least that the same browser can do.

use std::time::Instant;

use notex_journeys::{Api, RawCdp, RunningEngine};
use serde_json::json;

use crate::peer::{Browsers, Playwright};
use crate::report::{Report, Unit};
use crate::{Pace, quiet};

const GOAL: f64 = 1.5;
const WARM_UP: usize = 5;

pub(crate) async fn measure(pace: Pace) -> Report {
    let (engine, second) = (RunningEngine::start_with(quiet).await, RunningEngine::start_with(quiet).await);
    let api = Api::of(&engine);
    // The same browser with the same switches, in a process of its own: in one, each would wait for the other's pages.
    Api::of(&second).post("/session/start", &json!({})).await.expect_success("a start");
    let mut raw =
        RawCdp::to_browser_of(&second.program).await.expect("the engine's browser listens on a port");
    let browsers = Browsers::found();
    let (mut playwright, ..) = Playwright::launch(browsers.shell.as_ref().unwrap_or(&browsers.desktop)).await;

    let mut taken: [Vec<f64>; 5] = Default::default();
    let count = pace.choose(60, 10);
    for turn in 0..WARM_UP + count {
        let begun = Instant::now();
        let (context, _) = raw.open_page().await;
        let opened = milliseconds(begun);
        let begun = Instant::now();
        raw.dispose(&context).await;
        let disposed = milliseconds(begun);

        let begun = Instant::now();
        let started = api.post("/session/start", &json!({})).await.expect_success("a start");
        let start = milliseconds(begun);
        let begun = Instant::now();
        api.post("/session/close", &json!({"session_id": started["session_id"]}))
            .await
            .expect_success("a close");
        let close = milliseconds(begun);

        let peer = playwright.open_and_close().await;
        if turn >= WARM_UP {
            for (all, one) in taken.iter_mut().zip([opened, start, disposed, close, peer]) {
                all.push(one);
            }
        }
    }
    playwright.end().await;

    let [opened, start, disposed, close, peer] = taken;
    let mut report = Report::new(
        "session-start: what a warm engine adds to opening a page in a context of its own on the same browser",
    );
    let unit = Unit::Milliseconds;
    report.add("bare: create context, create target, attach", unit, opened);
    report.add_beside(
        "engine: POST /session/start",
        unit,
        start,
        "bare: create context, create target, attach",
        Some(GOAL),
    );
    report.add("bare: dispose of the context", unit, disposed);
    report.add_beside("engine: POST /session/close", unit, close, "bare: dispose of the context", None);
    report.add_beside(
        "Playwright: newContext, newPage (same build)",
        unit,
        peer,
        "bare: create context, create target, attach",
        None,
    );
    report
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
