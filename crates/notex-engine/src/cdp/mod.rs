//! A thin client of the Chrome DevTools Protocol: one connection, many sessions. It knows no domain of the
//! protocol; answers and events stay raw until somebody asks for them, so a newer browser cannot break it.

mod connection;
mod pipe;
#[cfg(test)]
mod tests;
mod websocket;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::broadcast;

pub(crate) use connection::{Begun, Cdp};

/// Why a call had no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CdpError {
    /// The browser answered with an error.
    #[error("{method} was refused: {message}")]
    Refused {
        /// The call.
        method: &'static str,
        /// What the browser said.
        message: String,
    },
    /// No answer within the call's deadline.
    #[error("{method} had no answer within {} s", .waited.as_secs_f32())]
    TimedOut {
        /// The call.
        method: &'static str,
        /// Its deadline.
        waited: Duration,
    },
    /// The renderer behind the session crashed.
    #[error("the page crashed")]
    Crashed,
    /// The target of the session is gone.
    #[error("the page was closed")]
    Detached,
    /// The connection ended.
    #[error("{0}")]
    Ended(String),
    /// The answer was not what the method promises.
    #[error("{method} answered something unreadable: {why}")]
    Unreadable {
        /// The call.
        method: &'static str,
        /// What did not fit.
        why: String,
    },
}

/// A text of a message, which stays in it where nothing in it is escaped.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// Something the browser told on its own.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// `Page.loadEventFired` and the like.
    pub(crate) method: Arc<str>,
    params: Option<Arc<RawValue>>,
}

impl Event {
    /// Its parameters, when they have the fields asked for.
    pub(crate) fn read<P: DeserializeOwned>(&self) -> Option<P> {
        serde_json::from_str(self.params.as_ref()?.get()).ok()
    }
}

/// An event while it is being read: whoever hears it must not wait, since the connection waits for him.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard<'a> {
    /// `Page.loadEventFired` and the like.
    pub(crate) method: &'a str,
    params: Option<&'a RawValue>,
}

impl<'a> Heard<'a> {
    /// Its parameters, when they have the fields asked for.
    pub(crate) fn read<P: Deserialize<'a>>(&self) -> Option<P> {
        serde_json::from_str(self.params?.get()).ok()
    }
}

/// The browser itself, or one attached target.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    cdp: Cdp,
    id: Option<Arc<str>>,
}

impl Session {
    /// Calls a method and reads its answer.
    pub(crate) async fn call<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: Value,
        within: Duration,
    ) -> Result<R, CdpError> {
        let answer = self.cdp.call(self.id.as_deref(), method, &params, within).await?;
        serde_json::from_str(answer.get())
            .map_err(|error| CdpError::Unreadable { method, why: error.to_string() })
    }

    /// Calls a method whose answer says nothing.
    pub(crate) async fn tell(
        &self,
        method: &'static str,
        params: Value,
        within: Duration,
    ) -> Result<(), CdpError> {
        self.cdp.call(self.id.as_deref(), method, &params, within).await.map(drop)
    }

    /// Sends a call at once and answers later: calls begun in order reach the browser in order.
    pub(crate) fn begin(&self, method: &'static str, params: Value) -> Begun {
        self.cdp.begin(self.id.as_deref(), method, &params)
    }

    /// Sends a call whose answer nobody waits for.
    pub(crate) fn post(&self, method: &'static str, params: Value) {
        self.cdp.post(self.id.as_deref(), method, &params);
    }

    /// Tells every event of this session from now on, in order and without loss, to the one who hears it.
    pub(crate) fn hear(&self, ear: impl Fn(&Heard<'_>) + Send + Sync + 'static) {
        self.cdp.hear(self.id.as_deref(), Arc::new(ear));
    }

    /// Waits until the connection ended, and says why.
    pub(crate) async fn ended(&self) -> String {
        self.cdp.ended().await
    }

    /// The events of this session from now on. A slow reader loses the oldest, the connection never waits for it.
    pub(crate) fn events(&self) -> broadcast::Receiver<Event> {
        self.cdp.events(self.id.as_deref())
    }

    /// A session of an attached target on the same connection.
    pub(crate) fn attached(&self, session_id: &str) -> Session {
        Session { cdp: self.cdp.clone(), id: Some(Arc::from(session_id)) }
    }

    /// Its id; the browser itself has none.
    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}
