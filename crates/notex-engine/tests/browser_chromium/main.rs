//! The browser port on a real Chromium, found as the product finds it.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's helpers fail the test")]

mod acting;
mod failing;
mod launching;
mod observing;
mod scraping;
mod support;
