//! The small language that calls are searched with: `call:step status:error host:shop -host:ads took:>2s "add to cart"`.
//! What is typed becomes terms that must all hold, or a problem with its place. Knows no rows and no clock; in `sql` the
//! terms become conditions, with every value bound.

mod complete;
mod keys;
pub(crate) mod sql;
mod values;

#[cfg(test)]
mod tests;

use std::ops::Range;

use chrono::{DateTime, FixedOffset, Utc};
use notex_wire::CallKind;

pub(crate) use self::complete::Known;
pub use self::complete::{Completion, Suggestion};
use self::keys::Key;

/// What a person asks for: calls of which all of it is true.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    terms: Vec<Term>,
}

/// Why a filter cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct FilterProblem {
    /// Where, in bytes of what was typed.
    pub at: Range<usize>,
    /// What is wrong and what would be right.
    pub sentence: String,
}

#[derive(Clone, Debug, PartialEq)]
struct Term {
    is_negated: bool,
    says: Says,
}

#[derive(Clone, Debug, PartialEq)]
enum Says {
    Call(Vec<CallKind>),
    Status(Vec<StatusIs>),
    Host(String),
    Url(String),
    Session(String),
    Connection(String),
    /// In thousandths.
    Credits(Compared, i64),
    /// In microseconds.
    Took(Compared, i64),
    After(DateTime<Utc>),
    Before(DateTime<Utc>),
    /// Somewhere in it; what was quoted stands together.
    Text {
        words: String,
        is_quoted: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StatusIs {
    Failed,
    Done,
    /// HTTP statuses, from and to.
    Http(u16, u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compared {
    More,
    AtLeast,
    Less,
    AtMost,
    Equal,
}

impl Filter {
    /// What is typed, understood at a moment in the person's time zone, in which its days are.
    ///
    /// # Errors
    /// The first thing that is wrong, and where.
    pub fn parse(typed: &str, now: DateTime<FixedOffset>) -> Result<Self, FilterProblem> {
        let terms = pieces(typed)?.into_iter().map(|piece| term(typed, &piece, now));
        Ok(Self { terms: terms.collect::<Result<_, _>>()? })
    }

    /// It asks for every call.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The words that a hit is marked with.
    pub(crate) fn words(&self) -> Vec<&str> {
        let words = self.terms.iter().filter(|term| !term.is_negated);
        words
            .filter_map(|term| match &term.says {
                Says::Text { words, .. } => Some(words.as_str()),
                _ => None,
            })
            .collect()
    }
}

/// A piece of what was typed that stands between spaces outside of quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    is_negated: bool,
    /// The part before the colon.
    key: Option<Range<usize>>,
    /// Without its quotes.
    value: Range<usize>,
    is_quoted: bool,
    whole: Range<usize>,
}

fn pieces(typed: &str) -> Result<Vec<Piece>, FilterProblem> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(skipped) = typed[at..].find(|letter: char| !letter.is_whitespace()) {
        let piece = piece(typed, at + skipped)?;
        at = piece.whole.end;
        found.push(piece);
    }
    Ok(found)
}

fn piece(typed: &str, start: usize) -> Result<Piece, FilterProblem> {
    let is_negated =
        typed[start..].starts_with('-') && typed[start + 1..].starts_with(|c: char| !c.is_whitespace());
    let from = start + usize::from(is_negated);
    let rest = &typed[from..];
    let end = rest.find(|letter: char| letter.is_whitespace() || letter == '"').unwrap_or(rest.len());
    // `https://…` is an address, and `12:30` a time of day: only a word is a key.
    let key = rest[..end].find(':').filter(|&colon| {
        colon > 0
            && rest[..colon].bytes().all(|letter| letter.is_ascii_alphabetic())
            && !rest[colon..].starts_with("://")
    });
    let value = key.map_or(from, |colon| from + colon + 1);
    let key = key.map(|colon| from..from + colon);
    if typed[value..].starts_with('"') {
        let inside = value + 1;
        let Some(length) = typed[inside..].find('"') else {
            return Err(FilterProblem {
                at: value..typed.len(),
                sentence: "The quote is not closed: end it with another \".".to_owned(),
            });
        };
        let end = inside + length;
        return Ok(Piece { is_negated, key, value: inside..end, is_quoted: true, whole: start..end + 1 });
    }
    let end = typed[value..].find(char::is_whitespace).map_or(typed.len(), |length| value + length);
    Ok(Piece { is_negated, key, value: value..end, is_quoted: false, whole: start..end })
}

fn term(typed: &str, piece: &Piece, now: DateTime<FixedOffset>) -> Result<Term, FilterProblem> {
    let value = &typed[piece.value.clone()];
    let problem = |at: &Range<usize>, sentence: String| FilterProblem { at: at.clone(), sentence };
    let text = || Says::Text { words: value.to_owned(), is_quoted: piece.is_quoted };
    let says = match &piece.key {
        None => text(),
        Some(at) => {
            let name = &typed[at.clone()];
            let key = Key::named(name).ok_or_else(|| problem(at, keys::unknown(name)))?;
            if value.trim().is_empty() {
                return Err(problem(
                    &piece.whole,
                    format!("{name}: wants a value, such as {}.", key.example()),
                ));
            }
            values::read(key, value, piece.is_quoted, now)
                .map_err(|sentence| problem(&piece.value, sentence))?
        }
    };
    if let Says::Text { words, .. } = &says
        && !words.chars().any(char::is_alphanumeric)
    {
        let sentence = format!("“{words}” has no letter and no digit to search for.");
        return Err(problem(&piece.whole, sentence));
    }
    Ok(Term { is_negated: piece.is_negated, says })
}
