//! Takes secrets out: first those that are known by where they stand, then each of them wherever else it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::{Map, Value};

use crate::forms::forms;
use crate::html::Undone;
use crate::records::Removed;
use crate::rules::{Secret, SecretKind, strip_text, strip_value};

/// Stands where a secret was. Addresses keep their form with it.
pub const REMOVED: &str = "(removed)";
/// Shorter ones would be found in much that is none.
const SHORTEST_FOUND: usize = 6;
/// Passwords and keys that are given are surely secret.
const SHORTEST_GIVEN: usize = 4;
/// A cookie that says `accepted` is no secret; one that is a longer word may be.
const LONGEST_WORD: usize = 12;

/// Secrets that are to be searched for everywhere.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    known: BTreeSet<Secret>,
    short: BTreeSet<Secret>,
}

impl Secrets {
    pub(crate) fn given(secrets: &[Secret]) -> Self {
        let mut all = Self::default();
        for secret in secrets {
            all.add(secret.kind, &secret.text, SHORTEST_GIVEN);
        }
        all
    }

    /// Adds what stands in a value where secrets stand.
    pub(crate) fn find_in(&mut self, mut value: Value) {
        strip_value(&mut value, &mut |kind, text| self.found(kind, text));
    }

    /// Adds what stands in a text where secrets stand.
    pub(crate) fn find_in_text(&mut self, mut text: String) {
        strip_text(&mut text, &mut |kind, text| self.found(kind, text));
    }

    fn found(&mut self, kind: SecretKind, text: &str) {
        let is_word = text.len() <= LONGEST_WORD && text.bytes().all(|sign| sign.is_ascii_lowercase());
        let shortest = match kind {
            SecretKind::Cookie | SecretKind::Token if is_word => usize::MAX,
            SecretKind::Password | SecretKind::Key => SHORTEST_GIVEN,
            SecretKind::Cookie | SecretKind::Token | SecretKind::Authorization => SHORTEST_FOUND,
        };
        self.add(kind, text, shortest);
    }

    fn add(&mut self, kind: SecretKind, text: &str, shortest: usize) {
        if text.trim().is_empty() {
            return;
        }
        let secret = Secret { kind, text: text.to_owned() };
        if text.len() < shortest {
            self.short.insert(secret)
        } else {
            self.known.insert(secret)
        };
    }

    /// How many are searched for, and how many are too short or too plain for that.
    pub(crate) fn count(&self) -> (u64, u64) {
        (self.known.len() as u64, self.short.len() as u64)
    }
}

/// Whether figures are searched for secrets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Figures {
    Too,
    Stay,
}

/// Takes out, and counts.
pub(crate) struct Redactor {
    search: AhoCorasick,
    kinds: Vec<SecretKind>,
    removed: BTreeMap<(SecretKind, &'static str), u64>,
}

impl Redactor {
    /// For these secrets; `None` when there are too many to search for.
    pub(crate) fn new(secrets: &Secrets) -> Option<Self> {
        let (mut kinds, mut patterns) = (Vec::new(), Vec::new());
        for secret in &secrets.known {
            for form in forms(&secret.text) {
                kinds.push(secret.kind);
                patterns.push(form);
            }
        }
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&patterns).ok()?;
        Some(Self { search, kinds, removed: BTreeMap::new() })
    }

    /// Takes the secrets out of a value: of its texts, names and figures.
    pub(crate) fn value(&mut self, place: &'static str, value: &mut Value) {
        strip_value(value, &mut |kind, _| count(&mut self.removed, kind, place));
        self.literals(place, value, Figures::Too);
    }

    /// Takes the secrets out of the texts and names of a value whose figures are ours.
    pub(crate) fn texts(&mut self, place: &'static str, value: &mut Value) {
        self.literals(place, value, Figures::Stay);
    }

    /// Takes the secrets out of a text.
    pub(crate) fn text(&mut self, place: &'static str, text: &mut String) {
        strip_text(text, &mut |kind, _| count(&mut self.removed, kind, place));
        self.literals_of_text(place, text);
    }

    /// What kind of secret stands in some bytes.
    pub(crate) fn holds(&self, bytes: &[u8]) -> Option<SecretKind> {
        let found = self.search.find(bytes).or_else(|| self.search.find(&Undone::of(bytes)?.text))?;
        Some(self.kinds[found.pattern().as_usize()])
    }

    /// What was taken out so far.
    pub(crate) fn removed(&self) -> Vec<Removed> {
        let all = self.removed.iter();
        all.map(|((kind, place), times)| Removed { kind: *kind, place: (*place).to_owned(), times: *times })
            .collect()
    }

    fn literals(&mut self, place: &'static str, value: &mut Value, figures: Figures) {
        match value {
            Value::String(text) => self.literals_of_text(place, text),
            Value::Number(number) if figures == Figures::Too => {
                let mut text = number.to_string();
                if self.holds(text.as_bytes()).is_some() {
                    self.literals_of_text(place, &mut text);
                    *value = text.into();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.literals(place, item, figures)),
            Value::Object(fields) => {
                if fields.keys().any(|name| self.holds(name.as_bytes()).is_some()) {
                    let renamed = std::mem::take(fields).into_iter().map(|(mut name, field)| {
                        self.literals_of_text(place, &mut name);
                        (name, field)
                    });
                    *fields = renamed.collect::<Map<_, _>>();
                }
                fields.values_mut().for_each(|field| self.literals(place, field, figures));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn literals_of_text(&mut self, place: &'static str, text: &mut String) {
        let hits = self.hits(place, text.as_bytes());
        take_out(text, hits.into_iter());
        if let Some(undone) = Undone::of(text.as_bytes()) {
            let hits = self.hits(place, &undone.text);
            take_out(text, hits.into_iter().map(|hit| undone.stood(hit)));
        }
    }

    /// Where secrets stand, from front to back.
    fn hits(&mut self, place: &'static str, text: &[u8]) -> Vec<Range<usize>> {
        let mut hits = Vec::new();
        for hit in self.search.find_iter(text) {
            count(&mut self.removed, self.kinds[hit.pattern().as_usize()], place);
            hits.push(hit.range());
        }
        hits
    }
}

fn take_out(text: &mut String, hits: impl ExactSizeIterator<Item = Range<usize>>) {
    if hits.len() == 0 {
        return;
    }
    let (mut kept, mut from) = (String::with_capacity(text.len()), 0);
    for hit in hits {
        kept.push_str(&text[from..hit.start]);
        kept.push_str(REMOVED);
        from = hit.end;
    }
    kept.push_str(&text[from..]);
    *text = kept;
}

fn count(removed: &mut BTreeMap<(SecretKind, &'static str), u64>, kind: SecretKind, place: &'static str) {
    *removed.entry((kind, place)).or_default() += 1;
}
