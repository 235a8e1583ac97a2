//! Live pictures over a websocket: frames are binary messages, words are text in both directions. The guard has seen the
//! cookie, the host and the origin before.

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use notex_hub::LiveView;
use notex_hub::protocol::Failure;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::routes::Host;
use crate::live::{ToPage, Told, ViewerSays, relay};

/// What a page says is short.
const LONGEST_WORD: usize = 64 * 1024;
const INPUTS_AHEAD: usize = 256;

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    acts: bool,
}

/// Shows a session as it changes, until the page or the server ends it.
pub(super) async fn live(
    State(host): State<Host>,
    Path(session): Path<String>,
    Query(wanted): Query<Wanted>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.max_message_size(LONGEST_WORD).on_upgrade(move |socket| async move {
        let watched = host.hub.watch(session, wanted.acts).await;
        serve(socket, watched).await;
    })
}

async fn serve(socket: WebSocket, watched: Result<LiveView, Failure>) {
    let (mut sink, mut stream) = socket.split();
    let source = match watched {
        Ok(source) => source,
        Err(failure) => {
            tell(&mut sink, ToPage::Told(Told::End(Some(failure)))).await;
            return;
        }
    };
    let (said, says) = mpsc::channel(INPUTS_AHEAD);
    let hearing = tokio::spawn(async move {
        while let Some(Ok(message)) = stream.next().await {
            let Message::Text(text) = message else { continue };
            let Ok(word) = serde_json::from_str::<ViewerSays>(&text) else { continue };
            if said.send(word).await.is_err() {
                return;
            }
        }
    });
    let sink = std::sync::Arc::new(tokio::sync::Mutex::new(sink));
    relay(source, says, |message| {
        let sink = std::sync::Arc::clone(&sink);
        async move { tell(&mut *sink.lock().await, message).await }
    })
    .await;
    hearing.abort();
    drop(sink.lock().await.close().await);
}

/// False when nobody listens any more.
async fn tell(sink: &mut SplitSink<WebSocket, Message>, message: ToPage) -> bool {
    let message = match message {
        ToPage::Frame(bytes) => Message::Binary(bytes.into()),
        ToPage::Told(told) => match serde_json::to_string(&told) {
            Ok(text) => Message::Text(text.into()),
            Err(_) => return false,
        },
    };
    sink.send(message).await.is_ok()
}
