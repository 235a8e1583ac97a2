//! What a scrape of the main content of an open page costs beside notte's own on the same pages and browser, and what a
//! thousand of them leave in the engine's memory.

use notex_journeys::{Api, FixtureSite, Memory, RunningEngine};
use serde_json::{Value, json};

use crate::http::BareHttp;
use crate::notte::Notte;
use crate::peer::Browsers;
use crate::report::{Report, Unit};
use crate::{Pace, quiet};

const OF_NOTTE: f64 = 1.0 / 3.0;
const WARM_UP: usize = 3;
const PAGES: [(&str, &str); 4] = [
    ("article of 6 sections", "/article/6"),
    ("article of 8 sections", "/article/8"),
    ("article of 10 sections", "/article/10"),
    ("300 controls", "/medium"),
];
const GROWS_AT_MOST_MB: f64 = 6.0;

pub(crate) async fn measure(pace: Pace) -> Report {
    let site = FixtureSite::open().await;
    let engine = RunningEngine::start_with(quiet).await;
    let (api, mut bare) = (Api::of(&engine), BareHttp::to(&engine).await);
    let browsers = Browsers::found();
    let browser = browsers.shell.as_ref().unwrap_or(&browsers.desktop);
    let mut notte = Notte::start(browser).await;
    let session = api.post("/session/start", &json!({})).await.expect_success("a start");
    let mut ask = json!({"session_id": session["session_id"]});

    let mut report =
        Report::new("scrape: the main content of an open page as markdown, beside notte on the same browser");
    for (name, path) in PAGES {
        let url = site.url(path);
        ask["url"] = json!(url);
        api.post("/env/scrape", &ask).await.expect_success("a scrape");
        ask["url"] = Value::Null;
        notte.ask(&format!("goto {url}")).await;
        let (mut ours, mut theirs, mut lengths) = (Vec::new(), Vec::new(), [0, 0]);
        for turn in 0..WARM_UP + pace.choose(40, 8) {
            let (took, length) = notte.ask("scrape").await;
            let (own, scraped) = bare.post("/env/scrape", &ask).await;
            if turn >= WARM_UP {
                theirs.push(took);
                ours.push(own);
            }
            let markdown = scraped["data"]["markdown"].as_str().map_or(0, |text| text.chars().count());
            lengths = [length, markdown];
        }
        let peer = format!("{name}: notte, scrape(only_main_content)");
        report.add(&peer, Unit::Milliseconds, theirs);
        let row = format!("{name}: engine, POST /env/scrape");
        report.add_beside(&row, Unit::Milliseconds, ours, &peer, Some(OF_NOTTE));
        report.note(format!("{name}: {} characters from notte, {} from the engine", lengths[0], lengths[1]));
    }
    notte.end().await;
    thousand(&api, &engine, ask, &site, pace, &mut report).await;
    report
}

/// The engine's memory in the second tenth of many scrapes and in the last.
async fn thousand(
    api: &Api,
    engine: &RunningEngine,
    mut ask: Value,
    site: &FixtureSite,
    pace: Pace,
    report: &mut Report,
) {
    let many = pace.choose(1_000, 300);
    let mut held = Vec::new();
    for turn in 0..many {
        // A page is opened now and then, as people do.
        let path = PAGES[turn / 25 % PAGES.len()].1;
        ask["url"] = if turn % 25 == 0 { json!(site.url(path)) } else { Value::Null };
        api.post("/env/scrape", &ask).await.expect_success("one of many scrapes");
        #[expect(clippy::cast_precision_loss, reason = "kilobytes of one machine")]
        held.push(Memory::of([engine.program.id()]).rss_kb as f64 / 1024.0);
    }
    let (early, late) = (held[many / 10..many / 5].to_vec(), held[many - many / 10..].to_vec());
    let middle = |samples: &[f64]| {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    };
    let limit = middle(&early) + GROWS_AT_MOST_MB;
    report.add(&format!("engine process in the second tenth of {many} scrapes, RSS"), Unit::Megabytes, early);
    report.add_below(
        &format!("engine process in the last tenth of {many} scrapes, RSS"),
        Unit::Megabytes,
        late,
        limit,
    );
}
