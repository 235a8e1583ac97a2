use notex_session::EndReason;
use notex_wire::{SessionStatus, UsageAnswer};

use super::*;

#[tokio::test]
async fn a_longest_life_ends_a_session_in_the_middle_of_a_call_and_the_call_is_told_how() {
    let house = House::new().await;
    for keep_alive in [false, true] {
        let session = house.start_lasting(2, keep_alive).await;
        assert_eq!(session.max_duration_minutes, Some(2));
        let page = house.browser.page();
        page.hold();
        let body = json!({ "session_id": session.session_id, "url": "example.com" });
        let running = house.post_aside("/env/observe", body);
        page.has_begun("goto https://example.com/").await;
        house.seconds_pass(120);
        let refusal = running.await.unwrap().refusal(410);
        assert!(refusal.message.contains("it reached its longest life at"), "{}", refusal.message);
        let ended = house.session(&session).await;
        assert_eq!(
            (ended.status, ended.close_reason),
            (SessionStatus::TimedOut, Some(EndReason::MaxDuration))
        );
        assert_eq!(ended.closed_at, Some(session.created_at + TimeDelta::minutes(2)));
        // Two minutes, and nothing for the call that was not finished.
        assert_eq!(ended.credits, Some(Credits::from_thousandths(200)));
        page.has_closed().await;
    }
}

#[tokio::test]
async fn a_call_that_waits_until_the_longest_life_is_over_is_told_that_the_session_was_busy() {
    let house = House::new().await;
    let session = house.start_lasting(1, false).await;
    let page = house.browser.page();
    page.hold();
    let body = json!({ "session_id": session.session_id, "url": "example.com" });
    let running = house.post_aside("/env/observe", body.clone());
    page.has_begun("goto https://example.com/").await;
    let waiting = [house.post_aside("/env/observe", body.clone()), house.post_aside("/env/observe", body)];
    house.calls_wait(&session, 2).await;
    house.seconds_pass(60);
    running.await.unwrap().refusal(410);
    for waiting in waiting {
        let refusal = waiting.await.unwrap().refusal(409);
        assert_eq!(refusal.code, "session_busy");
        assert!(refusal.message.contains("was not begun"), "{}", refusal.message);
    }
    assert_eq!(page.done(), ["goto https://example.com/"]);
    house.step(&session, "I1").await.refusal(410);
}

#[tokio::test]
async fn a_queue_that_is_full_is_a_session_that_is_busy() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    page.hold();
    let body = json!({ "session_id": session.session_id, "action_id": "I1" });
    let running = house.post_aside("/env/step", body.clone());
    page.has_begun("I1 with nothing").await;
    let waiting: Vec<_> = (0..32).map(|_| house.post_aside("/env/step", body.clone())).collect();
    house.calls_wait(&session, 32).await;
    assert_eq!(house.step(&session, "I1").await.refusal(409).code, "session_busy");
    page.let_go();
    for answered in waiting.into_iter().chain([running]) {
        answered.await.unwrap().of::<PageAnswer>();
    }
}

#[tokio::test]
async fn extending_is_free_waits_its_turn_and_moves_no_longest_life() {
    let house = House::new().await;
    let session = house.start_lasting(7, false).await;
    let extend = format!("/session/{}/extend", session.session_id);
    house.seconds_pass(180);
    let extended: SessionAnswer = house.post(&extend, json!({})).await.of();
    // Five minutes from now would be eight.
    assert_eq!(extended.expires_at, Some(session.created_at + TimeDelta::minutes(7)));
    assert_eq!(extended.last_accessed_at, house.now());
    house.costs(&session, 400).await;
    house.seconds_pass(240);
    let refusal = house.post(&extend, json!({})).await.refusal(410);
    assert!(refusal.message.contains("longest life"), "{}", refusal.message);
}

#[tokio::test]
async fn what_went_over_the_network_is_told_with_each_call_and_at_the_end() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    page.has_moved(1_200, 34_000);
    let seen = house.observe(&session, "example.com").await;
    assert_eq!((seen.session.network_request_bytes, seen.session.network_response_bytes), (1_200, 34_000));
    page.has_moved(1_500, 40_000);
    let closed: SessionAnswer = house.close(&session).await.of();
    assert_eq!((closed.network_request_bytes, closed.network_response_bytes), (1_500, 40_000));
    let kept = house.session(&session).await;
    assert_eq!((kept.network_request_bytes, kept.network_response_bytes), (1_500, 40_000));
}

#[tokio::test]
async fn a_session_whose_next_minute_cannot_be_paid_ends_and_names_the_rule() {
    let house = House::with_plan(Credits::from_thousandths(250)).await;
    let session: SessionAnswer = house.post("/session/start", json!({ "keep_alive": true })).await.of();
    let mut events = house.listen().await;
    house.seconds_pass(3600);
    let ended = events.until_ended(&session.session_id).await;
    assert_eq!((ended.status, ended.close_reason), (SessionStatus::Error, Some(EndReason::Error)));
    // It lived the two minutes that it could pay.
    assert_eq!(ended.closed_at, Some(session.created_at + TimeDelta::minutes(2)));
    let why = ended.error.unwrap();
    assert!(why.contains("a session minute costs at least 0.1, and 0.05 of the 0.25 credits"), "{why}");
    assert!(why.contains("credits_per_month"), "{why}");
    // Such an end is told first and written then.
    let used = async || house.get("/usage").await.of::<UsageAnswer>().used;
    while used().await != Credits::from_thousandths(200) {}
    assert!(house.step(&session, "I1").await.refusal(410).message.contains("out of credits"));
}

#[tokio::test]
async fn a_minute_that_cannot_be_paid_ends_even_a_call() {
    let plan = Plan { credits_per_session: Some(Credits::from_thousandths(1_100)), ..Plan::default() };
    let house = House::with(plan).await;
    let session = house.start().await;
    let page = house.browser.page();
    page.hold();
    let running = house.post_aside("/env/observe", json!({ "session_id": session.session_id }));
    page.has_begun("observe").await;
    house.seconds_pass(60);
    let refusal = running.await.unwrap().refusal(410);
    assert!(refusal.message.contains("over the session's budget: a session minute"), "{}", refusal.message);
    assert_eq!(house.session(&session).await.credits, Some(Credits::from_thousandths(100)));
}
