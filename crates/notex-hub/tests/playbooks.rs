//! Playbooks: a real hub over real HTTP to a scripted server, seen through its events.

#[path = "playbooks/clocks.rs"]
mod clocks;
#[path = "playbooks/compare.rs"]
mod compare;
#[path = "playbooks/files.rs"]
mod files;
#[path = "playbooks/flows.rs"]
mod flows;
#[path = "playbooks/history.rs"]
mod history;
#[path = "playbooks/lights.rs"]
mod lights;
#[path = "playbooks/models.rs"]
mod models;
#[path = "playbooks/notices.rs"]
mod notices;
#[path = "playbooks/reports.rs"]
mod reports;
mod scripted;

use std::sync::atomic::Ordering;

use chrono::{TimeDelta, Utc};
use notex_hub::protocol::{
    CallStatus, Command, Delta, FailureCode, KeepKey, Light, Query, SessionPhase, StartForm,
};
use notex_hub::{ApiKey, Hub, HubOptions, LocalEngine, Saved};
use notex_session::{Credits, EndReason};
use scripted::{KEY, Mood, ScriptedServer, Window, hub_on, session};
use serde_json::json;

fn start() -> Command {
    Command::StartSession { connection: "local".to_owned(), options: StartForm::default() }
}

async fn ready(hub: &Hub) -> Window {
    let mut window = Window::open(hub).await;
    window
        .until("a ready connection", |shown, _| (shown.connections[0].light == Light::Ready).then_some(()))
        .await;
    window.until("its credits", |shown, _| shown.connections[0].credits.clone()).await;
    window
}

fn ended(phase: &SessionPhase) -> Option<EndReason> {
    match phase {
        SessionPhase::Ended { reason, .. } => Some(*reason),
        SessionPhase::Live { .. } | SessionPhase::Ending => None,
    }
}

#[tokio::test]
async fn a_started_session_is_shown_with_its_deadline_and_is_on_disk_when_start_returns() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    let outcome = hub.send(start()).await.unwrap();
    assert_eq!(outcome.session.as_deref(), Some("s-1"));
    let journal = std::fs::read_to_string(folder.path().join("live-sessions")).unwrap();
    assert!(journal.contains("+\tlocal\ts-1"), "{journal}");
    let shown = window.until("the session", |shown, _| shown.sessions.first().cloned()).await;
    let SessionPhase::Live { expires_at: Some(expires_at) } = shown.phase else {
        panic!("{:?}", shown.phase)
    };
    assert!((expires_at - Utc::now() - TimeDelta::minutes(5)).abs() < TimeDelta::seconds(5));
}

#[tokio::test]
async fn a_session_that_the_server_ends_is_shown_as_ended_with_the_reason() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    hub.send(start()).await.unwrap();
    let mut lost = session("s-1", "error", None);
    lost["close_reason"] = "error".into();
    lost["error"] = "Chromium ended (signal 9)".into();
    server.tell(json!({"type": "session_ended", "session": lost}));
    let detail = window
        .until("the end", |shown, _| match &shown.sessions.first()?.phase {
            SessionPhase::Ended { reason: EndReason::Error, detail, .. } => detail.clone(),
            SessionPhase::Ended { .. } | SessionPhase::Live { .. } | SessionPhase::Ending => None,
        })
        .await;
    assert_eq!(detail, "Chromium ended (signal 9)");
    let journal = std::fs::read_to_string(folder.path().join("live-sessions")).unwrap();
    assert!(journal.ends_with("-\tlocal\ts-1\n"), "forgotten only after an observed end: {journal}");
}

#[tokio::test]
async fn a_passed_deadline_is_confirmed_by_asking_the_server() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    *server.script.lifetime.lock().unwrap() = TimeDelta::milliseconds(300);
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    hub.send(start()).await.unwrap();
    let is_ending = |shown: &notex_hub::protocol::Snapshot| {
        shown.sessions.first()?.phase.eq(&SessionPhase::Ending).then_some(())
    };
    window.until("ending", |shown, _| is_ending(shown)).await;
    // The server still says active and says when; only when it reports the end is the end shown.
    let mut timed_out = session("s-1", "timed_out", None);
    timed_out["close_reason"] = "idle_timeout".into();
    server.script.sessions.lock().unwrap().insert("s-1".to_owned(), timed_out);
    let reason = window.until("the end", |shown, _| ended(&shown.sessions.first()?.phase)).await;
    assert_eq!(reason, EndReason::IdleTimeout);
}

#[tokio::test]
async fn an_observe_shows_its_call_its_actions_and_what_it_cost() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    server.script.hold_observe.add_permits(1);
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    hub.send(start()).await.unwrap();
    let url = Some("http://shop.local/search".to_owned());
    hub.send(Command::Observe { session: "s-1".to_owned(), url, max_actions: None }).await.unwrap();
    let observation = window
        .until("the observation", |_, deltas| {
            deltas.iter().find_map(|delta| match delta {
                Delta::Observation(observation) => Some(observation.clone()),
                _ => None,
            })
        })
        .await;
    assert_eq!(observation.actions[0].id, "B1");
    let detail = hub.query(Query::Session { session: "s-1".to_owned() }).await.unwrap();
    let notex_hub::protocol::Answer::Session(detail) = detail else { panic!("{detail:?}") };
    assert_eq!(detail.calls.iter().map(|call| call.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(detail.calls[1].what, "/search · 1 action");
    assert_eq!(detail.calls[1].credits, Some(Credits::from_thousandths(1200)));
    assert_eq!(detail.calls[1].status, CallStatus::Done { http_status: 200 });
    window
        .until("the credits that remain", |shown, _| {
            let credits = shown.connections[0].credits.as_ref()?;
            (credits.remaining == Credits::from_thousandths(98_700)).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_call_that_is_cancelled_ends_at_once_and_frees_the_session() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    hub.send(start()).await.unwrap();
    let observing = hub.clone();
    let call = tokio::spawn(async move {
        observing.send(Command::Observe { session: "s-1".to_owned(), url: None, max_actions: None }).await
    });
    window.until("a running call", |shown, _| shown.sessions.first()?.busy).await;
    hub.send(Command::CancelCall { session: "s-1".to_owned() }).await.unwrap();
    assert_eq!(call.await.unwrap().unwrap_err().code, FailureCode::Cancelled);
    window.until("a free session", |shown, _| shown.sessions.first()?.busy.is_none().then_some(())).await;
    server.script.hold_observe.add_permits(2);
    hub.send(Command::Observe { session: "s-1".to_owned(), url: None, max_actions: None }).await.unwrap();
}

#[tokio::test]
async fn a_close_is_verified_and_a_lie_is_told() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    for _ in 0..2 {
        hub.send(start()).await.unwrap();
    }
    hub.send(Command::CloseSession { session: "s-1".to_owned() }).await.unwrap();
    let of = |id: &'static str| {
        move |shown: &notex_hub::protocol::Snapshot| {
            ended(&shown.sessions.iter().find(|known| known.id == id)?.phase)
        }
    };
    assert_eq!(window.until("the end", |shown, _| of("s-1")(shown)).await, EndReason::Manual);
    server.script.lie_about_close.store(true, Ordering::SeqCst);
    let failure = hub.send(Command::CloseSession { session: "s-2".to_owned() }).await.unwrap_err();
    assert!(failure.message.contains("still lists it as active"), "{failure}");
    let known = window
        .until("what differs", |shown, _| {
            shown.sessions.iter().find(|known| known.id == "s-2" && known.disagreement.is_some()).cloned()
        })
        .await;
    assert!(matches!(known.phase, SessionPhase::Live { .. }), "it may cost: {:?}", known.phase);
    // It can be closed again, and then nothing differs any more.
    server.script.lie_about_close.store(false, Ordering::SeqCst);
    hub.send(Command::CloseSession { session: "s-2".to_owned() }).await.unwrap();
    assert_eq!(window.until("the end", |shown, _| of("s-2")(shown)).await, EndReason::Manual);
    let agreed = window.shown.sessions.iter().find(|known| known.id == "s-2").unwrap();
    assert_eq!(agreed.disagreement, None);
}

#[tokio::test]
async fn a_session_that_its_server_does_not_end_is_said_to_be_overdue() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    *server.script.lifetime.lock().unwrap() = TimeDelta::milliseconds(100);
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    hub.send(start()).await.unwrap();
    let sentence =
        window.until("what differs", |shown, _| shown.sessions.first()?.disagreement.clone()).await;
    assert_eq!(sentence, "Its deadline has passed, and the server still lists it as active.");
    assert_eq!(window.shown.sessions[0].phase, SessionPhase::Ending);
    // A call made elsewhere moved it after all.
    let moved = session("s-1", "active", Some(Utc::now() + TimeDelta::minutes(5)));
    server.tell(json!({"type": "session_changed", "session": moved}));
    window
        .until("that they agree", |shown, _| {
            let known = shown.sessions.first()?;
            (known.disagreement.is_none() && matches!(known.phase, SessionPhase::Live { .. })).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_close_that_cannot_be_verified_is_said_and_the_session_stays_noted_until_it_was_looked_up() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    hub.send(start()).await.unwrap();
    *server.script.after_close.lock().unwrap() = Some(Mood::HangsUp);
    let failure = hub.send(Command::CloseSession { session: "s-1".to_owned() }).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::Unreachable);
    assert!(failure.message.contains("could not be asked again"), "{failure}");
    let journal = || std::fs::read_to_string(folder.path().join("live-sessions")).unwrap();
    assert!(journal().ends_with("+\tlocal\ts-1\n"), "{}", journal());
    server.is_in(Mood::HangsUp);
    window.until("down", |shown, _| (shown.connections[0].light == Light::Down).then_some(())).await;
    server.is_in(Mood::Well);
    window.until("ready", |shown, _| (shown.connections[0].light == Light::Ready).then_some(())).await;
    // What is told after the list was read.
    hub.send(start()).await.unwrap();
    assert!(journal().contains("-\tlocal\ts-1\n") && !journal().ends_with("s-1\n"), "{}", journal());
    let opened = Window::open(&hub).await;
    let known = opened.shown.sessions.iter().find(|known| known.id == "s-1").unwrap();
    assert_eq!(ended(&known.phase), Some(EndReason::Manual));
}

#[tokio::test]
async fn a_wrong_key_is_said_and_nothing_is_started() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, "sk-wrong", folder.path());
    let mut window = Window::open(&hub).await;
    let failure = window.until("the failure", |shown, _| shown.connections[0].failure.clone()).await;
    assert_eq!(failure.code, FailureCode::WrongKey);
    assert_eq!(window.shown.connections[0].light, Light::Degraded);
    assert_eq!(hub.send(start()).await.unwrap_err().code, FailureCode::WrongKey);
    assert!(server.script.sessions.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_server_that_comes_back_is_found_again_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start().await;
    let address = server.base_url.trim_start_matches("http://").to_owned();
    server.stop();
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = Window::open(&hub).await;
    window.until("down", |shown, _| (shown.connections[0].light == Light::Down).then_some(())).await;
    let back = ScriptedServer::start_at(&address).await;
    window.until("ready", |shown, _| (shown.connections[0].light == Light::Ready).then_some(())).await;
    assert_eq!(back.base_url, server.base_url);
}

#[tokio::test]
async fn a_session_of_an_earlier_run_is_looked_up_and_forgotten_when_the_server_does_not_know_it() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("live-sessions"), "+\tlocal\ts-old\n+\tlocal\ts-gone\n").unwrap();
    let old = session("s-old", "active", None);
    server.script.sessions.lock().unwrap().insert("s-old".to_owned(), old);
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = Window::open(&hub).await;
    window
        .until("the old session", |shown, _| shown.sessions.iter().find(|known| known.id == "s-old").cloned())
        .await;
    let journal = folder.path().join("live-sessions");
    window.until("ready", |shown, _| shown.connections[0].credits.as_ref().map(|_| ())).await;
    let text = std::fs::read_to_string(journal).unwrap();
    assert!(text.contains("-\tlocal\ts-gone") && !text.contains("-\tlocal\ts-old"), "{text}");
}

#[tokio::test]
async fn that_a_session_was_started_here_is_known_to_the_next_run_also_after_its_end() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let first = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&first).await;
    for _ in 0..2 {
        first.send(start()).await.unwrap();
    }
    first.send(Command::CloseSession { session: "s-1".to_owned() }).await.unwrap();
    window.until("both", |shown, _| (shown.sessions.len() == 2).then_some(())).await;
    first.stop().await;
    drop((first, window));
    // One ends while nobody looks, and a third is not of here.
    let mut lost = session("s-2", "timed_out", None);
    lost["close_reason"] = "idle_timeout".into();
    let strange = session("s-3", "closed", None);
    server.script.sessions.lock().unwrap().extend([("s-2".to_owned(), lost), ("s-3".to_owned(), strange)]);
    for _ in 0..2 {
        let again = hub_on(&server.base_url, KEY, folder.path());
        let mut window = Window::open(&again).await;
        window.until("all three", |shown, _| (shown.sessions.len() == 3).then_some(())).await;
        let mut of_here: Vec<_> =
            window.shown.sessions.iter().map(|known| (known.id.as_str(), known.started_here)).collect();
        of_here.sort_unstable();
        assert_eq!(of_here, [("s-1", true), ("s-2", true), ("s-3", false)]);
        again.stop().await;
    }
}

#[tokio::test]
async fn a_key_kept_for_this_run_is_in_no_setting_and_no_event() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let saved = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let written = saved.clone();
    let hub = Hub::start(HubOptions {
        data_dir: folder.path().to_owned(),
        saved: Saved::default(),
        save: Box::new(move |saved| {
            *written.lock().unwrap() = serde_json::to_string(saved).unwrap();
            Ok(())
        }),
        practice_url: None,
        local_model: notex_hub::LocalModel::default(),
        log: notex_hub::LogHandle::default(),
        start_local_engine: Box::new(|| {
            Box::pin(async {
                Ok(LocalEngine { base_url: "http://127.0.0.1:9".to_owned(), key: ApiKey::new("none") })
            })
        }),
    })
    .unwrap();
    let mut window = Window::open(&hub).await;
    let command = Command::AddConnection {
        name: "Cloud".to_owned(),
        base_url: server.base_url.clone(),
        api_key: KEY.to_owned(),
        keep_key: KeepKey::Memory,
    };
    let connection = hub.send(command).await.unwrap().connection.unwrap();
    window
        .until("the new connection", |shown, _| {
            shown
                .connections
                .iter()
                .find(|known| known.id == connection && known.light == Light::Ready)
                .cloned()
        })
        .await;
    let saved = saved.lock().unwrap().clone();
    assert!(saved.contains("Cloud") && !saved.contains(KEY), "{saved}");
    assert!(!format!("{:?}", window.shown).contains(KEY));
    hub.send(Command::RemoveConnection { connection }).await.unwrap();
    window.until("its end", |shown, _| (shown.connections.len() == 1).then_some(())).await;
}

#[tokio::test]
async fn a_window_that_falls_behind_is_given_a_snapshot_and_no_endless_queue() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut watching = ready(&hub).await;
    let mut slow = hub.subscribe().await;
    for minutes in 0..200 {
        let mut settings = watching.shown.settings.clone();
        settings.timeout_minutes = minutes % 30 + 1;
        hub.send(Command::SaveSettings { settings: Box::new(settings) }).await.unwrap();
    }
    watching.until("the last setting", |shown, _| (shown.settings.timeout_minutes == 20).then_some(())).await;
    let mut received = Vec::new();
    while let Some(event) = slow.next_now() {
        received.push(event);
    }
    assert!(received.len() <= 64, "{} events waited", received.len());
    // It reads again: the next event is the whole state.
    let next = slow.next().await.unwrap();
    let notex_hub::protocol::News::Snapshot(snapshot) = next.news else { panic!("deltas after a gap") };
    assert_eq!(snapshot.settings.timeout_minutes, 20);
}

#[tokio::test]
async fn a_timeout_outside_its_range_is_refused_by_name() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    for timeout_minutes in [-1, 0, 31] {
        let options = StartForm { timeout_minutes, ..StartForm::default() };
        let command = Command::StartSession { connection: "local".to_owned(), options };
        let refused = hub.send(command).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.message.as_str()),
            (FailureCode::Invalid, "Timeout must be from 1 to 30 minutes.")
        );
    }
    assert!(server.script.sessions.lock().unwrap().is_empty(), "nothing was sent");
}
