//! The hub's handle and its loop. The loop owns the state: whoever wants it changed sends the change, and what
//! came of it goes to every subscriber as deltas, or as a snapshot to one that fell behind.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use notex_client::ApiKey;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::{Jumps, WallClock};
use crate::connection::Connection;
use crate::history::{self, Exports, History};
use crate::journal::{Journal, JournalError};
use crate::live::LiveView;
use crate::log::LogHandle;
use crate::model::{LocalModel, Models};
use crate::pictures::{Picture, PictureError, Pictures};
use crate::protocol::{
    Answer, Ask, Command, Delta, Event, Failure, FailureCode, News, Outcome, Query, RunForm,
};
use crate::state::{Save, Saved, State};
use crate::{
    budgets, cells, compare, elements, evidence, flows, follow, keychain, live, model, money, remote, report,
    requests, served,
};

/// How many events a subscriber may be behind before it is given a snapshot instead.
const EVENTS_AHEAD: usize = 64;
/// How many changes may wait for the loop.
const CHANGES_AHEAD: usize = 1024;
/// The loop looks at the clock at least this often: a laptop's sleep stops timers but not deadlines.
const LONGEST_NAP: Duration = Duration::from_secs(2);
/// With more sessions than these, burn and budgets are worked out at most so often.
const FEW_SESSIONS: usize = 200;
const PASS_EVERY: Duration = Duration::from_millis(500);
/// And a window is told at most so often.
const TELL_EVERY: Duration = Duration::from_millis(50);

/// Where the engine inside the app listens.
#[derive(Clone, Debug)]
pub struct LocalEngine {
    /// `http://127.0.0.1:PORT`.
    pub base_url: String,
    /// Its key.
    pub key: ApiKey,
}

/// Starts the engine inside the app, or gives the running one; called again when the person asks to reconnect.
pub type StartLocalEngine = Box<dyn Fn() -> BoxFuture<'static, Result<LocalEngine, String>> + Send + Sync>;

/// What a hub is made of.
pub struct HubOptions {
    /// Folder for the journal and the pictures; made when missing.
    pub data_dir: PathBuf,
    /// What was kept by the run before.
    pub saved: Saved,
    /// Keeps it.
    pub save: Save,
    /// The engine inside the app.
    pub start_local_engine: StartLocalEngine,
    /// The address of the page to practise on, where one is served.
    pub practice_url: Option<String>,
    /// What that engine does with language models; the default takes none.
    pub local_model: LocalModel,
    /// What the app wrote to its log, of the [`crate::LogLayer`] that keeps it; the default keeps nothing.
    pub log: LogHandle,
}

type Change = Box<dyn FnOnce(&mut State, DateTime<Utc>) + Send>;

enum Message {
    Change(Change),
    Subscribe(mpsc::Sender<Event>),
}

pub(crate) struct Shared {
    messages: mpsc::Sender<Message>,
    pub(crate) pictures: Pictures,
    pub(crate) small: served::Small,
    pub(crate) start_local_engine: StartLocalEngine,
    pub(crate) models: Models,
    pub(crate) ledgers: money::Ledgers,
    pub(crate) log: LogHandle,
    pub(crate) clock: WallClock,
    /// Counts jumps of the clock: those who follow a server ask it anew.
    pub(crate) jumps: watch::Sender<u64>,
    pub(crate) history: History,
    pub(crate) flows: flows::FlowFiles,
    pub(crate) exports: Exports,
    pub(crate) fetches: evidence::Fetches,
}

/// The inspector without a window. Cheap to clone; lives as long as one clone does.
#[derive(Clone)]
pub struct Hub {
    pub(crate) shared: Arc<Shared>,
}

/// The events of a hub, from a snapshot on.
pub struct Subscription {
    events: mpsc::Receiver<Event>,
}

impl Subscription {
    /// The next event; `None` when the hub has ended.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// The next event if one waits already.
    pub fn next_now(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }
}

impl Hub {
    /// Starts a hub on the current tokio runtime and begins to follow its connections.
    ///
    /// # Errors
    /// When the data folder cannot be used.
    pub fn start(options: HubOptions) -> Result<Self, JournalError> {
        Self::start_with_clock(options, WallClock::default())
    }

    /// The same by another clock than the system's.
    ///
    /// # Errors
    /// When the data folder cannot be used.
    pub fn start_with_clock(options: HubOptions, clock: WallClock) -> Result<Self, JournalError> {
        let HubOptions { data_dir, saved, save, start_local_engine, practice_url, local_model, log } =
            options;
        // A folder that cannot be made shows as a journal that cannot be opened, with its path.
        drop(std::fs::create_dir_all(&data_dir));
        let journal = Journal::open(&data_dir.join("live-sessions"))?;
        let (history, told) = History::open(&data_dir);
        let mut state = State::new(saved, save, journal);
        state.keep_history(&history);
        state.clock = clock.clone();
        state.practice_url = practice_url;
        let connections: Vec<String> = state.connections.iter().map(|known| known.state.id.clone()).collect();
        let (messages, inbox) = mpsc::channel(CHANGES_AHEAD);
        let pictures = Pictures::new(data_dir.join("pictures"));
        if history.archive().is_some() {
            pictures.remove_all();
        }
        let hub = Self {
            shared: Arc::new(Shared {
                messages,
                pictures,
                small: served::Small::default(),
                start_local_engine,
                models: Models::new(local_model),
                ledgers: money::Ledgers::default(),
                log,
                clock: clock.clone(),
                jumps: watch::Sender::new(0),
                history,
                flows: flows::FlowFiles::new(&data_dir),
                exports: Exports::new(data_dir.join("exports")),
                fetches: evidence::Fetches::default(),
            }),
        };
        tokio::spawn(history::tend(Arc::downgrade(&hub.shared), told));
        tokio::spawn(run(state, inbox, Arc::downgrade(&hub.shared), clock));
        let remembering = hub.clone();
        tokio::spawn(async move { model::restore(&remembering).await });
        let beginning = hub.clone();
        tokio::spawn(async move {
            for connection in connections {
                beginning.follow(connection).await;
            }
            let problem = keychain::problem().await;
            beginning
                .change(move |state, _| {
                    state.snapshot_wanted |= state.keychain_problem != problem;
                    state.keychain_problem = problem;
                })
                .await;
        });
        Ok(hub)
    }

    /// Does what the person asks for, and answers when it is done.
    ///
    /// # Errors
    /// A failure in sentences.
    pub async fn send(&self, command: Command) -> Result<Outcome, Failure> {
        crate::commands::run(self, command).await
    }

    /// Reads what is too large or too rarely wanted for events.
    ///
    /// # Errors
    /// A failure in sentences.
    pub async fn query(&self, query: Query) -> Result<Answer, Failure> {
        match query {
            Query::Session { session } => history::with_earlier_calls(self, session).await,
            Query::Usage { connection, period } => {
                Ok(Answer::Usage(Box::new(money::usage(self, connection, period).await?)))
            }
            Query::Entries { connection, filter } => {
                Ok(Answer::Entries(money::entries(self, connection, filter).await?))
            }
            Query::Billing { connection } => {
                Ok(Answer::Billing(Box::new(money::billing(self, connection).await?)))
            }
            Query::WhatIf { connection, period, change } => {
                Ok(Answer::WhatIf(money::what_if(self, connection, period, *change).await?))
            }
            Query::Element { session, x, y } => {
                Ok(Answer::Element(elements::at(self, session, x, y).await?.map(Box::new)))
            }
            Query::Picture { session, url } => {
                Ok(Answer::Picture(remote::picture(self, session, url).await?))
            }
            Query::Request { command } => {
                Ok(Answer::Request(Box::new(requests::text(self, *command).await?)))
            }
            Query::Log { after } => Ok(Answer::Log(self.shared.log.page(after))),
            Query::History { filter, offset, limit } => history::sessions(self, *filter, offset, limit).await,
            Query::HistorySearch { typed, offset, limit } => {
                Ok(Answer::HistorySearch(Box::new(history::search(self, typed, offset, limit).await?)))
            }
            Query::HistoryHelp { typed, at } => {
                Ok(Answer::HistoryHelp(history::help(self, typed, at).await?))
            }
            Query::HistorySession { connection, session } => {
                Ok(Answer::HistorySession(history::session_of(self, connection, session).await?))
            }
            Query::HistoryCalls { session, offset, limit } => {
                history::calls(self, session, offset, limit).await
            }
            Query::HistoryCall { session, number } => history::call(self, session, number).await,
            Query::HistorySizes => history::sizes(self).await,
            Query::Evidence { whose, number } => {
                Ok(Answer::Evidence(Box::new(evidence::of(self, whose, number).await?)))
            }
            Query::Exchange { whose, number, id } => {
                Ok(Answer::Exchange(evidence::exchange(self, whose, number, id).await?.map(Box::new)))
            }
            Query::Har { whose, number } => Ok(Answer::Har(evidence::har(self, whose, number).await?)),
            Query::Flows => flows::list(self).await,
            Query::Flow { file } => flows::flow(self, file).await,
            Query::FlowProblem { text } => Ok(Answer::FlowProblem(flows::problem(&text))),
            Query::MadeFlow { stretch, name } => flows::made(self, stretch, name).await,
            Query::FlowCode { of, language } => flows::code(self, of, language).await,
            Query::FlowRun { run } => flows::run_of(self, run).await,
            Query::FlowRuns { file } => flows::kept_runs(self, file).await,
            Query::KeptRun { file } => flows::kept_run(self, file).await,
            Query::Compare { before, after, key } => compare::compare(self, before, after, key).await,
            Query::Cell { of, calls, cell } => cells::place(self, of, calls, cell).await,
            Query::Report => Ok(Answer::Report(report::write(self).await?)),
        }
    }

    /// Runs a flow that no file of the data folder holds, as [`Command::Flow`] runs those; answers the run's number.
    ///
    /// # Errors
    /// When it cannot begin: a parameter is missing, the connection is not there.
    pub async fn run_flow(&self, flow: notex_flow::Flow, form: RunForm) -> Result<u64, Failure> {
        flows::run_document(self, flow, form).await
    }

    /// The live picture of a session; with `acts` a person's input is taken.
    ///
    /// # Errors
    /// A failure in sentences: an unknown or ended session, a server that shows none.
    pub async fn watch(&self, session: String, acts: bool) -> Result<LiveView, Failure> {
        live::watch(self, session, acts).await
    }

    /// Asks the window for something: the tray, the menu and links do.
    pub async fn tell(&self, ask: Ask) {
        self.change(move |state, _| state.deltas.push(Delta::Ask(ask))).await;
    }

    /// Subscribes to events, from a snapshot on.
    pub async fn subscribe(&self) -> Subscription {
        let (sender, events) = mpsc::channel(EVENTS_AHEAD);
        drop(self.shared.messages.send(Message::Subscribe(sender)).await);
        Subscription { events }
    }

    /// A stored screenshot.
    ///
    /// # Errors
    /// When there is none of this name.
    pub async fn picture(&self, name: &str) -> Result<Picture, PictureError> {
        match self.shared.pictures.read(name).await {
            Err(PictureError::Unknown) if self.shared.history.archive().is_some() => {
                let hash = name.to_owned();
                let kept = self.shared.history.ask(move |archive| archive.blob(&hash)).await;
                kept.map_err(|_| PictureError::Unknown).and_then(|(bytes, _)| Picture::of(bytes))
            }
            read => read,
        }
    }

    /// Stops following connections, so that nothing runs in the background any more, and writes what is not on disk yet.
    pub async fn stop(&self) {
        self.change(|state, _| state.connections.iter().for_each(Connection::stop_following)).await;
        self.shared.history.close().await;
    }

    /// Tries a connection with a task of its own, in place of the one before.
    pub(crate) async fn follow(&self, connection: String) {
        let id = connection.clone();
        self.change(move |state, _| state.change_connection(&id, Connection::connecting)).await;
        self.follow_again(connection).await;
    }

    /// The same, and what is shown of it stays until it has answered.
    pub(crate) async fn follow_again(&self, connection: String) {
        let following = follow::follow(Arc::downgrade(&self.shared), connection.clone());
        let task = tokio::spawn(following).abort_handle();
        self.change(move |state, _| {
            match state.connections.iter_mut().find(|known| known.state.id == connection) {
                Some(known) => known.follow_with(task),
                None => task.abort(),
            }
        })
        .await;
    }

    /// Changes the state in the loop; returns when it is done.
    pub(crate) async fn change(&self, change: impl FnOnce(&mut State, DateTime<Utc>) + Send + 'static) {
        drop(self.ask(change).await);
    }

    /// Changes the state in the loop and answers with what the change gives.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut State, DateTime<Utc>) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, answered) = oneshot::channel();
        let change: Change = Box::new(move |state, now| drop(answer.send(ask(state, now))));
        let gone = || Failure::new(FailureCode::Other, "the inspector is closing");
        self.shared.messages.send(Message::Change(change)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())
    }

    /// Reads the state in the loop.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.ask(move |state, _| read(state)).await
    }
}

struct Subscriber {
    events: mpsc::Sender<Event>,
    seq: u64,
    behind: bool,
}

impl Subscriber {
    /// News are made only for one that has room for them: a whole state is large.
    fn send(&mut self, news: impl FnOnce() -> News, now: DateTime<Utc>) {
        match self.events.try_reserve() {
            Ok(place) => {
                self.seq += 1;
                place.send(Event { seq: self.seq, now, news: news() });
                self.behind = false;
            }
            Err(_) => self.behind = true,
        }
    }
}

async fn run(
    mut state: State,
    mut inbox: mpsc::Receiver<Message>,
    shared: std::sync::Weak<Shared>,
    clock: WallClock,
) {
    let mut subscribers: Vec<Subscriber> = Vec::new();
    let mut jumps = Jumps::of(clock.clone(), LONGEST_NAP);
    let mut passed_at = Instant::now();
    let mut told_at = None;
    loop {
        let now = clock.now();
        let mut nap = nap_until(state.next_deadline(now), now);
        if !state.deltas.is_empty() {
            nap = nap.min(until_told(&state, told_at));
        }
        let first = tokio::select! {
            message = inbox.recv() => match message {
                Some(message) => Some(message),
                None => return,
            },
            () = tokio::time::sleep(nap) => None,
        };
        if jumps.jumped() {
            tracing::info!("the clock jumped: the servers are asked anew");
            state.clock_jumped(clock.now());
            if let Some(shared) = shared.upgrade() {
                shared.jumps.send_modify(|jumps| *jumps += 1);
            }
        }
        // What waits is taken in before anything is told, so that a burst becomes one event; one without end is told
        // in between.
        let mut next = first;
        for _ in 0..CHANGES_AHEAD {
            let Some(message) = next else { break };
            match message {
                Message::Change(change) => change(&mut state, clock.now()),
                Message::Subscribe(events) => subscribers.push(Subscriber { events, seq: 0, behind: true }),
            }
            next = inbox.try_recv().ok();
        }
        if let Some(Message::Change(change)) = next {
            change(&mut state, clock.now());
        } else if let Some(Message::Subscribe(events)) = next {
            subscribers.push(Subscriber { events, seq: 0, behind: true });
        }
        let now = clock.now();
        let due = state.pass_deadlines(now);
        if let Some(shared) = shared.upgrade() {
            let hub = Hub { shared };
            for session in due {
                tokio::spawn(follow::confirm_end(hub.clone(), session));
            }
        }
        // Both look at every session: with many of them not at every message.
        let often = is_small(&state) || passed_at.elapsed() >= PASS_EVERY;
        if often {
            passed_at = Instant::now();
            // On disk at once is what was started here; what was only seen may wait.
            state.sync_notes();
        }
        if often && !state.is_held(now) {
            state.pass_time(now);
            let over_budget = state.watch_budgets(now);
            if let Some(shared) = shared.upgrade().filter(|_| !over_budget.is_empty()) {
                tokio::spawn(budgets::close(Hub { shared }, over_budget));
            }
        }
        state.notice_by_time(now);
        state.tell_notices(now);
        let opened = subscribers.iter().any(|subscriber| subscriber.seq == 0);
        if opened || until_told(&state, told_at).is_zero() {
            told_at = Some(Instant::now());
            tell(&mut state, &mut subscribers, now);
        }
    }
}

fn is_small(state: &State) -> bool {
    state.sessions.len() <= FEW_SESSIONS
}

/// How long windows wait for what changed: not at all for a few sessions; thousands would send them a flood of events.
fn until_told(state: &State, told_at: Option<Instant>) -> Duration {
    let waits = told_at.filter(|_| !is_small(state));
    waits.map_or(Duration::ZERO, |told: Instant| TELL_EVERY.saturating_sub(told.elapsed()))
}

/// Of what is told whole, the last of a turn is enough: a burst of charges changes one connection many times.
fn last_of_each(deltas: Vec<Delta>) -> Vec<Delta> {
    if deltas.len() < 2 {
        return deltas;
    }
    let mut seen = HashSet::new();
    let mut kept: Vec<Delta> = deltas
        .into_iter()
        .rev()
        .filter(|delta| match delta {
            Delta::Connection(state) => seen.insert((0, state.id.clone())),
            Delta::Session(state) => seen.insert((1, state.id.clone())),
            Delta::Settings(_) => seen.insert((2, String::new())),
            Delta::Call(call) => seen.insert((3, call.id.to_string())),
            Delta::FlowRun(run) => seen.insert((4, run.id.to_string())),
            Delta::FlowsChanged => seen.insert((5, String::new())),
            Delta::ConnectionRemoved(_)
            | Delta::Observation(_)
            | Delta::Scraped(_)
            | Delta::Notice(_)
            | Delta::Evidence(_)
            | Delta::Model(_)
            | Delta::Exporting(_)
            | Delta::Ask(_) => true,
        })
        .collect();
    kept.reverse();
    kept
}

fn tell(state: &mut State, subscribers: &mut Vec<Subscriber>, now: DateTime<Utc>) {
    let deltas = last_of_each(std::mem::take(&mut state.deltas));
    state.archive_sessions(&deltas);
    let for_all = std::mem::take(&mut state.snapshot_wanted);
    for subscriber in subscribers.iter_mut() {
        if subscriber.behind || for_all {
            subscriber.send(|| News::Snapshot(Box::new(state.snapshot())), now);
        } else if !deltas.is_empty() {
            subscriber.send(|| News::Deltas(deltas.clone()), now);
        }
    }
    let before = subscribers.len();
    subscribers.retain(|subscriber| !subscriber.events.is_closed());
    if subscribers.len() < before {
        tracing::debug!(left = subscribers.len(), "a window went away");
    }
}

fn nap_until(deadline: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Duration {
    let until_deadline = deadline.map(|deadline| (deadline - now).max(TimeDelta::milliseconds(1)));
    until_deadline.and_then(|span| span.to_std().ok()).map_or(LONGEST_NAP, |span| span.min(LONGEST_NAP))
}
