//! What a plan allows, and whether it allows one more charge.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Credits;

/// What a plan allows. A limit that is not said is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The plan's name.
    pub name: String,
    /// Credits of one calendar month (UTC).
    pub credits_per_month: Credits,
    /// Credits of one day (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub credits_per_day: Option<Credits>,
    /// Credits of one session in its whole life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub credits_per_session: Option<Credits>,
    /// How many sessions may be live at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub sessions_at_once: Option<u32>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            name: "Local".to_owned(),
            credits_per_month: Credits::whole(10_000),
            credits_per_day: None,
            credits_per_session: None,
            sessions_at_once: None,
        }
    }
}

/// What is spent or held already, in each period that a plan may limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// In the calendar month.
    pub month: Credits,
    /// On the day.
    pub day: Credits,
    /// By the session.
    pub session: Credits,
}

/// A rule of a plan that limits credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`Plan::credits_per_month`].
    Month,
    /// [`Plan::credits_per_day`].
    Day,
    /// [`Plan::credits_per_session`].
    Session,
}

/// More is asked for than a rule of the plan leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverLimit {
    /// The rule.
    pub limit: Limit,
    /// What it allows.
    pub allowed: Credits,
    /// What is left of that.
    pub remaining: Credits,
}

impl Plan {
    /// Whether `price` may be spent on top of what is `spent`.
    ///
    /// # Errors
    /// The first rule that leaves less than `price`: of the session, the day, the month.
    pub fn allows(&self, price: Credits, spent: Spent) -> Result<(), OverLimit> {
        let rules = [
            (Limit::Session, self.credits_per_session, spent.session),
            (Limit::Day, self.credits_per_day, spent.day),
            (Limit::Month, Some(self.credits_per_month), spent.month),
        ];
        for (limit, allowed, spent) in rules {
            let Some(allowed) = allowed else { continue };
            let remaining = allowed.less(spent);
            if price > remaining {
                return Err(OverLimit { limit, allowed, remaining });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limited() -> Plan {
        Plan {
            credits_per_month: Credits::whole(10),
            credits_per_day: Some(Credits::whole(5)),
            credits_per_session: Some(Credits::whole(2)),
            ..Plan::default()
        }
    }

    fn spent(month: u64, day: u64, session: u64) -> Spent {
        let [month, day, session] = [month, day, session].map(Credits::from_thousandths);
        Spent { month, day, session }
    }

    #[test]
    fn each_rule_allows_just_what_it_leaves_and_not_a_thousandth_more() {
        let step = Credits::whole(1);
        for (full, over, limit) in [
            (spent(9_000, 0, 0), spent(9_001, 0, 0), Limit::Month),
            (spent(0, 4_000, 0), spent(0, 4_001, 0), Limit::Day),
            (spent(0, 0, 1_000), spent(0, 0, 1_001), Limit::Session),
        ] {
            assert_eq!(limited().allows(step, full), Ok(()));
            let refused = limited().allows(step, over).unwrap_err();
            assert_eq!((refused.limit, refused.remaining), (limit, Credits::from_thousandths(999)));
        }
    }

    #[test]
    fn what_costs_nothing_is_always_allowed_even_when_a_plan_was_made_smaller() {
        assert_eq!(limited().allows(Credits::ZERO, spent(90_000, 90_000, 90_000)), Ok(()));
    }

    #[test]
    fn a_plan_is_written_without_the_limits_that_it_does_not_have() {
        let plan = serde_json::to_value(Plan::default()).unwrap();
        assert_eq!(plan, serde_json::json!({ "name": "Local", "credits_per_month": 10_000.0 }));
        assert_eq!(serde_json::from_value::<Plan>(plan).unwrap(), Plan::default());
    }

    proptest! {
        #[test]
        fn nothing_that_is_allowed_goes_beyond_a_limit(price in 0u64..12_000, month in 0u64..12_000, day in 0u64..6_000, session in 0u64..3_000) {
            let plan = limited();
            if plan.allows(Credits::from_thousandths(price), spent(month, day, session)).is_ok() && price > 0 {
                prop_assert!(month + price <= 10_000 && day + price <= 5_000 && session + price <= 2_000);
            }
        }
    }
}
