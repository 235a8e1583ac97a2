//! The local engine: the REST contract over a real Chromium. Owns the server, its live sessions, its ledger and its
//! browser; the rules of lifetime and price are `notex-session`'s, the shapes on the network `notex-wire`'s.

mod account;
mod body;
pub mod browser;
mod browser_source;
mod cdp;
mod clock;
mod config;
mod door;
mod engine;
mod events;
pub mod evidence;
mod files;
mod guard;
mod ledger;
mod live;
mod model;
pub mod netguard;
mod refusal;
mod routes;
mod server;
mod store;
mod tariff_file;
#[cfg(test)]
mod tests;

pub use browser_source::BrowserSource;
pub use config::{ApiKey, EmptyKey, EngineConfig, ModelConfig, UnknownBrowserSource, UnusableModel};
pub use engine::{Engine, EngineError};
pub use model::TriedModel;
pub use store::StoreError;
pub use tariff_file::TariffError;
