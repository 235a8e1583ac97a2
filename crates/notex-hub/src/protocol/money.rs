//! What was charged, what is allowed, and what it would have been.

use chrono::{DateTime, NaiveDate, Utc};
use notex_session::{Credits, Plan, RateCard, Reason};
use notex_wire::CallKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What was used in one calendar month (UTC). Each list adds up to `used`.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UsageReport {
    /// The connection.
    pub connection: String,
    /// The plan's name.
    pub plan: String,
    /// First instant of the period.
    pub period_start: DateTime<Utc>,
    /// First instant of the next period.
    pub period_end: DateTime<Utc>,
    /// What the plan allows in the period.
    pub allowed: Credits,
    /// What was charged in it.
    pub used: Credits,
    /// What remains.
    pub remaining: Credits,
    /// By what was charged for, dearest first.
    pub by_call: Vec<CallSum>,
    /// By day (UTC), oldest first, days without a charge left out.
    pub by_day: Vec<DaySum>,
    /// By session, dearest first.
    pub by_session: Vec<SessionSum>,
    /// By host, dearest first.
    pub by_host: Vec<HostSum>,
    /// Sessions that are not listed one by one: how many, and their sum.
    pub other_sessions: Option<RestSum>,
    /// Hosts that are not listed one by one.
    pub other_hosts: Option<RestSum>,
    /// Charged for minutes after the last call of their session, while nobody used it.
    pub idle_waste: Credits,
    /// The server told none of it: all was estimated by the default card from the calls made here.
    pub estimated: bool,
    /// What the numbers leave out, in a sentence.
    pub note: Option<String>,
}

/// Rows that are not listed one by one.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RestSum {
    /// How many rows.
    #[ts(type = "number")]
    pub count: u64,
    /// Their sum.
    pub credits: Credits,
}

/// Credits of one kind of call.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallSum {
    /// The kind.
    pub call: CallKind,
    /// How many entries.
    #[ts(type = "number")]
    pub count: u64,
    /// Their sum.
    pub credits: Credits,
}

/// Credits of one day.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DaySum {
    /// The day (UTC), `YYYY-MM-DD`.
    pub day: NaiveDate,
    /// Its sum.
    pub credits: Credits,
    /// The same by call; empty when the server does not tell.
    pub by_call: Vec<CallSum>,
}

/// Credits of one session.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionSum {
    /// The session.
    pub session: String,
    /// Title of its last page, when the session is known here.
    pub title: Option<String>,
    /// Host of its last page, when the session is known here.
    pub host: Option<String>,
    /// Its sum in the period.
    pub credits: Credits,
    /// Of that, minutes after its last call.
    pub idle: Credits,
    /// How many calls were charged; null when the server does not tell.
    #[ts(type = "number | null")]
    pub calls: Option<u64>,
    /// How many minutes were charged; null when the server does not tell.
    #[ts(type = "number | null")]
    pub minutes: Option<u64>,
}

/// Credits of what was charged while a page of one host was open.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HostSum {
    /// The host; null is what was charged without a page.
    pub host: Option<String>,
    /// How many entries.
    #[ts(type = "number")]
    pub count: u64,
    /// Their sum.
    pub credits: Credits,
}

/// Which entries of a ledger.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct EntryFilter {
    /// Only of this session.
    pub session: Option<String>,
    /// Only for this.
    pub call: Option<CallKind>,
    /// Only of this day (UTC) on.
    pub from: Option<DateTime<Utc>>,
    /// Only earlier than this.
    pub to: Option<DateTime<Utc>>,
    /// Only entered before the one with this number.
    #[ts(type = "number | null")]
    pub before: Option<u64>,
    /// At most so many; 200 when null.
    pub limit: Option<u32>,
}

/// A page of a ledger.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LedgerPage {
    /// Newest first.
    pub items: Vec<LedgerLine>,
    /// How many fit the filter in all.
    #[ts(type = "number")]
    pub total: u64,
}

/// One entry of a ledger.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LedgerLine {
    /// Its number, rising.
    #[ts(type = "number")]
    pub id: u64,
    /// When it was charged.
    pub at: DateTime<Utc>,
    /// The session it belongs to.
    pub session: String,
    /// What was charged for.
    pub call: CallKind,
    /// Host of the page at the time.
    pub host: Option<String>,
    /// The sum of the reasons.
    pub credits: Credits,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Plan, prices and limits of a connection.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Billing {
    /// The connection.
    pub connection: String,
    /// The plan; null when the server does not tell.
    pub plan: Option<Plan>,
    /// The prices; the default card when the server does not tell.
    pub rates: RateCard,
    /// The server does not tell its prices: these are the default card's.
    pub rates_estimated: bool,
    /// They can be changed from here.
    pub editable: bool,
    /// Where they come from: `defaults`, or the path of a file.
    pub source: Option<String>,
    /// Why the file does not hold as it is now.
    pub problem: Option<String>,
    /// First instant of the next period.
    pub period_end: Option<DateTime<Utc>>,
    /// Charged today (UTC).
    pub used_today: Credits,
    /// Charged this month (UTC).
    pub used_month: Credits,
    /// Live sessions.
    pub live_sessions: u32,
}

/// What a person allows a connection to cost. What is null is not limited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// The connection.
    pub connection: String,
    /// Credits of one day (UTC).
    pub per_day: Option<Credits>,
    /// Credits of one session.
    pub per_session: Option<Credits>,
    /// Credits of one month (UTC).
    pub per_month: Option<Credits>,
    /// What happens when it is used up. At 50 and 80 % there is a notice in any case.
    pub then: BudgetRule,
}

/// What happens when a budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BudgetRule {
    /// Calls made here are refused, with the budget's name.
    Refuse,
    /// The sessions it is about are closed, too.
    Close,
}

/// What would be otherwise.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct WhatIf {
    /// Another idle timeout in minutes: sessions would have ended so long after their last call.
    #[ts(type = "number | null")]
    pub timeout_minutes: Option<i64>,
    /// Another card.
    pub rates: Option<RateCard>,
    /// Sessions closed right after their last call.
    pub close_at_once: bool,
    /// Sessions of one host sharing one, when they overlap or follow within the timeout (else within 5 minutes).
    #[serde(default)]
    pub merge_sessions: bool,
}

/// What a month would have cost.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WhatIfAnswer {
    /// What it did cost.
    pub was: Credits,
    /// What it would have cost.
    pub would_be: Credits,
    /// The same by what was charged for: it was, it would have been.
    pub by_call: Vec<WhatIfCall>,
    /// How many entries it was computed from.
    #[ts(type = "number")]
    pub entries: u64,
    /// Sessions that would have ended before a later call of theirs, and so would have been started again.
    #[ts(type = "number")]
    pub restarted: u64,
    /// Sessions that would not have been started, because another one was there to be shared.
    #[ts(type = "number")]
    pub merged: u64,
    /// What cannot be known from the ledger, in a sentence.
    pub note: Option<String>,
}

/// One kind of call in a [`WhatIfAnswer`].
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WhatIfCall {
    /// The kind.
    pub call: CallKind,
    /// What it did cost.
    pub was: Credits,
    /// What it would have cost.
    pub would_be: Credits,
}
