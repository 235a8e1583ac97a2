//! Which calls' evidence is being fetched, and how much there was of the newest of them: a run of a flow waits for it
//! and counts it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use notex_flow::Count;
use notex_wire::{CallEvidence, ConsoleLevel};
use tokio::sync::watch;

/// So many are remembered; the oldest go.
const MOST: usize = 512;
/// A server that takes longer is not waited for.
const WITHIN: Duration = Duration::from_secs(5);
/// How long the next call waits, when what the last one left would be lost with it.
const BEFORE_NEXT: Duration = Duration::from_secs(3);

/// What a call's evidence holds, in numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gave {
    /// Its requests by their ids, and whether each failed.
    requests: HashMap<String, bool>,
    /// Requests that were not kept.
    more_requests: u64,
    console: Count,
}

impl Gave {
    pub(super) fn of(told: &CallEvidence) -> Self {
        let failed = |status: Option<u16>| status.is_some_and(|status| status >= 400);
        let requests = told
            .network
            .iter()
            .map(|one| (one.id.clone(), one.failed.is_some() || failed(one.status)))
            .collect();
        let lines = |wanted: fn(ConsoleLevel) -> bool| {
            let lines = told.console.iter().filter(|line| wanted(line.level));
            lines.fold(0_u32, |all, line| all.saturating_add(line.repeated))
        };
        let console = Count {
            total: lines(|_| true).saturating_add(small(told.dropped.console)),
            failed: lines(|level| level == ConsoleLevel::Error),
        };
        Self { requests, more_requests: told.dropped.network, console }
    }
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

enum Fetch {
    UnderWay,
    Over(Option<Arc<Gave>>),
}

/// All of them, by session and call.
pub(crate) struct Fetches(watch::Sender<VecDeque<((String, u64), Fetch)>>);

impl Default for Fetches {
    fn default() -> Self {
        Self(watch::Sender::new(VecDeque::new()))
    }
}

/// One that goes on. However it ends, nobody waits for it afterwards.
pub(super) struct Fetching {
    hub: crate::Hub,
    of: (String, u64),
    gave: Option<Arc<Gave>>,
}

impl Fetching {
    pub(super) fn begin(hub: &crate::Hub, session: &str, call: u64) -> Self {
        let of = (session.to_owned(), call);
        hub.shared.fetches.0.send_modify(|all| {
            all.retain(|(known, _)| *known != of);
            all.push_back((of.clone(), Fetch::UnderWay));
            let over = all.len().saturating_sub(MOST);
            all.drain(..over);
        });
        Self { hub: hub.clone(), of, gave: None }
    }

    pub(super) fn gave(&mut self, told: &CallEvidence) {
        self.gave = Some(Arc::new(Gave::of(told)));
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.hub.shared.fetches.0.send_modify(|all| {
            if let Some((_, fetch)) = all.iter_mut().find(|(known, _)| *known == self.of) {
                *fetch = Fetch::Over(self.gave.take());
            }
        });
    }
}

/// Waits until nothing of a session's calls is being fetched: its next call changes the page, or closes it.
pub(crate) async fn settled(hub: &crate::Hub, session: &str) {
    let mut all = hub.shared.fetches.0.subscribe();
    let are_over = |all: &VecDeque<((String, u64), Fetch)>| {
        !all.iter().any(|((known, _), fetch)| known == session && matches!(fetch, Fetch::UnderWay))
    };
    drop(tokio::time::timeout(BEFORE_NEXT, all.wait_for(are_over)).await);
}

/// Requests and console of calls of a session, once they are fetched; `None` where the server tells none of them.
pub(crate) async fn counted(hub: &crate::Hub, session: &str, calls: &[u64]) -> Option<(Count, Count)> {
    let is_one = |(known, call): &(String, u64)| known == session && calls.contains(call);
    let mut all = hub.shared.fetches.0.subscribe();
    let are_over = |all: &VecDeque<((String, u64), Fetch)>| {
        !all.iter().any(|(of, fetch)| is_one(of) && matches!(fetch, Fetch::UnderWay))
    };
    // Whatever was not there in time is not counted.
    drop(tokio::time::timeout(WITHIN, all.wait_for(are_over)).await);
    let all = all.borrow();
    let mut told = all.iter().filter(|(of, _)| is_one(of)).filter_map(|(_, fetch)| match fetch {
        Fetch::Over(gave) => gave.as_deref(),
        Fetch::UnderWay => None,
    });
    let first = told.next()?.clone();
    let sum = told.fold(first, |mut sum, more| {
        sum.requests.extend(more.requests.iter().map(|(id, failed)| (id.clone(), *failed)));
        sum.more_requests = sum.more_requests.saturating_add(more.more_requests);
        sum.console.total = sum.console.total.saturating_add(more.console.total);
        sum.console.failed = sum.console.failed.saturating_add(more.console.failed);
        sum
    });
    let failed = sum.requests.values().filter(|failed| **failed).count() as u64;
    let total = (sum.requests.len() as u64).saturating_add(sum.more_requests);
    Some((Count { total: small(total), failed: small(failed) }, sum.console))
}
