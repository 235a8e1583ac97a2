//! `session show`: what a session file holds, for people and for CI; and `session trace`. `session diff` is beside it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use chrono::SecondsFormat;
use clap::Subcommand;
use notex_file::{CallRecord, FileError, Manifest, SessionFile};
use serde_json::{Value, json};

use super::{DiffHow, Exit, Trouble, diff};

/// What is done with session files.
#[derive(Clone, Debug, Subcommand)]
pub enum SessionWord {
    /// Say what a session file holds
    #[command(after_help = "Exit codes: 0 all calls were made, 1 a call failed, 2 the file cannot be read.")]
    Show {
        /// The session file
        #[arg(value_name = "FILE.notex")]
        file: PathBuf,
        /// Write all calls with their requests and answers, as JSON, instead of a few lines
        #[arg(long)]
        json: bool,
    },
    /// Write a session file as a trace that the trace viewer of Playwright opens
    #[command(
        after_help = "Exit codes: 0 it was written, 2 the file cannot be read or the trace not written."
    )]
    Trace {
        /// The session file
        #[arg(value_name = "FILE.notex")]
        file: PathBuf,
        /// The trace; an older one is replaced
        #[arg(value_name = "TRACE.zip")]
        to: PathBuf,
    },
    /// Compare two session files: their calls, and above all the rows they read
    #[command(after_help = diff::CODES)]
    Diff {
        /// The file of the session before
        #[arg(value_name = "A.notex")]
        before: PathBuf,
        /// The file of the session after
        #[arg(value_name = "B.notex")]
        after: PathBuf,
        #[command(flatten)]
        how: DiffHow,
    },
}

pub(super) fn run(word: SessionWord) -> Result<Exit, Trouble> {
    let (file, json) = match word {
        SessionWord::Show { file, json } => (file, json),
        SessionWord::Trace { file, to } => return traced(&file, &to).map_err(|why| unread(&why)),
        SessionWord::Diff { before, after, how } => return diff::sessions(&before, &after, how),
    };
    let (text, failed) = shown(&file, json).map_err(|why| unread(&why))?;
    // Not `println!`: whoever reads may have seen enough, and gone.
    writeln!(std::io::stdout(), "{text}")
        .map_err(|why| Trouble::input(format!("what the file holds cannot be written: {why}")))?;
    Ok(if failed { Exit::StepFailed } else { Exit::Done })
}

pub(super) fn unread(why: &FileError) -> Trouble {
    match why.hint() {
        Some(hint) => Trouble::input(format!("{why}; {hint}")),
        None => Trouble::input(why.to_string()),
    }
}

fn traced(file: &Path, to: &Path) -> Result<Exit, FileError> {
    let mut opened = SessionFile::open(file)?;
    let written = notex_file::trace(&mut opened, to, &mut |_, _| ControlFlow::Continue(()))?;
    eprintln!(
        "{} calls, {} pictures, {} KB",
        written.calls,
        written.redaction.pictures,
        written.bytes / 1_000
    );
    Ok(Exit::Done)
}

/// What is printed, and whether a call failed.
fn shown(file: &Path, as_json: bool) -> Result<(String, bool), FileError> {
    let opened = SessionFile::open(file)?;
    let (manifest, calls) = (opened.manifest(), opened.calls());
    let failed = calls.iter().any(|call| call.failure.is_some());
    let text = if as_json { format!("{:#}", document(manifest, calls)) } else { lines(manifest, calls) };
    Ok((text, failed))
}

fn document(manifest: &Manifest, calls: &[CallRecord]) -> Value {
    let Manifest { format, version, made_by, made_at, session, redaction, .. } = manifest;
    json!({
        "format": format, "version": version, "made_by": made_by, "made_at": made_at,
        "session": session, "redaction": redaction, "calls": calls,
    })
}

fn lines(manifest: &Manifest, calls: &[CallRecord]) -> String {
    let Manifest { session, redaction, .. } = manifest;
    let failed = calls.iter().filter(|call| call.failure.is_some()).count();
    let estimated = if session.credits_estimated { "about " } else { "" };
    let mut text = String::new();
    let title = if session.page.title.is_empty() { "A session without a title" } else { &session.page.title };
    line(&mut text, format_args!("{title}"));
    line(&mut text, format_args!("  page      {}", session.page.url));
    line(&mut text, format_args!("  session   {} on {}", session.id, session.connection));
    line(
        &mut text,
        format_args!("  created   {}", session.created_at.to_rfc3339_opts(SecondsFormat::Secs, true)),
    );
    line(&mut text, format_args!("  ended     {}", ended(manifest)));
    line(&mut text, format_args!("  credits   {estimated}{}", session.credits));
    let removed: u64 = redaction.removed.iter().map(|one| one.times).sum();
    let searched = redaction.searched_for;
    line(&mut text, format_args!("  secrets   {removed} taken out, {searched} searched for in all of it"));
    line(&mut text, format_args!("  calls     {}, {failed} failed", calls.len()));
    for call in calls {
        let took = call.timing.total.map_or_else(String::new, |micros| format!("{} ms", micros / 1_000));
        let credits = call.credits.map_or_else(String::new, |credits| format!("{credits} cr"));
        let kind = serde_json::to_value(call.kind).ok();
        let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
        line(&mut text, format_args!("{:>5} {kind:<8} {took:>9} {credits:>9}  {}", call.number, call.what));
        if let Some(failure) = &call.failure {
            line(&mut text, format_args!("{:>35}failed: {}", "", failure.message));
        }
    }
    text.truncate(text.trim_end().len());
    text
}

fn ended(manifest: &Manifest) -> String {
    let Some(end) = &manifest.session.end else { return "it lived when the file was made".to_owned() };
    let at = end.at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let reason = end.reason.and_then(|reason| serde_json::to_value(reason).ok());
    match reason.as_ref().and_then(Value::as_str) {
        Some(reason) => format!("{at}, {}", reason.replace('_', " ")),
        None => format!("{at}, its end was not seen"),
    }
}

/// Control characters of a page's title must not reach the terminal. Writing to a string cannot fail.
pub(super) fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    let plain = line.to_string().replace(char::is_control, " ");
    let _ = writeln!(text, "{plain}");
}
