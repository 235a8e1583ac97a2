//! The rows of a table as they are compared: what a cell holds as a number of 64 bits, so that ten thousand rows are
//! looked up and not compared one by one.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value};

/// Where nothing stands.
pub(super) const EMPTY: u64 = 0;

/// The rows of one side.
pub(super) struct Cells<'a> {
    pub(super) rows: Vec<&'a Map<String, Value>>,
    columns: usize,
    prints: Vec<u64>,
}

impl<'a> Cells<'a> {
    pub(super) fn of(rows: Vec<&'a Map<String, Value>>, columns: &[&str]) -> Self {
        let prints = rows.iter().flat_map(|row| columns.iter().map(|name| print(row.get(*name)))).collect();
        Self { rows, columns: columns.len(), prints }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn print(&self, row: usize, column: usize) -> u64 {
        self.prints[row * self.columns + column]
    }

    pub(super) fn row(&self, row: usize) -> &[u64] {
        &self.prints[row * self.columns..(row + 1) * self.columns]
    }

    pub(super) fn empty_in(&self, column: usize) -> usize {
        (0..self.len()).filter(|row| self.print(*row, column) == EMPTY).count()
    }

    /// How often a column holds what.
    pub(super) fn counts(&self, column: usize) -> HashMap<u64, usize> {
        let mut counts = HashMap::new();
        for row in 0..self.len() {
            *counts.entry(self.print(row, column)).or_default() += 1;
        }
        counts
    }
}

/// Nothing stands there: no value, null, an empty text, an empty list or object.
pub(super) fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(fields)) => fields.is_empty(),
        Some(Value::Bool(_) | Value::Number(_)) => false,
    }
}

fn print(value: Option<&Value>) -> u64 {
    let Some(value) = value.filter(|value| !is_empty(Some(value))) else { return EMPTY };
    let mut hasher = DefaultHasher::new();
    write(value, &mut hasher);
    hasher.finish().max(1)
}

fn write(value: &Value, into: &mut DefaultHasher) {
    match value {
        Value::Null => 0_u8.hash(into),
        Value::Bool(truth) => (1_u8, truth).hash(into),
        // 1 and 1.0 are the same number.
        Value::Number(number) => match number.as_f64() {
            Some(number) => (2_u8, if number == 0.0 { 0 } else { number.to_bits() }).hash(into),
            None => (3_u8, number.to_string()).hash(into),
        },
        Value::String(text) => (4_u8, text).hash(into),
        Value::Array(items) => {
            (5_u8, items.len()).hash(into);
            items.iter().for_each(|item| write(item, into));
        }
        Value::Object(fields) => {
            (6_u8, fields.len()).hash(into);
            for (name, field) in fields {
                name.hash(into);
                write(field, into);
            }
        }
    }
}
