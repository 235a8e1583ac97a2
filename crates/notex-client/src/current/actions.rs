//! A step in the words of the current contract.

use std::collections::HashMap;

use notex_wire::StepRequest;
use serde_json::{Value, json};

use crate::ClientError;

/// How long a wait is when nothing is said.
const DEFAULT_WAIT_MS: i64 = 1000;

/// What a step comes to.
#[derive(Debug, PartialEq)]
pub(super) enum Deed {
    /// Execute this action.
    Execute(Value),
    /// Look at the page as it is.
    Look,
    /// Read the page.
    Scrape,
    /// Close the session.
    Close,
}

pub(super) fn goto(url: &str) -> Value {
    json!({"type": "goto", "url": url})
}

/// What the step asks for; `kinds` are the types of the last observe's actions, by id.
pub(super) fn deed(request: &StepRequest, kinds: &HashMap<String, String>) -> Result<Deed, ClientError> {
    let (id, value) = (request.action_id.as_str(), request.value.as_deref());
    let unsaid = |why: String| ClientError::Unsupported(why);
    let special = match id {
        "S1" => goto(value.ok_or_else(|| unsaid("S1 needs the address to open as value".to_owned()))?),
        "S2" => return Ok(Deed::Scrape),
        "S3" => return Ok(Deed::Look),
        "S4" => json!({"type": "go_back"}),
        "S5" => json!({"type": "go_forward"}),
        "S6" => json!({"type": "reload"}),
        "S7" => {
            let wait = value.map_or(Ok(DEFAULT_WAIT_MS), str::parse::<i64>);
            let why = "S7 needs a whole number of milliseconds as value";
            json!({"type": "wait", "time_ms": wait.map_err(|_| unsaid(why.to_owned()))?})
        }
        "S8" => return Ok(Deed::Close),
        _ => element(id, value, kinds)?,
    };
    let mut action = special;
    if request.enter == Some(true)
        && let Some(fields) = action.as_object_mut().filter(|_| !id.starts_with('S'))
    {
        fields.insert("press_enter".to_owned(), true.into());
    }
    Ok(Deed::Execute(action))
}

fn element(id: &str, value: Option<&str>, kinds: &HashMap<String, String>) -> Result<Value, ClientError> {
    let kind = match (kinds.get(id), id.chars().next()) {
        (Some(kind), _) => kind.as_str(),
        // Links and buttons are clicked, whatever they are.
        (None, Some('L' | 'B')) => "click",
        (None, _) => {
            let why = format!("what {id} is, is not known here; observe the page first");
            return Err(ClientError::Unsupported(why));
        }
    };
    let needed = || value.ok_or_else(|| ClientError::Unsupported(format!("{id} needs a value")));
    Ok(match kind {
        "check" => {
            let checked = !matches!(value, Some("false" | "off" | "no" | "0"));
            json!({"type": kind, "id": id, "value": checked})
        }
        "fill" | "multi_factor_fill" | "fallback_fill" | "select_dropdown_option" => {
            json!({"type": kind, "id": id, "value": needed()?})
        }
        "upload_file" => json!({"type": kind, "id": id, "file_path": needed()?}),
        _ => json!({"type": kind, "id": id}),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(id: &str, value: Option<&str>, enter: Option<bool>) -> Result<Deed, ClientError> {
        let kinds =
            [("I1", "fill"), ("I2", "select_dropdown_option"), ("B2", "check"), ("I3", "upload_file")];
        let kinds = kinds.map(|(id, kind)| (id.to_owned(), kind.to_owned())).into();
        let value = value.map(str::to_owned);
        deed(&StepRequest { action_id: id.to_owned(), value, enter, ..StepRequest::default() }, &kinds)
    }

    fn executed(id: &str, value: Option<&str>, enter: Option<bool>) -> Value {
        match step(id, value, enter).unwrap() {
            Deed::Execute(action) => action,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_action_is_executed_by_the_type_that_the_last_observe_gave_it() {
        assert_eq!(executed("B1", None, None), json!({"type": "click", "id": "B1"}));
        assert_eq!(
            executed("I1", Some("tea"), Some(true)),
            json!({"type": "fill", "id": "I1", "value": "tea", "press_enter": true})
        );
        assert_eq!(
            executed("I2", Some("Green"), None),
            json!({"type": "select_dropdown_option", "id": "I2", "value": "Green"})
        );
        assert_eq!(executed("B2", Some("false"), None), json!({"type": "check", "id": "B2", "value": false}));
        assert_eq!(executed("I3", Some("a.csv"), None)["file_path"], "a.csv");
    }

    #[test]
    fn the_browsers_own_actions_have_words_of_their_own() {
        assert_eq!(executed("S1", Some("http://x"), None), json!({"type": "goto", "url": "http://x"}));
        assert_eq!(executed("S4", None, Some(true)), json!({"type": "go_back"}));
        assert_eq!(executed("S7", Some("250"), None), json!({"type": "wait", "time_ms": 250}));
        assert_eq!(step("S8", None, None), Ok(Deed::Close));
    }

    #[test]
    fn what_cannot_be_said_is_refused_in_a_sentence() {
        for (id, value, why) in [
            ("I9", Some("x"), "observe the page first"),
            ("I1", None, "I1 needs a value"),
            ("S1", None, "address"),
            ("S7", Some("soon"), "milliseconds"),
        ] {
            let refused = step(id, value, None).unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
        }
    }
}
