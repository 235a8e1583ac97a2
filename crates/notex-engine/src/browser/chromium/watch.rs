//! What a tab does on its own: dialogs are answered at once, frames in processes of their own are dressed, requests
//! are counted, and what happens is told. All of it is heard while the connection reads, so nothing here may wait.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use chrono::Utc;
use notex_wire::PageEvent;
use serde::Deserialize;
use serde_json::json;

use super::console;
use super::tab::ChromiumTab;
use super::targets::TargetInfo;
use crate::browser::DialogWish;
use crate::cdp::{Heard, Session};

const TEXT_CHARS: usize = 2_000;
/// More dialogs than this in one step are a page that does not stop.
const MOST_DIALOGS: u64 = 30;

#[derive(Deserialize)]
struct Dialog {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    message: String,
    #[serde(default, rename = "defaultPrompt")]
    proposed: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfFrame {
    frame_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EndedContext {
    execution_context_id: i64,
}

#[derive(Deserialize)]
struct WindowOpen {
    url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttachedToTarget {
    session_id: String,
    target_info: TargetInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detached {
    session_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DownloadWillBegin {
    guid: String,
    url: String,
    suggested_filename: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Paused {
    request_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthRequired {
    request_id: String,
    auth_challenge: Challenge,
}

#[derive(Deserialize)]
struct Challenge {
    source: Option<String>,
    #[serde(default)]
    realm: String,
}

impl ChromiumTab {
    /// Hears a session of this tab from now on: its own, or that of a frame.
    pub(super) fn listen(self: &Arc<Self>, session: &Session) {
        let tab = Arc::downgrade(self);
        let on = session.clone();
        session.hear(move |event| {
            if let Some(tab) = tab.upgrade() {
                tab.take(&on, event);
            }
        });
    }

    fn take(self: &Arc<Self>, on: &Session, event: &Heard<'_>) {
        match event.method {
            "Page.javascriptDialogOpening" => self.answer_dialog(on, event),
            "Page.windowOpen" => {
                let url = event.read().map(|WindowOpen { url }| url).unwrap_or_default();
                *self.window_opened.lock().unwrap_or_else(PoisonError::into_inner) = url;
                self.windows_opened.fetch_add(1, Ordering::SeqCst);
            }
            "Page.downloadWillBegin" => {
                if let Some(DownloadWillBegin { guid, url, suggested_filename }) = event.read() {
                    self.context.download_begins(&guid, &url, &suggested_filename);
                }
            }
            "Inspector.targetCrashed" if on.id() == self.session.id() => {
                self.context.crashed(&self.target_id)
            }
            "Target.attachedToTarget" => {
                if let Some(AttachedToTarget { session_id, target_info }) = event.read() {
                    self.frame_attached(on.attached(&session_id), target_info);
                }
            }
            "Target.detachedFromTarget" => {
                if let Some(Detached { session_id }) = event.read() {
                    self.frame_sessions.leave(&session_id);
                }
            }
            "Page.loadEventFired" if on.id() == self.session.id() => {
                self.requests.lock().unwrap_or_else(PoisonError::into_inner).has_loaded = true;
            }
            "Runtime.executionContextDestroyed" => {
                let ended = event.read().map(|EndedContext { execution_context_id: id }| id);
                self.worlds.end(on, ended);
            }
            "Runtime.executionContextsCleared" => self.worlds.end(on, None),
            "Page.frameNavigated" if self.is_renewed.load(Ordering::SeqCst) => {
                self.is_renewed.store(false, Ordering::SeqCst);
                self.face_may_change(on, event);
            }
            "Page.frameStartedNavigating" if on.id() == self.session.id() => self.navigates(event),
            "Fetch.requestPaused" => {
                if let Some(Paused { request_id }) = event.read() {
                    on.post("Fetch.continueRequest", json!({"requestId": request_id}));
                }
            }
            "Fetch.authRequired" => self.answer_challenge(on, event),
            "Runtime.bindingCalled"
            | "Page.navigatedWithinDocument"
            | "Page.frameNavigated"
            | "Page.domContentEventFired" => self.face_may_change(on, event),
            "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" | "Log.entryAdded" => {
                if let Some(line) = console::line(event) {
                    self.context.writes(line);
                }
            }
            method if method.starts_with("Network.") => {
                let context = &self.context;
                let mut exchanges = context.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
                exchanges.take(on, event, &self.target_id, &context.evidence);
                drop(exchanges);
                let caused = self.context.steps.cause();
                let taken = self.requests.lock().unwrap_or_else(PoisonError::into_inner).take(event, caused);
                self.context.count(taken.sent, taken.received);
                if let Some(ended) = taken.ended {
                    self.context.happens(ended);
                }
            }
            _ => {}
        }
    }

    /// What a page asks for on its own is not what the next one does.
    fn navigates(&self, event: &Heard<'_>) {
        let main = event.read().is_some_and(|OfFrame { frame_id }| frame_id == self.target_id);
        if main {
            self.requests.lock().unwrap_or_else(PoisonError::into_inner).page_comes();
        }
    }

    /// What it asks for on its own.
    pub(super) fn background(&self) -> std::collections::HashSet<u64> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).background()
    }

    fn answer_dialog(&self, on: &Session, event: &Heard<'_>) {
        let Some(Dialog { kind, message, proposed }) = event.read() else { return };
        // Somebody who leaves a page means it; everything else is declined, unless the step says otherwise.
        let wish = self.context.dialogs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let DialogWish { accept, text } = wish.unwrap_or_default();
        let accepted = kind == "beforeunload" || accept;
        let entered = (accepted && kind == "prompt").then(|| text.unwrap_or(proposed));
        let mut params = json!({"accept": accepted});
        if let Some(entered) = &entered {
            params["promptText"] = json!(entered);
        }
        if self.dialogs.fetch_add(1, Ordering::SeqCst) >= MOST_DIALOGS {
            // A page that asks without end is ended in it, else no step would come through.
            on.post("Runtime.terminateExecution", json!({}));
        }
        on.post("Page.handleJavaScriptDialog", params);
        let message = cut(&message);
        self.context.happens(PageEvent::Dialog { at: Utc::now(), dialog: kind, message, accepted, entered });
    }

    fn frame_attached(self: &Arc<Self>, session: Session, info: TargetInfo) {
        if info.kind == "iframe" {
            self.listen(&session);
            self.frame_sessions.enter(info.target_id, session.clone());
            // A frame that goes away while it is dressed has nobody to tell.
            drop(self.dress(&session, self.context.dress.of_frame()));
        } else {
            session.post("Runtime.runIfWaitingForDebugger", json!({}));
        }
    }

    /// A proxy is shown the name it was given; a site that asks is shown none, and answers with its own page.
    fn answer_challenge(&self, on: &Session, event: &Heard<'_>) {
        let Some(AuthRequired { request_id, auth_challenge: challenge }) = event.read() else { return };
        let proxy = challenge.source.as_deref() == Some("Proxy");
        let login =
            self.context.dress.login.as_ref().filter(|_| proxy && self.context.shows_login(&request_id));
        let response = match login {
            Some(login) => json!({
                "response": "ProvideCredentials", "username": login.username, "password": login.password,
            }),
            None => {
                tracing::debug!(realm = challenge.realm, "a request for a password was cancelled");
                json!({"response": "CancelAuth"})
            }
        };
        let params = json!({"requestId": request_id, "authChallengeResponse": response});
        on.post("Fetch.continueWithAuth", params);
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARS).collect()
}
