//! The document of a comparison. What decides whether two runs are the same is apart from what differs each time, such
//! as how long a step took.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use notex_session::Credits;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{ActionSeen, RunOutcome, StepFailure, StepRun};

/// What differs between two runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RunDiff {
    /// The version of the document: [`RunDiff::VERSION`].
    pub version: u32,
    /// Nothing that decides differs.
    pub same: bool,
    /// What differs, in a sentence.
    pub summary: String,
    /// The run before.
    pub before: RunSide,
    /// The run after.
    pub after: RunSide,
    /// How much differs.
    pub totals: DiffTotals,
    /// The steps of both, aligned, in the order of both.
    pub steps: Vec<StepDiff>,
}

impl RunDiff {
    /// The version of the documents that this program writes.
    pub const VERSION: u32 = 1;
}

/// One of the two runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RunSide {
    /// What its flow is called, or the page of its session.
    pub title: String,
    /// What the connection is called that it ran on.
    pub connection: String,
    /// The session it ran on.
    pub session: Option<String>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Why it ended so, when no step tells it.
    pub failure: Option<StepFailure>,
    /// What it cost.
    pub credits: Credits,
    /// The cost was reckoned, not told by the server.
    pub credits_estimated: bool,
}

/// How much differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[expect(missing_docs, reason = "the names say it")]
pub struct DiffTotals {
    pub steps_same: u32,
    pub steps_changed: u32,
    pub steps_added: u32,
    pub steps_gone: u32,
    pub rows_before: u32,
    pub rows_after: u32,
    pub rows_changed: u32,
    pub rows_added: u32,
    pub rows_gone: u32,
    pub cells_changed: u32,
}

/// How something of one run stands to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "DiffMark")]
pub enum Mark {
    /// In both, and alike.
    Same,
    /// In both, and different.
    Changed,
    /// Only in the run after.
    Added,
    /// Only in the run before.
    Gone,
}

/// A step of both runs, or of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct StepDiff {
    /// How it stands.
    pub mark: Mark,
    /// It in the run before, without what was read and listed.
    pub before: Option<StepRun>,
    /// It in the run after, without what was read and listed.
    pub after: Option<StepRun>,
    /// What differs of it, besides its rows.
    pub changes: Vec<Change>,
    /// What can be done on its page only in one of the runs.
    pub actions: Option<ActionsDiff>,
    /// What it read as rows.
    pub tables: Vec<TableDiff>,
}

/// Something that differs of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "StepChange")]
pub struct Change {
    /// What.
    pub of: Aspect,
    /// Whether it makes the runs different.
    pub weight: Weight,
    /// What it was, in words; null where there was none.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

/// What can differ of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "StepAspect")]
pub enum Aspect {
    /// Whether it was done.
    Outcome,
    /// Why it failed.
    Failure,
    /// What it is called.
    Name,
    /// How its element was found.
    Element,
    /// The HTTP status of its last call.
    HttpStatus,
    /// The address of the page after it.
    Url,
    /// The title of the page after it.
    Title,
    /// Why not all of its data was found.
    DataProblem,
    /// The text that it read.
    Text,
    /// The requests of the page.
    Network,
    /// What was written to the console.
    Console,
    /// How often it was tried.
    Attempts,
    /// What it cost.
    Credits,
    /// How long it took.
    Time,
}

/// Whether a difference makes two runs different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ChangeWeight")]
pub enum Weight {
    /// It does.
    Decides,
    /// It differs between any two runs: time, cost, how much was requested.
    Measured,
}

/// What can be done only in one of two runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ActionsDiff {
    /// Only after.
    pub added: Vec<ActionSeen>,
    /// Only before.
    pub gone: Vec<ActionSeen>,
    /// A list was cut, so that what is missing on one side may be there.
    pub partial: bool,
}

/// Rows that were read by one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TableDiff {
    /// Where they stand in the data: `items`; empty for the data itself.
    pub name: String,
    /// It stands there once, as one row, and is no list.
    pub once: bool,
    /// How it stands.
    pub mark: Mark,
    /// By what rows were taken to be the same.
    pub matched_by: MatchedBy,
    /// The columns that tell the rows of both apart, the best first.
    pub keys: Vec<String>,
    /// The columns of both.
    pub columns: Vec<ColumnDiff>,
    /// How many rows there were.
    pub rows_before: u32,
    /// How many there are.
    pub rows_after: u32,
    /// How many rows are alike.
    pub same: u32,
    /// How many differ.
    pub changed: u32,
    /// How many are only after.
    pub added: u32,
    /// How many are only before.
    pub gone: u32,
    /// How many of those in both stand in another order.
    pub moved: u32,
    /// How many cells differ in rows of both.
    pub cells_changed: u32,
    /// So many rows of both sides were not compared: there are too many.
    pub not_compared: u32,
    /// They, in the order of the run after, with those that are gone where they stood.
    pub rows: Vec<RowDiff>,
}

/// By what rows were taken to be the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum MatchedBy {
    /// The value of a column.
    Key {
        /// It.
        column: String,
        /// So many rows share their value with others; those were taken in order.
        ambiguous: u32,
    },
    /// What they have in common: no column tells them apart.
    Likeness,
    /// Their place.
    Place,
}

/// By what rows are to be taken for the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum RowKey {
    /// A column that tells them apart, when there is one; else what they have in common.
    #[default]
    Found,
    /// A column, in all tables that have it.
    Column {
        /// It.
        column: String,
    },
    /// Their place.
    Place,
}

/// A column of rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ColumnDiff {
    /// What it is called.
    pub name: String,
    /// How it stands.
    pub mark: Mark,
    /// How full it was; null where there was none.
    pub before: Option<ColumnFill>,
    /// How full it is.
    pub after: Option<ColumnFill>,
    /// How many of its cells differ in rows of both.
    pub changed: u32,
}

/// How full a column is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ColumnFill {
    /// So many rows have nothing in it: null, an empty text, an empty list.
    pub empty: u32,
    /// That as a part of all rows, from 0 to 1; 0 without rows.
    pub null_rate: f64,
}

/// A row of both runs, or of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RowDiff {
    /// How it stands.
    pub mark: Mark,
    /// Its place in the run before, from 0.
    pub before: Option<u32>,
    /// Its place in the run after, from 0.
    pub after: Option<u32>,
    /// Its cells, in the order of the columns: as they are, or as they were where the row is gone.
    #[ts(type = "unknown[]")]
    pub cells: Vec<Value>,
    /// What those cells were that differ, by the place of their column.
    #[ts(type = "Record<number, unknown>")]
    pub was: BTreeMap<u32, Value>,
}

/// Why two runs cannot be compared as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiffError {
    /// There is no such column.
    #[error("key: no rows of both have a column {column}{}", listed(.known))]
    NoColumn {
        /// What was asked for.
        column: String,
        /// What there is.
        known: Vec<String>,
    },
}

fn listed(columns: &[String]) -> String {
    if columns.is_empty() {
        "; none were read".to_owned()
    } else {
        format!("; there are {}", columns.join(", "))
    }
}
