//! What the model said, read as data and checked: each error by its field.

use notex_scrape::{FieldError, Schema};
use notex_wire::{PickProblem, Structured};
use serde_json::Value;

use super::ask::Told;
use crate::browser::said_of_problems;

/// The data of an answer.
pub(super) fn structured(told: &Told, schema: Option<&Value>) -> Structured {
    let whole = |message: String| (None, vec![PickProblem { field: String::new(), message }]);
    let cut = if told.cut { ", because it was cut off at its greatest length" } else { "" };
    let (data, errors) = match serde_json::from_str::<Value>(bare(&told.text)) {
        Err(why) => whole(format!(
            "the language model's answer is not JSON{cut}: {why}; it said: {}",
            super::ask::shortened(&told.text)
        )),
        Ok(Value::Object(data)) => fitted(Value::Object(data), schema),
        Ok(_) => whole("the language model's answer is not a JSON object".to_owned()),
    };
    let error = (!errors.is_empty()).then(|| said_of_problems(&errors));
    Structured { success: errors.is_empty(), error, data, errors }
}

fn fitted(data: Value, schema: Option<&Value>) -> (Option<Value>, Vec<PickProblem>) {
    let Some(schema) = schema else { return (Some(data), Vec::new()) };
    match Schema::of(schema.clone()) {
        Ok(schema) => {
            let (data, wrong) = schema.fit(data);
            let told = |error: FieldError| PickProblem { field: error.field, message: error.message };
            let errors: Vec<_> = wrong.into_iter().map(told).collect();
            // Clients check data that comes with a failure, and break on it.
            (errors.is_empty().then_some(data), errors)
        }
        Err(message) => (None, vec![PickProblem { field: "response_format".to_owned(), message }]),
    }
}

/// The answer without the fence that some models put around it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let Some(fenced) = text.strip_prefix("```").and_then(|text| text.strip_suffix("```")) else {
        return text;
    };
    fenced.strip_prefix("json").unwrap_or(fenced).trim()
}

#[cfg(test)]
mod tests {
    use notex_session::Tokens;
    use serde_json::json;

    use super::*;

    fn told(text: &str, cut: bool) -> Told {
        Told { text: text.to_owned(), tokens: Tokens::Counted(1), cut }
    }

    #[test]
    fn an_answer_is_an_object_with_or_without_a_fence() {
        for text in ["{\"a\": 1}", " {\"a\": 1}\n", "```json\n{\"a\": 1}\n```", "```\n{\"a\": 1}```"] {
            let read = structured(&told(text, false), None);
            assert_eq!((read.success, read.data), (true, Some(json!({"a": 1}))), "{text}");
        }
        for (text, cut, said) in [
            (
                "Sure! Here it is: {}",
                false,
                "expected value at line 1 column 1; it said: Sure! Here it is: {}",
            ),
            ("{\"a\": [1, 2", true, "answer is not JSON, because it was cut off at its greatest length: "),
            ("", false, "answer is not JSON: "),
            ("[1, 2]", false, "answer is not a JSON object"),
            (&"[".repeat(100_000), false, "answer is not JSON: "),
        ] {
            let read = structured(&told(text, cut), None);
            assert!(!read.success && read.data.is_none());
            assert!(read.error.as_ref().unwrap().contains(said), "{read:?}");
        }
    }

    #[test]
    fn what_breaks_the_schema_is_told_by_its_field() {
        let schema = json!({ "type": "object", "required": ["name", "price"], "properties": {
            "name": { "type": "string" }, "price": { "type": "number" } } });
        let read = structured(&told(r#"{"name": "Aero", "price": "1.299,00 €"}"#, false), Some(&schema));
        assert_eq!((read.success, read.data), (true, Some(json!({"name": "Aero", "price": 1299.0}))));
        let read = structured(&told(r#"{"name": 7, "price": "sold out"}"#, false), Some(&schema));
        let fields: Vec<_> = read.errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!((read.success, fields, read.data), (false, vec!["name", "price"], None));
        assert!(read.error.unwrap().starts_with("name: "));
    }
}
