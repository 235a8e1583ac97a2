//! Every answer that is not a success.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The JSON body of a refusal. Old clients read `detail`, newer ones `status` and `message`, ours `code`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// A sentence, or the problem of each field.
    pub detail: RefusalDetail,
    /// The HTTP status again.
    pub status: u16,
    /// A sentence.
    pub message: String,
    /// What a program branches on, in snake case: `session_not_found`, `page_unreachable`.
    pub code: String,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RefusalDetail {
    /// In a sentence.
    Sentence(String),
    /// Field by field (status 422).
    Fields(Vec<FieldProblem>),
}

/// What is wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldProblem {
    /// The way to the field: `["body", "session_timeout_minutes"]`.
    pub loc: Vec<String>,
    /// A sentence.
    pub msg: String,
    /// The kind of problem: `missing`, `value_error`, `type_error`.
    #[serde(rename = "type")]
    pub kind: String,
}
