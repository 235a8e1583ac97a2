//! How a page was read, and what was found on it besides its text.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// How a page was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Reading {
    /// What the markdown holds.
    pub scope: ReadScope,
    /// By what the main content was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_by: Option<FoundBy>,
    /// What the caller should know: that no main content was found, or that something was left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Bytes of markdown that were left out because it is too long.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[ts(type = "number")]
    pub cut_bytes: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(bytes: &u64) -> bool {
    *bytes == 0
}

/// What of a page was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReadScope {
    /// The main content.
    MainContent,
    /// Everything that can be seen: it was asked for, or there is no main content.
    #[default]
    WholePage,
    /// What the selector matched.
    Selector,
}

/// By what the main content was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// A landmark or a name that says so: `main`, `article`, `entry-content`.
    Landmark,
    /// The article that Readability finds.
    Readability,
    /// Where the page says most.
    Density,
}

/// A link of what was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct LinkData {
    /// Its absolute address.
    pub url: String,
    /// Its words, or those of its picture.
    pub text: String,
    /// Whether it stays on the site.
    pub internal: bool,
}

/// What a page says about itself; what it does not say is null or empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct PageFacts {
    pub title: Option<String>,
    pub byline: Option<String>,
    pub site_name: Option<String>,
    /// As the page writes it, mostly ISO 8601.
    pub published: Option<String>,
    pub modified: Option<String>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    pub description: Option<String>,
    pub canonical: Option<String>,
    pub image: Option<String>,
    /// The next page of a list that has several.
    pub next: Option<String>,
    pub previous: Option<String>,
    /// OpenGraph by its names without `og:`.
    pub open_graph: BTreeMap<String, String>,
    /// The objects of JSON-LD, those of graphs one by one.
    #[ts(type = "unknown[]")]
    pub json_ld: Vec<Value>,
    /// The items of microdata.
    #[ts(type = "unknown[]")]
    pub microdata: Vec<Value>,
}

/// What to pick from a page as data, without a language model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Extract {
    /// Fields by name. `response_format` says what types they have.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Field>,
    /// Find tables and repeated items: `data.auto`.
    pub auto: bool,
    /// The JSON-LD, microdata and OpenGraph of the page: `data.embedded`.
    pub embedded: bool,
}

/// A field: a selector, or more than that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(untagged)]
pub enum Field {
    /// The text of the first element that a selector matches.
    Selector(String),
    /// More than that.
    Spec(FieldSpec),
}

/// Where a field is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct FieldSpec {
    /// CSS, or XPath when it begins with `xpath=`, `/` or `./`; empty means the element that the fields are in.
    pub selector: String,
    /// `href`, `src`, any attribute, or `html`; without it, the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// All that the selector matches.
    #[serde(default)]
    pub list: bool,
    /// Fields inside of the element.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Field>,
}

/// The field that an element may be: a guess by its names, and by the values of its like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FieldGuess {
    /// What it may be called.
    pub name: String,
    /// What kind of value it holds.
    pub kind: FieldKind,
    /// The attribute that holds the value; null where its text does.
    #[serde(default)]
    pub attribute: Option<String>,
}

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum FieldKind {
    Text,
    Number,
    Price,
    Date,
    Url,
    Image,
}

/// An item that a page repeats: a card, a row, a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ItemGuess {
    /// CSS: all of them.
    pub selector: String,
    /// How many there are.
    pub count: u32,
    /// What they may be called together: `products`.
    pub name: String,
    /// CSS inside of an item: where the element stands; empty for the item itself.
    pub inner: String,
}

/// What was picked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Structured {
    /// Whether everything was found and fits.
    pub success: bool,
    /// What was not, in one sentence.
    pub error: Option<String>,
    /// What was picked, also when not everything fits.
    pub data: Option<Value>,
    /// Ours: what is wrong, by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<PickProblem>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PickProblem {
    /// Its way: `items[3].price`; empty for the whole.
    pub field: String,
    /// What is wrong.
    pub message: String,
}
