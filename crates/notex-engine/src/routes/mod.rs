//! The paths of the contract. Each handler checks, asks the live part or the store, and answers.

mod current;
mod document;
mod door;
mod events;
mod evidence;
mod files;
mod health;
mod live;
mod page;
mod session;
mod usage;

use std::collections::HashMap;
use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{delete_with, get_with, post_with, put_with};
use aide::openapi::OpenApi;
use axum::extract::{DefaultBodyLimit, Path as Extracted, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use bytes::Bytes;
use futures_util::future;
use notex_wire::current::{
    CookiesAnswer, CookiesSet, DataSpace, DebugAnswer, DebugTab, ExecutionResult, Observation,
};
use notex_wire::{PageAnswer, SessionAnswer, Usage, path};
use percent_encoding::percent_decode_str;
use serde::Serialize;

use self::document::{
    AllEventWords, EntryWords, EventWords, FileWords, OfCall, OfFile, Pages, SessionWords, StopWords,
    TabWords, UsageWords, asks, of_session, open_to_all, priced, raw, says,
};
use crate::engine::EngineState;
use crate::guard::{self, Guard};
use crate::live::Answered;
use crate::refusal::Refused;
use crate::store::Paging;

/// The largest request body, in bytes.
pub(crate) const LARGEST_BODY: usize = 1024 * 1024;
/// The largest form with a file: the file, and the words around it.
const LARGEST_FORM: usize = crate::files::LARGEST_FILE + 64 * 1024;
/// Room for the answer to an observe, so that it is not moved while it grows.
const USUAL_BYTES: usize = 16 * 1024;
const EVENT_STREAM: &str = "text/event-stream";
const DEFAULT_PAGE_SIZE: u32 = 50;
const LARGEST_PAGE: u32 = 500;

/// All paths, behind the guard.
pub(crate) fn router(state: Arc<EngineState>, guard: Guard) -> Router {
    // Types that the document names stand once in it.
    aide::generate::extract_schemas(true);
    let mut document = OpenApi::default();
    let paths = paths().finish_api_with(&mut document, document::whole);
    let document = Bytes::from(document::written(&document));
    let served = get(move || future::ready(([(CONTENT_TYPE, "application/json")], document)));
    paths
        .route(path::OPENAPI, served)
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(readable_path))
        .layer(middleware::from_fn_with_state(guard, guard::check))
        .with_state(state)
}

fn paths() -> ApiRouter<Arc<EngineState>> {
    let files = get_with(files::list, |op| asks::<FileWords>(of_session("Lists the files of a session")(op)))
        .post_with(files::add, of_session("Gives a session a file"))
        .layer(DefaultBodyLimit::max(LARGEST_FORM));
    classic()
        .api_route(
            path::SESSIONS_START,
            post_with(session::start_either, |op| {
                priced::<SessionAnswer>(says("Starts a session, in the words of either contract")(op))
            }),
        )
        .api_route(
            path::SESSIONS_CLOSE,
            post_with(session::close, |op| priced::<SessionAnswer>(says("Ends a session")(op))),
        )
        .api_route(
            path::SESSIONS,
            get_with(current::list, |op| asks::<SessionWords>(says("Lists sessions, newest first")(op))),
        )
        .api_route(
            path::SESSIONS_SLASH,
            get_with(current::list, |op| asks::<SessionWords>(says("Lists sessions, newest first")(op))),
        )
        .api_route(path::SESSIONS_ONE, get_with(session::one, of_session("Tells about a session")))
        .api_route(
            path::SESSIONS_STOP,
            delete_with(current::stop, |op| {
                priced::<SessionAnswer>(asks::<StopWords>(of_session("Ends a session")(op)))
            }),
        )
        .api_route(
            path::PAGE_OBSERVE,
            post_with(current::observe, |op| {
                priced::<Observation>(of_session("Lists what can be done on the page")(op))
            }),
        )
        .api_route(
            path::PAGE_EXECUTE,
            post_with(current::execute, |op| priced::<ExecutionResult>(of_session("Does one action")(op))),
        )
        .api_route(
            path::PAGE_SCRAPE,
            post_with(current::scrape, |op| priced::<DataSpace>(of_session("Reads the page")(op))),
        )
        .api_route(
            path::COOKIES,
            get_with(current::cookies, |op| {
                priced::<CookiesAnswer>(of_session("Lists the cookies of a session")(op))
            })
            .post_with(current::set_cookies, |op| {
                priced::<CookiesSet>(of_session("Sets cookies of a session")(op))
            }),
        )
        .api_route(
            path::DEBUG,
            get_with(current::debug, |op| {
                priced::<DebugAnswer>(of_session("Says where a session can be watched")(op))
            }),
        )
        .api_route(
            path::DEBUG_TAB,
            get_with(current::debug_tab, |op| {
                priced::<DebugTab>(asks::<TabWords>(of_session("Says where a tab can be watched")(op)))
            }),
        )
        .api_route(path::OFFSET, get_with(current::offset, of_session("Counts the calls of a session")))
        .api_route(
            path::REPLAY,
            get_with(current::replay, of_session("Refused: there is no film of a session")),
        )
        .api_route(path::AUTH, get_with(current::auth, of_session("Says that no login is waited for")))
        .api_route(path::FILES, files)
        .api_route(
            path::FILE,
            get_with(files::open, |op| {
                raw("*/*", "The content of the file.")(says("Answers a file")(op))
                    .input::<Extracted<OfFile>>()
            })
            .delete_with(files::remove, |op| {
                says("Deletes a file")(op).input::<Extracted<OfFile>>().response::<204, ()>()
            }),
        )
        .api_route(
            path::EVENTS,
            get_with(events::events, |op| {
                raw(EVENT_STREAM, "Each event's data is an EngineEvent.")(asks::<AllEventWords>(says(
                    "Tells what happens, as it happens",
                )(
                    op
                )))
            }),
        )
        .api_route(
            path::USAGE,
            get_with(usage::usage, |op| asks::<UsageWords>(says("Sums up what was charged in a month")(op))),
        )
        .api_route(
            path::USAGE_ENTRIES,
            get_with(usage::entries, |op| {
                asks::<EntryWords>(says("Lists what was charged, newest first")(op))
            }),
        )
        .api_route(
            path::PLAN,
            get_with(usage::plan, says("Tells plan and prices"))
                .put_with(usage::put_plan, says("Changes the plan")),
        )
        .api_route(
            path::PLAN_RATES,
            put_with(usage::put_rates, says("Changes the prices of what is to come")),
        )
}

fn classic() -> ApiRouter<Arc<EngineState>> {
    let events = || {
        get_with(events::of_session, |op| {
            raw(EVENT_STREAM, "Each event's data is an EngineEvent.")(asks::<EventWords>(of_session(
                "Tells what happens in a session, until it ends",
            )(op)))
        })
    };
    let evidence = || {
        get_with(evidence::of_call, |op| {
            says("Tells what the page of a call wrote, requested and was")(op).input::<Extracted<OfCall>>()
        })
    };
    ApiRouter::new()
        .api_route(path::HEALTH, get_with(health::health, |op| open_to_all(says("Is it up?")(op))))
        .api_route(
            path::SESSION_START,
            post_with(session::start, |op| priced::<SessionAnswer>(says("Starts a session")(op))),
        )
        .api_route(
            path::SESSION_CLOSE,
            post_with(session::close, |op| priced::<SessionAnswer>(says("Ends a session")(op))),
        )
        .api_route(
            path::SESSION_LIST,
            get_with(session::list, |op| asks::<Pages>(says("Lists all sessions, newest first")(op))),
        )
        .api_route(path::SESSION, get_with(session::one, of_session("Tells about a session")))
        .api_route(
            path::SESSION_EXTEND,
            post_with(session::extend, of_session("Moves the deadline of a session")),
        )
        .api_route(
            path::SESSION_ELEMENT,
            post_with(live::element, of_session("Tells the element at a point of the page, or null")),
        )
        .api_route(path::SESSION_EVIDENCE, evidence())
        .api_route(path::SESSIONS_EVIDENCE, evidence())
        .api_route(path::SESSION_EVENTS, events())
        .api_route(path::SESSIONS_EVENTS, events())
        .api_route(
            path::ENV_OBSERVE,
            post_with(page::observe, |op| priced::<PageAnswer>(says("Lists what can be done on a page")(op))),
        )
        .api_route(
            path::ENV_STEP,
            post_with(page::step, |op| priced::<PageAnswer>(says("Does one action on a page")(op))),
        )
        .api_route(
            path::ENV_SCRAPE,
            post_with(page::scrape, |op| priced::<PageAnswer>(says("Reads a page")(op))),
        )
        // Websockets have no place in such a document.
        .route(path::SESSION_CDP, get(door::cdp))
        .route(path::SESSIONS_CDP, get(door::cdp))
        .route(path::SESSION_LIVE, get(live::live))
        .route(path::SESSIONS_LIVE, get(live::live))
}

async fn unknown_path(uri: Uri) -> Refused {
    let path: String = uri.path().chars().take(200).collect();
    Refused::new(StatusCode::NOT_FOUND, "unknown_path", format!("there is nothing at {path}"))
}

/// Nothing is called by bytes that are no text.
async fn readable_path(request: Request, next: Next) -> Response {
    match percent_decode_str(request.uri().path()).decode_utf8() {
        Ok(_) => next.run(request).await,
        Err(_) => unknown_path(request.uri().clone()).await.into_response(),
    }
}

async fn wrong_method(method: Method, uri: Uri) -> Refused {
    let message = format!("{} does not answer to {method}", uri.path());
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", message)
}

/// An answer that says in its header what it cost.
fn with_price(usage: Option<&Usage>, answer: &impl Serialize) -> Response {
    let credits = usage.map(|usage| usage.credits.to_string()).unwrap_or_default();
    let mut body = Vec::with_capacity(USUAL_BYTES);
    if serde_json::to_writer(&mut body, answer).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let mut response = ([(CONTENT_TYPE, "application/json")], body).into_response();
    if let Ok(value) = HeaderValue::from_str(&credits)
        && usage.is_some()
    {
        response.headers_mut().insert(path::CREDITS_HEADER, value);
    }
    response
}

/// The answer to a call on a page: what it cost, which one it was, how long it waited.
fn answered(Answered { body, turn }: &Answered) -> Response {
    let mut response = with_price(body.usage(), body);
    if let Some(turn) = turn {
        turn.tell(response.headers_mut());
    }
    response
}

fn paging(query: &Query<HashMap<String, String>>) -> Result<Paging, Refused> {
    pages_of(query, DEFAULT_PAGE_SIZE)
}

fn pages_of(query: &Query<HashMap<String, String>>, usual_size: u32) -> Result<Paging, Refused> {
    let number = |name: &str, otherwise: u32, most: u32| match query.get(name) {
        None => Ok(otherwise),
        Some(text) => text.parse().ok().filter(|number| (1..=most).contains(number)).ok_or_else(|| {
            Refused::located(&["query", name], "value_error", format!("{name} must be from 1 to {most}"))
        }),
    };
    Ok(Paging {
        page: number("page", 1, u32::MAX)?,
        page_size: number("page_size", usual_size, LARGEST_PAGE)?,
    })
}
