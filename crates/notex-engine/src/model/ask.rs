//! One question to the server of a model, over HTTP: nothing is followed, nothing is waited for for ever, and the key is
//! in no sentence.

use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use notex_session::Tokens;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect};
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep_until, timeout_at};
use url::Host;

use super::Model;
use crate::config::{ModelConfig, UnusableModel};

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// Before the second try when the server does not say when.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
const LONGEST_SAID: usize = 200;
/// As one counts when nobody has counted.
const BYTES_OF_A_TOKEN: u64 = 4;

/// What the model said.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) text: String,
    pub(super) tokens: Tokens,
    /// Whether it had to stop in the middle.
    pub(super) cut: bool,
}

/// Why there is no answer that can be used, as a sentence without a full stop.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    pub(super) why: String,
    /// What was used all the same.
    pub(super) tokens: Option<Tokens>,
}

impl Failed {
    fn of(why: impl Into<String>) -> Self {
        Self { why: why.into(), tokens: None }
    }
}

/// How the answer is asked to be JSON, from the strictest to none: servers differ in what they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Schema,
    Object,
    Words,
}

pub(super) fn client(config: &ModelConfig) -> Result<Client, UnusableModel> {
    // A redirect could carry the key elsewhere, and a proxy has no business between us and this machine.
    let mut http = Client::builder().connect_timeout(CONNECT_WITHIN).redirect(redirect::Policy::none());
    let url = config.endpoint();
    if match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    } {
        http = http.no_proxy();
    }
    if let Some(key) = config.key() {
        let mut shown = HeaderValue::from_str(&format!("Bearer {}", key.revealed()))
            .map_err(|_| UnusableModel::of("the key of the language model cannot be sent"))?;
        shown.set_sensitive(true);
        http = http.default_headers(HeaderMap::from_iter([(AUTHORIZATION, shown)]));
    }
    http.build()
        .map_err(|why| UnusableModel::of(format!("no HTTP client could be made: {}", why.without_url())))
}

impl Model {
    /// Asks until `until`, and once more when the server is busy.
    pub(super) async fn ask(
        &self,
        messages: &[Value],
        schema: Option<&Value>,
        until: Instant,
    ) -> Result<Told, Failed> {
        let mut form = if schema.is_some() && self.takes_schemas() { Form::Schema } else { Form::Object };
        let (mut warm, mut again) = (false, true);
        let patience = until.saturating_duration_since(Instant::now()).as_secs_f64();
        let patience = (patience * 10.0).round() / 10.0;
        loop {
            let body = self.body(messages, schema.filter(|_| form == Form::Schema), form, warm);
            let response = self.http.post(self.config.endpoint()).json(&body).send();
            let answered = timeout_at(until, async { received(response.await?).await }).await;
            let Ok(answered) = answered else {
                let said = format!("{} did not answer within {patience} s", self.server());
                return Err(Failed::of(said));
            };
            let Received { status, headers, body: text } = match answered {
                Ok(received) => received,
                Err(Unreceived::TooLarge) => {
                    let most = LARGEST_ANSWER / 1024 / 1024;
                    return Err(Failed::of(format!("{} answered with more than {most} MB", self.server())));
                }
                Err(Unreceived::Broken(why)) => {
                    let why = self.cleaned(&reason(why));
                    return Err(Failed::of(format!("{} could not be reached: {why}", self.server())));
                }
            };
            if status.is_success() {
                if form == Form::Object && schema.is_some() {
                    self.note_refused_schema();
                }
                return self.told(&text, messages);
            }
            let said = self.cleaned(&error_text(&text));
            let refused = status == StatusCode::BAD_REQUEST || status == StatusCode::UNPROCESSABLE_ENTITY;
            let lower = said.to_lowercase();
            if refused && !warm && lower.contains("temperature") {
                warm = true;
            } else if refused && form == Form::Schema {
                form = Form::Object;
            } else if refused && form == Form::Object && lower.contains("response_format") {
                form = Form::Words;
            } else if again && (status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()) {
                again = false;
                let wait = retry_after(&headers, Utc::now()).unwrap_or(AGAIN_AFTER);
                let then = Instant::now().checked_add(wait).filter(|then| *then < until);
                let Some(then) = then else {
                    let wait = wait.as_secs();
                    return Err(Failed::of(format!(
                        "{}, and wants to be asked again in {wait} s, which is later than this call can wait",
                        self.refusal(status, &said)
                    )));
                };
                sleep_until(then).await;
            } else {
                return Err(Failed::of(self.refusal(status, &said)));
            }
        }
    }

    fn body(&self, messages: &[Value], schema: Option<&Value>, form: Form, warm: bool) -> Value {
        let mut body = Map::new();
        body.insert("model".to_owned(), json!(self.name()));
        body.insert("messages".to_owned(), json!(messages));
        if !warm {
            body.insert("temperature".to_owned(), json!(0));
        }
        match form {
            Form::Schema => {
                // Not strict: that takes a part of JSON Schema only, and the answer is checked here anyway.
                let named = json!({ "name": "answer", "schema": schema, "strict": false });
                body.insert(
                    "response_format".to_owned(),
                    json!({ "type": "json_schema", "json_schema": named }),
                );
            }
            Form::Object => {
                body.insert("response_format".to_owned(), json!({ "type": "json_object" }));
            }
            Form::Words => {}
        }
        Value::Object(body)
    }

    /// Where it is asked, for sentences.
    fn server(&self) -> String {
        format!("the language model at {}", self.config.endpoint().origin().ascii_serialization())
    }

    fn refusal(&self, status: StatusCode, said: &str) -> String {
        let server = self.server();
        let code = status.as_u16();
        let mut sentence = match code {
            300..=399 => return format!("{server} answered with a redirect ({code}), which is not followed"),
            401 | 403 => format!("{server} refused the key ({code})"),
            404 => format!("{server} has no such address or no model {} (404)", self.name()),
            429 => format!("{server} takes no more questions now (429)"),
            500..=599 => format!("{server} failed ({code})"),
            _ => format!("{server} refused the question ({code})"),
        };
        if !said.is_empty() {
            sentence.push_str(&format!(": {said}"));
        }
        sentence
    }

    /// What a server said, in one line, shortened and without the key, which some repeat.
    fn cleaned(&self, text: &str) -> String {
        match self.config.key() {
            Some(key) => shortened(&text.replace(key.revealed(), "…")),
            None => shortened(text),
        }
    }

    fn told(&self, text: &[u8], messages: &[Value]) -> Result<Told, Failed> {
        let answer: Value = serde_json::from_slice(text).unwrap_or_default();
        let count = |name: &str| answer["usage"][name].as_u64();
        let both = || Some(count("prompt_tokens")?.saturating_add(count("completion_tokens")?));
        let counted = count("total_tokens").or_else(both).filter(|tokens| *tokens > 0).map(Tokens::Counted);
        let message = &answer["choices"][0]["message"];
        let failed = |why: &str| Err(Failed { why: format!("{} {why}", self.server()), tokens: counted });
        let Some(said) = message["content"].as_str() else {
            return match message["refusal"].as_str() {
                Some(why) => failed(&format!("refused to answer: {}", self.cleaned(why))),
                None if message.is_object() => failed("answered without a text"),
                None => failed("answered with something that is no chat completion"),
            };
        };
        let tokens = counted.unwrap_or_else(|| {
            let asked: usize =
                messages.iter().filter_map(|message| message["content"].as_str()).map(str::len).sum();
            Tokens::About(((asked + said.len()) as u64).div_ceil(BYTES_OF_A_TOKEN))
        });
        let cut = answer["choices"][0]["finish_reason"] == "length";
        // A server may repeat what it was sent, the key among it.
        let text = match self.config.key() {
            Some(key) => said.replace(key.revealed(), "…"),
            None => said.to_owned(),
        };
        Ok(Told { text, tokens, cut })
    }
}

struct Received {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

enum Unreceived {
    Broken(reqwest::Error),
    TooLarge,
}

impl From<reqwest::Error> for Unreceived {
    fn from(error: reqwest::Error) -> Self {
        Self::Broken(error)
    }
}

async fn received(mut response: Response) -> Result<Received, Unreceived> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await? {
        if body.len() + part.len() > LARGEST_ANSWER {
            return Err(Unreceived::TooLarge);
        }
        body.extend_from_slice(&part);
    }
    Ok(Received { status, headers, body })
}

/// The innermost reason, which says it plainest.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut inner: &dyn Error = &error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

/// The message of an error answer; a page of HTML says nothing.
fn error_text(body: &[u8]) -> String {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let told = [&said["error"]["message"], &said["error"], &said["message"], &said["detail"]];
    told.into_iter().find_map(Value::as_str).unwrap_or_default().to_owned()
}

/// In one line of at most some characters.
pub(super) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches('.');
    if line.chars().count() <= LONGEST_SAID {
        line.to_owned()
    } else {
        line.chars().take(LONGEST_SAID).chain(['…']).collect()
    }
}

/// Seconds, or a date.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let said = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = said.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(said).ok()?;
    Some((at.to_utc() - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_in_seconds_or_by_a_date_when_to_come_again() {
        let now: DateTime<Utc> = "2026-11-25T09:00:00Z".parse().unwrap();
        let after = |said: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_str(said).unwrap())]);
            retry_after(&headers, now)
        };
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert_eq!(after("Wed, 25 Nov 2026 09:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(after("Wed, 25 Nov 2026 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(after("soon"), None);
    }

    #[test]
    fn what_a_server_says_is_one_short_line() {
        assert_eq!(shortened("No\n such\tmodel."), "No such model");
        assert_eq!(shortened(&"x".repeat(1_000)).chars().count(), 201);
        assert_eq!(error_text(br#"{"error": {"message": "too long"}}"#), "too long");
        assert_eq!(error_text(br#"{"error": "too long"}"#), "too long");
        assert_eq!(error_text(b"<html>Bad gateway</html>"), "");
    }
}
