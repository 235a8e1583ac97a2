//! Pictures of the tab in front as it changes. They are only made while somebody holds a receiver, never faster than
//! they are taken, and only the newest is kept.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

use super::context::Context;
use super::tab::ChromiumTab;
use crate::browser::{LiveFrame, PageError, ViewportSize};
use crate::cdp::Event;

const WIDEST: u32 = 1024;
const QUALITY: u8 = 60;
const AT_MOST_EVERY: Duration = Duration::from_millis(100);
const STARTS_WITHIN: Duration = Duration::from_secs(10);
const FIRST_WITHIN: Duration = Duration::from_secs(1);
const ASKS_AGAIN_AFTER: Duration = Duration::from_millis(50);
const ASKS_AT_LEAST_EVERY: Duration = Duration::from_secs(8);

/// Who makes the pictures, and where they are.
pub(super) struct Live {
    frames: watch::Sender<Option<LiveFrame>>,
    runs: Mutex<bool>,
}

impl Default for Live {
    fn default() -> Live {
        Live { frames: watch::Sender::new(None), runs: Mutex::default() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScreencastFrame {
    data: String,
    metadata: Metadata,
    session_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    device_width: f64,
    device_height: f64,
}

/// What ends the pictures of a tab.
enum Ended {
    /// Another tab is in front, or the pictures of this one begin anew.
    Anew,
    NobodyLooks,
}

impl Live {
    /// Pictures from now on.
    pub(super) fn watch(context: &Arc<Context>) -> Result<watch::Receiver<Option<LiveFrame>>, PageError> {
        context.in_front()?;
        let live = &context.live;
        let mut runs = live.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pictures = live.frames.subscribe();
        if *runs {
            // A page that does not change would show nothing to whoever comes later.
            pictures.mark_changed();
        } else {
            *runs = true;
            live.frames.send_replace(None);
            tokio::spawn(run(Arc::clone(context)));
        }
        Ok(pictures)
    }

    /// Whether the last one has gone; then the next one starts anew.
    fn stops(&self) -> bool {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if self.frames.receiver_count() == 0 {
            *runs = false;
        }
        !*runs
    }
}

async fn run(context: Arc<Context>) {
    let mut front = context.front.subscribe();
    loop {
        // Before the tab is looked up, so that no change of it is missed.
        front.borrow_and_update();
        let Ok(tab) = context.in_front() else { break };
        let mut events = tab.session.events();
        let ViewportSize { width, height } = context.dress.viewport;
        let shown = width.min(WIDEST);
        let start = json!({
            "format": "jpeg", "quality": QUALITY, "maxWidth": shown,
            "maxHeight": height.saturating_mul(shown) / width.max(1) + 1, "everyNthFrame": 1,
        });
        let ended = show(&context, &tab, &start, &mut events, &mut front).await;
        tab.session.post("Page.stopScreencast", json!({}));
        match ended {
            Ended::NobodyLooks if context.live.stops() => return,
            Ended::NobodyLooks | Ended::Anew => {}
        }
    }
    // The session is lost: the last picture stays with those who have it, and nobody waits for another.
    *context.live.runs.lock().unwrap_or_else(PoisonError::into_inner) = false;
}

/// Asks the browser for pictures until dropped, which is when the first one came. A page that is on its way to another
/// document refuses.
async fn ask(tab: &ChromiumTab, start: &Value) {
    let mut pause = ASKS_AGAIN_AFTER;
    loop {
        let told = tab.session.tell("Page.startScreencast", start.clone(), STARTS_WITHIN).await;
        let at_least = if told.is_ok() { FIRST_WITHIN } else { Duration::ZERO };
        tokio::time::sleep(pause.max(at_least)).await;
        pause = (pause * 2).min(ASKS_AT_LEAST_EVERY);
    }
}

async fn show(
    context: &Context,
    tab: &ChromiumTab,
    start: &Value,
    events: &mut broadcast::Receiver<Event>,
    front: &mut watch::Receiver<String>,
) -> Ended {
    let mut lost = context.lost.subscribe();
    let mut next = Instant::now();
    let mut asking = pin!(ask(tab, start));
    let mut came = false;
    loop {
        let event = tokio::select! {
            () = &mut asking, if !came => continue,
            () = context.live.frames.closed() => return Ended::NobodyLooks,
            Ok(_) = lost.wait_for(Option::is_some) => return Ended::Anew,
            Ok(()) = front.changed() => return Ended::Anew,
            event = events.recv() => event,
        };
        let frame = match event {
            Ok(event) if &*event.method == "Page.screencastFrame" => event.read::<ScreencastFrame>(),
            Ok(_) => None,
            // A picture may be among what was missed, and no other one comes before the word for it.
            Err(RecvError::Lagged(_)) => return Ended::Anew,
            // The tab is gone, and another one is about to come to the front.
            Err(RecvError::Closed) => {
                let _ = tokio::time::timeout(AT_MOST_EVERY, front.changed()).await;
                return Ended::Anew;
            }
        };
        let Some(ScreencastFrame { data, metadata, session_id }) = frame else { continue };
        came = true;
        if let Ok(jpeg) = STANDARD.decode(data) {
            let viewport =
                ViewportSize { width: whole(metadata.device_width), height: whole(metadata.device_height) };
            context.live.frames.send_replace(Some(LiveFrame { jpeg: Bytes::from(jpeg), viewport }));
        }
        // The browser makes no further picture before this word.
        tokio::time::sleep_until(next).await;
        next = Instant::now() + AT_MOST_EVERY;
        tab.session.post("Page.screencastFrameAck", json!({"sessionId": session_id}));
    }
}

fn whole(css_px: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width in pixels")]
    let whole = css_px.clamp(0.0, 100_000.0).round() as u32;
    whole
}
