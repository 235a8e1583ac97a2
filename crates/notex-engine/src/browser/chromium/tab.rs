//! One tab: how it is dressed when it appears, asked, and lost. What is done on it stands in `navigate`, `observe`,
//! `act`, `scrape` and their neighbours; what it does on its own in `watch`.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};

use super::context::Context;
use super::face::Asking;
use super::frames::FrameSessions;
use super::ids::Ids;
use super::look::Listening;
use super::network::Requests;
use super::page::Setup;
use super::targets::TargetInfo;
use super::tidying::Tidying;
use super::world::Worlds;
use crate::browser::{Face, PageError};
use crate::cdp::{Begun, CdpError, Event, Session};

const FREED_WITHIN: Duration = Duration::from_secs(2);
const MOST_REFUSED: u32 = 10;
const FLOOD_WITHIN: Duration = Duration::from_secs(3);
const FACE_WITHIN: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    target_info: TargetInfo,
}

/// A tab of a session.
pub(super) struct ChromiumTab {
    pub(super) session: Session,
    pub(super) setup: Arc<Setup>,
    pub(super) context: Arc<Context>,
    /// Also the id of its main frame.
    pub(super) target_id: String,
    /// The tab that opened it.
    pub(super) opener: Option<String>,
    pub(super) frame_sessions: FrameSessions,
    pub(super) listening: Listening,
    pub(super) worlds: Worlds,
    pub(super) requests: Mutex<Requests>,
    /// How many windows it has opened, and the address of the last one.
    pub(super) windows_opened: AtomicU64,
    pub(super) window_opened: Mutex<String>,
    /// How many dialogs it has opened since the step began.
    pub(super) dialogs: AtomicU64,
    /// A step changed something on its page that has not been told.
    pub(super) touched: AtomicBool,
    /// Its process is ended on purpose, and the next page brings another one.
    pub(super) is_renewed: AtomicBool,
    /// When it began to open more than there may be, and how many.
    windows_refused: Mutex<Option<(Instant, u32)>>,
    ids: Mutex<Ids>,
    face: Mutex<Face>,
    unopened: Mutex<Option<String>>,
    pub(super) asking_for_face: Asking,
    /// What happened since it appeared, for the step that brought it to the front.
    first_events: Mutex<Option<broadcast::Receiver<Event>>>,
    /// Whether the browser has answered all that it was told at its beginning.
    dressed: watch::Sender<bool>,
    pub(super) tidying: Tidying,
    /// Why it is gone.
    gone: watch::Sender<Option<String>>,
}

impl ChromiumTab {
    pub(super) fn new(
        context: &Arc<Context>,
        session: Session,
        target_id: String,
        opener: Option<String>,
    ) -> Arc<ChromiumTab> {
        Arc::new(ChromiumTab {
            session,
            setup: Arc::clone(&context.setup),
            context: Arc::clone(context),
            target_id,
            opener,
            frame_sessions: FrameSessions::default(),
            listening: Listening::default(),
            worlds: Worlds::default(),
            requests: Mutex::default(),
            windows_opened: AtomicU64::new(0),
            window_opened: Mutex::default(),
            dialogs: AtomicU64::new(0),
            touched: AtomicBool::default(),
            is_renewed: AtomicBool::default(),
            windows_refused: Mutex::default(),
            ids: Mutex::new(Ids::of(Arc::clone(&context.numbers))),
            face: Mutex::default(),
            unopened: Mutex::default(),
            asking_for_face: Asking::default(),
            first_events: Mutex::default(),
            dressed: watch::Sender::new(false),
            tidying: Tidying::default(),
            gone: watch::Sender::new(None),
        })
    }

    /// Dresses it and lets it run. Nothing is waited for here; the first call waits.
    pub(super) fn begin(self: &Arc<Self>, was_caused: bool) {
        if was_caused {
            *self.first_events.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.session.events());
        }
        self.listen(&self.session);
        let within = self.setup.patience.answer;
        let told: Vec<Begun> = self.dress(&self.session, self.context.dress.of_tab());
        let tab = Arc::clone(self);
        tokio::spawn(async move {
            let answers = join_all(told.into_iter().map(|call| call.answer(within))).await;
            for error in answers.into_iter().filter_map(Result::err) {
                // An option that is not in force must not pass for one that is.
                if matches!(error, CdpError::Refused { .. }) && !is_of_the_process(&error) && !tab.is_gone() {
                    tracing::warn!(%error, "a tab could not be set up");
                    tab.context.lose(&format!("a tab could not be set up: {error}"));
                }
            }
            tab.dressed.send_replace(true);
        });
    }

    /// Tells a session all of its calls and lets it run.
    pub(super) fn dress(&self, session: &Session, calls: super::dress::Calls) -> Vec<Begun> {
        let told = calls.into_iter().map(|(method, params)| session.begin(method, params)).collect();
        session.post("Runtime.runIfWaitingForDebugger", json!({}));
        told
    }

    /// Another tab of its renderer may have taken the locale and the time zone with it.
    pub(super) fn remind(&self) {
        for (method, params) in self.context.dress.of_process() {
            self.session.post(method, params);
        }
    }

    /// Title and address, as the browser tells them.
    pub(super) fn face(&self) -> Face {
        self.face.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the browser for them: it tells by itself only of some changes.
    pub(super) async fn read_face(&self) {
        let params = json!({"targetId": self.target_id});
        let told = self.context.browser.call("Target.getTargetInfo", params, FACE_WITHIN).await;
        if let Ok(Told { target_info: now }) = told {
            self.context.rename(&now);
        }
    }

    /// The browser's own page is there in place of the one at this address, or a page at last.
    pub(super) fn fails_to_open(&self, url: Option<String>) {
        *self.unopened.lock().unwrap_or_else(PoisonError::into_inner) = url;
    }

    /// The address that the browser's own page stands for.
    pub(super) fn unopened(&self) -> Option<String> {
        self.unopened.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn rename(&self, title: String, url: String) {
        *self.face.lock().unwrap_or_else(PoisonError::into_inner) = Face { title, url };
    }

    /// What happened since it appeared; told once.
    pub(super) fn first_events(&self) -> Option<broadcast::Receiver<Event>> {
        self.first_events.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// One of its windows was refused; true when it opens them in a loop that would hold the browser.
    pub(super) fn floods(&self) -> bool {
        let mut refused = self.windows_refused.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, count) = refused
            .filter(|(since, _)| since.elapsed() < FLOOD_WITHIN)
            .map_or_else(|| (Instant::now(), 1), |(since, count)| (since, count + 1));
        *refused = Some((since, count));
        count >= MOST_REFUSED
    }

    /// It is gone: whoever waits for it is told.
    pub(super) fn end(&self, why: &str) {
        self.first_events();
        self.gone.send_replace(Some(why.to_owned()));
    }

    pub(super) fn is_gone(&self) -> bool {
        self.gone.borrow().is_some()
    }

    /// Closed, rather than crashed.
    pub(super) fn was_closed(&self) -> bool {
        self.gone.borrow().as_deref() == Some(super::context::CLOSED) && self.context.lost.borrow().is_none()
    }

    /// Whether the window it opened last has an address to go to.
    pub(super) fn leads_somewhere(&self) -> bool {
        let url = self.window_opened.lock().unwrap_or_else(PoisonError::into_inner);
        !url.is_empty() && !url.starts_with("about:")
    }

    /// The ids given so far.
    pub(super) fn ids(&self) -> MutexGuard<'_, Ids> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls a method of the tab's session.
    pub(super) async fn call<R: DeserializeOwned>(
        &self,
        doing: &str,
        method: &'static str,
        params: Value,
    ) -> Result<R, PageError> {
        let within = self.setup.patience.answer;
        match self.unless_lost(self.session.call(method, params, within)).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.failed(doing, error).await),
        }
    }

    /// Waits for a call, but not longer than the tab lives: a crashed one holds some calls back for ever. It begins
    /// when the tab is dressed: with a window, Chromium crashes a page that is sent somewhere while it still learns
    /// that it is to hold the focus.
    pub(super) async fn unless_lost<R>(
        &self,
        call: impl Future<Output = Result<R, CdpError>>,
    ) -> Result<R, CdpError> {
        let (mut gone, mut dressed) = (self.gone.subscribe(), self.dressed.subscribe());
        let call = async {
            drop(dressed.wait_for(|dressed| *dressed).await);
            call.await
        };
        tokio::select! {
            answer = call => answer,
            Ok(_) = gone.wait_for(Option::is_some) => Err(CdpError::Detached),
        }
    }

    /// Ends what a page's script does now; the page itself stays, with what the script has done so far.
    pub(super) async fn free(&self, session: &Session) {
        let freed = session.tell("Runtime.terminateExecution", json!({}), FREED_WITHIN);
        if let Err(error) = freed.await {
            tracing::debug!(%error, "a hanging page was not freed");
        }
    }

    /// Ends the process of a page whose script begins anew whatever ends it; the next page brings another process. A
    /// page that this one has opened or was opened by may share it, and goes with it.
    pub(super) async fn renew(&self) {
        tracing::debug!("the process of a hanging page is ended");
        let mut events = self.session.events();
        self.is_renewed.store(true, Ordering::SeqCst);
        self.session.post("Page.crash", json!({}));
        let crashed = async {
            while let Ok(event) = events.recv().await {
                if &*event.method == "Inspector.targetCrashed" {
                    break;
                }
            }
        };
        if tokio::time::timeout(FREED_WITHIN, crashed).await.is_err() {
            tracing::debug!("the process of a hanging page did not end");
        }
        self.worlds.end(&self.session, None);
    }

    /// What a failed call means for the caller. A page that hangs in its own script is freed from it, so that the
    /// next call has a chance.
    pub(super) async fn failed(&self, doing: &str, error: CdpError) -> PageError {
        self.failed_on(&self.session, doing, error).await
    }

    /// The same for a call on the session of a frame.
    pub(super) async fn failed_on(&self, session: &Session, doing: &str, error: CdpError) -> PageError {
        if let Some(why) = self.context.lost.borrow().clone() {
            return PageError::Lost(why);
        }
        if let Some(why) = self.gone.borrow().clone() {
            return PageError::NotOperable(format!("{why}, and another tab is in front now"));
        }
        match error {
            CdpError::TimedOut { waited, .. } => {
                self.free(session).await;
                PageError::TimedOut { doing: doing.to_owned(), seconds: waited.as_secs().max(1) }
            }
            CdpError::Refused { message, .. } => PageError::Browser { doing: doing.to_owned(), why: message },
            CdpError::Unreadable { .. } => {
                PageError::Browser { doing: doing.to_owned(), why: error.to_string() }
            }
            CdpError::Crashed => PageError::Lost(super::context::CRASHED.to_owned()),
            CdpError::Detached => PageError::Lost(super::context::CLOSED.to_owned()),
            CdpError::Ended(why) => PageError::Lost(why),
        }
    }
}

/// What a renderer keeps for all of its tabs may have been said by another one; whether the browser knows it at all is
/// asked when the session starts.
fn is_of_the_process(error: &CdpError) -> bool {
    matches!(
        error,
        CdpError::Refused { method: "Emulation.setLocaleOverride" | "Emulation.setTimezoneOverride", .. }
    )
}
