//! Sessions: start, close, list, look, extend.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use notex_session::EndReason;
use notex_wire::{SessionAnswer, SessionPage, SessionRequest, StartRequest};

use crate::body::{Body, Wanted};
use crate::engine::EngineState;
use crate::ledger;
use crate::live;
use crate::refusal::Refused;
use crate::routes::{paging, with_price};
use crate::store::{Listed, Paging};

type Shared = State<Arc<EngineState>>;

pub(super) async fn start(
    state: Shared,
    headers: HeaderMap,
    request: Body<StartRequest>,
) -> Result<Response, Refused> {
    begin(state, &headers, Wanted::classic(request.0)?).await
}

/// At the path that both contracts share.
pub(super) async fn start_either(
    state: Shared,
    headers: HeaderMap,
    request: Body<StartRequest>,
) -> Result<Response, Refused> {
    begin(state, &headers, Wanted::either(request.0)?).await
}

async fn begin(State(state): Shared, headers: &HeaderMap, wanted: Wanted) -> Result<Response, Refused> {
    if wanted.session_id.is_some() {
        return Err(Refused::field(
            "session_id",
            "value_error",
            "a new session is given its id by the server; leave session_id null",
        ));
    }
    let mut answer = live::start(Arc::clone(&state), wanted).await?;
    answer.cdp_url = state.cdp_url(&answer.session_id, headers);
    Ok(with_price(answer.usage.as_ref(), &answer))
}

pub(super) async fn close(State(state): Shared, request: Body<SessionRequest>) -> Result<Response, Refused> {
    let wanted = Wanted::for_call(request.0, StartRequest::default())?;
    let id = wanted.session_id.ok_or_else(|| {
        Refused::field("session_id", "missing", "session_id is missing: which session is to be closed?")
    })?;
    end(&state, &id, EndReason::Manual).await
}

/// Ends a session, and says that it is free.
pub(super) async fn end(state: &EngineState, id: &str, reason: EndReason) -> Result<Response, Refused> {
    let mut answer = state.close(id, reason).await?;
    answer.usage = Some(ledger::usage([].iter(), state.remaining()));
    Ok(with_price(answer.usage.as_ref(), &answer))
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
    listed(&state, Listed::All, paging(&query)?).await
}

pub(super) async fn listed(
    state: &EngineState,
    listed: Listed,
    paging: Paging,
) -> Result<Json<SessionPage>, Refused> {
    let (sessions, total) = state.sessions(listed, paging).await?;
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
