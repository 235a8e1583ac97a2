//! The links of the part that was read.

use std::collections::HashSet;

use serde::Serialize;
use url::Url;

use crate::clean::Kept;
use crate::images;
use crate::tree::Tree;

const MOST_LINKS: usize = 5_000;

/// A link of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Its absolute address.
    pub url: String,
    /// Its words, or those of its picture.
    pub text: String,
    /// Whether it stays on the site.
    pub internal: bool,
}

pub(crate) fn of(tree: &Tree, kept: &Kept, base: Option<&Url>) -> Vec<Link> {
    let mut links = Vec::new();
    let mut known = HashSet::new();
    let host = base.and_then(Url::host_str).map(site);
    let mut next = kept.root;
    let end = tree.inside(kept.root).end;
    while next < end && links.len() < MOST_LINKS {
        let place = next;
        next = place + 1;
        if kept.dropped[place] {
            next = tree.inside(place).end;
            continue;
        }
        if tree.tag(place) != "a" {
            continue;
        }
        let Some(url) = tree
            .attribute(place, "href")
            .filter(|to| !to.is_empty())
            .and_then(|to| images::absolute(to, base))
        else {
            continue;
        };
        let mut text = tree.line(place, 300);
        if text.is_empty() {
            let picture = tree.inside(place).find_map(|inner| tree.attribute(inner, "alt"));
            text = picture
                .or_else(|| tree.attribute(place, "aria-label"))
                .or_else(|| tree.attribute(place, "title"))
                .unwrap_or_default()
                .trim()
                .to_owned();
        }
        let there = Url::parse(&url).ok();
        let internal = there.as_ref().and_then(Url::host_str).map(site) == host && host.is_some();
        if known.insert((url.clone(), text.clone())) {
            links.push(Link { url, text, internal });
        }
    }
    links
}

fn site(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}
