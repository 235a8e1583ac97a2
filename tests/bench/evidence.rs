//! What the evidence of calls costs the calls: an observe alone, one that is made while the console, the requests and the
//! page of the call before are fetched, as an inspector does, and the fetch itself.

use std::time::Instant;

use notex_journeys::{Api, FixtureSite, RunningEngine};
use serde_json::{Value, json};

use crate::report::{Report, Unit};
use crate::{Pace, quiet};

const WARM_UP: usize = 3;
const PAGES: [&str; 3] = ["small", "medium", "large"];

pub(crate) async fn measure(pace: Pace) -> Report {
    let (site, engine) = (FixtureSite::open().await, RunningEngine::start_with(quiet).await);
    let api = Api::of(&engine);
    let mut report =
        Report::new("evidence: what keeping console, requests and page of each call costs an observe");
    let unit = Unit::Milliseconds;
    for page in PAGES {
        let session = api.post("/session/start", &json!({})).await.expect_success("a start");
        let id = session["session_id"].as_str().expect("an id").to_owned();
        let url = site.url(&format!("/{page}"));
        let first = json!({"session_id": id, "max_nb_actions": 10_000, "url": url});
        api.post("/env/observe", &first).await.expect_success("an observe");
        let ask = json!({"session_id": id, "max_nb_actions": 10_000});
        let observe = async || {
            let begun = Instant::now();
            api.post("/env/observe", &ask).await.expect_success("an observe");
            begun.elapsed().as_secs_f64() * 1000.0
        };
        let fetch = async |call: usize| {
            let begun = Instant::now();
            let told: Value = api
                .get(&format!("/session/{id}/calls/{call}/evidence"))
                .await
                .expect_success("the evidence of a call");
            assert!(told["call"] == json!(call), "{told}");
            begun.elapsed().as_secs_f64() * 1000.0
        };
        let mut calls = 1;
        let mut taken: [Vec<f64>; 3] = Default::default();
        for turn in 0..WARM_UP + pace.choose(if page == "large" { 20 } else { 60 }, 8) {
            let alone = observe().await;
            let fetched = fetch(calls + 1).await;
            observe().await;
            // Of the observe that has just been made, while the next one is.
            let (_, beside) = tokio::join!(fetch(calls + 2), observe());
            calls += 3;
            if turn >= WARM_UP {
                for (all, one) in taken.iter_mut().zip([alone, beside, fetched]) {
                    all.push(one);
                }
            }
        }
        api.post("/session/close", &json!({"session_id": id})).await.expect_success("a close");
        let [alone, beside, fetched] = taken;
        let plain = format!("{page}: an observe whose evidence nobody fetches meanwhile");
        report.add(&plain, unit, alone);
        report.add_beside(
            &format!("{page}: while that of the call before is fetched"),
            unit,
            beside,
            &plain,
            None,
        );
        report.add(&format!("{page}: the fetch after an observe, page and all"), unit, fetched);
    }
    report
}
