//! Collects what looks leave behind in a page once nobody has looked at it for a while: some megabytes each, which a page
//! that does nothing itself would keep for long.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;

use crate::cdp::Session;

/// With the rest goes what the browser has made of the scripts, which makes the next look slower by half: who looks every
/// few seconds must not pay for it.
const AFTER: Duration = Duration::from_secs(10);
const WITHIN: Duration = Duration::from_secs(5);

/// What is known of the looks at one page.
#[derive(Debug, Default)]
pub(super) struct Tidying(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last_look: Arc<Mutex<Option<Instant>>>,
    waiting: Option<AbortOnDropHandle<()>>,
}

impl Tidying {
    /// The page was looked at.
    pub(super) fn looked(&self, session: &Session) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state.last_look.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        // Most looks come while the last one's garbage is still waited for, and have nothing more to do.
        if state.waiting.as_ref().is_none_or(AbortOnDropHandle::is_finished) {
            let waiting = tidy(session.clone(), Arc::clone(&state.last_look));
            state.waiting = Some(AbortOnDropHandle::new(tokio::spawn(waiting)));
        }
    }
}

async fn tidy(session: Session, last_look: Arc<Mutex<Option<Instant>>>) {
    let last = || *last_look.lock().unwrap_or_else(PoisonError::into_inner);
    while let Some(looked) = last() {
        sleep_until(looked + AFTER).await;
        if last() != Some(looked) {
            continue;
        }
        if let Err(error) = session.tell("HeapProfiler.collectGarbage", json!({}), WITHIN).await {
            tracing::debug!(%error, "a page was not tidied");
        }
        if last() == Some(looked) {
            return;
        }
    }
}
