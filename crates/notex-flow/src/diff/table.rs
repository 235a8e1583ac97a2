//! What differs between two tables.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::cells::Cells;
use super::count;
use super::document::{ColumnDiff, ColumnFill, Mark, RowDiff, RowKey, TableDiff};
use super::order::longest_rising;
use super::rows::{Matches, matched};
use super::tables::{Rows, Table, TableKind};

/// More rows of one side are not compared.
const MOST_ROWS: usize = 50_000;

/// Puts the tables of two scrapes side by side: by their names, then by their columns.
pub(super) fn compared(before: Vec<Table<'_>>, after: Vec<Table<'_>>, key: &RowKey) -> Vec<TableDiff> {
    let mut left: Vec<Option<Table<'_>>> = before.into_iter().map(Some).collect();
    let mut pairs: Vec<(Option<Table<'_>>, Option<Table<'_>>)> = Vec::new();
    for table in after {
        let same = take(&mut left, &|one| one.kind == table.kind && one.name == table.name);
        pairs.push((same, Some(table)));
    }
    for pair in &mut pairs {
        if let (None, Some(after)) = pair {
            pair.0 = take(&mut left, &|before| before.kind == after.kind && are_alike(before, after));
        }
    }
    pairs.extend(left.into_iter().flatten().map(|table| (Some(table), None)));
    pairs.into_iter().map(|(before, after)| table(before, after, key)).collect()
}

fn take<'a>(left: &mut [Option<Table<'a>>], fits: &dyn Fn(&Table<'_>) -> bool) -> Option<Table<'a>> {
    left.iter_mut().find(|table| table.as_ref().is_some_and(fits)).and_then(Option::take)
}

/// Most of their columns are the same.
fn are_alike(a: &Table<'_>, b: &Table<'_>) -> bool {
    let both = a.columns.iter().filter(|name| b.columns.contains(name)).count();
    both * 2 > a.columns.len().max(b.columns.len())
}

fn parts_of<'a>(table: Option<Table<'a>>) -> (Vec<&'a str>, Rows<'a>) {
    table.map_or_else(Default::default, |table| (table.columns, table.rows))
}

fn table(before: Option<Table<'_>>, after: Option<Table<'_>>, key: &RowKey) -> TableDiff {
    let (is_before, is_after) = (before.is_some(), after.is_some());
    let kind = after.as_ref().or(before.as_ref()).map_or(TableKind::List, |table| table.kind);
    let name = after.as_ref().or(before.as_ref()).map_or_else(String::new, |table| table.name.clone());
    let ((columns_before, mut old), (columns_after, mut new)) = (parts_of(before), parts_of(after));
    let not_compared = old.len().saturating_sub(MOST_ROWS) + new.len().saturating_sub(MOST_ROWS);
    old.truncate(MOST_ROWS);
    new.truncate(MOST_ROWS);
    let mut columns = columns_after.clone();
    columns.extend(columns_before.iter().filter(|name| !columns_after.contains(name)));
    let (a, b) = (Cells::of(old, &columns), Cells::of(new, &columns));
    let Matches { mut pairs, by, keys } = matched(&a, &b, &columns, kind, key);
    pairs.sort_unstable();
    let moved =
        pairs.len() - longest_rising(&pairs.iter().map(|(_, after)| *after).collect::<Vec<_>>()).len();
    let mut changed_in = vec![0_u32; columns.len()];
    let rows = rows(&a, &b, &columns, &pairs, &mut changed_in);
    let how_many = |mark| count(rows.iter().filter(|row| row.mark == mark).count());
    let column = |(place, name): (usize, &&str)| {
        let fill = |cells: &Cells<'_>, is_there: bool| {
            is_there.then(|| {
                let empty = cells.empty_in(place);
                #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
                let null_rate = if cells.len() == 0 { 0.0 } else { empty as f64 / cells.len() as f64 };
                ColumnFill { empty: count(empty), null_rate }
            })
        };
        let (had, has) = (columns_before.contains(name), columns_after.contains(name));
        ColumnDiff {
            name: (*name).to_owned(),
            mark: match (had, has) {
                (true, false) if is_after => Mark::Gone,
                (false, true) if is_before => Mark::Added,
                (_, _) if changed_in[place] > 0 => Mark::Changed,
                (_, _) => Mark::Same,
            },
            before: fill(&a, had),
            after: fill(&b, has),
            changed: changed_in[place],
        }
    };
    let columns: Vec<ColumnDiff> = columns.iter().enumerate().map(column).collect();
    let (same, changed, added, gone) =
        (how_many(Mark::Same), how_many(Mark::Changed), how_many(Mark::Added), how_many(Mark::Gone));
    let alike = changed + added + gone == 0 && columns.iter().all(|column| column.mark == Mark::Same);
    TableDiff {
        name,
        once: kind == TableKind::Once,
        mark: match (is_before, is_after) {
            (true, false) => Mark::Gone,
            (false, true) => Mark::Added,
            (_, _) if alike => Mark::Same,
            (_, _) => Mark::Changed,
        },
        matched_by: by,
        keys,
        rows_before: count(a.len()),
        rows_after: count(b.len()),
        same,
        changed,
        added,
        gone,
        moved: count(moved),
        cells_changed: changed_in.iter().sum(),
        not_compared: count(not_compared),
        columns,
        rows,
    }
}

/// All rows: those of the side after in their order, and those that are gone behind the one that they stood behind.
fn rows(
    a: &Cells<'_>,
    b: &Cells<'_>,
    columns: &[&str],
    pairs: &[(usize, usize)],
    changed_in: &mut [u32],
) -> Vec<RowDiff> {
    let (mut match_of_a, mut match_of_b) = (vec![None; a.len()], vec![None; b.len()]);
    for (before, after) in pairs {
        match_of_a[*before] = Some(*after);
        match_of_b[*after] = Some(*before);
    }
    // By the place of the row after that they follow, from 1; 0 is the beginning.
    let mut gone: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut behind = 0;
    for (place, matched) in match_of_a.iter().enumerate() {
        match matched {
            Some(after) => behind = after + 1,
            None => gone.entry(behind).or_default().push(place),
        }
    }
    let cells = |row: &Map<String, Value>| -> Vec<Value> {
        columns.iter().map(|name| row.get(*name).cloned().unwrap_or_default()).collect()
    };
    let lone = |mark, cells_of: &Cells<'_>, place: usize| RowDiff {
        mark,
        before: (mark == Mark::Gone).then(|| count(place)),
        after: (mark == Mark::Added).then(|| count(place)),
        cells: cells(cells_of.rows[place]),
        was: BTreeMap::new(),
    };
    let mut rows = Vec::with_capacity(a.len() + b.len() - pairs.len());
    // Behind the last one may be some that are gone.
    for (place, matched) in match_of_b.into_iter().map(Some).chain([None]).enumerate() {
        rows.extend(gone.remove(&place).into_iter().flatten().map(|place| lone(Mark::Gone, a, place)));
        let Some(matched) = matched else { break };
        let Some(before) = matched else {
            rows.push(lone(Mark::Added, b, place));
            continue;
        };
        let mut was = BTreeMap::new();
        for (column, name) in columns.iter().enumerate() {
            if a.print(before, column) != b.print(place, column) {
                was.insert(count(column), a.rows[before].get(*name).cloned().unwrap_or_default());
                changed_in[column] += 1;
            }
        }
        rows.push(RowDiff {
            mark: if was.is_empty() { Mark::Same } else { Mark::Changed },
            before: Some(count(before)),
            after: Some(count(place)),
            cells: cells(b.rows[place]),
            was,
        });
    }
    rows
}
