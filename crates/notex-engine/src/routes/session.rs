//! Sessions: start, close, list, look, extend.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use notex_wire::{SessionAnswer, SessionPage, SessionRequest};

use crate::body::{Body, Wanted};
use crate::engine::EngineState;
use crate::ledger;
use crate::live;
use crate::refusal::Refused;
use crate::routes::{paging, priced};

type Shared = State<Arc<EngineState>>;

pub(super) async fn start(
    State(state): Shared,
    headers: HeaderMap,
    request: Body<SessionRequest>,
) -> Result<Response, Refused> {
    let wanted = Wanted::of(request.0)?;
    if wanted.session_id.is_some() {
        return Err(Refused::field(
            "session_id",
            "value_error",
            "a new session is given its id by the server; leave session_id null",
        ));
    }
    let mut answer = live::start(Arc::clone(&state), wanted).await?;
    answer.cdp_url = state.cdp_url(&answer.session_id, &headers);
    Ok(priced(answer.usage.as_ref(), &answer))
}

pub(super) async fn close(State(state): Shared, request: Body<SessionRequest>) -> Result<Response, Refused> {
    let wanted = Wanted::of(request.0)?;
    let id = wanted.session_id.ok_or_else(|| {
        Refused::field("session_id", "missing", "session_id is missing: which session is to be closed?")
    })?;
    let mut answer = state.close(&id).await?;
    answer.usage = Some(ledger::usage([].iter(), state.remaining()));
    Ok(priced(answer.usage.as_ref(), &answer))
}

pub(super) async fn one(
    State(state): Shared,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<SessionAnswer>, Refused> {
    match state.session(&id).await? {
        Some((record, credits)) => {
            let cdp_url = state.cdp_url(&id, &headers);
            Ok(Json(SessionAnswer { cdp_url, ..record.answer(credits, state.clock.now()) }))
        }
        None => Err(Refused::unknown_session(&id)),
    }
}

pub(super) async fn list(
    State(state): Shared,
    query: Query<HashMap<String, String>>,
) -> Result<Json<SessionPage>, Refused> {
    let paging = paging(&query)?;
    let (sessions, total) = state.sessions(paging).await?;
    let now = state.clock.now();
    Ok(Json(SessionPage {
        items: sessions.into_iter().map(|(record, credits)| record.answer(credits, now)).collect(),
        page: paging.page,
        page_size: paging.page_size,
        total,
    }))
}

pub(super) async fn extend(
    State(state): Shared,
    Path(id): Path<String>,
) -> Result<Json<SessionAnswer>, Refused> {
    Ok(Json(state.extend(&id).await?))
}
