//! Chromium over CDP: one process per engine, one browser context per session. What is read from pages is capped,
//! every wait is bounded, and nothing a page does may stop another page or the engine.

mod act;
mod act_outcome;
mod calendar;
mod console;
mod context;
mod cookies;
mod downloads;
mod dress;
mod evaluate;
mod exchanges;
mod face;
mod files;
mod find;
mod frames;
mod gist;
mod guard;
mod ids;
mod input;
mod internals;
mod keeping;
mod keys;
mod lists;
mod live;
mod look;
mod mouse;
mod navigate;
mod nearest;
mod net_error;
mod network;
mod observe;
mod page;
mod pointer;
mod process;
mod rebirth;
mod scrape;
mod scrape_data;
mod seek;
mod settle;
mod sliders;
mod tab;
mod targets;
mod tidying;
mod told;
mod typing;
mod watch;
mod world;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::OnceCell;

use super::{Browser, BrowserIdentity, ContextOptions, LaunchError, Page, PageError, ViewportSize};
use crate::cdp::{Cdp, Session};
use crate::netguard::Reach;
use guard::Pipes;
use page::{ChromiumPage, Setup};
use process::Processes;
use targets::Targets;

/// The connection may end a moment before the process is known to be dead; its end tells more.
const LAST_WORD_WITHIN: Duration = Duration::from_millis(500);

/// How to start a Chromium.
#[derive(Clone, Debug, Default)]
pub struct LaunchOptions {
    /// The program; none looks at `NOTEX_CHROMIUM` and then for an installed one.
    pub program: Option<PathBuf>,
    /// The size of each page's viewport.
    pub viewport: ViewportSize,
    /// How long pages are waited for.
    pub patience: Patience,
    /// What its pages may reach.
    pub reach: Reach,
}

/// How long pages are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Until an opened address can be read.
    pub navigation: Duration,
    /// Until all of a page that can already be read has loaded.
    pub load: Duration,
    /// Until a page answers a question.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            navigation: Duration::from_secs(30),
            load: Duration::from_secs(10),
            answer: Duration::from_secs(15),
        }
    }
}

/// A Chromium that this engine started.
pub struct Chromium {
    identity: BrowserIdentity,
    cdp: Cdp,
    websocket: String,
    browser: Session,
    targets: Arc<Targets>,
    processes: Processes,
    setup: Arc<Setup>,
    /// Why it is.
    lost: OnceCell<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    product: String,
    user_agent: String,
}

impl Chromium {
    /// Starts a browser of its own, with an empty profile, and connects to it.
    ///
    /// # Errors
    /// When no browser is found, or it does not start; both say what to do or what it printed.
    pub async fn launch(options: LaunchOptions) -> Result<Chromium, LaunchError> {
        let program = find::find(options.program.as_deref())?;
        let failed =
            |why: String| LaunchError::DidNotStart { program: program.path.display().to_string(), why };
        let size = options.viewport;
        let started = process::start(&program, size.width, size.height, &options.reach).await?;
        options.reach.also_own(started.listens_at);
        let cdp = match started.pipes {
            Some(Pipes { to, from }) => Cdp::over(to, from),
            None => Cdp::connect(&started.websocket, &[]).await.map_err(|error| failed(error.to_string()))?,
        };
        let browser = cdp.browser();
        let within = options.patience.answer;
        let version: Version = browser
            .call("Browser.getVersion", json!({}), within)
            .await
            .map_err(|error| failed(error.to_string()))?;
        let targets =
            Targets::of(browser.clone(), within).await.map_err(|error| failed(error.to_string()))?;
        let number = version.product.rsplit('/').next().unwrap_or_default().to_owned();
        let setup = Setup {
            viewport: size,
            patience: options.patience,
            reach: options.reach,
            // A page should see a browser, not that nobody sits before it.
            user_agent: version.user_agent.replace("HeadlessChrome", "Chrome"),
            browser_version: number.clone(),
            asks_for_passwords: program.build == find::Build::Desktop,
        };
        Ok(Chromium {
            identity: BrowserIdentity { name: program.product().to_owned(), version: number },
            cdp,
            websocket: started.websocket,
            browser,
            targets,
            processes: started.processes,
            setup: Arc::new(setup),
            lost: OnceCell::new(),
        })
    }
}

#[async_trait]
impl Browser for Chromium {
    fn identity(&self) -> &BrowserIdentity {
        &self.identity
    }

    fn cdp_address(&self) -> Option<String> {
        Some(self.websocket.clone())
    }

    async fn open_page(&self, options: &ContextOptions) -> Result<Arc<dyn Page>, PageError> {
        let (browser, targets) = (self.browser.clone(), Arc::clone(&self.targets));
        let page = ChromiumPage::open(browser, targets, Arc::clone(&self.setup), options).await?;
        Ok(Arc::new(page))
    }

    async fn lost(&self) -> String {
        // Found out once: a browser that was given up is killed, and that is not why it was.
        let why = self.lost.get_or_init(async || {
            let connection = tokio::select! {
                how = self.processes.ended() => return how,
                why = self.cdp.ended() => why,
            };
            tokio::time::timeout(LAST_WORD_WITHIN, self.processes.ended()).await.unwrap_or(connection)
        });
        why.await.clone()
    }

    async fn shut_down(&self) {
        self.processes.end().await;
    }
}
