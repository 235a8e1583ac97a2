//! Why a call did not succeed, in sentences without a full stop.

use notex_wire::{Refusal, RefusalDetail};

use crate::Trace;

/// Why a call did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// Nobody answers at the address.
    #[error("{address} could not be reached: {why}")]
    Unreachable {
        /// Scheme, host and port.
        address: String,
        /// Why, in words.
        why: String,
    },
    /// The server took too long.
    #[error("{address} did not answer within {seconds} s")]
    TimedOut {
        /// Scheme, host and port.
        address: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The server refused.
    #[error("{0}")]
    Refused(Refused),
    /// The answer is not what the contract says.
    #[error("{address} answered something that is not NotexAI's ({why})")]
    Garbled {
        /// Scheme, host and port.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// The server's contract has no words for what was asked; nothing was sent.
    #[error("{0}")]
    Unsupported(String),
    /// The base URL cannot be used.
    #[error("{0}")]
    BadAddress(String),
    /// The client holds no session.
    #[error("no session was started")]
    NoSession,
}

/// A refusal of the server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// HTTP status.
    pub status: u16,
    /// What a program branches on, when the server says: `session_not_found`.
    pub code: Option<String>,
    /// The sentence.
    pub message: String,
    /// Which call it was, and where its time went.
    pub trace: Box<Trace>,
}

impl Refused {
    /// Reads a refusal from any JSON body: ours, FastAPI's, or something else.
    pub(crate) fn from_body(status: u16, body: &[u8]) -> Self {
        if let Ok(refusal) = serde_json::from_slice::<Refusal>(body) {
            let message = sentence_of(&refusal);
            return Self { status, code: Some(refusal.code), message, trace: Box::default() };
        }
        let value = serde_json::from_slice::<serde_json::Value>(body).unwrap_or_default();
        let message =
            ["message", "detail", "error"].iter().find_map(|name| value.get(name)?.as_str()).map_or_else(
                || format!("the server refused with status {status}"),
                |text| text.chars().take(500).collect(),
            );
        Self { status, code: None, message, trace: Box::default() }
    }
}

/// Field problems name their field even when the server's message does not.
fn sentence_of(refusal: &Refusal) -> String {
    let RefusalDetail::Fields(problems) = &refusal.detail else { return refusal.message.clone() };
    // Both are about an action, which their sentences name.
    if matches!(refusal.code.as_str(), "unknown_action" | "action_not_operable") {
        return refusal.message.clone();
    }
    let mut sentences: Vec<String> = Vec::new();
    for problem in problems {
        let field = problem.loc.last().map_or("body", String::as_str);
        let named = problem.msg.contains(field);
        sentences.push(if named { problem.msg.clone() } else { format!("{field}: {}", problem.msg) });
    }
    if sentences.is_empty() { refusal.message.clone() } else { sentences.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_fields_names_them() {
        let body = br#"{"detail":[{"loc":["body","session_timeout_minutes"],"msg":"must be from 1 to 30","type":"value_error"}],
            "status":422,"message":"the request is not valid","code":"invalid_request"}"#;
        let refused = Refused::from_body(422, body);
        assert_eq!(refused.message, "session_timeout_minutes: must be from 1 to 30");
        assert_eq!(refused.code.as_deref(), Some("invalid_request"));
    }

    #[test]
    fn a_refusal_of_an_action_says_so_without_the_name_of_its_field() {
        let body = br#"{"detail":[{"loc":["body","action_id"],"msg":"B9 is none of this page","type":"value_error"}],
            "status":422,"message":"B9 is none of this page","code":"unknown_action"}"#;
        assert_eq!(Refused::from_body(422, body).message, "B9 is none of this page");
    }

    #[test]
    fn a_refusal_of_another_make_is_still_a_sentence() {
        assert_eq!(Refused::from_body(404, br#"{"detail":"Not Found"}"#).message, "Not Found");
        assert_eq!(Refused::from_body(502, b"<html>").message, "the server refused with status 502");
    }
}
