//! The light of a connection and its sentence, for a server in every mood.

use std::time::{Duration, Instant};

use notex_hub::protocol::{
    Command, ConnectionState, Delta, FailureCode, KeepKey, Light, NoticeKind, Snapshot, StartForm,
};

use crate::scripted::{KEY, Mood, ScriptedServer, Window, hub_on};

fn is(light: Light) -> impl Fn(&Snapshot, &[Delta]) -> Option<ConnectionState> {
    move |shown, _| shown.connections.first().filter(|known| known.light == light).cloned()
}

fn start() -> Command {
    Command::StartSession { connection: "local".to_owned(), options: StartForm::default() }
}

/// The lights that the connection has shown, one after the other.
fn lights(window: &Window) -> Vec<Light> {
    let mut lights: Vec<Light> = window
        .deltas
        .iter()
        .filter_map(|delta| match delta {
            Delta::Connection(known) => Some(known.light),
            _ => None,
        })
        .collect();
    lights.dedup();
    lights
}

#[tokio::test]
async fn each_mood_of_a_server_has_its_light_and_its_sentence_and_none_is_for_ever() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = Window::open(&hub).await;
    window.until("ready", is(Light::Ready)).await;
    for (mood, light, code, words) in [
        (Mood::Page, Light::Down, FailureCode::Other, "answered something that is not NotexAI's"),
        (Mood::Nonsense, Light::Down, FailureCode::Other, "answered something that is not NotexAI's"),
        (Mood::Huge, Light::Down, FailureCode::Other, "answered something that is not NotexAI's"),
        (Mood::NoKey, Light::Degraded, FailureCode::WrongKey, "The API key is not valid."),
    ] {
        server.is_in(mood);
        let shown = window
            .until(words, |shown, _| {
                let known = shown.connections.first()?;
                let said = known.failure.as_ref()?;
                (said.message.contains(words) && known.light == light).then(|| known.clone())
            })
            .await;
        let failure = shown.failure.unwrap();
        assert_eq!(failure.code, code, "{mood:?}: {failure}");
        assert!(failure.hint.is_some_and(|hint| hint.ends_with('.')), "{mood:?} has no hint");
        assert!(shown.retry_at.is_some(), "{mood:?} is tried again");
        server.is_in(Mood::Well);
        // A person need not wait for it.
        hub.send(Command::Reconnect { connection: "local".to_owned() }).await.unwrap();
        let well = window.until("ready again", is(Light::Ready)).await;
        assert_eq!((well.failure, well.retry_at), (None, None));
    }
}

#[tokio::test]
async fn a_key_that_is_taken_no_more_is_seen_at_the_next_call_and_taken_again_by_itself() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = Window::open(&hub).await;
    window.until("ready", is(Light::Ready)).await;
    // Its stream of events goes on: nothing but a call can tell.
    server.script.mood.send_replace(Mood::NoKey);
    assert_eq!(hub.send(start()).await.unwrap_err().code, FailureCode::WrongKey);
    let refused = window.until("no key", is(Light::Degraded)).await;
    assert_eq!(refused.failure.unwrap().code, FailureCode::WrongKey);
    window.until("it is tried", |shown, _| shown.connections[0].retry_at).await;
    window.deltas.clear();
    let until = window.shown.connections[0].retry_at;
    window
        .until("another try", |shown, _| {
            (shown.connections[0].retry_at.is_some_and(|at| Some(at) > until)).then_some(())
        })
        .await;
    assert_eq!(lights(&window), [Light::Degraded], "health is told to everybody and proves nothing");
    server.script.mood.send_replace(Mood::Well);
    window.until("ready by itself", is(Light::Ready)).await;
    hub.send(start()).await.unwrap();
}

#[tokio::test]
async fn a_server_that_answers_too_late_is_connecting_and_then_down_and_its_events_wait_for_nothing() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    server.is_in(Mood::Slow);
    let (hub, begun) = (hub_on(&server.base_url, KEY, folder.path()), Instant::now());
    let mut window = Window::open(&hub).await;
    assert_eq!(window.shown.connections[0].light, Light::Connecting);
    let late = window.until("down", is(Light::Down)).await;
    assert!(begun.elapsed() >= Duration::from_secs(10));
    let failure = late.failure.unwrap();
    assert!(failure.message.ends_with("did not answer within 10 s."), "{failure}");
    assert_eq!(failure.code, FailureCode::Unreachable);
    server.is_in(Mood::Well);
    window.until("ready", is(Light::Ready)).await;
}

#[tokio::test]
async fn an_event_without_an_end_is_not_read_to_its_end() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    server.is_in(Mood::Endless);
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = Window::open(&hub).await;
    let failure = window
        .until("the sentence", |shown, _| {
            shown.connections[0]
                .failure
                .clone()
                .filter(|failure| failure.message.contains("an event over 4 MB"))
        })
        .await;
    assert_eq!(failure.code, FailureCode::Other);
    server.is_in(Mood::Well);
    window.until("ready", is(Light::Ready)).await;
    let lost = window.shown.notices.iter().filter(|notice| notice.kind == NoticeKind::Lost).count();
    assert!(lost <= 1, "it is told {lost} times");
}

#[tokio::test]
async fn a_web_site_is_no_server_and_one_without_a_list_is_ready_all_the_same() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on("http://127.0.0.1:9", KEY, folder.path());
    let mut window = Window::open(&hub).await;
    server.is_in(Mood::Page);
    let command = Command::AddConnection {
        name: "Cloud".to_owned(),
        base_url: server.base_url.clone(),
        api_key: KEY.to_owned(),
        keep_key: KeepKey::Memory,
    };
    let added = hub.send(command).await.unwrap().connection.unwrap();
    let of = |shown: &Snapshot| shown.connections.iter().find(|known| known.id == added).cloned();
    let failure = window.until("why", |shown, _| of(shown)?.failure).await;
    assert!(failure.message.contains("this is a web site, not a NotexAI server"), "{failure}");
    assert_eq!(of(&window.shown).unwrap().light, Light::Down);
    server.is_in(Mood::Well);
    window.until("ready", |shown, _| (of(shown)?.light == Light::Ready).then_some(())).await;
}
