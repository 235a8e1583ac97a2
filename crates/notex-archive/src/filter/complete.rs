//! What can be typed next.

use std::ops::Range;

use super::keys::{KEYS, Key};
use super::values::CALLS;

/// The most that is offered at once.
const MOST: usize = 12;

/// What replaces the part of the filter that is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// That part, in bytes of what was typed.
    pub replaces: Range<usize>,
    /// What may stand there.
    pub suggestions: Vec<Suggestion>,
}

/// Something that may be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What it puts there; a key ends with its colon.
    pub text: String,
    /// In a few words; empty where the text says it.
    pub means: String,
    /// How it looks with a value.
    pub example: Option<String>,
}

/// What only the archive knows: values that calls have.
pub(crate) trait Known {
    /// Hosts that contain this, those with the most calls first.
    fn hosts(&self, part: &str) -> Vec<String>;
    /// Names of connections that contain this.
    fn connections(&self, part: &str) -> Vec<String>;
    /// Ids of sessions that begin so, the last ones first.
    fn sessions(&self, beginning: &str) -> Vec<String>;
}

impl Completion {
    /// For a place in what is typed, in bytes.
    pub(crate) fn of(typed: &str, at: usize, known: &impl Known) -> Self {
        let at = typed.floor_char_boundary(at);
        let is_inside_quotes = typed[..at].matches('"').count() % 2 == 1;
        let from = typed[..at].char_indices().rfind(|(_, letter)| letter.is_whitespace());
        let from = from.map_or(0, |(space, letter)| space + letter.len_utf8());
        let from = from + usize::from(typed[from..at].starts_with('-'));
        let nothing = Self { replaces: at..at, suggestions: Vec::new() };
        if is_inside_quotes {
            return nothing;
        }
        let to = typed[at..].find(char::is_whitespace).map_or(typed.len(), |length| at + length);
        let Some((name, value)) = typed[from..at].split_once(':') else {
            return Self { replaces: from..to, suggestions: keys(&typed[from..at]) };
        };
        let Some(key) = Key::named(name) else { return nothing };
        let mut suggestions = values(key, value, known);
        suggestions.truncate(MOST);
        Self { replaces: from + name.len() + 1..to, suggestions }
    }
}

fn keys(typed: &str) -> Vec<Suggestion> {
    let lower = typed.to_lowercase();
    let fitting = KEYS.into_iter().filter(|key| key.name().starts_with(&lower));
    let suggestion = |key: Key| Suggestion {
        text: format!("{}:", key.name()),
        means: key.means().to_owned(),
        example: Some(key.example().to_owned()),
    };
    fitting.map(suggestion).collect()
}

fn values(key: Key, typed: &str, known: &impl Known) -> Vec<Suggestion> {
    let fixed = |all: &[(&str, &str)]| -> Vec<Suggestion> {
        let typed = typed.to_lowercase();
        let fitting = all.iter().filter(|(text, _)| text.starts_with(&typed));
        fitting
            .map(|(text, means)| Suggestion { text: quoted(text), means: (*means).to_owned(), example: None })
            .collect()
    };
    let plain = |all: Vec<String>| -> Vec<Suggestion> {
        let one = |text: String| Suggestion { text: quoted(&text), means: String::new(), example: None };
        all.into_iter().map(one).collect()
    };
    match key {
        Key::Call => fixed(&CALLS.map(|(name, _)| (name, ""))),
        Key::Status => fixed(&[
            ("error", "it failed"),
            ("ok", "it succeeded"),
            ("4xx", "the server refused it"),
            ("5xx", "the server failed"),
        ]),
        Key::Took => fixed(&[(">1s", "longer than a second"), (">5s", ""), ("<100ms", "")]),
        Key::Credits => fixed(&[(">1", "more than one credit"), ("0", "nothing")]),
        Key::After | Key::Before => fixed(&[
            ("today", "since midnight"),
            ("yesterday", ""),
            ("1h", "an hour ago"),
            ("7d", "a week ago"),
        ]),
        Key::Host => plain(known.hosts(typed)),
        Key::Connection => plain(known.connections(typed)),
        Key::Session => plain(known.sessions(typed)),
        Key::Url | Key::Text => Vec::new(),
    }
}

fn quoted(value: &str) -> String {
    let is_plain = !value.contains(char::is_whitespace) && !value.contains('"');
    if is_plain { value.to_owned() } else { format!("\"{}\"", value.replace('"', "")) }
}
