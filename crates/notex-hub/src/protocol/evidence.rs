//! What is kept of calls besides their answers, as the window asks for it.

use notex_wire::{ConsoleLine, Exchange};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A session, among those that are shown or among those of the history.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Whose {
    /// One that is shown.
    Shown {
        /// Its id.
        session: String,
    },
    /// One of the history.
    Past {
        /// Its number in the history.
        #[ts(type = "number")]
        key: i64,
    },
}

/// Console and network of a call or of a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Something is kept of one call at least: its server offers it.
    pub offered: bool,
    /// Lines of the console, oldest first.
    pub console: Vec<KeptLine>,
    /// Requests in the order they were sent, without headers and bodies; each is listed once, where it was sent.
    pub network: Vec<KeptExchange>,
    /// What could not be kept, each in a sentence.
    pub missing: Vec<String>,
}

/// A line of the console, and the call it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct KeptLine {
    /// The number of the call; null for what has happened since the last one.
    pub call: Option<u32>,
    /// The line.
    pub line: ConsoleLine,
}

/// A request, and the call it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct KeptExchange {
    /// The number of the call that knows all of it; null for what has happened since the last one.
    pub call: Option<u32>,
    /// The request.
    pub exchange: Exchange,
}

/// What is kept of a call arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct EvidenceKept {
    /// Its session.
    pub session: String,
    /// Its number within the session.
    pub number: u32,
}
