//! Console, network and the page of each call, from a real page through a real engine into the history.

use std::time::Duration;

use notex_hub::LOCAL_CONNECTION;
use notex_hub::protocol::{Answer, Command, Evidence, Query, Whose};
use notex_journeys::{Api, FixtureSite, RunningEngine, chromium, until};
use notex_wire::Exchange;
use serde_json::{Value, json};

use super::Seen;

const SOON: Duration = Duration::from_secs(20);

async fn evidence(seen: &Seen, session: &str, number: Option<u32>) -> Evidence {
    let whose = Whose::Shown { session: session.to_owned() };
    match seen.hub.query(Query::Evidence { whose, number }).await {
        Ok(Answer::Evidence(evidence)) => *evidence,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn console_and_network_of_a_call_are_kept_for_those_made_here_and_elsewhere_and_exported() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let mut seen = Seen::on(&engine.base_url).await;
    let session = seen.opens(LOCAL_CONNECTION, &site.url("/article")).await;
    let opened = seen.detail(&session).await.calls.last().expect("an observe").number;
    until("the observe's evidence", SOON, || async {
        evidence(&seen, &session, Some(opened)).await.offered.then_some(())
    })
    .await;
    let kept = evidence(&seen, &session, Some(opened)).await;
    let document = kept.network.iter().find(|kept| kept.exchange.url == site.url("/article"));
    let document = document.expect("the page was requested").exchange.clone();
    assert_eq!((document.status, document.resource_type.as_str()), (Some(200), "document"));
    assert!(document.response_headers.is_empty() && document.response_body.is_none(), "lists are slim");
    let whose = || Whose::Shown { session: session.clone() };
    let query = Query::Exchange { whose: whose(), number: opened, id: document.id.clone() };
    let Ok(Answer::Exchange(Some(whole))) = seen.hub.query(query).await else { panic!("it is kept whole") };
    let whole: Exchange = *whole;
    assert!(!whole.response_headers.is_empty() && !whole.request_headers.is_empty());
    assert!(whole.response_body.is_some_and(|body| body.content.contains("<html")));

    // Its page can be looked at again, as the history serves it.
    let query = Query::History { filter: Box::default(), offset: 0, limit: 1 };
    let Ok(Answer::History(history)) = seen.hub.query(query).await else { panic!("the history answers") };
    let query = Query::HistoryCall { session: history.sessions[0].key, number: opened };
    let Ok(Answer::HistoryCall(call)) = seen.hub.query(query).await else { panic!("the call is kept") };
    let page = call.page.expect("its page is kept");
    let served = seen.hub.serve(&page, Some("page")).await.expect("it is served");
    let served = String::from_utf8(served.bytes).expect("a document");
    assert!(served.starts_with("<!") && served.contains("<h1"), "{served:.400}");

    // Somebody else's call, which the engine tells of.
    let code = "console.error('from elsewhere'); fetch('/deals').then(() => 1)";
    let body = json!({"type": "evaluate_js", "code": code});
    Api::of(&engine)
        .post(&format!("/sessions/{session}/page/execute"), &body)
        .await
        .expect_success("a script");
    until("what a call made elsewhere wrote", SOON, || async {
        let all = evidence(&seen, &session, None).await;
        let wrote = all.console.iter().any(|kept| kept.line.text == "from elsewhere" && kept.call.is_some());
        let asked = all.network.iter().any(|kept| kept.exchange.url == site.url("/deals"));
        (wrote && asked).then_some(())
    })
    .await;
    let all = evidence(&seen, &session, None).await;
    let mut ids: Vec<&str> = all.network.iter().map(|kept| kept.exchange.id.as_str()).collect();
    ids.sort_unstable();
    let listed = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), listed, "each request is listed once");

    let Ok(Answer::Har(har)) = seen.hub.query(Query::Har { whose: whose(), number: None }).await else {
        panic!("it is exported")
    };
    let har: Value = serde_json::from_str(&har).expect("a HAR is JSON");
    let entries = har["log"]["entries"].as_array().expect("entries");
    assert!(entries.iter().any(|entry| entry["request"]["url"] == site.url("/article")));
    let text = har.to_string();
    assert!(text.contains("<html"), "bodies are a part of it");
}

#[tokio::test]
async fn the_last_page_of_a_session_that_is_closed_at_once_is_kept() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let mut seen = Seen::on(&engine.base_url).await;
    for _ in 0..3 {
        let session = seen.opens(LOCAL_CONNECTION, &site.url("/article")).await;
        let opened = seen.detail(&session).await.calls.last().expect("an observe").number;
        seen.did(Command::CloseSession { session: session.clone() }).await;
        assert!(seen.has_page(&session, opened).await);
    }
}

/// Replays a page from a HAR in Chromium, and says what it showed.
async fn replayed(har: &str, url: &str) -> Value {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("session.har");
    std::fs::write(&file, har).expect("a file in a temporary folder");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/journeys/har/replay.mjs");
    let mut node = tokio::process::Command::new("node");
    node.arg(script).arg(chromium()).arg(&file).arg(url).kill_on_drop(true);
    let done = tokio::time::timeout(Duration::from_secs(120), node.output()).await;
    let done = done.expect("it ends").expect("node can be started");
    let told = String::from_utf8_lossy(&done.stdout);
    serde_json::from_str(told.trim())
        .unwrap_or_else(|why| panic!("{why}: {told}{}", String::from_utf8_lossy(&done.stderr)))
}

#[tokio::test]
async fn chromium_shows_a_page_from_the_exported_requests_alone() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let mut seen = Seen::on(&engine.base_url).await;
    let address = site.url("/article");
    let session = seen.opens(LOCAL_CONNECTION, &address).await;
    let page = seen.detail(&session).await.observation.expect("it was observed");
    let whose = || Whose::Shown { session: session.clone() };
    let har = until("the requests of the page", SOON, || async {
        let asked = seen.hub.query(Query::Har { whose: whose(), number: None }).await;
        let Ok(Answer::Har(har)) = asked else { return None };
        har.contains(&address).then_some(har)
    })
    .await;
    drop(site);
    let shown = replayed(&har, &address).await;
    assert_eq!(shown["status"], 200, "{shown}");
    assert_eq!(shown["title"].as_str(), Some(page.title.as_str()), "{shown}");
    assert_ne!(shown["heading"].as_str().unwrap_or_default(), "", "{shown}");
    assert_eq!(shown["missed"], json!([]), "{shown}");
}
