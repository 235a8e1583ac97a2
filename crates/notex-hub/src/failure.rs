//! Failures as the window shows them: a sentence of what happened and one of what to do next.

use notex_client::ClientError;

use crate::protocol::{Failure, FailureCode};

impl Failure {
    /// A failure without a hint. The message may be a bare clause; it is made a sentence.
    pub fn new(code: FailureCode, message: impl AsRef<str>) -> Self {
        Self { code, message: as_sentence(message.as_ref()), hint: None }
    }

    /// The same with what to do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl AsRef<str>) -> Self {
        self.hint = Some(as_sentence(hint.as_ref()));
        self
    }

    /// A field of a command is wrong.
    pub fn invalid(message: impl AsRef<str>) -> Self {
        Self::new(FailureCode::Invalid, message)
    }
}

impl From<&ClientError> for Failure {
    fn from(error: &ClientError) -> Self {
        let (code, hint) = match error {
            ClientError::Unreachable { .. } => (
                FailureCode::Unreachable,
                Some("it is tried again by itself; check the address if this goes on"),
            ),
            ClientError::TimedOut { .. } => {
                (FailureCode::Unreachable, Some("try again, or close the session"))
            }
            ClientError::Refused(refused) => of_refusal(refused.status, refused.code.as_deref()),
            ClientError::Garbled { .. } => {
                (FailureCode::Other, Some("check that the base URL is the one of a NotexAI server"))
            }
            ClientError::Unsupported(_) => (FailureCode::Invalid, None),
            ClientError::BadAddress(_) => (FailureCode::Invalid, None),
            ClientError::NoSession => (FailureCode::SessionEnded, Some("start another session")),
        };
        let failure = Self::new(code, error.to_string());
        match hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}

fn of_refusal(status: u16, code: Option<&str>) -> (FailureCode, Option<&'static str>) {
    match (status, code) {
        (_, Some("unknown_action" | "action_not_operable")) => {
            (FailureCode::ActionImpossible, Some("observe the page again to see what can be done now"))
        }
        (_, Some("page_unreachable")) => of_refusal(424, None),
        (401 | 403, _) => (FailureCode::WrongKey, Some("replace the key of this connection")),
        (402, _) => (FailureCode::OutOfCredits, None),
        (404 | 410, _) => (FailureCode::SessionEnded, Some("start another session to go on")),
        (422, _) => (FailureCode::Invalid, None),
        (424, _) => {
            (FailureCode::PageUnreachable, Some("check the address and try again; nothing was charged"))
        }
        (503, _) => (FailureCode::NoBrowser, None),
        (_, _) => (FailureCode::Other, None),
    }
}

/// Capital first letter and a full stop, unless it begins with something that is not a word.
pub(crate) fn as_sentence(clause: &str) -> String {
    let clause = clause.trim();
    let first_word = clause.split_whitespace().next().unwrap_or_default();
    let is_plain_word = first_word.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '\'' | ',' | '-'));
    let mut text = clause.to_owned();
    if is_plain_word && let Some(first) = text.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    if !text.is_empty() && !text.ends_with(['.', '!', '?', ':', '…']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use notex_client::Refused;

    use super::*;

    #[test]
    fn a_clause_becomes_a_sentence_and_an_address_stays_as_it_is() {
        assert_eq!(as_sentence("the session has ended"), "The session has ended.");
        assert_eq!(
            as_sentence("session_timeout_minutes must be from 1 to 30"),
            "session_timeout_minutes must be from 1 to 30."
        );
        assert_eq!(as_sentence("http://x is down"), "http://x is down.");
        assert_eq!(as_sentence("is it running?"), "Is it running?");
    }

    #[test]
    fn a_wrong_key_says_what_to_do() {
        let message = "the API key is not valid".to_owned();
        let refused = Refused { status: 401, code: None, message, trace: Box::default() };
        let failure = Failure::from(&ClientError::Refused(refused));
        assert_eq!(failure.code, FailureCode::WrongKey);
        assert_eq!(failure.message, "The API key is not valid.");
        assert_eq!(failure.hint.as_deref(), Some("Replace the key of this connection."));
    }
}
