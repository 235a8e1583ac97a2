//! What a scrape shall pick as data: fields with their selectors, or words for the language model, and the schema that
//! the data has to fit.

use std::collections::BTreeMap;
use std::sync::Arc;

use notex_scrape::Schema;
use notex_wire::{Extract, Field};
use serde_json::Value;

use super::{NO_MODEL, invalid, unsupported};
use crate::browser::{PickedField, Picking};
use crate::model::{Asking, Model, check_schema};
use crate::refusal::Refused;

const MOST_FIELDS: usize = 200;
const MOST_DEPTH: usize = 8;
const LONGEST: usize = 2_000;
const LONGEST_INSTRUCTIONS: usize = 10_000;
const LARGEST_SCHEMA: usize = 50_000;

/// What a scrape says of its data.
pub(super) struct DataWish {
    pub(super) extract: Option<Extract>,
    pub(super) instructions: Option<String>,
    pub(super) response_format: Option<Value>,
}

/// What is picked from the page, and what the model is asked: one of them at most.
pub(super) type Checked = (Option<Box<Picking>>, Option<Box<Asking>>);

impl DataWish {
    /// As it is honoured, with the language model that is configured.
    pub(super) fn checked(self, model: Option<Arc<Model>>) -> Result<Checked, Refused> {
        let instructions = self.instructions.filter(|words| !words.trim().is_empty());
        let schema = self.response_format.filter(|schema| !schema.is_null());
        match (self.extract, instructions, schema, model) {
            (None, None, None, _) => Ok((None, None)),
            (_, Some(_), _, None) => Err(unsupported("instructions", NO_MODEL)),
            (Some(_), Some(_), _, Some(_)) => Err(invalid(
                "instructions",
                "instructions and extract both say what the data is; give one of them",
            )),
            (Some(extract), None, schema, _) => Ok((Some(picking(extract, schema)?), None)),
            (None, None, Some(_), None) => Err(unsupported(
                "response_format",
                &format!("{NO_MODEL}; say in extract.fields where its fields are on the page"),
            )),
            (None, instructions, schema, Some(model)) => {
                Ok((None, Some(Box::new(asking(model, instructions, schema)?))))
            }
        }
    }
}

fn asking(model: Arc<Model>, instructions: Option<String>, schema: Option<Value>) -> Result<Asking, Refused> {
    if instructions.as_ref().is_some_and(|words| words.len() > LONGEST_INSTRUCTIONS) {
        let why = format!("instructions may be {LONGEST_INSTRUCTIONS} bytes long at most");
        return Err(invalid("instructions", why));
    }
    if let Some(schema) = &schema {
        let field = "response_format";
        if schema.to_string().len() > LARGEST_SCHEMA {
            return Err(invalid(
                field,
                format!("response_format may be {LARGEST_SCHEMA} bytes long at most"),
            ));
        }
        check_schema(schema).map_err(|why| invalid(field, format!("response_format {why}")))?;
    }
    Ok(Asking { model, instructions, schema })
}

fn picking(extract: Extract, schema: Option<Value>) -> Result<Box<Picking>, Refused> {
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
    Ok(Box::new(Picking { fields, schema, auto: extract.auto, embedded: extract.embedded }))
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
