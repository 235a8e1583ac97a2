//! What outlives the engine: sessions and the ledger, in one SQLite file that one thread of its own reads and
//! writes, so that no disk can hold up the server.

#[cfg(test)]
mod faults;
mod problem;
mod rows;
mod schema;
mod thread;
mod totals;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::{BoxFuture, FutureExt};
use notex_session::{Credits, EndReason, Lifetime};
use notex_wire::{CallKind, LedgerEntry, SessionAnswer, SessionOptions, SessionStatus};
use rusqlite::Connection;
use tokio::sync::oneshot;

#[cfg(test)]
pub(crate) use self::faults::Fullness;
pub use self::problem::StoreError;
use self::thread::{Job, Outcome};
pub(crate) use self::totals::Totals;
use crate::browser::Traffic;
use crate::ledger::{Month, NewEntry};

/// In the data folder. A folder of its own, because the one around it is watched for what people change, and whoever
/// watches is woken by each write.
const FOLDER: &str = "store";
const FILE: &str = "engine.sqlite";

/// A session as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SessionRecord {
    pub(crate) id: String,
    pub(crate) life: Lifetime,
    /// Whether its calls take screenshots when they do not say.
    pub(crate) screenshot: bool,
    pub(crate) title: Option<String>,
    pub(crate) url: Option<String>,
    /// What it was started with, as answers tell it.
    pub(crate) options: SessionOptions,
    pub(crate) traffic: Traffic,
    pub(crate) ended: Option<Ended>,
}

/// How and when a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) at: DateTime<Utc>,
    pub(crate) reason: EndReason,
    /// A sentence, when there is more to say than the reason.
    pub(crate) error: Option<String>,
}

impl SessionRecord {
    /// As answers describe it.
    pub(crate) fn answer(&self, credits: Credits, now: DateTime<Utc>) -> SessionAnswer {
        let ended = self.ended.as_ref();
        let until = ended.map_or(now, |ended| ended.at);
        let lived = (until - self.life.created_at()).num_microseconds().unwrap_or(i64::MAX).max(0);
        #[expect(clippy::cast_precision_loss, reason = "exact for 285 years")]
        let duration = lived as f64 / 1e6;
        SessionAnswer {
            session_id: self.id.clone(),
            timeout_minutes: self.life.timeout_minutes(),
            created_at: self.life.created_at(),
            last_accessed_at: self.life.last_accessed_at(),
            duration,
            status: ended.map_or(SessionStatus::Active, status),
            error: ended.and_then(|ended| ended.error.clone()),
            keep_alive: Some(self.life.keep_alive()),
            expires_at: if ended.is_some() { None } else { self.life.deadline() },
            closed_at: ended.map(|ended| ended.at),
            close_reason: ended.map(|ended| ended.reason),
            title: self.title.clone(),
            url: self.url.clone(),
            idle_timeout_minutes: Some(self.life.timeout_minutes()),
            max_duration_minutes: self.life.max_duration_minutes(),
            network_request_bytes: self.traffic.request_bytes,
            network_response_bytes: self.traffic.response_bytes,
            options: self.options.clone(),
            cdp_url: None,
            credits: Some(credits),
            server_time: Some(now),
            usage: None,
        }
    }
}

fn status(ended: &Ended) -> SessionStatus {
    match ended.reason {
        EndReason::Manual => SessionStatus::Closed,
        EndReason::IdleTimeout | EndReason::MaxDuration => SessionStatus::TimedOut,
        // Without a sentence it was the caller who failed, and closed it.
        EndReason::Error if ended.error.is_none() => SessionStatus::Closed,
        EndReason::Error => SessionStatus::Error,
    }
}

/// A page of a list, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    pub(crate) page: u32,
    pub(crate) page_size: u32,
}

/// Which sessions a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listed {
    All,
    Live,
}

/// Which ledger entries are asked for. What is not said does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EntryFilter {
    pub(crate) session_id: Option<String>,
    pub(crate) call: Option<CallKind>,
    /// Charged then or later.
    pub(crate) from: Option<DateTime<Utc>>,
    /// Charged earlier.
    pub(crate) to: Option<DateTime<Utc>>,
    /// Entered before the entry with this number.
    pub(crate) before: Option<u64>,
}

/// The open store.
pub(crate) struct Store {
    jobs: Arc<Jobs>,
}

/// The way to the thread of the store. What is only noted goes in front of whatever is asked next: to wake a thread costs
/// its waker the processor now and then, which matters where somebody waits for something else.
struct Jobs {
    noted: Mutex<Vec<Job>>,
    way: mpsc::Sender<Job>,
}

impl Jobs {
    fn note(&self, job: Job) {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).push(job);
    }

    /// Hands over what was noted, and then `job`.
    fn ask(&self, job: Option<Job>) -> Result<(), StoreError> {
        // Locked until all is handed over, so that nothing overtakes.
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = noted.drain(..).chain(job);
        all.try_for_each(|job| self.way.send(job)).map_err(|_| StoreError::Closed)
    }
}

impl Store {
    /// Opens the store of a data folder, making both when they are not there. Blocks.
    pub(crate) fn open(data_dir: &Path) -> Result<Self, StoreError> {
        // Older engines kept it in the data folder itself. There it stays.
        let older = data_dir.join(FILE);
        let folder = &if older.exists() { data_dir.to_owned() } else { data_dir.join(FOLDER) };
        let of_folder = |why| StoreError::Folder { folder: folder.clone(), why };
        make_private(folder).map_err(of_folder)?;
        let file = folder.join(FILE);
        let refused = |why| StoreError::opening(folder, &file, why);
        let mut connection = Connection::open(&file).map_err(refused)?;
        let found = schema::version(&connection).map_err(refused)?;
        if found > schema::NEWEST {
            return Err(StoreError::Newer { file, found, known: schema::NEWEST });
        }
        schema::prepare(&mut connection).map_err(refused)?;
        let (way, waiting) = mpsc::channel::<Job>();
        let work = move || thread::work(connection, &waiting);
        std::thread::Builder::new().name("notex-store".to_owned()).spawn(work).map_err(of_folder)?;
        Ok(Self { jobs: Arc::new(Jobs { noted: Mutex::default(), way }) })
    }

    /// Closes the file; whatever is asked afterwards is refused.
    pub(crate) async fn close(&self) {
        let (closed, done) = oneshot::channel();
        if self.jobs.ask(Some(Job::Close(closed))).is_ok() {
            let _ = done.await;
        }
    }

    /// Ends the sessions that an engine left behind when it was killed.
    pub(crate) async fn end_orphans(&self) -> Result<usize, StoreError> {
        self.run("end the sessions of the last run", rows::end_orphans).await
    }

    /// Writes the state of a session and new ledger entries, all or nothing. Charges of zero are no entries. It is begun
    /// when it is waited for; what is asked of the store meanwhile finds it all the same.
    pub(crate) fn write(
        &self,
        session: SessionRecord,
        entries: Vec<NewEntry>,
    ) -> BoxFuture<'static, Result<Vec<LedgerEntry>, StoreError>> {
        let doing = "write a session";
        let (job, told) = job(move |connection| rows::write(connection, &session, &entries));
        self.jobs.note(job);
        let jobs = Arc::clone(&self.jobs);
        async move {
            jobs.ask(None)?;
            answered(doing, told).await
        }
        .boxed()
    }

    /// What was charged on each day (UTC) that has entries.
    pub(crate) async fn days(&self) -> Result<BTreeMap<NaiveDate, Credits>, StoreError> {
        self.run("sum up the ledger", totals::days).await
    }

    /// A session and what it has cost.
    pub(crate) async fn session(&self, id: &str) -> Result<Option<(SessionRecord, Credits)>, StoreError> {
        let id = id.to_owned();
        self.run("read a session", move |connection| rows::session(connection, &id)).await
    }

    /// Sessions, newest first, and how many there are.
    pub(crate) async fn sessions(
        &self,
        listed: Listed,
        paging: Paging,
    ) -> Result<(Vec<(SessionRecord, Credits)>, u64), StoreError> {
        self.run("list the sessions", move |connection| rows::sessions(connection, listed, paging)).await
    }

    /// How many calls on the page of a session were charged.
    pub(crate) async fn calls(&self, id: &str) -> Result<u64, StoreError> {
        let id = id.to_owned();
        self.run("count the calls of a session", move |connection| rows::calls(connection, &id)).await
    }

    /// Ledger entries, newest first, and how many there are.
    pub(crate) async fn entries(
        &self,
        filter: EntryFilter,
        paging: Paging,
    ) -> Result<(Vec<LedgerEntry>, u64), StoreError> {
        self.run("list the ledger", move |connection| rows::entries(connection, &filter, paging)).await
    }

    /// What was used in a month.
    pub(crate) async fn totals(&self, month: Month) -> Result<Totals, StoreError> {
        self.run("sum up the ledger", move |connection| totals::of(connection, month)).await
    }

    /// Asks at once, in the order of these calls; the answer can be waited for later.
    fn run<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, StoreError>> {
        let (job, told) = job(work);
        let asked = self.jobs.ask(Some(job));
        async move {
            asked?;
            answered(doing, told).await
        }
        .boxed()
    }
}

type Told<T> = oneshot::Receiver<rusqlite::Result<T>>;

/// Work for the thread, and where it tells what came of it.
fn job<T: Send + 'static>(
    work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> (Job, Told<T>) {
    let (tell, told) = oneshot::channel();
    let work = Box::new(move |connection: rusqlite::Result<&Connection>| {
        let result = connection.and_then(work);
        let failed = result.as_ref().err().map(thread::again);
        let tell = Box::new(move |ended: rusqlite::Result<()>| {
            let _ = tell.send(result.and_then(|done| ended.map(|()| done)));
        });
        Outcome { failed, tell }
    });
    (Job::Run(work), told)
}

async fn answered<T>(doing: &'static str, told: Told<T>) -> Result<T, StoreError> {
    let result = told.await.map_err(|_| StoreError::Closed)?;
    result.map_err(|why| StoreError::doing(doing, why))
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}
