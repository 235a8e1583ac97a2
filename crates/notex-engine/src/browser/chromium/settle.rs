//! Waits, bounded, for what an act caused: another page, what it asked its server for, and changes of the page. What
//! the page does anyway is not waited for.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::time::Instant;

use super::frames::Frame;
use super::navigate::Following;
use super::tab::ChromiumTab;
use crate::browser::PageError;
use crate::cdp::Event;

/// What counts as quiet.
const QUIET: Duration = Duration::from_millis(25);
/// How long a page may go on changing after an act.
const CHANGES_WITHIN: Duration = Duration::from_millis(1_000);
/// How long what an act asked a server for is waited for.
const ANSWERED_WITHIN: Duration = Duration::from_millis(2_500);
/// What is asked for so soon before the last answer was seen came of it.
const LEADS_ON_WITHIN: Duration = Duration::from_millis(60);
/// How often one answer may lead to the next question.
const MOST_ROUNDS: usize = 6;
/// How long the rest of a page that can already be read is waited for.
const FINISHES_WITHIN: Duration = Duration::from_millis(3_000);

/// Where the page is looked at, and how long it may take to begin.
pub(super) struct Rest {
    pub(super) frame: Frame,
    pub(super) grace: Duration,
}

#[derive(Deserialize)]
struct Rested {
    /// Something changed that did not change before the act.
    changed: bool,
}

impl ChromiumTab {
    /// After something that has no element of its own.
    pub(super) async fn settle_page(&self, events: &mut Receiver<Event>) -> Result<(), PageError> {
        let rest = Rest { frame: self.main_frame(), grace: Duration::from_millis(150) };
        self.settle(events, &rest).await
    }

    /// Before something that has no element of its own: what changes anyway is known then.
    pub(super) async fn watch_page(&self) {
        if let Err(error) = self.ask::<serde::de::IgnoredAny>("looking at the page", "watchPage()").await {
            tracing::debug!(%error, "a page was not looked at before a step");
        }
    }

    /// Waits, bounded, for what an act caused.
    pub(super) async fn settle(&self, events: &mut Receiver<Event>, rest: &Rest) -> Result<(), PageError> {
        let mut following = Following::new(&self.target_id).knowing(self.background());
        let began = Instant::now();
        let mut waited_for: HashSet<String> = HashSet::new();
        let mut grace = rest.grace;
        for _ in 0..MOST_ROUNDS {
            let question =
                format!("rest({}, {}, {})", QUIET.as_millis(), grace.as_millis(), CHANGES_WITHIN.as_millis());
            let rested = tokio::select! {
                navigates = following.until(events, began + ANSWERED_WITHIN, |f| f.started) => {
                    if navigates { break }
                    return Ok(());
                }
                rested = self.ask_in::<Rested>(
                    &rest.frame, "waiting for the page to rest", &question, self.setup.patience.answer,
                ) => rested,
            };
            match rested {
                Ok(Rested { changed }) => {
                    self.touched.fetch_or(changed, Ordering::Relaxed);
                }
                // A page that hangs after an act is told by the next call; the act itself was done.
                Err(PageError::TimedOut { .. } | PageError::Browser { .. }) => return Ok(()),
                Err(PageError::NotOperable(_)) if self.is_gone() => return Ok(()),
                Err(other) => return Err(other),
            }
            following.until(events, Instant::now(), |_| false).await;
            if following.started {
                break;
            }
            // Asked for by what was done, or by what came of it; what is asked for while that is waited for is not.
            let caused: HashSet<String> =
                following.requests.keys().filter(|id| !waited_for.contains(*id)).cloned().collect();
            if caused.is_empty() || began.elapsed() > ANSWERED_WITHIN {
                return Ok(());
            }
            let answered = |f: &Following| f.started || !caused.iter().any(|id| f.requests.contains_key(id));
            if !following.until(events, began + ANSWERED_WITHIN, answered).await {
                return Ok(());
            }
            // An answer leads to the next question at once.
            let before = Instant::now().checked_sub(LEADS_ON_WITHIN).unwrap_or(began);
            let asked = following.requests.iter().filter(|(_, asked)| **asked < before);
            waited_for = asked.map(|(id, _)| id.clone()).collect();
            grace = QUIET;
        }
        if !following.started {
            return Ok(());
        }
        let deadline = Instant::now() + self.setup.patience.load;
        following.until(events, deadline, |f| f.readable || f.finished && !f.loading).await;
        let finishes = deadline.min(Instant::now() + FINISHES_WITHIN);
        following.until(events, finishes, |f| f.finished && !f.loading).await;
        Ok(())
    }
}
