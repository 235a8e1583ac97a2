use std::time::Duration;

use notex_session::EndReason;
use notex_wire::{EntryPage, SessionStatus, UsageAnswer};
use tokio::time::timeout;

use super::*;
use crate::store::{Fullness, Store, StoreError};

/// Fills what is left of the pages that the file has, so that the next write needs one more.
async fn fill(house: &House) {
    house.engine.state.store.limit_growth(Fullness::Full).await;
    let session_full = async {
        loop {
            let answered = house.post("/session/start", json!({})).await;
            if answered.status != StatusCode::OK {
                return answered;
            }
        }
    };
    let refusal = session_full.await.refusal(507);
    assert_eq!(refusal.code, "store_full");
    assert!(refusal.message.contains("no space is left on the disk"), "{}", refusal.message);
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_begun_and_afterwards_every_charge_is_found() {
    let house = House::new().await;
    let session = house.start().await;
    fill(&house).await;
    let pages = house.browser.pages();
    let before: UsageAnswer = house.get("/usage").await.of();
    assert!(pages.last().unwrap().is_closed(), "a start that was refused leaves no page");
    // What can still be written may be done; what cannot is refused before it reaches the page.
    while house.step(&session, "I1").await.status == StatusCode::OK {}
    let done = pages[0].done().len();
    assert_eq!(house.step(&session, "I1").await.refusal(507).code, "store_full");
    assert_eq!(pages[0].done().len(), done);
    house.engine.state.store.limit_growth(Fullness::Spacious).await;
    house.step(&session, "I1").await.of::<PageAnswer>();
    let usage: UsageAnswer = house.get("/usage").await.of();
    let entries: EntryPage = house.get("/usage/entries?page_size=500").await.of();
    assert!(usage.used > before.used);
    assert_eq!(entries.items.iter().map(|entry| entry.credits).sum::<Credits>(), usage.used);
    let mine: EntryPage =
        house.get(&format!("/usage/entries?page_size=500&session_id={}", session.session_id)).await.of();
    let sum: Credits = mine.items.iter().map(|entry| entry.credits).sum();
    assert_eq!(house.session(&session).await.credits, Some(sum));
}

#[tokio::test]
async fn an_end_that_could_not_be_written_is_told_from_memory_and_written_later() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    page.hold();
    let body = json!({ "session_id": session.session_id, "action_id": "I1" });
    let running = house.post_aside("/env/step", body);
    page.has_begun("I1 with nothing").await;
    house.engine.state.store.break_writes(true).await;
    page.let_go();
    // The step was done and is charged, although that is not on the disk yet.
    assert_eq!(running.await.unwrap().credits.as_deref(), Some("1"));
    assert_eq!(house.step(&session, "I1").await.refusal(500).code, "store_failed");
    let closed: SessionAnswer = house.close(&session).await.of();
    assert_eq!(closed.credits, Some(Credits::from_thousandths(1_100)));
    let seen = house.session(&session).await;
    assert_eq!((seen.status, seen.credits), (SessionStatus::Closed, closed.credits));
    house.step(&session, "I1").await.refusal(410);
    assert_eq!(house.get("/usage/entries").await.of::<EntryPage>().total, 1);
    house.engine.state.store.break_writes(false).await;
    while house.get("/usage/entries").await.of::<EntryPage>().total < 2 {
        house.seconds_pass(5);
    }
    let house = house.reopened().await;
    let kept = house.session(&session).await;
    assert_eq!((kept.status, kept.credits), (SessionStatus::Closed, closed.credits));
}

#[tokio::test]
async fn a_look_whose_charge_cannot_be_written_is_owed_and_no_other_is_begun_before_it_is() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    let store = &house.engine.state.store;
    store.break_writes(true).await;
    let look = json!({ "session_id": session.session_id });
    house.post("/env/observe", look.clone()).await.of::<PageAnswer>();
    while house.session(&session).await.credits != Some(Credits::from_thousandths(1_100)) {
        tokio::task::yield_now().await;
    }
    let looks = page.done().len();
    assert_eq!(house.post("/env/observe", look.clone()).await.refusal(500).code, "store_failed");
    assert_eq!(page.done().len(), looks);
    store.break_writes(false).await;
    house.post("/env/observe", look).await.of::<PageAnswer>();
    house.costs(&session, 2_100).await;
    assert_eq!(house.get("/usage/entries").await.of::<EntryPage>().total, 3);
}

#[tokio::test]
async fn while_a_look_goes_on_its_deadline_counts_from_when_it_began() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    house.seconds_pass(30);
    page.hold();
    let looking = house.post_aside("/env/observe", json!({ "session_id": session.session_id }));
    page.has_begun("observe").await;
    let seen = house.session(&session).await;
    assert_eq!(seen.expires_at, session.expires_at.map(|at| at + TimeDelta::seconds(30)));
    page.let_go();
    looking.await.unwrap().of::<PageAnswer>();
}

#[tokio::test]
async fn of_two_who_close_at_once_neither_waits_for_a_disk_that_takes_nothing() {
    let house = House::new().await;
    let session = house.start().await;
    let state = &house.engine.state;
    state.store.break_writes(true).await;
    let close = || state.close(&session.session_id, EndReason::Manual);
    let both = async { tokio::join!(close(), close()) };
    let (first, second) = timeout(Duration::from_secs(30), both).await.expect("both are answered");
    assert_eq!(first.unwrap().status, SessionStatus::Closed);
    assert_eq!(second.unwrap_err().code(), "session_ended");
    state.store.break_writes(false).await;
}

#[tokio::test]
async fn one_write_that_fails_takes_no_other_with_it() {
    let house = House::new().await;
    let store = &house.engine.state.store;
    let (refused, used) = tokio::join!(store.fail(), store.days());
    assert!(matches!(refused, Err(StoreError::Sqlite { .. })), "{refused:?}");
    used.unwrap();
    house.start().await;
}

#[test]
fn a_file_that_is_no_store_is_refused_in_a_sentence_with_its_name() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("engine.sqlite");
    std::fs::write(&file, "these are the holiday pictures ".repeat(100)).unwrap();
    let refused = Store::open(folder.path()).err().unwrap();
    assert!(matches!(refused, StoreError::Broken { .. }), "{refused}");
    assert!(refused.to_string().contains("engine.sqlite is not a store that can be read"), "{refused}");
    // Left as it was found.
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("these are"));
}

#[test]
fn a_store_that_lies_where_older_engines_kept_it_stays_there() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("engine.sqlite"), "").unwrap();
    drop(Store::open(folder.path()).unwrap());
    assert!(std::fs::metadata(folder.path().join("engine.sqlite")).unwrap().len() > 0);
    assert!(!folder.path().join("store").exists());
}

#[test]
fn a_store_of_a_newer_engine_is_left_alone() {
    let folder = TempDir::new().unwrap();
    drop(Store::open(folder.path()).unwrap());
    let file = folder.path().join("store/engine.sqlite");
    let later = loop {
        // The thread of the first one lets go of the file when it notices that nobody is left to ask.
        let connection = rusqlite::Connection::open(&file).unwrap();
        if connection.pragma_update(None, "user_version", 4711).is_ok() {
            break connection;
        }
    };
    drop(later);
    let refused = Store::open(folder.path()).err().unwrap();
    assert!(
        refused.to_string().contains("written by a newer engine (version 4711, this one knows"),
        "{refused}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_cannot_be_written_is_refused_in_a_sentence() {
    let refused = Store::open(std::path::Path::new("/proc/self")).err().unwrap();
    assert!(refused.to_string().contains("/proc/self/store cannot be made"), "{refused}");
    assert!(refused.to_string().contains("use another data folder"), "{refused}");
    let refused = Store::open(std::path::Path::new("/proc/self/nowhere")).err().unwrap();
    assert!(refused.to_string().contains("/proc/self/nowhere/store cannot be made"), "{refused}");
}
