//! What differs between two runs or sessions. What differs is `notex-flow`; here the two are fetched: a run as it was
//! kept, and a session as the run that its calls in the history make.

use std::collections::HashMap;

use notex_archive::{Archive, ArchiveError, KeptCall, KeptSession, PartKind};
use notex_flow::{Count, RecordedCall, RowKey, Run, Secrets, SeenCall, SeenSession, StepFailure};
use notex_session::Credits;

use crate::history::NOT_KEPT;
use crate::protocol::{Answer, Compared, Failure};
use crate::state::unknown_session;
use crate::{Hub, flows};

/// No session that is looked at by hand has more calls.
const MOST_CALLS: u32 = 5_000;
/// Of more calls requests and console are not counted: each is a file to read.
const MOST_COUNTED: usize = 1_000;

/// Compares two of them.
pub(crate) async fn compare(
    hub: &Hub,
    before: Compared,
    after: Compared,
    key: RowKey,
) -> Result<Answer, Failure> {
    let (before, after) = (run_of(hub, before).await?, run_of(hub, after).await?);
    // Many rows take a moment, in which others want answers.
    let differs = tokio::task::spawn_blocking(move || notex_flow::diff(&before, &after, &key)).await;
    let differs = differs.map_err(|_| Failure::invalid("these two could not be compared"))?;
    Ok(Answer::Compare(Box::new(differs.map_err(|why| Failure::invalid(why.to_string()))?)))
}

async fn run_of(hub: &Hub, compared: Compared) -> Result<Run, Failure> {
    let place = match compared {
        Compared::Run { run } => return flows::document_of(hub, run).await,
        Compared::KeptRun { file } => return flows::kept_document(hub, file).await,
        Compared::Session { session } => {
            let id = session.clone();
            let connection = hub.read(move |state| state.connection_of(&id)).await?;
            Place::Id(connection.ok_or_else(|| unknown_session(&session))?, session)
        }
        Compared::Past { session } => Place::Key(session),
    };
    let read = move |archive: &Archive| {
        // What ended a moment ago is part of it.
        archive.flush()?;
        let known = match &place {
            Place::Key(key) => archive.session(*key)?,
            Place::Id(connection, session) => archive.find_session(connection, session)?,
        };
        known.map(|known| session_run(archive, known)).transpose()
    };
    hub.shared.history.ask(read).await?.ok_or_else(|| {
        Failure::invalid("the history holds no calls of this session").with_hint("make a call on it first")
    })
}

enum Place {
    Key(i64),
    Id(String, String),
}

fn session_run(archive: &Archive, known: KeptSession) -> Result<Run, ArchiveError> {
    let listed = archive.calls(known.key, 0, MOST_CALLS)?.calls;
    let counts = listed.len() <= MOST_COUNTED;
    let counted = |kind, count: fn(&[u8]) -> Option<Count>| -> Result<HashMap<u32, Count>, ArchiveError> {
        let parts = if counts { archive.parts(known.key, None, kind)? } else { Vec::new() };
        // What cannot be read is not counted.
        let counted = parts.into_iter().filter_map(|(call, part)| {
            let (bytes, _) = archive.blob(part.hash.as_deref()?).ok()?;
            Some((call, count(&bytes)?))
        });
        Ok(counted.collect())
    };
    let network = counted(PartKind::Network, Count::of_requests)?;
    let console = counted(PartKind::Console, Count::of_console)?;
    let mut calls = Vec::with_capacity(listed.len());
    for call in listed {
        let Some(whole) = archive.call(known.key, call.number)? else { continue };
        let number = call.number;
        let recorded = RecordedCall {
            number,
            kind: call.kind,
            what: call.what.clone(),
            request: whole.request,
            response: whole.response,
            failed: call.failure.is_some(),
            url: call.page.url.clone(),
        };
        let count = |of: &HashMap<u32, Count>| of.get(&number).copied();
        calls.push(seen(call, recorded, count(&network), count(&console)));
    }
    let session = SeenSession {
        title: if known.page.title.is_empty() { known.page.url } else { known.page.title },
        connection: known.connection_name,
        id: known.session,
        created_at: known.created_at,
        touched_at: known.touched_at,
        credits: known.credits,
        credits_estimated: known.credits_estimated,
        calls,
    };
    Ok(Run::of_session(session, Secrets { marker: NOT_KEPT }))
}

fn seen(kept: KeptCall, call: RecordedCall, network: Option<Count>, console: Option<Count>) -> SeenCall {
    SeenCall {
        call,
        failure: kept.failure.map(|failure| StepFailure {
            code: failure.code,
            message: failure.message,
            hint: failure.hint,
        }),
        http_status: kept.http_status,
        started_at: kept.started_at,
        took_ms: kept.timing.total.map_or(0.0, |total| total.as_secs_f64() * 1000.0),
        title: kept.page.title,
        credits: kept.credits.unwrap_or(Credits::ZERO),
        screenshot: kept.screenshot,
        network,
        console,
    }
}
