//! The body that starts a session: the fields of both contracts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The body of a start in both contracts. What is absent or null is as the server has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StartRequest {
    /// Always null: the server names its sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Classic. True: the timeout does not end the session. Default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_alive: Option<bool>,
    /// Classic. Idle timeout in minutes, 1 to 30. Default 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 30))]
    pub session_timeout_minutes: Option<i64>,
    /// The same in the spelling of the NotexAI pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 30))]
    pub session_timeout: Option<i64>,
    /// Classic. Whether page answers carry a screenshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screenshot: Option<bool>,

    /// Idle timeout in minutes, in the spelling of the current contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 30))]
    pub idle_timeout_minutes: Option<i64>,
    /// The same in its older spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 30))]
    pub timeout_minutes: Option<i64>,
    /// The longest life in minutes, 1 to 1440, whatever is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1440))]
    pub max_duration_minutes: Option<i64>,
    /// Width of the viewport in CSS pixels; together with its height.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 100, max = 7680))]
    pub viewport_width: Option<i64>,
    /// Height of the viewport in CSS pixels; together with its width.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 100, max = 4320))]
    pub viewport_height: Option<i64>,
    /// The shape of the viewport instead of its size: `5:4`, `16:9`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<String>,
    /// `chromium`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser_type: Option<String>,
    /// The user agent, as header and in scripts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Headers that every request of its pages carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra_http_headers: Option<BTreeMap<String, String>>,
    /// A list with one [`ExternalProxy`]; the proxies of a hosted service (true, a country, other types) are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxies: Option<Value>,
    /// True or absent; no window is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headless: Option<bool>,
    /// The browser of another provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cdp_url: Option<String>,
    /// Whether captchas are solved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solve_captchas: Option<bool>,
    /// A stored browser profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Value>,
    /// A vault of credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault_id: Option<String>,
    /// Logins that a hosted service keeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_ids: Option<Vec<String>>,
    /// How often such a login is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_retry: Option<i64>,
    /// Whether the start waits for such logins; there are none to wait for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_for_authentication: Option<bool>,
    /// Whether requests are signed as a known bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_bot_auth: Option<bool>,
    /// Arguments of the browser's program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chrome_args: Option<Vec<String>>,
    /// Whether advertisements are blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_ads: Option<bool>,
    /// Whether the browser hides what it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advanced_stealth: Option<bool>,

    /// Ours: the language of its pages, `de-DE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Ours: the time zone of its pages, `Europe/Berlin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

impl StartRequest {
    /// The fields beyond the classic five: a page call that makes its own session may give them too.
    pub const OPTIONS: [&str; 24] = [
        "idle_timeout_minutes",
        "timeout_minutes",
        "max_duration_minutes",
        "viewport_width",
        "viewport_height",
        "aspect_ratio",
        "browser_type",
        "user_agent",
        "extra_http_headers",
        "proxies",
        "headless",
        "cdp_url",
        "solve_captchas",
        "profile",
        "vault_id",
        "auth_ids",
        "auth_retry",
        "wait_for_authentication",
        "web_bot_auth",
        "chrome_args",
        "block_ads",
        "advanced_stealth",
        "locale",
        "timezone",
    ];
}

/// A proxy that the caller runs; an item of [`StartRequest::proxies`], whose `type` is `external`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalProxy {
    /// `external`.
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// `http://host:port`, `socks5://host:port`.
    pub server: String,
    /// The name to show to it.
    #[serde(default)]
    pub username: Option<String>,
    /// The password to show to it.
    #[serde(default)]
    pub password: Option<String>,
    /// Hosts that are reached without it, separated by commas.
    #[serde(default)]
    pub bypass: Option<String>,
}
