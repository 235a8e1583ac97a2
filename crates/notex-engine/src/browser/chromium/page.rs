//! One page in a browser context of its own: how it is opened, asked, lost and closed. What is done on it stands in
//! `navigate`, `observe`, `act` and `scrape`.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use notex_wire::{Cookie, LiveInput, PageEvent};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};
use tokio_util::task::AbortOnDropHandle;
use url::Url;

use super::Patience;
use super::frames::FrameSessions;
use super::ids::Ids;
use super::tabs::Watched;
use crate::browser::{
    Act, ContextOptions, LiveFrame, Observed, Page, PageError, Position, ScrapeOptions, ScrapedPage, Scroll,
    Traffic, ViewportSize, WaitUntil,
};
use crate::cdp::{CdpError, Session};

const CLOSES_WITHIN: Duration = Duration::from_secs(5);
const FREED_WITHIN: Duration = Duration::from_secs(2);
const SCREENSHOT_QUALITY: u8 = 75;

/// What all pages of a browser share.
pub(super) struct Setup {
    pub(super) viewport: ViewportSize,
    pub(super) patience: Patience,
    pub(super) user_agent: String,
    pub(super) browser_version: String,
}

/// The page of one session.
pub(super) struct ChromiumPage {
    pub(super) browser: Session,
    pub(super) session: Session,
    pub(super) setup: Arc<Setup>,
    /// Also the id of its main frame.
    pub(super) target_id: String,
    pub(super) frame_sessions: Arc<FrameSessions>,
    context: Context,
    lost: watch::Receiver<Option<String>>,
    ids: Mutex<Ids>,
    _follower: AbortOnDropHandle<()>,
}

/// A browser context; disposed when dropped, since a page that failed to open must leave nothing.
struct Context {
    browser: Session,
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContextCreated {
    browser_context_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TargetCreated {
    target_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attached {
    session_id: String,
}

#[derive(Deserialize)]
struct Screenshot {
    data: String,
}

impl ChromiumPage {
    /// Opens an empty page in a new context.
    pub(super) async fn open(
        browser: Session,
        setup: Arc<Setup>,
        options: &ContextOptions,
    ) -> Result<ChromiumPage, PageError> {
        let within = setup.patience.answer;
        let opening = |error: CdpError| match error {
            CdpError::TimedOut { waited, .. } => {
                PageError::TimedOut { doing: String::from("opening a page"), seconds: waited.as_secs() }
            }
            CdpError::Ended(why) => PageError::Lost(why),
            CdpError::Refused { .. }
            | CdpError::Crashed
            | CdpError::Detached
            | CdpError::Unreadable { .. } => {
                PageError::Browser { doing: String::from("opening a page"), why: error.to_string() }
            }
        };
        // The context goes with its connection, so a lost engine leaves none behind in a remote browser.
        let created: ContextCreated = browser
            .call("Target.createBrowserContext", json!({"disposeOnDetach": true}), within)
            .await
            .map_err(opening)?;
        let context = Context { browser: browser.clone(), id: created.browser_context_id };
        let ViewportSize { width, height } = options.viewport.unwrap_or(setup.viewport);
        let on_browser = browser.events();
        let target: TargetCreated = browser
            .call(
                "Target.createTarget",
                json!({"url": "about:blank", "browserContextId": context.id, "width": width, "height": height}),
                within,
            )
            .await
            .map_err(opening)?;
        let attached: Attached = browser
            .call("Target.attachToTarget", json!({"targetId": target.target_id, "flatten": true}), within)
            .await
            .map_err(opening)?;
        let session = browser.attached(&attached.session_id);
        let frame_sessions = Arc::new(FrameSessions::default());
        let (lost_tx, lost) = watch::channel(None);
        let watched = Watched {
            browser: browser.clone(),
            session: session.clone(),
            context_id: context.id.clone(),
            target_id: target.target_id.clone(),
            lost: Arc::new(lost_tx),
            frames: Arc::clone(&frame_sessions),
        };
        let follower = AbortOnDropHandle::new(tokio::spawn(watched.follow(session.events(), on_browser)));

        let major = setup.browser_version.split('.').next().unwrap_or_default();
        let viewport = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        let user_agent = json!({
            "userAgent": setup.user_agent,
            "userAgentMetadata": {
                "brands": [
                    {"brand": "Chromium", "version": major},
                    {"brand": "Not)A;Brand", "version": "24"},
                ],
                "fullVersion": setup.browser_version,
                "platform": platform(),
                "platformVersion": "",
                "architecture": std::env::consts::ARCH,
                "model": "",
                "mobile": false,
            },
        });
        let tell = |method, params: Value| session.tell(method, params, within);
        tokio::try_join!(
            tell("Page.enable", json!({})),
            tell("Page.setLifecycleEventsEnabled", json!({"enabled": true})),
            tell("Network.enable", json!({})),
            tell("Inspector.enable", json!({})),
            tell("DOM.enable", json!({})),
            // Frames of other sites live in processes of their own, each with a session of its own.
            tell(
                "Target.setAutoAttach",
                json!({
                    "autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true,
                    "filter": [{"type": "iframe"}],
                }),
            ),
            tell("Emulation.setDeviceMetricsOverride", viewport),
            tell("Emulation.setUserAgentOverride", user_agent),
            // Pages that are not in front would neither hold the focus nor draw frames.
            tell("Emulation.setFocusEmulationEnabled", json!({"enabled": true})),
            tell("Page.setInterceptFileChooserDialog", json!({"enabled": true})),
            browser.tell(
                "Browser.setDownloadBehavior",
                json!({"behavior": "deny", "browserContextId": context.id}),
                within,
            ),
        )
        .map_err(opening)?;
        Ok(ChromiumPage {
            browser,
            session,
            setup,
            target_id: target.target_id,
            frame_sessions,
            context,
            lost,
            ids: Mutex::default(),
            _follower: follower,
        })
    }

    /// The ids given so far.
    pub(super) fn ids(&self) -> MutexGuard<'_, Ids> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls a method of the page's session.
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

    /// Waits for a call, but not longer than the page lives: a crashed one holds some calls back for ever.
    pub(super) async fn unless_lost<R>(
        &self,
        call: impl Future<Output = Result<R, CdpError>>,
    ) -> Result<R, CdpError> {
        let mut lost = self.lost.clone();
        tokio::select! {
            answer = call => answer,
            Ok(why) = lost.wait_for(Option::is_some) => {
                Err(CdpError::Ended(why.clone().unwrap_or_default()))
            }
        }
    }

    /// What a failed call means for the caller. A page that hangs in its own script is freed from it, so that the
    /// next call has a chance.
    pub(super) async fn failed(&self, doing: &str, error: CdpError) -> PageError {
        self.failed_on(&self.session, doing, error).await
    }

    /// The same for a call on the session of a frame.
    pub(super) async fn failed_on(&self, session: &Session, doing: &str, error: CdpError) -> PageError {
        if let Some(why) = self.lost.borrow().clone() {
            return PageError::Lost(why);
        }
        match error {
            CdpError::TimedOut { waited, .. } => {
                let freed = session.tell("Runtime.terminateExecution", json!({}), FREED_WITHIN);
                if let Err(error) = freed.await {
                    tracing::debug!(%error, "a hanging page was not freed");
                }
                PageError::TimedOut { doing: doing.to_owned(), seconds: waited.as_secs().max(1) }
            }
            CdpError::Refused { message, .. } => PageError::Browser { doing: doing.to_owned(), why: message },
            CdpError::Unreadable { .. } => {
                PageError::Browser { doing: doing.to_owned(), why: error.to_string() }
            }
            CdpError::Crashed => PageError::Lost(String::from("the page crashed")),
            CdpError::Detached => PageError::Lost(String::from("the page was closed from outside")),
            CdpError::Ended(why) => PageError::Lost(why),
        }
    }
}

#[async_trait]
impl Page for ChromiumPage {
    async fn goto(&self, url: &Url, _until: WaitUntil) -> Result<(), PageError> {
        self.navigate_to(url).await
    }

    async fn back(&self) -> Result<(), PageError> {
        self.move_in_history(-1).await
    }

    async fn forward(&self) -> Result<(), PageError> {
        self.move_in_history(1).await
    }

    async fn refresh(&self) -> Result<(), PageError> {
        self.reload().await
    }

    async fn position(&self) -> Result<Position, PageError> {
        self.read_position().await
    }

    async fn observe(&self, max_actions: usize) -> Result<Observed, PageError> {
        self.read_actions(max_actions).await
    }

    async fn act(&self, act: &Act) -> Result<(), PageError> {
        self.do_act(act).await
    }

    async fn press_key(&self, _keys: &str) -> Result<(), PageError> {
        Err(unbuilt())
    }

    async fn scroll(&self, _scroll: Scroll) -> Result<(), PageError> {
        Err(unbuilt())
    }

    async fn evaluate(&self, _code: &str) -> Result<Value, PageError> {
        Err(unbuilt())
    }

    async fn open_tab(&self, _url: Option<&Url>) -> Result<(), PageError> {
        Err(unbuilt())
    }

    async fn switch_tab(&self, _index: usize) -> Result<(), PageError> {
        Err(unbuilt())
    }

    async fn close_tab(&self) -> Result<(), PageError> {
        Err(unbuilt())
    }

    async fn cookies(&self) -> Result<Vec<Cookie>, PageError> {
        Err(unbuilt())
    }

    async fn set_cookies(&self, _cookies: &[Cookie]) -> Result<(), PageError> {
        Err(unbuilt())
    }

    fn happenings(&self) -> broadcast::Receiver<PageEvent> {
        broadcast::Sender::new(1).subscribe()
    }

    fn traffic(&self) -> Traffic {
        Traffic::default()
    }

    async fn live(&self) -> Result<watch::Receiver<Option<LiveFrame>>, PageError> {
        Err(unbuilt())
    }

    async fn input(&self, _input: &LiveInput) -> Result<(), PageError> {
        Err(unbuilt())
    }

    fn context_id(&self) -> &str {
        &self.context.id
    }

    async fn scrape(&self, options: &ScrapeOptions) -> Result<ScrapedPage, PageError> {
        self.read_content(options).await
    }

    async fn screenshot(&self) -> Result<Vec<u8>, PageError> {
        let doing = "taking a screenshot";
        let params = json!({"format": "jpeg", "quality": SCREENSHOT_QUALITY, "optimizeForSpeed": true});
        let shot: Screenshot = self.call(doing, "Page.captureScreenshot", params).await?;
        STANDARD
            .decode(shot.data)
            .map_err(|error| PageError::Browser { doing: doing.to_owned(), why: error.to_string() })
    }

    async fn lost(&self) -> String {
        let mut lost = self.lost.clone();
        match lost.wait_for(Option::is_some).await {
            Ok(why) => why.clone().unwrap_or_default(),
            Err(_) => String::from("the page is gone"),
        }
    }

    async fn close(&self) {
        dispose(self.browser.clone(), self.context.id.clone()).await;
    }
}

async fn dispose(browser: Session, context_id: String) {
    let params = json!({"browserContextId": context_id});
    // Disposed already, or gone with the browser: either way there is nothing left to close.
    let _ = browser.tell("Target.disposeBrowserContext", params, CLOSES_WITHIN).await;
}

impl Drop for Context {
    fn drop(&mut self) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(dispose(self.browser.clone(), std::mem::take(&mut self.id)));
        }
    }
}

fn unbuilt() -> PageError {
    PageError::Browser { doing: String::from("this"), why: String::from("not built yet") }
}

/// Only what lies on the web may be opened; files and the browser's own pages belong to the machine.
pub(super) fn is_allowed(url: &Url) -> bool {
    match url.scheme() {
        "http" | "https" => true,
        _ => url.as_str() == "about:blank",
    }
}

fn platform() -> &'static str {
    match std::env::consts::OS {
        "macos" => "macOS",
        "windows" => "Windows",
        _ => "Linux",
    }
}
