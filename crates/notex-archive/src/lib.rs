//! What the inspector keeps of sessions and their calls, over runs: rows in one SQLite file that one thread writes,
//! and everything large in files named by the hash of their bytes. A call that was written survives a killed process;
//! no row names a file that is not there.
//!
//! Owns the folder it is given, how long things stay in it and how they are found again. Does not know servers,
//! windows or what time it is, and has no place for the key that a request was sent with.

mod archive;
mod blobs;
mod filter;
mod handed;
mod index;
mod kept;
mod problem;
mod read;
mod retain;
mod schema;
mod search;
mod snippet;
mod thread;
mod words;
mod write;

#[cfg(test)]
mod tests;

pub use archive::{Archive, FreeSpace, Opened, Options};
pub use filter::{Completion, Filter, FilterProblem, Suggestion};
pub use handed::{
    CallFailure, End, LateParts, NewCall, NewPart, Page, PartKind, SessionFacts, Timing, Words,
};
pub use kept::{
    CallHit, CallsPage, HitsPage, KeptCall, KeptPart, KeptSession, Pinned, Retention, SessionFilter,
    SessionsPage, Sizes, Snippet, SnippetOf, Swept, WholeCall,
};
pub use problem::{ArchiveError, News};
