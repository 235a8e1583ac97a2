//! Frames that the page's own scripts cannot enter: those of other origins, in the page's process or in their own.
//! Each is asked in a world of its own, and its place on the page is taken from the element that holds it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::tab::ChromiumTab;
use crate::cdp::{CdpError, Session};

/// More frames than a person looks at are advertisements.
pub(super) const MOST_FRAMES: usize = 24;
/// Frames in frames.
pub(super) const MOST_NESTED: usize = 8;
/// A frame that hangs must not cost the page its answer.
pub(super) const FRAME_ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// The sessions of frames in processes of their own, by frame id, and what holds each frame that was entered.
#[derive(Default)]
pub(super) struct FrameSessions(Mutex<HashMap<String, Session>>, Mutex<HashMap<String, Held>>);

/// The element that holds a frame.
#[derive(Clone, Debug)]
struct Held {
    /// The frame that it is in.
    around: String,
    key: u64,
}

impl FrameSessions {
    /// Remembers a frame's session.
    pub(super) fn enter(&self, frame_id: String, session: Session) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(frame_id, session);
    }

    /// Forgets the frame of a session that is gone.
    pub(super) fn leave(&self, session_id: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, session| session.id() != Some(session_id));
    }

    /// Remembers which element holds a frame.
    pub(super) fn hold(&self, frame_id: &str, around: &str, key: u64) {
        let mut all = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(frame_id.to_owned(), Held { around: around.to_owned(), key });
    }

    fn holder_of(&self, frame_id: &str) -> Option<Held> {
        self.1.lock().unwrap_or_else(PoisonError::into_inner).get(frame_id).cloned()
    }

    fn all(&self) -> HashMap<String, Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A frame and the session that reaches it.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) session: Session,
    pub(super) id: String,
}

/// A frame's place on the page.
#[derive(Debug)]
pub(super) struct Inset {
    pub(super) frame: Frame,
    pub(super) place: Place,
}

/// What the page knows of the element that holds a frame.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Place {
    /// Where its content starts, in pixels of the page's viewport.
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) css: String,
    /// How many of the page's listed elements come before it.
    pub(super) after: usize,
}

/// A point of a frame as the page's mouse reaches it.
#[derive(Debug, Deserialize)]
pub(super) struct Reach {
    pub(super) x: f64,
    pub(super) y: f64,
    /// What lies over it.
    pub(super) by: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FrameTree {
    frame_tree: Branch,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Branch {
    #[serde(default)]
    child_frames: Vec<Value>,
}

#[derive(Deserialize)]
struct Mark {
    key: u64,
    #[serde(flatten)]
    place: Place,
}

impl ChromiumTab {
    /// The page's own frame.
    pub(super) fn main_frame(&self) -> Frame {
        Frame { session: self.session.clone(), id: self.target_id.clone() }
    }

    /// A frame by its id.
    pub(super) fn frame(&self, id: &str) -> Frame {
        let own = self.frame_sessions.all().remove(id);
        Frame { session: own.unwrap_or_else(|| self.session.clone()), id: id.to_owned() }
    }

    /// The frames that can be seen and that the page's scripts cannot enter, those in such frames as well, in the order
    /// of their documents. One that fails is left out.
    pub(super) async fn closed_frames(&self) -> Vec<Inset> {
        let tree = self.session.call::<FrameTree>("Page.getFrameTree", json!({}), FRAME_ANSWERS_WITHIN);
        let Ok(FrameTree { frame_tree }) = self.unless_lost(tree).await else { return Vec::new() };
        if frame_tree.child_frames.is_empty() && self.frame_sessions.all().is_empty() {
            return Vec::new();
        }
        let mut insets = Vec::new();
        self.add_frames_of(&self.main_frame(), None, 0, &mut insets).await;
        insets
    }

    async fn add_frames_of(
        &self,
        frame: &Frame,
        around: Option<&Place>,
        depth: usize,
        insets: &mut Vec<Inset>,
    ) {
        let marks = self.try_to_ask::<Vec<Mark>>(frame, "frameMarks()", FRAME_ANSWERS_WITHIN).await;
        for Mark { key, mut place } in marks.unwrap_or_default() {
            if let Some(around) = around {
                place.x += around.x;
                place.y += around.y;
                place.css = format!("{} >>> {}", around.css, place.css);
                place.after = around.after;
            }
            match self.content_of(frame, key).await {
                Ok(Some(inner)) if depth < MOST_NESTED && insets.len() < MOST_FRAMES => {
                    let own = place.clone();
                    insets.push(Inset { frame: inner.clone(), place });
                    Box::pin(self.add_frames_of(&inner, Some(&own), depth + 1, insets)).await;
                }
                Ok(_) => {}
                Err(error) => tracing::debug!(%error, "a frame was left out"),
            }
        }
    }

    /// Brings a point of a frame into the page's view, from the innermost frame outwards.
    pub(super) async fn reach_into(&self, frame: &Frame, x: f64, y: f64) -> Result<Option<Reach>, CdpError> {
        let (mut id, mut at) = (frame.id.clone(), Reach { x, y, by: None });
        for _ in 0..=MOST_NESTED {
            if id == self.target_id {
                return Ok(Some(at));
            }
            let Some(Held { around, key }) = self.frame_sessions.holder_of(&id) else { return Ok(None) };
            let question = format!("frameReach({key}, {}, {})", at.x, at.y);
            let outer = self.frame(&around);
            match self.try_to_ask::<Option<Reach>>(&outer, &question, FRAME_ANSWERS_WITHIN).await? {
                Some(reach) if reach.by.is_none() => at = reach,
                other => return Ok(other),
            }
            id = around;
        }
        Ok(None)
    }
}
