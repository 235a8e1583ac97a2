//! What a step changed, as its answer tells it. Ours: the clients of both contracts ignore it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Tab;

/// Ours: what a step changed since the caller was last told of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
pub struct StepChanges {
    /// All of it in a sentence without a full stop; `nothing changed` when nothing did.
    pub summary: String,
    /// What was done otherwise than asked, or had to be done besides.
    pub remark: Option<String>,
    /// Another page came: all of its actions are new, and none is listed here.
    pub new_page: bool,
    /// The address, when it is another one now.
    pub url: Option<Moved>,
    /// The title, when it is another one now.
    pub title: Option<Moved>,
    /// Actions that came, at most 50.
    pub new: Vec<ActionBrief>,
    /// Actions that went, at most 50.
    pub gone: Vec<ActionBrief>,
    /// Actions whose name or state is another one, at most 50.
    pub changed: Vec<ActionChange>,
    /// How many actions came, went and changed that are not listed.
    #[ts(type = "number")]
    pub unlisted: u64,
    /// Dialogs that the page opened, and how they were answered.
    pub dialogs: Vec<DialogAnswered>,
    /// Files that the page handed out.
    pub downloads: Vec<FileHandedOut>,
    /// Tabs that were opened.
    pub tabs_opened: Vec<Tab>,
    /// Tabs that were closed.
    pub tabs_closed: Vec<Tab>,
}

/// What something was and is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Moved {
    /// Before.
    pub before: String,
    /// Now.
    pub after: String,
}

/// An action, by its id and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ActionBrief {
    /// `L1`, `B2`, `I3`.
    pub id: String,
    /// A sentence a person would use: "Click Search".
    pub description: String,
}

/// Something about an action that is another now; one that changed in several ways is listed once for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ActionChange {
    /// `L1`, `B2`, `I3`.
    pub id: String,
    /// Its description now.
    pub description: String,
    /// What is another.
    pub what: ChangedPart,
    /// What it was; null when there was none.
    pub before: Option<String>,
    /// What it is; null when there is none.
    pub after: Option<String>,
}

/// A part of an action that a step may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChangedPart {
    /// Its description.
    Description,
    /// What it holds.
    Value,
    /// Whether it is checked: `true` or `false`.
    Checked,
    /// Whether it is open: `true` or `false`.
    Expanded,
    /// What can be chosen of it: the labels, separated by commas.
    Options,
}

/// Ours: how the dialogs of a page are answered while a step is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DialogRequest {
    /// With yes; else they are dismissed.
    pub accept: bool,
    /// What is entered into a prompt; without it, what the page proposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A dialog of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct DialogAnswered {
    /// `alert`, `confirm`, `prompt`, `beforeunload`.
    pub kind: String,
    /// What it said.
    pub text: String,
    /// `accepted`, or `dismissed`.
    pub answer: String,
    /// What was entered, of a prompt that was accepted.
    #[serde(default)]
    pub entered: Option<String>,
}

/// A file that the page handed out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FileHandedOut {
    /// Its name among the files of the session.
    pub name: String,
    /// Its size.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Why it was not kept.
    #[serde(default)]
    pub failure: Option<String>,
}
