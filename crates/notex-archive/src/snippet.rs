//! Where a call has the words it was found by.

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::kept::{Snippet, SnippetOf};

/// So many characters are shown before what was found.
const BEFORE: usize = 32;
/// And so many after it.
const AFTER: usize = 96;
/// A text is looked through so far.
const MOST_LOOKED_AT: usize = 256 * 1024;

/// The first place, in the order given, that has the first of the words.
pub(crate) struct Search {
    words: Vec<Vec<char>>,
}

impl Search {
    pub(crate) fn new(words: &[&str]) -> Self {
        let folded = words.iter().map(|word| word.chars().map(folded).collect::<Vec<_>>());
        Self { words: folded.filter(|word| !word.is_empty()).collect() }
    }

    pub(crate) fn is_for_nothing(&self) -> bool {
        self.words.is_empty()
    }

    /// What is found in a text.
    pub(crate) fn in_text(&self, of: SnippetOf, text: &str) -> Option<Snippet> {
        let text = &text[..text.floor_char_boundary(MOST_LOOKED_AT)];
        let letters: Vec<(usize, char)> =
            text.char_indices().map(|(at, letter)| (at, folded(letter))).collect();
        self.words.iter().find_map(|word| {
            let begins = (0..letters.len().checked_sub(word.len())? + 1)
                .filter(|&at| letters[at..].iter().zip(word).all(|((_, letter), wanted)| letter == wanted));
            // The beginning of a word is what was asked for; in scripts without spaces any place is.
            let is_beginning = |&at: &usize| at == 0 || !letters[at - 1].1.is_alphanumeric();
            let begin = begins.clone().find(is_beginning).or_else(|| begins.clone().next())?;
            let place = |at: usize| letters.get(at).map_or(text.len(), |&(at, _)| at);
            let (from, to) = (place(begin), place(begin + word.len()));
            let (start, end) = (place(begin.saturating_sub(BEFORE)), place(begin + word.len() + AFTER));
            let mark = |is_cut: bool| if is_cut { "…" } else { "" };
            Some(Snippet {
                of,
                before: format!("{}{}", mark(start > 0), plain(&text[start..from])),
                found: plain(&text[from..to]),
                after: format!("{}{}", plain(&text[to..end]), mark(end < text.len())),
            })
        })
    }

    /// What is found in the texts of a body, in the order in which it has them.
    pub(crate) fn in_value(&self, of: SnippetOf, value: &Value) -> Option<Snippet> {
        match value {
            Value::String(text) => self.in_text(of, text),
            Value::Array(items) => items.iter().find_map(|item| self.in_value(of, item)),
            Value::Object(fields) => fields.values().find_map(|field| self.in_value(of, field)),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        }
    }
}

/// As the index takes a letter: small, and without its accents.
fn folded(letter: char) -> char {
    let base = std::iter::once(letter).nfd().next().unwrap_or(letter);
    // A syllable of Hangul is taken apart by that, which the index does not do.
    let base = if ('\u{ac00}'..='\u{d7a3}').contains(&letter) { letter } else { base };
    base.to_lowercase().next().unwrap_or(base)
}

/// In one line.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_place_is_shown_as_it_is_written_whatever_case_and_accents_were_typed() {
        let found = Search::new(&["cafe"]).in_text(SnippetOf::Answer, "Ein\nCafé in Zürich").unwrap();
        assert_eq!(
            (found.before.as_str(), found.found.as_str(), found.after.as_str()),
            ("Ein ", "Café", " in Zürich")
        );
        let long = format!("{} needle {}", "a ".repeat(100), "b ".repeat(100));
        let found = Search::new(&["needle"]).in_text(SnippetOf::Answer, &long).unwrap();
        assert!(found.before.starts_with('…') && found.after.ends_with('…'));
        assert!(found.before.chars().count() <= 33 && found.after.chars().count() <= 97);
        assert!(Search::new(&["nowhere"]).in_text(SnippetOf::Answer, &long).is_none());
    }

    #[test]
    fn the_beginning_of_a_word_comes_before_a_part_of_one_and_a_body_is_looked_through() {
        let found = Search::new(&["art"]).in_text(SnippetOf::Page, "cart and art").unwrap();
        assert_eq!(found.before, "cart and ");
        let body = json!({ "a": [1, { "b": "加入購物車" }] });
        let found = Search::new(&["購物"]).in_value(SnippetOf::Answer, &body).unwrap();
        assert_eq!((found.before.as_str(), found.after.as_str()), ("加入", "車"));
    }
}
