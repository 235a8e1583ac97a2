//! A hub and the state that its events add up to.

use std::time::Duration;

use notex_hub::protocol::{
    Answer, Command, ConnectionState, Delta, KeepKey, Light, News, Outcome, Query, SessionDetail,
    SessionState, Snapshot, StartForm,
};
use notex_hub::{ApiKey, Hub, HubOptions, LOCAL_CONNECTION, LocalEngine, LogHandle, Saved, Subscription};
use notex_journeys::ENGINE_KEY;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

/// A hub and what it has shown so far.
pub(crate) struct Seen {
    pub(crate) hub: Hub,
    pub(crate) shown: Snapshot,
    events: Subscription,
    _folder: TempDir,
}

impl Seen {
    /// A hub whose own engine is at this address.
    pub(crate) async fn on(base_url: &str) -> Self {
        let engine = LocalEngine { base_url: base_url.to_owned(), key: ApiKey::new(ENGINE_KEY) };
        let mut seen = Self::with(Ok(engine)).await;
        seen.connection_is(LOCAL_CONNECTION, Light::Ready).await;
        seen
    }

    /// A hub whose own engine does not start.
    pub(crate) async fn without_an_engine() -> Self {
        let mut seen = Self::with(Err("it is not there".to_owned())).await;
        seen.connection_is(LOCAL_CONNECTION, Light::Down).await;
        seen
    }

    async fn with(engine: Result<LocalEngine, String>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let options = HubOptions {
            data_dir: folder.path().to_owned(),
            saved: Saved::default(),
            save: Box::new(|_| Ok(())),
            start_local_engine: Box::new(move || {
                let engine = engine.clone();
                Box::pin(async move { engine })
            }),
            practice_url: None,
            local_model: notex_hub::LocalModel::default(),
            log: LogHandle::default(),
        };
        let hub = Hub::start(options).expect("a hub starts in an empty folder");
        let mut events = hub.subscribe().await;
        let first = events.next().await.expect("a snapshot").news;
        let News::Snapshot(shown) = first else { panic!("the first event is a snapshot") };
        Self { hub, shown: *shown, events, _folder: folder }
    }

    /// Adds the server at this address, with a key for this run only.
    pub(crate) async fn add(&mut self, base_url: &str) -> String {
        let command = Command::AddConnection {
            name: "Garage".to_owned(),
            base_url: base_url.to_owned(),
            api_key: ENGINE_KEY.to_owned(),
            keep_key: KeepKey::Memory,
        };
        let added = self.did(command).await.connection.expect("it has an id");
        self.connection_is(&added, Light::Ready).await;
        added
    }

    /// Does something that has to go well.
    pub(crate) async fn did(&self, command: Command) -> Outcome {
        let said = format!("{command:?}");
        self.hub.send(command).await.unwrap_or_else(|failure| panic!("{said}: {failure}"))
    }

    /// Starts a session and opens an address in it.
    pub(crate) async fn opens(&mut self, connection: &str, url: &str) -> String {
        let (connection, options) = (connection.to_owned(), StartForm::default());
        let started = self.did(Command::StartSession { connection, options }).await;
        let session = started.session.expect("it has an id");
        self.observe(&session, Some(url)).await;
        session
    }

    pub(crate) async fn observe(&mut self, session: &str, url: Option<&str>) {
        let (session, url) = (session.to_owned(), url.map(str::to_owned));
        self.did(Command::Observe { session, url, max_actions: None }).await;
    }

    pub(crate) async fn connection_is(&mut self, id: &str, light: Light) -> ConnectionState {
        let what = format!("{id} to be {light:?}");
        let of = |shown: &Snapshot| shown.connections.iter().find(|known| known.id == id).cloned();
        self.until(&what, |shown| of(shown).filter(|known| known.light == light)).await
    }

    /// Waits until a session is shown as wanted.
    pub(crate) async fn session(
        &mut self,
        id: &str,
        what: &str,
        wanted: impl Fn(&SessionState) -> bool,
    ) -> SessionState {
        let of = |shown: &Snapshot| shown.sessions.iter().find(|known| known.id == id).cloned();
        self.until(what, |shown| of(shown).filter(|known| wanted(known))).await
    }

    /// Calls and results of a session.
    pub(crate) async fn detail(&self, session: &str) -> SessionDetail {
        let asked = Query::Session { session: session.to_owned() };
        match self.hub.query(asked).await {
            Ok(Answer::Session(detail)) => *detail,
            other => panic!("no session is told: {other:?}"),
        }
    }

    /// Whether the page after a call of a session is in the history.
    pub(crate) async fn has_page(&self, session: &str, number: u32) -> bool {
        let (connection, session) = (LOCAL_CONNECTION.to_owned(), session.to_owned());
        let asked = self.hub.query(Query::HistorySession { connection, session }).await;
        let Ok(Answer::HistorySession(Some(kept))) = asked else { panic!("it is not kept: {asked:?}") };
        let asked = self.hub.query(Query::HistoryCall { session: kept.key, number }).await;
        let Ok(Answer::HistoryCall(call)) = asked else { panic!("it is not kept: {asked:?}") };
        call.page.is_some()
    }

    /// Where on the page the action with these words is.
    pub(crate) async fn place_of(&self, session: &str, words: &str) -> (f64, f64) {
        let observation = self.detail(session).await.observation.expect("it was observed");
        let action = observation.actions.iter().find(|action| action.description.contains(words));
        let action = action.unwrap_or_else(|| panic!("no {words} in {:?}", observation.actions));
        let place = action.bounds.as_ref().expect("it can be seen");
        (place.x + place.width / 2.0, place.y + place.height / 2.0)
    }

    /// Waits until something is shown.
    pub(crate) async fn until<T>(&mut self, what: &str, wanted: impl Fn(&Snapshot) -> Option<T>) -> T {
        let waited = tokio::time::timeout(LIMIT, async {
            loop {
                if let Some(found) = wanted(&self.shown) {
                    return found;
                }
                let event = self.events.next().await.expect("the hub lives");
                match event.news {
                    News::Snapshot(shown) => self.shown = *shown,
                    News::Deltas(deltas) => deltas.into_iter().for_each(|delta| self.apply(delta)),
                }
            }
        });
        match waited.await {
            Ok(found) => found,
            Err(_) => panic!("never seen: {what}; shown is {:#?}", self.shown),
        }
    }

    fn apply(&mut self, delta: Delta) {
        match delta {
            Delta::Connection(new) => {
                self.shown.connections.retain(|old| old.id != new.id);
                self.shown.connections.push(*new);
            }
            Delta::ConnectionRemoved(id) => self.shown.connections.retain(|old| old.id != id),
            Delta::Session(new) => {
                self.shown.sessions.retain(|old| old.id != new.id);
                self.shown.sessions.push(*new);
            }
            Delta::Notice(new) => self.shown.notices.push(new),
            Delta::Settings(new) => self.shown.settings = *new,
            Delta::Model(new) => self.shown.model = new.map(|new| *new),
            Delta::FlowRun(new) => {
                self.shown.flow_runs.retain(|old| old.id != new.id);
                self.shown.flow_runs.push(*new);
            }
            Delta::Call(_)
            | Delta::Observation(_)
            | Delta::Scraped(_)
            | Delta::FlowsChanged
            | Delta::Evidence(_)
            | Delta::Exporting(_)
            | Delta::Ask(_) => {}
        }
    }
}
