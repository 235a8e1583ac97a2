//! `GET /events`: what happens, as it happens, so that nobody has to poll.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, future, stream};
use notex_wire::EngineEvent;

use crate::engine::EngineState;

pub(super) async fn events(
    State(state): State<Arc<EngineState>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let hello =
        EngineEvent::Hello { server_time: state.clock.now(), version: env!("CARGO_PKG_VERSION").to_owned() };
    let events = stream::once(future::ready(hello)).chain(state.events.listen());
    Sse::new(events.filter_map(|event| {
        let written = Event::default().json_data(&event);
        future::ready(
            written.inspect_err(|error| tracing::error!(%error, "an event was not written")).ok().map(Ok),
        )
    }))
    .keep_alive(KeepAlive::default())
}
