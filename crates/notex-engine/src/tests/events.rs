use notex_session::EndReason;
use notex_wire::{EngineEvent, PageEvent};

use super::*;

/// Reads server-sent events.
pub(super) struct Reader {
    response: Response,
    text: String,
}

impl Reader {
    pub(super) async fn open(house: &House, path: &str) -> Self {
        let response = house.http.get(house.url(path)).bearer_auth(KEY).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut reader = Self { response, text: String::new() };
        let hello = reader.next().await.unwrap();
        assert!(matches!(hello, EngineEvent::Hello { .. }), "{hello:?}");
        reader
    }

    /// The next event; `None` when the engine ended the stream.
    pub(super) async fn next(&mut self) -> Option<EngineEvent> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let data = event.strip_prefix("data: ").map(str::to_owned);
                self.text = rest.to_owned();
                match data {
                    Some(data) => return Some(serde_json::from_str(&data).unwrap()),
                    None => continue,
                }
            }
            let chunk = self.response.chunk().await.unwrap()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Skips to the end of this session.
    pub(super) async fn until_ended(&mut self, id: &str) -> SessionAnswer {
        loop {
            match self.next().await.expect("the stream goes on") {
                EngineEvent::SessionEnded { session } if session.session_id == id => return session,
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn a_listener_hears_the_life_of_a_session_in_order() {
    let house = House::new().await;
    house.browser_is_ready().await;
    let mut events = house.listen().await;
    let session = house.start().await;
    house.observe(&session, "https://example.com").await;
    house.close(&session).await.of::<SessionAnswer>();
    let mut heard = Vec::new();
    loop {
        let event = events.next().await.unwrap();
        let (word, id) = match &event {
            EngineEvent::SessionStarted { session } => ("started".to_owned(), &session.session_id),
            EngineEvent::SessionChanged { session } => {
                (format!("changed {}", session.credits.unwrap()), &session.session_id)
            }
            EngineEvent::SessionEnded { session } => ("ended".to_owned(), &session.session_id),
            EngineEvent::CallStarted { session_id, call, .. } => (format!("{call:?} begins"), session_id),
            EngineEvent::CallEnded { session_id, credits, failure: None, took_ms, .. } => {
                assert!(*took_ms >= 0.0);
                (format!("it cost {credits}"), session_id)
            }
            EngineEvent::Charged { entry, remaining } => {
                (format!("charged {} left {remaining}", entry.credits), &entry.session_id)
            }
            other => panic!("not expected: {other:?}"),
        };
        assert_eq!(*id, session.session_id);
        heard.push(word.clone());
        if word == "ended" {
            break;
        }
    }
    assert_eq!(
        heard,
        [
            "started",
            "charged 0.1 left 9999.9",
            "changed 0.1",
            "changed 0.1",
            "Observe begins",
            "it cost 1",
            "changed 1.1",
            "charged 1 left 9998.9",
            "ended"
        ]
    );
}

#[tokio::test]
async fn the_stream_ends_with_the_engine_and_tells_the_end_of_its_sessions() {
    let house = House::new().await;
    let session = house.start().await;
    let mut events = house.listen().await;
    let hearing = async {
        let ended = events.until_ended(&session.session_id).await;
        assert!(events.next().await.is_none());
        ended
    };
    let ((), ended) = tokio::join!(house.engine.shut_down(), hearing);
    assert_eq!(ended.close_reason, Some(EndReason::Manual));
    assert!(house.browser.is_gone());
    assert!(house.browser.page().is_closed());
    let house = house.reopened().await;
    let session = house.session(&session).await;
    assert_eq!(session.error.as_deref(), Some("the engine was stopped"));
    assert_eq!(session.status, notex_wire::SessionStatus::Closed);
}

/// A word for each event of one session.
fn word(event: &EngineEvent) -> String {
    match event {
        EngineEvent::Hello { .. } => "hello".to_owned(),
        EngineEvent::SessionStarted { .. } => "started".to_owned(),
        EngineEvent::SessionChanged { .. } => "changed".to_owned(),
        EngineEvent::SessionEnded { .. } => "ended".to_owned(),
        EngineEvent::CallStarted { call, .. } => format!("{call:?} begins"),
        EngineEvent::CallEnded { failure: None, .. } => "it is answered".to_owned(),
        EngineEvent::CallEnded { failure: Some(why), credits, .. } => format!("{why} for {credits}"),
        EngineEvent::Page { event: PageEvent::Console { text, .. }, .. } => format!("wrote {text}"),
        EngineEvent::Page { event: PageEvent::Dialog { message, .. }, .. } => format!("said {message}"),
        EngineEvent::Page { .. } => "something else on the page".to_owned(),
        EngineEvent::Charged { .. } => "charged".to_owned(),
        EngineEvent::Browser { .. } => "browser".to_owned(),
        EngineEvent::PlanChanged { .. } => "plan changed".to_owned(),
        EngineEvent::Lagged => "lagged".to_owned(),
    }
}

fn wrote(text: &str) -> PageEvent {
    let (at, level) = (DateTime::UNIX_EPOCH, "log".to_owned());
    PageEvent::Console { at, level, text: text.to_owned(), url: None, line: None }
}

fn said(message: &str) -> PageEvent {
    let (at, dialog) = (DateTime::UNIX_EPOCH, "alert".to_owned());
    PageEvent::Dialog { at, dialog, message: message.to_owned(), accepted: false, entered: None }
}

/// All that a stream tells until it ends.
async fn rest(mut reader: Reader) -> Vec<String> {
    let mut heard = Vec::new();
    while let Some(event) = reader.next().await {
        heard.push(word(&event));
    }
    heard
}

#[tokio::test]
async fn the_stream_of_a_session_begins_with_its_state_tells_only_of_it_and_ends_with_it() {
    let house = House::new().await;
    let (session, other) = (house.start().await, house.start().await);
    let path = format!("/session/{}/events", session.session_id);
    let mut events = Reader::open(&house, &path).await;
    let EngineEvent::SessionChanged { session: state } = events.next().await.unwrap() else {
        panic!("the second event is the state");
    };
    assert_eq!(state.session_id, session.session_id);
    let page = house.browser.pages().remove(0);
    house.browser.page().happens(wrote("of another"));
    house.observe(&other, "https://example.com").await;
    page.happens(wrote("hello"));
    while word(&events.next().await.unwrap()) != "wrote hello" {}
    page.fail_next(PageError::UnknownAction("there is no B7".to_owned()));
    house.step(&session, "B7").await.refusal(422);
    house.close(&session).await.of::<SessionAnswer>();
    assert_eq!(rest(events).await, ["changed", "Step begins", "unknown_action for 0", "changed", "ended"]);
    // One that has ended is told so, and that is all.
    assert_eq!(rest(Reader::open(&house, &path).await).await, ["ended"]);
    house.get("/session/no-such-session/events").await.refusal(404);
}

#[tokio::test]
async fn a_call_that_is_interrupted_by_the_end_of_its_session_ends_too() {
    let house = House::new().await;
    let session = house.start().await;
    let path = format!("/session/{}/events?kinds=call_started,call_ended", session.session_id);
    let events = Reader::open(&house, &path).await;
    house.browser.page().hold();
    let body = json!({ "session_id": session.session_id });
    let call = house.post_aside("/env/observe", body);
    house.browser.page().has_begun("observe").await;
    house.close(&session).await.of::<SessionAnswer>();
    call.await.unwrap().refusal(410);
    assert_eq!(rest(events).await, ["Observe begins", "session_ended for 0", "ended"]);
}

#[tokio::test]
async fn what_pages_write_is_told_only_to_those_who_ask() {
    let house = House::new().await;
    house.start().await;
    let (mut plain, mut all) = (house.listen().await, Reader::open(&house, "/events?pages=true").await);
    let mut dialogs = Reader::open(&house, "/events?pages=true&kinds=dialog").await;
    let page = house.browser.page();
    page.happens(wrote("much"));
    page.happens(said("stop"));
    assert_eq!(word(&plain.next().await.unwrap()), "said stop");
    assert_eq!(word(&dialogs.next().await.unwrap()), "said stop");
    let mut heard = [word(&all.next().await.unwrap()), word(&all.next().await.unwrap())];
    heard.sort();
    assert_eq!(heard, ["said stop", "wrote much"]);
    let refusal = house.get("/events?kinds=dialog,gossip").await.refusal(422);
    assert!(refusal.message.starts_with("kinds must be some of"), "{}", refusal.message);
    house.get("/events?pages=maybe").await.refusal(422);
}
