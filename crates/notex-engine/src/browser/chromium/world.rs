//! Questions to a page, asked in an isolated world of its main frame: the page sees neither the scripts nor their
//! variables. The scripts are installed once per document; each question after that is one short expression.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use serde_json::value::RawValue;

use super::frames::Frame;
use super::tab::ChromiumTab;
use crate::browser::PageError;
use crate::cdp::{CdpError, Session, Text};

/// The name of the isolated world.
pub(super) const WORLD: &str = "notex";
/// A symbol, since a page can put an element under any name of the global object, isolated world or not.
const HANDLE: &str = "globalThis[Symbol.for('notex')]";

const SCRIPTS: &str = concat!(
    "(() => { const born = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;",
    include_str!("scripts/elements.js"),
    include_str!("scripts/names.js"),
    include_str!("scripts/seen.js"),
    include_str!("scripts/walker.js"),
    include_str!("scripts/facts.js"),
    include_str!("scripts/drawn.js"),
    include_str!("scripts/selectors.js"),
    include_str!("scripts/rest.js"),
    include_str!("scripts/hands.js"),
    include_str!("scripts/menus.js"),
    include_str!("scripts/lists.js"),
    include_str!("scripts/calendar.js"),
    include_str!("scripts/reader.js"),
    include_str!("scripts/fields.js"),
    include_str!("scripts/items.js"),
    include_str!("scripts/pointer.js"),
    include_str!("scripts/snapshot.js"),
    "globalThis[Symbol.for('notex')] = ",
    "{ told, position, observe, takeSuspects, takeShy, adoptInternals, adoptRoots, adoptListeners, adoptSorters, frameMarks, framePlace, frameReach, coveredIn, locate, landed, checkedNow, takeFocus, choose, setValue, rest,",
    " watchPage, noteOptions, listIsOpen, findOption, awaitOption, standOf, typedNow, focusOn, scrollIn, scrollTo,",
    " whereIs, hoverPlace, shownSoon, aFrame, awaitDay, emptyPlace, isFileInput, takesDrops, expectDrop, wasDropTaken, scrape, pick, noteCells, seek, fileInput, elementAt, scrollPage, pointedAt, snapshot }; })()",
);

/// How often a question is put again to the document that came instead.
const TRIES: usize = 4;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct World {
    execution_context_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Evaluated<'a> {
    #[serde(borrow)]
    result: Remote<'a>,
    exception_details: Option<Exception>,
}

/// Texts are all that is asked for by value.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Remote<'a> {
    #[serde(borrow)]
    value: Option<Text<'a>>,
    object_id: Option<String>,
}

#[derive(Deserialize)]
struct Described {
    node: Node,
}

/// A node, as the browser describes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Node {
    pub(super) backend_node_id: i64,
    /// Of an element that holds a frame.
    pub(super) frame_id: Option<String>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(default)]
    text: String,
    exception: Option<Thrown>,
}

#[derive(Deserialize)]
struct Thrown {
    description: Option<String>,
}

/// The worlds that the frames of a tab were last known to have, so that a question needs no other before it. One that
/// is gone is refused by the browser, and the frame is asked again.
#[derive(Default)]
pub(super) struct Worlds(Mutex<HashMap<String, Known>>);

/// A frame that moves into a process of its own has another session, whose numbers are others.
struct Known {
    session: Option<String>,
    context: i64,
}

impl Worlds {
    fn of(&self, frame: &Frame) -> Option<i64> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&frame.id)
            .filter(|known| known.session.as_deref() == frame.session.id())
            .map(|known| known.context)
    }

    fn keep(&self, frame: &Frame, context: i64) {
        let known = Known { session: frame.session.id().map(str::to_owned), context };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(frame.id.clone(), known);
    }

    fn forget(&self, frame: &Frame) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&frame.id);
    }

    /// One of a session's worlds has ended; `None`: all of them.
    pub(super) fn end(&self, session: &Session, context: Option<i64>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, known| {
            known.session.as_deref() != session.id() || context.is_some_and(|ended| ended != known.context)
        });
    }
}

impl ChromiumTab {
    /// Asks `question`, an expression on the scripts' object such as `observe()`, and reads its answer. A page that
    /// navigates meanwhile is asked again.
    pub(super) async fn ask<R: DeserializeOwned>(&self, doing: &str, question: &str) -> Result<R, PageError> {
        self.ask_in(&self.main_frame(), doing, question, self.setup.patience.answer).await
    }

    /// The same of one of its frames.
    pub(super) async fn ask_in<R: DeserializeOwned>(
        &self,
        frame: &Frame,
        doing: &str,
        question: &str,
        within: Duration,
    ) -> Result<R, PageError> {
        match self.try_to_ask(frame, question, within).await {
            Ok(answer) => Ok(answer),
            Err(CdpError::Unreadable { why, .. }) => Err(PageError::Browser {
                doing: doing.to_owned(),
                why: format!("its answer was unreadable: {why}"),
            }),
            Err(error) => Err(self.failed_on(&frame.session, doing, error).await),
        }
    }

    /// The same, for who decides what a failure means.
    pub(super) async fn try_to_ask<R: DeserializeOwned>(
        &self,
        frame: &Frame,
        question: &str,
        within: Duration,
    ) -> Result<R, CdpError> {
        let expression =
            format!("(() => {{ const it = {HANDLE}; return it?.rest ? it.told(it.{question}) : null; }})()");
        let mut last = None;
        for _ in 0..TRIES {
            match self.run_script(frame, &expression, within).await {
                Ok(Some(answer)) => {
                    return serde_json::from_str(&read(answer)).map_err(|error| CdpError::Unreadable {
                        method: "Runtime.evaluate",
                        why: error.to_string(),
                    });
                }
                Ok(None) => {
                    self.worlds.forget(frame);
                    match self.run_script(frame, SCRIPTS, within).await {
                        Err(error) if is_of_a_gone_document(&error) => last = Some(error),
                        installed => drop(installed?),
                    }
                }
                Err(error) if is_of_a_gone_document(&error) => {
                    self.worlds.forget(frame);
                    last = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or(CdpError::Refused {
            method: "Runtime.evaluate",
            message: String::from("the scripts could not be installed"),
        }))
    }

    /// The isolated world of a frame; the same one as long as its document lives.
    pub(super) async fn world(&self, frame: &Frame, within: Duration) -> Result<i64, CdpError> {
        let params = json!({"frameId": frame.id, "worldName": WORLD});
        let made = frame.session.call::<World>("Page.createIsolatedWorld", params, within);
        let context = self.unless_lost(made).await?.execution_context_id;
        self.worlds.keep(frame, context);
        Ok(context)
    }

    /// The element with a key of the frame's scripts, as an object of the protocol.
    pub(super) async fn element(
        &self,
        frame: &Frame,
        key: u64,
        within: Duration,
    ) -> Result<String, CdpError> {
        let world = self.world(frame, within).await?;
        let expression = format!("{HANDLE}?.elementAt({key})");
        let params = json!({"expression": expression, "contextId": world});
        let asked = frame.session.begin("Runtime.evaluate", params).answer(within);
        let answer = self.unless_lost(asked).await?;
        evaluated(&answer)?.result.object_id.ok_or(CdpError::Refused {
            method: "Runtime.evaluate",
            message: String::from("the element is gone"),
        })
    }

    /// What the browser knows of an object of the protocol that is a node.
    pub(super) async fn node_of(
        &self,
        frame: &Frame,
        object: &str,
        within: Duration,
    ) -> Result<Node, CdpError> {
        let asked = frame.session.call::<Described>("DOM.describeNode", json!({"objectId": object}), within);
        Ok(self.unless_lost(asked).await?.node)
    }

    async fn run_script(
        &self,
        frame: &Frame,
        expression: &str,
        within: Duration,
    ) -> Result<Option<String>, CdpError> {
        let world = match self.worlds.of(frame) {
            Some(world) => world,
            None => self.world(frame, within).await?,
        };
        let params = json!({
            "expression": expression,
            "contextId": world,
            "awaitPromise": true,
            "returnByValue": true,
        });
        let asked = frame.session.begin("Runtime.evaluate", params).answer(within);
        let answer = self.unless_lost(asked).await?;
        let answer = evaluated(&answer)?;
        if let Some(exception) = answer.exception_details {
            let thrown = exception.exception.and_then(|thrown| thrown.description);
            let message = thrown.unwrap_or(exception.text);
            let message = message.lines().take(2).collect::<Vec<_>>().join(" ").chars().take(300).collect();
            return Err(CdpError::Refused { method: "Runtime.evaluate", message });
        }
        Ok(answer.result.value.map(|Text(text)| text.into_owned()))
    }
}

fn evaluated(answer: &RawValue) -> Result<Evaluated<'_>, CdpError> {
    serde_json::from_str(answer.get())
        .map_err(|error| CdpError::Unreadable { method: "Runtime.evaluate", why: error.to_string() })
}

/// What the scripts told, as JSON: `toldIn` puts tildes where it has quotation marks.
fn read(told: String) -> String {
    let mut bytes = told.into_bytes();
    for byte in &mut bytes {
        // All are written, so that many are at once.
        *byte = if *byte == b'~' { b'"' } else { *byte };
    }
    // One sign of ASCII for another: it stays a text.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Chromium has no code for it.
fn is_of_a_gone_document(error: &CdpError) -> bool {
    match error {
        CdpError::Refused { message, .. } => [
            "Cannot find context",
            "context was destroyed",
            "navigated or closed",
            "Promise was collected",
            "uniqueContextId not found",
            "Could not create isolated world",
        ]
        .iter()
        .any(|sign| message.contains(sign)),
        CdpError::TimedOut { .. }
        | CdpError::Crashed
        | CdpError::Detached
        | CdpError::Ended(_)
        | CdpError::Unreadable { .. } => false,
    }
}
