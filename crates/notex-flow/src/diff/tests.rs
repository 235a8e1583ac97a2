use std::time::Instant;

use chrono::{DateTime, TimeDelta};
use notex_session::Credits;
use notex_wire::CallKind;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    ActionSeen, ActionsSeen, Count, Matched, ReadPage, RunOutcome, Selector, SelectorKind, StepFailure,
    StepRun, StepStatus, Values,
};

fn step(name: &str, kind: CallKind) -> StepRun {
    StepRun {
        place: 0,
        name: name.to_owned(),
        kind: Some(kind),
        status: StepStatus::Done,
        failure: None,
        attempts: 1,
        calls: vec![1],
        started_at: DateTime::UNIX_EPOCH,
        took_ms: 100.0,
        http_status: Some(200),
        url: "https://shop.example.com/".to_owned(),
        title: "Shop".to_owned(),
        actions: None,
        matched: None,
        credits: Credits::from_thousandths(1_000),
        screenshot: None,
        network: None,
        console: None,
        read: None,
    }
}

fn scrape(data: Value) -> StepRun {
    let picked = json!({ "success": true, "error": null, "data": data });
    StepRun { read: Some(ReadPage::of("# Tea", Some(&picked))), ..step("Read rows", CallKind::Scrape) }
}

fn run(steps: Vec<StepRun>) -> Run {
    let steps = (0..).zip(steps).map(|(place, step)| StepRun { place, ..step }).collect();
    Run {
        version: Run::VERSION,
        flow: "Tea".to_owned(),
        connection: "This computer".to_owned(),
        session: Some("s1".to_owned()),
        parameters: Values::new(),
        from: 0,
        started_at: DateTime::UNIX_EPOCH,
        ended_at: DateTime::UNIX_EPOCH + TimeDelta::seconds(3),
        outcome: RunOutcome::Done,
        failure: None,
        credits: Credits::from_thousandths(3_000),
        credits_estimated: false,
        steps,
    }
}

fn found(before: &Run, after: &Run) -> RunDiff {
    diff(before, after, &RowKey::Found).unwrap()
}

fn of_rows(before: Value, after: Value) -> TableDiff {
    let differs = found(&run(vec![scrape(before)]), &run(vec![scrape(after)]));
    differs.steps.into_iter().next().unwrap().tables.into_iter().next().unwrap()
}

fn marks(differs: &RunDiff) -> Vec<(Mark, String)> {
    let name = |step: &StepDiff| step.after.as_ref().or(step.before.as_ref()).unwrap().name.clone();
    differs.steps.iter().map(|step| (step.mark, name(step))).collect()
}

fn row_marks(table: &TableDiff) -> Vec<Mark> {
    table.rows.iter().map(|row| row.mark).collect()
}

#[test]
fn rows_are_matched_by_the_column_that_tells_them_apart_and_each_changed_cell_is_named() {
    let row = |url: &str, title: &str, price: Value| json!({ "url": format!("https://shop.example.com/{url}"), "title": title, "price": price });
    let before = json!({ "items": [row("a", "Assam", json!(5)), row("b", "Bancha", json!(6.0)), row("c", "Ceylon", json!("7 €"))] });
    let after = json!({ "items": [row("n", "Nepal", json!(9)), row("c", "Ceylon", json!("8 €")), row("a", "Assam", json!(5.0)), row("d", "Darjeeling", Value::Null)] });
    let table = of_rows(before, after);
    assert_eq!(table.matched_by, MatchedBy::Key { column: "url".to_owned(), ambiguous: 0 });
    assert_eq!((table.name.as_str(), table.rows_before, table.rows_after), ("items", 3, 4));
    assert_eq!((table.same, table.changed, table.added, table.gone, table.moved), (1, 1, 2, 1, 1));
    assert_eq!(row_marks(&table), [Mark::Added, Mark::Changed, Mark::Same, Mark::Gone, Mark::Added]);
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["price", "title", "url"]);
    let changed = &table.rows[1];
    assert_eq!((changed.before, changed.after, changed.cells[0].clone()), (Some(2), Some(1), json!("8 €")));
    assert_eq!(changed.was.iter().collect::<Vec<_>>(), [(&0, &json!("7 €"))]);
    let price = &table.columns[0];
    assert_eq!(
        (price.changed, price.before.unwrap().null_rate, price.after.unwrap().null_rate),
        (1, 0.0, 0.25)
    );
    assert!(table.keys.starts_with(&["url".to_owned()]), "{:?}", table.keys);
}

#[test]
fn rows_that_no_column_tells_apart_are_matched_by_what_they_have_in_common() {
    let row = |name: &str, size: &str, price: i64| json!({ "name": name, "size": size, "price": price });
    let before = json!([
        row("Cup", "S", 3),
        row("Cup", "L", 5),
        row("Pot", "L", 9),
        row("Tin", "S", 4),
        row("Tin", "S", 4)
    ]);
    let after = json!([
        row("Pot", "L", 11),
        row("Cup", "S", 3),
        row("Cup", "L", 6),
        row("Tin", "S", 4),
        row("Sieve", "M", 2)
    ]);
    let table = of_rows(before, after);
    assert_eq!(table.matched_by, MatchedBy::Likeness);
    assert_eq!((table.same, table.changed, table.added, table.gone), (2, 2, 1, 1), "{:?}", table.rows);
    let pot = &table.rows[0];
    assert_eq!((pot.before, pot.was.values().collect::<Vec<_>>()), (Some(2), vec![&json!(9)]));
}

#[test]
fn a_column_that_numbers_the_rows_is_no_key_and_neither_is_one_that_finds_little_again() {
    let row = |rank: i64, word: &str, points: i64| json!({ "no": rank, "word": word, "points": points });
    let before = json!([row(1, "oolong", 50), row(2, "sencha", 40), row(3, "matcha", 30)]);
    let after = json!([row(1, "genmaicha", 60), row(2, "oolong", 51), row(3, "sencha", 41)]);
    let table = of_rows(before, after);
    assert_eq!(table.matched_by, MatchedBy::Key { column: "word".to_owned(), ambiguous: 0 });
    assert_eq!((table.added, table.gone, table.changed), (1, 1, 2));
}

#[test]
fn a_person_may_choose_another_key_or_the_place_and_a_column_that_is_not_there_is_named() {
    let before = run(vec![scrape(
        json!([{ "id": 1, "kind": "a" }, { "id": 2, "kind": "a" }, { "id": 3, "kind": "b" }]),
    )]);
    let after = run(vec![scrape(json!([{ "id": 2, "kind": "a" }, { "id": 3, "kind": "b" }]))]);
    let by = |key: &RowKey| {
        let differs = diff(&before, &after, key).unwrap();
        let table = differs.steps[0].tables[0].clone();
        (table.matched_by, table.changed, table.gone)
    };
    assert_eq!(by(&RowKey::Found), (MatchedBy::Key { column: "id".to_owned(), ambiguous: 0 }, 0, 1));
    let kind = RowKey::Column { column: "kind".to_owned() };
    assert_eq!(by(&kind), (MatchedBy::Key { column: "kind".to_owned(), ambiguous: 2 }, 1, 1));
    assert_eq!(by(&RowKey::Place), (MatchedBy::Place, 2, 1));
    let none = diff(&before, &after, &RowKey::Column { column: "sku".to_owned() }).unwrap_err();
    assert_eq!(none.to_string(), "key: no rows of both have a column sku; there are id, kind");
}

#[test]
fn columns_that_come_and_go_are_told_and_what_was_read_once_is_compared_in_its_place() {
    let table = of_rows(json!([{ "id": "a", "old": "x" }]), json!([{ "id": "a", "new": null }]));
    let columns: Vec<_> = table.columns.iter().map(|column| (column.name.as_str(), column.mark)).collect();
    assert_eq!(columns, [("id", Mark::Same), ("new", Mark::Added), ("old", Mark::Gone)]);
    assert_eq!((table.mark, table.cells_changed), (Mark::Changed, 1));
    let once = of_rows(json!({ "title": "Tea", "tags": ["a"] }), json!({ "title": "Coffee", "tags": ["a"] }));
    assert_eq!((once.matched_by, once.changed, once.cells_changed), (MatchedBy::Place, 1, 1));
    let gone = of_rows(json!({ "items": [{ "a": 1 }, { "a": 2 }] }), json!({ "items": [] }));
    assert_eq!((gone.mark, gone.gone), (Mark::Gone, 2));
}

#[test]
fn steps_are_aligned_by_what_they_are_when_some_are_new_gone_or_renamed() {
    let act = |name: &str, element: &str| {
        let matched = Matched {
            by: None,
            description: element.to_owned(),
            healed: false,
            tried: vec![],
            selectors: vec![],
        };
        StepRun { matched: Some(matched), ..step(name, CallKind::Step) }
    };
    let before = run(vec![
        step("Open shop", CallKind::Step),
        act("Close the banner", "Click Accept"),
        act("Search", "Click Search"),
        step("Wait 100 ms", CallKind::Step),
        scrape(json!([{ "id": 1 }])),
    ]);
    let after = run(vec![
        step("Open shop", CallKind::Step),
        act("Look for it", "Click Search"),
        step("List the actions", CallKind::Observe),
        step("Wait 500 ms", CallKind::Step),
        StepRun { name: "Read the tea".to_owned(), ..scrape(json!([{ "id": 1 }])) },
    ]);
    let differs = found(&before, &after);
    let expected = [
        (Mark::Same, "Open shop"),
        (Mark::Gone, "Close the banner"),
        (Mark::Changed, "Look for it"),
        (Mark::Added, "List the actions"),
        (Mark::Changed, "Wait 500 ms"),
        (Mark::Changed, "Read the tea"),
    ];
    assert_eq!(marks(&differs), expected.map(|(mark, name)| (mark, name.to_owned())));
    let renamed = &differs.steps[2].changes[0];
    assert_eq!((renamed.of, renamed.before.as_deref()), (Aspect::Name, Some("Search")));
    assert_eq!(differs.summary, "1 step added, 1 step gone, 3 steps changed besides rows.");
}

#[test]
fn what_differs_each_time_is_told_and_decides_nothing() {
    let before =
        StepRun { network: Some(Count { total: 9, failed: 0 }), ..step("Open shop", CallKind::Step) };
    let after = StepRun {
        took_ms: 900.0,
        attempts: 2,
        credits: Credits::from_thousandths(1_500),
        network: Some(Count { total: 12, failed: 0 }),
        ..before.clone()
    };
    let differs = found(&run(vec![before.clone()]), &run(vec![after.clone()]));
    let told: Vec<Aspect> = differs.steps[0].changes.iter().map(|change| change.of).collect();
    assert_eq!(told, [Aspect::Network, Aspect::Attempts, Aspect::Credits, Aspect::Time]);
    assert!(differs.same);
    assert_eq!(differs.summary, "Nothing differs in 1 step.");
    let failing = StepRun { network: Some(Count { total: 12, failed: 3 }), ..after };
    let differs = found(&run(vec![before]), &run(vec![failing]));
    assert_eq!((differs.same, differs.steps[0].mark), (false, Mark::Changed));
    let network = differs.steps[0].changes[0].clone();
    assert_eq!((network.weight, network.after.as_deref()), (Weight::Decides, Some("12 requests, 3 failed")));
}

#[test]
fn failure_healing_actions_and_place_are_told_of_a_step() {
    let seen = |names: &[&str]| {
        let listed =
            names.iter().map(|name| ActionSeen { id: "B1".to_owned(), description: (*name).to_owned() });
        Some(ActionsSeen { total: names.len() as u64, listed: listed.collect() })
    };
    let by = |kind, healed| {
        let by = Some(Selector { by: kind, value: "#add".to_owned() });
        Some(Matched { by, description: "Click Add".to_owned(), healed, tried: vec![], selectors: vec![] })
    };
    let before = StepRun {
        actions: seen(&["Add", "Add", "Buy"]),
        matched: by(SelectorKind::Id, false),
        ..step("Click Add", CallKind::Step)
    };
    let after = StepRun {
        actions: seen(&["Add", "Help"]),
        matched: by(SelectorKind::Css, true),
        url: "https://shop.example.com/cart".to_owned(),
        ..before.clone()
    };
    let differs = found(&run(vec![before.clone()]), &run(vec![after]));
    let actions = differs.steps[0].actions.clone().unwrap();
    let names = |all: &[ActionSeen]| all.iter().map(|one| one.description.clone()).collect::<Vec<_>>();
    assert_eq!(
        (names(&actions.added), names(&actions.gone)),
        (vec!["Help".to_owned()], vec!["Add".to_owned(), "Buy".to_owned()])
    );
    let told: Vec<_> =
        differs.steps[0].changes.iter().map(|change| (change.of, change.after.clone())).collect();
    let healed = (Aspect::Element, Some("healed: by CSS #add".to_owned()));
    assert_eq!(told, [healed, (Aspect::Url, Some("https://shop.example.com/cart".to_owned()))]);
    let failure =
        Some(StepFailure { code: "other".to_owned(), message: "it is covered".to_owned(), hint: None });
    let failed = StepRun { status: StepStatus::Failed, failure, matched: None, ..before.clone() };
    let failed = Run { outcome: RunOutcome::Failed, ..run(vec![failed]) };
    let differs = found(&run(vec![before]), &failed);
    assert_eq!(
        differs.summary,
        "1 step failed that was done, 1 step changed besides rows, the run failed, and was done before."
    );
}

#[test]
fn the_document_is_read_as_it_was_written() {
    let differs = found(
        &run(vec![scrape(json!([{ "id": 1, "x": "a" }, { "id": 2 }]))]),
        &run(vec![scrape(json!([{ "id": 1, "x": "b" }])), step("Back", CallKind::Step)]),
    );
    let text = serde_json::to_string(&differs).unwrap();
    assert_eq!(serde_json::from_str::<RunDiff>(&text).unwrap(), differs);
}

/// So many rows, of which each tenth has another price in the second life, and some are new.
fn many(life: usize, rows: usize, with_key: bool) -> Value {
    let row = |n: usize| {
        let mut row = json!({
            "title": format!("Tea {}", n / 2), "price": if n.is_multiple_of(10) { n + life } else { n }, "stock": n % 7,
            "a": format!("{}", n % 100), "b": "the same", "c": null, "d": n % 1000, "e": n % 3, "f": format!("x{}", n / 2),
        });
        row["id"] = if with_key { json!(format!("T{n}")) } else { json!(n / 2) };
        row
    };
    Value::Array((life * 50..rows + life * 50).map(row).collect())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is tested")]
fn ten_thousand_rows_of_ten_columns_are_compared_in_well_under_a_second() {
    for with_key in [true, false] {
        let (before, after) =
            (run(vec![scrape(many(0, 10_000, with_key))]), run(vec![scrape(many(1, 10_000, with_key))]));
        let began = Instant::now();
        let differs = found(&before, &after);
        let took = began.elapsed();
        let table = &differs.steps[0].tables[0];
        assert_eq!(table.rows_after, 10_000);
        assert_eq!((table.added, table.gone), (50, 50), "{:?}", table.matched_by);
        // Unoptimised and on a machine that does other work; the optimised program takes a tenth.
        assert!(took.as_secs_f64() < 5.0, "{took:?} {with_key}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is tested")]
fn sessions_of_thousands_of_calls_are_aligned_without_a_stall() {
    let calls = |shift: usize| {
        (0..3_000).map(|n| step(&format!("Click {}", (n * 7 + shift) % 900), CallKind::Step)).collect()
    };
    let began = Instant::now();
    let differs = found(&run(calls(0)), &run(calls(1)));
    assert!(differs.totals.steps_same > 1_000, "{:?}", differs.totals);
    assert!(began.elapsed().as_secs_f64() < 5.0, "{:?}", began.elapsed());
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => (0..4_i64).prop_map(|number| json!(number)),
        3 => "[ab]{0,2}".prop_map(|text| json!(text)),
        1 => Just(Value::Null),
        1 => Just(json!(1.0)),
        1 => Just(json!([1, { "x": "y" }])),
    ]
}

fn rows() -> impl Strategy<Value = Value> {
    let row = proptest::collection::btree_map("[abcd]|id|url", value(), 0..5);
    proptest::collection::vec(row, 0..8).prop_map(|rows| json!(rows))
}

fn any_step() -> impl Strategy<Value = StepRun> {
    let kind = prop_oneof![Just(CallKind::Observe), Just(CallKind::Step)];
    let plain =
        ("[a-c] [a-c]", kind, 1..4_u32, prop_oneof![Just("https://a/"), Just("https://b/")], any::<bool>());
    let plain = plain.prop_map(|(name, kind, attempts, url, done)| StepRun {
        attempts,
        url: url.to_owned(),
        status: if done { StepStatus::Done } else { StepStatus::Failed },
        ..step(&name, kind)
    });
    prop_oneof![2 => plain, 1 => rows().prop_map(scrape), 1 => rows().prop_map(|rows| scrape(json!({ "items": rows, "n": 1 })))]
}

fn any_run() -> impl Strategy<Value = Run> {
    proptest::collection::vec(any_step(), 0..7).prop_map(run)
}

fn mirrored(mark: Mark) -> Mark {
    match mark {
        Mark::Same | Mark::Changed => mark,
        Mark::Added => Mark::Gone,
        Mark::Gone => Mark::Added,
    }
}

/// All that is told of a step, without the order of the sides.
fn told(step: &StepDiff, swapped: bool) -> Value {
    let mark = |mark| if swapped { mirrored(mark) } else { mark };
    let two = |x: Value, y: Value| if swapped { json!([y, x]) } else { json!([x, y]) };
    let mut tables: Vec<Value> = step
        .tables
        .iter()
        .map(|table| {
            let mut columns: Vec<_> = table
                .columns
                .iter()
                .map(|column| {
                    let fill = two(json!(column.before), json!(column.after));
                    (column.name.clone(), mark(column.mark), fill, column.changed)
                })
                .collect();
            columns.sort_by(|x, y| x.0.cmp(&y.0));
            let mut rows: Vec<String> = table
                .rows
                .iter()
                .map(|row| {
                    json!([mark(row.mark), two(json!(row.before), json!(row.after)), row.was.len()])
                        .to_string()
                })
                .collect();
            rows.sort();
            let how_many =
                two(json!([table.rows_before, table.gone]), json!([table.rows_after, table.added]));
            json!([mark(table.mark), table.matched_by, table.keys, columns, rows, how_many, table.moved])
        })
        .collect();
    tables.sort_by_key(Value::to_string);
    let changes: Vec<Value> = step
        .changes
        .iter()
        .map(|change| json!([change.of, change.weight, two(json!(change.before), json!(change.after))]))
        .collect();
    json!([mark(step.mark), two(json!(step.before), json!(step.after)), changes, tables])
}

fn all_told(differs: &RunDiff, swapped: bool) -> Vec<String> {
    let mut told: Vec<String> = differs.steps.iter().map(|step| told(step, swapped).to_string()).collect();
    told.sort();
    told
}

proptest! {
    #[test]
    fn a_run_does_not_differ_from_itself(one in any_run()) {
        let differs = found(&one, &one);
        prop_assert!(differs.same, "{}", differs.summary);
        prop_assert!(differs.steps.iter().all(|step| step.mark == Mark::Same && step.changes.is_empty()));
        prop_assert!(differs.steps.iter().flat_map(|step| &step.tables).all(|table| table.mark == Mark::Same && table.moved == 0));
    }

    #[test]
    fn the_other_way_round_is_the_mirror(a in any_run(), b in any_run()) {
        let (there, back) = (found(&a, &b), found(&b, &a));
        prop_assert_eq!(there.same, back.same);
        prop_assert_eq!(all_told(&there, false), all_told(&back, true));
    }

    #[test]
    fn every_step_and_every_row_is_told_once_and_in_its_order(a in any_run(), b in any_run()) {
        let differs = found(&a, &b);
        let places = |side: fn(&StepDiff) -> Option<&StepRun>| -> Vec<u32> {
            differs.steps.iter().filter_map(side).map(|step| step.place).collect()
        };
        prop_assert_eq!(places(|step| step.before.as_ref()), (0..a.steps.len() as u32).collect::<Vec<_>>());
        prop_assert_eq!(places(|step| step.after.as_ref()), (0..b.steps.len() as u32).collect::<Vec<_>>());
        for table in differs.steps.iter().flat_map(|step| &step.tables) {
            let after: Vec<u32> = table.rows.iter().filter_map(|row| row.after).collect();
            prop_assert_eq!(after, (0..table.rows_after).collect::<Vec<_>>());
            let mut before: Vec<u32> = table.rows.iter().filter_map(|row| row.before).collect();
            before.sort_unstable();
            prop_assert_eq!(before, (0..table.rows_before).collect::<Vec<_>>());
        }
    }
}
