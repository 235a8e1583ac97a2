//! The evidence of all sessions by their ids: of the live ones, and for a while of those that have ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::Evidence;

/// How long it is kept after the end of its session.
const KEPT_AFTER_END: TimeDelta = TimeDelta::minutes(5);
/// Of all sessions that have ended together; those that ended first go first.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// The evidence of all sessions.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<HashMap<String, Place>>);

struct Place {
    evidence: Arc<Evidence>,
    ended: Option<DateTime<Utc>>,
}

impl Shelf {
    fn places(&self) -> MutexGuard<'_, HashMap<String, Place>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A session begins.
    pub(crate) fn enter(&self, id: &str, evidence: Arc<Evidence>, now: DateTime<Utc>) {
        self.sweep(now);
        self.places().insert(id.to_owned(), Place { evidence, ended: None });
    }

    /// A session has ended.
    pub(crate) fn end(&self, id: &str, now: DateTime<Utc>) {
        if let Some(place) = self.places().get_mut(id) {
            place.ended = Some(now);
        }
        self.sweep(now);
    }

    /// What is kept of the calls of a session.
    pub(crate) fn of(&self, id: &str, now: DateTime<Utc>) -> Option<Arc<Evidence>> {
        self.sweep(now);
        self.places().get(id).map(|place| Arc::clone(&place.evidence))
    }

    fn sweep(&self, now: DateTime<Utc>) {
        let mut places = self.places();
        places.retain(|_, place| place.ended.is_none_or(|ended| now - ended < KEPT_AFTER_END));
        let mut ended: Vec<(DateTime<Utc>, String, usize)> = places
            .iter()
            .filter_map(|(id, place)| Some((place.ended?, id.clone(), place.evidence.bytes())))
            .collect();
        ended.sort_unstable();
        let mut bytes: usize = ended.iter().map(|(_, _, bytes)| bytes).sum();
        for (_, id, size) in ended {
            if bytes <= MOST_BYTES {
                return;
            }
            places.remove(&id);
            bytes -= size;
        }
    }
}
