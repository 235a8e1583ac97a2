//! One server: its address, its key, and a typed method for each call.

use std::fmt;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use eventsource_stream::Eventsource;
use futures_util::{Stream, StreamExt};
use notex_wire::{
    EngineEvent, Health, ObserveRequest, PageAnswer, ScrapeRequest, SessionAnswer, SessionPage,
    SessionRequest, StartRequest, StepRequest, path,
};
use reqwest::header::{ACCEPT, DATE};
use reqwest::{Method, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::{Host, Url};

use crate::{ApiKey, ClientError, Refused};

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
pub(crate) const SHORT: Duration = Duration::from_secs(10);
/// Opening a page may take the engine 30 s, and a call may wait for another one before it.
pub(crate) const PAGE: Duration = Duration::from_secs(120);
/// A start may launch a browser.
const START: Duration = Duration::from_secs(60);
/// A screenshot of a large page and 10 MB of markdown fit well inside.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

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
        let mut http =
            reqwest::Client::builder().connect_timeout(CONNECT_WITHIN).redirect(redirect::Policy::none());
        if is_loopback(&base) {
            http = http.no_proxy();
        }
        let http = http
            .build()
            .map_err(|why| ClientError::BadAddress(format!("no HTTP client could be made: {why}")))?;
        Ok(Self { http, base, key })
    }

    /// Scheme, host and port, for sentences.
    pub fn address(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// Is the server up, and its browser ready? Needs no key and sends none.
    pub async fn health(&self) -> Result<Answered<Health>, ClientError> {
        self.call::<(), _>(Method::GET, path::HEALTH, None, SHORT).await
    }

    /// Starts a session.
    pub async fn start(&self, request: &StartRequest) -> Result<Answered<SessionAnswer>, ClientError> {
        self.call(Method::POST, path::SESSION_START, Some(request), START).await
    }

    /// Closes a session. One that has already ended is refused with status 410.
    pub async fn close(&self, session_id: &str) -> Result<Answered<SessionAnswer>, ClientError> {
        let body = SessionRequest { session_id: Some(session_id.to_owned()), ..SessionRequest::default() };
        self.call(Method::POST, path::SESSION_CLOSE, Some(&body), START).await
    }

    /// Asks for one session.
    pub async fn session(&self, session_id: &str) -> Result<Answered<SessionAnswer>, ClientError> {
        self.call::<(), _>(Method::GET, &with_id(path::SESSION, session_id), None, SHORT).await
    }

    /// Moves a session's deadline without touching its page.
    pub async fn extend(&self, session_id: &str) -> Result<Answered<SessionAnswer>, ClientError> {
        self.call::<(), _>(Method::POST, &with_id(path::SESSION_EXTEND, session_id), None, SHORT).await
    }

    /// One page of the sessions, newest first. `page` counts from 1.
    pub async fn sessions(&self, page: u32, page_size: u32) -> Result<Answered<SessionPage>, ClientError> {
        let path = format!("{}?page={page}&page_size={page_size}", path::SESSION_LIST);
        self.call::<(), _>(Method::GET, &path, None, SHORT).await
    }

    /// Lists what can be done on a page.
    pub async fn observe(&self, request: &ObserveRequest) -> Result<Answered<PageAnswer>, ClientError> {
        self.call(Method::POST, path::ENV_OBSERVE, Some(request), PAGE).await
    }

    /// Does an action.
    pub async fn step(&self, request: &StepRequest) -> Result<Answered<PageAnswer>, ClientError> {
        self.call(Method::POST, path::ENV_STEP, Some(request), PAGE).await
    }

    /// Reads a page.
    pub async fn scrape(&self, request: &ScrapeRequest) -> Result<Answered<PageAnswer>, ClientError> {
        self.call(Method::POST, path::ENV_SCRAPE, Some(request), PAGE).await
    }

    /// The events of all sessions until the connection ends. Events of kinds we do not know are passed over.
    ///
    /// # Errors
    /// When the stream cannot be opened; one item with an error when it breaks.
    pub async fn events(
        &self,
    ) -> Result<impl Stream<Item = Result<EngineEvent, ClientError>> + use<>, ClientError> {
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
        let address = self.address();
        let events = answer.bytes_stream().eventsource().filter_map(move |item| {
            let news = match item {
                Ok(event) => serde_json::from_str::<EngineEvent>(&event.data).ok().map(Ok),
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
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        let begun = Instant::now();
        tokio::time::timeout(within, async {
            let answer = request.send().await.map_err(|why| self.unreachable(&why))?;
            let status = answer.status();
            let date_ahead = answer
                .headers()
                .get(DATE)
                .and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok())
                .map(|date| date.with_timezone(&Utc) + TimeDelta::milliseconds(500) - Utc::now());
            let body = self.read_body(answer).await?;
            let took = begun.elapsed();
            if !status.is_success() {
                return Err(ClientError::Refused(Refused::from_body(status.as_u16(), &body)));
            }
            let body = serde_json::from_slice(&body).map_err(|why| self.garbled(format!("{path}: {why}")))?;
            Ok(Answered { body, status: status.as_u16(), took, date_ahead })
        })
        .await
        .map_err(|_| self.timed_out(within))?
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

    fn garbled(&self, why: String) -> ClientError {
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
