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
    /// By one of the options of a list that it opens.
    Pick,
    /// By moving its thumb.
    Slide,
    /// By its arrow keys.
    Spin,
    /// By a file.
    File,
}

/// What is known about an element that a mouse can reach.
#[derive(Clone, Copy, Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent facts about an element")]
pub(super) struct Target {
    pub(super) how: How,
    pub(super) checked: Option<bool>,
    pub(super) read_only: bool,
    /// One of several, which a click cannot let go of.
    pub(super) radio: bool,
    /// It opens a list of what may be meant while it is typed into.
    pub(super) suggests: bool,
    /// It shapes what is typed, so every key counts.
    pub(super) keyed: bool,
    /// It takes one sign, and hands the next one on.
    pub(super) split: bool,
    /// It searches.
    pub(super) search: bool,
    /// A part of the page that is edited in place.
    pub(super) editor: bool,
    /// It has one line.
    pub(super) single: bool,
    /// What it is may be known to the accessibility tree alone.
    pub(super) shy: bool,
    /// It holds a password.
    pub(super) secret: bool,
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
    Hidden {
        /// It is in something that may open under the mouse.
        #[serde(default)]
        in_menu: bool,
    },
    Moving,
    Outside,
    Covered {
        by: String,
        /// It is a list or a calendar that another field has left open.
        #[serde(default)]
        left_open: bool,
        /// The element is in a dialog, which a key may close.
        #[serde(default)]
        in_dialog: bool,
    },
    NoSuchValue {
        value: String,
        values: String,
    },
    BadValue {
        like: String,
    },
    TakesOne,
}

/// What `Ready` holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) facts: Option<Target>,
    pub(super) empty: bool,
}

/// What a click met.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Landed {
    pub(super) met: bool,
    /// The element was made anew meanwhile, and what came in its place was not clicked.
    pub(super) again: bool,
    pub(super) by: Option<String>,
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
            Outcome::Hidden { .. } => not(format!("{id} cannot be seen any more")),
            Outcome::Moving => not(format!("{id} does not stop moving")),
            Outcome::Outside => not(format!("{id} cannot be scrolled into view")),
            Outcome::Covered { by, .. } => not(format!("{id} is covered by {by}")),
            Outcome::NoSuchValue { value, values } => {
                not(format!("{id} has no {value:?}; it takes one of: {values}"))
            }
            Outcome::BadValue { like } => {
                not(format!("{id} does not take {value:?}; it takes values like {like}"))
            }
            Outcome::TakesOne => not(format!("{id} takes one option, not several")),
        }
    }
}
