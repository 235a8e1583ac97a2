//! What time it is, as an argument of the whole engine: the system's clock, or in tests one that is told.

use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
#[cfg(test)]
use tokio::sync::watch;

/// The longest sleep before the wall clock is looked at again: timers do not count while a computer is
/// suspended, and the clock may be set.
const RECHECK: Duration = Duration::from_secs(1);

/// A source of the time.
#[derive(Clone, Debug)]
pub(crate) enum Clock {
    /// The system's.
    System,
    /// The one a test holds.
    #[cfg(test)]
    Told(watch::Receiver<DateTime<Utc>>),
}

impl Clock {
    /// Now, in whole microseconds: that is what the store keeps.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now().trunc_subsecs(6),
            #[cfg(test)]
            Self::Told(told) => *told.borrow(),
        }
    }

    /// Waits until `instant` has come; for ever when there is none.
    pub(crate) async fn sleep_until(&self, instant: Option<DateTime<Utc>>) {
        let Some(instant) = instant else { return std::future::pending().await };
        match self {
            Self::System => {
                while let Some(left) = (instant - self.now()).to_std().ok().filter(|left| !left.is_zero()) {
                    tokio::time::sleep(left.min(RECHECK)).await;
                }
            }
            #[cfg(test)]
            Self::Told(told) => {
                if told.clone().wait_for(|now| *now >= instant).await.is_err() {
                    std::future::pending().await
                }
            }
        }
    }
}
