//! Opens a file that anybody may have made: nothing of it is believed before it was counted and hashed, and no name in
//! it becomes a path.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::export::hex;
use crate::problem::FileError;
use crate::records::{CallRecord, Entry, FORMAT, Manifest, VERSION};

pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const CALLS: &str = "calls.jsonl";
pub(crate) const PARTS: &str = "parts/";

/// More files than this no session has.
const MOST_FILES: usize = 500_000;
/// In bytes, unpacked.
const LARGEST_MANIFEST: u64 = 128_000_000;
/// In bytes, unpacked: of one file that is held in memory.
const LARGEST_FILE: u64 = 1_000_000_000;
/// In bytes, unpacked: of all files.
const LARGEST_IN_ALL: u64 = 20_000_000_000;
/// What is packed tighter than this, and large, was made to burst.
const TIGHTEST: u64 = 250;
/// In bytes, unpacked: below this nothing bursts.
const HARMLESS: u64 = 50_000_000;

/// A file whose manifest and hashes were found right.
pub struct SessionFile {
    file: PathBuf,
    zip: ZipArchive<BufReader<File>>,
    manifest: Manifest,
    calls: Vec<CallRecord>,
}

impl std::fmt::Debug for SessionFile {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SessionFile").field("file", &self.file).finish_non_exhaustive()
    }
}

/// What is read of a manifest before its version is known.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

impl SessionFile {
    /// Opens a file and checks all that is in it. Blocks for as long as reading it takes.
    ///
    /// # Errors
    /// When it cannot be read, is no session file, is of a newer inspector, is damaged, or would burst.
    pub fn open(file: &Path) -> Result<Self, FileError> {
        let unread = |why| FileError::Read { file: file.to_owned(), why };
        let opened = File::open(file).map_err(unread)?;
        let packed = opened.metadata().map_err(unread)?.len();
        let mut zip = ZipArchive::new(BufReader::new(opened)).map_err(|why| match why {
            ZipError::Io(why) if why.kind() != io::ErrorKind::UnexpectedEof => unread(why),
            why => FileError::NotOurs(format!("it is no whole zip ({why})")),
        })?;
        let manifest = manifest_of(&mut zip)?;
        check_sizes(&manifest, packed)?;
        check_names(&zip, &manifest)?;
        let mut opened = Self { file: file.to_owned(), zip, manifest, calls: Vec::new() };
        for (name, entry) in opened.manifest.files.clone() {
            let bytes = opened.checked(&name, &entry)?;
            if name == CALLS {
                opened.calls = calls_of(&bytes)?;
            }
        }
        opened.check_calls()?;
        Ok(opened)
    }

    /// Its manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its calls, by rising numbers.
    pub fn calls(&self) -> &[CallRecord] {
        &self.calls
    }

    /// The bytes of a part, by its hash.
    ///
    /// # Errors
    /// When the file was changed since it was opened, or there is no such part.
    pub fn part(&mut self, sha256: &str) -> Result<Vec<u8>, FileError> {
        let name = format!("{PARTS}{sha256}");
        let entry = self.manifest.files.get(&name).cloned();
        let entry = entry.ok_or_else(|| FileError::Damaged(format!("{name} is not in it")))?;
        self.checked(&name, &entry)
    }

    fn checked(&mut self, name: &str, entry: &Entry) -> Result<Vec<u8>, FileError> {
        let file = self.zip.by_name(name).map_err(|why| damaged(name, &why))?;
        let bytes = read(file, entry.size, name)?;
        if bytes.len() as u64 != entry.size {
            return Err(FileError::Damaged(format!("{name} is not as large as its manifest says")));
        }
        if hex(&Sha256::digest(&bytes)) != entry.sha256 {
            return Err(FileError::Damaged(format!("{name} is not what its manifest says")));
        }
        Ok(bytes)
    }

    fn check_calls(&self) -> Result<(), FileError> {
        if self.calls.len() as u64 != self.manifest.calls {
            let (said, found) = (self.manifest.calls, self.calls.len());
            return Err(FileError::Damaged(format!("it says it has {said} calls, and has {found}")));
        }
        if let Some(pair) = self.calls.windows(2).find(|pair| pair[0].number >= pair[1].number) {
            return Err(FileError::Damaged(format!(
                "call {} comes after call {}",
                pair[1].number, pair[0].number
            )));
        }
        let parts = self.calls.iter().flat_map(|call| call.parts.iter().map(move |part| (call.number, part)));
        for (number, part) in parts {
            let Some(hash) = &part.sha256 else { continue };
            if !self.manifest.files.contains_key(&format!("{PARTS}{hash}")) {
                return Err(FileError::Damaged(format!("a part of call {number} is not in it")));
            }
        }
        Ok(())
    }
}

fn manifest_of(zip: &mut ZipArchive<BufReader<File>>) -> Result<Manifest, FileError> {
    let file = zip.by_name(MANIFEST).map_err(|why| match why {
        ZipError::FileNotFound => FileError::NotOurs(format!("it has no {MANIFEST}")),
        why => damaged(MANIFEST, &why),
    })?;
    let bytes = read(file, LARGEST_MANIFEST, MANIFEST)?;
    let unclear =
        |why: serde_json::Error| FileError::Damaged(format!("its {MANIFEST} cannot be read: {why}"));
    let head: Head = serde_json::from_slice(&bytes).map_err(unclear)?;
    if head.format != FORMAT {
        return Err(FileError::NotOurs(format!("its {MANIFEST} is of another program")));
    }
    if head.version > VERSION {
        return Err(FileError::Newer { found: head.version, known: VERSION });
    }
    serde_json::from_slice(&bytes).map_err(unclear)
}

fn check_sizes(manifest: &Manifest, packed: u64) -> Result<(), FileError> {
    let files = manifest.files.len();
    if files > MOST_FILES {
        return Err(FileError::TooLarge(format!("it holds {files} files")));
    }
    if let Some((name, entry)) = manifest.files.iter().find(|(_, entry)| entry.size > LARGEST_FILE) {
        return Err(FileError::TooLarge(format!("{name} would be {} MB", entry.size / 1_000_000)));
    }
    let all = manifest.files.values().fold(0u64, |all, entry| all.saturating_add(entry.size));
    if all > LARGEST_IN_ALL || all > HARMLESS && all / TIGHTEST > packed {
        let (all, packed) = (all / 1_000_000, packed / 1_000);
        return Err(FileError::TooLarge(format!("its {packed} KB would become {all} MB")));
    }
    Ok(())
}

/// The names are those of the manifest, and none is anything but what we write.
fn check_names(zip: &ZipArchive<BufReader<File>>, manifest: &Manifest) -> Result<(), FileError> {
    for (name, entry) in &manifest.files {
        if name != CALLS && name.strip_prefix(PARTS) != Some(entry.sha256.as_str()) {
            return Err(FileError::Damaged(format!("it names {name:?}, which no session file has")));
        }
    }
    if !manifest.files.contains_key(CALLS) {
        return Err(FileError::Damaged(format!("{CALLS} is not in it")));
    }
    for name in zip.file_names() {
        let name = name.map_err(|why| damaged("a file", &why))?;
        if name != MANIFEST && !manifest.files.contains_key(name.as_ref()) {
            return Err(FileError::Damaged(format!("it holds {name:?}, which its manifest does not know")));
        }
    }
    Ok(())
}

fn calls_of(bytes: &[u8]) -> Result<Vec<CallRecord>, FileError> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).enumerate();
    lines
        .map(|(index, line)| {
            serde_json::from_slice(line).map_err(|why| {
                FileError::Damaged(format!("line {} of {CALLS} cannot be read: {why}", index + 1))
            })
        })
        .collect()
}

/// At most so many bytes, and one more to show that there were more.
fn read(file: impl Read, most: u64, name: &str) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    let unpacked = file.take(most + 1).read_to_end(&mut bytes);
    unpacked.map_err(|why| FileError::Damaged(format!("{name} cannot be unpacked: {why}")))?;
    if bytes.len() as u64 > most {
        return Err(FileError::Damaged(format!("{name} is larger than it says")));
    }
    Ok(bytes)
}

fn damaged(name: &str, why: &ZipError) -> FileError {
    FileError::Damaged(format!("{name} cannot be unpacked: {why}"))
}
