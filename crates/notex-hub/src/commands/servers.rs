//! Servers: added, renamed, forgotten, given another key.

use notex_client::{ApiKey, Server};

use crate::protocol::{Failure, KeepKey, Outcome};
use crate::state::SavedConnection;
use crate::{Hub, LOCAL_CONNECTION, dialects, keychain};

/// The longest name of a connection, in characters.
const LONGEST_NAME: usize = 80;

pub(super) async fn probe(base_url: String, api_key: String) -> Result<Outcome, Failure> {
    let server = Server::new(&base_url, ApiKey::new(api_key)).map_err(|error| Failure::from(&error))?;
    let found = server.probe().await.map_err(|error| Failure::from(&error))?;
    Ok(Outcome { probe: Some(dialects::probe(found)), ..Outcome::default() })
}

pub(super) async fn rename(hub: &Hub, connection: String, name: String) -> Result<Outcome, Failure> {
    if connection == LOCAL_CONNECTION {
        return Err(Failure::invalid("the local engine keeps its name"));
    }
    let name = checked_name(&name)?;
    let id = connection.clone();
    hub.ask(move |state, _| {
        if state.connection(&id).is_none() {
            return Err(Failure::invalid("there is no such connection"));
        }
        let before = state.connection(&id).map(|known| known.state.name.clone()).unwrap_or_default();
        state.change_connection(&id, |known| known.state.name = name);
        let saved = state.save();
        if saved.is_err() {
            state.change_connection(&id, |known| known.state.name = before);
        }
        saved
    })
    .await??;
    Ok(Outcome { connection: Some(connection), ..Outcome::default() })
}

fn checked_name(name: &str) -> Result<String, Failure> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Failure::invalid("name must not be empty"));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(Failure::invalid(format!("name must have {LONGEST_NAME} characters at most")));
    }
    if name.chars().any(char::is_control) {
        return Err(Failure::invalid("name must not hold control characters"));
    }
    Ok(name.to_owned())
}

pub(super) async fn add(
    hub: &Hub,
    name: String,
    base_url: String,
    api_key: String,
    key_kept: KeepKey,
) -> Result<Outcome, Failure> {
    let key = ApiKey::new(api_key);
    let name = checked_name(&name)?;
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

pub(super) async fn replace_key(
    hub: &Hub,
    connection: String,
    api_key: String,
    key_kept: KeepKey,
) -> Result<Outcome, Failure> {
    let key = ApiKey::new(api_key);
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

pub(super) async fn remove(hub: &Hub, connection: String) -> Result<Outcome, Failure> {
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
