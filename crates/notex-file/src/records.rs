//! What stands in the file. Instants are RFC 3339, spans microseconds, credits as on the wire. Fields may be added
//! within a version; readers ignore what they do not know.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use notex_archive::{CallFailure, End, KeptCall, KeptSession, Page, PartKind, Timing};
use notex_session::{Credits, EndReason, Reason};
use notex_wire::CallKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::SecretKind;

/// What `format` says.
pub const FORMAT: &str = "notex-session";
/// The version that is written, and the newest that is read.
pub const VERSION: u32 = 1;

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The program that wrote it, with its version.
    pub made_by: String,
    /// When it was written.
    pub made_at: DateTime<Utc>,
    /// The session.
    pub session: SessionRecord,
    /// How many calls there are.
    pub calls: u64,
    /// Every other file of the zip by its name.
    pub files: BTreeMap<String, Entry>,
    /// What was taken out.
    pub redaction: RedactionReport,
}

/// A file of the zip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// In bytes, unpacked.
    pub size: u64,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// What was taken out before the file was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedactionReport {
    /// How often what kind of secret was taken out of what.
    pub removed: Vec<Removed>,
    /// So many different secrets were searched for in everything, in each of the ways they can be written.
    pub searched_for: u64,
    /// So many found ones are too short to be searched for elsewhere; they were taken out where they stood.
    pub too_short: u64,
    /// So many pictures and other files that are no text were left out, by wish or because a secret stood in them.
    pub left_out: u64,
    /// So many pictures are in the file: what can be read in them was not looked at.
    pub pictures: u64,
}

/// How often a kind of secret was taken out of a kind of place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// What kind.
    pub kind: SecretKind,
    /// `session`, `request`, `response`, `network`, `dom`, …
    pub place: String,
    /// How often.
    pub times: u64,
}

/// The session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// Its id on its server.
    pub id: String,
    /// What its connection was called.
    pub connection: String,
    /// The contract its server spoke.
    pub dialect: Option<String>,
    /// The body it was started with.
    pub request: Option<Value>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last called, or ended.
    pub touched_at: DateTime<Utc>,
    /// Its last page.
    pub page: PageRecord,
    /// What it cost.
    pub credits: Credits,
    /// The cost was reckoned by the inspector.
    pub credits_estimated: bool,
    /// How it ended; null when it lived.
    pub end: Option<EndRecord>,
}

/// Title and address of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRecord {
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndRecord {
    /// When.
    pub at: DateTime<Utc>,
    /// Why; null when nobody saw it.
    pub reason: Option<EndReason>,
    /// The sentence of a failure.
    pub detail: Option<String>,
}

/// A line of `calls.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// Its number within the session; they rise.
    pub number: u32,
    /// What was called.
    pub kind: CallKind,
    /// In a few words.
    pub what: String,
    /// Somebody else made it.
    pub made_elsewhere: bool,
    /// The body that was sent.
    pub request: Option<Value>,
    /// What was answered, unless it is a part.
    pub response: Option<Value>,
    /// The HTTP status, when the server answered.
    pub http_status: Option<u16>,
    /// Why it failed.
    pub failure: Option<CallFailure>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it took.
    pub timing: TimingRecord,
    /// What it cost.
    pub credits: Option<Credits>,
    /// Why it cost that.
    pub reasons: Vec<Reason>,
    /// The page after it.
    pub page: PageRecord,
    /// How many actions it listed.
    pub action_count: Option<u32>,
    /// What belongs to it and is large.
    pub parts: Vec<PartRecord>,
}

/// Where the time of a call went, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimingRecord {
    /// Waiting for its turn.
    pub queue: Option<u64>,
    /// Opening the connection; 0 when it was open already, null when it is a part of the wait.
    pub connect: Option<u64>,
    /// From the request sent to the answer's first byte.
    pub wait: Option<u64>,
    /// From the first byte to the last.
    pub receive: Option<u64>,
    /// All of it.
    pub total: Option<u64>,
}

/// A part of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRecord {
    /// What it is.
    pub kind: PartKind,
    /// `image/png`, `application/json`, …
    pub media_type: String,
    /// It is `parts/HASH`; null when it is not in the file.
    pub sha256: Option<String>,
    /// Why it is not in the file.
    pub missing: Option<String>,
}

impl SessionRecord {
    pub(crate) fn of(kept: &KeptSession) -> Self {
        Self {
            id: kept.session.clone(),
            connection: kept.connection_name.clone(),
            dialect: kept.dialect.clone(),
            request: kept.request.clone(),
            created_at: kept.created_at,
            touched_at: kept.touched_at,
            page: PageRecord::of(&kept.page),
            credits: kept.credits,
            credits_estimated: kept.credits_estimated,
            end: kept.end.as_ref().map(|End { at, reason, detail }| EndRecord {
                at: *at,
                reason: *reason,
                detail: detail.clone(),
            }),
        }
    }
}

impl PageRecord {
    pub(crate) fn of(page: &Page) -> Self {
        Self { title: page.title.clone(), url: page.url.clone() }
    }
}

impl From<PageRecord> for Page {
    fn from(PageRecord { title, url }: PageRecord) -> Self {
        Self { title, url }
    }
}

impl CallRecord {
    /// Without its bodies and parts.
    pub(crate) fn of(kept: &KeptCall) -> Self {
        Self {
            number: kept.number,
            kind: kept.kind,
            what: kept.what.clone(),
            made_elsewhere: kept.made_elsewhere,
            request: None,
            response: None,
            http_status: kept.http_status,
            failure: kept.failure.clone(),
            started_at: kept.started_at,
            timing: TimingRecord::of(kept.timing),
            credits: kept.credits,
            reasons: kept.reasons.clone(),
            page: PageRecord::of(&kept.page),
            action_count: kept.action_count,
            parts: Vec::new(),
        }
    }
}

impl TimingRecord {
    fn of(timing: Timing) -> Self {
        let micros =
            |span: Option<Duration>| span.map(|span| u64::try_from(span.as_micros()).unwrap_or(u64::MAX));
        let Timing { queue, connect, wait, receive, total } = timing;
        Self {
            queue: micros(queue),
            connect: micros(connect),
            wait: micros(wait),
            receive: micros(receive),
            total: micros(total),
        }
    }
}

impl From<TimingRecord> for Timing {
    fn from(record: TimingRecord) -> Self {
        let TimingRecord { queue, connect, wait, receive, total } = record;
        let span = |micros: Option<u64>| micros.map(Duration::from_micros);
        Self {
            queue: span(queue),
            connect: span(connect),
            wait: span(wait),
            receive: span(receive),
            total: span(total),
        }
    }
}
