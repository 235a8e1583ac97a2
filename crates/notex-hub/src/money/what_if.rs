//! What a month would have cost otherwise, computed from its own ledger. Pure: the answer follows from the entries.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use notex_session::{Credits, EndReason, Lifetime, RateCard};
use notex_wire::{CallKind, LedgerEntry};

use self::merge::{Told, merge};
use super::ledgers::Walked;
use super::{reprice, usage};
use crate::protocol::{SessionPhase, WhatIf, WhatIfAnswer, WhatIfCall};
use crate::state::State;

mod merge;

/// How a session ended, of those that are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It was idle too long: with a longer timeout it would have lived on.
    Idle,
    /// Otherwise, or it lives: a longer timeout changes nothing.
    Otherwise,
}

pub(super) fn ends(state: &State, connection: &str) -> HashMap<String, End> {
    let here = state.sessions.values().filter(|known| known.state.connection == connection);
    here.map(|known| {
        let end = match known.state.phase {
            SessionPhase::Ended { reason: EndReason::IdleTimeout, .. } => End::Idle,
            SessionPhase::Ended { .. } | SessionPhase::Live { .. } | SessionPhase::Ending => End::Otherwise,
        };
        (known.state.id.clone(), end)
    })
    .collect()
}

/// What cannot be known, counted.
#[derive(Default)]
struct Unknown {
    /// Sessions that a longer timeout may have kept alive: how they ended is not known here.
    ends: u64,
    /// Charges whose reasons are of no rate card.
    reasons: u64,
}

pub(super) fn what_if(walked: &Walked, ends: &HashMap<String, End>, change: &WhatIf) -> WhatIfAnswer {
    let mut sums: BTreeMap<u8, WhatIfCall> = BTreeMap::new();
    let mut sessions: HashMap<&str, Vec<&LedgerEntry>> = HashMap::new();
    for entry in walked.entries.iter().rev() {
        sessions.entry(&entry.session_id).or_default().push(entry);
        sum_of(&mut sums, entry.call).was += entry.credits;
    }
    let sessions = sessions.into_iter().map(|(session, mut entries)| {
        entries.sort_by_key(|entry| (entry.at, entry.id));
        Told { entries, end: ends.get(session).copied() }
    });
    let (mut restarted, mut merged, mut unknown) = (0, 0, Unknown::default());
    let mut live_again = |life: Life<'_>, sums: &mut _| restarted += life.live_again(sums, &mut unknown);
    if change.merge_sessions {
        let gap = change.timeout_minutes.unwrap_or(Lifetime::DEFAULT_TIMEOUT_MINUTES.into());
        for one in merge(sessions.collect(), TimeDelta::minutes(gap)) {
            merged += one.spared;
            let entries: Vec<&LedgerEntry> = one.entries.iter().collect();
            live_again(Life { entries: &entries, end: one.end, change }, &mut sums);
        }
    } else {
        for Told { entries, end } in sessions {
            live_again(Life { entries: &entries, end, change }, &mut sums);
        }
    }
    let by_call: Vec<WhatIfCall> = sums.into_values().collect();
    WhatIfAnswer {
        was: by_call.iter().map(|sum| sum.was).sum(),
        would_be: by_call.iter().map(|sum| sum.would_be).sum(),
        by_call,
        entries: walked.entries.len() as u64,
        restarted,
        merged,
        note: note(walked, change, &unknown),
    }
}

fn sum_of(sums: &mut BTreeMap<u8, WhatIfCall>, call: CallKind) -> &mut WhatIfCall {
    sums.entry(call as u8).or_insert(WhatIfCall { call, was: Credits::ZERO, would_be: Credits::ZERO })
}

/// One session's entries of the month, oldest first.
struct Life<'a> {
    entries: &'a [&'a LedgerEntry],
    end: Option<End>,
    change: &'a WhatIf,
}

impl Life<'_> {
    /// Adds up what it would have cost; answers how often it would have been started again.
    fn live_again(&self, sums: &mut BTreeMap<u8, WhatIfCall>, unknown: &mut Unknown) -> u64 {
        let minutes: Vec<&LedgerEntry> =
            self.entries.iter().copied().filter(|entry| entry.call == CallKind::SessionMinute).collect();
        for entry in self.entries.iter().filter(|entry| entry.call != CallKind::SessionMinute) {
            sum_of(sums, entry.call).would_be += self.price(entry, unknown);
        }
        self.add_free_start(sums);
        let stretches = self.stretches();
        let mut would_be = Credits::ZERO;
        for (place, stretch) in stretches.iter().enumerate() {
            let is_last = place + 1 == stretches.len();
            let until = self.until(stretch, is_last, &minutes, unknown);
            if place == 0 {
                let kept: Vec<_> = minutes.iter().filter(|minute| minute.at <= until).collect();
                would_be += kept.iter().map(|minute| self.price(minute, unknown)).sum();
                let lives_on =
                    is_last && self.end == Some(End::Idle) && self.change.timeout_minutes.is_some();
                if let (true, Some(first), Some(last)) = (lives_on, kept.first(), kept.last()) {
                    // It would have lived beyond its last minute.
                    let all = minutes_between(first.at, until);
                    let had = minutes_between(first.at, last.at);
                    would_be += self.price(last, unknown).times(all.saturating_sub(had));
                }
                continue;
            }
            let price = minutes.last().map_or(Credits::ZERO, |minute| self.price(minute, unknown));
            would_be += price.times(minutes_between(stretch.first, until));
            sum_of(sums, CallKind::Start).would_be += self.start_price();
        }
        if !minutes.is_empty() || !would_be.is_zero() {
            sum_of(sums, CallKind::SessionMinute).would_be += would_be;
        }
        stretches.len().saturating_sub(1) as u64
    }

    fn price(&self, entry: &LedgerEntry, unknown: &mut Unknown) -> Credits {
        let Some(card) = &self.change.rates else { return entry.credits };
        reprice::by_card(entry, card).unwrap_or_else(|| {
            unknown.reasons += 1;
            entry.credits
        })
    }

    /// A start that cost nothing left no entry; by another card it may cost something.
    fn add_free_start(&self, sums: &mut BTreeMap<u8, WhatIfCall>) {
        let is_first = |entry: &&LedgerEntry| entry.reasons.iter().any(|r| r.what == "session minute 1");
        let began = self.entries.iter().any(is_first);
        let charged = self.entries.iter().any(|entry| entry.call == CallKind::Start);
        if let Some(card) = self.change.rates.as_ref().filter(|_| began && !charged) {
            let price = card.start().total();
            if !price.is_zero() {
                sum_of(sums, CallKind::Start).would_be += price;
            }
        }
    }

    fn start_price(&self) -> Credits {
        let start = |card: &RateCard| card.start().total();
        let charged = self.entries.iter().find(|entry| entry.call == CallKind::Start);
        self.change
            .rates
            .as_ref()
            .map(start)
            .or_else(|| charged.map(|entry| entry.credits))
            .unwrap_or_default()
    }

    /// Its uses, parted where the other timeout would have ended it in between.
    fn stretches(&self) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        let timeout = self.timeout();
        // What comes first is its start, or the first of it in this month.
        let uses =
            self.entries.iter().enumerate().filter(|(place, entry)| *place == 0 || usage::is_use(entry.call));
        for at in uses.map(|(_, entry)| entry.at) {
            match (stretches.last_mut(), timeout) {
                (Some(stretch), Some(timeout)) if at - stretch.last <= timeout => stretch.last = at,
                (Some(stretch), None) => stretch.last = at,
                (Some(_), Some(_)) | (None, _) => stretches.push(Stretch { first: at, last: at }),
            }
        }
        stretches
    }

    fn timeout(&self) -> Option<TimeDelta> {
        self.change.timeout_minutes.map(TimeDelta::minutes)
    }

    /// The last instant at which a minute of this stretch would still have begun.
    fn until(
        &self,
        stretch: &Stretch,
        is_last: bool,
        minutes: &[&LedgerEntry],
        unknown: &mut Unknown,
    ) -> DateTime<Utc> {
        let lived = minutes.last().map_or(stretch.last, |minute| minute.at).max(stretch.last);
        if is_last && self.change.close_at_once {
            return stretch.last;
        }
        let Some(timeout) = self.timeout() else { return lived };
        // A minute that would begin at the very end is not started.
        let ends = stretch.last + timeout - TimeDelta::microseconds(1);
        if !is_last {
            return ends;
        }
        // It ended within the minute after the last one that was charged.
        if ends < lived + TimeDelta::minutes(1) {
            return ends.min(lived);
        }
        match self.end {
            Some(End::Idle) => ends,
            Some(End::Otherwise) => lived,
            None => {
                unknown.ends += 1;
                lived
            }
        }
    }
}

/// From one use of a session to another, without an end in between.
struct Stretch {
    first: DateTime<Utc>,
    last: DateTime<Utc>,
}

/// How many minutes of a session that began at `first` have begun by `until`.
fn minutes_between(first: DateTime<Utc>, until: DateTime<Utc>) -> u64 {
    let timeout = i64::from(Lifetime::DEFAULT_TIMEOUT_MINUTES);
    Lifetime::begin(first, timeout, true).map_or(0, |life| life.minutes_started(until))
}

fn note(walked: &Walked, change: &WhatIf, unknown: &Unknown) -> Option<String> {
    let mut sentences: Vec<String> = Vec::new();
    if walked.estimated {
        sentences.push("This server tells no ledger: all of it is estimated by the default card.".to_owned());
    }
    if walked.left_out > 0 {
        let (newest, older) = (walked.entries.len(), walked.left_out);
        sentences.push(format!(
            "Only the newest {newest} entries were computed; {older} older ones are left out."
        ));
    }
    if unknown.ends > 0 {
        let ends = unknown.ends;
        sentences.push(format!(
            "How {ends} of the sessions ended is not known here; they are taken to have been closed, so a longer \
             timeout costs them nothing."
        ));
    }
    if unknown.reasons > 0 {
        let reasons = unknown.reasons;
        sentences
            .push(format!("The reasons of {reasons} charges are not of a rate card; they stay as they are."));
    }
    if change.merge_sessions {
        sentences.push("Calls that were made at the same time would have waited for each other.".to_owned());
    }
    if change.rates.is_some() {
        sentences.push(
            "What cost nothing left no entry: sizes that were included and screenshots that were free are not \
             priced anew."
                .to_owned(),
        );
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

#[cfg(test)]
mod tests;
