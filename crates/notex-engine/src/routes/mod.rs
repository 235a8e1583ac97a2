//! The paths of the contract. Each handler checks, asks the live part or the store, and answers.

mod door;
mod events;
mod health;
mod live;
mod page;
mod session;
mod usage;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Query};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router, middleware};
use notex_wire::{Usage, path};
use serde::Serialize;

use crate::engine::EngineState;
use crate::guard::{self, Guard};
use crate::refusal::Refused;
use crate::store::Paging;

/// The largest request body, in bytes.
pub(crate) const LARGEST_BODY: usize = 1024 * 1024;
const DEFAULT_PAGE_SIZE: u32 = 50;
const LARGEST_PAGE: u32 = 500;

/// All paths, behind the guard.
pub(crate) fn router(state: Arc<EngineState>, guard: Guard) -> Router {
    Router::new()
        .route(path::HEALTH, get(health::health))
        .route(path::SESSION_START, post(session::start))
        .route(path::SESSIONS_START, post(session::start))
        .route(path::SESSION_CLOSE, post(session::close))
        .route(path::SESSIONS_CLOSE, post(session::close))
        .route(path::SESSION_LIST, get(session::list))
        .route(path::SESSION, get(session::one))
        .route(path::SESSION_EXTEND, post(session::extend))
        .route(path::SESSION_CDP, get(door::cdp))
        .route(path::SESSIONS_CDP, get(door::cdp))
        .route(path::SESSION_LIVE, get(live::live))
        .route(path::SESSIONS_LIVE, get(live::live))
        .route(path::SESSION_EVENTS, get(events::of_session))
        .route(path::SESSIONS_EVENTS, get(events::of_session))
        .route(path::ENV_OBSERVE, post(page::observe))
        .route(path::ENV_STEP, post(page::step))
        .route(path::ENV_SCRAPE, post(page::scrape))
        .route(path::EVENTS, get(events::events))
        .route(path::USAGE, get(usage::usage))
        .route(path::USAGE_ENTRIES, get(usage::entries))
        .route(path::PLAN, get(usage::plan).put(usage::put_plan))
        .route(path::PLAN_RATES, put(usage::put_rates))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(guard, guard::check))
        .with_state(state)
}

async fn unknown_path(uri: Uri) -> Refused {
    let path: String = uri.path().chars().take(200).collect();
    Refused::new(StatusCode::NOT_FOUND, "unknown_path", format!("there is nothing at {path}"))
}

async fn wrong_method(method: Method, uri: Uri) -> Refused {
    let message = format!("{} does not answer to {method}", uri.path());
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", message)
}

/// An answer that says in its header what it cost.
fn priced(usage: Option<&Usage>, answer: &impl Serialize) -> Response {
    let credits = usage.map(|usage| usage.credits.to_string()).unwrap_or_default();
    let mut response = Json(answer).into_response();
    if let Ok(value) = HeaderValue::from_str(&credits)
        && usage.is_some()
    {
        response.headers_mut().insert(path::CREDITS_HEADER, value);
    }
    response
}

fn paging(query: &Query<HashMap<String, String>>) -> Result<Paging, Refused> {
    let number = |name: &str, otherwise: u32, most: u32| match query.get(name) {
        None => Ok(otherwise),
        Some(text) => text.parse().ok().filter(|number| (1..=most).contains(number)).ok_or_else(|| {
            Refused::located(&["query", name], "value_error", format!("{name} must be from 1 to {most}"))
        }),
    };
    Ok(Paging {
        page: number("page", 1, u32::MAX)?,
        page_size: number("page_size", DEFAULT_PAGE_SIZE, LARGEST_PAGE)?,
    })
}
