//! What can be wrong with a session file, in sentences.

use std::io;
use std::path::PathBuf;

use notex_archive::ArchiveError;

use crate::SecretKind;

/// Why a session file could not be written or is not opened.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The history could not give or take it.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The history does not hold the session.
    #[error("the history does not hold this session any more")]
    NoSession,
    /// The file could not be written.
    #[error("{} could not be written: {why}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// Somebody wanted it to stop.
    #[error("the export was cancelled; no file was written")]
    Cancelled,
    /// A secret was still there after all were taken out.
    #[error("{kind} is still in {place} after all secrets were taken out, so no file was written")]
    Survived {
        /// What kind of secret; never the secret.
        kind: SecretKind,
        /// The part of the file.
        place: String,
    },
    /// The file could not be read.
    #[error("{} could not be read: {why}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// It is something else.
    #[error("this is not a session file: {0}")]
    NotOurs(String),
    /// A newer inspector wrote it.
    #[error("this session file was written by a newer inspector (version {found}, this one knows {known})")]
    Newer {
        /// The version found.
        found: u32,
        /// The newest version this inspector knows.
        known: u32,
    },
    /// It was changed, or cut off, or made to do harm.
    #[error("this session file is damaged: {0}")]
    Damaged(String),
    /// It would become too large.
    #[error("this session file is refused: {0}")]
    TooLarge(String),
}

impl FileError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Survived { .. } => {
                Some("remove the call that holds it from the history, or export without pages")
            }
            Self::Newer { .. } => Some("update the inspector"),
            Self::Damaged(_) => Some("ask for the file again; it may have been cut off on its way"),
            Self::Archive(_)
            | Self::NoSession
            | Self::Write { .. }
            | Self::Cancelled
            | Self::Read { .. }
            | Self::NotOurs(_)
            | Self::TooLarge(_) => None,
        }
    }
}
