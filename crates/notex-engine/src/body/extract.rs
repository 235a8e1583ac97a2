//! What a scrape shall pick as data: fields with their selectors, and the schema they have to fit.

use std::collections::BTreeMap;

use notex_scrape::Schema;
use notex_wire::{Extract, Field};
use serde_json::Value;

use super::{invalid, unsupported};
use crate::browser::{PickedField, Picking};
use crate::refusal::Refused;

const MOST_FIELDS: usize = 200;
const MOST_DEPTH: usize = 8;
const LONGEST: usize = 2_000;

/// Checks what is to be picked. A schema without fields is for a language model, which this server has not.
pub(super) fn picking(
    extract: Option<Extract>,
    schema: Option<Value>,
) -> Result<Option<Box<Picking>>, Refused> {
    let schema = schema.filter(|schema| !schema.is_null());
    let Some(extract) = extract else {
        return match schema {
            None => Ok(None),
            Some(_) => Err(unsupported(
                "response_format",
                "no language model is configured; say in extract.fields where its fields are on the page",
            )),
        };
    };
    if extract.fields.is_empty() && !extract.auto && !extract.embedded {
        return Err(invalid("extract", "extract says nothing to pick: give fields, auto or embedded"));
    }
    if extract.fields.is_empty() && schema.is_some() {
        return Err(unsupported(
            "response_format",
            "it says what types extract.fields have, and there are none",
        ));
    }
    for (name, is_given) in [("auto", extract.auto), ("embedded", extract.embedded)] {
        if is_given && extract.fields.contains_key(name) {
            let field = format!("extract.fields.{name}");
            return Err(invalid(
                &field,
                format!("{field} would stand in the place of what extract.{name} finds"),
            ));
        }
    }
    let mut left = MOST_FIELDS;
    let fields = fields(extract.fields, "extract.fields", 0, &mut left)?;
    if let Some(schema) = &schema {
        Schema::of(schema.clone())
            .map_err(|why| invalid("response_format", format!("response_format is no JSON Schema: {why}")))?;
    }
    Ok(Some(Box::new(Picking { fields, schema, auto: extract.auto, embedded: extract.embedded })))
}

fn fields(
    fields: BTreeMap<String, Field>,
    way: &str,
    depth: usize,
    left: &mut usize,
) -> Result<Vec<(String, PickedField)>, Refused> {
    let mut picked = Vec::new();
    for (name, field) in fields {
        let here = format!("{way}.{name}");
        if *left == 0 {
            return Err(invalid(&here, format!("extract takes {MOST_FIELDS} fields at most")));
        }
        *left -= 1;
        if depth >= MOST_DEPTH {
            return Err(invalid(&here, format!("fields stand {MOST_DEPTH} deep in each other at most")));
        }
        let (selector, attribute, list, inner) = match field {
            Field::Selector(selector) => (selector, None, false, BTreeMap::new()),
            Field::Spec(spec) => (spec.selector, spec.attribute, spec.list, spec.fields),
        };
        if selector.len() > LONGEST {
            return Err(invalid(&here, format!("its selector may be {LONGEST} bytes long at most")));
        }
        if attribute.is_some() && !inner.is_empty() {
            return Err(invalid(&here, "a field has an attribute or fields inside of it, not both"));
        }
        let selector = selector.trim();
        let xpath = selector
            .strip_prefix("xpath=")
            .or_else(|| Some(selector).filter(|text| text.starts_with(['/', '(']) || text.starts_with("./")));
        let css = selector.strip_prefix("css=").unwrap_or(selector);
        let inner = if inner.is_empty() { None } else { Some(self::fields(inner, &here, depth + 1, left)?) };
        picked.push((
            name,
            PickedField {
                css: if xpath.is_some() { String::new() } else { css.trim().to_owned() },
                xpath: xpath.map(|xpath| xpath.trim().to_owned()),
                attribute: attribute
                    .map(|name| name.trim().to_ascii_lowercase())
                    .filter(|name| !name.is_empty()),
                list,
                fields: inner,
            },
        ));
    }
    Ok(picked)
}
