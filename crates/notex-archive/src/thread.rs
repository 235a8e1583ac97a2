//! The one writer: a thread of its own, so that no disk can hold up whoever hands something in. What waits is written
//! together in one transaction; what a disk does not take waits, and is tried again.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rusqlite::Connection;

use crate::blobs::{Blob, Blobs, hash_of};
use crate::handed::{LateParts, NewCall, NewPart, SessionFacts};
use crate::problem::{News, is_damage, may_pass};
use crate::write::{self, Body, ReadyCall, ReadyPart};
use crate::{archive, index, read};

/// The most writes of one transaction: more would let the first of them wait too long.
const LARGEST_GROUP: usize = 256;

/// What the writer is asked for.
pub(crate) enum Job {
    /// To be written when it can be; how much it holds in memory.
    Write(Write, u64),
    /// To be done after all that was asked before.
    Do(Box<dyn FnOnce(&mut Writer) + Send>),
    /// To let go of the folder, after all that was asked before.
    Close,
}

/// What is to be written.
pub(crate) enum Write {
    Session(Box<SessionFacts>),
    Call(Box<NewCall>),
    Parts(Box<LateParts>),
}

enum Ready {
    Session(Box<SessionFacts>),
    Call(Box<ReadyCall>),
    Parts(Box<LateParts>, Vec<ReadyPart>),
}

/// What the writer is made of.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    pub(crate) blobs: Blobs,
    pub(crate) folder: PathBuf,
    pub(crate) tell: Box<dyn Fn(News) + Send>,
    pub(crate) free_space: archive::FreeSpace,
    pub(crate) least_free: u64,
    pub(crate) retry_after: Duration,
    /// How much waits, in bytes; those who hand in look at it.
    pub(crate) waiting: Arc<AtomicU64>,
    /// Nobody else has the folder as long as this is open.
    pub(crate) _lock: File,
    pub(crate) pending: Pending,
    /// Calls may be there that the index of words does not have yet.
    pub(crate) unindexed: bool,
}

/// What is not written yet, oldest first.
#[derive(Default)]
pub(crate) struct Pending {
    ready: VecDeque<(Ready, u64)>,
    failing: Option<rusqlite::Error>,
    is_low: bool,
}

impl Writer {
    /// Works until it is told to close or nobody is left to ask.
    pub(crate) fn work(mut self, jobs: &Receiver<Job>) {
        self.remove_leftovers();
        loop {
            let next = if !self.pending.ready.is_empty() {
                jobs.recv_timeout(self.retry_after)
            } else if self.unindexed {
                jobs.recv_timeout(Duration::ZERO)
            } else {
                jobs.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match next {
                Ok(Job::Write(write, bytes)) => {
                    self.take(write, bytes);
                    if !self.take_more(jobs) {
                        return;
                    }
                }
                Ok(Job::Do(job)) => {
                    self.write_pending();
                    job(&mut self);
                }
                Err(RecvTimeoutError::Timeout) if self.pending.ready.is_empty() => self.index_more(),
                Err(RecvTimeoutError::Timeout) => self.write_pending(),
                Ok(Job::Close) | Err(RecvTimeoutError::Disconnected) => {
                    self.write_pending();
                    return;
                }
            }
        }
    }

    /// What waits already is written with the first; false when that was the end.
    fn take_more(&mut self, jobs: &Receiver<Job>) -> bool {
        for _ in 1..LARGEST_GROUP {
            match jobs.try_recv() {
                Ok(Job::Write(write, bytes)) => self.take(write, bytes),
                Ok(Job::Do(job)) => {
                    self.write_pending();
                    job(self);
                    return true;
                }
                Ok(Job::Close) => {
                    self.write_pending();
                    return false;
                }
                Err(_) => break,
            }
        }
        self.write_pending();
        true
    }

    fn take(&mut self, write: Write, bytes: u64) {
        let ready =
            match write {
                Write::Session(facts) => Ready::Session(facts),
                Write::Call(call) => Ready::Call(Box::new(self.prepare(*call))),
                Write::Parts(mut late) => {
                    let mut parts: Vec<_> =
                        std::mem::take(&mut late.parts).into_iter().map(|part| self.keep(part)).collect();
                    parts.extend(std::mem::take(&mut late.missing).into_iter().map(|(kind, why)| {
                        ReadyPart { kind, media_type: String::new(), size: 0, kept: Err(why) }
                    }));
                    Ready::Parts(late, parts)
                }
            };
        self.pending.ready.push_back((ready, bytes));
    }

    /// Puts what is large where it belongs; afterwards rows may name it.
    fn prepare(&mut self, mut call: NewCall) -> ReadyCall {
        let mut parts = std::mem::take(&mut call.parts);
        let mut as_row = |value: Option<serde_json::Value>| match write::body(value.as_ref()) {
            Ok(body) => body,
            Err(large) => {
                parts.push(write::response_part(large));
                Body::default()
            }
        };
        let response = as_row(call.response.take());
        let request = match write::body(call.request.take().as_ref()) {
            Ok(body) => body,
            Err(large) => {
                tracing::warn!(bytes = large.len(), "a request is too large to be kept");
                Body::default()
            }
        };
        let parts = parts.into_iter().map(|part| self.keep(part)).collect();
        ReadyCall { call, request, response, parts }
    }

    fn keep(&mut self, part: NewPart) -> ReadyPart {
        let NewPart { kind, media_type, bytes } = part;
        let size = bytes.len() as u64;
        let hash = hash_of(&bytes);
        let known = read::blob(&self.connection, &hash).ok().flatten();
        let kept = match known {
            // What a row names is there.
            Some(_) => Ok(Blob { hash, size, stored: size }),
            None => self.has_space().and_then(|()| {
                self.blobs.keep(&hash, &bytes, &media_type).map_err(|why| match why.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                        let why = "no space was left on the disk".to_owned();
                        self.space_is_low(&why);
                        why
                    }
                    _ => format!("it could not be written: {why}"),
                })
            }),
        };
        ReadyPart { kind, media_type, size, kept }
    }

    fn has_space(&mut self) -> Result<(), String> {
        match (self.free_space)(&self.folder) {
            Ok(free) if free < self.least_free => {
                let why = format!("the disk had {} MB free", free / 1_000_000);
                self.space_is_low(&why);
                Err(why)
            }
            Ok(_) | Err(_) => {
                if std::mem::take(&mut self.pending.is_low) {
                    (self.tell)(News::SpaceBack);
                }
                Ok(())
            }
        }
    }

    fn space_is_low(&mut self, why: &str) {
        if !std::mem::replace(&mut self.pending.is_low, true) {
            (self.tell)(News::SpaceLow(why.to_owned()));
        }
    }

    /// Writes what waits, or leaves it waiting.
    pub(crate) fn write_pending(&mut self) {
        while !self.pending.ready.is_empty() {
            match self.write_group() {
                Ok(written) => {
                    let bytes: u64 = self.pending.ready.drain(..written).map(|(_, bytes)| bytes).sum();
                    self.waiting.fetch_sub(bytes, Ordering::Relaxed);
                    if self.pending.failing.take().is_some() {
                        (self.tell)(News::Recovered);
                    }
                }
                Err((_, why)) if may_pass(&why) || is_damage(&why) => {
                    if is_damage(&why) {
                        archive::mark_damaged(&self.folder, &why);
                    }
                    if self.pending.failing.is_none() {
                        (self.tell)(News::Failing(archive::sentence("be written", &why)));
                    }
                    self.pending.failing = Some(why);
                    return;
                }
                // Nothing makes this one right; the others must not wait for it.
                Err((place, why)) => {
                    tracing::error!(%why, "an entry of the history was not kept");
                    if let Some((_, bytes)) = self.pending.ready.remove(place) {
                        self.waiting.fetch_sub(bytes, Ordering::Relaxed);
                    }
                }
            }
        }
    }

    /// How many were written, or which one failed.
    fn write_group(&self) -> Result<usize, (usize, rusqlite::Error)> {
        let transaction = self.connection.unchecked_transaction().map_err(|why| (0, why))?;
        let count = self.pending.ready.len().min(LARGEST_GROUP);
        for (place, (ready, _)) in self.pending.ready.iter().take(count).enumerate() {
            let written = match ready {
                Ready::Session(facts) => write::put_session(&transaction, facts),
                Ready::Call(call) => write::put_call(&transaction, call),
                Ready::Parts(late, parts) => write::put_parts(&transaction, late, parts),
            };
            written.map_err(|why| (place, why))?;
        }
        transaction.commit().map_err(|why| (0, why))?;
        Ok(count)
    }

    /// Takes some calls into the index of words that an older one did not have; called until there are none.
    fn index_more(&mut self) {
        match index::catch_up(&self.connection, &self.blobs) {
            Ok(some) => self.unindexed = some,
            Err(why) => {
                tracing::warn!(%why, "older calls are not found by their words until the next start");
                self.unindexed = false;
            }
        }
    }

    /// Why what waits could not be written; `None` when nothing waits.
    pub(crate) fn failing(&self) -> Option<rusqlite::Error> {
        let why = self.pending.failing.as_ref()?;
        let code = why.sqlite_error().copied();
        let code = code.unwrap_or(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ERROR));
        Some(rusqlite::Error::SqliteFailure(code, Some(why.to_string())))
    }

    fn remove_leftovers(&self) {
        let is_named = |hash: &str| !matches!(read::blob(&self.connection, hash), Ok(None));
        match self.blobs.remove_unnamed(is_named) {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "files that no call of the history names were removed"),
            Err(why) => tracing::warn!(%why, "the files of the history could not be looked through"),
        }
    }
}
