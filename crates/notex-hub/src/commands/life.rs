//! The life of sessions: extend, close.

use futures_util::{StreamExt, stream};
use notex_client::{Answered, ClientError};
use notex_session::{Credits, RateCard, ScrapeSize};
use notex_wire::{CallKind, SessionAnswer, SessionStatus};

use super::{client_of_session, fail};
use crate::calls::Ended;
use crate::protocol::{Closed, Dialect, Failure, FailureCode, Outcome};
use crate::{Hub, evidence, history};

/// So many sessions are closed at the same time.
const AT_ONCE: usize = 8;

/// Closes several, each verified; a failure of one does not hold up the others.
pub(super) async fn close_all(hub: &Hub, sessions: Vec<String>) -> Result<Outcome, Failure> {
    let closing = sessions.into_iter().map(|session| async move {
        let failure = close(hub, session.clone()).await.err();
        // One that ended by itself meanwhile is what was wanted.
        let over = failure.as_ref().is_some_and(|failure| failure.code == FailureCode::SessionEnded)
            && has_ended(hub, &session).await;
        Closed { session, failure: failure.filter(|_| !over) }
    });
    let closed = stream::iter(closing).buffered(AT_ONCE).collect().await;
    Ok(Outcome { closed, ..Outcome::default() })
}

async fn has_ended(hub: &Hub, session: &str) -> bool {
    let id = session.to_owned();
    let read = hub.read(move |state| state.sessions.get(&id).is_some_and(crate::sessions::Session::is_ended));
    read.await.unwrap_or(false)
}

pub(super) async fn extend(hub: &Hub, session: String) -> Result<Outcome, Failure> {
    let client = client_of_session(hub, &session).await?;
    let id = session.clone();
    let refusal = hub.read(move |state| cannot_extend(state, &id)).await?;
    let (knows_extend, dear) = refusal;
    if !knows_extend {
        return Err(dear);
    }
    let call = begin(hub, &session, CallKind::Extend, "deadline").await?;
    match client.extend().await {
        Ok(answer) => take_in_end(hub, &session, call, "deadline", answer).await,
        Err(ClientError::Refused(refused))
            if matches!(refused.status, 404 | 405) && refused.code.is_none() =>
        {
            let (told, id) = (dear.clone(), session);
            hub.change(move |state, now| state.fail_call(&id, call, Some(refused.status), told, now)).await;
            return Err(dear);
        }
        Err(error) => return Err(fail(hub, session, Some(call), error).await),
    }
    Ok(Outcome { session: Some(session), call: Some(call), ..Outcome::default() })
}

/// Whether the server may know how to extend, and what is said when it does not: what the cheapest call costs that
/// moves a deadline there. It is never made unasked.
fn cannot_extend(state: &crate::state::State, session: &str) -> (bool, Failure) {
    let known = state.sessions.get(session).and_then(|known| state.connection(&known.state.connection));
    let knows =
        known.is_none_or(|known| known.state.can.extend || known.state.dialect != Some(Dialect::Classic));
    let told = known.and_then(|known| known.state.credits.as_ref());
    let card = RateCard::default();
    let (scrape, observe, step) = match told {
        Some(told) => (told.scrape_price, told.observe_price, told.step_price),
        None => (card.scrape(ScrapeSize::default()).total(), card.observe(0).total(), card.step().total()),
    };
    let prices: [(Credits, &str); 3] = [(scrape, "a scrape"), (observe, "an observe"), (step, "a step")];
    let cheapest = prices.into_iter().min_by_key(|(price, _)| *price);
    let failure = Failure::new(FailureCode::Other, "this server cannot move a deadline for nothing");
    let failure = match cheapest {
        Some((price, call)) => {
            let about = if told.is_some() { "" } else { "about " };
            failure.with_hint(format!("any call on it moves the deadline; the cheapest is {call}, for {about}{price} credits or a little more"))
        }
        None => failure,
    };
    (knows, failure)
}

/// Closes a session and asks the server again whether it ended.
pub(super) async fn close(hub: &Hub, session: String) -> Result<Outcome, Failure> {
    let mut client = client_of_session(hub, &session).await?;
    let server = client.server().clone();
    let call = begin(hub, &session, CallKind::Close, "session").await?;
    mark_closed_here(hub, &session, true).await;
    evidence::settled(hub, &session).await;
    match client.close().await {
        Ok(answer) => take_in_end(hub, &session, call, "session", answer).await,
        Err(error) => {
            let failure = fail(hub, session.clone(), Some(call), error).await;
            mark_closed_here(hub, &session, false).await;
            return Err(failure);
        }
    }
    let answer = match server.session(&session).await {
        Ok(answer) => answer,
        Err(error @ (ClientError::Unreachable { .. } | ClientError::TimedOut { .. })) => {
            return Err(unverified(hub, session, &error).await);
        }
        // It keeps none that ended, or tells of none: it is taken at its word.
        Err(
            ClientError::Refused(_)
            | ClientError::Garbled { .. }
            | ClientError::Unsupported(_)
            | ClientError::BadAddress(_)
            | ClientError::NoSession,
        ) => return Ok(Outcome { session: Some(session), call: Some(call), ..Outcome::default() }),
    };
    if answer.body.status == SessionStatus::Active {
        let id = session.clone();
        hub.change(move |state, now| {
            let Some(known) = state.sessions.get(&id) else { return };
            let connection = known.state.connection.clone();
            let ahead = answer.server_ahead(now).unwrap_or_default();
            state.deny_end(&connection, &answer.body, ahead, now);
        })
        .await;
        return Err(Failure::new(
            FailureCode::Other,
            "the server closed the session and still lists it as active",
        )
        .with_hint("close it again; until then it may cost credits"));
    }
    take_in_answer(hub, &session, answer).await;
    Ok(Outcome { session: Some(session), call: Some(call), ..Outcome::default() })
}

/// The server said that it closed a session and was gone before it could be asked: it stays noted, and is looked up as
/// soon as the server answers.
async fn unverified(hub: &Hub, session: String, error: &ClientError) -> Failure {
    hub.change(move |state, _| {
        if let Some(connection) = state.connection_of(&session) {
            state.note_live(&connection, &session);
        }
    })
    .await;
    let message =
        format!("the server said that it closed the session, and could not be asked again: {error}");
    Failure::new(FailureCode::Unreachable, message).with_hint("it is looked up as soon as the server answers")
}

async fn mark_closed_here(hub: &Hub, session: &str, closed_here: bool) {
    let id = session.to_owned();
    hub.change(move |state, _| {
        if let Some(known) = state.sessions.get_mut(&id).filter(|known| !known.is_ended()) {
            known.closed_here = closed_here;
        }
    })
    .await;
}

async fn begin(hub: &Hub, session: &str, kind: CallKind, what: &'static str) -> Result<u64, Failure> {
    let id = session.to_owned();
    hub.ask(move |state, now| {
        let call = state.begin_call(&id, kind, what.to_owned(), now)?;
        // An extend has no body.
        let body = (kind == CallKind::Close).then(|| serde_json::json!({ "session_id": id }));
        state.note_request(&id, call, body);
        Ok(call)
    })
    .await?
}

/// Takes in the answer of a call that shows no page.
async fn take_in_end(
    hub: &Hub,
    session: &str,
    call: u64,
    what: &'static str,
    answer: Answered<SessionAnswer>,
) {
    let id = session.to_owned();
    let (http_status, took, usage) = (answer.status, answer.took, answer.body.usage.clone());
    let kept = history::Answered::of(&answer.body);
    hub.change(move |state, _| {
        state.note_answer(&id, call, kept);
        state.end_call(
            &id,
            call,
            Ended { http_status, took, what: what.to_owned(), usage, picture: None, changes: None },
        );
    })
    .await;
    take_in_answer(hub, session, answer).await;
}

pub(crate) async fn take_in_answer(hub: &Hub, session: &str, answer: Answered<SessionAnswer>) {
    let id = session.to_owned();
    hub.change(move |state, now| {
        state.take_in_answer(&id, &answer, now);
    })
    .await;
}
