//! A flow made of the calls of a session, as the history keeps them: those of live sessions are there as well.

use notex_archive::{Archive, ArchiveError};
use notex_flow::{Made, RecordedCall, Secrets};

use crate::Hub;
use crate::history::NOT_KEPT;
use crate::protocol::{Failure, Stretch};
use crate::state::unknown_session;

/// No session that is looked at by hand has more calls.
const MOST_CALLS: u32 = 5_000;

/// Makes a flow of a stretch of calls.
pub(super) async fn make(hub: &Hub, stretch: Stretch, name: String) -> Result<Made, Failure> {
    let Stretch { session, past, first, last } = stretch;
    if first > last {
        return Err(Failure::invalid("first must not come after last"));
    }
    let place = match session {
        Some(session) => {
            let id = session.clone();
            let connection = hub.read(move |state| state.connection_of(&id)).await?;
            Some((connection.ok_or_else(|| unknown_session(&session))?, session))
        }
        None => None,
    };
    let read = move |archive: &Archive| -> Result<Option<Made>, ArchiveError> {
        archive.flush()?;
        let known = match (&place, past) {
            (Some((connection, session)), _) => archive.find_session(connection, session)?,
            (None, Some(key)) => archive.session(key)?,
            (None, None) => None,
        };
        let Some(known) = known else { return Ok(None) };
        let listed = archive.calls(known.key, 0, MOST_CALLS)?.calls;
        let mut calls = Vec::new();
        for call in listed.iter().filter(|call| call.number <= last) {
            let Some(whole) = archive.call(known.key, call.number)? else { continue };
            calls.push(RecordedCall {
                number: call.number,
                kind: call.kind,
                what: call.what.clone(),
                request: whole.request,
                response: whole.response,
                failed: call.failure.is_some(),
                url: call.page.url.clone(),
            });
        }
        let secrets = Secrets { marker: NOT_KEPT };
        Ok(Some(notex_flow::make(&name, known.request.as_ref(), &calls, &(first..=last), secrets)))
    };
    let made = hub.shared.history.ask(read).await?.ok_or_else(|| {
        Failure::invalid("the history holds no calls of this session").with_hint("make a call on it first")
    })?;
    if made.flow.steps.is_empty() {
        let why = made.left_out.first().cloned().unwrap_or_else(|| "there is none in it".to_owned());
        return Err(Failure::invalid("none of these calls can be made again").with_hint(why));
    }
    Ok(made)
}
