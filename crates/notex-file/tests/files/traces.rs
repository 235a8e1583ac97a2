//! A session as a trace of Playwright: what its lines say, and what they never do.

use std::io::{Cursor, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, RgbImage};
use notex_file::{SecretKind, SessionFile, trace};
use notex_wire::{ConsoleLevel, ConsoleLine, ConsoleSource, DomSnapshot, Exchange, HttpBody};
use serde_json::Value;

use super::*;

struct Trace {
    events: Vec<Value>,
    network: Vec<Value>,
    files: Vec<(String, Vec<u8>)>,
}

fn read(file: &std::path::Path) -> Trace {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.push((entry.name().unwrap().into_owned(), bytes));
    }
    let lines = |name: &str| {
        let (_, bytes) = files.iter().find(|(known, _)| known == name).unwrap();
        let lines = std::str::from_utf8(bytes).unwrap().lines();
        lines.map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    Trace { events: lines("trace.trace"), network: lines("trace.network"), files }
}

impl Trace {
    fn of(&self, kind: &str) -> Vec<&Value> {
        self.events.iter().filter(|event| event["type"] == kind).collect()
    }

    fn file(&self, name: &Value) -> &[u8] {
        let name = name.as_str().unwrap();
        &self.files.iter().find(|(known, _)| known == name).unwrap().1
    }
}

fn screenshot() -> NewPart {
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(4, 3).write_to(&mut png, ImageFormat::Png).unwrap();
    part(PartKind::Screenshot, "image/png", png.into_inner())
}

fn page(html: &str) -> NewPart {
    let page = DomSnapshot {
        html: html.to_owned(),
        url: "https://shop.example/".to_owned(),
        at: Some(at(2)),
        viewport_width: 800.0,
        viewport_height: 600.0,
        ..DomSnapshot::default()
    };
    part(PartKind::Dom, "application/json", serde_json::to_vec(&page).unwrap())
}

fn console(lines: &[ConsoleLine]) -> NewPart {
    part(PartKind::Console, "application/json", serde_json::to_vec(lines).unwrap())
}

fn line(source: ConsoleSource, text: &str) -> ConsoleLine {
    let (level, url, line) = (ConsoleLevel::Warning, Some("https://shop.example/a.js".to_owned()), Some(7));
    ConsoleLine { at: at(1), level, source, text: text.to_owned(), url, line, column: None, repeated: 3 }
}

fn network(all: &[Exchange]) -> NewPart {
    part(PartKind::Network, "application/json", serde_json::to_vec(all).unwrap())
}

fn exchange(id: &str, body: HttpBody) -> Exchange {
    Exchange {
        id: id.to_owned(),
        at: at(1),
        method: "GET".to_owned(),
        url: format!("https://shop.example/{id}"),
        resource_type: "fetch".to_owned(),
        status: Some(200),
        mime: Some("text/plain".to_owned()),
        response_body: Some(body),
        ..Exchange::default()
    }
}

fn text(content: &str) -> HttpBody {
    HttpBody { content: content.to_owned(), base64: false, truncated: false }
}

fn as_trace(desk: &Desk, calls: Vec<NewCall>, secrets: &[Secret]) -> (Trace, Exported) {
    let (file, exported) =
        desk.export_as(Form::PlaywrightTrace, "session.trace.zip", &desk.keep(calls), secrets).unwrap();
    assert_eq!(exported.bytes, std::fs::metadata(&file).unwrap().len());
    (read(&file), exported)
}

#[test]
fn each_call_is_an_action_with_its_times_bodies_failure_picture_page_console_and_requests() {
    let desk = Desk::new();
    let outlives = Exchange { status: None, response_body: None, ..exchange("slow", text("")) };
    let failed = Exchange { failed: Some("refused".to_owned()), status: None, ..exchange("no", text("")) };
    let calls = vec![
        NewCall {
            kind: CallKind::Observe,
            what: "/ · 4 actions".to_owned(),
            request: Some(json!({ "url": "https://shop.example/" })),
            response: Some(json!({ "space": {} })),
            parts: vec![
                screenshot(),
                page("<!DOCTYPE html><html><head></head><body><h1>Shop</h1></body></html>"),
                console(&[line(ConsoleSource::Script, "careful"), line(ConsoleSource::Exception, "boom")]),
                network(&[exchange("a", text("tea")), outlives]),
            ],
            ..call(1)
        },
        NewCall { parts: vec![network(&[exchange("slow", text("late")), failed])], ..call(3) },
    ];
    let (trace, exported) = as_trace(&desk, calls, &[]);
    assert_eq!((exported.calls, exported.redaction.pictures), (2, 1));

    let context = &trace.events[0];
    assert_eq!((&context["type"], &context["version"]), (&json!("context-options"), &json!(10)));
    assert_eq!(context["options"]["viewport"], json!({ "width": 800.0, "height": 600.0 }));
    let begin = context["monotonicTime"].as_f64().unwrap();

    let before = trace.of("before");
    assert_eq!(before[0]["title"], "Observe / · 4 actions");
    assert_eq!(before[0]["params"], json!({ "url": "https://shop.example/" }));
    assert_eq!(before[0]["startTime"], begin + 1_000.0);
    let after = trace.of("after");
    assert_eq!(after[0]["endTime"], begin + 1_120.0);
    let answer = serde_json::from_slice::<Value>(trace.file(&after[0]["attachments"][1]["file"])).unwrap();
    assert_eq!(answer, json!({ "space": {} }));
    assert_eq!(after[0].get("error"), None);
    assert_eq!(after[1]["error"]["message"], "B1 is covered by div.banner\nclose the banner");
    let log: Vec<&str> = trace.of("log").iter().filter_map(|line| line["message"].as_str()).collect();
    assert!(log.contains(&"credits: 1"), "{log:?}");

    let shown = trace.of("screenshot")[0];
    assert_eq!((&shown["callId"], &shown["phase"]), (&before[0]["callId"], &json!("after")));
    let frame = trace.of("screencast-frame")[0];
    assert_eq!((&frame["width"], &frame["height"], &frame["file"]), (&json!(4), &json!(3), &shown["file"]));
    assert!(trace.file(&shown["file"]).starts_with(b"\x89PNG"));
    let snapshot = &trace.of("frame-snapshot")[0]["snapshot"];
    assert_eq!(snapshot["html"], json!(["HTML", {}, ["HEAD", {}], ["BODY", {}, ["H1", {}, "Shop"]]]));
    assert_eq!((&snapshot["doctype"], &snapshot["isMainFrame"]), (&json!("html"), &json!(true)));

    let line = trace.of("console")[0];
    assert_eq!((&line["messageType"], &line["text"]), (&json!("warning"), &json!("careful (3 times)")));
    assert_eq!(line["location"]["lineNumber"], 7);
    let error = trace.of("event").into_iter().find(|event| event["method"] == "pageError").unwrap();
    assert_eq!(error["params"]["error"]["error"]["message"], "boom (3 times)");

    let asked: Vec<(&str, i64)> = trace
        .network
        .iter()
        .map(|line| &line["snapshot"])
        .map(|one| (one["request"]["url"].as_str().unwrap(), one["response"]["status"].as_i64().unwrap()))
        .collect();
    assert_eq!(
        asked,
        [
            ("https://shop.example/a", 200),
            ("https://shop.example/slow", 200),
            ("https://shop.example/no", -1)
        ],
        "one that outlived its call is told once, with all of it"
    );
    let content = &trace.network[0]["snapshot"]["response"]["content"];
    assert_eq!((trace.file(&content["_file"]), content.get("text")), (b"tea".as_slice(), None));
}

#[test]
fn a_file_alone_becomes_the_same_trace() {
    let (desk, calls) =
        (Desk::new(), || vec![NewCall { parts: vec![screenshot(), page("<p>x")], ..call(1) }]);
    let (exported, _) = as_trace(&desk, calls(), &[]);
    let kept = desk.archive.find_session("local", "s-1").unwrap().unwrap();
    let (file, _) = desk.export(&kept, &[]).unwrap();
    let to = desk.file("alone.zip");
    let done =
        trace(&mut SessionFile::open(&file).unwrap(), &to, &mut |_, _| ControlFlow::Continue(())).unwrap();
    assert_eq!((done.calls, done.redaction.pictures), (1, 1));
    assert_eq!(read(&to).files, exported.files);
    let stopped = trace(&mut SessionFile::open(&file).unwrap(), &to, &mut |_, _| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(FileError::Cancelled)));
    assert_eq!(read(&to).files, exported.files, "the older one stays");
}

#[test]
fn no_secret_is_in_a_trace_not_even_one_that_comes_out_of_quotes_or_of_base64() {
    let desk = Desk::new();
    let secret = "pass\"word & more";
    // As a frame of a page is kept, and one in that: quoted twice and three times.
    let quoted = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let inner = format!("<p title=\"{}\">in</p>", quoted(secret));
    let inner =
        format!("<p>{}</p><iframe srcdoc=\"{}\"></iframe>", secret.replace('&', "&amp;"), quoted(&inner));
    let password = "<input type=password value=\"hunter2hunter2\">";
    let html = format!("<body><iframe srcdoc=\"{}\"></iframe>{password}</body>", quoted(&inner));
    let encoded = HttpBody { base64: true, ..text(&STANDARD.encode(format!("user: {secret}"))) };
    let asked = Exchange {
        url: format!("https://shop.example/?access_token=t0k3n-of-address&q={}", urlencoded(secret)),
        ..exchange("a", encoded)
    };
    let calls = vec![NewCall {
        what: format!("type {secret}"),
        request: Some(json!({ "value": secret })),
        parts: vec![page(&html), console(&[line(ConsoleSource::Script, secret)]), network(&[asked])],
        ..call(1)
    }];
    let given = [Secret { kind: SecretKind::Password, text: secret.to_owned() }];
    let (trace, exported) = as_trace(&desk, calls, &given);
    for (name, bytes) in &trace.files {
        let held = String::from_utf8_lossy(bytes);
        for secret in
            ["pass\\\"word", "pass\"word", "hunter2hunter2", "t0k3n-of-address", &urlencoded(secret)]
        {
            assert!(!held.contains(secret), "{secret} is in {name}");
        }
    }
    let frames = trace.of("frame-snapshot");
    assert_eq!(frames[1]["snapshot"]["html"][3][2], json!(["P", {}, "(removed)"]));
    assert_eq!(frames[2]["snapshot"]["html"][3][2], json!(["P", { "title": "(removed)" }, "in"]));
    let content = &trace.network[0]["snapshot"]["response"]["content"];
    assert_eq!((content.get("_file"), &content["comment"]), (None, &json!("a secret stood in it")));
    assert!(exported.redaction.removed.iter().any(|one| one.place == "dom"), "{:?}", exported.redaction);
}

fn urlencoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
