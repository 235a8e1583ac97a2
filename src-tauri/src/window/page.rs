//! Whether the page in the window listens yet: what it is asked before would be lost.

use std::time::Duration;

use notex_hub::protocol::Ask;
use tauri::{AppHandle, Manager};
use tokio::sync::watch;

use crate::boot::Boot;

/// A session that a link names may still be on its way from its server.
const UNTIL_LISTED: Duration = Duration::from_secs(10);

/// The page in the window.
pub(crate) struct Page(watch::Sender<bool>);

impl Page {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// It has subscribed to events.
    pub(crate) fn listens(&self) {
        self.0.send_replace(true);
    }

    /// It is being loaded.
    pub(super) fn is_gone(&self) {
        self.0.send_replace(false);
    }
}

/// Asks the page for something, as soon as it listens.
pub(super) fn tell(app: &AppHandle, ask: Ask) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let (boot, page) = (app.state::<Boot>(), app.state::<Page>());
        let mut listening = page.0.subscribe();
        if listening.wait_for(|listens| *listens).await.is_err() {
            return;
        }
        let Ok(hub) = boot.hub().await else { return };
        if let Ask::ShowSession { session } = &ask {
            let known = app.state::<super::Watched>().inner().clone();
            drop(tokio::time::timeout(UNTIL_LISTED, known.until_listed(session)).await);
        }
        hub.tell(ask).await;
    });
}
