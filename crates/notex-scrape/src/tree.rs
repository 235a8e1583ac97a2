//! A page as a flat list of nodes in document order: the nodes inside of one are those up to its `end`, so sums over a
//! part of the page are differences.

use dom_query::{Document, NodeRef};

/// Deeper nodes are taken as children of the last one that is not too deep.
const MOST_DEPTH: usize = 400;
const MOST_NODES: usize = 600_000;

/// A page.
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
}

pub(crate) struct Node {
    /// Its parent; the first node is its own.
    pub(crate) parent: usize,
    /// One past the last node inside of it.
    pub(crate) end: usize,
    pub(crate) what: What,
}

pub(crate) enum What {
    Text(String),
    Element(Element),
}

pub(crate) struct Element {
    pub(crate) tag: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn class(&self) -> &str {
        self.attribute("class").unwrap_or_default()
    }

    pub(crate) fn has_class(&self, wanted: &str) -> bool {
        self.class().split_ascii_whitespace().any(|class| class == wanted)
    }
}

/// Makes a page of what comes one after another.
#[derive(Default)]
pub(crate) struct Builder {
    nodes: Vec<Node>,
    /// The places of those that are open, outermost first.
    open: Vec<usize>,
    /// How many are open in those that are too deep.
    deeper: usize,
}

impl Builder {
    /// Whether there are so many nodes that the others are left out.
    pub(crate) fn is_full(&self) -> bool {
        self.nodes.len() >= MOST_NODES
    }

    pub(crate) fn text(&mut self, text: String) {
        self.push(What::Text(text));
    }

    /// What comes next stands in it, until it is closed.
    pub(crate) fn open(&mut self, tag: String, attributes: Vec<(String, String)>) {
        if self.open.len() < MOST_DEPTH {
            let place = self.push(What::Element(Element { tag, attributes }));
            self.open.push(place);
        } else {
            self.deeper += 1;
        }
    }

    /// Closes what was opened last.
    pub(crate) fn close(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let end = self.nodes.len();
        if let Some(node) = self.open.pop().and_then(|place| self.nodes.get_mut(place)) {
            node.end = end;
        }
    }

    pub(crate) fn done(mut self) -> Tree {
        self.deeper = 0;
        while !self.open.is_empty() {
            self.close();
        }
        Tree { nodes: self.nodes }
    }

    fn push(&mut self, what: What) -> usize {
        let place = self.nodes.len();
        let parent = self.open.last().copied().unwrap_or(0);
        self.nodes.push(Node { parent, end: place + 1, what });
        place
    }
}

impl Tree {
    pub(crate) fn parse(html: &str) -> Self {
        Self::of(&Document::from(html))
    }

    fn of(document: &Document) -> Self {
        let mut page = Builder::default();
        // How deep each of the open ones is, outermost first.
        let mut depths: Vec<usize> = Vec::new();
        let mut stack: Vec<(NodeRef<'_>, usize)> = vec![(document.html_root(), 0)];
        while let Some((node, depth)) = stack.pop() {
            while depths.pop_if(|open| *open >= depth).is_some() {
                page.close();
            }
            if page.is_full() {
                break;
            }
            if node.is_text() {
                page.text(node.text().to_string());
                continue;
            }
            let Some(tag) = node.node_name().filter(|_| node.is_element()) else { continue };
            let attributes =
                node.attrs().iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect();
            page.open(tag.to_ascii_lowercase(), attributes);
            depths.push(depth);
            stack.extend(node.children_it(true).map(|child| (child, depth + 1)));
        }
        page.done()
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn element(&self, place: usize) -> Option<&Element> {
        match &self.nodes.get(place)?.what {
            What::Element(element) => Some(element),
            What::Text(_) => None,
        }
    }

    pub(crate) fn text(&self, place: usize) -> Option<&str> {
        match &self.nodes.get(place)?.what {
            What::Text(text) => Some(text),
            What::Element(_) => None,
        }
    }

    /// The tag of an element; empty for text.
    pub(crate) fn tag(&self, place: usize) -> &str {
        self.element(place).map_or("", |element| &element.tag)
    }

    pub(crate) fn attribute(&self, place: usize, name: &str) -> Option<&str> {
        self.element(place)?.attribute(name)
    }

    pub(crate) fn parent(&self, place: usize) -> Option<usize> {
        let parent = self.nodes.get(place)?.parent;
        (parent != place).then_some(parent)
    }

    /// Its ancestors, the nearest first.
    pub(crate) fn ancestors(&self, place: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.parent(place), |place| self.parent(*place))
    }

    pub(crate) fn children(&self, place: usize) -> impl Iterator<Item = usize> {
        let end = self.nodes.get(place).map_or(0, |node| node.end);
        let mut next = place + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let child = next;
                next = self.nodes[child].end;
                child
            })
        })
    }

    /// The places of a node and of all inside of it.
    pub(crate) fn inside(&self, place: usize) -> std::ops::Range<usize> {
        place..self.nodes.get(place).map_or(place, |node| node.end)
    }

    pub(crate) fn holds(&self, outer: usize, inner: usize) -> bool {
        self.inside(outer).contains(&inner)
    }

    /// All text inside of a node, as it stands.
    pub(crate) fn all_text(&self, place: usize) -> String {
        self.inside(place).filter_map(|place| self.text(place)).collect()
    }

    /// The text inside of a node in one line, at most `most` characters.
    pub(crate) fn line(&self, place: usize, most: usize) -> String {
        let mut line = String::new();
        let mut chars = 0;
        for inner in self.inside(place) {
            let Some(text) = self.text(inner) else {
                if !is_inline(self.tag(inner)) && !line.ends_with(' ') {
                    line.push(' ');
                }
                continue;
            };
            let mut rest = text;
            while let Some(c) = rest.chars().next() {
                let word = rest.bytes().take(most - chars).take_while(u8::is_ascii_graphic).count();
                let passed = word.max(c.len_utf8());
                if word > 0 || !c.is_whitespace() {
                    line.push_str(&rest[..passed]);
                    chars += word.max(1);
                } else if !line.ends_with(' ') {
                    line.push(' ');
                    chars += 1;
                }
                if chars >= most {
                    return line.trim().to_owned();
                }
                rest = &rest[passed..];
            }
        }
        line.trim().to_owned()
    }

    pub(crate) fn first(&self, place: usize, test: impl Fn(&Element) -> bool) -> Option<usize> {
        self.inside(place).find(|place| self.element(*place).is_some_and(&test))
    }
}

/// Whether an element of this tag stands within a line.
pub(crate) fn is_inline(tag: &str) -> bool {
    matches!(
        tag,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "br"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "math"
            | "nobr"
            | "output"
            | "picture"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "slot"
            | "small"
            | "source"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
            | ""
            | "button"
            | "svg"
            | "meta"
            | "link"
    )
}

/// How much a text says, in characters of an alphabet: those of scripts that write words in one or two count more.
#[expect(clippy::cast_precision_loss, reason = "texts are far shorter than 2^52 characters")]
pub(crate) fn weight(text: &str) -> f64 {
    if text.is_ascii() {
        return text.bytes().filter(|c| !matches!(c, 9..=13 | b' ')).count() as f64;
    }
    let (mut letters, mut signs) = (0_usize, 0_usize);
    for c in text.chars() {
        match u32::from(c) {
            0x2E80..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => signs += 1,
            _ if c.is_whitespace() => {}
            _ => letters += 1,
        }
    }
    letters as f64 + signs as f64 * 2.5
}
