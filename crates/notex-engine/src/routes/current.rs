//! The current contract: sessions by path, calls on their pages, cookies, and where they can be watched.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use notex_session::EndReason;
use notex_wire::current::{AuthAnswer, ObserveRequest, OffsetAnswer, ScrapeRequest, SetCookiesRequest};
use notex_wire::{SessionAnswer, SessionPage, SessionStatus};

use crate::body::{self, ActionBody, Body};
use crate::door::WaysIn;
use crate::engine::EngineState;
use crate::live::PageCall;
use crate::refusal::Refused;
use crate::routes::{answered, pages_of, session};
use crate::store::Listed;

type Shared = State<Arc<EngineState>>;
type Words = Query<HashMap<String, String>>;

/// As many as the SDK asks for when it does not say.
const USUAL_PAGE: u32 = 10;
/// What the SDK sends when it goes on with a captcha.
const CAPTCHA_WORDS: [&str; 3] = ["captcha_id", "target_page_id", "target_generation"];

pub(super) async fn list(State(state): Shared, query: Words) -> Result<Json<SessionPage>, Refused> {
    // No session of this engine is a system's own; the wish is only checked.
    yes_or_no(&query, "include_system")?;
    let listed = if yes_or_no(&query, "only_active")?.unwrap_or(true) { Listed::Live } else { Listed::All };
    session::listed(&state, listed, pages_of(&query, USUAL_PAGE)?).await
}

pub(super) async fn stop(
    State(state): Shared,
    Path(id): Path<String>,
    query: Words,
) -> Result<Response, Refused> {
    let reason = match query.get("close_reason").map(String::as_str) {
        None | Some("manual") => EndReason::Manual,
        Some("error") => EndReason::Error,
        Some(_) => return Err(Refused::query("close_reason", "close_reason must be manual or error")),
    };
    session::end(&state, &id, reason).await
}

pub(super) async fn observe(
    state: Shared,
    Path(id): Path<String>,
    request: Body<ObserveRequest>,
) -> Result<Response, Refused> {
    call(state, &id, body::perceive(request.0)?).await
}

pub(super) async fn execute(
    state: Shared,
    Path(id): Path<String>,
    query: Words,
    request: ActionBody,
) -> Result<Response, Refused> {
    if let Some(word) = CAPTCHA_WORDS.into_iter().find(|word| query.contains_key(*word)) {
        let message = format!("{word} cannot be honoured: this engine solves no captchas");
        return Err(Refused::query(word, message));
    }
    let model = state.model.current();
    call(state, &id, body::execute(request, model)?).await
}

pub(super) async fn scrape(
    state: Shared,
    Path(id): Path<String>,
    request: Body<ScrapeRequest>,
) -> Result<Response, Refused> {
    let model = state.model.current();
    call(state, &id, body::read(request.0, model)?).await
}

pub(super) async fn cookies(state: Shared, Path(id): Path<String>) -> Result<Response, Refused> {
    call(state, &id, PageCall::Cookies).await
}

pub(super) async fn set_cookies(
    state: Shared,
    Path(id): Path<String>,
    request: Body<SetCookiesRequest>,
) -> Result<Response, Refused> {
    call(state, &id, body::cookies(request.0)?).await
}

pub(super) async fn debug(
    state: Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let ways = ways_in(&state, &id, &headers).await?;
    call(state, &id, PageCall::Watch { ways }).await
}

pub(super) async fn debug_tab(
    state: Shared,
    Path(id): Path<String>,
    query: Words,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let place = query.get("tab_idx").map(|text| {
        text.parse().map_err(|_| Refused::query("tab_idx", "tab_idx must be the place of a tab, from 0"))
    });
    let (ways, place) = (ways_in(&state, &id, &headers).await?, place.transpose()?);
    call(state, &id, PageCall::WatchTab { ways, place }).await
}

pub(super) async fn offset(
    State(state): Shared,
    Path(id): Path<String>,
) -> Result<Json<OffsetAnswer>, Refused> {
    known(&state, &id).await?;
    Ok(Json(OffsetAnswer { offset: state.store.calls(&id).await? }))
}

pub(super) async fn replay(State(state): Shared, Path(id): Path<String>) -> Result<Response, Refused> {
    // The SDK waits for the film of a session that has ended, and not for that of one that is still active.
    let message = match known(&state, &id).await?.status {
        SessionStatus::Active => {
            format!("session {id} is still active, and films of sessions are not made here")
        }
        SessionStatus::Closed | SessionStatus::Error | SessionStatus::TimedOut => {
            format!("there is no film of session {id}; films of sessions are not made here")
        }
    };
    Err(Refused::new(StatusCode::NOT_FOUND, "no_replay", message))
}

pub(super) async fn auth(State(state): Shared, Path(id): Path<String>) -> Result<Json<AuthAnswer>, Refused> {
    let session = known(&state, &id).await?;
    let status = match session.status {
        SessionStatus::Active => "active",
        SessionStatus::Closed | SessionStatus::TimedOut => "closed",
        SessionStatus::Error => "failed",
    };
    let status = status.to_owned();
    Ok(Json(AuthAnswer { session_id: id, status, operations: Vec::new(), error: session.error }))
}

async fn call(State(state): Shared, id: &str, call: PageCall) -> Result<Response, Refused> {
    let answer = state.call(id, call).await?;
    Ok(answered(&answer))
}

/// A session, live or ended.
pub(super) async fn known(state: &EngineState, id: &str) -> Result<SessionAnswer, Refused> {
    match state.session(id).await? {
        Some((record, credits)) => Ok(record.answer(credits, state.clock.now())),
        None => Err(Refused::unknown_session(id)),
    }
}

/// As Python and everybody else write it.
fn yes_or_no(query: &Words, name: &str) -> Result<Option<bool>, Refused> {
    match query.get(name).map(String::as_str) {
        None | Some("") => Ok(None),
        Some("true" | "True" | "1") => Ok(Some(true)),
        Some("false" | "False" | "0") => Ok(Some(false)),
        Some(_) => Err(Refused::query(name, format!("{name} must be true or false"))),
    }
}

async fn ways_in(state: &EngineState, id: &str, headers: &HeaderMap) -> Result<WaysIn, Refused> {
    match state.ways_in(id, headers) {
        Some(ways) => Ok(ways),
        None => Err(state.not_live(id).await),
    }
}
