//! Microdata: items, their properties, and the items inside of them.

use serde_json::{Map, Value, json};
use url::Url;

use crate::images;
use crate::tree::Tree;

const MOST_DEPTH: usize = 12;
const MOST_ITEMS: usize = 500;
const LONGEST: usize = 4_000;
/// Of an item, beside itself.
const MOST_PARTS: usize = 4;

/// The items that are no property of another.
pub(crate) fn items(tree: &Tree, base: Option<&Url>) -> Vec<Value> {
    let outer = |place: &usize| {
        tree.element(*place)
            .is_some_and(|e| e.attribute("itemscope").is_some() && e.attribute("itemprop").is_none())
    };
    let mut left = MOST_ITEMS;
    let mut items = Vec::new();
    for place in (0..tree.len()).filter(outer) {
        if left == 0 {
            break;
        }
        items.push(item(tree, place, base, 0, &mut left));
    }
    items
}

/// The first value of a property anywhere on the page.
pub(crate) fn value_of(tree: &Tree, name: &str, base: Option<&Url>) -> Option<String> {
    let place = tree.first(0, |e| {
        e.attribute("itemprop").is_some_and(|props| props.split_whitespace().any(|prop| prop == name))
    })?;
    if tree.attribute(place, "itemscope").is_some() {
        let inner = tree
            .inside(place)
            .skip(1)
            .find(|inner| tree.attribute(*inner, "itemprop").is_some_and(|prop| prop == "name"))?;
        return Some(value(tree, inner, base));
    }
    Some(value(tree, place, base))
}

fn item(tree: &Tree, place: usize, base: Option<&Url>, depth: usize, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    let mut properties: Map<String, Value> = Map::new();
    let own = place + 1..tree.inside(place).end;
    let mut parts = Vec::from([own]);
    // An item names the parts of itself that stand elsewhere.
    let named = tree.attribute(place, "itemref").unwrap_or_default().split_whitespace().take(MOST_PARTS);
    for name in named {
        let part = tree.first(0, |element| element.attribute("id") == Some(name));
        parts.extend(part.map(|part| tree.inside(part)).filter(|part| !part.contains(&place)));
    }
    for part in parts {
        let mut next = part.start;
        while next < part.end {
            let inner = next;
            next += 1;
            let Some(element) = tree.element(inner) else { continue };
            let is_item = element.attribute("itemscope").is_some();
            if let Some(names) = element.attribute("itemprop") {
                let value = if !is_item {
                    json!(value(tree, inner, base))
                } else if depth < MOST_DEPTH && *left > 0 {
                    item(tree, inner, base, depth + 1, left)
                } else {
                    json!(tree.line(inner, LONGEST))
                };
                for name in names.split_whitespace().take(8) {
                    put(&mut properties, name, &value);
                }
            }
            // What is inside of another item is that one's.
            if is_item {
                next = tree.inside(inner).end;
            }
        }
    }
    let mut object = Map::new();
    if let Some(kind) = tree.attribute(place, "itemtype") {
        object.insert("type".to_owned(), json!(kind));
    }
    if let Some(id) = tree.attribute(place, "itemid") {
        object.insert("id".to_owned(), json!(id));
    }
    object.insert("properties".to_owned(), Value::Object(properties));
    Value::Object(object)
}

fn put(properties: &mut Map<String, Value>, name: &str, value: &Value) {
    match properties.get_mut(name) {
        None => {
            properties.insert(name.to_owned(), value.clone());
        }
        Some(Value::Array(values)) => values.push(value.clone()),
        Some(one) => *one = json!([one.clone(), value]),
    }
}

fn value(tree: &Tree, place: usize, base: Option<&Url>) -> String {
    let given =
        |name: &str| tree.attribute(place, name).map(|value| value.chars().take(LONGEST).collect::<String>());
    let address = |name: &str| given(name).and_then(|to| images::absolute(&to, base));
    let special = match tree.tag(place) {
        "meta" => given("content"),
        "a" | "link" | "area" => address("href"),
        "img" | "source" | "audio" | "video" | "iframe" | "embed" => address("src"),
        "time" => given("datetime"),
        "data" | "meter" => given("value"),
        _ => given("content"),
    };
    special.unwrap_or_else(|| tree.line(place, LONGEST))
}
