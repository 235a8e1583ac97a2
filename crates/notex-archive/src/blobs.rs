//! Files named by the SHA-256 of their bytes, in folders by its first two pairs of digits. A file is whole and on the
//! disk when [`Blobs::keep`] returns, so that a row that names it may follow.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::problem::ArchiveError;

/// Text shorter than this is not worth compressing.
const SHORT: usize = 512;
/// Fast, and most of what there is to gain.
const LEVEL: i32 = 3;
/// What a half-written file is called.
const PARTIAL: &str = "part";

/// The folder of files.
#[derive(Clone, Debug)]
pub(crate) struct Blobs {
    folder: PathBuf,
    #[cfg(test)]
    pub(crate) full: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

/// A file that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blob {
    pub(crate) hash: String,
    /// Its size, in bytes.
    pub(crate) size: u64,
    /// What it takes on the disk; less than its size when it is compressed.
    pub(crate) stored: u64,
}

pub(crate) fn hash_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Shorter when that is possible.
pub(crate) fn packed(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() < SHORT {
        return None;
    }
    let packed = zstd::bulk::compress(bytes, LEVEL).ok()?;
    // A tenth less, or it is not worth the time to unpack it.
    (packed.len() < bytes.len() / 10 * 9).then_some(packed)
}

/// The bytes of something that is kept as `stored` and was of this size.
pub(crate) fn unpacked(stored: Vec<u8>, size: u64) -> io::Result<Vec<u8>> {
    let size = usize::try_from(size).map_err(io::Error::other)?;
    if stored.len() == size { Ok(stored) } else { zstd::bulk::decompress(&stored, size) }
}

fn is_text(media_type: &str) -> bool {
    let kind = media_type.split(';').next().unwrap_or_default().trim();
    kind.starts_with("text/")
        || ["json", "xml", "javascript"].iter().any(|end| kind.ends_with(end))
        || kind == "application/x-ndjson"
}

impl Blobs {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            #[cfg(test)]
            full: std::sync::Arc::default(),
        }
    }

    fn path(&self, hash: &str) -> PathBuf {
        self.folder.join(&hash[..2]).join(&hash[2..4]).join(hash)
    }

    /// Writes a file, synced and renamed into place.
    pub(crate) fn keep(&self, hash: &str, bytes: &[u8], media_type: &str) -> io::Result<Blob> {
        #[cfg(test)]
        if self.full.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let packed = if is_text(media_type) { packed(bytes) } else { None };
        let content = packed.as_deref().unwrap_or(bytes);
        let path = self.path(hash);
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder)?;
        let partial = path.with_extension(PARTIAL);
        let written = File::create(&partial).and_then(|mut file| {
            file.write_all(content)?;
            file.sync_all()
        });
        if let Err(why) = written.and_then(|()| fs::rename(&partial, &path)) {
            drop(fs::remove_file(&partial));
            return Err(why);
        }
        sync_folder(folder);
        Ok(Blob { hash: hash.to_owned(), size: bytes.len() as u64, stored: content.len() as u64 })
    }

    /// Reads a file of this size, and makes sure that it is what was kept.
    pub(crate) fn read(&self, hash: &str, size: u64) -> Result<Vec<u8>, ArchiveError> {
        let stored = fs::read(self.path(hash)).map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => ArchiveError::NoBlob(hash.to_owned()),
            _ => ArchiveError::Blob { hash: hash.to_owned(), why },
        })?;
        let damaged = || ArchiveError::DamagedBlob(hash.to_owned());
        let bytes = unpacked(stored, size).map_err(|_| damaged())?;
        if hash_of(&bytes) == hash { Ok(bytes) } else { Err(damaged()) }
    }

    /// Removes a file; one that is gone already is no failure.
    pub(crate) fn remove(&self, hash: &str) -> io::Result<()> {
        match fs::remove_file(self.path(hash)) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Removes what a killed process left: half-written files, and those that no row names.
    pub(crate) fn remove_unnamed(&self, is_named: impl Fn(&str) -> bool) -> io::Result<u64> {
        let mut removed = 0;
        for first in entries(&self.folder)? {
            for second in entries(&first)? {
                for file in entries(&second)? {
                    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                    let is_ours = is_hash(name.trim_end_matches(".part"));
                    if is_ours && !(is_hash(name) && is_named(name)) {
                        fs::remove_file(&file)?;
                        removed += 1;
                    }
                }
            }
        }
        Ok(removed)
    }
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

/// The rename is on the disk, too. Systems that cannot sync folders order renames themselves.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    if let Ok(folder) = File::open(folder) {
        drop(folder.sync_all());
    }
    #[cfg(not(unix))]
    let _ = folder;
}
