//! What a page offers, in the shapes of the current contract.

use chrono::{DateTime, Utc};
use notex_wire::current::{
    ActionType, BoundingBox, ElementState, InteractionAction, Metadata, NodeSelectors, Observation,
    PixelViewport, SAMPLE_VALUE, Screenshot, Space,
};
use notex_wire::{Action, ActionSelectors, ActionState, ParamKind, Usage, Viewport};
use sha2::{Digest, Sha256};

use crate::browser::Observed;

/// As many digits as the SDK's own fingerprints have.
const FINGERPRINT_DIGITS: usize = 24;

/// What was observed, with its picture as base64 text.
pub(super) fn observation(
    observed: Observed,
    screenshot: String,
    (started_at, ended_at): (DateTime<Utc>, DateTime<Utc>),
    usage: Usage,
) -> Observation {
    let Observed { position, description, category, actions, total_actions, partial, since: _ } = observed;
    let fingerprint = fingerprint(&position.url, &actions);
    let bboxes = actions.iter().filter_map(|action| bounding_box(action, position.viewport)).collect();
    let element_states =
        actions.iter().filter_map(|action| Some((action.id.clone(), state(action)?))).collect();
    Observation {
        started_at,
        ended_at,
        metadata: Metadata {
            title: position.title,
            url: position.url,
            viewport: in_pixels(position.viewport),
            tabs: position.tabs,
            timestamp: ended_at,
        },
        screenshot: Screenshot { raw: screenshot, bboxes },
        space: Space {
            description,
            interaction_actions: actions.into_iter().map(interaction).collect(),
            category: Some(category),
            total_actions: total_actions as u64,
            partial,
        },
        element_states,
        fingerprint,
        usage: Some(usage),
    }
}

fn interaction(action: Action) -> InteractionAction {
    let kind = kind(&action);
    let said = |text: String, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text };
    let sample = |wanted: bool| wanted.then(|| SAMPLE_VALUE.to_owned());
    InteractionAction {
        value: sample(matches!(kind, ActionType::Fill | ActionType::SelectDropdownOption)),
        file_path: sample(kind == ActionType::UploadFile),
        kind,
        category: said(action.category, "Interaction Actions"),
        description: said(action.description, &action.id),
        id: action.id,
        selector: action.selector.map(selectors),
        params: action.params,
        text_label: action.label.clone(),
        accessible_name: action.label,
        role: action.role,
        state: action.state,
        bounds: action.bounds,
    }
}

/// The first letter of an id says what kind of element it is; what an input wants to be told says the rest.
fn kind(action: &Action) -> ActionType {
    if !action.id.starts_with('I') {
        return ActionType::Click;
    }
    if action.params.iter().any(|param| param.kind == ParamKind::File) {
        return ActionType::UploadFile;
    }
    let chosen_from = |state: &ActionState| !state.options.is_empty();
    if action.state.as_ref().is_some_and(chosen_from)
        || action.params.iter().any(|param| !param.values.is_empty())
    {
        ActionType::SelectDropdownOption
    } else {
        ActionType::Fill
    }
}

fn selectors(selectors: ActionSelectors) -> NodeSelectors {
    NodeSelectors {
        playwright_selector: (!selectors.css.contains(" >>> ")).then(|| format!("css={}", selectors.css)),
        css_selector: Some(selectors.css),
        xpath_selector: Some(selectors.xpath.unwrap_or_default()),
        notte_selector: Some(String::new()),
        in_iframe: Some(false),
        in_shadow_root: Some(false),
        iframe_parent_css_selectors: Some(Vec::new()),
    }
}

fn state(action: &Action) -> Option<ElementState> {
    let state = action.state.as_ref()?;
    let state = ElementState {
        value: state.value.clone(),
        checked: state.checked,
        expanded: state.expanded,
        options: (!state.options.is_empty()).then(|| state.options.clone()),
    };
    (state != ElementState::default()).then_some(state)
}

fn bounding_box(action: &Action, viewport: Viewport) -> Option<BoundingBox> {
    let bounds = action.bounds?;
    Some(BoundingBox {
        // The client adds the offsets of the frame again.
        x: bounds.x - bounds.iframe_offset_x,
        y: bounds.y - bounds.iframe_offset_y,
        width: bounds.width,
        height: bounds.height,
        scroll_x: viewport.scroll_x,
        scroll_y: viewport.scroll_y,
        viewport_width: viewport.viewport_width,
        viewport_height: viewport.viewport_height,
        iframe_offset_x: bounds.iframe_offset_x,
        iframe_offset_y: bounds.iframe_offset_y,
        notte_id: action.id.clone(),
    })
}

fn in_pixels(viewport: Viewport) -> PixelViewport {
    PixelViewport {
        scroll_x: pixels(viewport.scroll_x),
        scroll_y: pixels(viewport.scroll_y),
        viewport_width: pixels(viewport.viewport_width),
        viewport_height: pixels(viewport.viewport_height),
        total_width: pixels(viewport.total_width),
        total_height: pixels(viewport.total_height),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "whole pixels are what is meant, and a cast of floats saturates"
)]
fn pixels(length: f64) -> i64 {
    length.round() as i64
}

/// The same for the same address, ids, labels and states; where elements are does not count.
fn fingerprint(url: &str, actions: &[Action]) -> String {
    let told: Vec<_> = actions
        .iter()
        .map(|action| (&action.id, &action.description, &action.label, &action.state))
        .collect();
    // Debug text is injective enough for a fingerprint, and cannot fail.
    let digest = Sha256::digest(format!("{url:?}{told:?}").as_bytes());
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.chars().take(FINGERPRINT_DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use notex_wire::{ActionBox, ActionParam, ActionStatus, SelectOption};

    use super::*;

    fn action(id: &str, kind: ParamKind) -> Action {
        let params = vec![ActionParam { name: "value".into(), kind, ..ActionParam::default() }];
        Action {
            id: id.into(),
            description: format!("Use {id}"),
            category: "Form".into(),
            status: ActionStatus::Valid,
            params: if id.starts_with('I') { params } else { Vec::new() },
            role: None,
            label: Some("City".into()),
            state: None,
            selector: None,
            bounds: None,
        }
    }

    #[test]
    fn an_action_has_the_type_that_its_element_suggests() {
        let mut select = action("I3", ParamKind::String);
        let option = SelectOption { value: "de".into(), label: "Germany".into(), selected: true };
        select.state = Some(ActionState { options: vec![option], ..ActionState::default() });
        for (action, kind, value, file) in [
            (action("L1", ParamKind::String), ActionType::Click, false, false),
            (action("B1", ParamKind::String), ActionType::Click, false, false),
            (action("I1", ParamKind::String), ActionType::Fill, true, false),
            (action("I2", ParamKind::File), ActionType::UploadFile, false, true),
            (select, ActionType::SelectDropdownOption, true, false),
        ] {
            let made = interaction(action);
            assert_eq!((made.kind, made.value.is_some(), made.file_path.is_some()), (kind, value, file));
        }
    }

    #[test]
    fn a_fingerprint_changes_with_a_state_and_not_with_a_place() {
        let plain = action("I1", ParamKind::String);
        let mut moved = plain.clone();
        moved.bounds = Some(ActionBox { x: 7.0, ..ActionBox::default() });
        let mut filled = plain.clone();
        filled.state = Some(ActionState { value: Some("Berlin".into()), ..ActionState::default() });
        let of = |action: Action| fingerprint("https://example.com/", &[action]);
        assert_eq!(of(plain.clone()), of(moved));
        assert_ne!(of(plain.clone()), of(filled));
        assert_ne!(of(plain.clone()), fingerprint("https://example.com/2", &[plain]));
    }

    #[test]
    fn a_box_in_a_frame_is_not_moved_twice() {
        let mut framed = action("B1", ParamKind::String);
        framed.bounds = Some(ActionBox { x: 30.0, iframe_offset_x: 10.0, ..ActionBox::default() });
        let made = bounding_box(&framed, Viewport::default()).unwrap();
        assert!((made.x + made.iframe_offset_x - 30.0).abs() < f64::EPSILON);
    }
}
