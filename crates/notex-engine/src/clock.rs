//! What time it is, as an argument of the whole engine: the system's clock, or in tests one that is told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use tokio::sync::watch;

/// How often the wall clock is compared with the one that timers count by: timers stand still while a computer is
/// suspended, and the wall clock may be set. One task does it for all who sleep.
const COMPARED_EVERY: Duration = Duration::from_millis(200);
/// The two clocks may differ by so much more than before without anybody having to look again.
const UNNOTICED: TimeDelta = TimeDelta::milliseconds(50);

/// A source of the time.
#[derive(Clone, Debug)]
pub(crate) enum Clock {
    /// The system's. The channel tells of jumps: how many there were.
    System(Arc<watch::Sender<u64>>),
    /// The one a test holds.
    #[cfg(test)]
    Told(watch::Receiver<DateTime<Utc>>),
}

impl Clock {
    /// The system's clock, watched for jumps as long as it is used. Needs a Tokio runtime.
    pub(crate) fn system() -> Self {
        let jumps = Arc::new(watch::Sender::new(0));
        let told = Arc::downgrade(&jumps);
        let begun = (Instant::now(), Utc::now());
        tokio::spawn(async move {
            let mut known = TimeDelta::zero();
            loop {
                tokio::time::sleep(COMPARED_EVERY).await;
                let Some(jumps) = told.upgrade() else { return };
                let ahead = ahead(begun, Instant::now(), Utc::now());
                if (ahead - known).abs() > UNNOTICED {
                    known = ahead;
                    jumps.send_modify(|jumps| *jumps += 1);
                }
            }
        });
        Self::System(jumps)
    }

    /// Now, in whole microseconds: that is what the store keeps.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System(_) => Utc::now().trunc_subsecs(6),
            #[cfg(test)]
            Self::Told(told) => *told.borrow(),
        }
    }

    /// Waits until `instant` has come; for ever when there is none.
    pub(crate) async fn sleep_until(&self, instant: Option<DateTime<Utc>>) {
        let Some(instant) = instant else { return std::future::pending().await };
        match self {
            Self::System(jumps) => sleep_until(instant, || self.now(), jumps.subscribe()).await,
            #[cfg(test)]
            Self::Told(told) => {
                if told.clone().wait_for(|now| *now >= instant).await.is_err() {
                    std::future::pending().await
                }
            }
        }
    }
}

async fn sleep_until(
    instant: DateTime<Utc>,
    now: impl Fn() -> DateTime<Utc>,
    mut jumps: watch::Receiver<u64>,
) {
    while let Some(left) = (instant - now()).to_std().ok().filter(|left| !left.is_zero()) {
        tokio::select! {
            () = tokio::time::sleep(left) => {}
            _ = jumps.changed() => {}
        }
    }
}

/// By how much the wall clock has gone further than the one of timers since `begun`.
fn ahead(begun: (Instant, DateTime<Utc>), timers: Instant, wall: DateTime<Utc>) -> TimeDelta {
    let counted = TimeDelta::from_std(timers.saturating_duration_since(begun.0)).unwrap_or(TimeDelta::MAX);
    (wall - begun.1) - counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_sleeps_until_an_hour_from_now_wakes_when_the_clock_jumps_there() {
        let begun = Utc::now();
        let wall = watch::Sender::new(begun);
        let (jumps, seen) = (watch::Sender::new(0), wall.subscribe());
        let sleeping =
            tokio::spawn(sleep_until(begun + TimeDelta::hours(1), move || *seen.borrow(), jumps.subscribe()));
        tokio::task::yield_now().await;
        for minutes in [59, 60] {
            assert!(!sleeping.is_finished(), "minute {minutes}");
            wall.send_replace(begun + TimeDelta::minutes(minutes));
            jumps.send_modify(|jumps| *jumps += 1);
            tokio::task::yield_now().await;
        }
        tokio::time::timeout(Duration::from_secs(10), sleeping).await.expect("it wakes").unwrap();
    }

    #[test]
    fn a_suspended_computer_and_a_clock_that_was_set_are_jumps_and_ordinary_time_is_none() {
        let begun = (Instant::now(), Utc::now());
        let second = Duration::from_secs(1);
        let after = |wall: i64| ahead(begun, begun.0 + second, begun.1 + TimeDelta::seconds(wall));
        assert_eq!(after(1), TimeDelta::zero());
        assert_eq!(after(3601), TimeDelta::hours(1));
        assert_eq!(after(-59), TimeDelta::minutes(-1));
    }

    #[tokio::test]
    async fn an_instant_that_has_passed_is_not_waited_for() {
        let clock = Clock::system();
        clock.sleep_until(Some(clock.now() - TimeDelta::seconds(1))).await;
        let soon = clock.now() + TimeDelta::milliseconds(20);
        clock.sleep_until(Some(soon)).await;
        assert!(clock.now() >= soon);
    }
}
