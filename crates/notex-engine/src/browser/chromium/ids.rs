//! The ids of a page's elements: `L1`, `B2`, `I3`. An element keeps its id as long as its document lives, also when the
//! page draws it anew; a number is never given twice in a document, and no number of one tab is ever one of another tab
//! of its session. Who is whom after a page was drawn anew is decided in `rebirth`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::rebirth::{Candidate, rebirths};

/// How many numbers a tab takes at once. The first tab counts from 1, the next from 1001.
const BLOCK: u32 = 1_000;
/// Of a page that draws itself anew all the time, those that are gone are forgotten beyond this many.
const MOST_KNOWN: usize = 20_000;

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

/// By what a person, and we, know an element again that was drawn anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Looks {
    /// The landmark, form or dialog it is in.
    pub(super) group: String,
    /// What its makers call it: a test id, an id, a name or an address.
    pub(super) mark: String,
    /// What the row or card that it is in is about.
    pub(super) near: String,
}

/// An element that is listed now.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    pub(super) known: Known,
    pub(super) looks: Looks,
}

/// What is known of an id.
#[derive(Debug)]
struct Entry {
    seen: Sighting,
    /// Its place in the order of the document when it was seen last.
    place: usize,
    is_gone: bool,
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
    entries: HashMap<String, Entry>,
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
            self.entries.clear();
        }
    }

    /// The elements with these keys are in no document any more.
    pub(super) fn lose(&mut self, born: &str, keys: &[u64]) {
        for key in keys {
            let id = self.by_element.get(&(born.to_owned(), *key));
            if let Some(entry) = id.and_then(|id| self.entries.get_mut(id)) {
                entry.is_gone = true;
            }
        }
    }

    /// A frame holds another document than before: what was in it is gone.
    pub(super) fn replace(&mut self, frame: &str, born: &str) {
        for entry in self.entries.values_mut() {
            if entry.seen.known.frame == frame && entry.seen.known.born != born {
                entry.is_gone = true;
            }
        }
    }

    /// The ids of all that is listed now, in the order of the document.
    pub(super) fn settle(&mut self, all: Vec<Sighting>) -> Vec<String> {
        let held: Vec<Option<String>> = all.iter().map(|seen| self.held(seen)).collect();
        let mut given: Vec<Option<String>> = vec![None; all.len()];
        let mut kept = HashSet::new();
        for ((seen, held), given) in all.iter().zip(&held).zip(&mut given) {
            let same = |id: &&String| {
                self.entries
                    .get(*id)
                    .is_some_and(|e| e.seen.looks == seen.looks && e.seen.known.name == seen.known.name)
            };
            if let Some(id) = held.as_ref().filter(same) {
                kept.insert(id.clone());
                *given = Some(id.clone());
            }
        }
        if given.iter().any(Option::is_none) {
            self.find_reborn(&all, &held, &kept, &mut given);
        }
        let ids: Vec<String> = all
            .iter()
            .zip(given)
            .map(|(seen, id)| id.unwrap_or_else(|| self.next(seen.known.kind)))
            .collect();
        for (place, (seen, id)) in all.into_iter().zip(&ids).enumerate() {
            let element = (seen.known.born.clone(), seen.known.key);
            if let Some(before) = self.entries.get(id) {
                let old = (before.seen.known.born.clone(), before.seen.known.key);
                if old != element && self.by_element.get(&old) == Some(id) {
                    self.by_element.remove(&old);
                }
            }
            self.by_element.insert(element, id.clone());
            self.entries.insert(id.clone(), Entry { seen, place, is_gone: false });
        }
        if self.entries.len() > MOST_KNOWN {
            self.entries.retain(|_, entry| !entry.is_gone);
            self.by_element.retain(|_, id| self.entries.contains_key(id));
        }
        ids
    }

    fn find_reborn(
        &self,
        all: &[Sighting],
        held: &[Option<String>],
        kept: &HashSet<String>,
        given: &mut [Option<String>],
    ) {
        let open: Vec<usize> =
            (0..all.len()).filter(|i| given.get(*i).is_some_and(Option::is_none)).collect();
        let holds = |i: usize| held.get(i).and_then(Option::as_ref);
        let changed: HashSet<&String> = open.iter().filter_map(|i| holds(*i)).collect();
        let mut free: Vec<(&String, &Entry)> = self
            .entries
            .iter()
            .filter(|(id, entry)| !kept.contains(*id) && (entry.is_gone || changed.contains(*id)))
            .collect();
        free.sort_by_key(|(_, entry)| entry.place);
        let old: Vec<Candidate<'_>> =
            free.iter().map(|(id, entry)| Candidate::of(&entry.seen, Some(id))).collect();
        let new: Vec<Candidate<'_>> =
            open.iter().filter_map(|i| all.get(*i).map(|seen| Candidate::of(seen, holds(*i)))).collect();
        for (place, id) in open.into_iter().zip(rebirths(&old, &new)) {
            if let Some(given) = given.get_mut(place) {
                *given = id;
            }
        }
    }

    /// The id that an element has. One that became another kind of control (a field turned into a button) is new.
    fn held(&self, seen: &Sighting) -> Option<String> {
        let id = self.by_element.get(&(seen.known.born.clone(), seen.known.key))?;
        self.entries.get(id).filter(|entry| entry.seen.known.kind == seen.known.kind).map(|_| id.clone())
    }

    fn next(&mut self, kind: Kind) -> String {
        let given = self.given.entry(kind).or_default();
        let before = *given;
        *given += 1;
        let number = self.number(before);
        format!("{kind:?}{number}")
    }

    /// The number of the element that is the `place`th of its kind, from 0.
    fn number(&mut self, place: u32) -> u32 {
        let block = usize::try_from(place / BLOCK).unwrap_or(usize::MAX);
        while self.blocks.len() <= block {
            self.blocks.push(self.next_block.fetch_add(1, Ordering::SeqCst));
        }
        self.blocks.get(block).map_or(0, |block| block * BLOCK) + place % BLOCK + 1
    }

    /// The element of an id.
    pub(super) fn find(&self, id: &str) -> Option<&Known> {
        self.entries.get(id).map(|entry| &entry.seen.known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(kind: Kind, key: u64) -> Sighting {
        called(kind, key, &format!("{key}"), "")
    }

    fn called(kind: Kind, key: u64, name: &str, near: &str) -> Sighting {
        let known = Known {
            kind,
            frame: String::from("main"),
            key,
            born: String::from("world"),
            css: String::new(),
            role: String::new(),
            name: name.to_owned(),
        };
        Sighting { known, looks: Looks { near: near.to_owned(), ..Looks::default() } }
    }

    fn id_of(ids: &mut Ids, element: Sighting) -> String {
        ids.settle(vec![element]).remove(0)
    }

    #[test]
    fn an_element_keeps_its_id_and_a_number_is_never_given_twice() {
        let mut ids = Ids::default();
        ids.enter("first");
        assert_eq!(id_of(&mut ids, element(Kind::L, 1)), "L1");
        assert_eq!(id_of(&mut ids, element(Kind::B, 2)), "B1");
        assert_eq!(id_of(&mut ids, element(Kind::L, 3)), "L2");
        ids.enter("first");
        assert_eq!(id_of(&mut ids, element(Kind::L, 3)), "L2");
        assert_eq!(id_of(&mut ids, element(Kind::L, 9)), "L3");
        assert_eq!(id_of(&mut ids, element(Kind::L, 1)), "L1");
    }

    #[test]
    fn a_new_document_starts_at_one_and_knows_no_old_id() {
        let mut ids = Ids::default();
        ids.enter("first");
        ids.settle(vec![element(Kind::I, 1), element(Kind::I, 2)]);
        ids.enter("second");
        assert!(ids.find("I2").is_none());
        assert_eq!(id_of(&mut ids, element(Kind::I, 7)), "I1");
    }

    #[test]
    fn no_id_of_one_tab_is_one_of_another() {
        let session = Arc::default();
        let (mut one, mut two) = (Ids::of(Arc::clone(&session)), Ids::of(session));
        one.enter("first");
        two.enter("other");
        let of_one = id_of(&mut one, element(Kind::L, 1));
        assert_eq!((of_one.as_str(), id_of(&mut two, element(Kind::L, 1)).as_str()), ("L1", "L1001"));
        let many = one.settle((2..1_100).map(|key| element(Kind::L, key)).collect());
        assert_eq!(many.last().map(String::as_str), Some("L2099"));
        one.enter("second");
        assert_eq!(id_of(&mut one, element(Kind::L, 1)), "L1");
        assert!(two.find("L1").is_none());
    }

    #[test]
    fn keys_of_another_world_are_other_elements() {
        let mut ids = Ids::default();
        ids.enter("first");
        assert_eq!(id_of(&mut ids, element(Kind::B, 1)), "B1");
        let mut elsewhere = element(Kind::B, 1);
        elsewhere.known.born = String::from("frame");
        assert_eq!(id_of(&mut ids, elsewhere), "B2");
    }

    #[test]
    fn what_is_drawn_anew_keeps_its_id_a_hundred_times_and_what_is_new_gets_one_of_its_own() {
        let mut ids = Ids::default();
        let drawn = |turn: u64, names: &[&str]| -> Vec<Sighting> {
            let keys = turn * 100..;
            names.iter().zip(keys).map(|(name, key)| called(Kind::B, key, "Remove", name)).collect()
        };
        let first = ids.settle(drawn(0, &["tea", "cup", "pot"]));
        for turn in 1..=100 {
            ids.lose("world", &[(turn - 1) * 100, (turn - 1) * 100 + 1, (turn - 1) * 100 + 2]);
            assert_eq!(ids.settle(drawn(turn, &["tea", "cup", "pot"])), first, "turn {turn}");
        }
        ids.lose("world", &[10_000, 10_001, 10_002]);
        let after = ids.settle(drawn(101, &["jar", "tea", "pot"]));
        assert_eq!(after, ["B4", first[0].as_str(), first[2].as_str()]);
    }

    #[test]
    fn elements_that_are_used_again_for_other_rows_hand_their_ids_on() {
        let mut ids = Ids::default();
        let link = |key, name: &str| {
            let mut seen = called(Kind::L, key, name, name);
            seen.looks.mark = format!("h:/{name}");
            seen
        };
        ids.settle(vec![link(1, "tea"), link(2, "cup"), link(3, "pot")]);
        ids.lose("world", &[3]);
        // The first row is gone, and each element shows the row that came after it.
        assert_eq!(ids.settle(vec![link(1, "cup"), link(2, "pot")]), ["L2", "L3"]);
        // One row comes in front.
        assert_eq!(ids.settle(vec![link(1, "jar"), link(2, "cup"), link(4, "pot")]), ["L4", "L2", "L3"]);
    }

    #[test]
    fn a_button_that_says_something_else_now_is_the_same_button() {
        let mut ids = Ids::default();
        ids.settle(vec![called(Kind::B, 1, "Follow", ""), called(Kind::B, 2, "Share", "")]);
        assert_eq!(
            ids.settle(vec![called(Kind::B, 1, "Following", ""), called(Kind::B, 2, "Share", "")]),
            ["B1", "B2"]
        );
    }

    #[test]
    fn what_is_only_hidden_keeps_its_id_for_itself() {
        let mut ids = Ids::default();
        ids.settle(vec![called(Kind::B, 1, "Save", ""), called(Kind::B, 2, "Close", "")]);
        assert_eq!(ids.settle(vec![called(Kind::B, 3, "Save", "")]), ["B3"]);
        assert_eq!(
            ids.settle(vec![called(Kind::B, 1, "Save", ""), called(Kind::B, 3, "Save", "")]),
            ["B1", "B3"]
        );
    }
}
