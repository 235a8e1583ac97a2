//! What a call does on its page. Knows no session: neither its deadline nor its ledger.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use notex_session::{Charge, Credits, RateCard, ScrapeSize, Tokens};
use notex_wire::{ActionSpace, CallKind, Cookie, PageData, StepChanges};
use serde_json::{Map, Value};
use tokio::time::Instant;
use url::Url;

use super::answer::Product;
use super::changes::Watching;
use super::deed::{Effect, StepAction};
use super::special;
use crate::browser::{
    DialogWish, News, Observed, Page, PageError, Position, ScrapeOptions, ScrapedPage, WaitUntil,
};
use crate::door::WaysIn;
use crate::ledger::Tariff;
use crate::model::Asking;

/// No call runs longer, whatever its page does. Every part of one is bounded by itself; this bounds their sum.
const LONGEST_CALL: Duration = Duration::from_secs(120);
/// How long an observe waits for as many actions as the caller wants at least.
const LATE_ACTIONS: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// A language model is waited for no longer than this before the longest call is over.
const SPARED: Duration = Duration::from_secs(5);

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

/// How many actions an observe lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    /// A page with fewer is looked at again for a moment.
    pub(crate) at_least: usize,
    pub(crate) at_most: usize,
}

/// A call on a session, checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PageCall {
    /// Classic.
    Observe {
        url: Option<Url>,
        listing: Listing,
        screenshot: Screenshot,
    },
    /// Classic.
    Step {
        action: StepAction,
        listing: Listing,
        screenshot: Screenshot,
        /// How dialogs are answered that come up meanwhile.
        dialog: Option<DialogWish>,
    },
    /// Classic.
    Scrape {
        url: Option<Url>,
        options: ScrapeOptions,
        asking: Option<Box<Asking>>,
        screenshot: Screenshot,
    },
    /// The observe of the current contract.
    Perceive {
        listing: Listing,
    },
    /// One action, and how it was sent.
    Execute {
        action: StepAction,
        sent: Map<String, Value>,
        /// How dialogs are answered that come up meanwhile.
        dialog: Option<DialogWish>,
    },
    /// The scrape of the current contract.
    Read {
        options: ScrapeOptions,
        asking: Option<Box<Asking>>,
    },
    Cookies,
    SetCookies(Vec<Cookie>),
    /// Where it can be watched, as the caller reaches the engine.
    Watch {
        ways: WaysIn,
    },
    /// The same for one tab; `None` is the one in front.
    WatchTab {
        ways: WaysIn,
        place: Option<usize>,
    },
}

/// What a call finds around its page.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) rates: &'a RateCard,
    /// The session's own wish for screenshots.
    pub(super) pictured: bool,
    /// The session's own folder.
    pub(super) folder: &'a Path,
    pub(super) reached: &'a Reached,
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

/// What a call led to, and its price.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) product: Product,
    pub(super) charge: Charge,
}

impl PageCall {
    /// What the caller called.
    pub(crate) fn kind(&self) -> CallKind {
        match self {
            Self::Observe { .. } | Self::Perceive { .. } => CallKind::Observe,
            Self::Step { .. } | Self::Execute { .. } => CallKind::Step,
            Self::Scrape { .. } | Self::Read { .. } => CallKind::Scrape,
            // Free, as moving the deadline is.
            Self::Cookies | Self::SetCookies(_) | Self::Watch { .. } | Self::WatchTab { .. } => {
                CallKind::Extend
            }
        }
    }

    /// What it is charged as: an action that scrapes is a scrape, and one that ends the session a close.
    pub(crate) fn charged_as(&self) -> CallKind {
        match self {
            Self::Step { action, .. } | Self::Execute { action, .. } => match action {
                StepAction::Scrape(..) => CallKind::Scrape,
                StepAction::Terminate => CallKind::Close,
                _ => CallKind::Step,
            },
            _ => self.kind(),
        }
    }

    /// The least that it costs: a language model that is asked uses one token at least.
    pub(super) fn least(&self, tariff: &Tariff, pictured: bool) -> Credits {
        let least = tariff.smallest(self.charged_as(), pictured);
        if self.asking().is_some() { least + tariff.rates.tokens(Tokens::Counted(1)).total() } else { least }
    }

    fn asking(&self) -> Option<&Asking> {
        match self {
            Self::Scrape { asking, .. }
            | Self::Read { asking, .. }
            | Self::Execute { action: StepAction::Scrape(_, asking), .. } => asking.as_deref(),
            Self::Observe { .. }
            | Self::Step { .. }
            | Self::Perceive { .. }
            | Self::Execute { .. }
            | Self::Cookies
            | Self::SetCookies(_)
            | Self::Watch { .. }
            | Self::WatchTab { .. } => None,
        }
    }

    /// Whether it counts as using the session: watching keeps none alive.
    pub(super) fn is_use(&self) -> bool {
        !matches!(self, Self::Watch { .. } | Self::WatchTab { .. })
    }

    /// Whether it does nothing to its page or to anybody else: one whose charge cannot be
    /// written yet may be owed.
    pub(super) fn only_looks(&self) -> bool {
        match self {
            Self::Observe { url, .. } => url.is_none(),
            Self::Scrape { url, asking, .. } => url.is_none() && asking.is_none(),
            Self::Read { asking, .. } => asking.is_none(),
            Self::Perceive { .. } | Self::Cookies | Self::Watch { .. } | Self::WatchTab { .. } => true,
            Self::Step { .. } | Self::Execute { .. } | Self::SetCookies(_) => false,
        }
    }

    pub(super) fn screenshot(&self) -> Screenshot {
        match self {
            Self::Step { action: StepAction::Screenshot, .. } | Self::Perceive { .. } => Screenshot::Take,
            Self::Observe { screenshot, .. }
            | Self::Step { screenshot, .. }
            | Self::Scrape { screenshot, .. } => *screenshot,
            Self::Execute { .. }
            | Self::Read { .. }
            | Self::Cookies
            | Self::SetCookies(_)
            | Self::Watch { .. }
            | Self::WatchTab { .. } => Screenshot::Leave,
        }
    }

    /// The address it opens, and the field that names it.
    pub(crate) fn opens(&self) -> Option<(&'static str, &Url)> {
        match self {
            Self::Observe { url, .. } | Self::Scrape { url, .. } => url.as_ref().map(|url| ("url", url)),
            Self::Step { action: StepAction::Goto(url, _), .. } => Some(("value", url)),
            // In the current contract a refused address is an answer of the page.
            Self::Step { .. }
            | Self::Perceive { .. }
            | Self::Execute { .. }
            | Self::Read { .. }
            | Self::Cookies
            | Self::SetCookies(_)
            | Self::Watch { .. }
            | Self::WatchTab { .. } => None,
        }
    }

    /// Whether the session ends with this call.
    pub(super) fn terminates(&self) -> bool {
        matches!(self, Self::Step { action: StepAction::Terminate, .. })
    }

    /// Does the call.
    pub(super) async fn perform(&self, page: &dyn Page, around: Around<'_>) -> Result<Done, PageError> {
        let bounded = tokio::time::timeout(LONGEST_CALL, self.perform_unbounded(page, around)).await;
        let done = bounded.unwrap_or_else(|_| {
            Err(PageError::TimedOut { doing: "the whole call".to_owned(), seconds: LONGEST_CALL.as_secs() })
        });
        match (self, done) {
            (_, Ok(done)) => Ok(done),
            (_, Err(lost @ PageError::Lost(_))) => Err(lost),
            // In this contract what goes wrong on the page is an answer like any other, and free.
            (Self::Execute { sent, .. }, Err(error)) => Ok(Done {
                product: Product::Execution {
                    sent: sent.clone(),
                    outcome: Err(error),
                    position: None,
                    changes: None,
                },
                charge: around.reached.take().unwrap_or_default(),
            }),
            (_, Err(error)) => Err(error),
        }
    }

    async fn perform_unbounded(&self, page: &dyn Page, around: Around<'_>) -> Result<Done, PageError> {
        let Around { rates, folder, reached, .. } = around;
        let pictured = self.screenshot().taken(around.pictured);
        let until = Instant::now() + LONGEST_CALL - SPARED;
        let free = |product| Done { product, charge: Charge::default() };
        Ok(match self {
            Self::Observe { url, listing, .. } => {
                let opened = open(page, url.as_ref()).await;
                // It is there, and keeps itself busy: what can be seen of it is the answer.
                let late = match opened {
                    Err(error @ PageError::TimedOut { .. }) => Some(error.to_string()),
                    opened => opened.map(|()| None)?,
                };
                let mut observed = observed(page, *listing).await?;
                observed.partial = observed.partial.or(late);
                let screenshot = match picture(page, pictured).await {
                    Err(PageError::TimedOut { .. }) if observed.partial.is_some() => None,
                    taken => taken?,
                };
                let charge = observing(rates, &observed, screenshot.is_some());
                Done { product: page_of(observed, None, screenshot, None), charge }
            }
            Self::Step { action, listing, dialog, .. } => {
                let watching = Watching::of(page);
                let answering = Answering::of(page, dialog.as_ref());
                let effect = action.perform(page, folder).await?;
                drop(answering);
                let charge = acting(rates, action, &effect);
                reached.owes(charge.clone());
                let mut observed = observed(page, *listing).await?;
                let since = std::mem::take(&mut observed.since);
                let changes = Some(watching.end(since, effect.remark, &observed.position.tabs));
                let data = effect.scraped.map(data);
                Done { product: page_of(observed, data, picture(page, pictured).await?, changes), charge }
            }
            Self::Scrape { url, options, .. } => {
                open(page, url.as_ref()).await?;
                let mut scraped = page.scrape(options).await?;
                // Before the model is asked, so that nothing can fail after that.
                let screenshot = picture(page, pictured).await?;
                let charge = scraping(rates, &scraped).with(self.asked(rates, &mut scraped, until).await);
                let (position, data) = (scraped.position.clone(), Some(data(scraped)));
                let product = Product::Page { position, space: None, data, screenshot, changes: None };
                Done { product, charge }
            }
            Self::Perceive { listing } => {
                let observed = observed(page, *listing).await?;
                let charge = observing(rates, &observed, true);
                let screenshot = STANDARD.encode(page.screenshot().await?);
                Done { product: Product::Observation { observed, screenshot }, charge }
            }
            Self::Execute { action, sent, dialog } => {
                let watching = Watching::of(page);
                let answering = Answering::of(page, dialog.as_ref());
                let performed = action.perform(page, folder).await;
                drop(answering);
                let sent = sent.clone();
                let mut effect = match performed {
                    Ok(effect) => effect,
                    // What came of it all the same is told.
                    Err(error @ (PageError::UnknownAction(_) | PageError::NotOperable(_))) => {
                        let (position, changes) = news(page, watching, None).await?;
                        let charge = reached.take().unwrap_or_default();
                        let product = Product::Execution { sent, outcome: Err(error), position, changes };
                        return Ok(Done { product, charge });
                    }
                    Err(error) => return Err(error),
                };
                let tokens = match &mut effect.scraped {
                    Some(scraped) => self.asked(rates, scraped, until).await,
                    None => Charge::default(),
                };
                let charge = acting(rates, action, &effect).with(tokens);
                reached.owes(charge.clone());
                let (position, changes) = news(page, watching, effect.remark.clone()).await?;
                Done { product: Product::Execution { sent, outcome: Ok(effect), position, changes }, charge }
            }
            Self::Read { options, .. } => {
                let mut scraped = page.scrape(options).await?;
                let charge = scraping(rates, &scraped).with(self.asked(rates, &mut scraped, until).await);
                Done { product: Product::Data(scraped), charge }
            }
            Self::Cookies => free(Product::Cookies(page.cookies().await?)),
            Self::SetCookies(cookies) => {
                page.set_cookies(cookies).await?;
                free(Product::CookiesSet(cookies.len()))
            }
            Self::Watch { ways } => {
                free(Product::Watch { ways: ways.clone(), position: page.position().await? })
            }
            Self::WatchTab { ways, place } => {
                let tabs = page.position().await?.tabs;
                let front = || tabs.iter().position(|tab| tab.active).unwrap_or(0);
                let tab = tabs.get(place.unwrap_or_else(front)).cloned();
                let why = || format!("must be the place of one of the {} tabs, counted from 0", tabs.len());
                let tab = tab.ok_or_else(|| PageError::BadOption { field: "tab_idx", why: why() })?;
                free(Product::WatchTab { ways: ways.clone(), tab })
            }
        })
    }
}

impl PageCall {
    /// Asks the language model about what was read, if it is to be asked; answers the price of its tokens.
    async fn asked(&self, rates: &RateCard, scraped: &mut ScrapedPage, until: Instant) -> Charge {
        let Some(asking) = self.asking() else { return Charge::default() };
        asking.answer(scraped, until).await.map_or_else(Charge::default, |tokens| rates.tokens(tokens))
    }
}

/// Answers the dialogs of a page as a step wishes, until it is dropped.
struct Answering<'a>(&'a dyn Page);

impl<'a> Answering<'a> {
    fn of(page: &'a dyn Page, wish: Option<&DialogWish>) -> Option<Self> {
        wish.map(|wish| {
            page.answer_dialogs(Some(wish.clone()));
            Self(page)
        })
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.answer_dialogs(None);
    }
}

async fn open(page: &dyn Page, url: Option<&Url>) -> Result<(), PageError> {
    match url {
        Some(url) => page.goto(url, WaitUntil::Load).await,
        None => Ok(()),
    }
}

/// Where the page is after a step, and what changed; nothing when it does not answer.
async fn news(
    page: &dyn Page,
    watching: Watching,
    remark: Option<String>,
) -> Result<(Option<Position>, Option<StepChanges>), PageError> {
    match page.news().await {
        Err(lost @ PageError::Lost(_)) => Err(lost),
        Err(_) => Ok((None, None)),
        Ok(News { position, since }) => {
            let changes = watching.end(since, remark, &position.tabs);
            Ok((Some(position), Some(changes)))
        }
    }
}

async fn observed(page: &dyn Page, listing: Listing) -> Result<Observed, PageError> {
    let until = Instant::now() + LATE_ACTIONS;
    loop {
        let observed = page.observe(listing.at_most).await?;
        if observed.total_actions >= listing.at_least || Instant::now() >= until {
            return Ok(observed);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn picture(page: &dyn Page, pictured: bool) -> Result<Option<String>, PageError> {
    Ok(if pictured { Some(STANDARD.encode(page.screenshot().await?)) } else { None })
}

fn observing(rates: &RateCard, observed: &Observed, pictured: bool) -> Charge {
    let listed = observed.actions.len() as u64;
    if pictured { rates.observe_with_screenshot(listed) } else { rates.observe(listed) }
}

/// Ending a session is free, in whichever way.
fn acting(rates: &RateCard, action: &StepAction, effect: &Effect) -> Charge {
    match (action, &effect.scraped) {
        (StepAction::Terminate, _) => Charge::default(),
        (_, Some(scraped)) => scraping(rates, scraped),
        (_, None) => rates.step(),
    }
}

fn scraping(rates: &RateCard, scraped: &ScrapedPage) -> Charge {
    rates.scrape(ScrapeSize {
        markdown_bytes: scraped.markdown.len() as u64,
        images: scraped.images.as_ref().map_or(0, |images| images.len() as u64),
    })
}

fn page_of(
    observed: Observed,
    data: Option<PageData>,
    screenshot: Option<String>,
    changes: Option<StepChanges>,
) -> Product {
    let space = ActionSpace {
        description: observed.description,
        actions: observed.actions,
        special_actions: special::actions(),
        markdown: None,
        category: Some(observed.category),
        total_actions: Some(observed.total_actions as u64),
        partial: observed.partial,
    };
    Product::Page { position: observed.position, space: Some(space), data, screenshot, changes }
}

fn data(scraped: ScrapedPage) -> PageData {
    PageData {
        markdown: Some(scraped.markdown),
        images: scraped.images,
        structured: scraped.structured.map(|structured| vec![serde_json::json!(structured)]),
        reading: Some(scraped.reading),
        metadata: scraped.metadata,
        links: scraped.links,
    }
}
