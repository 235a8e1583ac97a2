//! Tells the listeners that a page call began, and how it ended.

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use notex_session::Credits;
use notex_wire::{CallKind, EngineEvent};

use crate::engine::EngineState;
use crate::refusal::Refused;

/// The code of the refusal that a call gets when its session ends.
const INTERRUPTED: &str = "session_ended";

/// A page call under way. Dropped untold, it was interrupted by the end of its session.
pub(super) struct Running {
    state: Arc<EngineState>,
    session_id: String,
    /// `None`: what it does is not told.
    call: Option<CallKind>,
    /// Its number within the session.
    number: Option<u32>,
    at: DateTime<Utc>,
    began: Instant,
    told: bool,
}

impl Running {
    pub(super) fn begin(
        state: &Arc<EngineState>,
        session_id: &str,
        call: impl Into<Option<CallKind>>,
        number: Option<u32>,
    ) -> Self {
        let (session_id, call, at) = (session_id.to_owned(), call.into(), state.clock.now());
        if let Some(call) = call {
            state.events.tell(EngineEvent::CallStarted { session_id: session_id.clone(), call, at });
        }
        Self { state: Arc::clone(state), session_id, call, number, at, began: Instant::now(), told: false }
    }

    pub(super) fn succeeded(mut self, credits: Credits) {
        self.tell(credits, None);
    }

    /// It cost what it had done before.
    pub(super) fn failed(mut self, refused: &Refused, credits: Credits) {
        self.tell(credits, Some(refused.code()));
    }

    /// Its session ended.
    pub(super) fn interrupted(mut self, credits: Credits) {
        self.tell(credits, Some(INTERRUPTED));
    }

    fn tell(&mut self, credits: Credits, failure: Option<&str>) {
        self.told = true;
        let Some(call) = self.call else { return };
        self.state.events.tell(EngineEvent::CallEnded {
            session_id: std::mem::take(&mut self.session_id),
            call,
            number: self.number,
            at: self.at,
            took_ms: self.began.elapsed().as_secs_f64() * 1000.0,
            credits,
            failure: failure.map(str::to_owned),
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.told {
            self.tell(Credits::ZERO, Some(INTERRUPTED));
        }
    }
}
