//! The port to a browser. Two sides implement it: Chromium over CDP (`chromium/`), and a scripted one for tests
//! of rules and races (`scripted.rs`). What a session costs or when it ends is not known here.

pub mod chromium;
#[cfg(test)]
pub(crate) mod scripted;

use std::sync::Arc;

use async_trait::async_trait;
use notex_wire::{Action, ImageData, PageCategory, Viewport};
use url::Url;

/// A running browser.
#[async_trait]
pub trait Browser: Send + Sync {
    /// Its product and version.
    fn identity(&self) -> &BrowserIdentity;

    /// Opens a page in a context of its own: it shares no cookie, storage or cache with any other.
    async fn open_page(&self) -> Result<Arc<dyn Page>, PageError>;

    /// Waits until the browser is lost, and says why in a sentence without a full stop.
    async fn lost(&self) -> String;

    /// Ends the browser and every process it started; returns when they are gone.
    async fn shut_down(&self);
}

/// The page of one session. Calls on it come one at a time.
#[async_trait]
pub trait Page: Send + Sync {
    /// Opens an address and waits until it can be read, at most about 30 s.
    async fn goto(&self, url: &Url) -> Result<(), PageError>;
    /// Goes back one page; staying where there is none is a success.
    async fn back(&self) -> Result<(), PageError>;
    /// Goes forward one page; staying where there is none is a success.
    async fn forward(&self) -> Result<(), PageError>;
    /// Loads the page again.
    async fn refresh(&self) -> Result<(), PageError>;

    /// Title, address and viewport now.
    async fn position(&self) -> Result<Position, PageError>;
    /// What can be done, most useful first, at most `max_actions`. Keeps the ids of elements that are still there.
    async fn observe(&self, max_actions: usize) -> Result<Observed, PageError>;
    /// Does an observed action as a person would, then waits (bounded) for what it caused.
    async fn act(&self, act: &Act) -> Result<(), PageError>;
    /// Reads the content as markdown.
    async fn scrape(&self, options: ScrapeOptions) -> Result<ScrapedPage, PageError>;
    /// A JPEG of the viewport.
    async fn screenshot(&self) -> Result<Vec<u8>, PageError>;

    /// Waits until the page is lost while its browser lives (renderer crash, closed from outside), and says why.
    async fn lost(&self) -> String;
    /// Closes the page and its context; returns when it is gone.
    async fn close(&self);
}

/// Product and version of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserIdentity {
    /// `Chromium`, `Chrome`, `Edge`.
    pub name: String,
    /// `156.0.8078.79`.
    pub version: String,
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
}

/// An action of an observe, to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Act {
    /// `L1`, `B2`, `I3`.
    pub action_id: String,
    /// The value of an input or select; for a checkbox `true` or `false` sets that state.
    pub value: Option<String>,
    /// Press enter afterwards.
    pub enter: bool,
}

/// How to scrape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScrapeOptions {
    /// Only the main content.
    pub scope: ScrapeScope,
    /// List the images.
    pub images: bool,
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
}

/// Why a page could not do what was asked. Each reads as a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The address could not be opened: DNS, refused, TLS, timeout.
    #[error("{url} could not be reached: {why}")]
    Unreachable {
        /// The address.
        url: String,
        /// Why, in words.
        why: String,
    },
    /// The scheme is not one that sessions may open.
    #[error("{0} addresses cannot be opened; use http or https")]
    SchemeRefused(String),
    /// No observe of this session listed the action, or its element is gone.
    #[error("{0}")]
    UnknownAction(String),
    /// The element is there but cannot be operated: covered, disabled, hidden, wrong value.
    #[error("{0}")]
    NotOperable(String),
    /// The page did not answer in time.
    #[error("the page did not answer within {seconds} s: {doing}")]
    TimedOut {
        /// What was tried.
        doing: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The page or the browser is lost.
    #[error("{0}")]
    Lost(String),
    /// The browser answered something it should not.
    #[error("the browser refused {doing}: {why}")]
    Browser {
        /// What was tried.
        doing: String,
        /// What the browser said.
        why: String,
    },
}

/// Why no browser could be started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LaunchError {
    /// No browser was found; holds the sentence with the install command.
    #[error("{0}")]
    NotFound(String),
    /// It was found and did not start.
    #[error("{program} did not start: {why}")]
    DidNotStart {
        /// The program tried.
        program: String,
        /// Why, with the last lines it printed.
        why: String,
    },
    /// The way to get a browser is not built yet.
    #[error("{0}")]
    NotBuilt(String),
}
