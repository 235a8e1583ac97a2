//! Pages on the wire: what can be done on one, what was done, what was read.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    DialogRequest, Extract, FieldGuess, ItemGuess, LinkData, PageFacts, Reading, SessionAnswer, StepChanges,
    Tab, Usage,
};

/// How many actions an observe lists when the request does not say.
pub const DEFAULT_MAX_ACTIONS: i64 = 100;

/// The body of an observe. The first fields are those of [`crate::SessionRequest`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObserveRequest {
    /// The session; null makes one for this call.
    pub session_id: Option<String>,
    /// For a session made by this call: keep it afterwards.
    pub keep_alive: Option<bool>,
    /// For a session made by this call: idle timeout in minutes, 1 to 30.
    #[schemars(range(min = 1, max = 30))]
    pub session_timeout_minutes: Option<i64>,
    /// The same in the spelling of the NotexAI pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 30))]
    pub session_timeout: Option<i64>,
    /// Whether the answer carries a screenshot; null takes what the session was started with.
    pub screenshot: Option<bool>,
    /// The address to open first; null observes the page as it is.
    pub url: Option<String>,
    /// A page that shows fewer actions than this is looked at again for a moment; at most `max_nb_actions`.
    #[schemars(range(min = 0))]
    pub min_nb_actions: Option<i64>,
    /// List at most so many actions. Default 100.
    #[schemars(range(min = 0))]
    pub max_nb_actions: Option<i64>,
}

/// The body of a step. The first fields are those of [`crate::SessionRequest`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepRequest {
    /// The session; null makes one for this call.
    pub session_id: Option<String>,
    /// For a session made by this call: keep it afterwards.
    pub keep_alive: Option<bool>,
    /// For a session made by this call: idle timeout in minutes, 1 to 30.
    #[schemars(range(min = 1, max = 30))]
    pub session_timeout_minutes: Option<i64>,
    /// The same in the spelling of the NotexAI pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 30))]
    pub session_timeout: Option<i64>,
    /// Whether the answer carries a screenshot; null takes what the session was started with.
    pub screenshot: Option<bool>,
    /// `L1`, `B2`, `I3` of an observe, or `S1` to `S8`.
    #[schemars(regex(pattern = r"^[A-Z][0-9]{1,6}$"))]
    pub action_id: String,
    /// The value of an input, a select or a special action.
    pub value: Option<String>,
    /// Press enter afterwards.
    pub enter: Option<bool>,
    /// Ours: how dialogs are answered that come up meanwhile; without it they are dismissed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialog: Option<DialogRequest>,
    /// As in an observe.
    #[schemars(range(min = 0))]
    pub min_nb_actions: Option<i64>,
    /// As in an observe.
    #[schemars(range(min = 0))]
    pub max_nb_actions: Option<i64>,
}

/// The body of a scrape. The first fields are those of [`crate::SessionRequest`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScrapeRequest {
    /// The session; null makes one for this call.
    pub session_id: Option<String>,
    /// For a session made by this call: keep it afterwards.
    pub keep_alive: Option<bool>,
    /// For a session made by this call: idle timeout in minutes, 1 to 30.
    #[schemars(range(min = 1, max = 30))]
    pub session_timeout_minutes: Option<i64>,
    /// The same in the spelling of the NotexAI pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 30))]
    pub session_timeout: Option<i64>,
    /// Whether the answer carries a screenshot; null takes what the session was started with.
    pub screenshot: Option<bool>,
    /// The address to open first; null scrapes the page as it is.
    pub url: Option<String>,
    /// Repeated by clients from an observe; a scrape lists no actions.
    #[schemars(range(min = 0))]
    pub min_nb_actions: Option<i64>,
    /// The same.
    #[schemars(range(min = 0))]
    pub max_nb_actions: Option<i64>,
    /// List the images. Default false.
    pub scrape_images: Option<bool>,
    /// Only the main content, without menus and banners. Default true.
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
    /// Ours: what is wanted as data, in words for the language model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// Ours: the JSON Schema that the data has to fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_format: Option<serde_json::Value>,
}

/// The shape that observe, step and scrape share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PageAnswer {
    /// The session after the call.
    pub session: SessionAnswer,
    /// The page after the call.
    pub metadata: PageMetadata,
    /// A JPEG of the viewport, base64 text.
    pub screenshot: Option<String>,
    /// What a scrape read.
    pub data: Option<PageData>,
    /// What can be done on the page.
    pub space: Option<ActionSpace>,
    /// Ours: what a step changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<StepChanges>,
    /// Ours: what the call cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// Title and address of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct PageMetadata {
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
    /// When it was read, by the server's clock.
    #[serde(default)]
    pub timestamp: Option<DateTime<Utc>>,
    /// Ours: what part of the page is seen.
    #[serde(default)]
    pub viewport: Option<Viewport>,
    /// Ours: all tabs of the session.
    #[serde(default)]
    pub tabs: Vec<Tab>,
}

/// What part of the page is seen, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Viewport {
    /// Horizontal scroll offset.
    pub scroll_x: f64,
    /// Vertical scroll offset.
    pub scroll_y: f64,
    /// Width of the viewport.
    pub viewport_width: f64,
    /// Height of the viewport.
    pub viewport_height: f64,
    /// Width of the whole page.
    pub total_width: f64,
    /// Height of the whole page.
    pub total_height: f64,
}

/// What a scrape read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct PageData {
    /// The content as markdown.
    pub markdown: Option<String>,
    /// The images, when asked for.
    pub images: Option<Vec<ImageData>>,
    /// The data, when asked for: one object with `success`, `error` and `data`.
    #[ts(type = "unknown[] | null")]
    pub structured: Option<Vec<serde_json::Value>>,
    /// Ours: how it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
    /// Ours: what the page says about itself, when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<PageFacts>,
    /// Ours: the links, when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<Vec<LinkData>>,
}

/// One image of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ImageData {
    /// `F1`, `F2`, in document order.
    pub id: String,
    /// Its absolute address.
    pub url: String,
    /// What it is for.
    pub category: Option<ImageCategory>,
    /// Ours: its alternative text.
    #[serde(default)]
    pub alt: Option<String>,
}

/// What an image is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words of the contract say it")]
pub enum ImageCategory {
    Icon,
    ContentImage,
    Decorative,
    SvgIcon,
    SvgContent,
}

/// What can be done on a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ActionSpace {
    /// The page in a sentence.
    pub description: String,
    /// Its actions.
    pub actions: Vec<Action>,
    /// The browser's own actions, always S1 to S8.
    pub special_actions: Vec<SpecialAction>,
    /// The page as markdown; not filled by an observe.
    #[serde(default)]
    pub markdown: Option<String>,
    /// What kind of page it is.
    #[serde(default)]
    pub category: Option<PageCategory>,
    /// Ours: how many actions the page has when `max_nb_actions` cut the list.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub total_actions: Option<u64>,
    /// Ours: why the page could not be read whole, in a sentence; the actions are those that were found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub partial: Option<String>,
}

/// What kind of page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words of the contract say it")]
pub enum PageCategory {
    Homepage,
    SearchResults,
    DataFeed,
    Item,
    Auth,
    Form,
    ManageCookies,
    Payment,
    Captcha,
    Other,
}

/// Something a person can do on the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Action {
    /// `L1` link, `B1` button or checkbox, `I1` input or select.
    pub id: String,
    /// A sentence a person would use: "Fill the Email field", "Click Search".
    pub description: String,
    /// The group it belongs to: a landmark, form, dialog or heading.
    pub category: String,
    /// Whether it can be done.
    #[serde(default)]
    pub status: ActionStatus,
    /// What it wants to be told; exactly one for an input, none for the others.
    #[serde(default)]
    pub params: Vec<ActionParam>,
    /// Ours: its role as the accessibility tree names it.
    #[serde(default)]
    pub role: Option<String>,
    /// Ours: its accessible name.
    #[serde(default)]
    pub label: Option<String>,
    /// Ours: its state.
    #[serde(default)]
    pub state: Option<ActionState>,
    /// Ours: ways to find it again.
    #[serde(default)]
    pub selector: Option<ActionSelectors>,
    /// Ours: where it is.
    #[serde(default, rename = "box")]
    #[ts(rename = "box")]
    pub bounds: Option<ActionBox>,
}

/// Whether an action can be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words of the contract say it")]
pub enum ActionStatus {
    #[default]
    Valid,
    Failed,
    Excluded,
}

/// What an action wants to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ActionParam {
    /// `value`, `url`, `time_ms`.
    pub name: String,
    /// What kind of value it takes, in one of the words of `ParamKind`.
    #[serde(rename = "type")]
    #[ts(rename = "type", type = "string")]
    pub kind: ParamKind,
    /// What it is when nothing is said.
    #[serde(default)]
    pub default: Option<String>,
    /// The only values accepted; empty means any.
    #[serde(default)]
    pub values: Vec<String>,
    /// Ours: the least number, or the earliest date or time, in the words that a value has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub min: Option<String>,
    /// Ours: the greatest number, or the latest date or time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub max: Option<String>,
    /// Ours: how far two neighbouring values are apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub step: Option<String>,
    /// Ours: the form of a date or time, `YYYY-MM-DD`, or the regular expression that a text has to match whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub format: Option<String>,
    /// Ours: how many characters it takes at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub max_length: Option<u64>,
    /// Ours: the kinds of files that are taken, as the page says: `.pdf,image/*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub accept: Option<String>,
    /// Ours: takes more than one value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub multiple: bool,
}

/// What kind of value a parameter takes. The value itself is always text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParamKind {
    /// Text of several lines.
    Multiline,
    /// A number, `3.5`.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `2026-11-25`.
    Date,
    /// `14:30`.
    Time,
    /// `2026-11-25T14:30`.
    DatetimeLocal,
    /// `2026-11`.
    Month,
    /// `2026-W48`.
    Week,
    /// `#3366ff`.
    Color,
    /// The name of a file of the session.
    File,
    /// A secret.
    Password,
    /// An e-mail address.
    Email,
    /// An address of a page.
    Url,
    /// A telephone number.
    Tel,
    /// A line of text; what another server calls otherwise is taken for one.
    #[default]
    #[serde(other)]
    String,
}

/// The state of a control.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ActionState {
    /// Of a checkbox, switch or radio.
    #[serde(default)]
    pub checked: Option<bool>,
    /// Ours: a checkbox that is neither checked nor not, because what it stands for is so in part.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub mixed: bool,
    /// Of a disclosure or menu.
    #[serde(default)]
    pub expanded: Option<bool>,
    /// Ours: of a tab, option, row or tree item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub selected: Option<bool>,
    /// Ours: of a button that stays pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub pressed: Option<bool>,
    /// What an input or select holds; never the value of a password field.
    #[serde(default)]
    pub value: Option<String>,
    /// True when a form wants it.
    #[serde(default)]
    pub required: bool,
    /// Ours: what it holds is not accepted, and a person has been told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub invalid: bool,
    /// Ours: it can be read and not changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub readonly: bool,
    /// Of a select.
    #[serde(default)]
    pub options: Vec<SelectOption>,
}

/// One option of a select.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SelectOption {
    /// What the form sends.
    pub value: String,
    /// What the person reads.
    pub label: String,
    /// True when it is chosen.
    pub selected: bool,
}

/// Ways to find an element again. Each that is there matched it alone; the best are first `test_id`, then `role_name`,
/// `id`, `css`, `xpath`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ActionSelectors {
    /// A CSS selector that matched it alone.
    pub css: String,
    /// An XPath.
    #[serde(default)]
    pub xpath: Option<String>,
    /// Role and name, when no other control has both: `button "Search"`.
    #[serde(default)]
    pub role_name: Option<String>,
    /// Ours: CSS of the attribute that its makers test it by, `[data-testid="send"]`; the one to try first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub test_id: Option<String>,
    /// Ours: CSS of its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub id: Option<String>,
}

/// Where an element was, in CSS pixels of the viewport at the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct ActionBox {
    /// Left edge, from the left of the viewport.
    pub x: f64,
    /// Top edge, from the top of the viewport.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// How far its frame's left is from the page's viewport's; already added to `x`.
    #[serde(default)]
    pub iframe_offset_x: f64,
    /// How far its frame's top is from the page's viewport's; already added to `y`.
    #[serde(default)]
    pub iframe_offset_y: f64,
    /// Ours: nothing of it was to be seen where it is. The page, a frame or a box that scrolls has it out of view.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub out_of_view: bool,
}

/// A point of the page that a session shows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ElementRequest {
    /// CSS pixels from the left of the viewport.
    pub x: f64,
    /// CSS pixels from the top of the viewport.
    pub y: f64,
}

/// The element at a point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ElementAnswer {
    /// Its tag in lower case: `button`.
    pub tag: String,
    /// Its role, when it has one.
    #[serde(default)]
    pub role: Option<String>,
    /// Its accessible name.
    #[serde(default)]
    pub name: Option<String>,
    /// The beginning of its text, at most 200 characters; never what a field holds.
    #[serde(default)]
    pub text: String,
    /// Where the part of it is that is seen.
    #[serde(rename = "box")]
    pub bounds: ActionBox,
    /// Ways to find it again.
    pub selectors: ActionSelectors,
    /// The field of a scrape that it may be; not inside of frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldGuess>,
    /// The items that the page repeats around it, the likeliest first; none where nothing repeats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemGuess>,
}

/// The browser's own actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub enum SpecialActionId {
    /// Go to an address.
    S1,
    /// Scrape the page.
    S2,
    /// Take a screenshot.
    S3,
    /// Back.
    S4,
    /// Forward.
    S5,
    /// Refresh.
    S6,
    /// Wait.
    S7,
    /// Close the session.
    S8,
}

/// One of the browser's own actions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SpecialAction {
    /// `S1` to `S8`.
    pub id: SpecialActionId,
    /// What it does.
    pub description: String,
    /// `Special Browser Actions`.
    pub category: String,
    /// What it wants to be told.
    #[serde(default)]
    pub params: Vec<ActionParam>,
}
