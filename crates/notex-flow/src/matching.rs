//! How a recorded element is found among the actions of a page: by its ways in order, and where none of them finds it,
//! by its role and name.

use notex_wire::Action;

use crate::{Element, Matched, Selector, SelectorKind};

/// The action that a recorded element is now.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<'a> {
    /// It.
    pub action: &'a Action,
    /// By which way, and whether that is news.
    pub matched: Matched,
}

/// Finds a recorded element among the actions of a page. Costs nothing: nobody is asked.
///
/// # Errors
/// What was tried, each in a sentence without a full stop.
pub fn find<'a>(element: &Element, actions: &'a [Action]) -> Result<Found<'a>, Vec<String>> {
    let mut tried = Vec::new();
    for selector in &element.selectors {
        let found = actions.iter().find(|action| finds(selector, action));
        match found {
            Some(action) if is_another_role(element, action) => {
                let role = action.role.as_deref().unwrap_or_default();
                tried.push(format!("{} is a {role} now", words(selector)));
            }
            Some(action) => return Ok(found_by(Some(selector.clone()), action, tried)),
            None => tried.push(format!("{} matches nothing on the page", words(selector))),
        }
    }
    let named: Vec<&Action> = actions.iter().filter(|action| is_named_like(element, action)).collect();
    let in_group = || {
        let same = |action: &&&Action| element.group.as_deref() == Some(action.category.as_str());
        let mut same = named.iter().filter(same);
        same.next().filter(|_| same.next().is_none()).copied()
    };
    match named.as_slice() {
        [] => {}
        [action] => return Ok(found_by(None, action, tried)),
        several => match in_group() {
            Some(action) => return Ok(found_by(None, action, tried)),
            None => tried.push(format!("{} elements of the page have its name", several.len())),
        },
    }
    Err(tried)
}

fn found_by(by: Option<Selector>, action: &Action, tried: Vec<String>) -> Found<'_> {
    let healed = by.is_none() || !tried.is_empty();
    let selectors = if healed { Selector::all_of(action) } else { Vec::new() };
    let matched = Matched { by, description: action.description.clone(), healed, tried, selectors };
    Found { action, matched }
}

/// In words, for sentences: `test id [data-testid="send"]`.
pub fn words(selector: &Selector) -> String {
    format!("{} {}", selector.by.words(), selector.value)
}

fn finds(selector: &Selector, action: &Action) -> bool {
    let Some(ways) = &action.selector else { return false };
    let way = match selector.by {
        SelectorKind::TestId => ways.test_id.as_deref(),
        SelectorKind::RoleName => ways.role_name.as_deref(),
        SelectorKind::Id => ways.id.as_deref(),
        SelectorKind::Css => Some(ways.css.as_str()),
        SelectorKind::XPath => ways.xpath.as_deref(),
    };
    way == Some(selector.value.as_str())
}

/// A place on a page may have become the place of something else.
fn is_another_role(element: &Element, action: &Action) -> bool {
    matches!((&element.role, &action.role), (Some(was), Some(is)) if was != is)
}

fn is_named_like(element: &Element, action: &Action) -> bool {
    let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let same_name = match (&element.name, &action.label) {
        (Some(was), Some(is)) => !was.trim().is_empty() && folded(was) == folded(is),
        (_, _) => folded(&element.description) == folded(&action.description),
    };
    same_name && !is_another_role(element, action)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn action(id: &str, name: &str, test_id: Option<&str>, dom_id: Option<&str>) -> Action {
        let role_name = format!("button \"{name}\"");
        serde_json::from_value(json!({
            "id": id, "description": format!("Click {name}"), "category": "Main", "role": "button", "label": name,
            "selector": { "css": format!("main > {id}"), "role_name": role_name, "test_id": test_id, "id": dom_id },
        }))
        .unwrap()
    }

    #[test]
    fn an_element_is_found_by_its_best_way_and_by_the_others_in_order() {
        let recorded = Element::of(&action("B1", "Add", Some("[data-testid=\"add\"]"), Some("#add")));
        for (now, by, healed, tried) in [
            (action("B7", "Buy", Some("[data-testid=\"add\"]"), None), Some(SelectorKind::TestId), false, 0),
            (action("B7", "Add", None, Some("#other")), Some(SelectorKind::RoleName), true, 1),
            (action("B7", "Buy", None, Some("#add")), Some(SelectorKind::Id), true, 2),
            (action("B1", "Buy", None, None), Some(SelectorKind::Css), true, 3),
            (action("B7", "ADD ", None, None), None, true, 4),
        ] {
            let page = [action("B2", "Else", None, None), now.clone()];
            let found = find(&recorded, &page).unwrap();
            assert_eq!(found.action.id, now.id);
            assert_eq!(found.matched.by.as_ref().map(|selector| selector.by), by);
            assert_eq!((found.matched.healed, found.matched.tried.len()), (healed, tried));
            assert_eq!(found.matched.selectors.is_empty(), !healed);
        }
    }

    #[test]
    fn what_stands_in_its_place_and_is_something_else_is_not_taken_for_it() {
        let recorded = Element::of(&action("B1", "Add", None, Some("#add")));
        let mut link = action("B1", "Terms", None, Some("#add"));
        link.role = Some("link".to_owned());
        let tried = find(&recorded, &[link]).unwrap_err();
        assert!(tried.iter().any(|why| why == "id #add is a link now"), "{tried:?}");
    }

    #[test]
    fn of_several_with_its_name_the_one_in_its_group_is_taken_and_none_where_that_is_not_one() {
        let mut recorded = Element::of(&action("B1", "Remove", None, None));
        recorded.selectors.retain(|selector| selector.by == SelectorKind::Css);
        let in_group = |id: &str, group: &str| {
            let mut action = action(id, "Remove", None, None);
            action.category = group.to_owned();
            action
        };
        let page = [in_group("B4", "Cart"), in_group("B5", "Main"), in_group("B6", "Footer")];
        assert_eq!(find(&recorded, &page).unwrap().action.id, "B5");
        let tried = find(&recorded, &[in_group("B4", "Cart"), in_group("B6", "Footer")]).unwrap_err();
        assert_eq!(tried.last().unwrap(), "2 elements of the page have its name");
    }
}
