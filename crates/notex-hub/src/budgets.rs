//! What a person allows a connection to cost: told at half and at four fifths; used up, what costs is not sent any
//! more, and where the budget says so the sessions that it is about are closed. Closing, extending and listing are
//! never refused.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use notex_session::Credits;
use serde::{Deserialize, Serialize};

use crate::Hub;
use crate::money::{self, Month};
use crate::notices::About;
use crate::protocol::{Budget, BudgetRule, Command, Failure, FailureCode, NoticeKind, SessionPhase};
use crate::state::State;

/// What a budget limits, and of when.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Period {
    Day(NaiveDate),
    Session(String),
    Month(NaiveDate),
}

/// How much of a budget is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    Half,
    Near,
    Spent,
}

impl Level {
    fn of(spent: Credits, limit: Credits) -> Option<Self> {
        let reached = |percent: u64| spent.times(100) >= limit.times(percent);
        [(100, Self::Spent), (80, Self::Near), (50, Self::Half)]
            .into_iter()
            .find_map(|(percent, level)| reached(percent).then_some(level))
    }

    fn kind(self) -> NoticeKind {
        match self {
            Self::Half => NoticeKind::BudgetHalf,
            Self::Near => NoticeKind::BudgetNear,
            Self::Spent => NoticeKind::BudgetSpent,
        }
    }
}

/// One limit of a budget and what is spent of it.
#[derive(Clone, Debug)]
struct Spending {
    connection: String,
    /// What the person calls the connection.
    name: String,
    period: Period,
    limit: Credits,
    spent: Credits,
    /// By the default card: the server does not tell.
    estimated: bool,
}

impl Spending {
    fn level(&self) -> Option<Level> {
        Level::of(self.spent, self.limit)
    }

    /// "the day budget of 20 credits of Local engine".
    fn budget(&self) -> String {
        let word = match self.period {
            Period::Day(_) => "day",
            Period::Session(_) => "session",
            Period::Month(_) => "month",
        };
        let credits = if self.limit == Credits::whole(1) { "credit" } else { "credits" };
        format!("the {word} budget of {} {credits} of {}", self.limit, self.name)
    }

    /// "20.4 charged today".
    fn charged(&self) -> String {
        let how = if self.estimated { "estimated" } else { "charged" };
        let of = match self.period {
            Period::Day(_) => "today",
            Period::Session(_) => "for this session",
            Period::Month(_) => "this month",
        };
        format!("{} {how} {of}", self.spent)
    }

    fn refusal(&self) -> Failure {
        let sentence = format!("{} is used up: {}", self.budget(), self.charged());
        let hint = match self.period {
            Period::Day(_) => "raise the budget, or go on tomorrow (UTC)",
            Period::Session(_) => "raise the budget, or close this session and start another",
            Period::Month(_) => "raise the budget, or go on next month (UTC)",
        };
        Failure::new(FailureCode::OutOfCredits, sentence).with_hint(hint)
    }
}

/// What was told and done already: once for each budget and period.
#[derive(Default)]
pub(crate) struct Told {
    levels: HashMap<(String, Period, Credits), Level>,
    closing: HashSet<String>,
    /// Something was told that the store does not know yet.
    unsaved: bool,
}

/// What was told of one budget, kept between runs so that no notice comes twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldBudget {
    connection: String,
    period: Period,
    limit: Credits,
    level: Level,
}

/// What was told is kept for so long after its day or month began.
const TOLD_KEPT: TimeDelta = TimeDelta::days(62);
/// And of no more budgets of sessions than this.
const TOLD_OF_SESSIONS: usize = 2_000;

impl Told {
    /// What earlier runs told.
    pub(crate) fn of_saved(saved: Vec<ToldBudget>) -> Self {
        let levels = saved.into_iter().map(|told| ((told.connection, told.period, told.limit), told.level));
        Self { levels: levels.collect(), ..Self::default() }
    }

    /// What of it is kept for the next run: `is_live` says of a session whether it may still be told of.
    pub(crate) fn to_saved(&self, now: DateTime<Utc>, is_live: impl Fn(&str) -> bool) -> Vec<ToldBudget> {
        let oldest = (now - TOLD_KEPT).date_naive();
        let mut of_sessions = 0;
        let kept = self.levels.iter().filter(|((_, period, _), _)| match period {
            Period::Day(first) | Period::Month(first) => *first >= oldest,
            Period::Session(id) => {
                of_sessions += 1;
                of_sessions <= TOLD_OF_SESSIONS && is_live(id)
            }
        });
        let kept = kept.map(|((connection, period, limit), level)| ToldBudget {
            connection: connection.clone(),
            period: period.clone(),
            limit: *limit,
            level: *level,
        });
        kept.collect()
    }
}

/// Refuses a command that costs credits when a budget of its connection is used up.
pub(crate) async fn allow(hub: &Hub, command: &Command) -> Result<(), Failure> {
    let (connection, session) = match command {
        Command::StartSession { connection, .. } => (Some(connection.clone()), None),
        Command::Step { action, .. } if action == "S8" => return Ok(()),
        Command::Observe { session, .. }
        | Command::Step { session, .. }
        | Command::Scrape { session, .. }
        | Command::Tab { session, .. } => (None, Some(session.clone())),
        Command::CloseSession { .. }
        | Command::CloseSessions { .. }
        | Command::ExtendSession { .. }
        | Command::CancelCall { .. }
        | Command::AddFile { .. }
        | Command::ProbeServer { .. }
        | Command::AddConnection { .. }
        | Command::RenameConnection { .. }
        | Command::ReplaceKey { .. }
        | Command::RemoveConnection { .. }
        | Command::Reconnect { .. }
        | Command::SaveRates { .. }
        | Command::SavePlan { .. }
        | Command::PinPast { .. }
        | Command::RemovePast { .. }
        | Command::BringBackPast { .. }
        | Command::DeletePast { .. }
        | Command::ExportPast { .. }
        | Command::StopExport
        | Command::OpenFile { .. }
        | Command::ClearHistory
        | Command::Flow { .. }
        | Command::TryModel { .. }
        | Command::SaveModel { .. }
        | Command::RemoveModel
        | Command::SaveSettings { .. } => return Ok(()),
    };
    hub.ask(move |state, now| {
        let of_session = || state.connection_of(session.as_ref()?);
        let Some(connection) = connection.or_else(of_session) else { return Ok(()) };
        let spent = state
            .budgets_of(&connection)
            .flat_map(|budget| state.spendings(budget, session.as_deref(), now))
            .find(|spending| spending.level() == Some(Level::Spent));
        spent.map_or(Ok(()), |spending| Err(spending.refusal()))
    })
    .await?
}

/// Each connection has one budget at most.
pub(crate) fn check(budgets: &[Budget]) -> Result<(), Failure> {
    let mut seen = HashSet::new();
    match budgets.iter().find(|budget| !seen.insert(&budget.connection)) {
        None => Ok(()),
        Some(_) => Err(Failure::invalid("budgets must not name a connection twice")),
    }
}

/// Closes sessions whose budget is used up; says so when one could not be closed.
pub(crate) async fn close(hub: Hub, sessions: Vec<String>) {
    let Ok(outcome) = hub.send(Command::CloseSessions { sessions }).await else { return };
    for closed in outcome.closed {
        let Some(failure) = closed.failure.filter(|failure| failure.code != FailureCode::SessionEnded) else {
            continue;
        };
        hub.change(move |state, _| {
            let connection = state.connection_of(&closed.session);
            let session = Some(closed.session);
            let about = About { kind: NoticeKind::BudgetSpent, session, connection };
            let text = format!("its budget is used up, and it could not be closed: {}", failure.message);
            state.notify(about, "Session not closed", &text);
        })
        .await;
    }
}

impl State {
    fn budgets_of<'a>(&'a self, connection: &'a str) -> impl Iterator<Item = &'a Budget> {
        self.settings.budgets.iter().filter(move |budget| budget.connection == connection)
    }

    /// The limits of a budget: of the day, of the month, and of one session if one is named.
    fn spendings(&self, budget: &Budget, session: Option<&str>, now: DateTime<Utc>) -> Vec<Spending> {
        let Some(known) = self.connection(&budget.connection) else { return Vec::new() };
        let server_now = now + known.ahead;
        let (today, month) = (server_now.date_naive(), Month::of(server_now));
        let (estimated, [day_spent, month_spent]) = match known.spent() {
            Some(reported) => (false, reported),
            None => (true, money::estimated_spent(self, &budget.connection, now)),
        };
        let spending = |period, limit: Option<Credits>, spent, estimated| {
            Some(Spending {
                connection: budget.connection.clone(),
                name: known.state.name.clone(),
                period,
                limit: limit?,
                spent,
                estimated,
            })
        };
        let of_session = session.and_then(|id| self.spending_of_session(budget, id));
        let of_day = spending(Period::Day(today), budget.per_day, day_spent, estimated);
        let first = month.start.date_naive();
        let of_month = spending(Period::Month(first), budget.per_month, month_spent, estimated);
        of_session.into_iter().chain(of_day).chain(of_month).collect()
    }

    fn spending_of_session(&self, budget: &Budget, session: &str) -> Option<Spending> {
        let state = &self.sessions.get(session)?.state;
        Some(Spending {
            connection: budget.connection.clone(),
            name: self.connection(&budget.connection)?.state.name.clone(),
            period: Period::Session(state.id.clone()),
            limit: budget.per_session?,
            spent: state.credits,
            estimated: state.credits_estimated,
        })
    }

    /// Tells what became of the budgets; answers with the sessions that are to be closed.
    pub(crate) fn watch_budgets(&mut self, now: DateTime<Utc>) -> Vec<String> {
        if self.settings.budgets.is_empty() {
            return Vec::new();
        }
        let mut to_close = Vec::new();
        for budget in self.settings.budgets.clone() {
            let live: Vec<String> =
                self.live_sessions(&budget.connection).map(|known| known.state.id.clone()).collect();
            let mut spendings = self.spendings(&budget, None, now);
            // Of each session alone: the sums of the connection are the same for all of them.
            spendings.extend(live.iter().filter_map(|id| self.spending_of_session(&budget, id)));
            for spending in spendings {
                let Some(level) = spending.level() else { continue };
                if level == Level::Spent && budget.then == BudgetRule::Close {
                    match &spending.period {
                        Period::Session(session) => to_close.push(session.clone()),
                        Period::Day(_) | Period::Month(_) => to_close.extend(live.iter().cloned()),
                    }
                }
                self.tell_budget(&budget, &spending, level);
            }
        }
        if std::mem::take(&mut self.budgets_told.unsaved)
            && let Err(failure) = self.save()
        {
            tracing::warn!(%failure, "what was told of budgets is not kept: it may be told again");
        }
        to_close.retain(|id| self.is_open(id) && self.budgets_told.closing.insert(id.clone()));
        to_close
    }

    fn is_open(&self, session: &str) -> bool {
        let phase = self.sessions.get(session).map(|known| &known.state.phase);
        matches!(phase, Some(SessionPhase::Live { .. }))
    }

    fn tell_budget(&mut self, budget: &Budget, spending: &Spending, level: Level) {
        // A budget that is changed is another one.
        let key = (spending.connection.clone(), spending.period.clone(), spending.limit);
        let told = self.budgets_told.levels.get(&key);
        if told.is_some_and(|told| *told >= level) {
            return;
        }
        self.budgets_told.levels.insert(key, level);
        self.budgets_told.unsaved = true;
        let (what, charged) = (spending.budget(), spending.charged());
        let (title, text) = match level {
            Level::Half => ("Half of a budget is used", format!("half of {what} is used: {charged}")),
            Level::Near => {
                ("A budget is nearly used up", format!("{what} is used to 80 % and more: {charged}"))
            }
            Level::Spent => {
                let then = match budget.then {
                    BudgetRule::Refuse => "calls that cost are refused here",
                    BudgetRule::Close => {
                        "calls that cost are refused here, and the sessions it is about are closed"
                    }
                };
                ("A budget is used up", format!("{what} is used up: {charged}; {then}"))
            }
        };
        let session = match &spending.period {
            Period::Session(session) => Some(session.clone()),
            Period::Day(_) | Period::Month(_) => None,
        };
        let about = About { kind: level.kind(), session, connection: Some(spending.connection.clone()) };
        self.notify(about, title, &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_half_used_at_half_near_its_end_at_four_fifths_and_spent_at_the_whole() {
        let of = |spent, limit| Level::of(Credits::from_thousandths(spent), Credits::from_thousandths(limit));
        assert_eq!(of(499, 1_000), None);
        assert_eq!(of(500, 1_000), Some(Level::Half));
        assert_eq!(of(799, 1_000), Some(Level::Half));
        assert_eq!(of(800, 1_000), Some(Level::Near));
        assert_eq!(of(999, 1_000), Some(Level::Near));
        assert_eq!(of(1_000, 1_000), Some(Level::Spent));
        assert_eq!(of(0, 0), Some(Level::Spent), "nothing is allowed");
    }

    #[test]
    fn a_connection_has_one_budget() {
        let budget = Budget {
            connection: "local".to_owned(),
            per_day: None,
            per_session: None,
            per_month: None,
            then: BudgetRule::Refuse,
        };
        assert!(check(std::slice::from_ref(&budget)).is_ok());
        assert!(check(&[budget.clone(), budget]).is_err());
    }
}
