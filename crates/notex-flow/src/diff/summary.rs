//! What differs, in one sentence: the rows first.

use super::document::{DiffTotals, Mark, RunSide, StepDiff, Weight};
use crate::{RunOutcome, StepStatus};

/// The sentence.
pub(super) fn of(
    before: &RunSide,
    after: &RunSide,
    steps: &[StepDiff],
    totals: &DiffTotals,
    same: bool,
) -> String {
    if same {
        let steps = counted(totals.steps_same, "step");
        return match totals.rows_after {
            0 => format!("Nothing differs in {steps}."),
            rows => format!("Nothing differs in {steps} and {}.", counted(rows, "row")),
        };
    }
    let mut parts = Vec::new();
    let mut told = |number: u32, what: &str, how: &str| {
        if number > 0 {
            parts.push(format!("{} {how}", counted(number, what)));
        }
    };
    told(totals.rows_added, "row", "added");
    told(totals.rows_gone, "row", "gone");
    if totals.cells_changed > 0 {
        let how = format!("changed in {}", counted(totals.rows_changed, "row"));
        told(totals.cells_changed, "cell", &how);
    }
    let failed = |failed_before, failed_after| {
        let is = |step: &Option<crate::StepRun>| step.as_ref().map(|step| step.status != StepStatus::Done);
        let fits = |step: &&StepDiff| {
            (is(&step.before), is(&step.after)) == (Some(failed_before), Some(failed_after))
        };
        super::count(steps.iter().filter(fits).count())
    };
    told(failed(false, true), "step", "failed that was done");
    told(failed(true, false), "step", "done that failed");
    told(totals.steps_added, "step", "added");
    told(totals.steps_gone, "step", "gone");
    let beside = |step: &&StepDiff| {
        step.mark == Mark::Changed
            && (step.changes.iter().any(|change| change.weight == Weight::Decides)
                || step.actions.as_ref().is_some_and(|actions| !actions.partial))
    };
    let elsewhere = steps.iter().filter(beside).count();
    let columns = steps.iter().flat_map(|step| &step.tables).flat_map(|table| &table.columns);
    let columns = columns.filter(|column| matches!(column.mark, Mark::Added | Mark::Gone)).count();
    told(super::count(columns), "column", "added or gone");
    told(super::count(elsewhere), "step", "changed besides rows");
    if before.outcome != after.outcome {
        parts.push(format!("the run {}, and {} before", outcome(after), outcome(before)));
    } else if before.failure != after.failure {
        parts.push("the run ended for another reason".to_owned());
    }
    if parts.is_empty() {
        let decide = steps.iter().flat_map(|step| &step.changes).filter(|one| one.weight == Weight::Decides);
        parts.push(counted(super::count(decide.count()), "difference"));
    }
    let sentence = parts.join(", ");
    let mut letters = sentence.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn counted(number: u32, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn outcome(side: &RunSide) -> &'static str {
    match side.outcome {
        RunOutcome::Done => "was done",
        RunOutcome::Failed => "failed",
        RunOutcome::Cancelled => "was cancelled",
        RunOutcome::OverBudget => "was stopped by its budget",
    }
}

/// A time for a person: `840 ms`, `2.4 s`.
pub(super) fn time(ms: f64) -> String {
    if ms < 1_000.0 { format!("{ms:.0} ms") } else { format!("{:.1} s", ms / 1_000.0) }
}
