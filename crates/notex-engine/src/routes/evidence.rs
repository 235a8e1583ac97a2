//! What is kept of a call besides its answer.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use notex_wire::CallEvidence;
use tokio::time::timeout;

use crate::engine::EngineState;
use crate::refusal::Refused;

/// How long bodies and the page are waited for.
const FETCHED_WITHIN: Duration = Duration::from_secs(6);

pub(super) async fn of_call(
    State(state): State<Arc<EngineState>>,
    Path((id, call)): Path<(String, String)>,
) -> Result<Json<CallEvidence>, Refused> {
    let bad = || Refused::located(&["path", "call"], "value_error", "call must be a number from 1");
    let call: u32 = call.parse().ok().filter(|call| *call > 0).ok_or_else(bad)?;
    let Some(evidence) = state.shelf.of(&id, state.clock.now()) else {
        return Err(match state.session(&id).await? {
            Some(_) => {
                not_kept(format!("nothing is kept any more of the calls of session {id}, which has ended"))
            }
            None => Refused::unknown_session(&id),
        });
    };
    if let Some(inside) = state.registry.inside(&id)
        && timeout(FETCHED_WITHIN, inside.page.keep(call)).await.is_err()
    {
        tracing::debug!(session = id, call, "the evidence of a call was not fetched in time");
    }
    evidence.of(call).map(Json).ok_or_else(|| {
        let (first, next) = evidence.span();
        not_kept(format!("nothing is kept of call {call}; there is something of calls {first} to {next}"))
    })
}

fn not_kept(message: String) -> Refused {
    Refused::new(StatusCode::NOT_FOUND, "call_not_kept", message)
}
