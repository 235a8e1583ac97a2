//! The doors to all live sessions, and the sessions that are further than the store knows: a session's end is told from
//! here until it is written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use notex_session::{Credits, EndReason, Plan};
use notex_wire::SessionAnswer;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::answer::Answered;
use super::call::PageCall;
use super::task::PageReply;
use crate::door::Inside;
use crate::engine::EngineState;
use crate::refusal::Refused;
use crate::store::{Listed, Paging, SessionRecord, StoreError};

/// How many calls may wait on one session.
pub(super) const LONGEST_QUEUE: usize = 32;
/// Somebody who found no place is asked to come again after so many seconds at the latest.
const LONGEST_RETRY: u32 = 60;

/// Something asked of a session; asked things are done in order.
pub(super) struct Ask {
    /// A call that came before the deadline counts, however long it waited.
    pub(super) arrived_at: DateTime<Utc>,
    pub(super) what: Asked,
}

pub(super) enum Asked {
    Call(Box<PageCall>, PageReply),
    Extend(oneshot::Sender<Result<SessionAnswer, Refused>>),
}

/// The wish to end a session now, whatever it is doing.
pub(super) struct Close {
    /// `Manual` or, when the caller says that it failed, `Error`.
    pub(super) reason: EndReason,
    /// A sentence, when it is not a caller's wish.
    pub(super) why: Option<String>,
    pub(super) reply: Option<oneshot::Sender<SessionAnswer>>,
}

/// The way to the task of a session.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) asks: mpsc::Sender<Ask>,
    pub(super) closes: mpsc::Sender<Close>,
    /// What those who are let in reach.
    pub(super) inside: Arc<Inside>,
}

/// The doors to all live sessions.
#[derive(Default)]
pub(crate) struct Registry {
    doors: Arc<Mutex<Doors>>,
    stopping: CancellationToken,
}

#[derive(Default)]
struct Doors {
    live: HashMap<String, Live>,
    /// Places of sessions that are being started.
    starting: u64,
    /// Sessions that are further than the store knows, and what they have cost: it could not be written.
    unwritten: HashMap<String, (SessionRecord, Credits)>,
    shut: bool,
}

struct Live {
    door: Door,
    deadline: Option<DateTime<Utc>>,
}

/// A place among the sessions that may be live at once, taken until the session is added or this is dropped.
#[must_use = "the place is taken as long as this lives"]
pub(super) struct Place {
    /// `None` when it was given back.
    doors: Option<Arc<Mutex<Doors>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(doors) = self.doors.take() {
            locked(&doors).starting -= 1;
        }
    }
}

fn locked(doors: &Mutex<Doors>) -> MutexGuard<'_, Doors> {
    doors.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Registry {
    fn doors(&self) -> MutexGuard<'_, Doors> {
        locked(&self.doors)
    }

    fn door(&self, id: &str) -> Option<Door> {
        self.doors().live.get(id).map(|live| live.door.clone())
    }

    /// Whether a session is live.
    pub(crate) fn is_live(&self, id: &str) -> bool {
        self.doors().live.contains_key(id)
    }

    /// What is inside of a live session.
    pub(crate) fn inside(&self, id: &str) -> Option<Arc<Inside>> {
        self.door(id).map(|door| door.inside)
    }

    /// How many sessions are live.
    pub(crate) fn len(&self) -> usize {
        self.doors().live.len()
    }

    /// How many calls wait on a session.
    #[cfg(test)]
    pub(crate) fn waiting(&self, id: &str) -> usize {
        self.door(id).map_or(0, |door| LONGEST_QUEUE - door.asks.capacity())
    }

    /// Takes a place for a new session, when the plan has one.
    pub(super) fn take_place(&self, plan: &Plan, now: DateTime<Utc>) -> Result<Place, Refused> {
        let mut doors = self.doors();
        let taken = doors.live.len() as u64 + doors.starting;
        if let Some(most) = plan.sessions_at_once.filter(|most| taken >= u64::from(*most)) {
            let next = doors.live.values().filter_map(|live| live.deadline).min();
            let until = next.map_or(i64::MAX, |at| (at - now).num_seconds().saturating_add(1));
            let seconds = u32::try_from(until.max(1)).unwrap_or(LONGEST_RETRY).min(LONGEST_RETRY);
            return Err(Refused::too_many_sessions(plan, most, seconds));
        }
        doors.starting += 1;
        Ok(Place { doors: Some(Arc::clone(&self.doors)) })
    }

    /// Adds a session in the place that was taken for it, unless the engine is being stopped.
    pub(super) fn add(
        &self,
        id: &str,
        door: Door,
        deadline: Option<DateTime<Utc>>,
        mut place: Place,
    ) -> Result<(), Refused> {
        let mut doors = self.doors();
        if doors.shut {
            // Dropped behind the lock, which a place takes to give itself back.
            drop(doors);
            return Err(Refused::stopping());
        }
        doors.live.insert(id.to_owned(), Live { door, deadline });
        doors.starting -= 1;
        place.doors = None;
        Ok(())
    }

    /// The store knows the session as it is.
    pub(super) fn written(&self, id: &str, deadline: Option<DateTime<Utc>>) {
        let mut doors = self.doors();
        doors.unwritten.remove(id);
        if let Some(live) = doors.live.get_mut(id) {
            live.deadline = deadline;
        }
    }

    /// The store knows the session as it was.
    pub(super) fn note_unwritten(&self, record: SessionRecord, credits: Credits) {
        self.doors().unwritten.insert(record.id.clone(), (record, credits));
    }

    /// Waits until the engine is being stopped.
    pub(super) async fn stopping(&self) {
        self.stopping.cancelled().await;
    }

    pub(super) fn remove(&self, id: &str) {
        let gone = self.doors().live.remove(id);
        if let Some(live) = gone {
            live.door.inside.ended.cancel();
        }
    }

    /// Asks every session to end, and takes no new one.
    pub(crate) async fn shut(&self, why: &str) {
        let live: Vec<Door> = {
            let mut doors = self.doors();
            doors.shut = true;
            doors.live.values().map(|live| live.door.clone()).collect()
        };
        self.stopping.cancel();
        for door in live {
            let close = Close { reason: EndReason::Manual, why: Some(why.to_owned()), reply: None };
            let _ = door.closes.send(close).await;
        }
    }
}

impl EngineState {
    /// A session as it is, and what it has cost.
    pub(crate) async fn session(&self, id: &str) -> Result<Option<(SessionRecord, Credits)>, StoreError> {
        // Before the store is read: what is written in between is then in one of the two.
        let unwritten = self.registry.doors().unwritten.get(id).cloned();
        let known = self.store.session(id).await?;
        Ok(known.map(|known| unwritten.unwrap_or(known)))
    }

    /// Sessions as they are, newest first, and how many there are.
    pub(crate) async fn sessions(
        &self,
        listed: Listed,
        paging: Paging,
    ) -> Result<(Vec<(SessionRecord, Credits)>, u64), StoreError> {
        let unwritten = self.registry.doors().unwritten.clone();
        let (mut items, mut total) = self.store.sessions(listed, paging).await?;
        for item in &mut items {
            if let Some(unwritten) = unwritten.get(&item.0.id) {
                item.clone_from(unwritten);
            }
        }
        if listed == Listed::Live {
            let known = items.len();
            items.retain(|(record, _)| record.ended.is_none());
            total -= (known - items.len()) as u64;
        }
        Ok((items, total))
    }

    /// Makes a call on a session; calls on one session are done in order.
    pub(crate) async fn call(&self, id: &str, call: PageCall) -> Result<Answered, Refused> {
        let now = self.clock.now();
        self.ask(id, |reply| Asked::Call(Box::new(call), PageReply::new(reply, now))).await
    }

    /// Moves the deadline of a session as a call would.
    pub(crate) async fn extend(&self, id: &str) -> Result<SessionAnswer, Refused> {
        self.ask(id, Asked::Extend).await
    }

    /// Ends a session, interrupting the call that runs on it. The caller says whether it went well.
    pub(crate) async fn close(&self, id: &str, reason: EndReason) -> Result<SessionAnswer, Refused> {
        let Some(door) = self.registry.door(id) else { return Err(self.not_live(id).await) };
        let (reply, closed) = oneshot::channel();
        let close = Close { reason, why: None, reply: Some(reply) };
        if door.closes.send(close).await.is_ok()
            && let Ok(answer) = closed.await
        {
            return Ok(answer);
        }
        Err(self.not_live(id).await)
    }

    async fn ask<T>(
        &self,
        id: &str,
        what: impl FnOnce(oneshot::Sender<Result<T, Refused>>) -> Asked,
    ) -> Result<T, Refused> {
        let Some(door) = self.registry.door(id) else { return Err(self.not_live(id).await) };
        let (reply, answered) = oneshot::channel();
        let ask = Ask { arrived_at: self.clock.now(), what: what(reply) };
        match door.asks.try_send(ask) {
            Ok(()) => match answered.await {
                Ok(answer) => answer,
                // The session ended before it came to this call, or in the middle of it.
                Err(_) => Err(self.not_live(id).await),
            },
            Err(mpsc::error::TrySendError::Full(_)) => Err(Refused::busy(id)),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(self.not_live(id).await),
        }
    }

    /// Why nothing can be asked of a session: it ended, or never was.
    pub(crate) async fn not_live(&self, id: &str) -> Refused {
        match self.session(id).await {
            Ok(Some((record, _))) => match &record.ended {
                Some(ended) => Refused::ended(id, ended),
                None => Refused::busy(id),
            },
            Ok(None) => Refused::unknown_session(id),
            Err(error) => error.into(),
        }
    }
}
