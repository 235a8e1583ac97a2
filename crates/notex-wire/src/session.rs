//! Sessions on the wire.

use chrono::{DateTime, Utc};
use notex_session::{Credits, EndReason};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Usage;

/// The four fields that every classic request repeats; the body of a close, and what a classic client starts with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionRequest {
    /// The session; null makes one (start, page calls) or is refused (close).
    pub session_id: Option<String>,
    /// True: the timeout does not end the session. Default false.
    pub keep_alive: Option<bool>,
    /// Idle timeout in minutes, 1 to 30. Default 5.
    #[schemars(range(min = 1, max = 30))]
    pub session_timeout_minutes: Option<i64>,
    /// The same in the spelling of the NotexAI pages; two different values are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 30))]
    pub session_timeout: Option<i64>,
    /// Whether page answers carry a screenshot.
    pub screenshot: Option<bool>,
}

/// What a session is, in the words of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// It answers calls.
    Active,
    /// Somebody closed it.
    Closed,
    /// It failed.
    Error,
    /// It was idle too long.
    TimedOut,
}

/// A session as every answer describes it. The first block is the classic contract, the rest is ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SessionAnswer {
    /// Its id.
    pub session_id: String,
    /// Idle timeout in minutes.
    pub timeout_minutes: u32,
    /// When it was created, by the server's clock.
    pub created_at: DateTime<Utc>,
    /// When it was last called, by the server's clock.
    pub last_accessed_at: DateTime<Utc>,
    /// How long it has lived, in seconds.
    pub duration: f64,
    /// What it is.
    pub status: SessionStatus,
    /// The sentence of a failure.
    pub error: Option<String>,

    /// Ours: true when the timeout does not end it.
    #[serde(default)]
    pub keep_alive: Option<bool>,
    /// Ours: the instant it ends if nobody calls it; null for keep-alive and ended ones.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
    /// Ours: when it ended.
    #[serde(default)]
    pub closed_at: Option<DateTime<Utc>>,
    /// Ours: why it ended.
    #[serde(default)]
    pub close_reason: Option<EndReason>,
    /// Ours: title of its page.
    #[serde(default)]
    pub title: Option<String>,
    /// Ours: address of its page.
    #[serde(default)]
    pub url: Option<String>,
    /// Idle timeout in minutes, in the spelling of the current contract.
    #[serde(default)]
    pub idle_timeout_minutes: Option<u32>,
    /// The longest life in minutes, of a session that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_duration_minutes: Option<u32>,
    /// Bytes sent for its pages so far.
    #[serde(default)]
    pub network_request_bytes: u64,
    /// Bytes received for its pages so far, as they came over the wire.
    #[serde(default)]
    pub network_response_bytes: u64,
    /// What it was started with.
    #[serde(default, flatten)]
    pub options: SessionOptions,
    /// Where a client of the browser's own protocol is let in to this session alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cdp_url: Option<String>,
    /// Ours: what it has cost so far.
    #[serde(default)]
    pub credits: Option<Credits>,
    /// Ours: the server's clock when it answered, for correcting skew.
    #[serde(default)]
    pub server_time: Option<DateTime<Utc>>,
    /// Ours: what this call cost (start and close only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// What a session was started with, as its answers tell it; nothing secret is among it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionOptions {
    /// `chromium`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser_type: Option<String>,
    /// The user agent, when one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Width of the viewport, in CSS pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub viewport_width: Option<u32>,
    /// Height of the viewport, in CSS pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub viewport_height: Option<u32>,
    /// Whether its requests go through a proxy.
    #[serde(default)]
    pub proxies: bool,
    /// Ours: the language of its pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Ours: the time zone of its pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

/// One page of the session list (ours).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SessionPage {
    /// Newest first.
    pub items: Vec<SessionAnswer>,
    /// The number of this page, from 1.
    pub page: u32,
    /// How many a page holds at most.
    pub page_size: u32,
    /// How many there are in all.
    pub total: u64,
}

/// The answer of `GET /health`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    /// `ok`.
    pub status: String,
    /// The server's version.
    #[serde(default)]
    pub version: Option<String>,
    /// How many sessions are live.
    #[serde(default)]
    pub active_sessions: Option<u64>,
    /// Seconds since the server started.
    #[serde(default)]
    pub uptime_seconds: Option<f64>,
    /// The browser behind it.
    #[serde(default)]
    pub browser: Option<HealthBrowser>,
}

/// The browser behind a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HealthBrowser {
    /// Its product name, such as `Chromium`; null before it first started.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// True when a session can be started now.
    pub ready: bool,
    /// Ours: why it is not ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}
