//! What the window and the hub say to each other: commands and queries up, events down. Generated into
//! `ui/src/backend/generated/` by `cargo xtask gen`. Instants are by the hub's own clock, already corrected for
//! the server's skew; pictures are named by hash and fetched by URL, never carried in here.

mod asks;
mod call;
mod command;
mod compare;
mod connection;
mod evidence;
mod flow;
mod history;
mod model;
mod money;
mod news;
mod session;
mod settings;

pub use asks::{Answer, LogLine, LogPage, Probe, Query, QueryElement, RequestText};
pub use call::{Call, CallStatus, Observation, Place, Scraped, SessionDetail};
pub use command::{
    Closed, Command, Failure, FailureCode, Header, KeepKey, Outcome, ProxyOptions, StartForm, TabDeed,
};
pub use compare::{CellFoundBy, CellOf, CellPlace, CellWish, Compared, FoundCell};
pub use connection::{Abilities, ConnectionState, CreditState, Dialect, Light};
pub use evidence::{Evidence, EvidenceKept, KeptExchange, KeptLine, Whose};
pub use flow::{
    After, CodeOf, FlowCode, FlowDeed, FlowProblem, FlowRun, FlowSummary, KeptRun, MadeFlow, Pace, RunFile,
    RunForm, RunPhase, Stretch,
};
pub use history::{
    CallTiming, Explanation, ExportForm, Exported, Exporting, FilterHelp, FilterProblem, FilterSuggestion,
    Help, HistoryFilter, HistoryPage, HistorySizes, PastCall, PastCalls, PastEnd, PastHit, PastHits,
    PastSession, RemovedSecrets, RemovedSession, Snippet,
};
pub use model::{ModelState, TriedModel};
pub use money::{
    Billing, Budget, BudgetRule, CallSum, DaySum, EntryFilter, HostSum, LedgerLine, LedgerPage, RestSum,
    SessionSum, UsageReport, WhatIf, WhatIfAnswer, WhatIfCall,
};
pub use news::{Ask, Delta, Event, News, Notice, NoticeKind, Snapshot};
pub use notex_wire::{LiveInput, LiveNews};
pub use session::{SessionPhase, SessionState};
pub use settings::{Preset, Settings, Theme};
