//! Reads that are too large, or too rarely wanted, for the event stream.

use chrono::{DateTime, Utc};
use notex_code::Language;
use notex_flow::{Flow, RowKey, Run, RunDiff};
use notex_wire::{ActionBox, ActionSelectors, Exchange, FieldGuess, ItemGuess};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Billing, CellOf, CellPlace, CellWish, CodeOf, Command, Compared, Dialect, EntryFilter, Evidence,
    FilterHelp, FlowCode, FlowProblem, FlowSummary, HistoryFilter, HistoryPage, HistorySizes, KeptRun,
    LedgerPage, MadeFlow, PastCall, PastCalls, PastHits, PastSession, SessionDetail, Stretch, UsageReport,
    WhatIf, WhatIfAnswer, Whose,
};

/// A read that is too large, or too rarely wanted, for the event stream.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Query {
    /// The calls and last results of one session: answers [`SessionDetail`].
    Session {
        /// The session.
        session: String,
    },
    /// What was used in a month (UTC): answers [`UsageReport`].
    Usage {
        /// Of this connection.
        connection: String,
        /// `YYYY-MM`; null is this month.
        period: Option<String>,
    },
    /// A page of the ledger, newest first: answers [`LedgerPage`].
    Entries {
        /// Of this connection.
        connection: String,
        /// Which of them.
        filter: EntryFilter,
    },
    /// Plan, prices and limits: answers [`Billing`].
    Billing {
        /// Of this connection.
        connection: String,
    },
    /// What the month would have cost otherwise: answers [`WhatIfAnswer`].
    WhatIf {
        /// Of this connection.
        connection: String,
        /// `YYYY-MM`; null is this month.
        period: Option<String>,
        /// What would be otherwise.
        #[ts(as = "WhatIf")]
        change: Box<WhatIf>,
    },
    /// The element at a point of the page: answers [`QueryElement`], or null where the page has none. Costs nothing
    /// and moves no deadline.
    Element {
        /// The session.
        session: String,
        /// CSS pixels from the left of the viewport.
        x: f64,
        /// CSS pixels from the top of the viewport.
        y: f64,
    },
    /// A picture that the last scrape listed, fetched now: answers its hash.
    Picture {
        /// The session.
        session: String,
        /// Its address, as the scrape gave it.
        url: String,
    },
    /// The request that a scrape would send: answers [`RequestText`]. Asks no server.
    Request {
        /// The scrape.
        #[ts(as = "Command")]
        command: Box<Command>,
    },
    /// What the app wrote to its log: answers [`LogPage`].
    Log {
        /// Only lines after the one with this number.
        #[ts(type = "number")]
        after: u64,
    },
    /// Kept sessions, of earlier runs too: answers [`HistoryPage`].
    History {
        /// Which of them.
        #[ts(as = "HistoryFilter")]
        filter: Box<HistoryFilter>,
        /// So many are passed over.
        #[ts(type = "number")]
        offset: u64,
        /// At most so many.
        limit: u32,
    },
    /// Kept calls over all sessions, by the language of filters: answers [`PastHits`].
    HistorySearch {
        /// `call:step status:error "add to cart"`.
        typed: String,
        /// So many are passed over.
        #[ts(type = "number")]
        offset: u64,
        /// At most so many.
        limit: u32,
    },
    /// What can be typed at a place of such a filter: answers [`FilterHelp`].
    HistoryHelp {
        /// What is typed.
        typed: String,
        /// The place, in UTF-16 code units.
        #[ts(type = "number")]
        at: usize,
    },
    /// What is kept of a session of this run: answers [`PastSession`], or null before its first call has ended.
    HistorySession {
        /// Its connection.
        connection: String,
        /// Its id there.
        session: String,
    },
    /// The calls of a kept session: answers [`PastCalls`].
    HistoryCalls {
        /// Its number in the history.
        #[ts(type = "number")]
        session: i64,
        /// So many are passed over.
        #[ts(type = "number")]
        offset: u64,
        /// At most so many.
        limit: u32,
    },
    /// All that is kept of one call: answers [`PastCall`].
    HistoryCall {
        /// Its session's number in the history.
        #[ts(type = "number")]
        session: i64,
        /// Its number within the session.
        number: u32,
    },
    /// How much is kept: answers [`HistorySizes`].
    HistorySizes,
    /// All flows that are kept: answers [`FlowSummary`] of each, by name.
    Flows,
    /// One flow: answers it.
    Flow {
        /// Its file.
        file: String,
    },
    /// What is wrong with a flow that is being written: answers [`FlowProblem`], or null. Nothing is kept.
    FlowProblem {
        /// Its document, as text.
        text: String,
    },
    /// A flow made of calls: answers [`MadeFlow`]. Nothing is kept.
    MadeFlow {
        /// Of these.
        stretch: Stretch,
        /// What it is called.
        name: String,
    },
    /// A flow as a program: answers [`FlowCode`].
    FlowCode {
        /// The flow.
        of: CodeOf,
        /// In this language.
        language: Language,
    },
    /// All that a run gave so far, of this life of the inspector: answers its document.
    FlowRun {
        /// The run.
        #[ts(type = "number")]
        run: u64,
    },
    /// The runs of a flow that were kept, newest first: answers [`KeptRun`] of each.
    FlowRuns {
        /// The flow's file.
        file: String,
    },
    /// All that a kept run gave: answers its document.
    KeptRun {
        /// Its file, as [`KeptRun`] names it.
        file: String,
    },
    /// What differs between two runs or sessions: answers [`RunDiff`].
    Compare {
        /// The one before.
        before: Compared,
        /// The one after.
        after: Compared,
        /// By what rows are taken for the same.
        key: RowKey,
    },
    /// Where a cell was read: answers [`CellPlace`], or null where nothing is kept of its call.
    Cell {
        /// Of which session.
        of: CellOf,
        /// The calls of its step; it is of the last one.
        calls: Vec<u32>,
        /// The cell.
        cell: CellWish,
    },
    /// Console and network of a call, or of a whole session: answers [`Evidence`].
    Evidence {
        /// Of which session.
        whose: Whose,
        /// The number of the call; null is the whole session.
        number: Option<u32>,
    },
    /// A request with its headers and bodies: answers [`notex_wire::Exchange`], or null where it is not kept.
    Exchange {
        /// Of which session.
        whose: Whose,
        /// The number of the call that it is listed in.
        number: u32,
        /// Its id.
        id: String,
    },
    /// The network of a call, or of a whole session, as HAR 1.2: answers its text.
    Har {
        /// Of which session.
        whose: Whose,
        /// The number of the call; null is the whole session.
        number: Option<u32>,
    },
    /// All that helps to find a fault, without a secret: answers text.
    Report,
}

/// What a [`Query`] answers.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Answer {
    /// To [`Query::Session`].
    Session(Box<SessionDetail>),
    /// To [`Query::Usage`].
    Usage(Box<UsageReport>),
    /// To [`Query::Entries`].
    Entries(LedgerPage),
    /// To [`Query::Billing`].
    Billing(Box<Billing>),
    /// To [`Query::WhatIf`].
    WhatIf(WhatIfAnswer),
    /// To [`Query::Element`].
    Element(Option<Box<QueryElement>>),
    /// To [`Query::Picture`].
    Picture(String),
    /// To [`Query::Request`].
    Request(Box<RequestText>),
    /// To [`Query::Log`].
    Log(LogPage),
    /// To [`Query::History`].
    History(HistoryPage),
    /// To [`Query::HistorySearch`].
    HistorySearch(Box<PastHits>),
    /// To [`Query::HistoryHelp`].
    HistoryHelp(FilterHelp),
    /// To [`Query::HistorySession`].
    HistorySession(Option<Box<PastSession>>),
    /// To [`Query::HistoryCalls`].
    HistoryCalls(PastCalls),
    /// To [`Query::HistoryCall`].
    HistoryCall(Box<PastCall>),
    /// To [`Query::HistorySizes`].
    HistorySizes(HistorySizes),
    /// To [`Query::Flows`].
    Flows(Vec<FlowSummary>),
    /// To [`Query::Flow`].
    Flow(Box<Flow>),
    /// To [`Query::FlowProblem`].
    FlowProblem(Option<FlowProblem>),
    /// To [`Query::MadeFlow`].
    MadeFlow(MadeFlow),
    /// To [`Query::FlowCode`].
    FlowCode(FlowCode),
    /// To [`Query::FlowRun`] and [`Query::KeptRun`].
    FlowRun(Box<Run>),
    /// To [`Query::FlowRuns`].
    FlowRuns(Vec<KeptRun>),
    /// To [`Query::Compare`].
    Compare(Box<RunDiff>),
    /// To [`Query::Cell`].
    Cell(Option<Box<CellPlace>>),
    /// To [`Query::Evidence`].
    Evidence(Box<Evidence>),
    /// To [`Query::Exchange`].
    Exchange(Option<Box<Exchange>>),
    /// To [`Query::Har`].
    Har(String),
    /// To [`Query::Report`].
    Report(String),
}

/// The element at a point.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QueryElement {
    /// Its tag in lower case: `button`.
    pub tag: String,
    /// Its role as the accessibility tree names it.
    pub role: Option<String>,
    /// Its accessible name.
    pub name: Option<String>,
    /// The beginning of its text, at most 200 characters.
    pub text: String,
    /// Where it is.
    pub bounds: ActionBox,
    /// Ways to find it again.
    pub selectors: ActionSelectors,
    /// The field that it may be; null where the server does not say.
    pub field: Option<FieldGuess>,
    /// The items that the page repeats around it, the likeliest first.
    pub items: Vec<ItemGuess>,
}

/// A call as it goes to the server, for whoever wants to make it elsewhere. It holds no key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RequestText {
    /// Its address.
    pub url: String,
    /// Its body, as JSON in lines.
    pub body: String,
    /// All of it for curl; the key is taken from the environment.
    pub curl: String,
}

/// What answers at an address.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// The contract it speaks.
    pub dialect: Dialect,
    /// Its version.
    pub version: Option<String>,
    /// Round trip, in milliseconds.
    pub latency_ms: f64,
    /// Null: it took the key.
    pub key_problem: Option<String>,
}

/// Lines of the log.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LogPage {
    /// Oldest first.
    pub lines: Vec<LogLine>,
    /// How many older ones were dropped.
    #[ts(type = "number")]
    pub dropped: u64,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// Its number, rising.
    #[ts(type = "number")]
    pub number: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// `error`, `warn`, `info`, `debug`, `trace`.
    pub level: String,
    /// Which part of the app wrote it.
    pub target: String,
    /// What it says.
    pub text: String,
}
