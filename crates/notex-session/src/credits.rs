//! Credits as integers of a thousandth, written on the wire as decimal numbers of at most three places.

use std::borrow::Cow;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use ts_rs::TS;

/// An amount of credits, held as a whole number of thousandths so that sums are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, TS)]
#[ts(type = "number")]
pub struct Credits(u64);

impl Credits {
    /// No credits.
    pub const ZERO: Self = Self(0);

    /// An amount given in thousandths of a credit.
    pub const fn from_thousandths(thousandths: u64) -> Self {
        Self(thousandths)
    }

    /// An amount given in whole credits.
    pub const fn whole(credits: u64) -> Self {
        Self(credits.saturating_mul(1000))
    }

    /// The amount in thousandths of a credit.
    pub const fn thousandths(self) -> u64 {
        self.0
    }

    /// This amount `count` times.
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// What is left when `other` is taken away; never below zero.
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// True when the amount is zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

/// A number of zero or more with at most three places.
impl JsonSchema for Credits {
    fn schema_name() -> Cow<'static, str> {
        "Credits".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "description": "Credits, with at most three places." })
    }
}

impl Add for Credits {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Credits {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Credits {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// Decimal, without trailing zeros: `2`, `1.8`, `0.025`.
impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 1000, self.0 % 1000);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        let decimals = format!("{rest:03}");
        write!(f, "{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl Serialize for Credits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The nearest double of a three-place decimal prints as that decimal up to 2^53 thousandths.
        #[expect(clippy::cast_precision_loss, reason = "exact below nine trillion credits")]
        serializer.serialize_f64(self.0 as f64 / 1000.0)
    }
}

impl<'de> Deserialize<'de> for Credits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let credits = f64::deserialize(deserializer)?;
        let exact = credits * 1000.0;
        let thousandths = exact.round();
        if !(0.0..9.0e15).contains(&thousandths) {
            return Err(de::Error::custom("credits must be a number of zero or more"));
        }
        // The nearest double of a three-place decimal is off by far less than this, and a finer amount by far more.
        if (exact - thousandths).abs() > 1e-6_f64.max(exact * 1e-12) {
            return Err(de::Error::custom("credits must have three decimals at most"));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "range checked above")]
        Ok(Self(thousandths as u64))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn credits_are_written_as_plain_decimals() {
        let written = |thousandths| serde_json::to_string(&Credits::from_thousandths(thousandths)).unwrap();
        assert_eq!(written(1800), "1.8");
        assert_eq!(written(25), "0.025");
        assert_eq!(written(2000), "2.0");
        assert_eq!(Credits::from_thousandths(2_050).to_string(), "2.05");
        assert_eq!(Credits::whole(7).to_string(), "7");
    }

    #[test]
    fn a_negative_amount_is_refused() {
        assert!(serde_json::from_str::<Credits>("-0.1").is_err());
    }

    #[test]
    fn an_amount_finer_than_a_thousandth_is_refused() {
        for finer in ["0.0004", "1.2345", "1e-9"] {
            assert!(serde_json::from_str::<Credits>(finer).is_err(), "{finer}");
        }
        assert_eq!(serde_json::from_str::<Credits>("1.005").unwrap(), Credits::from_thousandths(1005));
    }

    proptest! {
        #[test]
        fn an_amount_survives_the_wire_to_the_last_thousandth(thousandths in 0u64..1_000_000_000_000) {
            let amount = Credits::from_thousandths(thousandths);
            let json = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(serde_json::from_str::<Credits>(&json).unwrap(), amount);
        }

        #[test]
        fn a_balance_is_the_sum_of_its_entries_in_any_order(mut entries in prop::collection::vec(0u64..1_000_000, 0..50)) {
            let forwards: Credits = entries.iter().copied().map(Credits::from_thousandths).sum();
            entries.reverse();
            let backwards: Credits = entries.iter().copied().map(Credits::from_thousandths).sum();
            prop_assert_eq!(forwards, backwards);
            prop_assert_eq!(forwards.thousandths(), entries.iter().sum::<u64>());
        }
    }
}
