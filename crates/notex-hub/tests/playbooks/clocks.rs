//! What a clock that is set and a machine that sleeps do to countdowns and notices.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use notex_hub::WallClock;
use notex_hub::protocol::{Command, Delta, NoticeKind, SessionPhase, Snapshot, StartForm};
use serde_json::json;

use crate::scripted::{KEY, ScriptedServer, Window, hub_by, session};

/// The clock of this machine, which a test sets.
#[derive(Clone, Default)]
pub(super) struct Watch(Arc<Mutex<TimeDelta>>);

impl Watch {
    pub(super) fn now(&self) -> DateTime<Utc> {
        Utc::now() + *self.0.lock().unwrap()
    }

    pub(super) fn goes(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }

    pub(super) fn clock(&self) -> WallClock {
        let watch = self.clone();
        WallClock::new(move || watch.now())
    }
}

fn start(keep_alive: bool) -> Command {
    let options = StartForm { keep_alive, ..StartForm::default() };
    Command::StartSession { connection: "local".to_owned(), options }
}

fn phase<'a>(shown: &'a Snapshot, id: &str) -> Option<&'a SessionPhase> {
    shown.sessions.iter().find(|known| known.id == id).map(|known| &known.phase)
}

/// How long a session is shown to live.
fn left(shown: &Snapshot, id: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    match phase(shown, id)? {
        SessionPhase::Live { expires_at } => expires_at.map(|at| at - now),
        SessionPhase::Ending | SessionPhase::Ended { .. } => None,
    }
}

fn is_about(left: TimeDelta, minutes: i64) -> bool {
    (left - TimeDelta::minutes(minutes)).abs() < TimeDelta::seconds(10)
}

#[tokio::test]
async fn a_clock_that_is_set_an_hour_on_or_back_leaves_countdowns_right_and_tells_nothing() {
    for by in [1, -1, 24].map(TimeDelta::hours) {
        let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
        let watch = Watch::default();
        let hub = hub_by(&server.base_url, KEY, folder.path(), watch.clock());
        let mut window = Window::open(&hub).await;
        window.until("its credits", |shown, _| shown.connections[0].credits.clone()).await;
        for keep_alive in [false, true] {
            hub.send(start(keep_alive)).await.unwrap();
        }
        window.until("both", |shown, _| (shown.sessions.len() == 2).then_some(())).await;
        let credits = window.shown.connections[0].credits.clone();
        window.deltas.clear();
        watch.goes(by);
        let seen = watch.clone();
        window
            .until("the countdown by the new clock", |shown, _| {
                left(shown, "s-1", seen.now()).filter(|left| is_about(*left, 5))
            })
            .await;
        let wrong: Vec<&Delta> = window
            .deltas
            .iter()
            .filter(|delta| match delta {
                Delta::Notice(_) => true,
                Delta::Session(known) => !matches!(known.phase, SessionPhase::Live { .. }),
                _ => false,
            })
            .collect();
        assert!(wrong.is_empty(), "{by}: {wrong:?}");
        let again = window.shown.connections[0].credits.clone();
        assert_eq!(again.map(|now| now.today), credits.map(|before| before.today), "{by}: no day began");
        // What the server tells from now on is shown by the new clock, too.
        let changed = session("s-1", "active", Some(Utc::now() + TimeDelta::minutes(9)));
        server.tell(json!({"type": "session_changed", "session": changed}));
        window
            .until("a call made elsewhere", |shown, _| {
                left(shown, "s-1", seen.now()).filter(|left| is_about(*left, 9))
            })
            .await;
        assert!(window.shown.notices.is_empty(), "{by}: {:?}", window.shown.notices);
    }
}

#[tokio::test]
async fn after_a_sleep_of_ten_minutes_what_ended_is_told_once_and_what_lives_counts_on() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let watch = Watch::default();
    let hub = hub_by(&server.base_url, KEY, folder.path(), watch.clock());
    let mut window = Window::open(&hub).await;
    window.until("its credits", |shown, _| shown.connections[0].credits.clone()).await;
    hub.send(start(false)).await.unwrap();
    *server.script.lifetime.lock().unwrap() = TimeDelta::minutes(30);
    hub.send(start(false)).await.unwrap();
    hub.send(start(true)).await.unwrap();
    window.until("all three", |shown, _| (shown.sessions.len() == 3).then_some(())).await;
    // The server did not sleep: it ended the first one, and its stream of events is broken.
    let sleep = TimeDelta::minutes(10);
    *server.script.clock_off.lock().unwrap() = sleep;
    let mut ended = session("s-1", "timed_out", None);
    ended["close_reason"] = "idle_timeout".into();
    ended["closed_at"] = json!(Utc::now() + TimeDelta::minutes(5));
    server.script.sessions.lock().unwrap().insert("s-1".to_owned(), ended);
    server.is_in(crate::scripted::Mood::Well);
    watch.goes(sleep);
    let at = window
        .until("its end", |shown, _| match phase(shown, "s-1")? {
            SessionPhase::Ended { at, .. } => Some(*at),
            SessionPhase::Live { .. } | SessionPhase::Ending => None,
        })
        .await;
    let since = watch.now() - at;
    assert!(is_about(since, 5), "it ended in the middle of the sleep, {since} ago");
    let seen = watch.clone();
    window
        .until("what is left of the second", |shown, _| {
            left(shown, "s-2", seen.now()).filter(|left| is_about(*left, 20))
        })
        .await;
    assert_eq!(phase(&window.shown, "s-3"), Some(&SessionPhase::Live { expires_at: None }));
    window
        .until("the notice", |shown, _| {
            shown.notices.iter().any(|notice| notice.kind == NoticeKind::Ended).then_some(())
        })
        .await;
    // Another deadline is set, so all that came of the sleep was told before.
    server.tell(json!({"type": "session_changed", "session": session("s-3", "active", None)}));
    hub.send(start(true)).await.unwrap();
    window.until("a fourth", |shown, _| phase(shown, "s-4").cloned()).await;
    let kinds: Vec<NoticeKind> = window.shown.notices.iter().map(|notice| notice.kind).collect();
    assert_eq!(kinds, [NoticeKind::Ended], "{:?}", window.shown.notices);
}
