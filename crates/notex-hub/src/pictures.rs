//! Screenshots, and pictures of pages that somebody asked to see, on disk: named by the hash of their bytes, so that
//! they travel by URL and are kept once.

use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// A stored screenshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `image/jpeg`, `image/png`, `image/webp`, `image/gif` or `image/avif`.
    pub media_type: &'static str,
    /// The file's bytes.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// What these bytes are, when they are a picture.
    pub(crate) fn of(bytes: Vec<u8>) -> Result<Self, PictureError> {
        let media_type = media_type(&bytes).ok_or(PictureError::NotAPicture)?;
        Ok(Self { media_type, bytes })
    }
}

/// A screenshot could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The server sent something that is not a picture.
    #[error("the screenshot is not a picture")]
    NotAPicture,
    /// There is none of this name.
    #[error("there is no such picture")]
    Unknown,
    /// The disk refused.
    #[error("the screenshot could not be kept in {}", path.display())]
    Disk {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The folder of screenshots.
#[derive(Clone, Debug)]
pub(crate) struct Pictures {
    folder: PathBuf,
}

impl Pictures {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Stores a screenshot sent as base64 text and returns its name.
    pub(crate) async fn keep(&self, base64_text: String) -> Result<String, PictureError> {
        let folder = self.folder.clone();
        let kept = tokio::task::spawn_blocking(move || {
            let bytes = STANDARD.decode(base64_text.trim()).map_err(|_| PictureError::NotAPicture)?;
            write(&folder, &bytes)
        });
        kept.await.unwrap_or(Err(PictureError::NotAPicture))
    }

    /// Stores a picture and returns its name.
    pub(crate) async fn keep_bytes(&self, bytes: Vec<u8>) -> Result<String, PictureError> {
        let folder = self.folder.clone();
        let kept = tokio::task::spawn_blocking(move || write(&folder, &bytes));
        kept.await.unwrap_or(Err(PictureError::NotAPicture))
    }

    /// Reads a screenshot. Only names that [`Self::keep`] gives are looked for.
    pub(crate) async fn read(&self, name: &str) -> Result<Picture, PictureError> {
        if name.len() != 64 || !name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(PictureError::Unknown);
        }
        let bytes = tokio::fs::read(self.folder.join(name)).await.map_err(|_| PictureError::Unknown)?;
        Picture::of(bytes)
    }

    /// Removes those of earlier runs: what is still shown of them is in the history.
    pub(crate) fn remove_all(&self) {
        if let Err(why) = std::fs::remove_dir_all(&self.folder)
            && why.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%why, "the pictures of earlier runs were not removed");
        }
    }
}

fn write(folder: &Path, bytes: &[u8]) -> Result<String, PictureError> {
    media_type(bytes).ok_or(PictureError::NotAPicture)?;
    let name: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join(&name);
    let disk = |source| PictureError::Disk { path: path.clone(), source };
    if !path.exists() {
        std::fs::create_dir_all(folder).map_err(disk)?;
        // Renamed into place: a reader or a crash never meets half a picture.
        let partial = folder.join(format!("{name}.part"));
        std::fs::write(&partial, bytes).map_err(disk)?;
        std::fs::rename(&partial, &path).map_err(disk)?;
    }
    Ok(name)
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f' | b's', ..] => Some("image/avif"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_picture_comes_back_by_its_name_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let pictures = Pictures::new(folder.path().join("pictures"));
        let name = pictures.keep(STANDARD.encode([0xff, 0xd8, 0xff, 1, 2, 3])).await.unwrap();
        assert_eq!(pictures.read(&name).await.unwrap().bytes, [0xff, 0xd8, 0xff, 1, 2, 3]);
        assert!(matches!(pictures.read("../../etc/passwd").await, Err(PictureError::Unknown)));
        assert!(matches!(pictures.keep(STANDARD.encode("<script>")).await, Err(PictureError::NotAPicture)));
    }
}
