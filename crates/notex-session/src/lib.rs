//! The rules of a session: when it ends ([`Lifetime`]), what a call costs ([`RateCard`]) and what may be spent ([`Plan`]).
//! The engine enforces them and the inspector shows them with the same functions, so the two cannot disagree.
//! Does not know HTTP, disks, browsers or what time it is: `now` is always an argument.

mod credits;
mod lifetime;
mod plan;
mod rates;

pub use credits::Credits;
pub use lifetime::{
    DurationOutOfRange, EndReason, Lifetime, MAX_DURATION_MINUTES, MAX_TIMEOUT_MINUTES, MIN_TIMEOUT_MINUTES,
    Phase, TimeoutOutOfRange,
};
pub use plan::{Limit, OverLimit, Plan, Spent};
pub use rates::{Charge, RateCard, Reason, ScrapeSize, Tokens};
