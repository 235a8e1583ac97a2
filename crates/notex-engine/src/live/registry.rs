//! The doors to all live sessions. A session leaves it when its end has been written to the store.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use notex_wire::{PageAnswer, SessionAnswer};
use tokio::sync::{mpsc, oneshot};

use super::call::PageCall;
use crate::engine::EngineState;
use crate::refusal::Refused;

/// How many calls may wait on one session.
pub(super) const LONGEST_QUEUE: usize = 32;

/// Something asked of a session; asked things are done in order.
pub(super) struct Ask {
    /// A call that came before the deadline counts, however long it waited.
    pub(super) arrived_at: DateTime<Utc>,
    pub(super) what: Asked,
}

pub(super) enum Asked {
    Call(PageCall, oneshot::Sender<Result<PageAnswer, Refused>>),
    Extend(oneshot::Sender<Result<SessionAnswer, Refused>>),
}

/// The wish to end a session now, whatever it is doing.
pub(super) struct Close {
    /// A sentence, when it is not a caller's wish.
    pub(super) why: Option<String>,
    pub(super) reply: Option<oneshot::Sender<SessionAnswer>>,
}

/// The way to the task of a session.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) asks: mpsc::Sender<Ask>,
    pub(super) closes: mpsc::Sender<Close>,
}

/// The doors to all live sessions.
#[derive(Default)]
pub(crate) struct Registry {
    doors: Mutex<Doors>,
}

#[derive(Default)]
struct Doors {
    live: HashMap<String, Door>,
    shut: bool,
}

impl Registry {
    fn doors(&self) -> MutexGuard<'_, Doors> {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn door(&self, id: &str) -> Option<Door> {
        self.doors().live.get(id).cloned()
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

    /// Adds a session, unless the engine is being stopped.
    pub(super) fn add(&self, id: &str, door: Door) -> Result<(), Refused> {
        let mut doors = self.doors();
        if doors.shut {
            return Err(Refused::stopping());
        }
        doors.live.insert(id.to_owned(), door);
        Ok(())
    }

    pub(super) fn remove(&self, id: &str) {
        self.doors().live.remove(id);
    }

    /// Asks every session to end, and takes no new one.
    pub(crate) async fn shut(&self, why: &str) {
        let live: Vec<Door> = {
            let mut doors = self.doors();
            doors.shut = true;
            doors.live.values().cloned().collect()
        };
        for door in live {
            let _ = door.closes.send(Close { why: Some(why.to_owned()), reply: None }).await;
        }
    }
}

impl EngineState {
    /// Makes a call on a session; calls on one session are done in order.
    pub(crate) async fn call(&self, id: &str, call: PageCall) -> Result<PageAnswer, Refused> {
        self.ask(id, |reply| Asked::Call(call, reply)).await
    }

    /// Moves the deadline of a session as a call would.
    pub(crate) async fn extend(&self, id: &str) -> Result<SessionAnswer, Refused> {
        self.ask(id, Asked::Extend).await
    }

    /// Ends a session, interrupting the call that runs on it.
    pub(crate) async fn close(&self, id: &str) -> Result<SessionAnswer, Refused> {
        let Some(door) = self.registry.door(id) else { return Err(self.not_live(id).await) };
        let (reply, closed) = oneshot::channel();
        let close = Close { why: None, reply: Some(reply) };
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
    async fn not_live(&self, id: &str) -> Refused {
        match self.store.session(id).await {
            Ok(Some((record, _))) => match &record.ended {
                Some(ended) => Refused::ended(id, ended),
                None => Refused::busy(id),
            },
            Ok(None) => Refused::unknown_session(id),
            Err(error) => error.into(),
        }
    }
}
