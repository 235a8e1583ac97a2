use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use notex_wire::{ElementAnswer, LiveNews};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::*;
use crate::browser::{LiveFrame, ViewportSize};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn knock(house: &House, session: &SessionAnswer, query: &str, key: &str) -> Result<Socket, u16> {
    let url = format!("ws://{}/session/{}/live{query}", house.engine.address(), session.session_id);
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

async fn enter(house: &House, session: &SessionAnswer, query: &str) -> Socket {
    knock(house, session, query, KEY).await.expect("the viewer is let in")
}

fn frame(jpeg: impl Into<Bytes>, width: u32) -> LiveFrame {
    LiveFrame { jpeg: jpeg.into(), viewport: ViewportSize { width, height: 600 } }
}

async fn news(socket: &mut Socket) -> LiveNews {
    match socket.next().await.unwrap().unwrap() {
        Message::Text(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("not expected: {other:?}"),
    }
}

async fn picture(socket: &mut Socket) -> Bytes {
    match socket.next().await.unwrap().unwrap() {
        Message::Binary(jpeg) => jpeg,
        other => panic!("not expected: {other:?}"),
    }
}

#[tokio::test]
async fn a_viewer_gets_the_picture_at_once_and_again_when_it_changes() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    page.shows(frame("one", 800));
    let mut viewer = enter(&house, &session, "").await;
    assert_eq!(news(&mut viewer).await, LiveNews::Viewport { width: 800, height: 600 });
    assert_eq!(picture(&mut viewer).await, "one");
    page.shows(frame("two", 800));
    assert_eq!(picture(&mut viewer).await, "two");
    page.shows(frame("three", 400));
    assert_eq!(news(&mut viewer).await, LiveNews::Viewport { width: 400, height: 600 });
    assert_eq!(picture(&mut viewer).await, "three");
    // Watching is no use; the end of the session is the viewer's too.
    assert_eq!(house.session(&session).await.last_accessed_at, session.last_accessed_at);
    house.close(&session).await.of::<SessionAnswer>();
    let Some(Ok(Message::Close(Some(why)))) = viewer.next().await else { panic!("the viewer is sent away") };
    assert_eq!(why.reason.as_str(), "the session has ended");
    assert_eq!(knock(&house, &session, "", KEY).await.err(), Some(410));
}

#[tokio::test]
async fn a_slow_viewer_gets_the_newest_picture_and_not_all_of_them() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    let mut viewer = enter(&house, &session, "").await;
    let pictures: u8 = 100;
    for number in 1..=pictures {
        page.shows(frame(vec![number; 1024 * 1024], 800));
        // Each is seen by the engine, which cannot send them all.
        tokio::task::yield_now().await;
    }
    news(&mut viewer).await;
    let mut seen = 0;
    loop {
        seen += 1;
        if picture(&mut viewer).await[0] == pictures {
            break;
        }
    }
    assert!(seen < usize::from(pictures), "{seen}");
}

#[tokio::test]
async fn what_a_person_does_reaches_the_page_and_counts_as_use() {
    let house = House::new().await;
    let session = house.start().await;
    let mut viewer = enter(&house, &session, "?readonly=false").await;
    house.seconds_pass(60);
    let press = json!({ "type": "key_down", "key": "a", "code": "KeyA" });
    viewer.send(Message::text(press.to_string())).await.unwrap();
    let page = house.browser.page();
    page.has_begun("KeyDown { key: \"a\", code: \"KeyA\", modifiers: 0 }").await;
    while house.session(&session).await.last_accessed_at < house.now() {}
    viewer.send(Message::text("{\"type\":\"sing\"}")).await.unwrap();
    let LiveNews::Refused { message } = news(&mut viewer).await else { panic!("it is refused") };
    assert!(message.starts_with("this is no input"), "{message}");
    page.fail_next(PageError::NotOperable("the page is busy".to_owned()));
    viewer.send(Message::text(press.to_string())).await.unwrap();
    let refused = LiveNews::Refused { message: "the page is busy".to_owned() };
    assert_eq!(news(&mut viewer).await, refused);
}

#[tokio::test]
async fn a_session_takes_sixteen_viewers_and_a_place_that_is_left_is_free_again() {
    let house = House::new().await;
    let session = house.start().await;
    let mut viewers = Vec::new();
    for _ in 0..16 {
        viewers.push(enter(&house, &session, "").await);
    }
    assert_eq!(knock(&house, &session, "", KEY).await.err(), Some(429));
    viewers.pop();
    while knock(&house, &session, "", KEY).await.is_err() {}
}

#[tokio::test]
async fn a_viewer_that_only_watches_does_nothing() {
    let house = House::new().await;
    let session = house.start().await;
    let mut viewer = enter(&house, &session, "?readonly").await;
    viewer.send(Message::text(json!({ "type": "text", "text": "x" }).to_string())).await.unwrap();
    let LiveNews::Refused { message } = news(&mut viewer).await else { panic!("it is refused") };
    assert_eq!(message, "this viewer only watches");
    assert!(!house.browser.page().done().iter().any(|done| done.contains("Text")));
    assert_eq!(knock(&house, &session, "?readonly=maybe", KEY).await.err(), Some(422));
    assert_eq!(knock(&house, &session, "", "wrong").await.err(), Some(401));
    assert_eq!(knock(&house, &session, "?token=wrong", "wrong").await.err(), Some(401));
}

#[tokio::test]
async fn what_is_at_a_point_costs_nothing_and_keeps_nothing_alive() {
    let house = House::new().await;
    let session = house.start().await;
    let path = format!("/session/{}/element", session.session_id);
    let found: Option<ElementAnswer> = house.post(&path, json!({"x": 12.5, "y": 30})).await.of();
    let found = found.expect("an element");
    assert_eq!((found.tag.as_str(), found.name.as_deref()), ("button", Some("Order")));
    assert_eq!(house.post(&path, json!({"x": -1, "y": 30})).await.of::<Option<ElementAnswer>>(), None);
    assert_eq!(house.session(&session).await.last_accessed_at, session.last_accessed_at);
    assert_eq!(house.session(&session).await.credits, session.credits);
    assert_eq!(house.post(&path, json!({"x": 1})).await.status.as_u16(), 422);
    house.close(&session).await.of::<SessionAnswer>();
    assert_eq!(house.post(&path, json!({"x": 1, "y": 1})).await.status.as_u16(), 410);
}

#[tokio::test]
async fn a_page_that_is_renamed_between_calls_is_told_a_few_times_a_second_and_kept_alive_by_none_of_it() {
    let house = House::new().await;
    let session = house.start().await;
    let mut events = house.listen().await;
    house.seconds_pass(30);
    let mut told = async |wanted: &str| {
        let mut count = 0;
        loop {
            match events.next().await.unwrap() {
                notex_wire::EngineEvent::SessionChanged { session } => {
                    count += 1;
                    if session.title.as_deref() == Some(wanted) {
                        return (count, session);
                    }
                }
                other => panic!("not expected: {other:?}"),
            }
        }
    };
    let page = house.browser.page();
    page.is_renamed("One", "https://example.com/one");
    let (_, changed) = told("One").await;
    assert_eq!(changed.url.as_deref(), Some("https://example.com/one"));
    assert_eq!(changed.expires_at, session.expires_at);
    assert_eq!(changed.last_accessed_at, session.last_accessed_at);
    // A loop in a page.
    let began = std::time::Instant::now();
    for number in 0..2_000 {
        page.is_renamed(&format!("Name {number}"), "https://example.com/one");
        tokio::task::yield_now().await;
    }
    let (count, last) = told("Name 1999").await;
    let most = began.elapsed().as_millis() / 400 + 2;
    assert!(count <= most, "{count} were told, {most} are allowed");
    assert_eq!(last.expires_at, session.expires_at);
    let known = house.session(&session).await;
    assert_eq!((known.title, known.expires_at), (last.title, session.expires_at));
    assert_eq!(known.credits, session.credits, "it costs nothing");
}
