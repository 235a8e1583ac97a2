//! The ids of a page's elements: `L1`, `B2`, `I3`. An element keeps its id as long as its document lives, a number is
//! never given twice in a document, and no number of one tab is ever one of another tab of its session.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many numbers a tab takes at once. The first tab counts from 1, the next from 1001.
const BLOCK: u32 = 1_000;

/// What an id stands for; the first letter of the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
pub(super) enum Kind {
    /// A link.
    L,
    /// A button, checkbox, tab or anything else that is clicked.
    B,
    /// A field or select.
    I,
}

/// An element that was observed, with what finds it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) kind: Kind,
    /// The frame it is in.
    pub(super) frame: String,
    pub(super) key: u64,
    /// The walker that gave the key; another one's keys mean other elements.
    pub(super) born: String,
    pub(super) css: String,
    pub(super) role: String,
    pub(super) name: String,
}

/// The ids of one document.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// The next block of numbers that no tab of the session has.
    next_block: Arc<AtomicU32>,
    /// Those that this tab has, used again for each document.
    blocks: Vec<u32>,
    document: String,
    given: HashMap<Kind, u32>,
    by_element: HashMap<(String, u64), String>,
    known: HashMap<String, Known>,
}

impl Ids {
    /// No ids yet; tabs that share `next_block` never give the same one.
    pub(super) fn of(next_block: Arc<AtomicU32>) -> Ids {
        Ids { next_block, ..Ids::default() }
    }

    /// Starts again when the document is another one.
    pub(super) fn enter(&mut self, document: &str) {
        if self.document != document {
            document.clone_into(&mut self.document);
            self.given.clear();
            self.by_element.clear();
            self.known.clear();
        }
    }

    /// The number of the element that is the `place`th of its kind, from 0.
    fn number(&mut self, place: u32) -> u32 {
        let block = usize::try_from(place / BLOCK).unwrap_or(usize::MAX);
        while self.blocks.len() <= block {
            self.blocks.push(self.next_block.fetch_add(1, Ordering::SeqCst));
        }
        self.blocks.get(block).map_or(0, |block| block * BLOCK) + place % BLOCK + 1
    }

    /// The id of an element: the one it has, or the next of its kind.
    pub(super) fn id_of(&mut self, element: Known) -> String {
        let place = (element.born.clone(), element.key);
        let kept = self.by_element.get(&place).filter(|id| {
            // An element that became another kind of control (a field turned into a button) is a new action.
            self.known.get(*id).is_some_and(|known| known.kind == element.kind)
        });
        let id = match kept {
            Some(id) => id.clone(),
            None => {
                let given = self.given.entry(element.kind).or_default();
                let before = *given;
                *given += 1;
                let number = self.number(before);
                let id = format!("{:?}{number}", element.kind);
                self.by_element.insert(place, id.clone());
                id
            }
        };
        self.known.insert(id.clone(), element);
        id
    }

    /// The element of an id.
    pub(super) fn find(&self, id: &str) -> Option<&Known> {
        self.known.get(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(kind: Kind, key: u64) -> Known {
        Known {
            kind,
            frame: String::from("main"),
            key,
            born: String::from("world"),
            css: String::new(),
            role: String::new(),
            name: String::new(),
        }
    }

    #[test]
    fn an_element_keeps_its_id_and_a_number_is_never_given_twice() {
        let mut ids = Ids::default();
        ids.enter("first");
        assert_eq!(ids.id_of(element(Kind::L, 1)), "L1");
        assert_eq!(ids.id_of(element(Kind::B, 2)), "B1");
        assert_eq!(ids.id_of(element(Kind::L, 3)), "L2");
        ids.enter("first");
        assert_eq!(ids.id_of(element(Kind::L, 3)), "L2");
        assert_eq!(ids.id_of(element(Kind::L, 9)), "L3");
        assert_eq!(ids.id_of(element(Kind::L, 1)), "L1");
    }

    #[test]
    fn a_new_document_starts_at_one_and_knows_no_old_id() {
        let mut ids = Ids::default();
        ids.enter("first");
        ids.id_of(element(Kind::I, 1));
        ids.id_of(element(Kind::I, 2));
        ids.enter("second");
        assert!(ids.find("I2").is_none());
        assert_eq!(ids.id_of(element(Kind::I, 7)), "I1");
    }

    #[test]
    fn no_id_of_one_tab_is_one_of_another() {
        let session = Arc::default();
        let (mut one, mut two) = (Ids::of(Arc::clone(&session)), Ids::of(session));
        one.enter("first");
        two.enter("other");
        let of_one = one.id_of(element(Kind::L, 1));
        assert_eq!((of_one.as_str(), two.id_of(element(Kind::L, 1)).as_str()), ("L1", "L1001"));
        let many: Vec<String> = (2..1_100).map(|key| one.id_of(element(Kind::L, key))).collect();
        assert_eq!(many.last().map(String::as_str), Some("L2099"));
        one.enter("second");
        assert_eq!(one.id_of(element(Kind::L, 1)), "L1");
        assert!(two.find("L1").is_none());
    }

    #[test]
    fn keys_of_another_world_are_other_elements() {
        let mut ids = Ids::default();
        ids.enter("first");
        assert_eq!(ids.id_of(element(Kind::B, 1)), "B1");
        let elsewhere = Known { born: String::from("frame"), ..element(Kind::B, 1) };
        assert_eq!(ids.id_of(elsewhere), "B2");
    }
}
