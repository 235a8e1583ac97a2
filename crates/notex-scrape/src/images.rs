//! The address that an image is really at, and what it is for.

use url::Url;

use crate::tree::Tree;

const LONGEST: usize = 4_000;

/// An image of a page.
pub(crate) struct Image {
    pub(crate) address: String,
    pub(crate) alt: Option<String>,
}

/// An image that shows something.
pub(crate) fn of(tree: &Tree, place: usize, base: Option<&Url>) -> Option<Image> {
    let element = tree.element(place)?;
    let tiny = |name: &str| {
        element
            .attribute(name)
            .and_then(|size| size.trim_end_matches("px").parse::<u32>().ok())
            .is_some_and(|size| size <= 2)
    };
    if tiny("width") || tiny("height") {
        return None;
    }
    let address = addresses(tree, place)
        .into_iter()
        .find_map(|address| absolute(&address, base).filter(|address| address.starts_with("http")))?;
    let alt = element
        .attribute("alt")
        .map(|alt| alt.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|alt| !alt.is_empty());
    Some(Image { address, alt })
}

/// Where an image may be, the best first: what a page that loads late keeps aside comes before its placeholder.
fn addresses(tree: &Tree, place: usize) -> Vec<String> {
    let given = |place: usize, name: &str| {
        tree.attribute(place, name).map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let late = [
        "data-src",
        "data-original",
        "data-lazy-src",
        "data-lazy",
        "data-url",
        "data-hi-res-src",
        "data-full-src",
        "data-echo",
        "data-img",
    ];
    let sets = ["srcset", "data-srcset", "data-lazy-srcset"];
    let mut found = Vec::new();
    let shown = given(place, "src").filter(|src| !is_placeholder(src));
    found.extend(late.iter().filter_map(|name| given(place, name)));
    found.extend(shown);
    found.extend(sets.iter().filter_map(|name| given(place, name)).filter_map(|set| largest(&set)));
    if let Some(picture) = tree.parent(place).filter(|parent| tree.tag(*parent) == "picture") {
        for source in tree.children(picture).filter(|child| tree.tag(*child) == "source") {
            found.extend(sets.iter().filter_map(|name| given(source, name)).filter_map(|set| largest(&set)));
        }
    }
    found
}

fn is_placeholder(src: &str) -> bool {
    let src = src.to_ascii_lowercase();
    src.starts_with("data:")
        || [
            "placeholder",
            "blank.gif",
            "spacer",
            "transparent.gif",
            "pixel.gif",
            "1x1",
            "lazy.gif",
            "loading.gif",
            "grey.gif",
            "empty.gif",
        ]
        .iter()
        .any(|name| src.contains(name))
}

/// The widest of a set of sources.
pub(crate) fn largest(set: &str) -> Option<String> {
    let mut best: Option<(f64, &str)> = None;
    let mut rest = set.trim();
    while !rest.is_empty() {
        let (address, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        // Without a width the comma is the address's last sign.
        let (address, said, next) = match address.strip_suffix(',') {
            Some(address) => (address, "", after),
            None => {
                let (said, next) = after.split_once(',').unwrap_or((after, ""));
                (address, said, next)
            }
        };
        let size = said
            .trim()
            .trim_end_matches(['w', 'x', 'h'])
            .split_whitespace()
            .next()
            .and_then(|n| n.trim_end_matches(['w', 'x']).parse().ok())
            .unwrap_or(1.0);
        if !address.is_empty() && best.is_none_or(|(most, _)| size > most) {
            best = Some((size, address));
        }
        rest = next.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    best.map(|(_, address)| address.to_owned())
}

/// An address that leads somewhere: of the web, of a mailbox or a telephone.
pub(crate) fn absolute(to: &str, base: Option<&Url>) -> Option<String> {
    let to: String = to.trim().chars().filter(|c| !c.is_control()).collect();
    if to.len() > LONGEST {
        return None;
    }
    let url = match base {
        Some(base) => base.join(&to).ok()?,
        None => Url::parse(&to).ok()?,
    };
    matches!(url.scheme(), "http" | "https" | "mailto" | "tel").then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_of_a_set_is_taken() {
        assert_eq!(largest("a.jpg 1x, b.jpg 2x").as_deref(), Some("b.jpg"));
        assert_eq!(largest("a.jpg 300w,b.jpg 900w, c.jpg 600w").as_deref(), Some("b.jpg"));
        assert_eq!(largest("a,b.jpg 300w").as_deref(), Some("a,b.jpg"));
        assert_eq!(largest("only.jpg").as_deref(), Some("only.jpg"));
        assert_eq!(largest("  "), None);
    }
}
