//! Observing and scraping.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ActionType, NodeSelectors};
use crate::{
    ActionBox, ActionParam, ActionState, Extract, ImageData, LinkData, PageCategory, PageFacts, Reading,
    SelectOption, Structured, Tab, Usage,
};

/// What stands for the value of an action that has not been given one.
pub const SAMPLE_VALUE: &str = "<sample_value>";

/// The body of an observe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ObserveRequest {
    /// As in the classic contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub min_nb_actions: Option<i64>,
    /// List at most so many actions. Default 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub max_nb_actions: Option<i64>,
    /// `fast`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub perception_type: Option<String>,
    /// Words for a language model, without which this server observes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
}

/// The body of a scrape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScrapeRequest {
    /// CSS: only what is inside the first element that it matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// Keep links. Default true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scrape_links: Option<bool>,
    /// List the images. Default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scrape_images: Option<bool>,
    /// Elements with these tags are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignored_tags: Option<Vec<String>>,
    /// Only the main content, without menus and banners. Default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_main_content: Option<bool>,
    /// Ours: keep what readers wrote below the main content. Default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scrape_comments: Option<bool>,
    /// Ours: tell what the page says about itself. Default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scrape_metadata: Option<bool>,
    /// Ours: list the links. Default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_links: Option<bool>,
    /// Ours: what to pick as data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extract: Option<Extract>,
    /// Short names in place of addresses, for a language model; this server leaves them as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_link_placeholders: Option<bool>,
    /// What is wanted as data, in words for the language model, when one is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// The JSON Schema that the data has to fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_format: Option<Value>,
    /// Which language model: the one that is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DataSpace {
    /// The content as markdown; of a script, its value.
    pub markdown: String,
    /// Ours: the images, when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<ImageData>>,
    /// Ours: how it was read; of a script, null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
    /// What was picked, when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structured: Option<Structured>,
    /// Ours: what the page says about itself, when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<PageFacts>,
    /// Ours: the links, when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<Vec<LinkData>>,
    /// Ours: what the call cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// A page as it was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Observation {
    /// When the server began to look.
    pub started_at: DateTime<Utc>,
    /// When it had looked.
    pub ended_at: DateTime<Utc>,
    /// Where the page is.
    pub metadata: Metadata,
    /// A picture of the viewport.
    pub screenshot: Screenshot,
    /// What can be done on it.
    pub space: Space,
    /// What its controls hold, by action id; those without a state are left out.
    pub element_states: BTreeMap<String, ElementState>,
    /// Changes when the address, an action or a state does.
    pub fingerprint: String,
    /// Ours: what the call cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// Where a page is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Metadata {
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
    /// What part of it is seen.
    pub viewport: PixelViewport,
    /// All tabs of the session, in the order they were opened.
    pub tabs: Vec<Tab>,
    /// When it was read.
    pub timestamp: DateTime<Utc>,
}

/// What part of a page is seen, in whole CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "as in `crate::Viewport`")]
pub struct PixelViewport {
    pub scroll_x: i64,
    pub scroll_y: i64,
    pub viewport_width: i64,
    pub viewport_height: i64,
    pub total_width: i64,
    pub total_height: i64,
}

/// A picture of the viewport.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Screenshot {
    /// A JPEG, base64 text.
    pub raw: String,
    /// Where the actions are in it.
    pub bboxes: Vec<BoundingBox>,
}

/// Where an action is: its element's place is `x` plus `iframe_offset_x`, and the same for `y`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "as in `crate::ActionBox` and `crate::Viewport`")]
pub struct BoundingBox {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    pub scroll_x: f64,
    pub scroll_y: f64,
    pub viewport_width: f64,
    pub viewport_height: f64,
    pub iframe_offset_x: f64,
    pub iframe_offset_y: f64,
    pub notte_id: String,
}

/// What can be done on a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Space {
    /// The page in a sentence.
    pub description: String,
    /// What can be done to its elements.
    pub interaction_actions: Vec<InteractionAction>,
    /// What kind of page it is.
    pub category: Option<PageCategory>,
    /// Ours: how many actions the page has when `max_nb_actions` cut the list.
    pub total_actions: u64,
    /// Ours: why the page could not be read whole, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<String>,
}

/// Something that can be done to an element; comes back whole when it is executed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InteractionAction {
    /// `click`, `fill`, `select_dropdown_option` or `upload_file`.
    #[serde(rename = "type")]
    pub kind: ActionType,
    /// `L1` link, `B1` button or checkbox, `I1` input or select.
    pub id: String,
    /// The group it belongs to; never empty.
    pub category: String,
    /// A sentence a person would use; never empty.
    pub description: String,
    /// Ways to find it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<NodeSelectors>,
    /// Its accessible name.
    #[serde(default)]
    pub text_label: Option<String>,
    /// The same.
    #[serde(default)]
    pub accessible_name: Option<String>,
    /// [`SAMPLE_VALUE`], for a fill or a select.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// [`SAMPLE_VALUE`], for an upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_path: Option<String>,
    /// Ours: its role as the accessibility tree names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Ours: what it wants to be told, as in the classic contract.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<ActionParam>,
    /// Ours: its state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ActionState>,
    /// Ours: where it is.
    #[serde(default, rename = "box", skip_serializing_if = "Option::is_none")]
    pub bounds: Option<ActionBox>,
}

/// What a control holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ElementState {
    /// Of an input or select; never that of a password field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Of a checkbox, switch or radio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<bool>,
    /// Of a disclosure or menu.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expanded: Option<bool>,
    /// Of a select.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<SelectOption>>,
}
