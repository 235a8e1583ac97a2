//! What was charged, what is left, and the prices.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use notex_wire::{EntryPage, PlanAnswer, UsageAnswer};

use crate::engine::EngineState;
use crate::refusal::Refused;
use crate::routes::paging;

type Shared = State<Arc<EngineState>>;

pub(super) async fn usage(State(state): Shared) -> Result<Json<UsageAnswer>, Refused> {
    Ok(Json(state.store.usage(state.tariff.clone(), state.clock.now()).await?))
}

pub(super) async fn entries(
    State(state): Shared,
    query: Query<HashMap<String, String>>,
) -> Result<Json<EntryPage>, Refused> {
    let paging = paging(&query)?;
    let (items, total) = state.store.entries(paging).await?;
    Ok(Json(EntryPage { items, page: paging.page, page_size: paging.page_size, total }))
}

pub(super) async fn plan(State(state): Shared) -> Json<PlanAnswer> {
    Json(PlanAnswer { plan: state.tariff.plan.clone(), rates: state.tariff.rates.clone() })
}
