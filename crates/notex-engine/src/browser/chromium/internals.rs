//! Custom elements that say what they are by their internals, which scripts cannot read: the accessibility tree is asked
//! for them, and the walker is told as if it were written on them.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::frames::Frame;
use super::tab::ChromiumTab;
use crate::cdp::CdpError;

/// What the tree calls a state, and the attribute that would say so.
const STATES: [(&str, &str); 15] = [
    ("checked", "aria-checked"),
    ("disabled", "aria-disabled"),
    ("expanded", "aria-expanded"),
    ("hasPopup", "aria-haspopup"),
    ("invalid", "aria-invalid"),
    ("multiline", "aria-multiline"),
    ("multiselectable", "aria-multiselectable"),
    ("orientation", "aria-orientation"),
    ("pressed", "aria-pressed"),
    ("readonly", "aria-readonly"),
    ("required", "aria-required"),
    ("selected", "aria-selected"),
    ("valuemax", "aria-valuemax"),
    ("valuemin", "aria-valuemin"),
    ("valuetext", "aria-valuetext"),
];
/// Of these the tree says so of every element that could have it.
const SAID_ANYWAY: [&str; 6] = ["disabled", "hasPopup", "invalid", "multiline", "readonly", "required"];

#[derive(Deserialize)]
struct Tree {
    #[serde(default)]
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    #[serde(default)]
    ignored: bool,
    role: Option<Said>,
    name: Option<Said>,
    value: Option<Said>,
    #[serde(default)]
    properties: Vec<Property>,
}

#[derive(Deserialize)]
struct Said {
    value: Option<Value>,
}

#[derive(Deserialize)]
struct Property {
    name: String,
    value: Said,
}

impl ChromiumTab {
    /// Tells the walker what the elements that it has just handed out are; whether they were something else before.
    pub(super) async fn adopt_internals(
        &self,
        frame: &Frame,
        elements: &[Value],
        within: Duration,
    ) -> Result<bool, CdpError> {
        if elements.is_empty() {
            return Ok(false);
        }
        // The tree is built once for all of them, and not kept up afterwards.
        let enabled = frame.session.begin("Accessibility.enable", json!({}));
        let asked: Vec<_> = elements
            .iter()
            .map(|element| {
                let node = element.pointer("/value/backendNodeId").cloned().unwrap_or_default();
                let params = json!({"backendNodeId": node, "fetchRelatives": false});
                frame.session.begin("Accessibility.getPartialAXTree", params)
            })
            .collect();
        let disabled = frame.session.begin("Accessibility.disable", json!({}));
        let mut said = Vec::new();
        for call in asked {
            let tree = self.unless_lost(async { Ok(call.answer(within).await) }).await?;
            let tree = tree.ok().and_then(|answer| serde_json::from_str::<Tree>(answer.get()).ok());
            said.push(tree.and_then(|tree| tree.nodes.into_iter().next()).and_then(Node::written));
        }
        for call in [enabled, disabled] {
            drop(self.unless_lost(call.answer(within)).await);
        }
        let question = format!("adoptInternals(...{})", Value::from(said));
        Ok(self.try_to_ask::<u64>(frame, &question, within).await? > 0)
    }

    /// The same of one element that is about to be operated.
    pub(super) async fn adopt_internals_of(&self, frame: &Frame, wanted: &str) -> Result<bool, CdpError> {
        let within = self.setup.patience.answer;
        let elements = self.nodes_of(frame, &format!("takeShy({wanted})"), within).await?;
        self.adopt_internals(frame, &elements, within).await
    }
}

impl Node {
    /// As it would be written on the element; nothing where the tree knows no role of it.
    fn written(self) -> Option<Value> {
        let text = |said: Option<Said>| said.and_then(|said| said.value).map(|value| plain(&value));
        let role = text(self.role).filter(|role| !self.ignored && role != "generic" && role != "none")?;
        let mut all = Map::new();
        all.insert(String::from("role"), json!(role));
        if let Some(name) = text(self.name).filter(|name| !name.is_empty()) {
            all.insert(String::from("aria-label"), json!(name));
        }
        if let Some(value) = text(self.value) {
            all.insert(String::from("aria-valuenow"), json!(value));
        }
        for Property { name, value } in self.properties {
            let known = STATES.iter().find(|(state, _)| *state == name);
            let (Some((_, attribute)), Some(value)) = (known, value.value.as_ref().map(plain)) else {
                continue;
            };
            if !(value == "false" && SAID_ANYWAY.contains(&name.as_str())) {
                all.insert((*attribute).to_owned(), json!(value));
            }
        }
        Some(Value::Object(all))
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
