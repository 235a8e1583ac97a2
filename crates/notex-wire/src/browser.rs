//! What a session's browser holds and tells: tabs, cookies, what happens on its pages, and a person's own input.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A tab of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ts_rs::TS)]
pub struct Tab {
    /// Its place, from 0; what `switch_tab` takes.
    pub tab_id: u32,
    /// Title of its page.
    pub title: String,
    /// Address of its page.
    pub url: String,
    /// Ours: true for the one that calls work on.
    #[serde(default)]
    pub active: bool,
}

/// A cookie in the spelling of the current contract. Unknown fields of a browser's export are left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", from = "ExportedCookie")]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The host it goes to; a leading dot means its subdomains too.
    pub domain: String,
    /// The paths it goes to.
    pub path: String,
    /// Hidden from scripts.
    pub http_only: bool,
    /// Sent over TLS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure: Option<bool>,
    /// `Strict`, `Lax` or `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_site: Option<String>,
    /// When it ends, in seconds since 1970; absent or -1 ends it with the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<f64>,
}

/// A cookie as clients and the exports of browsers write it: two names for its end, any case, nulls.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ExportedCookie {
    name: String,
    value: String,
    domain: String,
    path: Option<String>,
    http_only: Option<bool>,
    secure: Option<bool>,
    same_site: Option<String>,
    expires: Option<f64>,
    expiration_date: Option<f64>,
    session: Option<bool>,
}

impl From<ExportedCookie> for Cookie {
    fn from(cookie: ExportedCookie) -> Self {
        let same_site = cookie.same_site.and_then(|word| match word.to_ascii_lowercase().as_str() {
            "unspecified" | "" => None,
            "strict" => Some("Strict".to_owned()),
            "lax" => Some("Lax".to_owned()),
            "none" | "no_restriction" => Some("None".to_owned()),
            _ => Some(word),
        });
        let expires = cookie.expires.or(cookie.expiration_date).filter(|end| *end > 0.0);
        Self {
            name: cookie.name,
            value: cookie.value,
            domain: cookie.domain,
            path: cookie.path.filter(|path| !path.is_empty()).unwrap_or_else(|| "/".to_owned()),
            http_only: cookie.http_only.unwrap_or(false),
            secure: cookie.secure,
            same_site,
            expires: expires.filter(|_| cookie.session != Some(true)),
        }
    }
}

/// Something that happened on a page of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PageEvent {
    /// A script wrote to the console, or failed.
    Console {
        /// When.
        at: DateTime<Utc>,
        /// `log`, `info`, `warning`, `error`, `debug`; `exception` for a script that failed.
        level: String,
        /// What it wrote, at most 2,000 characters.
        text: String,
        /// The script's address.
        url: Option<String>,
        /// The line in it, from 1.
        line: Option<u32>,
    },
    /// A request ended.
    Network {
        /// When it was sent.
        at: DateTime<Utc>,
        /// Its method.
        method: String,
        /// Its address, at most 2,000 characters.
        url: String,
        /// `document`, `script`, `xhr`, `fetch`, `image`, …
        resource: String,
        /// The status of the answer.
        status: Option<u16>,
        /// Why there was none, in the browser's words: `net::ERR_CONNECTION_REFUSED`.
        failure: Option<String>,
        /// Bytes received over the wire.
        response_bytes: u64,
        /// From sent to received, in milliseconds.
        took_ms: f64,
    },
    /// A dialog came up and was answered at once.
    Dialog {
        /// When.
        at: DateTime<Utc>,
        /// `alert`, `confirm`, `prompt`, `beforeunload`.
        dialog: String,
        /// What it said, at most 2,000 characters.
        message: String,
        /// Whether it was answered with yes.
        accepted: bool,
        /// What was entered into a prompt.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entered: Option<String>,
    },
    /// A download ended.
    Download {
        /// When.
        at: DateTime<Utc>,
        /// The name of its file in the session's folder.
        file: String,
        /// Its address, at most 2,000 characters.
        url: String,
        /// How many bytes it has.
        bytes: u64,
        /// Why it was not kept.
        failure: Option<String>,
    },
    /// A tab was opened, by a page or by a call.
    TabOpened {
        /// When.
        at: DateTime<Utc>,
        /// The tab.
        tab: Tab,
    },
    /// A tab was closed.
    TabClosed {
        /// When.
        at: DateTime<Utc>,
        /// The tab as it was.
        tab: Tab,
    },
}

/// Mouse and keyboard of a person, sent over the websocket of the live view; positions in CSS pixels of the viewport.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ts_rs::TS)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum LiveInput {
    /// The mouse moved.
    MouseMove {
        /// From the left.
        x: f64,
        /// From the top.
        y: f64,
        /// Held keys: 1 alt, 2 control, 4 meta, 8 shift.
        #[serde(default)]
        modifiers: u8,
    },
    /// A mouse button went down.
    MouseDown {
        /// From the left.
        x: f64,
        /// From the top.
        y: f64,
        /// Which.
        #[serde(default)]
        button: MouseButton,
        /// 2 for the second press of a double click.
        #[serde(default = "once")]
        clicks: u8,
        /// Held keys, as in `mouse_move`.
        #[serde(default)]
        modifiers: u8,
    },
    /// A mouse button went up.
    MouseUp {
        /// From the left.
        x: f64,
        /// From the top.
        y: f64,
        /// Which.
        #[serde(default)]
        button: MouseButton,
        /// As in `mouse_down`.
        #[serde(default = "once")]
        clicks: u8,
        /// Held keys, as in `mouse_move`.
        #[serde(default)]
        modifiers: u8,
    },
    /// The wheel turned.
    Wheel {
        /// From the left.
        x: f64,
        /// From the top.
        y: f64,
        /// To the right.
        #[serde(default)]
        delta_x: f64,
        /// Down.
        #[serde(default)]
        delta_y: f64,
    },
    /// A key went down.
    KeyDown {
        /// The name that `KeyboardEvent.key` has.
        key: String,
        /// The name that `KeyboardEvent.code` has.
        #[serde(default)]
        code: String,
        /// Held keys, as in `mouse_move`.
        #[serde(default)]
        modifiers: u8,
    },
    /// A key went up.
    KeyUp {
        /// The name that `KeyboardEvent.key` has.
        key: String,
        /// The name that `KeyboardEvent.code` has.
        #[serde(default)]
        code: String,
        /// Held keys, as in `mouse_move`.
        #[serde(default)]
        modifiers: u8,
    },
    /// Text was entered at once: an input method, or the clipboard.
    Text {
        /// The text.
        text: String,
    },
}

/// What the websocket of the live view says beside its pictures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ts_rs::TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveNews {
    /// The size of what the next pictures show, in CSS pixels.
    Viewport {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// An input was not taken.
    Refused {
        /// Why, in a sentence without a full stop.
        message: String,
    },
}

/// A button of the mouse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum MouseButton {
    /// The first.
    #[default]
    Left,
    /// The wheel.
    Middle,
    /// The second.
    Right,
}

fn once() -> u8 {
    1
}
