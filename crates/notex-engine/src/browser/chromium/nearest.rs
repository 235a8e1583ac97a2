//! Which action of a page is nearest to one that is not there, by the words of their names.

use std::collections::HashSet;

use notex_wire::Action;

use super::tab::ChromiumTab;

/// Less in common is no help.
const LEAST: f64 = 0.5;

impl ChromiumTab {
    /// `B7 "Add to cart"`, when the page has something like it.
    pub(super) async fn nearest(&self, role: Option<&str>, name: &str) -> Option<String> {
        if name.trim().is_empty() {
            return None;
        }
        // What is read for a refusal is not told, and the next answer has to say what changed.
        let told = self.take_told();
        let observed = self.read_actions(usize::MAX).await;
        self.give_told_back(told);
        let observed = observed.ok()?;
        let action = nearest(&observed.actions, role, name)?;
        let label = action.label.as_deref().unwrap_or(&action.description);
        Some(format!("{} {label:?}", action.id))
    }
}

fn nearest<'a>(actions: &'a [Action], role: Option<&str>, name: &str) -> Option<&'a Action> {
    let score = |action: &&'a Action| {
        let words = likeness(action.label.as_deref().unwrap_or(&action.description), name);
        let same_role = role.is_some() && action.role.as_deref() == role;
        (words >= LEAST).then_some(words + if same_role { 0.2 } else { 0.0 })
    };
    let scored = actions.iter().filter_map(|action| Some((score(&action)?, action)));
    // Of two that are as near, the first.
    let best = scored.fold(None, |best: Option<(f64, &Action)>, next| match best {
        Some(best) if best.0 >= next.0 => Some(best),
        Some(_) | None => Some(next),
    });
    best.map(|(_, action)| action)
}

/// How much two names have in common, from 0 to 1: words, and within them pairs of letters.
fn likeness(one: &str, other: &str) -> f64 {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    if one == other {
        return 1.0;
    }
    common(&words(&one), &words(&other)).max(common(&pairs(&one), &pairs(&other)))
}

fn words(text: &str) -> HashSet<String> {
    text.split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn pairs(text: &str) -> HashSet<String> {
    let signs: Vec<char> = text.chars().filter(|sign| sign.is_alphanumeric()).collect();
    signs.windows(2).map(|pair| pair.iter().collect()).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of words")]
fn common(one: &HashSet<String>, other: &HashSet<String>) -> f64 {
    if one.is_empty() || other.is_empty() {
        return 0.0;
    }
    2.0 * one.intersection(other).count() as f64 / (one.len() + other.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(id: &str, role: &str, label: &str) -> Action {
        serde_json::from_value(serde_json::json!({
            "id": id, "description": format!("Click {label}"), "category": "Main", "role": role, "label": label
        }))
        .unwrap()
    }

    #[test]
    fn the_nearest_has_the_most_words_in_common_and_then_the_role() {
        let page = [
            action("L1", "link", "Shopping cart"),
            action("B7", "button", "Add to cart"),
            action("L2", "link", "Add to cart"),
            action("B8", "button", "Imprint"),
        ];
        let of = |role, name| nearest(&page, role, name).map(|action| action.id.as_str());
        assert_eq!(of(Some("button"), "Add to basket"), Some("B7"));
        assert_eq!(of(Some("link"), "Add to cart"), Some("L2"));
        assert_eq!(of(None, "Shoping cart"), Some("L1"));
        assert_eq!(of(None, "Newsletter"), None);
    }
}
