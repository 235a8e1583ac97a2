//! A session as the run that its calls make, so that sessions are compared as runs are: each call on the page is a step,
//! named as a flow would name it.

use chrono::{DateTime, TimeDelta, Utc};
use notex_session::Credits;
use notex_wire::{CallKind, PageAnswer};
use serde_json::Value;

use crate::making::{self, RecordedCall, Secrets};
use crate::{
    ActionSeen, ActionsSeen, Count, ReadPage, Run, RunOutcome, StepFailure, StepRun, StepStatus, Values,
};

/// A session that was looked at, with its calls.
#[derive(Clone, Debug)]
pub struct SeenSession {
    /// What it is called: the title of its page.
    pub title: String,
    /// What its connection is called.
    pub connection: String,
    /// Its id on its server.
    pub id: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last called, or ended.
    pub touched_at: DateTime<Utc>,
    /// What it cost.
    pub credits: Credits,
    /// The cost was reckoned, not told by the server.
    pub credits_estimated: bool,
    /// Its calls, oldest first.
    pub calls: Vec<SeenCall>,
}

/// A call of it.
#[derive(Clone, Debug)]
pub struct SeenCall {
    /// What was asked and answered.
    pub call: RecordedCall,
    /// Why it failed.
    pub failure: Option<StepFailure>,
    /// The HTTP status, when the server answered.
    pub http_status: Option<u16>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// The title of the page after it.
    pub title: String,
    /// What it cost.
    pub credits: Credits,
    /// The hash of its picture.
    pub screenshot: Option<String>,
    /// The requests of the page meanwhile.
    pub network: Option<Count>,
    /// What was written to the console meanwhile.
    pub console: Option<Count>,
}

impl Run {
    /// The run that the calls of a session make. Starting, extending and closing it are no steps.
    pub fn of_session(seen: SeenSession, secrets: Secrets<'_>) -> Self {
        let SeenSession { title, connection, id, created_at, touched_at, credits, credits_estimated, calls } =
            seen;
        let recorded: Vec<RecordedCall> = calls.iter().map(|seen| seen.call.clone()).collect();
        let named = making::named(&recorded, secrets);
        let on_page = |call: &RecordedCall| match call.kind {
            CallKind::Observe | CallKind::Step | CallKind::Scrape => true,
            CallKind::Start | CallKind::SessionMinute | CallKind::Extend | CallKind::Close => false,
        };
        let steps = calls.into_iter().zip(named).filter(|(seen, _)| on_page(&seen.call));
        let steps: Vec<StepRun> =
            (0_u32..).zip(steps).map(|(place, (seen, named))| step(place, seen, named)).collect();
        let started_at = steps.first().map_or(created_at, |step| step.started_at);
        let ended_at = steps.last().map_or(touched_at, |last| {
            #[expect(clippy::cast_possible_truncation, reason = "milliseconds of a call")]
            let took = TimeDelta::milliseconds(last.took_ms as i64);
            last.started_at.checked_add_signed(took).unwrap_or(touched_at)
        });
        Self {
            version: Self::VERSION,
            flow: title,
            connection,
            session: Some(id),
            parameters: Values::new(),
            from: 0,
            started_at,
            ended_at,
            outcome: RunOutcome::Done,
            failure: None,
            credits,
            credits_estimated,
            steps,
        }
    }
}

fn step(place: u32, seen: SeenCall, named: Option<(String, CallKind)>) -> StepRun {
    let SeenCall {
        call,
        failure,
        http_status,
        started_at,
        took_ms,
        title,
        credits,
        screenshot,
        network,
        console,
    } = seen;
    let RecordedCall { number, kind, what, response, failed, url, .. } = call;
    let (name, kind) = named.unwrap_or((what, kind));
    let answer = response.filter(|_| !failed);
    StepRun {
        place,
        name,
        kind: Some(kind),
        status: if failed { StepStatus::Failed } else { StepStatus::Done },
        failure,
        attempts: 1,
        calls: vec![number],
        started_at,
        took_ms,
        http_status,
        url,
        title,
        actions: answer.as_ref().and_then(actions),
        matched: None,
        credits,
        screenshot,
        network,
        console,
        read: answer.as_ref().and_then(read),
    }
}

fn actions(answer: &Value) -> Option<ActionsSeen> {
    answer.get("space").filter(|space| !space.is_null())?;
    let space = serde_json::from_value::<PageAnswer>(answer.clone()).ok()?.space?;
    let listed = space.actions.iter();
    let listed: Vec<ActionSeen> = listed
        .map(|action| ActionSeen { id: action.id.clone(), description: action.description.clone() })
        .collect();
    Some(ActionsSeen { total: space.total_actions.unwrap_or(listed.len() as u64), listed })
}

/// What an answer says was read, in either contract: beside the page, or as the whole answer.
fn read(answer: &Value) -> Option<ReadPage> {
    let data = answer.get("data").filter(|data| data.is_object()).unwrap_or(answer);
    let markdown = data.get("markdown").and_then(Value::as_str);
    let picked = data.get("structured").filter(|picked| !picked.is_null());
    let picked = picked.and_then(|picked| if picked.is_array() { picked.get(0) } else { Some(picked) });
    (markdown.is_some() || picked.is_some()).then(|| ReadPage::of(markdown.unwrap_or_default(), picked))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(number: u32, kind: CallKind, request: Value, response: Value) -> SeenCall {
        SeenCall {
            call: RecordedCall {
                number,
                kind,
                what: format!("call {number}"),
                request: Some(request),
                response: Some(response),
                failed: false,
                url: "https://shop.example.com/".to_owned(),
            },
            failure: None,
            http_status: Some(200),
            started_at: DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::from(number)),
            took_ms: 500.0,
            title: "Shop".to_owned(),
            credits: Credits::from_thousandths(1_000),
            screenshot: None,
            network: None,
            console: None,
        }
    }

    #[test]
    fn a_session_is_the_run_of_its_calls_and_what_was_read_in_either_contract_is_in_it() {
        let rows = json!([{ "id": 1 }, { "id": 2 }]);
        let picked = json!({ "success": true, "error": null, "data": { "items": rows } });
        let page = json!({
            "session": { "session_id": "s1", "timeout_minutes": 5, "created_at": "2026-11-26T02:00:00Z",
                "last_accessed_at": "2026-11-26T02:00:00Z", "duration": 1.0, "status": "active", "error": null },
            "metadata": { "title": "Shop", "url": "https://shop.example.com/" }, "screenshot": null,
            "data": { "markdown": "# Tea", "structured": [picked] },
            "space": { "description": "A shop", "special_actions": [], "total_actions": 7,
                "actions": [{ "id": "B1", "description": "Click Add", "category": "Main" }] },
        });
        let asked = json!({ "session_id": "s1", "extract": { "auto": true } });
        let part = json!({ "markdown": "Tea", "structured": picked });
        let mut failed =
            seen(5, CallKind::Step, json!({ "session_id": "s1", "action_id": "B1" }), Value::Null);
        failed.call.failed = true;
        let session = SeenSession {
            title: "Shop".to_owned(),
            connection: "This computer".to_owned(),
            id: "s1".to_owned(),
            created_at: DateTime::UNIX_EPOCH,
            touched_at: DateTime::UNIX_EPOCH,
            credits: Credits::from_thousandths(3_000),
            credits_estimated: false,
            calls: vec![
                seen(1, CallKind::Start, json!({}), json!({})),
                seen(
                    2,
                    CallKind::Observe,
                    json!({ "session_id": "s1", "url": "https://shop.example.com/" }),
                    page.clone(),
                ),
                seen(3, CallKind::Scrape, asked, page),
                seen(4, CallKind::Scrape, json!({ "selector": "main" }), part),
                failed,
                seen(6, CallKind::Close, json!({}), json!({})),
            ],
        };
        let run = Run::of_session(session, Secrets { marker: "[not kept]" });
        let names: Vec<&str> = run.steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(names, ["Open shop.example.com", "Read rows", "Read main", "Click Add"]);
        let rows: Vec<usize> =
            run.steps.iter().map(|step| step.read.as_ref().map_or(0, |read| read.rows().len())).collect();
        assert_eq!(rows, [2, 2, 2, 0]);
        assert_eq!(run.steps[0].actions.as_ref().map(|seen| (seen.total, seen.listed.len())), Some((7, 1)));
        assert_eq!((run.steps[3].status, run.steps[3].calls.as_slice()), (StepStatus::Failed, &[5][..]));
        assert_eq!((run.ended_at - run.started_at).num_milliseconds(), 3_500);
        assert_eq!(Run::parse(&run.to_json()).unwrap(), run);
    }
}
