//! Texts in programs: whatever they hold, they end where they should and mean what they say.

use std::fmt::Write;

/// A string of JSON, which JavaScript and jq read as well.
pub(crate) fn json(text: &str) -> String {
    quoted(text, |written, letter| {
        let mut units = [0; 2];
        for unit in letter.encode_utf16(&mut units) {
            _ = write!(written, "\\u{unit:04x}");
        }
    })
}

/// A string of Python, whose `\u` knows no pairs.
pub(crate) fn python(text: &str) -> String {
    quoted(text, |written, letter| {
        let code = u32::from(letter);
        _ = match code {
            0..=0xffff => write!(written, "\\u{code:04x}"),
            _ => write!(written, "\\U{code:08x}"),
        };
    })
}

fn quoted(text: &str, escaped: impl Fn(&mut String, char)) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for letter in text.chars() {
        match letter {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            letter if is_unseen(letter) => escaped(&mut written, letter),
            letter => written.push(letter),
        }
    }
    written.push('"');
    written
}

/// A word of a POSIX shell.
pub(crate) fn shell(text: &str) -> String {
    // A shell has no way to hold the one letter that ends a string of C.
    format!("'{}'", text.replace('\0', "").replace('\'', "'\\''"))
}

/// Lines of a comment, each of which ends where its line does.
pub(crate) fn comment<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = String> + 'a {
    text.lines().map(move |line| {
        let line: String = line.chars().map(|letter| if is_unseen(letter) { ' ' } else { letter }).collect();
        format!("{mark} {}", line.trim()).trim_end().to_owned()
    })
}

/// Control characters, what ends a line in some language, and what makes a text look other than it is.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped_and_the_rest_is_left_as_it_is() {
        assert_eq!(json("a\"b\\\n\u{1}é\u{2028}\u{e0041}"), r#""a\"b\\\n\u0001é\u2028\udb40\udc41""#);
        assert_eq!(python("\u{e0041}😀\u{202e}"), "\"\\U000e0041😀\\u202e\"");
        assert_eq!(shell("it's $HOME `x`"), r"'it'\''s $HOME `x`'");
    }

    #[test]
    fn a_comment_never_leaves_its_line() {
        let lines: Vec<String> = comment("a\u{2028}b\rc\nd \u{85}", "//").collect();
        assert_eq!(lines, ["// a b c", "// d"]);
    }
}
