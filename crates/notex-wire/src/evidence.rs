//! What the local engine keeps of a call besides its answer: what its page wrote, what it requested, and the page
//! itself to be looked at again. Secrets are gone before any of it is kept: see [`HIDDEN`].

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What stands in place of a secret: the values of `Authorization`, `Cookie` and their like, of passwords in
/// addresses, bodies and fields.
pub const HIDDEN: &str = "[not kept]";

/// Ours: what is kept of a call. What happened between two calls belongs to the later one, and is told by its instants,
/// which lie before `began_at`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
pub struct CallEvidence {
    /// The number of the call within its session, from 1.
    pub call: u32,
    /// When it began; null for the one that has not come yet.
    #[ts(type = "string | null")]
    pub began_at: Option<DateTime<Utc>>,
    /// When it was answered; null while it runs.
    #[ts(type = "string | null")]
    pub ended_at: Option<DateTime<Utc>>,
    /// What was written to the console, oldest first.
    pub console: Vec<ConsoleLine>,
    /// What was requested, in the order it was sent. A request that had not ended is told again by the call in which it
    /// ended, with the same `id`.
    pub network: Vec<Exchange>,
    /// The page after the call.
    pub dom: Option<DomSnapshot>,
    /// What could not be kept.
    pub dropped: Dropped,
}

/// What of a call could not be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
pub struct Dropped {
    /// So many lines of the console.
    #[ts(type = "number")]
    pub console: u64,
    /// So many requests.
    #[ts(type = "number")]
    pub network: u64,
    /// Why there is no snapshot of the page, in a sentence without a full stop.
    pub dom: Option<String>,
}

/// A line of the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ConsoleLine {
    /// When it was written first.
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
    /// How much it matters.
    pub level: ConsoleLevel,
    /// Who wrote it.
    pub source: ConsoleSource,
    /// What was written, at most 4,000 characters.
    pub text: String,
    /// The address of the script or of the failed request.
    #[serde(default)]
    pub url: Option<String>,
    /// The line in it, from 1.
    #[serde(default)]
    pub line: Option<u32>,
    /// The column in it, from 1.
    #[serde(default)]
    pub column: Option<u32>,
    /// How often it was written in a row.
    #[serde(default = "once")]
    pub repeated: u32,
}

/// How much a line of the console matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ConsoleLevel {
    Debug,
    #[default]
    Log,
    Info,
    Warning,
    Error,
}

/// Who wrote a line of the console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleSource {
    /// A script, by `console`.
    #[default]
    Script,
    /// A script that failed.
    Exception,
    /// The browser: a failed request, a violated policy, a feature that goes away.
    Browser,
}

/// A request of a page and its answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Exchange {
    /// Its id within the session; each hop of a redirect has one of its own.
    pub id: String,
    /// When it was sent.
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
    /// When its answer was there, or it failed; null while it is under way.
    #[serde(default)]
    #[ts(type = "string | null")]
    pub ended_at: Option<DateTime<Utc>>,
    /// `GET`, `POST`, …
    pub method: String,
    /// Its address, at most 8,000 characters.
    pub url: String,
    /// `document`, `stylesheet`, `image`, `media`, `font`, `script`, `xhr`, `fetch`, `websocket`, …
    pub resource_type: String,
    /// The status of the answer.
    #[serde(default)]
    pub status: Option<u16>,
    /// The words beside it.
    #[serde(default)]
    pub status_text: String,
    /// `http/1.1`, `h2`, `h3`, `data`, …
    #[serde(default)]
    pub protocol: Option<String>,
    /// It was answered without the network.
    #[serde(default)]
    pub from_cache: bool,
    /// Address and port of the server.
    #[serde(default)]
    pub remote_address: Option<String>,
    /// Headers as they were sent, in order.
    #[serde(default)]
    pub request_headers: Vec<HttpHeader>,
    /// Headers as they came, in order.
    #[serde(default)]
    pub response_headers: Vec<HttpHeader>,
    /// What was sent.
    #[serde(default)]
    pub request_body: Option<HttpBody>,
    /// What came.
    #[serde(default)]
    pub response_body: Option<HttpBody>,
    /// Why it has no body, in a sentence without a full stop.
    #[serde(default)]
    pub response_body_missing: Option<String>,
    /// The media type of the answer.
    #[serde(default)]
    pub mime: Option<String>,
    /// Bytes of the answer as they came over the wire, headers among them.
    #[serde(default)]
    #[ts(type = "number")]
    pub encoded_bytes: u64,
    /// Bytes of the answer's body, decoded.
    #[serde(default)]
    #[ts(type = "number")]
    pub decoded_bytes: u64,
    /// Where the time went.
    #[serde(default)]
    pub timing: ExchangeTiming,
    /// What made the request.
    #[serde(default)]
    pub initiator: Option<Initiator>,
    /// The id of the request that was redirected here.
    #[serde(default)]
    pub redirected_from: Option<String>,
    /// The address of the frame that asked, when it is not the page itself.
    #[serde(default)]
    pub frame: Option<String>,
    /// Why there was no answer, in a sentence without a full stop.
    #[serde(default)]
    pub failed: Option<String>,
}

/// A header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct HttpHeader {
    /// Its name as it was written.
    pub name: String,
    /// Its value; [`HIDDEN`] where it is a secret.
    pub value: String,
}

/// A body, as far as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct HttpBody {
    /// The text, or the bytes in base64.
    pub content: String,
    /// Whether it is base64.
    #[serde(default)]
    pub base64: bool,
    /// Whether there was more.
    #[serde(default)]
    pub truncated: bool,
}

/// Where the time of a request went, in milliseconds; null where it did not come to that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
pub struct ExchangeTiming {
    /// Waiting for a free connection.
    pub blocked_ms: Option<f64>,
    /// Asking for the host's address.
    pub dns_ms: Option<f64>,
    /// Opening the connection, TLS among it.
    pub connect_ms: Option<f64>,
    /// TLS.
    pub tls_ms: Option<f64>,
    /// Sending.
    pub send_ms: Option<f64>,
    /// From sent to the first byte of the answer.
    pub wait_ms: Option<f64>,
    /// From the first byte to the last.
    pub receive_ms: Option<f64>,
    /// All of it.
    pub total_ms: Option<f64>,
}

/// What made a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
pub struct Initiator {
    /// `parser`, `script`, `preload`, `other`, …
    pub kind: String,
    /// The address of the document or script.
    pub url: Option<String>,
    /// The line in it, from 1.
    pub line: Option<u32>,
}

/// A page to be looked at again: one document that needs nothing else and runs nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
pub struct DomSnapshot {
    /// The document, with its styles, pictures and frames inside; without scripts. Shadow roots are declarative ones.
    pub html: String,
    /// The title of the page.
    pub title: String,
    /// Its address.
    pub url: String,
    /// When it was taken.
    #[ts(type = "string | null")]
    pub at: Option<DateTime<Utc>>,
    /// Width of the viewport, in CSS pixels.
    pub viewport_width: f64,
    /// Height of the viewport, in CSS pixels.
    pub viewport_height: f64,
    /// How far it was scrolled to the right, in CSS pixels.
    pub scroll_x: f64,
    /// How far it was scrolled down, in CSS pixels.
    pub scroll_y: f64,
    /// What was left out because it is too large, in a sentence without a full stop.
    pub truncated: Option<String>,
}

fn once() -> u32 {
    1
}
