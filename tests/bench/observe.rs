//! What an observe of all controls costs through the engine, beside the bare walker on the same browser that tells the
//! least which is of use, and beside Playwright's snapshot of the accessible page and notte's own observe, which lists
//! what is in view.

use std::time::Instant;

use notex_journeys::{Api, FixtureSite, RawCdp, RunningEngine};
use serde_json::{Value, json};

use crate::http::BareHttp;
use crate::notte::Notte;
use crate::peer::{Browsers, Playwright};
use crate::report::{Report, Unit};
use crate::{Pace, quiet};

const FLOOR: &str = include_str!("floor.js");
const OVER_THE_FLOOR: f64 = 1.15;
const OVER_PLAYWRIGHT: f64 = 0.4;
const OVER_NOTTE: f64 = 1.0 / 8.0;
const WARM_UP: usize = 3;
const TRIES: usize = 5;
const PAGES: [(&str, usize); 3] = [("small", 20), ("medium", 300), ("large", 3_000)];

pub(crate) async fn measure(pace: Pace) -> Report {
    let site = FixtureSite::open().await;
    let (engine, second) = (RunningEngine::start_with(quiet).await, RunningEngine::start_with(quiet).await);
    let (api, mut bare) = (Api::of(&engine), BareHttp::to(&engine).await);
    // The same browser with the same switches, in a process of its own: in one, each would wait for the other's pages.
    Api::of(&second).post("/session/start", &json!({})).await.expect_success("a start");
    let mut raw =
        RawCdp::to_browser_of(&second.program).await.expect("the engine's browser listens on a port");
    let browsers = Browsers::found();
    let browser = browsers.shell.as_ref().unwrap_or(&browsers.desktop);
    let (mut playwright, ..) = Playwright::launch(browser).await;
    let mut notte = Notte::start(browser).await;

    let mut report = Report::new(
        "observe: all controls of an open page, without a picture, beside a bare walker, Playwright and notte",
    );
    let unit = Unit::Milliseconds;
    for (page, controls) in PAGES {
        let url = site.url(&format!("/{page}"));
        let session = api.post("/session/start", &json!({})).await.expect_success("a start");
        let mut ask = json!({"session_id": session["session_id"], "max_nb_actions": 10_000, "url": url});
        // On a busy machine the first look at a large page runs out of its time.
        let mut listed = 0;
        for _ in 0..TRIES {
            let seen = api.post("/env/observe", &ask).await.expect_success("an observe");
            listed = seen["space"]["actions"].as_array().map_or(0, Vec::len);
            ask["url"] = Value::Null;
            if listed == controls {
                break;
            }
        }
        assert_eq!(listed, controls, "all controls of the {page} page are listed");
        let mut floor = Floor::open(&mut raw, &url).await;
        playwright.goto(&url).await;

        let mut taken: [Vec<f64>; 3] = Default::default();
        for turn in 0..WARM_UP + pace.choose(if page == "large" { 20 } else { 60 }, 8) {
            let walked = floor.walk(&mut raw).await;
            let (observed, _) = bare.post("/env/observe", &ask).await;
            let snapshot = playwright.snapshot().await;
            if turn >= WARM_UP {
                for (all, one) in taken.iter_mut().zip([walked, observed, snapshot]) {
                    all.push(one);
                }
            }
        }
        notte.ask(&format!("goto {url}")).await;
        let mut theirs = Vec::new();
        // On the large page one takes half a minute.
        for _ in 0..pace.choose(if page == "large" { 2 } else { 10 }, 2) {
            theirs.push(notte.ask("observe").await.0);
        }
        api.post("/session/close", &json!({"session_id": session["session_id"]}))
            .await
            .expect_success("a close");
        raw.dispose(&floor.context).await;

        let [walked, observed, snapshot] = taken;
        let bare = format!("{page}: bare walker, nodes deep-serialised");
        let peer = format!("{page}: Playwright, ariaSnapshot of the body");
        report.add(&bare, unit, walked);
        report.add(&peer, unit, snapshot);
        let row = format!("{page}: engine, POST /env/observe");
        report.add_beside(&row, unit, observed.clone(), &bare, Some(OVER_THE_FLOOR));
        let row = format!("{page}: engine, POST /env/observe (again)");
        report.add_beside(&row, unit, observed.clone(), &peer, Some(OVER_PLAYWRIGHT));
        let peer = format!("{page}: notte, observe");
        report.add(&peer, unit, theirs);
        let row = format!("{page}: engine, POST /env/observe (once more)");
        report.add_beside(&row, unit, observed, &peer, Some(OVER_NOTTE));
    }
    playwright.end().await;
    notte.end().await;
    report
}

/// A page that only the bare walker looks at.
struct Floor {
    context: String,
    session: String,
    world: Value,
}

impl Floor {
    async fn open(raw: &mut RawCdp, url: &str) -> Self {
        let (context, session) = raw.open_page().await;
        let of = Some(session.as_str());
        raw.call(of, "Page.enable", json!({})).await;
        let opened = raw.call(of, "Page.navigate", json!({"url": url})).await;
        let loaded = json!({
            "expression": "new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done))",
            "awaitPromise": true,
        });
        raw.call(of, "Runtime.evaluate", loaded).await;
        let params = json!({"frameId": opened["frameId"], "worldName": "floor"});
        let made = raw.call(of, "Page.createIsolatedWorld", params).await;
        Self { context, session, world: made["executionContextId"].clone() }
    }

    async fn walk(&mut self, raw: &mut RawCdp) -> f64 {
        let params = json!({
            "expression": FLOOR,
            "contextId": self.world,
            "serializationOptions": {
                "serialization": "deep",
                "maxDepth": 1,
                "additionalParameters": {"maxNodeDepth": 0, "includeShadowTree": "none"},
            },
        });
        let begun = Instant::now();
        let walked = raw.call(Some(&self.session), "Runtime.evaluate", params).await;
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        assert!(walked["result"]["deepSerializedValue"]["value"].is_array(), "{walked}");
        took
    }
}
