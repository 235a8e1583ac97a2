//! Between the window and the hub: two commands, one stream of events, pictures by URL.

use std::time::Duration;

use notex_hub::Hub;
use notex_hub::protocol::{Answer, Command, Event, Failure, Outcome, Query};
use tauri::ipc::Channel;
use tauri::{State, http};

/// Events are handed to the page at most this often: it renders no faster than about sixty times a second.
const BATCH: Duration = Duration::from_millis(20);

/// Does what the person asks for.
#[tauri::command]
pub(crate) async fn send(hub: State<'_, Hub>, command: Command) -> Result<Outcome, Failure> {
    hub.send(command).await
}

/// Reads what is too large or too rarely wanted for events.
#[tauri::command]
pub(crate) async fn query(hub: State<'_, Hub>, query: Query) -> Result<Answer, Failure> {
    hub.query(query).await
}

/// Gives the page events, from a snapshot on, until it is closed or loaded again.
#[tauri::command]
pub(crate) async fn subscribe(hub: State<'_, Hub>, channel: Channel<Vec<Event>>) -> Result<(), Failure> {
    let mut events = hub.subscribe().await;
    tauri::async_runtime::spawn(async move {
        while let Some(first) = events.next().await {
            let mut batch = vec![first];
            while let Some(event) = events.next_now() {
                batch.push(event);
            }
            if channel.send(batch).is_err() {
                return;
            }
            tokio::time::sleep(BATCH).await;
        }
    });
    Ok(())
}

/// Answers `picture://localhost/NAME` with the bytes of a stored screenshot.
pub(crate) async fn picture(hub: Hub, path: &str) -> http::Response<Vec<u8>> {
    let answer = http::Response::builder();
    let built = match hub.picture(path.trim_start_matches('/')).await {
        Ok(picture) => answer
            .header(http::header::CONTENT_TYPE, picture.media_type)
            .header("x-content-type-options", "nosniff")
            // The name is the hash of the bytes: it never means another picture.
            .header(http::header::CACHE_CONTROL, "max-age=31536000, immutable")
            .body(picture.bytes),
        Err(_) => answer.status(http::StatusCode::NOT_FOUND).body(Vec::new()),
    };
    built.unwrap_or_default()
}
