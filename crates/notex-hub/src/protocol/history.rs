//! Sessions of this run and of earlier ones, as they are kept on disk.

use chrono::{DateTime, Utc};
use notex_session::{Credits, EndReason};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Call, Place};

/// Which kept sessions are asked for. What is null does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryFilter {
    /// With these words in one of its calls, in its page or in its id; words in quotes stand together.
    pub text: Option<String>,
    /// Of this connection.
    pub connection: Option<String>,
    /// With a call on a page of this host, or of one below it.
    pub host: Option<String>,
    /// Last called then or later.
    pub from: Option<DateTime<Utc>>,
    /// Last called earlier.
    pub to: Option<DateTime<Utc>>,
    /// Only pinned ones.
    pub pinned: bool,
    /// Only those that have ended.
    pub ended: bool,
}

/// A page of kept sessions, last called first.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// They.
    pub sessions: Vec<PastSession>,
    /// How many there are in all.
    #[ts(type = "number")]
    pub total: u64,
}

/// A kept session.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PastSession {
    /// Its number in the history.
    #[ts(type = "number")]
    pub key: i64,
    /// Its id on its server.
    pub id: String,
    /// The id of its connection, which may be gone.
    pub connection: String,
    /// What that connection was called.
    pub connection_name: String,
    /// Title of its last page.
    pub title: String,
    /// Address of its last page.
    pub url: String,
    /// It was started here.
    pub started_here: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last called, or ended.
    pub touched_at: DateTime<Utc>,
    /// What it has cost.
    pub credits: Credits,
    /// The cost was reckoned here.
    pub credits_estimated: bool,
    /// How it ended; null while it lives.
    pub end: Option<PastEnd>,
    /// It stays whatever its age.
    pub pinned: bool,
    /// How many of its calls are kept.
    #[ts(type = "number")]
    pub calls: u64,
    /// How many of those failed.
    #[ts(type = "number")]
    pub failed: u64,
}

/// How a kept session ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PastEnd {
    /// When.
    pub at: DateTime<Utc>,
    /// Why; null when nobody saw its end.
    pub reason: Option<EndReason>,
    /// The sentence of a failure.
    pub detail: Option<String>,
}

/// A page of the calls of a kept session, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PastCalls {
    /// They; the id of each is its number within the session.
    pub calls: Vec<Call>,
    /// How many there are in all.
    #[ts(type = "number")]
    pub total: u64,
}

/// All that is kept of a call.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PastCall {
    /// The call; its id is its number within the session.
    pub call: Call,
    /// Somebody else made it, so that little more is known of it.
    pub made_elsewhere: bool,
    /// The page after it.
    pub place: Place,
    /// The body that was sent, without keys and passwords.
    #[ts(type = "unknown")]
    pub request: Option<serde_json::Value>,
    /// What was answered, without its screenshot.
    #[ts(type = "unknown")]
    pub response: Option<serde_json::Value>,
    /// What could not be kept of it, each in a sentence.
    pub missing: Vec<String>,
}

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistorySizes {
    /// So many sessions.
    #[ts(type = "number")]
    pub sessions: u64,
    /// So many calls.
    #[ts(type = "number")]
    pub calls: u64,
    /// So many bytes.
    #[ts(type = "number")]
    pub bytes: u64,
}
