//! `GET /health`: the only path that needs no key.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use notex_wire::Health;

use crate::engine::EngineState;

pub(super) async fn health(State(state): State<Arc<EngineState>>) -> Json<Health> {
    Json(Health {
        status: "ok".to_owned(),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        active_sessions: Some(state.registry.len() as u64),
        uptime_seconds: Some(state.started.elapsed().as_secs_f64()),
        browser: Some(state.browser.health()),
    })
}
