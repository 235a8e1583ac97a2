//! Actions of the current contract: tabs brought to the front, opened, closed; and elements by selector, for flows.

use notex_client::{Answered, Client};
use notex_wire::CallKind;
use notex_wire::current::{ActionType, ExecuteRequest};
use serde_json::Value;
use url::Url;

use super::page::{needs, run, said};
use crate::calls::Ended;
use crate::history::NOT_KEPT;
use crate::protocol::{Failure, FailureCode, Outcome, TabDeed};
use crate::{Hub, describe, evidence, history};

pub(super) async fn tab(hub: &Hub, session: String, deed: TabDeed) -> Result<Outcome, Failure> {
    needs(hub, &session, |can| can.tabs, "this server cannot switch, open or close tabs").await?;
    if let TabDeed::Open { url } = &deed
        && Url::parse(url.trim()).is_err()
    {
        return Err(Failure::invalid(format!("address cannot be read: {}", url.trim()))
            .with_hint("write it whole, with https:// in front"));
    }
    let (what, request) = (describe::tab(&deed), request_of(deed));
    let sent = said(&request);
    made(hub, session, what, request, sent, "look at the tabs again and choose another").await
}

/// An action on the element that a selector means; `request` is its body. Of a secret value a marker is kept.
pub(super) async fn execute(
    hub: &Hub,
    session: String,
    what: String,
    request: Value,
    is_secret: bool,
) -> Result<Outcome, Failure> {
    let unread = |why: serde_json::Error| Failure::invalid(format!("the action cannot be read: {why}"));
    let mut sent = request.clone();
    if let Some(value) = sent.get_mut("value").filter(|_| is_secret) {
        *value = NOT_KEPT.into();
    }
    let request: ExecuteRequest = serde_json::from_value(request).map_err(unread)?;
    made(hub, session, what, request, Some(sent), "observe the page again to see what can be done now").await
}

async fn made(
    hub: &Hub,
    session: String,
    what: String,
    request: ExecuteRequest,
    sent: Option<Value>,
    hint: &'static str,
) -> Result<Outcome, Failure> {
    let id = session.clone();
    let call = move |client: Client| async move {
        let done = client.server().execute(&id, &request).await?;
        // What the answer does not tell is asked for: it costs nothing and moves no deadline.
        let tabs = client.server().debug(&id).await;
        Ok((done, tabs, client.status().await))
    };
    let (number, (done, tabs, after)) = run(hub, &session, CallKind::Step, what.clone(), sent, call).await?;
    let trace = done.trace;
    let id = session.clone();
    let failure = hub
        .ask(move |state, now| {
            let connection = state.connection_of(&id)?;
            if let Ok(answer) = after {
                state.take_in_answer(&id, &answer, now);
            }
            if let Ok(tabs) = tabs {
                let tabs = tabs.body.tabs.into_iter().map(|tab| tab.metadata).collect();
                state.change_session(&id, |known| known.take_in_tabs(tabs));
            }
            let Answered { body, status: http_status, took, .. } = done;
            state.note_answer(&id, number, history::Answered::of(&body).traced(trace));
            state.take_in_remaining(&connection, body.usage.as_ref());
            if body.success {
                let ended = Ended {
                    http_status,
                    took,
                    what,
                    usage: body.usage,
                    picture: None,
                    changes: body.changes,
                };
                state.end_call(&id, number, ended);
                return None;
            }
            let why = body.exception.unwrap_or(body.message);
            let failure = Failure::new(FailureCode::ActionImpossible, why).with_hint(hint);
            state.fail_call(&id, number, Some(http_status), failure.clone(), now);
            Some(failure)
        })
        .await?;
    evidence::fetch(hub, &session, number, trace);
    match failure {
        Some(failure) => Err(failure),
        None => Ok(Outcome { session: Some(session), call: Some(number), ..Outcome::default() }),
    }
}

fn request_of(deed: TabDeed) -> ExecuteRequest {
    let (kind, tab_index, url) = match deed {
        TabDeed::Switch { tab } => (ActionType::SwitchTab, Some(i64::from(tab)), None),
        TabDeed::Open { url } => (ActionType::GotoNewTab, None, Some(url.trim().to_owned())),
        TabDeed::Close => (ActionType::CloseTab, None, None),
    };
    ExecuteRequest {
        kind,
        id: None,
        selector: None,
        value: None,
        to_id: None,
        to_selector: None,
        dialog: None,
        clear_before_fill: None,
        press_enter: None,
        timeout: None,
        file_path: None,
        url,
        wait_until: None,
        tab_index,
        time_ms: None,
        key: None,
        amount: None,
        code: None,
        reason: None,
        success: None,
        answer: None,
        scrape_links: None,
        scrape_images: None,
        only_main_content: None,
        ignored_tags: None,
        scrape_comments: None,
        scrape_metadata: None,
        list_links: None,
        extract: None,
        instructions: None,
        response_format: None,
    }
}
