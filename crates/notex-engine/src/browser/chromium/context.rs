//! The browser context of one session: its tabs and which of them is in front, and what all of them share. A tab
//! enters and leaves here as the browser tells it, whoever opened or closed it.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;
use futures_util::future::join_all;
use notex_wire::{PageEvent, Tab};
use serde_json::json;
use tokio::sync::{broadcast, watch};

use super::downloads::{Downloads, Verdict};
use super::dress::Dress;
use super::exchanges::Exchanges;
use super::live::Live;
use super::page::Setup;
use super::tab::ChromiumTab;
use super::targets::{TargetInfo, Targets};
use super::told::Told;
use crate::browser::{DialogWish, Face, PageError, Traffic};
use crate::cdp::Session;
use crate::evidence::Evidence;

/// A page that opens more than this is up to no good.
pub(super) const MOST_TABS: usize = 20;
const MOST_LOGINS: usize = 1_000;
const HAPPENINGS_KEPT: usize = 1_024;
/// What a page opens so soon after a step or a person's input was caused by it.
const CAUSED_WITHIN: Duration = Duration::from_secs(1);
const TITLE_CHARS: usize = 500;
const URL_CHARS: usize = 8_000;

/// Why a tab is gone.
pub(super) const CLOSED: &str = "the page was closed from outside";
pub(super) const CRASHED: &str = "the page crashed";
const FLOODED: &str = "the page opened more windows than a session may have and was closed";

/// The context of a session.
pub(super) struct Context {
    pub(super) id: String,
    pub(super) browser: Session,
    pub(super) setup: Arc<Setup>,
    pub(super) dress: Dress,
    pub(super) downloads: Downloads,
    pub(super) steps: Steps,
    pub(super) live: Live,
    pub(super) evidence: Arc<Evidence>,
    pub(super) exchanges: Mutex<Exchanges>,
    /// Held while the evidence of a call is fetched: whoever asks as well gets it whole.
    pub(super) keeping: tokio::sync::Mutex<()>,
    /// What was last told of the page in front.
    pub(super) told_last: Mutex<Option<Told>>,
    /// How dialogs are answered.
    pub(super) dialogs: Mutex<Option<DialogWish>>,
    /// Numbers for ids of elements: those of one tab are never those of another.
    pub(super) numbers: Arc<AtomicU32>,
    /// The id of the tab in front.
    pub(super) front: watch::Sender<String>,
    pub(super) lost: watch::Sender<Option<String>>,
    face: watch::Sender<Face>,
    targets: Arc<Targets>,
    tabs: Mutex<Vec<Arc<ChromiumTab>>>,
    happenings: broadcast::Sender<PageEvent>,
    /// Requests that were shown the name for the proxy; one that asks again did not like it.
    logins: Mutex<HashSet<String>>,
    sent: AtomicU64,
    received: AtomicU64,
}

/// Whether what a page does now was caused by somebody.
#[derive(Default)]
pub(super) struct Steps {
    under_way: AtomicUsize,
    last: Mutex<Option<Instant>>,
}

/// A step, until it is dropped.
pub(super) struct Step<'a>(&'a Steps);

impl Steps {
    /// A step begins.
    pub(super) fn begin(&self) -> Step<'_> {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        Step(self)
    }

    /// Whether somebody does something now, or did a moment ago.
    pub(super) fn cause(&self) -> bool {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        self.under_way.load(Ordering::SeqCst) > 0 || last.is_some_and(|last| last.elapsed() < CAUSED_WITHIN)
    }
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        *self.0.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Context {
    /// A context that the browser has made, without a tab yet.
    pub(super) fn new(
        id: String,
        browser: Session,
        targets: Arc<Targets>,
        setup: Arc<Setup>,
        dress: Dress,
        downloads: Downloads,
    ) -> Arc<Context> {
        let context = Arc::new(Context {
            id,
            browser,
            setup,
            dress,
            downloads,
            steps: Steps::default(),
            live: Live::default(),
            evidence: Arc::default(),
            exchanges: Mutex::default(),
            keeping: tokio::sync::Mutex::default(),
            told_last: Mutex::default(),
            dialogs: Mutex::default(),
            numbers: Arc::default(),
            front: watch::Sender::new(String::new()),
            lost: watch::Sender::new(None),
            face: watch::Sender::default(),
            targets: Arc::clone(&targets),
            tabs: Mutex::default(),
            happenings: broadcast::Sender::new(HAPPENINGS_KEPT),
            logins: Mutex::default(),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
        });
        targets.enter(&context);
        context
    }

    fn tabs(&self) -> MutexGuard<'_, Vec<Arc<ChromiumTab>>> {
        self.tabs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tab that calls work on.
    pub(super) fn in_front(&self) -> Result<Arc<ChromiumTab>, PageError> {
        if let Some(why) = self.lost.borrow().clone() {
            return Err(PageError::Lost(why));
        }
        let front = self.front.borrow().clone();
        let tabs = self.tabs();
        let tab = tabs.iter().find(|tab| tab.target_id == front).or_else(|| tabs.first());
        tab.cloned().ok_or_else(|| PageError::Lost(CLOSED.to_owned()))
    }

    /// The tab of a target.
    pub(super) fn tab(&self, target_id: &str) -> Option<Arc<ChromiumTab>> {
        self.tabs().iter().find(|tab| tab.target_id == target_id).cloned()
    }

    /// The tab at a place.
    pub(super) fn tab_at(&self, index: usize) -> Result<Arc<ChromiumTab>, PageError> {
        let tabs = self.tabs();
        tabs.get(index).cloned().ok_or_else(|| {
            let last = tabs.len().saturating_sub(1);
            PageError::NotOperable(format!("there is no tab {index}; there are tabs from 0 to {last}"))
        })
    }

    /// All tabs, in the order they were opened.
    pub(super) fn all(&self) -> Vec<Arc<ChromiumTab>> {
        self.tabs().clone()
    }

    /// Asks the browser what the tabs behind the one in front are called by now.
    pub(super) async fn read_faces(&self) {
        let front = self.front.borrow().clone();
        let behind: Vec<_> = self.all().into_iter().filter(|tab| tab.target_id != front).collect();
        join_all(behind.iter().map(|tab| tab.read_face())).await;
    }

    /// How they are told.
    pub(super) fn told(&self) -> Vec<Tab> {
        let front = self.front.borrow().clone();
        let tabs = self.tabs();
        tabs.iter().enumerate().map(|(place, tab)| tell(place, tab, tab.target_id == front)).collect()
    }

    /// Brings a tab to the front.
    pub(super) fn bring_to_front(&self, tab: &ChromiumTab) {
        self.front.send_if_modified(|front| {
            let other = *front != tab.target_id;
            front.clone_from(&tab.target_id);
            other
        });
        self.show_face();
        // Where tabs have a window, only the one in front is drawn.
        tab.session.post("Page.bringToFront", json!({}));
    }

    /// What the tab in front is called and where it is, as that changes.
    pub(super) fn face(&self) -> watch::Receiver<Face> {
        self.face.subscribe()
    }

    /// A tab was renamed, or another one is in front.
    pub(super) fn show_face(&self) {
        // Of a lost page the last face stays.
        let Ok(tab) = self.in_front() else { return };
        let now = tab.face();
        self.face.send_if_modified(|face| {
            let other = *face != now;
            *face = now;
            other
        });
    }

    /// The browser has attached to a new page and holds it.
    pub(super) fn attached(self: &Arc<Self>, session: Session, info: TargetInfo) {
        let mut tabs = self.tabs();
        if tabs.len() >= MOST_TABS || self.lost.borrow().is_some() {
            let opener = tabs.iter().find(|tab| Some(&tab.target_id) == info.opener_id.as_ref()).cloned();
            drop(tabs);
            session.post("Runtime.runIfWaitingForDebugger", json!({}));
            self.browser.post("Target.closeTarget", json!({"targetId": info.target_id}));
            if let Some(opener) = opener.filter(|opener| opener.floods()) {
                // Nothing else stops it: each window costs the browser more than the next one waits.
                self.remove(&opener.target_id, FLOODED);
                self.browser.post("Target.closeTarget", json!({"targetId": opener.target_id}));
            }
            return;
        }
        let (title, url) = (title(&info), cut(&info.url, URL_CHARS));
        let opener = info.opener_id.filter(|opener| tabs.iter().any(|tab| tab.target_id == *opener));
        let comes_to_front = tabs.is_empty() || opener.is_some() && self.steps.cause();
        let tab = ChromiumTab::new(self, session, info.target_id, opener);
        tab.rename(title, url);
        tabs.push(Arc::clone(&tab));
        let place = tabs.len() - 1;
        drop(tabs);
        tab.begin(comes_to_front && place > 0);
        if place == 0 {
            self.front.send_replace(tab.target_id.clone());
            self.show_face();
        } else {
            // Before its face is shown, so that nobody takes it for that of the tab before.
            self.happens(PageEvent::TabOpened { at: Utc::now(), tab: tell(place, &tab, comes_to_front) });
            if comes_to_front {
                self.bring_to_front(&tab);
            }
        }
    }

    /// A page tells a new title or address.
    pub(super) fn rename(&self, now: &TargetInfo) {
        if let Some(tab) = self.tab(&now.target_id) {
            tab.rename(title(now), cut(&now.url, URL_CHARS));
            self.show_face();
        }
    }

    /// A page is gone. Another one comes to the front; without one the session is lost.
    pub(super) fn closed(&self, target_id: &str) {
        self.remove(target_id, CLOSED);
    }

    /// A page crashed: the only one takes its session with it, another one is closed.
    pub(super) fn crashed(&self, target_id: &str) {
        if self.tab(target_id).is_some_and(|tab| tab.is_renewed.load(Ordering::SeqCst)) {
            return;
        }
        if self.remove(target_id, CRASHED) {
            self.browser.post("Target.closeTarget", json!({"targetId": target_id}));
        }
    }

    fn remove(&self, target_id: &str, why: &str) -> bool {
        let mut tabs = self.tabs();
        let Some(place) = tabs.iter().position(|tab| tab.target_id == target_id) else { return false };
        if tabs.len() == 1 {
            drop(tabs);
            self.lose(why);
            return true;
        }
        let tab = tabs.remove(place);
        let was_in_front = *self.front.borrow() == target_id;
        let opener = tabs.iter().find(|other| Some(&other.target_id) == tab.opener.as_ref());
        let next = opener.or_else(|| tabs.get(place.saturating_sub(1))).cloned();
        drop(tabs);
        if let Some(next) = next.filter(|_| was_in_front) {
            self.bring_to_front(&next);
        }
        tab.end(why);
        for other in self.all() {
            other.remind();
        }
        self.happens(PageEvent::TabClosed { at: Utc::now(), tab: tell(place, &tab, was_in_front) });
        true
    }

    /// Nothing can be done any more; the first reason stays.
    pub(super) fn lose(&self, why: &str) {
        self.lost.send_if_modified(|lost| {
            let first = lost.is_none();
            if first {
                *lost = Some(why.to_owned());
            }
            first
        });
        for tab in self.all() {
            tab.end(why);
        }
    }

    /// Lets go of the tabs, which hold the context.
    pub(super) fn leave(&self) {
        self.targets.leave(&self.id);
        self.lose("the page was closed");
        let tabs = std::mem::take(&mut *self.tabs());
        drop(tabs);
    }

    /// Somebody watches: what costs something to tell is only read then.
    pub(super) fn is_watched(&self) -> bool {
        self.happenings.receiver_count() > 0
    }

    /// Something happened.
    pub(super) fn happens(&self, event: PageEvent) {
        // Nobody may be watching.
        let _ = self.happenings.send(event);
    }

    /// What happens from now on.
    pub(super) fn happenings(&self) -> broadcast::Receiver<PageEvent> {
        self.happenings.subscribe()
    }

    /// Bytes went over the network.
    pub(super) fn count(&self, sent: u64, received: u64) {
        self.sent.fetch_add(sent, Ordering::Relaxed);
        self.received.fetch_add(received, Ordering::Relaxed);
    }

    /// All that went over the network.
    pub(super) fn traffic(&self) -> Traffic {
        Traffic {
            request_bytes: self.sent.load(Ordering::Relaxed),
            response_bytes: self.received.load(Ordering::Relaxed),
        }
    }

    /// Whether a request may be shown the name for the proxy: once.
    pub(super) fn shows_login(&self, request_id: &str) -> bool {
        let mut logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        if logins.len() >= MOST_LOGINS {
            logins.clear();
        }
        logins.insert(request_id.to_owned())
    }

    /// A page hands out a file.
    pub(super) fn download_begins(self: &Arc<Self>, guid: &str, url: &str, name: &str) {
        self.targets.follow_download(guid, self);
        let verdict = self.downloads.begin(guid, url, name);
        self.judge(guid, verdict);
    }

    /// The browser tells how it goes on.
    pub(super) fn download_goes_on(self: &Arc<Self>, guid: &str, how: &str, received: u64, total: u64) {
        if let Some(verdict) = self.downloads.progress(guid, how, received, total) {
            self.judge(guid, verdict);
        }
    }

    fn judge(self: &Arc<Self>, guid: &str, verdict: Verdict) {
        match verdict {
            Verdict::GoOn => {}
            Verdict::Cancel => {
                let params = json!({"guid": guid, "browserContextId": self.id});
                self.browser.post("Browser.cancelDownload", params);
            }
            Verdict::Finish(finished) => {
                let context = Arc::clone(self);
                tokio::spawn(async move {
                    let event = context.downloads.finish(finished).await;
                    context.happens(event);
                });
            }
        }
    }
}

/// A page without a title is called by its address in the browser.
fn title(of: &TargetInfo) -> String {
    let bare =
        |url: &str| url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/').to_owned();
    if bare(&of.title) == bare(&of.url) { String::new() } else { cut(&of.title, TITLE_CHARS) }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

fn tell(place: usize, tab: &ChromiumTab, active: bool) -> Tab {
    let Face { title, url } = tab.face();
    Tab { tab_id: u32::try_from(place).unwrap_or(u32::MAX), title, url, active }
}
