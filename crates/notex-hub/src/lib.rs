//! The inspector without a window: connections, sessions, calls, settings and keys, and what changes about them.
//! [`Hub::send`] takes commands, [`Hub::subscribe`] gives events, [`Hub::query`] reads what is too large for them.
//! Knows no Tauri and no browser; the shell hands it the built-in engine's address and a place for the settings.

mod budgets;
mod calls;
mod cells;
mod clock;
mod commands;
mod compare;
mod connection;
mod describe;
mod dialects;
mod elements;
mod elsewhere;
mod evidence;
mod explain;
mod failure;
mod flows;
mod follow;
mod history;
mod hub;
mod journal;
mod keychain;
mod live;
mod log;
mod model;
mod money;
mod notices;
mod pictures;
pub mod protocol;
mod remote;
mod report;
mod requests;
mod served;
mod sessions;
mod state;
mod tabs;

pub use budgets::ToldBudget;
pub use clock::WallClock;
pub use hub::{Hub, HubOptions, LocalEngine, StartLocalEngine, Subscription};
pub use journal::JournalError;
pub use live::{LiveMessage, LiveView};
pub use log::{LogHandle, LogLayer};
pub use model::{LanguageModel, LocalModel, SavedModel, TryModel, UseModel};
pub use notex_client::ApiKey;
pub use pictures::{Picture, PictureError};
pub use served::Served;
pub use state::{Save, Saved, SavedConnection};

/// The id of the connection to the engine inside the app.
pub const LOCAL_CONNECTION: &str = "local";
