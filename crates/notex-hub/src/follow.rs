//! Follows one server: is it up, which sessions live on it, what is charged. Pushed by its events stream where it
//! has one; a server without is asked now and then, by calls that neither cost nor move a deadline.

use std::collections::BTreeSet;
use std::sync::Weak;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use notex_client::{ApiKey, ClientError, Server};
use notex_session::EndReason;
use notex_wire::{EngineEvent, SessionAnswer, SessionStatus};

use crate::commands::take_in_answer;
use crate::connection::Connection;
use crate::elsewhere::EndedElsewhere;
use crate::hub::Shared;
use crate::protocol::{Abilities, Dialect, Failure, FailureCode, KeepKey, Light, SessionPhase};
use crate::sessions::Session;
use crate::state::State;
use crate::{Hub, LOCAL_CONNECTION, evidence, keychain};

const FIRST_RETRY: Duration = Duration::from_millis(500);
const LONGEST_RETRY: Duration = Duration::from_secs(15);
/// A server that was followed for so long is tried again at once when it is lost.
const STEADY_AFTER: Duration = Duration::from_secs(5);
const HEALTH_EVERY: Duration = Duration::from_secs(10);
/// Sessions are listed in pages of this size, and at most this many pages.
const PAGE_SIZE: u32 = 200;
const MOST_PAGES: u32 = 50;
/// A server that ends sessions a little late is asked again after this long.
const ASK_AGAIN: Duration = Duration::from_millis(250);
/// An answer of before an end may come this much after it.
const LATE_ANSWERS: TimeDelta = TimeDelta::seconds(20);
/// A server is this late to end a session before it is said that it disagrees.
const LATE_END: TimeDelta = TimeDelta::seconds(2);

/// So many events are taken in at once.
const EVENTS_AT_ONCE: usize = 1_000;
/// What a server with all of our additions can do.
const EVERYTHING: Abilities = Abilities {
    events: true,
    list: true,
    extend: true,
    live: true,
    take_over: true,
    elements: true,
    usage: true,
    edit_rates: true,
    start_options: true,
    tabs: true,
    scrape_options: true,
    instructions: true,
    files: true,
};

/// Why a server is not followed any more.
struct Lost(Failure);

impl From<ClientError> for Lost {
    fn from(error: ClientError) -> Self {
        Self(Failure::from(&error))
    }
}

/// Follows a connection until the hub is gone, trying again ever more rarely while it is down.
pub(crate) async fn follow(shared: Weak<Shared>, connection: String) {
    let mut retry = FIRST_RETRY;
    loop {
        let Some(shared) = shared.upgrade() else { return };
        let hub = Hub { shared };
        let begun = Instant::now();
        let Lost(failure) = match follow_once(&hub, &connection).await {
            Ok(never) => match never {},
            Err(lost) => lost,
        };
        let id = connection.clone();
        let then = hub
            .ask(move |state, now| {
                let was_ready = state.connection(&id).is_some_and(|known| known.state.light == Light::Ready);
                // One that answers and breaks off at once is no better than one that does not answer.
                let anew = was_ready && begun.elapsed() >= STEADY_AFTER;
                let retry = if anew { FIRST_RETRY } else { (retry * 2).min(LONGEST_RETRY) };
                state.change_connection(&id, |known| known.lost(failure, now, retry));
                state.forget_elsewhere(&id);
                retry
            })
            .await;
        let Ok(then) = then else { return };
        drop(hub);
        retry = then;
        tokio::time::sleep(retry).await;
    }
}

async fn follow_once(hub: &Hub, connection: &str) -> Result<std::convert::Infallible, Lost> {
    let server = reach(hub, connection).await?;
    let server = crate::dialects::find_out(hub, connection, server).await.map_err(Lost)?;
    ask_health(hub, connection, &server).await?;
    // The stream is opened before the list is read, so that nothing falls between the two.
    let events = match server.events().await {
        Ok(events) => events,
        Err(ClientError::Unsupported(_)) => return ask_now_and_then(hub, connection, &server).await,
        Err(ClientError::Refused(refused)) if matches!(refused.status, 404 | 405) => {
            return ask_now_and_then(hub, connection, &server).await;
        }
        Err(error) => return Err(error.into()),
    };
    is_a(hub, connection, Dialect::Notex, EVERYTHING).await;
    list_sessions(hub, connection, &server).await?;
    ask_usage(hub, connection, &server).await;
    let mut jumps = hub.shared.jumps.subscribe();
    // A burst of events is taken in at once.
    let mut events = std::pin::pin!(events.ready_chunks(EVENTS_AT_ONCE));
    // Beside the events, which must not wait for a server that is slow to say how it is.
    let mut healthy = std::pin::pin!(stay_healthy(hub, connection, &server));
    loop {
        tokio::select! {
            lost = &mut healthy => return lost,
            some = events.next() => {
                let Some(some) = some else {
                    return Err(Lost(Failure::new(FailureCode::Unreachable, "the server ended the connection")));
                };
                let some: Vec<EngineEvent> = some.into_iter().collect::<Result<_, ClientError>>()?;
                let lagged = some.iter().any(|event| matches!(event, EngineEvent::Lagged));
                take_in_events(hub, connection, some).await;
                if lagged {
                    list_sessions(hub, connection, &server).await?;
                    ask_usage(hub, connection, &server).await;
                }
            }
            Ok(()) = jumps.changed() => {
                list_sessions(hub, connection, &server).await?;
                ask_usage(hub, connection, &server).await;
            }
        }
    }
}

async fn stay_healthy(
    hub: &Hub,
    connection: &str,
    server: &Server,
) -> Result<std::convert::Infallible, Lost> {
    let mut tick = tokio::time::interval(HEALTH_EVERY);
    tick.tick().await;
    loop {
        tick.tick().await;
        ask_health(hub, connection, server).await?;
    }
}

async fn is_a(hub: &Hub, connection: &str, dialect: Dialect, can: Abilities) {
    let id = connection.to_owned();
    hub.change(move |state, _| state.change_connection(&id, |known| known.is_a(dialect, can))).await;
}

/// The server of a connection: the engine inside the app is started, a saved one gets its key from the keychain.
async fn reach(hub: &Hub, connection: &str) -> Result<Server, Lost> {
    let (base_url, key) = if connection == LOCAL_CONNECTION {
        let engine = (hub.shared.start_local_engine)().await.map_err(|why| {
            Lost(Failure::new(FailureCode::Other, format!("the local engine did not start: {why}")))
        })?;
        (engine.base_url, engine.key)
    } else {
        saved_address(hub, connection).await?
    };
    hub.shared.log.keep_out([key.reveal().to_owned()]);
    let server = Server::new(&base_url, key)?;
    let (id, made) = (connection.to_owned(), server.clone());
    hub.change(move |state, _| {
        state.change_connection(&id, |known| {
            known.server = Some(made);
            known.state.base_url = base_url;
        });
    })
    .await;
    Ok(server)
}

async fn saved_address(hub: &Hub, connection: &str) -> Result<(String, ApiKey), Lost> {
    let id = connection.to_owned();
    let known = hub
        .read(move |state| {
            state
                .connection(&id)
                .map(|known| (known.state.base_url.clone(), known.state.key_kept, known.memory_key.clone()))
        })
        .await
        .map_err(Lost)?;
    let Some((base_url, kept, memory_key)) = known else {
        return Err(Lost(Failure::invalid("there is no such connection")));
    };
    if let Some(key) = memory_key {
        return Ok((base_url, key));
    }
    let no_key = |message: &str| {
        Lost(Failure::new(FailureCode::WrongKey, message).with_hint("enter the key of this connection again"))
    };
    match kept {
        Some(KeepKey::Keychain) => match keychain::read(connection).await.map_err(Lost)? {
            Some(key) => Ok((base_url, key)),
            None => Err(no_key("the keychain holds no key for this connection")),
        },
        Some(KeepKey::Memory) | None => Err(no_key("the key was kept for one run only")),
    }
}

async fn ask_health(hub: &Hub, connection: &str, server: &Server) -> Result<(), Lost> {
    let answer = server.health().await?;
    let id = connection.to_owned();
    let latency_ms = answer.took.as_secs_f64() * 1000.0;
    hub.change(move |state, _| {
        state.change_connection(&id, |known| known.take_in_health(&answer.body, latency_ms))
    })
    .await;
    Ok(())
}

/// A server that does not tell its usage has none shown.
async fn ask_usage(hub: &Hub, connection: &str, server: &Server) {
    let Ok(usage) = server.usage().await else { return };
    let plan = server.plan().await.ok().map(|answer| answer.body);
    let id = connection.to_owned();
    hub.change(move |state, now| {
        state.change_connection(&id, |known| {
            known.state.can.usage = true;
            known.take_in_usage(&usage.body, plan.as_ref(), now + known.ahead)
        });
    })
    .await;
}

async fn list_sessions(hub: &Hub, connection: &str, server: &Server) -> Result<(), Lost> {
    let mut listed: Vec<SessionAnswer> = Vec::new();
    let mut by_date = None;
    for page in 1..=MOST_PAGES {
        let answer = server.sessions(page, PAGE_SIZE).await?;
        by_date = answer.date_ahead;
        let total = answer.body.total;
        let is_last = answer.body.items.is_empty();
        listed.extend(answer.body.items);
        if is_last || listed.len() as u64 >= total {
            break;
        }
    }
    let id = connection.to_owned();
    let unlisted = hub
        .ask(move |state, now| {
            let mut unlisted: BTreeSet<String> = state.noted_sessions(&id).into_iter().collect();
            let live = state.live_sessions(&id).map(|known| known.state.id.clone());
            unlisted.extend(live);
            let told = listed.iter().find_map(|session| session.server_time);
            let ahead = told.map(|server| server - now).or(by_date);
            let first = state.connection(&id).is_some_and(|known| !known.listed);
            state.change_connection(&id, |known| {
                known.listed = true;
                known.ahead = ahead.unwrap_or(known.ahead);
                known.state.can.list = true;
                known.proven();
            });
            for session in &listed {
                unlisted.remove(&session.session_id);
                let ahead = session.server_time.map(|server| server - now).or(ahead).unwrap_or_default();
                let known = state.sessions.get(&session.session_id);
                let is_new = known.is_none();
                let denied = known.is_some_and(|known| known.ended_before(now - LATE_ANSWERS))
                    && session.status == SessionStatus::Active;
                if denied {
                    state.deny_end(&id, session, ahead, now);
                } else {
                    state.take_in_session(&id, session, ahead, now);
                }
                if is_new && !first {
                    state.appeared(&session.session_id, now);
                }
            }
            unlisted
        })
        .await
        .map_err(Lost)?;
    for session in unlisted {
        look_up(hub, connection, server, session).await?;
    }
    Ok(())
}

/// Asks for a session that the list did not hold: one of an earlier run, or one that ended meanwhile.
async fn look_up(hub: &Hub, connection: &str, server: &Server, session: String) -> Result<(), Lost> {
    let id = connection.to_owned();
    match server.session(&session).await {
        Ok(answer) => {
            hub.change(move |state, now| {
                let ahead = answer.server_ahead(now).unwrap_or_default();
                state.take_in_session(&id, &answer.body, ahead, now);
            })
            .await;
        }
        Err(ClientError::Refused(refused)) if matches!(refused.status, 404 | 410) => {
            hub.change(move |state, now| {
                state.assume_session_ended(&session, now, EndReason::Error, "the server no longer knows it");
                state.note_ended(&id, &session);
            })
            .await;
        }
        // It stays noted, and is looked up at the next connection.
        Err(ClientError::Refused(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn take_in_events(hub: &Hub, connection: &str, events: Vec<EngineEvent>) {
    let id = connection.to_owned();
    let wanted = hub
        .ask(move |state, now| {
            events.into_iter().for_each(|event| take_in_event(state, &id, event, now));
            std::mem::take(&mut state.evidence_wanted)
        })
        .await;
    for (session, call, number) in wanted.unwrap_or_default() {
        evidence::fetch_numbered(hub, session, call, number);
    }
}

fn take_in_event(state: &mut State, id: &str, event: EngineEvent, now: DateTime<Utc>) {
    let known_ahead = state.connection(id).map_or_else(Default::default, |known| known.ahead);
    match event {
        EngineEvent::Hello { server_time, .. } => {
            state.change_connection(id, |known| known.ahead = server_time - now);
        }
        EngineEvent::SessionStarted { session }
        | EngineEvent::SessionChanged { session }
        | EngineEvent::SessionEnded { session } => {
            let ahead = session.server_time.map_or(known_ahead, |server| server - now);
            let is_new = !state.sessions.contains_key(&session.session_id);
            state.take_in_session(id, &session, ahead, now);
            if is_new {
                state.appeared(&session.session_id, now);
            }
        }
        EngineEvent::Charged { entry, remaining } => {
            state.change_connection(id, |known| known.take_in_charge(&entry, remaining));
        }
        EngineEvent::Browser { browser } => {
            state.change_connection(id, |known| known.take_in_browser(Some(&browser)));
        }
        EngineEvent::PlanChanged { plan } => {
            state.change_connection(id, |known| known.take_in_plan(&plan));
        }
        EngineEvent::CallStarted { session_id, call, at } => {
            if state.is_on(&session_id, id) {
                state.call_began(&session_id, call, at, known_ahead);
            }
        }
        EngineEvent::CallEnded { session_id, call, number, at, took_ms, credits, failure } => {
            if state.is_on(&session_id, id) {
                let ended = EndedElsewhere { kind: call, at, took_ms, credits, failure };
                if let Some(listed) = state.call_ended(&session_id, ended, known_ahead) {
                    state.evidence_wanted.extend(number.map(|number| (session_id, listed, number)));
                }
            }
        }
        EngineEvent::Page { session_id, event } => {
            if state.is_on(&session_id, id) {
                state.page_event(&session_id, &event, now);
            }
        }
        EngineEvent::Lagged => state.forget_elsewhere(id),
    }
}

/// For a server without events. Asking for a session's state is no call on it: it moves no deadline.
async fn ask_now_and_then(
    hub: &Hub,
    connection: &str,
    server: &Server,
) -> Result<std::convert::Infallible, Lost> {
    // What was found to speak the current contract is no less for it; ours without events is a classic one.
    if server.dialect() != notex_client::Dialect::Current {
        is_a(hub, connection, Dialect::Classic, Abilities::default()).await;
    }
    let mut jumps = hub.shared.jumps.subscribe();
    let mut tick = tokio::time::interval(HEALTH_EVERY);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            Ok(()) = jumps.changed() => {}
        }
        ask_health(hub, connection, server).await?;
        match list_sessions(hub, connection, server).await {
            Ok(()) => {}
            // A server that cannot list them either: those started from here are still known by id.
            Err(Lost(failure)) if failure.code == FailureCode::Unreachable => return Err(Lost(failure)),
            Err(Lost(failure)) if failure.code == FailureCode::WrongKey => return Err(Lost(failure)),
            Err(_) => {
                let id = connection.to_owned();
                hub.change(move |state, _| state.change_connection(&id, Connection::answers)).await;
            }
        }
        ask_usage(hub, connection, server).await;
    }
}

/// A session's deadline has come: asks the server whether it ended, until it says so or another deadline.
pub(crate) async fn confirm_end(hub: Hub, session: String) {
    // A server with events is about to tell; thousands that end together need not be asked for one by one.
    let mut pause = ASK_AGAIN;
    loop {
        tokio::time::sleep(pause).await;
        // One that never ends it is asked ever more rarely.
        pause = (pause * 2).min(HEALTH_EVERY);
        let id = session.clone();
        let pending = hub
            .read(move |state| {
                let known = state.sessions.get(&id)?;
                let server = state.connection(&known.state.connection)?.server.clone()?;
                (known.state.phase == SessionPhase::Ending).then_some(server)
            })
            .await;
        let Ok(Some(server)) = pending else { return };
        match server.session(&session).await {
            Ok(answer) => {
                let ahead = answer.server_ahead(hub.shared.clock.now()).unwrap_or_default();
                let overdue = answer.body.status == SessionStatus::Active
                    && answer.body.expires_at.is_some_and(|expiry| expiry - ahead <= hub.shared.clock.now());
                if !overdue {
                    take_in_answer(&hub, &session, answer).await;
                    return;
                }
                let late =
                    answer.body.expires_at.is_some_and(|at| hub.shared.clock.now() - (at - ahead) > LATE_END);
                if late {
                    let id = session.clone();
                    hub.change(move |state, _| state.change_session(&id, Session::is_overdue)).await;
                }
            }
            Err(ClientError::Refused(_) | ClientError::Garbled { .. } | ClientError::Unsupported(_)) => {
                let detail = "its deadline passed; the server cannot be asked about it";
                hub.change(move |state, now| {
                    state.assume_session_ended(&session, now, EndReason::IdleTimeout, detail);
                })
                .await;
                return;
            }
            Err(
                ClientError::Unreachable { .. }
                | ClientError::TimedOut { .. }
                | ClientError::BadAddress(_)
                | ClientError::NoSession,
            ) => {}
        }
    }
}
