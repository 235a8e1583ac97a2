//! Flows: what is asked for, and how their runs are told.

use chrono::{DateTime, Utc};
use notex_flow::{Flow, Run, RunOutcome, Values};
use notex_session::Credits;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What to do with a flow. Flows are named by their files.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum FlowDeed {
    /// Keep a flow; [`super::Outcome::flow`] names its file.
    Save {
        /// In this file, in place of what it holds; null makes one.
        file: Option<String>,
        /// The flow.
        #[ts(as = "Flow")]
        flow: Box<Flow>,
    },
    /// Keep a flow that a file outside holds, under a name that is free; [`super::Outcome::flow`] names its file.
    Import {
        /// The text of the file.
        text: String,
    },
    /// Give a flow another name; its file is called after it.
    Rename {
        /// Its file.
        file: String,
        /// What the person calls it.
        name: String,
    },
    /// Keep a second one of it.
    Duplicate {
        /// Its file.
        file: String,
    },
    /// Remove a flow. What its runs gave stays.
    Remove {
        /// Its file.
        file: String,
    },
    /// Run a flow; answers when it has begun, and [`super::Outcome::run`] says as what.
    Run {
        /// Its file.
        file: String,
        /// How.
        #[ts(as = "RunForm")]
        form: Box<RunForm>,
    },
    /// Run a flow that is not kept, once; answers as [`FlowDeed::Run`].
    RunOnce {
        /// The flow.
        #[ts(as = "Flow")]
        flow: Box<Flow>,
        /// How.
        #[ts(as = "RunForm")]
        form: Box<RunForm>,
    },
    /// Go on with a run that waits.
    GoOn {
        /// The run.
        #[ts(type = "number")]
        run: u64,
        /// How far.
        pace: Pace,
    },
    /// Stop a run; its own session is closed.
    Cancel {
        /// The run.
        #[ts(type = "number")]
        run: u64,
    },
    /// Write the ways that found an element now back into the flow.
    Heal {
        /// The run that found it.
        #[ts(type = "number")]
        run: u64,
        /// The place of the step, from 0.
        place: u32,
    },
}

/// How a flow is run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunForm {
    /// On this connection.
    pub connection: String,
    /// On this session of it; null starts one, and closes it at the end.
    pub session: Option<String>,
    /// What its parameters are; those that are not named are as the flow says.
    pub values: Values,
    /// What its parameters of files are: each is given to the session before the first step.
    #[serde(default)]
    pub files: Vec<RunFile>,
    /// From the step at this place on, from 0.
    pub from: u32,
    /// Up to the step at this place, and not further; null runs to the end.
    pub until: Option<u32>,
    /// Stop before it has cost more; null allows whatever it costs.
    pub budget: Option<Credits>,
    /// In one go, or step by step.
    pub pace: Pace,
    /// What becomes of a session that the run started.
    pub after: After,
}

/// A file for a parameter of a run.
#[derive(Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunFile {
    /// The parameter.
    pub parameter: String,
    /// Its name, without folders.
    pub name: String,
    /// Its contents in base64.
    pub contents: String,
}

impl std::fmt::Debug for RunFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { parameter, name, contents } = self;
        write!(f, "RunFile({parameter}, {name}, {} characters)", contents.len())
    }
}

/// How far a run goes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// To its end.
    ToTheEnd,
    /// One step, then it waits.
    OneStep,
}

/// What becomes of a session that a run started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// It is closed, and its end is verified.
    Close,
    /// When all steps were done it is handed over to the person, and lives on; else it is closed.
    HandOver,
}

/// A run as it is.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FlowRun {
    /// Its number, rising.
    #[ts(type = "number")]
    pub id: u64,
    /// The file of its flow; null for one that is not kept here.
    pub file: Option<String>,
    /// The connection it runs on.
    pub connection: String,
    /// Where it is.
    pub phase: RunPhase,
    /// What it may cost.
    pub budget: Option<Credits>,
    /// How many steps it makes.
    pub steps_in_all: u32,
    /// What it has given so far, without what was read and listed: [`super::Query::FlowRun`] answers that.
    #[ts(as = "Run")]
    pub run: Box<Run>,
}

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum RunPhase {
    /// Its session is started.
    Starting,
    /// A step is made.
    Running {
        /// Its place in the flow, from 0.
        place: u32,
        /// Which try it is, from 1.
        attempt: u32,
    },
    /// It waits to be told to go on.
    Waiting {
        /// The place of the next step.
        place: u32,
    },
    /// Its session is closed.
    Closing,
    /// It is over.
    Over,
}

/// A flow as a list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FlowSummary {
    /// Its file, which is its name among commands.
    pub file: String,
    /// What the person calls it; the file's name when it cannot be read.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How many steps it has.
    pub steps: u32,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// Why it cannot be read, in a sentence.
    pub problem: Option<String>,
    /// Its last run that was kept.
    pub last_run: Option<KeptRun>,
}

/// A run that was kept.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeptRun {
    /// Its file.
    pub file: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How it ended.
    pub outcome: RunOutcome,
    /// How many steps were done.
    pub done: u32,
    /// What it cost.
    pub credits: Credits,
    /// What the connection is called that it ran on.
    pub connection: String,
}

/// Which calls a flow is made of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Stretch {
    /// Of this live or ended session of this run.
    pub session: Option<String>,
    /// Of this session of the history, when no `session` is named.
    #[ts(type = "number | null")]
    pub past: Option<i64>,
    /// From the call with this number on.
    pub first: u32,
    /// Up to the call with this number.
    pub last: u32,
}

/// What is wrong with a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FlowProblem {
    /// The way of the field: `steps[2].call.url`; empty when it is the whole.
    pub field: String,
    /// What is wrong with it, in words that follow its name.
    pub why: String,
}

/// A flow that was made of calls, and not kept yet.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MadeFlow {
    /// The flow.
    #[ts(as = "Flow")]
    pub flow: Box<Flow>,
    /// What was left out, each in a sentence.
    pub left_out: Vec<String>,
}

/// What is written as a program.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CodeOf {
    /// A flow that is kept.
    File {
        /// Its file.
        file: String,
    },
    /// What a stretch of calls would be as a flow; it is not kept.
    Calls {
        /// Of these.
        stretch: Stretch,
        /// What it is called.
        name: String,
    },
}

/// A flow as a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FlowCode {
    /// Its text.
    pub text: String,
    /// What is not in it, each in a sentence.
    pub left_out: Vec<String>,
    /// What a file of it may be called.
    pub file_name: String,
}
