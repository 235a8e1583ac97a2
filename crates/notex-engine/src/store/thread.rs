//! The thread that owns the connection. What is waiting is done in one transaction, each job in a savepoint of its own:
//! a thousand ends in a second are a few writes to the disk, and a job that fails takes no other with it.

use std::sync::mpsc;

use rusqlite::{Connection, Error};
use tokio::sync::oneshot;

/// The most jobs of one transaction: more would let the first of them wait too long.
const LARGEST_GROUP: usize = 256;

/// Something to be done; an error is why it cannot even be tried.
pub(super) type Work = Box<dyn FnOnce(Result<&Connection, Error>) -> Outcome + Send>;

pub(super) enum Job {
    Run(Work),
    Close(oneshot::Sender<()>),
}

/// What a job led to. Its caller is told when it is known how its transaction ended.
pub(super) struct Outcome {
    pub(super) failed: Option<Error>,
    pub(super) tell: Box<dyn FnOnce(Result<(), Error>) + Send>,
}

/// Works until it is told to close or nobody is left to ask.
pub(super) fn work(connection: Connection, waiting: &mpsc::Receiver<Job>) {
    let mut next = waiting.recv().ok();
    while let Some(job) = next.take() {
        match job {
            Job::Run(first) => {
                let mut group = vec![first];
                while group.len() < LARGEST_GROUP && next.is_none() {
                    match waiting.try_recv() {
                        Ok(Job::Run(job)) => group.push(job),
                        Ok(close @ Job::Close(_)) => next = Some(close),
                        Err(_) => break,
                    }
                }
                together(&connection, group);
                next = next.or_else(|| waiting.recv().ok());
            }
            Job::Close(closed) => {
                drop(connection);
                let _ = closed.send(());
                return;
            }
        }
    }
}

fn together(connection: &Connection, group: Vec<Work>) {
    let mut jobs = group.into_iter();
    while jobs.len() > 0 {
        if let Err(why) = connection.execute_batch("BEGIN") {
            for job in jobs.by_ref() {
                (job(Err(again(&why))).tell)(Ok(()));
            }
            return;
        }
        let (mut tells, mut undone) = (Vec::with_capacity(jobs.len()), None);
        for job in jobs.by_ref() {
            let outcome = alone(connection, job);
            tells.push(outcome.tell);
            // The disk is full or broken: SQLite has undone the whole transaction.
            if connection.is_autocommit() {
                undone = outcome.failed;
                break;
            }
        }
        let ended = match undone {
            Some(why) => Err(why),
            None => connection.execute_batch("COMMIT"),
        };
        if ended.is_err() && !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
        for tell in tells {
            tell(ended.as_ref().copied().map_err(again));
        }
    }
}

fn alone(connection: &Connection, job: Work) -> Outcome {
    if let Err(why) = connection.execute_batch("SAVEPOINT job") {
        return job(Err(why));
    }
    let outcome = job(Ok(connection));
    if !connection.is_autocommit() {
        let undo = if outcome.failed.is_some() { "ROLLBACK TO job; RELEASE job" } else { "RELEASE job" };
        if let Err(why) = connection.execute_batch(undo) {
            return Outcome { failed: Some(why), ..outcome };
        }
    }
    outcome
}

/// The same error for another caller.
pub(super) fn again(why: &Error) -> Error {
    let code = why.sqlite_error().copied().unwrap_or(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ERROR));
    Error::SqliteFailure(code, Some(why.to_string()))
}
