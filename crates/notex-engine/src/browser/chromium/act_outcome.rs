//! What the scripts say about an element that is to be operated, and what that means in words.

use serde::Deserialize;

use crate::browser::PageError;

/// How an element is operated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum How {
    /// By a click alone.
    Click,
    /// By a click, toward a state.
    Check,
    /// By typing.
    Type,
    /// By a value that no keyboard types the same way everywhere: dates, colours, ranges.
    Set,
    /// By one of its options.
    Choose,
}

/// What is known about an element that a mouse can reach.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Target {
    pub(super) how: How,
    pub(super) checked: Option<bool>,
    pub(super) read_only: bool,
}

/// The answer of a script of `hands.js`.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(super) enum Outcome {
    Ready {
        #[serde(default)]
        x: f64,
        #[serde(default)]
        y: f64,
        facts: Option<Target>,
        #[serde(default)]
        empty: bool,
    },
    Gone,
    Disabled,
    Hidden,
    Moving,
    Outside,
    Covered {
        by: String,
    },
    NoSuchValue {
        values: String,
    },
    BadValue {
        like: String,
    },
}

/// What `Ready` holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) facts: Option<Target>,
    pub(super) empty: bool,
}

impl Outcome {
    /// The element, or why it cannot be operated; `id` names it.
    pub(super) fn reached(self, id: &str, value: &str) -> Result<Reached, PageError> {
        let not = |why: String| Err(PageError::NotOperable(why));
        match self {
            Outcome::Ready { x, y, facts, empty } => Ok(Reached { x, y, facts, empty }),
            Outcome::Gone => {
                Err(PageError::UnknownAction(format!("{id} is gone since the page changed; observe again")))
            }
            Outcome::Disabled => not(format!("{id} is disabled")),
            Outcome::Hidden => not(format!("{id} cannot be seen any more")),
            Outcome::Moving => not(format!("{id} does not stop moving")),
            Outcome::Outside => not(format!("{id} cannot be scrolled into view")),
            Outcome::Covered { by } => not(format!("{id} is covered by {by}")),
            Outcome::NoSuchValue { values } => {
                not(format!("{id} has no {value:?}; it takes one of: {values}"))
            }
            Outcome::BadValue { like } => {
                not(format!("{id} does not take {value:?}; it takes values like {like}"))
            }
        }
    }
}
