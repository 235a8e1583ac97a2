//! Calls and pages in a few words, for the calls list.

use notex_wire::{Action, CallKind, PageAnswer, ReadScope, Reading};
use url::Url;

use crate::history::is_secret_value;
use crate::protocol::{Call, CallStatus, TabDeed};

/// `/search · 214 actions`, or the host for a front page.
pub(crate) fn observed(answer: &PageAnswer) -> String {
    let count = answer.space.as_ref().map_or(0, |space| space.actions.len());
    let unit = if count == 1 { "action" } else { "actions" };
    format!("{} · {count} {unit}", place(&answer.metadata.url))
}

/// `main content · 18 KB`.
pub(crate) fn scraped(answer: &PageAnswer, only_main_content: bool) -> String {
    let data = answer.data.as_ref();
    let bytes = data.and_then(|data| data.markdown.as_ref()).map_or(0, String::len);
    let reading = data.and_then(|data| data.reading.as_ref());
    format!("{} · {}", scope(reading, only_main_content), size(bytes))
}

/// What was read, as far as the server tells: where no main content is, all of a page is read instead.
pub(crate) fn scope(reading: Option<&Reading>, only_main_content: bool) -> &'static str {
    match reading.map(|reading| reading.scope) {
        Some(ReadScope::MainContent) => "main content",
        Some(ReadScope::WholePage) => "whole page",
        _ if only_main_content => "main content",
        _ => "whole page",
    }
}

/// `B3 Click Search`, `I1 Fill Email “me@shop.local”`.
pub(crate) fn step(action_id: &str, action: Option<&Action>, value: Option<&str>) -> String {
    let mut words = action_id.to_owned();
    let description = action.map(|action| action.description.as_str()).or_else(|| special(action_id));
    if let Some(description) = description {
        words.push(' ');
        words.push_str(&shortened(description, 80));
    }
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        let secret = is_secret_value(action_id, action);
        // An option is known by what a person reads, not by what the form sends.
        let label = action.and_then(|action| action.state.as_ref()).and_then(|state| {
            state.options.iter().find(|option| option.value == value).map(|option| option.label.trim())
        });
        let read = label.filter(|label| !label.is_empty()).unwrap_or(value);
        let shown = if secret { "••••".to_owned() } else { shortened(read, 40) };
        words.push_str(&format!(" “{shown}”"));
    }
    words
}

/// A part of a page, by its selector.
pub(crate) fn part(selector: &str) -> String {
    shortened(selector, 60)
}

/// What a language model was asked for, behind what was read.
pub(crate) fn wish(instructions: &str) -> String {
    let line = instructions.split_whitespace().collect::<Vec<_>>().join(" ");
    format!(" · asked for “{}”", shortened(&line, 60))
}

/// A tab in a few words, as a person counts them.
pub(crate) fn tab(deed: &TabDeed) -> String {
    match deed {
        TabDeed::Switch { tab } => format!("switch to tab {}", tab.saturating_add(1)),
        TabDeed::Open { url } => format!("open a tab at {}", place(url)),
        TabDeed::Close => "close the tab in front".to_owned(),
    }
}

/// A call that ended, for the list of sessions: `B3 Click Search`, `observe /search · 214 actions`. Starts and minutes
/// are no calls that somebody made on it.
pub(crate) fn last_call(call: &Call) -> Option<String> {
    let word = match call.kind {
        CallKind::Start | CallKind::SessionMinute => return None,
        CallKind::Step => "",
        CallKind::Observe => "observe ",
        CallKind::Scrape => "scrape ",
        CallKind::Extend => "extend ",
        CallKind::Close => "close ",
    };
    let word = if word.is_empty() && call.what == crate::elsewhere::WHAT { "step " } else { word };
    let end = match call.status {
        CallStatus::Running => return None,
        CallStatus::Done { .. } => "",
        CallStatus::Failed { .. } => " (failed)",
    };
    Some(format!("{word}{}{end}", call.what))
}

fn special(action_id: &str) -> Option<&'static str> {
    Some(match action_id {
        "S1" => "Go to",
        "S2" => "Scrape",
        "S3" => "Screenshot",
        "S4" => "Back",
        "S5" => "Forward",
        "S6" => "Refresh",
        "S7" => "Wait",
        "S8" => "Close",
        _ => return None,
    })
}

/// A value typed into such a field is not repeated anywhere.
pub(crate) fn looks_secret(action: &Action) -> bool {
    let name = action.label.as_deref().unwrap_or(&action.description).to_lowercase();
    ["passw", "passphrase", "secret", "pin code", "one-time", "token", "api key"]
        .iter()
        .any(|word| name.contains(word))
}

/// Path and query of an address; the host where there is only a root.
pub(crate) fn place(url: &str) -> String {
    let Ok(parsed) = Url::parse(url) else { return shortened(url, 60) };
    let mut place = parsed.path().to_owned();
    if let Some(query) = parsed.query() {
        place.push('?');
        place.push_str(query);
    }
    if place == "/" {
        place = parsed.host_str().unwrap_or(url).to_owned();
    }
    shortened(&place, 60)
}

fn shortened(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= most {
        return text;
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{kept}…")
}

pub(crate) fn size(bytes: usize) -> String {
    if bytes < 1024 { format!("{bytes} B") } else { format!("{} KB", bytes.div_ceil(1024)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(label: &str) -> Action {
        serde_json::from_value(serde_json::json!({
            "id": "I2", "description": format!("Fill {label}"), "category": "Form", "label": label
        }))
        .unwrap()
    }

    #[test]
    fn a_step_reads_like_a_sentence() {
        assert_eq!(
            step("I2", Some(&action("Email")), Some("me@shop.local")),
            "I2 Fill Email “me@shop.local”"
        );
        assert_eq!(step("S1", None, Some("http://shop.local/")), "S1 Go to “http://shop.local/”");
        assert_eq!(step("B9", None, None), "B9");
    }

    #[test]
    fn a_scrape_says_what_was_read_and_not_what_was_asked_for() {
        let reading = |scope| Reading { scope, ..Reading::default() };
        assert_eq!(scope(None, true), "main content");
        assert_eq!(scope(Some(&reading(ReadScope::MainContent)), true), "main content");
        assert_eq!(scope(Some(&reading(ReadScope::WholePage)), true), "whole page");
        assert_eq!(scope(Some(&reading(ReadScope::WholePage)), false), "whole page");
    }

    #[test]
    fn a_chosen_option_is_called_as_a_person_reads_it() {
        let field: Action = serde_json::from_value(serde_json::json!({
            "id": "I2", "description": "Choose Country", "category": "Form", "label": "Country",
            "state": {"options": [{"value": "de", "label": " Germany ", "selected": false}]}
        }))
        .unwrap();
        assert_eq!(step("I2", Some(&field), Some("de")), "I2 Choose Country “Germany”");
        assert_eq!(step("I2", Some(&field), Some("fr")), "I2 Choose Country “fr”");
    }

    #[test]
    fn a_password_is_not_repeated() {
        assert_eq!(step("I2", Some(&action("Password")), Some("hunter2")), "I2 Fill Password “••••”");
    }

    #[test]
    fn a_place_is_short() {
        assert_eq!(place("http://shop.local/"), "shop.local");
        assert_eq!(place("http://shop.local/search?q=laptop"), "/search?q=laptop");
        assert!(place(&format!("http://shop.local/{}", "x".repeat(500))).chars().count() <= 60);
    }
}
