//! Calls that others make on the sessions shown here: another program, another window, a script. The server tells of
//! all calls alike, so those made here are told apart by their kind and time.

use chrono::{DateTime, TimeDelta, Utc};
use notex_session::Credits;
use notex_wire::CallKind;

use crate::protocol::{Call, CallStatus, Delta, Failure, FailureCode};
use crate::sessions::Session;
use crate::state::State;

/// What stands for a call whose words are not known here.
pub(crate) const WHAT: &str = "made elsewhere";
/// A call of ours begins on the server this much before or after the times that are known here, at most.
const SLACK: TimeDelta = TimeDelta::milliseconds(1_500);

/// A call that somebody else makes now.
#[derive(Clone, Debug)]
pub(crate) struct Elsewhere {
    kind: CallKind,
    /// When it began, by the server's clock: what its end is known by.
    at: DateTime<Utc>,
    /// The call in the list.
    call: u64,
}

impl Elsewhere {
    pub(crate) fn is(&self, call: u64) -> bool {
        self.call == call
    }
}

/// The end of a call, as the server tells it.
pub(crate) struct EndedElsewhere {
    pub(crate) kind: CallKind,
    /// When it began, by the server's clock.
    pub(crate) at: DateTime<Utc>,
    pub(crate) took_ms: f64,
    pub(crate) credits: Credits,
    pub(crate) failure: Option<String>,
}

/// A call that was made here, for telling its events apart.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    kind: CallKind,
    call: u64,
    began: DateTime<Utc>,
    ended: Option<DateTime<Utc>>,
    /// The server's time of its beginning, once the server told of it.
    at: Option<DateTime<Utc>>,
}

impl Own {
    pub(crate) fn new(call: u64, kind: CallKind, began: DateTime<Utc>) -> Self {
        Self { kind, call, began, ended: None, at: None }
    }

    fn covers(&self, kind: CallKind, at: DateTime<Utc>) -> bool {
        self.kind == kind
            && self.at.is_none()
            && self.began - SLACK <= at
            && self.ended.is_none_or(|ended| at <= ended + SLACK)
    }
}

/// How many calls made here are remembered for this.
const OWN_KEPT: usize = 16;

impl Session {
    pub(crate) fn own_began(&mut self, call: u64, kind: CallKind, now: DateTime<Utc>) {
        if self.own.len() == OWN_KEPT {
            self.own.pop_front();
        }
        self.own.push_back(Own::new(call, kind, now));
    }

    /// A call ended; true when it was made here.
    pub(crate) fn own_ended(&mut self, call: u64, now: DateTime<Utc>) -> bool {
        let own = self.own.iter_mut().find(|own| own.call == call);
        own.map(|own| own.ended = Some(now)).is_some()
    }

    /// Whether a call that the server tells of is one of ours; each of ours is found once.
    fn is_own(&mut self, kind: CallKind, at: DateTime<Utc>, ahead: TimeDelta) -> bool {
        if self.own.iter().any(|own| own.kind == kind && own.at == Some(at)) {
            return true;
        }
        let here = at - ahead;
        match self.own.iter_mut().find(|own| own.covers(kind, here)) {
            Some(own) => {
                own.at = Some(at);
                true
            }
            None => false,
        }
    }
}

impl State {
    /// The server tells that a call began.
    pub(crate) fn call_began(&mut self, session: &str, kind: CallKind, at: DateTime<Utc>, ahead: TimeDelta) {
        let Some(known) = self.sessions.get_mut(session) else { return };
        let is_known = known.elsewhere.iter().any(|call| call.kind == kind && call.at == at);
        if is_known || known.is_ended() || known.is_own(kind, at, ahead) {
            return;
        }
        let call = self.next_call();
        self.list_call(session, call, kind, at - ahead);
        self.change_session(session, |known| {
            known.elsewhere.push(Elsewhere { kind, at, call });
            known.refresh_busy();
        });
    }

    /// The server tells that a call ended; answers its id when it was made elsewhere.
    pub(crate) fn call_ended(
        &mut self,
        session: &str,
        ended: EndedElsewhere,
        ahead: TimeDelta,
    ) -> Option<u64> {
        let known = self.sessions.get_mut(session)?;
        let place = known.elsewhere.iter().position(|call| call.kind == ended.kind && call.at == ended.at);
        let call = match place {
            Some(place) => known.elsewhere.swap_remove(place).call,
            None if known.is_own(ended.kind, ended.at, ahead) => return None,
            // Its beginning was missed.
            None => {
                let call = self.next_call();
                self.list_call(session, call, ended.kind, ended.at - ahead);
                call
            }
        };
        self.change_call(session, call, |listed| {
            listed.took_ms = Some(ended.took_ms);
            listed.credits = Some(ended.credits);
            listed.status = match ended.failure {
                None => CallStatus::Done { http_status: 200 },
                Some(code) => CallStatus::Failed { http_status: None, failure: refused(&code) },
            };
        });
        Some(call)
    }

    /// Whether a session is one of this connection.
    pub(crate) fn is_on(&self, session: &str, connection: &str) -> bool {
        self.sessions.get(session).is_some_and(|known| known.state.connection == connection)
    }

    /// The ends of calls made elsewhere may have been missed.
    pub(crate) fn forget_elsewhere(&mut self, connection: &str) {
        let here = self.sessions.values_mut().filter(|known| known.state.connection == connection);
        let calls: Vec<(String, u64)> = here
            .flat_map(|known| {
                let id = known.state.id.clone();
                std::mem::take(&mut known.elsewhere).into_iter().map(move |other| (id.clone(), other.call))
            })
            .collect();
        for (session, call) in calls {
            self.change_call(&session, call, |listed| {
                let failure =
                    Failure::new(FailureCode::Other, "its end was not seen: the server was lost meanwhile");
                listed.status = CallStatus::Failed { http_status: None, failure };
            });
        }
    }

    fn list_call(&mut self, session: &str, id: u64, kind: CallKind, started_at: DateTime<Utc>) {
        let Some(known) = self.sessions.get_mut(session) else { return };
        let call = Call {
            id,
            number: known.next_number(),
            session: session.to_owned(),
            kind,
            what: WHAT.to_owned(),
            status: CallStatus::Running,
            started_at,
            took_ms: None,
            credits: None,
            reasons: Vec::new(),
            picture: None,
            changes: None,
        };
        known.keep_call(call.clone());
        self.deltas.push(Delta::Call(Box::new(call)));
    }
}

fn refused(code: &str) -> Failure {
    let code: String = code.chars().take(100).collect();
    Failure::new(FailureCode::Other, format!("the server refused it: {}", code.replace('_', " ")))
}
