//! What differs between two runs, step by step and row by row. Owns the document of it, how steps and rows find each
//! other, and the sentence that sums it up. Sessions are compared as the runs that their calls make.

mod align;
mod cells;
mod document;
mod order;
mod rows;
mod step;
mod summary;
mod table;
pub(crate) mod tables;
#[cfg(test)]
mod tests;

use self::align::Pair;
pub use self::document::{
    ActionsDiff, Aspect, Change, ColumnDiff, ColumnFill, DiffError, DiffTotals, Mark, MatchedBy, RowDiff,
    RowKey, RunDiff, RunSide, StepDiff, TableDiff, Weight,
};
use crate::Run;

/// Compares two runs.
///
/// # Errors
/// When `key` names a column that no rows of both have.
pub fn diff(before: &Run, after: &Run, key: &RowKey) -> Result<RunDiff, DiffError> {
    let pairs = align::align(&before.steps, &after.steps);
    let steps: Vec<StepDiff> = pairs
        .into_iter()
        .map(|pair| match pair {
            Pair::Both(x, y) => step::both(&before.steps[x], &after.steps[y], key),
            Pair::Gone(x) => step::lone(Mark::Gone, &before.steps[x], key),
            Pair::Added(y) => step::lone(Mark::Added, &after.steps[y], key),
        })
        .collect();
    if let RowKey::Column { column } = key {
        check_key(column, &steps)?;
    }
    let totals = totals(&steps);
    let same = totals.steps_changed + totals.steps_added + totals.steps_gone == 0
        && before.outcome == after.outcome
        && before.failure == after.failure;
    let (before, after) = (side(before), side(after));
    let summary = summary::of(&before, &after, &steps, &totals, same);
    Ok(RunDiff { version: RunDiff::VERSION, same, summary, before, after, totals, steps })
}

fn check_key(column: &str, steps: &[StepDiff]) -> Result<(), DiffError> {
    let columns = || steps.iter().flat_map(|step| &step.tables).flat_map(|table| &table.columns);
    if columns().any(|known| known.name == column) {
        return Ok(());
    }
    let mut known: Vec<String> = columns().map(|known| known.name.clone()).collect();
    known.sort();
    known.dedup();
    known.truncate(40);
    Err(DiffError::NoColumn { column: column.to_owned(), known })
}

fn totals(steps: &[StepDiff]) -> DiffTotals {
    let mut totals = DiffTotals::default();
    for step in steps {
        match step.mark {
            Mark::Same => totals.steps_same += 1,
            Mark::Changed => totals.steps_changed += 1,
            Mark::Added => totals.steps_added += 1,
            Mark::Gone => totals.steps_gone += 1,
        }
        for table in &step.tables {
            totals.rows_before += table.rows_before;
            totals.rows_after += table.rows_after;
            totals.rows_changed += table.changed;
            totals.rows_added += table.added;
            totals.rows_gone += table.gone;
            totals.cells_changed += table.cells_changed;
        }
    }
    totals
}

fn side(run: &Run) -> RunSide {
    let took = run.ended_at.signed_duration_since(run.started_at);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a run")]
    let took_ms = took.num_milliseconds() as f64;
    RunSide {
        title: run.flow.clone(),
        connection: run.connection.clone(),
        session: run.session.clone(),
        started_at: run.started_at,
        took_ms,
        outcome: run.outcome,
        failure: run.failure.clone(),
        credits: run.credits,
        credits_estimated: run.credits_estimated,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
