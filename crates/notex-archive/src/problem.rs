//! What can be wrong with an archive, in sentences.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why the archive could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The folder cannot be made or used.
    #[error("the history folder {} cannot be used: {why}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// Another inspector has it open.
    #[error("the history folder {} is used by another inspector", .0.display())]
    InUse(PathBuf),
    /// A newer inspector wrote it.
    #[error(
        "the history in {} was written by a newer inspector (version {found}, this one knows {known})", file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// The version found.
        found: u32,
        /// The newest version this inspector knows.
        known: u32,
    },
    /// No space is left.
    #[error("the history could not {doing}: no space is left on the disk")]
    Full {
        /// What was tried.
        doing: &'static str,
    },
    /// SQLite refused.
    #[error("the history could not {doing}: {why}")]
    Sqlite {
        /// What was tried.
        doing: &'static str,
        /// What SQLite said.
        why: rusqlite::Error,
    },
    /// There is no file of this hash.
    #[error("the history has no file {0}")]
    NoBlob(String),
    /// The bytes are not those that were kept.
    #[error("the file {0} of the history is damaged")]
    DamagedBlob(String),
    /// A file could not be read.
    #[error("the file {hash} of the history could not be read: {why}")]
    Blob {
        /// Its hash.
        hash: String,
        /// What the system said.
        why: io::Error,
    },
    /// More is waiting to be written than may wait.
    #[error("the disk takes the history too slowly: this call is not kept")]
    Behind,
    /// It was closed.
    #[error("the history is closed")]
    Closed,
}

impl ArchiveError {
    pub(crate) fn doing(doing: &'static str, why: rusqlite::Error) -> Self {
        match why.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { doing },
            _ => Self::Sqlite { doing, why },
        }
    }
}

/// What became of writing, told once when it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Calls cannot be written now; they wait and are tried again. The sentence says why.
    Failing(String),
    /// What waited is written.
    Recovered,
    /// The disk is nearly full: screenshots and other large parts are not kept, calls are. The sentence says how full.
    SpaceLow(String),
    /// There is space again.
    SpaceBack,
}

/// Whether the same write may succeed later: the disk is full, read-only, gone or busy.
pub(crate) fn may_pass(why: &rusqlite::Error) -> bool {
    matches!(
        why.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::PermissionDenied
                | ErrorCode::OutOfMemory
        )
    )
}

/// Whether the file itself is no good.
pub(crate) fn is_damage(why: &rusqlite::Error) -> bool {
    matches!(why.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}
