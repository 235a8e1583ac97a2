//! Files that a person keeps or opens: the system's own dialog asks where.

use std::path::{Path, PathBuf};

use notex_hub::protocol::{Failure, FailureCode};
use percent_encoding::percent_decode_str;
use tauri::ipc::{InvokeBody, Request};
use tauri::{AppHandle, Manager, State};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder};

use super::MAIN;
use crate::boot::Boot;
use crate::file_names::suggested;

/// Asks where to keep a file and writes it there; `None` when the person thought better of it. The bytes are the body,
/// the suggested name a header.
#[tauri::command]
pub(crate) async fn save_file(app: AppHandle, request: Request<'_>) -> Result<Option<String>, Failure> {
    let InvokeBody::Raw(contents) = request.body() else {
        return Err(failure("The page sent no bytes to keep.".to_owned(), None));
    };
    let header = request.headers().get("file-name").and_then(|name| name.to_str().ok()).unwrap_or_default();
    let name = suggested(&percent_decode_str(header).decode_utf8_lossy());
    let Some(path) = place_for(&app, &name).await? else { return Ok(None) };
    let written = tokio::fs::write(&path, contents).await;
    kept(&path, written).map(Some)
}

/// Asks where to keep the session file that was exported last of a session, and puts it there; `None` when the person
/// thought better of it.
#[tauri::command]
pub(crate) async fn keep_export(
    app: AppHandle,
    boot: State<'_, Boot>,
    session: i64,
    name: String,
) -> Result<Option<String>, Failure> {
    let exported = boot.hub().await?.exported(session)?;
    let Some(path) = place_for(&app, &suggested(&name)).await? else { return Ok(None) };
    let written = tokio::fs::copy(exported, &path).await;
    kept(&path, written.map(drop)).map(Some)
}

/// Asks for a session file; `None` when the person thought better of it.
#[tauri::command]
pub(crate) async fn choose_session_file(app: AppHandle) -> Result<Option<String>, Failure> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let dialog = dialog(&app).add_filter("Notex session", &["notex"]).add_filter("All files", &["*"]);
    dialog.pick_file(move |chosen| drop(answer.send(chosen)));
    let Ok(Some(chosen)) = answered.await else { return Ok(None) };
    let path =
        chosen.into_path().map_err(|error| failure(format!("This file cannot be read: {error}."), None))?;
    Ok(Some(path.display().to_string()))
}

fn dialog(app: &AppHandle) -> FileDialogBuilder<tauri::Wry> {
    let dialog = app.dialog().file();
    match app.get_webview_window(MAIN) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

/// Asks where a file of this name is to be kept.
async fn place_for(app: &AppHandle, name: &str) -> Result<Option<PathBuf>, Failure> {
    let mut dialog = dialog(app).set_file_name(name);
    if let Some((_, extension)) = name.rsplit_once('.') {
        dialog = dialog.add_filter(extension.to_uppercase(), &[extension]).add_filter("All files", &["*"]);
    }
    let (answer, answered) = tokio::sync::oneshot::channel();
    dialog.save_file(move |chosen| drop(answer.send(chosen)));
    let Ok(Some(chosen)) = answered.await else { return Ok(None) };
    let path = chosen.into_path();
    path.map(Some).map_err(|error| failure(format!("This place cannot be written: {error}."), None))
}

fn kept(path: &Path, written: std::io::Result<()>) -> Result<String, Failure> {
    let shown = path.display().to_string();
    match written {
        Ok(()) => Ok(shown),
        Err(error) => Err(failure(
            format!("{shown} could not be written: {error}."),
            Some("Choose another folder, or free some space.".to_owned()),
        )),
    }
}

fn failure(message: String, hint: Option<String>) -> Failure {
    Failure { code: FailureCode::Other, message, hint }
}
