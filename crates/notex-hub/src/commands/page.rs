//! Calls on the page of a session.

use std::future::Future;

use notex_client::{Answered, Client, ClientError};
use notex_flow::ScrapeCall;
use notex_wire::{CallKind, ObserveRequest, PageAnswer, PageData, StepRequest};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::oneshot;
use tracing::warn;

use super::{client_of_session, fail};
use crate::calls::{Ended, estimated_charge};
use crate::history::{self, NOT_KEPT, is_secret_value};
use crate::money::Estimate;
use crate::protocol::{Abilities, Failure, FailureCode, Outcome, Place};
use crate::state::unknown_session;
use crate::{Hub, describe, evidence};

pub(super) async fn observe(
    hub: &Hub,
    session: String,
    url: Option<String>,
    max_actions: Option<i64>,
) -> Result<Outcome, Failure> {
    let url = url.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
    let what = url.as_deref().map_or_else(|| "the page as it is".to_owned(), describe::place);
    let most = hub.read(|state| i64::from(state.settings.max_actions)).await?;
    let most = Some(max_actions.unwrap_or(most));
    let request = ObserveRequest {
        session_id: Some(session.clone()),
        url: url.clone(),
        max_nb_actions: most,
        ..ObserveRequest::default()
    };
    let about =
        About { kind: CallKind::Observe, what, asked: ScrapeCall::default(), request: said(&request) };
    page_call(hub, session, about, move |client| async move { client.observe(url, most).await }).await
}

/// What a step is asked with.
pub(crate) struct StepAsked {
    /// `L1`, `B2`, `I3` or `S1` to `S8`.
    pub(crate) action: String,
    pub(crate) value: Option<String>,
    pub(crate) enter: bool,
    /// How many actions its answer lists; `None` leaves it to the server.
    pub(crate) most: Option<i64>,
    /// The value is a secret, whatever field it goes into.
    pub(crate) secret: bool,
}

pub(super) async fn step(hub: &Hub, session: String, asked: StepAsked) -> Result<Outcome, Failure> {
    let StepAsked { action, value, enter, most, secret: is_secret } = asked;
    let (id, about, shown) = (session.clone(), action.clone(), value.clone());
    let whole = StepRequest {
        session_id: Some(session.clone()),
        action_id: action.clone(),
        value: value.clone(),
        enter: enter.then_some(true),
        max_nb_actions: most,
        ..StepRequest::default()
    };
    let mut request = StepRequest {
        session_id: Some(session.clone()),
        action_id: action.clone(),
        value: value.clone(),
        enter: enter.then_some(true),
        ..StepRequest::default()
    };
    let (what, request) = hub
        .ask(move |state, _| {
            let action = state.observed_action(&id, &about);
            let what = describe::step(&about, action, shown.as_deref().filter(|_| !is_secret));
            if let Some(secret) = shown.filter(|_| is_secret || is_secret_value(&about, action)) {
                request.value = Some(NOT_KEPT.to_owned());
                state.change_session(&id, |known| known.recorded.typed.add(&secret));
            }
            (what, said(&request))
        })
        .await?;
    let about = About { kind: CallKind::Step, what, asked: ScrapeCall::default(), request };
    let call = move |client: Client| async move { client.server().step(&whole).await };
    page_call(hub, session, about, call).await
}

pub(super) async fn scrape(hub: &Hub, session: String, asked: ScrapeCall) -> Result<Outcome, Failure> {
    let what = describe::scope(None, asked.only_main_content);
    let ScrapeCall { only_main_content, images, .. } = asked;
    if asked.is_part() {
        return read_part(hub, session, asked).await;
    }
    let call =
        move |client: Client| async move { client.scrape(Some(only_main_content), Some(images)).await };
    let request = notex_wire::ScrapeRequest {
        session_id: Some(session.clone()),
        only_main_content: Some(only_main_content),
        scrape_images: Some(images),
        ..notex_wire::ScrapeRequest::default()
    };
    let about = About { kind: CallKind::Scrape, what: what.to_owned(), asked, request: said(&request) };
    page_call(hub, session, about, call).await
}

/// A scrape of a part of the page, without its links, or with fields: what only servers with our additions read.
async fn read_part(hub: &Hub, session: String, asked: ScrapeCall) -> Result<Outcome, Failure> {
    if asked.instructions.is_some() {
        let refusal = "this server's scrape does not take instructions";
        needs(hub, &session, |can| can.instructions, refusal).await?;
    }
    let option = match &asked {
        ScrapeCall { extract: Some(_), .. } => "fields to pick",
        ScrapeCall { selector: Some(_), .. } => "a selector",
        ScrapeCall { .. } => "leaving links out",
    };
    needs(hub, &session, |can| can.scrape_options, &format!("this server's scrape does not take {option}"))
        .await?;
    let part = asked.selector.as_deref().map(describe::part);
    let what = part.clone().unwrap_or_else(|| describe::scope(None, asked.only_main_content).to_owned());
    let wish = asked.instructions.as_deref().map(describe::wish).unwrap_or_default();
    let what = format!("{what}{wish}");
    let request = asked.request();
    let (id, sent) = (session.clone(), said(&request));
    let call = move |client: Client| async move {
        let read = client.server().read(&id, &request).await?;
        // The answer tells no page; asking for the session costs nothing.
        let after = client.status().await;
        Ok((read, after))
    };
    let (number, (read, after)) = run(hub, &session, CallKind::Scrape, what, sent, call).await?;
    let reading = read.body.reading.as_ref();
    let read_what = part.unwrap_or_else(|| describe::scope(reading, asked.only_main_content).to_owned());
    let words = format!("{read_what} · {}{wish}", describe::size(read.body.markdown.len()));
    let id = session.clone();
    let trace = read.trace;
    let mut kept = history::Answered::of(&read.body).traced(trace);
    kept.read(&read.body.markdown);
    hub.change(move |state, now| {
        let Some(connection) = state.connection_of(&id) else { return };
        if let Ok(answer) = after {
            state.take_in_answer(&id, &answer, now);
        }
        let Some(known) = state.sessions.get(&id) else { return };
        let place = Place { title: known.state.title.clone(), url: known.state.url.clone() };
        let Answered { body: read, status: http_status, took, .. } = read;
        state.take_in_remaining(&connection, read.usage.as_ref());
        let ended = Ended { http_status, took, what: words, usage: read.usage, picture: None, changes: None };
        state.note_answer(&id, number, kept);
        state.end_call(&id, number, ended);
        let data = PageData {
            markdown: Some(read.markdown),
            images: read.images,
            structured: read.structured.map(|structured| vec![serde_json::json!(structured)]),
            reading: read.reading,
            metadata: read.metadata,
            links: read.links,
        };
        state.take_in_scraped(&id, number, place, data, asked, now);
    })
    .await;
    evidence::fetch(hub, &session, number, trace);
    Ok(Outcome { session: Some(session), call: Some(number), ..Outcome::default() })
}

/// Refuses what the server of a session cannot do.
pub(super) async fn needs(
    hub: &Hub,
    session: &str,
    can: fn(&Abilities) -> bool,
    refusal: &str,
) -> Result<(), Failure> {
    let id = session.to_owned();
    let able = hub
        .read(move |state| {
            let known = state.sessions.get(&id).ok_or_else(|| unknown_session(&id))?;
            Ok::<_, Failure>(
                state.connection(&known.state.connection).is_some_and(|known| can(&known.state.can)),
            )
        })
        .await??;
    if able { Ok(()) } else { Err(Failure::new(FailureCode::Other, refusal)) }
}

/// What is known of a call on a page before it is made.
struct About {
    kind: CallKind,
    what: String,
    asked: ScrapeCall,
    /// The body, without secrets, for the history.
    request: Option<Value>,
}

/// A body as the history keeps it: what was asked, without what was left to the server.
pub(super) fn said(request: &impl Serialize) -> Option<Value> {
    let mut body = serde_json::to_value(request).ok()?;
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    Some(body)
}

/// A call on the page of a session: recorded when it begins, run in a task that can be cancelled, recorded again.
async fn page_call<F, C>(hub: &Hub, session: String, about: About, call: F) -> Result<Outcome, Failure>
where
    F: FnOnce(Client) -> C + Send + 'static,
    C: Future<Output = Result<Answered<PageAnswer>, ClientError>> + Send,
{
    let About { kind, what, asked, request } = about;
    let (number, answer) = run(hub, &session, kind, what.clone(), request, call).await?;
    take_in_page(hub, session.clone(), number, kind, (what, asked), answer).await?;
    Ok(Outcome { session: Some(session), call: Some(number), ..Outcome::default() })
}

/// Records that a call begins and runs it in a task that can be cancelled; a failure is recorded, a success is not yet.
pub(super) async fn run<T, F, C>(
    hub: &Hub,
    session: &str,
    kind: CallKind,
    what: String,
    request: Option<Value>,
    call: F,
) -> Result<(u64, T), Failure>
where
    T: Send + 'static,
    F: FnOnce(Client) -> C + Send + 'static,
    C: Future<Output = Result<T, ClientError>> + Send,
{
    let client = client_of_session(hub, session).await?;
    let id = session.to_owned();
    let number = hub
        .ask(move |state, now| {
            let number = state.begin_call(&id, kind, what, now)?;
            state.note_request(&id, number, request);
            Ok::<_, Failure>(number)
        })
        .await??;
    let (done, result) = oneshot::channel();
    let task = tokio::spawn(async move { drop(done.send(call(client).await)) }).abort_handle();
    let id = session.to_owned();
    hub.change(move |state, _| state.change_session(&id, |known| known.running = Some(task))).await;
    let Ok(result) = result.await else {
        return Err(Failure::new(FailureCode::Cancelled, "the call was cancelled"));
    };
    match result {
        Ok(answer) => Ok((number, answer)),
        Err(error) => Err(fail(hub, session.to_owned(), Some(number), error).await),
    }
}

async fn take_in_page(
    hub: &Hub,
    session: String,
    call: u64,
    kind: CallKind,
    (what, asked): (String, ScrapeCall),
    answer: Answered<PageAnswer>,
) -> Result<(), Failure> {
    let Answered { body: mut page, status, took, .. } = answer.clone();
    let picture = match page.screenshot.take() {
        Some(text) => match hub.shared.pictures.keep(text).await {
            Ok(name) => Some(name),
            Err(error) => {
                warn!(%error, "a screenshot was not kept");
                None
            }
        },
        None => None,
    };
    let words = match kind {
        CallKind::Observe => describe::observed(&page),
        CallKind::Scrape => describe::scraped(&page, asked.only_main_content),
        CallKind::Step | CallKind::Start | CallKind::SessionMinute | CallKind::Extend | CallKind::Close => {
            what
        }
    };
    let shown = match &picture {
        Some(name) => hub.shared.pictures.read(name).await.ok(),
        None => None,
    };
    let trace = answer.trace;
    let kept = history::Answered::of_page(&page, shown).traced(trace);
    let id = session.clone();
    hub.change(move |state, now| {
        state.note_answer(&session, call, kept);
        let ahead = answer.server_ahead(now).unwrap_or_default();
        let Some(known) = state.sessions.get(&session) else { return };
        let connection = known.state.connection.clone();
        let usage = page.usage.clone();
        if usage.is_none() {
            let charge = estimated_charge(kind, &answer.body);
            let estimate = Estimate::new(now, kind, &page.metadata.url, charge);
            state.change_session(&session, |known| known.add_estimate(estimate));
        }
        let mut reported = page.session.clone();
        // Servers of other makes tell title and address of the page only beside the session.
        reported.title.get_or_insert_with(|| page.metadata.title.clone());
        reported.url.get_or_insert_with(|| page.metadata.url.clone());
        state.take_in_session(&connection, &reported, ahead, now);
        state.take_in_remaining(&connection, usage.as_ref());
        let tabs = std::mem::take(&mut page.metadata.tabs);
        state.change_session(&session, |known| known.take_in_tabs(tabs));
        state.end_call(
            &session,
            call,
            Ended {
                http_status: status,
                took,
                what: words,
                usage,
                picture: picture.clone(),
                changes: page.changes.take(),
            },
        );
        if let Some(data) = page.data.take() {
            let place = Place { title: page.metadata.title.clone(), url: page.metadata.url.clone() };
            state.take_in_scraped(&session, call, place, data, asked, now);
        }
        state.take_in_observation(&session, call, page, picture, now);
    })
    .await;
    evidence::fetch(hub, &id, call, trace);
    Ok(())
}

pub(super) async fn cancel(hub: &Hub, session: String) -> Result<Outcome, Failure> {
    hub.ask(move |state, now| {
        let Some(known) = state.sessions.get_mut(&session) else { return Err(unknown_session(&session)) };
        let Some(running) = known.running.take() else {
            return Err(Failure::invalid("no call runs on this session"));
        };
        running.abort();
        let waiting = known.calls.iter().rfind(|call| {
            call.status == crate::protocol::CallStatus::Running && !known.is_elsewhere(call.id)
        });
        let call = waiting.map(|call| call.id);
        if let Some(call) = call {
            let failure =
                Failure::new(FailureCode::Cancelled, "cancelled; the server may finish and charge it");
            state.fail_call(&session, call, None, failure, now);
        }
        Ok(Outcome { session: Some(session), call, ..Outcome::default() })
    })
    .await?
}
