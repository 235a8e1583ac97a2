//! Typed HTTP client for any server that speaks the NotexAI contract: the built-in engine or a hosted one.
//! [`Server`] makes single calls; [`Client`] holds at most one active session, as the SDK's client does.
//! Owns timeouts, size caps, the clock offset and the sentences of failures. Keeps nothing and shows nothing.

mod additions;
mod client;
mod error;
mod key;
mod live;
mod money;
mod server;

pub use client::Client;
pub use error::{ClientError, Refused};
pub use key::ApiKey;
pub use live::{LiveMessage, LiveSocket};
pub use money::EntryQuery;
pub use server::{Answered, Server};
