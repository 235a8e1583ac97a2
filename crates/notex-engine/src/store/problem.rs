//! What can be wrong with a store, in sentences.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why the store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be made.
    #[error("the folder {folder} cannot be made: {why}; use another data folder")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// Another engine has it open.
    #[error("the data folder {0} is used by another engine; stop that one or use another folder")]
    InUse(PathBuf),
    /// The folder or the file in it does not let itself be written.
    #[error("{file} cannot be written: {why}; make its folder writable or use another data folder")]
    NotWritable {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        why: rusqlite::Error,
    },
    /// The file is damaged, or is something else.
    #[error("{file} is not a store that can be read: {why}; move it away or use another data folder")]
    Broken {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        why: rusqlite::Error,
    },
    /// A newer engine wrote the file.
    #[error(
        "{file} was written by a newer engine (version {found}, this one knows {known}); use that engine or another data folder"
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// The version found.
        found: u32,
        /// The newest version this engine knows.
        known: u32,
    },
    /// No space is left.
    #[error("the store could not {doing}: no space is left on the disk")]
    Full {
        /// What was tried.
        doing: &'static str,
    },
    /// SQLite refused.
    #[error("the store could not {doing}: {why}")]
    Sqlite {
        /// What was tried.
        doing: &'static str,
        /// What SQLite said.
        why: rusqlite::Error,
    },
    /// The engine is being stopped.
    #[error("the store is closed, because the engine is being stopped")]
    Closed,
}

impl StoreError {
    pub(super) fn doing(doing: &'static str, why: rusqlite::Error) -> Self {
        match why.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { doing },
            _ => Self::Sqlite { doing, why },
        }
    }

    pub(super) fn opening(folder: &Path, file: &Path, why: rusqlite::Error) -> Self {
        let file = file.to_owned();
        match why.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy) => Self::InUse(folder.to_owned()),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::NotWritable { file, why }
            }
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Broken { file, why },
            _ => Self::doing("be opened", why),
        }
    }
}
