//! What both hosts start: the hub, the engine beside it, and the page to practise on. The window does not wait for them.

use std::path::PathBuf;

use notex_hub::protocol::{Failure, FailureCode};
use notex_hub::{Hub, HubOptions, JournalError, LogHandle, Save, Saved};
use tokio::sync::watch;

use crate::local_engine::InnerEngine;
use crate::practice;
use crate::profile::Profile;

/// What must end before the process does.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) hub: Hub,
    pub(crate) engine: InnerEngine,
}

impl Running {
    /// Starts them on the current tokio runtime.
    pub(crate) async fn start(
        profile: &Profile,
        saved: Saved,
        save: Save,
        log: LogHandle,
    ) -> Result<Self, JournalError> {
        let engine = InnerEngine::new(profile.engine());
        // The hub asks for the engine, too, and is given this one.
        let first = engine.starter();
        tokio::spawn(async move {
            if let Err(reason) = first().await {
                tracing::warn!(%reason, "the engine inside the app did not start");
            }
        });
        let data_dir: PathBuf = profile.hub();
        let hub = Hub::start(HubOptions {
            data_dir,
            saved,
            save,
            practice_url: practice::open().await,
            local_model: engine.local_model(),
            log,
            start_local_engine: engine.starter(),
        })?;
        Ok(Self { hub, engine })
    }

    /// Stops following servers, then ends the engine with its sessions and its browser.
    pub(crate) async fn shut_down(&self) {
        self.hub.stop().await;
        self.engine.shut_down().await;
    }
}

/// What runs, once it does.
#[derive(Clone)]
pub(crate) struct Boot(watch::Receiver<Option<Running>>);

impl Boot {
    /// To be told when it runs.
    pub(crate) fn new() -> (watch::Sender<Option<Running>>, Self) {
        let (sender, receiver) = watch::channel(None);
        (sender, Self(receiver))
    }

    /// Waits for it; `None` when it will never run.
    pub(crate) async fn running(&self) -> Option<Running> {
        let mut receiver = self.0.clone();
        receiver.wait_for(Option::is_some).await.ok()?.clone()
    }

    /// The hub, as soon as there is one.
    pub(crate) async fn hub(&self) -> Result<Hub, Failure> {
        let running = self.running().await.ok_or_else(|| Failure {
            code: FailureCode::Other,
            message: "The inspector is closing.".to_owned(),
            hint: None,
        })?;
        Ok(running.hub)
    }
}
