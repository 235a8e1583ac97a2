//! The calls of a document, and whether an answer is the one it shows. Ids, times, sizes and pictures differ from run to
//! run: of those the kind is compared, and that an id stays the same through all calls.

use std::collections::HashMap;

use serde_json::Value;

/// Stands for whatever comes: a string, the rest of a list, further fields of an object.
const AND_SO_ON: &str = "…";
const SITE: &str = "https://shop.example";
const SERVER: &str = "http://127.0.0.1:7717";
/// Fields whose numbers are measured.
const MEASURED: &[&str] =
    &["duration", "uptime_seconds", "took_ms", "offset", "line", "x", "y", "width", "height", "total_height"];
/// Fields whose words depend on the machine.
const LOCAL: &[&str] =
    &["version", "fingerprint", "raw", "screenshot", "source", "period_start", "period_end"];
const LONGEST_LIST_SHOWN: usize = 2;

/// How a body is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    /// Letter by letter; also of an answer without a body.
    Text,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) format: Format,
    pub(crate) text: String,
}

impl Answer {
    /// What stands behind the fence of an answer, `json 200`.
    fn head_of(info: &str) -> Option<(Format, u16)> {
        let (format, status) = info.split_once(' ')?;
        let format = match format {
            "json" => Format::Json,
            "text" => Format::Text,
            _ => return None,
        };
        Some((format, status.parse().ok()?))
    }

    fn block(&self) -> String {
        let format = match self.format {
            Format::Json => "json",
            Format::Text => "text",
        };
        let line = if self.text.is_empty() { "" } else { "\n" };
        format!("```{format} {}\n{}{line}```\n", self.status, self.text)
    }
}

/// A request of the document and the answer it shows.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) request: String,
    pub(crate) answer: Answer,
}

/// All calls, in order.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) calls: Vec<Call>,
}

impl Document {
    /// Takes each block that begins with "```http" for a request and the block after it, "```json STATUS" or
    /// "```text STATUS", for its answer.
    pub(crate) fn parse(text: &str) -> Self {
        let mut calls = Vec::new();
        let mut request = None;
        for (info, body) in blocks(text) {
            match (Answer::head_of(&info), request.take()) {
                (None, None) if info == "http" => request = Some(body),
                (Some((format, status)), Some(request)) => {
                    calls.push(Call { request, answer: Answer { status, format, text: body } });
                }
                (_, Some(request)) => panic!("no answer follows the request\n{request}"),
                (_, None) => {}
            }
        }
        Self { calls }
    }

    /// The document with the answers that the calls have now.
    pub(crate) fn write(&self, text: &str) -> String {
        let mut answers = self.calls.iter().map(|call| &call.answer);
        let (mut written, mut inside_answer) = (String::new(), false);
        for line in text.lines() {
            if inside_answer {
                inside_answer = line != "```";
                continue;
            }
            if line.strip_prefix("```").and_then(Answer::head_of).is_some() {
                let answer = answers.next().unwrap_or_else(|| panic!("an answer without a request"));
                written.push_str(&answer.block());
                inside_answer = true;
                continue;
            }
            written.push_str(line);
            written.push('\n');
        }
        written
    }
}

/// Each fenced block: what stands behind its fence, and its lines.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, Vec<&str>)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.to_owned(), Vec::new())),
            (Some((info, lines)), Some("")) => {
                found.push((std::mem::take(info), lines.join("\n")));
                open = None;
            }
            (Some((_, lines)), _) => lines.push(line),
            (None, None) => {}
        }
    }
    found
}

/// Which real address and id each of the document's stands for.
#[derive(Debug)]
pub(crate) struct Same {
    server: String,
    site: String,
    ids: HashMap<String, String>,
}

/// The same whatever version of Chromium told it: that is another one next week.
fn of_any_browser(text: &str) -> String {
    let mut parts = text.split("Chrome/");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| {
        whole + "Chrome/*" + part.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.')
    })
}

impl Same {
    pub(crate) fn new(server: &str, site: &str) -> Self {
        Self { server: server.to_owned(), site: site.to_owned(), ids: HashMap::new() }
    }

    /// A request of the document as it is sent.
    pub(crate) fn real(&self, request: &str) -> String {
        let mut real = request.replace(SITE, &self.site);
        for (shown, id) in &self.ids {
            real = real.replace(shown, id);
        }
        real
    }

    /// An answer as the document says it.
    fn documented(&self, text: &str) -> String {
        let hosts = [(&self.site, SITE), (&self.server, SERVER)];
        hosts.iter().fold(text.to_owned(), |text, (real, shown)| {
            let host = |address: &str| address.split_once("://").map(|(_, host)| host.to_owned());
            let (real_host, shown_host) = (host(real), host(shown));
            let text = text.replace(real.as_str(), shown);
            match (real_host, shown_host) {
                (Some(real), Some(shown)) => text.replace(&real, &shown),
                _ => text,
            }
        })
    }

    /// What is not as the document says, each with the way to it.
    pub(crate) fn compare(&mut self, shown: &Answer, real: &Answer) -> Vec<String> {
        let mut wrong = Vec::new();
        if shown.status != real.status {
            wrong.push(format!("the status is {}, not {}", real.status, shown.status));
        }
        let shown = &Answer { text: of_any_browser(&shown.text), ..shown.clone() };
        let text = of_any_browser(&self.documented(&real.text));
        if shown.format == Format::Text || real.format == Format::Text {
            if shown.format != real.format || shown.text != text.trim_end() {
                wrong.push(format!("the answer is {text:?}, not {:?}", shown.text));
            }
            return wrong;
        }
        match (serde_json::from_str(&shown.text), serde_json::from_str(&text)) {
            (Ok(shown), Ok(real)) => self.differences("", &shown, &real, &mut wrong),
            (Err(error), _) => wrong.push(format!("the document's answer is not JSON: {error}")),
            (_, Err(error)) => wrong.push(format!("the answer is not JSON: {error}")),
        }
        wrong
    }

    fn differences(&mut self, way: &str, shown: &Value, real: &Value, wrong: &mut Vec<String>) {
        let field = way.rsplit('.').next().unwrap_or_default();
        let field = field.split('[').next().unwrap_or_default();
        match (shown, real) {
            (Value::Object(shown), Value::Object(real)) => {
                for (name, value) in shown.iter().filter(|(name, _)| *name != AND_SO_ON) {
                    match real.get(name) {
                        Some(real) => self.differences(&format!("{way}.{name}"), value, real, wrong),
                        None => wrong.push(format!("{way}.{name} is missing")),
                    }
                }
                let open = shown.contains_key(AND_SO_ON);
                let new = real.keys().filter(|name| !open && !shown.contains_key(*name));
                wrong.extend(new.map(|name| format!("{way}.{name} is not in the document")));
            }
            (Value::Array(shown), Value::Array(real)) => {
                let open = shown.last().and_then(Value::as_str) == Some(AND_SO_ON);
                let listed = if open { &shown[..shown.len() - 1] } else { &shown[..] };
                if listed.len() > real.len() || (!open && listed.len() < real.len()) {
                    wrong.push(format!("{way} holds {} things, not {}", real.len(), listed.len()));
                }
                for (place, (shown, real)) in listed.iter().zip(real).enumerate() {
                    self.differences(&format!("{way}[{place}]"), shown, real, wrong);
                }
            }
            (Value::String(shown), Value::String(_) | Value::Object(_) | Value::Array(_))
                if shown == AND_SO_ON => {}
            (Value::String(shown), Value::String(real)) => {
                if !self.same_text(field, shown, real) {
                    wrong.push(format!("{way} is {real:?}, not {shown:?}"));
                }
            }
            (Value::Number(_), Value::Number(_))
                if MEASURED.contains(&field) || field.ends_with("_bytes") => {}
            (shown, real) if shown == real => {}
            (shown, real) => wrong.push(format!("{way} is {real}, not {shown}")),
        }
    }

    fn same_text(&mut self, field: &str, shown: &str, real: &str) -> bool {
        let (shown, real) = (timeless(&without_secret(shown)), timeless(&without_secret(real)));
        if shown == real || LOCAL.contains(&field) {
            return true;
        }
        match (id_in(&shown), id_in(&real)) {
            (Some(name), Some(id)) => {
                let known = self.ids.entry(name.to_owned()).or_insert_with(|| id.to_owned());
                *known == id && shown.replace(name, id) == real
            }
            _ => shown == real,
        }
    }

    /// An answer for the document: with the document's own addresses, and shortened; where its author has shortened it
    /// before, it stays so.
    pub(crate) fn shown(&mut self, before: &Answer, answer: Answer) -> Answer {
        let text = self.documented(&answer.text);
        if answer.format == Format::Text {
            return Answer { text: text.trim_end().to_owned(), ..answer };
        }
        let mut value: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
        self.shorten(&mut value);
        if let Ok(before) = serde_json::from_str(&before.text) {
            stay_short(&before, &mut value);
        }
        Answer { text: serde_json::to_string_pretty(&value).unwrap_or_default(), ..answer }
    }

    fn shorten(&mut self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.shorten(value);
                    // Shown whole where it is the answer itself.
                    if name == "session" && value.is_object() {
                        *value = Value::String(AND_SO_ON.to_owned());
                    }
                }
            }
            Value::Array(items) => {
                if items.len() > LONGEST_LIST_SHOWN {
                    items.truncate(1);
                    items.push(Value::String(AND_SO_ON.to_owned()));
                }
                items.iter_mut().for_each(|value| self.shorten(value));
            }
            Value::String(text) => {
                *text = timeless(text);
                if text.len() > 400 {
                    *text = AND_SO_ON.to_owned();
                } else if let Some(id) = id_in(text).map(str::to_owned) {
                    let known = self.ids.iter().find(|(_, real)| **real == id).map(|(name, _)| name.clone());
                    let name = known
                        .unwrap_or_else(|| format!("00000000-0000-4000-8000-{:012}", self.ids.len() + 1));
                    *text = without_secret(&text.replace(&id, &name));
                    self.ids.insert(name, id);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Leaves out what was left out before.
fn stay_short(before: &Value, now: &mut Value) {
    match (before, now) {
        (Value::String(text), now) if text == AND_SO_ON => *now = Value::String(text.clone()),
        (Value::Object(before), Value::Object(now)) => {
            if let Some(open) = before.get(AND_SO_ON) {
                now.retain(|name, _| before.contains_key(name));
                now.insert(AND_SO_ON.to_owned(), open.clone());
            }
            for (name, now) in now {
                if let Some(before) = before.get(name) {
                    stay_short(before, now);
                }
            }
        }
        (Value::Array(before), Value::Array(now)) => {
            if before.last().and_then(Value::as_str) == Some(AND_SO_ON) && before.len() <= now.len() {
                now.truncate(before.len() - 1);
                now.push(Value::String(AND_SO_ON.to_owned()));
            }
            before.iter().zip(now).for_each(|(before, now)| stay_short(before, now));
        }
        _ => {}
    }
}

/// A text in which every instant and day is the same one.
fn timeless(text: &str) -> String {
    let word = |word: &str| {
        if chrono::DateTime::parse_from_rfc3339(word).is_ok() {
            "2026-11-25T09:00:00Z".to_owned()
        } else if word.parse::<chrono::NaiveDate>().is_ok() {
            "2026-11-25".to_owned()
        } else {
            word.to_owned()
        }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// The first session id in a text.
fn id_in(text: &str) -> Option<&str> {
    let shape = |part: &str| {
        let groups: Vec<usize> = part.split('-').map(str::len).collect();
        groups == [8, 4, 4, 4, 12] && part.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    };
    (0..text.len()).filter_map(|start| text.get(start..start + 36)).find(|part| shape(part))
}

/// A text without the token of an address.
fn without_secret(text: &str) -> String {
    match text.split_once("token=") {
        Some((before, secret)) => {
            let rest = secret.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            format!("{before}token={AND_SO_ON}{}", rest.trim_start_matches(AND_SO_ON))
        }
        None => text.to_owned(),
    }
}
