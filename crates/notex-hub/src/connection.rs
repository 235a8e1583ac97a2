//! One server as the hub knows it: whether it answers, what it has cost, how far its clock is ahead.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use notex_client::{ApiKey, Server};
use notex_session::{Credits, RateCard};
use notex_wire::{CallKind, Health, HealthBrowser, LedgerEntry, PlanAnswer, UsageAnswer};
use tokio::task::AbortHandle;

use crate::money::Month;
use crate::protocol::{
    Abilities, ConnectionState, CreditState, Dialect, Failure, FailureCode, KeepKey, Light,
};
use crate::state::{SavedConnection, State};

/// Over how long the burn per minute is measured, in minutes.
const BURN_WINDOW_MINUTES: i64 = 5;

/// A server, and the task that follows it.
pub(crate) struct Connection {
    pub(crate) state: ConnectionState,
    /// Made once its address and key are known.
    pub(crate) server: Option<Server>,
    /// A key that lives in memory only.
    pub(crate) memory_key: Option<ApiKey>,
    /// The server's clock less ours.
    pub(crate) ahead: TimeDelta,
    /// Its sessions were listed once.
    pub(crate) listed: bool,
    /// Starts that are not answered yet.
    pub(crate) starting: u32,
    /// Since when it does not answer, after it did.
    pub(crate) lost_at: Option<DateTime<Utc>>,
    /// A person was told that it is lost.
    pub(crate) lost_told: bool,
    following: Option<AbortHandle>,
    /// Since it was tried last it has answered what only a server answers that takes the key.
    proven: bool,
    /// Why a call was refused for its key.
    key_refused: Option<Failure>,
    /// Why its browser cannot be used.
    browser_problem: Option<String>,
    /// The sum of `recent_charges`.
    recent_sum: Credits,
    recent_charges: VecDeque<(DateTime<Utc>, Credits)>,
    today: Option<NaiveDate>,
    /// Charged in the month (UTC) that ends at `credits.period_end`.
    used_month: Credits,
    live_sessions: u64,
}

impl Connection {
    pub(crate) fn local() -> Self {
        Self::new(ConnectionState {
            id: crate::LOCAL_CONNECTION.to_owned(),
            name: "Local engine".to_owned(),
            local: true,
            base_url: String::new(),
            light: Light::Connecting,
            failure: None,
            dialect: None,
            can: Abilities::default(),
            retry_at: None,
            version: None,
            browser: None,
            latency_ms: None,
            key_kept: None,
            credits: None,
        })
    }

    pub(crate) fn saved(saved: SavedConnection) -> Self {
        Self::new(ConnectionState {
            id: saved.id,
            name: saved.name,
            local: false,
            base_url: saved.base_url,
            light: Light::Connecting,
            failure: None,
            dialect: None,
            can: Abilities::default(),
            retry_at: None,
            version: None,
            browser: None,
            latency_ms: None,
            key_kept: Some(saved.key_kept),
            credits: None,
        })
    }

    fn new(state: ConnectionState) -> Self {
        Self {
            state,
            server: None,
            memory_key: None,
            ahead: TimeDelta::zero(),
            listed: false,
            starting: 0,
            lost_at: None,
            lost_told: false,
            following: None,
            proven: false,
            key_refused: None,
            browser_problem: None,
            recent_sum: Credits::ZERO,
            recent_charges: VecDeque::new(),
            today: None,
            used_month: Credits::ZERO,
            live_sessions: 0,
        }
    }

    /// What is kept of it between runs; nothing of the local engine.
    pub(crate) fn to_saved(&self) -> Option<SavedConnection> {
        let state = &self.state;
        (!state.local).then(|| SavedConnection {
            id: state.id.clone(),
            name: state.name.clone(),
            base_url: state.base_url.clone(),
            key_kept: state.key_kept.unwrap_or(KeepKey::Memory),
        })
    }

    /// Replaces the task that follows the server.
    pub(crate) fn follow_with(&mut self, task: AbortHandle) {
        self.stop_following();
        self.following = Some(task);
    }

    pub(crate) fn stop_following(&self) {
        if let Some(task) = &self.following {
            task.abort();
        }
    }

    pub(crate) fn take_in_health(&mut self, health: &Health, latency_ms: f64) {
        self.state.version.clone_from(&health.version);
        self.state.latency_ms = Some(latency_ms);
        self.take_in_browser(health.browser.as_ref());
    }

    pub(crate) fn take_in_browser(&mut self, browser: Option<&HealthBrowser>) {
        if let Some(browser) = browser {
            if let (Some(name), Some(version)) = (&browser.name, &browser.version) {
                self.state.browser = Some(format!("{name} {version}"));
            }
            // Not ready without a problem: it is starting, and a session may be asked for already.
            self.browser_problem = browser.problem.clone().filter(|_| !browser.ready);
        }
        self.judge();
    }

    /// It has answered what only a server answers that takes the key: health is told to everybody.
    pub(crate) fn proven(&mut self) {
        self.proven = true;
        self.key_refused = None;
        self.judge();
    }

    /// It answers, and has no list that would need the key.
    pub(crate) fn answers(&mut self) {
        self.proven = true;
        self.judge();
    }

    /// A call was refused for its key.
    pub(crate) fn key_refused(&mut self, failure: Failure) {
        self.key_refused = Some(failure);
        self.judge();
    }

    /// A call went well, so the key is taken.
    pub(crate) fn key_taken(&mut self) {
        if self.key_refused.take().is_some() {
            self.judge();
        }
    }

    fn judge(&mut self) {
        if !self.proven {
            return;
        }
        let no_browser = |problem| Failure::new(FailureCode::NoBrowser, problem);
        let failure = self.key_refused.clone().or(self.browser_problem.as_ref().map(no_browser));
        self.state.light = if failure.is_some() { Light::Degraded } else { Light::Ready };
        self.state.failure = failure;
        self.state.retry_at = None;
        self.lost_at = None;
    }

    /// It is tried.
    pub(crate) fn connecting(&mut self) {
        self.proven = false;
        self.key_refused = None;
        self.state.light = Light::Connecting;
        self.state.retry_at = None;
    }

    /// What it is, and so what it can do beyond the classic calls.
    pub(crate) fn is_a(&mut self, dialect: Dialect, can: Abilities) {
        self.state.dialect = Some(dialect);
        self.state.can = can;
    }

    pub(crate) fn lost(&mut self, failure: Failure, now: DateTime<Utc>, retry: Duration) {
        self.state.retry_at = TimeDelta::from_std(retry).ok().map(|retry| now + retry);
        if self.state.light == Light::Ready {
            self.lost_at = Some(now);
        }
        self.proven = false;
        self.key_refused = None;
        self.state.light = match failure.code {
            FailureCode::WrongKey | FailureCode::NoBrowser | FailureCode::Keychain => Light::Degraded,
            FailureCode::Unreachable
            | FailureCode::SessionEnded
            | FailureCode::PageUnreachable
            | FailureCode::ActionImpossible
            | FailureCode::OutOfCredits
            | FailureCode::Invalid
            | FailureCode::Cancelled
            | FailureCode::Other => Light::Down,
        };
        self.state.failure = Some(failure);
        self.state.latency_ms = None;
    }

    pub(crate) fn take_in_usage(
        &mut self,
        usage: &UsageAnswer,
        plan: Option<&PlanAnswer>,
        server_now: DateTime<Utc>,
    ) {
        let told = plan.map(|plan| plan.rates.model_per_1000_tokens);
        let card = plan.map_or_else(RateCard::default, |plan| plan.rates.clone());
        let today = server_now.date_naive();
        let spent = usage.by_day.iter().find(|day| day.day == today).map_or(Credits::ZERO, |day| day.credits);
        self.today = Some(today);
        self.used_month = usage.used;
        self.state.credits = Some(CreditState {
            plan: usage.plan.clone(),
            allowed: usage.allowed,
            remaining: usage.remaining,
            period_end: usage.period_end,
            today: spent,
            per_minute: Credits::ZERO,
            step_price: card.step().total(),
            observe_price: card.observe_with_screenshot(0).total(),
            scrape_price: card.scrape(notex_session::ScrapeSize::default()).total(),
            tokens_price: told,
            minute_price: card.session_minute(1).total(),
        });
        self.take_in_burn(server_now);
    }

    /// Charged today and this month (UTC), when the server tells it.
    pub(crate) fn spent(&self) -> Option<[Credits; 2]> {
        self.state.credits.as_ref().map(|credits| [credits.today, self.used_month])
    }

    /// The plan or its prices were changed while it is used.
    pub(crate) fn take_in_plan(&mut self, plan: &PlanAnswer) {
        let card = &plan.rates;
        if let Some(credits) = &mut self.state.credits {
            credits.plan.clone_from(&plan.plan.name);
            credits.allowed = plan.plan.credits_per_month;
            credits.remaining = credits.allowed.less(self.used_month);
            credits.step_price = card.step().total();
            credits.observe_price = card.observe_with_screenshot(0).total();
            credits.scrape_price = card.scrape(notex_session::ScrapeSize::default()).total();
            credits.tokens_price = Some(card.model_per_1000_tokens);
            credits.minute_price = card.session_minute(1).total();
        }
    }

    pub(crate) fn take_in_charge(&mut self, entry: &LedgerEntry, remaining: Credits) {
        // Minutes burn as long as their sessions live, and are counted by those.
        if entry.call != CallKind::SessionMinute {
            self.recent_charges.push_back((entry.at, entry.credits));
            self.recent_sum += entry.credits;
        }
        self.begin_day(entry.at);
        let is_today = self.today == Some(entry.at.date_naive());
        if let Some(credits) = &mut self.state.credits {
            // The last minute of a month may be told in the next one.
            if Month::of(entry.at).end == credits.period_end {
                credits.remaining = remaining;
                self.used_month += entry.credits;
            }
            if is_today {
                credits.today += entry.credits;
            }
        }
        self.take_in_burn(entry.at);
    }

    /// A day or a month begins also when nothing happens, and the burn falls as charges grow old.
    pub(crate) fn pass_time(&mut self, now: DateTime<Utc>, live_sessions: u64) {
        let server_now = now + self.ahead;
        self.live_sessions = live_sessions;
        self.begin_day(server_now);
        self.take_in_burn(server_now);
    }

    fn begin_day(&mut self, server_now: DateTime<Utc>) {
        let day = server_now.date_naive();
        let Some(credits) = &mut self.state.credits else { return };
        if self.today.is_none_or(|today| today < day) {
            self.today = Some(day);
            credits.today = Credits::ZERO;
        }
        if credits.period_end <= server_now {
            credits.period_end = Month::of(server_now).end;
            credits.remaining = credits.allowed;
            self.used_month = Credits::ZERO;
        }
    }

    fn take_in_burn(&mut self, server_now: DateTime<Utc>) {
        let since = server_now - TimeDelta::minutes(BURN_WINDOW_MINUTES);
        while self.recent_charges.front().is_some_and(|(at, _)| *at < since) {
            if let Some((_, credits)) = self.recent_charges.pop_front() {
                self.recent_sum = self.recent_sum.less(credits);
            }
        }
        let calls =
            Credits::from_thousandths(self.recent_sum.thousandths() / BURN_WINDOW_MINUTES.unsigned_abs());
        if let Some(credits) = &mut self.state.credits {
            credits.per_minute = calls + credits.minute_price.times(self.live_sessions);
        }
    }
}

impl State {
    /// What changes by itself as time passes.
    pub(crate) fn pass_time(&mut self, now: DateTime<Utc>) {
        let mut live: HashMap<&str, u64> = HashMap::new();
        for session in self.sessions.values().filter(|session| !session.is_ended()) {
            *live.entry(&session.state.connection).or_default() += 1;
        }
        let counted = |id: &str| live.get(id).copied().unwrap_or(0);
        let known = self.connections.iter().map(|known| &known.state.id);
        let known: Vec<(String, u64)> = known.map(|id| (id.clone(), counted(id))).collect();
        for (connection, live) in known {
            self.change_connection(&connection, |known| known.pass_time(now, live));
        }
    }
}

#[cfg(test)]
mod tests {
    use notex_session::Plan;

    use super::*;

    fn charge(id: u64, at: DateTime<Utc>, thousandths: u64) -> LedgerEntry {
        LedgerEntry {
            id,
            at,
            session_id: "s-1".to_owned(),
            call: CallKind::Step,
            host: None,
            credits: Credits::from_thousandths(thousandths),
            reasons: Vec::new(),
        }
    }

    fn usage(server_now: DateTime<Utc>) -> UsageAnswer {
        let month = Month::of(server_now);
        let day =
            |day: NaiveDate| notex_wire::DayUsage { day, credits: Credits::whole(3), by_call: Vec::new() };
        let today = server_now.date_naive();
        UsageAnswer {
            plan: "Local".to_owned(),
            period_start: month.start,
            period_end: month.end,
            allowed: Credits::whole(100),
            used: Credits::whole(10),
            remaining: Credits::whole(90),
            by_call: Vec::new(),
            by_day: vec![day(today - TimeDelta::days(1)), day(today)],
            by_session: Vec::new(),
            other_sessions: None,
            by_host: Vec::new(),
            other_hosts: None,
        }
    }

    fn connection(server_now: DateTime<Utc>) -> Connection {
        let mut connection = Connection::local();
        connection.take_in_usage(&usage(server_now), None, server_now);
        connection
    }

    fn shown(connection: &Connection) -> CreditState {
        connection.state.credits.clone().unwrap()
    }

    #[test]
    fn the_burn_is_what_the_calls_of_five_minutes_and_the_live_sessions_cost_a_minute() {
        let noon: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
        let mut connection = connection(noon);
        connection.pass_time(noon, 2);
        assert_eq!(shown(&connection).per_minute, Credits::from_thousandths(200), "two live sessions");
        connection.take_in_charge(&charge(1, noon, 1_000), Credits::whole(89));
        let minute = LedgerEntry { call: CallKind::SessionMinute, ..charge(2, noon, 100) };
        connection.take_in_charge(&minute, Credits::from_thousandths(88_900));
        assert_eq!(shown(&connection).per_minute, Credits::from_thousandths(400), "no minute counts twice");
        connection.pass_time(noon + TimeDelta::minutes(20), 0);
        assert_eq!(shown(&connection).per_minute, Credits::ZERO);
    }

    #[test]
    fn today_begins_anew_at_midnight_of_the_server_also_when_nothing_happens() {
        let evening: DateTime<Utc> = "2026-11-22T23:59:00Z".parse().unwrap();
        let mut connection = connection(evening);
        connection.take_in_charge(&charge(1, evening, 500), Credits::from_thousandths(89_500));
        assert_eq!(shown(&connection).today, Credits::from_thousandths(3_500));
        // Our clock is two minutes behind the server's.
        connection.ahead = TimeDelta::minutes(2);
        connection.pass_time(evening, 0);
        assert_eq!(shown(&connection).today, Credits::ZERO);
        connection.take_in_charge(&charge(2, evening + TimeDelta::seconds(59), 100), Credits::whole(89));
        assert_eq!(shown(&connection).today, Credits::ZERO, "a late charge of yesterday");
        connection.take_in_charge(&charge(3, evening + TimeDelta::minutes(3), 200), Credits::whole(88));
        assert_eq!(shown(&connection).today, Credits::from_thousandths(200));
        assert_eq!(connection.spent(), Some([200, 10_800].map(Credits::from_thousandths)));
    }

    #[test]
    fn a_month_begins_with_all_that_the_plan_allows_and_a_late_charge_of_the_last_one_takes_nothing() {
        let evening: DateTime<Utc> = "2026-12-31T23:59:30Z".parse().unwrap();
        let mut connection = connection(evening);
        let new_year = evening + TimeDelta::seconds(30);
        connection.pass_time(new_year, 0);
        let credits = shown(&connection);
        assert_eq!((credits.remaining, credits.today), (Credits::whole(100), Credits::ZERO));
        assert_eq!(credits.period_end, "2027-02-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
        connection.take_in_charge(&charge(1, evening, 100), Credits::whole(89));
        assert_eq!(shown(&connection).remaining, Credits::whole(100));
        assert_eq!(connection.spent(), Some([Credits::ZERO; 2]));
    }

    #[test]
    fn another_plan_leaves_what_it_allows_less_what_was_used() {
        let noon: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
        let mut connection = connection(noon);
        let rates = RateCard { step: Credits::whole(3), ..RateCard::default() };
        for (allowed, remaining) in [(20, 10), (5, 0), (50, 40)] {
            let plan = Plan { credits_per_month: Credits::whole(allowed), ..Plan::default() };
            connection.take_in_plan(&PlanAnswer { plan, rates: rates.clone(), source: None, problem: None });
            assert_eq!(shown(&connection).remaining, Credits::whole(remaining));
        }
        assert_eq!(shown(&connection).step_price, Credits::whole(3));
    }
}
