//! The end of the app: nothing of ours runs on after it, however it is asked to end.

use notex_hub::Hub;

use crate::local_engine::InnerEngine;

/// What must end before the process does.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) hub: Hub,
    pub(crate) engine: InnerEngine,
}

impl Running {
    /// Stops following servers, then ends the engine with its sessions and its browser.
    pub(crate) async fn shut_down(&self) {
        self.hub.stop().await;
        self.engine.shut_down().await;
    }
}

/// Waits for ctrl-c or, on Unix, SIGTERM.
pub(crate) async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut term) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = term.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    drop(tokio::signal::ctrl_c().await);
}
