//! Which row of one table is which of the other: by a column that tells the rows of both apart, else by what they have in
//! common, the rarer the more. No two rows are compared that share nothing.

use std::collections::HashMap;

use serde_json::Value;

use super::cells::{Cells, EMPTY};
use super::document::{MatchedBy, RowKey};
use super::tables::TableKind;

/// A value that stands in more pairs of rows finds none of them.
const MOST_PAIRS_OF_VALUE: usize = 100;
/// A column is a key when it finds so much of the shorter side again; one that is called like a key, so much.
const KEY_FINDS: f64 = 0.5;
const NAMED_KEY_FINDS: f64 = 0.1;
/// What a cell with words says that stand nowhere else, and what is enough for the same row.
const TELLS_ALL: usize = 1_000;
const ENOUGH: usize = 900;

/// Rows that are the same one, by their places, and by what that was found.
pub(super) struct Matches {
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) by: MatchedBy,
    /// The columns that are keys, the best first.
    pub(super) keys: Vec<String>,
}

/// Finds them.
pub(super) fn matched(
    a: &Cells<'_>,
    b: &Cells<'_>,
    columns: &[&str],
    kind: TableKind,
    key: &RowKey,
) -> Matches {
    let found = keys(a, b, columns);
    let by_column = |column: usize| {
        let (pairs, ambiguous) = by_key(a, b, column);
        (pairs, MatchedBy::Key { column: columns[column].to_owned(), ambiguous })
    };
    let by_place = || ((0..a.len().min(b.len())).map(|place| (place, place)).collect(), MatchedBy::Place);
    let chosen = match key {
        RowKey::Column { column } => columns.iter().position(|name| name == column).map(by_column),
        RowKey::Place => Some(by_place()),
        RowKey::Found => None,
    };
    let (pairs, by) = chosen.unwrap_or_else(|| match (kind, found.first()) {
        (TableKind::Once, _) => by_place(),
        (TableKind::List, Some(best)) => by_column(*best),
        (TableKind::List, None) => (by_likeness(a, b, columns), MatchedBy::Likeness),
    });
    Matches { pairs, by, keys: found.into_iter().map(|column| columns[column].to_owned()).collect() }
}

/// The columns that tell the rows of both sides apart and find them again, the best first.
fn keys(a: &Cells<'_>, b: &Cells<'_>, columns: &[&str]) -> Vec<usize> {
    if a.len() == 0 || b.len() == 0 {
        return Vec::new();
    }
    let mut found: Vec<(f64, &str, usize)> = Vec::new();
    for (column, name) in columns.iter().enumerate() {
        if !(are_plain(a, name) && are_plain(b, name)) || number_rows(a, b, name) {
            continue;
        }
        let (in_a, in_b) = (a.counts(column), b.counts(column));
        let is_whole =
            |counts: &HashMap<u64, usize>, rows| counts.len() == rows && !counts.contains_key(&EMPTY);
        if !is_whole(&in_a, a.len()) || !is_whole(&in_b, b.len()) {
            continue;
        }
        let both = in_a.keys().filter(|print| in_b.contains_key(print)).count();
        #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
        let finds = both as f64 / a.len().min(b.len()) as f64;
        let named = named_like_key(a, b, name);
        if finds >= if named >= 0.2 { NAMED_KEY_FINDS } else { KEY_FINDS } {
            found.push((finds + named, name, column));
        }
    }
    found.sort_by(|x, y| y.0.total_cmp(&x.0).then_with(|| x.1.cmp(y.1)));
    found.into_iter().map(|(_, _, column)| column).collect()
}

/// Each cell is a text or a number.
fn are_plain(cells: &Cells<'_>, name: &str) -> bool {
    cells.rows.iter().all(|row| matches!(row.get(name), Some(Value::String(_) | Value::Number(_))))
}

/// The column numbers the rows of both, so that it is of the place and not of the row.
fn number_rows(a: &Cells<'_>, b: &Cells<'_>, name: &str) -> bool {
    counts_rows(a, name) && counts_rows(b, name) && !is_id(&words_of(name))
}

fn counts_rows(cells: &Cells<'_>, name: &str) -> bool {
    let number = |row: usize| match cells.rows.get(row)?.get(name)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().trim_end_matches('.').trim_start_matches('#').parse::<i64>().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let Some(first) = number(0) else { return false };
    // From 0, from 1, or where a page before ended: years rise by one as well.
    if first > 1 && i64::try_from(cells.len()).is_ok_and(|rows| (first - 1) % rows != 0) {
        return false;
    }
    (0..cells.len()).all(|row| i64::try_from(row).ok().and_then(|row| first.checked_add(row)) == number(row))
}

/// How much the name of a column, and what it holds, speaks for a key.
fn named_like_key(a: &Cells<'_>, b: &Cells<'_>, name: &str) -> f64 {
    let words = words_of(name);
    let is_address = |value: Option<&Value>| {
        value
            .and_then(Value::as_str)
            .is_some_and(|text| text.starts_with("http://") || text.starts_with("https://"))
    };
    let addresses = |cells: &Cells<'_>| cells.rows.iter().take(50).all(|row| is_address(row.get(name)));
    let any = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    if is_id(&words) {
        0.4
    } else if any(&["image", "img", "picture", "photo", "src", "thumbnail"])
        || any(&["price", "cost", "rank", "position", "date", "time"])
    {
        -0.2
    } else if any(&["url", "href", "link", "address", "path"]) || addresses(a) && addresses(b) {
        0.35
    } else if any(&["name", "title", "code", "number", "email"]) {
        0.2
    } else {
        0.0
    }
}

fn is_id(words: &[String]) -> bool {
    let known = ["id", "uuid", "guid", "sku", "asin", "isbn", "ean", "gtin", "key", "slug"];
    words.iter().any(|word| known.contains(&word.as_str()))
}

fn words_of(name: &str) -> Vec<String> {
    let words = name.split(|letter: char| !letter.is_alphanumeric()).flat_map(camel);
    words.filter(|word| !word.is_empty()).collect()
}

/// `productId` as `product`, `id`.
fn camel(word: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in word.chars() {
        if letter.is_uppercase() && was_lower {
            words.push(String::new());
        }
        was_lower = letter.is_lowercase();
        if let Some(last) = words.last_mut() {
            last.extend(letter.to_lowercase());
        }
    }
    words
}

/// Those with the same value; several with the same in their order. Also how many rows share theirs.
fn by_key(a: &Cells<'_>, b: &Cells<'_>, column: usize) -> (Vec<(usize, usize)>, u32) {
    let mut places: HashMap<u64, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for row in 0..a.len() {
        places.entry(a.print(row, column)).or_default().0.push(row);
    }
    for row in 0..b.len() {
        places.entry(b.print(row, column)).or_default().1.push(row);
    }
    // Rows without a value are told apart by nothing.
    places.remove(&EMPTY);
    let ambiguous = places.values().map(|(x, y)| {
        let shared = |rows: &[usize]| if rows.len() > 1 { rows.len() } else { 0 };
        shared(x) + shared(y)
    });
    let ambiguous = super::count(ambiguous.sum());
    let pairs = places.into_values().flat_map(|(x, y)| x.into_iter().zip(y)).collect();
    (pairs, ambiguous)
}

/// First those that are equal, in their order; then those that have most in common.
fn by_likeness(a: &Cells<'_>, b: &Cells<'_>, columns: &[&str]) -> Vec<(usize, usize)> {
    let mut equal: HashMap<&[u64], (Vec<usize>, Vec<usize>)> = HashMap::new();
    for row in 0..a.len() {
        equal.entry(a.row(row)).or_default().0.push(row);
    }
    for row in 0..b.len() {
        equal.entry(b.row(row)).or_default().1.push(row);
    }
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let (mut left_a, mut left_b) = (Vec::new(), Vec::new());
    for (x, y) in equal.into_values() {
        let both = x.len().min(y.len());
        pairs.extend(x.iter().copied().zip(y.iter().copied()));
        left_a.extend_from_slice(&x[both..]);
        left_b.extend_from_slice(&y[both..]);
    }
    pairs.extend(alike(a, b, &left_a, &left_b, columns));
    pairs
}

/// Two rows that may be the same one.
struct Candidate {
    before: usize,
    after: usize,
    score: usize,
}

fn alike(
    a: &Cells<'_>,
    b: &Cells<'_>,
    left_a: &[usize],
    left_b: &[usize],
    columns: &[&str],
) -> Vec<(usize, usize)> {
    let mut scores: HashMap<(usize, usize), usize> = HashMap::new();
    for (column, name) in columns.iter().enumerate() {
        if number_rows(a, b, name) {
            continue;
        }
        let mut places: HashMap<u64, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for row in left_a {
            places.entry(a.print(*row, column)).or_default().0.push(*row);
        }
        for row in left_b {
            places.entry(b.print(*row, column)).or_default().1.push(*row);
        }
        places.remove(&EMPTY);
        for (x, y) in places.into_values() {
            if x.len() * y.len() > MOST_PAIRS_OF_VALUE {
                continue;
            }
            let Some(value) = x.first().and_then(|row| a.rows[*row].get(*name)) else { continue };
            // Whole numbers: their sum does not depend on the order of the columns.
            let weight = telling(value) / x.len().max(y.len()).max(1);
            for before in &x {
                for after in &y {
                    *scores.entry((*before, *after)).or_default() += weight;
                }
            }
        }
    }
    let full = |cells: &Cells<'_>, row: usize| cells.row(row).iter().filter(|print| **print != EMPTY).count();
    let mut candidates: Vec<Candidate> = scores
        .into_iter()
        .filter(|((before, after), score)| {
            let (x, y) = (a.row(*before), b.row(*after));
            let equal = x.iter().zip(y).filter(|(x, y)| x == y && **x != EMPTY).count();
            *score >= ENOUGH || equal * 2 > full(a, *before).max(full(b, *after))
        })
        .map(|((before, after), score)| Candidate { before, after, score })
        .collect();
    // The order of ties is the same whichever side comes first.
    candidates.sort_by(|x, y| {
        let place = |one: &Candidate| (one.before.abs_diff(one.after), one.before + one.after, one.before);
        y.score.cmp(&x.score).then_with(|| place(x).cmp(&place(y)))
    });
    let (mut taken_a, mut taken_b) = (vec![false; a.len()], vec![false; b.len()]);
    let mut pairs = Vec::new();
    for Candidate { before, after, .. } in candidates {
        if !taken_a[before] && !taken_b[after] {
            (taken_a[before], taken_b[after]) = (true, true);
            pairs.push((before, after));
        }
    }
    pairs
}

/// How much a value says about which row it is of: a number less than words.
fn telling(value: &Value) -> usize {
    match value {
        Value::String(text) if text.chars().filter(|letter| letter.is_alphabetic()).count() >= 3 => TELLS_ALL,
        Value::String(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => TELLS_ALL * 3 / 10,
        Value::Bool(_) | Value::Null => TELLS_ALL / 10,
    }
}
