//! The words of the built program that need no window, on a real Chromium: what they print, and how they exit.

use std::path::Path;

use notex_flow::{Run, RunOutcome};
use notex_hub::LOCAL_CONNECTION;
use notex_hub::protocol::{Answer, Command, ExportForm, Query};
use notex_journeys::{FixtureSite, RunningEngine, run_app};
use serde_json::{Value, json};

use super::Seen;

/// Opens the shop, looks for something and reads what was found.
fn search(site: &FixtureSite) -> Value {
    json!({ "version": 1, "name": "Search",
        "parameters": [{ "name": "what", "kind": "string" }, { "name": "shop", "kind": "url", "default": site.url("/") }],
        "steps": [
            { "name": "Open the shop", "call": { "type": "goto", "url": "{{shop}}" } },
            { "name": "Search", "call": { "type": "act", "deed": "fill", "value": "{{what}}", "enter": true, "element": {
                "description": "Fill Search products",
                "selectors": [{ "by": "css", "value": "input[name=q]" }] } } },
            { "name": "Read", "call": { "type": "scrape", "only_main_content": true, "images": false, "links": true } } ] })
}

/// Gives a file to a form and sends it.
fn upload(site: &FixtureSite) -> Value {
    let element = |by: &str, value: &str| json!({ "description": "Upload", "selectors": [{ "by": by, "value": value }] });
    json!({ "version": 1, "name": "Upload", "parameters": [{ "name": "invoice", "kind": "file" }],
        "steps": [
            { "name": "Open", "call": { "type": "goto", "url": site.url("/files") } },
            { "name": "Give", "call": { "type": "act", "deed": "upload", "value": "{{invoice}}",
                "element": element("css", "input[name=invoice]") } },
            { "name": "Send", "call": { "type": "act", "deed": "click", "element": element("role_name", "button \"Send\"") } } ] })
}

fn written(folder: &Path, name: &str, content: &[u8]) -> String {
    let file = folder.join(name);
    std::fs::write(&file, content).expect("a file in a temporary folder");
    file.display().to_string()
}

#[tokio::test]
async fn a_flow_is_run_from_the_shell_and_its_exit_code_says_how_it_went() {
    let (site, folder) = (FixtureSite::open().await, tempfile::tempdir().expect("a temporary folder"));
    let flow = written(folder.path(), "search.flow.json", search(&site).to_string().as_bytes());

    let ran = run_app(&["flow", "run", &flow, "--param", "what=Nova", "--json"], &[]).await;
    assert_eq!(ran.code, Some(0), "{}", ran.errors);
    let run = Run::parse(&ran.printed).expect("the document of a run");
    assert_eq!((run.outcome, run.steps.len()), (RunOutcome::Done, 3));
    let found = run.steps[1].matched.as_ref().expect("it was found");
    assert!(!found.healed, "CSS that a person wrote is used as it is: {found:?}");
    let read = run.steps[2].read.as_ref().expect("the page was read");
    assert!(read.markdown.contains("Results for Nova"), "{}", read.markdown);
    assert!(
        run.steps[1].network.is_some_and(|requests| requests.total > 0),
        "its requests are counted: {run:?}"
    );
    assert!(ran.errors.contains("Search"), "progress goes to stderr: {}", ran.errors);

    // A secret is best in the environment.
    let ran = run_app(&["flow", "run", &flow], &[("NOTEX_PARAM_WHAT", "Vega")]).await;
    assert_eq!(ran.code, Some(0), "{}", ran.errors);
    assert!(!ran.printed.starts_with('{') && ran.printed.contains("3"), "{}", ran.printed);

    let ran = run_app(&["flow", "run", &flow], &[]).await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.errors.contains("what is needed"), "{}", ran.errors);
    let ran = run_app(&["flow", "run", &flow, "--param", "what=Nova", "--budget", "0.5"], &[]).await;
    assert_eq!(ran.code, Some(3), "{}", ran.errors);
    let nowhere = ["flow", "run", &flow, "--param", "what=Nova", "--connection", "http://127.0.0.1:9"];
    assert_eq!(run_app(&nowhere, &[]).await.code, Some(4));
    let mut lost = search(&site);
    lost["steps"][1]["call"]["element"] =
        json!({ "description": "Fill the moon", "selectors": [{ "by": "css", "value": "#nowhere" }] });
    let lost = written(folder.path(), "lost.flow.json", lost.to_string().as_bytes());
    let ran = run_app(&["flow", "run", &lost, "--param", "what=Nova", "--json"], &[]).await;
    assert_eq!(ran.code, Some(1), "{}", ran.errors);
    let run = Run::parse(&ran.printed).expect("the document of a run");
    assert_eq!(run.steps[1].failure.as_ref().map(|why| why.code.as_str()), Some("action_impossible"));
}

#[tokio::test]
async fn a_file_that_the_shell_names_is_uploaded_by_the_flow() {
    let (site, folder) = (FixtureSite::open().await, tempfile::tempdir().expect("a temporary folder"));
    let flow = written(folder.path(), "upload.flow.json", upload(&site).to_string().as_bytes());
    let invoice = written(folder.path(), "march.txt", b"paid on the third of March");
    let param = format!("invoice={invoice}");
    let ran = run_app(&["flow", "run", &flow, "--param", &param], &[]).await;
    assert_eq!(ran.code, Some(0), "{}", ran.errors);
    let forms = site.forms();
    assert!(
        forms.iter().any(|form| form.contains("paid on the third of March") && form.contains("march.txt")),
        "{forms:?}"
    );

    let ran = run_app(&["flow", "run", &flow], &[]).await;
    assert_eq!(ran.code, Some(2));
    let ran = run_app(&["flow", "run", &flow, "--param", "invoice=/no/such/file"], &[]).await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.errors.contains("parameter invoice: /no/such/file cannot be read"), "{}", ran.errors);
}

#[tokio::test]
async fn a_session_file_is_shown_by_the_shell_and_a_damaged_one_refused() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let mut seen = Seen::on(&engine.base_url).await;
    let session = seen.opens(LOCAL_CONNECTION, &site.url("/article")).await;
    seen.did(Command::CloseSession { session: session.clone() }).await;
    let kept =
        seen.hub.query(Query::HistorySession { connection: LOCAL_CONNECTION.to_owned(), session }).await;
    let Ok(Answer::HistorySession(Some(kept))) = kept else { panic!("it is kept: {kept:?}") };
    seen.did(Command::ExportPast { session: kept.key, pictures: true, form: ExportForm::SessionFile }).await;
    let file = seen.hub.exported(kept.key).expect("its file").display().to_string();

    let shown = run_app(&["session", "show", &file], &[]).await;
    assert_eq!(shown.code, Some(0), "{}", shown.errors);
    assert!(shown.printed.contains("calls     3, 0 failed"), "{}", shown.printed);
    let shown = run_app(&["session", "show", &file, "--json"], &[]).await;
    let document: Value = serde_json::from_str(&shown.printed).expect("JSON");
    assert_eq!(document["calls"].as_array().map(Vec::len), Some(3), "{document}");
    assert!(document["calls"][1]["response"]["space"]["actions"].is_array(), "{document}");

    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut bytes = std::fs::read(&file).expect("the file");
    bytes.truncate(bytes.len() / 2);
    let damaged = written(folder.path(), "damaged.notex", &bytes);
    let shown = run_app(&["session", "show", &damaged], &[]).await;
    assert_eq!((shown.code, shown.printed.as_str()), (Some(2), ""));
    assert!(!shown.errors.trim().is_empty() && !shown.errors.contains("panicked"), "{}", shown.errors);
}
