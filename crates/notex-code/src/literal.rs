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
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use proptest::prelude::*;
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    use super::*;

    /// What ends strings, begins something in them, or cannot be seen.
    const PARTS: [&str; 28] = [
        "\"",
        "'",
        "\\",
        "\n",
        "\r",
        "\t",
        "$",
        "${",
        "`",
        "$(",
        "\\(",
        "{{",
        "}}",
        "%",
        "\u{0}",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\u{202e}",
        "\u{feff}",
        "😀",
        "é",
        "</script>",
        "<!--",
        "\\u0041",
        "\"\"\"",
        "#{",
        "*/",
    ];

    fn texts() -> Vec<String> {
        let part = prop_oneof![proptest::sample::select(&PARTS[..]).prop_map(str::to_owned), ".{0,4}"];
        let text = proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat());
        let mut runner = TestRunner::deterministic();
        (0..300).map(|_| text.new_tree(&mut runner).unwrap().current()).collect()
    }

    /// What a program prints that is read from stdin.
    fn printed(program: &str, arguments: &[&str], text: &str) -> Vec<u8> {
        let mut command = Command::new(program);
        command.args(arguments).env("PYTHONUTF8", "1").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{program} does not take it");
        output.stdout
    }

    #[test]
    fn any_text_comes_back_from_the_interpreters_as_it_was() {
        let texts = texts();
        let listed = |literal: fn(&str) -> String| {
            let all: Vec<String> = texts.iter().map(|text| literal(text)).collect();
            format!("[{}]", all.join(",\n"))
        };
        let (python_list, json_list) = (listed(python), listed(json));
        let python = printed("python3", &["-"], &format!("import json\nprint(json.dumps({python_list}))\n"));
        let script = format!("process.stdout.write(JSON.stringify({json_list}))");
        let script = printed("node", &["-"], &script);
        let jq = printed("jq", &["--null-input", "--from-file", "/dev/stdin"], &json_list);
        for (language, given) in [("Python", python), ("JavaScript", script), ("jq", jq)] {
            let given: Vec<String> = serde_json::from_slice(&given).unwrap();
            assert_eq!(given, texts, "{language}");
        }
        // A shell has no way to hold the letter that ends a string of C.
        let words: Vec<String> = texts.iter().map(|text| text.replace('\0', "")).collect();
        let lines: String = words.iter().map(|word| format!("printf '%s\\0' {}\n", shell(word))).collect();
        let given = String::from_utf8(printed("sh", &[], &lines)).unwrap();
        let given: Vec<&str> = given.strip_suffix('\0').unwrap().split('\0').collect();
        assert_eq!(given, words, "a shell");
    }

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
