//! When a session lives and when it ends. Pure: the caller says what time it is.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The shortest idle timeout a session can be started with, in minutes.
pub const MIN_TIMEOUT_MINUTES: u32 = 1;
/// The longest idle timeout a session can be started with, in minutes.
pub const MAX_TIMEOUT_MINUTES: u32 = 30;

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Somebody closed it.
    Manual,
    /// It was idle for as long as its timeout allows.
    IdleTimeout,
    /// It reached the longest life it was started with.
    MaxDuration,
    /// Its browser or its engine failed.
    Error,
}

/// Where a session is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It answers calls, until the instant given; `None` lives until somebody closes it.
    Live {
        /// The instant at which it ends if no call is made before.
        until: Option<DateTime<Utc>>,
    },
    /// Its idle timeout or its longest life has passed.
    Over {
        /// The instant at which it ended.
        at: DateTime<Utc>,
        /// Which of the two: [`EndReason::IdleTimeout`] or [`EndReason::MaxDuration`].
        reason: EndReason,
    },
}

/// The longest life that a session can be limited to, in minutes.
pub const MAX_DURATION_MINUTES: u32 = 24 * 60;

/// The longest life asked for is outside 1 to 1440 minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("max_duration_minutes must be from 1 to {MAX_DURATION_MINUTES}, not {0}")]
pub struct DurationOutOfRange(pub i64);

/// The timeout asked for is outside 1 to 30 minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("session_timeout_minutes must be from {MIN_TIMEOUT_MINUTES} to {MAX_TIMEOUT_MINUTES}, not {0}")]
pub struct TimeoutOutOfRange(pub i64);

/// The life of a session that has not been closed: every call moves its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    created_at: DateTime<Utc>,
    last_accessed_at: DateTime<Utc>,
    timeout_minutes: u32,
    keep_alive: bool,
    max_duration_minutes: Option<u32>,
}

impl Lifetime {
    /// The idle timeout when none is asked for, in minutes.
    pub const DEFAULT_TIMEOUT_MINUTES: u32 = 5;

    /// A life that begins `now`.
    ///
    /// # Errors
    /// When `timeout_minutes` is outside 1 to 30.
    pub fn begin(
        now: DateTime<Utc>,
        timeout_minutes: i64,
        keep_alive: bool,
    ) -> Result<Self, TimeoutOutOfRange> {
        let minutes = u32::try_from(timeout_minutes)
            .ok()
            .filter(|minutes| (MIN_TIMEOUT_MINUTES..=MAX_TIMEOUT_MINUTES).contains(minutes))
            .ok_or(TimeoutOutOfRange(timeout_minutes))?;
        Ok(Self {
            created_at: now,
            last_accessed_at: now,
            timeout_minutes: minutes,
            keep_alive,
            max_duration_minutes: None,
        })
    }

    /// The same life, over at the latest so many minutes after it began, whatever is called; `None` has no such end.
    ///
    /// # Errors
    /// When `minutes` is outside 1 to 1440.
    pub fn lasting_at_most(mut self, minutes: Option<i64>) -> Result<Self, DurationOutOfRange> {
        self.max_duration_minutes = minutes
            .map(|minutes| {
                let short = u32::try_from(minutes).ok();
                short
                    .filter(|minutes| (1..=MAX_DURATION_MINUTES).contains(minutes))
                    .ok_or(DurationOutOfRange(minutes))
            })
            .transpose()?;
        Ok(self)
    }

    /// A call was made: the deadline counts from `now`. A clock that went backwards moves nothing back.
    pub fn touch(&mut self, now: DateTime<Utc>) {
        self.last_accessed_at = self.last_accessed_at.max(now);
    }

    /// The instant at which the session ends if nobody calls it; `None` for keep-alive without a longest life.
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        self.end().map(|(at, _)| at)
    }

    /// The instant at which the session ends even in the middle of a call; `None` without a longest life.
    pub fn latest_end(&self) -> Option<DateTime<Utc>> {
        self.max_duration_minutes.map(|minutes| self.created_at + TimeDelta::minutes(i64::from(minutes)))
    }

    fn end(&self) -> Option<(DateTime<Utc>, EndReason)> {
        let idle = (!self.keep_alive).then(|| {
            let at = self.last_accessed_at + TimeDelta::minutes(i64::from(self.timeout_minutes));
            (at, EndReason::IdleTimeout)
        });
        let longest = self.latest_end().map(|at| (at, EndReason::MaxDuration));
        idle.into_iter().chain(longest).min_by_key(|(at, _)| *at)
    }

    /// Where the session is at `now`.
    pub fn phase_at(&self, now: DateTime<Utc>) -> Phase {
        match self.end() {
            Some((at, reason)) if at <= now => Phase::Over { at, reason },
            end => Phase::Live { until: end.map(|(at, _)| at) },
        }
    }

    /// How many minutes have been started by `now`; at least one.
    pub fn minutes_started(&self, now: DateTime<Utc>) -> u64 {
        let seconds = (now - self.created_at).num_seconds().max(0);
        u64::try_from(seconds / 60).unwrap_or(0) + 1
    }

    /// The instant at which minute number `minute` starts, counted from 1.
    pub fn minute_starts_at(&self, minute: u64) -> DateTime<Utc> {
        let before = i64::try_from(minute.saturating_sub(1)).unwrap_or(i64::MAX / 60_000).min(1_000_000_000);
        self.created_at + TimeDelta::minutes(before)
    }

    /// When the session was created.
    pub fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// When the last call was made on it.
    pub fn last_accessed_at(&self) -> DateTime<Utc> {
        self.last_accessed_at
    }

    /// The idle timeout in minutes.
    pub fn timeout_minutes(&self) -> u32 {
        self.timeout_minutes
    }

    /// The longest life in minutes, when there is one.
    pub fn max_duration_minutes(&self) -> Option<u32> {
        self.max_duration_minutes
    }

    /// True when the timeout does not end the session.
    pub fn keep_alive(&self) -> bool {
        self.keep_alive
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn an_idle_session_ends_when_its_timeout_has_passed_and_not_before() {
        let life = Lifetime::begin(at(0), 5, false).unwrap();
        assert_eq!(life.phase_at(at(299)), Phase::Live { until: Some(at(300)) });
        assert_eq!(life.phase_at(at(300)), Phase::Over { at: at(300), reason: EndReason::IdleTimeout });
    }

    #[test]
    fn a_call_moves_the_deadline() {
        let mut life = Lifetime::begin(at(0), 5, false).unwrap();
        life.touch(at(200));
        assert_eq!(life.deadline(), Some(at(500)));
    }

    #[test]
    fn keep_alive_is_not_ended_by_the_timeout() {
        let life = Lifetime::begin(at(0), 1, true).unwrap();
        assert_eq!(life.phase_at(at(1_000_000)), Phase::Live { until: None });
    }

    #[test]
    fn a_longest_life_ends_a_session_that_is_called_all_the_time_even_a_kept_one() {
        for keep_alive in [false, true] {
            let mut life = Lifetime::begin(at(0), 5, keep_alive).unwrap().lasting_at_most(Some(10)).unwrap();
            life.touch(at(590));
            assert_eq!(life.phase_at(at(599)), Phase::Live { until: Some(at(600)) });
            assert_eq!(life.phase_at(at(600)), Phase::Over { at: at(600), reason: EndReason::MaxDuration });
            assert_eq!(life.latest_end(), Some(at(600)));
        }
        let idle = Lifetime::begin(at(0), 5, false).unwrap().lasting_at_most(Some(10)).unwrap();
        assert_eq!(idle.phase_at(at(700)), Phase::Over { at: at(300), reason: EndReason::IdleTimeout });
    }

    #[test]
    fn a_longest_life_outside_one_minute_to_a_day_is_refused_by_name() {
        for minutes in [0, 1441, -5, i64::MIN] {
            let life = Lifetime::begin(at(0), 5, false).unwrap();
            let refusal = life.lasting_at_most(Some(minutes)).unwrap_err();
            assert!(refusal.to_string().contains("max_duration_minutes"), "{refusal}");
        }
    }

    #[test]
    fn a_timeout_outside_one_to_thirty_minutes_is_refused_by_name() {
        for minutes in [0, 31, -1, i64::MAX] {
            let refusal = Lifetime::begin(at(0), minutes, false).unwrap_err();
            assert!(refusal.to_string().contains("session_timeout_minutes"), "{refusal}");
        }
    }

    #[test]
    fn the_first_minute_has_started_at_once_and_the_second_after_sixty_seconds() {
        let life = Lifetime::begin(at(0), 5, false).unwrap();
        assert_eq!(life.minutes_started(at(0)), 1);
        assert_eq!(life.minutes_started(at(59)), 1);
        assert_eq!(life.minutes_started(at(60)), 2);
        assert_eq!(life.minute_starts_at(2), at(60));
    }

    proptest! {
        #[test]
        fn a_deadline_never_moves_backwards(calls in prop::collection::vec(-1_000i64..10_000, 1..40), minutes in 1i64..=30) {
            let mut life = Lifetime::begin(at(0), minutes, false).unwrap();
            let mut before = life.deadline();
            for call in calls {
                life.touch(at(call));
                prop_assert!(life.deadline() >= before);
                before = life.deadline();
            }
        }

        #[test]
        fn a_session_is_live_before_its_deadline_and_ended_from_it_on(minutes in 1i64..=30, idle in 0i64..4_000) {
            let life = Lifetime::begin(at(0), minutes, false).unwrap();
            let ended = matches!(life.phase_at(at(idle)), Phase::Over { .. });
            prop_assert_eq!(ended, idle >= minutes * 60);
        }

        #[test]
        fn a_minute_has_started_once_its_first_instant_has_come(elapsed in 0i64..1_000_000) {
            let life = Lifetime::begin(at(0), 5, true).unwrap();
            let minute = life.minutes_started(at(elapsed));
            prop_assert!(life.minute_starts_at(minute) <= at(elapsed));
            prop_assert!(life.minute_starts_at(minute + 1) > at(elapsed));
        }
    }
}
