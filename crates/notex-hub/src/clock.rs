//! The wall clock that a hub lives by, and how it is seen to move otherwise than time passes.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells what time it is; the system's, or one that a test moves.
#[derive(Clone)]
pub struct WallClock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Default for WallClock {
    fn default() -> Self {
        Self(Arc::new(Utc::now))
    }
}

impl fmt::Debug for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WallClock")
    }
}

impl WallClock {
    /// A clock that shows what `now` says.
    pub fn new(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

/// Sees when the wall clock moves otherwise than time passes: it was set, or the machine slept.
pub(crate) struct Jumps {
    clock: WallClock,
    longest_nap: Duration,
    wall: DateTime<Utc>,
    steady: Instant,
}

impl Jumps {
    pub(crate) fn of(clock: WallClock, longest_nap: Duration) -> Self {
        Self { wall: clock.now(), clock, longest_nap, steady: Instant::now() }
    }

    /// Whether it jumped since this was asked last.
    pub(crate) fn jumped(&mut self) -> bool {
        let (wall, steady) = (self.clock.now(), Instant::now());
        let jumped = jumped(wall - self.wall, steady - self.steady, self.longest_nap);
        (self.wall, self.steady) = (wall, steady);
        jumped
    }
}

/// On some systems the steady clock runs on in a sleep: then it is the turn that took too long.
fn jumped(wall: TimeDelta, steady: Duration, longest_nap: Duration) -> bool {
    let steady_delta = TimeDelta::from_std(steady).unwrap_or(TimeDelta::MAX);
    (wall - steady_delta).abs() > TimeDelta::seconds(2) || steady > longest_nap + Duration::from_secs(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_and_a_machine_that_slept_are_seen_and_a_busy_turn_is_not() {
        let nap = Duration::from_secs(2);
        let seen = |wall: i64, steady: u64| {
            jumped(TimeDelta::milliseconds(wall), Duration::from_millis(steady), nap)
        };
        assert!(!seen(2_000, 2_000) && !seen(9_000, 9_000) && !seen(100, 1_900));
        assert!(seen(3_602_000, 2_000), "an hour on");
        assert!(seen(-3_598_000, 2_000), "an hour back");
        assert!(seen(600_000, 1_000), "a sleep in which the steady clock stood still");
        assert!(seen(600_000, 600_000), "a sleep in which it went on");
    }
}
