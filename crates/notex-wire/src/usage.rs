//! What calls cost, on the wire. All of it is ours.

use chrono::{DateTime, NaiveDate, Utc};
use notex_session::{Credits, Plan, RateCard, Reason};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What one call cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// The sum of the reasons.
    pub credits: Credits,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What remains of the plan after it.
    pub remaining: Credits,
}

/// What was charged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// Starting a session.
    Start,
    /// A minute of a session.
    SessionMinute,
    /// An observe.
    Observe,
    /// A step.
    Step,
    /// A scrape.
    Scrape,
    /// Moving the deadline.
    Extend,
    /// Closing a session.
    Close,
}

/// One entry of the ledger; entries are never rewritten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerEntry {
    /// Its number, rising.
    pub id: u64,
    /// When it was charged, by the server's clock.
    pub at: DateTime<Utc>,
    /// The session it belongs to.
    pub session_id: String,
    /// What was charged for.
    pub call: CallKind,
    /// Host of the page at the time.
    pub host: Option<String>,
    /// The sum of the reasons.
    pub credits: Credits,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// One page of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntryPage {
    /// Newest first.
    pub items: Vec<LedgerEntry>,
    /// The number of this page, from 1.
    pub page: u32,
    /// How many a page holds at most.
    pub page_size: u32,
    /// How many there are in all.
    pub total: u64,
}

/// The answer of `GET /usage`, for one calendar month (UTC). Each list adds up to `used`, with its row of others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UsageAnswer {
    /// The plan's name.
    pub plan: String,
    /// First instant of the period.
    pub period_start: DateTime<Utc>,
    /// First instant of the next period.
    pub period_end: DateTime<Utc>,
    /// Credits the plan allows in the period.
    pub allowed: Credits,
    /// Credits charged in the period.
    pub used: Credits,
    /// What remains.
    pub remaining: Credits,
    /// By what was charged for.
    pub by_call: Vec<CallUsage>,
    /// By day (UTC), oldest first.
    pub by_day: Vec<DayUsage>,
    /// By session, dearest first; the 500 dearest at most.
    pub by_session: Vec<SessionUsage>,
    /// All further sessions together, when there are any.
    #[serde(default)]
    pub other_sessions: Option<RestUsage>,
    /// By host, dearest first; the 500 dearest at most.
    #[serde(default)]
    pub by_host: Vec<HostUsage>,
    /// All further hosts together, when there are any.
    #[serde(default)]
    pub other_hosts: Option<RestUsage>,
}

/// Credits of one kind of call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallUsage {
    /// The kind.
    pub call: CallKind,
    /// How many entries.
    pub count: u64,
    /// Their sum.
    pub credits: Credits,
}

/// Credits of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DayUsage {
    /// The day (UTC).
    pub day: NaiveDate,
    /// Its sum.
    pub credits: Credits,
    /// The same by what was charged for, dearest first; adds up to `credits`.
    #[serde(default)]
    pub by_call: Vec<CallUsage>,
}

/// Credits of one session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionUsage {
    /// The session.
    pub session_id: String,
    /// Its sum in the period.
    pub credits: Credits,
    /// How many charges in the period are for calls.
    #[serde(default)]
    pub calls: Option<u64>,
    /// How many charges in the period are for minutes.
    #[serde(default)]
    pub minutes: Option<u64>,
}

/// Credits of what was charged while a page of one host was open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HostUsage {
    /// The host; `null` is what was charged without a page, such as starts.
    pub host: Option<String>,
    /// How many entries.
    pub count: u64,
    /// Their sum.
    pub credits: Credits,
}

/// The rows that are not listed one by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RestUsage {
    /// How many rows.
    pub count: u64,
    /// Their sum.
    pub credits: Credits,
}

/// The answer of `GET /plan`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanAnswer {
    /// The plan.
    pub plan: Plan,
    /// The prices in force for new charges.
    pub rates: RateCard,
    /// Where they come from: `defaults`, or the path of a file.
    #[serde(default)]
    pub source: Option<String>,
    /// Why the file does not hold as it is now, in a sentence; what held before does.
    #[serde(default)]
    pub problem: Option<String>,
}
