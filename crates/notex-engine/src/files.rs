//! The folder of a session: what callers give to it to be uploaded is in it, and what its pages download in a folder
//! of its own within.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use notex_wire::current::FileSource;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::refusal::Refused;

/// The largest file that is taken, in bytes.
pub(crate) const LARGEST_FILE: usize = 32 * 1024 * 1024;
/// The most that callers may give to one session, in bytes.
const LARGEST_FOLDER: u64 = 256 * 1024 * 1024;
const MOST_FILES: usize = 1000;
const LONGEST_NAME: usize = 200;
/// Where the browser puts downloads, under names of its own until they are whole.
const DOWNLOADS: &str = "downloads";

/// A file of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) checksum: String,
    pub(crate) written_at: DateTime<Utc>,
    pub(crate) source: FileSource,
}

impl Kept {
    /// Its id: digits made of its place, so that no id leads anywhere by itself.
    pub(crate) fn id(&self) -> String {
        hex(&Sha256::digest(self.within().to_string_lossy().as_bytes())[..16])
    }

    /// Its place in the folder.
    fn within(&self) -> PathBuf {
        match self.source {
            FileSource::UserUpload => PathBuf::from(&self.name),
            FileSource::SessionDownload => Path::new(DOWNLOADS).join(&self.name),
        }
    }
}

/// Whether it is the name of a file, and nothing that leads elsewhere or hides.
pub(crate) fn is_name(name: &str) -> bool {
    let odd = |letter: char| {
        letter.is_control() || matches!(letter, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
    };
    !name.is_empty()
        && name != DOWNLOADS
        && name.len() <= LONGEST_NAME
        && !name.starts_with('.')
        && name.trim() == name
        && !name.contains(odd)
}

/// The names in a value that names several files: no name has a `|` in it.
pub(crate) fn names(value: &str) -> impl Iterator<Item = &str> {
    value.split('|').map(str::trim)
}

/// Removes what an engine that was killed left behind. Blocks.
pub(crate) fn sweep(root: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(root) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        swept => swept,
    }
}

/// Makes the folder of a session; it is removed with the value.
pub(crate) async fn folder(root: &Path, id: &str) -> Result<TempDir, Refused> {
    let (root, id) = (root.to_owned(), id.to_owned());
    blocking("make the folder of the session", move || {
        std::fs::create_dir_all(&root)?;
        tempfile::Builder::new().prefix(&id).rand_bytes(0).tempdir_in(&root)
    })
    .await
}

/// Removes the folder of a session.
pub(crate) async fn forget(folder: TempDir) {
    if let Ok(Err(error)) = tokio::task::spawn_blocking(move || folder.close()).await {
        tracing::warn!(%error, "the folder of a session was not removed");
    }
}

/// The file of a session with this name; one that was given before one that was downloaded.
pub(crate) async fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    if !is_name(name) {
        return None;
    }
    for file in [folder.join(name), folder.join(DOWNLOADS).join(name)] {
        if tokio::fs::symlink_metadata(&file).await.is_ok_and(|found| found.is_file()) {
            return Some(file);
        }
    }
    None
}

/// The name of a file that a page downloaded, as callers know it.
pub(crate) fn name_of_download(file: &str) -> &str {
    file.strip_prefix(DOWNLOADS).and_then(|rest| rest.strip_prefix(['/', '\\'])).unwrap_or(file)
}

/// The files of a session, by name.
pub(crate) async fn list(folder: PathBuf) -> Result<Vec<Kept>, Refused> {
    blocking("read the folder of the session", move || read(&folder)).await
}

/// Adds a file that a caller gave, or puts it in the place of one with the same name.
pub(crate) async fn add(folder: PathBuf, name: String, content: bytes::Bytes) -> Result<Kept, Refused> {
    if !is_name(&name) {
        return Err(Refused::field("file", "value_error", "file needs a name without parts of a path"));
    }
    if content.len() > LARGEST_FILE {
        return Err(too_large(format!("a file may hold {LARGEST_FILE} bytes at most")));
    }
    let added = blocking("write into the folder of the session", move || {
        let kept = read(&folder)?;
        let others = kept.iter().filter(|kept| kept.within() != Path::new(&name));
        let size: u64 = others.clone().map(|kept| kept.size).sum();
        if size + content.len() as u64 > LARGEST_FOLDER || others.count() >= MOST_FILES {
            return Ok(None);
        }
        std::fs::write(folder.join(&name), &content)?;
        kept_at(&folder, &name, FileSource::UserUpload).map(Some)
    });
    added.await?.ok_or_else(|| {
        too_large(format!(
            "the files of a session may be {MOST_FILES} and hold {LARGEST_FOLDER} bytes at most"
        ))
    })
}

/// The file with this id and its content.
pub(crate) async fn open(folder: PathBuf, id: &str) -> Result<(Kept, Vec<u8>), Refused> {
    let kept = by_id(folder.clone(), id).await?;
    let file = folder.join(kept.within());
    let content = blocking("read a file of the session", move || std::fs::read(file)).await?;
    Ok((kept, content))
}

/// Removes the file with this id.
pub(crate) async fn remove(folder: PathBuf, id: &str) -> Result<(), Refused> {
    let file = folder.join(by_id(folder.clone(), id).await?.within());
    blocking("remove a file of the session", move || std::fs::remove_file(file)).await
}

async fn by_id(folder: PathBuf, id: &str) -> Result<Kept, Refused> {
    let kept = list(folder).await?;
    kept.into_iter().find(|kept| kept.id() == id).ok_or_else(|| {
        let shown: String = id.chars().take(80).collect();
        let message = format!("the session has no file with the id {shown}");
        Refused::new(StatusCode::NOT_FOUND, "file_not_found", message)
    })
}

fn read(folder: &Path) -> io::Result<Vec<Kept>> {
    let mut kept = Vec::new();
    let downloads = folder.join(DOWNLOADS);
    for (place, source) in
        [(folder, FileSource::UserUpload), (downloads.as_path(), FileSource::SessionDownload)]
    {
        let entries = match std::fs::read_dir(place) {
            Err(why) if why.kind() == io::ErrorKind::NotFound && source == FileSource::SessionDownload => {
                continue;
            }
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            // What is still coming in has a name of the browser's, and is no file yet.
            let coming_in = source == FileSource::SessionDownload && uuid::Uuid::parse_str(&name).is_ok();
            if coming_in || !is_name(&name) || !entry.file_type()?.is_file() {
                continue;
            }
            match kept_at(place, &name, source) {
                // Somebody removed it a moment ago.
                Err(why) if why.kind() == io::ErrorKind::NotFound => {}
                found => kept.push(found?),
            }
        }
    }
    kept.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(kept)
}

fn kept_at(place: &Path, name: &str, source: FileSource) -> io::Result<Kept> {
    let file = place.join(name);
    let found = std::fs::metadata(&file)?;
    let digest = digest(std::fs::File::open(&file)?)?;
    Ok(Kept {
        name: name.to_owned(),
        size: found.len(),
        checksum: hex(&digest),
        written_at: found.modified().unwrap_or(SystemTime::UNIX_EPOCH).into(),
        source,
    })
}

fn digest(mut file: std::fs::File) -> io::Result<Vec<u8>> {
    let mut digest = Sha256::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(digest.finalize().to_vec()),
            read => digest.update(&chunk[..read]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn too_large(message: String) -> Refused {
    Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", message)
}

async fn blocking<T: Send + 'static>(
    doing: &str,
    job: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Refused> {
    let done = tokio::task::spawn_blocking(job).await.unwrap_or_else(|why| Err(io::Error::other(why)));
    done.map_err(|why| {
        tracing::error!(%why, "the engine could not {doing}");
        let message = format!("the engine could not {doing}: {why}");
        Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "folder_failed", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        for name in ["report.pdf", "Übersicht 2026.xlsx", "a"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", ".", "..", "downloads", "a/b", "..\\b", "C:x", " a", "a\n", "a\0", &"x".repeat(201)]
        {
            assert!(!is_name(name), "{name:?}");
        }
    }

    #[tokio::test]
    async fn a_folder_knows_who_gave_a_file_and_is_gone_when_forgotten() {
        let root = TempDir::new().unwrap();
        let folder = folder(root.path(), "seven").await.unwrap();
        let path = folder.path().to_owned();
        assert_eq!(path, root.path().join("seven"));
        let given = add(path.clone(), "a.txt".into(), "abc".into()).await.unwrap();
        std::fs::create_dir(path.join("downloads")).unwrap();
        std::fs::write(path.join("downloads/b.txt"), "b").unwrap();
        std::fs::write(path.join("downloads/67e55044-10b1-426f-9247-bb680e5fe0c8"), "half").unwrap();
        let kept = list(path.clone()).await.unwrap();
        let told: Vec<_> = kept.iter().map(|kept| (kept.name.as_str(), kept.size, kept.source)).collect();
        assert_eq!(told, [("a.txt", 3, FileSource::UserUpload), ("b.txt", 1, FileSource::SessionDownload)]);
        assert_eq!(open(path.clone(), &given.id()).await.unwrap(), (given.clone(), b"abc".to_vec()));
        assert_eq!(find(&path, "a.txt").await, Some(path.join("a.txt")));
        assert_eq!(find(&path, "b.txt").await, Some(path.join("downloads").join("b.txt")));
        assert_eq!(find(&path, "../seven/a.txt").await, None);
        assert_eq!(open(path.clone(), &kept[1].id()).await.unwrap().1, b"b");
        remove(path.clone(), &given.id()).await.unwrap();
        assert!(open(path.clone(), &given.id()).await.is_err());
        forget(folder).await;
        assert!(!path.exists());
        sweep(root.path()).unwrap();
        sweep(root.path()).unwrap();
    }
}
