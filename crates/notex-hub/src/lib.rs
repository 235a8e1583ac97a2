//! The inspector without a window: state, commands, events, settings and keys.

pub mod protocol;

/// The id of the connection to the engine inside the app.
pub const LOCAL_CONNECTION: &str = "local";
