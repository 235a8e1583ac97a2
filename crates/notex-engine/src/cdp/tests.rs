//! The client over a scripted websocket: what a browser may do to it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use super::{Cdp, CdpError};

const SOON: Duration = Duration::from_secs(10);

/// The browser's side of a connection.
struct Peer {
    socket: WebSocketStream<TcpStream>,
    token: Option<String>,
}

impl Peer {
    async fn take(&mut self) -> Value {
        loop {
            match self.socket.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(text.as_str()).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn say(&mut self, message: Value) {
        self.socket.send(Message::text(message.to_string())).await.unwrap();
    }
}

async fn pair() -> (Cdp, Peer) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/devtools", listener.local_addr().unwrap());
    let accept = async {
        let (stream, _) = listener.accept().await.unwrap();
        let mut token = None;
        #[expect(clippy::result_large_err, reason = "the signature is the library's")]
        let look = |request: &Request, response: Response| {
            token = request.headers().get("x-token").and_then(|v| v.to_str().ok()).map(String::from);
            Ok(response)
        };
        let socket = accept_hdr_async(stream, look).await.unwrap();
        Peer { socket, token }
    };
    let headers = [(HeaderName::from_static("x-token"), HeaderValue::from_static("abc"))];
    let (cdp, peer) = tokio::join!(Cdp::connect(&url, &headers), accept);
    (cdp.unwrap(), peer)
}

#[tokio::test]
async fn headers_go_with_the_upgrade() {
    let (_cdp, peer) = pair().await;
    assert_eq!(peer.token.as_deref(), Some("abc"));
}

#[tokio::test]
async fn answers_out_of_order_reach_their_calls_between_events_nobody_knows() {
    let (cdp, mut peer) = pair().await;
    let browser = cdp.browser();
    let first = browser.call::<Value>("A.first", json!({"x": 1}), SOON);
    let second = browser.call::<Value>("A.second", json!({}), SOON);
    let answers = async {
        let (one, two) = (peer.take().await, peer.take().await);
        assert_eq!(one["params"], json!({"x": 1}));
        peer.say(json!({"method": "Brand.newEvent", "params": {"odd": [1, null]}, "sessionId": "nobody"}))
            .await;
        peer.socket.send(Message::text("not json")).await.unwrap();
        let binary = json!({"id": two["id"], "result": {"is": two["method"]}}).to_string();
        peer.socket.send(Message::binary(binary.into_bytes())).await.unwrap();
        peer.say(json!({"id": one["id"], "result": {"is": one["method"]}})).await;
    };
    let (first, second, ()) = tokio::join!(first, second, answers);
    assert_eq!(first.unwrap()["is"], "A.first");
    assert_eq!(second.unwrap()["is"], "A.second");
    assert_eq!(cdp.pending_calls(), 0);
}

#[tokio::test]
async fn an_error_is_told_with_the_call_and_the_words_of_the_browser() {
    let (cdp, mut peer) = pair().await;
    let browser = cdp.browser();
    let answer = async {
        let call = peer.take().await;
        peer.say(json!({"id": call["id"], "error": {"code": -32000, "message": "no such thing", "data": "at all"}})).await;
    };
    let (refused, ()) = tokio::join!(browser.tell("A.call", json!({}), SOON), answer);
    let message = String::from("no such thing (at all)");
    assert_eq!(refused, Err(CdpError::Refused { method: "A.call", message }));
}

#[tokio::test]
async fn the_end_of_the_socket_fails_what_is_pending_and_what_comes_later() {
    let (cdp, mut peer) = pair().await;
    let browser = cdp.browser();
    let mut events = browser.events();
    let leave = async {
        peer.take().await;
        drop(peer);
    };
    let (pending, ()) = tokio::join!(browser.tell("A.call", json!({}), SOON), leave);
    assert!(matches!(pending, Err(CdpError::Ended(_))), "{pending:?}");
    assert!(!cdp.ended().await.is_empty());
    assert!(matches!(browser.tell("A.call", json!({}), SOON).await, Err(CdpError::Ended(_))));
    assert!(events.recv().await.is_err());
    assert_eq!(cdp.pending_calls(), 0);
}

#[tokio::test]
async fn a_call_without_an_answer_ends_at_its_deadline_and_is_forgotten() {
    let (cdp, mut peer) = pair().await;
    let waited = Duration::from_millis(30);
    let late = cdp.browser().tell("A.call", json!({}), waited).await;
    assert_eq!(late, Err(CdpError::TimedOut { method: "A.call", waited }));
    assert_eq!(cdp.pending_calls(), 0);
    // The answer that comes after all disturbs nobody.
    let call = peer.take().await;
    peer.say(json!({"id": call["id"], "result": {}})).await;
    let browser = cdp.browser();
    let answer = async {
        let call = peer.take().await;
        peer.say(json!({"id": call["id"], "result": {}})).await;
    };
    let (next, ()) = tokio::join!(browser.tell("A.next", json!({}), SOON), answer);
    assert_eq!(next, Ok(()));
}

#[tokio::test]
async fn a_cancelled_call_is_forgotten() {
    let (cdp, mut peer) = pair().await;
    let browser = cdp.browser();
    tokio::select! {
        _ = browser.tell("A.call", json!({}), SOON) => panic!("nobody answered"),
        _ = peer.take() => {}
    }
    assert_eq!(cdp.pending_calls(), 0);
}

#[tokio::test]
async fn a_crash_or_a_detach_fails_the_calls_of_its_session_alone() {
    let (cdp, mut peer) = pair().await;
    let browser = cdp.browser();
    let (crashing, closing, living) =
        (browser.attached("one"), browser.attached("two"), browser.attached("three"));
    let fate = async {
        let mut ids = Vec::new();
        for _ in 0..3 {
            let call = peer.take().await;
            ids.push((call["sessionId"].clone(), call["id"].clone()));
        }
        peer.say(json!({"method": "Inspector.targetCrashed", "params": {}, "sessionId": "one"})).await;
        peer.say(json!({"method": "Target.detachedFromTarget", "params": {"sessionId": "two"}})).await;
        let (_, id) = ids.into_iter().find(|(session, _)| session == "three").unwrap();
        peer.say(json!({"id": id, "result": {}, "sessionId": "three"})).await;
    };
    let (one, two, three, ()) = tokio::join!(
        crashing.tell("A.call", json!({}), SOON),
        closing.tell("A.call", json!({}), SOON),
        living.tell("A.call", json!({}), SOON),
        fate,
    );
    assert_eq!((one, two, three), (Err(CdpError::Crashed), Err(CdpError::Detached), Ok(())));
}

#[tokio::test]
async fn events_reach_those_who_listen_to_their_session_and_a_slow_listener_holds_nobody() {
    let (cdp, mut peer) = pair().await;
    let page = cdp.browser().attached("page");
    let mut events = page.events();
    let mut slow = page.events();
    for number in 0..5_000 {
        peer.say(json!({"method": "A.tick", "params": {"number": number}, "sessionId": "page"})).await;
        peer.say(json!({"method": "A.other", "params": {}, "sessionId": "elsewhere"})).await;
        let event = events.recv().await.unwrap();
        assert_eq!(&*event.method, "A.tick");
        assert_eq!(event.read::<Value>().unwrap()["number"], number);
    }
    assert!(slow.recv().await.is_err());
}

#[tokio::test]
async fn on_pipes_messages_come_whole_however_they_were_cut_and_those_that_wait_are_sent_together() {
    let ((to, mut told), (mut say, from)) = (tokio::io::duplex(1 << 16), tokio::io::duplex(64));
    let cdp = Cdp::over(to, from);
    let browser = cdp.browser();
    let (first, second) = (browser.begin("A.first", json!({})), browser.begin("A.second", json!({"ü": 1})));
    let peer = async {
        let mut read = Vec::new();
        let calls = loop {
            told.read_buf(&mut read).await.unwrap();
            let all = read.split(|byte| *byte == 0);
            let calls: Vec<Value> = all.filter_map(|call| serde_json::from_slice(call).ok()).collect();
            // Besides, it is asked whether it is there.
            let calls: Vec<Value> = calls.into_iter().filter(|call| call["id"] != 0).collect();
            if calls.len() == 2 {
                break calls;
            }
        };
        assert_eq!(calls.iter().map(|call| &call["method"]).collect::<Vec<_>>(), ["A.first", "A.second"]);
        let answer =
            |call: &Value, text: String| json!({"id": call["id"], "result": text}).to_string() + "\0";
        let long = answer(&calls[0], "ä".repeat(100_000));
        let all = format!("{long}\0no JSON\0{}", answer(&calls[1], "short".into()));
        say.write_all(all.as_bytes()).await.unwrap();
        say.write_all(b"{\"id\":").await.unwrap();
        drop(say);
    };
    let (first, second, ()) = tokio::join!(first.answer(SOON), second.answer(SOON), peer);
    assert_eq!(first.unwrap().get().chars().count(), 100_002);
    assert_eq!(second.unwrap().get(), "\"short\"");
    assert_eq!(cdp.ended().await, "the connection to the browser ended");
    assert!(matches!(browser.tell("A.call", json!({}), SOON).await, Err(CdpError::Ended(_))));
}

#[tokio::test]
async fn a_browser_that_says_nothing_any_more_is_given_up_and_one_that_answers_is_not() {
    let ((to, mut told), (mut say, from)) = (tokio::io::duplex(1 << 16), tokio::io::duplex(1 << 16));
    let cdp = Cdp::over_until(to, from, Duration::from_millis(20), Duration::from_millis(400));
    let mut read = [0; 1024];
    let since = tokio::time::Instant::now();
    while since.elapsed() < Duration::from_millis(600) {
        assert!(told.read(&mut read).await.unwrap() > 0);
        say.write_all(b"{\"id\":0,\"result\":{}}\0").await.unwrap();
    }
    assert_eq!(cdp.pending_calls(), 0);
    let late = cdp.browser().tell("A.call", json!({}), SOON).await;
    assert_eq!(late, Err(CdpError::Ended(String::from("the browser said nothing for 0 s"))));
}
