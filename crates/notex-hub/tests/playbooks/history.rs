//! What is kept of sessions and calls, and found again by a later run.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper that fails is a test that fails"
)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use notex_archive::{Archive, CallFailure, NewCall, NewPart, Options, Page, PartKind, Timing, Words};
use notex_hub::protocol::{
    Answer, HistoryFilter, HistoryPage, HistorySizes, NoticeKind, Outcome, PastCall, PastCalls, PastHit,
    PastHits, PastSession, Settings, Whose,
};
use serde_json::Value;

use super::*;

async fn past(hub: &Hub, filter: HistoryFilter) -> HistoryPage {
    let query = Query::History { filter: Box::new(filter), offset: 0, limit: 100 };
    let Ok(Answer::History(page)) = hub.query(query).await else { panic!("the history answers") };
    page
}

async fn only(hub: &Hub) -> PastSession {
    let page = past(hub, HistoryFilter::default()).await;
    assert_eq!(page.total, 1, "{page:?}");
    page.sessions.into_iter().next().unwrap()
}

async fn calls_of(hub: &Hub, session: i64) -> PastCalls {
    let query = Query::HistoryCalls { session, offset: 0, limit: 100 };
    let Ok(Answer::HistoryCalls(calls)) = hub.query(query).await else { panic!("its calls are there") };
    calls
}

async fn call_of(hub: &Hub, session: i64, number: u32) -> PastCall {
    let query = Query::HistoryCall { session, number };
    let Ok(Answer::HistoryCall(call)) = hub.query(query).await else { panic!("the call is there") };
    *call
}

async fn search(hub: &Hub, typed: &str) -> PastHits {
    let query = Query::HistorySearch { typed: typed.to_owned(), offset: 0, limit: 100 };
    let Ok(Answer::HistorySearch(found)) = hub.query(query).await else { panic!("the history is searched") };
    *found
}

/// Waits until what the loop has handed in can be read.
async fn until_kept<T>(hub: &Hub, wanted: impl Fn(PastSession) -> Option<T>) -> T {
    let found = tokio::time::timeout(std::time::Duration::from_secs(20), async {
        loop {
            let page = past(hub, HistoryFilter::default()).await;
            if let Some(found) = page.sessions.into_iter().find_map(&wanted) {
                return found;
            }
            tokio::task::yield_now().await;
        }
    });
    found.await.expect("it is kept")
}

async fn observe(hub: &Hub, server: &ScriptedServer) -> Outcome {
    server.script.hold_observe.add_permits(1);
    let url = Some("http://shop.local/search".to_owned());
    hub.send(Command::Observe { session: "s-1".to_owned(), url, max_actions: None }).await.unwrap()
}

/// All bytes of all files below a folder.
pub(super) fn bytes_below(folder: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(if path.is_dir() { bytes_below(&path) } else { std::fs::read(&path).unwrap() });
    }
    bytes
}

#[tokio::test]
async fn a_session_its_calls_and_their_pictures_are_there_after_another_start() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    ready(&hub).await;
    hub.send(start()).await.unwrap();
    let picture = [0xff, 0xd8, 0xff, 7, 7, 7];
    server.script.page.lock().unwrap().insert("screenshot".to_owned(), json!(STANDARD.encode(picture)));
    observe(&hub, &server).await;
    hub.send(Command::CloseSession { session: "s-1".to_owned() }).await.unwrap();
    hub.stop().await;
    drop(hub);
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let session = only(&hub).await;
    assert_eq!((session.id.as_str(), session.calls, session.failed), ("s-1", 3, 0));
    assert_eq!(session.end.as_ref().and_then(|end| end.reason), Some(EndReason::Manual));
    assert!(session.started_here && session.connection == "local");
    let listed = calls_of(&hub, session.key).await;
    let kinds: Vec<String> = listed.calls.iter().map(|call| format!("{:?}", call.kind)).collect();
    assert_eq!(kinds, ["Start", "Observe", "Close"]);
    let observed = call_of(&hub, session.key, 2).await;
    assert_eq!(observed.call.credits, Some(Credits::from_thousandths(1_200)));
    assert_eq!(observed.call.what, listed.calls[1].what);
    let timing = observed.timing;
    let parts = [timing.connect_ms, timing.wait_ms, timing.receive_ms].map(Option::unwrap);
    assert!(parts.iter().sum::<f64>() <= timing.total_ms.unwrap() + 0.01, "{timing:?}");
    assert_eq!(observed.place.url, "http://shop.local/search");
    let sent = observed.request.unwrap();
    assert_eq!((&sent["url"], &sent["session_id"]), (&json!("http://shop.local/search"), &json!("s-1")));
    let answered = observed.response.unwrap();
    assert_eq!(answered["space"]["actions"][0]["description"], "Click Search");
    assert_eq!(answered["screenshot"], Value::Null, "it is beside the answer");
    let name = observed.call.picture.unwrap();
    assert_eq!(hub.picture(&name).await.unwrap().bytes, picture);
    let found = search(&hub, "\"click search\"").await;
    let [hit] = <[PastHit; 1]>::try_from(found.hits).unwrap();
    assert_eq!((hit.session.key, hit.call.number), (session.key, 2));
    let snippet = hit.snippet.unwrap();
    assert_eq!((snippet.of.as_str(), snippet.found.as_str()), ("answer", "Click Search"));
    assert_eq!(search(&hub, "nothing like it").await.total, 0);
    assert_eq!(search(&hub, "call:observe host:shop after:1h -status:error").await.total, 1);
    assert!(!bytes_below(folder.path()).windows(KEY.len()).any(|part| part == KEY.as_bytes()), "no key");
}

#[tokio::test]
async fn a_filter_that_cannot_be_asked_says_where_and_what_may_be_typed_is_offered() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    ready(&hub).await;
    hub.send(start()).await.unwrap();
    observe(&hub, &server).await;
    until_kept(&hub, |session| (session.calls == 2).then_some(())).await;
    let problem = search(&hub, "a\u{1f600} took:2s").await.problem.unwrap();
    assert_eq!((problem.from, problem.to), (9, 11));
    assert!(problem.sentence.contains("took:>2s"), "{}", problem.sentence);
    let query = Query::HistoryHelp { typed: "a\u{1f600} host:sh".to_owned(), at: 11 };
    let Ok(Answer::HistoryHelp(help)) = hub.query(query).await else { panic!("there is help") };
    assert_eq!((help.from, help.to, help.suggestions[0].text.as_str()), (9, 11, "shop.local"));
}

#[tokio::test]
async fn a_session_that_lives_on_over_a_restart_goes_on_counting_its_calls() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    ready(&hub).await;
    hub.send(start()).await.unwrap();
    observe(&hub, &server).await;
    hub.stop().await;
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    window.until("the session", |shown, _| shown.sessions.first().cloned()).await;
    observe(&hub, &server).await;
    let key = until_kept(&hub, |session| (session.calls == 3).then_some(session.key)).await;
    let numbers: Vec<u32> = calls_of(&hub, key).await.calls.iter().map(|call| call.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(only(&hub).await.end, None);
    let expires_at = Utc::now() - TimeDelta::minutes(1);
    let mut over = session("s-1", "timed_out", Some(expires_at));
    over["close_reason"] = json!("idle_timeout");
    server.tell(json!({ "type": "session_ended", "session": over }));
    let reason = until_kept(&hub, |session| session.end?.reason).await;
    assert_eq!(reason, EndReason::IdleTimeout);
}

#[tokio::test]
async fn what_is_typed_into_a_password_field_is_nowhere_on_the_disk_even_when_the_page_repeats_it() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    ready(&hub).await;
    hub.send(start()).await.unwrap();
    let field = json!({ "id": "I1", "description": "Fill Kennwort", "category": "Login", "label": "Kennwort",
        "params": [{ "name": "value", "type": "password" }] });
    let space =
        json!({ "description": "A login", "category": "auth", "special_actions": [], "actions": [field] });
    server.script.page.lock().unwrap().insert("space".to_owned(), space);
    observe(&hub, &server).await;
    let said = json!({ "title": "Welcome, correct horse", "url": "http://shop.local/?pass=correct+horse" });
    server.script.page.lock().unwrap().insert("metadata".to_owned(), said);
    let typed = Some("correct horse".to_owned());
    let session = "s-1".to_owned();
    hub.send(Command::Step { session, action: "I1".to_owned(), value: typed, enter: false }).await.unwrap();
    let key = until_kept(&hub, |session| (session.calls == 3).then_some(session.key)).await;
    let stepped = call_of(&hub, key, 3).await;
    assert_eq!(stepped.request.unwrap()["value"], "[not kept]");
    assert_eq!(stepped.place.title, "Welcome, [not kept]");
    let answered = stepped.response.unwrap();
    assert_eq!(answered["metadata"]["url"], "http://shop.local/?pass=[not kept]");
    hub.stop().await;
    for secret in ["correct horse", "correct+horse"] {
        let written = bytes_below(folder.path());
        assert!(!written.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
    }
}

#[tokio::test]
async fn headers_and_passwords_of_a_start_are_replaced_by_a_marker() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    ready(&hub).await;
    let header = |name: &str, value: &str| notex_hub::protocol::Header {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let options = StartForm {
        headers: vec![header("Authorization", "Bearer hush-hush"), header("X-Test", "plain")],
        ..StartForm::default()
    };
    hub.send(Command::StartSession { connection: "local".to_owned(), options }).await.unwrap();
    let key = until_kept(&hub, |session| (session.calls == 1).then_some(session.key)).await;
    let sent = call_of(&hub, key, 1).await.request.unwrap();
    assert_eq!(sent["extra_http_headers"], json!({ "Authorization": "[not kept]", "X-Test": "plain" }));
    hub.stop().await;
    assert!(!bytes_below(folder.path()).windows(9).any(|part| part == b"hush-hush"));
}

#[tokio::test]
async fn a_history_that_cannot_be_kept_is_told_once_and_everything_else_goes_on() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("history"), "in the way").unwrap();
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    let told = |shown: &notex_hub::protocol::Snapshot, deltas: &[Delta]| -> Vec<String> {
        let new = deltas.iter().filter_map(|delta| match delta {
            Delta::Notice(notice) => Some(notice),
            _ => None,
        });
        let all = shown.notices.iter().chain(new).filter(|notice| notice.kind == NoticeKind::History);
        all.map(|notice| notice.text.clone()).collect()
    };
    let text = window.until("the notice", |shown, deltas| told(shown, deltas).pop()).await;
    assert!(text.contains("cannot be used") && text.ends_with("calls are not kept."), "{text}");
    hub.send(start()).await.unwrap();
    observe(&hub, &server).await;
    hub.send(Command::CloseSession { session: "s-1".to_owned() }).await.unwrap();
    assert_eq!(told(&window.shown, &window.deltas).len(), 1);
    let query = Query::History { filter: Box::default(), offset: 0, limit: 1 };
    let refused = hub.query(query).await.unwrap_err();
    assert!(refused.message.contains("cannot be used"), "{refused}");
}

#[tokio::test]
async fn clearing_leaves_pinned_and_living_sessions_and_shorter_days_remove_at_once() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    ready(&hub).await;
    for _ in 0..3 {
        hub.send(start()).await.unwrap();
    }
    for id in ["s-1", "s-2"] {
        hub.send(Command::CloseSession { session: id.to_owned() }).await.unwrap();
    }
    let has_ended = |id: &'static str| {
        move |session: PastSession| (session.id == id && session.end.is_some()).then_some(session.key)
    };
    let (first, second) =
        (until_kept(&hub, has_ended("s-1")).await, until_kept(&hub, has_ended("s-2")).await);
    hub.send(Command::PinPast { session: first, pinned: true }).await.unwrap();
    hub.send(Command::ClearHistory).await.unwrap();
    let left = past(&hub, HistoryFilter::default()).await;
    let ids: Vec<&str> = left.sessions.iter().map(|session| session.id.as_str()).collect();
    assert!(ids.contains(&"s-1") && ids.contains(&"s-3") && ids.len() == 2, "{ids:?}");
    let gone = hub.query(Query::HistoryCalls { session: second, offset: 0, limit: 1 }).await.unwrap_err();
    assert!(gone.message.contains("does not hold this any more"), "{gone}");
    let Ok(Answer::HistorySizes(HistorySizes { sessions, bytes, .. })) = hub.query(Query::HistorySizes).await
    else {
        panic!("it has a size")
    };
    assert!(sessions == 2 && bytes > 0);
    hub.send(Command::RemovePast { session: first }).await.unwrap();
    assert_eq!(only(&hub).await.id, "s-3");
    hub.send(Command::DeletePast { session: first }).await.unwrap();
    assert!(past(&hub, HistoryFilter::default()).await.removed.is_empty());
    let living = only(&hub).await.key;
    hub.send(Command::RemovePast { session: living }).await.unwrap_err();
    let settings = Settings { history_days: 1, ..Settings::default() };
    hub.send(Command::SaveSettings { settings: Box::new(settings) }).await.unwrap();
    assert_eq!(only(&hub).await.id, "s-3", "what lives stays");
}

#[tokio::test]
async fn a_session_that_is_removed_can_be_brought_back_for_ten_minutes_also_after_another_start() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let watch = super::clocks::Watch::default();
    let start_hub = || crate::scripted::hub_by(&server.base_url, KEY, folder.path(), watch.clock());
    let hub = start_hub();
    ready(&hub).await;
    hub.send(start()).await.unwrap();
    observe(&hub, &server).await;
    hub.send(Command::CloseSession { session: "s-1".to_owned() }).await.unwrap();
    let kept =
        until_kept(&hub, |session| (session.calls == 3 && session.end.is_some()).then_some(session)).await;
    let session = kept.key;
    hub.send(Command::RemovePast { session }).await.unwrap();
    let page = past(&hub, HistoryFilter::default()).await;
    assert_eq!((page.total, page.removed.len()), (0, 1));
    assert_eq!(page.removed[0].session, kept);
    let left = page.removed[0].until - watch.now();
    assert!(left > TimeDelta::minutes(9) && left <= TimeDelta::minutes(10), "{left}");
    assert_eq!(search(&hub, "call:observe").await.total, 0);
    let gone = hub.query(Query::HistoryCalls { session, offset: 0, limit: 1 }).await.unwrap_err();
    assert!(gone.message.contains("does not hold this any more"), "{gone}");
    hub.stop().await;
    drop(hub);

    watch.goes(TimeDelta::minutes(5));
    let hub = start_hub();
    assert_eq!(past(&hub, HistoryFilter::default()).await.removed.len(), 1);
    hub.send(Command::BringBackPast { session }).await.unwrap();
    assert_eq!(only(&hub).await, kept);
    assert_eq!(calls_of(&hub, session).await.calls.len(), 3);
    hub.send(Command::DeletePast { session }).await.unwrap();
    assert_eq!(only(&hub).await, kept, "what was not removed is not deleted");
    hub.send(Command::RemovePast { session }).await.unwrap();
    hub.stop().await;
    drop(hub);

    watch.goes(TimeDelta::minutes(11));
    let hub = start_hub();
    let deleted = tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while !past(&hub, HistoryFilter::default()).await.removed.is_empty() {
            tokio::task::yield_now().await;
        }
    });
    deleted.await.expect("it is deleted");
    let late = hub.send(Command::BringBackPast { session }).await.unwrap_err();
    assert!(late.message.contains("deleted for good"), "{late}");
}

#[tokio::test]
async fn a_call_made_elsewhere_is_kept_as_far_as_it_is_known() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let alive = session("s-1", "active", Some(Utc::now() + TimeDelta::minutes(5)));
    server.script.sessions.lock().unwrap().insert("s-1".to_owned(), alive);
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    window.until("the session", |shown, _| shown.sessions.first().cloned()).await;
    assert_eq!(past(&hub, HistoryFilter::default()).await.total, 0, "nothing was called yet");
    let at = Utc::now();
    server.tell(json!({"type": "call_started", "session_id": "s-1", "call": "scrape", "at": at}));
    server
        .tell(json!({"type": "call_ended", "session_id": "s-1", "call": "scrape", "at": at, "took_ms": 12.5,
        "credits": 2, "failure": null}));
    let key = until_kept(&hub, |session| (session.calls == 1).then_some(session.key)).await;
    let kept = call_of(&hub, key, 1).await;
    assert!(kept.made_elsewhere && kept.request.is_none());
    assert_eq!((kept.call.took_ms, kept.call.credits), (Some(12.5), Some(Credits::whole(2))));
}

#[tokio::test]
async fn a_page_that_was_kept_is_served_without_scripts_origin_and_network_and_a_picture_small() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let page = "<!doctype html><title>Shop</title><script>fetch('http://evil.example')</script>";
    let snapshot = json!({ "html": page, "title": "Shop", "url": "http://shop.local/" });
    let mut drawn = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(1_280, 800).write_to(&mut drawn, image::ImageFormat::Png).unwrap();
    let part = |kind, media_type: &str, bytes| NewPart { kind, media_type: media_type.to_owned(), bytes };
    let failed = CallFailure {
        code: "action_impossible".to_owned(),
        message: "B3 is covered by div.cookie.".to_owned(),
        hint: None,
    };
    let network = json!([{ "id": "r1", "at": Utc::now(), "method": "GET", "url": "http://shop.local/api/items",
        "resource_type": "fetch", "status": 500 }]);
    let archive = Archive::open(Options::new(folder.path().join("history"))).unwrap().archive;
    let call = NewCall {
        connection: "local".to_owned(),
        session: "s-9".to_owned(),
        number: 1,
        kind: notex_wire::CallKind::Step,
        what: "B3 Click Search".to_owned(),
        made_elsewhere: false,
        request: None,
        response: None,
        http_status: Some(422),
        failure: Some(failed),
        started_at: Utc::now(),
        timing: Timing::default(),
        credits: None,
        reasons: Vec::new(),
        page: Page { title: "Shop".to_owned(), url: "http://shop.local/".to_owned() },
        action_count: None,
        words: Words::default(),
        parts: vec![
            part(PartKind::Dom, "application/json", snapshot.to_string().into_bytes()),
            part(PartKind::Screenshot, "image/png", drawn.into_inner()),
            part(PartKind::Network, "application/json", network.to_string().into_bytes()),
        ],
    };
    archive.keep_call(call).unwrap();
    archive.close();
    drop(archive);
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let kept = call_of(&hub, only(&hub).await.key, 1).await;
    let why = kept.explanation.unwrap();
    assert_eq!(why.sentence, "Something lies over B3: div.cookie.");
    assert!(why.evidence.iter().any(|line| line == "GET /api/items answered 500."), "{why:?}");
    let name = kept.page.unwrap();
    let served = hub.serve(&name, Some("page")).await.unwrap();
    let policy = served.policy.unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.ends_with("sandbox"), "{policy}");
    assert!(String::from_utf8(served.bytes).unwrap().starts_with("<!doctype html><meta http-equiv"));
    for as_picture in [None, Some("small"), Some("other")] {
        hub.serve(&name, as_picture).await.unwrap_err();
    }
    let picture = kept.call.picture.unwrap();
    let small = hub.serve(&picture, Some("small")).await.unwrap();
    assert_eq!((small.media_type, small.policy), ("image/jpeg", None));
    assert!(image::load_from_memory(&small.bytes).unwrap().width() == 240);
    hub.serve(&picture, Some("page")).await.unwrap_err();
    let query =
        |session: &str| Query::HistorySession { connection: "local".to_owned(), session: session.to_owned() };
    let Ok(Answer::HistorySession(Some(found))) = hub.query(query("s-9")).await else { panic!("it is kept") };
    assert_eq!(found.calls, 1);
    assert!(matches!(hub.query(query("s-0")).await, Ok(Answer::HistorySession(None))));
}

#[tokio::test]
async fn evidence_that_comes_after_the_end_of_its_session_is_kept_with_its_call() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    let at = "2026-01-02T03:04:05Z";
    *server.script.evidence.lock().unwrap() = vec![json!({
        "call": 1,
        "console": [{ "at": at, "level": "error", "source": "script", "text": "late" }],
        "network": [{ "id": "1", "at": at, "method": "GET", "url": "http://shop.local/", "resource_type": "document",
                      "status": 200 }],
        "dom": { "html": "<p>late</p>", "url": "http://shop.local/search", "viewport_width": 800.0,
                 "viewport_height": 600.0 },
    })];
    hub.send(start()).await.unwrap();
    observe(&hub, &server).await;
    hub.send(Command::CloseSession { session: "s-1".to_owned() }).await.unwrap();
    let session = until_kept(&hub, |session| session.end.is_some().then_some(session)).await;
    let before = call_of(&hub, session.key, 2).await;
    assert_eq!(before.page, None, "nothing was told of it yet");
    server.script.hold_evidence.add_permits(1);
    let told = |_: &notex_hub::protocol::Snapshot, deltas: &[Delta]| {
        deltas.iter().find_map(|delta| match delta {
            Delta::Evidence(kept) => Some(kept.number),
            _ => None,
        })
    };
    assert_eq!(window.until("its evidence", told).await, 2);
    assert!(call_of(&hub, session.key, 2).await.page.is_some());
    let whose = Whose::Past { key: session.key };
    let Ok(Answer::Evidence(kept)) = hub.query(Query::Evidence { whose, number: Some(2) }).await else {
        panic!("its evidence is there")
    };
    assert_eq!((kept.console[0].line.text.as_str(), kept.network.len()), ("late", 1));
}
