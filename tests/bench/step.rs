//! What a step costs: from the page's reaction to the answer, and in all, beside Playwright on the same browser build.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use notex_journeys::{Api, RunningEngine};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::peer::{Browsers, Playwright};
use crate::report::{Report, Unit};
use crate::{Pace, quiet};

/// From the page's reaction to the answer.
const GOAL_MS: f64 = 60.0;
const WARM_UP: usize = 3;
const PAGE: &str = r##"<!doctype html><meta charset="utf-8"><title>Steps</title><h1>Steps</h1>
<p><button id="go">Go</button> <span id="count">0</span></p>
<p><label>Name <input id="name"></label> <label>Size <select id="size"><option>Small<option>Large</select></label>
<label><input type="checkbox" id="box"> Agreed</label></p>
<script>
  document.getElementById("go").onclick = () => {
    document.getElementById("count").textContent = String(Number(document.getElementById("count").textContent) + 1);
    window.reacted = performance.timeOrigin + performance.now();
  };
</script>"##;

pub(crate) async fn measure(pace: Pace) -> Report {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("the address it listens on"));
    let router = Router::new().route("/", get(async || Html(PAGE)));
    let site = tokio::spawn(async move { axum::serve(listener, router).await });

    let engine = RunningEngine::start_with(quiet).await;
    let api = Api::of(&engine);
    let started = api.post("/session/start", &json!({})).await.expect_success("a start");
    let id = started["session_id"].as_str().expect("a session has an id").to_owned();
    let path = format!("/sessions/{id}/page/execute");
    let execute = async |action: &Value| api.post(&path, action).await.expect_success("an execute");
    execute(&json!({"type": "goto", "url": url})).await;

    let browsers = Browsers::found();
    let (mut playwright, ..) = Playwright::launch(browsers.shell.as_ref().unwrap_or(&browsers.desktop)).await;
    playwright.use_page(&url).await;

    let click = json!({"type": "click", "selector": "#go"});
    let mut after: [Vec<f64>; 2] = Default::default();
    let mut taken: [[Vec<f64>; 2]; 4] = Default::default();
    for turn in 0..WARM_UP + pace.choose(40, 8) {
        let odd = turn % 2 == 1;
        let actions = [
            click.clone(),
            json!({"type": "fill", "selector": "#name", "value": format!("Ann {turn}")}),
            json!({"type": "select_dropdown_option", "selector": "#size", "value": if odd { "Large" } else { "Small" }}),
            json!({"type": "check", "selector": "#box", "value": odd}),
        ];
        let mut ours = Vec::new();
        let mut answered = 0.0;
        for (place, action) in actions.iter().enumerate() {
            let begun = Instant::now();
            let body = execute(action).await;
            ours.push(begun.elapsed().as_secs_f64() * 1000.0);
            assert_eq!(body["success"], true, "{body}");
            if place == 0 {
                answered = now_ms();
            }
        }
        let read = execute(&json!({"type": "evaluate_js", "code": "window.reacted"})).await;
        let reacted: f64 =
            read["data"]["markdown"].as_str().and_then(|text| text.parse().ok()).expect("a time");
        let peers = [
            playwright.step("click #go").await,
            playwright.step(&format!("fill #name Ann{turn}")).await,
            playwright.step(&format!("select #size {}", if odd { "Large" } else { "Small" })).await,
            playwright.step(&format!("check #box {odd}")).await,
        ];
        let peer_after = playwright.step("reacted").await;
        if turn >= WARM_UP {
            after[0].push(answered - reacted);
            after[1].push(peer_after);
            for (all, (own, peer)) in taken.iter_mut().zip(ours.into_iter().zip(peers)) {
                all[0].push(own);
                all[1].push(peer);
            }
        }
    }
    playwright.end().await;
    site.abort();

    let mut report = Report::new(
        "step: a step on a page that reacts at once, with the answer that says what changed, beside Playwright on the \
         same browser build",
    );
    let unit = Unit::Milliseconds;
    let [own, peer] = after;
    report.add_below("engine: click, from the page's reaction to the answer", unit, own, GOAL_MS);
    report.add("Playwright: click, from the page's reaction to its return", unit, peer);
    let names = [
        ("Playwright: click", "engine: execute click"),
        ("Playwright: fill", "engine: execute fill"),
        ("Playwright: selectOption", "engine: execute select_dropdown_option"),
        ("Playwright: setChecked", "engine: execute check"),
    ];
    for ((peer_name, own_name), [own, peer]) in names.into_iter().zip(taken) {
        report.add(peer_name, unit, peer);
        report.add_beside(own_name, unit, own, peer_name, None);
    }
    report.note(
        "An execute waits until the page has come to rest and reads what changed; Playwright returns."
            .to_owned(),
    );
    report
}

fn now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1000.0)
}
