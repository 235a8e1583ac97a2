//! Which part of a page is its main content. Every element is a candidate; its score is how much of what the page says
//! it holds and how little else, and how well it agrees with the article that Readability finds and with the landmarks.

use dom_smoothie::{Config, Readability};
use serde::{Deserialize, Serialize};

use crate::tree::Tree;
use crate::weigh::Weighed;
use crate::write;

/// Readability is slow on large trees, and of little use there.
const MOST_READABLE: usize = 40_000;
/// A part with less than this has nothing to read.
const LEAST: f64 = 140.0;

/// A score without Readability from which a landmark is surely the content.
const SETTLED: f64 = 1.0;
/// What the surest landmarks weigh at least.
const LANDMARK: f64 = 0.1;

/// By what the main content was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// A landmark of the page: `main`, `article`, `itemprop="articleBody"`.
    Landmark,
    /// The article that Readability finds.
    Readability,
    /// Where the text is densest.
    Density,
}

pub(crate) struct Choice {
    pub(crate) place: usize,
    pub(crate) by: FoundBy,
}

/// The main content, or `None` where the page has none.
pub(crate) fn main_content(tree: &Tree, weighed: &Weighed) -> Option<Choice> {
    let whole = weighed.said(tree, 0);
    if weighed.text(tree, 0) < LEAST || whole < LEAST * 0.3 {
        return only_main(tree, weighed).map(|place| Choice { place, by: FoundBy::Landmark });
    }
    let mut article = Agreement::with(tree, weighed, None);
    let (score, mut place) = best(tree, weighed, whole, &article)?;
    // Readability takes longer than all else; where a landmark holds nearly all and little else, it has nothing to add.
    if score < SETTLED || landmark(tree, place, 1.0) < LANDMARK {
        article = Agreement::with(tree, weighed, readable(tree, weighed));
        (_, place) = best(tree, weighed, whole, &article)?;
    }
    let place = with_its_data(tree, weighed, place);
    let by = if landmark(tree, place, 1.0) > 0.0 {
        FoundBy::Landmark
    } else if article.likeness(tree, place) > 0.8 {
        FoundBy::Readability
    } else {
        FoundBy::Density
    };
    Some(Choice { place, by })
}

/// The element with the highest score.
fn best(tree: &Tree, weighed: &Weighed, whole: f64, article: &Agreement) -> Option<(f64, usize)> {
    let mut best: Option<(f64, usize)> = None;
    for place in 0..tree.len() {
        if weighed.noise[place] || !can_hold(tree.tag(place)) {
            continue;
        }
        let said = weighed.said(tree, place);
        if said < whole * 0.15 {
            continue;
        }
        let leading = weighed.leading(tree, place);
        let dense = harmonic(said / whole, said / (said + leading));
        let score = dense + article.score(tree, place) + landmark(tree, place, said / whole);
        // Of equals the innermost.
        if best.is_none_or(|(most, _)| score >= most - 1e-9) {
            best = Some((score, place));
        }
    }
    best
}

/// Facts and tables beside the running text belong to it, unless links stand between them.
fn with_its_data(tree: &Tree, weighed: &Weighed, mut place: usize) -> usize {
    while let Some(around) = tree.parent(place) {
        let inside = tree.inside(place);
        let has_data = tree.inside(around).any(|other| {
            !inside.contains(&other)
                && matches!(tree.tag(other), "table" | "dl" | "pre")
                && !weighed.noise[other]
                && weighed.said(tree, other) > 0.0
        });
        let text = weighed.text(tree, around) - weighed.text(tree, place);
        let leading = weighed.leading(tree, around) - weighed.leading(tree, place);
        if weighed.noise[around] || !can_hold(tree.tag(around)) || !has_data || leading > text * 0.1 {
            break;
        }
        place = around;
    }
    place
}

/// On a page with little to read: what the page itself calls its main part, where that is most of it.
fn only_main(tree: &Tree, weighed: &Weighed) -> Option<usize> {
    let mut all = (0..tree.len()).filter(|place| {
        !weighed.noise[*place]
            && tree.element(*place).is_some_and(|element| {
                element.tag == "main" || element.attribute("role").is_some_and(|role| role == "main")
            })
    });
    let main = all.next()?;
    let text = weighed.text(tree, main);
    (all.next().is_none() && text > 0.0 && text * 2.0 >= weighed.text(tree, 0)).then_some(main)
}

fn can_hold(tag: &str) -> bool {
    !matches!(
        tag,
        "" | "p"
            | "ul"
            | "ol"
            | "dl"
            | "li"
            | "tr"
            | "table"
            | "tbody"
            | "thead"
            | "pre"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "blockquote"
            | "a"
            | "span"
            | "html"
            | "figure"
            | "dd"
            | "dt"
            | "details"
    )
}

fn harmonic(a: f64, b: f64) -> f64 {
    if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
}

fn landmark(tree: &Tree, place: usize, share: f64) -> f64 {
    let Some(element) = tree.element(place) else { return 0.0 };
    let body = element.attribute("itemprop").is_some_and(|prop| matches!(prop, "articleBody" | "text"));
    let named = || {
        element.class().split_ascii_whitespace().chain(element.attribute("id")).any(|name| {
            let name: String =
                name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
            matches!(
                name.as_str(),
                "articlebody"
                    | "articlecontent"
                    | "articletext"
                    | "storybody"
                    | "storycontent"
                    | "postbody"
                    | "postcontent"
                    | "entrycontent"
                    | "blogpost"
                    | "markdownbody"
                    | "mwparseroutput"
                    | "content"
                    | "maincontent"
                    | "pagecontent"
                    | "articlebodytext"
                    | "article"
                    | "post"
                    | "storytext"
            )
        })
    };
    let weight: f64 = match element.tag.as_str() {
        "main" => 0.12,
        "article" => 0.10,
        _ if body => 0.12,
        _ if element.attribute("role").is_some_and(|role| role == "main" || role == "article") => 0.10,
        "div" | "section" | "td" if named() => 0.06,
        _ => 0.0,
    };
    // One of many articles is not the page.
    if share < 0.3 { weight * 0.3 } else { weight }
}

/// How well parts of the page agree with an article, by the text of blocks.
struct Agreement {
    kept: Vec<f64>,
    all: Vec<f64>,
    trust: f64,
}

impl Agreement {
    fn with(tree: &Tree, weighed: &Weighed, article: Option<Vec<bool>>) -> Self {
        let (mut kept, mut all) = (vec![0.0; tree.len() + 1], vec![0.0; tree.len() + 1]);
        let mut held = 0.0;
        for block in &weighed.blocks {
            let is_kept = article.as_ref().is_some_and(|article| article[block.place]);
            kept[block.place + 1] = if is_kept { block.text } else { 0.0 };
            all[block.place + 1] = block.text;
            if is_kept {
                held += weighed.said(tree, block.place).min(block.text);
            }
        }
        for sums in [&mut kept, &mut all] {
            let mut sum = 0.0;
            for value in sums.iter_mut() {
                sum += *value;
                *value = sum;
            }
        }
        // An article with little of what the page says has missed the content.
        let share = held / weighed.said(tree, 0).max(1.0);
        Self { kept, all, trust: if share > 0.3 { share.min(1.0) } else { 0.0 } }
    }

    fn likeness(&self, tree: &Tree, place: usize) -> f64 {
        let range = tree.inside(place);
        let kept = self.kept[range.end] - self.kept[range.start];
        let all = self.all[range.end] - self.all[range.start];
        let whole = self.kept[tree.len()];
        if kept > 0.0 { harmonic(kept / whole, kept / all) } else { 0.0 }
    }

    fn score(&self, tree: &Tree, place: usize) -> f64 {
        if self.trust > 0.0 { 1.2 * self.trust * self.likeness(tree, place) } else { 0.0 }
    }
}

/// The elements of the article that Readability finds.
fn readable(tree: &Tree, weighed: &Weighed) -> Option<Vec<bool>> {
    if tree.len() > MOST_READABLE {
        return None;
    }
    let document = write::numbered(tree, &weighed.noise);
    let config = Config { keep_classes: true, disable_json_ld: true, ..Config::default() };
    let article = Readability::new(document, None, Some(config)).ok()?.parse().ok()?;
    let mut kept = vec![false; tree.len()];
    for part in article.content.split(write::NUMBER).skip(1) {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        if let Some(kept) = digits.parse().ok().and_then(|place: usize| kept.get_mut(place)) {
            *kept = true;
        }
    }
    Some(kept)
}
