//! What the desktop around the window shows of the hub's state, kept from its events.

use std::collections::BTreeMap;

use chrono::{DateTime, Local, TimeZone, Utc};
use notex_hub::protocol::{
    Delta, Event, News, Notice, NoticeKind, SessionPhase, SessionState, Settings, Snapshot,
};

/// How many sessions are named in the tray's menu.
const NAMED: usize = 10;
/// The longest title in the tray's menu, in characters.
const LONGEST_TITLE: usize = 48;

/// A live session.
#[derive(Clone, Debug, PartialEq)]
struct Live {
    title: String,
    url: String,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

/// The part of the hub's state that the desktop shows.
#[derive(Debug, Default)]
pub(super) struct Overview {
    live: BTreeMap<String, Live>,
    known: std::collections::BTreeSet<String>,
    last_notice: Option<u64>,
    settings: Settings,
}

/// What the tray shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TrayText {
    /// `3 live sessions`.
    pub(super) headline: String,
    /// How many are live.
    pub(super) live: usize,
    /// The newest of them: id, and title with its time.
    pub(super) sessions: Vec<(String, String)>,
}

impl Overview {
    /// Takes an event in and gives the notices that are new.
    pub(super) fn take(&mut self, event: Event) -> Vec<Notice> {
        match event.news {
            News::Snapshot(snapshot) => self.take_snapshot(*snapshot),
            News::Deltas(deltas) => deltas.into_iter().filter_map(|delta| self.take_delta(delta)).collect(),
        }
    }

    fn take_snapshot(&mut self, snapshot: Snapshot) -> Vec<Notice> {
        self.live.clear();
        self.known.clear();
        snapshot.sessions.into_iter().for_each(|session| self.take_session(session));
        self.settings = snapshot.settings;
        // Those of the first snapshot were told by an earlier run.
        let told = self.last_notice;
        self.last_notice = snapshot.notices.iter().map(|notice| notice.id).max().max(told).or(Some(0));
        snapshot.notices.into_iter().filter(|notice| told.is_some_and(|told| notice.id > told)).collect()
    }

    fn take_delta(&mut self, delta: Delta) -> Option<Notice> {
        match delta {
            Delta::Session(session) => self.take_session(*session),
            Delta::Settings(settings) => self.settings = *settings,
            Delta::Notice(notice) => {
                self.last_notice = self.last_notice.max(Some(notice.id));
                return Some(notice);
            }
            Delta::Connection(_)
            | Delta::ConnectionRemoved(_)
            | Delta::Call(_)
            | Delta::Observation(_)
            | Delta::Scraped(_)
            | Delta::Evidence(_)
            | Delta::FlowRun(_)
            | Delta::FlowsChanged
            | Delta::Model(_)
            | Delta::Exporting(_)
            | Delta::Ask(_) => {}
        }
        None
    }

    fn take_session(&mut self, session: SessionState) {
        self.known.insert(session.id.clone());
        match session.phase {
            SessionPhase::Live { expires_at } => {
                let live = Live {
                    title: session.title,
                    url: session.url,
                    created_at: session.created_at,
                    expires_at,
                };
                self.live.insert(session.id, live);
            }
            SessionPhase::Ending | SessionPhase::Ended { .. } => {
                self.live.remove(&session.id);
            }
        }
    }

    /// The settings.
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A session of this id is listed, live or ended.
    pub(super) fn lists(&self, session: &str) -> bool {
        self.known.contains(session)
    }

    /// The ids of all live sessions.
    pub(super) fn live(&self) -> Vec<String> {
        self.live.keys().cloned().collect()
    }

    /// What the tray shows, with times of day in the zone given.
    pub(super) fn tray<Z: TimeZone>(&self, zone: &Z) -> TrayText
    where
        Z::Offset: std::fmt::Display,
    {
        let live = self.live.len();
        let headline = match live {
            0 => "No live sessions".to_owned(),
            1 => "1 live session".to_owned(),
            _ => format!("{live} live sessions"),
        };
        let mut newest: Vec<(&String, &Live)> = self.live.iter().collect();
        newest.sort_by_key(|(_, live)| std::cmp::Reverse(live.created_at));
        let clock = |at: DateTime<Utc>| at.with_timezone(zone).format("%H:%M").to_string();
        let line = |(id, live): (&String, &Live)| {
            let time = match live.expires_at {
                Some(at) => format!("until {}", clock(at)),
                None => format!("kept alive since {}", clock(live.created_at)),
            };
            (id.clone(), format!("{} · {time}", name_of(id, live)))
        };
        TrayText { headline, live, sessions: newest.into_iter().take(NAMED).map(line).collect() }
    }

    /// The same in this machine's zone.
    pub(super) fn tray_here(&self) -> TrayText {
        self.tray(&Local)
    }
}

/// Title, else address, else id, without what would break a line of a menu.
fn name_of(id: &str, live: &Live) -> String {
    let name = [&live.title, &live.url].into_iter().find(|text| !text.trim().is_empty());
    let plain: String =
        name.map_or(id, String::as_str).chars().filter(|letter| !letter.is_control()).collect();
    let cut: String = plain.chars().take(LONGEST_TITLE).collect();
    // An ampersand would underline the letter after it.
    let cut = cut.replace('&', "&&");
    if plain.chars().count() > LONGEST_TITLE { format!("{}…", cut.trim_end()) } else { cut }
}

/// When a notice is shown by the system, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Even when the window is in front.
    Always,
    /// When the window is not in front.
    Behind,
    /// Never.
    Never,
}

/// When notices of a kind are shown by the system.
pub(super) fn shown(kind: NoticeKind) -> Shown {
    match kind {
        NoticeKind::ExpiresSoon => Shown::Always,
        NoticeKind::Ended
        | NoticeKind::Orphan
        | NoticeKind::BudgetHalf
        | NoticeKind::BudgetNear
        | NoticeKind::BudgetSpent
        | NoticeKind::Lost
        | NoticeKind::History => Shown::Behind,
        NoticeKind::Back | NoticeKind::Dialog | NoticeKind::Download => Shown::Never,
    }
}

#[cfg(test)]
mod tests {
    use notex_hub::protocol::{SessionState, Settings};

    use super::*;

    fn at(minute: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 1, 2, 10, minute, 0).unwrap()
    }

    fn session(id: &str, title: &str, minute: u32, phase: SessionPhase) -> SessionState {
        SessionState {
            id: id.to_owned(),
            connection: "local".to_owned(),
            title: title.to_owned(),
            url: String::new(),
            phase,
            keep_alive: false,
            timeout_minutes: 5,
            screenshot: true,
            created_at: at(minute),
            last_call_at: at(minute),
            credits: serde_json::from_str("0").unwrap(),
            credits_estimated: false,
            busy: None,
            last_call: None,
            started_here: true,
            tabs: Vec::new(),
            latest_end: None,
            viewport_width: None,
            viewport_height: None,
            locale: None,
            timezone: None,
            user_agent: None,
            proxied: false,
            sent_bytes: 0,
            received_bytes: 0,
            disagreement: None,
        }
    }

    fn live(id: &str, title: &str, minute: u32) -> SessionState {
        session(id, title, minute, SessionPhase::Live { expires_at: Some(at(minute + 5)) })
    }

    fn notice(id: u64) -> Notice {
        Notice {
            id,
            at: at(0),
            kind: NoticeKind::Ended,
            session: None,
            connection: None,
            title: "Ended".to_owned(),
            text: "It ended.".to_owned(),
        }
    }

    fn snapshot(sessions: Vec<SessionState>, notices: Vec<Notice>) -> Event {
        let snapshot = Snapshot {
            connections: Vec::new(),
            sessions,
            settings: Settings::default(),
            model: None,
            keychain_problem: None,
            notices,
            flow_runs: Vec::new(),
            practice_url: None,
            version: "0".to_owned(),
        };
        Event { seq: 1, now: at(0), news: News::Snapshot(Box::new(snapshot)) }
    }

    fn delta(delta: Delta) -> Event {
        Event { seq: 2, now: at(0), news: News::Deltas(vec![delta]) }
    }

    #[test]
    fn the_tray_counts_live_sessions_and_names_the_newest_with_their_time() {
        let mut overview = Overview::default();
        assert_eq!(overview.tray(&Utc).headline, "No live sessions");
        overview.take(snapshot(vec![live("s-1", "Shop", 0), live("s-2", "R&D", 1)], Vec::new()));
        let forever = session("s-3", "", 2, SessionPhase::Live { expires_at: None });
        overview.take(delta(Delta::Session(Box::new(forever))));
        let tray = overview.tray(&Utc);
        assert_eq!(tray.headline, "3 live sessions");
        let words: Vec<&str> = tray.sessions.iter().map(|(_, words)| words.as_str()).collect();
        assert_eq!(words, ["s-3 · kept alive since 10:02", "R&&D · until 10:06", "Shop · until 10:05"]);
    }

    #[test]
    fn a_session_that_is_closed_leaves_the_tray_but_stays_listed() {
        let mut overview = Overview::default();
        overview.take(snapshot(vec![live("s-1", "Shop", 0)], Vec::new()));
        overview.take(delta(Delta::Session(Box::new(session("s-1", "Shop", 0, SessionPhase::Ending)))));
        assert_eq!(
            overview.tray(&Utc),
            TrayText { headline: "No live sessions".to_owned(), ..TrayText::default() }
        );
        assert!(overview.lists("s-1") && !overview.lists("s-2"));
    }

    #[test]
    fn of_many_sessions_ten_are_named_and_a_long_title_is_cut() {
        let mut overview = Overview::default();
        let title = "\u{202e}\n<script>".repeat(1000);
        let many = (0..40).map(|number| live(&format!("s-{number}"), &title, number)).collect();
        overview.take(snapshot(many, Vec::new()));
        let tray = overview.tray(&Utc);
        assert_eq!((tray.live, tray.sessions.len()), (40, 10));
        assert!(tray.sessions.iter().all(|(_, words)| words.chars().count() < 80 && !words.contains('\n')));
    }

    #[test]
    fn a_notice_is_new_once_and_those_of_an_earlier_run_are_not() {
        let mut overview = Overview::default();
        assert_eq!(overview.take(snapshot(Vec::new(), vec![notice(1), notice(2)])), []);
        assert_eq!(overview.take(delta(Delta::Notice(notice(3)))), [notice(3)]);
        let after_a_gap = snapshot(Vec::new(), vec![notice(2), notice(3), notice(4)]);
        assert_eq!(overview.take(after_a_gap), [notice(4)]);
    }
}
