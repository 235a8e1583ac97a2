//! A connection: numbers calls, matches answers, spreads events. Who reads never waits for anybody, and every way in
//! which an answer can fail to come (crash, detach, the connection's end, silence, deadline) ends the waiting call.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::{CdpError, Event, Heard, Session, Text};

/// A browser that has stopped, and a proxy that dropped an idle connection, say no word of it.
pub(super) const ASKED_EVERY: Duration = Duration::from_secs(20);
pub(super) const SILENCE_ENDS: Duration = Duration::from_secs(65);
/// Events kept for a reader that is behind.
const EVENTS_KEPT: usize = 2048;

/// A connection to a browser. Clones share it; it closes when the last one is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Cdp {
    outgoing: mpsc::UnboundedSender<String>,
    shared: Arc<Shared>,
}

/// What calls, and who brings messages, have in common.
#[derive(Debug)]
pub(super) struct Shared {
    next_id: AtomicU64,
    state: Mutex<State>,
    ended: watch::Sender<Option<String>>,
}

type Ear = Arc<dyn Fn(&Heard<'_>) + Send + Sync>;

#[derive(Default)]
struct State {
    pending: HashMap<u64, Waiting>,
    /// Keyed by session id; the browser itself is the empty one.
    listeners: HashMap<String, broadcast::Sender<Event>>,
    /// The same.
    ears: HashMap<String, Ear>,
    ended: Option<String>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("pending", &self.pending)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// A call that was sent. One that is dropped leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Begun {
    method: &'static str,
    answer: Result<oneshot::Receiver<Result<Box<RawValue>, CdpError>>, CdpError>,
    _forget: Option<Forget>,
}

#[derive(Debug)]
struct Waiting {
    session: Option<String>,
    method: &'static str,
    answer: oneshot::Sender<Result<Box<RawValue>, CdpError>>,
}

#[derive(Serialize)]
struct Outgoing<'a> {
    id: u64,
    method: &'a str,
    params: &'a Value,
    #[serde(rename = "sessionId", skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
}

#[derive(Deserialize)]
struct Incoming<'a> {
    id: Option<u64>,
    #[serde(borrow)]
    method: Option<Text<'a>>,
    #[serde(borrow, rename = "sessionId")]
    session: Option<Text<'a>>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    message: String,
    #[serde(default)]
    data: Option<Value>,
}

#[derive(Deserialize)]
struct Detached {
    #[serde(rename = "sessionId")]
    session: String,
}

impl Cdp {
    /// A connection whose messages somebody else carries: those that wait to be sent, and where those go that came.
    pub(super) fn new() -> (Cdp, mpsc::UnboundedReceiver<String>, Arc<Shared>) {
        let (outgoing, queue) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            next_id: AtomicU64::new(1),
            state: Mutex::default(),
            ended: watch::Sender::new(None),
        });
        (Cdp { outgoing, shared: Arc::clone(&shared) }, queue, shared)
    }

    /// The browser itself.
    pub(crate) fn browser(&self) -> Session {
        Session { cdp: self.clone(), id: None }
    }

    /// Waits until the connection ended, and says why.
    pub(crate) async fn ended(&self) -> String {
        let mut ended = self.shared.ended.subscribe();
        match ended.wait_for(Option::is_some).await {
            Ok(why) => why.clone().unwrap_or_default(),
            Err(_) => String::from("the connection to the browser ended"),
        }
    }

    /// Sends a call and waits for its answer, at most `within`. A caller that goes away leaves nothing behind.
    pub(crate) async fn call(
        &self,
        session: Option<&str>,
        method: &'static str,
        params: &Value,
        within: Duration,
    ) -> Result<Box<RawValue>, CdpError> {
        self.begin(session, method, params).answer(within).await
    }

    /// Sends a call.
    pub(crate) fn begin(&self, session: Option<&str>, method: &'static str, params: &Value) -> Begun {
        let failed = |error| Begun { method, answer: Err(error), _forget: None };
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        let text = match serde_json::to_string(&Outgoing { id, method, params, session }) {
            Ok(text) => text,
            Err(error) => return failed(CdpError::Unreadable { method, why: error.to_string() }),
        };
        let (answer, answered) = oneshot::channel();
        {
            let mut state = self.shared.state();
            if let Some(why) = &state.ended {
                return failed(CdpError::Ended(why.clone()));
            }
            state.pending.insert(id, Waiting { session: session.map(String::from), method, answer });
        }
        let forget = Forget { shared: Arc::clone(&self.shared), id };
        if self.outgoing.send(text).is_err() {
            return failed(CdpError::Ended(String::from("the connection to the browser ended")));
        }
        Begun { method, answer: Ok(answered), _forget: Some(forget) }
    }

    /// Sends a call whose answer nobody waits for.
    pub(crate) fn post(&self, session: Option<&str>, method: &'static str, params: &Value) {
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        if let Ok(text) = serde_json::to_string(&Outgoing { id, method, params, session }) {
            // A connection that has ended has told everybody.
            let _ = self.outgoing.send(text);
        }
    }

    /// Tells every event of a session to `ear`.
    pub(crate) fn hear(&self, session: Option<&str>, ear: Ear) {
        let mut state = self.shared.state();
        if state.ended.is_none() {
            state.ears.insert(session.unwrap_or_default().to_owned(), ear);
        }
    }

    /// The events of a session from now on.
    pub(crate) fn events(&self, session: Option<&str>) -> broadcast::Receiver<Event> {
        let mut state = self.shared.state();
        if state.ended.is_some() {
            // A receiver without a sender: it reads as ended at once.
            return broadcast::Sender::new(1).subscribe();
        }
        state
            .listeners
            .entry(session.unwrap_or_default().to_owned())
            .or_insert_with(|| broadcast::Sender::new(EVENTS_KEPT))
            .subscribe()
    }

    #[cfg(test)]
    pub(crate) fn pending_calls(&self) -> usize {
        self.shared.state().pending.len()
    }
}

impl Begun {
    /// Waits for the answer, at most `within`.
    pub(crate) async fn answer(self, within: Duration) -> Result<Box<RawValue>, CdpError> {
        match tokio::time::timeout(within, self.answer?).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(CdpError::Ended(String::from("the connection to the browser ended"))),
            Err(_) => Err(CdpError::TimedOut { method: self.method, waited: within }),
        }
    }
}

/// Takes a call out of the waiting ones when its caller stops waiting.
#[derive(Debug)]
struct Forget {
    shared: Arc<Shared>,
    id: u64,
}

impl Drop for Forget {
    fn drop(&mut self) {
        self.shared.state().pending.remove(&self.id);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message came.
    pub(super) fn take_in(&self, text: &str) {
        let Ok(message) = serde_json::from_str::<Incoming<'_>>(text) else {
            tracing::debug!(bytes = text.len(), "a message that is not of the protocol was skipped");
            return;
        };
        if let Some(id) = message.id {
            self.answer(id, &message);
        } else if let Some(Text(method)) = message.method {
            let session = message.session.as_ref().map(|Text(session)| &**session);
            self.spread(&method, session, message.params);
        }
    }

    fn answer(&self, id: u64, message: &Incoming<'_>) {
        let Some(waiting) = self.state().pending.remove(&id) else { return };
        let answer = match (&message.error, message.result) {
            (Some(error), _) => Err(waiting.refused(error)),
            (None, Some(result)) => Ok(result.to_owned()),
            (None, None) => {
                Err(CdpError::Unreadable { method: waiting.method, why: String::from("no result") })
            }
        };
        // The caller may have gone away meanwhile.
        let _ = waiting.answer.send(answer);
    }

    fn spread(&self, method: &str, session: Option<&str>, params: Option<&RawValue>) {
        let ear = self.state().ears.get(session.unwrap_or_default()).cloned();
        // Before the calls that an event ends: whoever waits for them finds the news in place.
        if let Some(ear) = ear {
            ear(&Heard { method, params });
        }
        let mut state = self.state();
        if let Some(listener) = state.listeners.get(session.unwrap_or_default())
            && listener.receiver_count() > 0
        {
            let params = params.map(|params| Arc::from(params.to_owned()));
            let _ = listener.send(Event { method: Arc::from(method), params });
        }
        if method == "Inspector.targetCrashed" {
            state.fail(session, &CdpError::Crashed);
        } else if method == "Target.detachedFromTarget"
            && let Some(detached) = params.and_then(|p| serde_json::from_str::<Detached>(p.get()).ok())
        {
            state.fail(Some(&detached.session), &CdpError::Detached);
            state.listeners.remove(&detached.session);
            state.ears.remove(&detached.session);
        }
    }

    /// No more will come.
    pub(super) fn end(&self, why: &str) {
        let mut state = self.state();
        state.ended = Some(why.to_owned());
        state.listeners.clear();
        state.ears.clear();
        for (_, waiting) in state.pending.drain() {
            let _ = waiting.answer.send(Err(CdpError::Ended(why.to_owned())));
        }
        drop(state);
        self.ended.send_replace(Some(why.to_owned()));
    }
}

impl Waiting {
    fn refused(&self, error: &Refusal) -> CdpError {
        let message = match &error.data {
            Some(Value::String(data)) => format!("{} ({data})", error.message),
            Some(_) | None => error.message.clone(),
        };
        CdpError::Refused { method: self.method, message }
    }
}

impl State {
    fn fail(&mut self, session: Option<&str>, error: &CdpError) {
        let hit: Vec<u64> = self
            .pending
            .iter()
            .filter(|(_, waiting)| waiting.session.as_deref() == session)
            .map(|(id, _)| *id)
            .collect();
        for id in hit {
            if let Some(waiting) = self.pending.remove(&id) {
                let _ = waiting.answer.send(Err(error.clone()));
            }
        }
    }
}
