//! Usage, ledger, billing, prices and what a month would have cost otherwise.

use crate::till::{Till, hub_on, ready};
use notex_hub::protocol::{
    Answer, Billing, Command, EntryFilter, Failure, FailureCode, LedgerPage, Query, StartForm, UsageReport,
    WhatIf, WhatIfAnswer,
};
use notex_hub::{Hub, LOCAL_CONNECTION};
use notex_session::{Credits, Plan, RateCard};
use notex_wire::CallKind;

fn local() -> String {
    LOCAL_CONNECTION.to_owned()
}

async fn usage(hub: &Hub) -> UsageReport {
    match hub.query(Query::Usage { connection: local(), period: None }).await {
        Ok(Answer::Usage(report)) => *report,
        other => panic!("{other:?}"),
    }
}

async fn billing(hub: &Hub) -> Billing {
    match hub.query(Query::Billing { connection: local() }).await {
        Ok(Answer::Billing(billing)) => *billing,
        other => panic!("{other:?}"),
    }
}

async fn entries(hub: &Hub, filter: EntryFilter) -> Result<LedgerPage, Failure> {
    match hub.query(Query::Entries { connection: local(), filter }).await? {
        Answer::Entries(page) => Ok(page),
        other => panic!("{other:?}"),
    }
}

async fn what_if(hub: &Hub, change: WhatIf) -> Result<WhatIfAnswer, Failure> {
    let change = Box::new(change);
    match hub.query(Query::WhatIf { connection: local(), period: None, change }).await? {
        Answer::WhatIf(answer) => Ok(answer),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn usage_is_what_the_server_reports_with_the_idle_time_of_its_ledger() {
    let (till, folder) = (Till::with_ledger().await, tempfile::tempdir().unwrap());
    till.charge("s-9", CallKind::SessionMinute, 0, 100);
    till.charge("s-9", CallKind::Step, 30, 1_000);
    till.charge("s-9", CallKind::SessionMinute, 60, 100);
    till.charge("s-9", CallKind::SessionMinute, 120, 100);
    let hub = hub_on(&till, folder.path());
    ready(&hub).await;
    let report = usage(&hub).await;
    assert!(!report.estimated);
    assert_eq!(report.used, Credits::from_thousandths(1_300));
    assert_eq!(report.idle_waste, Credits::from_thousandths(200));
    assert_eq!((report.by_session[0].idle, report.note), (Credits::from_thousandths(200), None));
}

#[tokio::test]
async fn asking_again_reads_only_what_is_new_in_the_ledger() {
    let (till, folder) = (Till::with_ledger().await, tempfile::tempdir().unwrap());
    for second in 0..1_200 {
        till.charge("s-9", CallKind::Step, second, 1_000);
    }
    let hub = hub_on(&till, folder.path());
    ready(&hub).await;
    assert_eq!(what_if(&hub, WhatIf::default()).await.unwrap().entries, 1_200);
    assert_eq!(till.walked(), 3, "pages of 500");
    till.charge("s-9", CallKind::SessionMinute, 1_300, 100);
    assert_eq!(what_if(&hub, WhatIf::default()).await.unwrap().entries, 1_201);
    assert_eq!(till.walked(), 4);
    assert_eq!(usage(&hub).await.idle_waste, Credits::from_thousandths(100));
}

#[tokio::test]
async fn what_if_answers_from_the_servers_own_ledger_and_refuses_a_timeout_that_none_has() {
    let (till, folder) = (Till::with_ledger().await, tempfile::tempdir().unwrap());
    till.charge("s-9", CallKind::Step, 30, 1_000);
    till.charge("s-9", CallKind::SessionMinute, 60, 100);
    let hub = hub_on(&till, folder.path());
    ready(&hub).await;
    let at_once = WhatIf { close_at_once: true, ..WhatIf::default() };
    let answer = what_if(&hub, at_once).await.unwrap();
    assert_eq!((answer.was, answer.would_be), (Credits::from_thousandths(1_100), Credits::whole(1)));
    let refused = what_if(&hub, WhatIf { timeout_minutes: Some(31), ..WhatIf::default() }).await.unwrap_err();
    assert_eq!(refused.code, FailureCode::Invalid);
    assert!(refused.message.contains("Timeout must be from 1 to 30"), "{refused}");
}

#[tokio::test]
async fn entries_are_filtered_by_the_server() {
    let (till, folder) = (Till::with_ledger().await, tempfile::tempdir().unwrap());
    till.charge("s-1", CallKind::Step, 0, 1_000);
    till.charge("s-1", CallKind::SessionMinute, 1, 100);
    till.charge("s-2", CallKind::Step, 2, 1_000);
    let hub = hub_on(&till, folder.path());
    ready(&hub).await;
    let filter =
        EntryFilter { session: Some("s-1".to_owned()), call: Some(CallKind::Step), ..EntryFilter::default() };
    let page = entries(&hub, filter).await.unwrap();
    assert_eq!((page.total, page.items[0].session.as_str(), page.items[0].id), (1, "s-1", 1));
}

#[tokio::test]
async fn prices_and_plan_are_saved_and_a_wrong_field_is_named() {
    let (till, folder) = (Till::with_ledger().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&till, folder.path());
    ready(&hub).await;
    let rates = RateCard { step: Credits::whole(3), name: "Mine".to_owned(), ..RateCard::default() };
    let save = |rates: RateCard| Command::SaveRates { connection: local(), rates: Box::new(rates) };
    hub.send(save(rates.clone())).await.unwrap();
    let plan = Plan { credits_per_month: Credits::whole(50), ..Plan::default() };
    hub.send(Command::SavePlan { connection: local(), plan: plan.clone() }).await.unwrap();
    let shown = billing(&hub).await;
    assert_eq!((shown.rates, shown.plan), (rates.clone(), Some(plan)));
    assert!(shown.editable && !shown.rates_estimated);
    let refused = hub.send(save(RateCard { name: String::new(), ..rates })).await.unwrap_err();
    assert_eq!(refused.code, FailureCode::Invalid);
    assert!(refused.message.contains("Name must not be empty"), "{refused}");
}

#[tokio::test]
async fn a_server_that_tells_no_usage_is_estimated_from_the_calls_made_here() {
    let (till, folder) = (Till::silent().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&till, folder.path());
    ready(&hub).await;
    hub.send(Command::StartSession { connection: local(), options: StartForm::default() }).await.unwrap();
    let step =
        Command::Step { session: "s-1".to_owned(), action: "B1".to_owned(), value: None, enter: false };
    hub.send(step).await.unwrap();
    assert_eq!(till.calls(), ["start", "step"]);
    let report = usage(&hub).await;
    assert!(report.estimated && report.note.is_some());
    // A step and a started minute by the default card.
    assert_eq!(report.used, Credits::from_thousandths(1_100));
    assert_eq!(report.by_call.iter().map(|sum| sum.credits).sum::<Credits>(), report.used);
    assert_eq!(report.by_day.iter().map(|sum| sum.credits).sum::<Credits>(), report.used);
    assert_eq!(report.by_session.iter().map(|sum| sum.credits).sum::<Credits>(), report.used);
    assert_eq!(report.by_host.iter().map(|sum| sum.credits).sum::<Credits>(), report.used);
    assert_eq!(report.by_session[0].host.as_deref(), Some("shop.local"));
    let shown = billing(&hub).await;
    assert!(shown.rates_estimated && shown.plan.is_none() && !shown.editable);
    assert_eq!(shown.used_today, report.used);
    assert!(what_if(&hub, WhatIf::default()).await.unwrap().note.unwrap().contains("tells no ledger"));
    let refused = entries(&hub, EntryFilter::default()).await.unwrap_err();
    assert!(refused.message.contains("does not tell its ledger"), "{refused}");
    let refused =
        hub.send(Command::SavePlan { connection: local(), plan: Plan::default() }).await.unwrap_err();
    assert!(refused.message.contains("cannot be changed from here"), "{refused}");
}
