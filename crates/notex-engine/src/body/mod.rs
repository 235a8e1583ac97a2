//! Request bodies: read from JSON and checked here, trusted everywhere else. Every refusal names its field.

mod address;
mod classic;
mod current;
mod extract;
mod form;
mod selector;
mod start;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use notex_wire::{DEFAULT_MAX_ACTIONS, StartRequest};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub(crate) use classic::{DEFAULT_WAIT_MS, observe, scrape, step};
pub(crate) use current::{cookies, execute, perceive, read};
pub(crate) use start::Wanted;

use crate::live::Listing;
use crate::refusal::Refused;

/// More actions are never listed, whatever is asked for.
const MOST_ACTIONS: usize = 10_000;
const NO_MODEL: &str = "no language model is configured";
/// How much of a wrong value is told again.
const LONGEST_SHOWN: usize = 200;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        read_as(object(request).await?).map(Self)
    }
}

/// The body of a page call that may make its own session: what it says about the call, and about that session.
pub(crate) struct OneShotBody<T> {
    pub(crate) call: T,
    /// The fields that only a start has.
    pub(crate) options: StartRequest,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for OneShotBody<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        let mut call = object(request).await?;
        let options = StartRequest::OPTIONS.iter().filter_map(|name| call.remove_entry(*name)).collect();
        Ok(Self { call: read_as(call)?, options: read_as(options)? })
    }
}

/// The body of an execute: the action as it was sent, which its answer tells again, and as it was read.
pub(crate) struct ActionBody {
    pub(crate) sent: Map<String, Value>,
    pub(crate) action: notex_wire::current::ExecuteRequest,
}

impl<S: Send + Sync> FromRequest<S> for ActionBody {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        let sent = object(request).await?;
        Ok(Self { action: read_as(sent.clone())?, sent })
    }
}

async fn object(request: Request) -> Result<Map<String, Value>, Refused> {
    let bytes = Bytes::from_request(request, &()).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let limit = crate::routes::LARGEST_BODY;
            let message = format!("a body may hold {limit} bytes at most");
            Refused::new(rejection.status(), "body_too_large", message)
        } else {
            Refused::new(rejection.status(), "body_not_received", "the body was cut off")
        }
    })?;
    let json: Value = serde_json::from_slice(&bytes).map_err(|why| {
        Refused::new(StatusCode::BAD_REQUEST, "malformed_json", format!("the body is not JSON: {why}"))
    })?;
    match json {
        Value::Object(object) => Ok(object),
        _ => Err(Refused::located(&["body"], "type_error", "the body must be a JSON object")),
    }
}

fn read_as<T: DeserializeOwned>(body: Map<String, Value>) -> Result<T, Refused> {
    serde_path_to_error::deserialize(Value::Object(body)).map_err(|error| {
        let problem = error.inner().to_string();
        let path = error.path().to_string();
        let named = |start: &str| problem.strip_prefix(start).and_then(|rest| rest.split('`').next());
        if let Some(name) = named("missing field `") {
            let field = within(&path, name);
            return Refused::field(&field, "missing", format!("{field} is missing"));
        }
        if let Some(name) = named("unknown field `") {
            let field: String = within(&path, name).chars().take(200).collect();
            return Refused::field(&field, "extra_forbidden", format!("{field} is no field of this request"));
        }
        Refused::field(&path, "type_error", format!("{path} cannot be read: {}", in_words(&problem)))
    })
}

/// What is wrong with a value, without the names of types and without all of a long one.
fn in_words(problem: &str) -> String {
    let (value, expected) = problem.rsplit_once(", expected ").unwrap_or((problem, ""));
    let expected = match expected {
        "i64" | "u32" => "a whole number",
        "f64" => "a number",
        "string or map" | "map with a single key" => "a string",
        other => other,
    };
    let value = if value.chars().count() > LONGEST_SHOWN {
        value.chars().take(LONGEST_SHOWN).chain(['…']).collect()
    } else {
        value.to_owned()
    };
    if expected.is_empty() { value } else { format!("{value}, expected {expected}") }
}

/// The way to the field `name` of what `path` leads to, unless it leads there already.
fn within(path: &str, name: &str) -> String {
    match path.rsplit('.').next() {
        _ if path == "." => name.to_owned(),
        Some(last) if last == name => path.to_owned(),
        _ => format!("{path}.{name}"),
    }
}

/// How many actions an observe lists.
fn listing(min: Option<i64>, max: Option<i64>) -> Result<Listing, Refused> {
    let count = |field: &str, number: i64| {
        usize::try_from(number)
            .map(|number| number.min(MOST_ACTIONS))
            .map_err(|_| invalid(field, format!("{field} must be 0 or more, not {number}")))
    };
    let at_least = min.map_or(Ok(0), |min| count("min_nb_actions", min))?;
    let at_most = count("max_nb_actions", max.unwrap_or(DEFAULT_MAX_ACTIONS))?;
    if at_least > at_most {
        let message = format!(
            "min_nb_actions is {at_least} and max_nb_actions {at_most}; raise max_nb_actions, which is \
             {DEFAULT_MAX_ACTIONS} when it is not given"
        );
        return Err(invalid("min_nb_actions", message));
    }
    Ok(Listing { at_least, at_most })
}

/// 422: a field has a value that cannot be.
fn invalid(field: &str, message: impl Into<String>) -> Refused {
    Refused::field(field, "value_error", message)
}

/// 422: a field asks for what this engine does not do.
fn unsupported(field: &str, why: &str) -> Refused {
    Refused::field(field, "unsupported", format!("{field} cannot be honoured: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_value_is_told_in_short_plain_words() {
        for (problem, told) in [
            (
                "invalid type: string \"a\", expected i64",
                "invalid type: string \"a\", expected a whole number",
            ),
            ("invalid type: null, expected string or map", "invalid type: null, expected a string"),
            ("a selector is text", "a selector is text"),
        ] {
            assert_eq!(in_words(problem), told);
        }
        let long = format!("invalid type: string \"{}\", expected a boolean", "ü".repeat(100_000));
        let told = in_words(&long);
        assert!(told.chars().count() < 250 && told.ends_with("…, expected a boolean"), "{told}");
    }
}
