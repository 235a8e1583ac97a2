//! What the window shows, and the deltas that say how it changed. Only the hub's loop owns one.
//! Pure but for the journal: time is an argument, and nothing here waits.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use notex_archive::Archive;
use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::budgets::{self, ToldBudget};
use crate::clock::WallClock;
use crate::connection::Connection;
use crate::flows::Runs;
use crate::journal::Journal;
use crate::model::{KnownModel, SavedModel};
use crate::notices::{CALM_AFTER_JUMP, HELD_AFTER_JUMP, Notices};
use crate::protocol::{Answer, Delta, Failure, FailureCode, KeepKey, SessionDetail, Settings, Snapshot};
use crate::sessions::Session;

/// What is kept between runs, as one JSON object of the settings store. Keys are in the keychain, never here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    /// The settings.
    pub settings: Settings,
    /// The servers the person added.
    pub connections: Vec<SavedConnection>,
    /// The language model of the engine inside the app.
    pub model: Option<SavedModel>,
    /// What was told of budgets.
    pub told: Vec<ToldBudget>,
}

/// A server the person added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedConnection {
    /// Its id.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// Its base URL.
    pub base_url: String,
    /// Where its key is.
    pub key_kept: KeepKey,
}

/// Keeps what is kept between runs; answers with a sentence when it cannot.
pub type Save = Box<dyn Fn(&Saved) -> Result<(), String> + Send>;

pub(crate) struct State {
    pub(crate) connections: Vec<Connection>,
    pub(crate) sessions: HashMap<String, Session>,
    pub(crate) settings: Settings,
    pub(crate) model: Option<KnownModel>,
    pub(crate) keychain_problem: Option<String>,
    pub(crate) practice_url: Option<String>,
    pub(crate) deltas: Vec<Delta>,
    pub(crate) snapshot_wanted: bool,
    pub(crate) notices: Notices,
    pub(crate) budgets_told: budgets::Told,
    /// Sessions that nobody here is known to have started, and when to say so.
    pub(crate) strangers: VecDeque<(DateTime<Utc>, String)>,
    /// The clock jumped: until then nothing is claimed that the servers have not said since.
    pub(crate) calm_until: Option<DateTime<Utc>>,
    pub(crate) clock: WallClock,
    /// When each live session wants to be looked at: its warning, then its deadline.
    agenda: BTreeSet<(DateTime<Utc>, String)>,
    pub(crate) journal: Journal,
    /// Where ended calls are kept, unless it could not be opened.
    pub(crate) archive: Option<Arc<Archive>>,
    /// The last call number of sessions that an earlier run kept and that may live, by connection and id.
    pub(crate) kept_before: HashMap<(String, String), u32>,
    /// Calls made elsewhere whose evidence is to be fetched: session, call, and its number on the server.
    pub(crate) evidence_wanted: Vec<(String, u64, u32)>,
    /// It was told that a call is not kept.
    pub(crate) told_unkept: bool,
    /// The runs of flows.
    pub(crate) runs: Runs,
    save: Save,
    last_call: u64,
}

impl State {
    pub(crate) fn new(saved: Saved, save: Save, journal: Journal) -> Self {
        let mut connections = vec![Connection::local()];
        connections.extend(saved.connections.into_iter().map(Connection::saved));
        Self {
            connections,
            sessions: HashMap::new(),
            settings: saved.settings,
            model: saved.model.map(|saved| KnownModel { saved, key: None, failure: None }),
            keychain_problem: None,
            practice_url: None,
            deltas: Vec::new(),
            snapshot_wanted: false,
            notices: Notices::default(),
            budgets_told: budgets::Told::of_saved(saved.told),
            strangers: VecDeque::new(),
            calm_until: None,
            clock: WallClock::default(),
            agenda: BTreeSet::new(),
            journal,
            archive: None,
            kept_before: HashMap::new(),
            evidence_wanted: Vec::new(),
            told_unkept: false,
            runs: Runs::default(),
            save,
            last_call: 0,
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut sessions: Vec<_> = self.sessions.values().map(|session| session.state.clone()).collect();
        sessions.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
        Snapshot {
            connections: self.connections.iter().map(|connection| connection.state.clone()).collect(),
            sessions,
            settings: self.settings.clone(),
            model: self.model.as_ref().map(KnownModel::state),
            keychain_problem: self.keychain_problem.clone(),
            notices: self.notices.kept(),
            flow_runs: self.runs.shown(),
            practice_url: self.practice_url.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    pub(crate) fn detail(&self, session: &str) -> Result<Answer, Failure> {
        let session = self.sessions.get(session).ok_or_else(|| unknown_session(session))?;
        Ok(Answer::Session(Box::new(SessionDetail {
            session: session.state.id.clone(),
            calls: session.calls.clone(),
            observation: session.observation.clone(),
            scraped: session.scraped.clone(),
        })))
    }

    pub(crate) fn connection(&self, id: &str) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.state.id == id)
    }

    /// Changes a connection and tells the window when what it shows became different.
    pub(crate) fn change_connection(&mut self, id: &str, change: impl FnOnce(&mut Connection)) {
        let Some(connection) = self.connections.iter_mut().find(|connection| connection.state.id == id)
        else {
            return;
        };
        let before = connection.state.clone();
        change(connection);
        if connection.state != before {
            self.deltas.push(Delta::Connection(Box::new(connection.state.clone())));
        }
    }

    /// Changes a session and tells the window when what it shows became different.
    pub(crate) fn change_session(&mut self, id: &str, change: impl FnOnce(&mut Session)) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let before = session.state.clone();
        change(session);
        if session.state != before {
            self.deltas.push(Delta::Session(Box::new(session.state.clone())));
        }
        self.reschedule(id);
    }

    /// Enters a session in the agenda anew, after its deadline, its warning or its calls changed.
    pub(crate) fn reschedule(&mut self, id: &str) {
        let before = self.settings.warn_before_seconds;
        let Some(session) = self.sessions.get_mut(id) else { return };
        let wanted = session.warning(before).or_else(|| session.deadline());
        if session.agenda == wanted {
            return;
        }
        let entry = std::mem::replace(&mut session.agenda, wanted);
        if let Some(at) = entry {
            self.agenda.remove(&(at, id.to_owned()));
        }
        if let Some(at) = wanted {
            self.agenda.insert((at, id.to_owned()));
        }
    }

    pub(crate) fn next_call(&mut self) -> u64 {
        self.last_call += 1;
        self.last_call
    }

    /// Notes a session that was started here; it is on disk when this returns. A disk that refuses costs the safety
    /// net, not the session.
    pub(crate) fn note_started(&mut self, connection: &str, session: &str) {
        if let Err(error) = self.journal.started(connection, session) {
            warn!(%error, "a started session was not noted");
        }
    }

    /// Notes a live session; it is on disk at the end of this turn.
    pub(crate) fn note_live(&mut self, connection: &str, session: &str) {
        if let Err(error) = self.journal.began(connection, session) {
            warn!(%error, "a live session was not noted");
        }
    }

    /// Forgets a session once its end was seen.
    pub(crate) fn note_ended(&mut self, connection: &str, session: &str) {
        if let Err(error) = self.journal.ended(connection, session) {
            warn!(%error, "an ended session was not forgotten");
        }
    }

    /// What was noted in this turn is on disk afterwards.
    pub(crate) fn sync_notes(&mut self) {
        if let Err(error) = self.journal.sync() {
            warn!(%error, "the list of live sessions was not written");
        }
    }

    pub(crate) fn noted_sessions(&self, connection: &str) -> Vec<String> {
        self.journal.open_sessions(connection)
    }

    pub(crate) fn save_settings(&mut self, settings: Settings) -> Result<(), Failure> {
        let before = std::mem::replace(&mut self.settings, settings);
        if let Err(failure) = self.save() {
            self.settings = before;
            return Err(failure);
        }
        self.deltas.push(Delta::Settings(Box::new(self.settings.clone())));
        let sessions: Vec<String> = self.sessions.keys().cloned().collect();
        sessions.iter().for_each(|id| self.reschedule(id));
        Ok(())
    }

    pub(crate) fn add_connection(&mut self, saved: SavedConnection) -> Result<(), Failure> {
        let connection = Connection::saved(saved);
        self.connections.push(connection);
        if let Err(failure) = self.save() {
            self.connections.pop();
            return Err(failure);
        }
        self.deltas
            .extend(self.connections.last().map(|added| Delta::Connection(Box::new(added.state.clone()))));
        Ok(())
    }

    pub(crate) fn remove_connection(&mut self, id: &str) -> Result<(), Failure> {
        let Some(index) = self.connections.iter().position(|connection| connection.state.id == id) else {
            return Err(Failure::invalid("there is no such connection"));
        };
        let removed = self.connections.remove(index);
        if let Err(failure) = self.save() {
            self.connections.insert(index, removed);
            return Err(failure);
        }
        removed.stop_following();
        let agenda = &mut self.agenda;
        self.sessions.retain(|session_id, session| {
            let stays = session.state.connection != id;
            if let Some(at) = session.agenda.filter(|_| !stays) {
                agenda.remove(&(at, session_id.clone()));
            }
            stays
        });
        self.deltas.push(Delta::ConnectionRemoved(id.to_owned()));
        if self.settings.connection == id {
            let settings =
                Settings { connection: crate::LOCAL_CONNECTION.to_owned(), ..self.settings.clone() };
            self.save_settings(settings)?;
        }
        Ok(())
    }

    pub(crate) fn save(&self) -> Result<(), Failure> {
        let connections = self.connections.iter().filter_map(Connection::to_saved).collect();
        let may_be_told = |id: &str| self.sessions.get(id).is_none_or(|session| !session.is_ended());
        let told = self.budgets_told.to_saved(self.clock.now(), may_be_told);
        let model = self.model.as_ref().map(|known| known.saved.clone());
        let saved = Saved { settings: self.settings.clone(), connections, model, told };
        (self.save)(&saved).map_err(|why| {
            Failure::new(FailureCode::Other, format!("the settings could not be saved: {why}"))
                .with_hint("free some disk space or check the permissions of the data folder")
        })
    }

    /// Sessions whose deadline has come are marked as ending; answers with those just marked. Those whose warning has
    /// come are warned of. Looks only at sessions that are due.
    pub(crate) fn pass_deadlines(&mut self, now: DateTime<Utc>) -> Vec<String> {
        let calm = self.calm_until.is_some_and(|until| now < until && now > until - CALM_AFTER_JUMP * 2);
        if !calm {
            self.calm_until = None;
        }
        let held = self.is_held(now);
        let mut ending = Vec::new();
        let mut waiting = Vec::new();
        while self.agenda.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, id)) = self.agenda.pop_first() else { break };
            let Some(session) = self.sessions.get_mut(&id) else { continue };
            session.agenda = None;
            if session.deadline().is_some_and(|deadline| deadline <= now) {
                if held {
                    waiting.push(id);
                    continue;
                }
                self.change_session(&id, Session::mark_ending);
                ending.push(id);
            } else if calm {
                waiting.push(id);
            } else {
                self.warn(&id, now);
                self.reschedule(&id);
            }
        }
        // Looked at again when servers have had the time to say what became of them.
        let (held_until, calm_until) = (self.held_until(), self.calm_until);
        for id in waiting {
            let Some(session) = self.sessions.get_mut(&id) else { continue };
            let due =
                session.deadline().map(|deadline| held_until.map_or(deadline, |held| deadline.max(held)));
            let at = due.into_iter().chain(calm_until).min();
            session.agenda = at;
            self.agenda.extend(at.map(|at| (at, id)));
        }
        ending
    }

    /// Right after a jump of the clock all deadlines may be wrong, until the servers were asked: none is passed yet.
    pub(crate) fn is_held(&self, now: DateTime<Utc>) -> bool {
        self.held_until().is_some_and(|until| now < until && now > until - HELD_AFTER_JUMP * 2)
    }

    fn held_until(&self) -> Option<DateTime<Utc>> {
        self.calm_until.map(|until| until - CALM_AFTER_JUMP + HELD_AFTER_JUMP)
    }

    /// The next instant after now at which something is due by time alone.
    pub(crate) fn next_deadline(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let agenda = self.agenda.first().map(|(at, _)| *at);
        agenda.into_iter().chain(self.next_notice()).filter(|at| *at > now).min()
    }

    /// The sessions of a connection that have not ended.
    pub(crate) fn live_sessions<'a>(&'a self, connection: &'a str) -> impl Iterator<Item = &'a Session> {
        let here = self.sessions.values().filter(move |known| known.state.connection == connection);
        here.filter(|known| !known.is_ended())
    }
}

pub(crate) fn unknown_session(id: &str) -> Failure {
    Failure::new(FailureCode::SessionEnded, format!("there is no session {id}"))
}
