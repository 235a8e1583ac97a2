//! Which session each page of the browser belongs to. The browser attaches to every new page and holds it until it is
//! dressed, so that nothing of a popup runs before its session knows of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::context::Context;
use crate::cdp::{CdpError, Heard, Session};

/// The contexts of a browser.
pub(super) struct Targets {
    browser: Session,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    contexts: HashMap<String, Weak<Context>>,
    pages: HashMap<String, Weak<Context>>,
    downloads: HashMap<String, Weak<Context>>,
}

/// What the browser tells of a page.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TargetInfo {
    pub(super) target_id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) url: String,
    pub(super) opener_id: Option<String>,
    pub(super) browser_context_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttachedToTarget {
    session_id: String,
    target_info: TargetInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    target_info: TargetInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Gone {
    target_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    guid: String,
    total_bytes: f64,
    received_bytes: f64,
    state: String,
}

impl Targets {
    /// Hears of every page of the browser from now on.
    pub(super) async fn of(browser: Session, within: Duration) -> Result<Arc<Targets>, CdpError> {
        let targets = Arc::new(Targets { browser: browser.clone(), known: Mutex::default() });
        let heard = Arc::downgrade(&targets);
        browser.hear(move |event| {
            if let Some(targets) = heard.upgrade() {
                targets.take(event);
            }
        });
        browser.tell("Target.setDiscoverTargets", json!({"discover": true}), within).await?;
        let attach = json!({
            "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true, "filter": [{"type": "page"}],
        });
        browser.tell("Target.setAutoAttach", attach, within).await?;
        Ok(targets)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pages of this context are told to it from now on.
    pub(super) fn enter(&self, context: &Arc<Context>) {
        self.known().contexts.insert(context.id.clone(), Arc::downgrade(context));
    }

    /// Forgets a context that is gone.
    pub(super) fn leave(&self, context_id: &str) {
        let mut known = self.known();
        known.contexts.remove(context_id);
        let lives =
            |context: &Weak<Context>| context.upgrade().is_some_and(|context| context.id != context_id);
        known.pages.retain(|_, context| lives(context));
        known.downloads.retain(|_, context| lives(context));
    }

    /// How a download goes on is told by the browser, since its page may be gone by then.
    pub(super) fn follow_download(&self, guid: &str, context: &Arc<Context>) {
        self.known().downloads.insert(guid.to_owned(), Arc::downgrade(context));
    }

    fn page(&self, target_id: &str) -> Option<Arc<Context>> {
        self.known().pages.get(target_id).and_then(Weak::upgrade)
    }

    fn take(&self, event: &Heard<'_>) {
        match event.method {
            "Target.attachedToTarget" => {
                if let Some(AttachedToTarget { session_id, target_info }) = event.read() {
                    self.attached(&session_id, target_info);
                }
            }
            "Target.targetInfoChanged" => {
                if let Some(Changed { target_info: now }) = event.read()
                    && let Some(context) = self.page(&now.target_id)
                {
                    context.rename(&now);
                }
            }
            "Target.targetCrashed" => {
                if let Some(Gone { target_id: Some(id) }) = event.read()
                    && let Some(context) = self.page(&id)
                {
                    context.crashed(&id);
                }
            }
            "Target.targetDestroyed" | "Target.detachedFromTarget" => {
                if let Some(Gone { target_id: Some(id) }) = event.read() {
                    let context = self.known().pages.remove(&id).and_then(|context| context.upgrade());
                    if let Some(context) = context {
                        context.closed(&id);
                    }
                }
            }
            "Browser.downloadProgress" => {
                if let Some(progress) = event.read() {
                    self.downloads(&progress);
                }
            }
            _ => {}
        }
    }

    fn attached(&self, session_id: &str, info: TargetInfo) {
        let session = self.browser.attached(session_id);
        let of = info.browser_context_id.as_ref();
        let context = of.and_then(|id| self.known().contexts.get(id).and_then(Weak::upgrade));
        match context.filter(|_| info.kind == "page") {
            Some(context) => {
                self.known().pages.insert(info.target_id.clone(), Arc::downgrade(&context));
                context.attached(session, info);
            }
            None => {
                // Of nobody we know: it must not wait for us.
                session.post("Runtime.runIfWaitingForDebugger", json!({}));
                self.browser.post("Target.detachFromTarget", json!({"sessionId": session_id}));
            }
        }
    }

    fn downloads(&self, progress: &Progress) {
        let context = self.known().downloads.get(&progress.guid).and_then(Weak::upgrade);
        let Some(context) = context else { return };
        if progress.state != "inProgress" {
            self.known().downloads.remove(&progress.guid);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of bytes")]
        let bytes = |number: f64| number.max(0.0) as u64;
        let (received, total) = (bytes(progress.received_bytes), bytes(progress.total_bytes));
        context.download_goes_on(&progress.guid, &progress.state, received, total);
    }
}
