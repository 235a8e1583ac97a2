//! The streams of events: of all sessions, and of one. Server-sent; the connection is kept alive.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, future, stream};
use notex_wire::{EngineEvent, PageEvent};

use crate::engine::EngineState;
use crate::refusal::Refused;

type Shared = State<Arc<EngineState>>;
type Asked = Query<HashMap<String, String>>;

/// What `kinds` may name: kinds of events, and of what happens on pages.
const KINDS: [&str; 17] = [
    "session_started",
    "session_changed",
    "session_ended",
    "call_started",
    "call_ended",
    "charged",
    "browser",
    "plan_changed",
    "page",
    "console",
    "network",
    "dialog",
    "download",
    "tab_opened",
    "tab_closed",
    "hello",
    "lagged",
];

pub(super) async fn events(State(state): Shared, asked: Asked) -> Result<Response, Refused> {
    let kinds = Kinds::of(&asked)?;
    let events = match asked.get("pages").map(String::as_str) {
        None | Some("false") => state.events.listen(),
        Some("" | "true") => state.events.listen_to_all(),
        Some(_) => {
            let why = "pages must be true or false";
            return Err(Refused::located(&["query", "pages"], "value_error", why));
        }
    };
    Ok(sent(stream::iter([hello(&state)]).chain(events).boxed(), kinds))
}

pub(super) async fn of_session(
    State(state): Shared,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refused> {
    let kinds = Kinds::of(&asked)?;
    // First this, so that nothing is missed between the two.
    let events = state.events.listen_to_all();
    let Some(now) = as_it_is(&state, &id).await? else {
        return Err(Refused::unknown_session(&id));
    };
    let first = [hello(&state), now];
    let about = id.clone();
    let events = events.filter(move |event| future::ready(is_about(event, &about)));
    // What was missed may have been the end.
    let events = events.then(move |event| {
        let (state, id) = (Arc::clone(&state), id.clone());
        async move {
            let missed = matches!(event, EngineEvent::Lagged);
            let now = if missed { as_it_is(&state, &id).await.ok().flatten() } else { None };
            stream::iter([event].into_iter().chain(now))
        }
    });
    let events = stream::iter(first).chain(events.flatten());
    Ok(sent(until_end(events.boxed()).boxed(), kinds))
}

/// A session's state, as an event.
async fn as_it_is(state: &EngineState, id: &str) -> Result<Option<EngineEvent>, Refused> {
    let Some((record, credits)) = state.session(id).await? else { return Ok(None) };
    let session = record.answer(credits, state.clock.now());
    Ok(Some(match record.ended {
        Some(_) => EngineEvent::SessionEnded { session },
        None => EngineEvent::SessionChanged { session },
    }))
}

fn hello(state: &EngineState) -> EngineEvent {
    EngineEvent::Hello { server_time: state.clock.now(), version: env!("CARGO_PKG_VERSION").to_owned() }
}

fn sent(events: BoxStream<'static, EngineEvent>, kinds: Kinds) -> Response {
    let wanted = events.filter(move |event| future::ready(kinds.has(event)));
    let written = wanted.filter_map(|event| {
        let written = Event::default().json_data(&event);
        future::ready(
            written
                .inspect_err(|error| tracing::error!(%error, "an event was not written"))
                .ok()
                .map(Ok::<_, Infallible>),
        )
    });
    Sse::new(written).keep_alive(KeepAlive::default()).into_response()
}

/// The events up to the end of the session that they are about.
fn until_end(events: BoxStream<'static, EngineEvent>) -> impl Stream<Item = EngineEvent> + Send {
    stream::unfold(Some(events), |events| async {
        let mut events = events?;
        let event = events.next().await?;
        let over = matches!(event, EngineEvent::SessionEnded { .. });
        Some((event, (!over).then_some(events)))
    })
}

fn is_about(event: &EngineEvent, id: &str) -> bool {
    match event {
        EngineEvent::SessionStarted { session }
        | EngineEvent::SessionChanged { session }
        | EngineEvent::SessionEnded { session } => session.session_id == id,
        EngineEvent::CallStarted { session_id, .. }
        | EngineEvent::CallEnded { session_id, .. }
        | EngineEvent::Page { session_id, .. } => session_id == id,
        EngineEvent::Charged { entry, .. } => entry.session_id == id,
        EngineEvent::Lagged => true,
        EngineEvent::Hello { .. } | EngineEvent::Browser { .. } | EngineEvent::PlanChanged { .. } => false,
    }
}

/// The kinds of events that a listener wants; none named wants all.
struct Kinds(Option<Vec<String>>);

impl Kinds {
    fn of(asked: &Asked) -> Result<Self, Refused> {
        let Some(named) = asked.get("kinds") else { return Ok(Self(None)) };
        let named: Vec<String> = named.split(',').map(|kind| kind.trim().to_owned()).collect();
        match named.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
            None => Ok(Self(Some(named))),
            Some(_) => {
                let why = format!("kinds must be some of {}, with commas between", KINDS.join(", "));
                Err(Refused::located(&["query", "kinds"], "value_error", why))
            }
        }
    }

    /// The first event, the last one and a gap are told whatever was asked for.
    fn has(&self, event: &EngineEvent) -> bool {
        let Some(named) = &self.0 else { return true };
        let has = |kind: &str| named.iter().any(|named| named == kind);
        match event {
            EngineEvent::Hello { .. } | EngineEvent::SessionEnded { .. } | EngineEvent::Lagged => true,
            EngineEvent::SessionStarted { .. } => has("session_started"),
            EngineEvent::SessionChanged { .. } => has("session_changed"),
            EngineEvent::CallStarted { .. } => has("call_started"),
            EngineEvent::CallEnded { .. } => has("call_ended"),
            EngineEvent::Charged { .. } => has("charged"),
            EngineEvent::Browser { .. } => has("browser"),
            EngineEvent::PlanChanged { .. } => has("plan_changed"),
            EngineEvent::Page { event, .. } => {
                has("page")
                    || has(match event {
                        PageEvent::Console { .. } => "console",
                        PageEvent::Network { .. } => "network",
                        PageEvent::Dialog { .. } => "dialog",
                        PageEvent::Download { .. } => "download",
                        PageEvent::TabOpened { .. } => "tab_opened",
                        PageEvent::TabClosed { .. } => "tab_closed",
                    })
            }
        }
    }
}
