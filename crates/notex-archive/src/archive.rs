//! The open archive: what is handed in waits for the writer, what is read comes by connections of its own.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags};

use crate::blobs::{Blobs, is_hash};
use crate::filter::{Completion, Filter};
use crate::handed::{LateParts, NewCall, PartKind, SessionFacts};
use crate::kept::{
    CallsPage, HitsPage, KeptPart, KeptSession, Pinned, Retention, SessionFilter, SessionsPage, Sizes, Swept,
    WholeCall,
};
use crate::problem::{ArchiveError, News, is_damage};
use crate::thread::{Job, Pending, Write, Writer};
use crate::{read, retain, schema, write};

const ROWS: &str = "archive.sqlite";
const BLOBS: &str = "blobs";
const LOCK: &str = "lock";
/// Says that the rows were found damaged; the next opening puts them aside.
const MARK: &str = "damaged";
/// Whoever reads at once has a connection; more are opened when they are needed, and so many are kept.
const READERS_KEPT: usize = 4;

/// How many bytes are free on the disk of a folder.
pub type FreeSpace = Box<dyn Fn(&Path) -> io::Result<u64> + Send>;

/// How an archive is opened.
pub struct Options {
    /// Its folder; made when missing, readable by its owner only.
    pub folder: PathBuf,
    /// Below so many free bytes on the disk no large parts are taken.
    pub least_free: u64,
    /// How many bytes are free on the disk of a folder.
    pub free_space: FreeSpace,
    /// So many bytes may wait to be written; what comes beyond is refused.
    pub most_waiting: u64,
    /// After so long, what a disk did not take is tried again.
    pub retry_after: Duration,
    /// Is told, on the writer's thread, when writing begins to fail or works again.
    pub tell: Box<dyn Fn(News) + Send>,
}

impl Options {
    /// The usual ones for a folder.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            least_free: 500_000_000,
            free_space: Box::new(|folder| fs4::available_space(folder)),
            most_waiting: 256_000_000,
            retry_after: Duration::from_secs(2),
            tell: Box::new(|_| {}),
        }
    }
}

/// An archive, and what was found when it was opened.
pub struct Opened {
    /// The archive.
    pub archive: Archive,
    /// The one before was damaged and put aside: the sentence says where it is.
    pub put_aside: Option<String>,
}

/// The open archive. Its folder is let go of when it is closed or dropped.
pub struct Archive {
    folder: PathBuf,
    jobs: Sender<Job>,
    waiting: Arc<AtomicU64>,
    most_waiting: u64,
    writer: Mutex<Option<JoinHandle<()>>>,
    blobs: Blobs,
    readers: Mutex<Vec<Connection>>,
}

impl Archive {
    /// Opens the archive of a folder. One that cannot be read is put aside whole, and a new one is begun. Blocks.
    ///
    /// # Errors
    /// When the folder cannot be used, another inspector has it, or a newer one wrote it.
    pub fn open(options: Options) -> Result<Opened, ArchiveError> {
        Self::open_with(options, |_| {})
    }

    pub(crate) fn open_with(options: Options, look: impl FnOnce(&Blobs)) -> Result<Opened, ArchiveError> {
        let Options { folder, least_free, free_space, most_waiting, retry_after, tell } = options;
        let unusable = |why| ArchiveError::Folder { folder: folder.clone(), why };
        make_private(&folder).map_err(unusable)?;
        let lock = lock(&folder)?;
        let mut put_aside = None;
        if folder.join(MARK).exists() {
            put_aside = Some(move_aside(&folder).map_err(unusable)?);
        }
        let connection = match open_rows(&folder) {
            Err(ArchiveError::Sqlite { why, .. }) if is_damage(&why) => {
                put_aside = Some(move_aside(&folder).map_err(unusable)?);
                open_rows(&folder)?
            }
            opened => opened?,
        };
        let blobs = Blobs::new(folder.join(BLOBS));
        look(&blobs);
        let waiting = Arc::new(AtomicU64::new(0));
        let (jobs, asked) = mpsc::channel();
        let writer = Writer {
            connection,
            blobs: blobs.clone(),
            folder: folder.clone(),
            tell,
            free_space,
            least_free,
            retry_after,
            waiting: Arc::clone(&waiting),
            _lock: lock,
            pending: Pending::default(),
            unindexed: true,
        };
        let writer = std::thread::Builder::new()
            .name("notex-archive".to_owned())
            .spawn(move || writer.work(&asked))
            .map_err(unusable)?;
        let archive = Self {
            folder,
            jobs,
            waiting,
            most_waiting,
            writer: Mutex::new(Some(writer)),
            blobs,
            readers: Mutex::default(),
        };
        Ok(Opened { archive, put_aside })
    }

    /// Hands in what is known of a session. Does not wait for the disk.
    ///
    /// # Errors
    /// When too much waits already, or the archive is closed.
    pub fn keep_session(&self, facts: SessionFacts) -> Result<(), ArchiveError> {
        let bytes = 1_000 + facts.page.title.len() + facts.page.url.len();
        self.hand_in(Write::Session(Box::new(facts)), bytes)
    }

    /// Hands in a call that has ended. Does not wait for the disk.
    ///
    /// # Errors
    /// When too much waits already, or the archive is closed.
    pub fn keep_call(&self, call: NewCall) -> Result<(), ArchiveError> {
        let words = call.words.actions.len() + call.words.text.len() + call.words.asked.len();
        let parts: usize = call.parts.iter().map(|part| part.bytes.len()).sum();
        // An answer holds about what is found in it, and as much again around that.
        self.hand_in(Write::Call(Box::new(call)), 2_000 + 3 * words + parts)
    }

    /// Hands in parts of a call that came after it; those of a call that is not kept are passed over. Does not wait for the
    /// disk.
    ///
    /// # Errors
    /// When too much waits already, or the archive is closed.
    pub fn keep_parts(&self, late: LateParts) -> Result<(), ArchiveError> {
        let bytes: usize = late.parts.iter().map(|part| part.bytes.len()).sum();
        self.hand_in(Write::Parts(Box::new(late)), 1_000 + bytes)
    }

    /// The parts of one kind of a call, or of all calls of a session, each with the number of its call.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn parts(
        &self,
        session: i64,
        number: Option<u32>,
        kind: PartKind,
    ) -> Result<Vec<(u32, KeptPart)>, ArchiveError> {
        self.read(|connection| read::parts(connection, session, number, kind))
    }

    fn hand_in(&self, write: Write, bytes: usize) -> Result<(), ArchiveError> {
        let bytes = bytes as u64;
        if self.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes > self.most_waiting {
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            return Err(ArchiveError::Behind);
        }
        self.jobs.send(Job::Write(write, bytes)).map_err(|_| ArchiveError::Closed)
    }

    /// Waits until all that was handed in before is written.
    ///
    /// # Errors
    /// When the disk does not take it; it is tried again all the same.
    pub fn flush(&self) -> Result<(), ArchiveError> {
        self.run("be written", |_| Ok(()))
    }

    /// Writes what waits and lets go of the folder. Whatever is handed in afterwards is refused.
    pub fn close(&self) {
        let _ = self.jobs.send(Job::Close);
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            let _ = writer.join();
        }
    }

    /// Removes what is older or more than is to be kept.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn sweep(&self, retention: Retention, now: DateTime<Utc>) -> Result<Swept, ArchiveError> {
        self.run("be tidied up", move |writer| {
            retain::sweep(&writer.connection, &writer.blobs, retention, now)
        })
    }

    /// Removes every session but pinned ones and those that live.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn clear(&self) -> Result<Swept, ArchiveError> {
        self.run("be cleared", |writer| retain::clear(&writer.connection, &writer.blobs))
    }

    /// Takes one session that has ended out of sight, pinned or not: it is not found any more, and can be brought back
    /// until it is removed for good. False when there is no such session.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn take_away(&self, session: i64, now: DateTime<Utc>) -> Result<bool, ArchiveError> {
        self.run("remove a session", move |writer| write::take_away(&writer.connection, session, now))
    }

    /// Brings back a session that was taken away, with all that it had; false when it is gone for good.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn bring_back(&self, session: i64) -> Result<bool, ArchiveError> {
        self.run("bring a session back", move |writer| write::bring_back(&writer.connection, session))
    }

    /// The sessions that were taken away and can be brought back, with when that was; the last one first.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn taken_away(&self) -> Result<Vec<(KeptSession, DateTime<Utc>)>, ArchiveError> {
        self.read(read::removed)
    }

    /// Removes for good what was taken away at an instant or before.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove_taken_away(&self, before: DateTime<Utc>) -> Result<Swept, ArchiveError> {
        self.run("remove a session", move |writer| {
            retain::remove_taken_away(&writer.connection, &writer.blobs, before)
        })
    }

    /// Removes one session that has ended for good, pinned or not.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove(&self, session: i64) -> Result<Swept, ArchiveError> {
        self.run("remove a session", move |writer| {
            retain::remove_one(&writer.connection, &writer.blobs, session)
        })
    }

    /// Pins a session, or unpins it; false when there is none of this number.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn pin(&self, session: i64, pinned: Pinned) -> Result<bool, ArchiveError> {
        self.run("pin a session", move |writer| {
            write::pin(&writer.connection, session, pinned == Pinned::Yes)
        })
    }

    /// Takes sessions as ended that no run saw the end of, but those given by connection and id, which may live. Does
    /// not wait for the disk, and comes before all that is handed in later.
    pub fn end_unseen(&self, alive: Vec<(String, String)>) {
        let work = move |writer: &mut Writer| {
            if let Err(why) = write::end_unseen(&writer.connection, &alive) {
                tracing::warn!(%why, "sessions of earlier runs were not taken as ended");
            }
        };
        drop(self.jobs.send(Job::Do(Box::new(work))));
    }

    /// Sessions, last touched first.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn sessions(
        &self,
        filter: &SessionFilter,
        offset: u64,
        limit: u32,
    ) -> Result<SessionsPage, ArchiveError> {
        self.read(|connection| read::sessions(connection, filter, offset, limit))
    }

    /// One session.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn session(&self, key: i64) -> Result<Option<KeptSession>, ArchiveError> {
        self.read(|connection| read::one_session(connection, key))
    }

    /// The session of a connection by its id there.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn find_session(&self, on: &str, id: &str) -> Result<Option<KeptSession>, ArchiveError> {
        self.read(|connection| read::find_session(connection, on, id))
    }

    /// The session of this id that was called last, on whatever connection.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn session_called(&self, id: &str) -> Result<Option<KeptSession>, ArchiveError> {
        self.read(|connection| read::session_called(connection, id))
    }

    /// Sessions whose end is not known: connection, id and the number of the last call.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn unended(&self) -> Result<Vec<(String, String, u32)>, ArchiveError> {
        self.read(read::unended)
    }

    /// The calls of a session, oldest first.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn calls(&self, session: i64, offset: u64, limit: u32) -> Result<CallsPage, ArchiveError> {
        self.read(|connection| read::calls(connection, session, offset, limit))
    }

    /// One call with its bodies and the list of its parts.
    ///
    /// # Errors
    /// When the rows or the answer's file cannot be read.
    pub fn call(&self, session: i64, number: u32) -> Result<Option<WholeCall>, ArchiveError> {
        let Some(mut whole) = self.read(|connection| read::whole_call(connection, session, number))? else {
            return Ok(None);
        };
        let large = whole.parts.iter().find(|part| part.kind == PartKind::Response);
        if let Some(hash) = large.and_then(|part| part.hash.as_deref()) {
            let (bytes, _) = self.blob(hash)?;
            whole.response =
                Some(serde_json::from_slice(&bytes).map_err(|_| ArchiveError::DamagedBlob(hash.to_owned()))?);
        }
        Ok(Some(whole))
    }

    /// The calls that a filter asks for, newest first.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn search(&self, filter: &Filter, offset: u64, limit: u32) -> Result<HitsPage, ArchiveError> {
        self.read(|connection| read::search(connection, filter, offset, limit))
    }

    /// What can be typed at a place of a filter, in bytes, with the values that calls have.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn complete(&self, typed: &str, at: usize) -> Result<Completion, ArchiveError> {
        self.read(|connection| Ok(Completion::of(typed, at, &read::Values(connection))))
    }

    /// The bytes of a part, checked against their hash, and their media type.
    ///
    /// # Errors
    /// When there is none of this hash, or its file is damaged or cannot be read.
    pub fn blob(&self, hash: &str) -> Result<(Vec<u8>, String), ArchiveError> {
        let none = || ArchiveError::NoBlob(hash.to_owned());
        if !is_hash(hash) {
            return Err(none());
        }
        let (size, media_type) = self.read(|connection| read::blob(connection, hash))?.ok_or_else(none)?;
        Ok((self.blobs.read(hash, size)?, media_type))
    }

    /// How much is kept.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn sizes(&self) -> Result<Sizes, ArchiveError> {
        self.read(read::sizes)
    }

    /// Does something on the writer's thread, after all that was handed in before is written.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        doing: &'static str,
        job: impl FnOnce(&mut Writer) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ArchiveError> {
        let (tell, told) = mpsc::sync_channel(1);
        let work = Box::new(move |writer: &mut Writer| {
            // What waits may name files that this would take for unnamed.
            let result = match writer.failing() {
                Some(why) => Err(why),
                None => job(writer),
            };
            let _ = tell.send(result);
        });
        self.jobs.send(Job::Do(work)).map_err(|_| ArchiveError::Closed)?;
        let result = told.recv().map_err(|_| ArchiveError::Closed)?;
        result.map_err(|why| self.failed(doing, why))
    }

    /// Does something on the writer's thread, also while what waits cannot be written.
    #[cfg(test)]
    pub(crate) fn ask(&self, job: impl FnOnce(&mut Writer) + Send + 'static) {
        self.jobs.send(Job::Do(Box::new(job))).expect("the writer lives");
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, ArchiveError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let failed = |why| self.failed("be read", why);
        let connection = idle.map_or_else(|| self.reader(), Ok).map_err(failed)?;
        let result = read(&connection).map_err(failed)?;
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS_KEPT {
            readers.push(connection);
        }
        Ok(result)
    }

    fn reader(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(self.folder.join(ROWS), flags)?;
        connection.busy_timeout(Duration::from_secs(2))?;
        Ok(connection)
    }

    fn failed(&self, doing: &'static str, why: rusqlite::Error) -> ArchiveError {
        if is_damage(&why) {
            mark_damaged(&self.folder, &why);
        }
        ArchiveError::doing(doing, why)
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        self.close();
    }
}

/// Why something could not be done, for news.
pub(crate) fn sentence(doing: &'static str, why: &rusqlite::Error) -> String {
    match why.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => ArchiveError::Full { doing }.to_string(),
        _ => format!("the history could not {doing}: {why}"),
    }
}

/// The rows were found damaged: the next opening puts them aside.
pub(crate) fn mark_damaged(folder: &Path, why: &rusqlite::Error) {
    tracing::error!(%why, "the history is damaged; it is put aside at the next start");
    drop(fs::write(folder.join(MARK), why.to_string()));
}

fn open_rows(folder: &Path) -> Result<Connection, ArchiveError> {
    let file = folder.join(ROWS);
    let refused = |why| ArchiveError::doing("be opened", why);
    let mut connection = Connection::open(&file).map_err(refused)?;
    let found = schema::version(&connection).map_err(refused)?;
    if found > schema::NEWEST {
        return Err(ArchiveError::Newer { file, found, known: schema::NEWEST });
    }
    schema::prepare(&connection).map_err(refused)?;
    schema::migrate(&mut connection, schema::MIGRATIONS).map_err(refused)?;
    // A file whose first pages are gone says so here, and not when the first call is lost.
    for table in ["sessions", "calls", "bodies", "blobs", "parts", "words"] {
        let first = format!("SELECT 1 FROM {table} LIMIT 1");
        connection.prepare(&first).and_then(|mut found| found.exists([])).map_err(refused)?;
    }
    Ok(connection)
}

fn lock(folder: &Path) -> Result<File, ArchiveError> {
    let unusable = |why| ArchiveError::Folder { folder: folder.to_owned(), why };
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(LOCK))
        .map_err(unusable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(ArchiveError::InUse(folder.to_owned())),
        Err(TryLockError::Error(why)) => Err(unusable(why)),
    }
}

/// Everything of an archive goes into a folder beside the new one; nothing is deleted.
fn move_aside(folder: &Path) -> io::Result<String> {
    let mut place = 1u32;
    let aside = loop {
        let aside = folder.join(format!("damaged-{place}"));
        if !aside.exists() {
            break aside;
        }
        place += 1;
    };
    fs::create_dir(&aside)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        if shown != LOCK && !shown.starts_with("damaged-") {
            fs::rename(entry.path(), aside.join(&name))?;
        }
    }
    Ok(format!(
        "The history of earlier runs was damaged and could not be read. It was put aside in {}, and a new one was begun.",
        aside.display()
    ))
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
