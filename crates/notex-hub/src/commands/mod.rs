//! What each command does. Runs beside the loop: it talks to servers and sends the loop what came of it.

mod file;
mod life;
mod model;
mod page;
mod servers;
mod settings;
mod start;
mod tab;

use futures_util::future::BoxFuture;
use notex_client::{Client, ClientError, Server, Trace};
use notex_session::{EndReason, MAX_TIMEOUT_MINUTES, MIN_TIMEOUT_MINUTES};

use crate::protocol::{Command, Failure, FailureCode, Outcome};
use crate::state::unknown_session;
use crate::{Hub, budgets, evidence, flows, history, money};

pub(crate) use life::take_in_answer;
pub(crate) use page::StepAsked;

pub(crate) async fn run(hub: &Hub, command: Command) -> Result<Outcome, Failure> {
    budgets::allow(hub, &command).await?;
    match command {
        Command::StartSession { connection, options } => start::start(hub, connection, options).await,
        Command::CloseSession { session } => life::close(hub, session).await,
        Command::CloseSessions { sessions } => life::close_all(hub, sessions).await,
        Command::ExtendSession { session } => life::extend(hub, session).await,
        Command::Observe { session, url, max_actions } => page::observe(hub, session, url, max_actions).await,
        Command::Step { session, action, value, enter } => {
            let asked = StepAsked { action, value, enter, most: None, secret: false };
            page::step(hub, session, asked).await
        }
        Command::Scrape { session, scrape } => page::scrape(hub, session, scrape).await,
        Command::Tab { session, deed } => tab::tab(hub, session, deed).await,
        Command::AddFile { session, name, contents } => file::add(hub, session, name, contents).await,
        Command::CancelCall { session } => page::cancel(hub, session).await,
        Command::ProbeServer { base_url, api_key } => servers::probe(base_url, api_key).await,
        Command::AddConnection { name, base_url, api_key, keep_key } => {
            servers::add(hub, name, base_url, api_key, keep_key).await
        }
        Command::RenameConnection { connection, name } => servers::rename(hub, connection, name).await,
        Command::ReplaceKey { connection, api_key, keep_key } => {
            servers::replace_key(hub, connection, api_key, keep_key).await
        }
        Command::RemoveConnection { connection } => servers::remove(hub, connection).await,
        Command::Reconnect { connection } => {
            hub.follow(connection).await;
            Ok(Outcome::default())
        }
        Command::SaveRates { connection, rates } => money::save_rates(hub, connection, *rates).await,
        Command::SavePlan { connection, plan } => money::save_plan(hub, connection, plan).await,
        Command::PinPast { session, pinned } => {
            history::pin(hub, session, pinned).await.map(|()| Outcome::default())
        }
        Command::RemovePast { session } => history::remove(hub, session).await.map(|()| Outcome::default()),
        Command::BringBackPast { session } => {
            history::bring_back(hub, session).await.map(|()| Outcome::default())
        }
        Command::DeletePast { session } => history::delete(hub, session).await.map(|()| Outcome::default()),
        Command::Flow { deed } => flows::run(hub, deed).await,
        Command::ExportPast { session, pictures, form } => {
            history::export(hub, session, pictures, form).await
        }
        Command::StopExport => {
            hub.shared.exports.stop();
            Ok(Outcome::default())
        }
        Command::OpenFile { path } => history::open_file(hub, path).await,
        Command::ClearHistory => history::clear(hub).await.map(|()| Outcome::default()),
        Command::TryModel { url, name, api_key } => {
            model::try_out(hub, model::Typed { url, name, api_key }).await
        }
        Command::SaveModel { url, name, api_key, keep_key } => {
            model::save(hub, model::Typed { url, name, api_key }, keep_key).await
        }
        Command::RemoveModel => model::remove(hub).await,
        Command::SaveSettings { settings } => settings::save(hub, *settings).await,
    }
}

/// The same for those who run inside of a command: boxed, so that a command may lead to others.
pub(crate) fn send(hub: &Hub, command: Command) -> BoxFuture<'_, Result<Outcome, Failure>> {
    Box::pin(run(hub, command))
}

/// A step with what only a flow says of it.
pub(crate) async fn step(hub: &Hub, session: String, asked: StepAsked) -> Result<Outcome, Failure> {
    allow_step(hub, &session).await?;
    page::step(hub, session, asked).await
}

/// An action of the current contract on the element that a selector means; `request` is its body.
pub(crate) async fn execute(
    hub: &Hub,
    session: String,
    what: &str,
    request: serde_json::Value,
    secret: bool,
) -> Result<Outcome, Failure> {
    allow_step(hub, &session).await?;
    tab::execute(hub, session, what.to_owned(), request, secret).await
}

async fn allow_step(hub: &Hub, session: &str) -> Result<(), Failure> {
    let (session, action) = (session.to_owned(), String::new());
    budgets::allow(hub, &Command::Step { session, action, value: None, enter: false }).await
}

pub(crate) fn check_timeout(field: &str, minutes: i64) -> Result<(), Failure> {
    if (i64::from(MIN_TIMEOUT_MINUTES)..=i64::from(MAX_TIMEOUT_MINUTES)).contains(&minutes) {
        return Ok(());
    }
    Err(Failure::invalid(format!(
        "{field} must be from {MIN_TIMEOUT_MINUTES} to {MAX_TIMEOUT_MINUTES} minutes"
    )))
}

/// Records a failed call; when it says that the session is over, asks the server how it ended.
pub(super) async fn fail(hub: &Hub, session: String, call: Option<u64>, error: ClientError) -> Failure {
    let failure = Failure::from(&error);
    let status = match &error {
        ClientError::Refused(refused) => Some(refused.status),
        ClientError::Unreachable { .. }
        | ClientError::TimedOut { .. }
        | ClientError::Garbled { .. }
        | ClientError::Unsupported(_)
        | ClientError::BadAddress(_)
        | ClientError::NoSession => None,
    };
    let trace = match &error {
        ClientError::Refused(refused) => *refused.trace,
        ClientError::Unreachable { .. }
        | ClientError::TimedOut { .. }
        | ClientError::Garbled { .. }
        | ClientError::Unsupported(_)
        | ClientError::BadAddress(_)
        | ClientError::NoSession => Trace::default(),
    };
    let (id, told) = (session.clone(), failure.clone());
    let connection = hub
        .ask(move |state, now| {
            if let Some(call) = call {
                state.note_trace(&id, call, trace);
                state.fail_call(&id, call, status, told, now);
            }
            state.connection_of(&id)
        })
        .await;
    if let Some(call) = call {
        evidence::fetch(hub, &session, call, trace);
    }
    if let Ok(Some(connection)) = connection {
        check_key(hub, &connection, &failure).await;
    }
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

/// A server that takes the key no more is said to take none, and is asked at once where it can be.
pub(super) async fn check_key(hub: &Hub, connection: &str, failure: &Failure) {
    if failure.code != FailureCode::WrongKey {
        return;
    }
    let (id, failure) = (connection.to_owned(), failure.clone());
    let lists = hub
        .ask(move |state, _| {
            state.change_connection(&id, |known| known.key_refused(failure));
            state.connection(&id).is_some_and(|known| known.state.can.list)
        })
        .await;
    if lists.unwrap_or(false) {
        hub.follow_again(connection.to_owned()).await;
    }
}

pub(crate) async fn server_of_connection(hub: &Hub, connection: &str) -> Result<Server, Failure> {
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

pub(crate) async fn client_of_session(hub: &Hub, session: &str) -> Result<Client, Failure> {
    let id = session.to_owned();
    let connection =
        hub.read(move |state| state.connection_of(&id).ok_or_else(|| unknown_session(&id))).await??;
    Ok(Client::attached(server_of_connection(hub, &connection).await?, session.to_owned()))
}
