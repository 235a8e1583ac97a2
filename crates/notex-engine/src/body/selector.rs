//! Selectors as clients write them: text in several notations, or an object with several ways.

use notex_wire::current::{NodeSelectors, SelectorRequest};

use super::{invalid, unsupported};
use crate::browser::Selector;
use crate::refusal::Refused;

const FIELD: &str = "selector";
/// No selector that means one element is longer.
const LONGEST: usize = 4096;

/// The element that a selector means; `None` when it is empty.
pub(super) fn selector(request: SelectorRequest) -> Result<Option<Selector>, Refused> {
    match request {
        SelectorRequest::Text(text) => of_text(&text),
        SelectorRequest::Ways(ways) => of_ways(ways),
    }
}

/// CSS for a part of the page; other notations mean one element to act on.
pub(super) fn css_only(request: Option<SelectorRequest>) -> Result<Option<String>, Refused> {
    match request.map_or(Ok(None), selector)? {
        None => Ok(None),
        Some(Selector::Css(css)) => Ok(Some(css)),
        Some(Selector::XPath(_) | Selector::RoleName(..) | Selector::Text(_)) => {
            Err(unsupported(FIELD, "this call takes CSS"))
        }
    }
}

fn of_ways(ways: NodeSelectors) -> Result<Option<Selector>, Refused> {
    let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let frames = match ways.in_iframe {
        Some(true) => ways.iframe_parent_css_selectors.unwrap_or_default(),
        Some(false) | None => Vec::new(),
    };
    let in_frame = !frames.is_empty();
    if let Some(css) = said(ways.css_selector) {
        let path: Vec<String> = frames.into_iter().chain([css]).collect();
        return of_text(&format!("css={}", path.join(" >>> ")));
    }
    if in_frame {
        return Err(unsupported(FIELD, "an element in a frame is found by its css_selector"));
    }
    if let Some(xpath) = said(ways.xpath_selector) {
        return of_text(&format!("xpath={xpath}"));
    }
    match said(ways.playwright_selector).or(said(ways.notte_selector)) {
        Some(text) => of_text(&text),
        None => Err(invalid(
            FIELD,
            "selector holds no way to find an element; give css_selector or xpath_selector",
        )),
    }
}

fn of_text(text: &str) -> Result<Option<Selector>, Refused> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > LONGEST {
        return Err(invalid(FIELD, format!("selector may be {LONGEST} bytes long at most")));
    }
    let selector = if let Some(css) = text.strip_prefix("css=") {
        Selector::Css(css.trim().to_owned())
    } else if let Some(xpath) = text.strip_prefix("xpath=") {
        Selector::XPath(xpath.trim().to_owned())
    } else if let Some(words) = ["text=", "internal:text="].iter().find_map(|start| text.strip_prefix(start))
    {
        Selector::Text(unquoted(words))
    } else if let Some(words) = text.strip_prefix('~') {
        Selector::Text(words.trim().to_owned())
    } else if let Some(role) = ["role=", "internal:role="].iter().find_map(|start| text.strip_prefix(start)) {
        let (role, name) = role_and_name(role).ok_or_else(|| {
            invalid(FIELD, "selector: a role is written with its name, like role=button[name=\"Search\"]")
        })?;
        Selector::RoleName(role, name)
    } else if let Some(words) = text.strip_prefix("internal:label=") {
        Selector::XPath(labelled(&unquoted(words)))
    } else if text.starts_with("internal:") {
        return Err(unsupported(
            FIELD,
            "of the internal selectors only internal:text, internal:label and internal:role are known",
        ));
    } else if text.starts_with("//") || text.starts_with("(//") || text.starts_with("./") {
        Selector::XPath(text.to_owned())
    } else if text.contains(" >> ") {
        return Err(unsupported(
            FIELD,
            "selectors are not chained; write CSS, with ` >>> ` into frames and shadow roots",
        ));
    } else {
        Selector::Css(text.to_owned())
    };
    let empty = match &selector {
        Selector::Css(text) | Selector::XPath(text) | Selector::Text(text) => text.is_empty(),
        Selector::RoleName(role, name) => role.is_empty() || name.is_empty(),
    };
    if empty {
        Err(invalid(FIELD, "selector says how to find an element and not which"))
    } else {
        Ok(Some(selector))
    }
}

/// The control with this label, in any case.
fn labelled(label: &str) -> String {
    const LETTERS: [&str; 2] = ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"];
    let folded =
        |text: &str| format!("translate(normalize-space({text}), '{}', '{}')", LETTERS[0], LETTERS[1]);
    // XPath has no escapes: a text with both kinds of quotes is put together.
    let parts: Vec<String> = label.to_ascii_lowercase().split('\'').map(|part| format!("'{part}'")).collect();
    let wanted = match parts.as_slice() {
        [whole] => whole.clone(),
        _ => format!("concat({})", parts.join(", \"'\", ")),
    };
    let (text, name) = (folded("."), folded("@aria-label"));
    format!(
        "//*[self::input or self::select or self::textarea or self::button][@id = //label[{text} = {wanted}]/@for \
         or ancestor::label[{text} = {wanted}] or {name} = {wanted}]"
    )
}

/// `button[name="Search"i]`.
fn role_and_name(text: &str) -> Option<(String, String)> {
    let (role, rest) = text.split_once('[')?;
    let name =
        rest.trim_end().strip_suffix(']')?.trim().strip_prefix("name")?.trim_start().strip_prefix('=')?;
    Some((role.trim().to_owned(), unquoted(name)))
}

/// Words without the quotes around them, and without the letter that says whether case counts.
fn unquoted(words: &str) -> String {
    let words = words.trim();
    let inner = |quote: char| {
        let rest = words.strip_prefix(quote)?;
        let end = rest.rfind(quote)?;
        matches!(&rest[end + 1..], "" | "i" | "s")
            .then(|| rest[..end].replace(&format!("\\{quote}"), &quote.to_string()))
    };
    inner('"').or_else(|| inner('\'')).unwrap_or_else(|| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn css(text: &str) -> Selector {
        Selector::Css(text.to_owned())
    }

    #[test]
    fn a_selector_is_read_in_every_notation() {
        let role = |role: &str, name: &str| Selector::RoleName(role.to_owned(), name.to_owned());
        for (written, meant) in [
            ("css=input[name=city]", css("input[name=city]")),
            ("#city", css("#city")),
            ("iframe#pay >>> input", css("iframe#pay >>> input")),
            ("xpath=//a[1]", Selector::XPath("//a[1]".into())),
            ("//a[1]", Selector::XPath("//a[1]".into())),
            ("(//a)[1]", Selector::XPath("(//a)[1]".into())),
            ("text=Sign in", Selector::Text("Sign in".into())),
            ("internal:text=\"Sign in\"i", Selector::Text("Sign in".into())),
            ("~ Sign in", Selector::Text("Sign in".into())),
            ("role=button[name=\"Sign in\"]", role("button", "Sign in")),
            ("internal:role=button[name=\"Say \\\"hi\\\"\"i]", role("button", "Say \"hi\"")),
            ("role=link[name='More']", role("link", "More")),
        ] {
            assert_eq!(of_text(written).unwrap(), Some(meant), "{written}");
        }
        assert_eq!(of_text("  ").unwrap(), None);
        for wrong in ["role=button", "css=", "internal:attr=[name=\"city\"]", "form >> input", "text=\"\""] {
            assert!(of_text(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_label_is_quoted_whatever_it_holds() {
        assert!(labelled("City").contains("= 'city']/@for"));
        assert!(labelled("Say \"it's\"").contains("= concat('say \"it', \"'\", 's\"')]"));
        let read = of_text("internal:label=\"City\"i").unwrap();
        assert_eq!(read, Some(Selector::XPath(labelled("City"))));
    }

    #[test]
    fn the_first_way_that_says_something_counts() {
        let ways = NodeSelectors {
            css_selector: Some(String::new()),
            xpath_selector: Some("html/body/a".into()),
            playwright_selector: Some("text=More".into()),
            ..NodeSelectors::default()
        };
        assert_eq!(of_ways(ways.clone()).unwrap(), Some(Selector::XPath("html/body/a".into())));
        let ways = NodeSelectors { xpath_selector: None, ..ways };
        assert_eq!(of_ways(ways).unwrap(), Some(Selector::Text("More".into())));
        assert!(of_ways(NodeSelectors::default()).is_err());
    }

    #[test]
    fn a_way_into_frames_is_one_selector() {
        let ways = NodeSelectors {
            css_selector: Some("input".into()),
            in_iframe: Some(true),
            iframe_parent_css_selectors: Some(vec!["#outer".into(), "#inner".into()]),
            ..NodeSelectors::default()
        };
        assert_eq!(of_ways(ways).unwrap(), Some(css("#outer >>> #inner >>> input")));
        let ways = NodeSelectors {
            xpath_selector: Some("//input".into()),
            in_iframe: Some(true),
            iframe_parent_css_selectors: Some(vec!["#outer".into()]),
            ..NodeSelectors::default()
        };
        assert!(of_ways(ways).is_err());
    }
}
