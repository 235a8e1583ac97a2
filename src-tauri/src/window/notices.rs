//! Notices by the system. Where nothing shows them that is logged once.

use std::sync::atomic::{AtomicBool, Ordering};

use notex_hub::protocol::{Failure, Notice};
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;

/// The longest text, in characters: pages have a say in it.
const LONGEST: usize = 300;

static ABSENCE_LOGGED: AtomicBool = AtomicBool::new(false);

/// Shows a notice of the hub.
pub(super) fn show(app: &AppHandle, notice: &Notice) {
    let (app, title, text) = (app.clone(), notice.title.clone(), notice.text.clone());
    tauri::async_runtime::spawn_blocking(move || say(&app, &title, &text));
}

/// Shows a notice by the system; false where that is not possible.
#[tauri::command]
pub(crate) async fn notify(app: AppHandle, title: String, text: String) -> Result<bool, Failure> {
    Ok(tauri::async_runtime::spawn_blocking(move || say(&app, &title, &text)).await.unwrap_or(false))
}

/// The plugin says it was shown whether or not anybody listens, so that is asked beforehand.
fn say(app: &AppHandle, title: &str, text: &str) -> bool {
    let Some(body) = body(text) else {
        if !ABSENCE_LOGGED.swap(true, Ordering::Relaxed) {
            tracing::warn!("nothing on this system shows notices");
        }
        return false;
    };
    let shown = app.notification().builder().title(plain(title)).body(body).show();
    if let Err(error) = &shown {
        tracing::warn!(%error, "a notice could not be shown");
    }
    shown.is_ok()
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
