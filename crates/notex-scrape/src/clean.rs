//! What of the chosen part is kept.

use std::ops::Range;

use crate::Wish;
use crate::noise::holds_comments;
use crate::tree::{Tree, weight};
use crate::weigh::{Weighed, is_links};

/// A part of a page without what is dropped from it.
pub(crate) struct Kept {
    pub(crate) root: usize,
    pub(crate) dropped: Vec<bool>,
    /// The heading of the page, where it stands outside of the part.
    pub(crate) heading: Option<usize>,
}

/// All of the page but its controls.
pub(crate) fn whole(tree: &Tree, hidden: Vec<bool>) -> Kept {
    let mut dropped = hidden;
    for place in 0..tree.len() {
        if matches!(tree.tag(place), "button" | "input" | "select" | "textarea" | "option" | "svg") {
            dropped[tree.inside(place)].fill(true);
        }
    }
    Kept { root: 0, dropped, heading: None }
}

/// The main content.
pub(crate) fn main(tree: &Tree, weighed: &Weighed, root: usize, wish: &Wish) -> Kept {
    let mut dropped = weighed.noise.clone();
    let whole = weighed.said(tree, root).max(1.0);
    let mut ends = ends(tree, weighed, root);
    if let Some(heading) = tree.inside(root).find(|place| tree.tag(*place) == "h1" && !dropped[*place]) {
        before_heading(tree, weighed, root, heading, &mut dropped);
        ends.0 = ends.0.max(heading);
    }
    for place in tree.inside(root).skip(1) {
        if dropped[place] {
            continue;
        }
        let share = weighed.said(tree, place) / whole;
        let drops = match tree.tag(place) {
            "form" | "fieldset" => share < 0.2,
            "ul" | "ol" | "div" | "section" | "p" | "span" | "table" | "footer" => {
                let outside = place < ends.0 || place >= ends.1;
                share < 0.05
                    && ((outside && leads_away(tree, place, &dropped)) || is_boilerplate(tree, place))
            }
            _ => false,
        };
        if drops {
            dropped[tree.inside(place)].fill(true);
        }
    }
    let heading = heading(tree, root, &dropped, wish);
    let root = if wish.comments { with_comments(tree, root, &mut dropped) } else { root };
    Kept { root, dropped, heading }
}

/// Widens a part to what readers wrote beside it, and drops what else stands there. Answers the wider part.
fn with_comments(tree: &Tree, root: usize, dropped: &mut [bool]) -> usize {
    let content = tree.inside(root);
    let mut areas: Vec<Range<usize>> = Vec::new();
    for place in (1..tree.len()).filter(|place| holds_comments(tree, *place)) {
        let known = content.contains(&place) || areas.last().is_some_and(|area| area.contains(&place));
        if !known && !dropped[place] && !tree.inside(place).contains(&root) {
            areas.push(tree.inside(place));
        }
    }
    if areas.is_empty() {
        return root;
    }
    let (first, last) = (areas[0].start, areas[areas.len() - 1].start);
    let holds_all = |outer: &usize| [first, last].iter().all(|area| tree.inside(*outer).contains(area));
    let wider = tree.ancestors(root).find(holds_all).unwrap_or(0);
    let mut stays = vec![false; tree.len()];
    for part in areas.into_iter().chain([content]) {
        for outer in tree.ancestors(part.start) {
            if std::mem::replace(&mut stays[outer], true) {
                break;
            }
        }
        stays[part].fill(true);
    }
    for place in tree.inside(wider) {
        dropped[place] |= !stays[place];
    }
    wider
}

/// What stands before the heading of the page is menus and banners; a picture may be its own.
fn before_heading(tree: &Tree, weighed: &Weighed, root: usize, heading: usize, dropped: &mut [bool]) {
    let whole = weighed.said(tree, root).max(1.0);
    let mut next = root + 1;
    while next < heading {
        let range = tree.inside(next);
        if range.contains(&heading) || tree.text(next).is_some() {
            next += 1;
            continue;
        }
        let pictured = tree.inside(next).any(|inner| tree.tag(inner) == "img") && !is_links(tree, next);
        let small = weighed.said(tree, next) < whole * 0.25;
        let solid = tree.inside(next).any(|inner| matches!(tree.tag(inner), "pre" | "math" | "h1"));
        if small && !pictured && !solid {
            dropped[range.clone()].fill(true);
        }
        next = range.end;
    }
}

/// Where the first text that surely says something begins, and where the last one ends.
fn ends(tree: &Tree, weighed: &Weighed, root: usize) -> (usize, usize) {
    let range = tree.inside(root);
    let solid = |place: usize| {
        matches!(
            tree.tag(place),
            "pre" | "table" | "figure" | "img" | "blockquote" | "h1" | "h2" | "h3" | "math"
        ) && !weighed.noise[place]
    };
    let sure = |place: usize| {
        weighed.blocks.binary_search_by_key(&place, |block| block.place).is_ok_and(|at| {
            let block = weighed.blocks[at];
            block.text > 60.0 && block.linked < block.text * 0.5
        })
    };
    let first = range.clone().find(|place| solid(*place) || sure(*place)).unwrap_or(range.start);
    let last = range.clone().rev().find(|place| solid(*place) || sure(*place)).unwrap_or(range.start);
    (first, tree.inside(last).end)
}

/// A list of links before or after the text.
fn leads_away(tree: &Tree, place: usize, dropped: &[bool]) -> bool {
    let mut links = 0;
    for inner in tree.inside(place).filter(|inner| !dropped[*inner]) {
        match tree.tag(inner) {
            "a" => links += 1,
            "h1" | "h2" | "h3" | "pre" | "math" => return false,
            _ => {}
        }
    }
    links > 0 && is_links(tree, place)
}

/// Words of the page itself, on a line of their own.
fn is_boilerplate(tree: &Tree, place: usize) -> bool {
    if tree.inside(place).len() > 12 {
        return false;
    }
    let line = tree.line(place, 60).to_lowercase();
    let line = line.trim_matches(|c: char| !c.is_alphanumeric());
    matches!(
        line,
        "advertisement"
            | "advertising"
            | "ad"
            | "sponsored"
            | "share"
            | "share this"
            | "share this article"
            | "print"
            | "email"
            | "tweet"
            | "copy link"
            | "save"
            | "listen to this article"
            | "listen"
            | "read more"
            | "continue reading"
            | "skip to content"
            | "skip to main content"
            | "back to top"
            | "loading"
            | "subscribe"
            | "sign up"
            | "log in"
            | "edit"
            | "edit this page"
            | "report"
            | "follow us"
            | "reply"
            | "like"
            | "anzeige"
            | "werbung"
            | "teilen"
            | "drucken"
            | "weiterlesen"
            | "nach oben"
            | "publicité"
            | "partager"
            | "imprimer"
            | "publicidad"
            | "compartir"
            | "imprimir"
            | "pubblicità"
            | "condividi"
            | "реклама"
            | "поделиться"
            | "広告"
            | "シェア"
            | "广告"
            | "分享"
            | "광고"
            | "공유"
            | "إعلان"
            | "شارك"
    )
}

/// The page's own heading, when it stands outside of the content and the content begins without one.
fn heading(tree: &Tree, root: usize, dropped: &[bool], wish: &Wish) -> Option<usize> {
    let tag = |place: usize| tree.tag(place);
    let kept = |place: &usize| !dropped[*place];
    if tree.inside(root).filter(kept).any(|place| tag(place) == "h1") {
        return None;
    }
    let title = tree
        .first(0, |e| e.tag == "title")
        .map(|title| tree.line(title, 300).to_lowercase())
        .unwrap_or_default();
    let hidden = crate::weigh::hidden(tree, wish);
    let fits = |place: &usize| {
        let line = tree.line(*place, 300);
        let own = tree.inside(*place).any(|inner| tree.attribute(inner, "href").is_some_and(is_home));
        !hidden[*place]
            && !own
            && !line.is_empty()
            && (title.is_empty()
                || title.contains(&line.to_lowercase())
                || line.to_lowercase().contains(&title))
    };
    let heading = (0..root).filter(|place| tag(*place) == "h1").find(fits).or_else(|| {
        let inside = tree.inside(root).filter(|place| tag(*place) == "h1" && dropped[*place]);
        inside.clone().find(fits)
    })?;
    let words = tree.line(heading, 300);
    // The content may begin with it as another kind of line.
    let mut begin = String::new();
    for place in tree.inside(root).filter(kept) {
        if let Some(text) = tree.text(place) {
            begin.push_str(text);
            begin.push(' ');
        }
        if weight(&begin) > 400.0 {
            break;
        }
    }
    let begin = begin.split_whitespace().collect::<Vec<_>>().join(" ");
    (!begin.contains(&words)).then_some(heading)
}

fn is_home(to: &str) -> bool {
    let path = to.split("://").nth(1).map_or(to, |rest| rest.find('/').map_or("/", |at| &rest[at..]));
    path == "/"
}
