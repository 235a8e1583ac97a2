//! What a page does on its own and somebody must answer at once: dialogs, popups, its own end. A session has one
//! page, so a popup's address is opened in it and the popup is closed.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::sync::{broadcast, watch};
use url::Url;

use super::frames::FrameSessions;
use super::page::is_allowed;
use crate::cdp::{Event, Session};

const ANSWERED_WITHIN: Duration = Duration::from_secs(5);
const OPENED_WITHIN: Duration = Duration::from_secs(30);

/// The page whose doings are watched.
pub(super) struct Watched {
    pub(super) browser: Session,
    pub(super) session: Session,
    pub(super) context_id: String,
    pub(super) target_id: String,
    pub(super) lost: Arc<watch::Sender<Option<String>>>,
    pub(super) frames: Arc<FrameSessions>,
}

#[derive(Deserialize)]
struct Dialog {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct WindowOpen {
    url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TargetCreated {
    target_info: TargetInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TargetInfo {
    target_id: String,
    #[serde(rename = "type")]
    kind: String,
    browser_context_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttachedToTarget {
    session_id: String,
    target_info: TargetInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TargetGone {
    target_id: Option<String>,
    session_id: Option<String>,
}

impl Watched {
    /// Follows the page until it or its browser ends.
    pub(super) async fn follow(
        self,
        mut on_page: broadcast::Receiver<Event>,
        mut on_browser: broadcast::Receiver<Event>,
    ) {
        loop {
            let event = tokio::select! {
                event = on_page.recv() => event,
                event = on_browser.recv() => event,
            };
            match event {
                Ok(event) => self.take(&event),
                Err(broadcast::error::RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "events of a page were missed");
                }
                Err(broadcast::error::RecvError::Closed) => {
                    self.lose("the page is gone with its browser");
                    return;
                }
            }
        }
    }

    fn take(&self, event: &Event) {
        match &*event.method {
            "Page.javascriptDialogOpening" => {
                if let Some(dialog) = event.read::<Dialog>() {
                    let accept = dialog.kind == "beforeunload";
                    self.tell("Page.handleJavaScriptDialog", json!({"accept": accept}), ANSWERED_WITHIN);
                }
            }
            "Page.windowOpen" => {
                let url = event.read::<WindowOpen>().and_then(|open| Url::parse(&open.url).ok());
                if let Some(url) = url.filter(|url| is_allowed(url) && url.scheme() != "about") {
                    self.tell("Page.navigate", json!({"url": url.as_str()}), OPENED_WITHIN);
                }
            }
            "Inspector.targetCrashed" => self.lose("the page crashed"),
            "Target.targetCrashed" if self.is_about_us(event) => self.lose("the page crashed"),
            "Target.targetDestroyed" | "Target.detachedFromTarget" if self.is_about_us(event) => {
                self.lose("the page was closed from outside");
            }
            "Target.attachedToTarget" => {
                if let Some(AttachedToTarget { session_id, target_info: new }) = event.read()
                    && new.kind == "iframe"
                {
                    let session = self.session.attached(&session_id);
                    self.frames.enter(new.target_id, session.clone());
                    tokio::spawn(
                        async move { session.tell("Page.enable", json!({}), ANSWERED_WITHIN).await },
                    );
                }
            }
            "Target.detachedFromTarget" => {
                if let Some(id) = event.read::<TargetGone>().and_then(|gone| gone.session_id) {
                    self.frames.leave(&id);
                }
            }
            "Target.targetCreated" => {
                if let Some(TargetCreated { target_info: new }) = event.read()
                    && new.kind == "page"
                    && new.browser_context_id.as_ref() == Some(&self.context_id)
                    && new.target_id != self.target_id
                {
                    let browser = self.browser.clone();
                    tokio::spawn(async move {
                        let params = json!({"targetId": new.target_id});
                        let _ = browser.tell("Target.closeTarget", params, ANSWERED_WITHIN).await;
                    });
                }
            }
            _ => {}
        }
    }

    fn is_about_us(&self, event: &Event) -> bool {
        event.read::<TargetGone>().is_some_and(|gone| {
            gone.target_id.as_ref() == Some(&self.target_id)
                || gone.session_id.is_some_and(|id| self.session.id() == Some(id.as_str()))
        })
    }

    /// Answers without waiting: the next event may be the one the answer depends on.
    fn tell(&self, method: &'static str, params: serde_json::Value, within: Duration) {
        let session = self.session.clone();
        tokio::spawn(async move {
            if let Err(error) = session.tell(method, params, within).await {
                tracing::debug!(%error, "the page was not told");
            }
        });
    }

    fn lose(&self, why: &str) {
        self.lost.send_if_modified(|lost| {
            let first = lost.is_none();
            if first {
                *lost = Some(why.to_owned());
            }
            first
        });
    }
}
