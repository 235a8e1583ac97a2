//! What a call led to, and how it is told in the contract that asked.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use chrono::{DateTime, Utc};
use notex_wire::current::{
    CookiesAnswer, CookiesSet, DataSpace, DebugAnswer, DebugSockets, DebugTab, ExecutionResult, Observation,
};
use notex_wire::{
    ActionSpace, Cookie, PageAnswer, PageData, PageMetadata, SessionAnswer, StepChanges, Tab, Usage, path,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::deed::Effect;
use super::{execution, observation};
use crate::browser::{Observed, PageError, Position, ScrapedPage};
use crate::door::WaysIn;

/// What a call led to.
#[derive(Clone, Debug)]
pub(super) enum Product {
    /// In the classic contract.
    Page {
        position: Position,
        space: Option<ActionSpace>,
        data: Option<PageData>,
        /// Base64 of a JPEG.
        screenshot: Option<String>,
        /// Of a step.
        changes: Option<StepChanges>,
    },
    Observation {
        observed: Observed,
        /// Base64 of a JPEG.
        screenshot: String,
    },
    Execution {
        sent: Map<String, Value>,
        outcome: Result<Effect, PageError>,
        position: Option<Position>,
        changes: Option<StepChanges>,
    },
    Data(ScrapedPage),
    Cookies(Vec<Cookie>),
    CookiesSet(usize),
    Watch {
        ways: WaysIn,
        position: Position,
    },
    WatchTab {
        ways: WaysIn,
        tab: Tab,
    },
}

/// Which call of its session it was, and how long it waited for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) call: u32,
    pub(crate) queued: Duration,
}

impl Turn {
    /// As headers of the answer.
    pub(crate) fn tell(self, headers: &mut HeaderMap) {
        let queued = format!("{:.1}", self.queued.as_secs_f64() * 1_000.0);
        headers.insert(path::CALL_HEADER, HeaderValue::from(self.call));
        if let Ok(queued) = HeaderValue::from_str(&queued) {
            headers.insert(path::QUEUED_HEADER, queued);
        }
    }
}

/// The answer to a call; what counts as no use of its session has no turn.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) body: CallAnswer,
    pub(crate) turn: Option<Turn>,
}

/// The body of the answer to a call.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum CallAnswer {
    Page(Box<PageAnswer>),
    Observation(Box<Observation>),
    Execution(Box<ExecutionResult>),
    Data(Box<DataSpace>),
    Cookies(CookiesAnswer),
    CookiesSet(CookiesSet),
    Watch(DebugAnswer),
    WatchTab(DebugTab),
}

impl Product {
    /// Where the page was after the call, when the call knows.
    pub(super) fn position(&self) -> Option<&Position> {
        match self {
            Self::Page { position, .. } | Self::Watch { position, .. } => Some(position),
            Self::Observation { observed, .. } => Some(&observed.position),
            Self::Execution { position, .. } => position.as_ref(),
            Self::Data(scraped) => Some(&scraped.position),
            Self::Cookies(_) | Self::CookiesSet(_) | Self::WatchTab { .. } => None,
        }
    }

    /// As it is told; `span` is when the call began and when it was done.
    pub(super) fn into_answer(
        self,
        session: SessionAnswer,
        span: (DateTime<Utc>, DateTime<Utc>),
        usage: Usage,
    ) -> CallAnswer {
        match self {
            Self::Page { position, space, data, screenshot, changes } => {
                CallAnswer::Page(Box::new(PageAnswer {
                    session,
                    metadata: PageMetadata {
                        title: position.title,
                        url: position.url,
                        timestamp: Some(span.1),
                        viewport: Some(position.viewport),
                        tabs: position.tabs,
                    },
                    screenshot,
                    data,
                    space,
                    changes,
                    usage: Some(usage),
                }))
            }
            Self::Observation { observed, screenshot } => {
                CallAnswer::Observation(Box::new(observation::observation(observed, screenshot, span, usage)))
            }
            Self::Execution { sent, outcome, changes, .. } => {
                let result = execution::result(sent, outcome, span, usage);
                CallAnswer::Execution(Box::new(ExecutionResult { changes, ..result }))
            }
            Self::Data(scraped) => {
                CallAnswer::Data(Box::new(DataSpace { usage: Some(usage), ..execution::data(scraped) }))
            }
            Self::Cookies(cookies) => CallAnswer::Cookies(CookiesAnswer { cookies, usage: Some(usage) }),
            Self::CookiesSet(count) => {
                let message = if count == 1 {
                    "1 cookie was set".to_owned()
                } else {
                    format!("{count} cookies were set")
                };
                CallAnswer::CookiesSet(CookiesSet { success: true, message, usage: Some(usage) })
            }
            Self::Watch { ways, position } => CallAnswer::Watch(watched(&ways, position)),
            Self::WatchTab { ways, tab } => CallAnswer::WatchTab(watched_tab(&ways, tab)),
        }
    }
}

impl CallAnswer {
    /// What the call cost.
    pub(crate) fn usage(&self) -> Option<&Usage> {
        match self {
            Self::Page(answer) => answer.usage.as_ref(),
            Self::Observation(answer) => answer.usage.as_ref(),
            Self::Execution(answer) => answer.usage.as_ref(),
            Self::Data(answer) => answer.usage.as_ref(),
            Self::Cookies(answer) => answer.usage.as_ref(),
            Self::CookiesSet(answer) => answer.usage.as_ref(),
            Self::Watch(_) | Self::WatchTab(_) => None,
        }
    }

    /// The same with the session as it is now, where the answer tells of it.
    pub(super) fn with_session(mut self, session: SessionAnswer) -> Self {
        if let Self::Page(answer) = &mut self {
            answer.session = session;
        }
        self
    }
}

fn watched(ways: &WaysIn, position: Position) -> DebugAnswer {
    let tabs = position.tabs.into_iter().map(|tab| watched_tab(ways, tab)).collect();
    let ws = DebugSockets {
        cdp: ways.cdp.clone().unwrap_or_default(),
        recording: ways.live.clone(),
        logs: format!("{}/events", ways.session),
    };
    DebugAnswer { debug_url: ways.session.clone(), ws, tabs }
}

fn watched_tab(ways: &WaysIn, tab: Tab) -> DebugTab {
    DebugTab { metadata: tab, debug_url: ways.session.clone(), ws_url: ways.live.clone() }
}
