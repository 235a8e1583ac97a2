//! One reader of the hub's events for all that the desktop shows: the tray, system notices, the size of the interface.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tauri::{AppHandle, Manager};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::overview::{Overview, Shown, TrayText, shown};
use super::{MAIN, notices, tray};
use crate::boot::Boot;

/// The tray is drawn anew at most this often.
const TRAY_REST: Duration = Duration::from_secs(1);

/// The hub's state as the desktop shows it.
#[derive(Clone, Default)]
pub(crate) struct Watched(Arc<Inner>);

#[derive(Default)]
struct Inner {
    overview: Mutex<Overview>,
    changed: Notify,
}

impl Watched {
    fn overview<T>(&self, read: impl FnOnce(&mut Overview) -> T) -> T {
        read(&mut self.0.overview.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The ids of all live sessions.
    pub(super) fn live(&self) -> Vec<String> {
        self.overview(|overview| overview.live())
    }

    /// Returns when a session of this id is listed.
    pub(super) async fn until_listed(&self, session: &str) {
        loop {
            let changed = self.0.changed.notified();
            if self.overview(|overview| overview.lists(session)) {
                return;
            }
            changed.await;
        }
    }
}

/// Follows the hub until it ends.
pub(super) async fn follow(app: AppHandle) {
    let Ok(hub) = app.state::<Boot>().hub().await else { return };
    let watched = app.state::<Watched>().inner().clone();
    let mut events = hub.subscribe().await;
    let has_tray = tray::put_up(&app).await;
    let mut zoomed = 100;
    let mut drawn = TrayText::default();
    let mut next_drawing = Instant::now();
    let mut stale = true;
    loop {
        tokio::select! {
            event = events.next() => {
                let Some(event) = event else { return };
                let (fresh, zoom, by_system) = watched.overview(|overview| {
                    let fresh = overview.take(event);
                    (fresh, overview.settings().zoom_percent, overview.settings().system_notices)
                });
                watched.0.changed.notify_waiters();
                stale = has_tray;
                if zoom != zoomed {
                    zoomed = zoom;
                    apply_zoom(&app, zoom);
                }
                let in_front = is_in_front(&app);
                for notice in fresh {
                    let wanted = match shown(notice.kind) {
                        Shown::Always => by_system,
                        Shown::Behind => by_system && !in_front,
                        Shown::Never => false,
                    };
                    if wanted {
                        notices::show(&app, &notice);
                    }
                }
            }
            () = tokio::time::sleep_until(next_drawing), if stale => {
                stale = false;
                next_drawing = Instant::now() + TRAY_REST;
                let wanted = watched.overview(|overview| overview.tray_here());
                if wanted != drawn {
                    tray::draw(&app, &wanted);
                    drawn = wanted;
                }
            }
        }
    }
}

fn is_in_front(app: &AppHandle) -> bool {
    app.get_webview_window(MAIN).is_some_and(|window| window.is_focused().unwrap_or(false))
}

fn apply_zoom(app: &AppHandle, percent: u32) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    if let Err(error) = window.set_zoom(f64::from(percent.clamp(80, 200)) / 100.0) {
        tracing::warn!(%error, percent, "the size of the interface could not be changed");
    }
}
