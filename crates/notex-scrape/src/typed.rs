//! What was picked from a page as text, made what a JSON Schema wants, and checked against it: each error by its field.

use std::collections::HashMap;

use jsonschema::Validator;
use serde::Serialize;
use serde_json::{Map, Number, Value};

const MOST_DEPTH: usize = 32;
const MOST_ERRORS: usize = 50;
const LONGEST: usize = 300;
/// A longer text is none that tells how numbers are written, in bytes.
const LONGEST_NUMBER: usize = 60;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Its way: `items[3].price`; empty for the whole.
    pub field: String,
    /// What is wrong, in words.
    pub message: String,
}

/// A JSON Schema that data is made to fit.
pub struct Schema {
    schema: Value,
    validator: Validator,
}

impl Schema {
    /// Reads a schema; nothing is fetched that it refers to.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn of(schema: Value) -> Result<Self, String> {
        let validator = jsonschema::validator_for(&schema).map_err(|error| shortened(&error.to_string()))?;
        Ok(Self { schema, validator })
    }

    /// Makes text numbers and truths where the schema wants them, and tells what does not fit.
    #[must_use]
    pub fn fit(&self, data: Value) -> (Value, Vec<FieldError>) {
        let habits = habits(&data);
        let fitted = self.made(data, &self.schema, ("", &habits), 0);
        let errors = self.validator.iter_errors(&fitted).take(MOST_ERRORS);
        let errors = errors
            .map(|error| FieldError {
                field: way(&error.instance_path().to_string()),
                message: shortened(&error.to_string()),
            })
            .collect();
        (fitted, errors)
    }

    fn made(&self, data: Value, schema: &Value, (field, habits): (&str, &Habits), depth: usize) -> Value {
        let schema = self.resolved(schema);
        if depth > MOST_DEPTH {
            return data;
        }
        let wants = |kind: &str| wants(schema, kind);
        match data {
            Value::Object(object) => {
                let properties = schema.get("properties");
                let rest = schema.get("additionalProperties").filter(|rest| rest.is_object());
                let made = object.into_iter().map(|(name, value)| {
                    let inner = properties.and_then(|properties| properties.get(&name)).or(rest);
                    let value = match inner {
                        Some(inner) => self.made(value, inner, (name.as_str(), habits), depth + 1),
                        None => value,
                    };
                    (name, value)
                });
                // What was not found and need not be there is left out, unless it may be null.
                let required = |name: &str| {
                    schema
                        .get("required")
                        .and_then(Value::as_array)
                        .is_some_and(|all| all.iter().any(|one| one == name))
                };
                let nullable = |name: &str| {
                    properties.and_then(|p| p.get(name)).is_none_or(|inner| self.takes_null(inner))
                };
                Value::Object(
                    made.filter(|(name, value)| !value.is_null() || required(name) || nullable(name))
                        .collect::<Map<_, _>>(),
                )
            }
            Value::Array(values) => match self.option(schema, "array").get("items") {
                Some(items) => Value::Array(
                    values
                        .into_iter()
                        .map(|value| self.made(value, items, (field, habits), depth + 1))
                        .collect(),
                ),
                None => Value::Array(values),
            },
            Value::String(text) => {
                let of = |kind: &str| {
                    wants(kind) || self.options(schema).any(|option| self::wants(self.resolved(option), kind))
                };
                if of("string") {
                    return Value::String(text);
                }
                let habit = || habits.get(field).copied().flatten();
                if of("integer")
                    && let Some(number) = number_among(&text, habit())
                        .filter(|number| number.fract() == 0.0 && number.abs() < 9e15)
                {
                    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
                    return Value::Number(Number::from(number as i64));
                }
                if of("number")
                    && let Some(number) = number_among(&text, habit()).and_then(Number::from_f64)
                {
                    return Value::Number(number);
                }
                if of("boolean") {
                    match text.trim().to_lowercase().as_str() {
                        "true" | "yes" | "1" | "ja" | "oui" | "sí" | "да" | "on" => {
                            return Value::Bool(true);
                        }
                        "false" | "no" | "0" | "nein" | "non" | "нет" | "off" => {
                            return Value::Bool(false);
                        }
                        _ => {}
                    }
                }
                if of("array")
                    && let Some(items) = self.option(schema, "array").get("items")
                {
                    return Value::Array(vec![self.made(
                        Value::String(text),
                        items,
                        (field, habits),
                        depth + 1,
                    )]);
                }
                Value::String(text)
            }
            other => other,
        }
    }

    fn takes_null(&self, schema: &Value) -> bool {
        let schema = self.resolved(schema);
        wants(schema, "null") || self.options(schema).any(|option| wants(self.resolved(option), "null"))
    }

    fn options<'a>(&self, schema: &'a Value) -> impl Iterator<Item = &'a Value> {
        ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|name| schema.get(name)?.as_array()).flatten()
    }

    fn option<'a>(&'a self, schema: &'a Value, kind: &str) -> &'a Value {
        if wants(schema, kind) {
            return schema;
        }
        self.options(schema)
            .map(|option| self.resolved(option))
            .find(|option| wants(option, kind))
            .unwrap_or(schema)
    }

    /// The schema that a reference inside of this one means.
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..MOST_DEPTH {
            let Some(to) = schema.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#'))
            else {
                break;
            };
            let Some(meant) = self.schema.pointer(to) else { break };
            schema = meant;
        }
        schema
    }
}

fn wants(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(all)) => all.iter().any(|one| one == kind),
        _ => false,
    }
}

/// `/items/3/price` as `items[3].price`.
fn way(pointer: &str) -> String {
    let mut way = String::new();
    for step in pointer.split('/').skip(1) {
        if !step.is_empty() && step.bytes().all(|b| b.is_ascii_digit()) {
            way.push_str(&format!("[{step}]"));
        } else {
            if !way.is_empty() {
                way.push('.');
            }
            way.push_str(&step.replace("~1", "/").replace("~0", "~"));
        }
    }
    way
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        text.to_owned()
    } else {
        text.chars().take(LONGEST).chain(['…']).collect()
    }
}

/// The number that a text shows: `1.299,00 €` and `1.299 €` are 1299, `$1,299.50` is 1299.5, `4,5 of 5` is 4.5.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    number_among(text, None)
}

/// The same among others of its field, which may tell what stands before their fractions.
fn number_among(text: &str, habit: Option<char>) -> Option<f64> {
    let (digits, negative) = written(text)?;
    let sign = if digits.contains(',') { ',' } else { '.' };
    // Three digits behind a comma, and those of a price, are more often a group than a fraction.
    let likely = || if sign == ',' || is_price(text) { other(sign) } else { sign };
    let mark = told(&digits).or(habit).unwrap_or_else(likely);
    let value: f64 = digits.replace(other(mark), "").replace(mark, ".").parse().ok()?;
    Some(if negative { -value } else { value })
}

/// What the numbers of each field have before their fractions; none where they contradict each other.
type Habits = HashMap<String, Option<char>>;

fn habits(data: &Value) -> Habits {
    let mut habits = Habits::new();
    let mut left = vec![("", data)];
    while let Some((name, value)) = left.pop() {
        match value {
            Value::Array(values) => left.extend(values.iter().map(|value| (name, value))),
            Value::Object(object) => left.extend(object.iter().map(|(name, value)| (name.as_str(), value))),
            Value::String(text) if text.len() <= LONGEST_NUMBER => {
                let Some(told) = written(text).and_then(|(digits, _)| told(&digits)) else { continue };
                let habit = habits.entry(name.to_owned()).or_insert(Some(told));
                *habit = habit.filter(|habit| *habit == told);
            }
            _ => {}
        }
    }
    habits
}

fn other(mark: char) -> char {
    if mark == '.' { ',' } else { '.' }
}

/// What stands before the fraction, where the digits tell it; in `1.299` they do not.
fn told(digits: &str) -> Option<char> {
    let (at, mark) = digits.char_indices().rev().find(|(_, c)| matches!(c, '.' | ','))?;
    let (whole, fraction) = (&digits[..at], &digits[at + 1..]);
    if whole.contains(other(mark)) {
        Some(mark)
    } else if whole.contains(mark) {
        Some(other(mark))
    } else {
        (fraction.len() != 3 || whole.len() > 3 || whole == "0").then_some(mark)
    }
}

fn is_price(text: &str) -> bool {
    text.contains(|c: char| matches!(c, '$' | '£' | '¥' | '฿' | '\u{20A0}'..='\u{20CF}'))
        || text.split_whitespace().any(|word| word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase()))
}

/// The first number of a text, its digits and marks, and whether it is negative.
fn written(text: &str) -> Option<(String, bool)> {
    let text: String = text
        .chars()
        .map(|c| match u32::from(c) {
            // Digits of other scripts.
            0x0660..=0x0669 => digit(c, 0x0660),
            0x06F0..=0x06F9 => digit(c, 0x06F0),
            0x0966..=0x096F => digit(c, 0x0966),
            0xFF10..=0xFF19 => digit(c, 0xFF10),
            0x2212 | 0x2013 => '-',
            0x00A0 | 0x202F | 0x2009 => ' ',
            0x066B => '.',
            0x066C => ',',
            _ => c,
        })
        .collect();
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let before = text[..start].trim_end_matches([' ', '$', '€', '£', '¥', '₹']);
    let negative = before.ends_with('-') && !before.trim_end_matches('-').ends_with(char::is_alphanumeric);
    let mut digits = String::new();
    let mut rest = text[start..].chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        match c {
            '0'..='9' => digits.push(c),
            '.' | ',' if next.is_some_and(|n| n.is_ascii_digit()) => digits.push(c),
            '\'' | '’' if next.is_some_and(|n| n.is_ascii_digit()) => {}
            // A space parts groups of three digits only.
            ' ' if rest.clone().take_while(char::is_ascii_digit).count() == 3 => {}
            _ => break,
        }
    }
    Some((digits, negative))
}

fn digit(c: char, zero: u32) -> char {
    char::from_digit(u32::from(c) - zero, 10).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, value) in [
            ("1.299,00 €", 1299.0),
            ("$1,299.50", 1299.5),
            ("-12.5 °C", -12.5),
            ("− 3", -3.0),
            ("4,5 of 5", 4.5),
            ("1 234 567", 1_234_567.0),
            ("CHF 1'200.-", 1200.0),
            ("1,299", 1299.0),
            ("1.299 €", 1299.0),
            ("EUR 1.299", 1299.0),
            ("1.299", 1.299),
            ("0.125 €", 0.125),
            ("0,299", 0.299),
            ("1.5", 1.5),
            ("1.234.567", 1_234_567.0),
            ("٣٫٥", 3.5),
            ("covid-19", 19.0),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        assert_eq!(number("free"), None);
    }

    #[test]
    fn text_becomes_what_the_schema_wants_and_errors_name_their_field() {
        let schema = json!({
            "type": "object", "required": ["items", "title"],
            "properties": {
                "title": { "type": "string" },
                "rating": { "anyOf": [{ "type": "number" }, { "type": "null" }] },
                "note": { "type": "string" },
                "items": { "type": "array", "items": { "$ref": "#/$defs/Item" } }
            },
            "$defs": { "Item": { "type": "object", "properties": { "price": { "type": "number" }, "stock": { "type": "integer" }, "new": { "type": "boolean" } } } }
        });
        let schema = Schema::of(schema).unwrap();
        let data = json!({ "title": "A", "rating": "4.5 stars", "note": null, "items": [{ "price": "1.299,00 €", "stock": "12 left", "new": "yes" }, { "price": "sold out" }] });
        let (made, errors) = schema.fit(data);
        assert_eq!(
            made,
            json!({ "title": "A", "rating": 4.5, "items": [{ "price": 1299.0, "stock": 12, "new": true }, { "price": "sold out" }] })
        );
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].field, "items[1].price");
        let (_, errors) = schema.fit(json!({ "items": [] }));
        assert!(errors[0].message.contains("title"), "{errors:?}");
    }

    #[test]
    fn all_numbers_of_a_field_tell_what_stands_before_their_fractions() {
        let kind = json!({ "type": "number" });
        let row = json!({ "type": "object", "properties": { "weight": kind, "rating": kind } });
        let schema =
            Schema::of(json!({ "properties": { "rows": { "type": "array", "items": row } } })).unwrap();
        let weights = |weights: [&str; 2]| {
            let rows = weights.map(|weight| json!({ "weight": weight, "rating": "4.5" }));
            let (made, _) = schema.fit(json!({ "rows": rows }));
            [0, 1].map(|row| made["rows"][row]["weight"].as_f64().unwrap())
        };
        assert_eq!(weights(["1.299 kg", "949,5 kg"]), [1299.0, 949.5]);
        assert_eq!(weights(["1.299 kg", "949.5 kg"]), [1.299, 949.5]);
        assert_eq!(weights(["1,299 kg", "949,5 kg"]), [1.299, 949.5]);
        assert_eq!(weights(["1.299 kg", "1.000.000 kg"]), [1299.0, 1_000_000.0]);
    }

    #[test]
    fn a_schema_that_is_none_is_refused_and_nothing_is_fetched() {
        assert!(Schema::of(json!({ "type": 7 })).is_err());
        assert!(Schema::of(json!({ "$ref": "https://example.com/schema.json" })).is_err());
    }
}
