//! What a person should know without having asked: told once, and the newest kept for a window that opens later.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use crate::failure::as_sentence;
use crate::protocol::{Delta, Notice, NoticeKind};
use crate::state::State;

/// So many are kept.
const MOST_KEPT: usize = 100;

/// What was told.
#[derive(Default)]
pub(crate) struct Notices {
    last: u64,
    kept: VecDeque<Notice>,
}

impl Notices {
    /// Oldest first.
    pub(crate) fn kept(&self) -> Vec<Notice> {
        self.kept.iter().cloned().collect()
    }
}

/// What a notice is about.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) kind: NoticeKind,
    pub(crate) session: Option<String>,
    pub(crate) connection: Option<String>,
}

impl State {
    /// Tells it. The text may be a bare clause; it is made a sentence.
    pub(crate) fn notify(&mut self, about: About, title: &str, text: &str, now: DateTime<Utc>) {
        let About { kind, session, connection } = about;
        self.notices.last += 1;
        let (id, title, text) = (self.notices.last, title.to_owned(), as_sentence(text));
        let notice = Notice { id, at: now, kind, session, connection, title, text };
        if self.notices.kept.len() == MOST_KEPT {
            self.notices.kept.pop_front();
        }
        self.notices.kept.push_back(notice.clone());
        self.deltas.push(Delta::Notice(notice));
    }
}
