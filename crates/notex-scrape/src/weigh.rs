//! What each part of a page weighs: text that says something, links that lead elsewhere, and what is noise around the
//! content. Every sum over a part is a difference of two sums from the beginning.

use crate::Wish;
use crate::noise;
use crate::tree::{Tree, is_inline, weight};

/// The length of a line from which it surely says something.
const SURE: f64 = 80.0;

/// A page, weighed.
pub(crate) struct Weighed {
    /// Nodes that are noise, with all inside of them.
    pub(crate) noise: Vec<bool>,
    /// For a text node, the block it stands in.
    pub(crate) blocks: Vec<Block>,
    said: Vec<f64>,
    leading: Vec<f64>,
    text: Vec<f64>,
}

/// A run of text and the element that it fills.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) place: usize,
    pub(crate) text: f64,
    pub(crate) linked: f64,
}

/// What an element is to its text.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Heading,
    Code,
    Cell,
}

impl Weighed {
    pub(crate) fn of(tree: &Tree, wish: &Wish) -> Self {
        let hidden = hidden(tree, wish);
        let blocks = blocks(tree, &hidden);
        let lists = lists(tree, &blocks);
        let first = Sums::of(tree, &blocks, &hidden, &lists);
        let share = |place: usize| between(&first.said, tree, place) / first.said[tree.len()].max(1.0);
        let noise = noise::of(tree, &hidden, &share, &|place| between(&first.text, tree, place), wish);
        let blocks: Vec<Block> = blocks.into_iter().filter(|block| !noise[block.place]).collect();
        let lists = if noise == hidden { lists } else { self::lists(tree, &blocks) };
        let Sums { said, leading, text } = Sums::of(tree, &blocks, &noise, &lists);
        Self { noise, blocks, said, leading, text }
    }

    /// How much text inside of it says something.
    pub(crate) fn said(&self, tree: &Tree, place: usize) -> f64 {
        between(&self.said, tree, place)
    }

    /// How much text inside of it only leads elsewhere.
    pub(crate) fn leading(&self, tree: &Tree, place: usize) -> f64 {
        between(&self.leading, tree, place)
    }

    /// All text inside of it that is not noise.
    pub(crate) fn text(&self, tree: &Tree, place: usize) -> f64 {
        between(&self.text, tree, place)
    }
}

struct Sums {
    said: Vec<f64>,
    leading: Vec<f64>,
    text: Vec<f64>,
}

fn between(sums: &[f64], tree: &Tree, place: usize) -> f64 {
    let range = tree.inside(place);
    sums[range.end] - sums[range.start]
}

impl Sums {
    fn of(tree: &Tree, blocks: &[Block], noise: &[bool], lists: &[bool]) -> Self {
        let size = tree.len();
        let (mut said, mut leading, mut text) =
            (vec![0.0; size + 1], vec![0.0; size + 1], vec![0.0; size + 1]);
        for block in blocks.iter().filter(|block| !noise[block.place]) {
            let plain = block.text - block.linked;
            let density = block.linked / block.text.max(1.0);
            let sure = (block.text / SURE).clamp(0.15, 1.0);
            let (good, bad) = match kind(tree, block.place) {
                _ if lists[block.place] => (block.text * sure.max(0.5), 0.0),
                Kind::Code => (block.text * 0.8, 0.0),
                Kind::Heading => (block.text * 0.3, 0.0),
                Kind::Cell => (block.text * 0.6, 0.0),
                Kind::Plain if density > 0.5 => (plain * sure * 0.5, block.linked * 0.7),
                Kind::Plain => (block.text * sure, 0.0),
            };
            said[block.place + 1] += good;
            leading[block.place + 1] += bad;
            text[block.place + 1] += block.text;
        }
        for sums in [&mut said, &mut leading, &mut text] {
            let mut sum = 0.0;
            for value in sums.iter_mut() {
                sum += *value;
                *value = sum;
            }
        }
        Self { said, leading, text }
    }
}

fn kind(tree: &Tree, place: usize) -> Kind {
    match tree.tag(place) {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Kind::Heading,
        "pre" | "textarea" => Kind::Code,
        "td" | "th" if is_data_cell(tree, place) => Kind::Cell,
        _ => Kind::Plain,
    }
}

/// A cell of a row with others, of text that is short: not one that lays out a page.
fn is_data_cell(tree: &Tree, place: usize) -> bool {
    let Some(row) = tree.parent(place).filter(|row| tree.tag(*row) == "tr") else { return false };
    tree.children(row).filter(|cell| matches!(tree.tag(*cell), "td" | "th")).count() > 1
        && !tree.inside(place).any(|inner| tree.tag(inner) == "table")
}

/// The elements that hold text of their own, and how much of it is in links.
fn blocks(tree: &Tree, hidden: &[bool]) -> Vec<Block> {
    let mut found: Vec<Option<(f64, f64)>> = vec![None; tree.len()];
    // For each node: the block that its text belongs to, and whether it stands in a link.
    let mut of: Vec<(usize, bool)> = vec![(0, false); tree.len()];
    for place in 0..tree.len() {
        let (block, linked) = of[tree.parent(place).unwrap_or(0)];
        match tree.text(place) {
            Some(text) if !hidden[place] => {
                let weight = weight(text);
                if weight > 0.0 {
                    let sums = found[block].get_or_insert((0.0, 0.0));
                    sums.0 += weight;
                    sums.1 += if linked { weight } else { 0.0 };
                }
            }
            Some(_) => {}
            None => {
                let tag = tree.tag(place);
                let linked = linked
                    || (tag == "a" && tree.attribute(place, "href").is_some_and(|to| !to.starts_with('#')));
                // A link around a whole card, and blocks in inline elements, are blocks of their own.
                of[place] = (if is_inline(tag) { block } else { place }, linked);
            }
        }
    }
    let full = found.into_iter().enumerate();
    full.filter_map(|(place, sums)| sums.map(|(text, linked)| Block { place, text, linked })).collect()
}

/// What nobody sees or reads, whatever the page is about.
pub(crate) fn hidden(tree: &Tree, wish: &Wish) -> Vec<bool> {
    let mut hidden = vec![false; tree.len()];
    for place in 1..tree.len() {
        hidden[place] =
            tree.parent(place).is_some_and(|parent| hidden[parent]) || is_hidden(tree, place, wish);
    }
    hidden
}

fn is_hidden(tree: &Tree, place: usize, wish: &Wish) -> bool {
    let Some(element) = tree.element(place) else { return false };
    let tag = element.tag.as_str();
    if wish.ignored_tags.iter().any(|ignored| ignored == tag) {
        return true;
    }
    match tag {
        "head" | "style" | "noscript" | "template" | "link" | "meta" | "object" | "embed" | "canvas"
        | "iframe" | "frame" | "map" | "datalist" | "progress" | "meter" | "title" | "audio" | "video" => {
            return true;
        }
        "script" => return !element.attribute("type").is_some_and(|kind| kind.starts_with("math/")),
        _ => {}
    }
    if element.attribute("hidden").is_some() {
        return true;
    }
    element.attribute("style").is_some_and(|style| {
        let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
        style.contains("display:none") || style.contains("visibility:hidden")
    })
}

/// Whether most of the text inside of it is in links.
pub(crate) fn is_links(tree: &Tree, place: usize) -> bool {
    let (mut all, mut linked, mut until) = (0.0, 0.0, 0);
    for inner in tree.inside(place) {
        if tree.tag(inner) == "a" {
            until = tree.inside(inner).end.max(until);
        }
        if let Some(text) = tree.text(inner) {
            let weight = weight(text);
            all += weight;
            linked += if inner < until { weight } else { 0.0 };
        }
    }
    all > 0.0 && linked > all * 0.5
}

/// The blocks inside of lists that are what the page is there for: many alike children that say something.
fn lists(tree: &Tree, blocks: &[Block]) -> Vec<bool> {
    let mut inside = vec![false; tree.len()];
    let mut sums = vec![0.0; tree.len() + 1];
    for block in blocks {
        sums[block.place + 1] = block.text;
    }
    let mut sum = 0.0;
    for value in &mut sums {
        sum += *value;
        *value = sum;
    }
    for place in 0..tree.len() {
        if tree.element(place).is_none() || inside[place] || between(&sums, tree, place) < sum * 0.25 {
            continue;
        }
        let mut groups: Vec<(&str, &str, Vec<usize>)> = Vec::new();
        for child in tree.children(place) {
            let Some(element) = tree.element(child) else { continue };
            let class = element.class().split_ascii_whitespace().next().unwrap_or_default();
            match groups.iter_mut().take(20).find(|(tag, known, _)| *tag == element.tag && *known == class) {
                Some((.., group)) => group.push(child),
                None => groups.push((&element.tag, class, vec![child])),
            }
        }
        for (tag, _, group) in groups {
            if group.len() < 4 || matches!(tag, "p" | "br" | "h2" | "h3" | "td" | "th") {
                continue;
            }
            let text: f64 = group.iter().map(|item| between(&sums, tree, *item)).sum();
            #[expect(clippy::cast_precision_loss, reason = "a number of siblings")]
            let mean = text / group.len() as f64;
            let largest = group.iter().map(|item| between(&sums, tree, *item)).fold(0.0, f64::max);
            if text >= sum * 0.25 && mean >= 24.0 && largest <= text * 0.5 {
                for item in group {
                    inside[tree.inside(item)].fill(true);
                }
            }
        }
    }
    inside
}
