//! The live picture of a session: JPEG frames as its page changes, the newest only, and a person's mouse and keyboard
//! back. Watching moves no deadline; what a person does counts as use.

use std::sync::Arc;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use notex_wire::{LiveInput, LiveNews};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::{Inside, SLOWEST_READER, Use};
use crate::browser::LiveFrame;

/// Sentences for a viewer that does not read them.
const SENTENCES_KEPT: usize = 8;

/// What a viewer may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Viewer {
    Watches,
    Acts,
}

type Frames = watch::Receiver<Option<LiveFrame>>;
type ToViewer = SplitSink<WebSocket, Message>;

/// Shows a session to a viewer until either leaves.
pub(crate) async fn watch(
    socket: WebSocket,
    inside: Arc<Inside>,
    frames: Frames,
    viewer: Viewer,
    mut used: Use,
) {
    let (mut to_viewer, mut from_viewer) = socket.split();
    let (say, said) = mpsc::channel(SENTENCES_KEPT);
    let why = tokio::select! {
        why = show(&mut to_viewer, frames, said) => why,
        () = take_inputs(&mut from_viewer, &inside, viewer, &mut used, &say) => None,
        () = inside.ended.cancelled() => Some("the session has ended"),
    };
    if let Some(why) = why {
        let frame = CloseFrame { code: close_code::AWAY, reason: why.into() };
        let _ = timeout(SLOWEST_READER, to_viewer.send(Message::Close(Some(frame)))).await;
    }
}

/// Sends each picture that is new when the last one has gone out. Ends with a reason for the viewer, if it is there.
async fn show(
    to_viewer: &mut ToViewer,
    mut frames: Frames,
    mut said: mpsc::Receiver<LiveNews>,
) -> Option<&'static str> {
    let mut viewport = None;
    frames.mark_changed();
    loop {
        tokio::select! {
            changed = frames.changed() => {
                if changed.is_err() {
                    return Some("the live picture has ended");
                }
                let frame = frames.borrow_and_update().clone();
                let Some(frame) = frame else { continue };
                if viewport != Some(frame.viewport) {
                    viewport = Some(frame.viewport);
                    let news =
                        LiveNews::Viewport { width: frame.viewport.width, height: frame.viewport.height };
                    send(to_viewer, written(&news)?).await?;
                }
                send(to_viewer, Message::Binary(frame.jpeg)).await?;
            }
            Some(news) = said.recv() => send(to_viewer, written(&news)?).await?,
        }
    }
}

fn written(news: &LiveNews) -> Option<Message> {
    serde_json::to_string(news).ok().map(|text| Message::Text(text.into()))
}

/// `None`: the viewer is gone, or does not read.
async fn send(to_viewer: &mut ToViewer, message: Message) -> Option<()> {
    timeout(SLOWEST_READER, to_viewer.send(message)).await.ok()?.ok()
}

async fn take_inputs(
    from_viewer: &mut SplitStream<WebSocket>,
    inside: &Inside,
    viewer: Viewer,
    used: &mut Use,
    say: &mpsc::Sender<LiveNews>,
) {
    while let Some(Ok(message)) = from_viewer.next().await {
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => "".into(),
            Message::Ping(_) | Message::Pong(_) => continue,
            Message::Close(_) => return,
        };
        let refusal = match viewer {
            Viewer::Watches => Some(String::from("this viewer only watches")),
            Viewer::Acts => match serde_json::from_str::<LiveInput>(&text) {
                Ok(input) => {
                    used.came();
                    inside.page.input(&input).await.err().map(|error| error.to_string())
                }
                Err(error) => Some(format!("this is no input: {error}")),
            },
        };
        if let Some(message) = refusal {
            // One who does not read needs no more of them.
            let _ = say.try_send(LiveNews::Refused { message });
        }
    }
}
