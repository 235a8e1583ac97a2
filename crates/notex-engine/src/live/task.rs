//! The task that owns a live session: it alone moves its deadline, uses its page, charges it (`charging.rs`) and ends
//! it (`end.rs`).

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use notex_session::{Charge, Credits, EndReason, Phase};
use notex_wire::{EngineEvent, SessionAnswer};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::answer::{Answered, CallAnswer, Product, Turn};
use super::call::{Around, Done, PageCall, Reached};
use super::end::{End, LastCall, Loss, lost};
use super::face::Renames;
use super::registry::{Ask, Asked, Close};
use super::running::Running;
use crate::account::Admitted;
use crate::browser::{Browser, Page, PageError};
use crate::engine::EngineState;
use crate::ledger::{self, NewEntry, OutOfCredits};
use crate::refusal::Refused;
use crate::store::{SessionRecord, StoreError};

/// A page may notice the end of its browser first; for so long the browser's own words are waited for.
pub(super) const BROWSER_FIRST: Duration = Duration::from_millis(600);

/// The way back to who made a call: the answer says which call it was and how long it waited.
pub(super) struct PageReply {
    way: oneshot::Sender<Result<Answered, Refused>>,
    arrived_at: DateTime<Utc>,
    turn: Option<Turn>,
}

impl PageReply {
    pub(super) fn new(way: oneshot::Sender<Result<Answered, Refused>>, arrived_at: DateTime<Utc>) -> Self {
        Self { way, arrived_at, turn: None }
    }

    fn begins(&mut self, call: u32, at: DateTime<Utc>) {
        let queued = (at - self.arrived_at).to_std().unwrap_or_default();
        self.turn = Some(Turn { call, queued });
    }

    pub(super) fn is_closed(&self) -> bool {
        self.way.is_closed()
    }

    /// Whoever went away misses it.
    pub(super) fn send(self, answer: Result<CallAnswer, Refused>) {
        let turn = self.turn;
        let told = match answer {
            Ok(body) => Ok(Answered { body, turn }),
            Err(refused) => Err(refused.of(turn)),
        };
        drop(self.way.send(told));
    }
}

/// What becomes of a session that was made for one call, after the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    Stay,
    End,
}

/// The call that a session was made for.
pub(super) struct Opening {
    pub(super) after: After,
    /// Holds the start, the first minute and the call.
    pub(super) admitted: Admitted,
}

/// A live session.
pub(super) struct Session {
    pub(super) state: Arc<EngineState>,
    pub(super) record: SessionRecord,
    /// What it has cost: the sum of its entries, the owed ones included.
    pub(super) credits: Credits,
    /// What the call that runs holds.
    pub(super) held: Credits,
    /// How many minutes were charged. `None`: made for one call that has not succeeded yet, and a call that
    /// fails before it reached its page costs nothing.
    pub(super) minutes: Option<u64>,
    /// Charged and not written yet.
    pub(super) owed: Vec<NewEntry>,
    /// When to try again to write what could not be written.
    pub(super) write_again_at: Option<DateTime<Utc>>,
    pub(super) browser: Arc<dyn Browser>,
    pub(super) page: Arc<dyn Page>,
    /// Its downloads and uploads; gone with it.
    pub(super) folder: Option<TempDir>,
    pub(super) asks: mpsc::Receiver<Ask>,
    pub(super) closes: mpsc::Receiver<Close>,
    pub(super) renames: Renames,
    _happenings: AbortOnDropHandle<()>,
}

impl Session {
    pub(super) fn new(
        state: Arc<EngineState>,
        record: SessionRecord,
        browser: Arc<dyn Browser>,
        page: Arc<dyn Page>,
        folder: TempDir,
        asks: mpsc::Receiver<Ask>,
        closes: mpsc::Receiver<Close>,
    ) -> Self {
        let _happenings = state.events.follow(record.id.clone(), page.happenings());
        state.shelf.enter(&record.id, page.evidence(), state.clock.now());
        let renames = Renames::of(&*page);
        Self {
            state,
            record,
            credits: Credits::ZERO,
            held: Credits::ZERO,
            minutes: None,
            owed: Vec::new(),
            write_again_at: None,
            browser,
            page,
            folder: Some(folder),
            asks,
            closes,
            renames,
            _happenings,
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.record.id
    }

    pub(super) fn answer(&self, now: DateTime<Utc>) -> SessionAnswer {
        self.record.answer(self.credits, now)
    }

    /// Lives until it ends.
    pub(super) async fn live(mut self) {
        let end = self.until_end().await;
        self.finish(end).await;
    }

    /// Lives from the one call it was made for.
    pub(super) async fn live_from_call(mut self, call: PageCall, reply: PageReply, opening: Opening) {
        let end = match self.call(call, reply, Some(opening)).await {
            Some(end) => end,
            None => self.until_end().await,
        };
        self.finish(end).await;
    }

    async fn until_end(&mut self) -> End {
        loop {
            let deadline = self.record.life.deadline();
            let wake = deadline.into_iter().chain(self.next_charge()).min();
            let now = tokio::select! {
                biased;
                Some(close) = self.closes.recv() => return self.closed(close, LastCall::None),
                loss = lost(&*self.browser, &*self.page) => return self.lost(loss, LastCall::None),
                Some(ask) = self.asks.recv() => match self.asked(ask).await {
                    Some(end) => return end,
                    None => continue,
                },
                face = self.renames.next() => {
                    self.renamed(face).await;
                    continue;
                }
                () = self.state.clock.sleep_until(wake) => self.state.clock.now(),
            };
            match self.record.life.phase_at(now) {
                Phase::Over { at, reason } => return End::in_time(at, reason, LastCall::None),
                Phase::Live { .. } => {
                    if let Some(ended) = self.time_came(now).await {
                        return End::unpaid(ended, LastCall::None);
                    }
                }
            }
        }
    }

    async fn asked(&mut self, ask: Ask) -> Option<End> {
        if let Phase::Over { at, reason } = self.record.life.phase_at(ask.arrived_at) {
            return Some(End::in_time(at, reason, LastCall::Unbegun(ask)));
        }
        // The idle timeout has waited for the calls before this one; the longest life waits for nobody.
        if let Some(at) = self.record.life.latest_end().filter(|at| *at <= self.state.clock.now()) {
            return Some(End::in_time(at, EndReason::MaxDuration, LastCall::Unbegun(ask)));
        }
        match ask.what {
            // Nobody waits for the answer any more, and nothing was begun.
            Asked::Call(_, reply) if reply.is_closed() => None,
            Asked::Call(call, reply) => self.call(*call, reply, None).await,
            Asked::Extend(reply) => {
                let extended = self.touch().await.map(|now| self.answer(now));
                let _ = reply.send(extended.map_err(Refused::from));
                None
            }
        }
    }

    /// Makes a call, and says how the session ends if it does. `opening` is there when the session was made for this
    /// call.
    async fn call(&mut self, call: PageCall, mut reply: PageReply, opening: Option<Opening>) -> Option<End> {
        let (admitted, after) = match opening {
            Some(Opening { after, admitted }) => (admitted, Some(after)),
            None => match self.admit(&call).await {
                Ok(admitted) => (admitted, None),
                Err(refused) => {
                    reply.send(Err(refused));
                    return None;
                }
            },
        };
        // Who only looks where a session can be watched makes no call that anybody wants to see.
        let told = call.is_use().then(|| call.kind());
        let evidence = self.page.evidence();
        let number = told.map(|_| evidence.begin(self.state.clock.now()));
        if let Some(number) = number {
            reply.begins(number, self.state.clock.now());
        }
        let running = Running::begin(&self.state, self.id(), told, number);
        self.held = admitted.hold.price();
        let tariff = Arc::clone(&admitted.tariff);
        let (state, browser, page) =
            (Arc::clone(&self.state), Arc::clone(&self.browser), Arc::clone(&self.page));
        let (began, reached) = (state.clock.now(), Reached::default());
        let folder = state.files.join(self.id());
        let done = {
            let pictured = self.record.screenshot;
            let around = Around { rates: &tariff.rates, pictured, folder: &folder, reached: &reached };
            let performing = call.perform(&*page, around);
            tokio::pin!(performing);
            loop {
                let latest = self.record.life.latest_end();
                let wake = latest.into_iter().chain(self.next_charge()).min();
                tokio::select! {
                    biased;
                    Some(close) = self.closes.recv() => {
                        break Err(self.closed(close, LastCall::None));
                    }
                    loss = lost(&*browser, &*page) => {
                        break Err(self.lost(loss, LastCall::None));
                    }
                    done = &mut performing => break Ok(done),
                    () = state.clock.sleep_until(wake) => {
                        let now = state.clock.now();
                        if let Some(at) = latest.filter(|at| *at <= now) {
                            break Err(End::in_time(at, EndReason::MaxDuration, LastCall::None));
                        }
                        if let Some(ended) = self.time_came(now).await {
                            break Err(End::unpaid(ended, LastCall::None));
                        }
                    }
                }
            }
        };
        if number.is_some() {
            evidence.end(state.clock.now());
        }
        let done = match done {
            Ok(Err(PageError::Lost(why))) => {
                let loss = timeout(BROWSER_FIRST, lost(&*browser, &*page)).await.unwrap_or(Loss::Page(why));
                Err(self.lost(loss, LastCall::None))
            }
            other => other,
        };
        match done {
            Ok(Ok(done)) => self.succeeded(&call, began, done, (reply, running), admitted, after).await,
            Ok(Err(error)) => {
                let (mut refused, mut cost) = (Refused::from(error), Credits::ZERO);
                if let Some(charge) = reached.take()
                    && let Some(price) = self.charge_reached(&call, charge, admitted, after)
                {
                    refused = refused.noting(&format!("the step was done before that, and cost {price}"));
                    cost = price;
                }
                self.held = Credits::ZERO;
                running.failed(&refused, cost);
                if after.is_some() {
                    return Some(End::manual(state.clock.now(), None, LastCall::Failed(reply, refused)));
                }
                if call.is_use()
                    && let Err(error) = self.touch_for_good().await
                {
                    tracing::error!(%error, session = self.id(), "a deadline was not written");
                }
                reply.send(Err(refused));
                None
            }
            Err(mut end) => {
                let charge = reached.take();
                let cost = charge.and_then(|charge| self.charge_reached(&call, charge, admitted, after));
                running.interrupted(cost.unwrap_or(Credits::ZERO));
                self.held = Credits::ZERO;
                end.last = LastCall::Interrupted(reply);
                Some(end)
            }
        }
    }

    /// Refuses a call that the plan cannot pay or the store cannot keep; else the deadline counts from now.
    async fn admit(&mut self, call: &PageCall) -> Result<Admitted, Refused> {
        let pictured = call.screenshot().taken(self.record.screenshot);
        let (kind, credits) = (call.charged_as(), self.credits);
        let admitted = self.state.admit(kind, |tariff| call.least(tariff, pictured), credits)?;
        if !call.is_use() {
            return Ok(admitted);
        }
        // What does nothing to anybody is written once, with what it costs, unless that is known to fail.
        if call.only_looks() && self.write_again_at.is_none() {
            let now = self.state.clock.now();
            self.record.life.touch(now);
            self.note_unwritten();
            self.state.events.tell(EngineEvent::SessionChanged { session: self.answer(now) });
        } else {
            self.touch().await?;
        }
        Ok(admitted)
    }

    async fn succeeded(
        &mut self,
        call: &PageCall,
        began: DateTime<Utc>,
        done: Done,
        (reply, running): (PageReply, Running),
        admitted: Admitted,
        after: Option<After>,
    ) -> Option<End> {
        let now = self.state.clock.now();
        if call.is_use() {
            self.record.life.touch(now);
        }
        if let Some(position) = done.product.position() {
            self.record.title = Some(position.title.clone());
            self.record.url = Some(position.url.clone());
        }
        let cost = done.charge.total();
        let settled = self.settle(now, call.charged_as(), done.charge, admitted, after);
        self.held = Credits::ZERO;
        // Whoever is answered and asks for the ledger finds the call in it.
        let writing = self.begin_writing();
        let end = self.answered(
            call,
            done.product,
            (began, now),
            settled.map(|charges| (charges, cost)),
            (reply, running),
            after,
        );
        // Who called is answered first: what was noted is found in any case.
        tokio::task::yield_now().await;
        match self.written(writing, now).await {
            Ok(entries) => self.tell_charged(entries),
            // It was done and is charged: its entries are owed, and written as soon as that can be.
            Err(error) => tracing::error!(%error, session = self.id(), "a call was not written"),
        }
        end
    }

    /// Answers a call that was done and is being written.
    fn answered(
        &mut self,
        call: &PageCall,
        product: Product,
        (began, now): (DateTime<Utc>, DateTime<Utc>),
        settled: Result<(Vec<Charge>, Credits), OutOfCredits>,
        (reply, running): (PageReply, Running),
        after: Option<After>,
    ) -> Option<End> {
        let (charges, cost) = match settled {
            Ok(settled) => settled,
            Err(unpaid) => {
                let refused = Refused::from(unpaid);
                running.failed(&refused, Credits::ZERO);
                if after.is_some() {
                    return Some(End::manual(now, None, LastCall::Failed(reply, refused)));
                }
                self.state.events.tell(EngineEvent::SessionChanged { session: self.answer(now) });
                reply.send(Err(refused));
                return None;
            }
        };
        running.succeeded(cost);
        let session = self.answer(now);
        let usage = ledger::usage(charges.iter(), self.state.remaining());
        let answer = product.into_answer(session.clone(), (began, now), usage);
        if call.terminates() || after == Some(After::End) {
            return Some(End::manual(now, None, LastCall::Answered(reply, Box::new(answer))));
        }
        if call.is_use() {
            self.state.events.tell(EngineEvent::SessionChanged { session });
        }
        reply.send(Ok(answer));
        None
    }

    /// The deadline counts from now, or stays where it is when that cannot be written.
    async fn touch(&mut self) -> Result<DateTime<Utc>, StoreError> {
        let (before, now) = (self.record.life, self.state.clock.now());
        self.record.life.touch(now);
        if let Err(error) = self.write(now).await {
            self.record.life = before;
            self.note_unwritten();
            return Err(error);
        }
        self.state.events.tell(EngineEvent::SessionChanged { session: self.answer(now) });
        Ok(now)
    }

    /// The deadline counts from now, whether that can be written yet or not.
    async fn touch_for_good(&mut self) -> Result<(), StoreError> {
        let now = self.state.clock.now();
        self.record.life.touch(now);
        self.write(now).await?;
        self.state.events.tell(EngineEvent::SessionChanged { session: self.answer(now) });
        Ok(())
    }
}
