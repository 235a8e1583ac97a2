//! What a session was last told of its page, so that the next answer can say what has changed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

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
        actions: impl Iterator<Item = &'a Action> + Clone,
    ) -> Since {
        let mut told = self.context.told_last.lock().unwrap_or_else(PoisonError::into_inner);
        let touched = self.touched.swap(false, Ordering::Relaxed);
        let actions = actions.take(MOST_REMEMBERED);
        let place = (self.target_id.as_str(), document, position);
        if told.as_ref().is_some_and(|told| told.still_holds(place, actions.clone())) {
            return Since { touched, ..Since::default() };
        }
        let now = Told {
            target: self.target_id.clone(),
            document: document.to_owned(),
            url: position.url.clone(),
            title: position.title.clone(),
            actions: actions.map(Face::of).collect(),
        };
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
        Since { touched, ..since }
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
    /// Whether nothing would be told otherwise now.
    fn still_holds<'a>(
        &self,
        (target, document, position): (&str, &str, &Position),
        mut actions: impl Iterator<Item = &'a Action>,
    ) -> bool {
        (self.target.as_str(), self.document.as_str()) == (target, document)
            && (&self.url, &self.title) == (&position.url, &position.title)
            && self.actions.iter().all(|face| actions.next().is_some_and(|action| face.is_of(action)))
            && actions.next().is_none()
    }

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
        let places = self.actions.iter().filter_map(|face| old.get(&face.id));
        since.reordered = !places.is_sorted();
        since
    }
}

impl Face {
    fn of(action: &Action) -> Face {
        let state = action.state.as_ref();
        Face {
            id: action.id.clone(),
            description: action.description.clone(),
            checked: state.and_then(|state| state.checked),
            expanded: state.and_then(|state| state.expanded),
            value: state.and_then(|state| state.value.as_deref()).map(|value| cut(value).into_owned()),
            options: state.and_then(options),
        }
    }

    /// The same as being equal to the face of the action.
    fn is_of(&self, action: &Action) -> bool {
        let state = action.state.as_ref();
        self.id == action.id
            && self.description == action.description
            && self.checked == state.and_then(|state| state.checked)
            && self.expanded == state.and_then(|state| state.expanded)
            && self.value.as_deref() == state.and_then(|state| state.value.as_deref()).map(cut).as_deref()
            && self.options == state.and_then(options)
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

/// What can be chosen, as one text.
fn options(state: &ActionState) -> Option<String> {
    let options: Vec<&str> = state.options.iter().map(|option| option.label.as_str()).collect();
    (!options.is_empty()).then(|| cut(&options.join(", ")).into_owned())
}

fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= TEXT_CHARS || text.chars().count() <= TEXT_CHARS {
        return Cow::Borrowed(text);
    }
    text.chars().take(TEXT_CHARS - 1).chain(['…']).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use notex_wire::{ActionStatus, SelectOption, Viewport};

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
        assert!(!since.reordered);
        let turned =
            told("one", vec![face("I1", "Fill Name"), face("B4", "Click Else"), face("B1", "Click Add")]);
        assert!(turned.since(&before).reordered);
    }

    #[test]
    fn nothing_is_told_of_a_page_that_is_as_it_was_told_and_anything_else_is() {
        let state = ActionState {
            checked: Some(false),
            value: Some("x".repeat(300)),
            options: vec![SelectOption { value: "1".into(), label: "One".into(), selected: true }],
            ..ActionState::default()
        };
        let action = Action {
            id: "I1".into(),
            description: "Fill Name".into(),
            category: String::new(),
            status: ActionStatus::Valid,
            params: Vec::new(),
            role: None,
            label: None,
            state: Some(state),
            selector: None,
            bounds: None,
        };
        let position = Position {
            title: "A".into(),
            url: "http://a.test/".into(),
            viewport: Viewport::default(),
            tabs: Vec::new(),
        };
        let before = told("one", vec![Face::of(&action)]);
        let holds = |document: &str, position: &Position, actions: &[Action]| {
            before.still_holds(("tab", document, position), actions.iter())
        };
        let other = |change: &dyn Fn(&mut Action)| {
            let mut action = action.clone();
            change(&mut action);
            action
        };
        let alone = std::slice::from_ref(&action);
        assert!(holds("one", &position, alone));
        assert!(!holds("two", &position, alone));
        assert!(!holds("one", &Position { title: "B".into(), ..position.clone() }, alone));
        assert!(!holds("one", &position, &[]));
        assert!(!holds("one", &position, &[action.clone(), action.clone()]));
        for changed in [
            other(&|action| action.description = "Fill Title".into()),
            other(&|action| action.id = "I2".into()),
            other(&|action| action.state.as_mut().unwrap().checked = Some(true)),
            other(&|action| action.state.as_mut().unwrap().value = Some("y".repeat(300))),
            other(&|action| action.state.as_mut().unwrap().expanded = Some(true)),
            other(&|action| action.state.as_mut().unwrap().options[0].label = "Two".into()),
        ] {
            assert!(!holds("one", &position, &[changed]));
        }
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
