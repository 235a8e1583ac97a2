//! How a session ends, and who is told.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use notex_session::EndReason;
use notex_wire::{EngineEvent, SessionAnswer};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::answer::CallAnswer;
use super::registry::{Ask, Asked, Close};
use super::task::{BROWSER_FIRST, PageReply, Session};
use crate::browser::{Browser, Page};
use crate::files;
use crate::refusal::Refused;
use crate::store::Ended;

/// How long a page may take to close before it is left to its browser.
const LONGEST_PAGE_CLOSE: Duration = Duration::from_secs(5);

/// How a session ends, and who waits to hear of it.
pub(super) struct End {
    pub(super) ended: Ended,
    pub(super) last: LastCall,
    browser_lost: bool,
    closer: Option<oneshot::Sender<SessionAnswer>>,
}

/// The call that ended the session or was ended by it.
pub(super) enum LastCall {
    None,
    /// It ran.
    Interrupted(PageReply),
    /// It was still waiting.
    Unbegun(Ask),
    Answered(PageReply, Box<CallAnswer>),
    Failed(PageReply, Refused),
}

pub(super) enum Loss {
    Browser(String),
    Page(String),
}

impl Session {
    pub(super) fn closed(&self, close: Close, last: LastCall) -> End {
        let ended = Ended { at: self.state.clock.now(), reason: close.reason, error: close.why };
        End { ended, last, browser_lost: false, closer: close.reply }
    }

    pub(super) fn lost(&self, loss: Loss, last: LastCall) -> End {
        let (why, browser_lost) = match loss {
            Loss::Browser(why) => (why, true),
            Loss::Page(why) => (why, false),
        };
        let ended = Ended { at: self.state.clock.now(), reason: EndReason::Error, error: Some(why) };
        End { ended, browser_lost, closer: None, last }
    }

    /// Gives up a session that could not be written.
    pub(super) async fn abandon(mut self) {
        self.state.registry.remove(&self.record.id);
        self.state.registry.written(&self.record.id, None);
        self.state.shelf.end(&self.record.id, self.state.clock.now());
        let _ = timeout(LONGEST_PAGE_CLOSE, self.page.close()).await;
        self.forget_folder().await;
    }

    async fn forget_folder(&mut self) {
        if let Some(folder) = self.folder.take() {
            files::forget(folder).await;
        }
    }

    pub(super) async fn finish(mut self, end: End) {
        let End { mut ended, last, browser_lost, closer } = end;
        let id = self.record.id.clone();
        // The instant before: a minute that would start with the end was never lived.
        let last_lived = (ended.at - TimeDelta::microseconds(1)).max(self.record.life.created_at());
        if let Some(unpaid) = self.charge_minutes(last_lived) {
            ended = unpaid;
        }
        tracing::info!(session = id, reason = ?ended.reason, error = ended.error, "ended");
        self.record.ended = Some(ended.clone());
        self.record.traffic = self.page.traffic();
        // Somebody who waits is told what is on the disk; nobody waits for a deadline, and it is not to wait for a disk.
        let waited_for = closer.is_some() || !matches!(last, LastCall::None);
        if waited_for {
            self.write_end().await;
        } else {
            self.note_unwritten();
        }
        self.state.registry.remove(&id);
        self.state.shelf.end(&id, self.state.clock.now());
        let answer = self.answer(self.state.clock.now());
        self.state.events.tell(EngineEvent::SessionEnded { session: answer.clone() });
        match last {
            LastCall::None => {}
            LastCall::Interrupted(reply) => {
                reply.send(Err(Refused::ended(&id, &ended)));
            }
            LastCall::Unbegun(ask) => ask.refuse(&id, &ended),
            LastCall::Answered(reply, call_answer) => {
                reply.send(Ok(call_answer.with_session(answer.clone())));
            }
            LastCall::Failed(reply, refused) => reply.send(Err(refused)),
        }
        self.asks.close();
        while let Ok(ask) = self.asks.try_recv() {
            ask.refuse(&id, &ended);
        }
        // Who else wanted to close it hears how it ended, and does not wait for a full disk.
        self.closes.close();
        while self.closes.try_recv().is_ok() {}
        let (page, folder) = (Arc::clone(&self.page), self.folder.take());
        let closing = async {
            if !browser_lost && timeout(LONGEST_PAGE_CLOSE, page.close()).await.is_err() {
                tracing::warn!(session = id, "its page did not close in time");
            }
            if let Some(folder) = folder {
                files::forget(folder).await;
            }
            if let Some(closer) = closer {
                let _ = closer.send(answer);
            }
        };
        let writing = async {
            if !waited_for {
                self.write_end().await;
            }
        };
        tokio::join!(closing, writing);
        self.write_in_the_end().await;
    }

    async fn write_end(&mut self) {
        if let Err(error) = self.write(self.state.clock.now()).await {
            tracing::error!(%error, session = self.id(), "an end was not written");
        }
    }

    /// Writes an end that could not be written when it came; gives up only with the engine.
    async fn write_in_the_end(mut self) {
        while let Some(at) = self.write_again_at {
            tokio::select! {
                () = self.state.clock.sleep_until(Some(at)) => {}
                () = self.state.registry.stopping() => {
                    if let Err(error) = self.write(self.state.clock.now()).await {
                        tracing::error!(%error, session = self.id(), "an end was never written");
                    }
                    return;
                }
            }
            // Whether it worked can be seen from whether there is to be another time.
            let _ = self.write(self.state.clock.now()).await;
        }
    }
}

impl End {
    pub(super) fn in_time(at: DateTime<Utc>, reason: EndReason, last: LastCall) -> Self {
        Self::unpaid(Ended { at, reason, error: None }, last)
    }

    /// The next minute could not be paid.
    pub(super) fn unpaid(ended: Ended, last: LastCall) -> Self {
        Self { ended, browser_lost: false, closer: None, last }
    }

    pub(super) fn manual(at: DateTime<Utc>, why: Option<String>, last: LastCall) -> Self {
        Self::unpaid(Ended { at, reason: EndReason::Manual, error: why }, last)
    }
}

impl Ask {
    /// Tells a call that was never begun. One that waited until the session's longest life was over is told to come
    /// earlier; any other, how the session ended.
    fn refuse(self, id: &str, ended: &Ended) {
        let waited = ended.reason == EndReason::MaxDuration && self.arrived_at < ended.at;
        let refused = if waited { Refused::waited_too_long(id, ended.at) } else { Refused::ended(id, ended) };
        match self.what {
            Asked::Call(_, reply) => reply.send(Err(refused)),
            Asked::Extend(reply) => {
                let _ = reply.send(Err(refused));
            }
        }
    }
}

/// Waits until the browser or the page is lost.
pub(super) async fn lost(browser: &dyn Browser, page: &dyn Page) -> Loss {
    tokio::select! {
        biased;
        why = browser.lost() => Loss::Browser(why),
        why = page.lost() => match timeout(BROWSER_FIRST, browser.lost()).await {
            Ok(why) => Loss::Browser(why),
            Err(_) => Loss::Page(why),
        },
    }
}
