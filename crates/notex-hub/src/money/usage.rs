//! A month's usage as the window shows it.

use std::collections::HashMap;

use notex_session::Credits;
use notex_wire::{CallKind, CallUsage, LedgerEntry, RestUsage, UsageAnswer};
use url::Url;

use super::ledgers::{MOST_ENTRIES, Walked};
use crate::Hub;
use crate::protocol::{CallSum, DaySum, Failure, HostSum, RestSum, SessionSum, UsageReport};

/// What the server reported, with the titles that are known here and the idle time that its ledger shows.
pub(super) async fn reported(
    hub: &Hub,
    connection: String,
    answer: UsageAnswer,
    walked: &Walked,
) -> Result<UsageReport, Failure> {
    let idle = idle(&walked.entries);
    let pages = known_pages(hub, &connection).await?;
    let mut by_call = sums(answer.by_call);
    by_call.sort_by_key(|sum| std::cmp::Reverse(sum.credits));
    let by_day = answer.by_day.into_iter();
    let by_session = answer.by_session.into_iter().map(|row| {
        let page = pages.get(&row.session_id);
        SessionSum {
            title: page.map(|page| page.title.clone()),
            host: page.and_then(|page| page.host.clone()),
            credits: row.credits,
            idle: idle.get(&row.session_id).copied().unwrap_or_default(),
            calls: row.calls,
            minutes: row.minutes,
            session: row.session_id,
        }
    });
    let by_host = answer.by_host.into_iter();
    Ok(UsageReport {
        connection,
        plan: answer.plan,
        period_start: answer.period_start,
        period_end: answer.period_end,
        allowed: answer.allowed,
        used: answer.used,
        remaining: answer.remaining,
        by_call,
        by_day: by_day
            .map(|day| DaySum { day: day.day, credits: day.credits, by_call: sums(day.by_call) })
            .collect(),
        by_session: by_session.collect(),
        by_host: by_host
            .map(|row| HostSum { host: row.host, count: row.count, credits: row.credits })
            .collect(),
        other_sessions: answer.other_sessions.map(rest),
        other_hosts: answer.other_hosts.map(rest),
        idle_waste: idle.values().copied().sum(),
        estimated: false,
        note: left_out_note(walked),
    })
}

/// Of a very large month only a part is looked through.
pub(super) fn left_out_note(walked: &Walked) -> Option<String> {
    (walked.left_out > 0).then(|| {
        let older = walked.left_out;
        format!("Idle time is computed from the newest {MOST_ENTRIES} entries; {older} older ones are not part of it.")
    })
}

fn sums(rows: Vec<CallUsage>) -> Vec<CallSum> {
    let sum = |row: CallUsage| CallSum { call: row.call, count: row.count, credits: row.credits };
    rows.into_iter().map(sum).collect()
}

fn rest(rest: RestUsage) -> RestSum {
    RestSum { count: rest.count, credits: rest.credits }
}

/// What each session was charged for minutes that began after its last call, while nobody used it. A session without
/// a call was never used.
pub(super) fn idle(entries: &[LedgerEntry]) -> HashMap<String, Credits> {
    let is_call = |entry: &&LedgerEntry| is_use(entry.call);
    let mut last_calls = HashMap::new();
    for entry in entries.iter().filter(is_call) {
        let last = last_calls.entry(entry.session_id.as_str()).or_insert(entry.at);
        *last = (*last).max(entry.at);
    }
    let mut idle: HashMap<String, Credits> = HashMap::new();
    for minute in entries.iter().filter(|entry| entry.call == CallKind::SessionMinute) {
        if last_calls.get(minute.session_id.as_str()).is_none_or(|last| minute.at > *last) {
            *idle.entry(minute.session_id.clone()).or_default() += minute.credits;
        }
    }
    idle
}

/// Whether a charge is for a call on a page, and not for a session's being there.
pub(super) fn is_use(call: CallKind) -> bool {
    match call {
        CallKind::Observe | CallKind::Step | CallKind::Scrape => true,
        CallKind::Start | CallKind::SessionMinute | CallKind::Extend | CallKind::Close => false,
    }
}

/// A session's last page.
pub(super) struct KnownPage {
    pub(super) title: String,
    pub(super) host: Option<String>,
}

pub(super) async fn known_pages(hub: &Hub, connection: &str) -> Result<HashMap<String, KnownPage>, Failure> {
    let id = connection.to_owned();
    hub.read(move |state| {
        let known = state.sessions.values().map(|known| &known.state);
        let here = known.filter(|session| session.connection == id && !session.url.is_empty());
        here.map(|session| {
            let page = KnownPage { title: session.title.clone(), host: host_of(&session.url) };
            (session.id.clone(), page)
        })
        .collect()
    })
    .await
}

pub(super) fn host_of(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: u64, session: &str, call: CallKind, minute: i64) -> LedgerEntry {
        LedgerEntry {
            id,
            at: chrono::DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap(),
            session_id: session.to_owned(),
            call,
            host: None,
            credits: Credits::from_thousandths(100),
            reasons: Vec::new(),
        }
    }

    #[test]
    fn idle_time_is_what_was_charged_after_the_last_call_of_each_session() {
        let entries = [
            entry(7, "forgotten", CallKind::SessionMinute, 2),
            entry(6, "used", CallKind::SessionMinute, 3),
            entry(5, "used", CallKind::SessionMinute, 2),
            entry(4, "used", CallKind::Step, 1),
            entry(3, "used", CallKind::SessionMinute, 1),
            entry(2, "forgotten", CallKind::SessionMinute, 1),
            entry(1, "used", CallKind::SessionMinute, 0),
        ];
        let idle = idle(&entries);
        assert_eq!(idle["used"], Credits::from_thousandths(200), "the minutes after the step");
        assert_eq!(idle["forgotten"], Credits::from_thousandths(200), "nobody ever called it");
    }
}
