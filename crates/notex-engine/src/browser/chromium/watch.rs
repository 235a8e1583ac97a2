//! What a tab does on its own: dialogs are answered at once, frames in processes of their own are dressed, requests
//! are counted, and what happens is told. All of it is heard while the connection reads, so nothing here may wait.

use std::borrow::Cow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use chrono::{DateTime, Utc};
use notex_wire::PageEvent;
use serde::Deserialize;
use serde_json::{Value, json};

use super::tab::ChromiumTab;
use super::targets::TargetInfo;
use crate::browser::DialogWish;
use crate::cdp::{Heard, Session};

const TEXT_CHARS: usize = 2_000;
const MOST_ARGUMENTS: usize = 20;
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsoleCall<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    args: Vec<Argument<'a>>,
    #[serde(default)]
    timestamp: f64,
    stack_trace: Option<Stack>,
}

#[derive(Deserialize)]
struct Argument<'a> {
    #[serde(borrow)]
    description: Option<Cow<'a, str>>,
    value: Option<Value>,
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    preview: Option<Preview>,
}

#[derive(Deserialize)]
struct Preview {
    #[serde(default)]
    properties: Vec<Property>,
}

#[derive(Deserialize)]
struct Property {
    name: String,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stack {
    #[serde(default)]
    call_frames: Vec<Place>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    url: String,
    line_number: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExceptionThrown {
    #[serde(default)]
    timestamp: f64,
    exception_details: Exception,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exception {
    text: String,
    url: Option<String>,
    line_number: Option<u32>,
    exception: Option<Thrown>,
    stack_trace: Option<Stack>,
}

#[derive(Deserialize)]
struct Thrown {
    description: Option<String>,
    value: Option<Value>,
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
            "Runtime.consoleAPICalled" if self.context.is_watched() => {
                if let Some(told) = event.read().and_then(console) {
                    self.context.happens(told);
                }
            }
            "Runtime.exceptionThrown" if self.context.is_watched() => {
                if let Some(thrown) = event.read() {
                    self.context.happens(exception(thrown));
                }
            }
            method if method.starts_with("Network.") => {
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

fn console(call: ConsoleCall<'_>) -> Option<PageEvent> {
    let level = match &*call.kind {
        level @ ("log" | "info" | "warning" | "error" | "debug") => level,
        "assert" => "error",
        "clear" | "endGroup" | "profile" | "profileEnd" => return None,
        _ => "log",
    };
    let mut text = String::new();
    for argument in call.args.iter().take(MOST_ARGUMENTS) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&argument.words());
        if text.len() > TEXT_CHARS * 4 {
            break;
        }
    }
    let place = call.stack_trace.and_then(Stack::first);
    Some(PageEvent::Console {
        at: at(call.timestamp),
        level: level.to_owned(),
        text: cut(&text),
        url: place.as_ref().map(|place| cut(&place.url)).filter(|url| !url.is_empty()),
        line: place.map(|place| place.line_number.saturating_add(1)),
    })
}

fn exception(thrown: ExceptionThrown) -> PageEvent {
    let Exception { text, url, line_number, exception, stack_trace } = thrown.exception_details;
    let place = stack_trace.and_then(Stack::first);
    let said = exception.and_then(|thrown| {
        let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
        thrown.description.map(first).or_else(|| thrown.value.map(|value| value.to_string()))
    });
    let text = match said {
        Some(said) if text.starts_with("Uncaught") => format!("{text} {said}"),
        Some(said) => said,
        None => text,
    };
    let url = place.as_ref().map(|place| place.url.clone()).filter(|url| !url.is_empty()).or(url);
    PageEvent::Console {
        at: at(thrown.timestamp),
        level: String::from("exception"),
        text: cut(&text),
        url: url.map(|url| cut(&url)).filter(|url| !url.is_empty()),
        line: place.map(|place| place.line_number).or(line_number).map(|line| line.saturating_add(1)),
    }
}

impl Argument<'_> {
    fn words(&self) -> String {
        match (&self.value, &self.preview) {
            (Some(Value::String(text)), _) => text.clone(),
            (Some(value), _) => value.to_string(),
            (None, Some(Preview { properties })) if self.kind == "object" && !properties.is_empty() => {
                let value = |p: &Property| p.value.as_deref().unwrap_or("…").to_owned();
                let all: Vec<String> =
                    properties.iter().map(|p| format!("{}: {}", p.name, value(p))).collect();
                format!("{} {{{}}}", self.description.as_deref().unwrap_or("Object"), all.join(", "))
            }
            (None, _) => self.description.as_deref().unwrap_or(&self.kind).to_owned(),
        }
    }
}

impl Stack {
    fn first(self) -> Option<Place> {
        self.call_frames.into_iter().next()
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARS).collect()
}

/// Milliseconds since 1970.
fn at(millis: f64) -> DateTime<Utc> {
    #[expect(clippy::cast_possible_truncation, reason = "an instant in milliseconds")]
    let instant = DateTime::from_timestamp_millis(millis as i64);
    instant.filter(|_| millis > 0.0).unwrap_or_else(Utc::now)
}
