//! The live picture of a session, for the window: frames of the server handed on, a person's input handed back. A
//! window that is slow misses pictures and never waits for old ones.

use bytes::Bytes;
use notex_client::{LiveMessage as FromServer, LiveSocket};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;

use crate::Hub;
use crate::commands::client_of_session;
use crate::protocol::{Failure, FailureCode, LiveInput, LiveNews};
use crate::state::unknown_session;

/// So many inputs may wait for the server, and so many sentences for the window.
const AHEAD: usize = 64;

/// What comes from a live picture.
#[derive(Clone, Debug)]
pub enum LiveMessage {
    /// A picture of the viewport, JPEG.
    Frame(Bytes),
    /// What the server says beside it.
    News(LiveNews),
}

/// A live picture; it ends when this is dropped.
#[derive(Debug)]
pub struct LiveView {
    frames: watch::Receiver<Option<Bytes>>,
    news: mpsc::Receiver<LiveNews>,
    inputs: Option<mpsc::Sender<LiveInput>>,
    ended: oneshot::Receiver<Failure>,
    failure: Option<Failure>,
    pump: AbortHandle,
}

impl Drop for LiveView {
    fn drop(&mut self) {
        self.pump.abort();
    }
}

impl LiveView {
    /// The next message, and of pictures only the newest; `None` when the server ended it: [`LiveView::failure`] says why.
    pub async fn next(&mut self) -> Option<LiveMessage> {
        loop {
            tokio::select! {
                // A size comes before the pictures that have it.
                biased;
                news = self.news.recv() => if let Some(news) = news {
                    return Some(LiveMessage::News(news));
                } else if !self.frames.has_changed().unwrap_or(false) {
                    break;
                },
                changed = self.frames.changed() => {
                    if changed.is_err() {
                        break;
                    }
                }
            }
            let frame = self.frames.borrow_and_update().clone();
            if let Some(frame) = frame {
                return Some(LiveMessage::Frame(frame));
            }
        }
        if self.failure.is_none() {
            self.failure = (&mut self.ended).await.ok();
        }
        None
    }

    /// Why it ended, after [`LiveView::next`] said that it did.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Mouse and keyboard of a person; taken only by a view that was opened to act.
    ///
    /// # Errors
    /// When the view only watches, or the server is gone or takes no more.
    pub async fn act(&mut self, input: LiveInput) -> Result<(), Failure> {
        let Some(inputs) = &self.inputs else {
            return Err(Failure::invalid("this view only watches").with_hint("take over to act on the page"));
        };
        inputs.try_send(input).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                Failure::new(FailureCode::Unreachable, "the server takes input too slowly")
                    .with_hint("wait a moment")
            }
            mpsc::error::TrySendError::Closed(_) => {
                Failure::new(FailureCode::Unreachable, "the live picture has ended")
            }
        })
    }
}

pub(crate) async fn watch(hub: &Hub, session: String, acts: bool) -> Result<LiveView, Failure> {
    let id = session.clone();
    hub.read(move |state| {
        let known = state.sessions.get(&id).ok_or_else(|| unknown_session(&id))?;
        if known.is_ended() {
            return Err(Failure::new(
                FailureCode::SessionEnded,
                "this session has ended: it has no live picture",
            ));
        }
        let can = state.connection(&known.state.connection).map(|known| known.state.can).unwrap_or_default();
        if !can.live {
            return Err(Failure::new(FailureCode::Other, "this server shows no live picture")
                .with_hint("observe the page to see it"));
        }
        if acts && !can.take_over {
            return Err(Failure::new(
                FailureCode::Other,
                "nobody can act on the live picture of this server",
            ));
        }
        Ok(())
    })
    .await??;
    let client = client_of_session(hub, &session).await?;
    let socket = client.server().live(&session, !acts).await.map_err(|error| Failure::from(&error))?;
    let (show, frames) = watch::channel(None);
    let (say, news) = mpsc::channel(AHEAD);
    let (inputs, acted) = mpsc::channel(AHEAD);
    let (end, ended) = oneshot::channel();
    let pump = tokio::spawn(async move {
        let failure = pump(socket, &show, say, acted).await;
        // Said before the window sees that no more comes.
        drop(end.send(failure));
        drop(show);
    });
    let inputs = acts.then_some(inputs);
    Ok(LiveView { frames, news, inputs, ended, failure: None, pump: pump.abort_handle() })
}

async fn pump(
    mut socket: LiveSocket,
    show: &watch::Sender<Option<Bytes>>,
    say: mpsc::Sender<LiveNews>,
    mut acted: mpsc::Receiver<LiveInput>,
) -> Failure {
    loop {
        let input = async {
            match acted.recv().await {
                Some(input) => input,
                // A view that only watches has nothing to say.
                None => std::future::pending().await,
            }
        };
        let error = tokio::select! {
            came = socket.next() => match came {
                Ok(FromServer::Frame(frame)) => {
                    show.send_replace(Some(frame));
                    continue;
                }
                Ok(FromServer::News(news)) => {
                    // One who does not read them needs no more of them.
                    drop(say.try_send(news));
                    continue;
                }
                Err(error) => error,
            },
            input = input => match socket.act(&input).await {
                Ok(()) => continue,
                Err(error) => error,
            },
        };
        return Failure::from(&error);
    }
}
