//! The rules of a session: when it ends ([`Lifetime`]) and what a call costs ([`RateCard`]).
//! The engine enforces them and the inspector shows them with the same functions, so the two cannot disagree.
//! Does not know HTTP, disks, browsers or what time it is: `now` is always an argument.

mod credits;
mod lifetime;
mod rates;

pub use credits::Credits;
pub use lifetime::{
    DurationOutOfRange, EndReason, Lifetime, MAX_DURATION_MINUTES, MAX_TIMEOUT_MINUTES, MIN_TIMEOUT_MINUTES,
    Phase, TimeoutOutOfRange,
};
pub use rates::{Charge, Plan, RateCard, Reason, ScrapeSize};
