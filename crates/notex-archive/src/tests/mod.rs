//! An archive in a folder of its own for each test, with a disk that can be made full and a day that can be chosen.

mod damage;
mod disks;
mod keeping;
mod migrating;
mod retaining;
mod searching;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use notex_session::{Credits, EndReason};
use notex_wire::CallKind;
use serde_json::json;
use tempfile::TempDir;

use crate::*;

pub(crate) fn day(days: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::days(days)
}

/// Typed on the first of those days, in UTC.
pub(crate) fn filter(typed: &str) -> Filter {
    Filter::parse(typed, day(0).fixed_offset()).unwrap()
}

/// A session of the local engine, created on a day.
pub(crate) fn facts(id: &str, days: i64) -> SessionFacts {
    SessionFacts {
        connection: "local".to_owned(),
        connection_name: "Local engine".to_owned(),
        session: id.to_owned(),
        dialect: Some("notex".to_owned()),
        started_here: true,
        request: Some(json!({ "session_timeout_minutes": 5 })),
        created_at: day(days),
        page: Page { title: "Shop".to_owned(), url: "https://shop.example.com/".to_owned() },
        credits: Credits::from_thousandths(2_100),
        credits_estimated: false,
        end: None,
    }
}

pub(crate) fn ended(facts: SessionFacts) -> SessionFacts {
    let at = facts.created_at + TimeDelta::hours(1);
    SessionFacts { end: Some(End { at, reason: Some(EndReason::Manual), detail: None }), ..facts }
}

/// An observe of that session.
pub(crate) fn call(session: &str, number: u32, days: i64) -> NewCall {
    NewCall {
        connection: "local".to_owned(),
        session: session.to_owned(),
        number,
        kind: CallKind::Observe,
        what: "/ · 3 actions".to_owned(),
        made_elsewhere: false,
        request: Some(json!({ "url": "https://shop.example.com/" })),
        response: Some(json!({ "space": { "actions": [{ "id": "B1" }] } })),
        http_status: Some(200),
        failure: None,
        started_at: day(days),
        timing: Timing { total: Some(Duration::from_millis(812)), ..Timing::default() },
        credits: Some(Credits::from_thousandths(2_000)),
        reasons: Vec::new(),
        page: Page { title: "Shop".to_owned(), url: "https://shop.example.com/".to_owned() },
        action_count: Some(3),
        words: Words::default(),
        parts: Vec::new(),
    }
}

/// Bytes that cannot be compressed, and differ by their seed.
pub(crate) fn picture(seed: u64, size: usize) -> NewPart {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let bytes = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    });
    NewPart {
        kind: PartKind::Screenshot,
        media_type: "image/png".to_owned(),
        bytes: bytes.take(size).collect(),
    }
}

pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) archive: Archive,
    pub(crate) put_aside: Option<String>,
    pub(crate) news: Arc<Mutex<Vec<News>>>,
    pub(crate) free: Arc<AtomicU64>,
    /// Files find no space on the disk.
    pub(crate) full: Arc<AtomicBool>,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::open(TempDir::new().unwrap(), |_| {}).unwrap()
    }

    pub(crate) fn open(folder: TempDir, adjust: impl FnOnce(&mut Options)) -> Result<Self, ArchiveError> {
        let (news, free) = (Arc::<Mutex<Vec<News>>>::default(), Arc::new(AtomicU64::new(u64::MAX)));
        let (heard, left) = (Arc::clone(&news), Arc::clone(&free));
        let mut options = Options {
            tell: Box::new(move |said| heard.lock().unwrap().push(said)),
            free_space: Box::new(move |_| Ok(left.load(Ordering::Relaxed))),
            retry_after: Duration::from_millis(20),
            ..Options::new(folder.path().join("history"))
        };
        adjust(&mut options);
        let mut full = None;
        let opened = Archive::open_with(options, |blobs| full = Some(Arc::clone(&blobs.full)))?;
        let Opened { archive, put_aside } = opened;
        Ok(Self { folder, archive, put_aside, news, free, full: full.unwrap() })
    }

    pub(crate) fn reopened(self) -> Self {
        let Self { folder, archive, .. } = self;
        drop(archive);
        Self::open(folder, |_| {}).unwrap()
    }

    pub(crate) fn all(&self) -> Vec<KeptSession> {
        self.archive.sessions(&SessionFilter::default(), 0, 1_000).unwrap().sessions
    }

    /// The calls that a filter finds, newest first, as `session#number`.
    pub(crate) fn found(&self, typed: &str) -> Vec<String> {
        let page = self.archive.search(&filter(typed), 0, 100).unwrap();
        assert_eq!(page.total, page.hits.len() as u64);
        page.hits.iter().map(|hit| format!("{}#{}", hit.session.session, hit.call.number)).collect()
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.all().into_iter().map(|session| session.session).collect()
    }

    pub(crate) fn only(&self) -> KeptSession {
        let [session] = <[KeptSession; 1]>::try_from(self.all()).unwrap();
        session
    }

    pub(crate) fn heard(&self) -> Vec<News> {
        self.news.lock().unwrap().clone()
    }

    /// All files in the folder of files.
    pub(crate) fn files(&self) -> Vec<std::path::PathBuf> {
        fn below(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { below(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        below(&self.folder.path().join("history/blobs"), &mut found);
        found
    }
}
