//! Formulas, where a page gives their TeX: annotations of MathML, what KaTeX and MathJax leave behind, and the
//! alternative texts of wikis.

use crate::escape::verbatim;
use crate::tree::Tree;

/// What is longer between two signs is no formula, in bytes.
const LONGEST: usize = 2_000;

/// A formula.
pub(crate) struct Formula {
    tex: String,
    /// On lines of its own.
    pub(crate) display: bool,
}

impl Formula {
    /// The formula an element shows; what is inside of it repeats it.
    pub(crate) fn of(tree: &Tree, place: usize) -> Option<Self> {
        let element = tree.element(place)?;
        let display = |place: usize| {
            tree.attribute(place, "display") == Some("block")
                || tree.attribute(place, "display") == Some("true")
        };
        let within = |name: &str| {
            tree.ancestors(place).take(3).any(|outer| tree.element(outer).is_some_and(|e| e.has_class(name)))
        };
        match element.tag.as_str() {
            "math" => Self::new(
                annotated(tree, place).or_else(|| element.attribute("alttext").map(str::to_owned))?,
                display(place),
            ),
            "script" => {
                let kind = element.attribute("type")?;
                kind.starts_with("math/tex")
                    .then(|| Self::new(tree.all_text(place), kind.contains("display")))?
            }
            "mjx-container" => {
                let given = tree
                    .inside(place)
                    .find_map(|inner| tree.attribute(inner, "data-latex").map(str::to_owned));
                Self::new(annotated(tree, place).or(given)?, display(place))
            }
            "img"
                if [
                    "tex",
                    "latex",
                    "math",
                    "mwe-math-fallback-image-inline",
                    "mwe-math-fallback-image-display",
                ]
                .iter()
                .any(|class| element.has_class(class)) =>
            {
                Self::new(element.attribute("alt")?.to_owned(), element.class().contains("display"))
            }
            _ if element.has_class("katex-display") => Self::new(annotated(tree, place)?, true),
            _ if element.has_class("katex") => Self::new(annotated(tree, place)?, within("katex-display")),
            _ if element.has_class("mwe-math-element") => {
                Self::new(annotated(tree, place)?, element.class().contains("block"))
            }
            _ => None,
        }
    }

    fn new(tex: String, display: bool) -> Option<Self> {
        let tex = tex.split_whitespace().collect::<Vec<_>>().join(" ");
        let tex = tex.trim_matches('$').trim();
        let tex =
            tex.strip_prefix("{\\displaystyle").and_then(|tex| tex.strip_suffix('}')).unwrap_or(tex).trim();
        (!tex.is_empty()).then(|| Self { tex: tex.to_owned(), display })
    }

    /// The first formula between the signs of TeX in a text, and where it stands.
    pub(crate) fn in_text(text: &str) -> Option<(std::ops::Range<usize>, Self)> {
        let mut opened: Option<(usize, u8)> = None;
        for (at, _) in text.match_indices('\\') {
            match (text.as_bytes().get(at + 1)?, opened) {
                (sign @ (b'(' | b'['), _) => opened = Some((at, *sign)),
                (sign @ (b')' | b']'), Some((from, open))) if at - from <= LONGEST => {
                    let display = open == b'[';
                    if display != (*sign == b']') {
                        continue;
                    }
                    if let Some(formula) = Self::new(text[from + 2..at].to_owned(), display) {
                        return Some((from..at + 2, formula));
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// As it is written into HTML.
    pub(crate) fn written(&self, cell: bool) -> String {
        let tex = if cell { self.tex.replace('|', "\\vert ") } else { self.tex.clone() };
        let signs = if self.display && !cell { "$$" } else { "$" };
        verbatim(&format!("{signs}{tex}{signs}"))
    }
}

fn annotated(tree: &Tree, place: usize) -> Option<String> {
    let tex = |inner: &usize| {
        tree.tag(*inner) == "annotation"
            && tree
                .attribute(*inner, "encoding")
                .is_some_and(|kind| kind.to_ascii_lowercase().contains("tex"))
    };
    tree.inside(place).find(tex).map(|annotation| tree.all_text(annotation))
}

/// What MathJax draws of a formula whose source stands beside it.
pub(crate) fn is_drawn_again(tree: &Tree, place: usize) -> bool {
    let Some(element) = tree.element(place) else { return false };
    (element.class().split_ascii_whitespace().any(|class| class.starts_with("MathJax"))
        && element.tag != "script")
        || element.has_class("katex-html")
}
