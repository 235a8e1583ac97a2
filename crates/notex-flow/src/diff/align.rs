//! Which step of one run is which of the other, by what it is: its kind, its element and its name. A step that was renamed
//! is found by its element, its words or where it leads.

use std::collections::{HashMap, HashSet};

use notex_wire::CallKind;

use crate::StepRun;

/// A gap of more pairs is not weighed pair by pair.
const MOST_PAIRS: usize = 250_000;

/// A place in both runs, or in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pair {
    Both(usize, usize),
    Gone(usize),
    Added(usize),
}

impl Pair {
    fn mirrored(self) -> Self {
        match self {
            Self::Both(before, after) => Self::Both(after, before),
            Self::Gone(place) => Self::Added(place),
            Self::Added(place) => Self::Gone(place),
        }
    }
}

/// What a step is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Identity<'a> {
    kind: Option<u8>,
    element: Option<&'a str>,
    name: &'a str,
    url: &'a str,
}

impl<'a> Identity<'a> {
    fn of(step: &'a StepRun) -> Self {
        Self {
            kind: step.kind.map(|kind| kind as u8),
            element: step.matched.as_ref().map(|matched| matched.description.as_str()),
            name: &step.name,
            url: &step.url,
        }
    }
}

/// Aligns the steps of two runs, in the order of both.
pub(super) fn align(before: &[StepRun], after: &[StepRun]) -> Vec<Pair> {
    let (a, b): (Vec<_>, Vec<_>) =
        (before.iter().map(Identity::of).collect(), after.iter().map(Identity::of).collect());
    // Where several ways are as good, the same one is taken whichever run comes first.
    let mut pairs: Vec<Pair> = if a <= b {
        Aligning::new(&a, &b).done()
    } else {
        Aligning::new(&b, &a).done().into_iter().map(Pair::mirrored).collect()
    };
    // What is gone stands before what came in its place.
    let mut from = 0;
    while from < pairs.len() {
        let is_both = |pair: &Pair| matches!(pair, Pair::Both(..));
        let until = pairs[from..].iter().position(is_both).map_or(pairs.len(), |end| from + end);
        pairs[from..until].sort_by_key(|pair| matches!(pair, Pair::Added(_)));
        from = until + 1;
    }
    pairs
}

struct Aligning<'a> {
    before: &'a [Identity<'a>],
    after: &'a [Identity<'a>],
    words: HashMap<&'a str, HashSet<String>>,
    pairs: Vec<Pair>,
}

impl<'a> Aligning<'a> {
    fn new(before: &'a [Identity<'a>], after: &'a [Identity<'a>]) -> Self {
        let names = before.iter().chain(after).map(|step| step.name);
        let words = names.map(|name| (name, words_of(name))).collect();
        Self { before, after, words, pairs: Vec::new() }
    }

    fn done(mut self) -> Vec<Pair> {
        self.stretch(0..self.before.len(), 0..self.after.len());
        self.pairs
    }

    /// Aligns a stretch: what is equal at both ends, then between those that are there once, then pair by pair.
    fn stretch(&mut self, a: std::ops::Range<usize>, b: std::ops::Range<usize>) {
        let (before, after) = (&self.before[a.clone()], &self.after[b.clone()]);
        let head = before.iter().zip(after).take_while(|(x, y)| x == y).count();
        let (rest_a, rest_b) = (&before[head..], &after[head..]);
        let tail = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(|(x, y)| x == y).count();
        self.pairs.extend((0..head).map(|place| Pair::Both(a.start + place, b.start + place)));
        self.middle(a.start + head..a.end - tail, b.start + head..b.end - tail);
        self.pairs.extend((0..tail).rev().map(|back| Pair::Both(a.end - 1 - back, b.end - 1 - back)));
    }

    fn middle(&mut self, a: std::ops::Range<usize>, b: std::ops::Range<usize>) {
        if a.len().saturating_mul(b.len()) <= MOST_PAIRS {
            self.weigh(a, b);
            return;
        }
        let anchors = anchors(&self.before[a.clone()], &self.after[b.clone()]);
        if anchors.is_empty() {
            self.apart(a, b);
            return;
        }
        let (mut from_a, mut from_b) = (a.start, b.start);
        for (x, y) in anchors {
            let (x, y) = (a.start + x, b.start + y);
            self.stretch(from_a..x, from_b..y);
            self.pairs.push(Pair::Both(x, y));
            (from_a, from_b) = (x + 1, y + 1);
        }
        self.stretch(from_a..a.end, from_b..b.end);
    }

    fn apart(&mut self, a: std::ops::Range<usize>, b: std::ops::Range<usize>) {
        self.pairs.extend(a.map(Pair::Gone));
        self.pairs.extend(b.map(Pair::Added));
    }

    /// The alignment of the highest sum of likeness.
    fn weigh(&mut self, a: std::ops::Range<usize>, b: std::ops::Range<usize>) {
        let (rows, columns) = (a.len(), b.len());
        let width = columns + 1;
        let likes: Vec<u8> = a
            .clone()
            .flat_map(|x| b.clone().map(move |y| (x, y)))
            .map(|(x, y)| self.likeness(&self.before[x], &self.after[y]))
            .collect();
        // The best sum of what comes from these places on.
        let mut best = vec![0_u32; (rows + 1) * width];
        for x in (0..rows).rev() {
            for y in (0..columns).rev() {
                let like = u32::from(likes[x * columns + y]);
                let both = if like > 0 { like + best[(x + 1) * width + y + 1] } else { 0 };
                best[x * width + y] = both.max(best[(x + 1) * width + y]).max(best[x * width + y + 1]);
            }
        }
        let (mut x, mut y) = (0, 0);
        while x < rows && y < columns {
            let like = u32::from(likes[x * columns + y]);
            let here = best[x * width + y];
            if like > 0 && here == like + best[(x + 1) * width + y + 1] {
                self.pairs.push(Pair::Both(a.start + x, b.start + y));
                (x, y) = (x + 1, y + 1);
            } else if here == best[(x + 1) * width + y] {
                self.pairs.push(Pair::Gone(a.start + x));
                x += 1;
            } else {
                self.pairs.push(Pair::Added(b.start + y));
                y += 1;
            }
        }
        self.apart(a.start + x..a.end, b.start + y..b.end);
    }

    /// How much speaks for two steps being the same one; 0 when nothing does.
    fn likeness(&self, a: &Identity<'_>, b: &Identity<'_>) -> u8 {
        let same_kind = a.kind == b.kind;
        if !same_kind && a.kind.is_some() && b.kind.is_some() {
            return 0;
        }
        let same_url = a.url == b.url && !a.url.is_empty();
        let what = if a.name == b.name {
            8
        } else if a.element.is_some() && a.element == b.element {
            7
        } else {
            match self.in_common(a.name, b.name) {
                0..50 => 0,
                50..75 => 4,
                _ => 5,
            }
        };
        let reads = a.kind == Some(CallKind::Scrape as u8);
        match (what, same_url) {
            (0, _) if same_kind && reads => 2,
            (0, true) if same_kind && a.kind == Some(CallKind::Observe as u8) => 1,
            (0, _) => 0,
            (what, true) => what + 1,
            (what, false) => what,
        }
    }

    /// So much of their words two names have in common, of 100.
    fn in_common(&self, a: &str, b: &str) -> usize {
        let (Some(a), Some(b)) = (self.words.get(a), self.words.get(b)) else { return 0 };
        let (both, all) = (a.intersection(b).count(), a.union(b).count());
        (both * 100).checked_div(all).unwrap_or(0)
    }
}

fn words_of(name: &str) -> HashSet<String> {
    let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Steps that are surely the same: those that are there once on both sides, in the longest order that both have; where
/// there are none, the first with the first of its like, and so on.
fn anchors(a: &[Identity<'_>], b: &[Identity<'_>]) -> Vec<(usize, usize)> {
    let mut places: HashMap<&Identity<'_>, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for (place, step) in a.iter().enumerate() {
        places.entry(step).or_default().0.push(place);
    }
    for (place, step) in b.iter().enumerate() {
        places.entry(step).or_default().1.push(place);
    }
    let once = places.values().filter_map(|(x, y)| match (x.as_slice(), y.as_slice()) {
        ([x], [y]) => Some((*x, *y)),
        (_, _) => None,
    });
    let mut pairs: Vec<(usize, usize)> = once.collect();
    if pairs.is_empty() {
        pairs = places.into_values().flat_map(|(x, y)| x.into_iter().zip(y)).collect();
    }
    pairs.sort_unstable();
    let afters: Vec<usize> = pairs.iter().map(|(_, after)| *after).collect();
    super::order::longest_rising(&afters).into_iter().map(|place| pairs[place]).collect()
}
