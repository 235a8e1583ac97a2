use notex_session::EndReason;
use notex_wire::current::{AuthAnswer, DebugAnswer, DebugTab};
use notex_wire::{SessionPage, SessionStatus};

use super::*;

fn at(session: &SessionAnswer, what: &str) -> String {
    format!("/sessions/{}{what}", session.session_id)
}

#[tokio::test]
async fn a_stop_says_whether_it_went_well_and_is_closed_either_way() {
    let house = House::new().await;
    for (query, reason) in [
        ("", EndReason::Manual),
        ("?close_reason=manual", EndReason::Manual),
        ("?close_reason=error", EndReason::Error),
    ] {
        let session = house.start().await;
        let stopped = house.delete(&at(&session, &format!("/stop{query}"))).await;
        assert_eq!(stopped.credits.as_deref(), Some("0"));
        for told in [stopped.of(), house.get(&at(&session, "")).await.of::<SessionAnswer>()] {
            assert_eq!((told.status, told.close_reason), (SessionStatus::Closed, Some(reason)), "{query}");
            assert_eq!((told.error, told.closed_at.is_some()), (None, true));
        }
        let again = house.delete(&at(&session, "/stop")).await.refusal(410);
        assert!(again.message.contains("already closed"), "{}", again.message);
    }
    let session = house.start().await;
    let named = house.delete(&at(&session, "/stop?close_reason=boredom")).await.field();
    assert_eq!(named.0, "query.close_reason");
    assert_eq!(house.session(&session).await.status, SessionStatus::Active);
}

#[tokio::test]
async fn a_session_that_was_stopped_as_failed_is_so_for_the_next_engine_too() {
    let house = House::new().await;
    let session = house.start().await;
    house.delete(&at(&session, "/stop?close_reason=error")).await.of::<SessionAnswer>();
    let house = house.reopened().await;
    let told = house.session(&session).await;
    assert_eq!((told.status, told.close_reason), (SessionStatus::Closed, Some(EndReason::Error)));
}

#[tokio::test]
async fn the_list_holds_live_sessions_unless_all_are_wanted() {
    let house = House::new().await;
    let (one, two) = (house.start().await, house.start().await);
    house.close(&one).await.of::<SessionAnswer>();
    for (path, total) in [
        ("/sessions/", 1),
        ("/sessions", 1),
        ("/sessions/?only_active=True&page_size=5&page=1", 1),
        ("/sessions/?only_active=False&include_system=False", 2),
        ("/sessions?only_active=false", 2),
    ] {
        let page: SessionPage = house.get(path).await.of();
        assert_eq!((page.total, page.items.len()), (total, total as usize), "{path}");
        assert!(page.items.iter().any(|session| session.session_id == two.session_id), "{path}");
    }
    let page: SessionPage = house.get("/sessions/?only_active=False&page_size=1&page=2").await.of();
    assert_eq!((page.items.len(), page.total), (1, 2));
    for (path, field) in [
        ("/sessions/?only_active=perhaps", "query.only_active"),
        ("/sessions/?include_system=2", "query.include_system"),
        ("/sessions/?page=0", "query.page"),
    ] {
        assert_eq!(house.get(path).await.field().0, field);
    }
}

#[tokio::test]
async fn a_session_is_ready_until_it_ends_and_has_no_film() {
    let house = House::new().await;
    let (one, two) = (house.start().await, house.start().await);
    assert_eq!(house.get(&at(&one, "/auth")).await.of::<AuthAnswer>().status, "active");
    let film = house.get(&at(&one, "/replay")).await.refusal(404);
    assert!(film.message.contains("still active"), "{}", film.message);
    house.close(&one).await.of::<SessionAnswer>();
    assert_eq!(house.get(&at(&one, "/auth")).await.of::<AuthAnswer>().status, "closed");
    assert_eq!(house.get(&at(&one, "/replay")).await.refusal(404).code, "no_replay");
    let mut events = house.listen().await;
    house.browser.pages()[1].lose("the page crashed");
    events.until_ended(&two.session_id).await;
    let failed: AuthAnswer = house.get(&at(&two, "/auth")).await.of();
    assert_eq!((failed.status.as_str(), failed.error.as_deref()), ("failed", Some("the page crashed")));
}

#[tokio::test]
async fn watching_tells_the_tabs_costs_nothing_and_keeps_no_session() {
    let house = House::new().await;
    let session = house.start().await;
    house.execute(&session, json!({ "type": "goto_new_tab", "url": "example.com" })).await;
    let until = house.session(&session).await.expires_at;
    house.seconds_pass(30);
    let debug: DebugAnswer = house.get(&at(&session, "/debug")).await.of();
    let tabs: Vec<_> = debug.tabs.iter().map(|tab| (tab.metadata.tab_id, tab.metadata.active)).collect();
    assert_eq!(tabs, [(0, false), (1, true)]);
    assert!(debug.ws.recording.starts_with("ws://127.0.0.1:"), "{}", debug.ws.recording);
    let front: DebugTab = house.get(&at(&session, "/debug/tab")).await.of();
    assert_eq!(front.metadata.tab_id, 1);
    let first: DebugTab = house.get(&at(&session, "/debug/tab?tab_idx=0")).await.of();
    assert_eq!(first.metadata.tab_id, 0);
    house.get(&at(&session, "/debug/tab?tab_idx=2")).await.refusal(422);
    assert_eq!(house.get(&at(&session, "/debug/tab?tab_idx=x")).await.field().0, "query.tab_idx");
    let told = house.session(&session).await;
    assert_eq!((told.expires_at, told.credits), (until, Some(Credits::from_thousandths(1100))));
}

#[tokio::test]
async fn a_session_that_never_was_is_a_404_in_the_current_contract_too() {
    let house = House::new().await;
    for path in ["", "/cookies", "/debug", "/debug/tab", "/offset", "/replay", "/auth", "/files", "/files/7"]
    {
        let refusal = house.get(&format!("/sessions/nobody{path}")).await.refusal(404);
        assert_eq!(refusal.code, "session_not_found", "{path}");
    }
    for (path, body) in [
        ("page/observe", json!({})),
        ("page/execute", json!({ "type": "reload" })),
        ("page/scrape", json!({})),
        ("cookies", json!({ "cookies": [] })),
    ] {
        let refusal = house.post(&format!("/sessions/nobody/{path}"), body).await.refusal(404);
        assert_eq!(refusal.code, "session_not_found", "{path}");
    }
    assert_eq!(house.delete("/sessions/nobody/stop").await.refusal(404).code, "session_not_found");
    assert_eq!(house.delete("/sessions/nobody/files/7").await.refusal(404).code, "session_not_found");
}
