//! Undoes what HTML writes otherwise, however often it was done: a frame of a kept page stands in an attribute of it, and
//! the frame in that frame in one of that, each time with all its signs quoted once more.

use std::ops::Range;

/// A longer reference is none of those that are undone.
const LONGEST_REFERENCE: usize = 10;

/// A text without references to characters, and where each part of it stood.
pub(crate) struct Undone {
    pub text: Vec<u8>,
    /// Where the text goes on behind a reference: here, and in what was undone.
    ends: Vec<(usize, usize)>,
}

impl Undone {
    /// `None` when there was nothing to undo.
    pub(crate) fn of(quoted: &[u8]) -> Option<Self> {
        let mut this = Self { text: Vec::new(), ends: Vec::new() };
        let mut kept = 0;
        for at in memchr::memchr_iter(b'&', quoted) {
            let Some((sign, end)) = reference(quoted, at) else { continue };
            this.text.extend_from_slice(&quoted[kept..at]);
            this.text.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
            this.ends.push((this.text.len(), end));
            kept = end;
        }
        if this.ends.is_empty() {
            return None;
        }
        this.text.extend_from_slice(&quoted[kept..]);
        Some(this)
    }

    /// Where a part of the text stood in what was undone.
    pub(crate) fn stood(&self, part: Range<usize>) -> Range<usize> {
        let place = |at: usize| match self.ends.partition_point(|(end, _)| *end <= at) {
            0 => at,
            behind => {
                let (here, there) = self.ends[behind - 1];
                there + (at - here)
            }
        };
        place(part.start)..place(part.end)
    }
}

/// A text without references to characters.
pub(crate) fn undone(quoted: &str) -> String {
    let undone = Undone::of(quoted.as_bytes());
    undone.map_or_else(|| quoted.to_owned(), |undone| String::from_utf8_lossy(&undone.text).into_owned())
}

/// The character that a reference means in the end, and where the reference ends: `&amp;amp;lt;` is `<`.
fn reference(quoted: &[u8], at: usize) -> Option<(char, usize)> {
    let (mut sign, mut end) = named(quoted, at + 1)?;
    while sign == '&'
        && let Some(inner) = named(quoted, end)
    {
        (sign, end) = inner;
    }
    Some((sign, end))
}

/// The character of a name or number that ends with a semicolon, and what comes behind that.
fn named(quoted: &[u8], from: usize) -> Option<(char, usize)> {
    let rest = &quoted[from..quoted.len().min(from + LONGEST_REFERENCE)];
    let length = memchr::memchr(b';', rest)?;
    let sign = match &rest[..length] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        b"nbsp" => '\u{a0}',
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => return None,
    };
    Some((sign, from + length + 1))
}

fn number(digits: &[u8], base: u32) -> Option<char> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, base).ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn references_are_undone_however_often_they_were_quoted() {
        for (quoted, plain) in [
            ("a &amp; b", "a & b"),
            ("&amp;amp;amp;lt;b&gt;", "<b>"),
            ("&#39;&#x27;&apos;&#38;quot;&nbsp;", "'''\"\u{a0}"),
            ("no &reference; & none&", "no &reference; & none&"),
            ("&&amp;&", "&&&"),
        ] {
            assert_eq!(undone(quoted), plain);
        }
    }

    proptest! {
        #[test]
        fn what_is_found_stood_where_it_was_quoted(
            before in "[a&;ü]{0,8}",
            secret in "[a-c&<\"ü]{1,12}",
            after in "[b&;<]{0,8}",
            times in 1..12_usize,
        ) {
            let quote = |text: &str| (0..times).fold(text.to_owned(), |text, _| {
                text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
            });
            // No sign around completes a reference.
            let parts = [format!("{before} "), secret.clone(), format!(" {after}")].map(|part| quote(&part));
            let whole = parts.concat();
            let start = undone(&parts[0]).len();
            let stood = Undone::of(whole.as_bytes())
                .map_or(start..start + secret.len(), |undone| undone.stood(start..start + secret.len()));
            prop_assert_eq!(&whole[stood], parts[1].as_str());
        }
    }
}
