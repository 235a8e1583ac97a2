//! Ids of sessions that may still cost credits, on disk before anything else happens with them.
//! One line per change, `+` or `-`, connection, session and whether it was started here, separated by tabs; `=` is an
//! ended one that was started here. Rewritten compactly when opened.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Of so many ended sessions it is known that they were started here.
const PAST_KEPT: usize = 2_000;

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
    open: Open,
    past: Past,
    /// Something was written that may not be on the disk yet.
    dirty: bool,
}

type Open = BTreeMap<(String, String), bool>;

/// Ended sessions that were started here, oldest first.
#[derive(Debug, Default)]
struct Past {
    order: VecDeque<(String, String)>,
    known: HashSet<(String, String)>,
}

impl Past {
    fn keep(&mut self, entry: (String, String)) {
        if !self.known.insert(entry.clone()) {
            return;
        }
        self.order.push_back(entry);
        if self.order.len() > PAST_KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
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
        let (open, past) = replay(&text);
        // Written beside and renamed, so that a crash in between loses no line.
        let fresh = path.with_extension("new");
        let ended = past.order.iter().map(|(connection, id)| line('=', connection, id, false));
        let live = open.iter().map(|((connection, id), here)| line('+', connection, id, *here));
        let compact: String = ended.chain(live).collect();
        fs::write(&fresh, compact).map_err(failed("written"))?;
        fs::rename(&fresh, path).map_err(failed("written"))?;
        let file = OpenOptions::new().append(true).open(path).map_err(failed("opened"))?;
        Ok(Self { path: path.to_owned(), file, open, past, dirty: false })
    }

    /// The sessions of a connection that were not yet seen to end.
    pub(crate) fn open_sessions(&self, connection: &str) -> Vec<String> {
        self.open.keys().filter(|(owner, _)| owner == connection).map(|(_, id)| id.clone()).collect()
    }

    /// All of them, by connection and id.
    pub(crate) fn all_open(&self) -> Vec<(String, String)> {
        self.open.keys().cloned().collect()
    }

    /// Whether a session was started here; of those that ended long ago it is not known any more.
    pub(crate) fn is_of_here(&self, connection: &str, session: &str) -> bool {
        let entry = (connection.to_owned(), session.to_owned());
        self.open.get(&entry).copied().unwrap_or(false) || self.past.known.contains(&entry)
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
        let entry = (connection.to_owned(), session.to_owned());
        if let Some(here) = self.open.remove(&entry) {
            if here {
                self.past.keep(entry);
            }
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
fn replay(text: &str) -> (Open, Past) {
    let (mut open, mut past) = (Open::new(), Past::default());
    for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
        let mut parts = line.split('\t');
        let (Some(sign), Some(connection), Some(session)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let entry = (connection.to_owned(), session.to_owned());
        match sign {
            "+" => drop(open.insert(entry, parts.next() == Some("here"))),
            "-" => {
                let was_here = open.remove(&entry) == Some(true);
                if was_here {
                    past.keep(entry);
                }
            }
            "=" => past.keep(entry),
            _ => {}
        }
    }
    (open, past)
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
    fn that_a_session_was_started_here_is_known_after_its_end_and_for_the_newest_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("live-sessions");
        let mut journal = Journal::open(&path).unwrap();
        journal.began("cloud", "s-strange").unwrap();
        journal.ended("cloud", "s-strange").unwrap();
        for number in 0..PAST_KEPT + 2 {
            let id = format!("s-{number}");
            journal.open.insert(("cloud".to_owned(), id.clone()), true);
            journal.append(&line('+', "cloud", &id, true)).unwrap();
            journal.ended("cloud", &id).unwrap();
        }
        for _ in 0..2 {
            // Twice: as it was written line by line, and as it was compacted.
            let again = Journal::open(&path).unwrap();
            assert!(again.open_sessions("cloud").is_empty());
            assert!(again.is_of_here("cloud", "s-2") && again.is_of_here("cloud", "s-2001"));
            assert!(!again.is_of_here("cloud", "s-1") && !again.is_of_here("cloud", "s-strange"));
            assert!(!again.is_of_here("other", "s-2"));
        }
    }

    #[test]
    fn a_line_cut_by_a_crash_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("live-sessions");
        fs::write(&path, "+\tcloud\ts-1\n+\tcloud\ts-2\n-\tcloud\ts-").unwrap();
        assert_eq!(Journal::open(&path).unwrap().open_sessions("cloud"), ["s-1", "s-2"]);
    }
}
