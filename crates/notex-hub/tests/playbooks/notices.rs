//! Notices, calls made elsewhere and what the clock does, seen through a window.

use crate::scripted::{KEY, ScriptedServer, Window, hub_on, session};
use chrono::{TimeDelta, Utc};
use notex_hub::Hub;
use notex_hub::protocol::{
    Answer, CallStatus, Command, Delta, Dialect, Light, NoticeKind, Query, SessionPhase, Snapshot, StartForm,
};
use notex_session::Credits;
use notex_wire::CallKind;
use serde_json::{Value, json};

fn start(keep_alive: bool) -> Command {
    let options = StartForm { keep_alive, ..StartForm::default() };
    Command::StartSession { connection: "local".to_owned(), options }
}

async fn ready(hub: &Hub) -> Window {
    let mut window = Window::open(hub).await;
    window.until("its credits", |shown, _| shown.connections[0].credits.clone()).await;
    window
}

fn told(shown: &Snapshot, kind: NoticeKind) -> usize {
    shown.notices.iter().filter(|notice| notice.kind == kind).count()
}

fn ended_by(id: &str, reason: &str) -> Value {
    let mut ended = session(id, "timed_out", None);
    ended["close_reason"] = reason.into();
    json!({"type": "session_ended", "session": ended})
}

#[tokio::test]
async fn a_session_is_warned_of_once_for_each_deadline_and_told_when_it_ends() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    // Its deadline comes in 40 seconds: within the 45 that the warning comes before.
    *server.script.lifetime.lock().unwrap() = TimeDelta::seconds(40);
    hub.send(start(false)).await.unwrap();
    let warning = window
        .until("the warning", |shown, _| {
            shown.notices.iter().find(|notice| notice.kind == NoticeKind::ExpiresSoon).cloned()
        })
        .await;
    assert_eq!(warning.session.as_deref(), Some("s-1"));
    let again = |seconds| {
        let changed = session("s-1", "active", Some(Utc::now() + TimeDelta::seconds(seconds)));
        json!({"type": "session_changed", "session": changed})
    };
    server.tell(again(30));
    window
        .until("another deadline", |shown, _| (told(shown, NoticeKind::ExpiresSoon) == 2).then_some(()))
        .await;
    server.tell(ended_by("s-1", "idle_timeout"));
    window.until("the end", |shown, _| (told(shown, NoticeKind::Ended) == 1).then_some(())).await;
    assert_eq!(told(&window.shown, NoticeKind::ExpiresSoon), 2);
    let opened = Window::open(&hub).await;
    assert_eq!(opened.shown.notices.len(), 3, "a window that opens later is given them");
}

#[tokio::test]
async fn a_session_closed_here_is_no_news_and_many_ends_at_once_are_one_notice() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    for _ in 0..6 {
        hub.send(start(true)).await.unwrap();
    }
    let closed = hub.send(Command::CloseSessions { sessions: vec!["s-1".to_owned()] }).await.unwrap().closed;
    assert!(closed[0].failure.is_none());
    assert_eq!(told(&Window::open(&hub).await.shown, NoticeKind::Ended), 0);
    server.tell_all((2..=6).map(|number| ended_by(&format!("s-{number}"), "max_duration")));
    let text = window
        .until("the notice", |shown, _| {
            shown.notices.iter().find(|notice| notice.kind == NoticeKind::Ended).cloned()
        })
        .await;
    assert!(text.title.contains("ended"), "{text:?}");
    assert_eq!(told(&window.shown, NoticeKind::Orphan), 0, "all were started here");
}

#[tokio::test]
async fn a_kept_session_that_nobody_here_started_is_an_orphan() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    server.tell(json!({"type": "session_started", "session": session("s-strange", "active", None)}));
    let orphan = window
        .until("the orphan", |shown, _| {
            shown.notices.iter().find(|notice| notice.kind == NoticeKind::Orphan).cloned()
        })
        .await;
    assert_eq!(orphan.session.as_deref(), Some("s-strange"));
    assert!(!window.shown.sessions[0].started_here);
}

#[tokio::test]
async fn calls_made_elsewhere_are_listed_and_ours_never_twice() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    hub.send(start(false)).await.unwrap();
    let observing = hub.clone();
    let ours = tokio::spawn(async move {
        observing.send(Command::Observe { session: "s-1".to_owned(), url: None, max_actions: None }).await
    });
    window.until("our call", |shown, _| shown.sessions.first()?.busy).await;
    let at = Utc::now();
    server.tell(json!({"type": "call_started", "session_id": "s-1", "call": "observe", "at": at}));
    server.script.hold_observe.add_permits(1);
    ours.await.unwrap().unwrap();
    let end = |call: &str, at| {
        json!({"type": "call_ended", "session_id": "s-1", "call": call, "at": at, "took_ms": 12.5,
            "credits": 1.0, "failure": null})
    };
    server.tell(end("observe", at));
    server.tell(json!({"type": "call_started", "session_id": "s-1", "call": "step", "at": at}));
    let busy = window.until("their call", |shown, _| shown.sessions.first()?.busy).await;
    assert!(matches!(busy, CallKind::Step | CallKind::Observe));
    server.tell(end("step", at));
    window
        .until("its end", |shown, deltas| {
            let done = deltas.iter().any(|delta| {
                matches!(delta, Delta::Call(call) if call.what == "made elsewhere" && call.took_ms.is_some())
            });
            (done && shown.sessions[0].busy.is_none()).then_some(())
        })
        .await;
    let Answer::Session(detail) = hub.query(Query::Session { session: "s-1".to_owned() }).await.unwrap()
    else {
        panic!("another answer")
    };
    let calls: Vec<_> = detail.calls.iter().map(|call| (call.number, call.kind)).collect();
    assert_eq!(calls, [(1, CallKind::Start), (2, CallKind::Observe), (3, CallKind::Step)]);
    assert_eq!(detail.calls[2].credits, Some(Credits::whole(1)));
    assert_eq!(detail.calls[2].status, CallStatus::Done { http_status: 200 });
    assert_eq!(window.shown.sessions[0].last_call.as_deref(), Some("step made elsewhere"));
}

#[tokio::test]
async fn dialogs_and_downloads_are_told_and_a_flood_of_them_is_not() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    hub.send(start(false)).await.unwrap();
    let dialog = |number: usize| {
        json!({"type": "page", "session_id": "s-1", "event": {"kind": "dialog", "at": Utc::now(),
            "dialog": "alert", "message": format!("<script>{number}"), "accepted": true}})
    };
    server.tell_all((0..40).map(dialog));
    server.tell(ended_by("s-1", "error"));
    window.until("the end", |shown, _| (told(shown, NoticeKind::Ended) == 1).then_some(())).await;
    let told = told(&window.shown, NoticeKind::Dialog);
    assert!((1..=5).contains(&told), "{told} dialogs were told");
}

#[tokio::test]
async fn a_server_that_is_lost_and_comes_back_is_told_once_each() {
    let folder = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start().await;
    let address = server.base_url.trim_start_matches("http://").to_owned();
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    assert_eq!(window.shown.connections[0].dialect, Some(Dialect::Notex));
    assert!(window.shown.connections[0].can.extend);
    server.stop();
    server.hang_up();
    window.until("when it is tried", |shown, _| shown.connections[0].retry_at).await;
    window.until("lost", |shown, _| (told(shown, NoticeKind::Lost) == 1).then_some(())).await;
    let _back = ScriptedServer::start_at(&address).await;
    window.until("back", |shown, _| (told(shown, NoticeKind::Back) == 1).then_some(())).await;
    assert_eq!(told(&window.shown, NoticeKind::Lost), 1);
    window.until("ready", |shown, _| (shown.connections[0].light == Light::Ready).then_some(())).await;
}

#[tokio::test]
async fn a_server_whose_clock_is_two_minutes_off_leaves_the_countdown_right() {
    for off in [-2, 2].map(TimeDelta::minutes) {
        let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
        *server.script.clock_off.lock().unwrap() = off;
        let hub = hub_on(&server.base_url, KEY, folder.path());
        let mut window = ready(&hub).await;
        hub.send(start(false)).await.unwrap();
        let shown = window.until("the session", |shown, _| shown.sessions.first().cloned()).await;
        let SessionPhase::Live { expires_at: Some(expires_at) } = shown.phase else {
            panic!("{:?}", shown.phase)
        };
        let wrong = (expires_at - Utc::now() - TimeDelta::minutes(5)).abs();
        assert!(wrong < TimeDelta::seconds(5), "{wrong} off");
        assert!((shown.created_at - Utc::now()).abs() < TimeDelta::seconds(5));
    }
}
