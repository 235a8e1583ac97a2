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
const MOST_FRAMES: usize = 24;
/// A frame that hangs must not cost the page its answer.
pub(super) const FRAME_ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// The sessions of frames in processes of their own, by frame id.
#[derive(Default)]
pub(super) struct FrameSessions(Mutex<HashMap<String, Session>>);

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
#[derive(Debug, Deserialize)]
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
    frame: FrameId,
    #[serde(default)]
    child_frames: Vec<Branch>,
}

#[derive(Deserialize)]
struct FrameId {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Owner {
    backend_node_id: i64,
}

#[derive(Deserialize)]
struct Resolved {
    object: Object,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    object_id: String,
}

#[derive(Deserialize)]
struct Called {
    result: Returned,
}

#[derive(Deserialize)]
struct Returned {
    #[serde(default)]
    value: Value,
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

    /// The frames that can be seen and that the page's scripts cannot enter. One that fails is left out.
    pub(super) async fn closed_frames(&self) -> Vec<Inset> {
        let tree = self.session.call::<FrameTree>("Page.getFrameTree", json!({}), FRAME_ANSWERS_WITHIN);
        let Ok(FrameTree { frame_tree }) = self.unless_lost(tree).await else { return Vec::new() };
        let mut ids: Vec<String> = self.frame_sessions.all().into_keys().collect();
        let mut branches = frame_tree.child_frames;
        while let Some(branch) = branches.pop() {
            branches.extend(branch.child_frames);
            if !ids.contains(&branch.frame.id) {
                ids.push(branch.frame.id);
            }
        }
        let mut insets = Vec::new();
        for id in ids.into_iter().take(MOST_FRAMES) {
            match self.on_owner::<Option<Place>>(&id, "framePlace(this)").await {
                Ok(Some(place)) => insets.push(Inset { frame: self.frame(&id), place }),
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "a frame was left out"),
            }
        }
        insets.sort_by_key(|inset| inset.place.after);
        insets
    }

    /// Brings a point of a frame into the page's view.
    pub(super) async fn reach_into(&self, frame: &Frame, x: f64, y: f64) -> Result<Option<Reach>, CdpError> {
        self.on_owner(&frame.id, &format!("frameReach(this, {x}, {y})")).await
    }

    /// Asks the page's scripts about `this`, the element that holds a frame.
    async fn on_owner<R: serde::de::DeserializeOwned>(
        &self,
        frame_id: &str,
        question: &str,
    ) -> Result<R, CdpError> {
        let within = FRAME_ANSWERS_WITHIN;
        let work = async {
            let owner: Owner =
                self.session.call("DOM.getFrameOwner", json!({"frameId": frame_id}), within).await?;
            let world = self.world(&self.main_frame(), within).await?;
            let params = json!({"backendNodeId": owner.backend_node_id, "executionContextId": world});
            let element: Resolved = self.session.call("DOM.resolveNode", params, within).await?;
            let function = format!("function() {{ return globalThis[Symbol.for('notex')]?.{question}; }}");
            let params = json!({
                "functionDeclaration": function, "objectId": element.object.object_id, "returnByValue": true,
            });
            let called: Called = self.session.call("Runtime.callFunctionOn", params, within).await?;
            let release = json!({"objectId": element.object.object_id});
            self.session.tell("Runtime.releaseObject", release, within).await?;
            serde_json::from_value(called.result.value).map_err(|error| CdpError::Unreadable {
                method: "Runtime.callFunctionOn",
                why: error.to_string(),
            })
        };
        self.unless_lost(work).await
    }
}
