//! Looks at a page in as few round trips as it needs: the walker is asked in every frame that can be seen. What scripts
//! cannot know, the browser's debugger is asked for meanwhile: which elements listen for a mouse, and what is in closed
//! shadow roots. The page notices none of it.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, join_all};
use serde::Deserialize;
use serde_json::{Value, json};

use super::frames::{FRAME_ANSWERS_WITHIN, Frame, MOST_FRAMES, MOST_NESTED};
use super::gist::Facts;
use super::observe::{Item, PagePosition};
use super::tab::ChromiumTab;
use crate::browser::PageError;
use crate::cdp::CdpError;

/// Closed roots in closed roots in closed roots.
const MOST_ROUNDS: usize = 4;
/// Elements of one page that listen; more are those of a page that listens everywhere.
const MOST_LISTENING: usize = 2_000;
/// Of more than this with one and the same listener, a sample is asked first what it is.
const MANY: usize = 500;
const SAMPLE: usize = 16;
const OF_A_MOUSE: [&str; 7] =
    ["click", "mousedown", "mouseup", "pointerdown", "pointerup", "touchstart", "dblclick"];
const GROUP: &str = "notex-look";

/// What the walker tells of a document.
#[derive(Deserialize)]
pub(super) struct Walked {
    pub(super) born: Arc<str>,
    /// The keys of elements that are in no document any more.
    pub(super) gone: Vec<u64>,
    pub(super) loading: bool,
    pub(super) position: PagePosition,
    pub(super) page: Facts,
    pub(super) total: usize,
    pub(super) items: Vec<Item>,
    frames: Vec<Holder>,
    /// Role and name of what can be seen and not be done.
    pub(super) others: Vec<String>,
    suspects: usize,
    /// How many of those, from the first on, may be controls by their internals.
    shy: usize,
    pub(super) whole: bool,
}

/// The element that holds a frame which the scripts around it cannot enter.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Holder {
    /// How many of the listed elements come before it.
    pub(super) at: usize,
    pub(super) key: u64,
    pub(super) css: String,
    /// Whether nothing around it lies over it.
    clear: bool,
    /// Where its content starts, in pixels of the viewport around it.
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A document with the frames in it; `None` for one that did not answer.
pub(super) struct Seen {
    pub(super) frame: Arc<str>,
    pub(super) walked: Walked,
    pub(super) inner: Vec<(Holder, Option<Seen>)>,
}

impl Seen {
    /// Goes through what is in it and in its frames, with how far each of them is from its corner; what `keep` refuses
    /// is left out.
    fn each(&mut self, x: f64, y: f64, keep: &mut impl FnMut(f64, f64, &Item) -> bool) {
        let Seen { walked, inner, .. } = self;
        let (before, mut place) = (walked.items.len(), 0);
        let mut left: Vec<usize> = Vec::new();
        walked.items.retain(|item| {
            let kept = keep(x, y, item);
            if !kept {
                left.push(place);
            }
            place += 1;
            kept
        });
        walked.total -= before - walked.items.len();
        for (holder, content) in inner {
            holder.at -= left.iter().filter(|place| **place < holder.at).count();
            if let Some(content) = content {
                content.each(x + holder.x, y + holder.y, keep);
            }
        }
    }
}

/// Of each frame the document that was asked, and its elements that are known to listen.
#[derive(Default)]
pub(super) struct Listening(Mutex<HashMap<String, Ears>>);

#[derive(Clone, Default)]
struct Ears {
    document: String,
    known: HashSet<i64>,
    sorters: HashSet<i64>,
}

impl Listening {
    fn of(&self, frame: &str) -> Option<Ears> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(frame).cloned()
    }

    fn keep(&self, frame: &str, ears: Ears) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(frame.to_owned(), ears);
    }
}

#[derive(Deserialize)]
struct Listeners {
    listeners: Vec<Listener>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listener {
    #[serde(rename = "type")]
    event: String,
    script_id: String,
    line_number: i64,
    column_number: i64,
    backend_node_id: Option<i64>,
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
struct Evaluated {
    result: Value,
}

/// A look at a page.
#[derive(Default)]
struct Looking {
    frames: AtomicUsize,
    /// Whether the page itself has said anything yet.
    is_heard: AtomicBool,
}

/// What a look at a page came to.
pub(super) enum Looked {
    /// The page and what can be seen of its frames. `stopped_after`: for so long its script had not stopped, and then it
    /// was.
    Seen { seen: Box<Seen>, stopped_after: Option<Duration> },
    /// Its script did not stop even then.
    Hangs { after: Duration },
}

impl ChromiumTab {
    /// Looks at the page. A script of it that does not stop keeps it from saying anything; that is ended when most of
    /// the time has passed, as a person would who is asked whether to wait for the page, so that the rest is enough for
    /// an answer.
    pub(super) async fn look(&self) -> Result<Looked, PageError> {
        let frame = self.main_frame();
        let looking = Looking::default();
        let within = self.setup.patience.answer;
        let waits = within * 2 / 3;
        let mut look = self.look_into(frame.clone(), within, 0, &looking);
        let in_time = tokio::time::timeout(waits, &mut look).await;
        let stopped_after = (in_time.is_err() && !looking.is_heard.load(Ordering::SeqCst)).then_some(waits);
        let looked = match in_time {
            Ok(looked) => looked,
            Err(_) => {
                if stopped_after.is_some() {
                    self.free(&frame.session).await;
                }
                match look.await {
                    // What was ended was the look itself, at a page that is only slow.
                    Err(CdpError::Refused { .. }) if stopped_after.is_some() => {
                        self.look_into(frame.clone(), within, 0, &looking).await
                    }
                    looked => looked,
                }
            }
        };
        match looked {
            Ok(seen) => Ok(Looked::Seen { seen: Box::new(seen), stopped_after }),
            Err(error) => {
                let hangs = stopped_after.is_some() && matches!(error, CdpError::TimedOut { .. });
                let doing = "reading what can be done on the page";
                match error {
                    CdpError::Unreadable { why, .. } => Err(PageError::Browser {
                        doing: doing.to_owned(),
                        why: format!("its answer was unreadable: {why}"),
                    }),
                    error => match self.failed_on(&frame.session, doing, error).await {
                        PageError::TimedOut { .. } if hangs => Ok(Looked::Hangs { after: within }),
                        error => Err(error),
                    },
                }
            }
        }
    }

    fn look_into<'a>(
        &'a self,
        frame: Frame,
        within: Duration,
        depth: usize,
        looking: &'a Looking,
    ) -> BoxFuture<'a, Result<Seen, CdpError>> {
        async move {
            let mut walked = self.walk(&frame, within, looking).await?;
            let holders = std::mem::take(&mut walked.frames);
            let inner = holders.into_iter().map(async |holder| {
                if depth >= MOST_NESTED || looking.frames.fetch_add(1, Ordering::SeqCst) >= MOST_FRAMES {
                    return (holder, None);
                }
                let seen = match self.content_of(&frame, holder.key).await {
                    Ok(Some(inner)) => {
                        self.look_into(inner, FRAME_ANSWERS_WITHIN, depth + 1, looking).await.map(Some)
                    }
                    Ok(None) => Ok(None),
                    Err(error) => Err(error),
                };
                let mut seen = seen.unwrap_or_else(|error| {
                    tracing::debug!(%error, "a frame was left out");
                    None
                });
                if let Some(seen) = seen.as_mut().filter(|_| !holder.clear)
                    && let Err(error) = self.leave_out_covered(&frame, holder.key, seen).await
                {
                    tracing::debug!(%error, "it is not known what lies over a frame");
                }
                (holder, seen)
            });
            let inner = join_all(inner).await;
            Ok(Seen { frame: frame.id.into(), walked, inner })
        }
        .boxed()
    }

    /// Leaves out what is in a frame, or in a frame of it, and has something of the page around it over it.
    async fn leave_out_covered(&self, around: &Frame, holder: u64, seen: &mut Seen) -> Result<(), CdpError> {
        let mut boxes = Vec::new();
        seen.each(0.0, 0.0, &mut |x, y, item| {
            boxes.push([x + item.bounds.x, y + item.bounds.y, item.bounds.width, item.bounds.height]);
            true
        });
        let question = format!("coveredIn({holder}, {})", json!(boxes));
        let covered: HashSet<usize> = self.try_to_ask(around, &question, FRAME_ANSWERS_WITHIN).await?;
        let mut place = 0;
        seen.each(0.0, 0.0, &mut |_, _, _| {
            place += 1;
            !covered.contains(&(place - 1))
        });
        Ok(())
    }

    /// Asks the walker, and again when the debugger knew of something that it did not.
    async fn walk(&self, frame: &Frame, within: Duration, looking: &Looking) -> Result<Walked, CdpError> {
        // The short answer is asked for first, so that it is read while the page still walks.
        let question = self.try_to_ask::<Walked>(frame, "observe()", within);
        let (heard, walked) = tokio::join!(self.hear(frame, within, looking), question);
        let mut walked = walked?;
        let heard = heard.unwrap_or_else(|error| {
            tracing::debug!(%error, "it is not known what listens in a frame");
            false
        });
        if heard && walked.whole {
            walked = self.try_to_ask(frame, "observe(true)", within).await?;
        }
        for _ in 0..MOST_ROUNDS {
            if walked.suspects == 0
                || !walked.whole
                || !self.open_closed(frame, walked.shy, within).await.unwrap_or(false)
            {
                break;
            }
            walked = self.try_to_ask(frame, "observe(true)", within).await?;
        }
        Ok(walked)
    }

    /// Tells the walker of elements that listen for a mouse; whether there were any that it did not take for controls.
    async fn hear(&self, frame: &Frame, within: Duration, looking: &Looking) -> Result<bool, CdpError> {
        let asked = self.listening.of(&frame.id);
        let (mut ears, listeners) = match asked {
            Some(ears) => match self.listeners(frame, &ears.document, within).await {
                Ok(listeners) => (ears, listeners),
                // Another document is there now.
                Err(CdpError::Refused { .. }) => self.hear_anew(frame, within).await?,
                Err(error) => return Err(error),
            },
            None => self.hear_anew(frame, within).await?,
        };
        looking.is_heard.store(true, Ordering::SeqCst);
        let sorters = sorters(&listeners);
        let mut now = HashSet::new();
        let mut fresh: HashMap<(String, i64, i64), Vec<i64>> = HashMap::new();
        for Listener { event, script_id, line_number, column_number, backend_node_id } in listeners {
            let Some(node) = backend_node_id.filter(|_| OF_A_MOUSE.contains(&event.as_str())) else {
                continue;
            };
            if now.insert(node) && !ears.known.contains(&node) {
                fresh.entry((script_id, line_number, column_number)).or_default().push(node);
            }
        }
        let fresh_sorters = sorters.difference(&ears.sorters).copied().take(MOST_LISTENING).collect();
        (ears.known, ears.sorters) = (now, sorters);
        let (many, few): (Vec<_>, Vec<_>) = fresh.into_values().partition(|nodes| nodes.len() > MANY);
        let few: Vec<i64> = few.into_iter().flatten().take(MOST_LISTENING).collect();
        let mut plain = self.tell_walker(frame, "adoptListeners", few, within).await? > 0;
        plain |= self.tell_walker(frame, "adoptSorters", fresh_sorters, within).await? > 0;
        // Thousands of buttons with one listener are buttons anyway.
        for nodes in many.into_iter().take(SAMPLE) {
            let sample = nodes.iter().copied().step_by(nodes.len() / SAMPLE).collect();
            if self.tell_walker(frame, "adoptListeners", sample, within).await? > 0 {
                let all = nodes.into_iter().take(MOST_LISTENING).collect();
                plain |= self.tell_walker(frame, "adoptListeners", all, within).await? > 0;
            }
        }
        self.listening.keep(&frame.id, ears);
        Ok(plain)
    }

    async fn hear_anew(&self, frame: &Frame, within: Duration) -> Result<(Ears, Vec<Listener>), CdpError> {
        let world = self.world(frame, within).await?;
        let params = json!({"expression": "document", "contextId": world});
        let document: Evaluated =
            self.unless_lost(frame.session.call("Runtime.evaluate", params, within)).await?;
        let own = document.result.get("objectId").and_then(Value::as_str).unwrap_or_default();
        // The page's own handle of it: asked through one of another world, Chromium 156 crashes now and then.
        let node = self.node_of(frame, own, within).await?.backend_node_id;
        let asked = frame.session.call::<Resolved>("DOM.resolveNode", json!({"backendNodeId": node}), within);
        let id = self.unless_lost(asked).await?.object.object_id;
        let listeners = self.listeners(frame, &id, within).await?;
        Ok((Ears { document: id, ..Ears::default() }, listeners))
    }

    async fn listeners(
        &self,
        frame: &Frame,
        document: &str,
        within: Duration,
    ) -> Result<Vec<Listener>, CdpError> {
        let params = json!({"objectId": document, "depth": -1, "pierce": true});
        let asked = frame.session.call::<Listeners>("DOMDebugger.getEventListeners", params, within);
        self.unless_lost(asked).await.map(|told| told.listeners)
    }

    /// Asks for the insides of elements that may hide some, and what the first of them are by their internals; whether
    /// there was anything new.
    async fn open_closed(&self, frame: &Frame, shy: usize, within: Duration) -> Result<bool, CdpError> {
        let hosts = self.nodes_of(frame, "takeSuspects()", within).await?;
        let roots = hosts.iter().filter_map(|host| {
            let root = host.pointer("/value/shadowRoot/value")?;
            let is_closed = root.get("mode").and_then(Value::as_str) == Some("closed");
            root.get("backendNodeId").and_then(Value::as_i64).filter(|_| is_closed)
        });
        let roots = roots.collect();
        let internals = self.adopt_internals(frame, hosts.get(..shy).unwrap_or_default(), within);
        let (opened, changed) = tokio::join!(self.tell_walker(frame, "adoptRoots", roots, within), internals);
        Ok(opened? > 0 || changed?)
    }

    /// The elements that a question to the walker is answered with.
    pub(super) async fn nodes_of(
        &self,
        frame: &Frame,
        question: &str,
        within: Duration,
    ) -> Result<Vec<Value>, CdpError> {
        let world = self.world(frame, within).await?;
        let params = json!({
            "expression": format!("globalThis[Symbol.for('notex')].{question}"),
            "contextId": world,
            "serializationOptions": {
                "serialization": "deep",
                "maxDepth": 1,
                "additionalParameters": {"maxNodeDepth": 1, "includeShadowTree": "all"},
            },
        });
        let mut told: Evaluated =
            self.unless_lost(frame.session.call("Runtime.evaluate", params, within)).await?;
        match told.result.pointer_mut("/deepSerializedValue/value").map(Value::take) {
            Some(Value::Array(nodes)) => Ok(nodes),
            Some(_) | None => Ok(Vec::new()),
        }
    }

    /// Hands nodes to a function of the walker; answers the number that it answers.
    async fn tell_walker(
        &self,
        frame: &Frame,
        function: &str,
        nodes: Vec<i64>,
        within: Duration,
    ) -> Result<u64, CdpError> {
        if nodes.is_empty() {
            return Ok(0);
        }
        let world = self.world(frame, within).await?;
        let resolving = nodes.into_iter().map(async |node| {
            let params = json!({"backendNodeId": node, "executionContextId": world, "objectGroup": GROUP});
            frame.session.call::<Resolved>("DOM.resolveNode", params, within).await
        });
        // A node of another document, or one that is gone, is refused.
        let resolved = self.unless_lost(async { Ok(join_all(resolving).await) }).await?;
        let objects = resolved.into_iter().filter_map(Result::ok);
        let arguments: Vec<Value> =
            objects.map(|known| json!({"objectId": known.object.object_id})).collect();
        let params = json!({
            "functionDeclaration":
                format!("function(...nodes) {{ return globalThis[Symbol.for('notex')]?.{function}(...nodes) ?? 0; }}"),
            "executionContextId": world, "arguments": arguments, "returnByValue": true,
        });
        let called = frame.session.call::<Evaluated>("Runtime.callFunctionOn", params, within);
        let answer = self.unless_lost(called).await?;
        frame.session.post("Runtime.releaseObjectGroup", json!({"objectGroup": GROUP}));
        Ok(answer.result.get("value").and_then(Value::as_u64).unwrap_or(0))
    }
}

/// What listens for a press and for what is dragged over it, and for no click: its children can be put in order. A place
/// that files are dropped on is clicked as well.
fn sorters(listeners: &[Listener]) -> HashSet<i64> {
    let that_hear = |wanted: &[&str]| -> HashSet<i64> {
        let heard = listeners.iter().filter(|listener| wanted.contains(&listener.event.as_str()));
        heard.filter_map(|listener| listener.backend_node_id).collect()
    };
    let over = that_hear(&["dragover"]);
    if over.is_empty() {
        return over;
    }
    let (pressed, clicked) = (that_hear(&["mousedown", "pointerdown", "touchstart"]), that_hear(&["click"]));
    over.into_iter().filter(|node| pressed.contains(node) && !clicked.contains(node)).collect()
}
