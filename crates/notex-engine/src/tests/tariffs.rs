use notex_session::RateCard;
use notex_wire::{EngineEvent, EntryPage, PlanAnswer};

use super::*;

fn card(step: u64) -> RateCard {
    RateCard { name: "Mine".into(), step: Credits::from_thousandths(step), ..RateCard::default() }
}

fn write(house: &House, text: &str) {
    // As an editor does: into another file that then takes the place of the old one.
    let new = house.folder.path().join("tariff.json.new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, house.folder.path().join("tariff.json")).unwrap();
}

/// Waits for the next news of the plan.
async fn told(events: &mut events::Reader) -> PlanAnswer {
    loop {
        if let EngineEvent::PlanChanged { plan } = events.next().await.expect("the stream goes on") {
            return plan;
        }
    }
}

#[tokio::test]
async fn a_tariff_file_that_appears_holds_for_new_charges_only() {
    let house = House::new().await;
    assert_eq!(house.get("/plan").await.of::<PlanAnswer>().source.as_deref(), Some("defaults"));
    let session = house.start().await;
    house.step(&session, "I1").await.of::<PageAnswer>();
    let before: EntryPage = house.get("/usage/entries").await.of();
    let mut events = house.listen().await;
    let tariff = json!({ "plan": { "name": "Small", "credits_per_month": 50 }, "rates": card(2_750) });
    write(&house, &tariff.to_string());
    let plan = told(&mut events).await;
    assert_eq!((plan.plan.name.as_str(), plan.rates, plan.problem), ("Small", card(2_750), None));
    assert!(plan.source.unwrap().ends_with("tariff.json"));

    let stepped = house.step(&session, "I1").await;
    assert_eq!(stepped.credits.as_deref(), Some("2.75"));
    assert_eq!(stepped.of::<PageAnswer>().usage.unwrap().remaining.to_string(), "46.15");
    let after: EntryPage = house.get("/usage/entries").await.of();
    assert_eq!(after.items[1..], before.items);
}

#[tokio::test]
async fn a_call_that_runs_is_charged_by_the_prices_it_was_admitted_with() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    page.hold();
    let body = json!({ "session_id": session.session_id, "action_id": "I1" });
    let running = house.post_aside("/env/step", body);
    page.has_begun("I1 with nothing").await;
    house.put("/plan/rates", json!(card(5_000))).await.of::<PlanAnswer>();
    page.let_go();
    assert_eq!(running.await.unwrap().credits.as_deref(), Some("1"));
    assert_eq!(house.step(&session, "I1").await.credits.as_deref(), Some("5"));
}

#[tokio::test]
async fn a_broken_file_keeps_the_last_good_prices_and_says_so_until_it_is_mended() {
    let house = House::new().await;
    let session = house.start().await;
    let mut events = house.listen().await;
    write(&house, &json!({ "rates": card(3_000) }).to_string());
    told(&mut events).await;
    write(&house, &json!({ "rates": { "name": "Half" } }).to_string());
    let problem = told(&mut events).await.problem.unwrap();
    assert!(problem.contains("rates: missing field `start`"), "{problem}");
    let plan: PlanAnswer = house.get("/plan").await.of();
    assert_eq!((plan.rates, plan.problem), (card(3_000), Some(problem)));
    assert_eq!(house.step(&session, "I1").await.credits.as_deref(), Some("3"));
    write(&house, &json!({ "rates": card(4_000) }).to_string());
    let mended = told(&mut events).await;
    assert_eq!((mended.rates, mended.problem), (card(4_000), None));
}

#[tokio::test]
async fn prices_and_plan_are_changed_over_the_api_and_outlive_the_engine() {
    let house = House::new().await;
    let mut events = house.listen().await;
    let answer: PlanAnswer = house.put("/plan/rates", json!(card(1_500))).await.of();
    assert_eq!(answer.rates, card(1_500));
    assert_eq!(told(&mut events).await, answer);
    let plan = json!({ "name": "Team", "credits_per_month": 500, "credits_per_day": 40.5 });
    let answer: PlanAnswer = house.put("/plan", plan).await.of();
    assert_eq!(answer.plan.credits_per_day, Some(Credits::from_thousandths(40_500)));
    let house = house.reopened().await;
    let kept: PlanAnswer = house.get("/plan").await.of();
    assert_eq!((kept.plan, kept.rates), (answer.plan, card(1_500)));
}

#[tokio::test]
async fn a_wrong_price_or_plan_is_refused_by_name_and_changes_nothing() {
    let house = House::new().await;
    let before: PlanAnswer = house.get("/plan").await.of();
    let mut wrong = json!(card(1_000));
    wrong["scrape"] = json!(-2);
    let unnamed = RateCard { name: String::new(), ..RateCard::default() };
    for (path, body, named) in [
        ("/plan/rates", wrong, "scrape"),
        ("/plan/rates", json!(unnamed), "name"),
        ("/plan/rates", json!({ "name": "Half" }), "start"),
        ("/plan", json!({ "name": "Team" }), "credits_per_month"),
        (
            "/plan",
            json!({ "name": "Team", "credits_per_month": 1, "sessions_at_once": 0 }),
            "sessions_at_once",
        ),
        (
            "/plan",
            json!({ "name": "Team", "credits_per_month": 1, "credits_per_day": 0.0001 }),
            "credits_per_day",
        ),
    ] {
        let refusal = house.put(path, body).await.refusal(422);
        assert!(refusal.message.contains(named), "{named}: {}", refusal.message);
    }
    assert_eq!(house.get("/plan").await.of::<PlanAnswer>(), before);
    assert!(!house.folder.path().join("tariff.json").exists());
}
