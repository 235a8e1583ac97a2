//! Typed HTTP client for any server that speaks a contract of NotexAI: the built-in engine or a hosted one, of this
//! generation or the classic one. The same calls and answers, whichever it is ([`Dialect`], [`Server::probe`]).
//! [`Server`] makes single calls; [`Client`] holds at most one active session, as the SDK's client does.
//! Owns timeouts, size caps, the clock offset and the sentences of failures. Keeps nothing and shows nothing.

mod additions;
mod client;
mod connecting;
mod current;
mod dialect;
mod error;
mod key;
mod live;
mod money;
mod server;

pub use client::Client;
pub use dialect::{Dialect, Found};
pub use error::{ClientError, Refused};
pub use key::ApiKey;
pub use live::{LiveMessage, LiveSocket};
pub use money::EntryQuery;
pub use server::{Answered, Server, Trace};
