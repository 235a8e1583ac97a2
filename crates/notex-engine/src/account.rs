//! What was charged, and what running calls hold: so that what is spent at once never exceeds what the plan allows, to
//! the last thousandth. The sums are of ledger entries: read at the start, added to with every charge.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use notex_session::{Credits, Spent};
use notex_wire::CallKind;

use crate::engine::EngineState;
use crate::ledger::{Demand, Month, NewEntry, OutOfCredits, Tariff};

/// What was charged and what is held.
#[derive(Debug, Default)]
pub(crate) struct Account {
    books: Arc<Mutex<Books>>,
}

#[derive(Debug, Default)]
struct Books {
    /// Of all days with entries (UTC).
    days: BTreeMap<NaiveDate, Credits>,
    /// By running calls, whenever they will be charged.
    held: Credits,
}

/// What an admitted call costs at least, held until it is settled or dropped.
#[must_use = "the credits are held as long as this lives"]
#[derive(Debug)]
pub(crate) struct Hold {
    books: Arc<Mutex<Books>>,
    price: Credits,
}

/// A call that may be made, and the prices that held when it was admitted: those are what it is charged by.
#[must_use = "the credits are held as long as this lives"]
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) hold: Hold,
    pub(crate) tariff: Arc<Tariff>,
}

impl Books {
    fn of(books: &Mutex<Self>) -> MutexGuard<'_, Self> {
        books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn month(&self, month: Month) -> Credits {
        self.days.range(month.start.date_naive()..month.end.date_naive()).map(|(_, credits)| *credits).sum()
    }

    /// What counts against the limits at `at`, with what is held but for `own`.
    fn spent(&self, at: DateTime<Utc>, own: Credits, session: Credits) -> Spent {
        let held = self.held.less(own);
        let day = self.days.get(&at.date_naive()).copied().unwrap_or_default();
        Spent { month: self.month(Month::of(at)) + held, day: day + held, session }
    }

    fn charge(&mut self, at: DateTime<Utc>, price: Credits) {
        if !price.is_zero() {
            *self.days.entry(at.date_naive()).or_default() += price;
        }
    }
}

impl Account {
    /// An account of the sums of the ledger, by day (UTC).
    pub(crate) fn new(days: BTreeMap<NaiveDate, Credits>) -> Self {
        Self { books: Arc::new(Mutex::new(Books { days, held: Credits::ZERO })) }
    }

    /// What was charged in a month.
    pub(crate) fn used(&self, month: Month) -> Credits {
        Books::of(&self.books).month(month)
    }

    /// Holds the least that a call can cost. `session` is what its session has spent.
    pub(crate) fn hold(
        &self,
        tariff: &Tariff,
        call: CallKind,
        price: Credits,
        session: Credits,
        now: DateTime<Utc>,
    ) -> Result<Hold, OutOfCredits> {
        let mut books = Books::of(&self.books);
        let spent = books.spent(now, Credits::ZERO, session);
        tariff.afford(Demand::Admission(call), price, spent, now)?;
        books.held += price;
        Ok(Hold { books: Arc::clone(&self.books), price })
    }

    /// Charges what was not held: a minute that has begun.
    pub(crate) fn charge(
        &self,
        tariff: &Tariff,
        call: CallKind,
        price: Credits,
        session: Credits,
        at: DateTime<Utc>,
    ) -> Result<(), OutOfCredits> {
        let mut books = Books::of(&self.books);
        tariff.afford(Demand::Admission(call), price, books.spent(at, Credits::ZERO, session), at)?;
        books.charge(at, price);
        Ok(())
    }
}

impl Hold {
    /// What is held.
    pub(crate) fn price(&self) -> Credits {
        self.price
    }

    /// Charges all `entries` in place of what is held, or none: what goes beyond the held price must still be left.
    pub(crate) fn settle(
        mut self,
        tariff: &Tariff,
        call: CallKind,
        entries: &[NewEntry],
        session: Credits,
    ) -> Result<(), OutOfCredits> {
        let total: Credits = entries.iter().map(|entry| entry.charge.total()).sum();
        let shared = Arc::clone(&self.books);
        let mut books = Books::of(&shared);
        if total > self.price {
            for (number, entry) in entries.iter().enumerate() {
                let at = entry.at;
                let before = |counts: &dyn Fn(DateTime<Utc>) -> bool| -> Credits {
                    let before = entries.iter().take(number).filter(|before| counts(before.at));
                    before.map(|before| before.charge.total()).sum()
                };
                let before = Spent {
                    month: before(&|other| Month::of(other) == Month::of(at)),
                    day: before(&|other| other.date_naive() == at.date_naive()),
                    session: before(&|_| true),
                };
                let spent = books.spent(at, self.price, session);
                tariff.afford_part(call, entry.charge.total(), total, [spent, before], at)?;
            }
        }
        // Under the same lock: nobody may find the credits neither held nor charged.
        books.held = books.held.less(std::mem::take(&mut self.price));
        for entry in entries {
            books.charge(entry.at, entry.charge.total());
        }
        Ok(())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if !self.price.is_zero() {
            let mut books = Books::of(&self.books);
            books.held = books.held.less(self.price);
        }
    }
}

impl EngineState {
    /// Admits a call that costs at least what `price` says of the tariff, when its plan can pay it beside all that run.
    pub(crate) fn admit(
        &self,
        call: CallKind,
        price: impl FnOnce(&Tariff) -> Credits,
        session: Credits,
    ) -> Result<Admitted, OutOfCredits> {
        let tariff = self.tariff.current();
        let hold = self.account.hold(&tariff, call, price(&tariff), session, self.clock.now())?;
        Ok(Admitted { hold, tariff })
    }

    /// What is left of the plan's month.
    pub(crate) fn remaining(&self) -> Credits {
        let used = self.account.used(Month::of(self.clock.now()));
        self.tariff.current().plan.credits_per_month.less(used)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use notex_session::{Charge, Plan, RateCard, ScrapeSize};
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn entry(at: DateTime<Utc>, markdown_bytes: u64) -> NewEntry {
        let charge: Charge = RateCard::default().scrape(ScrapeSize { markdown_bytes, images: 0 });
        NewEntry { at, call: CallKind::Scrape, host: None, charge }
    }

    fn allowing(month: u64, day: Option<u64>) -> Tariff {
        let plan = Plan {
            credits_per_month: Credits::from_thousandths(month),
            credits_per_day: day.map(Credits::from_thousandths),
            ..Plan::default()
        };
        Tariff { plan, ..Tariff::default() }
    }

    #[test]
    fn a_settled_call_costs_its_price_and_a_dropped_one_nothing() {
        let (account, tariff, now) = (Account::default(), allowing(10_000, None), at("2026-11-22T12:00:00Z"));
        let hold = |price| account.hold(&tariff, CallKind::Scrape, price, Credits::ZERO, now);
        drop(hold(Credits::whole(10)).unwrap());
        let held = hold(Credits::whole(2)).unwrap();
        assert!(hold(Credits::from_thousandths(8_001)).is_err());
        held.settle(&tariff, CallKind::Scrape, &[entry(now, 20_480)], Credits::ZERO).unwrap();
        assert_eq!(account.used(Month::of(now)), Credits::whole(3));
        assert!(hold(Credits::from_thousandths(7_001)).is_err());
        assert!(hold(Credits::whole(7)).is_ok());
    }

    #[test]
    fn a_call_that_turned_out_dearer_than_what_is_left_is_refused_whole_and_holds_nothing_any_more() {
        let (account, tariff, now) = (Account::default(), allowing(5_000, None), at("2026-11-22T12:00:00Z"));
        let hold = |price| account.hold(&tariff, CallKind::Scrape, price, Credits::ZERO, now);
        let (first, _second) = (hold(Credits::whole(2)).unwrap(), hold(Credits::whole(2)).unwrap());
        let refusal =
            first.settle(&tariff, CallKind::Scrape, &[entry(now, 30_720)], Credits::ZERO).unwrap_err();
        assert!(refusal.to_string().contains("a scrape would cost 4, and 3 of the 5 credits"), "{refusal}");
        assert_eq!(account.used(Month::of(now)), Credits::ZERO);
        assert!(hold(Credits::whole(3)).is_ok());
    }

    #[test]
    fn what_falls_on_both_sides_of_midnight_counts_against_each_day_by_its_part() {
        let (evening, morning) = (at("2026-11-22T23:59:30Z"), at("2026-11-23T00:00:30Z"));
        let tariff = allowing(100_000, Some(2_000));
        let account = Account::new(BTreeMap::new());
        let hold =
            account.hold(&tariff, CallKind::Scrape, Credits::whole(2), Credits::ZERO, evening).unwrap();
        hold.settle(&tariff, CallKind::Scrape, &[entry(evening, 0), entry(morning, 0)], Credits::ZERO)
            .unwrap();
        assert_eq!(account.used(Month::of(evening)), Credits::whole(4));
        let full =
            account.hold(&tariff, CallKind::Step, Credits::from_thousandths(1), Credits::ZERO, morning);
        assert!(full.unwrap_err().to_string().contains("credits_per_day"));
    }

    proptest! {
        // Holds, settlements and charges in any order, of any size: never a thousandth more than the plan.
        #[test]
        fn nothing_is_overspent_whatever_runs_at_once(
            steps in prop::collection::vec((0u8..4, 0u64..4_000, 0u64..60_000), 1..80),
            allowed in 0u64..30_000,
            per_day in 0u64..30_000,
        ) {
            let (account, now) = (Account::default(), at("2026-11-22T12:00:00Z"));
            let tariff = allowing(allowed, Some(per_day));
            let mut holds: HashMap<usize, Hold> = HashMap::new();
            let mut charged = Credits::ZERO;
            for (number, (deed, price, bytes)) in steps.into_iter().enumerate() {
                let price = Credits::from_thousandths(price);
                let oldest = holds.keys().min().copied();
                match (deed, oldest.and_then(|oldest| holds.remove(&oldest))) {
                    (0, _) => {
                        if account.charge(&tariff, CallKind::SessionMinute, price, Credits::ZERO, now).is_ok() {
                            charged += price;
                        }
                    }
                    (1, Some(hold)) => {
                        let entry = entry(now, bytes);
                        let total = entry.charge.total();
                        if hold.settle(&tariff, CallKind::Scrape, &[entry], Credits::ZERO).is_ok() {
                            charged += total;
                        }
                    }
                    (2, hold) => drop(hold),
                    (_, hold) => {
                        holds.extend(hold.map(|hold| (number, hold)));
                        if let Ok(new) = account.hold(&tariff, CallKind::Scrape, price, Credits::ZERO, now) {
                            holds.insert(number + 1_000, new);
                        }
                    }
                }
                let held: Credits = holds.values().map(Hold::price).sum();
                prop_assert_eq!(account.used(Month::of(now)), charged);
                prop_assert!((charged + held).thousandths() <= allowed.min(per_day));
            }
        }
    }
}
