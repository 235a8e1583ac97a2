//! Notices by the system, and what a click on one shows. Where nothing shows them that is logged once.

use std::sync::atomic::{AtomicBool, Ordering};

use notex_hub::protocol::{Failure, Notice};
use tauri::AppHandle;

/// The longest text, in characters: pages have a say in it.
const LONGEST: usize = 300;

static ABSENCE_LOGGED: AtomicBool = AtomicBool::new(false);

/// Shows a notice of the hub; a click on it shows its session.
pub(super) fn show(app: &AppHandle, notice: &Notice) {
    let (app, title, text) = (app.clone(), notice.title.clone(), notice.text.clone());
    let session = notice.session.clone();
    tauri::async_runtime::spawn_blocking(move || say(&app, &title, &text, session));
}

/// Shows a notice by the system; false where that is not possible.
#[tauri::command]
pub(crate) async fn notify(app: AppHandle, title: String, text: String) -> Result<bool, Failure> {
    Ok(tauri::async_runtime::spawn_blocking(move || say(&app, &title, &text, None)).await.unwrap_or(false))
}

fn say(app: &AppHandle, title: &str, text: &str, session: Option<String>) -> bool {
    let Some(body) = body(text) else {
        if !ABSENCE_LOGGED.swap(true, Ordering::Relaxed) {
            tracing::warn!("nothing on this system shows notices");
        }
        return false;
    };
    let shown = by_system(app, &plain(title), &body, session);
    if let Err(error) = &shown {
        tracing::warn!(%error, "a notice could not be shown");
    }
    shown.is_ok()
}

/// The plugin would not say what was clicked.
#[cfg(target_os = "linux")]
fn by_system(
    app: &AppHandle,
    title: &str,
    body: &str,
    session: Option<String>,
) -> Result<(), notify_rust::error::Error> {
    let shown = notify_rust::Notification::new()
        .appname("Notex Inspector")
        .icon("notex-inspector")
        .summary(title)
        .body(body)
        .action("default", "Show")
        .show()?;
    clicks::wait(app.clone(), shown, session);
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn by_system(
    app: &AppHandle,
    title: &str,
    body: &str,
    _session: Option<String>,
) -> tauri_plugin_notification::Result<()> {
    use tauri_plugin_notification::NotificationExt;

    app.notification().builder().title(title).body(body).show()
}

#[cfg(target_os = "linux")]
mod clicks {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use notex_hub::protocol::Ask;
    use notify_rust::{NotificationHandle, NotificationResponse};
    use tauri::AppHandle;

    use crate::window::{focus, page};

    /// Some systems keep notices and never say that one was closed; more than so many are not waited for.
    const MOST: usize = 32;

    static WAITING: AtomicUsize = AtomicUsize::new(0);

    /// Waits on a thread of its own until the notice is clicked or closed.
    pub(super) fn wait(app: AppHandle, shown: NotificationHandle, session: Option<String>) {
        if WAITING.fetch_add(1, Ordering::Relaxed) >= MOST {
            WAITING.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        let wait = move || {
            let waited = shown.wait_for_response(|response: &NotificationResponse| {
                if response.is_default_action() {
                    clicked(&app, session);
                }
            });
            WAITING.fetch_sub(1, Ordering::Relaxed);
            if let Err(error) = waited {
                tracing::debug!(%error, "clicks on a notice are not heard");
            }
        };
        if let Err(error) = std::thread::Builder::new().name("notex-notice".to_owned()).spawn(wait) {
            WAITING.fetch_sub(1, Ordering::Relaxed);
            tracing::debug!(%error, "clicks on a notice are not heard");
        }
    }

    fn clicked(app: &AppHandle, session: Option<String>) {
        focus(app);
        if let Some(session) = session {
            page::tell(app, Ask::ShowSession { session });
        }
    }
}

/// The text as the system's notices take it; `None` where there are none.
#[cfg(target_os = "linux")]
fn body(text: &str) -> Option<String> {
    let abilities = notify_rust::get_capabilities().ok()?;
    let text = plain(text);
    Some(if abilities.iter().any(|ability| ability == "body-markup") { without_markup(&text) } else { text })
}

#[cfg(not(target_os = "linux"))]
fn body(text: &str) -> Option<String> {
    Some(plain(text))
}

/// One line of bounded length.
fn plain(text: &str) -> String {
    let line: String =
        text.chars().take(LONGEST).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.chars().nth(LONGEST).is_some() { format!("{}…", line.trim_end()) } else { line }
}

/// Some servers draw `<b>` and follow `<a href>`.
#[cfg(target_os = "linux")]
fn without_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_text_is_one_line_without_markup() {
        let text = plain(&"<a href='x'>\n".repeat(1000));
        assert!(text.chars().count() <= LONGEST + 1 && !text.contains('\n') && text.ends_with('…'));
        #[cfg(target_os = "linux")]
        assert_eq!(without_markup("<b>R&D</b>"), "&lt;b&gt;R&amp;D&lt;/b&gt;");
    }
}
