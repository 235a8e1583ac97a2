//! The lines of a trace. Its instants are milliseconds on a clock of its own, which begins with the session.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use image::{ImageFormat, ImageReader};
use notex_wire::{CallKind, ConsoleLevel, ConsoleLine, ConsoleSource, DomSnapshot, Exchange, HttpBody};
use serde_json::{Map, Value, json};

use super::snapshot::{Drawn, MAIN_FRAME};
use crate::har;
use crate::records::{CallRecord, SessionRecord};

const VERSION: u32 = 10;
/// A session has one page here: which of its tabs a call was made in is not kept.
const PAGE: &str = "page@1";
/// What the clock of a trace shows when its session begins: the viewer takes a request at zero for one without an instant.
const BEGIN_MS: f64 = 1_000.0;

/// The clock of a trace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock(DateTime<Utc>);

impl Clock {
    pub(super) fn since(begun: DateTime<Utc>) -> Self {
        Self(begun)
    }

    fn at(self, instant: DateTime<Utc>) -> f64 {
        millis(instant - self.0) + BEGIN_MS
    }

    fn end_of(self, call: &CallRecord) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a call takes no centuries")]
        let took = call.timing.total.unwrap_or_default() as f64 / 1_000.0;
        self.at(call.started_at) + took
    }
}

/// Of spans that fit into microseconds; others, which nobody measures, are zero.
fn millis(span: TimeDelta) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a session takes no centuries")]
    let micros = span.num_microseconds().unwrap_or_default() as f64;
    micros / 1_000.0
}

/// What a trace begins with.
pub(super) fn opening(session: &SessionRecord, first: Option<&DomSnapshot>) -> [Value; 2] {
    let mut options = json!({});
    if let Some(page) = first {
        options["viewport"] = viewport(page);
    }
    let title = format!("{} · {} · {}", session.page.title, session.connection, session.id);
    let context = json!({
        "type": "context-options",
        "version": VERSION,
        "origin": "library",
        "browserName": "",
        "platform": "",
        "options": options,
        "wallTime": session.created_at.timestamp_millis(),
        "monotonicTime": BEGIN_MS,
        "sdkLanguage": "python",
        "title": title.trim_start_matches(" · "),
    });
    let page = json!({ "type": "event", "time": BEGIN_MS, "class": "BrowserContext", "method": "page",
        "params": { "pageId": PAGE } });
    [context, page]
}

fn id(call: &CallRecord) -> String {
    format!("call@{}", call.number)
}

/// `Observe /search · 214 actions`, `Step B3 Click Search`.
fn title(call: &CallRecord) -> String {
    let word = match call.kind {
        CallKind::Start => "Start",
        CallKind::SessionMinute => "Minute",
        CallKind::Observe => "Observe",
        CallKind::Step => "Step",
        CallKind::Scrape => "Scrape",
        CallKind::Extend => "Extend",
        CallKind::Close => "Close",
    };
    format!("{word} {}", call.what).trim_end().to_owned()
}

/// The beginning of a call.
pub(super) fn before(clock: Clock, call: &CallRecord) -> Value {
    let title = title(call);
    // The viewer would put them into the braces of a title.
    let params = call.request.as_ref().filter(|_| !title.contains('{'));
    json!({
        "type": "before",
        "callId": id(call),
        "startTime": clock.at(call.started_at),
        "title": title,
        "class": "Notex",
        "method": call.kind,
        "params": params.filter(|request| request.is_object()).cloned().unwrap_or_else(|| json!({})),
        "pageId": PAGE,
    })
}

/// What is known of a call besides, a line each.
pub(super) fn log(call: &CallRecord) -> Vec<Value> {
    let mut lines = Vec::new();
    if call.made_elsewhere {
        lines.push("made elsewhere, so that little is known of it".to_owned());
    }
    lines.extend(call.http_status.map(|status| format!("answered with status {status}")));
    let timing = call.timing;
    for (span, words) in [
        (timing.queue, "waited for its turn"),
        (timing.connect.filter(|connect| *connect > 0), "opened its connection"),
        (timing.wait, "waited for the answer"),
        (timing.receive, "received it"),
    ] {
        #[expect(clippy::cast_precision_loss, reason = "a call takes no centuries")]
        lines.extend(span.map(|micros| format!("{words}: {:.1} ms", micros as f64 / 1_000.0)));
    }
    if let Some(credits) = call.credits {
        lines.push(format!("credits: {credits}"));
    }
    lines.extend(call.reasons.iter().map(|reason| format!("{}: {}", reason.what, reason.credits)));
    if !call.page.url.is_empty() {
        lines.push(format!("page after it: {} {}", call.page.title, call.page.url));
    }
    for part in &call.parts {
        let word = json!(part.kind);
        lines.extend(
            part.missing.as_ref().map(|why| format!("no {}: {why}", word.as_str().unwrap_or_default())),
        );
    }
    let line = |message| json!({ "type": "log", "callId": id(call), "time": -1, "message": message });
    lines.into_iter().map(line).collect()
}

/// The end of a call.
pub(super) fn after(clock: Clock, call: &CallRecord, attachments: Vec<Value>) -> Value {
    let mut event = json!({
        "type": "after",
        "callId": id(call),
        "endTime": clock.end_of(call),
        "attachments": attachments,
    });
    if let Some(failure) = &call.failure {
        let hint = failure.hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default();
        event["error"] = json!({ "name": failure.code, "message": format!("{}{hint}", failure.message) });
    }
    event
}

/// A body of a call, which is in the trace by this name.
pub(super) fn attachment(name: &str, file: &str) -> Value {
    json!({ "name": name, "contentType": "application/json", "file": file })
}

/// A line of the console; what a script threw is a failure of the page.
pub(super) fn console(clock: Clock, line: &ConsoleLine) -> Value {
    let again = if line.repeated > 1 { format!(" ({} times)", line.repeated) } else { String::new() };
    let text = format!("{}{again}", line.text);
    let url = line.url.as_deref().unwrap_or_default();
    let place = |name: &str, place: Option<u32>| (name.to_owned(), json!(place.unwrap_or_default()));
    if line.source == ConsoleSource::Exception {
        let location = Map::from_iter([
            ("url".to_owned(), json!(url)),
            place("line", line.line),
            place("column", line.column),
        ]);
        let error = json!({ "error": { "name": "", "message": text, "stack": "" } });
        return json!({ "type": "event", "time": clock.at(line.at), "class": "BrowserContext", "method": "pageError",
            "params": { "error": error, "location": location }, "pageId": PAGE });
    }
    let kind = match line.level {
        ConsoleLevel::Debug => "debug",
        ConsoleLevel::Log => "log",
        ConsoleLevel::Info => "info",
        ConsoleLevel::Warning => "warning",
        ConsoleLevel::Error => "error",
    };
    let location = Map::from_iter([
        ("url".to_owned(), json!(url)),
        place("lineNumber", line.line),
        place("columnNumber", line.column),
    ]);
    json!({ "type": "console", "time": clock.at(line.at), "pageId": PAGE, "messageType": kind, "text": text,
        "location": location })
}

/// The media type, width and height of a picture that a browser shows.
pub(super) fn picture(bytes: &[u8]) -> Option<(&'static str, u32, u32)> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let media_type = match reader.format()? {
        ImageFormat::Png => "image/png",
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::WebP => "image/webp",
        _ => return None,
    };
    let (width, height) = reader.into_dimensions().ok()?;
    Some((media_type, width, height))
}

/// The picture of a call: in the film, and as that of its end.
pub(super) fn pictures(clock: Clock, call: &CallRecord, file: &str, width: u32, height: u32) -> [Value; 2] {
    let at = clock.end_of(call);
    [
        json!({ "type": "screencast-frame", "pageId": PAGE, "file": file, "width": width, "height": height,
            "timestamp": at }),
        json!({ "type": "screenshot", "callId": id(call), "phase": "after", "pageId": PAGE, "timestamp": at,
            "file": file }),
    ]
}

/// A document of the page after a call.
pub(super) fn snapshot(clock: Clock, call: &CallRecord, page: &DomSnapshot, drawn: Drawn) -> Value {
    let is_main = drawn.frame == MAIN_FRAME;
    let mut snapshot = json!({
        "callId": id(call),
        "phase": "after",
        "pageId": PAGE,
        "frameId": drawn.frame,
        "frameUrl": if is_main { page.url.as_str() } else { "about:srcdoc" },
        "html": drawn.html,
        "viewport": viewport(page),
        "timestamp": page.at.map_or_else(|| clock.end_of(call), |at| clock.at(at)),
        "collectionTime": 0,
        "resourceOverrides": [],
        "isMainFrame": is_main,
    });
    if let Some(doctype) = drawn.doctype {
        snapshot["doctype"] = json!(doctype);
    }
    json!({ "type": "frame-snapshot", "snapshot": snapshot })
}

fn viewport(page: &DomSnapshot) -> Value {
    json!({ "width": page.viewport_width, "height": page.viewport_height })
}

/// A request, as HAR tells it; its body is a file.
pub(super) fn request(clock: Clock, exchange: &Exchange) -> Value {
    let mut entry = har::entry(exchange);
    entry["pageref"] = json!(PAGE);
    entry["_frameref"] = json!(MAIN_FRAME);
    entry["_monotonicTime"] = json!(clock.at(exchange.at));
    if let Some(content) = entry["response"]["content"].as_object_mut() {
        content.remove("text");
        content.remove("encoding");
    }
    if let Some(why) = &exchange.failed {
        entry["response"]["status"] = json!(-1);
        entry["response"]["_failureText"] = json!(why);
    }
    json!({ "type": "resource-snapshot", "snapshot": entry })
}

/// The bytes of a body; `None` when what is kept is no base64 any more.
pub(super) fn bytes_of(body: &HttpBody) -> Option<Vec<u8>> {
    if body.base64 { STANDARD.decode(&body.content).ok() } else { Some(body.content.clone().into_bytes()) }
}
