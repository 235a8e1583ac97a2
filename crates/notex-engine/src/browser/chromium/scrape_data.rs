//! What is picked from a page as data: fields by the script in the page, which sees what the browser sees, then types and
//! errors by the schema.

use notex_scrape::{FieldError, Schema};
use notex_wire::{LinkData, PageFacts, PickProblem, Structured};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::tab::ChromiumTab;
use crate::browser::{PageError, Picking, said_of_problems};

#[derive(Deserialize)]
struct Picked {
    data: Option<Map<String, Value>>,
    wrong: Vec<PickProblem>,
    cut: bool,
}

impl ChromiumTab {
    /// Picks the fields and puts what was found by itself beside them.
    pub(super) async fn picked(
        &self,
        extract: &Picking,
        within: Option<&str>,
        auto: Option<Value>,
        embedded: Option<Value>,
    ) -> Result<Structured, PageError> {
        let mut errors = Vec::new();
        let mut data = Map::new();
        if !extract.fields.is_empty() {
            let question = format!("pick({}, {})", json!(extract.fields), json!(within));
            let picked: Picked = self.ask("picking fields", &question).await?;
            errors.extend(picked.wrong);
            if picked.cut {
                let message = "there are too many values; the last ones are null".to_owned();
                errors.push(PickProblem { field: String::new(), message });
            }
            data = picked.data.unwrap_or_default();
            if let Some(schema) = &extract.schema {
                data = fitted(data, schema, &mut errors);
            }
        }
        for (name, found) in [("auto", auto), ("embedded", embedded)] {
            if let Some(found) = found {
                data.insert(name.to_owned(), found);
            }
        }
        let error = (!errors.is_empty()).then(|| said_of_problems(&errors));
        Ok(Structured { success: errors.is_empty(), error, data: Some(Value::Object(data)), errors })
    }
}

fn fitted(data: Map<String, Value>, schema: &Value, errors: &mut Vec<PickProblem>) -> Map<String, Value> {
    let schema = match Schema::of(schema.clone()) {
        Ok(schema) => schema,
        Err(message) => {
            errors.push(PickProblem { field: "response_format".to_owned(), message });
            return data;
        }
    };
    let (made, wrong) = schema.fit(Value::Object(data));
    // What could not be searched is told once, not as missing again.
    let is_new = |error: &FieldError| !errors.iter().any(|known| known.field == error.field);
    let wrong: Vec<FieldError> = wrong.into_iter().filter(is_new).collect();
    errors.extend(wrong.into_iter().map(|error| PickProblem { field: error.field, message: error.message }));
    match made {
        Value::Object(made) => made,
        _ => Map::new(),
    }
}

pub(super) fn link(link: notex_scrape::Link) -> LinkData {
    LinkData { url: link.url, text: link.text, internal: link.internal }
}

pub(super) fn facts(facts: notex_scrape::Metadata) -> PageFacts {
    let notex_scrape::Metadata {
        title,
        byline,
        site_name,
        published,
        modified,
        language,
        description,
        canonical,
        image,
        next,
        previous,
        open_graph,
        json_ld,
        microdata,
    } = facts;
    PageFacts {
        title,
        byline,
        site_name,
        published,
        modified,
        language,
        description,
        canonical,
        image,
        next,
        previous,
        open_graph,
        json_ld,
        microdata,
    }
}
