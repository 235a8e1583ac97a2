//! The REST contract of NotexAI: paths, requests, answers, refusals and events, as they cross the network.
//! Facts of the classic contract were read from the PyPI package `notte` 1.2.1; fields marked "ours" are additions
//! that old clients ignore. Holds no rule (`notex-session` does) and opens no connection (`notex-client` does).

mod browser;
mod event;
mod page;
pub mod path;
mod refusal;
mod session;
mod usage;

pub use browser::{Cookie, LiveInput, LiveNews, MouseButton, PageEvent, Tab};
pub use event::EngineEvent;
pub use page::{
    Action, ActionBox, ActionParam, ActionSelectors, ActionSpace, ActionState, ActionStatus,
    DEFAULT_MAX_ACTIONS, ImageCategory, ImageData, ObserveRequest, PageAnswer, PageCategory, PageData,
    PageMetadata, ScrapeRequest, SelectOption, SpecialAction, SpecialActionId, StepRequest, Viewport,
};
pub use refusal::{FieldProblem, Refusal, RefusalDetail};
pub use session::{
    Health, HealthBrowser, SessionAnswer, SessionOptions, SessionPage, SessionRequest, SessionStatus,
};
pub use usage::{
    CallKind, CallUsage, DayUsage, EntryPage, HostUsage, LedgerEntry, PlanAnswer, RestUsage, SessionUsage,
    Usage, UsageAnswer,
};
