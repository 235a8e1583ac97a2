//! What is around the content of a page: menus, banners, what others wrote, links to other pages.

use crate::Wish;
use crate::headings::{heads_comments, heads_other_pages, is_about_cookies};
use crate::tree::Tree;
use crate::weigh::is_links;
use crate::words::{Said, belongs, said};

/// A part that holds more of what the page says is not noise, whatever it is called.
const MOST_OF_NOISE: f64 = 0.45;

/// Around the content: hidden, named so, in a landmark of its own, or under a heading of other pages.
///
/// `share` is how much of what the page says is inside of a node, `text` how much text.
pub(crate) fn of(
    tree: &Tree,
    hidden: &[bool],
    share: &dyn Fn(usize) -> f64,
    text: &dyn Fn(usize) -> f64,
    wish: &Wish,
) -> Vec<bool> {
    let mut noise = hidden.to_vec();
    let bylines = repeated_bylines(tree);
    for place in 1..tree.len() {
        if noise[place] || noise[tree.parent(place).unwrap_or(0)] {
            noise[place] = true;
            continue;
        }
        let Some(element) = tree.element(place) else { continue };
        if matches!(
            element.tag.as_str(),
            "body" | "html" | "main" | "pre" | "code" | "table" | "tr" | "td" | "th" | "tbody"
        ) {
            continue;
        }
        noise[place] = match stands_around(tree, place, wish) {
            Around::Surely => share(place) < 0.9,
            Around::Perhaps => share(place) < MOST_OF_NOISE,
            Around::Comments => share(place) < 0.75,
            Around::Byline => {
                text(place) < 160.0
                    && !bylines
                    && tree
                        .first(place, |e| matches!(e.tag.as_str(), "h1" | "h2" | "p" | "ul" | "table"))
                        .is_none()
            }
            Around::No => false,
        };
    }
    under_headings(tree, &mut noise, share, wish);
    by_content(tree, &mut noise, share, text);
    noise
}

/// Many bylines are many posts: who says what is a part of what is said.
fn repeated_bylines(tree: &Tree) -> bool {
    let named =
        |place: &usize| tree.element(*place).is_some_and(|e| said(e.class(), "") == Some(Said::Byline));
    (0..tree.len()).filter(named).take(8).count() >= 8
}

#[derive(Clone, Copy, PartialEq)]
enum Around {
    Surely,
    Perhaps,
    Comments,
    Byline,
    No,
}

fn stands_around(tree: &Tree, place: usize, wish: &Wish) -> Around {
    let Some(element) = tree.element(place) else { return Around::No };
    let tag = element.tag.as_str();
    let id = element.attribute("id").unwrap_or_default();
    if element.attribute("data-notex-over").is_some() {
        return Around::Perhaps;
    }
    match element.attribute("role").unwrap_or_default() {
        "navigation" | "banner" | "contentinfo" | "search" | "menu" | "menubar" | "toolbar" | "tablist"
        | "dialog" | "alertdialog" => return Around::Surely,
        "complementary" if !belongs(element.class(), id) => return Around::Perhaps,
        "doc-endnotes" | "doc-footnote" | "doc-noteref" | "note" | "math" => return Around::No,
        _ => {}
    }
    let within = |tags: &[&str]| tree.ancestors(place).any(|outer| tags.contains(&tree.tag(outer)));
    match tag {
        "nav" | "dialog" | "menu" | "button" | "select" | "input" | "textarea" | "option" => {
            return Around::Surely;
        }
        "aside" if belongs(element.class(), id) || element.class().contains("pull") => return Around::No,
        "aside" => return Around::Perhaps,
        "header" if !within(&["article", "main", "section"]) => {
            return if tree.first(place, |e| e.tag == "h1").is_some() { Around::No } else { Around::Perhaps };
        }
        "footer" if !within(&["article", "main", "section", "blockquote", "figure"]) => {
            return Around::Perhaps;
        }
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "p" | "li" | "b" | "strong" | "em" | "i" | "blockquote"
        | "figure" | "figcaption" | "math" | "sup" => {
            return match said(element.class(), "") {
                Some(Said::Around) if tag == "li" || tag == "p" || tag == "figure" => Around::Perhaps,
                Some(Said::Byline) if tag == "p" => Around::Byline,
                _ => Around::No,
            };
        }
        "svg" => return Around::Surely,
        _ => {}
    }
    // A chapter's id repeats its heading: `<section id="comments">` is one only when it is called so by a class, too.
    let id = if tag == "section" && said("", id) != Some(Said::Comments) { "" } else { id };
    match said(element.class(), id) {
        Some(Said::Comments) if wish.comments => Around::No,
        Some(Said::Comments) => Around::Comments,
        Some(Said::Around) => Around::Perhaps,
        Some(Said::Byline) => Around::Byline,
        None => Around::No,
    }
}

/// Whether an element is called a place of what readers wrote.
pub(crate) fn holds_comments(tree: &Tree, place: usize) -> bool {
    tree.element(place).is_some_and(|element| {
        let id = element.attribute("id").unwrap_or_default();
        matches!(element.tag.as_str(), "div" | "section" | "ol" | "ul" | "article")
            && said(element.class(), id) == Some(Said::Comments)
    })
}

/// Marks lists of other pages, which stand under a heading that says so.
fn under_headings(tree: &Tree, noise: &mut [bool], share: &dyn Fn(usize) -> f64, wish: &Wish) {
    for place in 1..tree.len() {
        let tag = tree.tag(place);
        let heads = matches!(tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
            || (matches!(tag, "p" | "div" | "span" | "strong" | "b") && tree.inside(place).len() <= 4);
        if !heads || noise[place] {
            continue;
        }
        let line = tree.line(place, 80);
        let comments = !wish.comments && heads_comments(&line);
        if !comments && !heads_other_pages(&line) {
            continue;
        }
        let most = if comments { 0.6 } else { 0.35 };
        // The box that begins with this heading, as long as it is small.
        let mut around = place;
        while let Some(outer) = tree.parent(around) {
            let begins = tree
                .children(outer)
                .find(|child| tree.text(*child).is_none_or(|text| !text.trim().is_empty()))
                == Some(around);
            if !begins
                || matches!(tree.tag(outer), "body" | "main" | "article" | "html")
                || share(outer) > most
            {
                break;
            }
            around = outer;
        }
        if around != place && tree.inside(around).len() > tree.inside(place).len() + 2 {
            mark(tree, noise, around);
            continue;
        }
        if !matches!(tag, "h2" | "h3" | "h4" | "h5" | "h6" | "p" | "div") {
            continue;
        }
        // Else what follows it, up to the next heading, as long as it is links.
        let Some(parent) = tree.parent(place) else { continue };
        let mut followers =
            tree.children(parent).filter(|child| *child > place && tree.element(*child).is_some());
        let mut marked = Vec::new();
        for next in followers.by_ref().take(12) {
            let is_list = matches!(tree.tag(next), "ul" | "ol" | "div" | "section" | "nav" | "aside");
            if matches!(tree.tag(next), "h1" | "h2" | "h3" | "h4")
                || !is_list
                || !(comments && share(next) < most || is_links(tree, next))
            {
                break;
            }
            marked.push(next);
        }
        if !marked.is_empty() {
            mark(tree, noise, place);
            for next in marked {
                mark(tree, noise, next);
            }
        }
    }
}

fn mark(tree: &Tree, noise: &mut [bool], place: usize) {
    noise[tree.inside(place)].fill(true);
}

/// What shows by its content that it is not what the page says: a banner with its button, a form to subscribe, the line
/// of who wrote when, a copyright.
fn by_content(tree: &Tree, noise: &mut [bool], share: &dyn Fn(usize) -> f64, text: &dyn Fn(usize) -> f64) {
    let dates = (0..tree.len()).filter(|place| tree.tag(*place) == "time").take(4).count();
    for place in 1..tree.len() {
        let Some(element) = tree.element(place) else { continue };
        let is_button = element.tag == "button"
            || element.attribute("role") == Some("button")
            || (element.tag == "a" && element.class().contains("b"));
        // The largest box around it that is still small.
        let small = |most: f64| {
            tree.ancestors(place)
                .take(6)
                .take_while(|outer| {
                    text(*outer) < most
                        && share(*outer) < MOST_OF_NOISE
                        && !matches!(tree.tag(*outer), "body" | "main" | "article" | "html" | "p" | "li")
                })
                .last()
        };
        match element.tag.as_str() {
            _ if is_button && !noise_around(tree, noise, place) => {
                let boxes = tree.ancestors(place).take(5).take_while(|outer| {
                    text(*outer) < 1500.0
                        && share(*outer) < 0.7
                        && !matches!(tree.tag(*outer), "body" | "html" | "main")
                });
                if let Some(banner) = boxes.filter(|outer| is_about_cookies(&tree.line(*outer, 600))).last() {
                    mark(tree, noise, banner);
                }
            }
            "form" if !noise[place] => {
                // How many of a thing, and which, is asked beside what is said of the thing.
                let asks = tree.inside(place).any(|inner| {
                    tree.tag(inner) == "input"
                        && !matches!(
                            tree.attribute(inner, "type"),
                            Some("hidden" | "checkbox" | "radio" | "number" | "range" | "submit" | "button")
                        )
                });
                if asks && text(place) < 300.0 && share(place) < 0.2 {
                    let around = tree.parent(place).filter(|outer| {
                        text(*outer) < 300.0
                            && share(*outer) < 0.2
                            && !matches!(tree.tag(*outer), "body" | "main" | "article" | "td")
                            && tree.first(*outer, |element| element.tag == "h1").is_none()
                    });
                    mark(tree, noise, around.unwrap_or(place));
                }
            }
            "time" if dates < 4 && !noise[place] => {
                let line = small(90.0).filter(|line| {
                    tree.first(*line, |e| matches!(e.tag.as_str(), "h1" | "h2" | "h3" | "img")).is_none()
                });
                if let Some(line) = line {
                    mark(tree, noise, line);
                }
            }
            "p" | "div" | "span" | "small" | "td" | "center" if !noise[place] => {
                let begins = tree
                    .children(place)
                    .find_map(|child| tree.text(child).map(str::trim).filter(|text| !text.is_empty()));
                let claims = begins.is_some_and(|text| {
                    let lower = text.chars().take(24).collect::<String>().to_lowercase();
                    lower.starts_with('©')
                        || lower.starts_with("copyright")
                        || lower.starts_with("(c) ")
                        || lower.starts_with("all rights reserved")
                });
                if claims && text(place) < 300.0 && share(place) < 0.2 {
                    mark(tree, noise, small(200.0).unwrap_or(place));
                }
            }
            _ => {}
        }
    }
}

/// Whether the box around it is noise already; a button itself always is.
fn noise_around(tree: &Tree, noise: &[bool], place: usize) -> bool {
    tree.parent(place).is_some_and(|parent| noise[parent])
}
