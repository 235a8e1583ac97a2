//! Money over real HTTP: a hub and a small server with a ledger of its own, or with none.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod budgets;
mod till;
mod usage;
