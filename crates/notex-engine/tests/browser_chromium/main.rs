//! The browser port on a real Chromium, found as the product finds it.

mod acting;
mod failing;
mod launching;
mod observing;
mod scraping;
mod support;
