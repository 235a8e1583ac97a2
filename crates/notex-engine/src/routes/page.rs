//! Page calls: observe, step, scrape. Without a session id each makes a session of its own.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use notex_wire::{ObserveRequest, ScrapeRequest, StepRequest};

use crate::body::{self, OneShotBody, Wanted};
use crate::engine::EngineState;
use crate::live::{self, PageCall};
use crate::refusal::Refused;
use crate::routes::answered;

type Shared = State<Arc<EngineState>>;

pub(super) async fn observe(
    state: Shared,
    request: OneShotBody<ObserveRequest>,
) -> Result<Response, Refused> {
    call(state, body::observe(request)?).await
}

pub(super) async fn step(state: Shared, request: OneShotBody<StepRequest>) -> Result<Response, Refused> {
    call(state, body::step(request)?).await
}

pub(super) async fn scrape(state: Shared, request: OneShotBody<ScrapeRequest>) -> Result<Response, Refused> {
    let model = state.model.current();
    call(state, body::scrape(request, model)?).await
}

async fn call(State(state): Shared, (wanted, call): (Wanted, PageCall)) -> Result<Response, Refused> {
    if let Some((field, url)) = call.opens()
        && let Some(why) = state.reach.refusal(url).await
    {
        return Err(Refused::field(field, "value_error", why));
    }
    let answer = match &wanted.session_id {
        Some(id) => state.call(id, call).await?,
        None => live::one_shot(state, wanted, call).await?,
    };
    Ok(answered(&answer))
}
