//! What a person types, as a question to the index of words.

/// Every word must be there, as the beginning of one; what stands in quotes as it is. `None` when nothing is asked.
pub(crate) fn question(typed: &str) -> Option<String> {
    let mut parts = Vec::new();
    for (place, piece) in typed.split('"').enumerate() {
        let is_quoted = place % 2 == 1;
        if is_quoted && has_word(piece) {
            parts.push(format!("\"{piece}\""));
        } else if !is_quoted {
            parts.extend(
                piece.split_whitespace().filter(|word| has_word(word)).map(|word| format!("\"{word}\"*")),
            );
        }
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn has_word(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// For `LIKE ... ESCAPE '\'`: the text anywhere.
pub(crate) fn anywhere(text: &str) -> String {
    format!("%{}%", escaped(text))
}

/// For `LIKE ... ESCAPE '\'`: the text at the end, as a part of its own of a host.
pub(crate) fn below(host: &str) -> String {
    format!("%.{}", escaped(host))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_beginnings_and_quotes_are_kept_together() {
        assert_eq!(question("add cart").unwrap(), "\"add\"* \"cart\"*");
        assert_eq!(question("a \"add to cart\" b-c").unwrap(), "\"a\"* \"add to cart\" \"b-c\"*");
        assert_eq!(question("open \"quo").unwrap(), "\"open\"* \"quo\"");
        assert_eq!(question(" - \"*\" "), None);
        assert_eq!(question(""), None);
    }
}
