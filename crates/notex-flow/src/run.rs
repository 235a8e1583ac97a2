//! The document of a run: what a flow gave, step by step, so that two runs can be laid side by side.

use chrono::{DateTime, Utc};
use notex_session::Credits;
use notex_wire::{CallKind, ConsoleLevel, ConsoleLine};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use ts_rs::TS;

use crate::diff::tables::{TableKind, tables};
use crate::parse::{field, versioned};
use crate::{FlowError, Selector, Values};

/// Why the document of a run cannot be read.
pub type RunError = FlowError;

/// What a run of a flow gave. No secret is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The version of the document: [`Run::VERSION`].
    pub version: u32,
    /// What the flow is called.
    pub flow: String,
    /// What the connection is called that it ran on.
    pub connection: String,
    /// The session it ran on; null when none could be started.
    pub session: Option<String>,
    /// What it was told, without secrets.
    pub parameters: Values,
    /// The place of the first step that was made, from 0.
    pub from: u32,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it was over.
    pub ended_at: DateTime<Utc>,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Why it ended so, when no step tells it: no session could be started, its end could not be verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub failure: Option<StepFailure>,
    /// What it cost, with the minutes of its session while it ran.
    pub credits: Credits,
    /// The cost was reckoned here, not told by the server.
    pub credits_estimated: bool,
    /// One for each step of the flow from `from` on that was begun.
    pub steps: Vec<StepRun>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// All its steps were made; those that may fail may have.
    Done,
    /// A step failed, or there was no session.
    Failed,
    /// The person stopped it.
    Cancelled,
    /// The next step could have passed its budget.
    OverBudget,
}

/// What a step gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StepRun {
    /// Its place in the flow, from 0.
    pub place: u32,
    /// What it is called.
    pub name: String,
    /// What it calls; missing in runs of programs that did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub kind: Option<CallKind>,
    /// How it ended.
    pub status: StepStatus,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub failure: Option<StepFailure>,
    /// How often it was tried.
    pub attempts: u32,
    /// The numbers of its calls within the session.
    pub calls: Vec<u32>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it took with all tries, in milliseconds.
    pub took_ms: f64,
    /// The HTTP status of its last call, when the server answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub http_status: Option<u16>,
    /// The address of the page after it.
    pub url: String,
    /// The title of the page after it.
    pub title: String,
    /// What could be done on the page after it, when it was listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub actions: Option<ActionsSeen>,
    /// How its element was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub matched: Option<Matched>,
    /// What it cost.
    pub credits: Credits,
    /// The hash of the picture of the page after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub screenshot: Option<String>,
    /// The requests of the page meanwhile, of a server that tells them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub network: Option<Count>,
    /// What scripts wrote to the console meanwhile, of a server that tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub console: Option<Count>,
    /// What was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub read: Option<ReadPage>,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// It was done.
    Done,
    /// It failed.
    Failed,
    /// It was stopped before it had ended.
    Cancelled,
}

/// Why something failed, in sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StepFailure {
    /// A word that programs tell failures apart by: `action_impossible`.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hint: Option<String>,
}

/// What could be done on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ActionsSeen {
    /// How many there are in all; the list may be cut.
    #[ts(type = "number")]
    pub total: u64,
    /// Those that were listed.
    pub listed: Vec<ActionSeen>,
}

/// An action by what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ActionSeen {
    /// `L1`, `B2`, `I3`.
    pub id: String,
    /// A sentence a person would use: `Click Search`.
    pub description: String,
}

/// How an element was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Matched {
    /// The way that found it; null when none of the flow's did, and its role and name in its group were taken.
    pub by: Option<Selector>,
    /// What it is now: `Click Add to basket`.
    pub description: String,
    /// The best way no longer finds it.
    pub healed: bool,
    /// What was tried before and found nothing, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub tried: Vec<String>,
    /// The ways that find it now, for writing them back; empty when nothing was healed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Selector>>", optional)]
    pub selectors: Vec<Selector>,
}

/// How many there were, and how many of them failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// In all.
    pub total: u32,
    /// Requests that failed or were answered with 400 or more; errors of the console.
    pub failed: u32,
}

impl Count {
    /// Of the requests of a call, as they are kept of it: JSON of a list of [`notex_wire::Exchange`]. `None` when it is
    /// something else.
    pub fn of_requests(kept: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Request {
            #[serde(default)]
            status: Option<u16>,
            #[serde(default)]
            failed: Option<IgnoredAny>,
        }
        let all: Vec<Request> = serde_json::from_slice(kept).ok()?;
        let failed = |one: &&Request| one.failed.is_some() || one.status.is_some_and(|status| status >= 400);
        Some(Self { total: number(all.len()), failed: number(all.iter().filter(failed).count()) })
    }

    /// Of what was written to the console, as it is kept: JSON of a list of [`notex_wire::ConsoleLine`].
    pub fn of_console(kept: &[u8]) -> Option<Self> {
        let all: Vec<ConsoleLine> = serde_json::from_slice(kept).ok()?;
        let times = |errors_only: bool| {
            let counted = all.iter().filter(|line| !errors_only || line.level == ConsoleLevel::Error);
            counted.fold(0_u32, |sum, line| sum.saturating_add(line.repeated))
        };
        Some(Self { total: times(false), failed: times(true) })
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What a scrape read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReadPage {
    /// SHA-256 of the whole markdown, in hex.
    pub markdown_sha256: String,
    /// How long the whole markdown is, in bytes.
    #[ts(type = "number")]
    pub markdown_bytes: u64,
    /// The markdown; its beginning when it is longer than a run holds.
    pub markdown: String,
    /// What was picked as data; null when nothing was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub data: Option<Value>,
    /// Why not all of the data was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub data_problem: Option<String>,
}

/// Of a markdown so much is in the document of a run.
const MARKDOWN_KEPT: usize = 256 * 1024;

impl ReadPage {
    /// What an answer read: its markdown, and what was picked, as servers of both contracts tell it: an object with
    /// `data` and `error`.
    pub fn of(markdown: &str, picked: Option<&Value>) -> Self {
        let told = |name: &str| picked.and_then(|picked| picked.get(name)).filter(|value| !value.is_null());
        let digest = Sha256::digest(markdown.as_bytes());
        Self {
            markdown_sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            markdown_bytes: markdown.len() as u64,
            markdown: markdown[..markdown.floor_char_boundary(MARKDOWN_KEPT)].to_owned(),
            data: told("data").cloned(),
            data_problem: told("error").and_then(|why| why.as_str().map(str::to_owned)),
        }
    }

    /// The rows of the data: the first list of objects in it, in the order of its fields' names; empty when there is
    /// none.
    pub fn rows(&self) -> Vec<&Map<String, Value>> {
        let found = self.data.as_ref().map(tables).unwrap_or_default();
        let mut lists = found.into_iter().filter(|table| table.kind == TableKind::List);
        lists.next().map(|table| table.rows).unwrap_or_default()
    }
}

impl Run {
    /// The version of the documents that this program writes, and the newest that it reads.
    pub const VERSION: u32 = 1;

    /// Reads the document of a run.
    ///
    /// # Errors
    /// A sentence that names the field which is wrong; a version that is not known yet is refused.
    pub fn parse(text: &str) -> Result<Self, RunError> {
        let value = versioned(text, u64::from(Self::VERSION))?;
        serde_path_to_error::deserialize(value).map_err(|why| field(&why))
    }

    /// As a file holds it.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The steps whose element was found by another way than the flow's best.
    pub fn healed(&self) -> impl Iterator<Item = (&StepRun, &Matched)> {
        let matched = self.steps.iter().filter_map(|step| Some((step, step.matched.as_ref()?)));
        matched.filter(|(_, matched)| matched.healed)
    }
}
