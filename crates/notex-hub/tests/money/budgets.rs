//! Budgets: what is told, what is not sent any more, what is closed.

use crate::till::{Till, hub_on, hub_with, ready, shown};
use notex_hub::protocol::{
    Budget, BudgetRule, Command, FailureCode, Notice, NoticeKind, Outcome, SessionPhase, Settings, Snapshot,
    StartForm,
};
use notex_hub::{Hub, LOCAL_CONNECTION};
use notex_session::Credits;

fn budget() -> Budget {
    Budget {
        connection: LOCAL_CONNECTION.to_owned(),
        per_day: None,
        per_session: None,
        per_month: None,
        then: BudgetRule::Refuse,
    }
}

async fn allow(hub: &Hub, budget: Budget) {
    let settings = Settings { budgets: vec![budget], ..Settings::default() };
    hub.send(Command::SaveSettings { settings: Box::new(settings) }).await.unwrap();
}

async fn start(hub: &Hub) -> String {
    started(hub).await.unwrap().session.unwrap()
}

async fn started(hub: &Hub) -> Result<Outcome, notex_hub::protocol::Failure> {
    hub.send(Command::StartSession { connection: LOCAL_CONNECTION.to_owned(), options: StartForm::default() })
        .await
}

fn step(session: &str) -> Command {
    Command::Step { session: session.to_owned(), action: "B1".to_owned(), value: None, enter: false }
}

fn kinds(shown: &Snapshot) -> Vec<NoticeKind> {
    let of_budget = |notice: &&Notice| {
        matches!(notice.kind, NoticeKind::BudgetHalf | NoticeKind::BudgetNear | NoticeKind::BudgetSpent)
    };
    shown.notices.iter().filter(of_budget).map(|notice| notice.kind).collect()
}

async fn told(hub: &Hub, wanted: &[NoticeKind]) -> Snapshot {
    shown(hub, "the notices", |shown| kinds(shown) == wanted).await
}

fn is_ended(shown: &Snapshot, session: &str) -> bool {
    let known = shown.sessions.iter().find(|known| known.id == session);
    known.is_some_and(|known| matches!(known.phase, SessionPhase::Ended { .. }))
}

#[tokio::test]
async fn half_and_four_fifths_of_a_budget_are_told_once() {
    let (till, folder) = (Till::with_ledger().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&till, folder.path());
    ready(&hub).await;
    shown(&hub, "its credits", |shown| shown.connections[0].credits.is_some()).await;
    allow(&hub, Budget { per_day: Some(Credits::whole(20)), ..budget() }).await;
    till.charge_now("s-9", 9_900);
    shown(&hub, "the charge", |shown| {
        shown.connections[0].credits.as_ref().is_some_and(|c| c.today == Credits::from_thousandths(9_900))
    })
    .await;
    told(&hub, &[]).await;
    till.charge_now("s-9", 100);
    told(&hub, &[NoticeKind::BudgetHalf]).await;
    till.charge_now("s-9", 1_000);
    till.charge_now("s-9", 5_400);
    let shown = told(&hub, &[NoticeKind::BudgetHalf, NoticeKind::BudgetNear]).await;
    assert_eq!(
        shown.notices[1].text,
        "The day budget of 20 credits of Local engine is used to 80 % and more: 16.4 charged today."
    );
    assert_eq!(shown.notices[1].connection.as_deref(), Some(LOCAL_CONNECTION));
}

#[tokio::test]
async fn what_was_told_of_a_budget_is_not_told_again_by_the_next_run() {
    let (till, folder) = (Till::with_ledger().await, tempfile::tempdir().unwrap());
    let store = std::sync::Arc::default();
    let first = hub_with(&till, folder.path(), &store);
    ready(&first).await;
    shown(&first, "its credits", |shown| shown.connections[0].credits.is_some()).await;
    let limits =
        Budget { per_day: Some(Credits::whole(20)), per_session: Some(Credits::whole(4)), ..budget() };
    allow(&first, limits).await;
    let session = start(&first).await;
    till.session_costs(&session, 2.0);
    told(&first, &[NoticeKind::BudgetHalf]).await;
    till.charge_now(&session, 10_000);
    told(&first, &[NoticeKind::BudgetHalf, NoticeKind::BudgetHalf]).await;
    first.stop().await;
    drop(first);

    let again = hub_with(&till, folder.path(), &store);
    ready(&again).await;
    let settled = shown(&again, "its credits and its session", |shown| {
        let today = shown.connections[0].credits.as_ref().map(|credits| credits.today);
        today == Some(Credits::whole(10))
            && shown.sessions.iter().any(|known| known.credits == Credits::whole(2))
    })
    .await;
    assert_eq!(settled.settings.budgets.len(), 1);
    // The next steps of both are told, and what was told before is not: of each budget once.
    till.charge_now(&session, 6_000);
    told(&again, &[NoticeKind::BudgetNear]).await;
    till.session_costs(&session, 4.0);
    told(&again, &[NoticeKind::BudgetNear, NoticeKind::BudgetSpent]).await;
    let kept = store.lock().unwrap().clone();
    assert!(kept.contains(&session) && kept.contains("spent"), "{kept}");
}

#[tokio::test]
async fn what_costs_is_not_sent_when_a_budget_is_used_up_and_closing_always_is() {
    let (till, folder) = (Till::with_ledger().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&till, folder.path());
    ready(&hub).await;
    shown(&hub, "its credits", |shown| shown.connections[0].credits.is_some()).await;
    allow(&hub, Budget { per_day: Some(Credits::whole(20)), ..budget() }).await;
    let session = start(&hub).await;
    hub.send(step(&session)).await.unwrap();
    till.charge_now(&session, 20_400);
    told(&hub, &[NoticeKind::BudgetSpent]).await;
    for refused in [hub.send(step(&session)).await, started(&hub).await] {
        let refused = refused.unwrap_err();
        assert_eq!(refused.code, FailureCode::OutOfCredits);
        assert_eq!(
            refused.message,
            "The day budget of 20 credits of Local engine is used up: 20.4 charged today."
        );
        assert_eq!(refused.hint.as_deref(), Some("Raise the budget, or go on tomorrow (UTC)."));
    }
    hub.send(Command::CloseSession { session: session.clone() }).await.unwrap();
    assert_eq!(till.calls(), ["start", "step", "close s-1"], "nothing else was sent");
}

#[tokio::test]
async fn a_raised_budget_lets_calls_through_again_and_a_month_has_one_of_its_own() {
    let (till, folder) = (Till::with_ledger().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&till, folder.path());
    ready(&hub).await;
    shown(&hub, "its credits", |shown| shown.connections[0].credits.is_some()).await;
    till.charge_now("s-9", 6_000);
    allow(&hub, Budget { per_month: Some(Credits::whole(5)), ..budget() }).await;
    told(&hub, &[NoticeKind::BudgetSpent]).await;
    let refused = started(&hub).await.unwrap_err();
    assert_eq!(
        refused.message,
        "The month budget of 5 credits of Local engine is used up: 6 charged this month."
    );
    allow(&hub, Budget { per_month: Some(Credits::whole(7)), ..budget() }).await;
    start(&hub).await;
    told(&hub, &[NoticeKind::BudgetSpent, NoticeKind::BudgetNear]).await;
}

#[tokio::test]
async fn a_used_up_session_is_closed_where_the_budget_says_so_and_no_other_is() {
    let (till, folder) = (Till::with_ledger().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&till, folder.path());
    ready(&hub).await;
    shown(&hub, "its credits", |shown| shown.connections[0].credits.is_some()).await;
    let limit = Some(Credits::whole(2));
    allow(&hub, Budget { per_session: limit, then: BudgetRule::Close, ..budget() }).await;
    let (dear, cheap) = (start(&hub).await, start(&hub).await);
    till.session_costs(&dear, 2.1);
    shown(&hub, "the end", |shown| is_ended(shown, &dear)).await;
    let shown = told(&hub, &[NoticeKind::BudgetSpent]).await;
    assert_eq!(shown.notices[0].session.as_ref(), Some(&dear));
    assert!(!is_ended(&shown, &cheap));
    assert_eq!(till.calls(), ["start", "start", "close s-1"]);
}

#[tokio::test]
async fn all_live_sessions_are_closed_when_the_day_is_used_up() {
    let (till, folder) = (Till::with_ledger().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&till, folder.path());
    ready(&hub).await;
    shown(&hub, "its credits", |shown| shown.connections[0].credits.is_some()).await;
    let per_day = Some(Credits::whole(1));
    allow(&hub, Budget { per_day, then: BudgetRule::Close, ..budget() }).await;
    let both = [start(&hub).await, start(&hub).await];
    till.charge_now(&both[0], 1_000);
    shown(&hub, "both ends", |shown| both.iter().all(|session| is_ended(shown, session))).await;
}

#[tokio::test]
async fn a_budget_of_a_server_that_reports_nothing_says_that_it_is_estimated() {
    let (till, folder) = (Till::silent().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&till, folder.path());
    ready(&hub).await;
    allow(&hub, Budget { per_session: Some(Credits::whole(1)), ..budget() }).await;
    let session = start(&hub).await;
    hub.send(step(&session)).await.unwrap();
    let refused = hub.send(step(&session)).await.unwrap_err();
    assert_eq!(
        refused.message,
        "The session budget of 1 credit of Local engine is used up: 1.1 estimated for this session."
    );
}
