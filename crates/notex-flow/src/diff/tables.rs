//! The rows in what a scrape picked: every list of objects in it, by the way to it, and what stands beside the lists as one
//! row. A list inside of a row is the value of a cell.

use serde_json::{Map, Value};

/// More tables than this of one scrape are not compared.
const MOST_TABLES: usize = 50;
const MOST_DEPTH: usize = 8;

/// Rows as they stand in the data.
pub(crate) type Rows<'a> = Vec<&'a Map<String, Value>>;

/// Rows with the same columns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table<'a> {
    /// The way to it: `auto.items`.
    pub(crate) name: String,
    /// Its columns in the order in which they are told.
    pub(crate) columns: Vec<&'a str>,
    /// Its rows.
    pub(crate) rows: Rows<'a>,
    /// Whether it is a list, or what stands beside the lists.
    pub(crate) kind: TableKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableKind {
    /// A list of rows.
    List,
    /// Fields that are there once: one row.
    Once,
}

/// The tables in some data, lists first.
pub(crate) fn tables(data: &Value) -> Vec<Table<'_>> {
    let mut found = Vec::new();
    look(data, String::new(), 0, &mut found);
    found.sort_by_key(|table| match table.kind {
        TableKind::List => 0,
        TableKind::Once => 1,
    });
    found.truncate(MOST_TABLES);
    found
}

fn look<'a>(value: &'a Value, way: String, depth: usize, found: &mut Vec<Table<'a>>) {
    if depth > MOST_DEPTH || found.len() > MOST_TABLES {
        return;
    }
    match value {
        Value::Array(items) => {
            let Some(rows) = rows_of(items) else { return };
            if rows.iter().all(|row| told_columns(row).is_some()) {
                // A list of tables, each with its columns.
                for (place, table) in items.iter().enumerate() {
                    let caption =
                        table.get("caption").and_then(Value::as_str).filter(|text| !text.is_empty());
                    let name = caption.map_or_else(|| (place + 1).to_string(), str::to_owned);
                    look(table, below(&way, &name), depth + 1, found);
                }
                return;
            }
            found.push(Table { name: way, columns: columns_of(&rows, &[]), rows, kind: TableKind::List });
        }
        Value::Object(fields) => {
            if let Some((told, rows)) = told_columns(fields) {
                found.push(Table {
                    name: way,
                    columns: columns_of(&rows, &told),
                    rows,
                    kind: TableKind::List,
                });
                return;
            }
            let may_be_rows =
                |value: &Value| value.as_array().is_some_and(|items| items.iter().all(Value::is_object));
            let is_beside = |value: &Value| !value.is_object() && !may_be_rows(value);
            let beside: Vec<&str> =
                fields.iter().filter(|(_, value)| is_beside(value)).map(|(name, _)| name.as_str()).collect();
            if !beside.is_empty() {
                let (name, rows) = (way.clone(), vec![fields]);
                found.push(Table { name, columns: beside, rows, kind: TableKind::Once });
            }
            for (name, value) in fields.iter().filter(|(_, value)| !is_beside(value)) {
                look(value, below(&way, name), depth + 1, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn below(way: &str, name: &str) -> String {
    if way.is_empty() { name.to_owned() } else { format!("{way}.{name}") }
}

/// A list that holds objects only; an empty one says nothing.
fn rows_of(items: &[Value]) -> Option<Rows<'_>> {
    if items.is_empty() { None } else { items.iter().map(Value::as_object).collect() }
}

/// `{ "columns": [...], "rows": [...] }`, as the engine tells what it found by itself.
fn told_columns(table: &Map<String, Value>) -> Option<(Vec<&str>, Rows<'_>)> {
    let columns = table.get("columns")?.as_array()?;
    let columns = columns.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?;
    Some((columns, rows_of(table.get("rows")?.as_array()?)?))
}

/// Those that are told first, then those that only the rows have.
fn columns_of<'a>(rows: &[&'a Map<String, Value>], told: &[&'a str]) -> Vec<&'a str> {
    let mut columns = told.to_vec();
    let mut known: std::collections::HashSet<&str> = told.iter().copied().collect();
    for row in rows {
        columns.extend(row.keys().map(String::as_str).filter(|name| known.insert(name)));
    }
    columns
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shape(data: &Value) -> Vec<(String, Vec<&str>, usize)> {
        tables(data).into_iter().map(|table| (table.name, table.columns, table.rows.len())).collect()
    }

    #[test]
    fn every_list_of_objects_is_a_table_and_what_stands_beside_them_is_one_row() {
        let data = json!({ "shop": "Tea", "tags": ["a", "b"], "items": [{ "b": 1, "a": [{ "x": 1 }] }, { "c": 2 }],
                           "none": [], "more": { "deep": [{ "z": 1 }] } });
        let items = ("items".to_owned(), vec!["a", "b", "c"], 2);
        let deep = ("more.deep".to_owned(), vec!["z"], 1);
        assert_eq!(shape(&data), [items, deep, (String::new(), vec!["shop", "tags"], 1)]);
        assert_eq!(shape(&json!([{ "a": 1 }])), [(String::new(), vec!["a"], 1)]);
        assert_eq!(shape(&json!([1, 2])), []);
    }

    #[test]
    fn what_the_engine_finds_by_itself_comes_by_its_captions_and_in_its_order() {
        let data = json!({ "auto": {
            "items": { "columns": ["title", "price"], "rows": [{ "price": "1", "title": "a" }] },
            "tables": [{ "caption": "Plans", "columns": ["z", "a"], "rows": [{ "a": "1", "z": "2" }] },
                       { "caption": null, "columns": ["q"], "rows": [{ "q": "1" }] }],
        } });
        let expected = [
            ("auto.items", vec!["title", "price"]),
            ("auto.tables.Plans", vec!["z", "a"]),
            ("auto.tables.2", vec!["q"]),
        ];
        assert_eq!(shape(&data), expected.map(|(name, columns)| (name.to_owned(), columns, 1)));
    }
}
