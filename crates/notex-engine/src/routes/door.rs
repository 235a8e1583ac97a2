//! The websockets that let somebody in to one session: the browser's own protocol.

use std::sync::Arc;

use axum::Extension;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Path, State, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::Response;

use crate::door::{self, Use};
use crate::engine::EngineState;
use crate::guard::Admitted;
use crate::refusal::Refused;

/// Clients answer requests of pages with whole files.
const LARGEST_COMMAND: usize = 64 * 1024 * 1024;

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

pub(super) async fn cdp(
    State(state): State<Arc<EngineState>>,
    Path(id): Path<String>,
    Extension(admitted): Extension<Admitted>,
    upgrade: Upgrade,
) -> Result<Response, Refused> {
    let inside = state.let_in(&id, &admitted).await?;
    let upgrade = upgraded(upgrade)?.max_message_size(LARGEST_COMMAND).max_frame_size(LARGEST_COMMAND);
    let (place, reach) = (inside.place()?, state.reach.clone());
    let used = Use::new(state, id);
    Ok(upgrade.on_upgrade(async move |socket| {
        door::visit(socket, inside, used, reach).await;
        drop(place);
    }))
}

/// The upgrade to a websocket, or a refusal of what is none.
pub(super) fn upgraded(upgrade: Upgrade) -> Result<WebSocketUpgrade, Refused> {
    upgrade.map_err(|why| {
        Refused::new(
            StatusCode::UPGRADE_REQUIRED,
            "websocket_needed",
            format!("this path is for websockets: {}", why.body_text()),
        )
    })
}
