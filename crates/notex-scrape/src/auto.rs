//! Data that a page shows without saying so: its tables, and the items that it repeats.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use url::Url;

use crate::clean::Kept;
use crate::images;
use crate::tables::Grid;
use crate::tree::{Tree, weight};

const MOST_TABLES: usize = 100;
const MOST_ROWS: usize = 5_000;
const MOST_CELL: usize = 2_000;
const MOST_COLUMNS: usize = 40;
const LEAST_ITEMS: usize = 3;

/// By which attribute an element says its number.
const NUMBER: &str = "data-notex-n";
/// Where more cells stand is not told.
const MOST_CELLS: usize = 10_000;

/// Where cells stand, by their ways, in elements that have numbers.
#[derive(Debug, Default)]
pub(crate) struct CellPlaces(pub(crate) Vec<(String, u32)>);

impl CellPlaces {
    fn note(&mut self, tree: &Tree, place: usize, way: impl FnOnce() -> String) {
        let number = tree.attribute(place, NUMBER).and_then(|number| number.parse().ok());
        if let Some(number) = number.filter(|_| self.0.len() < MOST_CELLS) {
            self.0.push((way(), number));
        }
    }
}

/// The tables of a part of the page: caption, columns by name, and a row for each row.
pub(crate) fn tables(tree: &Tree, kept: &Kept, places: &mut CellPlaces) -> Vec<Value> {
    let mut tables = Vec::new();
    for place in tree.inside(kept.root) {
        if tree.tag(place) != "table" || kept.dropped[place] || tables.len() >= MOST_TABLES {
            continue;
        }
        let Some(grid) = Grid::of(tree, place, &kept.dropped) else { continue };
        let headers = grid.header_rows();
        let columns = named((0..grid.columns).map(|column| {
            let mut words: Vec<String> = Vec::new();
            for row in grid.rows.iter().take(headers) {
                let line = row
                    .cells
                    .get(column)
                    .copied()
                    .flatten()
                    .map(|cell| tree.line(cell.place, 100))
                    .unwrap_or_default();
                if !line.is_empty() && words.last() != Some(&line) {
                    words.push(line);
                }
            }
            words.join(" ")
        }));
        let caption = grid.caption.map(|caption| tree.line(caption, 300));
        let called = caption.clone().filter(|text| !text.is_empty());
        let called = called.unwrap_or_else(|| (tables.len() + 1).to_string());
        let rows: Vec<Value> = grid
            .rows
            .iter()
            .skip(headers)
            .take(MOST_ROWS)
            .enumerate()
            .map(|(at, row)| {
                let cells = columns.iter().enumerate().map(|(column, name)| {
                    let cell = row.cells.get(column).copied().flatten();
                    if let Some(cell) = cell {
                        places.note(tree, cell.place, || format!("auto.tables.{called}[{at}].{name}"));
                    }
                    let text = cell.map(|cell| tree.line(cell.place, MOST_CELL));
                    (name.clone(), text.map_or(Value::Null, Value::String))
                });
                Value::Object(cells.collect())
            })
            .collect();
        if !rows.is_empty() {
            tables.push(json!({ "caption": caption, "columns": columns, "rows": rows }));
        }
    }
    tables
}

/// Names that are all there and all different.
fn named(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (at, name) in names.enumerate() {
        let name = if name.is_empty() { format!("column {}", at + 1) } else { name };
        let mut one = name.clone();
        let mut number = 2;
        while all.contains(&one) {
            one = format!("{name} {number}");
            number += 1;
        }
        all.push(one);
    }
    all
}

/// The items that a part of the page repeats most, each as a row with the same columns.
pub(crate) fn items(tree: &Tree, kept: &Kept, base: Option<&Url>, places: &mut CellPlaces) -> Option<Value> {
    let group = largest_group(tree, kept)?;
    let mut own = vec![false; tree.len()];
    for place in tree.inside(kept.root) {
        if tree.text(place).is_some_and(|text| !text.trim().is_empty())
            && let Some(parent) = tree.parent(place)
        {
            own[parent] = true;
        }
    }
    let rows: Vec<BTreeMap<String, (usize, String)>> =
        group.iter().take(MOST_ROWS).map(|item| parts(tree, kept, &own, *item, base)).collect();
    // The parts that many items have, in the order they stand in.
    let mut paths: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for row in &rows {
        for (path, (place, _)) in row {
            let known = paths.entry(path).or_insert((0, 0));
            known.0 += 1;
            known.1 += place;
        }
    }
    let least = (rows.len() * 3 / 10).max(2);
    let mut paths: Vec<(&str, usize)> = paths
        .into_iter()
        .filter(|(_, (times, _))| *times >= least)
        .map(|(path, (times, places))| (path, places * 1000 / times))
        .collect();
    paths.sort_by_key(|(path, place)| (*place, *path));
    paths.truncate(MOST_COLUMNS);
    // A part that says the same in every item names nothing.
    paths.retain(|(path, _)| {
        let mut values = rows.iter().filter_map(|row| row.get(*path)).map(|(_, value)| value);
        let first = values.next();
        rows.len() < 3 || values.any(|value| Some(value) != first)
    });
    if paths.is_empty() {
        return None;
    }
    let columns = named(paths.iter().map(|(path, _)| {
        column(path, rows.iter().filter_map(|row| row.get(*path)).map(|(_, value)| value.as_str()))
    }));
    for (at, (row, item)) in rows.iter().zip(&group).enumerate() {
        for ((path, _), name) in paths.iter().zip(&columns) {
            if let Some((within, _)) = row.get(*path) {
                places.note(tree, item + within, || format!("auto.items[{at}].{name}"));
            }
        }
    }
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            let cells = paths.iter().zip(&columns).map(|((path, _), name)| {
                (name.clone(), row.get(*path).map_or(Value::Null, |(_, value)| json!(value)))
            });
            Value::Object(cells.collect::<Map<_, _>>())
        })
        .collect();
    Some(json!({ "columns": columns, "rows": rows }))
}

/// The alike siblings that hold most text.
fn largest_group(tree: &Tree, kept: &Kept) -> Option<Vec<usize>> {
    let range = tree.inside(kept.root);
    let mut sums = vec![0.0; tree.len() + 1];
    let mut sum = 0.0;
    for place in 0..tree.len() {
        if let Some(text) = tree.text(place).filter(|_| range.contains(&place) && !kept.dropped[place]) {
            sum += weight(text);
        }
        if tree.tag(place) == "img" && range.contains(&place) {
            sum += 5.0;
        }
        sums[place + 1] = sum;
    }
    let held = |place: usize| sums[tree.inside(place).end] - sums[place];
    let mut best: Option<(f64, Vec<usize>)> = None;
    for place in range.clone() {
        if tree.element(place).is_none()
            || kept.dropped[place]
            || held(place) < sum * 0.1
            || matches!(tree.tag(place), "table" | "thead" | "tbody" | "tr")
        {
            continue;
        }
        let mut groups: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for child in tree.children(place).filter(|child| !kept.dropped[*child]) {
            let Some(element) = tree.element(child) else { continue };
            if matches!(
                element.tag.as_str(),
                "p" | "br"
                    | "h1"
                    | "h2"
                    | "h3"
                    | "h4"
                    | "hr"
                    | "img"
                    | "a"
                    | "span"
                    | "pre"
                    | "dt"
                    | "dd"
                    | "tr"
                    | "td"
                    | "option"
            ) && element.class().is_empty()
            {
                continue;
            }
            let class = element.class().split_ascii_whitespace().next().unwrap_or_default();
            groups.entry((&element.tag, class)).or_default().push(child);
        }
        for group in groups.into_values().filter(|group| group.len() >= LEAST_ITEMS) {
            let texts: Vec<f64> = group.iter().map(|item| held(*item)).collect();
            let all: f64 = texts.iter().sum();
            let largest = texts.iter().copied().fold(0.0, f64::max);
            // Items have parts; a list of plain lines is a list.
            let parted = group
                .iter()
                .filter(|item| {
                    tree.inside(**item).filter(|inner| tree.element(*inner).is_some()).count() >= 3
                })
                .count();
            let alike = largest <= all * 0.6 && parted * 2 > group.len();
            #[expect(clippy::cast_precision_loss, reason = "a number of siblings")]
            let value = all * (group.len() as f64).sqrt();
            if alike && best.as_ref().is_none_or(|(most, _)| value > *most) {
                best = Some((value, group));
            }
        }
    }
    best.map(|(_, group)| group)
}

/// What stands where in an item: by the way to it, its place and what it says.
fn parts(
    tree: &Tree,
    kept: &Kept,
    own: &[bool],
    item: usize,
    base: Option<&Url>,
) -> BTreeMap<String, (usize, String)> {
    let mut parts: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut put = |path: String, place: usize, value: String| {
        if value.is_empty() {
            return;
        }
        let mut one = path.clone();
        let mut number = 2;
        while parts.contains_key(&one) {
            one = format!("{path}#{number}");
            number += 1;
            if number > 20 {
                return;
            }
        }
        parts.insert(one, (place - item, value));
    };
    let mut under = vec![false; tree.inside(item).len()];
    for place in tree.inside(item) {
        if kept.dropped[place] {
            continue;
        }
        let Some(element) = tree.element(place) else { continue };
        match element.tag.as_str() {
            "a" => {
                if let Some(to) = element.attribute("href").and_then(|to| images::absolute(to, base)) {
                    put(format!("{}@href", way(tree, item, place)), place, to);
                }
            }
            "img" => {
                if let Some(image) = images::of(tree, place, base) {
                    put(format!("{}@src", way(tree, item, place)), place, image.address);
                }
            }
            "time" => {
                if let Some(time) = element.attribute("datetime") {
                    put(format!("{}@datetime", way(tree, item, place)), place, time.to_owned());
                }
            }
            _ => {}
        }
        // The outermost elements with text of their own hold what is inside of them.
        let outer = tree.parent(place).filter(|_| place > item);
        under[place - item] = outer.is_some_and(|outer| own[outer] || under[outer - item]);
        if own[place] && !under[place - item] {
            put(way(tree, item, place), place, tree.line(place, MOST_CELL));
        }
    }
    parts
}

/// The way from an item to a part of it: tags and first classes.
fn way(tree: &Tree, item: usize, place: usize) -> String {
    let mut steps: Vec<String> = std::iter::once(place)
        .chain(tree.ancestors(place))
        .take_while(|step| *step > item)
        .map(|step| {
            let class = tree
                .element(step)
                .map(|e| e.class())
                .unwrap_or_default()
                .split_ascii_whitespace()
                .next()
                .unwrap_or_default();
            format!("{}.{class}", tree.tag(step))
        })
        .collect();
    steps.reverse();
    steps.join(">")
}

/// A name for a column, by its way and what it says.
fn column<'a>(path: &str, values: impl Iterator<Item = &'a str>) -> String {
    let values: Vec<&str> = values.take(40).collect();
    let most = |test: &dyn Fn(&str) -> bool| {
        values.iter().filter(|value| test(value)).count() * 10 >= values.len() * 7
    };
    let (way, kind) =
        path.split_once('@').map_or((path, ""), |(way, kind)| (way, kind.split('#').next().unwrap_or(kind)));
    let way = way.split('#').next().unwrap_or(way);
    match kind {
        "href" => return "url".to_owned(),
        "src" => return "image".to_owned(),
        "datetime" => return "date".to_owned(),
        _ => {}
    }
    if most(&is_price) {
        return "price".to_owned();
    }
    let steps: Vec<(&str, &str)> = way.split('>').filter_map(|step| step.split_once('.')).collect();
    if steps.iter().any(|(tag, _)| matches!(*tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")) {
        return "title".to_owned();
    }
    // `product-card__title` is a title; what a build named `css-1x8k3f` says nothing.
    for (_, class) in steps.iter().rev() {
        let words = crate::words::words(class);
        let speaks = |word: &&String| {
            word.len() > 2
                && word.chars().all(char::is_alphabetic)
                && !matches!(
                    word.as_str(),
                    "css"
                        | "col"
                        | "row"
                        | "text"
                        | "flex"
                        | "card"
                        | "item"
                        | "wrapper"
                        | "font"
                        | "mt"
                        | "mb"
                )
        };
        let hashed = words
            .iter()
            .any(|word| word.chars().any(|c| c.is_ascii_digit()) && word.chars().any(char::is_alphabetic));
        if let Some(word) = words.iter().rev().find(speaks).filter(|_| !hashed) {
            return word.clone();
        }
    }
    match steps.last() {
        Some(("time", _)) => "date".to_owned(),
        Some(("a", _)) => "title".to_owned(),
        Some((tag, _)) if matches!(*tag, "dt" | "dd" | "li" | "small" | "strong") => (*tag).to_owned(),
        _ => "text".to_owned(),
    }
}

fn is_price(text: &str) -> bool {
    let money = ["€", "$", "£", "¥", "₹", "₽", "₩", "USD", "EUR", "CHF", "GBP", "kr", "zł", "円", "元"]
        .iter()
        .any(|sign| text.contains(sign));
    money && text.len() < 40 && text.chars().any(|c| c.is_ascii_digit())
}
