//! Where the browser comes from, and the one browser of a running engine: launched ahead of the first session,
//! launched again by the next start after it was lost or did not come up.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use notex_wire::{EngineEvent, HealthBrowser};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::browser::chromium::{Chromium, LaunchOptions};
use crate::browser::{Browser, LaunchError};
use crate::events::Events;
use crate::netguard::Reach;

/// Where an engine takes its browser from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrowserSource {
    /// One on this machine.
    Local {
        /// The program to run; `None` looks where systems put browsers.
        program: Option<PathBuf>,
    },
    /// One that runs already, by its CDP address.
    Cdp(Url),
    /// A Selenium Grid, by its address.
    Grid(Url),
}

/// Starts a browser.
pub(crate) type Launch =
    Arc<dyn Fn() -> BoxFuture<'static, Result<Arc<dyn Browser>, LaunchError>> + Send + Sync>;

impl BrowserSource {
    /// How to start a browser of this source.
    pub(crate) fn launch(self, reach: Reach) -> Result<Launch, LaunchError> {
        match self {
            Self::Local { program } => {
                Ok(Arc::new(move || Box::pin(launch_chromium(program.clone(), reach.clone()))))
            }
            Self::Cdp(url) => Err(LaunchError::NotBuilt(format!(
                "taking a browser from the CDP address {url} is not built yet; use --browser local"
            ))),
            Self::Grid(url) => Err(LaunchError::NotBuilt(format!(
                "taking browsers from the grid at {url} is not built yet; use --browser local"
            ))),
        }
    }
}

async fn launch_chromium(program: Option<PathBuf>, reach: Reach) -> Result<Arc<dyn Browser>, LaunchError> {
    let options = LaunchOptions { program, reach, ..LaunchOptions::default() };
    Ok(Arc::new(Chromium::launch(options).await?))
}

/// The one browser of an engine.
pub(crate) struct BrowserSupply {
    launch: Launch,
    running: tokio::sync::Mutex<Running>,
    report: Arc<Report>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

enum Running {
    None,
    Up(Arc<dyn Browser>),
    ShutDown,
}

/// What `/health` and the events say of the browser.
struct Report {
    events: Events,
    /// With the number of the launch it belongs to: the loss of an earlier browser must not hide a later one.
    latest: Mutex<(u64, HealthBrowser)>,
}

impl Report {
    fn latest(&self) -> (u64, HealthBrowser) {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn tell(&self, launch: u64, health: HealthBrowser) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if launch >= latest.0 {
            *latest = (launch, health.clone());
            self.events.tell(EngineEvent::Browser { browser: health });
        }
    }
}

impl BrowserSupply {
    pub(crate) fn new(launch: Launch, events: Events, tasks: TaskTracker, stop: CancellationToken) -> Self {
        Self {
            launch,
            running: tokio::sync::Mutex::new(Running::None),
            report: Arc::new(Report { events, latest: Mutex::default() }),
            tasks,
            stop,
        }
    }

    /// What `/health` says of it.
    pub(crate) fn health(&self) -> HealthBrowser {
        self.report.latest().1
    }

    /// The running browser, or a new one.
    ///
    /// # Errors
    /// When none could be started; the next call tries again.
    pub(crate) async fn take(&self) -> Result<Arc<dyn Browser>, LaunchError> {
        let mut running = self.running.lock().await;
        match std::mem::replace(&mut *running, Running::None) {
            Running::None => {}
            Running::Up(browser) if browser.lost().now_or_never().is_none() => {
                *running = Running::Up(Arc::clone(&browser));
                return Ok(browser);
            }
            Running::Up(lost) => lost.shut_down().await,
            Running::ShutDown => {
                *running = Running::ShutDown;
                return Err(LaunchError::DidNotStart {
                    program: "the browser".to_owned(),
                    why: "the engine is being stopped".to_owned(),
                });
            }
        }
        let (before, known) = self.report.latest();
        let launch = before + 1;
        let browser = (self.launch)().await.inspect_err(|error| {
            tracing::warn!(%error, "no browser");
            self.report
                .tell(launch, HealthBrowser { ready: false, problem: Some(error.to_string()), ..known });
        })?;
        let identity = browser.identity();
        tracing::info!(name = identity.name, version = identity.version, "the browser is ready");
        let up = HealthBrowser {
            name: Some(identity.name.clone()),
            version: Some(identity.version.clone()),
            ready: true,
            problem: None,
        };
        self.report.tell(launch, up.clone());
        *running = Running::Up(Arc::clone(&browser));
        self.watch(Arc::clone(&browser), launch, up);
        Ok(browser)
    }

    /// Ends the browser; none is started afterwards.
    pub(crate) async fn shut_down(&self) {
        let before = std::mem::replace(&mut *self.running.lock().await, Running::ShutDown);
        if let Running::Up(browser) = before {
            browser.shut_down().await;
        }
    }

    fn watch(&self, browser: Arc<dyn Browser>, launch: u64, up: HealthBrowser) {
        let (report, stop) = (Arc::clone(&self.report), self.stop.clone());
        self.tasks.spawn(async move {
            let why = tokio::select! {
                () = stop.cancelled() => return,
                why = browser.lost() => why,
            };
            tracing::warn!(why, "the browser is lost");
            let problem = Some(format!("{why}; the next session start launches it again"));
            report.tell(launch, HealthBrowser { ready: false, problem, ..up });
            // One that only fell silent still runs, and would be taken for one that is there.
            browser.shut_down().await;
        });
    }
}
