//! What calls may cost and what is left for them: the plan, its rate card, and the month they count for.

use chrono::{DateTime, Datelike, Months, NaiveTime, Utc};
use notex_session::{Charge, Credits, Plan, RateCard, ScrapeSize};
use notex_wire::{CallKind, Usage};

/// The plan and the prices in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tariff {
    pub(crate) plan: Plan,
    pub(crate) rates: RateCard,
}

/// A charge to be entered.
#[derive(Clone, Debug)]
pub(crate) struct NewEntry {
    pub(crate) at: DateTime<Utc>,
    pub(crate) call: CallKind,
    pub(crate) host: Option<String>,
    pub(crate) charge: Charge,
}

/// More is asked for than is left of the plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "out of credits: {what} costs at least {price}, and {remaining} of the {allowed} credits that the plan \
     \"{plan}\" allows until {until} (UTC) remain"
)]
pub(crate) struct OutOfCredits {
    what: &'static str,
    price: Credits,
    remaining: Credits,
    allowed: Credits,
    plan: String,
    until: String,
}

impl Tariff {
    /// What is left when `used` of the plan is.
    pub(crate) fn remaining(&self, used: Credits) -> Credits {
        self.plan.credits_per_month.less(used)
    }

    /// The least that a page call can cost.
    pub(crate) fn smallest(&self, call: CallKind, with_screenshot: bool) -> Credits {
        let charge = match call {
            CallKind::Start => return self.rates.start().total() + self.rates.session_minute(1).total(),
            CallKind::SessionMinute => self.rates.session_minute(1),
            CallKind::Observe if with_screenshot => self.rates.observe_with_screenshot(0),
            CallKind::Observe => self.rates.observe(0),
            CallKind::Step => self.rates.step(),
            CallKind::Scrape => self.rates.scrape(ScrapeSize::default()),
            CallKind::Extend | CallKind::Close => Charge::default(),
        };
        charge.total()
    }

    /// Refuses what costs at least `price` when less than that is left.
    pub(crate) fn afford(
        &self,
        call: CallKind,
        price: Credits,
        used: Credits,
        now: DateTime<Utc>,
    ) -> Result<(), OutOfCredits> {
        let remaining = self.remaining(used);
        if price <= remaining {
            return Ok(());
        }
        Err(OutOfCredits {
            what: article(call),
            price,
            remaining,
            allowed: self.plan.credits_per_month,
            plan: self.plan.name.clone(),
            until: Month::of(now).end.format("%-d %B %Y").to_string(),
        })
    }

    /// What a call cost, in the words of its answer.
    pub(crate) fn usage(&self, charges: &[Charge], used: Credits) -> Usage {
        Usage {
            credits: charges.iter().map(Charge::total).sum(),
            reasons: charges.iter().flat_map(|charge| charge.reasons().iter().cloned()).collect(),
            remaining: self.remaining(used),
        }
    }
}

fn article(call: CallKind) -> &'static str {
    match call {
        CallKind::Start => "starting a session",
        CallKind::SessionMinute => "a session minute",
        CallKind::Observe => "an observe",
        CallKind::Step => "a step",
        CallKind::Scrape => "a scrape",
        CallKind::Extend => "an extend",
        CallKind::Close => "a close",
    }
}

/// A calendar month (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Month {
    /// Its first instant.
    pub(crate) start: DateTime<Utc>,
    /// The first instant of the next.
    pub(crate) end: DateTime<Utc>,
}

impl Month {
    /// The month that `now` is in.
    pub(crate) fn of(now: DateTime<Utc>) -> Self {
        let day = now.date_naive();
        let start = day.with_day(1).unwrap_or(day).and_time(NaiveTime::MIN).and_utc();
        Self { start, end: start.checked_add_months(Months::new(1)).unwrap_or(start) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_goes_from_its_first_instant_to_that_of_the_next() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let month = Month::of(at("2026-12-31T23:59:59.999999Z"));
        assert_eq!((month.start, month.end), (at("2026-12-01T00:00:00Z"), at("2027-01-01T00:00:00Z")));
        assert_eq!(Month::of(month.end).start, month.end);
    }

    #[test]
    fn a_call_that_costs_just_what_is_left_may_be_made_and_a_thousandth_more_may_not() {
        let tariff = Tariff::default();
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        let used = |left: u64| tariff.plan.credits_per_month.less(Credits::from_thousandths(left));
        assert!(tariff.afford(CallKind::Step, Credits::whole(1), used(1000), now).is_ok());
        let refusal = tariff.afford(CallKind::Step, Credits::whole(1), used(999), now).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "out of credits: a step costs at least 1, and 0.999 of the 10000 credits that the plan \"Local\" \
             allows until 1 December 2026 (UTC) remain"
        );
    }
}
