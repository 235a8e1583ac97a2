//! Requests of all tabs of a session as they are kept: each hop is one exchange, put together from the events of the
//! `Network` domain, of which the headers as they were sent may come before or after the rest.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use notex_wire::{Exchange, ExchangeTiming, HttpBody, HttpHeader, Initiator};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::net_error;
use crate::cdp::{Heard, Session};
use crate::evidence::{Evidence, MOST_BODY_BYTES, cut};

/// A page may begin requests faster than they end.
const MOST_OPEN: usize = 2_000;
/// Of more ended ones the bodies are not asked for.
const MOST_ANSWERED: usize = 4_000;
const URL_CHARS: usize = 8_000;
/// An address that holds its own answer is long, and says nothing.
const DATA_URL_CHARS: usize = 100;
const MOST_HEADERS: usize = 200;
const HEADER_CHARS: usize = 8_000;

/// The requests of a session.
#[derive(Default)]
pub(super) struct Exchanges {
    open: HashMap<String, Open>,
    /// By which session the bodies of ended ones are asked for, and by which name; in the order they ended.
    answered: Vec<(String, Session, String)>,
}

/// A request that has not ended.
struct Open {
    id: String,
    hops: u32,
    session: Session,
    /// On the browser's own clock, in seconds.
    began: f64,
    at: DateTime<Utc>,
    /// When the first byte of the answer came, on the same clock.
    answered: Option<f64>,
    encoded: f64,
    decoded: f64,
    /// Whether its headers were told as they were sent, and as they came.
    raw_request: bool,
    raw_response: bool,
    /// Headers that were told before the request that they belong to.
    early: Option<Vec<HttpHeader>>,
}

#[derive(Default)]
struct Headers(Vec<HttpHeader>);

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Headers;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("headers by their names")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
                let mut all = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, String>()? {
                    // Several of one name are told as one, on a line each.
                    for value in value.split('\n').take(MOST_HEADERS.saturating_sub(all.len())) {
                        let value = value.chars().take(HEADER_CHARS).collect();
                        all.push(HttpHeader { name: name.clone(), value });
                    }
                }
                Ok(Headers(all))
            }
        }
        from.deserialize_map(InOrder)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    request: Request,
    #[serde(default, rename = "documentURL")]
    document_url: String,
    #[serde(default)]
    frame_id: Option<String>,
    timestamp: f64,
    #[serde(default)]
    wall_time: f64,
    #[serde(rename = "type")]
    kind: Option<String>,
    redirect_response: Option<Response>,
    initiator: Option<Began>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    url: String,
    method: String,
    #[serde(default)]
    headers: Headers,
    #[serde(default)]
    has_post_data: bool,
    post_data: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Began {
    #[serde(rename = "type")]
    kind: String,
    url: Option<String>,
    line_number: Option<f64>,
    stack: Option<Stack>,
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
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Response {
    status: u16,
    status_text: String,
    headers: Headers,
    mime_type: Option<String>,
    #[serde(rename = "remoteIPAddress")]
    remote_ip: Option<String>,
    remote_port: Option<u32>,
    from_disk_cache: bool,
    from_service_worker: bool,
    from_prefetch_cache: bool,
    protocol: Option<String>,
    encoded_data_length: f64,
    timing: Option<Timing>,
}

/// Milliseconds since `request_time`; below zero what did not happen.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Timing {
    request_time: f64,
    dns_start: f64,
    dns_end: f64,
    connect_start: f64,
    connect_end: f64,
    ssl_start: f64,
    ssl_end: f64,
    send_start: f64,
    send_end: f64,
    receive_headers_end: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extra<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    headers: Headers,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    response: Response,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Progress<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    #[serde(default)]
    timestamp: f64,
    #[serde(default)]
    data_length: f64,
    encoded_data_length: Option<f64>,
    #[serde(borrow)]
    error_text: Option<Cow<'a, str>>,
    blocked_reason: Option<String>,
    cors_error_status: Option<Cors>,
    #[serde(default)]
    canceled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cors {
    cors_error: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SocketOpened<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    url: String,
    initiator: Option<Began>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SocketSent<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    timestamp: f64,
    #[serde(default)]
    wall_time: f64,
    request: SocketHeaders,
}

#[derive(Deserialize)]
struct SocketHeaders {
    #[serde(default)]
    headers: Headers,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SocketFrame<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    response: Payload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    payload_data: String,
}

impl Exchanges {
    /// Takes an event of the `Network` domain. `front` is the id of the tab's main frame.
    pub(super) fn take(&mut self, on: &Session, event: &Heard<'_>, front: &str, evidence: &Evidence) {
        match event.method {
            "Network.requestWillBeSent" => {
                if let Some(sent) = event.read() {
                    self.sent(on, sent, front, evidence);
                }
            }
            "Network.requestWillBeSentExtraInfo" => {
                event.read().map_or((), |Extra { request_id, headers }| {
                    self.request_headers(on, &request_id, headers.0, evidence);
                })
            }
            "Network.responseReceivedExtraInfo" => {
                event.read().map_or((), |Extra { request_id, headers }| {
                    let Some(open) = self.open.get_mut(&*request_id) else { return };
                    open.raw_response = true;
                    evidence.learn(&open.id, |exchange| exchange.response_headers = headers.0);
                })
            }
            "Network.requestServedFromCache" => {
                if let Some(Progress { request_id, .. }) = event.read()
                    && let Some(open) = self.open.get(&*request_id)
                {
                    evidence.learn(&open.id, |exchange| exchange.from_cache = true);
                }
            }
            "Network.responseReceived" => event.read().map_or((), |answer: Answered<'_>| {
                let Some(open) = self.open.get_mut(&*answer.request_id) else { return };
                open.encoded = answer.response.encoded_data_length;
                open.answers(answer.response, evidence);
                if let Some(kind) = answer.kind {
                    evidence.learn(&open.id, |exchange| exchange.resource_type = kind.to_lowercase());
                }
            }),
            "Network.dataReceived" => {
                if let Some(Progress { request_id, data_length, encoded_data_length, .. }) = event.read()
                    && let Some(open) = self.open.get_mut(&*request_id)
                {
                    open.decoded += data_length;
                    open.encoded += encoded_data_length.unwrap_or_default();
                }
            }
            "Network.loadingFinished" | "Network.loadingFailed" | "Network.webSocketClosed" => {
                if let Some(end) = event.read() {
                    self.end(&end, evidence);
                }
            }
            "Network.webSocketCreated" => {
                if let Some(opened) = event.read() {
                    self.socket_opens(on, opened, evidence);
                }
            }
            "Network.webSocketWillSendHandshakeRequest" => event.read().map_or((), |sent: SocketSent<'_>| {
                let Some(open) = self.open.get_mut(&*sent.request_id) else { return };
                open.began = sent.timestamp;
                let at = instant(sent.wall_time);
                evidence.learn(&open.id, |exchange| {
                    exchange.at = at;
                    exchange.request_headers = sent.request.headers.0;
                });
            }),
            "Network.webSocketHandshakeResponseReceived" => {
                if let Some(Answered { request_id, response, .. }) = event.read()
                    && let Some(open) = self.open.get_mut(&*request_id)
                {
                    open.answers(response, evidence);
                }
            }
            "Network.webSocketFrameReceived" => {
                if let Some(SocketFrame { request_id, response }) = event.read()
                    && let Some(open) = self.open.get_mut(&*request_id)
                {
                    open.decoded += as_number(response.payload_data.len());
                }
            }
            _ => {}
        }
    }

    /// How the body of an ended request is asked for.
    pub(super) fn body_of(&self, id: &str) -> Option<(Session, String)> {
        let (_, session, request_id) = self.answered.iter().rfind(|(known, ..)| known == id)?;
        Some((session.clone(), request_id.clone()))
    }

    fn sent(&mut self, on: &Session, sent: Sent<'_>, front: &str, evidence: &Evidence) {
        let before = self.open.remove(&*sent.request_id);
        let (mut hops, mut early, mut redirected_from) = (0, None, None);
        if let Some(mut before) = before {
            hops = before.hops.wrapping_add(1);
            early = before.early.take();
            if let Some(answer) = sent.redirect_response {
                before.encoded = answer.encoded_data_length;
                before.answers(answer, evidence);
                redirected_from = Some(before.id.clone());
                before.ends(sent.timestamp, None, evidence);
            }
        }
        if self.open.len() >= MOST_OPEN {
            return;
        }
        let id = if hops == 0 { sent.request_id.to_string() } else { format!("{}-{hops}", sent.request_id) };
        let at = instant(sent.wall_time);
        let raw_request = early.is_some();
        let Request { url, method, headers, has_post_data, post_data } = sent.request;
        let most = if url.starts_with("data:") { DATA_URL_CHARS } else { URL_CHARS };
        let inner = sent.frame_id.as_deref().is_some_and(|frame| frame != front);
        let exchange = Exchange {
            id: id.clone(),
            at,
            method: method.chars().take(20).collect(),
            url: url.chars().take(most).collect(),
            resource_type: sent.kind.map_or_else(|| String::from("other"), |kind| kind.to_lowercase()),
            request_headers: early.unwrap_or(headers.0),
            request_body: has_post_data.then(|| body(post_data)),
            initiator: sent.initiator.map(Began::told),
            redirected_from,
            frame: Some(sent.document_url).filter(|url| inner && !url.is_empty()),
            ..Exchange::default()
        };
        evidence.sent(exchange);
        let open = Open {
            id,
            hops,
            session: on.clone(),
            began: sent.timestamp,
            at,
            answered: None,
            encoded: 0.0,
            decoded: 0.0,
            raw_request,
            raw_response: false,
            early: None,
        };
        self.open.insert(sent.request_id.into_owned(), open);
    }

    /// Those of the next hop may come before it is told.
    fn request_headers(
        &mut self,
        on: &Session,
        request_id: &str,
        headers: Vec<HttpHeader>,
        evidence: &Evidence,
    ) {
        let has_room = self.open.len() < MOST_OPEN;
        match self.open.get_mut(request_id) {
            Some(open) if open.raw_request => open.early = Some(headers),
            Some(open) => {
                open.raw_request = true;
                evidence.learn(&open.id, |exchange| exchange.request_headers = headers);
            }
            None if has_room => {
                let open = Open::unknown(on, request_id, headers);
                self.open.insert(request_id.to_owned(), open);
            }
            None => {}
        }
    }

    fn socket_opens(&mut self, on: &Session, opened: SocketOpened<'_>, evidence: &Evidence) {
        if self.open.len() >= MOST_OPEN {
            return;
        }
        let id = opened.request_id.to_string();
        let mut open = Open::unknown(on, &id, Vec::new());
        (open.raw_request, open.early) = (true, None);
        evidence.sent(Exchange {
            id: id.clone(),
            at: open.at,
            method: String::from("GET"),
            url: opened.url.chars().take(URL_CHARS).collect(),
            resource_type: String::from("websocket"),
            response_body_missing: Some(String::from("the messages of a websocket are not kept")),
            initiator: opened.initiator.map(Began::told),
            ..Exchange::default()
        });
        self.open.insert(id, open);
    }

    fn end(&mut self, end: &Progress<'_>, evidence: &Evidence) {
        let Some(mut open) = self.open.remove(&*end.request_id) else { return };
        if let Some(total) = end.encoded_data_length {
            open.encoded = total;
        }
        let failed = end.error_text.as_deref().map(|text| end.why(text));
        if failed.is_none() {
            if self.answered.len() >= MOST_ANSWERED {
                self.answered.drain(..MOST_ANSWERED / 2);
            }
            self.answered.push((open.id.clone(), open.session.clone(), end.request_id.to_string()));
        }
        open.ends(end.timestamp, failed, evidence);
    }
}

impl Progress<'_> {
    fn why(&self, text: &str) -> String {
        match (&self.blocked_reason, &self.cors_error_status) {
            (_, Some(Cors { cors_error })) => {
                format!("the site does not share it with this page ({cors_error})")
            }
            (Some(reason), None) => format!("the browser blocked it ({reason})"),
            (None, None) if self.canceled => String::from("it was cancelled"),
            (None, None) => net_error::in_words(text, Duration::from_secs(0)).chars().take(300).collect(),
        }
    }
}

impl Open {
    /// Something is told of a request before the request itself.
    fn unknown(on: &Session, request_id: &str, early: Vec<HttpHeader>) -> Self {
        Self {
            id: request_id.to_owned(),
            // The request that comes is the first hop.
            hops: u32::MAX,
            session: on.clone(),
            began: 0.0,
            at: Utc::now(),
            answered: None,
            encoded: 0.0,
            decoded: 0.0,
            raw_request: false,
            raw_response: false,
            early: Some(early),
        }
    }

    fn answers(&mut self, answer: Response, evidence: &Evidence) {
        let (began, raw) = (self.began, self.raw_response);
        self.answered = answer.timing.map(|t| t.request_time + t.receive_headers_end.max(0.0) / 1_000.0);
        evidence.learn(&self.id, |exchange| {
            exchange.status = Some(answer.status);
            exchange.status_text = answer.status_text;
            exchange.protocol = answer.protocol.filter(|protocol| !protocol.is_empty());
            exchange.from_cache |=
                answer.from_disk_cache || answer.from_prefetch_cache || answer.from_service_worker;
            exchange.remote_address = answer.remote_ip.filter(|ip| !ip.is_empty()).map(|ip| {
                let ip = if ip.contains(':') && !ip.starts_with('[') { format!("[{ip}]") } else { ip };
                answer.remote_port.map_or_else(|| ip.clone(), |port| format!("{ip}:{port}"))
            });
            exchange.mime = answer.mime_type.filter(|mime| !mime.is_empty());
            if !raw {
                exchange.response_headers = answer.headers.0;
            }
            if let Some(timing) = answer.timing {
                exchange.timing = timing.parts(began);
            }
        });
    }

    fn ends(self, at: f64, failed: Option<String>, evidence: &Evidence) {
        let seconds = (at - self.began).max(0.0);
        let took = if self.began > 0.0 && at > 0.0 { seconds } else { 0.0 };
        let received = self.answered.map(|first| ((at - first) * 1_000.0).max(0.0));
        #[expect(clippy::cast_possible_truncation, reason = "an instant in microseconds")]
        let span = TimeDelta::microseconds((took * 1_000_000.0) as i64);
        evidence.ended(&self.id, |exchange| {
            exchange.ended_at = Some(exchange.at + span);
            exchange.encoded_bytes = as_bytes(self.encoded);
            exchange.decoded_bytes = as_bytes(self.decoded);
            exchange.timing.receive_ms = received.filter(|_| failed.is_none());
            exchange.timing.total_ms = Some(took * 1_000.0);
            exchange.failed = failed;
        });
    }
}

impl Timing {
    /// `began` is when the page asked, on the browser's clock.
    fn parts(self, began: f64) -> ExchangeTiming {
        let span = |from: f64, to: f64| (from >= 0.0 && to >= from).then_some(to - from);
        let first = [self.dns_start, self.connect_start, self.send_start].into_iter().find(|at| *at >= 0.0);
        let before = ((self.request_time - began) * 1_000.0).max(0.0);
        ExchangeTiming {
            blocked_ms: first.map(|first| before + first),
            dns_ms: span(self.dns_start, self.dns_end),
            connect_ms: span(self.connect_start, self.connect_end),
            tls_ms: span(self.ssl_start, self.ssl_end),
            send_ms: span(self.send_start, self.send_end),
            wait_ms: span(self.send_end, self.receive_headers_end),
            receive_ms: None,
            total_ms: None,
        }
    }
}

impl Began {
    fn told(self) -> Initiator {
        let place = self.stack.and_then(|stack| stack.call_frames.into_iter().next());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a line of a document")]
        let own = self.line_number.map(|line| line.max(0.0) as u32);
        Initiator {
            kind: self.kind,
            line: place.as_ref().map(|place| place.line_number).or(own).map(|line| line.saturating_add(1)),
            url: place.map(|place| place.url).or(self.url).filter(|url| !url.is_empty()).map(|url| {
                let most = if url.starts_with("data:") { DATA_URL_CHARS } else { URL_CHARS };
                url.chars().take(most).collect()
            }),
        }
    }
}

/// The browser tells no body that is longer than it was asked to tell.
fn body(posted: Option<String>) -> HttpBody {
    let known = posted.is_some();
    let mut content = posted.unwrap_or_default();
    let truncated = cut(&mut content, MOST_BODY_BYTES) || !known;
    HttpBody { content, base64: false, truncated }
}

/// Seconds since 1970.
fn instant(seconds: f64) -> DateTime<Utc> {
    #[expect(clippy::cast_possible_truncation, reason = "an instant in microseconds")]
    let at = DateTime::from_timestamp_micros((seconds * 1_000_000.0) as i64);
    at.filter(|_| seconds > 0.0).unwrap_or_else(Utc::now)
}

fn as_bytes(number: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of bytes")]
    let bytes = number.max(0.0) as u64;
    bytes
}

#[expect(clippy::cast_precision_loss, reason = "a number of bytes")]
fn as_number(bytes: usize) -> f64 {
    bytes as f64
}
