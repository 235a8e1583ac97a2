//! What calls may cost and what is left for them: the plan, its rate card, and the month they count for.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};
use notex_session::{Charge, Credits, Limit, OverLimit, Plan, RateCard, ScrapeSize, Spent};
use notex_wire::{CallKind, Usage};
use serde::{Deserialize, Serialize};

/// The plan and the prices in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
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

/// What credits are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// The least that something can cost, before it is done.
    Admission(CallKind),
    /// All that a call costs, once that is known.
    Whole(CallKind),
}

/// More is asked for than a rule of the plan leaves.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub(crate) struct OutOfCredits {
    demand: Demand,
    price: Credits,
    over: OverLimit,
    plan: String,
    at: DateTime<Utc>,
}

impl OutOfCredits {
    /// What programs tell apart: the plan is used up, or one of its other rules.
    pub(crate) fn code(&self) -> &'static str {
        match self.over.limit {
            Limit::Month => "out_of_credits",
            Limit::Day | Limit::Session => "over_budget",
        }
    }

    fn sentence(&self) -> String {
        let OverLimit { limit, allowed, remaining } = self.over;
        let (plan, price) = (&self.plan, self.price);
        let demand = match self.demand {
            Demand::Admission(call) => format!("{} costs at least {price}", article(call)),
            Demand::Whole(call) => format!("{} would cost {price}", article(call)),
        };
        let written = |day: NaiveDate| day.format("%-d %B %Y").to_string();
        let (what, rule, until) = match limit {
            Limit::Month => {
                let until = written(Month::of(self.at).end.date_naive());
                ("out of credits", "credits_per_month", format!(" until {until} (UTC)"))
            }
            Limit::Day => {
                let tomorrow = self.at.date_naive().succ_opt().unwrap_or(NaiveDate::MAX);
                ("over the day's budget", "credits_per_day", format!(" until {} (UTC)", written(tomorrow)))
            }
            Limit::Session => ("over the session's budget", "credits_per_session", String::new()),
        };
        let uncharged = match self.demand {
            Demand::Admission(_) => "",
            Demand::Whole(_) => "; nothing was charged",
        };
        format!(
            "{what}: {demand}, and {remaining} of the {allowed} credits that the plan \"{plan}\" allows{until} remain \
             ({rule}){uncharged}"
        )
    }
}

impl Tariff {
    /// What is left when `used` of the plan's month is.
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

    /// Refuses what costs `price` when a rule of the plan leaves less than that.
    pub(crate) fn afford(
        &self,
        demand: Demand,
        price: Credits,
        spent: Spent,
        at: DateTime<Utc>,
    ) -> Result<(), OutOfCredits> {
        self.plan.allows(price, spent).map_err(|over| self.refusal(demand, price, over, at))
    }

    /// Refuses a call that costs `total` for one `part` of it: `spent` is what others spent, `before` what the parts
    /// before this one do.
    pub(crate) fn afford_part(
        &self,
        call: CallKind,
        part: Credits,
        total: Credits,
        [spent, before]: [Spent; 2],
        at: DateTime<Utc>,
    ) -> Result<(), OutOfCredits> {
        let both = Spent {
            month: spent.month + before.month,
            day: spent.day + before.day,
            session: spent.session + before.session,
        };
        self.plan.allows(part, both).map_err(|mut over| {
            over.remaining += match over.limit {
                Limit::Month => before.month,
                Limit::Day => before.day,
                Limit::Session => before.session,
            };
            self.refusal(Demand::Whole(call), total, over, at)
        })
    }

    fn refusal(&self, demand: Demand, price: Credits, over: OverLimit, at: DateTime<Utc>) -> OutOfCredits {
        OutOfCredits { demand, price, over, plan: self.plan.name.clone(), at }
    }
}

/// What a call cost, in the words of its answer.
pub(crate) fn usage<'a>(charges: impl Iterator<Item = &'a Charge>, remaining: Credits) -> Usage {
    let reasons: Vec<_> = charges.flat_map(|charge| charge.reasons().iter().cloned()).collect();
    Usage { credits: reasons.iter().map(|reason| reason.credits).sum(), reasons, remaining }
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

    /// The month written as `YYYY-MM`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let day: NaiveDate = format!("{text}-01").parse().ok()?;
        // "2026-1" and "+2026-01" are read by others as they like.
        (day.format("%Y-%m").to_string() == text).then(|| Self::of(day.and_time(NaiveTime::MIN).and_utc()))
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
    fn a_month_is_read_as_it_is_written() {
        let november = Month::parse("2026-11").unwrap();
        assert_eq!(november.end, Month::parse("2026-12").unwrap().start);
        for wrong in ["", "2026", "2026-13", "2026-1", "11-2026", "2026-11-01", " 2026-11", "+2026-11"] {
            assert_eq!(Month::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_rule_its_limit_and_what_is_left_of_it() {
        let plan = Plan {
            credits_per_day: Some(Credits::whole(5)),
            credits_per_session: Some(Credits::whole(3)),
            ..Plan::default()
        };
        let tariff = Tariff { plan, ..Tariff::default() };
        let now = "2026-11-30T12:00:00Z".parse().unwrap();
        let refused = |month: u64, day, session| {
            let [month, day, session] = [month, day, session].map(Credits::from_thousandths);
            let spent = Spent { month, day, session };
            let step = Demand::Admission(CallKind::Step);
            let refusal = tariff.afford(step, Credits::whole(1), spent, now).unwrap_err();
            (refusal.code(), refusal.to_string())
        };
        assert_eq!(
            refused(9_999_001, 0, 0),
            (
                "out_of_credits",
                "out of credits: a step costs at least 1, and 0.999 of the 10000 credits that the plan \"Local\" \
                 allows until 1 December 2026 (UTC) remain (credits_per_month)"
                    .to_owned()
            )
        );
        assert_eq!(
            refused(0, 4_500, 0),
            (
                "over_budget",
                "over the day's budget: a step costs at least 1, and 0.5 of the 5 credits that the plan \"Local\" \
                 allows until 1 December 2026 (UTC) remain (credits_per_day)"
                    .to_owned()
            )
        );
        assert_eq!(
            refused(0, 0, 3_000),
            (
                "over_budget",
                "over the session's budget: a step costs at least 1, and 0 of the 3 credits that the plan \"Local\" \
                 allows remain (credits_per_session)"
                    .to_owned()
            )
        );
    }
}
