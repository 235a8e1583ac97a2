//! What each command does. Runs beside the loop: it talks to servers and sends the loop what came of it.

use std::future::Future;

use chrono::Utc;
use notex_client::{Answered, ApiKey, Client, ClientError, Server, StartOptions};
use notex_session::{EndReason, MAX_TIMEOUT_MINUTES, MIN_TIMEOUT_MINUTES};
use notex_wire::{CallKind, PageAnswer, SessionAnswer, SessionStatus, Usage};
use tokio::sync::oneshot;
use tracing::warn;

use crate::calls::{Ended, estimated_charge};
use crate::protocol::{Command, Failure, FailureCode, KeepKey, Outcome, Settings};
use crate::state::{SavedConnection, unknown_session};
use crate::{Hub, LOCAL_CONNECTION, describe, keychain};

pub(crate) async fn run(hub: &Hub, command: Command) -> Result<Outcome, Failure> {
    match command {
        Command::StartSession { connection, timeout_minutes, keep_alive, screenshot } => {
            start_session(hub, connection, StartOptions { timeout_minutes, keep_alive, screenshot }).await
        }
        Command::CloseSession { session } => close_session(hub, session).await,
        Command::ExtendSession { session } => extend_session(hub, session).await,
        Command::Observe { session, url } => observe(hub, session, url).await,
        Command::Step { session, action, value, enter } => step(hub, session, action, value, enter).await,
        Command::Scrape { session, only_main_content, images } => {
            scrape(hub, session, only_main_content, images).await
        }
        Command::CancelCall { session } => cancel_call(hub, session).await,
        Command::AddConnection { name, base_url, api_key, keep_key } => {
            add_connection(hub, name, base_url, ApiKey::new(api_key), keep_key).await
        }
        Command::ReplaceKey { connection, api_key, keep_key } => {
            replace_key(hub, connection, ApiKey::new(api_key), keep_key).await
        }
        Command::RemoveConnection { connection } => remove_connection(hub, connection).await,
        Command::Reconnect { connection } => {
            hub.follow(connection).await;
            Ok(Outcome::default())
        }
        Command::SaveSettings { settings } => save_settings(hub, settings).await,
    }
}

async fn start_session(hub: &Hub, connection: String, options: StartOptions) -> Result<Outcome, Failure> {
    check_timeout("timeout", options.timeout_minutes)?;
    let server = server_of_connection(hub, &connection).await?;
    let mut client = Client::new(server);
    let begun_at = Utc::now();
    let answer = match client.start(options).await {
        Ok(answer) => answer,
        Err(error) => return Err(Failure::from(&error)),
    };
    let (session, what) = (answer.body.session_id.clone(), start_words(options));
    let id = session.clone();
    let call = hub
        .ask(move |state, now| {
            let ahead = answer.server_ahead(now).unwrap_or_default();
            state.take_in_session(&connection, &answer.body, ahead, now);
            state.change_session(&id, |known| known.state.screenshot = options.screenshot);
            let call = state.record_call(&id, CallKind::Start, what.clone(), begun_at);
            let (http_status, took, usage) = (answer.status, answer.took, answer.body.usage);
            state.end_call(&id, call, Ended { http_status, took, what, usage, picture: None });
            call
        })
        .await?;
    Ok(Outcome { session: Some(session), call: Some(call), connection: None })
}

fn start_words(options: StartOptions) -> String {
    let timeout = options.timeout_minutes;
    if options.keep_alive { "keep-alive".to_owned() } else { format!("timeout {timeout} min") }
}

async fn observe(hub: &Hub, session: String, url: Option<String>) -> Result<Outcome, Failure> {
    let url = url.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
    let what = url.as_deref().map_or_else(|| "the page as it is".to_owned(), describe::place);
    page_call(hub, session, CallKind::Observe, what, move |client| async move { client.observe(url).await })
        .await
}

async fn step(
    hub: &Hub,
    session: String,
    action: String,
    value: Option<String>,
    enter: bool,
) -> Result<Outcome, Failure> {
    let (id, about, shown) = (session.clone(), action.clone(), value.clone());
    let what = hub
        .read(move |state| describe::step(&about, state.observed_action(&id, &about), shown.as_deref()))
        .await?;
    let call = move |client: Client| async move { client.step(&action, value, enter.then_some(true)).await };
    page_call(hub, session, CallKind::Step, what, call).await
}

async fn scrape(
    hub: &Hub,
    session: String,
    only_main_content: bool,
    images: bool,
) -> Result<Outcome, Failure> {
    let what = if only_main_content { "main content" } else { "whole page" };
    let call =
        move |client: Client| async move { client.scrape(Some(only_main_content), Some(images)).await };
    page_call(hub, session, CallKind::Scrape, what.to_owned(), call).await
}

/// A call on the page of a session: recorded when it begins, run in a task that can be cancelled, recorded again.
async fn page_call<F, C>(
    hub: &Hub,
    session: String,
    kind: CallKind,
    what: String,
    call: F,
) -> Result<Outcome, Failure>
where
    F: FnOnce(Client) -> C + Send + 'static,
    C: Future<Output = Result<Answered<PageAnswer>, ClientError>> + Send,
{
    let client = client_of_session(hub, &session).await?;
    let (id, words) = (session.clone(), what.clone());
    let number = hub.ask(move |state, now| state.begin_call(&id, kind, words, now)).await??;
    let (done, result) = oneshot::channel();
    let task = tokio::spawn(async move { drop(done.send(call(client).await)) }).abort_handle();
    let id = session.clone();
    hub.change(move |state, _| state.change_session(&id, |known| known.running = Some(task))).await;
    let Ok(result) = result.await else {
        return Err(Failure::new(FailureCode::Cancelled, "the call was cancelled"));
    };
    match result {
        Ok(answer) => {
            take_in_page(hub, session.clone(), number, kind, what, answer).await?;
            Ok(Outcome { session: Some(session), call: Some(number), connection: None })
        }
        Err(error) => Err(fail(hub, session, Some(number), error).await),
    }
}

async fn take_in_page(
    hub: &Hub,
    session: String,
    call: u64,
    kind: CallKind,
    what: String,
    answer: Answered<PageAnswer>,
) -> Result<(), Failure> {
    let Answered { body: mut page, status, took, .. } = answer.clone();
    let picture = match page.screenshot.take() {
        Some(text) => match hub.shared.pictures.keep(text).await {
            Ok(name) => Some(name),
            Err(error) => {
                warn!(%error, "a screenshot was not kept");
                None
            }
        },
        None => None,
    };
    let only_main_content = what == "main content";
    let words = match kind {
        CallKind::Observe => describe::observed(&page),
        CallKind::Scrape => describe::scraped(&page, only_main_content),
        CallKind::Step | CallKind::Start | CallKind::SessionMinute | CallKind::Extend | CallKind::Close => {
            what
        }
    };
    hub.change(move |state, now| {
        let ahead = answer.server_ahead(now).unwrap_or_default();
        let Some(known) = state.sessions.get(&session) else { return };
        let connection = known.state.connection.clone();
        let usage = page.usage.clone();
        if usage.is_none() {
            let charge = estimated_charge(kind, &answer.body);
            state.change_session(&session, |known| known.add_estimate(charge.total()));
        }
        let mut reported = page.session.clone();
        // Servers of other makes tell title and address of the page only beside the session.
        reported.title.get_or_insert_with(|| page.metadata.title.clone());
        reported.url.get_or_insert_with(|| page.metadata.url.clone());
        state.take_in_session(&connection, &reported, ahead, now);
        if let Some(remaining) = usage.as_ref().map(|usage: &Usage| usage.remaining) {
            state.change_connection(&connection, |known| {
                if let Some(credits) = &mut known.state.credits {
                    credits.remaining = credits.remaining.min(remaining);
                }
            });
        }
        state.end_call(
            &session,
            call,
            Ended { http_status: status, took, what: words, usage, picture: picture.clone() },
        );
        state.take_in_scraped(&session, call, page.clone(), only_main_content, now);
        state.take_in_observation(&session, call, page, picture, now);
    })
    .await;
    Ok(())
}

async fn extend_session(hub: &Hub, session: String) -> Result<Outcome, Failure> {
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
    Ok(Outcome { session: Some(session), call: Some(call), connection: None })
}

/// Closes a session and asks the server again whether it ended.
async fn close_session(hub: &Hub, session: String) -> Result<Outcome, Failure> {
    let mut client = client_of_session(hub, &session).await?;
    let server = client.server().clone();
    let call = begin(hub, &session, CallKind::Close, "session").await?;
    match client.close().await {
        Ok(answer) => take_in_end(hub, &session, call, "session", answer).await,
        Err(error) => return Err(fail(hub, session, Some(call), error).await),
    }
    let Ok(answer) = server.session(&session).await else {
        // A server that cannot be asked is taken at its word.
        return Ok(Outcome { session: Some(session), call: Some(call), connection: None });
    };
    if answer.body.status == SessionStatus::Active {
        return Err(Failure::new(
            FailureCode::Other,
            "the server closed the session and still lists it as active",
        )
        .with_hint("close it again; until then it may cost credits"));
    }
    take_in_answer(hub, &session, answer).await;
    Ok(Outcome { session: Some(session), call: Some(call), connection: None })
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

/// Records a failed call; when it says that the session is over, asks the server how it ended.
async fn fail(hub: &Hub, session: String, call: Option<u64>, error: ClientError) -> Failure {
    let failure = Failure::from(&error);
    let status = match &error {
        ClientError::Refused(refused) => Some(refused.status),
        ClientError::Unreachable { .. }
        | ClientError::TimedOut { .. }
        | ClientError::Garbled { .. }
        | ClientError::BadAddress(_)
        | ClientError::NoSession => None,
    };
    let (id, told) = (session.clone(), failure.clone());
    hub.change(move |state, now| {
        if let Some(call) = call {
            state.fail_call(&id, call, status, told, now);
        }
    })
    .await;
    if matches!(status, Some(404 | 410)) {
        let asked = match client_of_session(hub, &session).await {
            Ok(client) => client.status().await,
            Err(_) => return failure,
        };
        match asked {
            Ok(answer) => take_in_answer(hub, &session, answer).await,
            Err(_) => {
                let detail = "the server no longer knows it";
                hub.change(move |state, now| {
                    state.assume_session_ended(&session, now, EndReason::Error, detail)
                })
                .await;
            }
        }
    }
    failure
}

async fn cancel_call(hub: &Hub, session: String) -> Result<Outcome, Failure> {
    hub.ask(move |state, now| {
        let Some(known) = state.sessions.get_mut(&session) else { return Err(unknown_session(&session)) };
        let Some(running) = known.running.take() else {
            return Err(Failure::invalid("no call runs on this session"));
        };
        running.abort();
        let waiting = known.calls.iter().rfind(|call| call.status == crate::protocol::CallStatus::Running);
        let call = waiting.map(|call| call.id);
        if let Some(call) = call {
            let failure =
                Failure::new(FailureCode::Cancelled, "cancelled; the server may finish and charge it");
            state.fail_call(&session, call, None, failure, now);
        }
        Ok(Outcome { session: Some(session), call, connection: None })
    })
    .await?
}

async fn add_connection(
    hub: &Hub,
    name: String,
    base_url: String,
    key: ApiKey,
    key_kept: KeepKey,
) -> Result<Outcome, Failure> {
    let name = name.trim().to_owned();
    if name.is_empty() {
        return Err(Failure::invalid("name must not be empty"));
    }
    let server = Server::new(&base_url, key.clone()).map_err(|error| Failure::from(&error))?;
    let id = uuid::Uuid::new_v4().to_string();
    if key_kept == KeepKey::Keychain && !key.is_empty() {
        keychain::keep(&id, &key).await?;
    }
    let base_url = base_url.trim().to_owned();
    let saved = SavedConnection { id: id.clone(), name, base_url, key_kept };
    let added = id.clone();
    hub.ask(move |state, _| {
        state.add_connection(saved)?;
        state.change_connection(&added, |known| {
            known.server = Some(server);
            known.memory_key = (key_kept == KeepKey::Memory).then_some(key);
        });
        Ok::<(), Failure>(())
    })
    .await??;
    hub.follow(id.clone()).await;
    Ok(Outcome { connection: Some(id), ..Outcome::default() })
}

async fn replace_key(
    hub: &Hub,
    connection: String,
    key: ApiKey,
    key_kept: KeepKey,
) -> Result<Outcome, Failure> {
    if connection == LOCAL_CONNECTION {
        return Err(Failure::invalid("the local engine makes its own key"));
    }
    if key.is_empty() {
        return Err(Failure::invalid("api key must not be empty"));
    }
    match key_kept {
        KeepKey::Keychain => keychain::keep(&connection, &key).await?,
        // What the keychain still holds would come back at the next start.
        KeepKey::Memory => drop(keychain::forget(&connection).await),
    }
    let id = connection.clone();
    hub.ask(move |state, _| {
        state.change_connection(&id, |known| {
            known.server = None;
            known.memory_key = (key_kept == KeepKey::Memory).then_some(key);
            known.state.key_kept = Some(key_kept);
        });
        state.save()
    })
    .await??;
    hub.follow(connection.clone()).await;
    Ok(Outcome { connection: Some(connection), ..Outcome::default() })
}

async fn remove_connection(hub: &Hub, connection: String) -> Result<Outcome, Failure> {
    if connection == LOCAL_CONNECTION {
        return Err(Failure::invalid("the local engine cannot be removed"));
    }
    let id = connection.clone();
    let kept = hub.read(move |state| state.connection(&id).and_then(|known| known.state.key_kept)).await?;
    if kept == Some(KeepKey::Keychain) {
        keychain::forget(&connection).await?;
    }
    hub.ask(move |state, _| state.remove_connection(&connection)).await??;
    Ok(Outcome::default())
}

async fn save_settings(hub: &Hub, settings: Settings) -> Result<Outcome, Failure> {
    check_timeout("timeout", i64::from(settings.timeout_minutes))?;
    hub.ask(move |state, _| state.save_settings(settings)).await??;
    Ok(Outcome::default())
}

fn check_timeout(field: &str, minutes: i64) -> Result<(), Failure> {
    if (i64::from(MIN_TIMEOUT_MINUTES)..=i64::from(MAX_TIMEOUT_MINUTES)).contains(&minutes) {
        return Ok(());
    }
    Err(Failure::invalid(format!(
        "{field} must be from {MIN_TIMEOUT_MINUTES} to {MAX_TIMEOUT_MINUTES} minutes"
    )))
}

async fn server_of_connection(hub: &Hub, connection: &str) -> Result<Server, Failure> {
    let id = connection.to_owned();
    hub.read(move |state| {
        let known = state.connection(&id).ok_or_else(|| Failure::invalid("there is no such connection"))?;
        known.server.clone().ok_or_else(|| {
            known.state.failure.clone().unwrap_or_else(|| {
                Failure::new(FailureCode::Unreachable, format!("{} is still starting", known.state.name))
                    .with_hint("try again in a moment")
            })
        })
    })
    .await?
}

async fn client_of_session(hub: &Hub, session: &str) -> Result<Client, Failure> {
    let id = session.to_owned();
    let connection = hub
        .read(move |state| {
            state
                .sessions
                .get(&id)
                .map(|known| known.state.connection.clone())
                .ok_or_else(|| unknown_session(&id))
        })
        .await??;
    Ok(Client::attached(server_of_connection(hub, &connection).await?, session.to_owned()))
}
