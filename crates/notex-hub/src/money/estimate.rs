//! What a server that reports nothing has probably charged: the calls made here, by the default card.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use notex_session::{Charge, Credits, RateCard};
use notex_wire::{CallKind, LedgerEntry};

use super::ledgers::Walked;
use super::{Month, usage};
use crate::Hub;
use crate::protocol::{
    Billing, CallSum, DaySum, Failure, HostSum, SessionPhase, SessionState, SessionSum, UsageReport,
};
use crate::state::State;

/// A session that is never closed is not followed for longer than a month.
const MOST_MINUTES: u64 = 60 * 24 * 31;

/// A call made here, priced by the default card.
#[derive(Clone, Debug)]
pub(crate) struct Estimate {
    pub(crate) at: DateTime<Utc>,
    pub(crate) call: CallKind,
    pub(crate) host: Option<String>,
    pub(crate) charge: Charge,
}

impl Estimate {
    /// Of a call that showed the page at `url`.
    pub(crate) fn new(at: DateTime<Utc>, call: CallKind, url: &str, charge: Charge) -> Self {
        Self { at, call, host: usage::host_of(url), charge }
    }

    fn entry(&self, session: &str) -> LedgerEntry {
        LedgerEntry {
            id: 0,
            at: self.at,
            session_id: session.to_owned(),
            call: self.call,
            host: self.host.clone(),
            credits: self.charge.total(),
            reasons: self.charge.reasons().to_vec(),
        }
    }
}

/// The started minutes of a session by the default card.
fn minutes(session: &SessionState, now: DateTime<Utc>) -> impl Iterator<Item = Estimate> {
    let until = lived_until(session, now);
    let begun = session.created_at;
    let started = u64::try_from((until - begun).num_minutes()).unwrap_or(0) + 1;
    let card = RateCard::default();
    (1..=started.min(MOST_MINUTES)).map(move |minute| Estimate {
        at: begun + TimeDelta::minutes(i64::try_from(minute - 1).unwrap_or(0)),
        call: CallKind::SessionMinute,
        host: None,
        charge: card.session_minute(minute),
    })
}

/// What a month's ledger would hold, newest first.
pub(super) fn entries(state: &State, connection: &str, month: Month, now: DateTime<Utc>) -> Vec<LedgerEntry> {
    let estimated = state
        .sessions
        .values()
        .filter(|known| known.state.connection == connection && known.state.credits_estimated);
    let mut entries: Vec<LedgerEntry> = estimated
        .flat_map(|known| {
            let calls = known.estimates().iter().cloned();
            let all = calls.chain(minutes(&known.state, now));
            all.map(|estimate| estimate.entry(&known.state.id))
        })
        .filter(|entry| month.holds(entry.at))
        .collect();
    entries.sort_by_key(|entry| entry.at);
    for (id, entry) in (1..).zip(&mut entries) {
        entry.id = id;
    }
    entries.reverse();
    entries
}

pub(super) async fn walked(hub: &Hub, connection: String, month: Month) -> Result<Arc<Walked>, Failure> {
    let entries = hub.ask(move |state, now| entries(state, &connection, month, now)).await?;
    Ok(Arc::new(Walked { entries, left_out: 0, estimated: true }))
}

pub(super) async fn report(hub: &Hub, connection: String, month: Month) -> Result<UsageReport, Failure> {
    let walked = walked(hub, connection.clone(), month).await?;
    let pages = usage::known_pages(hub, &connection).await?;
    let entries = &walked.entries;
    let idle = usage::idle(entries);
    let mut days: HashMap<_, Vec<&LedgerEntry>> = HashMap::new();
    let mut sessions: HashMap<&str, Vec<&LedgerEntry>> = HashMap::new();
    let mut hosts: HashMap<Option<&str>, Vec<&LedgerEntry>> = HashMap::new();
    for entry in entries {
        days.entry(entry.at.date_naive()).or_default().push(entry);
        sessions.entry(&entry.session_id).or_default().push(entry);
        hosts.entry(entry.host.as_deref()).or_default().push(entry);
    }
    let mut by_day: Vec<_> = days
        .into_iter()
        .map(|(day, of_day)| DaySum { day, credits: sum(&of_day), by_call: by_call(&of_day) })
        .collect();
    by_day.sort_by_key(|day| day.day);
    let mut by_session: Vec<_> = sessions
        .into_iter()
        .map(|(session, of_session)| {
            let minutes = of_session.iter().filter(|entry| entry.call == CallKind::SessionMinute).count();
            let page = pages.get(session);
            SessionSum {
                session: session.to_owned(),
                title: page.map(|page| page.title.clone()),
                host: page.and_then(|page| page.host.clone()),
                credits: sum(&of_session),
                idle: idle.get(session).copied().unwrap_or_default(),
                calls: Some((of_session.len() - minutes) as u64),
                minutes: Some(minutes as u64),
            }
        })
        .collect();
    by_session.sort_by(|a, b| b.credits.cmp(&a.credits).then_with(|| a.session.cmp(&b.session)));
    let mut by_host: Vec<_> = hosts
        .into_iter()
        .map(|(host, of_host)| HostSum {
            host: host.map(str::to_owned),
            count: of_host.len() as u64,
            credits: sum(&of_host),
        })
        .collect();
    by_host.sort_by(|a, b| b.credits.cmp(&a.credits).then_with(|| a.host.cmp(&b.host)));
    let all: Vec<_> = entries.iter().collect();
    Ok(UsageReport {
        connection,
        plan: String::new(),
        period_start: month.start,
        period_end: month.end,
        allowed: Credits::ZERO,
        used: sum(&all),
        remaining: Credits::ZERO,
        by_call: by_call(&all),
        by_day,
        by_session,
        by_host,
        other_sessions: None,
        other_hosts: None,
        idle_waste: idle.values().copied().sum(),
        estimated: true,
        note: Some(
            "This server tells no usage. All of it is estimated by the default card, from the sessions seen and the \
             calls made here since the app was started."
                .to_owned(),
        ),
    })
}

pub(super) async fn billing(hub: &Hub, connection: String, live_sessions: u32) -> Result<Billing, Failure> {
    let id = connection.clone();
    let [used_today, used_month] = hub.ask(move |state, now| spent(state, &id, now)).await?;
    Ok(Billing {
        connection,
        plan: None,
        rates: RateCard::default(),
        rates_estimated: true,
        editable: false,
        source: None,
        problem: None,
        period_end: None,
        used_today,
        used_month,
        live_sessions,
    })
}

/// What [`entries`] of today and of this month (UTC) add up to; computed with each news while there are budgets.
pub(crate) fn spent(state: &State, connection: &str, now: DateTime<Utc>) -> [Credits; 2] {
    let today = now.date_naive().and_time(NaiveTime::MIN).and_utc();
    [today, Month::of(now).start].map(|from| {
        let estimated = state.sessions.values().filter(|known| known.state.connection == connection);
        let estimated = estimated.filter(|known| known.state.credits_estimated);
        estimated
            .map(|known| {
                let calls = known.estimates().iter().filter(|call| call.at >= from);
                let calls: Credits = calls.map(|call| call.charge.total()).sum();
                calls + RateCard::default().session_minute.times(minutes_since(&known.state, from, now))
            })
            .sum()
    })
}

/// How many of its [`minutes`] began at `from` or later.
fn minutes_since(session: &SessionState, from: DateTime<Utc>, now: DateTime<Utc>) -> u64 {
    let until = lived_until(session, now);
    let started = |at: DateTime<Utc>| u64::try_from((at - session.created_at).num_minutes()).unwrap_or(0) + 1;
    let before = if from <= session.created_at { 0 } else { started(from - TimeDelta::microseconds(1)) };
    started(until).min(MOST_MINUTES).saturating_sub(before)
}

fn lived_until(session: &SessionState, now: DateTime<Utc>) -> DateTime<Utc> {
    match session.phase {
        SessionPhase::Ended { at, .. } => at,
        SessionPhase::Live { .. } | SessionPhase::Ending => now,
    }
}

fn sum(entries: &[&LedgerEntry]) -> Credits {
    entries.iter().map(|entry| entry.credits).sum()
}

/// Dearest first.
fn by_call(entries: &[&LedgerEntry]) -> Vec<CallSum> {
    let mut sums: Vec<CallSum> = Vec::new();
    for entry in entries {
        match sums.iter_mut().find(|sum| sum.call == entry.call) {
            Some(sum) => {
                sum.count += 1;
                sum.credits += entry.credits;
            }
            None => sums.push(CallSum { call: entry.call, count: 1, credits: entry.credits }),
        }
    }
    sums.sort_by_key(|sum| std::cmp::Reverse(sum.credits));
    sums
}
