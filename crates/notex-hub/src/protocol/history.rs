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
    /// Of this connection.
    pub connection: Option<String>,
    /// Only pinned ones.
    pub pinned: bool,
    /// Only those that have ended.
    pub ended: bool,
}

/// What a filter of calls finds over all kept sessions, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PastHits {
    /// They; none when there is a problem.
    pub hits: Vec<PastHit>,
    /// How many there are in all.
    #[ts(type = "number")]
    pub total: u64,
    /// Why the filter cannot be asked.
    pub problem: Option<FilterProblem>,
}

/// A call that was found.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PastHit {
    /// Its session.
    pub session: PastSession,
    /// The call; its id is its number within the session.
    pub call: Call,
    /// Where it has the words that were asked for.
    pub snippet: Option<Snippet>,
}

/// A piece of a call's text around the words it was found by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Snippet {
    /// What it is a piece of: "page", "request", "answer"; empty for the call's own words.
    pub of: String,
    /// What stands before.
    pub before: String,
    /// The words.
    pub found: String,
    /// What stands after.
    pub after: String,
}

/// What is wrong with a filter, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FilterProblem {
    /// From here, in UTF-16 code units of what was typed.
    #[ts(type = "number")]
    pub from: usize,
    /// Up to here.
    #[ts(type = "number")]
    pub to: usize,
    /// What is wrong and what would be right.
    pub sentence: String,
}

/// What can be typed at a place of a filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FilterHelp {
    /// It replaces what stands from here, in UTF-16 code units of what was typed.
    #[ts(type = "number")]
    pub from: usize,
    /// Up to here.
    #[ts(type = "number")]
    pub to: usize,
    /// What may stand there.
    pub suggestions: Vec<FilterSuggestion>,
}

/// Something that may be typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FilterSuggestion {
    /// What it puts there; a key ends with its colon.
    pub text: String,
    /// In a few words; empty where the text says it.
    pub means: String,
    /// How a key looks with a value.
    pub example: Option<String>,
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
    /// Those that were removed and can be brought back, the last one first.
    pub removed: Vec<RemovedSession>,
}

/// A session that was removed from the history, and can be brought back.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RemovedSession {
    /// It.
    pub session: PastSession,
    /// Then it is deleted for good.
    #[ts(type = "string")]
    pub until: DateTime<Utc>,
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
    /// The page after it, to be looked at again, by hash.
    pub page: Option<String>,
    /// Why it failed, or what is wrong with its page.
    pub explanation: Option<Explanation>,
    /// Where its time went.
    pub timing: CallTiming,
}

/// Where the time of a call went, in milliseconds; null where that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallTiming {
    /// Waiting on the server for its turn.
    pub queue_ms: Option<f64>,
    /// Opening its connection; 0 when that was open already, null when it is a part of the wait.
    pub connect_ms: Option<f64>,
    /// From the request sent to the first byte of the answer, without the wait for its turn.
    pub wait_ms: Option<f64>,
    /// From the first byte of the answer to the last.
    pub receive_ms: Option<f64>,
    /// All of it.
    pub total_ms: Option<f64>,
}

/// Why a call failed, or what is wrong with a page that it reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// In a sentence.
    pub sentence: String,
    /// What it is seen by, each in a sentence or as it was said.
    pub evidence: Vec<String>,
    /// What helps, the likeliest first.
    pub help: Vec<Help>,
}

/// Something that helps after a failed call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Help {
    /// Another session like this one, on the same page.
    StartAgain,
    /// The same call once more.
    Retry,
    /// A look at what the page offers now.
    Observe,
    /// The action that is nearest to the one that is gone.
    TryAction {
        /// Its id.
        action: String,
        /// What it is called.
        label: String,
    },
    /// A later deadline.
    Extend,
    /// The request that failed, among those of this call.
    OpenRequest {
        /// Its id.
        exchange: String,
    },
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

/// What a kept session is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportForm {
    /// The session file `.notex`, which an inspector opens.
    SessionFile,
    /// A trace, which the trace viewer of Playwright opens.
    PlaywrightTrace,
}

/// A file of a session that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// Its size.
    #[ts(type = "number")]
    pub bytes: u64,
    /// How many calls it holds.
    #[ts(type = "number")]
    pub calls: u64,
    /// What was taken out, and of what.
    pub removed: Vec<RemovedSecrets>,
    /// So many different secrets were searched for in all of it.
    #[ts(type = "number")]
    pub searched_for: u64,
    /// So many are too short or too plain to be searched for; they were taken out where they stood.
    #[ts(type = "number")]
    pub too_short: u64,
    /// So many pictures stayed behind.
    #[ts(type = "number")]
    pub left_out: u64,
    /// So many pictures are in it.
    #[ts(type = "number")]
    pub pictures: u64,
}

/// How often secrets of a kind were taken out of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RemovedSecrets {
    /// `a cookie`, `a password`, …
    pub kind: String,
    /// `request`, `network`, `dom`, …
    pub place: String,
    /// How often.
    #[ts(type = "number")]
    pub times: u64,
}

/// How far the writing of a file of a session is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Exporting {
    /// The session's number in the history.
    #[ts(type = "number")]
    pub session: i64,
    /// So many readings are done.
    #[ts(type = "number")]
    pub done: u64,
    /// Of so many.
    #[ts(type = "number")]
    pub of: u64,
}
