use notex_wire::{CallKind, EntryPage, PlanAnswer, UsageAnswer};

use super::*;

#[tokio::test]
async fn every_charge_is_an_entry_and_the_balance_is_their_sum() {
    let house = House::new().await;
    let session = house.start().await;
    house.observe(&session, "https://shop.example/a").await;
    house.browser.page().has_actions(250);
    let body = json!({ "session_id": session.session_id, "max_nb_actions": 250, "screenshot": true });
    let seen = house.post("/env/observe", body).await;
    assert_eq!(seen.credits.as_deref(), Some("2.2"));
    house.step(&session, "I1").await.of::<PageAnswer>();
    house.browser.page().holds_markdown("x".repeat(18 * 1024));
    let body = json!({ "session_id": session.session_id, "scrape_images": true });
    let scraped = house.post("/env/scrape", body).await;
    assert_eq!(scraped.credits.as_deref(), Some("3.2"));
    let usage = scraped.of::<PageAnswer>().usage.unwrap();
    let reasons: Vec<_> = usage.reasons.iter().map(|r| format!("{} {}", r.credits, r.what)).collect();
    assert_eq!(reasons, ["2 scrape", "1 18 KB of markdown", "0.2 2 images"]);
    assert_eq!(usage.remaining.to_string(), "9992.5");

    let entries: EntryPage = house.get("/usage/entries?page_size=3").await.of();
    assert_eq!(entries.total, 5);
    assert_eq!(
        entries.items.iter().map(|e| e.call).collect::<Vec<_>>(),
        [CallKind::Scrape, CallKind::Step, CallKind::Observe]
    );
    assert_eq!(entries.items[0].host.as_deref(), Some("shop.example"));
    let all: EntryPage = house.get("/usage/entries").await.of();
    let sum: Credits = all.items.iter().map(|entry| entry.credits).sum();
    let used: UsageAnswer = house.get("/usage").await.of();
    assert_eq!((used.used, used.used + used.remaining), (sum, used.allowed));
    assert_eq!(used.by_call.iter().map(|by| by.credits).sum::<Credits>(), sum);
    assert_eq!(used.by_day.iter().map(|by| by.credits).sum::<Credits>(), sum);
    assert_eq!(used.by_session[0].credits, sum);
    assert_eq!(house.session(&session).await.credits, Some(sum));
}

#[tokio::test]
async fn a_start_says_what_its_first_minute_costs_and_a_close_that_it_is_free() {
    let house = House::new().await;
    let started = house.post("/session/start", json!({})).await;
    assert_eq!(started.credits.as_deref(), Some("0.1"));
    let session: SessionAnswer = started.of();
    assert_eq!(session.usage.as_ref().unwrap().reasons[0].what, "session minute 1");
    let closed = house.close(&session).await;
    assert_eq!(closed.credits.as_deref(), Some("0"));
    assert_eq!(closed.of::<SessionAnswer>().usage.unwrap().remaining.to_string(), "9999.9");
}

#[tokio::test]
async fn a_step_that_scrapes_costs_a_scrape_and_one_that_ends_the_session_nothing_even_without_credits() {
    let house = House::with_plan(Credits::from_thousandths(3_100)).await;
    let session = house.start().await;
    house.browser.page().holds_markdown("x".repeat(18 * 1024));
    assert_eq!(house.step(&session, "S2").await.credits.as_deref(), Some("3"));
    let entries: EntryPage = house.get("/usage/entries?page_size=1").await.of();
    assert_eq!(entries.items[0].call, CallKind::Scrape);

    house.step(&session, "L1").await.refusal(402);
    let ended = house.step(&session, "S8").await;
    assert_eq!(ended.credits.as_deref(), Some("0"));
    assert_eq!(ended.of::<PageAnswer>().session.status, notex_wire::SessionStatus::Closed);
}

#[tokio::test]
async fn each_started_minute_is_charged_also_while_a_call_runs() {
    let house = House::new().await;
    let session: SessionAnswer = house.post("/session/start", json!({ "keep_alive": true })).await.of();
    house.seconds_pass(60);
    house.costs(&session, 200).await;
    let page = house.browser.page();
    page.hold();
    let running =
        house.post_aside("/env/observe", json!({ "session_id": session.session_id, "url": "example.com" }));
    page.has_begun("goto https://example.com/").await;
    house.seconds_pass(120);
    house.costs(&session, 400).await;
    page.let_go();
    let answer: PageAnswer = running.await.unwrap().of();
    assert_eq!(answer.usage.unwrap().credits, Credits::whole(1));
    house.costs(&session, 1400).await;
}

#[tokio::test]
async fn a_call_that_fails_costs_nothing() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    page.fail_next(PageError::Unreachable { url: "https://a.example/".into(), why: "refused".into() });
    let body = json!({ "session_id": session.session_id, "url": "a.example" });
    let failed = house.post("/env/observe", body).await;
    assert_eq!(failed.credits, None);
    assert_eq!(failed.refusal(424).code, "page_unreachable");
    page.fail_next(PageError::NotOperable("L1 is covered by a banner".into()));
    house.step(&session, "L1").await.refusal(422);
    let usage: UsageAnswer = house.get("/usage").await.of();
    assert_eq!(usage.used, Credits::from_thousandths(100));
}

#[tokio::test]
async fn what_the_plan_cannot_pay_is_refused_by_name_and_not_done() {
    let house = House::with_plan(Credits::from_thousandths(2_050)).await;
    let session = house.start().await;
    house.step(&session, "L1").await.of::<PageAnswer>();
    let done = house.browser.page().done();
    house.seconds_pass(10);
    let refusal = house.step(&session, "L1").await.refusal(402);
    assert_eq!(refusal.code, "out_of_credits");
    assert!(
        refusal.message.contains("a step costs at least 1, and 0.95 of the 2.05 credits"),
        "{}",
        refusal.message
    );
    assert!(refusal.message.contains("plan \"Local\""), "{}", refusal.message);
    assert_eq!(house.browser.page().done(), done);
    assert_eq!(
        house.post("/env/scrape", json!({ "url": "example.com" })).await.refusal(402).code,
        "out_of_credits"
    );
    assert_eq!(house.browser.pages().len(), 1);
    assert_eq!(house.session(&session).await.expires_at, Some(session.created_at + TimeDelta::minutes(5)));
    house.close(&session).await.of::<SessionAnswer>();
}

#[tokio::test]
async fn two_calls_at_once_cannot_spend_the_same_credits() {
    // Two started minutes leave 1.5: enough for one step, and not for two.
    let house = House::with_plan(Credits::from_thousandths(1_700)).await;
    let (first, second) = (house.start().await, house.start().await);
    let page = house.browser.pages()[0].clone();
    page.hold();
    let step = json!({ "session_id": first.session_id, "action_id": "L1" });
    let running = house.post_aside("/env/step", step.clone());
    page.has_begun("L1 with nothing").await;
    assert_eq!(house.step(&second, "L1").await.refusal(402).code, "out_of_credits");
    page.fail_next(PageError::NotOperable("L1 is covered by a banner".into()));
    page.let_go();
    running.await.unwrap().refusal(422);
    // What failed holds nothing any more.
    house.step(&second, "L1").await.of::<PageAnswer>();
    house.step(&first, "L1").await.refusal(402);
}

#[tokio::test]
async fn a_new_month_begins_with_the_whole_plan() {
    let house = House::with_plan(Credits::whole(1)).await;
    let session: SessionAnswer = house.post("/session/start", json!({ "keep_alive": true })).await.of();
    house.step(&session, "L1").await.refusal(402);
    house.close(&session).await.of::<SessionAnswer>();
    house.seconds_pass(10 * 24 * 3600);
    let usage: UsageAnswer = house.get("/usage").await.of();
    assert_eq!(
        (usage.used, usage.period_start.to_rfc3339().as_str()),
        (Credits::ZERO, "2026-12-01T00:00:00+00:00")
    );
}

#[tokio::test]
async fn the_plan_shows_its_rate_card() {
    let house = House::new().await;
    let answer: PlanAnswer = house.get("/plan").await.of();
    assert_eq!(answer.plan.credits_per_month, Credits::whole(10_000));
    assert_eq!(answer.rates, notex_session::RateCard::default());
}
