//! `docs/api.md` held against the engine: every request in it is sent, from top to bottom, and answered as it says.
//! With `NOTEX_WRITE_API=1` the answers are written into the document instead, for an author to read and shorten.
#![expect(clippy::expect_used, clippy::panic, reason = "a panic is how a test says no")]

mod api_document;

use std::path::Path;
use std::time::Duration;

use api_document::{Answer, Document, Format, Same};
use notex_journeys::{ENGINE_KEY, FixtureSite, RunningEngine, until};
use serde_json::Value;

const ANSWERED_WITHIN: Duration = Duration::from_secs(60);

#[tokio::test]
async fn every_call_of_the_document_is_answered_as_it_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/api.md");
    let text = std::fs::read_to_string(&file).expect("docs/api.md");
    let mut document = Document::parse(&text);
    assert!(document.calls.len() > 20, "only {} calls were found", document.calls.len());
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    until("the browser to be ready", ANSWERED_WITHIN, || async {
        let health = send(&engine, &Same::new("http://none", "http://none"), "GET /health").await;
        health.text.contains(r#""ready":true"#).then_some(())
    })
    .await;
    let mut same = Same::new(&engine.base_url, site.url("").trim_end_matches('/'));
    let write = std::env::var_os("NOTEX_WRITE_API").is_some();
    let mut wrong = Vec::new();
    for call in &mut document.calls {
        let answer = send(&engine, &same, &call.request).await;
        if write {
            call.answer = same.shown(&call.answer, answer);
            continue;
        }
        let mut problems = same.compare(&call.answer, &answer);
        problems.truncate(5);
        if !problems.is_empty() {
            let first = call.request.lines().next().unwrap_or_default();
            wrong.push(format!("{first}\n  {}\n  answered: {answer:?}", problems.join("\n  ")));
        }
    }
    if write {
        std::fs::write(&file, document.write(&text)).expect("docs/api.md can be written");
        return;
    }
    assert!(wrong.is_empty(), "docs/api.md says otherwise:\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_path_and_every_method_of_the_engine_is_in_the_document() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("docs/api.md")).expect("docs/api.md");
    let paths = std::fs::read_to_string(root.join("crates/notex-wire/src/path.rs")).expect("the paths");
    let requests: Vec<String> = Document::parse(&text).calls.into_iter().map(|call| call.request).collect();
    let engine = RunningEngine::start().await;
    let served = send(&engine, &Same::new("http://none", "http://none"), "GET /openapi.json").await;
    let served: Value = serde_json::from_str(&served.text).expect("the OpenAPI document");
    let mut calls: Vec<(&str, &str)> = Vec::new();
    for (path, methods) in served["paths"].as_object().expect("paths") {
        calls.extend(
            methods.as_object().expect("methods").keys().map(|method| (method.as_str(), path.as_str())),
        );
    }
    assert!(calls.len() > 30, "only {} calls were found", calls.len());
    // The doors for websockets are in no OpenAPI document.
    let declared = paths.lines().filter_map(|line| line.split_once(": &str = \"/"));
    let declared: Vec<String> =
        declared.map(|(_, path)| format!("/{}", path.trim_end_matches("\";"))).collect();
    assert!(declared.len() > 35, "only {} paths were found", declared.len());
    calls.extend(declared.iter().map(|path| ("", path.as_str())));
    calls.retain(|(method, path)| {
        !text.contains(&format!("{path}`"))
            && !requests.iter().any(|request| is_request_to(request, method, path))
    });
    assert!(calls.is_empty(), "docs/api.md does not show {calls:#?}");
}

/// Whether a request goes to a path, whose `{id}` stands for anything with a digit; no method is any.
fn is_request_to(request: &str, method: &str, path: &str) -> bool {
    let Some((verb, address)) = request.lines().next().and_then(|line| line.split_once(' ')) else {
        return false;
    };
    let parts: Vec<&str> = address.split('?').next().unwrap_or_default().split('/').collect();
    let wanted: Vec<&str> = path.split('/').collect();
    let fits = |(part, wanted): (&&str, &&str)| {
        if wanted.starts_with('{') { part.contains(|c: char| c.is_ascii_digit()) } else { part == wanted }
    };
    let same_verb = method.is_empty() || verb.eq_ignore_ascii_case(method);
    same_verb && parts.len() == wanted.len() && parts.iter().zip(&wanted).all(fits)
}

/// Sends a request as it stands in the document: a line with method and path, headers, an empty line, a body.
async fn send(engine: &RunningEngine, same: &Same, request: &str) -> Answer {
    let real = same.real(request);
    let (head, body) = real.split_once("\n\n").unwrap_or((&real, ""));
    let mut lines = head.lines();
    let (method, path) = lines.next().and_then(|line| line.split_once(' ')).expect("a method and a path");
    let method = method.parse().expect("a method");
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut sent = http.request(method, format!("{}{path}", engine.base_url)).timeout(ANSWERED_WITHIN);
    let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(": ")).collect();
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization")) && path != "/health" {
        sent = sent.bearer_auth(ENGINE_KEY);
    }
    let mut form = false;
    for (name, value) in headers {
        form |= value.starts_with("multipart/form-data");
        sent = sent.header(name, value);
    }
    if form {
        sent = sent.body(body.replace('\n', "\r\n"));
    } else if !body.trim().is_empty() {
        sent = sent.header("content-type", "application/json").body(body.to_owned());
    }
    let mut response = sent.send().await.unwrap_or_else(|error| panic!("{path}: {error}"));
    let status = response.status().as_u16();
    let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("text/event-stream") {
        let format = if kind == "application/json" { Format::Json } else { Format::Text };
        return Answer { status, format, text: response.text().await.expect("a body") };
    }
    // A stream does not end: its first event is its answer.
    let mut text = String::new();
    while !text.contains("\n\n") {
        let chunk = response.chunk().await.expect("a stream").expect("an event");
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).expect("an event holds data");
    Answer { status, format: Format::Json, text: data.to_owned() }
}
