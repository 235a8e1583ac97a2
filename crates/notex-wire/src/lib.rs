//! The REST contracts of NotexAI: paths, requests, answers, refusals and events, as they cross the network. Facts of
//! the classic one were read from the PyPI package `notte` 1.2.1, those of the current one (`current`) from
//! `notte-sdk` 1.10.0; fields marked "ours" are additions that their clients ignore. Holds no rule (`notex-session`
//! does) and opens no connection (`notex-client` does).

mod browser;
mod changes;
pub mod current;
mod event;
mod evidence;
mod page;
pub mod path;
mod reading;
mod refusal;
mod session;
mod start;
mod usage;

pub use browser::{Cookie, LiveInput, LiveNews, MouseButton, PageEvent, Tab};
pub use changes::{
    ActionBrief, ActionChange, ChangedPart, DialogAnswered, DialogRequest, FileHandedOut, Moved, StepChanges,
};
pub use event::EngineEvent;
pub use evidence::{
    CallEvidence, ConsoleLevel, ConsoleLine, ConsoleSource, DomSnapshot, Dropped, Exchange, ExchangeTiming,
    HIDDEN, HttpBody, HttpHeader, Initiator,
};
pub use page::{
    Action, ActionBox, ActionParam, ActionSelectors, ActionSpace, ActionState, ActionStatus,
    DEFAULT_MAX_ACTIONS, ElementAnswer, ElementRequest, ImageCategory, ImageData, ObserveRequest, PageAnswer,
    PageCategory, PageData, PageMetadata, ParamKind, ScrapeRequest, SelectOption, SpecialAction,
    SpecialActionId, StepRequest, Viewport,
};
pub use reading::{
    Extract, Field, FieldGuess, FieldKind, FieldSpec, FoundBy, ItemGuess, LinkData, PageFacts, PickProblem,
    ReadScope, Reading, Structured,
};
pub use refusal::{FieldProblem, Refusal, RefusalDetail};
pub use session::{
    Health, HealthBrowser, SessionAnswer, SessionOptions, SessionPage, SessionRequest, SessionStatus,
};
pub use start::{ExternalProxy, StartRequest};
pub use usage::{
    CallKind, CallUsage, DayUsage, EntryPage, HostUsage, LedgerEntry, PlanAnswer, RestUsage, SessionUsage,
    Usage, UsageAnswer,
};
