//! Between the window and the hub: commands, one stream of events, live pictures, stored pictures by URL.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use notex_hub::Hub;
use notex_hub::protocol::{Answer, Command, Event, Failure, Outcome, Query};
use tauri::ipc::{Channel, InvokeResponseBody};
use tauri::{State, http};
use tokio::sync::mpsc;

use crate::boot::Boot;
use crate::live::{ToPage, Told, ViewerSays, relay};
use crate::window::Page;

/// Events are handed to the page at most this often: it renders no faster than about sixty times a second.
const BATCH: Duration = Duration::from_millis(20);
/// How much of a person's input may wait; a stuck server gets no more.
const INPUTS_AHEAD: usize = 256;

/// Does what the person asks for.
#[tauri::command]
pub(crate) async fn send(boot: State<'_, Boot>, command: Command) -> Result<Outcome, Failure> {
    boot.hub().await?.send(command).await
}

/// Reads what is too large or too rarely wanted for events.
#[tauri::command]
pub(crate) async fn query(boot: State<'_, Boot>, query: Query) -> Result<Answer, Failure> {
    boot.hub().await?.query(query).await
}

/// Gives the page events, from a snapshot on, until it is closed or loaded again.
#[tauri::command]
pub(crate) async fn subscribe(
    boot: State<'_, Boot>,
    page: State<'_, Page>,
    channel: Channel<Vec<Event>>,
) -> Result<(), Failure> {
    let mut events = boot.hub().await?.subscribe().await;
    page.listens();
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

/// The live pictures that the page shows, by the number of their channel.
#[derive(Clone, Default)]
pub(crate) struct LiveViews(Arc<std::sync::Mutex<HashMap<u32, mpsc::Sender<ViewerSays>>>>);

impl LiveViews {
    fn with<T>(&self, change: impl FnOnce(&mut HashMap<u32, mpsc::Sender<ViewerSays>>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Ends all of them: the page that showed them is gone.
    pub(crate) fn clear(&self) {
        self.with(HashMap::clear);
    }
}

/// Shows a session as it changes: frames as bytes, words as JSON, until the page or the server ends it.
#[tauri::command]
pub(crate) async fn live(
    boot: State<'_, Boot>,
    views: State<'_, LiveViews>,
    session: String,
    acts: bool,
    channel: Channel<InvokeResponseBody>,
) -> Result<(), Failure> {
    let (sender, says) = mpsc::channel(INPUTS_AHEAD);
    // Known before the server answers, so that the page can think better of it.
    views.with(|open| open.insert(channel.id(), sender));
    let watched = match boot.hub().await {
        Ok(hub) => hub.watch(session, acts).await,
        Err(failure) => Err(failure),
    };
    let source = watched.inspect_err(|_| drop(views.with(|open| open.remove(&channel.id()))))?;
    let views = views.inner().clone();
    tauri::async_runtime::spawn(async move {
        let send = |message| {
            let body = match message {
                ToPage::Frame(bytes) => Some(InvokeResponseBody::Raw(bytes)),
                ToPage::Told(told) => words(&told),
            };
            std::future::ready(body.is_some_and(|body| channel.send(body).is_ok()))
        };
        relay(source, says, send).await;
        views.with(|open| open.remove(&channel.id()));
    });
    Ok(())
}

fn words(told: &Told) -> Option<InvokeResponseBody> {
    serde_json::to_string(told).ok().map(InvokeResponseBody::Json)
}

/// What the page says to one of its live pictures; one that has ended does not hear it.
#[tauri::command]
pub(crate) async fn live_say(
    views: State<'_, LiveViews>,
    view: u32,
    says: ViewerSays,
) -> Result<(), Failure> {
    if let Some(sender) = views.with(|open| open.get(&view).cloned()) {
        drop(sender.send(says).await);
    }
    Ok(())
}

/// The page shows a live picture no more.
#[tauri::command]
pub(crate) fn live_close(views: State<'_, LiveViews>, view: u32) {
    views.with(|open| open.remove(&view));
}

/// Answers `picture://localhost/NAME` with the bytes of a stored screenshot, `?small` with a small version of it, and
/// `?page` with a page as it was.
pub(crate) async fn picture(hub: Hub, uri: &http::Uri) -> http::Response<Vec<u8>> {
    let answer = http::Response::builder();
    let built = match hub.serve(uri.path().trim_start_matches('/'), uri.query()).await {
        Ok(served) => served
            .policy
            .into_iter()
            .fold(answer, |answer, policy| answer.header(http::header::CONTENT_SECURITY_POLICY, policy))
            .header(http::header::CONTENT_TYPE, served.media_type)
            .header("x-content-type-options", "nosniff")
            // The page compares pictures; those of another origin it may show, but not read.
            .header(http::header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
            // The name is the hash of the bytes: it never means another picture.
            .header(http::header::CACHE_CONTROL, "max-age=31536000, immutable")
            .body(served.bytes),
        Err(_) => answer.status(http::StatusCode::NOT_FOUND).body(Vec::new()),
    };
    built.unwrap_or_default()
}
