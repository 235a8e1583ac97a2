//! `flow diff` and `session diff`: what differs between two runs or two sessions, and in the exit code whether anything
//! does.

use std::io::Write;
use std::path::Path;

use notex_file::{CallRecord, PartKind, SessionFile};
use notex_flow::{Count, RecordedCall, RowKey, Run, Secrets, SeenCall, SeenSession, StepFailure, diff};
use notex_session::Credits;
use serde_json::Value;

use super::diff_report::told;
use super::{DiffHow, Exit, Trouble, flow, session};

pub(super) const CODES: &str = "Exit codes: 0 nothing differs, 1 something does, 2 the input is wrong.\nTime, cost, how \
    often a step was tried and how much a page requested are told, and are no difference.";

pub(super) fn runs(before: &Path, after: &Path, how: DiffHow) -> Result<Exit, Trouble> {
    compare(&run_of(before)?, &run_of(after)?, how)
}

pub(super) fn sessions(before: &Path, after: &Path, how: DiffHow) -> Result<Exit, Trouble> {
    compare(&session_of(before)?, &session_of(after)?, how)
}

fn compare(before: &Run, after: &Run, DiffHow { key, json }: DiffHow) -> Result<Exit, Trouble> {
    let key = key.map_or(RowKey::Found, |column| RowKey::Column { column });
    let differs = diff(before, after, &key).map_err(|why| Trouble::input(format!("--{why}")))?;
    let text = if json { serde_json::to_string_pretty(&differs).unwrap_or_default() } else { told(&differs) };
    writeln!(std::io::stdout(), "{text}")
        .map_err(|why| Trouble::input(format!("what differs cannot be written: {why}")))?;
    Ok(if differs.same { Exit::Done } else { Exit::Differs })
}

fn run_of(file: &Path) -> Result<Run, Trouble> {
    Run::parse(&flow::text_of(file)?).map_err(|why| Trouble::input(format!("{}: {why}", file.display())))
}

fn session_of(file: &Path) -> Result<Run, Trouble> {
    let of = |trouble: Trouble| Trouble {
        sentence: format!("{}: {}", file.display(), trouble.sentence),
        ..trouble
    };
    let mut opened = SessionFile::open(file).map_err(|why| of(session::unread(&why)))?;
    let calls: Vec<SeenCall> =
        opened.calls().to_vec().into_iter().map(|call| seen(&mut opened, call)).collect();
    let record = opened.manifest().session.clone();
    let seen = SeenSession {
        title: if record.page.title.is_empty() { record.page.url } else { record.page.title },
        connection: record.connection,
        id: record.id,
        created_at: record.created_at,
        touched_at: record.touched_at,
        credits: record.credits,
        credits_estimated: record.credits_estimated,
        calls,
    };
    Ok(Run::of_session(seen, Secrets { marker: notex_file::REMOVED }))
}

fn seen(file: &mut SessionFile, call: CallRecord) -> SeenCall {
    let mut part = |kind| {
        let hash = call.parts.iter().find(|part| part.kind == kind)?.sha256.as_deref()?;
        // What was hashed when the file was opened is there.
        file.part(hash).ok()
    };
    let answer: Option<Value> =
        part(PartKind::Response).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let network = part(PartKind::Network).and_then(|kept| Count::of_requests(&kept));
    let console = part(PartKind::Console).and_then(|kept| Count::of_console(&kept));
    let screenshot = call.parts.iter().find(|part| part.kind == PartKind::Screenshot);
    let screenshot = screenshot.and_then(|part| part.sha256.clone());
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a call")]
    let took_ms = call.timing.total.unwrap_or_default() as f64 / 1_000.0;
    SeenCall {
        screenshot,
        failure: call.failure.as_ref().map(|failure| StepFailure {
            code: failure.code.clone(),
            message: failure.message.clone(),
            hint: failure.hint.clone(),
        }),
        http_status: call.http_status,
        started_at: call.started_at,
        took_ms,
        title: call.page.title,
        credits: call.credits.unwrap_or(Credits::ZERO),
        network,
        console,
        call: RecordedCall {
            number: call.number,
            kind: call.kind,
            what: call.what,
            request: call.request,
            response: call.response.or(answer),
            failed: call.failure.is_some(),
            url: call.page.url,
        },
    }
}
