//! What differs between two runs and two sessions, on a page whose rows change between them, and where a cell was read.

use std::time::Duration;

use notex_flow::{Flow, Mark, MatchedBy, RowKey, RunDiff, ScrapeCall, TableDiff};
use notex_hub::LOCAL_CONNECTION;
use notex_hub::protocol::{
    After, Answer, CellFoundBy, CellOf, CellPlace, CellWish, Command, Compared, ExportForm, FlowDeed,
    KeptRun, Pace, Query, RunForm, RunPhase,
};
use notex_journeys::{FixtureSite, RunningEngine, run_app, until};
use notex_wire::Extract;
use serde_json::{Value, json};

use super::Seen;

const SOON: Duration = Duration::from_secs(20);

fn extract() -> Value {
    json!({ "fields": { "offers": { "selector": ".offer", "list": true, "fields": {
        "name": "h2", "price": ".price", "stock": ".stock", "url": { "selector": "a", "attribute": "href" } } } } })
}

async fn compare(seen: &Seen, before: Compared, after: Compared) -> RunDiff {
    match seen.hub.query(Query::Compare { before, after, key: RowKey::Found }).await {
        Ok(Answer::Compare(differs)) => *differs,
        other => panic!("{other:?}"),
    }
}

/// The rows of the only table.
fn table(differs: &RunDiff) -> &TableDiff {
    let mut tables = differs.steps.iter().flat_map(|step| &step.tables);
    let table = tables.next().expect("rows were read");
    assert!(tables.next().is_none());
    table
}

/// Each row that differs: its mark, its name, and what its cells were that differ.
fn told(table: &TableDiff) -> Vec<(Mark, String, Value)> {
    let column =
        |name: &str| table.columns.iter().position(|column| column.name == name).expect("the column");
    let differ = table.rows.iter().filter(|row| row.mark != Mark::Same);
    differ.map(|row| (row.mark, row.cells[column("name")].to_string(), json!(row.was))).collect()
}

fn assert_restocked(differs: &RunDiff) {
    let table = table(differs);
    assert_eq!(table.matched_by, MatchedBy::Key { column: "url".to_owned(), ambiguous: 0 }, "{table:#?}");
    assert_eq!((table.rows_before, table.rows_after, table.added, table.gone), (6, 6, 1, 1));
    let expected = [
        (Mark::Added, "\"Orion 17\"".to_owned(), json!({})),
        (Mark::Changed, "\"Nova 14\"".to_owned(), json!({ "1": "€949" })),
        (Mark::Changed, "\"Aero 13\"".to_owned(), json!({ "2": "in stock" })),
        (Mark::Gone, "\"Terra 14s\"".to_owned(), json!({})),
        (Mark::Changed, "\"Luna 16\"".to_owned(), json!({ "2": "in stock" })),
        (Mark::Changed, "\"Mira 12\"".to_owned(), json!({ "2": "in stock" })),
    ];
    assert_eq!(told(table), expected);
    let stock = &table.columns[2];
    let rate = |fill: Option<notex_flow::ColumnFill>| fill.expect("it is in both").null_rate;
    assert_eq!((stock.name.as_str(), rate(stock.before), rate(stock.after)), ("stock", 0.0, 0.5));
}

#[tokio::test]
async fn two_runs_of_a_flow_differ_in_the_rows_that_the_page_changed_between_them() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let mut seen = Seen::on(&engine.base_url).await;
    let flow = json!({ "version": 1, "name": "Offers", "steps": [
        { "name": "Open the offers", "call": { "type": "observe", "url": site.url("/offers") } },
        { "name": "Read the offers", "call": { "type": "scrape", "extract": extract() } },
    ] });
    let flow = Box::new(Flow::parse(&flow.to_string()).expect("a flow"));
    let kept = seen.did(Command::Flow { deed: FlowDeed::Save { file: None, flow } }).await;
    let file = kept.flow.expect("its file");
    for restocked in [false, false, true] {
        if restocked {
            site.is_restocked();
        }
        let form = RunForm {
            connection: LOCAL_CONNECTION.to_owned(),
            session: None,
            values: std::collections::BTreeMap::new(),
            files: Vec::new(),
            from: 0,
            until: None,
            budget: None,
            pace: Pace::ToTheEnd,
            after: After::Close,
        };
        let deed = FlowDeed::Run { file: file.clone(), form: Box::new(form) };
        let run = seen.did(Command::Flow { deed }).await.run.expect("it has begun");
        let over = |shown: &notex_hub::protocol::Snapshot| {
            shown.flow_runs.iter().any(|known| known.id == run && known.phase == RunPhase::Over).then_some(())
        };
        seen.until("the run to be over", over).await;
    }
    let Ok(Answer::FlowRuns(runs)) = seen.hub.query(Query::FlowRuns { file }).await else {
        panic!("runs are kept")
    };
    let [third, second, first] = <[KeptRun; 3]>::try_from(runs).expect("three runs");
    let of = |run: KeptRun| Compared::KeptRun { file: run.file };
    let same = compare(&seen, of(first), of(second.clone())).await;
    assert!(same.same, "{}", same.summary);
    let differs = compare(&seen, of(second), of(third)).await;
    assert!(!differs.same);
    assert_restocked(&differs);
    assert!(
        differs.summary.starts_with("1 row added, 1 row gone, 4 cells changed in 4 rows"),
        "{}",
        differs.summary
    );
    let opened = &differs.steps[0];
    let actions = opened.actions.clone().expect("other links stand on the page");
    assert_eq!((actions.added.len(), actions.gone.len()), (1, 1), "{actions:?}");
}

/// Opens the offers in a session of its own and reads them; answers it, and the number of the reading call.
async fn reads(seen: &mut Seen, site: &FixtureSite) -> (String, u32) {
    let session = seen.opens(LOCAL_CONNECTION, &site.url("/offers")).await;
    let extract: Extract = serde_json::from_value(extract()).expect("fields");
    let scrape = Command::Scrape {
        session: session.clone(),
        scrape: ScrapeCall { only_main_content: false, extract: Some(extract), ..ScrapeCall::default() },
    };
    seen.did(scrape).await;
    let read = seen.detail(&session).await.calls.last().expect("the scrape").number;
    (session, read)
}

async fn place(
    seen: &Seen,
    session: &str,
    call: u32,
    row: u32,
    column: &str,
    text: &str,
) -> Option<CellPlace> {
    let cell = CellWish {
        table: "offers".to_owned(),
        row: Some(row),
        column: column.to_owned(),
        text: text.to_owned(),
        beside: Vec::new(),
    };
    let of = CellOf::Session { session: session.to_owned() };
    match seen.hub.query(Query::Cell { of, calls: vec![call], cell }).await {
        Ok(Answer::Cell(place)) => place.map(|place| *place),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn two_sessions_differ_in_their_rows_and_a_cell_leads_to_its_element_in_the_page_and_on_the_picture() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let mut seen = Seen::on(&engine.base_url).await;
    let (before, _) = reads(&mut seen, &site).await;
    site.is_restocked();
    let (after, read) = reads(&mut seen, &site).await;
    let of = |session: &str| Compared::Session { session: session.to_owned() };
    let differs = compare(&seen, of(&before), of(&after)).await;
    assert_restocked(&differs);
    let step = differs.steps.iter().find(|step| !step.tables.is_empty()).expect("the step that read");
    assert_eq!(step.after.as_ref().expect("it is in both").calls, [read]);

    // The page is fetched after the call.
    let found = until("the page of the scrape", SOON, || async {
        place(&seen, &after, read, 1, "price", "€849").await.filter(|place| place.found.is_some())
    })
    .await;
    let cell = found.found.clone().expect("it is found");
    assert_eq!(cell.by, CellFoundBy::Mark);
    let page = found.page.clone().expect("the page is kept");
    let query = format!("page&at={}", cell.at);
    let served = seen.hub.serve(&page, Some(&query)).await.expect("it is served");
    let served = String::from_utf8(served.bytes).expect("a document");
    let here = served.split("data-notex-here").nth(1).expect("the element is shown");
    let inside = here.split('>').nth(1).expect("it has a text");
    assert!(inside.starts_with("€849"), "{inside:.40}");
    assert!(served.contains(" id=\"notex-here\""), "there is a place to go to");
    let stands = cell.stands.expect("its place was noted");
    // The second card, below the heading and the first card.
    assert!(stands.y > 150.0 && stands.y < 500.0 && stands.height > 5.0, "{stands:?}");
    assert_eq!(found.picture_of, Some(read - 1), "the observe before took the picture");
    assert!(found.picture.is_some() && found.viewport_width > 100.0);

    // Where the engine noted nothing, what the cell says leads there.
    let by_text = place(&seen, &after, read, 99, "price", "€1049").await.and_then(|place| place.found);
    assert_eq!(by_text.expect("one says so").by, CellFoundBy::Text);
    let nowhere = place(&seen, &after, read, 99, "price", "€5").await.expect("the call is kept");
    assert_eq!(nowhere.found, None);
    assert_eq!(place(&seen, "no-such-session", 1, 0, "price", "").await, None);
}

#[tokio::test]
async fn the_shell_is_told_whether_two_runs_or_two_session_files_differ_and_what_was_wrong_with_the_input() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file in a temporary folder");
        path.display().to_string()
    };
    let flow = json!({ "version": 1, "name": "Offers", "steps": [
        { "name": "Open the offers", "call": { "type": "observe", "url": site.url("/offers") } },
        { "name": "Read the offers", "call": { "type": "scrape", "extract": extract() } },
    ] });
    let flow = file("offers.flow.json", &flow.to_string());
    let run = async || {
        let ran = run_app(&["flow", "run", &flow, "--json"], &[]).await;
        assert_eq!(ran.code, Some(0), "{}", ran.errors);
        ran.printed
    };
    let mut seen = Seen::on(&engine.base_url).await;
    let monday = file("monday.json", &run().await);
    let (first, _) = reads(&mut seen, &site).await;
    site.is_restocked();
    let tuesday = file("tuesday.json", &run().await);
    let (second, _) = reads(&mut seen, &site).await;

    let same = run_app(&["flow", "diff", &monday, &monday], &[]).await;
    assert_eq!(same.code, Some(0), "{}", same.errors);
    assert!(same.printed.contains("Nothing differs in 2 steps and 6 rows."), "{}", same.printed);
    let differ = run_app(&["flow", "diff", &monday, &tuesday], &[]).await;
    assert_eq!(differ.code, Some(1), "{}", differ.errors);
    for line in [
        "offers: 6 -> 6 rows, 1 added, 1 gone, 4 changed (4 cells), matched by url",
        "column stock empty: 0 % -> 50 %",
        "price: €949 -> €849",
        "name: Orion 17",
    ] {
        assert!(differ.printed.contains(line), "no {line} in {}", differ.printed);
    }
    let by_name = run_app(&["flow", "diff", &monday, &tuesday, "--key", "name", "--json"], &[]).await;
    assert_eq!(by_name.code, Some(1), "{}", by_name.errors);
    let document: RunDiff = serde_json::from_str(&by_name.printed).expect("the document");
    assert_eq!(table(&document).matched_by, MatchedBy::Key { column: "name".to_owned(), ambiguous: 0 });

    for (words, said) in [
        (vec!["flow", "diff", &monday, &tuesday, "--key", "ean"], "--key: no rows of both have a column ean"),
        (vec!["flow", "diff", &monday, "/no/such/run.json"], "/no/such/run.json cannot be read"),
        (vec!["flow", "diff", &monday, &flow], "offers.flow.json: "),
        (vec!["session", "diff", &monday, &tuesday], "monday.json: "),
    ] {
        let refused = run_app(&words, &[]).await;
        assert_eq!((refused.code, refused.printed.as_str()), (Some(2), ""), "{words:?}");
        assert!(refused.errors.contains(said) && !refused.errors.contains("panicked"), "{}", refused.errors);
    }

    let mut files = Vec::new();
    for session in [first, second] {
        seen.did(Command::CloseSession { session: session.clone() }).await;
        let query = Query::HistorySession { connection: LOCAL_CONNECTION.to_owned(), session };
        let Ok(Answer::HistorySession(Some(kept))) = seen.hub.query(query).await else {
            panic!("it is kept")
        };
        seen.did(Command::ExportPast { session: kept.key, pictures: true, form: ExportForm::SessionFile })
            .await;
        files.push(seen.hub.exported(kept.key).expect("its file").display().to_string());
    }
    let differ = run_app(&["session", "diff", &files[0], &files[1], "--json"], &[]).await;
    assert_eq!(differ.code, Some(1), "{}", differ.errors);
    assert_restocked(&serde_json::from_str(&differ.printed).expect("the document"));
    let same = run_app(&["session", "diff", &files[1], &files[1]], &[]).await;
    assert_eq!(same.code, Some(0), "{} {}", same.printed, same.errors);
}
