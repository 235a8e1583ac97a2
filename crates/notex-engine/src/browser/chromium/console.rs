//! What is written to the console: by scripts, by scripts that fail, and by the browser itself.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use notex_wire::{ConsoleLevel, ConsoleLine, ConsoleSource, PageEvent};
use serde::Deserialize;
use serde_json::Value;

use super::context::Context;
use crate::cdp::Heard;

const TEXT_CHARS: usize = 4_000;
/// Of what is told at once, to everybody.
const TOLD_CHARS: usize = 2_000;
const URL_CHARS: usize = 2_000;
const MOST_ARGUMENTS: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsoleCall<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    args: Vec<Argument<'a>>,
    #[serde(default)]
    timestamp: f64,
    stack_trace: Option<Stack>,
}

#[derive(Deserialize)]
struct Argument<'a> {
    #[serde(borrow)]
    description: Option<Cow<'a, str>>,
    value: Option<Value>,
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    preview: Option<Preview>,
}

#[derive(Deserialize)]
struct Preview {
    #[serde(default)]
    properties: Vec<Property>,
}

#[derive(Deserialize)]
struct Property {
    name: String,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stack {
    #[serde(default)]
    call_frames: Vec<Place>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    url: String,
    line_number: u32,
    #[serde(default)]
    column_number: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExceptionThrown {
    #[serde(default)]
    timestamp: f64,
    exception_details: Exception,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exception {
    text: String,
    url: Option<String>,
    line_number: Option<u32>,
    column_number: Option<u32>,
    exception: Option<Thrown>,
    stack_trace: Option<Stack>,
}

#[derive(Deserialize)]
struct Thrown {
    description: Option<String>,
    value: Option<Value>,
}

#[derive(Deserialize)]
struct Logged {
    entry: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    source: String,
    level: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    timestamp: f64,
    url: Option<String>,
    line_number: Option<u32>,
}

/// The line that an event tells of.
pub(super) fn line(event: &Heard<'_>) -> Option<ConsoleLine> {
    match event.method {
        "Runtime.consoleAPICalled" => event.read().and_then(console),
        "Runtime.exceptionThrown" => event.read().map(exception),
        // Scripts that fail are told apart from the rest already.
        "Log.entryAdded" => {
            event.read().filter(|logged: &Logged| logged.entry.source != "javascript").map(logged)
        }
        _ => None,
    }
}

impl Context {
    /// A line was written: it is kept, and told to who listens.
    pub(super) fn writes(&self, line: ConsoleLine) {
        // What the browser writes of requests is told with them.
        if line.source != ConsoleSource::Browser && self.is_watched() {
            self.happens(PageEvent::Console {
                at: line.at,
                level: String::from(word(&line)),
                text: cut(&line.text, TOLD_CHARS),
                url: line.url.clone(),
                line: line.line,
            });
        }
        self.evidence.console(line);
    }
}

fn word(line: &ConsoleLine) -> &'static str {
    match (line.source, line.level) {
        (ConsoleSource::Exception, _) => "exception",
        (_, ConsoleLevel::Debug) => "debug",
        (_, ConsoleLevel::Log) => "log",
        (_, ConsoleLevel::Info) => "info",
        (_, ConsoleLevel::Warning) => "warning",
        (_, ConsoleLevel::Error) => "error",
    }
}

fn console(call: ConsoleCall<'_>) -> Option<ConsoleLine> {
    let level = match &*call.kind {
        "debug" => ConsoleLevel::Debug,
        "info" => ConsoleLevel::Info,
        "warning" => ConsoleLevel::Warning,
        "error" | "assert" => ConsoleLevel::Error,
        "clear" | "endGroup" | "profile" | "profileEnd" => return None,
        _ => ConsoleLevel::Log,
    };
    let mut text = String::new();
    for argument in call.args.iter().take(MOST_ARGUMENTS) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&argument.words());
        if text.len() > TEXT_CHARS * 4 {
            break;
        }
    }
    let place = call.stack_trace.and_then(Stack::first);
    Some(written(call.timestamp, level, ConsoleSource::Script, &text, None, place))
}

fn exception(thrown: ExceptionThrown) -> ConsoleLine {
    let Exception { text, url, line_number, column_number, exception, stack_trace } =
        thrown.exception_details;
    let place = stack_trace.and_then(Stack::first).or(line_number.map(|line_number| Place {
        url: String::new(),
        line_number,
        column_number: column_number.unwrap_or_default(),
    }));
    let said = exception.and_then(|thrown| {
        let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
        thrown.description.map(first).or_else(|| thrown.value.map(|value| value.to_string()))
    });
    let text = match said {
        Some(said) if text.starts_with("Uncaught") => format!("{text} {said}"),
        Some(said) => said,
        None => text,
    };
    written(thrown.timestamp, ConsoleLevel::Error, ConsoleSource::Exception, &text, url, place)
}

fn logged(logged: Logged) -> ConsoleLine {
    let Entry { level, text, timestamp, url, line_number, .. } = logged.entry;
    let level = match level.as_str() {
        "verbose" => ConsoleLevel::Debug,
        "warning" => ConsoleLevel::Warning,
        "error" => ConsoleLevel::Error,
        _ => ConsoleLevel::Info,
    };
    let mut line = written(timestamp, level, ConsoleSource::Browser, &text, url, None);
    line.line = line_number.map(|line| line.saturating_add(1));
    line
}

fn written(
    millis: f64,
    level: ConsoleLevel,
    source: ConsoleSource,
    text: &str,
    url: Option<String>,
    place: Option<Place>,
) -> ConsoleLine {
    let own = place.as_ref().map(|place| place.url.clone()).filter(|url| !url.is_empty());
    ConsoleLine {
        at: at(millis),
        level,
        source,
        text: cut(text, TEXT_CHARS),
        url: own.or(url).map(|url| cut(&url, URL_CHARS)).filter(|url| !url.is_empty()),
        line: place.as_ref().map(|place| place.line_number.saturating_add(1)),
        column: place.map(|place| place.column_number.saturating_add(1)),
        repeated: 1,
    }
}

impl Argument<'_> {
    fn words(&self) -> String {
        match (&self.value, &self.preview) {
            (Some(Value::String(text)), _) => text.clone(),
            (Some(value), _) => value.to_string(),
            (None, Some(Preview { properties })) if self.kind == "object" && !properties.is_empty() => {
                let value = |p: &Property| p.value.as_deref().unwrap_or("…").to_owned();
                let all: Vec<String> =
                    properties.iter().map(|p| format!("{}: {}", p.name, value(p))).collect();
                format!("{} {{{}}}", self.description.as_deref().unwrap_or("Object"), all.join(", "))
            }
            (None, _) => self.description.as_deref().unwrap_or(&self.kind).to_owned(),
        }
    }
}

impl Stack {
    fn first(self) -> Option<Place> {
        self.call_frames.into_iter().next()
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// Milliseconds since 1970.
fn at(millis: f64) -> DateTime<Utc> {
    #[expect(clippy::cast_possible_truncation, reason = "an instant in milliseconds")]
    let instant = DateTime::from_timestamp_millis(millis as i64);
    instant.filter(|_| millis > 0.0).unwrap_or_else(Utc::now)
}
