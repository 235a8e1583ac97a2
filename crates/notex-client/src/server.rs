//! One server: its address, its key, and a typed method for each call.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use eventsource_stream::{EventStreamError, Eventsource};
use futures_util::{Stream, StreamExt};
use notex_wire::{
    EngineEvent, Health, ObserveRequest, PageAnswer, ScrapeRequest, SessionAnswer, SessionPage,
    SessionRequest, StartRequest, StepRequest, path,
};
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE};
use reqwest::{Method, StatusCode, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::{Host, Url};

use crate::connecting::{Measuring, noting};
use crate::current::{Memory, in_our_words};
use crate::{ApiKey, ClientError, Dialect, Refused};

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
pub(crate) const SHORT: Duration = Duration::from_secs(10);
/// Opening a page may take the engine 30 s, and a call may wait for another one before it.
pub(crate) const PAGE: Duration = Duration::from_secs(120);
/// A start may launch a browser.
pub(crate) const START: Duration = Duration::from_secs(60);
/// A screenshot of a large page and 10 MB of markdown fit well inside.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// No event of ours comes near.
const LARGEST_EVENT: usize = 4 * 1024 * 1024;

/// A success, and what was measured of it.
#[derive(Clone, Debug)]
pub struct Answered<T> {
    /// The body.
    pub body: T,
    /// HTTP status.
    pub status: u16,
    /// From sending the request to the last byte of the answer.
    pub took: Duration,
    /// How far the server's clock is ahead of ours, from the `Date` header: exact to half a second only.
    pub date_ahead: Option<TimeDelta>,
    /// Which call it was, and where its time went.
    pub trace: Trace,
}

/// Which call of its session an answer belongs to, and where its time went, as far as that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Its number, on a server that keeps evidence of it ([`Server::evidence`]).
    pub call: Option<u32>,
    /// How long it waited on the server for its turn, when the server says.
    pub queue: Option<Duration>,
    /// Opening the connection it came over; nothing when that was open already.
    pub connect: Option<Duration>,
    /// From the request sent to the first byte of the answer, without the wait for its turn.
    pub wait: Option<Duration>,
    /// From the first byte of the answer to the last.
    pub receive: Option<Duration>,
}

impl Answered<SessionAnswer> {
    /// How far the server's clock is ahead of ours.
    pub fn server_ahead(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.body.server_time.map(|server| server - now).or(self.date_ahead)
    }
}

impl Answered<PageAnswer> {
    /// How far the server's clock is ahead of ours.
    pub fn server_ahead(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.body.session.server_time.map(|server| server - now).or(self.date_ahead)
    }
}

/// A server that speaks the contract. Cheap to clone; connections are pooled.
#[derive(Clone)]
pub struct Server {
    http: reqwest::Client,
    base: Url,
    key: ApiKey,
    dialect: Dialect,
    pub(crate) memory: Arc<Memory>,
}

/// Whatever was answered.
pub(crate) struct Raw {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
    pub(crate) is_html: bool,
    pub(crate) took: Duration,
    date_ahead: Option<TimeDelta>,
    pub(crate) trace: Trace,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl Server {
    /// A server at `base_url` (http or https, a path prefix is kept) with its key. Opens no connection.
    ///
    /// # Errors
    /// [`ClientError::BadAddress`] when the URL cannot be used.
    pub fn new(base_url: &str, key: ApiKey) -> Result<Self, ClientError> {
        let mut base = Url::parse(base_url.trim())
            .map_err(|why| ClientError::BadAddress(format!("base URL {base_url:?} cannot be read: {why}")))?;
        if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
            return Err(ClientError::BadAddress("base URL must begin with http:// or https://".to_owned()));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(ClientError::BadAddress("base URL must not hold a user name or password".to_owned()));
        }
        base.set_query(None);
        base.set_fragment(None);
        // A redirect could carry the key elsewhere, and a proxy has no business between us and this machine.
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            .connector_layer(Measuring)
            .redirect(redirect::Policy::none());
        if is_loopback(&base) {
            http = http.no_proxy();
        }
        let http = http
            .build()
            .map_err(|why| ClientError::BadAddress(format!("no HTTP client could be made: {why}")))?;
        Ok(Self { http, base, key, dialect: Dialect::Notex, memory: Arc::default() })
    }

    /// The same server, spoken to in another contract; NotexAI with our additions when nothing is said.
    #[must_use]
    pub fn speaking(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// The contract it is spoken to in.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Scheme, host and port, for sentences.
    pub fn address(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// Is the server up, and its browser ready? Needs no key and sends none.
    pub async fn health(&self) -> Result<Answered<Health>, ClientError> {
        let raw = self.fetch::<()>(Method::GET, path::HEALTH, None, SHORT).await?;
        match self.dialect {
            Dialect::Notex => self.body_of(raw, path::HEALTH),
            // The SDKs do not read what the others say.
            Dialect::Classic | Dialect::Current => {
                let body = serde_json::from_slice(&raw.body).unwrap_or_else(|_| Health {
                    status: "ok".to_owned(),
                    version: None,
                    active_sessions: None,
                    uptime_seconds: None,
                    browser: None,
                });
                let Answered { status, took, date_ahead, trace, .. } =
                    self.body_of::<serde_json::Value>(Raw { body: b"null".to_vec(), ..raw }, path::HEALTH)?;
                Ok(Answered { body, status, took, date_ahead, trace })
            }
        }
    }

    /// Starts a session.
    pub async fn start(&self, request: &StartRequest) -> Result<Answered<SessionAnswer>, ClientError> {
        match self.dialect {
            Dialect::Notex => self.call(Method::POST, path::SESSION_START, Some(request), START).await,
            Dialect::Classic => {
                self.as_session(self.call(Method::POST, path::SESSION_START, Some(request), START).await?)
            }
            Dialect::Current => self.current_start(request).await,
        }
    }

    /// Closes a session. One that has already ended is refused with status 410.
    pub async fn close(&self, session_id: &str) -> Result<Answered<SessionAnswer>, ClientError> {
        let body = SessionRequest { session_id: Some(session_id.to_owned()), ..SessionRequest::default() };
        match self.dialect {
            Dialect::Notex => self.call(Method::POST, path::SESSION_CLOSE, Some(&body), START).await,
            Dialect::Classic => {
                self.as_session(self.call(Method::POST, path::SESSION_CLOSE, Some(&body), START).await?)
            }
            Dialect::Current => self.current_close(session_id).await,
        }
    }

    /// Asks for one session.
    pub async fn session(&self, session_id: &str) -> Result<Answered<SessionAnswer>, ClientError> {
        let path = with_id(path::SESSION, session_id);
        match self.dialect {
            Dialect::Notex => self.call::<(), _>(Method::GET, &path, None, SHORT).await,
            Dialect::Classic => self.as_session(self.call::<(), _>(Method::GET, &path, None, SHORT).await?),
            Dialect::Current => self.current_session(session_id).await,
        }
    }

    /// Moves a session's deadline without touching its page.
    pub async fn extend(&self, session_id: &str) -> Result<Answered<SessionAnswer>, ClientError> {
        if self.dialect == Dialect::Current {
            let why = "a server of the current generation cannot move a deadline by itself";
            return Err(ClientError::Unsupported(why.to_owned()));
        }
        self.call::<(), _>(Method::POST, &with_id(path::SESSION_EXTEND, session_id), None, SHORT).await
    }

    /// One page of the sessions, newest first. `page` counts from 1.
    pub async fn sessions(&self, page: u32, page_size: u32) -> Result<Answered<SessionPage>, ClientError> {
        if self.dialect == Dialect::Current {
            return self.current_sessions(page, page_size).await;
        }
        let path = format!("{}?page={page}&page_size={page_size}", path::SESSION_LIST);
        self.call::<(), _>(Method::GET, &path, None, SHORT).await
    }

    /// Lists what can be done on a page.
    pub async fn observe(&self, request: &ObserveRequest) -> Result<Answered<PageAnswer>, ClientError> {
        match self.dialect {
            Dialect::Notex => self.call(Method::POST, path::ENV_OBSERVE, Some(request), PAGE).await,
            Dialect::Classic => {
                self.classic_page(self.call(Method::POST, path::ENV_OBSERVE, Some(request), PAGE).await?)
            }
            Dialect::Current => self.current_observe(request).await,
        }
    }

    /// Does an action.
    pub async fn step(&self, request: &StepRequest) -> Result<Answered<PageAnswer>, ClientError> {
        match self.dialect {
            Dialect::Notex => self.call(Method::POST, path::ENV_STEP, Some(request), PAGE).await,
            Dialect::Classic => {
                self.classic_page(self.call(Method::POST, path::ENV_STEP, Some(request), PAGE).await?)
            }
            Dialect::Current => self.current_step(request).await,
        }
    }

    /// Reads a page.
    pub async fn scrape(&self, request: &ScrapeRequest) -> Result<Answered<PageAnswer>, ClientError> {
        match self.dialect {
            Dialect::Notex => self.call(Method::POST, path::ENV_SCRAPE, Some(request), PAGE).await,
            Dialect::Classic => {
                self.classic_page(self.call(Method::POST, path::ENV_SCRAPE, Some(request), PAGE).await?)
            }
            Dialect::Current => self.current_scrape(request).await,
        }
    }

    /// The events of all sessions until the connection ends. Events of kinds we do not know are passed over.
    ///
    /// # Errors
    /// When the stream cannot be opened; one item with an error when it breaks.
    pub async fn events(
        &self,
    ) -> Result<impl Stream<Item = Result<EngineEvent, ClientError>> + use<>, ClientError> {
        self.needs_ours("it tells no events")?;
        let request = self.request(Method::GET, path::EVENTS).header(ACCEPT, "text/event-stream");
        let answer = tokio::time::timeout(SHORT, request.send())
            .await
            .map_err(|_| self.timed_out(SHORT))?
            .map_err(|why| self.unreachable(&why))?;
        let status = answer.status().as_u16();
        if status != 200 {
            let body = self.read_body(answer).await?;
            return Err(ClientError::Refused(Refused::from_body(status, &body)));
        }
        let (address, mut unfinished) = (self.address(), 0_usize);
        let bytes = answer.bytes_stream().map(move |chunk| {
            let chunk = chunk.map_err(Broken::Off)?;
            unfinished = if ends_an_event(&chunk) { 0 } else { unfinished + chunk.len() };
            if unfinished > LARGEST_EVENT { Err(Broken::TooLong) } else { Ok(chunk) }
        });
        let events = bytes.eventsource().filter_map(move |item| {
            let news = match item {
                Ok(event) => serde_json::from_str::<EngineEvent>(&event.data).ok().map(Ok),
                Err(EventStreamError::Transport(Broken::TooLong)) => Some(Err(ClientError::Garbled {
                    address: address.clone(),
                    why: format!("an event over {} MB", LARGEST_EVENT / 1024 / 1024),
                })),
                Err(why) => Some(Err(ClientError::Unreachable {
                    address: address.clone(),
                    why: deepest(&why).to_string(),
                })),
            };
            std::future::ready(news)
        });
        Ok(events)
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, self.url(path));
        if path == path::HEALTH || self.key.is_empty() {
            request
        } else {
            request.bearer_auth(self.key.reveal())
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    /// The value of the header that opens the server, when it has a key.
    pub(crate) fn bearer(&self) -> Option<String> {
        (!self.key.is_empty()).then(|| format!("Bearer {}", self.key.reveal()))
    }

    pub(crate) async fn call<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&B>,
        within: Duration,
    ) -> Result<Answered<T>, ClientError> {
        let raw = self.fetch(method, path, body, within).await?;
        self.body_of(raw, path)
    }

    /// Sends a request and takes whatever is answered.
    pub(crate) async fn fetch<B: Serialize>(
        &self,
        method: Method,
        path: &str,
        body: Option<&B>,
        within: Duration,
    ) -> Result<Raw, ClientError> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        self.send(request, within).await
    }

    /// Sends a form of one file.
    pub(crate) async fn send_file<T: DeserializeOwned>(
        &self,
        path: &str,
        name: &str,
        contents: &[u8],
        within: Duration,
    ) -> Result<Answered<T>, ClientError> {
        let (kind, body) = form_of(name, contents);
        let request = self.request(Method::POST, path).header(CONTENT_TYPE, kind).body(body);
        let raw = self.send(request, within).await?;
        self.body_of(raw, path)
    }

    async fn send(&self, request: reqwest::RequestBuilder, within: Duration) -> Result<Raw, ClientError> {
        let begun = Instant::now();
        tokio::time::timeout(within, async {
            let (answer, opened) = noting(request.send()).await;
            let answer = answer.map_err(|why| self.unreachable(&why))?;
            let (answered, connect) = (begun.elapsed(), opened.took(&answer));
            let (status, headers) = (answer.status(), answer.headers());
            let date_ahead = headers
                .get(DATE)
                .and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok())
                .map(|date| date.with_timezone(&Utc) + TimeDelta::milliseconds(500) - Utc::now());
            let is_html = headers
                .get(CONTENT_TYPE)
                .and_then(|kind| kind.to_str().ok())
                .is_some_and(|kind| kind.starts_with("text/html"));
            let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
            let call = said(path::CALL_HEADER).and_then(|call| call.parse().ok());
            let millis = said(path::QUEUED_HEADER).and_then(|millis| millis.parse::<f64>().ok());
            let queue = millis.and_then(|millis| Duration::try_from_secs_f64(millis / 1_000.0).ok());
            let body = self.read_body(answer).await?;
            let took = begun.elapsed();
            let before = queue.unwrap_or_default() + connect.unwrap_or_default();
            let (wait, receive) = (answered.saturating_sub(before), took.saturating_sub(answered));
            let trace = Trace { call, queue, connect, wait: Some(wait), receive: Some(receive) };
            Ok(Raw { status, body, is_html, took, date_ahead, trace })
        })
        .await
        .map_err(|_| self.timed_out(within))?
    }

    /// Only the classic contract has our additions, and those who lack them answer 404 themselves.
    pub(crate) fn needs_ours(&self, lack: &str) -> Result<(), ClientError> {
        match self.dialect {
            Dialect::Notex | Dialect::Classic => Ok(()),
            Dialect::Current => {
                Err(ClientError::Unsupported(format!("this server is of the current generation: {lack}")))
            }
        }
    }

    fn body_of<T: DeserializeOwned>(&self, raw: Raw, path: &str) -> Result<Answered<T>, ClientError> {
        let Raw { status, body, took, date_ahead, trace, .. } = raw;
        if !status.is_success() {
            let refused = Refused::from_body(status.as_u16(), &body);
            return Err(ClientError::Refused(Refused { trace: Box::new(trace), ..refused }));
        }
        let body = serde_json::from_slice(&body).map_err(|why| self.garbled(format!("{path}: {why}")))?;
        Ok(Answered { body, status: status.as_u16(), took, date_ahead, trace })
    }

    /// Servers of other makes leave zones out and write durations in words.
    fn classic_page(&self, answer: Answered<serde_json::Value>) -> Result<Answered<PageAnswer>, ClientError> {
        let Answered { mut body, status, took, date_ahead, trace } = answer;
        if let Some(session) = body.get_mut("session") {
            *session = in_our_words(session.take());
        }
        let body = serde_json::from_value(body).map_err(|why| self.garbled(format!("a page: {why}")))?;
        Ok(Answered { body, status, took, date_ahead, trace })
    }

    async fn read_body(&self, answer: reqwest::Response) -> Result<Vec<u8>, ClientError> {
        let mut body = Vec::new();
        let mut chunks = answer.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|why| self.unreachable(&why))?;
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(self.garbled(format!("an answer over {} MB", LARGEST_ANSWER / 1024 / 1024)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    pub(crate) fn timed_out(&self, within: Duration) -> ClientError {
        ClientError::TimedOut { address: self.address(), seconds: within.as_secs() }
    }

    pub(crate) fn garbled(&self, why: String) -> ClientError {
        ClientError::Garbled { address: self.address(), why }
    }

    fn unreachable(&self, error: &reqwest::Error) -> ClientError {
        let why = if error.is_timeout() {
            "no answer in time".to_owned()
        } else {
            let root = deepest(error).to_string();
            match root.as_str() {
                text if text.contains("Connection refused") || text.contains("actively refused") => {
                    "the connection was refused; is the server running?".to_owned()
                }
                text if text.contains("lookup")
                    || text.contains("Name or service")
                    || text.contains("dns") =>
                {
                    "the host name was not found".to_owned()
                }
                text => text.to_owned(),
            }
        };
        ClientError::Unreachable { address: self.address(), why }
    }
}

/// A form (multipart) with one file, and its content type.
fn form_of(name: &str, contents: &[u8]) -> (String, Vec<u8>) {
    // A boundary that the file does not hold.
    let holds = |mark: &str| contents.windows(mark.len()).any(|part| part == mark.as_bytes());
    let mark = (0_u32..).map(|n| format!("notex-file-{n}")).find(|mark| !holds(mark)).unwrap_or_default();
    let name = name.replace('"', "%22").replace(['\r', '\n'], " ");
    let head = format!(
        "--{mark}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), contents, format!("\r\n--{mark}--\r\n").as_bytes()].concat();
    (format!("multipart/form-data; boundary={mark}"), body)
}

/// Why a stream of events breaks.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Off(reqwest::Error),
    #[error("an event is too long")]
    TooLong,
}

/// An empty line is the end of an event.
fn ends_an_event(chunk: &[u8]) -> bool {
    chunk.windows(2).any(|pair| pair == b"\n\n") || chunk.windows(3).any(|three| three == b"\n\r\n")
}

pub(crate) fn with_id(path: &str, session_id: &str) -> String {
    let id: String = url::form_urlencoded::byte_serialize(session_id.as_bytes()).collect();
    path.replace("{id}", &id)
}

fn is_loopback(base: &Url) -> bool {
    match base.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The innermost cause: reqwest's own sentences repeat the whole URL and say little.
fn deepest<'a>(error: &'a (dyn std::error::Error + 'static)) -> &'a (dyn std::error::Error + 'static) {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause
}

#[cfg(test)]
mod tests {
    use super::form_of;

    #[test]
    fn a_form_holds_a_file_whatever_its_name_and_contents_are() {
        let (kind, body) = form_of("a\"b\r\n.txt", b"--notex-file-0--");
        assert_eq!(kind, "multipart/form-data; boundary=notex-file-1");
        let body = String::from_utf8(body).unwrap();
        assert!(
            body.starts_with("--notex-file-1\r\n") && body.ends_with("\r\n--notex-file-1--\r\n"),
            "{body}"
        );
        assert!(
            body.contains("filename=\"a%22b  .txt\"\r\n") && body.contains("\r\n\r\n--notex-file-0--\r\n"),
            "{body}"
        );
    }
}
