//! How a session is charged: what it owes for calls and minutes, and how that is written.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use notex_session::{Charge, Credits, EndReason};
use notex_wire::{CallKind, EngineEvent, LedgerEntry};

use super::call::PageCall;
use super::task::{After, Session};
use crate::account::Admitted;
use crate::ledger::{NewEntry, OutOfCredits};
use crate::store::{Ended, StoreError};

/// When the disk is full, it is asked again after so long.
const WRITE_AGAIN: Duration = Duration::from_secs(5);

/// What is being written.
#[must_use = "what could not be written is still owed"]
pub(super) struct Writing {
    owed: Vec<NewEntry>,
    deadline: Option<DateTime<Utc>>,
    ending: BoxFuture<'static, Result<Vec<LedgerEntry>, StoreError>>,
}

impl Session {
    /// Charges a call that was done, in place of what it held; for a session that was made for it, its start and
    /// minutes too. All or nothing. Answers what was charged.
    pub(super) fn settle(
        &mut self,
        now: DateTime<Utc>,
        call: CallKind,
        charge: Charge,
        admitted: Admitted,
        after: Option<After>,
    ) -> Result<Vec<Charge>, OutOfCredits> {
        let Admitted { hold, tariff } = admitted;
        let mut entries = Vec::new();
        let mut minutes = self.minutes;
        if after.is_some() {
            let (begun, started) = (self.record.life.created_at(), self.record.life.minutes_started(now));
            entries.push(self.entry(begun, CallKind::Start, tariff.rates.start()));
            entries.extend((1..=started).map(|minute| {
                let at = self.record.life.minute_starts_at(minute);
                self.entry(at, CallKind::SessionMinute, tariff.rates.session_minute(minute))
            }));
            minutes = Some(started);
        }
        entries.push(self.entry(now, call, charge));
        hold.settle(&tariff, call, &entries, self.credits)?;
        self.minutes = minutes;
        let charges = entries.iter().map(|entry| entry.charge.clone()).collect();
        self.owe(entries);
        Ok(charges)
    }

    /// Charges what a call had done before it failed or was interrupted. `None` when it cannot be paid.
    pub(super) fn charge_reached(
        &mut self,
        call: &PageCall,
        charge: Charge,
        admitted: Admitted,
        after: Option<After>,
    ) -> Option<Credits> {
        let price = charge.total();
        self.settle(self.state.clock.now(), call.charged_as(), charge, admitted, after).ok().map(|_| price)
    }

    /// Charges the minutes that have started by `until`. When one cannot be paid, it says how the session ended: it
    /// did not live into that minute.
    pub(super) fn charge_minutes(&mut self, until: DateTime<Utc>) -> Option<Ended> {
        let charged = self.minutes?;
        let tariff = self.state.tariff.current();
        for minute in charged + 1..=self.record.life.minutes_started(until) {
            let at = self.record.life.minute_starts_at(minute);
            let charge = tariff.rates.session_minute(minute);
            let spent = self.credits + self.held;
            let paid = self.state.account.charge(&tariff, CallKind::SessionMinute, charge.total(), spent, at);
            if let Err(out) = paid {
                return Some(Ended { at, reason: EndReason::Error, error: Some(out.to_string()) });
            }
            self.minutes = Some(minute);
            let entry = self.entry(at, CallKind::SessionMinute, charge);
            self.owe(vec![entry]);
        }
        None
    }

    /// Does what is due besides calls and deadlines: charges minutes, and writes what could not be written before.
    pub(super) async fn time_came(&mut self, now: DateTime<Utc>) -> Option<Ended> {
        let ended = self.charge_minutes(now);
        let again = self.write_again_at.is_some_and(|at| at <= now);
        if ended.is_none() && (again || !self.owed.is_empty()) {
            match self.write(now).await {
                Ok(()) => self.state.events.tell(EngineEvent::SessionChanged { session: self.answer(now) }),
                Err(error) => tracing::error!(%error, session = self.id(), "a minute was not written"),
            }
        }
        ended
    }

    /// When [`Self::time_came`] has something to do next.
    pub(super) fn next_charge(&self) -> Option<DateTime<Utc>> {
        let minute = self.minutes.map(|charged| self.record.life.minute_starts_at(charged + 1));
        minute.into_iter().chain(self.write_again_at).min()
    }

    /// Writes the session as it is, with all that it owes.
    pub(super) async fn write(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let entries = self.put(now).await?;
        self.tell_charged(entries);
        Ok(())
    }

    pub(super) async fn put(&mut self, now: DateTime<Utc>) -> Result<Vec<LedgerEntry>, StoreError> {
        let writing = self.begin_writing();
        self.written(writing, now).await
    }

    /// Notes the session as it is, with all that it owes: whoever asks the store from now on is answered with it. It is
    /// written, and how that ends is known, with [`Self::written`].
    pub(super) fn begin_writing(&mut self) -> Writing {
        self.record.traffic = self.page.traffic();
        let owed = std::mem::take(&mut self.owed);
        let ending = self.state.store.write(self.record.clone(), owed.clone());
        Writing { owed, deadline: self.record.life.deadline(), ending }
    }

    pub(super) async fn written(
        &mut self,
        Writing { mut owed, deadline, ending }: Writing,
        now: DateTime<Utc>,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        match ending.await {
            Ok(entries) => {
                self.write_again_at = None;
                self.state.registry.written(self.id(), deadline);
                Ok(entries)
            }
            Err(error) => {
                owed.append(&mut self.owed);
                self.owed = owed;
                self.write_again_at = Some(now + WRITE_AGAIN);
                self.note_unwritten();
                Err(error)
            }
        }
    }

    pub(super) fn tell_charged(&self, entries: Vec<LedgerEntry>) {
        let remaining = self.state.remaining();
        for entry in entries {
            self.state.events.tell(EngineEvent::Charged { entry, remaining });
        }
    }

    /// Until it is written, answers come from memory.
    pub(super) fn note_unwritten(&self) {
        self.state.registry.note_unwritten(self.record.clone(), self.credits);
    }

    pub(super) fn owe(&mut self, entries: Vec<NewEntry>) {
        let priced = entries.into_iter().filter(|entry| !entry.charge.total().is_zero());
        for entry in priced {
            self.credits += entry.charge.total();
            self.owed.push(entry);
        }
    }

    pub(super) fn entry(&self, at: DateTime<Utc>, call: CallKind, charge: Charge) -> NewEntry {
        let url = self.record.url.as_deref().and_then(|url| url::Url::parse(url).ok());
        NewEntry { at, call, host: url.and_then(|url| url.host_str().map(str::to_owned)), charge }
    }
}
