//! The ids of a page's elements: `L1`, `B2`, `I3`. An element keeps its id as long as its document lives, also when the
//! page draws it anew; a number is never given twice in a document, and no number of one tab is ever one of another tab
//! of its session. Who is whom after a page was drawn anew is decided in `rebirth`.

use std::borrow::Cow;
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
pub(super) struct Known<'a> {
    pub(super) kind: Kind,
    /// The frame it is in.
    pub(super) frame: Arc<str>,
    pub(super) key: u64,
    /// The walker that gave the key; another one's keys mean other elements.
    pub(super) born: Arc<str>,
    pub(super) css: Cow<'a, str>,
    pub(super) role: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
}

/// By what a person, and we, know an element again that was drawn anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Looks<'a> {
    /// The landmark, form or dialog it is in.
    pub(super) group: Cow<'a, str>,
    /// What its makers call it: a test id, an id, a name or an address.
    pub(super) mark: Cow<'a, str>,
    /// What the row or card that it is in is about.
    pub(super) near: Cow<'a, str>,
}

/// An element that is listed now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sighting<'a> {
    pub(super) known: Known<'a>,
    pub(super) looks: Looks<'a>,
}

impl Sighting<'_> {
    /// To be remembered.
    fn owned(self) -> Sighting<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let Sighting { known: Known { kind, frame, key, born, css, role, name }, looks } = self;
        let Looks { group, mark, near } = looks;
        Sighting {
            known: Known { kind, frame, key, born, css: owned(css), role: owned(role), name: owned(name) },
            looks: Looks { group: owned(group), mark: owned(mark), near: owned(near) },
        }
    }

    fn element(&self) -> (Arc<str>, u64) {
        (Arc::clone(&self.known.born), self.known.key)
    }
}

/// What is known of an id.
#[derive(Debug)]
struct Entry {
    seen: Sighting<'static>,
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
    by_element: HashMap<(Arc<str>, u64), Arc<str>>,
    entries: HashMap<Arc<str>, Entry>,
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
    pub(super) fn lose(&mut self, born: &Arc<str>, keys: &[u64]) {
        for key in keys {
            let id = self.by_element.get(&(Arc::clone(born), *key));
            if let Some(entry) = id.and_then(|id| self.entries.get_mut(id)) {
                entry.is_gone = true;
            }
        }
    }

    /// A frame holds another document than before: what was in it is gone.
    pub(super) fn replace(&mut self, frame: &str, born: &str) {
        for entry in self.entries.values_mut() {
            if &*entry.seen.known.frame == frame && &*entry.seen.known.born != born {
                entry.is_gone = true;
            }
        }
    }

    /// The ids of all that is listed now, in the order of the document.
    pub(super) fn settle(&mut self, all: Vec<Sighting<'_>>) -> Vec<Arc<str>> {
        let held: Vec<Option<Arc<str>>> = all.iter().map(|seen| self.held(seen)).collect();
        let same = |id: &Arc<str>, seen: &Sighting<'_>| {
            let before = self.entries.get(id).map(|entry| &entry.seen);
            before.is_some_and(|before| before.looks == seen.looks && before.known.name == seen.known.name)
        };
        let kept = held.iter().zip(&all).map(|(id, seen)| id.clone().filter(|id| same(id, seen)));
        let mut given: Vec<Option<Arc<str>>> = kept.collect();
        if given.iter().any(Option::is_none) {
            self.find_reborn(&all, &held, &mut given);
        }
        let ids: Vec<Arc<str>> = all
            .iter()
            .zip(given)
            .map(|(seen, id)| id.unwrap_or_else(|| self.next(seen.known.kind)))
            .collect();
        for (place, (seen, id)) in all.into_iter().zip(&ids).enumerate() {
            match self.entries.get_mut(id) {
                Some(before) if before.seen == seen => (before.place, before.is_gone) = (place, false),
                before => {
                    let element = seen.element();
                    let old = before.map(|before| before.seen.element()).filter(|old| *old != element);
                    if let Some(old) = old.filter(|old| self.by_element.get(old) == Some(id)) {
                        self.by_element.remove(&old);
                    }
                    self.by_element.insert(element, Arc::clone(id));
                    let entry = Entry { seen: seen.owned(), place, is_gone: false };
                    self.entries.insert(Arc::clone(id), entry);
                }
            }
        }
        if self.entries.len() > MOST_KNOWN {
            self.entries.retain(|_, entry| !entry.is_gone);
            self.by_element.retain(|_, id| self.entries.contains_key(id));
        }
        ids
    }

    fn find_reborn(&self, all: &[Sighting<'_>], held: &[Option<Arc<str>>], given: &mut [Option<Arc<str>>]) {
        let kept: HashSet<&Arc<str>> = given.iter().flatten().collect();
        let open: Vec<usize> =
            (0..all.len()).filter(|i| given.get(*i).is_some_and(Option::is_none)).collect();
        let holds = |i: usize| held.get(i).and_then(Option::as_ref);
        let changed: HashSet<&Arc<str>> = open.iter().filter_map(|i| holds(*i)).collect();
        let mut free: Vec<(&Arc<str>, &Entry)> = self
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
    fn held(&self, seen: &Sighting<'_>) -> Option<Arc<str>> {
        let id = self.by_element.get(&seen.element())?;
        self.entries.get(id).filter(|entry| entry.seen.known.kind == seen.known.kind).map(|_| Arc::clone(id))
    }

    fn next(&mut self, kind: Kind) -> Arc<str> {
        let given = self.given.entry(kind).or_default();
        let before = *given;
        *given += 1;
        let number = self.number(before);
        format!("{kind:?}{number}").into()
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
    pub(super) fn find(&self, id: &str) -> Option<&Known<'static>> {
        self.entries.get(id).map(|entry| &entry.seen.known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(kind: Kind, key: u64) -> Sighting<'static> {
        called(kind, key, &format!("{key}"), "")
    }

    fn called(kind: Kind, key: u64, name: &str, near: &str) -> Sighting<'static> {
        let known = Known {
            kind,
            frame: Arc::from("main"),
            key,
            born: Arc::from("world"),
            css: Cow::default(),
            role: Cow::default(),
            name: Cow::Owned(name.to_owned()),
        };
        Sighting { known, looks: Looks { near: Cow::Owned(near.to_owned()), ..Looks::default() } }
    }

    fn words(ids: Vec<Arc<str>>) -> Vec<String> {
        ids.iter().map(|id| id.to_string()).collect()
    }

    fn id_of(ids: &mut Ids, element: Sighting<'_>) -> String {
        words(ids.settle(vec![element])).remove(0)
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
        assert_eq!(many.last().map(|id| &**id), Some("L2099"));
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
        elsewhere.known.born = Arc::from("frame");
        assert_eq!(id_of(&mut ids, elsewhere), "B2");
    }

    #[test]
    fn what_is_drawn_anew_keeps_its_id_a_hundred_times_and_what_is_new_gets_one_of_its_own() {
        let mut ids = Ids::default();
        let drawn = |turn: u64, names: &[&str]| -> Vec<Sighting<'static>> {
            let keys = turn * 100..;
            names.iter().zip(keys).map(|(name, key)| called(Kind::B, key, "Remove", name)).collect()
        };
        let first = ids.settle(drawn(0, &["tea", "cup", "pot"]));
        for turn in 1..=100 {
            ids.lose(&Arc::from("world"), &[(turn - 1) * 100, (turn - 1) * 100 + 1, (turn - 1) * 100 + 2]);
            assert_eq!(ids.settle(drawn(turn, &["tea", "cup", "pot"])), first, "turn {turn}");
        }
        ids.lose(&Arc::from("world"), &[10_000, 10_001, 10_002]);
        let after = words(ids.settle(drawn(101, &["jar", "tea", "pot"])));
        assert_eq!(after, ["B4", &*first[0], &*first[2]]);
    }

    #[test]
    fn elements_that_are_used_again_for_other_rows_hand_their_ids_on() {
        let mut ids = Ids::default();
        let link = |key, name: &str| {
            let mut seen = called(Kind::L, key, name, name);
            seen.looks.mark = format!("h:/{name}").into();
            seen
        };
        ids.settle(vec![link(1, "tea"), link(2, "cup"), link(3, "pot")]);
        ids.lose(&Arc::from("world"), &[3]);
        // The first row is gone, and each element shows the row that came after it.
        assert_eq!(words(ids.settle(vec![link(1, "cup"), link(2, "pot")])), ["L2", "L3"]);
        // One row comes in front.
        assert_eq!(
            words(ids.settle(vec![link(1, "jar"), link(2, "cup"), link(4, "pot")])),
            ["L4", "L2", "L3"]
        );
    }

    #[test]
    fn a_button_that_says_something_else_now_is_the_same_button() {
        let mut ids = Ids::default();
        ids.settle(vec![called(Kind::B, 1, "Follow", ""), called(Kind::B, 2, "Share", "")]);
        assert_eq!(
            words(ids.settle(vec![called(Kind::B, 1, "Following", ""), called(Kind::B, 2, "Share", "")])),
            ["B1", "B2"]
        );
    }

    #[test]
    fn what_is_only_hidden_keeps_its_id_for_itself() {
        let mut ids = Ids::default();
        ids.settle(vec![called(Kind::B, 1, "Save", ""), called(Kind::B, 2, "Close", "")]);
        assert_eq!(words(ids.settle(vec![called(Kind::B, 3, "Save", "")])), ["B3"]);
        assert_eq!(
            words(ids.settle(vec![called(Kind::B, 1, "Save", ""), called(Kind::B, 3, "Save", "")])),
            ["B1", "B3"]
        );
    }
}
