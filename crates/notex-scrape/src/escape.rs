//! Signs that mean something in markdown. Where HTML is written for the conversion, they are
//! private characters, which come back as themselves or with a backslash.

use std::borrow::Cow;

/// Comes back as the sign itself.
const PLAIN: u32 = 0x10_0000;
/// Comes back with a backslash before it.
const ESCAPED: u32 = 0x10_0100;
const LAST: u32 = 0x10_01FF;
/// What each of them begins with in UTF-8.
pub(crate) const FIRST_BYTE: u8 = 0xF4;

/// A sign that shall come back as it is.
pub(crate) fn plain(sign: char) -> char {
    moved(sign, PLAIN)
}

/// A sign that shall come back as text.
pub(crate) fn escaped(sign: char) -> char {
    moved(sign, ESCAPED)
}

fn moved(sign: char, to: u32) -> char {
    if sign.is_ascii() { char::from_u32(to + u32::from(sign)).unwrap_or(sign) } else { sign }
}

/// Text that shall come back as it is, all of its signs.
pub(crate) fn verbatim(text: &str) -> String {
    text.chars()
        .filter(|c| !is_private(*c))
        .map(|c| if c.is_ascii_alphanumeric() { c } else { plain(c) })
        .collect()
}

fn is_private(c: char) -> bool {
    (PLAIN..=LAST).contains(&u32::from(c))
}

/// Characters that say nothing, and our own.
pub(crate) fn is_nothing(c: char) -> bool {
    is_private(c)
        || matches!(c, '\u{AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}')
        || (c.is_control() && !c.is_whitespace())
}

/// A text with one space where there is white space, and without what says nothing. `spaced`: after a space.
pub(crate) fn squashed(text: &str, spaced: bool) -> Cow<'_, str> {
    let mut before = if spaced { b' ' } else { b'.' };
    let is_plain = text.bytes().all(|c| {
        let fits = c.is_ascii_graphic() || (c == b' ' && before != b' ');
        before = c;
        fits
    });
    if is_plain {
        return Cow::Borrowed(text);
    }
    let mut squashed = String::with_capacity(text.len());
    let (mut rest, mut spaced) = (text, spaced);
    while let Some(c) = rest.chars().next() {
        let word = rest.bytes().take_while(u8::is_ascii_graphic).count();
        if word > 0 {
            squashed.push_str(&rest[..word]);
            spaced = false;
        } else if c.is_whitespace() {
            if !spaced {
                squashed.push(' ');
            }
            spaced = true;
        } else if !is_nothing(c) {
            squashed.push(c);
            spaced = false;
        }
        rest = &rest[word.max(c.len_utf8())..];
    }
    Cow::Owned(squashed)
}

/// Brings a sign back, and whether a backslash stands before it.
pub(crate) fn sign(c: char) -> (char, bool) {
    let code = u32::from(c);
    match code {
        PLAIN..ESCAPED => (char::from_u32(code - PLAIN).unwrap_or(c), false),
        ESCAPED..=LAST => (char::from_u32(code - ESCAPED).unwrap_or(c), true),
        _ => (c, false),
    }
}

/// Where a text stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    /// At the beginning of a block.
    pub(crate) begins: bool,
    /// In the words of a link.
    pub(crate) linked: bool,
    /// In a cell of a table.
    pub(crate) cell: bool,
}

/// Whether `&` and these would be one sign.
fn is_entity(rest: &str) -> bool {
    let name = rest.bytes().take(32).take_while(|c| c.is_ascii_alphanumeric() || *c == b'#').count();
    name > 0 && rest.as_bytes().get(name) == Some(&b';')
}

/// A text whose signs shall be read as text. It has no `<` and no `&` any more.
pub(crate) fn text(text: &str, before: Option<char>, place: Place) -> String {
    let mut written = String::with_capacity(text.len() * 2);
    let mut done = 0;
    if place.begins
        && let Some(at) = mark_at_begin(text)
        && let Some(mark) = text[at..].chars().next()
    {
        written.push_str(&text[..at]);
        written.push(escaped(mark));
        done = at + mark.len_utf8();
    }
    // Letters, digits and spaces are most of it, and stay as they are.
    while let Some(run) = text.as_bytes()[done..].iter().position(u8::is_ascii_punctuation) {
        let at = done + run;
        written.push_str(&text[done..at]);
        let c = char::from(text.as_bytes()[at]);
        let rest = &text[at + 1..];
        let before = if at == 0 { before } else { text[..at].chars().next_back() };
        let next = rest.chars().next();
        let spaced = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let lettered = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        written.push(match c {
            '`' => escaped(c),
            '*' if !(spaced(before) && spaced(next)) => escaped(c),
            // Within a word, or alone, it is no emphasis.
            '_' if !(lettered(before) && lettered(next) || spaced(before) && spaced(next)) => escaped(c),
            '~' if next == Some('~') || before == Some('~') => escaped(c),
            '[' | ']' if place.linked => escaped(c),
            ']' if next.is_some_and(|n| matches!(n, '(' | '[' | ':')) => escaped(c),
            '|' if place.cell => escaped(c),
            '<' if next.is_some_and(|n| n.is_alphabetic() || matches!(n, '/' | '!' | '?')) => escaped(c),
            '&' if is_entity(rest) => escaped(c),
            '\\' if next.is_none_or(|n| n.is_ascii_punctuation()) => escaped(c),
            _ => plain(c),
        });
        done = at + 1;
    }
    written.push_str(&text[done..]);
    written
}

/// Where a sign stands that would begin a heading, a list, a quote or the like.
fn mark_at_begin(text: &str) -> Option<usize> {
    let spaces = text.bytes().take_while(|c| *c == b' ').count();
    let digits = text[spaces..].bytes().take_while(u8::is_ascii_digit).count();
    let numbered = (1..=9).contains(&digits);
    let at = text.bytes().position(|c| c != b' ' && !(numbered && c.is_ascii_digit()))?;
    let mut rest = text[at..].chars();
    let (c, next) = (rest.next()?, rest.next());
    let spaced = next.is_none_or(char::is_whitespace);
    let marks = match c {
        '#' => next.is_none_or(|n| n == '#' || n == ' '),
        '>' | '|' => true,
        '+' => spaced,
        '-' | '=' | ':' => spaced || next == Some(c),
        '.' | ')' if numbered => spaced,
        '[' => next == Some(' ') || next == Some('x') || next == Some('^'),
        _ => false,
    };
    marks.then_some(at)
}
