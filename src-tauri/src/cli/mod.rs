//! The words of the command line that need no window: flows are run, session files looked at, and both compared, for
//! scripts and for CI. Progress goes to stderr, what came of it to stdout, and the exit code says how it ended.

mod diff;
mod diff_report;
mod export;
mod flow;
mod report;
mod session;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use notex_session::Credits;

pub(crate) use session::SessionWord;

/// A word that needs no window.
#[derive(Clone, Debug, Subcommand)]
pub enum Word {
    /// Run, export and compare flows
    #[command(subcommand)]
    Flow(FlowWord),
    /// Look at session files, compare them, and write them as traces
    #[command(subcommand)]
    Session(SessionWord),
}

/// What is done with flows.
#[derive(Clone, Debug, Subcommand)]
pub enum FlowWord {
    /// Run a flow and say what it gave
    #[command(
        after_help = "Exit codes: 0 every step was made, 1 a step failed, 2 the input is wrong, 3 the budget would \
        be passed, 4 the server or its browser, 130 interrupted.\nThe key of --connection is read from NOTEX_API_KEY. A \
        secret parameter is best given as an environment variable: NOTEX_PARAM_PASSWORD for the parameter password."
    )]
    Run(RunWord),
    /// Write a flow as a program
    #[command(
        after_help = "Keys, passwords and secret parameters are in no program: each reads them from the environment when \
        it runs, and its first lines say which. What of the flow a language cannot say is told on stderr.\n\
        Exit codes: 0 it was written, 2 the input is wrong."
    )]
    Export(ExportWord),
    /// Compare what two runs gave: their steps, and above all the rows they read
    #[command(after_help = diff::CODES)]
    Diff {
        /// The document of the run before, as `flow run --json` writes it
        #[arg(value_name = "RUN1")]
        before: PathBuf,
        /// The document of the run after
        #[arg(value_name = "RUN2")]
        after: PathBuf,
        #[command(flatten)]
        how: DiffHow,
    },
}

/// How two runs are compared.
#[derive(Clone, Debug, clap::Args)]
pub struct DiffHow {
    /// The column that tells rows apart; found by itself when left out
    #[arg(long, value_name = "COLUMN")]
    key: Option<String>,
    /// Write all that was compared, as JSON, instead of what differs
    #[arg(long)]
    json: bool,
}

/// How a flow is run.
#[derive(Clone, Debug, clap::Args)]
pub struct RunWord {
    /// The file of the flow
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The server to run it on; an engine of its own on this machine when left out
    #[arg(long, value_name = "URL")]
    connection: Option<String>,
    /// The value of a parameter, or the path of its file; can be given several times
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// Stop before more credits than these are spent
    #[arg(long, value_name = "CREDITS", value_parser = credits)]
    budget: Option<Credits>,
    /// Begin with this step, counted from 1
    #[arg(long, value_name = "STEP", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    from: u32,
    /// Write the whole document of the run, as JSON, instead of a few lines
    #[arg(long)]
    json: bool,
    /// Write what was read and where it ended, as JSON: what an exported program prints
    #[arg(long, conflicts_with = "json")]
    results: bool,
}

/// How a flow is written.
#[derive(Clone, Debug, clap::Args)]
pub struct ExportWord {
    /// The file of the flow
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// In which language
    #[arg(long)]
    to: Language,
    /// Write it here instead of to stdout
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A language that flows are written in.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Language {
    /// With notte-sdk, the SDK of the current contract
    Python,
    /// With notte 1.2, the SDK of the classic contract
    PythonClassic,
    /// For Node, without packages
    Typescript,
    /// A shell script with curl and jq
    Curl,
    /// With Playwright, without a server
    PlaywrightPython,
    /// With Playwright, without a server
    PlaywrightTypescript,
    /// A shell script that runs the flow with this program
    Cli,
}

impl From<Language> for notex_code::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::Python => Self::Python,
            Language::PythonClassic => Self::PythonClassic,
            Language::Typescript => Self::Typescript,
            Language::Curl => Self::Curl,
            Language::PlaywrightPython => Self::PlaywrightPython,
            Language::PlaywrightTypescript => Self::PlaywrightTypescript,
            Language::Cli => Self::Cli,
        }
    }
}

/// How a word ended, as the shell is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All was done.
    Done,
    /// A step failed.
    StepFailed,
    /// What was compared differs.
    Differs,
    /// A file, an option or a parameter is wrong.
    BadInput,
    /// The budget would have been passed.
    OverBudget,
    /// The server, its browser or the session.
    Server,
    /// It was interrupted.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::StepFailed | Exit::Differs => 1,
            Exit::BadInput => 2,
            Exit::OverBudget => 3,
            Exit::Server => 4,
            Exit::Interrupted => 130,
        })
    }
}

/// Why a word could not be done, and what the shell is told.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) exit: Exit,
    pub(crate) sentence: String,
}

impl Trouble {
    pub(crate) fn input(sentence: impl Into<String>) -> Self {
        Self { exit: Exit::BadInput, sentence: sentence.into() }
    }

    pub(crate) fn server(sentence: impl Into<String>) -> Self {
        Self { exit: Exit::Server, sentence: sentence.into() }
    }
}

/// Does what a word says.
pub(crate) fn run(word: Word) -> ExitCode {
    let ended = match word {
        Word::Flow(FlowWord::Run(run)) => flow::run(run),
        Word::Flow(FlowWord::Export(export)) => export::run(&export),
        Word::Flow(FlowWord::Diff { before, after, how }) => diff::runs(&before, &after, how),
        Word::Session(word) => session::run(word),
    };
    ended
        .unwrap_or_else(|trouble| {
            eprintln!("notex-inspector: {}", trouble.sentence);
            trouble.exit
        })
        .into()
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

fn credits(text: &str) -> Result<Credits, String> {
    let wrong = || "must be a number of credits, zero or more, with at most three places".to_owned();
    serde_json::from_str(text).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::Options;

    fn parsed(words: &[&str]) -> Result<Options, String> {
        let words = ["notex-inspector"].iter().chain(words);
        Options::try_parse_from(words).map_err(|why| why.to_string())
    }

    #[test]
    fn a_run_is_asked_for_in_words_and_what_is_wrong_is_named() {
        let words =
            ["flow", "run", "a.flow.json", "--param", "q=a=b", "--budget", "2.5", "--from", "2", "--json"];
        let Some(Word::Flow(FlowWord::Run(run))) = parsed(&words).unwrap().word else { panic!("a run") };
        assert_eq!(run.params, [("q".to_owned(), "a=b".to_owned())]);
        assert_eq!((run.budget, run.from, run.json), (Some(Credits::from_thousandths(2_500)), 2, true));
        for (words, named) in [
            (&["flow", "run", "a", "--budget=-1"][..], "--budget"),
            (&["flow", "run", "a", "--budget", "1.2345"], "at most three places"),
            (&["flow", "run", "a", "--param", "q"], "NAME=VALUE"),
            (&["flow", "run", "a", "--from", "0"], "--from"),
            (&["flow", "export", "a", "--to", "cobol"], "playwright-python"),
            (&["flow", "diff", "a"], "RUN2"),
            (&["session", "diff", "a.notex", "b.notex", "--key"], "--key"),
            (&["session", "trace", "a.notex"], "TRACE.zip"),
        ] {
            let refused = parsed(words).unwrap_err();
            assert!(refused.contains(named), "{refused}");
        }
        assert_eq!(parsed(&["notex://session/1"]).unwrap().link.as_deref(), Some("notex://session/1"));
        assert!(parsed(&["--web"]).unwrap().word.is_none());
        let Some(Word::Session(SessionWord::Show { file, json })) =
            parsed(&["session", "show", "a.notex", "--json"]).unwrap().word
        else {
            panic!("a session file is looked at")
        };
        assert_eq!((file, json), (PathBuf::from("a.notex"), true));
    }
}
