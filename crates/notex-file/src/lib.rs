//! The session file `.notex`: one session of the history in one file, to be looked at on another machine.
//!
//! A zip of `calls.jsonl` (one [`CallRecord`] a line), `parts/HASH` (pictures, pages, network and the like, named by
//! the SHA-256 of their bytes) and `manifest.json` ([`Manifest`]: the version, the session, and size and hash of every
//! other file). Owns what is in it, what is taken out before, what is refused when one is opened, and the forms that other
//! programs open: a trace of Playwright, and HAR. Knows no servers; keys are given to it to be searched for, never kept.

mod export;
mod forms;
pub mod har;
mod html;
mod import;
mod open;
mod problem;
mod records;
mod redact;
mod rules;
mod trace;

/// What a part of a call is.
pub use notex_archive::PartKind;

pub use export::{Export, Exported, Form, Pictures, export};
pub use import::import;
pub use open::SessionFile;
pub use problem::FileError;
pub use records::{
    CallRecord, EndRecord, Entry, FORMAT, Manifest, PageRecord, PartRecord, RedactionReport, Removed,
    SessionRecord, TimingRecord, VERSION,
};
pub use redact::REMOVED;
pub use rules::{Secret, SecretKind};
pub use trace::trace;
