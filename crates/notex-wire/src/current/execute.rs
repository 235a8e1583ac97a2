//! Executing an action.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DataSpace;
use crate::{DialogRequest, StepChanges, Usage};

/// What an action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words of the contract say it")]
pub enum ActionType {
    Click,
    Fill,
    MultiFactorFill,
    FallbackFill,
    Check,
    SelectDropdownOption,
    UploadFile,
    DownloadFile,
    Goto,
    GotoNewTab,
    CloseTab,
    SwitchTab,
    GoBack,
    GoForward,
    Reload,
    Wait,
    PressKey,
    ScrollUp,
    ScrollDown,
    FormFill,
    Scrape,
    EvaluateJs,
    CaptchaSolve,
    Help,
    Completion,
    EmailRead,
    EmailVerificationRead,
    SmsRead,
    /// Ours: the mouse is moved over an element and stays there.
    Hover,
    /// Ours: two clicks.
    DoubleClick,
    /// Ours: a click with the second button.
    RightClick,
    /// Ours: an element is dragged onto the one of `to_id` or `to_selector`.
    Drag,
    /// Ours: an element is brought into view.
    ScrollTo,
    /// Ours: the page or the box of an element, sideways.
    ScrollLeft,
    /// Ours: the same to the right.
    ScrollRight,
}

/// One action. Which fields it needs depends on its type; others are left out of account, because an action of an
/// observe comes back with all that was said about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExecuteRequest {
    /// What it does.
    #[serde(rename = "type")]
    pub kind: ActionType,
    /// The element, by the id of an observe; empty when there is a selector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The element (or the part of the page, for scrape and scroll), when there is no id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<SelectorRequest>,
    /// Text to fill in, label of an option or a list of several (ours), state of a checkbox, or the fields of a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Of a fill: replace what is there. Default true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clear_before_fill: Option<bool>,
    /// Ours, of a drag: the element to let go on, by the id of an observe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_id: Option<String>,
    /// Ours, of a drag: the element to let go on, when there is no `to_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_selector: Option<SelectorRequest>,
    /// Ours: how dialogs are answered that come up meanwhile; without it they are dismissed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialog: Option<DialogRequest>,
    /// Press enter afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub press_enter: Option<bool>,
    /// How long to wait for the element, in milliseconds; 0 is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub timeout: Option<i64>,
    /// Of an upload: the name of a file of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_path: Option<String>,
    /// Of a goto: the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Of a goto: when the page counts as there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_until: Option<WaitUntil>,
    /// Of a switch: the tab's place, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10_000))]
    pub tab_index: Option<i64>,
    /// Of a wait: milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 30_000))]
    pub time_ms: Option<i64>,
    /// The key to press.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// How far to scroll, in CSS pixels; null is one viewport.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10_000_000))]
    pub amount: Option<i64>,
    /// The script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Of a help: what is not clear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of a completion: whether the task was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// Of a completion: the answer, text or an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// Of a scrape: as in a [`super::ScrapeRequest`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrape_links: Option<bool>,
    /// Of a scrape: as in a [`super::ScrapeRequest`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrape_images: Option<bool>,
    /// Of a scrape: as in a [`super::ScrapeRequest`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_main_content: Option<bool>,
    /// Of a scrape: as in a [`super::ScrapeRequest`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored_tags: Option<Vec<String>>,
    /// Ours, of a scrape: as in a [`super::ScrapeRequest`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrape_comments: Option<bool>,
    /// Ours, of a scrape: as in a [`super::ScrapeRequest`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrape_metadata: Option<bool>,
    /// Ours, of a scrape: as in a [`super::ScrapeRequest`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_links: Option<bool>,
    /// Ours, of a scrape: as in a [`super::ScrapeRequest`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extract: Option<crate::Extract>,
    /// Of a scrape: as in a [`super::ScrapeRequest`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// Of a scrape: as in a [`super::ScrapeRequest`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_format: Option<Value>,
}

/// When an opened page counts as there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words of the contract say it")]
pub enum WaitUntil {
    Commit,
    DomContentLoaded,
    Load,
    NetworkIdle,
}

/// A way to find an element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "a selector is text, or an object with css_selector, xpath_selector or playwright_selector"
)]
pub enum SelectorRequest {
    /// `css=…`, `xpath=…`, `text=…`, `role=…`, or bare CSS or XPath.
    Text(String),
    /// Several ways; the first that is not empty counts.
    Ways(NodeSelectors),
}

/// Several ways to find the same element.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NodeSelectors {
    /// CSS; ` >>> ` goes into a frame or shadow root.
    pub css_selector: Option<String>,
    /// XPath.
    pub xpath_selector: Option<String>,
    /// As text.
    pub playwright_selector: Option<String>,
    /// As text.
    pub notte_selector: Option<String>,
    /// Whether it is in a frame.
    pub in_iframe: Option<bool>,
    /// Whether it is in a shadow root.
    pub in_shadow_root: Option<bool>,
    /// CSS of the frames around it, outermost first.
    pub iframe_parent_css_selectors: Option<Vec<String>>,
}

/// What an action led to. What went wrong on the page is told here; other refusals are answers of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExecutionResult {
    /// When the server began.
    pub started_at: DateTime<Utc>,
    /// When it was done.
    pub ended_at: DateTime<Utc>,
    /// The action, as it was sent.
    pub action: Value,
    /// Whether it was done.
    pub success: bool,
    /// A sentence.
    pub message: String,
    /// What a scrape or a script read.
    pub data: Option<DataSpace>,
    /// What went wrong, in a sentence.
    pub exception: Option<String>,
    /// What went wrong, for programs.
    pub exception_detail: Option<ExceptionDetail>,
    /// The same as `success`.
    pub action_executed: bool,
    /// Ours: what the action changed, when it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<StepChanges>,
    /// Ours: what the call cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// What went wrong, for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExceptionDetail {
    /// The name of an exception of the SDK.
    pub error_type: String,
    /// A sentence.
    pub dev_message: String,
    /// The same.
    pub user_message: String,
    /// The same.
    pub agent_message: String,
    /// Whether the same may work later.
    pub should_retry_later: bool,
    /// Always false.
    pub should_notify_team: bool,
}
