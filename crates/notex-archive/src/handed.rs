//! What is handed in. A request is its body alone: the headers it was sent with have no place here.

use std::time::Duration;

use chrono::{DateTime, Utc};
use notex_session::{Credits, EndReason, Reason};
use notex_wire::CallKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A session as it is known now; told again when something about it changed.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionFacts {
    /// The id of the connection it lives on.
    pub connection: String,
    /// What the person calls that connection; kept because a connection can be removed.
    pub connection_name: String,
    /// The session's id on its server.
    pub session: String,
    /// The contract its server speaks.
    pub dialect: Option<String>,
    /// It was started here.
    pub started_here: bool,
    /// The body it was started with; `None` leaves what is kept.
    pub request: Option<Value>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Title and address of its page.
    pub page: Page,
    /// What it has cost.
    pub credits: Credits,
    /// The cost was reckoned here, not told by the server.
    pub credits_estimated: bool,
    /// How it ended; `None` while it lives.
    pub end: Option<End>,
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// When.
    pub at: DateTime<Utc>,
    /// Why; `None` when nobody saw its end.
    pub reason: Option<EndReason>,
    /// The sentence of a failure.
    pub detail: Option<String>,
}

/// Title and address of a page; empty where there was none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
}

/// A call that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCall {
    /// The id of the connection of its session.
    pub connection: String,
    /// Its session's id on its server.
    pub session: String,
    /// Its number within the session, from 1. One that is taken already becomes the next free one.
    pub number: u32,
    /// What was called.
    pub kind: CallKind,
    /// In a few words.
    pub what: String,
    /// Somebody else made it, so that little more is known of it.
    pub made_elsewhere: bool,
    /// The body that was sent.
    pub request: Option<Value>,
    /// What was answered, without its screenshot.
    pub response: Option<Value>,
    /// The HTTP status, when the server answered.
    pub http_status: Option<u16>,
    /// Why it failed; `None` for a success.
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
    /// What it is found by, besides its page.
    pub words: Words,
    /// What belongs to it and is large.
    pub parts: Vec<NewPart>,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFailure {
    /// A word that programs tell failures apart by.
    pub code: String,
    /// A sentence.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// How long a call took, and where the time went as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// Waiting for its turn.
    pub queue: Option<Duration>,
    /// Opening the connection; nothing when it was open already.
    pub connect: Option<Duration>,
    /// From the request sent to the answer's first byte.
    pub wait: Option<Duration>,
    /// From the first byte to the last.
    pub receive: Option<Duration>,
    /// All of it.
    pub total: Option<Duration>,
}

/// The words that a call is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The names of the actions it listed.
    pub actions: String,
    /// The text it read.
    pub text: String,
    /// The values it was asked with.
    pub asked: String,
}

impl Words {
    /// The values of a body, for finding the call that was made with it.
    pub fn asked_with(request: &Value) -> String {
        fn walk<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::String(text) => found.push(text),
                Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
                Value::Object(fields) => {
                    // A session is found by its own id.
                    let others = fields.iter().filter(|(name, _)| *name != "session_id");
                    others.for_each(|(_, field)| walk(field, found));
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        let mut found = Vec::new();
        walk(request, &mut found);
        found.join("\n")
    }
}

/// Something large that belongs to a call; it is kept once however many calls have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPart {
    /// What it is.
    pub kind: PartKind,
    /// `image/png`, `application/json`, …
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Parts of a call that was handed in before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateParts {
    /// The id of the connection of its session.
    pub connection: String,
    /// Its session's id on its server.
    pub session: String,
    /// The number that it was handed in with.
    pub number: u32,
    /// When it began: another call of this number is another call.
    pub started_at: DateTime<Utc>,
    /// What belongs to it.
    pub parts: Vec<NewPart>,
    /// What there is none of, and why.
    pub missing: Vec<(PartKind, String)>,
}

/// What a part of a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// The picture of the page after it.
    Screenshot,
    /// The actions of the page after it.
    Actions,
    /// The page after it, to be looked at again: JSON of a [`notex_wire::DomSnapshot`].
    Dom,
    /// What was written to the console meanwhile: JSON of a list of [`notex_wire::ConsoleLine`].
    Console,
    /// The requests of the page meanwhile: JSON of a list of [`notex_wire::Exchange`].
    Network,
    /// An answer that is too large for its row.
    Response,
}
