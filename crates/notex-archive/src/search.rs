//! What a person types, as patterns.

/// For `LIKE ... ESCAPE '\'`: the text anywhere.
pub(crate) fn anywhere(text: &str) -> String {
    format!("%{}%", escaped(text))
}

/// For `LIKE ... ESCAPE '\'`: the text at the beginning.
pub(crate) fn beginning(text: &str) -> String {
    format!("{}%", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
