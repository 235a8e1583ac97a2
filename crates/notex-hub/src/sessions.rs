//! One session as the hub knows it: what the server reported, on our clock, and the calls made from here.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use notex_client::Answered;
use notex_session::{Credits, EndReason, Lifetime, RateCard};
use notex_wire::{SessionAnswer, SessionOptions, SessionStatus};

use crate::elsewhere::{Elsewhere, Own};
use crate::history::Recorded;
use crate::money::Estimate;
use crate::protocol::{Call, Observation, Scraped, SessionPhase, SessionState};
use crate::state::State;
use crate::tabs;

/// A session, its calls and its last results.
pub(crate) struct Session {
    pub(crate) state: SessionState,
    pub(crate) calls: Vec<Call>,
    pub(crate) observation: Option<Observation>,
    pub(crate) scraped: Option<Scraped>,
    /// Stops the call that runs, if any.
    pub(crate) running: Option<tokio::task::AbortHandle>,
    /// The server's `last_accessed_at` of the newest answer taken in: older ones arrive late and are passed over.
    reported_at: DateTime<Utc>,
    /// The server itself said that it ended, so nothing brings it back.
    end_confirmed: bool,
    /// Charges of calls by the rate card, for a server that reports none.
    estimates: Vec<Estimate>,
    /// The server itself told what it cost.
    credits_reported: bool,
    /// How many calls were recorded; the oldest of them may be gone.
    pub(crate) calls_made: u32,
    /// The highest number that its server gave to a call, where it keeps evidence of them.
    pub(crate) calls_on_server: u32,
    /// Calls made here, newest last.
    pub(crate) own: VecDeque<Own>,
    /// Calls that others make on it now.
    pub(crate) elsewhere: Vec<Elsewhere>,
    /// Somebody here asked for its end.
    pub(crate) closed_here: bool,
    /// The deadline that was warned of.
    pub(crate) warned_of: Option<DateTime<Utc>>,
    /// When its pages' last notices were told, so that a page cannot flood them.
    pub(crate) page_notices: VecDeque<DateTime<Utc>>,
    /// Its entry in the agenda.
    pub(crate) agenda: Option<DateTime<Utc>>,
    /// The server said that it ended and lists it as active all the same.
    denied_end: bool,
    /// What the archive is told of it.
    pub(crate) recorded: Recorded,
}

impl Session {
    fn begun(connection: &str, answer: &SessionAnswer, ahead: TimeDelta, screenshot: bool) -> Self {
        let created_at = answer.created_at - ahead;
        let state = SessionState {
            id: answer.session_id.clone(),
            connection: connection.to_owned(),
            title: String::new(),
            url: String::new(),
            phase: SessionPhase::Live { expires_at: None },
            keep_alive: false,
            timeout_minutes: answer.timeout_minutes,
            screenshot,
            created_at,
            last_call_at: created_at,
            credits: Credits::ZERO,
            credits_estimated: false,
            busy: None,
            last_call: None,
            started_here: false,
            tabs: Vec::new(),
            latest_end: None,
            viewport_width: answer.options.viewport_width,
            viewport_height: answer.options.viewport_height,
            locale: answer.options.locale.clone(),
            timezone: answer.options.timezone.clone(),
            user_agent: answer.options.user_agent.clone(),
            proxied: answer.options.proxies,
            sent_bytes: 0,
            received_bytes: 0,
            disagreement: None,
        };
        Self {
            state,
            calls: Vec::new(),
            observation: None,
            scraped: None,
            running: None,
            reported_at: DateTime::<Utc>::MIN_UTC,
            end_confirmed: false,
            estimates: Vec::new(),
            credits_reported: false,
            calls_made: 0,
            calls_on_server: 0,
            own: VecDeque::new(),
            elsewhere: Vec::new(),
            closed_here: false,
            warned_of: None,
            page_notices: VecDeque::new(),
            agenda: None,
            denied_end: false,
            recorded: Recorded::default(),
        }
    }

    /// The instant it is due, while it is live.
    pub(crate) fn deadline(&self) -> Option<DateTime<Utc>> {
        match self.state.phase {
            SessionPhase::Live { expires_at } => expires_at,
            SessionPhase::Ending | SessionPhase::Ended { .. } => None,
        }
    }

    pub(crate) fn is_ended(&self) -> bool {
        matches!(self.state.phase, SessionPhase::Ended { .. })
    }

    /// The server said that it ended, and that was before this instant.
    pub(crate) fn ended_before(&self, instant: DateTime<Utc>) -> bool {
        matches!(self.state.phase, SessionPhase::Ended { at, .. } if self.end_confirmed && at < instant)
    }

    pub(crate) fn mark_ending(&mut self) {
        if !self.is_ended() {
            self.state.phase = SessionPhase::Ending;
        }
    }

    /// Its end was not reported but follows from what was: it is gone from the server, or nobody can be asked.
    pub(crate) fn assume_ended(&mut self, now: DateTime<Utc>, reason: EndReason, detail: &str) {
        if !self.is_ended() {
            if self.deadline().is_some_and(|deadline| deadline > now) {
                let sentence = "Its deadline had not come when the server no longer knew it.";
                self.state.disagreement = Some(sentence.to_owned());
            }
            self.state.phase = SessionPhase::Ended { at: now, reason, detail: Some(detail.to_owned()) };
        }
        self.state.busy = None;
    }

    /// The server said that it ended, and lists it as active all the same: it may cost credits, and can be closed again.
    fn deny_end(&mut self, reported_at: DateTime<Utc>) {
        if let SessionPhase::Ended { at, .. } = self.state.phase {
            // What it says now counts, although the word of the end was later.
            self.reported_at = self.reported_at.min(reported_at);
            self.end_confirmed = false;
            self.denied_end = true;
            self.closed_here = false;
            let at = at.format("%H:%M:%S");
            let sentence =
                format!("It was seen to end at {at} UTC, and the server still lists it as active.");
            self.state.disagreement = Some(sentence);
        }
    }

    /// Its deadline has passed and the server still lists it as active.
    pub(crate) fn is_overdue(&mut self) {
        let sentence = "Its deadline has passed, and the server still lists it as active.";
        self.state.disagreement = Some(sentence.to_owned());
    }

    pub(crate) fn add_estimate(&mut self, estimate: Estimate) {
        self.estimates.push(estimate);
    }

    /// Its calls made here, by the default card.
    pub(crate) fn estimates(&self) -> &[Estimate] {
        &self.estimates
    }

    fn take_in(&mut self, answer: &SessionAnswer, ahead: TimeDelta, now: DateTime<Utc>) {
        let ends = answer.status != SessionStatus::Active;
        if self.end_confirmed || (!ends && answer.last_accessed_at < self.reported_at) {
            return;
        }
        self.reported_at = self.reported_at.max(answer.last_accessed_at);
        let exact = answer.server_time.is_some();
        let state = &mut self.state;
        state.timeout_minutes = answer.timeout_minutes;
        state.created_at = steady(Some(state.created_at), answer.created_at - ahead, exact);
        state.last_call_at = steady(Some(state.last_call_at), answer.last_accessed_at - ahead, exact);
        let longest = answer.max_duration_minutes.map(|minutes| TimeDelta::minutes(i64::from(minutes)));
        state.latest_end = longest.map(|longest| state.created_at + longest);
        state.sent_bytes = state.sent_bytes.max(answer.network_request_bytes);
        state.received_bytes = state.received_bytes.max(answer.network_response_bytes);
        take_in_options(state, &answer.options);
        if let Some(keep_alive) = answer.keep_alive {
            state.keep_alive = keep_alive;
        }
        if let Some(title) = &answer.title {
            state.title = somewhere(title);
        }
        if let Some(url) = &answer.url {
            state.url = somewhere(url);
        }
        tabs::name_front(state);
        self.end_confirmed = ends;
        state.phase = if ends {
            ended(answer, ahead, now)
        } else {
            let before = match state.phase {
                SessionPhase::Live { expires_at } => expires_at,
                SessionPhase::Ending | SessionPhase::Ended { .. } => None,
            };
            let expires_at = expiry(answer, ahead).map(|expiry| steady(before, expiry, exact));
            if !self.denied_end && expires_at.is_none_or(|expiry| expiry > now) {
                state.disagreement = None;
            }
            SessionPhase::Live { expires_at }
        };
        if ends {
            state.busy = None;
            state.disagreement = None;
            self.denied_end = false;
        }
        match answer.credits {
            // Charges only add up, so an answer overtaken by a later event cannot lower the sum.
            Some(credits) if self.credits_reported => state.credits = state.credits.max(credits),
            Some(credits) => {
                self.credits_reported = true;
                state.credits_estimated = false;
                state.credits = credits;
            }
            // One answer that leaves it out takes nothing back of what was told.
            None if self.credits_reported => {}
            None => {
                let calls: Credits = self.estimates.iter().map(|estimate| estimate.charge.total()).sum();
                state.credits_estimated = true;
                state.credits = calls + estimated_minutes(answer, ahead, now);
            }
        }
    }
}

/// A browser calls the page before the first one `about:blank`; that is nowhere.
fn somewhere(place: &str) -> String {
    if place == "about:blank" { String::new() } else { place.to_owned() }
}

/// What a session was started with, of answers that tell it.
fn take_in_options(state: &mut SessionState, options: &SessionOptions) {
    state.viewport_width = options.viewport_width.or(state.viewport_width);
    state.viewport_height = options.viewport_height.or(state.viewport_height);
    state.proxied |= options.proxies;
    let texts = [
        (&mut state.locale, &options.locale),
        (&mut state.timezone, &options.timezone),
        (&mut state.user_agent, &options.user_agent),
    ];
    for (known, told) in texts {
        if told.is_some() && known != told {
            known.clone_from(told);
        }
    }
}

/// An instant as it was, when the new one differs only by what the network takes: nothing has changed then, and a
/// countdown does not tremble. Clocks that are known by the `Date` header only differ by up to a second.
fn steady(before: Option<DateTime<Utc>>, now: DateTime<Utc>, exact: bool) -> DateTime<Utc> {
    let trembles = TimeDelta::milliseconds(if exact { 200 } else { 1_100 });
    before.filter(|before| (*before - now).abs() <= trembles).unwrap_or(now)
}

/// The end as the server tells it, in our words and on our clock.
fn ended(answer: &SessionAnswer, ahead: TimeDelta, now: DateTime<Utc>) -> SessionPhase {
    let by_status = match answer.status {
        SessionStatus::TimedOut => EndReason::IdleTimeout,
        SessionStatus::Error => EndReason::Error,
        SessionStatus::Closed | SessionStatus::Active => EndReason::Manual,
    };
    SessionPhase::Ended {
        at: answer.closed_at.map_or(now, |at| at - ahead),
        reason: answer.close_reason.unwrap_or(by_status),
        detail: answer.error.clone(),
    }
}

/// Servers that do not tell the deadline have it computed by the rule they share with us.
fn expiry(answer: &SessionAnswer, ahead: TimeDelta) -> Option<DateTime<Utc>> {
    let deadline = match answer.keep_alive {
        Some(_) => answer.expires_at,
        None => Lifetime::begin(answer.last_accessed_at, i64::from(answer.timeout_minutes), false)
            .ok()
            .and_then(|life| life.deadline()),
    };
    deadline.map(|deadline| deadline - ahead)
}

fn estimated_minutes(answer: &SessionAnswer, ahead: TimeDelta, now: DateTime<Utc>) -> Credits {
    let until = answer.closed_at.map_or(now, |at| at - ahead);
    let minutes = Lifetime::begin(answer.created_at - ahead, i64::from(answer.timeout_minutes), true)
        .map_or(0, |life| life.minutes_started(until));
    RateCard::default().session_minute.times(minutes)
}

impl State {
    /// The connection that a session lives on.
    pub(crate) fn connection_of(&self, session: &str) -> Option<String> {
        self.sessions.get(session).map(|known| known.state.connection.clone())
    }

    /// Takes in what was answered of a session that is known.
    pub(crate) fn take_in_answer(
        &mut self,
        session: &str,
        answer: &Answered<SessionAnswer>,
        now: DateTime<Utc>,
    ) {
        let Some(connection) = self.connection_of(session) else { return };
        let ahead = answer.server_ahead(now).unwrap_or_default();
        self.take_in_session(&connection, &answer.body, ahead, now);
    }

    /// Takes in what a server said of a session; a new one is added. `ahead` is the server's clock less ours.
    pub(crate) fn take_in_session(
        &mut self,
        connection: &str,
        answer: &SessionAnswer,
        ahead: TimeDelta,
        now: DateTime<Utc>,
    ) {
        let screenshot = self.settings.screenshot;
        let id = answer.session_id.clone();
        let session = self
            .sessions
            .entry(id.clone())
            .or_insert_with(|| Session::begun(connection, answer, ahead, screenshot));
        if session.state.connection != connection {
            return;
        }
        let is_new = session.reported_at == DateTime::<Utc>::MIN_UTC;
        if is_new {
            session.state.started_here = self.journal.is_of_here(connection, &id);
            if let Some(last) = self.kept_before.remove(&(connection.to_owned(), id.clone())) {
                session.calls_made = last;
                session.recorded.kept_before();
            }
        }
        let was_ended = session.is_ended();
        let before = session.state.clone();
        session.take_in(answer, ahead, now);
        let ended = session.is_ended();
        if is_new || session.state != before {
            self.deltas.push(crate::protocol::Delta::Session(Box::new(session.state.clone())));
        }
        self.reschedule(&id);
        if ended {
            self.note_ended(connection, &id);
        } else {
            self.note_live(connection, &id);
        }
        if ended && !was_ended && !is_new {
            self.notice_end(&id, now);
        }
    }

    /// The server was asked about a session that it said had ended, and lists it as active.
    pub(crate) fn deny_end(
        &mut self,
        connection: &str,
        answer: &SessionAnswer,
        ahead: TimeDelta,
        now: DateTime<Utc>,
    ) {
        self.change_session(&answer.session_id, |known| known.deny_end(answer.last_accessed_at));
        self.take_in_session(connection, answer, ahead, now);
    }

    /// Nothing is known of a noted session on its server any more.
    pub(crate) fn assume_session_ended(
        &mut self,
        id: &str,
        now: DateTime<Utc>,
        reason: EndReason,
        detail: &str,
    ) {
        let Some(session) = self.sessions.get(id) else { return };
        let connection = session.state.connection.clone();
        let was_ended = session.is_ended();
        self.change_session(id, |session| session.assume_ended(now, reason, detail));
        self.note_ended(&connection, id);
        if !was_ended {
            self.notice_end(id, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Delta;
    use crate::state::Saved;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn state() -> (tempfile::TempDir, State) {
        let folder = tempfile::tempdir().unwrap();
        let journal = crate::journal::Journal::open(&folder.path().join("live")).unwrap();
        (folder, State::new(Saved::default(), Box::new(|_| Ok(())), journal))
    }

    fn answer(status: SessionStatus, last_accessed: i64) -> SessionAnswer {
        SessionAnswer {
            session_id: "s-1".to_owned(),
            timeout_minutes: 5,
            created_at: at(0),
            last_accessed_at: at(last_accessed),
            duration: 0.0,
            status,
            error: None,
            keep_alive: Some(false),
            expires_at: (status == SessionStatus::Active).then(|| at(last_accessed + 300)),
            closed_at: None,
            close_reason: None,
            title: None,
            url: None,
            idle_timeout_minutes: Some(5),
            max_duration_minutes: None,
            network_request_bytes: 0,
            network_response_bytes: 0,
            options: notex_wire::SessionOptions::default(),
            cdp_url: None,
            credits: Some(Credits::from_thousandths(100)),
            server_time: Some(at(last_accessed)),
            usage: None,
        }
    }

    fn phase(state: &State) -> SessionPhase {
        state.sessions["s-1"].state.phase.clone()
    }

    #[test]
    fn a_deadline_is_shown_on_our_own_clock() {
        let (_folder, mut state) = state();
        // The server's clock is an hour ahead of ours.
        state.take_in_session("local", &answer(SessionStatus::Active, 3600), TimeDelta::hours(1), at(0));
        assert_eq!(phase(&state), SessionPhase::Live { expires_at: Some(at(300)) });
    }

    #[test]
    fn an_answer_that_arrives_late_neither_moves_the_deadline_back_nor_revives_a_session() {
        let (_folder, mut state) = state();
        let zero = TimeDelta::zero();
        state.take_in_session("local", &answer(SessionStatus::Active, 60), zero, at(60));
        state.take_in_session("local", &answer(SessionStatus::Active, 10), zero, at(61));
        assert_eq!(phase(&state), SessionPhase::Live { expires_at: Some(at(360)) });
        state.take_in_session("local", &answer(SessionStatus::TimedOut, 60), zero, at(361));
        state.take_in_session("local", &answer(SessionStatus::Active, 90), zero, at(362));
        assert!(matches!(phase(&state), SessionPhase::Ended { reason: EndReason::IdleTimeout, .. }));
    }

    #[test]
    fn a_passed_deadline_is_shown_as_ending_until_the_server_is_asked() {
        let (_folder, mut state) = state();
        state.take_in_session("local", &answer(SessionStatus::Active, 0), TimeDelta::zero(), at(0));
        state.deltas.clear();
        assert!(state.pass_deadlines(at(299)).is_empty());
        assert_eq!(state.pass_deadlines(at(300)), ["s-1"]);
        assert!(
            matches!(&state.deltas[..], [Delta::Session(session)] if session.phase == SessionPhase::Ending)
        );
        // The server says a call had moved it: observed and reported agree again.
        state.take_in_session("local", &answer(SessionStatus::Active, 200), TimeDelta::zero(), at(301));
        assert_eq!(phase(&state), SessionPhase::Live { expires_at: Some(at(500)) });
    }

    #[test]
    fn a_server_that_reports_no_credits_has_them_estimated_and_marked_so() {
        let (_folder, mut state) = state();
        let classic = SessionAnswer {
            credits: None,
            keep_alive: None,
            expires_at: None,
            ..answer(SessionStatus::Active, 0)
        };
        state.take_in_session("cloud", &classic, TimeDelta::zero(), at(61));
        let session = &state.sessions["s-1"].state;
        assert!(session.credits_estimated);
        assert_eq!(session.credits, Credits::from_thousandths(200), "two started minutes");
        assert_eq!(session.phase, SessionPhase::Live { expires_at: Some(at(300)) });
    }

    #[test]
    fn what_is_estimated_and_what_is_reported_are_never_added_to_each_other() {
        let (_folder, mut state) = state();
        let silent = SessionAnswer { credits: None, ..answer(SessionStatus::Active, 0) };
        state.take_in_session("cloud", &silent, TimeDelta::zero(), at(601));
        assert_eq!(state.sessions["s-1"].state.credits, Credits::from_thousandths(1_100));
        state.take_in_session("cloud", &answer(SessionStatus::Active, 1), TimeDelta::zero(), at(602));
        let reported = Credits::from_thousandths(100);
        let shown = |state: &State| {
            let session = &state.sessions["s-1"].state;
            (session.credits, session.credits_estimated)
        };
        assert_eq!(shown(&state), (reported, false));
        state.take_in_session("cloud", &silent, TimeDelta::zero(), at(900));
        assert_eq!(shown(&state), (reported, false));
    }

    #[test]
    fn news_that_change_nothing_are_not_told() {
        let (_folder, mut state) = state();
        state.take_in_session("local", &answer(SessionStatus::Active, 0), TimeDelta::zero(), at(0));
        state.deltas.clear();
        state.take_in_session("local", &answer(SessionStatus::Active, 0), TimeDelta::zero(), at(1));
        assert!(state.deltas.is_empty());
    }
}
