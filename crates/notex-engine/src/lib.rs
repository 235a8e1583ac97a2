//! The local engine: the REST contract over a real Chromium.

pub mod browser;
mod cdp;
