//! The language model that the engine inside the app may ask.

use serde::Serialize;
use ts_rs::TS;

use super::{Failure, KeepKey};

/// The language model of the engine inside the app. Its key is never among what the window is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ModelState {
    /// The address of its server.
    pub url: String,
    /// What its server calls it.
    pub name: String,
    /// Where its key is; null when it has none.
    pub key_kept: Option<KeepKey>,
    /// Why it cannot be asked.
    pub failure: Option<Failure>,
}

/// What a language model said when it was tried.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TriedModel {
    /// Its answer, shortened.
    pub said: String,
    /// What it read and wrote.
    #[ts(type = "number")]
    pub tokens: u64,
    /// Whether the tokens are estimated, because it did not say.
    pub tokens_estimated: bool,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
}
