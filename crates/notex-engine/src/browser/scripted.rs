//! A browser that does what a test says: it counts its pages, notes what is done on them, holds a call until it is
//! let go, fails when told to, and gets lost on command.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use notex_wire::{
    Action, ActionBox, ActionParam, ActionSelectors, ActionStatus, Cookie, DomSnapshot, ElementAnswer,
    ImageData, LiveInput, PageCategory, PageEvent, Tab, Viewport,
};
use tokio::sync::{broadcast, watch};
use url::Url;

use crate::evidence::Evidence;

use super::{
    Act, Acted, Browser, BrowserIdentity, ContextOptions, Deed, DialogWish, Face, LiveFrame, News, Observed,
    Page, PageError, Position, ScrapeOptions, ScrapedPage, Scroll, Since, Target, Traffic, WaitUntil,
};

/// A browser that does what a test says.
pub(crate) struct ScriptedBrowser {
    identity: BrowserIdentity,
    lost: watch::Sender<Option<String>>,
    pages: Mutex<Vec<Arc<ScriptedPage>>>,
    first_failure: Mutex<Option<PageError>>,
    not_taken: Mutex<Option<&'static str>>,
}

impl ScriptedBrowser {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            identity: BrowserIdentity { name: "Scripted".into(), version: "1.2.3".into() },
            lost: watch::Sender::new(None),
            pages: Mutex::default(),
            first_failure: Mutex::default(),
            not_taken: Mutex::default(),
        })
    }

    /// Ends as a crashed browser does.
    pub(crate) fn lose(&self, why: &str) {
        self.lost.send_replace(Some(why.to_owned()));
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.lost.borrow().is_some()
    }

    /// The pages it opened, in order.
    pub(crate) fn pages(&self) -> Vec<Arc<ScriptedPage>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The page it opened last.
    pub(crate) fn page(&self) -> Arc<ScriptedPage> {
        self.pages().pop().expect("a page was opened")
    }

    /// It opens no page with this option.
    pub(crate) fn takes_no(&self, field: &'static str) {
        *self.not_taken.lock().unwrap_or_else(PoisonError::into_inner) = Some(field);
    }

    /// The first thing done on each new page fails.
    pub(crate) fn pages_fail(&self, error: PageError) {
        *self.first_failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

#[async_trait]
impl Browser for ScriptedBrowser {
    fn identity(&self) -> &BrowserIdentity {
        &self.identity
    }

    fn cdp_address(&self) -> Option<String> {
        None
    }

    async fn open_page(&self, options: &ContextOptions) -> Result<Arc<dyn Page>, PageError> {
        if let Some(why) = self.lost.borrow().clone() {
            return Err(PageError::Lost(why));
        }
        if let Some(field) = *self.not_taken.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(PageError::BadOption { field, why: "is not taken".into() });
        }
        let page = Arc::new(ScriptedPage { options: options.clone(), ..ScriptedPage::default() });
        page.script()
            .failures
            .extend(self.first_failure.lock().unwrap_or_else(PoisonError::into_inner).clone().map(Some));
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&page));
        Ok(page)
    }

    async fn lost(&self) -> String {
        lost(&self.lost).await
    }

    async fn shut_down(&self) {
        self.lost.send_if_modified(|lost| {
            let first = lost.is_none();
            lost.get_or_insert_with(|| "it was shut down".to_owned());
            first
        });
    }
}

/// A page that does what a test says.
pub(crate) struct ScriptedPage {
    /// What its context was asked to be like.
    pub(crate) options: ContextOptions,
    happenings: broadcast::Sender<PageEvent>,
    frames: watch::Sender<Option<LiveFrame>>,
    face: watch::Sender<Face>,
    traffic: Mutex<Traffic>,
    evidence: Arc<Evidence>,
    cookies: Mutex<Vec<Cookie>>,
    lost: watch::Sender<Option<String>>,
    closed: watch::Sender<bool>,
    held: watch::Sender<Held>,
    done: watch::Sender<Vec<String>>,
    script: Mutex<Script>,
}

/// What waits until it is let go.
enum Held {
    Nothing,
    All,
    Only(&'static str),
}

impl Held {
    fn lets_go(&self, what: &str) -> bool {
        match self {
            Self::Nothing => true,
            Self::All => false,
            Self::Only(held) => *held != what,
        }
    }
}

struct Script {
    url: Url,
    /// How the next things end that are done on it.
    failures: VecDeque<Option<PageError>>,
    actions: usize,
    markdown: String,
    images: usize,
    value: serde_json::Value,
    tabs: usize,
    front: usize,
}

impl Default for ScriptedPage {
    fn default() -> Self {
        let script = Script {
            url: Url::parse("about:blank").expect("an address"),
            failures: VecDeque::new(),
            actions: 3,
            markdown: "# Scripted".into(),
            images: 2,
            value: serde_json::Value::Null,
            tabs: 1,
            front: 0,
        };
        Self {
            options: ContextOptions::default(),
            happenings: broadcast::Sender::new(64),
            frames: watch::Sender::new(None),
            face: watch::Sender::default(),
            traffic: Mutex::default(),
            evidence: Arc::default(),
            cookies: Mutex::default(),
            lost: watch::Sender::new(None),
            closed: watch::Sender::new(false),
            held: watch::Sender::new(Held::Nothing),
            done: watch::Sender::new(Vec::new()),
            script: Mutex::new(script),
        }
    }
}

impl ScriptedPage {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls wait until [`Self::let_go`].
    pub(crate) fn hold(&self) {
        self.held.send_replace(Held::All);
    }

    /// Only `what` waits until [`Self::let_go`].
    pub(crate) fn hold_at(&self, what: &'static str) {
        self.held.send_replace(Held::Only(what));
    }

    pub(crate) fn let_go(&self) {
        self.held.send_replace(Held::Nothing);
    }

    pub(crate) fn lose(&self, why: &str) {
        self.lost.send_replace(Some(why.to_owned()));
    }

    /// Something happens on it.
    pub(crate) fn happens(&self, event: PageEvent) {
        // Nobody listening is no failure of a page.
        let _ = self.happenings.send(event);
    }

    /// It has another title and address by itself.
    pub(crate) fn is_renamed(&self, title: &str, url: &str) {
        self.face.send_replace(Face { title: title.to_owned(), url: url.to_owned() });
    }

    /// Its live picture is this now.
    pub(crate) fn shows(&self, frame: LiveFrame) {
        self.frames.send_replace(Some(frame));
    }

    /// The next thing done on it fails.
    pub(crate) fn fail_next(&self, error: PageError) {
        self.script().failures.push_back(Some(error));
    }

    /// The next thing done on it succeeds, whatever is to fail after it.
    pub(crate) fn succeed_next(&self) {
        self.script().failures.push_back(None);
    }

    /// So much has gone over the network for it.
    pub(crate) fn has_moved(&self, request_bytes: u64, response_bytes: u64) {
        *self.traffic.lock().unwrap_or_else(PoisonError::into_inner) =
            Traffic { request_bytes, response_bytes };
    }

    pub(crate) fn has_actions(&self, actions: usize) {
        self.script().actions = actions;
    }

    pub(crate) fn holds_markdown(&self, markdown: String) {
        self.script().markdown = markdown;
    }

    /// What its scripts answer.
    pub(crate) fn answers(&self, value: serde_json::Value) {
        self.script().value = value;
    }

    pub(crate) async fn has_closed(&self) {
        self.closed.subscribe().wait_for(|closed| *closed).await.expect("the page lives");
    }

    pub(crate) fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    /// What was begun on it, in order.
    pub(crate) fn done(&self) -> Vec<String> {
        self.done.borrow().clone()
    }

    /// Waits until `what` was begun.
    pub(crate) async fn has_begun(&self, what: &str) {
        let mut done = self.done.subscribe();
        done.wait_for(|done| done.iter().any(|begun| begun == what)).await.expect("the page lives");
    }

    async fn doing(&self, what: String) -> Result<(), PageError> {
        self.done.send_modify(|done| done.push(what.clone()));
        let _ = self.held.subscribe().wait_for(|held| held.lets_go(&what)).await;
        if let Some(why) = self.lost.borrow().clone() {
            return Err(PageError::Lost(why));
        }
        self.script().failures.pop_front().flatten().map_or(Ok(()), Err)
    }

    fn here(&self) -> Position {
        let (url, tabs, front) = {
            let script = self.script();
            (script.url.to_string(), script.tabs, script.front)
        };
        let title = format!("Title of {url}");
        let tab = |place: usize| Tab {
            tab_id: place.try_into().unwrap_or(u32::MAX),
            title: title.clone(),
            url: url.clone(),
            active: place == front,
        };
        let tabs = (0..tabs).map(tab).collect();
        let viewport = Viewport { viewport_width: 1279.6, viewport_height: 800.0, ..Viewport::default() };
        Position { title, url, viewport, tabs }
    }
}

#[async_trait]
impl Page for ScriptedPage {
    async fn goto(&self, url: &Url, until: WaitUntil) -> Result<(), PageError> {
        let until = if until == WaitUntil::Load { String::new() } else { format!(" until {until:?}") };
        self.doing(format!("goto {url}{until}")).await?;
        self.script().url = url.clone();
        Ok(())
    }

    async fn back(&self) -> Result<(), PageError> {
        self.doing("back".into()).await
    }

    async fn forward(&self) -> Result<(), PageError> {
        self.doing("forward".into()).await
    }

    async fn refresh(&self) -> Result<(), PageError> {
        self.doing("refresh".into()).await
    }

    async fn position(&self) -> Result<Position, PageError> {
        Ok(self.here())
    }

    async fn observe(&self, max_actions: usize) -> Result<Observed, PageError> {
        self.doing("observe".into()).await?;
        let total_actions = self.script().actions;
        Ok(Observed {
            position: self.here(),
            description: "A scripted page".into(),
            category: PageCategory::Other,
            actions: (1..=total_actions.min(max_actions)).map(input).collect(),
            total_actions,
            partial: None,
            since: Since::default(),
        })
    }

    async fn news(&self) -> Result<News, PageError> {
        Ok(News { position: self.here(), since: Since::default() })
    }

    fn answer_dialogs(&self, how: Option<DialogWish>) {
        if let Some(DialogWish { accept, text }) = how {
            let text = text.map(|text| format!(" with {text}")).unwrap_or_default();
            self.done.send_modify(|done| done.push(format!("dialogs are accepted: {accept}{text}")));
        }
    }

    async fn act(&self, act: &Act) -> Result<Acted, PageError> {
        let target = match &act.target {
            Target::Action(id) => id.clone(),
            Target::Selector(selector) => format!("{selector:?}"),
        };
        let deed = match &act.deed {
            Deed::Operate { value } => value.as_deref().unwrap_or("nothing").to_owned(),
            other => format!("{other:?}"),
        };
        let enter = if act.enter { " and enter" } else { "" };
        let patience = act.timeout.map(|time| format!(" within {time:?}")).unwrap_or_default();
        self.doing(format!("{target} with {deed}{enter}{patience}")).await?;
        Ok(Acted::default())
    }

    async fn press_key(&self, keys: &str) -> Result<(), PageError> {
        self.doing(format!("press {keys}")).await
    }

    async fn scroll(&self, scroll: Scroll) -> Result<(), PageError> {
        self.doing(format!("{scroll:?}")).await
    }

    async fn evaluate(&self, code: &str) -> Result<serde_json::Value, PageError> {
        self.doing(format!("evaluate {code}")).await?;
        Ok(self.script().value.clone())
    }

    async fn scrape(&self, options: &ScrapeOptions) -> Result<ScrapedPage, PageError> {
        let links = if options.links { "" } else { " without links" };
        let part = options.selector.as_ref().map(|css| format!(" in {css}")).unwrap_or_default();
        let tags: String = options.ignored_tags.iter().map(|tag| format!(" without {tag}")).collect();
        self.doing(format!("scrape {:?}{links}{part}{tags}", options.scope)).await?;
        let script = self.script();
        let image = |number| ImageData {
            id: format!("F{number}"),
            url: format!("https://example.com/{number}.png"),
            category: None,
            alt: None,
        };
        let (markdown, images) = (script.markdown.clone(), script.images);
        drop(script);
        Ok(ScrapedPage {
            position: self.here(),
            markdown,
            images: options.images.then(|| (1..=images).map(image).collect()),
            reading: notex_wire::Reading::default(),
            metadata: None,
            links: None,
            structured: None,
        })
    }

    async fn screenshot(&self) -> Result<Vec<u8>, PageError> {
        self.doing("screenshot".into()).await?;
        Ok(b"a picture".to_vec())
    }

    async fn open_tab(&self, url: Option<&Url>) -> Result<(), PageError> {
        self.doing(format!("open a tab at {}", url.map_or("nothing", Url::as_str))).await?;
        let mut script = self.script();
        script.front = script.tabs;
        script.tabs += 1;
        Ok(())
    }

    async fn switch_tab(&self, index: usize) -> Result<(), PageError> {
        self.doing(format!("switch to tab {index}")).await?;
        self.script().front = index;
        Ok(())
    }

    async fn close_tab(&self) -> Result<(), PageError> {
        self.doing("close the tab".into()).await?;
        let mut script = self.script();
        script.tabs -= 1;
        script.front = 0;
        Ok(())
    }

    async fn cookies(&self) -> Result<Vec<Cookie>, PageError> {
        Ok(self.cookies.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn set_cookies(&self, cookies: &[Cookie]) -> Result<(), PageError> {
        self.doing(format!("set {} cookies", cookies.len())).await?;
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(cookies);
        Ok(())
    }

    fn happenings(&self) -> broadcast::Receiver<PageEvent> {
        self.happenings.subscribe()
    }

    fn face(&self) -> watch::Receiver<Face> {
        self.face.subscribe()
    }

    fn evidence(&self) -> Arc<Evidence> {
        Arc::clone(&self.evidence)
    }

    async fn keep(&self, call: u32) {
        if self.evidence.wanted(call).is_some_and(|wanted| wanted.page) {
            let html = self.script().markdown.clone();
            self.evidence.has_page(call, Ok(DomSnapshot { html, ..DomSnapshot::default() }));
        }
    }

    fn traffic(&self) -> Traffic {
        *self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn live(&self) -> Result<watch::Receiver<Option<LiveFrame>>, PageError> {
        self.doing("live".into()).await?;
        Ok(self.frames.subscribe())
    }

    /// A button, everywhere on the right of the left edge.
    async fn element_at(&self, x: f64, y: f64) -> Result<Option<ElementAnswer>, PageError> {
        Ok((x >= 0.0).then(|| ElementAnswer {
            tag: "button".into(),
            role: Some("button".into()),
            name: Some("Order".into()),
            text: "Order".into(),
            bounds: ActionBox { x, y, ..ActionBox::default() },
            selectors: ActionSelectors { css: "button".into(), ..ActionSelectors::default() },
            field: None,
            items: Vec::new(),
        }))
    }

    async fn input(&self, input: &LiveInput) -> Result<(), PageError> {
        self.doing(format!("{input:?}")).await
    }

    fn context_id(&self) -> &str {
        "scripted"
    }

    fn target_id(&self) -> String {
        "scripted".to_owned()
    }

    async fn lost(&self) -> String {
        lost(&self.lost).await
    }

    async fn close(&self) {
        self.closed.send_replace(true);
    }
}

fn input(number: usize) -> Action {
    Action {
        id: format!("I{number}"),
        description: format!("Fill field {number}"),
        category: "Form".into(),
        status: ActionStatus::Valid,
        params: vec![ActionParam { name: "value".into(), ..ActionParam::default() }],
        role: None,
        label: None,
        state: None,
        selector: None,
        bounds: None,
    }
}

async fn lost(lost: &watch::Sender<Option<String>>) -> String {
    let mut lost = lost.subscribe();
    let why = lost.wait_for(Option::is_some).await.map(|why| why.clone());
    why.ok().flatten().unwrap_or_default()
}
