//! A page that gets another title or address between calls: a person acts on it, or its own script does. That is told,
//! and moves no deadline.

use std::time::Duration;

use notex_wire::EngineEvent;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::task::Session;
use crate::browser::{Face, Page};

/// A page that renames itself in a loop is told no oftener than this; the last face always is.
const AT_MOST_EVERY: Duration = Duration::from_millis(400);

/// The faces of a page, as they change.
pub(super) struct Renames {
    faces: watch::Receiver<Face>,
    not_before: Instant,
}

impl Renames {
    pub(super) fn of(page: &dyn Page) -> Self {
        Self { faces: page.face(), not_before: Instant::now() }
    }

    /// The next face. Nothing is lost when this is dropped before it is there.
    pub(super) async fn next(&mut self) -> Face {
        sleep_until(self.not_before).await;
        if self.faces.changed().await.is_err() {
            // The page is gone, which is told elsewhere.
            std::future::pending::<()>().await;
        }
        self.not_before = Instant::now() + AT_MOST_EVERY;
        self.faces.borrow_and_update().clone()
    }
}

impl Session {
    pub(super) async fn renamed(&mut self, face: Face) {
        let Face { title, url } = face;
        let record = &mut self.record;
        if record.title.as_ref() == Some(&title) && record.url.as_ref() == Some(&url) {
            return;
        }
        (record.title, record.url) = (Some(title), Some(url));
        let now = self.state.clock.now();
        if let Err(error) = self.write(now).await {
            tracing::error!(%error, session = self.id(), "a page's new address was not written");
        }
        self.state.events.tell(EngineEvent::SessionChanged { session: self.answer(now) });
    }
}
