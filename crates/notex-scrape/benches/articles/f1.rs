//! How much of two texts is the same: precision and recall over all runs of four words.

use std::collections::HashMap;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Score {
    pub(crate) precision: f64,
    pub(crate) recall: f64,
}

impl Score {
    pub(crate) fn of(found: &str, wanted: &str) -> Self {
        let (found, wanted) = (runs(found), runs(wanted));
        let same: usize =
            found.iter().map(|(run, times)| (*times).min(wanted.get(run).copied().unwrap_or(0))).sum();
        let part = |all: usize| if all == 0 { 0.0 } else { same as f64 / all as f64 };
        Self { precision: part(found.values().sum()), recall: part(wanted.values().sum()) }
    }

    pub(crate) fn f1(self) -> f64 {
        let sum = self.precision + self.recall;
        if sum > 0.0 { 2.0 * self.precision * self.recall / sum } else { 0.0 }
    }
}

fn runs(text: &str) -> HashMap<Vec<String>, usize> {
    let words = words(text);
    let mut runs = HashMap::new();
    if words.len() < 4 {
        runs.insert(words, 1);
        return runs;
    }
    for run in words.windows(4) {
        *runs.entry(run.to_vec()).or_insert(0) += 1;
    }
    runs
}

/// Runs of letters and digits; of scripts without spaces each sign.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        let sign = matches!(u32::from(c), 0x2E80..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF);
        let mark = matches!(u32::from(c), 0x0300..=0x036F | 0x0900..=0x0DFF);
        if (c.is_alphanumeric() || mark) && !sign {
            word.extend(c.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if sign && c.is_alphanumeric() {
            words.push(c.to_string());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
