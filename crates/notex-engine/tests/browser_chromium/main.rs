//! The browser port on a real Chromium, found as the product finds it.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's helpers fail the test")]

mod acting;
mod contexts;
mod cookies;
mod evaluating;
mod failing;
mod files;
mod guarding;
mod hanging;
mod happenings;
mod isolating;
mod keeping;
mod keys;
mod launching;
#[path = "../shared/listed.rs"]
mod listed;
mod live;
mod observed;
mod observing;
mod oracle;
mod pointing;
mod prompts;
mod proxies;
mod scraping;
mod selectors;
#[path = "../shared/site.rs"]
mod site;
mod steps_fields;
mod steps_hard;
mod steps_lists;
mod steps_mouse;
mod support;
mod tabs;
