//! Links into the app: `notex://session/ID` shows a session. Anybody can make somebody click one, so they do no more.
//! An argument of a start may also name a session file.

use std::path::Path;

use notex_hub::protocol::Ask;
use tauri::AppHandle;

/// The longest id that is looked for.
const LONGEST_ID: usize = 128;

/// The session that a link names.
fn session_of(link: &str) -> Option<&str> {
    let id = link.strip_prefix("notex://session/")?;
    let id = id.strip_suffix('/').unwrap_or(id);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (!id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(is_plain)).then_some(id)
}

/// Shows what a link names; others are ignored.
pub(super) fn follow(app: &AppHandle, link: &str) {
    super::focus(app);
    match session_of(link) {
        Some(session) => super::page::tell(app, Ask::ShowSession { session: session.to_owned() }),
        None => {
            let beginning: String = link.chars().take(80).collect();
            tracing::warn!(link = ?beginning, "a link that names no session is ignored");
        }
    }
}

/// Does what an argument of a start asks for, which was given in this folder.
pub(super) fn follow_argument(app: &AppHandle, argument: &str, folder: &Path) {
    if !is_file(argument) {
        return follow(app, argument);
    }
    super::focus(app);
    super::page::tell(app, Ask::OpenFile { path: folder.join(argument).display().to_string() });
}

/// The link or session file among the arguments of a start.
pub(super) fn among(arguments: &[String]) -> Option<&str> {
    let mut given = arguments.iter().skip(1).map(String::as_str);
    given.find(|argument| argument.starts_with("notex:") || is_file(argument))
}

fn is_file(argument: &str) -> bool {
    Path::new(argument).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("notex"))
        && !argument.starts_with("notex:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_a_session() {
        assert_eq!(session_of("notex://session/5f0c-11"), Some("5f0c-11"));
        assert_eq!(session_of("notex://session/5f0c-11/"), Some("5f0c-11"));
    }

    #[test]
    fn other_words_and_strange_ids_are_ignored() {
        let long = format!("notex://session/{}", "a".repeat(10_000));
        for link in [
            "notex://session/",
            "notex://close/5f0c",
            "notex://session/a/b",
            "notex://session/../x",
            "notex://session/<script>",
            "notex://session/%2e%2e",
            "https://session/5f0c",
            "",
            long.as_str(),
        ] {
            assert_eq!(session_of(link), None, "{link}");
        }
    }

    #[test]
    fn a_session_file_is_told_from_a_link_that_ends_like_one() {
        for (argument, file) in [
            ("a.notex", true),
            ("/home/ada/My shop.NOTEX", true),
            ("notex://session/a.notex", false),
            (".notex", false),
            ("notex", false),
        ] {
            assert_eq!(is_file(argument), file, "{argument}");
        }
    }

    #[test]
    fn the_link_is_found_among_other_arguments() {
        let arguments = ["notex-inspector", "--data-dir", "/tmp/x", "notex://session/1"].map(str::to_owned);
        assert_eq!(among(&arguments), Some("notex://session/1"));
        assert_eq!(among(&arguments[..3]), None);
        let arguments = ["notex-inspector", "shop.notex"].map(str::to_owned);
        assert_eq!(among(&arguments), Some("shop.notex"));
    }
}
