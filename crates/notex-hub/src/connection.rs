//! One server as the hub knows it: whether it answers, what it has cost, how far its clock is ahead.

use std::collections::VecDeque;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use notex_client::{ApiKey, Server};
use notex_session::{Credits, RateCard};
use notex_wire::{Health, HealthBrowser, LedgerEntry, PlanAnswer, UsageAnswer};
use tokio::task::AbortHandle;

use crate::protocol::{Abilities, ConnectionState, CreditState, Failure, FailureCode, KeepKey, Light};
use crate::state::SavedConnection;

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
    following: Option<AbortHandle>,
    recent_charges: VecDeque<(DateTime<Utc>, Credits)>,
    today: Option<NaiveDate>,
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
            following: None,
            recent_charges: VecDeque::new(),
            today: None,
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
        let Some(browser) = browser else {
            self.ready();
            return;
        };
        if let (Some(name), Some(version)) = (&browser.name, &browser.version) {
            self.state.browser = Some(format!("{name} {version}"));
        }
        match &browser.problem {
            Some(problem) if !browser.ready => {
                self.state.light = Light::Degraded;
                self.state.failure = Some(Failure::new(FailureCode::NoBrowser, problem));
            }
            // Not ready without a problem: it is starting, and a session may be asked for already.
            Some(_) | None => self.ready(),
        }
    }

    fn ready(&mut self) {
        self.state.light = Light::Ready;
        self.state.failure = None;
    }

    pub(crate) fn lost(&mut self, failure: Failure) {
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
        let card = plan.map_or_else(RateCard::default, |plan| plan.rates.clone());
        let today = server_now.date_naive();
        let spent = usage.by_day.iter().find(|day| day.day == today).map_or(Credits::ZERO, |day| day.credits);
        self.today = Some(today);
        self.state.credits = Some(CreditState {
            plan: usage.plan.clone(),
            allowed: usage.allowed,
            remaining: usage.remaining,
            period_end: usage.period_end,
            today: spent,
            per_minute: self.burn(server_now),
            step_price: card.step().total(),
            observe_price: card.observe_with_screenshot(0).total(),
            scrape_price: card.scrape(notex_session::ScrapeSize::default()).total(),
            minute_price: card.session_minute(1).total(),
        });
    }

    /// The plan or its prices were changed while it is used.
    pub(crate) fn take_in_plan(&mut self, plan: &PlanAnswer) {
        let card = &plan.rates;
        if let Some(credits) = &mut self.state.credits {
            let used = credits.allowed.less(credits.remaining);
            credits.plan.clone_from(&plan.plan.name);
            credits.allowed = plan.plan.credits_per_month;
            credits.remaining = credits.allowed.less(used);
            credits.step_price = card.step().total();
            credits.observe_price = card.observe_with_screenshot(0).total();
            credits.scrape_price = card.scrape(notex_session::ScrapeSize::default()).total();
            credits.minute_price = card.session_minute(1).total();
        }
    }

    pub(crate) fn take_in_charge(&mut self, entry: &LedgerEntry, remaining: Credits) {
        self.recent_charges.push_back((entry.at, entry.credits));
        let burn = self.burn(entry.at);
        let day = entry.at.date_naive();
        let same_day = self.today == Some(day);
        self.today = Some(day);
        if let Some(credits) = &mut self.state.credits {
            credits.remaining = remaining;
            credits.per_minute = burn;
            credits.today = if same_day { credits.today + entry.credits } else { entry.credits };
        }
    }

    /// The burn falls as charges grow old, also when nothing happens.
    pub(crate) fn refresh_burn(&mut self, now: DateTime<Utc>) {
        let burn = self.burn(now + self.ahead);
        if let Some(credits) = &mut self.state.credits {
            credits.per_minute = burn;
        }
    }

    fn burn(&mut self, server_now: DateTime<Utc>) -> Credits {
        let since = server_now - TimeDelta::minutes(BURN_WINDOW_MINUTES);
        while self.recent_charges.front().is_some_and(|(at, _)| *at < since) {
            self.recent_charges.pop_front();
        }
        let sum: Credits = self.recent_charges.iter().map(|(_, credits)| *credits).sum();
        Credits::from_thousandths(sum.thousandths() / BURN_WINDOW_MINUTES.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use notex_session::Plan;
    use notex_wire::CallKind;

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

    #[test]
    fn the_burn_is_of_the_last_five_minutes_and_today_begins_anew_at_midnight() {
        let noon: DateTime<Utc> = "2026-11-22T23:59:00Z".parse().unwrap();
        let mut connection = Connection::local();
        let usage = UsageAnswer {
            plan: "Local".to_owned(),
            period_start: noon,
            period_end: noon,
            allowed: Credits::whole(10_000),
            used: Credits::ZERO,
            remaining: Credits::whole(10_000),
            by_call: Vec::new(),
            by_day: Vec::new(),
            by_session: Vec::new(),
            other_sessions: None,
            by_host: Vec::new(),
            other_hosts: None,
        };
        connection.take_in_usage(&usage, None, noon);
        connection.take_in_charge(&charge(1, noon, 1_000), Credits::whole(9_999));
        connection.take_in_charge(
            &charge(2, noon + TimeDelta::minutes(2), 500),
            Credits::from_thousandths(9_998_500),
        );
        let credits = connection.state.credits.clone().unwrap();
        assert_eq!(credits.per_minute, Credits::from_thousandths(300));
        assert_eq!(credits.today, Credits::from_thousandths(500));
        let plan = Plan { credits_per_month: Credits::whole(20), ..Plan::default() };
        let rates = RateCard { step: Credits::whole(3), ..RateCard::default() };
        connection.take_in_plan(&PlanAnswer { plan, rates, source: None, problem: None });
        let credits = connection.state.credits.clone().unwrap();
        assert_eq!(credits.remaining, Credits::from_thousandths(18_500));
        assert_eq!(credits.step_price, Credits::whole(3));
        connection.refresh_burn(noon + TimeDelta::minutes(20));
        assert_eq!(connection.state.credits.unwrap().per_minute, Credits::ZERO);
    }
}
