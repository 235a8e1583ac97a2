//! Ids of sessions that may still cost credits, on disk before anything else happens with them.
//! One line per change, `+` or `-`, connection, session and whether it was started here, separated by tabs; rewritten
//! compactly when opened.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The journal could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the list of live sessions in {} could not be {doing}", path.display())]
pub struct JournalError {
    path: PathBuf,
    doing: &'static str,
    source: io::Error,
}

/// Sessions that were started or seen live and not yet seen to end.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    /// Connection and session, and whether it was started here.
    open: BTreeMap<(String, String), bool>,
    /// Something was written that may not be on the disk yet.
    dirty: bool,
}

impl Journal {
    /// Opens the journal, or makes an empty one.
    pub(crate) fn open(path: &Path) -> Result<Self, JournalError> {
        let failed = |doing| move |source| JournalError { path: path.to_owned(), doing, source };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed("read")(error)),
        };
        let open = replay(&text);
        // Written beside and renamed, so that a crash in between loses no line.
        let fresh = path.with_extension("new");
        let compact: String =
            open.iter().map(|((connection, id), here)| line('+', connection, id, *here)).collect();
        fs::write(&fresh, compact).map_err(failed("written"))?;
        fs::rename(&fresh, path).map_err(failed("written"))?;
        let file = OpenOptions::new().append(true).open(path).map_err(failed("opened"))?;
        Ok(Self { path: path.to_owned(), file, open, dirty: false })
    }

    /// The sessions of a connection that were not yet seen to end.
    pub(crate) fn open_sessions(&self, connection: &str) -> Vec<String> {
        self.open.keys().filter(|(owner, _)| owner == connection).map(|(_, id)| id.clone()).collect()
    }

    /// Whether a session that was not yet seen to end was started here.
    pub(crate) fn is_of_here(&self, connection: &str, session: &str) -> bool {
        self.open.get(&(connection.to_owned(), session.to_owned())).copied().unwrap_or(false)
    }

    /// Notes a session that was started here; returns when it is on disk.
    pub(crate) fn started(&mut self, connection: &str, session: &str) -> Result<(), JournalError> {
        let before = self.open.insert((connection.to_owned(), session.to_owned()), true);
        if before != Some(true) {
            self.append(&line('+', connection, session, true))?;
        }
        self.sync()
    }

    /// Notes a session that was seen live; it is on disk after [`Journal::sync`].
    pub(crate) fn began(&mut self, connection: &str, session: &str) -> Result<(), JournalError> {
        let key = (connection.to_owned(), session.to_owned());
        if let std::collections::btree_map::Entry::Vacant(vacant) = self.open.entry(key) {
            vacant.insert(false);
            self.append(&line('+', connection, session, false))?;
        }
        Ok(())
    }

    /// Forgets a session that was seen to have ended; it is on disk after [`Journal::sync`].
    pub(crate) fn ended(&mut self, connection: &str, session: &str) -> Result<(), JournalError> {
        if self.open.remove(&(connection.to_owned(), session.to_owned())).is_some() {
            self.append(&line('-', connection, session, false))?;
        }
        Ok(())
    }

    /// Waits until all that was written is on the disk: once for a burst of sessions, not for each.
    pub(crate) fn sync(&mut self) -> Result<(), JournalError> {
        if std::mem::take(&mut self.dirty) {
            self.file.sync_data().map_err(|source| self.unwritten(source))?;
        }
        Ok(())
    }

    fn append(&mut self, line: &str) -> Result<(), JournalError> {
        self.dirty = true;
        self.file.write_all(line.as_bytes()).map_err(|source| self.unwritten(source))
    }

    fn unwritten(&self, source: io::Error) -> JournalError {
        JournalError { path: self.path.clone(), doing: "written", source }
    }
}

fn line(sign: char, connection: &str, session: &str, here: bool) -> String {
    // Neither may break the line; ids of ours never hold such characters, ids of a hostile server might.
    let clean = |text: &str| text.replace(['\t', '\n', '\r'], "_");
    let mark = if here { "\there" } else { "" };
    format!("{sign}\t{}\t{}{mark}\n", clean(connection), clean(session))
}

/// A last line cut by a crash has no newline and is passed over.
fn replay(text: &str) -> BTreeMap<(String, String), bool> {
    let mut open = BTreeMap::new();
    for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
        let mut parts = line.split('\t');
        let (Some(sign), Some(connection), Some(session)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let entry = (connection.to_owned(), session.to_owned());
        match sign {
            "+" => drop(open.insert(entry, parts.next() == Some("here"))),
            "-" => drop(open.remove(&entry)),
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_found_again_after_a_crash_and_forgotten_after_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("live-sessions");
        let mut journal = Journal::open(&path).unwrap();
        journal.began("cloud", "s-1").unwrap();
        journal.started("cloud", "s-2").unwrap();
        journal.began("other", "s-3").unwrap();
        journal.ended("cloud", "s-1").unwrap();
        // A second opening stands for the start after a kill -9: nothing was closed.
        let again = Journal::open(&path).unwrap();
        assert_eq!(again.open_sessions("cloud"), ["s-2"]);
        assert!(again.is_of_here("cloud", "s-2") && !again.is_of_here("other", "s-3"));
    }

    #[test]
    fn a_line_cut_by_a_crash_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("live-sessions");
        fs::write(&path, "+\tcloud\ts-1\n+\tcloud\ts-2\n-\tcloud\ts-").unwrap();
        assert_eq!(Journal::open(&path).unwrap().open_sessions("cloud"), ["s-1", "s-2"]);
    }
}
