//! The live picture of a session, for the window: frames of the server handed on, a person's input handed back.

use bytes::Bytes;

use crate::Hub;
use crate::protocol::{Failure, FailureCode, LiveInput, LiveNews};

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
    _private: (),
}

impl LiveView {
    /// The next message; `None` when the server ended it.
    pub async fn next(&mut self) -> Option<LiveMessage> {
        None
    }

    /// Mouse and keyboard of a person; taken only by a view that was opened to act.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn act(&mut self, _input: LiveInput) -> Result<(), Failure> {
        Err(Failure::new(FailureCode::Other, "not built yet"))
    }
}

pub(crate) async fn watch(_hub: &Hub, _session: String, _acts: bool) -> Result<LiveView, Failure> {
    Err(Failure::new(FailureCode::Other, "not built yet"))
}
