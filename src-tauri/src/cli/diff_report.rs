//! What a person reads of a comparison: what differs, in lines.

use notex_flow::{
    Aspect, Change, ColumnFill, Mark, MatchedBy, RowDiff, RunDiff, RunOutcome, RunSide, StepDiff, TableDiff,
    Weight,
};
use serde_json::Value;

use super::session::line;

/// Of one table so many rows are told.
const MOST_ROWS: usize = 50;
/// So many actions of a step.
const MOST_ACTIONS: usize = 10;
/// A longer value is cut, in characters.
const LONGEST: usize = 80;

/// The lines.
pub(super) fn told(diff: &RunDiff) -> String {
    let mut text = String::new();
    line(&mut text, format_args!("before  {}", side(&diff.before)));
    line(&mut text, format_args!("after   {}", side(&diff.after)));
    line(&mut text, format_args!(""));
    for step in &diff.steps {
        tell_step(&mut text, step);
    }
    line(&mut text, format_args!(""));
    line(&mut text, format_args!("{}", diff.summary));
    text.truncate(text.trim_end().len());
    text
}

fn side(side: &RunSide) -> String {
    let how = match side.outcome {
        RunOutcome::Done => "done",
        RunOutcome::Failed => "failed",
        RunOutcome::Cancelled => "cancelled",
        RunOutcome::OverBudget => "stopped by its budget",
    };
    let about = if side.credits_estimated { "about " } else { "" };
    let at = side.started_at.format("%Y-%m-%d %H:%M:%SZ");
    let took = side.took_ms / 1_000.0;
    let mut text = format!(
        "{} on {}, {at}: {how} in {took:.1} s, {about}{} credits",
        side.title, side.connection, side.credits
    );
    if let Some(failure) = &side.failure {
        text.push_str(&format!("; {}", failure.message));
    }
    text
}

fn sign(mark: Mark) -> char {
    match mark {
        Mark::Same => '=',
        Mark::Changed => '~',
        Mark::Added => '+',
        Mark::Gone => '-',
    }
}

fn tell_step(text: &mut String, step: &StepDiff) {
    let Some(shown) = step.after.as_ref().or(step.before.as_ref()) else { return };
    let number = |run: &Option<notex_flow::StepRun>| {
        run.as_ref().map_or_else(|| "-".to_owned(), |step| (step.place + 1).to_string())
    };
    let (before, after) = (number(&step.before), number(&step.after));
    line(text, format_args!("{} {before:>3} {after:>3}  {}", sign(step.mark), shown.name));
    for change in &step.changes {
        tell_change(text, change);
    }
    if let Some(actions) = &step.actions {
        let partial = if actions.partial { " (of lists that are cut)" } else { "" };
        let (added, gone) = (actions.added.len(), actions.gone.len());
        line(text, format_args!("           actions: {added} added, {gone} gone{partial}"));
        let both =
            actions.added.iter().map(|one| ('+', one)).chain(actions.gone.iter().map(|one| ('-', one)));
        for (sign, action) in both.take(MOST_ACTIONS) {
            line(text, format_args!("           {sign} {}", cut(&action.description)));
        }
        tell_more(text, (added + gone).saturating_sub(MOST_ACTIONS), "actions");
    }
    for table in step.tables.iter().filter(|table| table.mark != Mark::Same || table.not_compared > 0) {
        tell_table(text, table);
    }
}

fn tell_change(text: &mut String, change: &Change) {
    let of = match change.of {
        Aspect::Outcome => "status",
        Aspect::Failure => "failure",
        Aspect::Name => "name",
        Aspect::Element => "element",
        Aspect::HttpStatus => "http status",
        Aspect::Url => "url",
        Aspect::Title => "title",
        Aspect::DataProblem => "data",
        Aspect::Text => "text",
        Aspect::Network => "network",
        Aspect::Console => "console",
        Aspect::Attempts => "tries",
        Aspect::Credits => "credits",
        Aspect::Time => "time",
    };
    let said = |side: &Option<String>| side.as_deref().map_or_else(|| "nothing".to_owned(), cut);
    // What decides nothing stands in brackets.
    let (open, close) = match change.weight {
        Weight::Decides => ("", ""),
        Weight::Measured => ("(", ")"),
    };
    line(
        text,
        format_args!("           {open}{of}: {} -> {}{close}", said(&change.before), said(&change.after)),
    );
}

fn tell_table(text: &mut String, table: &TableDiff) {
    let name = if table.name.is_empty() { "rows" } else { &table.name };
    let by = match &table.matched_by {
        MatchedBy::Key { column, ambiguous: 0 } => format!("matched by {column}"),
        MatchedBy::Key { column, ambiguous } => {
            format!("matched by {column}, which {ambiguous} rows share with others")
        }
        MatchedBy::Likeness => "matched by what they have in common".to_owned(),
        MatchedBy::Place => "matched by their place".to_owned(),
    };
    let TableDiff { rows_before, rows_after, added, gone, changed, cells_changed, .. } = table;
    line(
        text,
        format_args!(
            "           {name}: {rows_before} -> {rows_after} rows, {added} added, {gone} gone, {changed} changed \
             ({cells_changed} cells), {by}"
        ),
    );
    if table.not_compared > 0 {
        line(
            text,
            format_args!("           {} rows were not compared: there are too many", table.not_compared),
        );
    }
    for column in &table.columns {
        let rate = |fill: Option<ColumnFill>| {
            fill.map_or_else(|| "none".to_owned(), |fill| format!("{:.0} %", fill.null_rate * 100.0))
        };
        let (before, after) = (rate(column.before), rate(column.after));
        let what = match column.mark {
            Mark::Added => "is a new column, ",
            Mark::Gone => "is gone, ",
            Mark::Same | Mark::Changed if before != after => "",
            Mark::Same | Mark::Changed => continue,
        };
        line(text, format_args!("           column {} {what}empty: {before} -> {after}", column.name));
    }
    let differ = table.rows.iter().filter(|row| row.mark != Mark::Same);
    for row in differ.clone().take(MOST_ROWS) {
        line(text, format_args!("           {} {}", sign(row.mark), row_told(table, row)));
    }
    tell_more(text, differ.count().saturating_sub(MOST_ROWS), "rows");
}

fn row_told(table: &TableDiff, row: &RowDiff) -> String {
    let cells = table.columns.iter().zip(&row.cells).enumerate();
    let is_key = |name: &str| matches!(&table.matched_by, MatchedBy::Key { column, .. } if column == name);
    let told = cells.filter_map(|(place, (column, cell))| {
        let was = u32::try_from(place).ok().and_then(|place| row.was.get(&place));
        match (row.mark, was) {
            (_, Some(was)) => Some(format!("{}: {} -> {}", column.name, value(was), value(cell))),
            (Mark::Changed, None) if is_key(&column.name) => {
                Some(format!("{} {}:", column.name, value(cell)))
            }
            (Mark::Changed, None) => None,
            (Mark::Same | Mark::Added | Mark::Gone, None) => {
                (!cell.is_null()).then(|| format!("{}: {}", column.name, value(cell)))
            }
        }
    });
    let mut told: Vec<String> = told.collect();
    // The key says which row it is, so that it comes first.
    if let Some(key) = told.iter().position(|one| row.mark == Mark::Changed && one.ends_with(':')) {
        let key = told.remove(key);
        return format!("{key} {}", told.join(", "));
    }
    let place = row.after.or(row.before).unwrap_or_default() + 1;
    match row.mark {
        Mark::Changed => format!("row {place}: {}", told.join(", ")),
        Mark::Same | Mark::Added | Mark::Gone => told.join(", "),
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => cut(text),
        other => cut(&other.to_string()),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn tell_more(text: &mut String, more: usize, what: &str) {
    if more > 0 {
        line(text, format_args!("           … and {more} more {what}; --json has them all"));
    }
}

#[cfg(test)]
mod tests {
    use notex_flow::{RowKey, Run, diff};
    use serde_json::json;

    use super::*;

    fn run(rows: &Value, url: &str) -> Run {
        let at = "2026-11-26T05:00:00Z";
        let run = json!({
            "version": 1, "flow": "Tea", "connection": "This computer", "session": "s1", "parameters": {}, "from": 0,
            "started_at": at, "ended_at": "2026-11-26T05:00:03Z", "outcome": "done", "credits": 3,
            "credits_estimated": false,
            "steps": [{ "place": 0, "name": "Read\u{1b}[31m rows", "status": "done", "attempts": 1, "calls": [1],
                "started_at": at, "took_ms": 100.0, "url": url, "title": "Tea", "credits": 2,
                "read": { "markdown_sha256": "", "markdown_bytes": 0, "markdown": "", "data": { "items": rows } } }],
        });
        Run::parse(&run.to_string()).unwrap()
    }

    #[test]
    fn what_differs_is_told_in_lines_that_hold_nothing_for_the_terminal() {
        let before = run(
            &json!([{ "id": "a", "price": "5" }, { "id": "b", "price": "6" }, { "id": "c", "price": "7" }]),
            "https://a.example/",
        );
        let after = run(
            &json!([{ "id": "a", "price": null }, { "id": "c", "price": "8" }, { "id": "d", "price": "9" }]),
            "https://b.example/",
        );
        let text = told(&diff(&before, &after, &RowKey::Found).unwrap());
        let lines: Vec<&str> = text.lines().collect();
        let expected = [
            "before  Tea on This computer, 2026-11-26 05:00:00Z: done in 3.0 s, 3 credits",
            "after   Tea on This computer, 2026-11-26 05:00:00Z: done in 3.0 s, 3 credits",
            "",
            "~   1   1  Read [31m rows",
            "           url: https://a.example/ -> https://b.example/",
            "           items: 3 -> 3 rows, 1 added, 1 gone, 2 changed (2 cells), matched by id",
            "           column price empty: 0 % -> 33 %",
            "           ~ id a: price: 5 -> nothing",
            "           - id: b, price: 6",
            "           ~ id c: price: 7 -> 8",
            "           + id: d, price: 9",
            "",
            "1 row added, 1 row gone, 2 cells changed in 2 rows, 1 step changed besides rows.",
        ];
        assert_eq!(lines, expected);
    }
}
