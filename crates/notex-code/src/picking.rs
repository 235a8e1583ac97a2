//! The fields of a scrape, for languages that pick them themselves: where each is, and of what type the schema wants it.

use std::collections::BTreeMap;

use notex_wire::{Extract, Field, FieldSpec};
use serde_json::Value;

/// References are followed so often.
const MOST_REFERENCES: usize = 32;

/// A field to pick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pick {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) attribute: Option<String>,
    pub(crate) is_list: bool,
    pub(crate) holds: Holds,
    /// It is left out of its row when it is not there.
    pub(crate) may_be_absent: bool,
}

/// Where a field is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Css(String),
    XPath(String),
    /// What it stands in.
    Itself,
}

/// What a field is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Value(Kind),
    Fields(Vec<Pick>),
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Whole,
    Truth,
}

/// What of these fields is of a kind, at any depth.
pub(crate) fn has(picks: &[Pick], kind: Kind) -> bool {
    picks.iter().any(|pick| match &pick.holds {
        Holds::Value(own) => *own == kind,
        Holds::Fields(inner) => has(inner, kind),
    })
}

/// The fields that an extract wants, in the order of their names.
pub(crate) fn picks(extract: &Extract, schema: Option<&Value>) -> Vec<Pick> {
    let whole = schema.unwrap_or(&Value::Null);
    fields(&extract.fields, whole, whole)
}

fn fields(wanted: &BTreeMap<String, Field>, schema: &Value, whole: &Value) -> Vec<Pick> {
    wanted.iter().map(|(name, field)| pick(name, field, schema, whole)).collect()
}

fn pick(name: &str, field: &Field, object: &Value, whole: &Value) -> Pick {
    let spec = match field {
        Field::Selector(selector) => FieldSpec { selector: selector.clone(), ..FieldSpec::default() },
        Field::Spec(spec) => spec.clone(),
    };
    let object = resolved(object, whole);
    let own = object.get("properties").and_then(|properties| properties.get(name));
    let own = own.map(|own| resolved(own, whole));
    let one = if spec.list {
        own.and_then(|own| of_type(own, whole, "array").get("items")).map(|items| resolved(items, whole))
    } else {
        own
    };
    let required = object.get("required").and_then(Value::as_array);
    let is_required = required.is_some_and(|all| all.iter().any(|required| required == name));
    let (place, found) = place(&spec.selector);
    let holds = if spec.fields.is_empty() {
        Holds::Value(one.map_or(Kind::Text, |one| kind(one, whole)))
    } else {
        Holds::Fields(fields(&spec.fields, one.unwrap_or(&Value::Null), whole))
    };
    Pick {
        name: name.to_owned(),
        place,
        attribute: spec.attribute.or(found).filter(|name| name != "text"),
        is_list: spec.list,
        holds,
        may_be_absent: !is_required && own.is_some_and(|own| !wants(own, whole, "null")),
    }
}

/// Where a selector leads, and the attribute that an XPath ends in, which a locator cannot mean.
fn place(selector: &str) -> (Place, Option<String>) {
    let selector = selector.trim();
    if selector.is_empty() || selector == ":scope" {
        return (Place::Itself, None);
    }
    let path = selector.strip_prefix("xpath=");
    let path = path.or_else(|| (selector.starts_with('/') || selector.starts_with("./")).then_some(selector));
    match path {
        None => (Place::Css(selector.to_owned()), None),
        Some(path) => match path.rsplit_once("/@") {
            Some((element, name)) if name.chars().all(|c| c.is_alphanumeric() || c == '-') => {
                (Place::XPath(element.to_owned()), Some(name.to_owned()))
            }
            Some(_) | None => (Place::XPath(path.strip_suffix("/text()").unwrap_or(path).to_owned()), None),
        },
    }
}

fn kind(schema: &Value, whole: &Value) -> Kind {
    let wants = |word| wants(schema, whole, word);
    match () {
        () if wants("string") => Kind::Text,
        () if wants("integer") => Kind::Whole,
        () if wants("number") => Kind::Number,
        () if wants("boolean") => Kind::Truth,
        () => Kind::Text,
    }
}

/// Whether a schema, or one of those it is put together from, takes this type.
fn wants(schema: &Value, whole: &Value, word: &str) -> bool {
    is_of(schema, word) || options(schema).any(|option| is_of(resolved(option, whole), word))
}

fn of_type<'a>(schema: &'a Value, whole: &'a Value, word: &str) -> &'a Value {
    if is_of(schema, word) {
        return schema;
    }
    let mut options = options(schema).map(|option| resolved(option, whole));
    options.find(|option| is_of(option, word)).unwrap_or(schema)
}

fn options(schema: &Value) -> impl Iterator<Item = &Value> {
    ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|name| schema.get(name)?.as_array()).flatten()
}

fn is_of(schema: &Value, word: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == word,
        Some(Value::Array(all)) => all.iter().any(|one| one == word),
        Some(_) | None => false,
    }
}

fn resolved<'a>(mut schema: &'a Value, whole: &'a Value) -> &'a Value {
    for _ in 0..MOST_REFERENCES {
        let to = schema.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#'));
        let Some(meant) = to.and_then(|to| whole.pointer(to)) else { break };
        schema = meant;
    }
    schema
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_field_has_the_type_that_the_schema_wants_of_it() {
        let extract = serde_json::from_value(json!({"fields": {
            "items": {"selector": "li", "list": true, "fields": {"name": "b", "price": ".price", "left": ".left",
                "link": "xpath=.//a/@href"}},
            "new": ".new",
        }}));
        let item = json!({"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "price": {"type": "number"}, "left": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}});
        let schema = json!({"properties": {"items": {"type": "array", "items": {"$ref": "#/$defs/item"}},
            "new": {"type": "boolean"}}, "$defs": {"item": item}});
        let picks = picks(&extract.unwrap(), Some(&schema));
        let Holds::Fields(item) = &picks[0].holds else { panic!("a row") };
        let told: Vec<_> =
            item.iter().map(|pick| (pick.name.as_str(), &pick.holds, pick.may_be_absent)).collect();
        let value = |kind| Holds::Value(kind);
        assert_eq!(
            told,
            [
                ("left", &value(Kind::Whole), false),
                ("link", &value(Kind::Text), false),
                ("name", &value(Kind::Text), false),
                ("price", &value(Kind::Number), true),
            ]
        );
        assert_eq!(
            (item[1].place.clone(), item[1].attribute.as_deref()),
            (Place::XPath(".//a".into()), Some("href"))
        );
        assert_eq!(picks[1].holds, value(Kind::Truth));
        assert!(has(&picks, Kind::Whole) && picks[0].is_list);
    }
}
