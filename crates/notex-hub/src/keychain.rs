//! API keys in the keychain of the operating system: Secret Service, Keychain or Credential Manager.
//! A keychain may wait for a person to unlock it, so each call has a thread and a limit of its own.

use std::time::Duration;

use keyring::{Entry, Error};
use notex_client::ApiKey;
use tokio::sync::oneshot;

use crate::failure::as_sentence;
use crate::protocol::{Failure, FailureCode};

/// The name under which keychains list our keys.
const SERVICE: &str = "notex-inspector";
/// Long enough for a person to type a password into the keychain's own prompt.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why the keychain cannot be used at all, if so.
pub(crate) async fn problem() -> Option<String> {
    let status = on_a_thread(|| match Entry::store_status() {
        Ok(()) => Ok(()),
        Err(error) => Err(sentence(error)),
    });
    status.await.err().map(|why| as_sentence(&why))
}

/// Stores a connection's key.
pub(crate) async fn keep(connection: &str, key: &ApiKey) -> Result<(), Failure> {
    let (connection, key) = (connection.to_owned(), key.clone());
    on_a_thread(move || {
        let entry = Entry::new(SERVICE, &connection).map_err(|error| sentence(&error))?;
        entry.set_password(key.reveal()).map_err(|error| sentence(&error))
    })
    .await
    .map_err(|why| {
        Failure::new(FailureCode::Keychain, format!("the key was not stored: {why}"))
            .with_hint("unlock or install a keychain, or keep the key for this run only")
    })
}

/// Reads a connection's key; `None` when the keychain holds none.
pub(crate) async fn read(connection: &str) -> Result<Option<ApiKey>, Failure> {
    let connection = connection.to_owned();
    on_a_thread(move || {
        let entry = Entry::new(SERVICE, &connection).map_err(|error| sentence(&error))?;
        match entry.get_password() {
            Ok(key) => Ok(Some(ApiKey::new(key))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(sentence(&error)),
        }
    })
    .await
    .map_err(|why| {
        Failure::new(FailureCode::Keychain, format!("the key could not be read: {why}"))
            .with_hint("unlock the keychain and reconnect, or enter the key again")
    })
}

/// Deletes a connection's key; there being none is a success.
pub(crate) async fn forget(connection: &str) -> Result<(), Failure> {
    let connection = connection.to_owned();
    on_a_thread(move || {
        let entry = Entry::new(SERVICE, &connection).map_err(|error| sentence(&error))?;
        match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(sentence(&error)),
        }
    })
    .await
    .map_err(|why| Failure::new(FailureCode::Keychain, format!("the key was not deleted: {why}")))
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let (done, result) = oneshot::channel();
    // Not tokio's pool: a keychain that waits for its prompt for ever would hold up the end of the app.
    std::thread::spawn(move || drop(done.send(work())));
    match tokio::time::timeout(PATIENCE, result).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err("the keychain's library failed".to_owned()),
        Err(_) => Err(format!("the keychain did not answer within {} s", PATIENCE.as_secs())),
    }
}

fn sentence(error: &Error) -> String {
    match error {
        Error::NoDefaultStore | Error::PlatformFailure(_) => {
            "no keychain answers here (on Linux a Secret Service such as gnome-keyring or KWallet)".to_owned()
        }
        Error::NoStorageAccess(_) => "the keychain is locked".to_owned(),
        Error::Invalid(field, why) => format!("the keychain refused {field}: {why}"),
        // The rest may quote the secret's bytes.
        _ => "the keychain answered something unexpected".to_owned(),
    }
}
