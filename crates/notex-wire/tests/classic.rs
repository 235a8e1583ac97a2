//! The classic contract as the client of PyPI `notte` 1.2.1 sends it (every field, nulls included) and reads it
//! (which fields it requires, which words it refuses).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use notex_session::Credits;
use notex_wire::{
    Action, ActionParam, ActionSpace, ActionStatus, EngineEvent, FieldProblem, ObserveRequest, PageAnswer,
    PageCategory, PageData, PageMetadata, Refusal, RefusalDetail, ScrapeRequest, SessionAnswer,
    SessionRequest, SessionStatus, SpecialAction, SpecialActionId, StepRequest, Usage,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(body: Value) -> T {
    serde_json::from_value(body).unwrap()
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn session() -> SessionAnswer {
    SessionAnswer {
        session_id: "7f7a".into(),
        timeout_minutes: 5,
        created_at: "2026-11-22T12:00:00.25Z".parse().unwrap(),
        last_accessed_at: "2026-11-22T12:01:00Z".parse().unwrap(),
        duration: 61.5,
        status: SessionStatus::Active,
        error: None,
        keep_alive: Some(false),
        expires_at: None,
        closed_at: None,
        close_reason: None,
        title: None,
        url: None,
        idle_timeout_minutes: Some(5),
        max_duration_minutes: None,
        network_request_bytes: 0,
        network_response_bytes: 0,
        options: notex_wire::SessionOptions::default(),
        cdp_url: None,
        credits: Some(Credits::from_thousandths(1_100)),
        server_time: None,
        usage: None,
    }
}

#[test]
fn a_start_is_read_as_the_client_sends_it() {
    let body =
        json!({ "session_id": null, "keep_alive": true, "session_timeout_minutes": 5, "screenshot": null });
    let request: SessionRequest = read(body.clone());
    assert_eq!((request.keep_alive, request.session_timeout_minutes), (Some(true), Some(5)));
    assert_eq!(written(&request), body);
    let documented: SessionRequest = read(json!({ "session_timeout": 10 }));
    assert_eq!((documented.session_timeout, documented.session_timeout_minutes), (Some(10), None));
}

#[test]
fn page_calls_are_read_as_the_client_sends_them() {
    let four = json!({ "session_id": "7f7a", "keep_alive": false, "session_timeout_minutes": 5, "screenshot": true });
    let with = |more: Value| {
        let mut body = four.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let body = with(json!({ "url": "https://example.com", "min_nb_actions": null, "max_nb_actions": 100 }));
    assert_eq!(written(&read::<ObserveRequest>(body.clone())), body);
    let body = with(json!({
        "action_id": "I1", "value": "Berlin", "enter": null, "min_nb_actions": null, "max_nb_actions": 100
    }));
    assert_eq!(written(&read::<StepRequest>(body.clone())), body);
    let body = with(json!({
        "url": null, "min_nb_actions": null, "max_nb_actions": 100, "scrape_images": false, "only_main_content": true
    }));
    assert_eq!(written(&read::<ScrapeRequest>(body.clone())), body);
}

#[test]
fn a_step_without_an_action_is_refused() {
    assert!(serde_json::from_value::<StepRequest>(json!({ "session_id": "7f7a" })).is_err());
}

#[test]
fn a_session_answer_holds_all_that_the_client_requires() {
    let body = written(&session());
    for required in ["session_id", "timeout_minutes", "created_at", "last_accessed_at", "duration", "status"]
    {
        assert!(!body[required].is_null(), "{required}");
    }
    assert_eq!(body["created_at"], "2026-11-22T12:00:00.250Z");
    assert_eq!((&body["duration"], &body["credits"]), (&json!(61.5), &json!(1.1)));
    assert!(body.as_object().unwrap().contains_key("error"));
    let words = [SessionStatus::Active, SessionStatus::Closed, SessionStatus::Error, SessionStatus::TimedOut];
    assert_eq!(written(&words), json!(["active", "closed", "error", "timed_out"]));
}

#[test]
fn an_answer_of_a_server_that_knows_only_the_classic_fields_is_read() {
    let answer: SessionAnswer = read(json!({
        "session_id": "7f7a", "timeout_minutes": 5, "created_at": "2026-11-22T12:00:00Z",
        "last_accessed_at": "2026-11-22T12:00:00Z", "duration": 0, "status": "timed_out", "error": null
    }));
    assert_eq!((answer.status, answer.keep_alive, answer.credits), (SessionStatus::TimedOut, None, None));
}

#[test]
fn an_observe_answer_is_written_as_the_client_reads_it() {
    let input = Action {
        id: "I1".into(),
        description: "Fill the City field".into(),
        category: "Search form".into(),
        status: ActionStatus::Valid,
        params: vec![ActionParam {
            name: "value".into(),
            values: vec!["Berlin".into()],
            ..ActionParam::default()
        }],
        role: Some("textbox".into()),
        label: None,
        state: None,
        selector: None,
        bounds: None,
    };
    let special = SpecialAction {
        id: SpecialActionId::S1,
        description: "Go to an address".into(),
        category: "Special Browser Actions".into(),
        params: Vec::new(),
    };
    let answer = PageAnswer {
        session: session(),
        metadata: PageMetadata {
            title: "Example".into(),
            url: "https://example.com/".into(),
            timestamp: None,
            viewport: None,
            tabs: Vec::new(),
        },
        screenshot: None,
        data: None,
        space: Some(ActionSpace {
            description: "A search".into(),
            actions: vec![input],
            special_actions: vec![special],
            markdown: None,
            category: Some(PageCategory::SearchResults),
            total_actions: Some(1),
            partial: None,
        }),
        changes: None,
        usage: Some(Usage { credits: Credits::whole(1), reasons: Vec::new(), remaining: Credits::whole(9) }),
    };
    let body = written(&answer);
    // The client takes an answer with either of these for a refusal.
    assert!(body.get("status").is_none() && body.get("detail").is_none());
    for nullable in ["screenshot", "data"] {
        assert_eq!(body.get(nullable), Some(&Value::Null), "{nullable}");
    }
    let space = &body["space"];
    assert_eq!(space["category"], "search-results");
    assert_eq!(space["actions"][0]["status"], "valid");
    assert_eq!(
        space["actions"][0]["params"],
        json!([{ "name": "value", "type": "string", "default": null, "values": ["Berlin"] }])
    );
    assert_eq!(space["special_actions"][0]["id"], "S1");
    assert_eq!(body["metadata"]["url"], "https://example.com/");
    assert_eq!(read::<PageAnswer>(body), answer);
}

#[test]
fn a_scrape_answer_carries_its_data() {
    let data = PageData { markdown: Some("# A".into()), ..PageData::default() };
    assert_eq!(written(&data), json!({ "markdown": "# A", "images": null, "structured": null }));
}

#[test]
fn a_refusal_is_a_sentence_or_names_its_fields() {
    let sentence = json!({ "detail": "gone", "status": 410, "message": "gone", "code": "session_ended" });
    assert_eq!(read::<Refusal>(sentence.clone()).detail, RefusalDetail::Sentence("gone".into()));
    assert_eq!(written(&read::<Refusal>(sentence.clone())), sentence);
    let problem =
        FieldProblem { loc: vec!["body".into(), "url".into()], msg: "no".into(), kind: "missing".into() };
    let fields = written(&RefusalDetail::Fields(vec![problem]));
    assert_eq!(fields, json!([{ "loc": ["body", "url"], "msg": "no", "type": "missing" }]));
}

#[test]
fn an_event_says_what_it_is() {
    let event = EngineEvent::SessionEnded { session: session() };
    let body = written(&event);
    assert_eq!((&body["type"], &body["session"]["session_id"]), (&json!("session_ended"), &json!("7f7a")));
    assert_eq!(read::<EngineEvent>(body), event);
    assert_eq!(written(&EngineEvent::Lagged), json!({ "type": "lagged" }));
}
