//! Sessions as the list shows them.

use chrono::{DateTime, Utc};
use notex_session::{Credits, EndReason};
use notex_wire::{CallKind, Tab};
use serde::Serialize;
use ts_rs::TS;

/// A session as the list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionState {
    /// Its id.
    pub id: String,
    /// The connection it lives on.
    pub connection: String,
    /// Title of its page; empty before the first.
    pub title: String,
    /// Address of its page; empty before the first.
    pub url: String,
    /// Where it is in its life.
    pub phase: SessionPhase,
    /// The timeout does not end it.
    pub keep_alive: bool,
    /// Idle timeout in minutes.
    pub timeout_minutes: u32,
    /// Its calls take screenshots.
    pub screenshot: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last called.
    pub last_call_at: DateTime<Utc>,
    /// What it has cost.
    pub credits: Credits,
    /// True when the server did not report it and the rate card was used.
    pub credits_estimated: bool,
    /// The call that runs on it, made here or elsewhere.
    pub busy: Option<CallKind>,
    /// Its last call in a few words, and when it ended: "B3 click Search".
    pub last_call: Option<String>,
    /// It was started here, by this app.
    pub started_here: bool,
    /// Its tabs; empty while they are not known.
    pub tabs: Vec<Tab>,
    /// The instant it ends whatever is called, by the hub's clock; null when nothing limits it.
    pub latest_end: Option<DateTime<Utc>>,
    /// Width of its viewport in CSS pixels.
    pub viewport_width: Option<u32>,
    /// Height of its viewport in CSS pixels.
    pub viewport_height: Option<u32>,
    /// The language of its pages.
    pub locale: Option<String>,
    /// The time zone of its pages.
    pub timezone: Option<String>,
    /// The user agent it was started with.
    pub user_agent: Option<String>,
    /// Its pages are loaded through a proxy.
    pub proxied: bool,
    /// Bytes sent for its pages.
    #[ts(type = "number")]
    pub sent_bytes: u64,
    /// Bytes received for its pages.
    #[ts(type = "number")]
    pub received_bytes: u64,
    /// What is seen here and what the server reports differ: the sentence.
    pub disagreement: Option<String>,
}

/// Where a session is in its life.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum SessionPhase {
    /// It answers calls.
    Live {
        /// The instant it ends if nobody calls it, by the hub's clock; null for keep-alive.
        expires_at: Option<DateTime<Utc>>,
    },
    /// It is being closed, or its deadline has passed and the server has not confirmed the end yet.
    Ending,
    /// It has ended.
    Ended {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: EndReason,
        /// The sentence of a failure.
        detail: Option<String>,
    },
}
