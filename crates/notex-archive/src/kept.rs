//! What is read out.

use chrono::{DateTime, Utc};
use notex_session::{Credits, Reason};
use notex_wire::CallKind;
use serde_json::Value;

use crate::handed::{CallFailure, End, Page, PartKind, Timing};

/// A session as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptSession {
    /// Its number in the archive.
    pub key: i64,
    /// The id of its connection, which may be gone.
    pub connection: String,
    /// What that connection was called.
    pub connection_name: String,
    /// Its id on its server.
    pub session: String,
    /// The contract its server spoke.
    pub dialect: Option<String>,
    /// It was started here.
    pub started_here: bool,
    /// The body it was started with.
    pub request: Option<Value>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last called, or ended.
    pub touched_at: DateTime<Utc>,
    /// Its last page.
    pub page: Page,
    /// What it has cost.
    pub credits: Credits,
    /// The cost was reckoned here.
    pub credits_estimated: bool,
    /// How it ended; `None` while it lives.
    pub end: Option<End>,
    /// It stays whatever its age.
    pub pinned: Pinned,
    /// How many of its calls are kept.
    pub calls: u64,
    /// How many of those failed.
    pub failed: u64,
}

/// Whether a session stays whatever its age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pinned {
    /// It stays until somebody unpins it.
    Yes,
    /// Its age and the archive's size decide.
    No,
}

/// Which sessions are asked for. What is not said does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionFilter {
    /// Of this connection.
    pub connection: Option<String>,
    /// Only those that have ended.
    pub ended: bool,
    /// Only pinned ones.
    pub pinned: bool,
}

/// A page of the sessions, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionsPage {
    /// They.
    pub sessions: Vec<KeptSession>,
    /// How many there are in all.
    pub total: u64,
}

/// A call as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptCall {
    /// Its number within the session, from 1.
    pub number: u32,
    /// What was called.
    pub kind: CallKind,
    /// In a few words.
    pub what: String,
    /// Somebody else made it.
    pub made_elsewhere: bool,
    /// The HTTP status, when the server answered.
    pub http_status: Option<u16>,
    /// Why it failed.
    pub failure: Option<CallFailure>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it took.
    pub timing: Timing,
    /// What it cost.
    pub credits: Option<Credits>,
    /// Why it cost that.
    pub reasons: Vec<Reason>,
    /// The page after it.
    pub page: Page,
    /// How many actions it listed.
    pub action_count: Option<u32>,
    /// The hash of its screenshot.
    pub screenshot: Option<String>,
}

/// A page of a session's calls, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct CallsPage {
    /// They.
    pub calls: Vec<KeptCall>,
    /// How many there are in all.
    pub total: u64,
}

/// A call with all that is kept of it.
#[derive(Clone, Debug, PartialEq)]
pub struct WholeCall {
    /// As a list shows it.
    pub call: KeptCall,
    /// The body that was sent.
    pub request: Option<Value>,
    /// What was answered; `None` also when it is a part, and that could not be kept.
    pub response: Option<Value>,
    /// What belongs to it.
    pub parts: Vec<KeptPart>,
}

/// A part of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPart {
    /// What it is.
    pub kind: PartKind,
    /// The hash of its bytes; `None` when it could not be kept.
    pub hash: Option<String>,
    /// Its size in bytes.
    pub size: u64,
    /// `image/png`, `application/json`, …
    pub media_type: String,
    /// Why it could not be kept.
    pub missing: Option<String>,
}

/// A call that was searched for and found.
#[derive(Clone, Debug, PartialEq)]
pub struct CallHit {
    /// Its session.
    pub session: KeptSession,
    /// The call.
    pub call: KeptCall,
    /// Where it has the words that were asked for; `None` when none were.
    pub snippet: Option<Snippet>,
}

/// A page of the calls that were found, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct HitsPage {
    /// They.
    pub hits: Vec<CallHit>,
    /// How many there are in all.
    pub total: u64,
}

/// A piece of a call's text around the words it was found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// What it is a piece of.
    pub of: SnippetOf,
    /// What stands before.
    pub before: String,
    /// The words.
    pub found: String,
    /// What stands after.
    pub after: String,
}

/// What a snippet is a piece of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnippetOf {
    /// What the call is called, or why it failed.
    Call,
    /// Title or address of the page.
    Page,
    /// What was sent.
    Request,
    /// What was answered.
    Answer,
}

/// How long and how much is kept. The oldest sessions go first; never a pinned one, and never one that lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Sessions that were not touched for so many days go.
    pub days: u32,
    /// More bytes than this are not kept.
    pub bytes: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: 30, bytes: 2_000_000_000 }
    }
}

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// So many sessions.
    pub sessions: u64,
    /// So many files.
    pub blobs: u64,
}

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// So many sessions.
    pub sessions: u64,
    /// So many calls.
    pub calls: u64,
    /// The rows, in bytes.
    pub row_bytes: u64,
    /// The files, in bytes.
    pub blob_bytes: u64,
}
