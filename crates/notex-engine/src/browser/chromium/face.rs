//! What the tab in front is called and where it is, as it changes by itself or under a person's hands. The browser
//! tells of most addresses; titles are heard from the page, and the browser is then asked what it makes of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::tab::ChromiumTab;
use crate::cdp::{Heard, Session};

/// What the page calls when its title changed; there in the isolated world only.
pub(super) const BINDING: &str = "notexTitle";
/// A page that renames itself in a loop is asked no oftener than this.
const ASKS_AFTER: Duration = Duration::from_millis(150);
const INSTALLED_WITHIN: Duration = Duration::from_secs(5);
const SCRIPT: &str = include_str!("scripts/title.js");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WithinDocument {
    frame_id: String,
}

#[derive(Deserialize)]
struct Navigated {
    frame: NavigatedFrame,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NavigatedFrame {
    id: String,
    unreachable_url: Option<String>,
}

/// Whether a question to the browser is under way already.
#[derive(Default)]
pub(super) struct Asking(AtomicBool);

impl ChromiumTab {
    /// Takes what may have changed the face of the tab.
    pub(super) fn face_may_change(self: &Arc<Self>, on: &Session, event: &Heard<'_>) {
        if on.id() != self.session.id() {
            return;
        }
        let of_main = match event.method {
            "Runtime.bindingCalled" => true,
            "Page.navigatedWithinDocument" => {
                event.read().is_some_and(|WithinDocument { frame_id }| frame_id == self.target_id)
            }
            "Page.frameNavigated" => event.read().is_some_and(|Navigated { frame }| {
                let of_main = frame.id == self.target_id;
                if of_main {
                    self.fails_to_open(frame.unreachable_url);
                }
                of_main
            }),
            "Page.domContentEventFired" => {
                self.hear_titles();
                true
            }
            _ => false,
        };
        if of_main {
            self.ask_for_face_soon();
        }
    }

    fn hear_titles(self: &Arc<Self>) {
        let tab = Arc::downgrade(self);
        tokio::spawn(async move {
            let Some(tab) = tab.upgrade() else { return };
            let Ok(world) = tab.world(&tab.main_frame(), INSTALLED_WITHIN).await else { return };
            let params = json!({"expression": SCRIPT, "contextId": world, "returnByValue": true});
            // The document may be gone by now; the next one is heard again.
            if let Err(error) = tab.session.tell("Runtime.evaluate", params, INSTALLED_WITHIN).await {
                tracing::debug!(%error, "the titles of a document are not heard");
            }
        });
    }

    fn ask_for_face_soon(self: &Arc<Self>) {
        if self.asking_for_face.0.swap(true, Ordering::SeqCst) {
            return;
        }
        let tab = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(ASKS_AFTER).await;
            let Some(tab) = tab.upgrade() else { return };
            tab.asking_for_face.0.store(false, Ordering::SeqCst);
            tab.read_face().await;
        });
    }
}
