//! The running engine: what all its parts share, and how it starts and stops.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::account::Account;
use crate::browser::{Browser, LaunchError};
use crate::browser_source::{BrowserSupply, Launch};
use crate::clock::Clock;
use crate::config::{EngineConfig, ModelConfig, UnusableModel};
use crate::events::Events;
use crate::evidence::Shelf;
use crate::files;
use crate::guard::Guard;
use crate::ledger::Tariff;
use crate::live::Registry;
use crate::model::ModelSlot;
use crate::netguard::Reach;
use crate::routes;
use crate::server::{self, Bounds};
use crate::store::{Store, StoreError};
use crate::tariff_file::{TariffError, Tariffs};

/// How long answers may still be on their way when the engine stops.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// How long the ends of sessions may take when the engine stops.
const LAST_ENDS: Duration = Duration::from_secs(15);

/// Why an engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The address cannot be listened on.
    #[error("the engine cannot listen on {address}: {why}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        why: std::io::Error,
    },
    /// The store cannot be used.
    #[error("the engine did not start: {0}")]
    Store(StoreError),
    /// What the last run left in its folder cannot be removed.
    #[error("the engine did not start: the files of ended sessions in {folder} cannot be removed: {why}")]
    Leftovers {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// The plan and the prices cannot be used.
    #[error("the engine did not start: {0}")]
    Tariff(TariffError),
    /// The language model cannot be used.
    #[error("the engine did not start: {0}")]
    Model(UnusableModel),
    /// Browsers cannot be taken from where the configuration says.
    #[error("{0}")]
    Browser(LaunchError),
}

/// What all parts of an engine share.
pub(crate) struct EngineState {
    pub(crate) clock: Clock,
    pub(crate) tariff: Arc<Tariffs>,
    pub(crate) account: Account,
    pub(crate) store: Store,
    pub(crate) browser: BrowserSupply,
    pub(crate) reach: Reach,
    pub(crate) model: ModelSlot,
    pub(crate) registry: Registry,
    pub(crate) events: Events,
    /// What is kept of calls besides their answers.
    pub(crate) shelf: Shelf,
    /// The folder of the sessions' folders.
    pub(crate) files: PathBuf,
    /// Tasks that must have ended before the store is closed.
    pub(crate) tasks: TaskTracker,
    pub(crate) started: Instant,
}

/// What an engine listens with; its browser has to know the address before it starts.
struct Front {
    listener: TcpListener,
    address: SocketAddr,
    reach: Reach,
}

impl Front {
    async fn open(config: &EngineConfig) -> Result<Self, EngineError> {
        let failed = |why| EngineError::Listen { address: config.listen, why };
        let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let reach = Reach::open(address, config.private_networks.clone()).await.map_err(failed)?;
        Ok(Self { listener, address, reach })
    }
}

/// A running engine. Dropping it stops it in the background; [`Engine::shut_down`] waits until it is gone.
pub struct Engine {
    address: SocketAddr,
    stop: CancellationToken,
    server: TaskTracker,
    pub(crate) state: Arc<EngineState>,
}

impl Engine {
    /// Opens the store, listens, and begins to launch the browser. Needs a Tokio runtime.
    ///
    /// # Errors
    /// When the address or the folder cannot be used. A browser that does not start is no error here: `/health`
    /// says so, and the next session start tries again.
    pub async fn start(config: EngineConfig) -> Result<Self, EngineError> {
        let front = Front::open(&config).await?;
        let launch = config.browser.clone().launch(front.reach.clone()).map_err(EngineError::Browser)?;
        Self::start_behind(front, config, Tariff::default(), Clock::system(), launch).await
    }

    /// The same over a browser of the caller's own making; `config.browser` is not used.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub async fn start_over(config: EngineConfig, browser: Arc<dyn Browser>) -> Result<Self, EngineError> {
        let launch: Launch = Arc::new(move || {
            let browser = Arc::clone(&browser);
            Box::pin(async move { Ok(browser) })
        });
        Self::start_with(config, Tariff::default(), Clock::system(), launch).await
    }

    pub(crate) async fn start_with(
        config: EngineConfig,
        defaults: Tariff,
        clock: Clock,
        launch: Launch,
    ) -> Result<Self, EngineError> {
        let front = Front::open(&config).await?;
        Self::start_behind(front, config, defaults, clock, launch).await
    }

    async fn start_behind(
        Front { listener, address, reach }: Front,
        config: EngineConfig,
        defaults: Tariff,
        clock: Clock,
        launch: Launch,
    ) -> Result<Self, EngineError> {
        let model = ModelSlot::default();
        model.set(config.model).map_err(EngineError::Model)?;
        let files = config.data_dir.join("files");
        let swept = files.clone();
        let opened = tokio::task::spawn_blocking(move || {
            let store = Store::open(&config.data_dir).map_err(EngineError::Store)?;
            // Only after the store: it says that no other engine uses the folder.
            files::sweep(&swept).map_err(|why| EngineError::Leftovers { folder: swept, why })?;
            let tariffs = Tariffs::open(config.tariff, &config.data_dir, defaults);
            Ok((store, Arc::new(tariffs.map_err(EngineError::Tariff)?)))
        });
        let (store, tariff) = opened.await.unwrap_or(Err(EngineError::Store(StoreError::Closed)))?;
        let orphans = store.end_orphans().await.map_err(EngineError::Store)?;
        let account = Account::new(store.days().await.map_err(EngineError::Store)?);
        tracing::info!(%address, orphans, "the engine starts");

        let (events, tasks, stop) = (Events::default(), TaskTracker::new(), CancellationToken::new());
        let browser = BrowserSupply::new(launch, events.clone(), tasks.clone(), stop.clone());
        let state = Arc::new(EngineState {
            clock,
            tariff,
            account,
            store,
            browser,
            reach,
            model,
            registry: Registry::default(),
            events,
            shelf: Shelf::default(),
            files,
            tasks,
            started: Instant::now(),
        });
        state.watch_tariff(stop.clone());
        let server = TaskTracker::new();
        server.spawn(run(Arc::clone(&state), listener, Guard { key: config.key, address }, stop.clone()));
        server.close();
        let engine = Self { address, stop, server, state };
        engine.look_for_browser();
        Ok(engine)
    }

    /// Begins to launch a browser if none runs: one may have been installed since the last try. `/health` and the
    /// events tell how it went; the next session start tries again by itself.
    pub fn look_for_browser(&self) {
        let state = Arc::clone(&self.state);
        self.state.tasks.spawn(async move { drop(state.browser.take().await) });
    }

    /// Asks another language model from the next call on, or none.
    ///
    /// # Errors
    /// When no connection to it can be made ready; the one before stays.
    pub fn use_model(&self, model: Option<ModelConfig>) -> Result<(), UnusableModel> {
        self.state.model.set(model)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends all sessions, the browser and the server; returns when they are gone.
    pub async fn shut_down(&self) {
        self.stop.cancel();
        self.server.wait().await;
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn run(state: Arc<EngineState>, listener: TcpListener, guard: Guard, stop: CancellationToken) {
    let router = routes::router(Arc::clone(&state), guard);
    let mut server = tokio::spawn(server::serve(listener, router, Bounds::default(), stop.clone()));
    tokio::select! {
        // First, since an idle server ends with it.
        biased;
        () = stop.cancelled() => {}
        ended = &mut server => tracing::error!(?ended, "the server ended by itself"),
    }
    stop.cancel();
    state.registry.shut("the engine was stopped").await;
    state.tasks.close();
    if timeout(LAST_ENDS, state.tasks.wait()).await.is_err() {
        tracing::warn!("some sessions did not end in time");
    }
    state.events.end();
    if !server.is_finished() && timeout(LAST_ANSWERS, &mut server).await.is_err() {
        server.abort();
    }
    state.browser.shut_down().await;
    state.store.close().await;
    tracing::info!("the engine has stopped");
}
