//! The keys of the filter, and what is said of each where it is typed.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Call,
    Status,
    Host,
    Url,
    Text,
    Took,
    Credits,
    After,
    Before,
    Session,
    Connection,
}

pub(super) const KEYS: [Key; 11] = [
    Key::Call,
    Key::Status,
    Key::Host,
    Key::Url,
    Key::Text,
    Key::Took,
    Key::Credits,
    Key::After,
    Key::Before,
    Key::Session,
    Key::Connection,
];

impl Key {
    pub(super) fn named(name: &str) -> Option<Self> {
        KEYS.into_iter().find(|key| key.name().eq_ignore_ascii_case(name))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Status => "status",
            Self::Host => "host",
            Self::Url => "url",
            Self::Text => "text",
            Self::Took => "took",
            Self::Credits => "credits",
            Self::After => "after",
            Self::Before => "before",
            Self::Session => "session",
            Self::Connection => "connection",
        }
    }

    /// In a few words.
    pub(super) fn means(self) -> &'static str {
        match self {
            Self::Call => "observe, step, scrape, start, extend or close",
            Self::Status => "error, ok, an HTTP status or a class of them",
            Self::Host => "the page's host, or part of it",
            Self::Url => "part of the page's address",
            Self::Text => "words on the page, in actions, values or failures",
            Self::Took => "how long it took",
            Self::Credits => "what it cost",
            Self::After => "made on that day or later",
            Self::Before => "made before that day",
            Self::Session => "the beginning of the session's id",
            Self::Connection => "part of the connection's name",
        }
    }

    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Call => "call:step",
            Self::Status => "status:error",
            Self::Host => "host:shop",
            Self::Url => "url:/cart",
            Self::Text => "text:\"add to cart\"",
            Self::Took => "took:>2s",
            Self::Credits => "credits:>2",
            Self::After => "after:2026-11-20",
            Self::Before => "before:today",
            Self::Session => "session:s-7f3a",
            Self::Connection => "connection:local",
        }
    }
}

/// What is said of a key that there is none of.
pub(super) fn unknown(name: &str) -> String {
    let lower = name.to_lowercase();
    let near = KEYS.into_iter().find(|key| {
        let known = key.name();
        known.starts_with(&lower) || lower.starts_with(known) || is_one_off(known, &lower)
    });
    match near {
        Some(key) => format!("There is no key “{name}”; did you mean {}?", key.example()),
        None => format!("There is no key “{name}”. To search for it as a word, put it in quotes."),
    }
}

/// One letter was left out, added or is another.
fn is_one_off(known: &str, typed: &str) -> bool {
    let (known, typed): (Vec<char>, Vec<char>) = (known.chars().collect(), typed.chars().collect());
    let same = known.iter().zip(&typed).take_while(|(a, b)| a == b).count();
    let (a, b) = (&known[same..], &typed[same..]);
    match known.len().cmp(&typed.len()) {
        std::cmp::Ordering::Equal => {
            a.get(1..) == b.get(1..) || (a.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..])
        }
        std::cmp::Ordering::Less => b.get(1..) == Some(a),
        std::cmp::Ordering::Greater => a.get(1..) == Some(b),
    }
}
