//! Opening addresses, moving in the history, and knowing when a page has come to rest. Everything is followed by
//! the events of the main frame and bounded by a deadline.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use url::Url;

use super::net_error;
use super::network::origin;
use super::page::is_allowed;
use super::tab::ChromiumTab;
use crate::browser::{PageError, Position, WaitUntil};
use crate::cdp::{CdpError, Event};

/// What counts as quiet.
const QUIET_MS: u64 = 80;
/// A move in the history that starts nothing within this time led nowhere.
const STARTS_WITHIN: Duration = Duration::from_secs(3);
/// A page that does not answer for so long hangs in its script.
const LETS_GO_WITHIN: Duration = Duration::from_millis(1_000);
/// How often what a hanging page does is ended before its process is.
const ENDED_OFTEN: usize = 2;
/// Proxy authentication required.
const PROXY_LOCKED: u16 = 407;
/// Chromium says so itself of some of them only: of others it shows the proxy's page, or that there is none.
const PROXY_REFUSED: &str = "net::ERR_PROXY_AUTH_REQUESTED";

/// What the events told about the main frame.
#[derive(Default)]
pub(super) struct Following {
    main_frame: String,
    /// Requests that the page makes anyway.
    background: HashSet<u64>,
    pub(super) loading: bool,
    pub(super) started: bool,
    committed: bool,
    pub(super) readable: bool,
    pub(super) finished: bool,
    idle: bool,
    within_document: bool,
    unreachable: Option<String>,
    last_failure: Option<String>,
    /// What came is the proxy's wish for another password; of a server it would be an error.
    locked: bool,
    /// Those under way that may have been caused by what was done.
    pub(super) requests: HashMap<String, Instant>,
    /// The last address that was asked for as the page.
    document: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfFrame {
    frame_id: Option<String>,
    name: Option<String>,
    request_id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    error_text: Option<String>,
    disposition: Option<String>,
    request: Option<Request>,
    response: Option<Response>,
    initiator: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Request {
    url: String,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
}

#[derive(Deserialize)]
struct FrameNavigated {
    frame: Frame,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Frame {
    parent_id: Option<String>,
    unreachable_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Navigated {
    loader_id: Option<String>,
    error_text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct History {
    current_index: i64,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: i64,
    url: String,
}

#[derive(Deserialize)]
struct Evaluated {
    result: Shown,
}

#[derive(Deserialize)]
struct Shown {
    value: Option<bool>,
}

#[derive(Deserialize)]
struct Rested {}

impl Following {
    pub(super) fn new(main_frame: &str) -> Following {
        Following { main_frame: main_frame.to_owned(), ..Following::default() }
    }

    fn take(&mut self, event: &Event) {
        match &*event.method {
            "Page.frameNavigated" => {
                if let Some(FrameNavigated { frame }) = event.read()
                    && frame.parent_id.is_none()
                {
                    self.committed = true;
                    self.readable = false;
                    self.finished = false;
                    self.idle = false;
                    self.unreachable = frame.unreachable_url;
                }
            }
            method @ ("Page.frameStartedLoading"
            | "Page.frameStoppedLoading"
            | "Page.frameRequestedNavigation"
            | "Page.frameStartedNavigating"
            | "Page.navigatedWithinDocument"
            | "Page.lifecycleEvent"
            | "Network.requestWillBeSent"
            | "Network.responseReceived"
            | "Network.loadingFinished"
            | "Network.loadingFailed") => {
                if let Some(about) = event.read() {
                    self.take_named(method, about);
                }
            }
            _ => {}
        }
    }

    /// The same that knows what the page asks for on its own.
    pub(super) fn knowing(mut self, background: HashSet<u64>) -> Following {
        self.background = background;
        self
    }

    fn makes_anyway(&self, about: &OfFrame) -> bool {
        let Some(request) = &about.request else { return false };
        let initiator = about.initiator.as_ref().map_or("", |raw| raw.get());
        !self.background.is_empty() && self.background.contains(&origin(&request.url, initiator))
    }

    fn take_named(&mut self, method: &str, about: OfFrame) {
        let main = about.frame_id.as_ref() == Some(&self.main_frame);
        match method {
            "Page.frameStartedLoading" if main => {
                self.loading = true;
                self.started = true;
                self.finished = false;
            }
            "Page.frameStoppedLoading" if main => {
                self.loading = false;
                self.finished = true;
            }
            "Page.frameRequestedNavigation" if main => {
                self.started |= about.disposition.is_none_or(|where_to| where_to == "currentTab");
            }
            "Page.navigatedWithinDocument" if main => self.within_document = true,
            "Page.lifecycleEvent" if main => match about.name.as_deref() {
                Some("DOMContentLoaded") => self.readable = true,
                Some("networkIdle") => self.idle = true,
                Some("init") => {
                    self.readable = false;
                    self.idle = false;
                }
                Some(_) | None => {}
            },
            "Network.requestWillBeSent" => {
                let waits = matches!(
                    about.kind.as_deref(),
                    Some("Document" | "XHR" | "Fetch" | "Script" | "Stylesheet")
                ) && !self.makes_anyway(&about);
                if main && about.kind.as_deref() == Some("Document") {
                    self.document = about.request.map(|request| request.url);
                }
                if let Some(id) = about.request_id.filter(|_| waits) {
                    self.requests.insert(id, Instant::now());
                }
            }
            "Network.responseReceived" if main && about.kind.as_deref() == Some("Document") => {
                self.locked = about.response.is_some_and(|response| response.status == PROXY_LOCKED);
            }
            "Network.loadingFinished" | "Network.loadingFailed" => {
                if let Some(id) = &about.request_id {
                    self.requests.remove(id);
                }
                if about.kind.as_deref() == Some("Document") && about.error_text.is_some() {
                    self.last_failure = about.error_text;
                }
            }
            _ => {}
        }
    }

    /// Takes events until `enough` or the deadline; false when it was the deadline.
    pub(super) async fn until(
        &mut self,
        events: &mut Receiver<Event>,
        deadline: Instant,
        enough: impl Fn(&Following) -> bool,
    ) -> bool {
        loop {
            // What has already arrived counts, even when the deadline has passed.
            while let Ok(event) = events.try_recv() {
                self.take(&event);
            }
            if enough(self) {
                return true;
            }
            match tokio::time::timeout_at(deadline, events.recv()).await {
                Ok(Ok(event)) => self.take(&event),
                Ok(Err(RecvError::Lagged(_))) => {}
                Ok(Err(RecvError::Closed)) | Err(_) => return false,
            }
        }
    }
}

impl ChromiumTab {
    pub(super) async fn navigate_to(&self, url: &Url, until: WaitUntil) -> Result<(), PageError> {
        if !is_allowed(url) {
            return Err(PageError::SchemeRefused(url.scheme().to_owned()));
        }
        if let Some(why) = self.setup.reach.refusal(url).await {
            return Err(PageError::AddressRefused(why));
        }
        self.make_room().await;
        let doing = format!("opening {url}");
        let patience = self.setup.patience.navigation;
        let deadline = Instant::now() + patience;
        let mut events = self.session.events();
        let call = self.session.call("Page.navigate", json!({"url": url.as_str()}), patience);
        let navigated: Navigated = match self.unless_lost(call).await {
            Ok(navigated) => navigated,
            Err(CdpError::TimedOut { .. }) => {
                self.stop_loading().await;
                return Err(self.unreachable(url.as_str(), "net::ERR_TIMED_OUT"));
            }
            Err(error) => return Err(self.failed(&doing, error).await),
        };
        let mut following = Following::new(&self.target_id);
        if let Some(error) = navigated.error_text.filter(|text| !text.is_empty()) {
            // It may have been led elsewhere before.
            following.until(&mut events, Instant::now(), |_| false).await;
            let last = following.document.unwrap_or_else(|| url.to_string());
            let error = if following.locked { PROXY_REFUSED } else { &error };
            return Err(self.unreachable(&last, error));
        }
        if navigated.loader_id.is_none() {
            return Ok(());
        }
        // The answer comes with the commit; what was told before may be about the page before.
        following.committed = true;
        following.until(&mut events, Instant::now(), |_| false).await;
        if following.locked {
            return Err(self.unreachable(url.as_str(), PROXY_REFUSED));
        }
        if until == WaitUntil::Commit {
            return Ok(());
        }
        self.load_to_end(&doing, &mut following, &mut events, deadline, until).await
    }

    /// Whether a page that still loads answers, and has something on it.
    async fn shows_something(&self) -> bool {
        let params = json!({"expression": "Boolean(document.body?.innerText.trim())", "returnByValue": true});
        let asked = self.session.call::<Evaluated>("Runtime.evaluate", params, LETS_GO_WITHIN);
        self.unless_lost(asked).await.is_ok_and(|shows| shows.result.value == Some(true))
    }

    /// A page that hangs in its script would hold up whatever comes next in its process; as it is about to be left, what
    /// it does is ended, and when it begins anew at once, its process is.
    async fn make_room(&self) {
        for _ in 0..ENDED_OFTEN {
            if self.lets_go().await {
                return;
            }
            self.free(&self.session).await;
        }
        if !self.lets_go().await {
            self.renew().await;
        }
    }

    async fn lets_go(&self) -> bool {
        let asked = self.session.tell("Runtime.evaluate", json!({"expression": "0"}), LETS_GO_WITHIN);
        !matches!(self.unless_lost(asked).await, Err(CdpError::TimedOut { .. }))
    }

    pub(super) async fn reload(&self) -> Result<(), PageError> {
        self.make_room().await;
        let mut events = self.session.events();
        let deadline = Instant::now() + self.setup.patience.navigation;
        self.call::<Rested>("loading the page again", "Page.reload", json!({})).await?;
        self.follow_to_end("loading the page again", &mut events, deadline).await
    }

    pub(super) async fn move_in_history(&self, by: i64) -> Result<(), PageError> {
        let doing = if by < 0 { "going back" } else { "going forward" };
        let history: History = self.call(doing, "Page.getNavigationHistory", json!({})).await?;
        let place = history.current_index + by;
        let Some(entry) = usize::try_from(place).ok().and_then(|place| history.entries.get(place)) else {
            return Ok(());
        };
        // Every page starts empty; a person would not see that as a page to go back to.
        if place == 0 && entry.url == "about:blank" {
            return Ok(());
        }
        self.make_room().await;
        let mut events = self.session.events();
        let deadline = Instant::now() + self.setup.patience.navigation;
        self.call::<Rested>(doing, "Page.navigateToHistoryEntry", json!({"entryId": entry.id})).await?;
        self.follow_to_end(doing, &mut events, deadline).await
    }

    /// Waits for a navigation that was asked for but not yet begun.
    async fn follow_to_end(
        &self,
        doing: &str,
        events: &mut Receiver<Event>,
        deadline: Instant,
    ) -> Result<(), PageError> {
        let mut following = Following::new(&self.target_id);
        let starts = deadline.min(Instant::now() + STARTS_WITHIN);
        let begun = |f: &Following| f.loading || f.committed || f.within_document || f.finished;
        if !following.until(events, starts, begun).await {
            return Ok(());
        }
        if following.within_document && !following.loading && !following.committed {
            return Ok(());
        }
        let came = |f: &Following| f.committed || f.finished;
        if !following.until(events, deadline, came).await {
            self.stop_loading().await;
            return Err(self.timed_out(doing));
        }
        if let Some(url) = following.unreachable.clone() {
            let error = following.last_failure.clone().unwrap_or_else(|| String::from("net::ERR_FAILED"));
            return Err(self.unreachable(&url, &error));
        }
        self.load_to_end(doing, &mut following, events, deadline, WaitUntil::Load).await
    }

    /// Waits until a page that came has loaded; one that can be read need not finish.
    async fn load_to_end(
        &self,
        doing: &str,
        following: &mut Following,
        events: &mut Receiver<Event>,
        deadline: Instant,
        until: WaitUntil,
    ) -> Result<(), PageError> {
        let readable = |f: &Following| f.readable || f.finished;
        let soon = deadline.min(Instant::now() + self.setup.patience.load);
        if !following.until(events, soon, readable).await {
            // A page that is sent without an end can be used as far as it came.
            if self.shows_something().await {
                return Ok(());
            }
        }
        if !following.until(events, deadline, readable).await {
            // Nothing came of it, or its own scripts keep it busy; both end here.
            self.stop_loading().await;
            let hangs =
                CdpError::TimedOut { method: "Page.navigate", waited: self.setup.patience.navigation };
            return Err(self.failed(doing, hangs).await);
        }
        let soon = deadline.min(Instant::now() + self.setup.patience.load);
        match until {
            WaitUntil::Commit | WaitUntil::DomContentLoaded => {}
            WaitUntil::Load => {
                following.until(events, soon, |f| f.finished && !f.loading).await;
            }
            WaitUntil::NetworkIdle => {
                let quiet = |f: &Following| f.finished && !f.loading && f.idle;
                following.until(events, soon, quiet).await;
            }
        }
        Ok(())
    }

    /// Waits, bounded, for another page when what was done leads to one.
    pub(super) async fn follow_if_it_leaves(&self, events: &mut Receiver<Event>) -> Result<(), PageError> {
        let mut following = Following::new(&self.target_id);
        if following.until(events, Instant::now(), |f| f.started).await {
            let deadline = Instant::now() + self.setup.patience.load;
            let loads = async {
                following.until(events, deadline, |f| f.finished && !f.loading).await;
                Ok(())
            };
            if let Err(error) = self.unless_lost(loads).await {
                return Err(self.failed("following the page", error).await);
            }
        }
        Ok(())
    }

    /// Waits, bounded, for a tab that a step has brought to the front.
    pub(super) async fn arrive(&self, leads_somewhere: bool) {
        let Some(mut events) = self.first_events() else { return };
        let mut following = Following::new(&self.target_id);
        let begun = |f: &Following| f.loading || f.committed || f.finished || f.started;
        let starts = if leads_somewhere { STARTS_WITHIN } else { Duration::from_millis(QUIET_MS) };
        let loads = async {
            if following.until(&mut events, Instant::now() + starts, begun).await {
                let deadline = Instant::now() + self.setup.patience.load;
                following.until(&mut events, deadline, |f| f.finished && !f.loading).await;
            }
            Ok(())
        };
        // A tab that goes away meanwhile has arrived nowhere; the next call tells what is in front then.
        let _ = self.unless_lost(loads).await;
    }

    async fn stop_loading(&self) {
        let stop = self.session.tell("Page.stopLoading", json!({}), STARTS_WITHIN);
        if let Err(error) = stop.await {
            tracing::debug!(%error, "a page was not stopped");
        }
    }

    fn unreachable(&self, url: &str, error: &str) -> PageError {
        let held_back = self.setup.reach.held_back(url).filter(|_| net_error::may_be_ours(error));
        let why = held_back.unwrap_or_else(|| net_error::in_words(error, self.setup.patience.navigation));
        PageError::Unreachable { url: url.to_owned(), why }
    }

    fn timed_out(&self, doing: &str) -> PageError {
        PageError::TimedOut {
            doing: doing.to_owned(),
            seconds: self.setup.patience.navigation.as_secs().max(1),
        }
    }

    pub(super) async fn read_position(&self) -> Result<Position, PageError> {
        let read: super::observe::PagePosition = self.ask("reading where the page is", "position()").await?;
        Ok(self.placed(read))
    }
}
