//! The port to a browser. Two sides implement it: Chromium over CDP (`chromium/`), and a scripted one for tests
//! of rules and races (`scripted.rs`). What a session costs or when it ends is not known here.

pub mod chromium;
mod error;
#[cfg(test)]
pub(crate) mod scripted;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use notex_wire::{
    Action, ActionBrief, ActionChange, Cookie, ElementAnswer, ImageData, LinkData, LiveInput, Moved,
    PageCategory, PageEvent, PageFacts, PickProblem, Reading, Structured, Tab, Viewport,
};
use tokio::sync::{broadcast, watch};
use url::Url;

use crate::evidence::Evidence;
pub use error::{LaunchError, PageError};

/// A running browser.
#[async_trait]
pub trait Browser: Send + Sync {
    /// Its product and version.
    fn identity(&self) -> &BrowserIdentity;

    /// Opens a page in a context of its own: it shares no cookie, storage, cache or download with any other.
    ///
    /// # Errors
    /// [`PageError::BadOption`] names an option that the browser does not take.
    async fn open_page(&self, options: &ContextOptions) -> Result<Arc<dyn Page>, PageError>;

    /// The address of its own CDP websocket, for clients that are let in to one session.
    fn cdp_address(&self) -> Option<String>;

    /// Waits until the browser is lost, and says why in a sentence without a full stop.
    async fn lost(&self) -> String;

    /// Ends the browser and every process it started; returns when they are gone.
    async fn shut_down(&self);
}

/// What one session sees: the tab in front of its own browser context. Calls on it come one at a time, but for those
/// that only watch (`happenings`, `face`, `live`, `element_at`, `input`, `traffic`, `keep`, `lost`).
#[async_trait]
pub trait Page: Send + Sync {
    /// Opens an address and waits until it can be read, at most about 30 s.
    async fn goto(&self, url: &Url, until: WaitUntil) -> Result<(), PageError>;
    /// Goes back one page; staying where there is none is a success.
    async fn back(&self) -> Result<(), PageError>;
    /// Goes forward one page; staying where there is none is a success.
    async fn forward(&self) -> Result<(), PageError>;
    /// Loads the page again.
    async fn refresh(&self) -> Result<(), PageError>;

    /// Title, address, viewport and tabs now.
    async fn position(&self) -> Result<Position, PageError>;
    /// What can be done, most useful first, at most `max_actions`. Keeps the ids of elements that are still there.
    async fn observe(&self, max_actions: usize) -> Result<Observed, PageError>;
    /// Where it is, and what has changed since that was last asked or observed.
    async fn news(&self) -> Result<News, PageError>;
    /// Does something to an element as a person would, then waits (bounded) for what it caused.
    async fn act(&self, act: &Act) -> Result<Acted, PageError>;
    /// How its dialogs are answered from now on; `None` dismisses them.
    fn answer_dialogs(&self, how: Option<DialogWish>);
    /// Presses a key or a shortcut such as `Enter`, `Control+a`, then waits (bounded) for what it caused.
    async fn press_key(&self, keys: &str) -> Result<(), PageError>;
    /// Scrolls the page.
    async fn scroll(&self, scroll: Scroll) -> Result<(), PageError>;
    /// Runs JavaScript in the page's own world and answers its value as JSON.
    async fn evaluate(&self, code: &str) -> Result<serde_json::Value, PageError>;
    /// Reads the content as markdown.
    async fn scrape(&self, options: &ScrapeOptions) -> Result<ScrapedPage, PageError>;
    /// A JPEG of the viewport, its width and height even numbers.
    async fn screenshot(&self) -> Result<Vec<u8>, PageError>;

    /// Opens a tab and brings it to the front; `None` opens an empty one.
    async fn open_tab(&self, url: Option<&Url>) -> Result<(), PageError>;
    /// Brings the tab with this place in [`Position::tabs`] to the front.
    async fn switch_tab(&self, index: usize) -> Result<(), PageError>;
    /// Closes the tab in front; the last one cannot be closed.
    async fn close_tab(&self) -> Result<(), PageError>;

    /// All cookies of the session.
    async fn cookies(&self) -> Result<Vec<Cookie>, PageError>;
    /// Adds or replaces cookies; all or none.
    async fn set_cookies(&self, cookies: &[Cookie]) -> Result<(), PageError>;

    /// What happens on its tabs, from now on.
    fn happenings(&self) -> broadcast::Receiver<PageEvent>;
    /// Title and address of the tab in front, as they change, whoever changes them.
    fn face(&self) -> watch::Receiver<Face>;
    /// What has gone over the network for it so far.
    fn traffic(&self) -> Traffic;
    /// What is kept of the calls on it, to which whoever makes them tells when each begins and ends.
    fn evidence(&self) -> Arc<Evidence>;
    /// Fetches what belongs to the evidence of a call that has ended and is too much to be kept unasked, bounded.
    async fn keep(&self, call: u32);
    /// Pictures of the tab in front as it changes, the newest only; they end when nobody holds a receiver.
    async fn live(&self) -> Result<watch::Receiver<Option<LiveFrame>>, PageError>;
    /// What is at a point of the viewport, in CSS pixels; never the value of a password field.
    async fn element_at(&self, x: f64, y: f64) -> Result<Option<ElementAnswer>, PageError>;
    /// Mouse and keyboard of a person who has taken over.
    async fn input(&self, input: &LiveInput) -> Result<(), PageError>;
    /// The browser's own id of its context, for clients of the browser's protocol.
    fn context_id(&self) -> &str;
    /// The browser's own id of the tab in front.
    fn target_id(&self) -> String;

    /// Waits until the page is lost while its browser lives (renderer crash, closed from outside), and says why.
    async fn lost(&self) -> String;
    /// Closes its tabs and their context; returns when they are gone.
    async fn close(&self);
}

/// How the browser context of a session is made. What is not said is as the browser has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContextOptions {
    /// The size of the viewport.
    pub viewport: Option<ViewportSize>,
    /// The user agent, as header and in scripts.
    pub user_agent: Option<String>,
    /// Headers that every request of its pages carries.
    pub extra_headers: BTreeMap<String, String>,
    /// The proxy that its requests go through.
    pub proxy: Option<Proxy>,
    /// The language of its pages: `de-DE`.
    pub locale: Option<String>,
    /// The time zone of its pages: `Europe/Berlin`.
    pub timezone: Option<String>,
    /// The session's own folder, which exists: downloads land in it, and uploads come from it.
    pub folder: PathBuf,
}

/// The size of a viewport in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewportSize {
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

impl Default for ViewportSize {
    fn default() -> Self {
        Self { width: 1280, height: 800 }
    }
}

/// A proxy outside of this machine's control.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// `http://host:port`, `socks5://host:port`.
    pub server: String,
    /// Hosts that are reached without it, separated by commas.
    pub bypass: Option<String>,
    /// The name to show to it.
    pub username: Option<String>,
    /// The password to show to it.
    pub password: Option<String>,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy").field("server", &self.server).finish_non_exhaustive()
    }
}

/// When an opened page counts as there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WaitUntil {
    /// The server has answered.
    Commit,
    /// The document was read.
    DomContentLoaded,
    /// All of it has loaded.
    #[default]
    Load,
    /// And no request is under way.
    NetworkIdle,
}

/// Where to scroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// Toward the top.
    Up,
    /// Toward the bottom.
    Down,
    /// Toward the left edge.
    Left,
    /// Toward the right edge.
    Right,
}

impl Toward {
    /// `down` and the like.
    pub fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

/// How far and where to scroll.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scroll {
    /// Where to.
    pub toward: Toward,
    /// CSS pixels; `None` is most of a viewport.
    pub css_px: Option<f64>,
}

/// Bytes over the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Sent, headers and bodies.
    pub request_bytes: u64,
    /// Received, as they came over the wire.
    pub response_bytes: u64,
}

/// A picture of the tab in front.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveFrame {
    /// A JPEG.
    pub jpeg: Bytes,
    /// The viewport it shows.
    pub viewport: ViewportSize,
}

/// Product and version of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserIdentity {
    /// `Chromium`, `Chrome`, `Edge`.
    pub name: String,
    /// `156.0.8078.79`.
    pub version: String,
}

/// What a page is called and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Face {
    /// Its title; empty where it has none.
    pub title: String,
    /// Its address.
    pub url: String,
}

/// Where a page is.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
    /// What part of it is seen.
    pub viewport: Viewport,
    /// All tabs, in the order they were opened.
    pub tabs: Vec<Tab>,
}

/// What can be done on a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Where it is.
    pub position: Position,
    /// The page in a sentence.
    pub description: String,
    /// What kind of page it is.
    pub category: PageCategory,
    /// What can be done.
    pub actions: Vec<Action>,
    /// How many there are in all.
    pub total_actions: usize,
    /// Why the page could not be read whole, in a sentence.
    pub partial: Option<String>,
    /// What has changed since it was last told.
    pub since: Since,
}

/// Where a page is, and what has changed.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// Where it is.
    pub position: Position,
    /// What has changed since it was last told.
    pub since: Since,
}

/// What has changed since a page was last told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// Another page is in front, or none was told before: no action is listed.
    pub new_page: bool,
    /// Another address.
    pub url: Option<Moved>,
    /// Another title.
    pub title: Option<Moved>,
    /// Actions that came.
    pub new: Vec<ActionBrief>,
    /// Actions that went.
    pub gone: Vec<ActionBrief>,
    /// What is another about those that stayed.
    pub changed: Vec<ActionChange>,
    /// Those that stayed are in another order.
    pub reordered: bool,
    /// A step changed something on the page, whether an action is another by that or not.
    pub touched: bool,
}

/// What came of an act.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acted {
    /// What was done otherwise than asked, as a sentence without a full stop.
    pub remark: Option<String>,
}

/// How the dialogs of a page are answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialogWish {
    /// With yes.
    pub accept: bool,
    /// What is entered into a prompt; none leaves what the page proposes.
    pub text: Option<String>,
}

/// Something to be done to an element.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// Which element.
    pub target: Target,
    /// What is done.
    pub deed: Deed,
    /// Press enter afterwards.
    pub enter: bool,
    /// How long to wait for the element; `None` is the engine's own patience.
    pub timeout: Option<Duration>,
}

impl Act {
    /// What a classic step does: the action of an observe, with its value.
    pub fn operate(action_id: impl Into<String>, value: Option<String>, enter: bool) -> Self {
        let (target, deed) = (Target::Action(action_id.into()), Deed::Operate { value });
        Self { target, deed, enter, timeout: None }
    }
}

/// Which element is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An action of an observe: `L1`, `B2`, `I3`.
    Action(String),
    /// The one visible element that a selector matches.
    Selector(Selector),
}

/// A way to find an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// CSS; ` >>> ` goes into a frame or shadow root.
    Css(String),
    /// XPath.
    XPath(String),
    /// Role and accessible name.
    RoleName(String, String),
    /// Text that can be read on it.
    Text(String),
}

/// What is done to an element.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// What its kind suggests: clicked, typed into, set or chosen from; for a checkbox `true` or `false` sets that state.
    Operate {
        /// What an input or select is to hold.
        value: Option<String>,
    },
    /// A click.
    Click,
    /// Typing.
    Fill {
        /// The text.
        text: String,
        /// Replaces what is there; else it is typed behind it.
        clear: bool,
    },
    /// A checkbox, switch or radio is brought to a state.
    Check {
        /// The state.
        to: bool,
    },
    /// Options of a select, be it the browser's own or one that a page made.
    Choose {
        /// Their labels or values; several where several can be chosen.
        options: Vec<String>,
    },
    /// The mouse is moved over it and stays there.
    Hover,
    /// Two clicks.
    DoubleClick,
    /// A click with the second button.
    RightClick,
    /// It is dragged onto another element and let go there.
    Drag {
        /// The other one.
        to: Target,
    },
    /// It is brought into view.
    ScrollTo,
    /// The box that it is in, or is, is scrolled.
    ScrollIn(Scroll),
    /// Files are given to a file input.
    Upload {
        /// The files; several where several can be chosen.
        files: Vec<PathBuf>,
    },
    /// A click that downloads a file, waited for.
    Download,
}

/// How to scrape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScrapeOptions {
    /// Only the main content.
    pub scope: ScrapeScope,
    /// List the images.
    pub images: bool,
    /// Keep links in the markdown; else only their words.
    pub links: bool,
    /// CSS: only what is inside the first element that it matches.
    pub selector: Option<String>,
    /// Elements with these tags are left out.
    pub ignored_tags: Vec<String>,
    /// Keep what readers wrote below the main content.
    pub comments: bool,
    /// Tell what the page says about itself.
    pub metadata: bool,
    /// List the links.
    pub list_links: bool,
    /// What to pick as data.
    pub extract: Option<Box<Picking>>,
}

impl ScrapeOptions {
    /// A scrape with its links and without a list of images.
    pub fn of(scope: ScrapeScope) -> Self {
        Self {
            scope,
            images: false,
            links: true,
            selector: None,
            ignored_tags: Vec::new(),
            comments: false,
            metadata: false,
            list_links: false,
            extract: None,
        }
    }
}

/// What to pick from a page as data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picking {
    /// Fields by name.
    pub fields: Vec<(String, PickedField)>,
    /// The JSON Schema that the fields have to fit.
    pub schema: Option<serde_json::Value>,
    /// Find tables and repeated items.
    pub auto: bool,
    /// Take what the page embeds for programs.
    pub embedded: bool,
}

/// Where a field is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PickedField {
    /// CSS; empty means the element that the fields are in.
    pub css: String,
    /// XPath, in place of CSS.
    pub xpath: Option<String>,
    /// The attribute; `None` is the text.
    pub attribute: Option<String>,
    /// All that is matched.
    pub list: bool,
    /// Fields inside of the element; `None` when it is a value.
    pub fields: Option<Vec<(String, PickedField)>>,
}

/// What part of a page to scrape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScrapeScope {
    /// Without menus, banners and footers.
    MainContent,
    /// All that can be seen.
    WholePage,
}

/// What a scrape read.
#[derive(Clone, Debug, PartialEq)]
pub struct ScrapedPage {
    /// Where it was read.
    pub position: Position,
    /// The content.
    pub markdown: String,
    /// The images, when asked for.
    pub images: Option<Vec<ImageData>>,
    /// How it was read.
    pub reading: Reading,
    /// What the page says about itself, when asked for.
    pub metadata: Option<PageFacts>,
    /// The links, when asked for.
    pub links: Option<Vec<LinkData>>,
    /// What was picked, when asked for.
    pub structured: Option<Structured>,
}

/// Errors that are told in the sentence; all of them are told by field.
const MOST_SAID: usize = 3;

/// What is wrong with data, in one sentence.
pub(crate) fn said_of_problems(errors: &[PickProblem]) -> String {
    let said = errors.iter().take(MOST_SAID).map(|error| match error.field.as_str() {
        "" => error.message.clone(),
        field => format!("{field}: {}", error.message),
    });
    let mut sentence = said.collect::<Vec<_>>().join("; ");
    if errors.len() > MOST_SAID {
        sentence.push_str(&format!("; and {} more", errors.len() - MOST_SAID));
    }
    sentence
}
