//! What differs between two steps that are the same one.

use std::collections::HashMap;

use super::document::{ActionsDiff, Aspect, Change, Mark, RowKey, StepDiff, TableDiff, Weight};
use super::table::compared;
use super::tables::{Table, tables};
use crate::{ActionSeen, ActionsSeen, Count, Matched, ReadPage, StepRun, StepStatus, words};

/// A step took longer or shorter when it differs by so many milliseconds and by so much of the longer time.
const TIME_DIFFERS_MS: f64 = 100.0;
const TIME_DIFFERS: f64 = 0.25;

/// A step of one run only.
pub(super) fn lone(mark: Mark, step: &StepRun, key: &RowKey) -> StepDiff {
    let own = rows_of(step);
    let tables =
        if mark == Mark::Gone { compared(own, Vec::new(), key) } else { compared(Vec::new(), own, key) };
    let light = Some(light(step));
    let (before, after) = if mark == Mark::Gone { (light, None) } else { (None, light) };
    StepDiff { mark, before, after, changes: Vec::new(), actions: None, tables }
}

/// A step of both.
pub(super) fn both(before: &StepRun, after: &StepRun, key: &RowKey) -> StepDiff {
    let tables = compared(rows_of(before), rows_of(after), key);
    let changes = changes(before, after, &tables);
    let actions = match (&before.actions, &after.actions) {
        (Some(before), Some(after)) => actions(before, after),
        (_, _) => None,
    };
    let differs = changes.iter().any(|change| change.weight == Weight::Decides)
        || actions.as_ref().is_some_and(|actions| !actions.partial)
        || tables.iter().any(|table| table.mark != Mark::Same);
    let mark = if differs { Mark::Changed } else { Mark::Same };
    StepDiff { mark, before: Some(light(before)), after: Some(light(after)), changes, actions, tables }
}

fn rows_of(step: &StepRun) -> Vec<Table<'_>> {
    step.read.as_ref().and_then(|read| read.data.as_ref()).map(tables).unwrap_or_default()
}

/// Without what was read and listed: that is told by what differs of it.
fn light(step: &StepRun) -> StepRun {
    let read = step.read.as_ref().map(|read| ReadPage {
        markdown_sha256: read.markdown_sha256.clone(),
        markdown_bytes: read.markdown_bytes,
        markdown: String::new(),
        data: None,
        data_problem: read.data_problem.clone(),
    });
    let actions = step.actions.as_ref().map(|seen| ActionsSeen { total: seen.total, listed: Vec::new() });
    StepRun { actions, read, ..step.clone() }
}

fn changes(before: &StepRun, after: &StepRun, tables: &[TableDiff]) -> Vec<Change> {
    let mut all = Vec::new();
    let mut told = |of, weight, was: Option<String>, is: Option<String>| {
        if was != is {
            all.push(Change { of, weight, before: was, after: is });
        }
    };
    let two = |tell: fn(&StepRun) -> Option<String>| (tell(before), tell(after));
    use Weight::{Decides, Measured};
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    told(Aspect::Outcome, Decides, Some(status(before)), Some(status(after)));
    let (was, is) = two(|step| step.failure.as_ref().map(|failure| failure.message.clone()));
    told(Aspect::Failure, Decides, was, is);
    told(Aspect::Name, Decides, text(&before.name), text(&after.name));
    if let (Some(was), Some(is)) = (&before.matched, &after.matched)
        && (was.healed, &was.by) != (is.healed, &is.by)
    {
        told(Aspect::Element, Decides, Some(found(was)), Some(found(is)));
    }
    let (was, is) = two(|step| step.http_status.map(|status| status.to_string()));
    told(Aspect::HttpStatus, Decides, was, is);
    told(Aspect::Url, Decides, text(&before.url), text(&after.url));
    told(Aspect::Title, Decides, text(&before.title), text(&after.title));
    let (was, is) = two(|step| step.read.as_ref()?.data_problem.clone());
    told(Aspect::DataProblem, Decides, was, is);
    if let (Some(was), Some(is)) = (&before.read, &after.read)
        && was.markdown_sha256 != is.markdown_sha256
    {
        // Where rows are picked, they are what the page is read for.
        let weight = if tables.is_empty() { Decides } else { Measured };
        let size = |read: &ReadPage| format!("{} bytes", read.markdown_bytes);
        let (was, mut is) = (size(was), size(is));
        if was == is {
            is.push_str(", other words");
        }
        told(Aspect::Text, weight, Some(was), Some(is));
    }
    for (of, was, is, what) in [
        (Aspect::Network, before.network, after.network, "request"),
        (Aspect::Console, before.console, after.console, "line"),
    ] {
        let (Some(was), Some(is)) = (was, is) else { continue };
        let weight = if was.failed == is.failed { Measured } else { Decides };
        let failed = if of == Aspect::Network { "failed" } else { "errors" };
        told(of, weight, Some(counted(was, what, failed)), Some(counted(is, what, failed)));
    }
    told(Aspect::Attempts, Measured, Some(before.attempts.to_string()), Some(after.attempts.to_string()));
    told(Aspect::Credits, Measured, Some(before.credits.to_string()), Some(after.credits.to_string()));
    let (was, is) = (before.took_ms, after.took_ms);
    if (was - is).abs() >= TIME_DIFFERS_MS && (was - is).abs() >= TIME_DIFFERS * was.max(is) {
        told(Aspect::Time, Measured, Some(super::summary::time(was)), Some(super::summary::time(is)));
    }
    all
}

fn status(step: &StepRun) -> String {
    match step.status {
        StepStatus::Done => "done",
        StepStatus::Failed => "failed",
        StepStatus::Cancelled => "cancelled",
    }
    .to_owned()
}

fn found(matched: &Matched) -> String {
    let by = matched.by.as_ref().map_or_else(|| "its role and name".to_owned(), words);
    if matched.healed { format!("healed: by {by}") } else { format!("by {by}") }
}

fn counted(count: Count, what: &str, failed: &str) -> String {
    let plural = if count.total == 1 { "" } else { "s" };
    format!("{} {what}{plural}, {} {failed}", count.total, count.failed)
}

/// By what they are: an action has another id on another session.
fn actions(before: &ActionsSeen, after: &ActionsSeen) -> Option<ActionsDiff> {
    let what = |action: &ActionSeen| (action.id.chars().next(), action.description.clone());
    let mut left: HashMap<_, Vec<&ActionSeen>> = HashMap::new();
    for action in before.listed.iter().rev() {
        left.entry(what(action)).or_default().push(action);
    }
    let mut added = Vec::new();
    for action in &after.listed {
        if left.get_mut(&what(action)).and_then(Vec::pop).is_none() {
            added.push(action.clone());
        }
    }
    // Those that are left over, in the order of the page.
    let mut counts: HashMap<_, usize> = left.into_iter().map(|(what, all)| (what, all.len())).collect();
    let mut gone = Vec::new();
    for action in before.listed.iter().rev() {
        if let Some(count) = counts.get_mut(&what(action)).filter(|count| **count > 0) {
            *count -= 1;
            gone.push(action.clone());
        }
    }
    gone.reverse();
    let is_cut = |seen: &ActionsSeen| seen.total > seen.listed.len() as u64;
    let partial = is_cut(before) || is_cut(after);
    (!added.is_empty() || !gone.is_empty()).then_some(ActionsDiff { added, gone, partial })
}
