//! What a person should know without having asked. Told once, never in a storm: several of a kind at the same moment
//! become one, and nothing is claimed right after the clock jumped, before the servers were asked again.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use notex_session::EndReason;
use notex_wire::PageEvent;

use crate::failure::as_sentence;
use crate::protocol::{Delta, Light, Notice, NoticeKind, SessionPhase, SessionState};
use crate::sessions::Session;
use crate::state::State;

/// How many notices a window that opens is given.
const KEPT: usize = 100;
/// So many of a kind at the same moment are told one by one.
const ONE_BY_ONE: usize = 3;
/// A session that appeared is looked at this much later: the answer to our own start may be on its way.
const STRANGER_AFTER: TimeDelta = TimeDelta::seconds(3);
/// A server that is back by then was not lost.
const LOST_AFTER: TimeDelta = TimeDelta::seconds(2);
/// After a jump of the clock nothing is claimed for so long, unless the server was asked meanwhile.
pub(crate) const CALM_AFTER_JUMP: TimeDelta = TimeDelta::seconds(15);
/// And so long no deadline is passed, which is enough for the servers to be asked.
pub(crate) const HELD_AFTER_JUMP: TimeDelta = TimeDelta::seconds(3);
/// A page tells at most so many notices in [`PAGE_SPAN`].
const OF_A_PAGE: usize = 5;
const PAGE_SPAN: TimeDelta = TimeDelta::seconds(30);

/// What was told, and what is told at the end of this turn of the loop.
#[derive(Default)]
pub(crate) struct Notices {
    last: u64,
    kept: VecDeque<Notice>,
    drafts: Vec<Draft>,
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

/// A notice before it is told.
#[derive(Clone, Debug)]
struct Draft {
    kind: NoticeKind,
    session: Option<String>,
    connection: Option<String>,
    title: String,
    text: String,
}

impl Draft {
    fn of_session(kind: NoticeKind, state: &SessionState, title: &str, text: String) -> Self {
        Self {
            kind,
            session: Some(state.id.clone()),
            connection: Some(state.connection.clone()),
            title: title.to_owned(),
            text,
        }
    }
}

/// A session in words: its title, its address, or its id.
fn named(state: &SessionState) -> String {
    let Some(named) = [&state.title, &state.url].into_iter().find(|words| !words.trim().is_empty()) else {
        // As much of the id as the list shows.
        return format!("Session {}", state.id.chars().take(8).collect::<String>());
    };
    let short: String = named.trim().chars().take(80).collect();
    if short.len() < named.trim().len() { format!("{short}…") } else { short }
}

fn in_words(span: TimeDelta) -> String {
    let seconds = span.num_seconds().max(1);
    match (seconds, seconds / 60) {
        (1, _) => "1 second".to_owned(),
        (2..=90, _) => format!("{seconds} seconds"),
        (_, minutes) => format!("{} minutes", minutes.max(2)),
    }
}

impl Session {
    /// The instant at which it is warned of its deadline, if it still has to be.
    pub(crate) fn warning(&self, before_seconds: u32) -> Option<DateTime<Utc>> {
        if before_seconds == 0 {
            return None;
        }
        let deadline = self.deadline()?;
        let warned = self.warned_of.is_some_and(|of| (of - deadline).abs() < TimeDelta::seconds(2));
        if warned || self.state.busy.is_some() {
            return None;
        }
        // One that lives no longer than the warning comes before would be warned of at each call.
        let life = i64::from(self.state.timeout_minutes) * 60;
        let before = i64::from(before_seconds);
        let before = if before >= life { life / 2 } else { before };
        Some(deadline - TimeDelta::seconds(before))
    }

    /// Whether its page may tell one more notice now.
    fn may_tell(&mut self, now: DateTime<Utc>) -> bool {
        self.page_notices.retain(|at| now - *at < PAGE_SPAN && *at <= now);
        let may = self.page_notices.len() < OF_A_PAGE;
        if may {
            self.page_notices.push_back(now);
        }
        may
    }
}

impl State {
    /// Tells it at the end of this turn of the loop. The text may be a bare clause; it is made a sentence.
    pub(crate) fn notify(&mut self, about: About, title: &str, text: &str) {
        let About { kind, session, connection } = about;
        self.notice(Draft { kind, session, connection, title: title.to_owned(), text: as_sentence(text) });
    }

    fn notice(&mut self, draft: Draft) {
        self.notices.drafts.push(draft);
    }

    /// The notices of this turn, several of a kind as one.
    pub(crate) fn tell_notices(&mut self, now: DateTime<Utc>) {
        let mut drafts = std::mem::take(&mut self.notices.drafts);
        while !drafts.is_empty() {
            let (kind, connection) = (drafts[0].kind, drafts[0].connection.clone());
            let same = |draft: &Draft| draft.kind == kind && draft.connection == connection;
            let (alike, rest): (Vec<_>, Vec<_>) = drafts.into_iter().partition(same);
            drafts = rest;
            match together(kind, alike.len()) {
                Some((title, text)) if alike.len() > ONE_BY_ONE => {
                    self.keep_notice(Draft { kind, session: None, connection, title, text }, now);
                }
                Some(_) | None => alike.into_iter().for_each(|draft| self.keep_notice(draft, now)),
            }
        }
    }

    fn keep_notice(&mut self, draft: Draft, now: DateTime<Utc>) {
        let Draft { kind, session, connection, title, text } = draft;
        let notices = &mut self.notices;
        notices.last += 1;
        let notice = Notice { id: notices.last, at: now, kind, session, connection, title, text };
        if notices.kept.len() == KEPT {
            notices.kept.pop_front();
        }
        notices.kept.push_back(notice.clone());
        self.deltas.push(Delta::Notice(notice));
    }

    /// A session's warning is due.
    pub(crate) fn warn(&mut self, id: &str, now: DateTime<Utc>) {
        let before = self.settings.warn_before_seconds;
        let Some(known) = self.sessions.get_mut(id) else { return };
        let Some(deadline) = known.deadline().filter(|deadline| *deadline > now) else { return };
        if known.warning(before).is_none_or(|due| due > now) {
            return;
        }
        known.warned_of = Some(deadline);
        let (name, left) = (named(&known.state), in_words(deadline - now));
        let last = known.state.latest_end.is_some_and(|end| end <= deadline);
        let next = if last {
            "it has reached its longest life, which no call moves"
        } else {
            "extend it, or let it end"
        };
        let text = format!("{name} ends in {left}: {next}.");
        let draft = Draft::of_session(NoticeKind::ExpiresSoon, &known.state, "A session ends soon", text);
        self.notice(draft);
    }

    /// A session was seen to end.
    pub(crate) fn notice_end(&mut self, id: &str, _now: DateTime<Utc>) {
        let Some(known) = self.sessions.get(id) else { return };
        let SessionPhase::Ended { reason, detail, .. } = &known.state.phase else { return };
        let why = match reason {
            EndReason::Manual => return,
            _ if known.closed_here => return,
            EndReason::IdleTimeout => "nobody called it for as long as its timeout allows".to_owned(),
            EndReason::MaxDuration => "it reached the longest life it was started with".to_owned(),
            EndReason::Error => {
                let why = detail.as_deref().unwrap_or("its browser or its server failed");
                why.chars().take(300).collect::<String>().trim_end_matches('.').to_owned()
            }
        };
        let text = format!("{} ended: {why}.", named(&known.state));
        self.notice(Draft::of_session(NoticeKind::Ended, &known.state, "A session ended", text));
    }

    /// A session appeared that was not listed when the connection was made.
    pub(crate) fn appeared(&mut self, id: &str, now: DateTime<Utc>) {
        let Some(known) = self.sessions.get(id) else { return };
        if known.state.keep_alive && !known.state.started_here && !known.is_ended() {
            self.strangers.push_back((now + STRANGER_AFTER, id.to_owned()));
        }
    }

    fn notice_strangers(&mut self, now: DateTime<Utc>) {
        while self.strangers.front().is_some_and(|(due, _)| *due <= now || *due > now + STRANGER_AFTER) {
            let Some((_, id)) = self.strangers.pop_front() else { return };
            let Some(known) = self.sessions.get(&id) else { continue };
            // A start that takes long may still turn out to be the one that made it.
            if self.connection(&known.state.connection).is_some_and(|known| known.starting > 0) {
                self.strangers.push_back((now + STRANGER_AFTER, id));
                return;
            }
            if known.state.started_here || known.is_ended() {
                continue;
            }
            let text = format!(
                "{} was made by a call that named none, or elsewhere; it is kept alive and costs until it is closed.",
                named(&known.state)
            );
            let draft =
                Draft::of_session(NoticeKind::Orphan, &known.state, "A session nobody here started", text);
            self.notice(draft);
        }
    }

    /// Something happened on a page that a person should know.
    pub(crate) fn page_event(&mut self, session: &str, event: &PageEvent, now: DateTime<Utc>) {
        let (kind, title, text) = match event {
            PageEvent::Dialog { dialog, message, accepted, .. } => {
                let answer = if *accepted { "accepted" } else { "dismissed" };
                (
                    NoticeKind::Dialog,
                    format!("A page asked ({dialog})"),
                    format!("“{}” was {answer} at once.", short(message)),
                )
            }
            PageEvent::Download { file, bytes, failure: None, .. } => (
                NoticeKind::Download,
                "A download was kept".to_owned(),
                format!("{} ({bytes} bytes) is among the session's files.", short(file)),
            ),
            PageEvent::Download { file, failure: Some(why), .. } => (
                NoticeKind::Download,
                "A download was not kept".to_owned(),
                format!("{}: {}.", short(file), short(why).trim_end_matches('.')),
            ),
            PageEvent::TabOpened { tab, .. } => {
                self.change_session(session, |known| known.tab_opened(tab));
                return;
            }
            PageEvent::TabClosed { tab, .. } => {
                self.change_session(session, |known| known.tab_closed(tab));
                return;
            }
            PageEvent::Console { .. } | PageEvent::Network { .. } => return,
        };
        let Some(known) = self.sessions.get_mut(session) else { return };
        if known.may_tell(now) {
            let draft = Draft::of_session(kind, &known.state, &title, text);
            self.notice(draft);
        }
    }

    /// Notices that come by time alone.
    pub(crate) fn notice_by_time(&mut self, now: DateTime<Utc>) {
        self.notice_strangers(now);
        if self.calm_until.is_some_and(|until| now < until) {
            return;
        }
        let mut drafts = Vec::new();
        for known in &mut self.connections {
            let of = |kind, title: String, text: String| Draft {
                kind,
                session: None,
                connection: Some(known.state.id.clone()),
                title,
                text,
            };
            match known.lost_at {
                Some(at)
                    if !known.lost_told && now - at >= LOST_AFTER && known.state.light == Light::Down =>
                {
                    let why = known.state.failure.as_ref().map_or("it does not answer", |why| &why.message);
                    let text = format!("{} It is tried again by itself.", as_sentence(why));
                    drafts.push(of(NoticeKind::Lost, format!("{} is lost", known.state.name), text));
                    known.lost_told = true;
                }
                None if known.lost_told => {
                    let text = "It answers again, and its sessions were read anew.".to_owned();
                    drafts.push(of(NoticeKind::Back, format!("{} is back", known.state.name), text));
                    known.lost_told = false;
                }
                Some(_) | None => {}
            }
        }
        self.notices.drafts.extend(drafts);
    }

    /// The next instant at which a notice comes by time alone.
    pub(crate) fn next_notice(&self) -> Option<DateTime<Utc>> {
        let lost = self.connections.iter().filter(|known| !known.lost_told);
        let lost = lost.filter_map(|known| known.lost_at.map(|at| at + LOST_AFTER)).min();
        lost.into_iter().chain(self.strangers.front().map(|(due, _)| *due)).min()
    }

    /// The clock jumped, or the machine slept: what is known of deadlines may be old, and is asked anew.
    pub(crate) fn clock_jumped(&mut self, now: DateTime<Utc>) {
        self.calm_until = Some(now + CALM_AFTER_JUMP);
        for known in &mut self.connections {
            known.lost_at = known.lost_at.map(|_| now);
        }
    }
}

fn short(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= 200 { text } else { text.chars().take(199).chain(['…']).collect() }
}

/// Several of a kind, in one.
fn together(kind: NoticeKind, count: usize) -> Option<(String, String)> {
    let (title, text) = match kind {
        NoticeKind::ExpiresSoon => {
            ("end soon", "They end unless somebody calls them: extend those you need.")
        }
        NoticeKind::Ended => ("ended", "Nobody here closed them; the list says why each ended."),
        NoticeKind::Orphan => {
            ("were not started here", "They are kept alive and cost until they are closed.")
        }
        NoticeKind::Dialog | NoticeKind::Download | NoticeKind::History => return None,
        NoticeKind::BudgetHalf
        | NoticeKind::BudgetNear
        | NoticeKind::BudgetSpent
        | NoticeKind::Lost
        | NoticeKind::Back => return None,
    };
    Some((format!("{count} sessions {title}"), text.to_owned()))
}
