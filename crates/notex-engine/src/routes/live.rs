//! The live picture of a session, over a websocket, and what is at a point of it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Path, Query, State, WebSocketUpgrade};
use axum::response::Response;
use axum::{Extension, Json};
use notex_wire::{ElementAnswer, ElementRequest};

use super::door::upgraded;
use crate::body::Body;
use crate::door::{self, Use, Viewer};
use crate::engine::EngineState;
use crate::guard::Admitted;
use crate::refusal::Refused;

/// A person types and moves the mouse; a paste is the largest thing that comes.
const LARGEST_INPUT: usize = 1024 * 1024;

pub(super) async fn live(
    State(state): State<Arc<EngineState>>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    Extension(admitted): Extension<Admitted>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refused> {
    let inside = state.let_in(&id, &admitted).await?;
    let viewer = match query.get("readonly").map(String::as_str) {
        None | Some("false") => Viewer::Acts,
        Some("" | "true") => Viewer::Watches,
        Some(_) => {
            let why = "readonly must be true or false";
            return Err(Refused::located(&["query", "readonly"], "value_error", why));
        }
    };
    let upgrade = upgraded(upgrade)?.max_message_size(LARGEST_INPUT).max_frame_size(LARGEST_INPUT);
    let place = inside.place()?;
    let frames = inside.page.live().await?;
    let used = Use::new(state, id);
    Ok(upgrade.on_upgrade(async move |socket| {
        door::watch(socket, inside, frames, viewer, used).await;
        drop(place);
    }))
}

pub(super) async fn element(
    State(state): State<Arc<EngineState>>,
    Path(id): Path<String>,
    Extension(admitted): Extension<Admitted>,
    Body(ElementRequest { x, y }): Body<ElementRequest>,
) -> Result<Json<Option<ElementAnswer>>, Refused> {
    Ok(Json(state.let_in(&id, &admitted).await?.page.element_at(x, y).await?))
}
