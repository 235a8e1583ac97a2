//! The folder in which one inspector keeps everything, and the lock that keeps a second one out.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The identifier in `tauri.conf.json`, which names the default folder.
const IDENTIFIER: &str = "dev.notex.inspector";

/// The data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The system names no folder for data.
    #[error("this system names no folder for data; choose one with --data-dir")]
    NoFolder,
    /// The folder cannot be made or written.
    #[error("the data folder {} cannot be used: {source}", path.display())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another inspector uses it.
    #[error("another Notex Inspector uses {}; close it, or choose another folder with --data-dir", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The list of live sessions cannot be used.
    #[error(transparent)]
    Journal(#[from] notex_hub::JournalError),
}

/// A data folder that is ours until this is dropped.
#[derive(Debug)]
pub(crate) struct Profile {
    folder: PathBuf,
    /// Held open: the system lets go of the lock however the process ends.
    _lock: File,
}

impl Profile {
    /// Makes the folder when it is not there and locks it.
    pub(crate) fn open(chosen: Option<&Path>) -> Result<Self, ProfileError> {
        let folder = match chosen {
            Some(folder) => std::path::absolute(folder)
                .map_err(|source| ProfileError::Unusable { path: folder.to_owned(), source })?,
            None => dirs::data_dir().ok_or(ProfileError::NoFolder)?.join(IDENTIFIER),
        };
        let unusable = |source| ProfileError::Unusable { path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(unusable)?;
        let lock = File::create(folder.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(ProfileError::InUse { path: folder }),
            Err(TryLockError::Error(source)) => Err(unusable(source)),
        }
    }

    /// Settings and connections.
    pub(crate) fn settings(&self) -> PathBuf {
        self.folder.join("settings.json")
    }

    /// The hub's folder.
    pub(crate) fn hub(&self) -> PathBuf {
        self.folder.join("hub")
    }

    /// The engine's folder.
    pub(crate) fn engine(&self) -> PathBuf {
        self.folder.join("engine")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_inspector_is_kept_out_until_the_first_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let first = Profile::open(Some(folder.path())).unwrap();
        assert!(matches!(Profile::open(Some(folder.path())), Err(ProfileError::InUse { .. })));
        drop(first);
        assert!(Profile::open(Some(folder.path())).is_ok());
    }
}
