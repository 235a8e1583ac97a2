//! Reads HTML that was written plainly, as a script does that writes what it sees: each element is closed or one that
//! holds nothing, attributes stand in quotes, nothing is implied, and of references there are five. HTML as it is found is
//! read with all the rules of browsers instead, which takes several times as long.

use std::borrow::Cow;

use crate::tree::{Builder, Tree};

const HOLD_NOTHING: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// Anything at all is read, as far as it is plain.
pub(crate) fn read(html: &str) -> Tree {
    if memchr::memchr(b'\r', html.as_bytes()).is_some() {
        // As in all HTML, a line ends with one sign.
        return read(&html.replace("\r\n", "\n").replace('\r', "\n"));
    }
    let mut page = Builder::default();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while !rest.is_empty() && !page.is_full() {
        let text = memchr::memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
        if text > 0 {
            page.text(meant(&rest[..text]).into_owned());
            rest = &rest[text..];
            continue;
        }
        let inside = &rest[1..];
        if let Some(closing) = inside.strip_prefix('/') {
            let end = memchr::memchr(b'>', closing.as_bytes()).unwrap_or(closing.len());
            if let Some(place) = open.iter().rposition(|tag| *tag == &closing[..end]) {
                open.drain(place..).for_each(|_| page.close());
            }
            rest = closing.get(end + 1..).unwrap_or_default();
            continue;
        }
        let name = inside.bytes().take_while(|c| c.is_ascii_alphanumeric() || *c == b'-').count();
        let (tag, mut left) = inside.split_at(name);
        if tag.is_empty() {
            page.text(String::from('<'));
            rest = inside;
            continue;
        }
        let mut attributes = Vec::new();
        while let Some((name, value, after)) = attribute(left) {
            attributes.push((name.to_owned(), meant(value).into_owned()));
            left = after;
        }
        rest = left.strip_prefix('>').unwrap_or(left);
        page.open(tag.to_owned(), attributes);
        if HOLD_NOTHING.contains(&tag) {
            page.close();
        } else if tag == "script" {
            let end = rest.find("</script>").unwrap_or(rest.len());
            page.text(rest[..end].to_owned());
            page.close();
            rest = rest[end..].strip_prefix("</script>").unwrap_or_default();
        } else {
            open.push(tag);
        }
    }
    page.done()
}

/// The next attribute of a tag: its name, what it says as it is written, and what comes behind.
fn attribute(tag: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = tag.strip_prefix(' ')?.split_once('=')?;
    let quote = rest.bytes().next().filter(|quote| matches!(quote, b'"' | b'\''))?;
    let end = 1 + memchr::memchr(quote, &rest.as_bytes()[1..])?;
    Some((name, &rest[1..end], &rest[end + 1..]))
}

/// What a text with references means.
fn meant(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else { return Cow::Borrowed(text) };
    let mut meant = String::with_capacity(text.len());
    meant.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(behind) = rest.strip_prefix('&') {
        let known = [("amp;", '&'), ("lt;", '<'), ("gt;", '>'), ("quot;", '"'), ("#39;", '\'')];
        let (sign, name) = known
            .iter()
            .find(|(name, _)| behind.starts_with(name))
            .map_or(('&', 0), |(name, sign)| (*sign, name.len()));
        meant.push(sign);
        let next = memchr::memchr(b'&', &behind.as_bytes()[name..]).map_or(behind.len(), |at| name + at);
        meant.push_str(&behind[name..next]);
        rest = &behind[next..];
    }
    meant.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(tree: &Tree) -> Vec<String> {
        let all = 0..tree.len();
        all.map(|place| {
            let what = tree.element(place).map_or_else(
                || format!("{:?}", tree.text(place)),
                |element| format!("{} {:?} {:?}", element.tag, element.class(), element.attribute("title")),
            );
            format!("{:?} {what}", tree.inside(place))
        })
        .collect()
    }

    fn written(inner: &str) -> String {
        format!("<html lang=\"en\"><head><title>A &amp; b</title></head><body>{inner}</body></html>")
    }

    fn part() -> impl Strategy<Value = String> {
        let text = "[a-z &<>\"'ü\r\n]{1,12}".prop_map(|text| {
            text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
        });
        let leaf = prop_oneof![
            4 => text.clone(),
            1 => Just("<br>".to_owned()),
            1 => text.clone().prop_map(|alt| format!("<img src='/a' title='{}'>", alt.replace('\'', "&#39;"))),
            1 => Just("<hr>".to_owned()),
            1 => text.prop_map(|tex| format!("<math display='block'><annotation encoding=\"application/x-tex\">{tex}</annotation></math>")),
        ];
        leaf.prop_recursive(5, 40, 4, |inner| {
            let inside = proptest::collection::vec(inner, 0..4).prop_map(|all| all.concat());
            prop_oneof![
                inside.clone().prop_map(|inner| format!("<div class='x y'>{inner}</div>")),
                inside.clone().prop_map(|inner| format!("<section title=\"it's\">{inner}</section>")),
                inside.clone().prop_map(|inner| format!("<ul><li>{inner}</li><li>b</li></ul>")),
                inside.clone().prop_map(|inner| format!("<span>{inner}</span>")),
                inside.prop_map(|inner| {
                    format!("<table><tbody><tr><td>{inner}</td><th colspan='2'>c</th></tr></tbody></table>")
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_plain_is_read_as_a_browser_reads_it(inner in part()) {
            let html = written(&inner);
            prop_assert_eq!(told(&read(&html)), told(&Tree::parse(&html)));
        }

        #[test]
        fn what_is_not_is_read_all_the_same(html in "([<>/&;='\" a-c]|</?(div|p|script|br)|&amp;|ü){0,40}") {
            let tree = read(&html);
            prop_assert!((0..tree.len()).all(|place| tree.inside(place).end <= tree.len()));
        }
    }

    #[test]
    fn a_formula_in_a_script_stays_as_it_is() {
        let html = written("<p>a<script type=\"math/tex\">a < b & c</script>b</p>");
        assert_eq!(told(&read(&html)), told(&Tree::parse(&html)));
    }
}
