//! Flows on a real engine and a real Chromium: made of calls by hand, run, healed after the page was changed, forked.

use notex_flow::{RunOutcome, ScrapeCall, SelectorKind, StepStatus};
use notex_hub::LOCAL_CONNECTION;
use notex_hub::protocol::{
    After, Answer, Command, FlowDeed, FlowRun, MadeFlow, Pace, Query, RunForm, RunPhase, SessionPhase,
    Stretch,
};
use notex_journeys::{FixtureSite, RunningEngine};
use notex_session::Credits;

use super::Seen;

fn form() -> RunForm {
    RunForm {
        connection: LOCAL_CONNECTION.to_owned(),
        session: None,
        values: std::collections::BTreeMap::new(),
        files: Vec::new(),
        from: 0,
        until: None,
        budget: Some(Credits::whole(20)),
        pace: Pace::ToTheEnd,
        after: After::Close,
    }
}

async fn ran(seen: &mut Seen, file: &str, form: RunForm) -> FlowRun {
    let deed = FlowDeed::Run { file: file.to_owned(), form: Box::new(form) };
    let run = seen.did(Command::Flow { deed }).await.run.expect("it has begun");
    is_over(seen, run).await
}

async fn is_over(seen: &mut Seen, run: u64) -> FlowRun {
    let over = |shown: &notex_hub::protocol::Snapshot| {
        shown.flow_runs.iter().find(|known| known.id == run && known.phase == RunPhase::Over).cloned()
    };
    seen.until("the run to be over", over).await
}

#[tokio::test]
async fn a_flow_made_by_hand_is_run_again_healed_when_the_page_has_changed_and_forked() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let mut seen = Seen::on(&engine.base_url).await;
    let session = seen.opens(LOCAL_CONNECTION, &site.url("/")).await;
    let page = seen.detail(&session).await.observation.expect("it was observed");
    let named = |action: &&notex_wire::Action| action.label.as_deref() == Some("Search products");
    let field = page.actions.iter().find(named).expect("the search field").id.clone();
    let (id, value) = (session.clone(), Some("Nova".to_owned()));
    seen.did(Command::Step { session: id, action: field, value, enter: true }).await;
    seen.session(&session, "the results", |known| known.title == "Results for Nova").await;
    let scrape = Command::Scrape {
        session: session.clone(),
        scrape: ScrapeCall { only_main_content: false, ..ScrapeCall::default() },
    };
    seen.did(scrape).await;
    // Straight from a call: what came before it is replayed, and the session is the person's.
    let stretch = Stretch { session: Some(session.clone()), past: None, first: 1, last: 3 };
    let made = seen.hub.query(Query::MadeFlow { stretch, name: "Fork".to_owned() }).await;
    let Ok(Answer::MadeFlow(MadeFlow { flow, .. })) = made else { panic!("{made:?}") };
    let deed = FlowDeed::RunOnce { flow, form: Box::new(RunForm { after: After::HandOver, ..form() }) };
    let run = seen.did(Command::Flow { deed }).await.run;
    let over = is_over(&mut seen, run.expect("it has begun")).await;
    assert_eq!((over.run.outcome, over.file.as_deref()), (RunOutcome::Done, None), "{over:#?}");
    assert!(over.run.steps[1].network.is_some_and(|requests| requests.total > 0), "{over:#?}");
    let id = over.run.session.clone().expect("its session");
    let forked = seen.session(&id, "the forked session", |known| known.title == "Results for Nova").await;
    assert!(matches!(forked.phase, SessionPhase::Live { .. }), "it lives on: {forked:?}");
    seen.did(Command::CloseSession { session: id }).await;

    let stretch = Stretch { session: Some(session.clone()), past: None, first: 1, last: 99 };
    let made = seen.hub.query(Query::MadeFlow { stretch, name: "Search".to_owned() }).await;
    let Ok(Answer::MadeFlow(MadeFlow { flow, left_out })) = made else { panic!("{made:?}") };
    assert_eq!((flow.steps.len(), left_out.len()), (3, 0), "{left_out:?}");
    assert_eq!(flow.parameters[0].default.as_deref(), Some("Nova"));
    let kept = seen.did(Command::Flow { deed: FlowDeed::Save { file: None, flow } }).await;
    let file = kept.flow.expect("its file");

    let values = [(String::from("search_products"), "Vega".to_owned())].into();
    let over = ran(&mut seen, &file, RunForm { values, ..form() }).await;
    assert_eq!(over.run.outcome, RunOutcome::Done, "{over:#?}");
    assert_eq!(over.run.steps[1].title, "Results for Vega");
    assert!(!over.run.steps[1].matched.as_ref().expect("it was found").healed);
    let id = over.run.session.clone().expect("its session");
    let ended = |phase: &SessionPhase| matches!(phase, SessionPhase::Ended { .. });
    seen.session(&id, "the end of the run's session", |known| ended(&known.phase)).await;
    for step in &over.run.steps {
        let last = *step.calls.last().expect("a step makes a call");
        assert!(seen.has_page(&id, last).await, "the page after {} can be looked at again", step.name);
    }

    site.is_remodelled();
    let over = ran(&mut seen, &file, form()).await;
    assert_eq!(over.run.outcome, RunOutcome::Done, "{over:#?}");
    let matched = over.run.steps[1].matched.clone().expect("it was found");
    assert!(matched.healed, "{matched:?}");
    assert!(matched.by.is_some_and(|by| by.by > SelectorKind::RoleName));
    let deed = FlowDeed::Heal { run: over.id, place: 1 };
    seen.did(Command::Flow { deed }).await;

    let fork = RunForm { until: Some(1), after: After::HandOver, ..form() };
    let over = ran(&mut seen, &file, fork).await;
    let matched = over.run.steps[1].matched.clone().expect("it was found");
    assert!(!matched.healed, "what was written back is the best way now: {matched:?}");
    assert!(over.run.steps.iter().all(|step| step.status == StepStatus::Done));
    let id = over.run.session.clone().expect("its session");
    let forked = seen.session(&id, "the forked session", |known| known.title == "Results for Nova").await;
    assert!(matches!(forked.phase, SessionPhase::Live { .. }), "it lives on: {forked:?}");
}
