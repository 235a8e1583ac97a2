//! What a call does on its page. Knows no session: neither its deadline nor its ledger.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use notex_session::{Charge, RateCard, ScrapeSize};
use notex_wire::{ActionSpace, CallKind, PageData};
use url::Url;

use super::special;
use crate::browser::{Act, Page, PageError, Position, ScrapeOptions, ScrapeScope, ScrapedPage, WaitUntil};

/// No call runs longer, whatever its page does. Every part of one is bounded by itself; this bounds their sum.
const LONGEST_CALL: Duration = Duration::from_secs(120);

/// Whether an answer carries a screenshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screenshot {
    Take,
    Leave,
    /// What the session was started with.
    AsStarted,
}

impl Screenshot {
    pub(crate) fn of(wish: Option<bool>) -> Self {
        match wish {
            Some(true) => Self::Take,
            Some(false) => Self::Leave,
            None => Self::AsStarted,
        }
    }

    /// Whether it is taken on a session that was started with `as_started`.
    pub(super) fn taken(self, as_started: bool) -> bool {
        match self {
            Self::Take => true,
            Self::Leave => false,
            Self::AsStarted => as_started,
        }
    }
}

/// A call on the page of a session, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PageCall {
    Observe { url: Option<Url>, max_actions: usize, screenshot: Screenshot },
    Step { action: StepAction, max_actions: usize, screenshot: Screenshot },
    Scrape { url: Option<Url>, options: ScrapeOptions, screenshot: Screenshot },
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StepAction {
    Act(Act),
    Goto(Url),
    Scrape,
    Screenshot,
    Back,
    Forward,
    Refresh,
    Wait(Duration),
    Terminate,
}

/// What a call owes however it goes on: a step that was done is charged, also when the page cannot be read afterwards
/// or the session ends meanwhile.
#[derive(Debug, Default)]
pub(super) struct Reached(Mutex<Option<Charge>>);

impl Reached {
    fn owes(&self, charge: Charge) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(charge);
    }

    /// What is owed, once.
    pub(super) fn take(&self) -> Option<Charge> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What a call led to.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) position: Position,
    pub(super) space: Option<ActionSpace>,
    pub(super) data: Option<PageData>,
    /// Base64 of a JPEG.
    pub(super) screenshot: Option<String>,
    pub(super) charge: Charge,
}

impl PageCall {
    pub(crate) fn kind(&self) -> CallKind {
        match self {
            Self::Observe { .. } => CallKind::Observe,
            Self::Step { .. } => CallKind::Step,
            Self::Scrape { .. } => CallKind::Scrape,
        }
    }

    pub(super) fn screenshot(&self) -> Screenshot {
        match self {
            Self::Step { action: StepAction::Screenshot, .. } => Screenshot::Take,
            Self::Observe { screenshot, .. }
            | Self::Step { screenshot, .. }
            | Self::Scrape { screenshot, .. } => *screenshot,
        }
    }

    /// The address it opens, and the field that names it.
    pub(crate) fn opens(&self) -> Option<(&'static str, &Url)> {
        match self {
            Self::Observe { url, .. } | Self::Scrape { url, .. } => url.as_ref().map(|url| ("url", url)),
            Self::Step { action: StepAction::Goto(url), .. } => Some(("value", url)),
            Self::Step { .. } => None,
        }
    }

    /// Whether the session ends with this call.
    pub(super) fn terminates(&self) -> bool {
        matches!(self, Self::Step { action: StepAction::Terminate, .. })
    }

    /// Does the call; `as_started` is the session's own wish for screenshots.
    pub(super) async fn perform(
        &self,
        page: &dyn Page,
        rates: &RateCard,
        as_started: bool,
        reached: &Reached,
    ) -> Result<Done, PageError> {
        let performing = self.perform_unbounded(page, rates, as_started, reached);
        let bounded = tokio::time::timeout(LONGEST_CALL, performing);
        bounded.await.unwrap_or_else(|_| {
            Err(PageError::TimedOut { doing: "the whole call".to_owned(), seconds: LONGEST_CALL.as_secs() })
        })
    }

    async fn perform_unbounded(
        &self,
        page: &dyn Page,
        rates: &RateCard,
        as_started: bool,
        reached: &Reached,
    ) -> Result<Done, PageError> {
        let pictured = self.screenshot().taken(as_started);
        let mut done = match self {
            Self::Observe { url, max_actions, .. } => {
                if let Some(url) = url {
                    page.goto(url, WaitUntil::Load).await?;
                }
                let (position, space) = observed(page, *max_actions).await?;
                let listed = space.actions.len() as u64;
                let charge =
                    if pictured { rates.observe_with_screenshot(listed) } else { rates.observe(listed) };
                Done { position, space: Some(space), data: None, screenshot: None, charge }
            }
            Self::Step { action, max_actions, .. } => {
                let data = action.perform(page).await?;
                reached.owes(rates.step());
                let (position, space) = observed(page, *max_actions).await?;
                Done { position, space: Some(space), data, screenshot: None, charge: rates.step() }
            }
            Self::Scrape { url, options, .. } => {
                if let Some(url) = url {
                    page.goto(url, WaitUntil::Load).await?;
                }
                let scraped = page.scrape(options).await?;
                let charge = rates.scrape(ScrapeSize {
                    markdown_bytes: scraped.markdown.len() as u64,
                    images: scraped.images.as_ref().map_or(0, |images| images.len() as u64),
                });
                let position = scraped.position.clone();
                Done { position, space: None, data: Some(data(scraped)), screenshot: None, charge }
            }
        };
        if pictured {
            done.screenshot = Some(STANDARD.encode(page.screenshot().await?));
        }
        Ok(done)
    }
}

impl StepAction {
    async fn perform(&self, page: &dyn Page) -> Result<Option<PageData>, PageError> {
        match self {
            Self::Act(act) => page.act(act).await?,
            Self::Goto(url) => page.goto(url, WaitUntil::Load).await?,
            Self::Back => page.back().await?,
            Self::Forward => page.forward().await?,
            Self::Refresh => page.refresh().await?,
            Self::Wait(time) => tokio::time::sleep(*time).await,
            Self::Scrape => {
                let options = ScrapeOptions::of(ScrapeScope::MainContent);
                return page.scrape(&options).await.map(|scraped| Some(data(scraped)));
            }
            Self::Screenshot | Self::Terminate => {}
        }
        Ok(None)
    }
}

async fn observed(page: &dyn Page, max_actions: usize) -> Result<(Position, ActionSpace), PageError> {
    let observed = page.observe(max_actions).await?;
    let space = ActionSpace {
        description: observed.description,
        actions: observed.actions,
        special_actions: special::actions(),
        markdown: None,
        category: Some(observed.category),
        total_actions: Some(observed.total_actions as u64),
    };
    Ok((observed.position, space))
}

fn data(scraped: ScrapedPage) -> PageData {
    PageData { markdown: Some(scraped.markdown), images: scraped.images, structured: None }
}
