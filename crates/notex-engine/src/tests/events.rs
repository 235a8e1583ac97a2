use notex_session::EndReason;
use notex_wire::EngineEvent;

use super::*;

/// Reads server-sent events.
pub(super) struct Reader {
    response: Response,
    text: String,
}

impl Reader {
    pub(super) async fn open(house: &House) -> Self {
        let response = house.http.get(house.url("/events")).bearer_auth(KEY).send().await.unwrap();
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
            "charged 1 left 9998.9",
            "changed 1.1",
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
