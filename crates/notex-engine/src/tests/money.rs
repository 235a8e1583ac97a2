use notex_wire::{CallKind, EntryPage, UsageAnswer};

use super::*;

async fn used(house: &House) -> Credits {
    house.get("/usage").await.of::<UsageAnswer>().used
}

#[tokio::test]
async fn a_call_that_turns_out_dearer_than_what_is_left_is_refused_with_its_price_and_charged_nothing() {
    // A minute leaves 2.5: enough for the smallest scrape, and not for 18 KB.
    let house = House::with_plan(Credits::from_thousandths(2_600)).await;
    let session = house.start().await;
    house.browser.page().holds_markdown("x".repeat(18 * 1024));
    let body = json!({ "session_id": session.session_id, "url": "shop.example" });
    let refused = house.post("/env/scrape", body.clone()).await;
    assert_eq!(refused.credits, None);
    let refusal = refused.refusal(402);
    assert_eq!(refusal.code, "out_of_credits");
    let said = "a scrape would cost 3, and 2.5 of the 2.6 credits";
    assert!(refusal.message.contains(said), "{}", refusal.message);
    assert!(refusal.message.contains("nothing was charged"), "{}", refusal.message);
    assert_eq!(used(&house).await, Credits::from_thousandths(100));
    // It is where it went, and a scrape that can be paid still can.
    assert_eq!(house.session(&session).await.url.as_deref(), Some("https://shop.example/"));
    house.browser.page().holds_markdown("short".into());
    house.post("/env/scrape", body).await.of::<PageAnswer>();
    assert_eq!(used(&house).await, Credits::from_thousandths(2_100));
}

#[tokio::test]
async fn many_calls_at_once_never_spend_a_thousandth_more_than_the_plan() {
    let house = House::with_plan(Credits::from_thousandths(12_345)).await;
    let mut calls = Vec::new();
    let mut sessions = Vec::new();
    for _ in 0..8 {
        sessions.push(house.start().await);
    }
    for page in house.browser.pages() {
        page.holds_markdown("x".repeat(15 * 1024));
        page.hold();
    }
    for session in &sessions {
        let body = json!({ "session_id": session.session_id });
        calls.push(house.post_aside("/env/scrape", body));
    }
    for page in house.browser.pages().iter().take(5) {
        page.has_begun("scrape MainContent").await;
    }
    house.browser.pages().iter().for_each(|page| page.let_go());
    let mut done = 0;
    for call in calls {
        let answered = call.await.unwrap();
        match answered.status.as_u16() {
            200 => done += 1,
            _ => assert_eq!(answered.refusal(402).code, "out_of_credits"),
        }
    }
    let used = used(&house).await;
    assert_eq!(used, Credits::from_thousandths(800 + 3_000 * done));
    assert!(used <= Credits::from_thousandths(12_345) && done >= 1, "{used}");
}

#[tokio::test]
async fn a_step_that_was_done_is_charged_although_the_page_cannot_be_read_afterwards() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    let body = json!({ "session_id": session.session_id, "action_id": "I1" });
    house.post("/env/step", body.clone()).await.of::<PageAnswer>();
    assert_eq!(used(&house).await, Credits::from_thousandths(1_100));

    // The deed succeeds, the observe after it does not.
    page.succeed_next();
    page.fail_next(PageError::TimedOut { doing: "reading the page".into(), seconds: 10 });
    let refusal = house.post("/env/step", body.clone()).await.refusal(424);
    assert!(refusal.message.contains("the step was done before that, and cost 1"), "{}", refusal.message);
    assert_eq!(used(&house).await, Credits::from_thousandths(2_100));
    // The deed does not.
    page.fail_next(PageError::TimedOut { doing: "clicking".into(), seconds: 10 });
    house.post("/env/step", body).await.refusal(424);
    assert_eq!(used(&house).await, Credits::from_thousandths(2_100));
}

#[tokio::test]
async fn what_failed_before_it_reached_the_page_costs_nothing() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    let unreachable = PageError::Unreachable { url: "https://a.example/".into(), why: "no such host".into() };
    for (error, status) in [
        (unreachable.clone(), 424),
        (PageError::UnknownAction("there is no L9".into()), 422),
        (PageError::NotOperable("L1 is covered by a banner".into()), 422),
        (PageError::SchemeRefused("file".into()), 422),
    ] {
        page.fail_next(error);
        house.step(&session, "L1").await.refusal(status);
    }
    for path in ["/env/observe", "/env/scrape"] {
        page.fail_next(unreachable.clone());
        let body = json!({ "session_id": session.session_id, "url": "a.example" });
        house.post(path, body).await.refusal(424);
    }
    assert_eq!(used(&house).await, Credits::from_thousandths(100));
    assert_eq!(house.get("/usage/entries").await.of::<EntryPage>().total, 1);
}

#[tokio::test]
async fn a_close_during_a_step_that_was_done_charges_the_step() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    page.hold_at("observe");
    let step = house.post_aside("/env/step", json!({ "session_id": session.session_id, "action_id": "I1" }));
    page.has_begun("observe").await;
    let closed: SessionAnswer = house.close(&session).await.of();
    step.await.unwrap().refusal(410);
    assert_eq!(closed.credits, Some(Credits::from_thousandths(1_100)));
}

#[tokio::test]
async fn the_limits_of_a_day_and_of_a_session_are_refused_by_name() {
    let plan = Plan {
        credits_per_day: Some(Credits::from_thousandths(2_200)),
        credits_per_session: Some(Credits::from_thousandths(1_500)),
        ..Plan::default()
    };
    let house = House::with(plan).await;
    let (one, two) = (house.start().await, house.start().await);
    house.step(&one, "I1").await.of::<PageAnswer>();
    let refusal = house.step(&one, "I1").await.refusal(402);
    assert_eq!(refusal.code, "over_budget");
    assert!(refusal.message.contains("credits_per_session"), "{}", refusal.message);
    house.step(&two, "I1").await.of::<PageAnswer>();
    let refusal = house.post("/session/start", json!({})).await.refusal(402);
    assert!(refusal.message.contains("credits_per_day"), "{}", refusal.message);
    assert!(refusal.message.contains("until 23 November 2026"), "{}", refusal.message);
    assert_eq!(house.browser.pages().len(), 2);
    house.seconds_pass(12 * 3600);
    house.post("/session/start", json!({})).await.of::<SessionAnswer>();
}

#[tokio::test]
async fn a_plan_that_limits_sessions_says_when_to_come_again() {
    let house = House::with(Plan { sessions_at_once: Some(2), ..Plan::default() }).await;
    let (one, _two) = (house.start().await, house.start().await);
    house.seconds_pass(270);
    let request = house.http.post(house.url("/session/start")).bearer_auth(KEY).json(&json!({}));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    // The first of them ends in half a minute.
    assert_eq!(response.headers()["retry-after"], "31");
    let refusal: Refusal = response.json().await.unwrap();
    assert_eq!(refusal.code, "too_many_sessions");
    assert!(refusal.message.contains("sessions_at_once"), "{}", refusal.message);
    // A call that would make a session for itself is one too many as well; nothing was opened or charged.
    house.post("/env/scrape", json!({ "url": "example.com" })).await.refusal(429);
    assert_eq!(house.browser.pages().len(), 2);
    house.close(&one).await.of::<SessionAnswer>();
    house.start().await;
}

#[tokio::test]
async fn a_call_that_makes_its_session_pays_start_minute_and_call_or_nothing() {
    let house = House::with_plan(Credits::from_thousandths(2_400)).await;
    let rates = json!({ "name": "Dear start", "start": 0.2, "session_minute": 0.1, "observe": 1, "step": 1,
        "observe_actions_included": 100, "observe_per_further_100_actions": 0.5, "observe_screenshot": 0.2,
        "scrape": 2, "scrape_bytes_included": 10_240, "scrape_per_further_10_kb": 1, "scrape_image": 0.1 });
    house.put("/plan/rates", rates).await.of::<Value>();
    let body = json!({ "url": "example.com", "scrape_images": true });
    let refusal = house.post("/env/scrape", body).await.refusal(402);
    assert!(refusal.message.contains("a scrape would cost 2.5, and 2.4 of the 2.4"), "{}", refusal.message);
    assert_eq!(used(&house).await, Credits::ZERO);
    let scraped = house.post("/env/scrape", json!({ "url": "example.com" })).await;
    assert_eq!(scraped.credits.as_deref(), Some("2.3"));
    let reasons = scraped.of::<PageAnswer>().usage.unwrap().reasons;
    let words: Vec<_> = reasons.iter().map(|r| format!("{} {}", r.credits, r.what)).collect();
    assert_eq!(words, ["0.2 start", "0.1 session minute 1", "2 scrape"]);
}

#[tokio::test]
async fn entries_of_a_minute_carry_the_instant_at_which_it_began() {
    let house = House::new().await;
    let session = house.start().await;
    house.seconds_pass(90);
    house.costs(&session, 200).await;
    let entries: EntryPage = house.get("/usage/entries").await.of();
    assert_eq!(entries.items[0].at, session.created_at + TimeDelta::minutes(1));
    assert_eq!((entries.items[0].call, entries.items[0].reasons.len()), (CallKind::SessionMinute, 1));
}
