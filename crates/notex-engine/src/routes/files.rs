//! Files of a session: given to it, downloaded by its pages. Free; giving and taking one counts as a call.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use notex_wire::SessionAnswer;
use notex_wire::current::{FileSource, SessionFile, SessionFilePage};

use crate::engine::EngineState;
use crate::files::{self, Kept, LARGEST_FILE};
use crate::refusal::Refused;
use crate::routes::current::known;

type Shared = State<Arc<EngineState>>;

const USUAL_LIMIT: u64 = 100;
const LARGEST_LIMIT: u64 = 1000;

pub(super) async fn list(
    State(state): Shared,
    Path(id): Path<String>,
    query: Query<HashMap<String, String>>,
) -> Result<Json<SessionFilePage>, Refused> {
    let number = |name: &str, otherwise: u64, least: u64, most: u64| match query.get(name) {
        None => Ok(otherwise),
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| Refused::query(name, format!("{name} must be from {least} to {most}"))),
    };
    let limit = number("limit", USUAL_LIMIT, 1, LARGEST_LIMIT)?;
    let offset = number("offset", 0, 0, u64::from(u32::MAX))?;
    let source = match query.get("source").map(String::as_str) {
        None | Some("") => None,
        Some("user_upload") => Some(FileSource::UserUpload),
        Some("session_download") => Some(FileSource::SessionDownload),
        Some(_) => return Err(Refused::query("source", "source must be user_upload or session_download")),
    };
    let folder = folder(&state, &id).await?;
    let session = known(&state, &id).await?;
    let mut kept = files::list(folder).await?;
    kept.retain(|kept| source.is_none_or(|source| kept.source == source));
    let total = kept.len() as u64;
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = usize::try_from(limit).unwrap_or(usize::MAX);
    let files = kept.into_iter().skip(skip).take(take).map(|kept| told(kept, &session)).collect();
    Ok(Json(SessionFilePage { files, total, limit, offset }))
}

pub(super) async fn add(
    State(state): Shared,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Json<SessionFile>, Refused> {
    let mut form =
        form.map_err(|_| Refused::field("file", "missing", "the body must be a form with a file"))?;
    let session = state.extend(&id).await?;
    let folder = folder(&state, &id).await?;
    while let Some(part) = form.next_field().await.map_err(|why| cut_off(&why))? {
        if part.name() == Some("file") {
            let name = part.file_name().unwrap_or_default().to_owned();
            let content = part.bytes().await.map_err(|why| cut_off(&why))?;
            return Ok(Json(told(files::add(folder, name, content).await?, &session)));
        }
    }
    Err(Refused::field("file", "missing", "file is missing"))
}

pub(super) async fn open(
    State(state): Shared,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Refused> {
    state.extend(&id).await?;
    let (kept, content) = files::open(folder(&state, &id).await?, &file).await?;
    let headers = [
        (header::CONTENT_TYPE, mime_type(&kept.name)),
        // Whatever it holds, it is not shown under the engine's own address.
        (header::CONTENT_DISPOSITION, "attachment".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, content).into_response())
}

pub(super) async fn remove(
    State(state): Shared,
    Path((id, file)): Path<(String, String)>,
) -> Result<StatusCode, Refused> {
    state.extend(&id).await?;
    files::remove(folder(&state, &id).await?, &file).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The folder of a live session; an id that is none of one leads nowhere.
async fn folder(state: &EngineState, id: &str) -> Result<PathBuf, Refused> {
    if state.registry.is_live(id) { Ok(state.files.join(id)) } else { Err(state.not_live(id).await) }
}

fn told(kept: Kept, session: &SessionAnswer) -> SessionFile {
    let now = session.server_time.unwrap_or(session.last_accessed_at);
    SessionFile {
        id: kept.id(),
        session_id: session.session_id.clone(),
        mime_type: mime_type(&kept.name),
        filename: kept.name,
        size: kept.size,
        checksum: kept.checksum,
        created_at: kept.written_at,
        expires_at: session.expires_at.unwrap_or(now + TimeDelta::days(1)),
        source: kept.source,
    }
}

fn mime_type(name: &str) -> String {
    mime_guess::from_path(name).first_or_octet_stream().to_string()
}

fn cut_off(error: &MultipartError) -> Refused {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Refused::new(
            error.status(),
            "file_too_large",
            format!("a file may hold {LARGEST_FILE} bytes at most"),
        );
    }
    Refused::field("file", "value_error", "the form cannot be read or was cut off")
}
