//! The ids of a page's elements: `L1`, `B2`, `I3`. An element keeps its id as long as its document lives, and a
//! number is never given twice in a document.

use std::collections::HashMap;

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
    document: String,
    given: HashMap<Kind, u32>,
    by_element: HashMap<(String, u64), String>,
    known: HashMap<String, Known>,
}

impl Ids {
    /// Starts again when the document is another one.
    pub(super) fn enter(&mut self, document: &str) {
        if self.document != document {
            *self = Ids { document: document.to_owned(), ..Ids::default() };
        }
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
                let number = self.given.entry(element.kind).or_default();
                *number += 1;
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
    fn keys_of_another_world_are_other_elements() {
        let mut ids = Ids::default();
        ids.enter("first");
        assert_eq!(ids.id_of(element(Kind::B, 1)), "B1");
        let elsewhere = Known { born: String::from("frame"), ..element(Kind::B, 1) };
        assert_eq!(ids.id_of(elsewhere), "B2");
    }
}
