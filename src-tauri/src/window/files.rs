//! Files that a person keeps: the system's own dialog asks where.

use notex_hub::protocol::{Failure, FailureCode};
use percent_encoding::percent_decode_str;
use tauri::ipc::{InvokeBody, Request};
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::DialogExt;

use super::MAIN;

/// The longest name that is suggested, in bytes; file systems take 255.
const LONGEST_NAME: usize = 120;

/// Asks where to keep a file and writes it there; `None` when the person thought better of it. The bytes are the body,
/// the suggested name a header.
#[tauri::command]
pub(crate) async fn save_file(app: AppHandle, request: Request<'_>) -> Result<Option<String>, Failure> {
    let InvokeBody::Raw(contents) = request.body() else {
        return Err(failure("The page sent no bytes to keep.".to_owned(), None));
    };
    let header = request.headers().get("file-name").and_then(|name| name.to_str().ok()).unwrap_or_default();
    let name = suggested(&percent_decode_str(header).decode_utf8_lossy());
    let mut dialog = app.dialog().file().set_file_name(&name);
    if let Some(window) = app.get_webview_window(MAIN) {
        dialog = dialog.set_parent(&window);
    }
    if let Some((_, extension)) = name.rsplit_once('.') {
        dialog = dialog.add_filter(extension.to_uppercase(), &[extension]).add_filter("All files", &["*"]);
    }
    let (answer, answered) = tokio::sync::oneshot::channel();
    dialog.save_file(move |chosen| drop(answer.send(chosen)));
    let Ok(Some(chosen)) = answered.await else { return Ok(None) };
    let path = chosen
        .into_path()
        .map_err(|error| failure(format!("This place cannot be written: {error}."), None))?;
    let written = tokio::fs::write(&path, contents).await;
    let shown = path.display().to_string();
    written.map(|()| Some(shown.clone())).map_err(|error| {
        failure(
            format!("{shown} could not be written: {error}."),
            Some("Choose another folder, or free some space.".to_owned()),
        )
    })
}

fn failure(message: String, hint: Option<String>) -> Failure {
    Failure { code: FailureCode::Other, message, hint }
}

/// A name without a path and without what file systems refuse.
fn suggested(name: &str) -> String {
    let refused = |letter: char| letter.is_control() || r#"/\:*?"<>|"#.contains(letter);
    let name: String = name.chars().map(|letter| if refused(letter) { '-' } else { letter }).collect();
    let name = name.trim_matches([' ', '.', '-']);
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 12 => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let mut stem = stem.to_owned();
    while stem.len() + extension.len() > LONGEST_NAME {
        stem.pop();
    }
    if stem.is_empty() { format!("notex{extension}") } else { format!("{stem}{extension}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggested_name_has_no_path_and_keeps_its_extension() {
        assert_eq!(suggested("usage 2026-01.csv"), "usage 2026-01.csv");
        assert_eq!(suggested("../../etc/passwd"), "etc-passwd");
        assert_eq!(suggested(""), "notex");
        let long = suggested(&format!("{}.json", "ü".repeat(10_000)));
        assert!(long.len() <= LONGEST_NAME && long.ends_with("ü.json"), "{long}");
    }
}
