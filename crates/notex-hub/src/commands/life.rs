//! The life of sessions: start, extend, close.

use chrono::Utc;
use futures_util::{StreamExt, stream};
use notex_client::{Answered, Client, ClientError};
use notex_wire::{CallKind, SessionAnswer, SessionStatus, StartRequest};

use super::{check_timeout, client_of_session, fail, server_of_connection};
use crate::Hub;
use crate::calls::Ended;
use crate::protocol::{Closed, Failure, FailureCode, Outcome, StartForm};

/// So many sessions are closed at the same time.
const AT_ONCE: usize = 8;

pub(super) async fn start(hub: &Hub, connection: String, form: StartForm) -> Result<Outcome, Failure> {
    check_timeout("timeout", form.timeout_minutes)?;
    let server = server_of_connection(hub, &connection).await?;
    let mut client = Client::new(server);
    let begun_at = Utc::now();
    let answer = match client.start(&request_of(&form)).await {
        Ok(answer) => answer,
        Err(error) => return Err(Failure::from(&error)),
    };
    let (session, what) = (answer.body.session_id.clone(), start_words(&form));
    let id = session.clone();
    let call = hub
        .ask(move |state, now| {
            let ahead = answer.server_ahead(now).unwrap_or_default();
            state.take_in_session(&connection, &answer.body, ahead, now);
            state.change_session(&id, |known| known.state.screenshot = form.screenshot);
            let call = state.record_call(&id, CallKind::Start, what.clone(), begun_at);
            let (http_status, took, usage) = (answer.status, answer.took, answer.body.usage);
            state.end_call(&id, call, Ended { http_status, took, what, usage, picture: None });
            call
        })
        .await?;
    Ok(Outcome { session: Some(session), call: Some(call), ..Outcome::default() })
}

fn start_words(form: &StartForm) -> String {
    let timeout = form.timeout_minutes;
    if form.keep_alive { "keep-alive".to_owned() } else { format!("timeout {timeout} min") }
}

/// Only what the person chose: what is absent is as the server has it.
fn request_of(form: &StartForm) -> StartRequest {
    let headers = form.headers.iter().map(|header| (header.name.clone(), header.value.clone()));
    let proxy = form.proxy.as_ref().map(|proxy| {
        serde_json::json!([{
            "type": "external", "server": proxy.server, "username": proxy.username,
            "password": proxy.password, "bypass": proxy.bypass,
        }])
    });
    StartRequest {
        keep_alive: Some(form.keep_alive),
        session_timeout_minutes: Some(form.timeout_minutes),
        screenshot: Some(form.screenshot),
        max_duration_minutes: form.max_duration_minutes,
        viewport_width: form.viewport_width,
        viewport_height: form.viewport_height,
        user_agent: form.user_agent.clone(),
        locale: form.locale.clone(),
        timezone: form.timezone.clone(),
        extra_http_headers: (!form.headers.is_empty()).then(|| headers.collect()),
        proxies: proxy,
        ..StartRequest::default()
    }
}

/// Closes several, each verified; a failure of one does not hold up the others.
pub(super) async fn close_all(hub: &Hub, sessions: Vec<String>) -> Result<Outcome, Failure> {
    let closing = sessions.into_iter().map(|session| async move {
        let failure = close(hub, session.clone()).await.err();
        Closed { session, failure }
    });
    let closed = stream::iter(closing).buffered(AT_ONCE).collect().await;
    Ok(Outcome { closed, ..Outcome::default() })
}

pub(super) async fn extend(hub: &Hub, session: String) -> Result<Outcome, Failure> {
    let client = client_of_session(hub, &session).await?;
    let call = begin(hub, &session, CallKind::Extend, "deadline").await?;
    match client.extend().await {
        Ok(answer) => take_in_end(hub, &session, call, "deadline", answer).await,
        Err(ClientError::Refused(refused))
            if matches!(refused.status, 404 | 405) && refused.code.is_none() =>
        {
            let failure = Failure::new(FailureCode::Other, "this server cannot move a deadline by itself")
                .with_hint("observe the page: any call on it moves the deadline");
            let (told, id) = (failure.clone(), session);
            hub.change(move |state, now| state.fail_call(&id, call, Some(refused.status), told, now)).await;
            return Err(failure);
        }
        Err(error) => return Err(fail(hub, session, Some(call), error).await),
    }
    Ok(Outcome { session: Some(session), call: Some(call), ..Outcome::default() })
}

/// Closes a session and asks the server again whether it ended.
pub(super) async fn close(hub: &Hub, session: String) -> Result<Outcome, Failure> {
    let mut client = client_of_session(hub, &session).await?;
    let server = client.server().clone();
    let call = begin(hub, &session, CallKind::Close, "session").await?;
    match client.close().await {
        Ok(answer) => take_in_end(hub, &session, call, "session", answer).await,
        Err(error) => return Err(fail(hub, session, Some(call), error).await),
    }
    let Ok(answer) = server.session(&session).await else {
        // A server that cannot be asked is taken at its word.
        return Ok(Outcome { session: Some(session), call: Some(call), ..Outcome::default() });
    };
    if answer.body.status == SessionStatus::Active {
        return Err(Failure::new(
            FailureCode::Other,
            "the server closed the session and still lists it as active",
        )
        .with_hint("close it again; until then it may cost credits"));
    }
    take_in_answer(hub, &session, answer).await;
    Ok(Outcome { session: Some(session), call: Some(call), ..Outcome::default() })
}

async fn begin(hub: &Hub, session: &str, kind: CallKind, what: &'static str) -> Result<u64, Failure> {
    let id = session.to_owned();
    hub.ask(move |state, now| state.begin_call(&id, kind, what.to_owned(), now)).await?
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
    hub.change(move |state, _| {
        state.end_call(&id, call, Ended { http_status, took, what: what.to_owned(), usage, picture: None });
    })
    .await;
    take_in_answer(hub, session, answer).await;
}

pub(crate) async fn take_in_answer(hub: &Hub, session: &str, answer: Answered<SessionAnswer>) {
    let id = session.to_owned();
    hub.change(move |state, now| {
        let Some(connection) = state.sessions.get(&id).map(|known| known.state.connection.clone()) else {
            return;
        };
        let ahead = answer.server_ahead(now).unwrap_or_default();
        state.take_in_session(&connection, &answer.body, ahead, now);
    })
    .await;
}
