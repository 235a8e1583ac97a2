//! Footnotes: references that lead to a note on the same page, and those notes.

use std::collections::HashMap;

use crate::tree::Tree;

/// The notes of a part of the page, in the order of their references.
#[derive(Default)]
pub(crate) struct Notes {
    /// The note that a link refers to.
    references: HashMap<usize, usize>,
    /// The number of each note.
    numbers: HashMap<usize, usize>,
}

impl Notes {
    pub(crate) fn of(tree: &Tree, root: usize, dropped: &[bool]) -> Self {
        let mut notes = Self::default();
        let mut named: HashMap<&str, usize> = HashMap::new();
        for place in tree.inside(root).filter(|place| !dropped[*place]) {
            if let Some(id) = tree.attribute(place, "id") {
                named.entry(id).or_insert(place);
            }
        }
        for place in tree.inside(root).filter(|place| !dropped[*place]) {
            let target = reference(tree, place).and_then(|name| named.get(name));
            if let Some(note) = target.and_then(|target| note(tree, *target, place)) {
                let next = notes.numbers.len() + 1;
                notes.references.insert(place, *notes.numbers.entry(note).or_insert(next));
            }
        }
        notes
    }

    /// The number of the note that a link refers to.
    pub(crate) fn referred(&self, place: usize) -> Option<usize> {
        self.references.get(&place).copied()
    }

    /// The number of the note that an element is.
    pub(crate) fn number(&self, place: usize) -> Option<usize> {
        self.numbers.get(&place).copied()
    }
}

/// The id that a raised link leads to.
fn reference(tree: &Tree, place: usize) -> Option<&str> {
    let element = tree.element(place).filter(|element| element.tag == "a")?;
    let (_, name) = element.attribute("href")?.rsplit_once('#')?;
    let raised =
        tree.ancestors(place).take(2).chain(tree.children(place)).any(|near| tree.tag(near) == "sup");
    let told = element.attribute("role") == Some("doc-noteref")
        || element.class().contains("footnote")
        || element.class().contains("noteref");
    let short = tree.line(place, 12).chars().count() <= 6;
    (!name.is_empty() && short && (raised || told)).then_some(name)
}

/// The note that an id names: an item or a paragraph, after its reference.
fn note(tree: &Tree, target: usize, reference: usize) -> Option<usize> {
    let note = std::iter::once(target).chain(tree.ancestors(target)).take(3).find(|place| {
        matches!(tree.tag(*place), "li" | "p" | "aside" | "dd")
            || (tree.tag(*place) == "div" && *place == target)
    })?;
    (note > reference && !tree.holds(note, reference)).then_some(note)
}

/// A link back from a note to its reference.
pub(crate) fn leads_back(tree: &Tree, place: usize) -> bool {
    let Some(element) = tree.element(place).filter(|element| element.tag == "a") else { return false };
    element.attribute("role") == Some("doc-backlink")
        || element.class().contains("backref")
        || element.class().contains("reversefootnote")
        || (element.attribute("href").is_some_and(|to| to.contains('#'))
            && matches!(tree.line(place, 6).as_str(), "↩" | "↩︎" | "↑" | "^" | "⏎" | "↵"))
}
