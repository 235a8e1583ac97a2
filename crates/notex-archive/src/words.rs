//! Text as the index of words has it. Chinese, Japanese, Korean and the scripts of South East Asia are written without
//! spaces, or with few: the index would take a whole sentence for one word. There a run becomes its pairs of letters,
//! `加入購物車` → `加入 入購 購物 物車 車`, so that whatever stands inside of it is found.

use std::borrow::Cow;

/// The text with the runs of such scripts in pairs, and the last letter of each by itself.
pub(crate) fn indexed(text: &str) -> Cow<'_, str> {
    if !text.chars().any(runs_on) {
        return Cow::Borrowed(text);
    }
    let mut paired = String::with_capacity(text.len() * 2);
    for piece in pieces(text) {
        match piece {
            Piece::Other(other) => paired.push_str(other),
            Piece::Run(run) => pairs(run, &mut paired, Last::Alone),
        }
    }
    Cow::Owned(paired)
}

/// A question that finds what has this word in it: a word of other scripts by its beginning. `None` when there is
/// nothing to look for.
pub(crate) fn word(typed: &str) -> Option<String> {
    let ends_in_run = typed.chars().next_back().is_some_and(runs_on);
    let is_pair = typed.chars().rev().take_while(|&letter| runs_on(letter)).count() > 1;
    // A pair is whole; a single letter is the beginning of one.
    let beginning = if ends_in_run && is_pair { "" } else { "*" };
    phrase(typed).map(|phrase| format!("{phrase}{beginning}"))
}

/// A question that finds these words together, as they stand.
pub(crate) fn phrase(typed: &str) -> Option<String> {
    if !typed.chars().any(char::is_alphanumeric) {
        return None;
    }
    let mut asked = String::new();
    let mut pieces = pieces(typed).peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Other(other) => asked.push_str(other),
            Piece::Run(run) => {
                let last = if pieces.peek().is_some() { Last::Alone } else { Last::InPair };
                pairs(run, &mut asked, last);
            }
        }
    }
    Some(format!("\"{}\"", asked.replace('"', " ")))
}

/// What becomes of the last letter of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// It stands by itself too, as it does in the index.
    Alone,
    /// In its pair only: in the index the run may go on. A run of one letter has none.
    InPair,
}

fn pairs(run: &str, out: &mut String, last: Last) {
    let mut letters = run.chars().peekable();
    out.push(' ');
    let mut is_first = true;
    while let Some(letter) = letters.next() {
        match letters.peek() {
            Some(&next) => out.extend([letter, next, ' ']),
            None if is_first || last == Last::Alone => out.extend([letter, ' ']),
            None => {}
        }
        is_first = false;
    }
}

enum Piece<'a> {
    Run(&'a str),
    Other(&'a str),
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let runs = runs_on(rest.chars().next()?);
        let end = rest.find(|letter| runs_on(letter) != runs).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(if runs { Piece::Run(piece) } else { Piece::Other(piece) })
    })
}

/// Whether words of the letter's script run on without spaces.
fn runs_on(letter: char) -> bool {
    matches!(letter,
        '\u{0e01}'..='\u{0eff}' // Thai, Lao
        | '\u{1000}'..='\u{109f}' // Burmese
        | '\u{1100}'..='\u{11ff}' // Hangul, in parts
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{30ff}' // Hiragana, Katakana
        | '\u{3105}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7ff}' // Hangul
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3ffff}')
        && letter != '\u{30fb}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_other_scripts_stays_as_it_is_and_a_run_becomes_pairs() {
        assert!(matches!(indexed("Add to cart, Zürich"), Cow::Borrowed(_)));
        assert_eq!(indexed("買 iPhone手機殼。").trim(), "買  iPhone 手機 機殼 殼 。");
    }

    #[test]
    fn a_word_is_a_beginning_and_what_is_quoted_is_kept_together() {
        assert_eq!(word("cart").unwrap(), "\"cart\"*");
        assert_eq!(word("b-c").unwrap(), "\"b-c\"*");
        assert_eq!(phrase("add to cart").unwrap(), "\"add to cart\"");
        assert_eq!(phrase("say \"no\"").unwrap(), "\"say  no \"");
        assert_eq!((word("*"), phrase(" - ")), (None, None));
    }

    #[test]
    fn a_word_inside_of_a_run_is_asked_for_by_its_pairs_and_a_single_letter_by_the_beginning_of_one() {
        assert_eq!(word("購物車").unwrap(), "\" 購物 物車 \"");
        assert_eq!(word("車").unwrap(), "\" 車 \"*");
        assert_eq!(phrase("手機殼 便宜").unwrap(), "\" 手機 機殼 殼   便宜 \"");
    }
}
