//! Requests of a tab and its frames: their bytes, and the one line that is told when one ends.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};

use chrono::{DateTime, Utc};
use notex_wire::PageEvent;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::cdp::Heard;

/// A page may begin requests faster than they end.
const MOST_OPEN: usize = 2_000;
const URL_CHARS: usize = 2_000;
/// ` HTTP/1.1` and the ends of the lines around a request's headers.
const LINE_BYTES: usize = 14;

/// More places than a page asks from on its own.
const MOST_BACKGROUND: usize = 300;

/// The requests under way.
#[derive(Default)]
pub(super) struct Requests {
    open: HashMap<String, Request>,
    /// What the page asks for on its own: once it has loaded, and nobody does anything.
    background: HashSet<u64>,
    pub(super) has_loaded: bool,
}

/// Stands for the address and the place in the page's scripts that a request comes from.
pub(super) fn origin(url: &str, initiator: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    url.split(['?', '#']).next().unwrap_or_default().hash(&mut hasher);
    initiator.hash(&mut hasher);
    hasher.finish()
}

/// What an event meant.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) sent: u64,
    pub(super) received: u64,
    pub(super) ended: Option<PageEvent>,
}

#[derive(Default)]
struct Request {
    at: DateTime<Utc>,
    began: f64,
    method: String,
    url: String,
    resource: String,
    status: Option<u16>,
    received: u64,
    /// Bytes of its first line, until it is known to have gone over the network.
    line: u64,
    /// Its headers were told before the request itself.
    early: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    #[serde(borrow)]
    request: SentRequest<'a>,
    timestamp: f64,
    #[serde(default)]
    wall_time: f64,
    #[serde(rename = "type", borrow)]
    kind: Option<Cow<'a, str>>,
    redirect_response: Option<Response>,
    #[serde(borrow)]
    initiator: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct SentRequest<'a> {
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(borrow)]
    method: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status: u16,
    #[serde(default)]
    encoded_data_length: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extra<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    #[serde(borrow)]
    headers: HashMap<Cow<'a, str>, Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Progress<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    #[serde(default)]
    timestamp: f64,
    encoded_data_length: Option<f64>,
    #[serde(borrow)]
    error_text: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SocketFrame<'a> {
    #[serde(borrow)]
    response: Payload<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    #[serde(borrow)]
    payload_data: &'a RawValue,
}

impl Requests {
    /// Another page comes.
    pub(super) fn page_comes(&mut self) {
        self.background.clear();
        self.has_loaded = false;
    }

    /// What the page asks for on its own.
    pub(super) fn background(&self) -> HashSet<u64> {
        self.background.clone()
    }

    /// Takes an event of the `Network` domain; `caused` is whether somebody does something meanwhile.
    pub(super) fn take(&mut self, event: &Heard<'_>, caused: bool) -> Taken {
        match event.method {
            "Network.requestWillBeSent" => event.read().map(|sent: Sent<'_>| {
                if !caused && self.has_loaded && self.background.len() < MOST_BACKGROUND {
                    let initiator = sent.initiator.map_or("", RawValue::get);
                    self.background.insert(origin(&sent.request.url, initiator));
                }
                self.sent(sent)
            }),
            "Network.requestWillBeSentExtraInfo" => event.read().map(|extra| self.headers(&extra)),
            "Network.responseReceived" => event.read().map(|answer: Answered<'_>| {
                let Some(request) = self.open.get_mut(&*answer.request_id) else { return Taken::default() };
                request.status = Some(answer.response.status);
                Taken { received: request.receive(answer.response.encoded_data_length), ..Taken::default() }
            }),
            "Network.dataReceived" => event.read().map(|part: Progress<'_>| {
                let Some(request) = self.open.get_mut(&*part.request_id) else { return Taken::default() };
                let bytes = part.encoded_data_length.unwrap_or_default();
                Taken { received: request.receive(bytes), ..Taken::default() }
            }),
            "Network.loadingFinished" | "Network.loadingFailed" => event.read().map(|end| self.end(&end)),
            "Network.webSocketFrameSent" => {
                event.read().map(|frame: SocketFrame<'_>| Taken { sent: frame.bytes(), ..Taken::default() })
            }
            "Network.webSocketFrameReceived" => event
                .read()
                .map(|frame: SocketFrame<'_>| Taken { received: frame.bytes(), ..Taken::default() }),
            _ => None,
        }
        .unwrap_or_default()
    }

    fn sent(&mut self, sent: Sent<'_>) -> Taken {
        let mut taken = Taken::default();
        if ["data:", "blob:"].iter().any(|scheme| sent.request.url.starts_with(scheme)) {
            return taken;
        }
        let before = self.open.remove(&*sent.request_id);
        let early = before.as_ref().is_some_and(|request| request.early);
        if let (Some(mut redirected), Some(answer)) = (before, sent.redirect_response) {
            redirected.status = Some(answer.status);
            taken.received = redirected.receive(answer.encoded_data_length);
            taken.ended = Some(redirected.told(sent.timestamp, None));
        }
        if self.open.len() >= MOST_OPEN {
            let any = self.open.keys().next().cloned();
            any.and_then(|any| self.open.remove(&any));
        }
        let line = as_bytes(sent.request.method.len() + sent.request.url.len() + LINE_BYTES);
        let millis = sent.wall_time * 1_000.0;
        #[expect(clippy::cast_possible_truncation, reason = "an instant in milliseconds")]
        let at = DateTime::from_timestamp_millis(millis as i64).filter(|_| millis > 0.0);
        if early {
            taken.sent = line;
        }
        let request = Request {
            at: at.unwrap_or_else(Utc::now),
            began: sent.timestamp,
            method: sent.request.method.chars().take(20).collect(),
            url: sent.request.url.chars().take(URL_CHARS).collect(),
            resource: sent.kind.map_or_else(|| String::from("other"), |kind| kind.to_lowercase()),
            line: if early { 0 } else { line },
            ..Request::default()
        };
        self.open.insert(sent.request_id.into_owned(), request);
        taken
    }

    /// The headers as they went out: only now it is known that the answer did not come from a cache.
    fn headers(&mut self, extra: &Extra<'_>) -> Taken {
        let written = |(name, value): (&Cow<'_, str>, &Cow<'_, str>)| name.len() + value.len() + 4;
        let mut sent = as_bytes(extra.headers.iter().map(written).sum());
        let length = extra.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        sent += length.and_then(|(_, value)| value.parse::<u64>().ok()).unwrap_or_default();
        let has_room = self.open.len() < MOST_OPEN;
        match self.open.get_mut(&*extra.request_id) {
            Some(request) if request.line > 0 => sent += std::mem::take(&mut request.line),
            // Of a redirect, whose next request is told after its headers.
            Some(request) => request.early = true,
            None if has_room => {
                let early = Request { early: true, ..Request::default() };
                self.open.insert(extra.request_id.clone().into_owned(), early);
            }
            None => {}
        }
        Taken { sent, ..Taken::default() }
    }

    fn end(&mut self, end: &Progress<'_>) -> Taken {
        let Some(mut request) = self.open.remove(&*end.request_id) else { return Taken::default() };
        if request.method.is_empty() {
            return Taken::default();
        }
        let total = end.encoded_data_length.unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "a number of bytes")]
        let rest = total - request.received as f64;
        let received = request.receive(rest);
        let failure = end.error_text.as_ref().map(|text| text.chars().take(200).collect());
        Taken { sent: 0, received, ended: Some(request.told(end.timestamp, failure)) }
    }
}

impl Request {
    fn receive(&mut self, bytes: f64) -> u64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of bytes")]
        let bytes = bytes.max(0.0) as u64;
        self.received += bytes;
        bytes
    }

    fn told(self, ended: f64, failure: Option<String>) -> PageEvent {
        PageEvent::Network {
            at: self.at,
            method: self.method,
            url: self.url,
            resource: self.resource,
            status: self.status,
            failure,
            response_bytes: self.received,
            took_ms: ((ended - self.began) * 1_000.0).max(0.0),
        }
    }
}

impl SocketFrame<'_> {
    fn bytes(&self) -> u64 {
        as_bytes(self.response.payload_data.get().len().saturating_sub(2))
    }
}

fn as_bytes(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
