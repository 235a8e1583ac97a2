//! What a session was last told of its page, so that the next answer can say what has changed.

use std::collections::HashMap;
use std::sync::PoisonError;

use notex_wire::{Action, ActionBrief, ActionChange, ActionState, ChangedPart, Moved};

use super::tab::ChromiumTab;
use crate::browser::{Position, Since};

/// A page of thousands of actions need not be remembered whole.
const MOST_REMEMBERED: usize = 6_000;
const TEXT_CHARS: usize = 200;

/// The page in front as it was told.
pub(super) struct Told {
    target: String,
    document: String,
    url: String,
    title: String,
    actions: Vec<Face>,
}

/// An action as it was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Face {
    id: String,
    description: String,
    checked: Option<bool>,
    expanded: Option<bool>,
    value: Option<String>,
    options: Option<String>,
}

impl ChromiumTab {
    /// Remembers what is told now, and says what has changed since the last time.
    pub(super) fn tell<'a>(
        &self,
        document: &str,
        position: &Position,
        actions: impl Iterator<Item = &'a Action>,
    ) -> Since {
        let now = Told {
            target: self.target_id.clone(),
            document: document.to_owned(),
            url: position.url.clone(),
            title: position.title.clone(),
            actions: actions.take(MOST_REMEMBERED).map(Face::of).collect(),
        };
        let mut told = self.context.told_last.lock().unwrap_or_else(PoisonError::into_inner);
        // A session begins with an empty page.
        let empty = Told {
            target: String::new(),
            document: String::new(),
            url: String::from("about:blank"),
            title: String::new(),
            actions: Vec::new(),
        };
        let since = now.since(told.as_ref().unwrap_or(&empty));
        *told = Some(now);
        since
    }

    /// What was last told, for a look that tells nobody.
    pub(super) fn take_told(&self) -> Option<Told> {
        self.context.told_last.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Puts it back.
    pub(super) fn give_told_back(&self, told: Option<Told>) {
        *self.context.told_last.lock().unwrap_or_else(PoisonError::into_inner) = told;
    }
}

impl Told {
    fn since(&self, before: &Told) -> Since {
        let moved = |before: &String, after: &String| {
            (before != after).then(|| Moved { before: before.clone(), after: after.clone() })
        };
        let mut since = Since {
            new_page: (&before.target, &before.document) != (&self.target, &self.document),
            url: moved(&before.url, &self.url),
            title: moved(&before.title, &self.title),
            ..Since::default()
        };
        if since.new_page {
            return since;
        }
        let by_id = |faces: &'_ [Face]| -> HashMap<String, usize> {
            faces.iter().enumerate().map(|(place, face)| (face.id.clone(), place)).collect()
        };
        let (old, new) = (by_id(&before.actions), by_id(&self.actions));
        for face in &self.actions {
            match old.get(&face.id).and_then(|place| before.actions.get(*place)) {
                None => since.new.push(face.brief()),
                Some(was) => since.changed.extend(face.changes(was)),
            }
        }
        let gone = before.actions.iter().filter(|face| !new.contains_key(&face.id));
        since.gone = gone.map(Face::brief).collect();
        since
    }
}

impl Face {
    fn of(action: &Action) -> Face {
        let ActionState { checked, expanded, value, options, .. } = action.state.clone().unwrap_or_default();
        let options: Vec<&str> = options.iter().map(|option| option.label.as_str()).collect();
        Face {
            id: action.id.clone(),
            description: action.description.clone(),
            checked,
            expanded,
            value: value.map(|value| cut(&value)),
            options: (!options.is_empty()).then(|| cut(&options.join(", "))),
        }
    }

    fn brief(&self) -> ActionBrief {
        ActionBrief { id: self.id.clone(), description: self.description.clone() }
    }

    fn changes(&self, was: &Face) -> Vec<ActionChange> {
        let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string());
        [
            (ChangedPart::Description, Some(was.description.clone()), Some(self.description.clone())),
            (ChangedPart::Value, was.value.clone(), self.value.clone()),
            (ChangedPart::Checked, flag(was.checked), flag(self.checked)),
            (ChangedPart::Expanded, flag(was.expanded), flag(self.expanded)),
            (ChangedPart::Options, was.options.clone(), self.options.clone()),
        ]
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(what, before, after)| ActionChange {
            id: self.id.clone(),
            description: self.description.clone(),
            what,
            before,
            after,
        })
        .collect()
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= TEXT_CHARS {
        return text.to_owned();
    }
    text.chars().take(TEXT_CHARS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(id: &str, description: &str) -> Face {
        Face { id: id.to_owned(), description: description.to_owned(), ..Face::default() }
    }

    fn told(document: &str, actions: Vec<Face>) -> Told {
        let (url, title) = (String::from("http://a.test/"), String::from("A"));
        Told { target: String::from("tab"), document: document.to_owned(), url, title, actions }
    }

    #[test]
    fn what_came_went_and_changed_is_told_by_id() {
        let before =
            told("one", vec![face("B1", "Click Add"), face("B2", "Click Old"), face("I1", "Fill Name")]);
        let named = Face { value: Some(String::from("Ann")), ..face("I1", "Fill Name") };
        let now = told("one", vec![face("B1", "Click Added"), named, face("B3", "Click New")]);
        let since = now.since(&before);
        assert!(!since.new_page && since.url.is_none() && since.title.is_none());
        assert_eq!(since.new, [ActionBrief { id: "B3".into(), description: "Click New".into() }]);
        assert_eq!(since.gone, [ActionBrief { id: "B2".into(), description: "Click Old".into() }]);
        let parts: Vec<_> =
            since.changed.iter().map(|c| (c.id.as_str(), c.what, c.after.as_deref())).collect();
        assert_eq!(
            parts,
            [("B1", ChangedPart::Description, Some("Click Added")), ("I1", ChangedPart::Value, Some("Ann"))]
        );
    }

    #[test]
    fn of_another_page_no_action_is_told() {
        let before = told("one", vec![face("B1", "Click Add")]);
        let mut now = told("two", vec![face("B1", "Click Pay")]);
        now.url = String::from("http://a.test/pay");
        let since = now.since(&before);
        assert!(since.new_page && since.new.is_empty() && since.gone.is_empty() && since.changed.is_empty());
        assert_eq!(since.url.map(|moved| moved.after).as_deref(), Some("http://a.test/pay"));
    }
}
