//! What belongs to a session and is no page: cookies, where it can be watched, whether it is ready.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Cookie, Tab, Usage};

/// The body that adds cookies to a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetCookiesRequest {
    /// All of them are added, or none.
    pub cookies: Vec<Cookie>,
}

/// The answer when cookies were added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CookiesSet {
    /// True; what failed is a refusal.
    pub success: bool,
    /// A sentence.
    pub message: String,
    /// Ours: what the call cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// All cookies of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CookiesAnswer {
    /// The cookies.
    pub cookies: Vec<Cookie>,
    /// Ours: what the call cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// Where a session can be watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DebugAnswer {
    /// The address of the session itself.
    pub debug_url: String,
    /// What can be connected to.
    pub ws: DebugSockets,
    /// Its tabs, in the order they were opened.
    pub tabs: Vec<DebugTab>,
}

/// What can be connected to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DebugSockets {
    /// For a client of the browser's own protocol; empty when there is no such door.
    pub cdp: String,
    /// Pictures of the page as it changes.
    pub recording: String,
    /// What happens on its pages.
    pub logs: String,
}

/// A tab and where it can be watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DebugTab {
    /// The tab.
    pub metadata: Tab,
    /// The address of the session.
    pub debug_url: String,
    /// Pictures of the tab in front.
    pub ws_url: String,
}

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OffsetAnswer {
    /// How many calls on its page were charged.
    pub offset: u64,
}

/// Whether a session is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuthAnswer {
    /// The session.
    pub session_id: String,
    /// `active`, `closed` or `failed`.
    pub status: String,
    /// Logins under way; this server never has any.
    pub operations: Vec<Value>,
    /// Why it failed.
    pub error: Option<String>,
}
