//! The task that owns a live session: it alone moves its deadline, uses its page, charges it and ends it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use notex_session::{Charge, Credits, EndReason, Phase};
use notex_wire::{CallKind, EngineEvent, PageAnswer, PageMetadata, SessionAnswer};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::call::{Done, PageCall};
use super::registry::{Ask, Asked, Close};
use crate::browser::{Browser, Page, PageError};
use crate::engine::EngineState;
use crate::holds::Hold;
use crate::ledger::NewEntry;
use crate::refusal::Refused;
use crate::store::{Ended, SessionRecord, StoreError};

/// A page may notice the end of its browser first; for so long the browser's own words are waited for.
const BROWSER_FIRST: Duration = Duration::from_millis(600);
/// How long a page may take to close before it is left to its browser.
const LONGEST_PAGE_CLOSE: Duration = Duration::from_secs(5);

type PageReply = oneshot::Sender<Result<PageAnswer, Refused>>;

/// What becomes of a session that was made for one call, after the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    Stay,
    End,
}

/// A live session.
pub(super) struct Session {
    pub(super) state: Arc<EngineState>,
    record: SessionRecord,
    credits: Credits,
    /// How many minutes were charged. `None`: made for one call that has not succeeded yet, and a call that
    /// fails before it reached its page costs nothing.
    minutes: Option<u64>,
    browser: Arc<dyn Browser>,
    page: Arc<dyn Page>,
    asks: mpsc::Receiver<Ask>,
    closes: mpsc::Receiver<Close>,
}

/// How a session ends, and who waits to hear of it.
struct End {
    ended: Ended,
    browser_lost: bool,
    closer: Option<oneshot::Sender<SessionAnswer>>,
    last: LastCall,
}

/// The call that ended the session or was ended by it.
enum LastCall {
    None,
    Interrupted(Asked),
    Answered(PageReply, Box<PageAnswer>),
    Failed(PageReply, Refused),
}

enum Loss {
    Browser(String),
    Page(String),
}

impl Session {
    pub(super) fn new(
        state: Arc<EngineState>,
        record: SessionRecord,
        browser: Arc<dyn Browser>,
        page: Arc<dyn Page>,
        asks: mpsc::Receiver<Ask>,
        closes: mpsc::Receiver<Close>,
    ) -> Self {
        Self { state, record, credits: Credits::ZERO, minutes: None, browser, page, asks, closes }
    }

    pub(super) fn id(&self) -> &str {
        &self.record.id
    }

    /// From now on its minutes cost, the running one included.
    pub(super) fn meter(&mut self) {
        self.minutes.get_or_insert(0);
    }

    pub(super) fn answer(&self, now: DateTime<Utc>) -> SessionAnswer {
        self.record.answer(self.credits, now)
    }

    /// Gives up a session that could not be written.
    pub(super) async fn abandon(self) {
        self.state.registry.remove(&self.record.id);
        let _ = timeout(LONGEST_PAGE_CLOSE, self.page.close()).await;
    }

    /// Lives until it ends.
    pub(super) async fn live(mut self) {
        let end = self.until_end().await;
        self.finish(end).await;
    }

    /// Lives from the one call it was made for.
    pub(super) async fn live_from_call(mut self, call: PageCall, reply: PageReply, after: After) {
        let end = match self.call(call, reply, Some(after)).await {
            Some(end) => end,
            None => self.until_end().await,
        };
        self.finish(end).await;
    }

    async fn until_end(&mut self) -> End {
        loop {
            let deadline = self.record.life.deadline();
            let wake = deadline.into_iter().chain(self.next_minute()).min();
            let now = tokio::select! {
                biased;
                Some(close) = self.closes.recv() => return self.closed(close, LastCall::None),
                loss = lost(&*self.browser, &*self.page) => return self.lost(loss, LastCall::None),
                Some(ask) = self.asks.recv() => match self.asked(ask).await {
                    Some(end) => return end,
                    None => continue,
                },
                () = self.state.clock.sleep_until(wake) => self.state.clock.now(),
            };
            match self.record.life.phase_at(now) {
                Phase::Over { at, reason } => return End::in_time(at, reason, LastCall::None),
                Phase::Live { .. } => self.charge_minutes(now).await,
            }
        }
    }

    async fn asked(&mut self, ask: Ask) -> Option<End> {
        if let Phase::Over { at, reason } = self.record.life.phase_at(ask.arrived_at) {
            return Some(End::in_time(at, reason, LastCall::Interrupted(ask.what)));
        }
        match ask.what {
            // Nobody waits for the answer any more, and nothing was begun.
            Asked::Call(_, reply) if reply.is_closed() => None,
            Asked::Call(call, reply) => self.call(call, reply, None).await,
            Asked::Extend(reply) => {
                let extended = self.touch().await.map(|now| self.answer(now));
                let _ = reply.send(extended.map_err(Refused::from));
                None
            }
        }
    }

    /// Makes a call, and says how the session ends if it does. `opening` is what becomes of a session that was
    /// made for this call.
    async fn call(&mut self, call: PageCall, reply: PageReply, opening: Option<After>) -> Option<End> {
        let _held = match opening {
            Some(_) => None,
            None => match self.admit(&call).await {
                Ok(held) => Some(held),
                Err(refused) => {
                    let _ = reply.send(Err(refused));
                    return None;
                }
            },
        };
        let (state, browser, page) =
            (Arc::clone(&self.state), Arc::clone(&self.browser), Arc::clone(&self.page));
        let done = {
            let performing = call.perform(&*page, &state.tariff.rates, self.record.screenshot);
            tokio::pin!(performing);
            loop {
                let minute = self.next_minute();
                tokio::select! {
                    biased;
                    Some(close) = self.closes.recv() => {
                        return Some(self.closed(close, LastCall::interrupted(&call, reply)));
                    }
                    loss = lost(&*browser, &*page) => {
                        return Some(self.lost(loss, LastCall::interrupted(&call, reply)));
                    }
                    done = &mut performing => break done,
                    () = state.clock.sleep_until(minute) => self.charge_minutes(state.clock.now()).await,
                }
            }
        };
        match done {
            Ok(done) => self.succeeded(&call, done, reply, opening).await,
            Err(PageError::Lost(why)) => {
                let loss = timeout(BROWSER_FIRST, lost(&*browser, &*page)).await.unwrap_or(Loss::Page(why));
                Some(self.lost(loss, LastCall::interrupted(&call, reply)))
            }
            Err(error) => {
                let refused = Refused::from(error);
                if opening.is_some() {
                    return Some(End::manual(state.clock.now(), None, LastCall::Failed(reply, refused)));
                }
                if let Err(error) = self.touch().await {
                    tracing::error!(%error, session = self.id(), "a deadline was not written");
                }
                let _ = reply.send(Err(refused));
                None
            }
        }
    }

    /// Refuses a call that the plan cannot pay; else the deadline counts from now.
    async fn admit(&mut self, call: &PageCall) -> Result<Hold, Refused> {
        let pictured = call.screenshot().taken(self.record.screenshot);
        let price = self.state.tariff.smallest(call.kind(), pictured);
        let held = self.state.admit(call.kind(), price).await?;
        self.touch().await?;
        Ok(held)
    }

    async fn succeeded(
        &mut self,
        call: &PageCall,
        done: Done,
        reply: PageReply,
        opening: Option<After>,
    ) -> Option<End> {
        let now = self.state.clock.now();
        self.record.life.touch(now);
        self.record.title = Some(done.position.title.clone());
        self.record.url = Some(done.position.url.clone());
        let mut charges = Vec::new();
        if opening.is_some() {
            self.meter();
            charges.push(self.state.tariff.rates.session_minute(1));
        }
        charges.push(done.charge.clone());
        let entry = self.entry(now, call.kind(), done.charge);
        let used = match self.write(now, Some(entry)).await {
            Ok(used) => used,
            Err(error) => {
                let _ = reply.send(Err(error.into()));
                return None;
            }
        };
        let answer = PageAnswer {
            session: self.answer(now),
            metadata: PageMetadata {
                title: done.position.title,
                url: done.position.url,
                timestamp: Some(now),
                viewport: Some(done.position.viewport),
            },
            screenshot: done.screenshot,
            data: done.data,
            space: done.space,
            usage: Some(self.state.tariff.usage(&charges, used)),
        };
        if call.terminates() || opening == Some(After::End) {
            return Some(End::manual(now, None, LastCall::Answered(reply, Box::new(answer))));
        }
        self.state.events.tell(EngineEvent::SessionChanged { session: answer.session.clone() });
        let _ = reply.send(Ok(answer));
        None
    }

    /// The deadline counts from now.
    async fn touch(&mut self) -> Result<DateTime<Utc>, StoreError> {
        let now = self.state.clock.now();
        self.record.life.touch(now);
        self.write(now, None).await?;
        self.state.events.tell(EngineEvent::SessionChanged { session: self.answer(now) });
        Ok(now)
    }

    async fn charge_minutes(&mut self, now: DateTime<Utc>) {
        match self.write(now, None).await {
            Ok(_) => self.state.events.tell(EngineEvent::SessionChanged { session: self.answer(now) }),
            Err(error) => {
                tracing::error!(%error, session = self.id(), "a minute was not charged");
                // Not again before the next one is due: a full disk must not make this a busy loop.
                self.minutes = self.minutes.map(|_| self.record.life.minutes_started(now));
            }
        }
    }

    /// Writes the session as it is, with the minutes due by `now` and one more entry. Answers what is used.
    pub(super) async fn write(
        &mut self,
        now: DateTime<Utc>,
        entry: Option<NewEntry>,
    ) -> Result<Credits, StoreError> {
        let started = self.record.life.minutes_started(now);
        let entries = self.minutes_due(started).into_iter().chain(entry).collect();
        let written = self.state.store.write(self.record.clone(), entries, now).await?;
        self.minutes = self.minutes.map(|charged| charged.max(started));
        self.credits = written.credits;
        let remaining = self.state.tariff.remaining(written.used);
        for entry in written.entries {
            self.state.events.tell(EngineEvent::Charged { entry, remaining });
        }
        Ok(written.used)
    }

    fn minutes_due(&self, started: u64) -> Vec<NewEntry> {
        let Some(charged) = self.minutes else { return Vec::new() };
        (charged + 1..=started)
            .map(|minute| {
                let at = self.record.life.minute_starts_at(minute);
                self.entry(at, CallKind::SessionMinute, self.state.tariff.rates.session_minute(minute))
            })
            .collect()
    }

    fn next_minute(&self) -> Option<DateTime<Utc>> {
        self.minutes.map(|charged| self.record.life.minute_starts_at(charged + 1))
    }

    fn entry(&self, at: DateTime<Utc>, call: CallKind, charge: Charge) -> NewEntry {
        let url = self.record.url.as_deref().and_then(|url| url::Url::parse(url).ok());
        NewEntry { at, call, host: url.and_then(|url| url.host_str().map(str::to_owned)), charge }
    }

    fn closed(&self, close: Close, last: LastCall) -> End {
        let mut end = End::manual(self.state.clock.now(), close.why, last);
        end.closer = close.reply;
        end
    }

    fn lost(&self, loss: Loss, last: LastCall) -> End {
        let (why, browser_lost) = match loss {
            Loss::Browser(why) => (why, true),
            Loss::Page(why) => (why, false),
        };
        let ended = Ended { at: self.state.clock.now(), reason: EndReason::Error, error: Some(why) };
        End { ended, browser_lost, closer: None, last }
    }

    async fn finish(mut self, end: End) {
        let (id, at) = (self.record.id.clone(), end.ended.at);
        tracing::info!(session = id, reason = ?end.ended.reason, error = end.ended.error, "ended");
        self.record.ended = Some(end.ended.clone());
        // The instant before: a minute that would start with the end was never lived.
        let last_lived = (at - chrono::TimeDelta::microseconds(1)).max(self.record.life.created_at());
        if let Err(error) = self.write(last_lived, None).await {
            tracing::error!(%error, session = id, "an end was not written");
        }
        self.state.registry.remove(&id);
        let answer = self.answer(self.state.clock.now());
        self.state.events.tell(EngineEvent::SessionEnded { session: answer.clone() });
        match end.last {
            LastCall::None => {}
            LastCall::Interrupted(asked) => asked.refuse(Refused::ended(&id, &end.ended)),
            LastCall::Answered(reply, mut page_answer) => {
                page_answer.session = answer.clone();
                let _ = reply.send(Ok(*page_answer));
            }
            LastCall::Failed(reply, refused) => {
                let _ = reply.send(Err(refused));
            }
        }
        if !end.browser_lost && timeout(LONGEST_PAGE_CLOSE, self.page.close()).await.is_err() {
            tracing::warn!(session = id, "its page did not close in time");
        }
        if let Some(closer) = end.closer {
            let _ = closer.send(answer);
        }
    }
}

impl End {
    fn in_time(at: DateTime<Utc>, reason: EndReason, last: LastCall) -> Self {
        let ended = Ended { at, reason, error: None };
        Self { ended, browser_lost: false, closer: None, last }
    }

    fn manual(at: DateTime<Utc>, why: Option<String>, last: LastCall) -> Self {
        let ended = Ended { at, reason: EndReason::Manual, error: why };
        Self { ended, browser_lost: false, closer: None, last }
    }
}

impl LastCall {
    fn interrupted(call: &PageCall, reply: PageReply) -> Self {
        Self::Interrupted(Asked::Call(call.clone(), reply))
    }
}

impl Asked {
    fn refuse(self, refused: Refused) {
        match self {
            Self::Call(_, reply) => {
                let _ = reply.send(Err(refused));
            }
            Self::Extend(reply) => {
                let _ = reply.send(Err(refused));
            }
        }
    }
}

async fn lost(browser: &dyn Browser, page: &dyn Page) -> Loss {
    tokio::select! {
        biased;
        why = browser.lost() => Loss::Browser(why),
        why = page.lost() => match timeout(BROWSER_FIRST, browser.lost()).await {
            Ok(why) => Loss::Browser(why),
            Err(_) => Loss::Page(why),
        },
    }
}
