//! A session on a real engine as a trace, in Playwright's own trace viewer.

use std::path::Path;
use std::time::Duration;

use notex_hub::LOCAL_CONNECTION;
use notex_hub::protocol::{Answer, Command, Evidence, ExportForm, PastSession, Query, Whose};
use notex_journeys::{Api, FixtureSite, RunningEngine, chromium, run_app, until};
use serde_json::{Value, json};

use super::Seen;

const SOON: Duration = Duration::from_secs(20);

/// What the viewer shows of a trace.
async fn viewed(trace: &Path) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/journeys/trace/viewer.mjs");
    let mut node = tokio::process::Command::new("node");
    node.arg(script).arg(chromium()).arg(trace).kill_on_drop(true);
    // To look at it: a folder of pictures.
    node.args(std::env::var_os("NOTEX_TRACE_PICTURES"));
    let done = tokio::time::timeout(Duration::from_secs(180), node.output()).await;
    let done = done.expect("it ends").expect("node can be started");
    let told = String::from_utf8_lossy(&done.stdout);
    serde_json::from_str(told.trim())
        .unwrap_or_else(|why| panic!("{why}: {told}{}", String::from_utf8_lossy(&done.stderr)))
}

/// A session of an observe, a search, a step that fails and what somebody else wrote to the console, closed.
async fn session_of_all_kinds(seen: &mut Seen, engine: &RunningEngine, site: &FixtureSite) -> PastSession {
    let session = seen.opens(LOCAL_CONNECTION, &site.url("/")).await;
    let page = seen.detail(&session).await.observation.expect("it was observed");
    let named = |action: &&notex_wire::Action| action.label.as_deref() == Some("Search products");
    let action = page.actions.iter().find(named).expect("the search field").id.clone();
    let step = |action: String, value: Option<String>| Command::Step {
        session: session.clone(),
        action,
        value,
        enter: true,
    };
    seen.did(step(action, Some("Nova".to_owned()))).await;
    seen.session(&session, "the results", |known| known.title == "Results for Nova").await;
    seen.hub.send(step("B999".to_owned(), None)).await.expect_err("there is no such action");
    let code = "console.error('from elsewhere'); fetch('/deals').then(() => 1)";
    let body = json!({"type": "evaluate_js", "code": code});
    Api::of(engine)
        .post(&format!("/sessions/{session}/page/execute"), &body)
        .await
        .expect_success("a script");
    until("the evidence", SOON, || async {
        let whose = Whose::Shown { session: session.clone() };
        let Ok(Answer::Evidence(all)) = seen.hub.query(Query::Evidence { whose, number: None }).await else {
            return None;
        };
        let Evidence { console, network, .. } = *all;
        let wrote = console.iter().any(|kept| kept.line.text == "from elsewhere");
        (wrote && network.iter().any(|kept| kept.exchange.url == site.url("/deals"))).then_some(())
    })
    .await;
    seen.did(Command::CloseSession { session: session.clone() }).await;
    let query = Query::HistorySession { connection: LOCAL_CONNECTION.to_owned(), session };
    let Ok(Answer::HistorySession(Some(kept))) = seen.hub.query(query).await else { panic!("it is kept") };
    *kept
}

fn said<'a>(shown: &'a Value, what: &str) -> &'a str {
    shown[what].as_str().unwrap_or_default()
}

#[tokio::test]
async fn playwrights_trace_viewer_shows_the_calls_pages_console_requests_and_failures_of_a_session() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let mut seen = Seen::on(&engine.base_url).await;
    let kept = session_of_all_kinds(&mut seen, &engine, &site).await;
    let form = ExportForm::PlaywrightTrace;
    let done = seen.did(Command::ExportPast { session: kept.key, pictures: true, form }).await;
    let exported = done.exported.expect("it is written");
    let trace = seen.hub.exported(kept.key).expect("its file");
    assert!(exported.pictures > 0 && trace.display().to_string().ends_with(".trace.zip"), "{exported:?}");

    let shown = viewed(&trace).await;
    assert_eq!(shown["wrong"], json!([]), "{shown:#}");
    let actions = shown["actions"].as_array().expect("actions");
    let action = |word: &str| {
        let found = actions.iter().find(|action| said(action, "title").starts_with(word));
        found.unwrap_or_else(|| panic!("{word}: {shown:#}"))
    };
    assert_eq!(actions.len() as u64, exported.calls, "{shown:#}");
    assert!(said(action("Observe"), "text").contains("All laptops"), "{shown:#}");
    let search = actions.iter().find(|action| said(action, "title").contains("Nova")).expect("the search");
    assert!(said(search, "text").contains("Results for"), "{search:#}");
    assert!(said(search, "call").contains("action_id"), "{search:#}");
    assert!(said(search, "log").contains("waited for the answer"), "{search:#}");
    assert!(said(action("Step B999"), "title").contains("ms"), "{shown:#}");
    assert!(said(&shown, "errors").contains("B999"), "{}", shown["errors"]);
    assert!(said(&shown, "console").contains("from elsewhere"), "{}", shown["console"]);
    assert!(said(&shown, "network").contains("deals"), "{}", shown["network"]);
    assert!(said(&shown, "attachments").contains("request"), "{}", shown["attachments"]);
    assert!(shown["film"].as_u64() > Some(0), "{shown:#}");

    // A file that somebody was given becomes a trace by a word of the shell.
    let form = ExportForm::SessionFile;
    seen.did(Command::ExportPast { session: kept.key, pictures: true, form }).await;
    assert!(!trace.exists(), "only the last export is kept");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = seen.hub.exported(kept.key).expect("its file").display().to_string();
    let again = folder.path().join("again.zip");
    let ran = run_app(&["session", "trace", &file, &again.display().to_string()], &[]).await;
    assert_eq!(ran.code, Some(0), "{}", ran.errors);
    let again = viewed(&again).await;
    assert_eq!(again["actions"].as_array().map(Vec::len), Some(actions.len()));
    let ran = run_app(&["session", "trace", "/no/such.notex", "/tmp/x.zip"], &[]).await;
    assert_eq!(ran.code, Some(2));
}
