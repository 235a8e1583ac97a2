//! What one session sees: its context is opened and closed here, and each call goes to the tab that is in front.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use notex_wire::{Cookie, ElementAnswer, LiveInput, PageEvent};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};
use url::Url;

use super::Patience;
use super::context::{Context, MOST_TABS};
use super::downloads::Downloads;
use super::dress::Dress;
use super::live::Live;
use super::tab::ChromiumTab;
use super::targets::Targets;
use crate::browser::{
    Act, Acted, ContextOptions, DialogWish, Face, LiveFrame, News, Observed, Page, PageError, Position,
    ScrapeOptions, ScrapedPage, Scroll, Traffic, ViewportSize, WaitUntil,
};
use crate::cdp::{CdpError, Session};
use crate::evidence::Evidence;
use crate::netguard::Reach;

const CLOSES_WITHIN: Duration = Duration::from_secs(5);
/// How long a window that a page is opening may take to appear.
const WINDOW_WITHIN: Duration = Duration::from_secs(2);
const SCREENSHOT_QUALITY: u8 = 75;
/// What a person's browser grants without a question; everything else is denied without one.
const GRANTED: [&str; 5] =
    ["backgroundSync", "clipboardSanitizedWrite", "paymentHandler", "sensors", "wakeLockScreen"];

/// What all pages of a browser share.
pub(super) struct Setup {
    pub(super) viewport: ViewportSize,
    pub(super) patience: Patience,
    pub(super) reach: Reach,
    pub(super) user_agent: String,
    pub(super) browser_version: String,
    /// A site that wants a password makes it ask the person before its window, and nobody is there.
    pub(super) asks_for_passwords: bool,
}

/// The page of one session.
pub(super) struct ChromiumPage {
    context: Arc<Context>,
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
struct Screenshot {
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layout {
    css_visual_viewport: Visual,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Visual {
    page_x: f64,
    page_y: f64,
    client_width: f64,
    client_height: f64,
}

impl ChromiumPage {
    /// Opens an empty page in a new context.
    pub(super) async fn open(
        browser: Session,
        targets: Arc<Targets>,
        setup: Arc<Setup>,
        options: &ContextOptions,
    ) -> Result<ChromiumPage, PageError> {
        let within = setup.patience.answer;
        let dress = Dress::of(&setup, options)?;
        if let Some(proxy) = &options.proxy {
            let admitted = setup.reach.admit_proxy(&proxy.server).await;
            admitted.map_err(|why| PageError::BadOption {
                field: "proxies",
                why: format!("cannot be used: {why}"),
            })?;
        }
        let created: ContextCreated = browser
            .call("Target.createBrowserContext", dress.context(&setup.reach), within)
            .await
            .map_err(opening)?;
        let id = created.browser_context_id;
        let downloads = Downloads::into_folder(&options.folder);
        let page = ChromiumPage { context: Context::new(id, browser, targets, setup, dress, downloads) };
        let context = &page.context;
        let behavior = context
            .downloads
            .behavior(&context.id)
            .await
            .map_err(|why| PageError::Browser { doing: String::from("opening a page"), why })?;
        // Both are in force before a page of the context exists, since the browser takes them in order.
        let told = [
            context.browser.begin("Browser.setDownloadBehavior", behavior),
            context.browser.begin(
                "Browser.grantPermissions",
                json!({"permissions": GRANTED, "browserContextId": context.id}),
            ),
        ];
        let tab = page.new_tab().await.map_err(opening)?;
        for call in told {
            call.answer(within).await.map_err(opening)?;
        }
        if context.dress.is_to_be_checked() {
            tab.check_options().await?;
        }
        Ok(page)
    }

    async fn new_tab(&self) -> Result<Arc<ChromiumTab>, CdpError> {
        let context = &self.context;
        let within = context.setup.patience.answer;
        let ViewportSize { width, height } = context.dress.viewport;
        let plain = json!({"url": "about:blank", "browserContextId": context.id});
        let mut sized = plain.clone();
        sized["width"] = json!(width);
        sized["height"] = json!(height);
        let created = match context.browser.call("Target.createTarget", sized, within).await {
            // A browser with windows puts it into the one that is there, which has its size.
            Err(CdpError::Refused { .. }) if !context.all().is_empty() => {
                context.browser.call("Target.createTarget", plain, within).await
            }
            created => created,
        };
        let created: TargetCreated = created?;
        // The browser tells of the page before it answers.
        context.tab(&created.target_id).ok_or(CdpError::Detached)
    }

    /// Reads the tab in front, when the browser has told what the others are called by now.
    async fn look<R>(
        &self,
        work: impl AsyncFnOnce(&ChromiumTab) -> Result<R, PageError>,
    ) -> Result<R, PageError> {
        let tab = self.context.in_front()?;
        if self.context.all().len() > 1 {
            self.context.read_faces().await;
        }
        work(&tab).await
    }

    /// Does something on the tab in front. A window that comes of it is waited for.
    async fn step<R>(
        &self,
        work: impl AsyncFnOnce(&ChromiumTab) -> Result<R, PageError>,
    ) -> Result<R, PageError> {
        let tab = self.context.in_front()?;
        let _step = self.context.steps.begin();
        let windows = tab.windows_opened.load(Ordering::SeqCst);
        tab.dialogs.store(0, Ordering::SeqCst);
        let done = work(&tab).await;
        if tab.windows_opened.load(Ordering::SeqCst) > windows {
            let mut front = self.context.front.subscribe();
            let other = front.wait_for(|front| *front != tab.target_id);
            // It may have been refused, or gone at once.
            let _ = tokio::time::timeout(WINDOW_WITHIN, other).await.map(drop);
        }
        if let Ok(front) = self.context.in_front()
            && front.target_id != tab.target_id
        {
            front.arrive(tab.leads_somewhere()).await;
        }
        done
    }

    /// The same; a tab that is closed by what was done has had it done.
    async fn step_or_close<R: Default>(
        &self,
        work: impl AsyncFnOnce(&ChromiumTab) -> Result<R, PageError>,
    ) -> Result<R, PageError> {
        let before = self.context.in_front()?;
        match self.step(work).await {
            Err(PageError::NotOperable(_)) if before.was_closed() => Ok(R::default()),
            done => done,
        }
    }
}

fn opening(error: CdpError) -> PageError {
    let doing = String::from("opening a page");
    match error {
        CdpError::TimedOut { waited, .. } => PageError::TimedOut { doing, seconds: waited.as_secs() },
        CdpError::Ended(why) => PageError::Lost(why),
        CdpError::Refused { .. } | CdpError::Crashed | CdpError::Detached | CdpError::Unreadable { .. } => {
            PageError::Browser { doing, why: error.to_string() }
        }
    }
}

#[async_trait]
impl Page for ChromiumPage {
    async fn goto(&self, url: &Url, until: WaitUntil) -> Result<(), PageError> {
        self.context.in_front()?.navigate_to(url, until).await
    }

    async fn back(&self) -> Result<(), PageError> {
        self.context.in_front()?.move_in_history(-1).await
    }

    async fn forward(&self) -> Result<(), PageError> {
        self.context.in_front()?.move_in_history(1).await
    }

    async fn refresh(&self) -> Result<(), PageError> {
        self.context.in_front()?.reload().await
    }

    async fn position(&self) -> Result<Position, PageError> {
        self.look(async |tab| tab.read_position().await).await
    }

    async fn observe(&self, max_actions: usize) -> Result<Observed, PageError> {
        self.look(async |tab| tab.read_actions(max_actions).await).await
    }

    async fn news(&self) -> Result<News, PageError> {
        let Observed { position, since, .. } = self.look(async |tab| tab.read_actions(0).await).await?;
        Ok(News { position, since })
    }

    async fn act(&self, act: &Act) -> Result<Acted, PageError> {
        self.step_or_close(async |tab| tab.do_act(act).await).await
    }

    fn answer_dialogs(&self, how: Option<DialogWish>) {
        *self.context.dialogs.lock().unwrap_or_else(PoisonError::into_inner) = how;
    }

    async fn press_key(&self, keys: &str) -> Result<(), PageError> {
        self.step_or_close(async |tab| tab.press_keys(keys).await).await
    }

    async fn scroll(&self, scroll: Scroll) -> Result<(), PageError> {
        self.step(async |tab| tab.scroll_page(scroll).await).await
    }

    async fn evaluate(&self, code: &str) -> Result<Value, PageError> {
        self.step(async |tab| tab.run_code(code).await).await
    }

    async fn scrape(&self, options: &ScrapeOptions) -> Result<ScrapedPage, PageError> {
        self.look(async |tab| tab.read_content(options).await).await
    }

    async fn screenshot(&self) -> Result<Vec<u8>, PageError> {
        self.context.in_front()?.picture().await
    }

    async fn open_tab(&self, url: Option<&Url>) -> Result<(), PageError> {
        self.context.in_front()?;
        if self.context.all().len() >= MOST_TABS {
            let why = format!("{MOST_TABS} tabs are open, which is the most; close one first");
            return Err(PageError::NotOperable(why));
        }
        if let Some(url) = url.filter(|url| !is_allowed(url)) {
            return Err(PageError::SchemeRefused(url.scheme().to_owned()));
        }
        if let Some(url) = url
            && let Some(why) = self.context.setup.reach.refusal(url).await
        {
            return Err(PageError::AddressRefused(why));
        }
        let tab = self.new_tab().await.map_err(|error| match opening(error) {
            PageError::Browser { why, .. } => {
                PageError::Browser { doing: String::from("opening a tab"), why }
            }
            other => other,
        })?;
        self.context.bring_to_front(&tab);
        match url {
            Some(url) => tab.navigate_to(url, WaitUntil::Load).await,
            None => Ok(()),
        }
    }

    async fn switch_tab(&self, index: usize) -> Result<(), PageError> {
        self.context.in_front()?;
        let tab = self.context.tab_at(index)?;
        self.context.bring_to_front(&tab);
        Ok(())
    }

    async fn close_tab(&self) -> Result<(), PageError> {
        let tab = self.context.in_front()?;
        if self.context.all().len() < 2 {
            let why = String::from("the last tab cannot be closed; end the session instead");
            return Err(PageError::NotOperable(why));
        }
        tab.read_face().await;
        // It leaves at once, whatever its page has to say about it.
        self.context.closed(&tab.target_id);
        let params = json!({"targetId": tab.target_id});
        match self.context.browser.tell("Target.closeTarget", params, CLOSES_WITHIN).await {
            Ok(()) | Err(CdpError::Refused { .. } | CdpError::Detached | CdpError::TimedOut { .. }) => Ok(()),
            Err(CdpError::Ended(why)) => Err(PageError::Lost(why)),
            Err(error @ (CdpError::Crashed | CdpError::Unreadable { .. })) => {
                Err(PageError::Browser { doing: String::from("closing a tab"), why: error.to_string() })
            }
        }
    }

    async fn cookies(&self) -> Result<Vec<Cookie>, PageError> {
        self.context.cookies().await
    }

    async fn set_cookies(&self, cookies: &[Cookie]) -> Result<(), PageError> {
        self.context.set_cookies(cookies).await
    }

    fn happenings(&self) -> broadcast::Receiver<PageEvent> {
        self.context.happenings()
    }

    fn face(&self) -> watch::Receiver<Face> {
        self.context.face()
    }

    fn traffic(&self) -> Traffic {
        self.context.traffic()
    }

    fn evidence(&self) -> Arc<Evidence> {
        Arc::clone(&self.context.evidence)
    }

    async fn keep(&self, call: u32) {
        self.context.keep(call).await;
    }

    async fn live(&self) -> Result<watch::Receiver<Option<LiveFrame>>, PageError> {
        Live::watch(&self.context)
    }

    async fn element_at(&self, x: f64, y: f64) -> Result<Option<ElementAnswer>, PageError> {
        self.context.in_front()?.point_at(x, y).await
    }

    async fn input(&self, input: &LiveInput) -> Result<(), PageError> {
        let _step = self.context.steps.begin();
        self.context.in_front()?.take_input(input).await
    }

    fn context_id(&self) -> &str {
        &self.context.id
    }

    fn target_id(&self) -> String {
        self.context.front.borrow().clone()
    }

    async fn lost(&self) -> String {
        let mut lost = self.context.lost.subscribe();
        tokio::select! {
            why = lost.wait_for(Option::is_some) => {
                why.ok().and_then(|why| why.clone()).unwrap_or_else(|| String::from("the page is gone"))
            }
            _ = self.context.browser.ended() => String::from("the page is gone with its browser"),
        }
    }

    async fn close(&self) {
        self.context.leave();
        dispose(self.context.browser.clone(), self.context.id.clone()).await;
    }
}

impl ChromiumTab {
    /// A JPEG of the viewport, an odd row or column left out.
    async fn picture(&self) -> Result<Vec<u8>, PageError> {
        let doing = "taking a screenshot";
        let mut params = json!({"format": "jpeg", "quality": SCREENSHOT_QUALITY, "optimizeForSpeed": true});
        let ViewportSize { width, height } = self.context.dress.viewport;
        if width % 2 != 0 || height % 2 != 0 {
            let layout: Layout = self.call(doing, "Page.getLayoutMetrics", json!({})).await?;
            let seen = layout.css_visual_viewport;
            let even = |size: f64| ((size / 2.0).floor() * 2.0).max(2.0);
            params["clip"] = json!({
                "x": seen.page_x, "y": seen.page_y, "scale": 1,
                "width": even(seen.client_width), "height": even(seen.client_height),
            });
        }
        let shot: Screenshot = self.call(doing, "Page.captureScreenshot", params).await?;
        STANDARD
            .decode(shot.data)
            .map_err(|error| PageError::Browser { doing: doing.to_owned(), why: error.to_string() })
    }

    /// Asks the browser whether it knows the locale and the time zone; it takes wrong ones without a word.
    async fn check_options(&self) -> Result<(), PageError> {
        let knows = async |script: String| -> Result<bool, PageError> {
            let params = json!({"expression": script, "returnByValue": true});
            let answer: Value = self.call("opening a page", "Runtime.evaluate", params).await?;
            Ok(answer.get("exceptionDetails").is_none())
        };
        let dress = &self.context.dress;
        if let Some(locale) = &dress.locale {
            let script = format!("Intl.getCanonicalLocales({})", json!(locale));
            if !knows(script).await? {
                let why = format!("is {locale:?}, which is no language tag like de-DE");
                return Err(PageError::BadOption { field: "locale", why });
            }
        }
        if let Some(timezone) = &dress.timezone {
            let script = format!("new Intl.DateTimeFormat('en', {{ timeZone: {} }})", json!(timezone));
            if !knows(script).await? {
                let why = format!("is {timezone:?}, which is no time zone like Europe/Berlin");
                return Err(PageError::BadOption { field: "timezone", why });
            }
        }
        Ok(())
    }
}

async fn dispose(browser: Session, context_id: String) {
    let params = json!({"browserContextId": context_id});
    // Disposed already, or gone with the browser: either way there is nothing left to close.
    let _ = browser.tell("Target.disposeBrowserContext", params, CLOSES_WITHIN).await;
}

impl Drop for ChromiumPage {
    /// A page that failed to open, or that nobody closed, must leave nothing.
    fn drop(&mut self) {
        self.context.leave();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(dispose(self.context.browser.clone(), self.context.id.clone()));
        }
    }
}

/// Only what lies on the web may be opened; files and the browser's own pages belong to the machine.
pub(super) fn is_allowed(url: &Url) -> bool {
    match url.scheme() {
        "http" | "https" => true,
        _ => url.as_str() == "about:blank",
    }
}
