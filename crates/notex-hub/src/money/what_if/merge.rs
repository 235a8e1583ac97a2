//! Sessions of one host laid together, as if their calls had shared one.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use notex_wire::{CallKind, LedgerEntry};

use super::{End, minutes_between};

/// A session's entries, oldest first, and how it ended.
pub(super) struct Told<'a> {
    pub(super) entries: Vec<&'a LedgerEntry>,
    pub(super) end: Option<End>,
}

/// Sessions that would have been one.
pub(super) struct Merged {
    pub(super) entries: Vec<LedgerEntry>,
    pub(super) end: Option<End>,
    /// How many of them would not have been started.
    pub(super) spared: u64,
}

/// Lays together what was on one host and began while another lived there, or no longer after its last minute than
/// `gap`. What never was on a page stays alone.
pub(super) fn merge(mut sessions: Vec<Told<'_>>, gap: TimeDelta) -> Vec<Merged> {
    sessions.retain(|told| !told.entries.is_empty());
    sessions.sort_by_key(|told| told.entries.first().map(|entry| (entry.at, entry.id)));
    let mut groups: Vec<Vec<Told<'_>>> = Vec::new();
    let mut open: HashMap<&str, (usize, DateTime<Utc>)> = HashMap::new();
    for told in sessions {
        let (Some(first), Some(last)) = (told.entries.first(), told.entries.last()) else { continue };
        let (began, lived) = (first.at, last.at);
        let host = told.entries.iter().find_map(|entry| entry.host.as_deref());
        let known = host.and_then(|host| open.get_mut(host));
        if let Some((place, until)) = known
            && began <= *until + gap
            && let Some(group) = groups.get_mut(*place)
        {
            *until = lived.max(*until);
            group.push(told);
            continue;
        }
        if let Some(host) = host {
            open.insert(host, (groups.len(), lived));
        }
        groups.push(vec![told]);
    }
    groups.into_iter().map(as_one).collect()
}

fn as_one(group: Vec<Told<'_>>) -> Merged {
    let spared = group.len().saturating_sub(1) as u64;
    let last_to_end = group.iter().max_by_key(|told| told.entries.last().map(|entry| entry.at));
    let end = last_to_end.and_then(|told| told.end);
    let mut entries: Vec<LedgerEntry> = Vec::new();
    for (place, told) in group.iter().enumerate() {
        let wanted = |entry: &&&LedgerEntry| place == 0 || entry.call != CallKind::Start;
        entries.extend(told.entries.iter().filter(wanted).map(|entry| (*entry).clone()));
    }
    entries.sort_by_key(|entry| (entry.at, entry.id));
    if spared > 0 {
        count_minutes_once(&mut entries);
    }
    Merged { entries, end, spared }
}

/// Minutes that passed side by side are paid once, and those between two sessions, too.
fn count_minutes_once(entries: &mut Vec<LedgerEntry>) {
    let is_minute = |entry: &&LedgerEntry| entry.call == CallKind::SessionMinute;
    let (Some(first), Some(last)) = (entries.iter().find(is_minute), entries.iter().rfind(is_minute)) else {
        return;
    };
    let (first, last) = (first.clone(), last.clone());
    entries.retain(|entry| entry.call != CallKind::SessionMinute);
    for number in 0..minutes_between(first.at, last.at) {
        let at = first.at + TimeDelta::minutes(i64::try_from(number).unwrap_or_default());
        let like = if number == 0 { &first } else { &last };
        entries.push(LedgerEntry { at, ..like.clone() });
    }
    entries.sort_by_key(|entry| (entry.at, entry.id));
}
