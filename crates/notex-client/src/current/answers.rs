//! Answers of the current contract in the shapes of the classic one. Lenient: the published models leave much open.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use notex_session::EndReason;
use notex_wire::{
    Action, ActionBox, ActionParam, ActionSelectors, ActionSpace, ActionState, ActionStatus, ImageData,
    PageCategory, PageData, PageMetadata, ParamKind, SelectOption, SpecialAction, SpecialActionId, Tab,
    Usage, Viewport,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A page as it was seen.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) metadata: PageMetadata,
    pub(super) screenshot: Option<String>,
    pub(super) space: ActionSpace,
    /// The type of each action, by id.
    pub(super) kinds: HashMap<String, String>,
}

#[derive(Deserialize)]
struct Observation {
    metadata: Metadata,
    #[serde(default)]
    screenshot: Value,
    space: Space,
    #[serde(default)]
    element_states: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Metadata {
    title: String,
    url: String,
    #[serde(default)]
    viewport: Value,
    #[serde(default)]
    tabs: Value,
    #[serde(default)]
    timestamp: Value,
}

#[derive(Deserialize)]
struct Space {
    #[serde(default)]
    description: String,
    interaction_actions: Vec<Interaction>,
    #[serde(default)]
    category: Value,
    #[serde(default)]
    total_actions: Option<u64>,
    #[serde(default)]
    partial: Option<String>,
}

#[derive(Deserialize)]
struct Interaction {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    text_label: Option<String>,
    #[serde(default)]
    accessible_name: Option<String>,
    #[serde(default)]
    selector: Value,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    params: Value,
    #[serde(default)]
    state: Value,
    #[serde(default, rename = "box")]
    bounds: Value,
}

pub(super) fn observation(value: Value) -> Result<Observed, String> {
    let Observation { metadata, screenshot, space, element_states } =
        serde_json::from_value(value).map_err(|why| format!("an observation: {why}"))?;
    let boxes = boxes(&screenshot);
    let kinds =
        space.interaction_actions.iter().map(|action| (action.id.clone(), action.kind.clone())).collect();
    let actions = space
        .interaction_actions
        .into_iter()
        .map(|action| {
            let state = element_states.get(&action.id);
            let bounds = boxes.get(&action.id).copied();
            as_action(action, state, bounds)
        })
        .collect();
    let timestamp = metadata.timestamp.as_str().and_then(instant);
    Ok(Observed {
        metadata: PageMetadata {
            title: metadata.title,
            url: metadata.url,
            timestamp,
            viewport: read::<Viewport>(metadata.viewport),
            tabs: read::<Vec<Tab>>(metadata.tabs).unwrap_or_default(),
        },
        screenshot: picture(screenshot),
        space: ActionSpace {
            description: space.description,
            actions,
            special_actions: special_actions(),
            markdown: None,
            category: match space.category {
                Value::Null => None,
                word => Some(read(word).unwrap_or(PageCategory::Other)),
            },
            total_actions: space.total_actions,
            partial: space.partial,
        },
        kinds,
    })
}

/// A picture is text, or an object around it.
fn picture(screenshot: Value) -> Option<String> {
    let text = match screenshot {
        Value::String(text) => text,
        Value::Object(mut object) => match object.remove("raw")? {
            Value::String(text) => text,
            _ => return None,
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Where the actions are in the picture, by id.
fn boxes(screenshot: &Value) -> HashMap<String, ActionBox> {
    let all = screenshot.get("bboxes").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|found| {
        let number = |name: &str| found.get(name).and_then(Value::as_f64);
        let (left, top) =
            (number("iframe_offset_x").unwrap_or(0.0), number("iframe_offset_y").unwrap_or(0.0));
        let bounds = ActionBox {
            x: number("x")? + left,
            y: number("y")? + top,
            width: number("width")?,
            height: number("height")?,
            iframe_offset_x: left,
            iframe_offset_y: top,
            // This contract does not tell.
            out_of_view: false,
        };
        Some((found.get("notte_id")?.as_str()?.to_owned(), bounds))
    })
    .collect()
}

fn as_action(action: Interaction, state: Option<&Value>, bounds: Option<ActionBox>) -> Action {
    let label = action.accessible_name.or(action.text_label).filter(|label| !label.trim().is_empty());
    let state = read::<ActionState>(action.state).or_else(|| state.map(as_state));
    let description = action.description.filter(|words| !words.trim().is_empty());
    Action {
        description: description
            .or_else(|| label.clone())
            .unwrap_or_else(|| format!("{} {}", action.kind, action.id)),
        category: action.category.unwrap_or_default(),
        status: ActionStatus::Valid,
        params: read::<Vec<ActionParam>>(action.params)
            .unwrap_or_else(|| params(&action.kind, state.as_ref())),
        role: action.role,
        label,
        state,
        selector: selectors(&action.selector),
        bounds: read::<ActionBox>(action.bounds).or(bounds),
        id: action.id,
    }
}

/// What an action of this type wants to be told.
fn params(kind: &str, state: Option<&ActionState>) -> Vec<ActionParam> {
    let param = |name: &str, kind: ParamKind, values: Vec<String>| ActionParam {
        name: name.to_owned(),
        kind,
        values,
        ..ActionParam::default()
    };
    match kind {
        "fill" | "multi_factor_fill" | "fallback_fill" => vec![param("value", ParamKind::String, Vec::new())],
        "select_dropdown_option" => {
            let options =
                state.map(|state| state.options.iter().map(|option| option.label.clone()).collect());
            vec![param("value", ParamKind::String, options.unwrap_or_default())]
        }
        "check" => vec![param("value", ParamKind::Boolean, vec!["true".to_owned(), "false".to_owned()])],
        "upload_file" => vec![param("value", ParamKind::File, Vec::new())],
        _ => Vec::new(),
    }
}

fn as_state(value: &Value) -> ActionState {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let flag = |name: &str| value.get(name).and_then(Value::as_bool);
    let options = value.get("options").and_then(Value::as_array).into_iter().flatten();
    ActionState {
        checked: flag("checked"),
        expanded: flag("expanded"),
        value: text("value"),
        required: flag("required").unwrap_or(false),
        mixed: flag("mixed").unwrap_or(false),
        selected: flag("selected"),
        pressed: flag("pressed"),
        invalid: flag("invalid").unwrap_or(false),
        readonly: flag("readonly").unwrap_or(false),
        options: options.filter_map(option).collect(),
    }
}

/// An option is an object, or its label alone.
fn option(value: &Value) -> Option<SelectOption> {
    match value {
        Value::String(label) => {
            Some(SelectOption { value: label.clone(), label: label.clone(), selected: false })
        }
        other => read(other.clone()),
    }
}

fn selectors(value: &Value) -> Option<ActionSelectors> {
    if let Some(text) = value.as_str() {
        let css = text.strip_prefix("css=").unwrap_or(text).to_owned();
        return Some(ActionSelectors { css, ..ActionSelectors::default() });
    }
    let text = |name: &str| {
        value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let (css, xpath) = (text("css_selector"), text("xpath_selector"));
    (css.is_some() || xpath.is_some()).then(|| ActionSelectors {
        css: css.unwrap_or_default(),
        xpath,
        ..ActionSelectors::default()
    })
}

fn special_actions() -> Vec<SpecialAction> {
    let action = |id, description: &str, param: Option<(&str, ParamKind, Option<&str>)>| SpecialAction {
        id,
        description: description.to_owned(),
        category: "Special Browser Actions".to_owned(),
        params: param
            .map(|(name, kind, default)| ActionParam {
                name: name.to_owned(),
                kind,
                default: default.map(str::to_owned),
                ..ActionParam::default()
            })
            .into_iter()
            .collect(),
    };
    vec![
        action(SpecialActionId::S1, "Go to an address", Some(("url", ParamKind::Url, None))),
        action(SpecialActionId::S2, "Scrape the page", None),
        action(SpecialActionId::S3, "Take a screenshot of the page", None),
        action(SpecialActionId::S4, "Go back", None),
        action(SpecialActionId::S5, "Go forward", None),
        action(SpecialActionId::S6, "Refresh the page", None),
        action(SpecialActionId::S7, "Wait", Some(("time_ms", ParamKind::Number, Some("1000")))),
        action(SpecialActionId::S8, "Close the session", None),
    ]
}

/// What a scrape read.
pub(super) fn data(value: Value) -> Result<PageData, String> {
    let markdown = value.get("markdown").and_then(Value::as_str).map(str::to_owned);
    let markdown = markdown.ok_or_else(|| "a scrape without markdown".to_owned())?;
    let images = value.get("images").and_then(Value::as_array).map(|images| {
        let image = |(place, image): (usize, &Value)| {
            let mut image = image.clone();
            if let Some(fields) = image.as_object_mut() {
                fields.entry("id").or_insert_with(|| format!("F{}", place + 1).into());
            }
            read::<ImageData>(image)
        };
        images.iter().enumerate().filter_map(image).collect()
    });
    let structured = value.get("structured").filter(|read| read.get("success") == Some(&Value::Bool(true)));
    let structured = structured.and_then(|read| read.get("data")).map(|data| vec![data.clone()]);
    let ours = |name: &str| value.get(name).cloned();
    let reading = ours("reading").and_then(read);
    let (metadata, links) = (ours("metadata").and_then(read), ours("links").and_then(read));
    Ok(PageData { markdown: Some(markdown), images, structured, reading, metadata, links })
}

/// Why an action was not done: a word for programs and a sentence.
pub(super) fn failure(result: &Value, action: &Value) -> Option<(&'static str, String)> {
    if result.get("success").and_then(Value::as_bool).unwrap_or(true) {
        return None;
    }
    let detail = result.get("exception_detail");
    let sentence = text(detail.and_then(|detail| detail.get("user_message")))
        .or_else(|| text(result.get("exception")))
        .or_else(|| text(result.get("message")))
        .unwrap_or("the action was not done");
    let kind = text(detail.and_then(|detail| detail.get("error_type")));
    let code = match (kind, action.get("type").and_then(Value::as_str)) {
        (_, Some("goto")) => "page_unreachable",
        (Some("InvalidActionError"), _) => "unknown_action",
        (_, _) => "action_not_operable",
    };
    Some((code, sentence.chars().take(500).collect()))
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

/// What a call cost, when the server says.
pub(super) fn usage(answer: &Value) -> Option<Usage> {
    read(answer.get("usage")?.clone())
}

/// A session in the shape of the classic contract.
pub(crate) fn in_our_words(mut value: Value) -> Value {
    let Some(session) = value.as_object_mut() else { return value };
    let minutes = ["idle_timeout_minutes", "timeout_minutes"]
        .into_iter()
        .find_map(|name| session.get(name).filter(|minutes| minutes.is_u64()).cloned());
    if let Some(minutes) = minutes {
        session.insert("timeout_minutes".to_owned(), minutes.clone());
        session.insert("idle_timeout_minutes".to_owned(), minutes);
    }
    let times = ["created_at", "last_accessed_at", "closed_at"].map(|name| {
        let at = session.get(name).and_then(Value::as_str).and_then(instant);
        if let Some(at) = at {
            session.insert(name.to_owned(), json!(at));
        }
        at
    });
    if session.get("status") == Some(&json!("authenticating")) {
        session.insert("status".to_owned(), json!("active"));
    }
    let [created_at, last_accessed_at, closed_at] = times;
    if session.get("duration").and_then(Value::as_f64).is_none() {
        let lived = created_at.zip(closed_at.or(last_accessed_at)).map(|(from, to)| to - from);
        let seconds = lived.and_then(|lived| lived.to_std().ok()).map_or(0.0, |lived| lived.as_secs_f64());
        session.insert("duration".to_owned(), json!(seconds));
    }
    let reason = session.get("close_reason").cloned().and_then(read::<EndReason>);
    session.insert("close_reason".to_owned(), json!(reason));
    let proxied = match session.get("proxies") {
        Some(Value::Bool(proxied)) => *proxied,
        Some(Value::Array(proxies)) => !proxies.is_empty(),
        Some(Value::Null) | None => false,
        Some(_) => true,
    };
    session.insert("proxies".to_owned(), json!(proxied));
    for name in ["network_request_bytes", "network_response_bytes"] {
        if session.get(name).is_some_and(Value::is_null) {
            session.remove(name);
        }
    }
    value
}

/// The same with the deadline that follows from what it says: in the current contract nothing is kept alive.
pub(crate) fn with_deadline(mut value: Value) -> Value {
    let Some(session) = value.as_object_mut() else { return value };
    let at = |name: &str| session.get(name).and_then(Value::as_str).and_then(instant);
    let (created_at, last_accessed_at) = (at("created_at"), at("last_accessed_at"));
    // Only ours tell whether they are kept alive; those have told the deadline, too.
    if session.get("keep_alive").is_some_and(Value::is_boolean) {
        return value;
    }
    let minutes = |name: &str| session.get(name).and_then(Value::as_i64).map(TimeDelta::minutes);
    let idle = last_accessed_at.zip(minutes("timeout_minutes")).map(|(at, span)| at + span);
    let longest = created_at.zip(minutes("max_duration_minutes")).map(|(at, span)| at + span);
    let is_active = session.get("status") == Some(&json!("active"));
    let deadline = idle.into_iter().chain(longest).min().filter(|_| is_active);
    session.insert("keep_alive".to_owned(), json!(false));
    session.insert("expires_at".to_owned(), json!(deadline));
    value
}

/// An instant with its zone; one without is UTC.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    zoned.or_else(|| text.parse::<NaiveDateTime>().ok().map(|at| at.and_utc()))
}

fn read<T: DeserializeOwned>(value: Value) -> Option<T> {
    serde_json::from_value(value).ok()
}

#[cfg(test)]
mod tests {
    use notex_wire::{ReadScope, SessionAnswer, SessionStatus};

    use super::*;

    #[test]
    fn a_session_of_the_published_model_is_read_with_its_deadline() {
        let answer = json!({"session_id": "s", "idle_timeout_minutes": 3, "max_duration_minutes": 15,
            "created_at": "2026-11-22T10:00:00", "last_accessed_at": "2026-11-22T10:13:00", "duration": "PT1M",
            "status": "authenticating", "close_reason": "unknown", "steps": [], "proxies": [{"type": "notte"}],
            "network_request_bytes": null});
        let session: SessionAnswer = serde_json::from_value(with_deadline(in_our_words(answer))).unwrap();
        assert_eq!((session.timeout_minutes, session.status), (3, SessionStatus::Active));
        // The longest life comes before three idle minutes.
        assert_eq!(session.expires_at.unwrap().to_rfc3339(), "2026-11-22T10:15:00+00:00");
        assert!((session.duration - 780.0).abs() < 0.001);
        assert!(session.options.proxies && session.close_reason.is_none());
        assert_eq!(session.keep_alive, Some(false));
    }

    #[test]
    fn an_observation_of_the_published_model_becomes_actions_with_params_selectors_and_boxes() {
        let seen = observation(json!({
            "started_at": "2026-11-22T10:00:00Z", "ended_at": "2026-11-22T10:00:01Z",
            "metadata": {"title": "Shop", "url": "http://shop.local/", "tabs": [{"tab_id": 0, "title": "Shop", "url": "http://shop.local/"}],
                "viewport": {"scroll_x": 0, "scroll_y": 10, "viewport_width": 1280, "viewport_height": 720, "total_width": 1280, "total_height": 900}},
            "screenshot": {"raw": "QUJD", "bboxes": [{"x": 5, "y": 6, "width": 7, "height": 8, "scroll_x": 0, "scroll_y": 0,
                "viewport_width": 1280, "viewport_height": 720, "notte_id": "I1", "iframe_offset_x": 100, "iframe_offset_y": 0}]},
            "space": {"description": "A shop", "category": "overlay", "interaction_actions": [
                {"type": "fill", "id": "I1", "category": "Search", "description": "Fill the search field", "value": "<sample_value>",
                    "selector": {"css_selector": "#q", "xpath_selector": "//input", "playwright_selector": null}},
                {"type": "select_dropdown_option", "id": "I2", "category": "Search", "description": "", "text_label": "Colour", "selector": "css=#c"},
                {"type": "click", "id": "B1"}]},
            "element_states": {"I2": {"value": "g", "options": ["Green", {"value": "r", "label": "Red", "selected": true}]}}
        }))
        .unwrap();
        let [search, colour, button] = seen.space.actions.as_slice() else { panic!("{:?}", seen.space) };
        assert_eq!(search.params[0].name, "value");
        assert_eq!(search.selector.as_ref().unwrap().xpath.as_deref(), Some("//input"));
        assert!((search.bounds.unwrap().x - 105.0).abs() < 0.01);
        assert_eq!(
            (colour.description.as_str(), colour.selector.as_ref().unwrap().css.as_str()),
            ("Colour", "#c")
        );
        assert_eq!(colour.params[0].values, ["Green", "Red"]);
        assert_eq!((button.description.as_str(), button.params.len()), ("click B1", 0));
        assert_eq!(seen.screenshot.as_deref(), Some("QUJD"));
        assert_eq!(seen.space.category, Some(PageCategory::Other));
        assert_eq!(
            (seen.kinds["I2"].as_str(), seen.space.special_actions.len()),
            ("select_dropdown_option", 8)
        );
        assert_eq!(seen.metadata.tabs.len(), 1);
    }

    #[test]
    fn a_scrape_tells_how_the_page_was_read_where_the_server_does() {
        let plain = data(json!({"markdown": "# Shop", "structured": null})).unwrap();
        assert_eq!((plain.markdown.as_deref(), plain.reading), (Some("# Shop"), None));
        let told = json!({"markdown": "", "reading": {"scope": "whole_page", "notes": ["no main content was found"]}});
        let reading = data(told).unwrap().reading.unwrap();
        assert_eq!((reading.scope, reading.notes.len()), (ReadScope::WholePage, 1));
    }

    #[test]
    fn what_went_wrong_is_told_in_the_servers_own_sentence() {
        let result = json!({"success": false, "message": "m", "exception": "e",
            "exception_detail": {"error_type": "InvalidActionError", "user_message": "there is no B9"}});
        let told = failure(&result, &json!({"type": "click", "id": "B9"}));
        assert_eq!(told, Some(("unknown_action", "there is no B9".to_owned())));
        let unreachable = json!({"success": false, "message": "the host was not found", "exception": null});
        assert_eq!(failure(&unreachable, &json!({"type": "goto"})).unwrap().0, "page_unreachable");
        assert_eq!(failure(&json!({"success": true}), &json!({})), None);
    }
}
