//! What journeys share: a fixture shop, the built programs, WebDriver clients, and the story that is told twice.
//! A journey that cannot go on panics with a sentence, as a test does.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "this crate is test code; a panic is how a test says no"
)]

mod api;
mod cdp;
#[cfg(feature = "desktop")]
mod code;
mod cpu;
#[cfg(all(feature = "desktop", target_os = "linux"))]
mod desktop;
#[cfg(feature = "desktop")]
mod driver;
#[cfg(feature = "desktop")]
pub mod hostile;
mod memory;
mod model;
mod pages;
mod process;
mod program;
mod sdk;
mod shown;
mod simulated;
mod site;
pub mod soak;
#[cfg(feature = "desktop")]
pub mod story;
mod wait;

pub use api::{Answer, Api};
pub use cdp::RawCdp;
#[cfg(feature = "desktop")]
pub use code::{Ended, RunningCode};
pub use cpu::Cpu;
#[cfg(all(feature = "desktop", target_os = "linux"))]
pub use desktop::{Desktop, MenuLine, Told, XWindow};
#[cfg(all(feature = "desktop", target_os = "linux"))]
pub use driver::window_on;
#[cfg(feature = "desktop")]
pub use driver::{Driven, browser, time_to_show, window, window_in};
pub use memory::Memory;
pub use model::{ModelServer, Question, Reply};
pub use process::{Family, signal};
pub use program::{ENGINE_KEY, RanApp, RunningEngine, RunningProgram, RunningWebHost, run_app};
pub use sdk::{Suite, run_suite};
pub use shown::{Shown, chromium};
pub use simulated::Simulated;
pub use site::FixtureSite;
pub use wait::until;
