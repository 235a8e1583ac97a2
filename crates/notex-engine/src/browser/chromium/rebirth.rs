//! Who is whom after a page was drawn anew: elements that are gone, or that show something else now, against elements
//! that were not there before. An id goes on only where nothing speaks against it; what is in doubt is new.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::sync::Arc;

use super::ids::{Kind, Looks, Sighting};

/// An element that is gone or changed, or one that is looked at for the first time.
pub(super) struct Candidate<'a> {
    id: Option<&'a Arc<str>>,
    kind: Kind,
    frame: &'a str,
    role: &'a str,
    name: &'a str,
    looks: &'a Looks<'a>,
}

impl<'a> Candidate<'a> {
    /// `id` is the one that it had.
    pub(super) fn of(seen: &'a Sighting<'a>, id: Option<&'a Arc<str>>) -> Self {
        let known = &seen.known;
        Self {
            id,
            kind: known.kind,
            frame: &known.frame,
            role: &known.role,
            name: &known.name,
            looks: &seen.looks,
        }
    }

    /// All that is known of it.
    fn whole(&self) -> (Kind, &'a str, &'a str, &'a str, &'a Looks<'a>) {
        (self.kind, self.frame, self.role, self.name, self.looks)
    }

    /// What its makers call it.
    fn mark(&self) -> Option<(Kind, &'a str, &'a str)> {
        (!self.looks.mark.is_empty()).then_some((self.kind, self.frame, &*self.looks.mark))
    }
}

/// For each new element the id of the old one that it is; both in the order of the document.
pub(super) fn rebirths(old: &[Candidate<'_>], new: &[Candidate<'_>]) -> Vec<Option<Arc<str>>> {
    let mut given: Vec<Option<Arc<str>>> = vec![None; new.len()];
    let mut taken: HashSet<&Arc<str>> = HashSet::new();

    let mut equal: HashMap<_, VecDeque<&Arc<str>>> = HashMap::new();
    for candidate in old {
        equal.entry(candidate.whole()).or_default().extend(candidate.id);
    }
    for (candidate, given) in new.iter().zip(&mut given) {
        if let Some(id) = equal.get_mut(&candidate.whole()).and_then(VecDeque::pop_front) {
            taken.insert(id);
            *given = Some(id.clone());
        }
    }

    let was = only_ones(old.iter().filter(|c| c.id.is_some_and(|id| !taken.contains(id))));
    let is = only_ones(new.iter().zip(&given).filter(|(_, given)| given.is_none()).map(|(c, _)| c));
    for (candidate, given) in new.iter().zip(&mut given) {
        let mark = candidate.mark().filter(|mark| given.is_none() && is.contains_key(mark));
        if let Some(id) = mark.and_then(|mark| was.get(&mark).copied().flatten()) {
            taken.insert(id);
            *given = Some(id.clone());
        }
    }

    keep_changed(old, new, &mut taken, &mut given);
    given
}

/// Those that are alone with their mark.
fn only_ones<'a, 'b: 'a>(
    all: impl Iterator<Item = &'a Candidate<'b>>,
) -> HashMap<(Kind, &'b str, &'b str), Option<&'b Arc<str>>> {
    let mut found = HashMap::new();
    let mut several = HashSet::new();
    for candidate in all {
        if let Some(mark) = candidate.mark()
            && found.insert(mark, candidate.id).is_some()
        {
            several.insert(mark);
        }
    }
    found.retain(|mark, _| !several.contains(mark));
    found
}

/// The element is the one it was, but it says something else: a button that was pressed, or an element that a list uses
/// again for another row. One change is taken for the former, many at once for the latter.
fn keep_changed<'a>(
    old: &[Candidate<'a>],
    new: &[Candidate<'a>],
    taken: &mut HashSet<&'a Arc<str>>,
    given: &mut [Option<Arc<str>>],
) {
    let before: HashMap<&Arc<str>, &Candidate<'_>> =
        old.iter().filter_map(|c| c.id.map(|id| (id, c))).collect();
    let open: Vec<(usize, &'a Arc<str>, &Candidate<'_>, &Candidate<'_>)> = new
        .iter()
        .enumerate()
        .filter(|(place, _)| given.get(*place).is_some_and(Option::is_none))
        .filter_map(|(place, now)| {
            let id = now.id.filter(|id| !taken.contains(id))?;
            Some((place, id, *before.get(id)?, now))
        })
        .collect();
    let moved = |was: &Candidate<'_>, is: &Candidate<'_>| was.looks.near != is.looks.near;
    let renamed = |was: &Candidate<'_>, is: &Candidate<'_>| was.name != is.name && was.looks.mark.is_empty();
    let rows = distinct(open.iter().filter(|(.., was, is)| moved(was, is)).map(|(.., is)| &is.looks.near));
    let names = open.iter().filter(|(.., was, is)| renamed(was, is)).count();
    for (place, id, was, is) in open {
        let other_mark =
            !was.looks.mark.is_empty() && !is.looks.mark.is_empty() && was.looks.mark != is.looks.mark;
        let is_another = (moved(was, is) && rows > 1)
            || (renamed(was, is) && names > 1)
            || (other_mark && was.name != is.name);
        if !is_another && let Some(given) = given.get_mut(place) {
            taken.insert(id);
            *given = Some(id.clone());
        }
    }
}

fn distinct<T: Hash + Eq>(all: impl Iterator<Item = T>) -> usize {
    all.collect::<HashSet<T>>().len()
}
