//! Calls and what they showed.

use chrono::{DateTime, Utc};
use notex_session::{Credits, Reason};
use notex_wire::{Action, CallKind, ImageData, PageCategory, Reading, SpecialAction, StepChanges, Viewport};
use serde::Serialize;
use ts_rs::TS;

use super::Failure;

/// One call on a session.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// Its number, rising over all sessions.
    #[ts(type = "number")]
    pub id: u64,
    /// Its number within the session, from 1.
    pub number: u32,
    /// The session.
    pub session: String,
    /// What was called.
    pub kind: CallKind,
    /// In a few words: "B3 click Search", "/search · 214 actions".
    pub what: String,
    /// How it went.
    pub status: CallStatus,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub took_ms: Option<f64>,
    /// What it cost.
    pub credits: Option<Credits>,
    /// Why it cost that.
    pub reasons: Vec<Reason>,
    /// The page after it, by hash.
    pub picture: Option<String>,
    /// What a step changed, of a server that tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub changes: Option<StepChanges>,
}

/// How a call went.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum CallStatus {
    /// It runs.
    Running,
    /// The server answered with success.
    Done {
        /// HTTP status.
        http_status: u16,
    },
    /// It failed.
    Failed {
        /// HTTP status, when the server answered.
        http_status: Option<u16>,
        /// Why.
        failure: Failure,
    },
}

/// The page as the API saw it at the end of a call.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Observation {
    /// The session.
    pub session: String,
    /// The call it came from.
    #[ts(type = "number")]
    pub call: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Title of the page.
    pub title: String,
    /// Its address.
    pub url: String,
    /// In a sentence.
    pub description: String,
    /// What kind of page it is.
    pub category: Option<PageCategory>,
    /// What part of it is seen.
    pub viewport: Option<Viewport>,
    /// The picture, by hash.
    pub picture: Option<String>,
    /// What can be done.
    pub actions: Vec<Action>,
    /// How many actions the page has in all.
    #[ts(type = "number")]
    pub total_actions: u64,
    /// Why the page could not be read whole, in a sentence; the actions are those that were found.
    pub partial: Option<String>,
    /// The browser's own actions.
    pub special_actions: Vec<SpecialAction>,
    /// Ids that the observation before did not have; empty on another page, where all are new.
    pub new_ids: Vec<String>,
    /// Actions that are gone since the observation before; empty on another page, where all are gone.
    pub gone: Vec<Action>,
    /// Ids whose state or words changed since the observation before.
    pub changed_ids: Vec<String>,
    /// The page before this call, when there was one.
    pub before: Option<Place>,
}

/// Title and address of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
}

/// What a scrape read.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Scraped {
    /// The session.
    pub session: String,
    /// The call it came from.
    #[ts(type = "number")]
    pub call: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Title of the page.
    pub title: String,
    /// Its address.
    pub url: String,
    /// The content.
    pub markdown: String,
    /// Menus and banners were left out.
    pub only_main_content: bool,
    /// The images, when asked for.
    pub images: Vec<ImageData>,
    /// Structured data, of a server that tells some.
    #[ts(type = "unknown[]")]
    pub structured: Vec<serde_json::Value>,
    /// The selector it was limited to.
    pub selector: Option<String>,
    /// How the page was read, of a server that tells.
    pub reading: Option<Reading>,
}

/// All that the window shows of one session.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionDetail {
    /// The session.
    pub session: String,
    /// Its calls, oldest first.
    pub calls: Vec<Call>,
    /// The page after its last observe or step.
    pub observation: Option<Observation>,
    /// What its last scrape read.
    pub scraped: Option<Scraped>,
}
