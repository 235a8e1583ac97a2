//! What differs between two runs of a flow, and between two sessions.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]

use std::collections::BTreeMap;

use notex_flow::{Flow, Mark, MatchedBy, RowKey, RunDiff, TableDiff};
use notex_hub::protocol::{
    After, Answer, Compared, Failure, FlowDeed, HistoryFilter, KeptRun, Pace, PastSession, RunForm, RunPhase,
};
use serde_json::Value;

use super::*;

fn flow() -> Flow {
    let flow = json!({ "version": 1, "name": "Read the shop", "steps": [
        { "name": "Open the shop", "call": { "type": "goto", "url": "http://shop.local/" } },
        { "name": "Read the offers", "call": { "type": "scrape", "extract": { "auto": true } } },
    ] });
    Flow::parse(&flow.to_string()).unwrap()
}

fn offers(server: &ScriptedServer, rows: &Value) {
    let structured = json!({ "success": true, "error": null, "data": { "offers": rows } });
    server.script.page.lock().unwrap().insert("structured".to_owned(), structured);
}

async fn run(hub: &Hub, window: &mut Window, file: &str) -> u64 {
    let form = RunForm {
        connection: "local".to_owned(),
        session: None,
        values: BTreeMap::new(),
        files: Vec::new(),
        from: 0,
        until: None,
        budget: None,
        pace: Pace::ToTheEnd,
        after: After::Close,
    };
    let deed = FlowDeed::Run { file: file.to_owned(), form: Box::new(form) };
    let run = hub.send(Command::Flow { deed }).await.unwrap().run.unwrap();
    let is_over = |shown: &notex_hub::protocol::Snapshot, _: &[Delta]| {
        shown.flow_runs.iter().any(|one| one.id == run && one.phase == RunPhase::Over).then_some(())
    };
    window.until("the end of the run", is_over).await;
    run
}

async fn compare(hub: &Hub, before: Compared, after: Compared, key: RowKey) -> Result<RunDiff, Failure> {
    match hub.query(Query::Compare { before, after, key }).await {
        Ok(Answer::Compare(differs)) => Ok(*differs),
        Ok(other) => panic!("{other:?}"),
        Err(failure) => Err(failure),
    }
}

fn only_table(differs: &RunDiff) -> &TableDiff {
    let mut tables = differs.steps.iter().flat_map(|step| &step.tables);
    let table = tables.next().unwrap();
    assert!(tables.next().is_none());
    table
}

#[tokio::test]
async fn two_runs_and_their_sessions_differ_in_the_same_rows_and_cells() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    let deed = FlowDeed::Save { file: None, flow: Box::new(flow()) };
    let file = hub.send(Command::Flow { deed }).await.unwrap().flow.unwrap();
    offers(
        &server,
        &json!([{ "sku": "a", "price": "5" }, { "sku": "b", "price": "6" }, { "sku": "c", "price": "7" }]),
    );
    let first = run(&hub, &mut window, &file).await;
    offers(
        &server,
        &json!([{ "sku": "c", "price": "7" }, { "sku": "a", "price": null }, { "sku": "d", "price": "9" }]),
    );
    let second = run(&hub, &mut window, &file).await;
    let Ok(Answer::FlowRuns(kept)) = hub.query(Query::FlowRuns { file }).await else {
        panic!("runs are kept")
    };
    let [newer, older] = <[KeptRun; 2]>::try_from(kept).unwrap();
    let (before, after) = (Compared::KeptRun { file: older.file }, Compared::KeptRun { file: newer.file });
    let differs = compare(&hub, before.clone(), after.clone(), RowKey::Found).await.unwrap();
    let table = only_table(&differs);
    assert_eq!(table.matched_by, MatchedBy::Key { column: "sku".to_owned(), ambiguous: 0 });
    assert_eq!((table.same, table.added, table.gone, table.changed), (1, 1, 1, 1));
    assert_eq!(differs.summary, "1 row added, 1 row gone, 1 cell changed in 1 row.");
    let of_life = (Compared::Run { run: first }, Compared::Run { run: second });
    let again = compare(&hub, of_life.0, of_life.1, RowKey::Found).await.unwrap();
    assert_eq!(again.totals, differs.totals);
    let same = compare(&hub, after.clone(), after.clone(), RowKey::Found).await.unwrap();
    assert!(same.same, "{}", same.summary);

    // The calls of their sessions say the same.
    let query = Query::History { filter: Box::new(HistoryFilter::default()), offset: 0, limit: 10 };
    let Ok(Answer::History(page)) = hub.query(query).await else { panic!("the history answers") };
    let past = |id: &str| {
        let known: &PastSession = page.sessions.iter().find(|known| known.id == id).unwrap();
        Compared::Past { session: known.key }
    };
    let live = Compared::Session { session: "s-2".to_owned() };
    let sessions = compare(&hub, past("s-1"), live, RowKey::Found).await.unwrap();
    let names: Vec<_> =
        sessions.steps.iter().map(|step| (step.mark, step.after.clone().unwrap().name)).collect();
    assert_eq!(names, [(Mark::Same, "Open shop.local".to_owned()), (Mark::Changed, "Read rows".to_owned())]);
    assert_eq!(only_table(&sessions).rows, table.rows);

    // A flow that was run and a session are compared as well.
    let mixed = compare(&hub, before.clone(), past("s-1"), RowKey::Found).await.unwrap();
    assert_eq!(mixed.totals.rows_before, 3);

    let place = compare(&hub, before.clone(), after.clone(), RowKey::Place).await.unwrap();
    assert_eq!(only_table(&place).changed, 3);
    let wrong = RowKey::Column { column: "ean".to_owned() };
    let refused = compare(&hub, before, after, wrong).await.unwrap_err();
    assert_eq!(refused.message, "key: no rows of both have a column ean; there are price, sku.");
    let unknown =
        compare(&hub, past("s-1"), Compared::Past { session: 77 }, RowKey::Found).await.unwrap_err();
    assert!(unknown.message.contains("holds no calls"), "{}", unknown.message);
}
