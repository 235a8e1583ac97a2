//! The document of a flow.

use std::collections::BTreeSet;

use notex_wire::current::ScrapeRequest;
use notex_wire::{Action, CallKind, Extract, ParamKind, StartRequest};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::placeholders;

/// How long a step may take when its flow does not say, in seconds.
pub const DEFAULT_DEADLINE_SECONDS: u32 = 60;

/// Calls that can be made again, as `NAME.flow.json` holds them. No password is in it, and no key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// The version of the document: [`Flow::VERSION`].
    pub version: u32,
    /// What the person calls it.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What a run can be told.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// How its sessions are started; nothing secret is among it.
    #[serde(default)]
    #[ts(type = "Record<string, unknown>")]
    pub start: StartRequest,
    /// Its calls, in order.
    pub steps: Vec<FlowStep>,
}

/// What a run can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// What stands in `{{name}}`: a letter, then letters, digits and `_`.
    pub name: String,
    /// What kind of value it takes, in one of the words of `ParamKind`.
    #[serde(default)]
    #[ts(type = "string")]
    pub kind: ParamKind,
    /// What it is when nothing is said; never of a secret one. Without it, a run has to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub default: Option<String>,
    /// Its value is nowhere kept and nowhere shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub secret: bool,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(as = "Option<String>", optional)]
    pub description: String,
}

/// One call of a flow, and what to do when it fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FlowStep {
    /// In a few words: `Click Add to cart`.
    pub name: String,
    /// The call.
    pub call: FlowCall,
    /// How often it is tried again.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[ts(as = "Option<u32>", optional)]
    pub retries: u32,
    /// How long one try may take, in seconds.
    #[serde(default = "deadline", skip_serializing_if = "is_usual")]
    #[ts(as = "Option<u32>", optional)]
    pub deadline_seconds: u32,
    /// What a failure means for the steps after it.
    #[serde(default, skip_serializing_if = "OnFailure::is_stop")]
    #[ts(as = "Option<OnFailure>", optional)]
    pub on_failure: OnFailure,
}

fn deadline() -> u32 {
    DEFAULT_DEADLINE_SECONDS
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_usual(seconds: &u32) -> bool {
    *seconds == DEFAULT_DEADLINE_SECONDS
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What the failure of a step means for those after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// The run has failed.
    #[default]
    Stop,
    /// It goes on; the step is kept as failed.
    GoOn,
}

impl OnFailure {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_stop(&self) -> bool {
        matches!(self, Self::Stop)
    }
}

/// A call. Texts of addresses, values and instructions may hold `{{parameter}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FlowCall {
    /// Open an address.
    Goto {
        /// It.
        url: String,
    },
    /// List what can be done.
    Observe {
        /// The address to open first; without it, the page as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        url: Option<String>,
        /// List at most so many actions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        max_actions: Option<u32>,
    },
    /// Do something to an element.
    Act(Act),
    /// Read the page.
    Scrape(ScrapeCall),
    /// Back in the history of the tab.
    Back,
    /// Forward in the history of the tab.
    Forward,
    /// Load the page again.
    Reload,
    /// Wait.
    Wait {
        /// So many milliseconds.
        ms: u32,
    },
    /// Bring the tab at this place to the front.
    SwitchTab {
        /// Its place, from 0.
        tab: u32,
    },
    /// Open a tab and bring it to the front.
    OpenTab {
        /// The address to open in it.
        url: String,
    },
    /// Close the tab in front.
    CloseTab,
}

/// Something that is done to an element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// What is done.
    pub deed: Deed,
    /// To which element.
    pub element: Element,
    /// What is filled in, chosen (its label or its value), `true` or `false` for a check, or the name of a file of the
    /// session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub value: Option<String>,
    /// Press enter afterwards.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub enter: bool,
}

/// What is done to an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// It is clicked.
    Click,
    /// Its text is replaced.
    Fill,
    /// It is brought to a state, `true` or `false`.
    Check,
    /// One of its options is chosen.
    Select,
    /// A file is given to it.
    Upload,
}

impl Deed {
    /// What a step does to an observed action: links and buttons are clicked, and what an input wants to be told says
    /// the rest.
    pub fn of(action: &Action) -> Self {
        let wants = |kind| action.params.iter().any(|param| param.kind == kind);
        if !action.id.starts_with('I') {
            Self::Click
        } else if wants(ParamKind::File) {
            Self::Upload
        } else if action.state.as_ref().is_some_and(|state| !state.options.is_empty())
            || action.params.iter().any(|param| !param.values.is_empty())
        {
            Self::Select
        } else if wants(ParamKind::Boolean) {
            Self::Check
        } else {
            Self::Fill
        }
    }

    /// It makes no sense without a value.
    pub fn needs_value(self) -> bool {
        match self {
            Self::Fill | Self::Check | Self::Select | Self::Upload => true,
            Self::Click => false,
        }
    }
}

/// An element as it was when the flow was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "FlowElement")]
pub struct Element {
    /// A sentence a person would use: `Click Add to cart`.
    pub description: String,
    /// Its role as the accessibility tree names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub role: Option<String>,
    /// Its accessible name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    /// The landmark, form, heading or dialog it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub group: Option<String>,
    /// Ways to find it again, the best first.
    pub selectors: Vec<Selector>,
}

impl Element {
    /// The element of an observed action.
    pub fn of(action: &Action) -> Self {
        let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            description: action.description.clone(),
            role: action.role.clone(),
            name: action.label.clone(),
            group: said(&action.category),
            selectors: Selector::all_of(action),
        }
    }
}

/// A way to find an element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// What kind of way.
    pub by: SelectorKind,
    /// CSS, XPath, or role and name as `button "Search"`.
    pub value: String,
}

impl Selector {
    /// All ways to find an observed action again, the best first.
    pub fn all_of(action: &Action) -> Vec<Self> {
        let Some(selectors) = &action.selector else { return Vec::new() };
        let ways = [
            (SelectorKind::TestId, selectors.test_id.as_ref()),
            (SelectorKind::RoleName, selectors.role_name.as_ref()),
            (SelectorKind::Id, selectors.id.as_ref()),
            (SelectorKind::Css, Some(&selectors.css)),
            (SelectorKind::XPath, selectors.xpath.as_ref()),
        ];
        let said =
            ways.into_iter().filter_map(|(by, value)| Some((by, value.filter(|text| !text.is_empty())?)));
        said.map(|(by, value)| Self { by, value: value.clone() }).collect()
    }

    /// As servers of both generations take it in text: `css=…`, `xpath=…`, `role=button[name="Search"]`.
    pub fn as_text(&self) -> String {
        match self.by {
            SelectorKind::TestId | SelectorKind::Id | SelectorKind::Css => format!("css={}", self.value),
            SelectorKind::XPath => format!("xpath={}", self.value),
            SelectorKind::RoleName => match self.role_and_name() {
                Some((role, name)) => format!("role={role}[name=\"{}\"]", name.replace('"', "\\\"")),
                None => format!("role={}", self.value),
            },
        }
    }

    /// The role and the name of `button "Search"`; `None` for other kinds, and where it is not written so.
    pub fn role_and_name(&self) -> Option<(&str, String)> {
        if self.by != SelectorKind::RoleName {
            return None;
        }
        let (role, rest) = self.value.split_once(" \"")?;
        Some((role, unescaped(rest.strip_suffix('"')?)))
    }
}

/// A name as it is, of one that is written between quotes: `\"`, `\n` and `\u{200b}` stand for what they say.
fn unescaped(written: &str) -> String {
    let mut name = String::with_capacity(written.len());
    let mut rest = written;
    while let Some((before, escape)) = rest.split_once('\\') {
        name.push_str(before);
        let mut letters = escape.chars();
        let letter = letters.next();
        let coded = || {
            let (code, after) = escape.strip_prefix("u{")?.split_once('}')?;
            Some((char::from_u32(u32::from_str_radix(code, 16).ok()?)?, after))
        };
        rest = letters.as_str();
        match (letter, coded()) {
            (_, Some((letter, after))) => {
                name.push(letter);
                rest = after;
            }
            (Some('n'), None) => name.push('\n'),
            (Some('r'), None) => name.push('\r'),
            (Some('t'), None) => name.push('\t'),
            (Some('0'), None) => name.push('\0'),
            (Some(letter), None) => name.push(letter),
            (None, None) => name.push('\\'),
        }
    }
    name.push_str(rest);
    name
}

/// A kind of selector, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SelectorKind {
    /// CSS of the attribute that its makers test it by.
    TestId,
    /// Role and name.
    RoleName,
    /// CSS of its id.
    Id,
    /// CSS.
    Css,
    /// XPath.
    #[serde(rename = "xpath")]
    XPath,
}

impl SelectorKind {
    /// In words: `test id`, `role and name`.
    pub fn words(self) -> &'static str {
        match self {
            Self::TestId => "test id",
            Self::RoleName => "role and name",
            Self::Id => "id",
            Self::Css => "CSS",
            Self::XPath => "XPath",
        }
    }
}

/// How a page is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct ScrapeCall {
    /// Leave menus and banners out.
    pub only_main_content: bool,
    /// List the images.
    pub images: bool,
    /// Keep links.
    pub links: bool,
    /// CSS: only what is inside the first element that it matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub selector: Option<String>,
    /// What to pick as data.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub extract: Option<Extract>,
    /// The JSON Schema that the data has to fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub response_format: Option<Value>,
    /// What is wanted as data, in words for a language model.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub instructions: Option<String>,
}

impl Default for ScrapeCall {
    fn default() -> Self {
        Self {
            only_main_content: true,
            images: false,
            links: true,
            selector: None,
            extract: None,
            response_format: None,
            instructions: None,
        }
    }
}

impl ScrapeCall {
    /// It asks for what only servers with our additions read.
    pub fn is_part(&self) -> bool {
        self.selector.is_some()
            || !self.links
            || self.extract.is_some()
            || self.response_format.is_some()
            || self.instructions.is_some()
    }

    /// How such a server is asked.
    pub fn request(&self) -> ScrapeRequest {
        ScrapeRequest {
            selector: self.selector.clone(),
            scrape_links: Some(self.links),
            scrape_images: Some(self.images),
            only_main_content: Some(self.only_main_content),
            extract: self.extract.clone(),
            response_format: self.response_format.clone(),
            instructions: self.instructions.clone(),
            ..ScrapeRequest::default()
        }
    }
}

impl Flow {
    /// The version of the documents that this program writes, and the newest that it reads.
    pub const VERSION: u32 = 1;
    /// How a file of a flow ends.
    pub const ENDING: &str = ".flow.json";

    /// A flow without steps.
    pub fn named(name: &str) -> Self {
        Self {
            version: Self::VERSION,
            name: name.to_owned(),
            description: String::new(),
            parameters: Vec::new(),
            start: StartRequest::default(),
            steps: Vec::new(),
        }
    }

    /// The parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The parameters that the steps name, which is fewer than there are where one is used no more.
    pub fn used_parameters(&self) -> BTreeSet<&str> {
        self.steps.iter().flat_map(|step| step.call.texts()).flat_map(placeholders).collect()
    }
}

impl FlowStep {
    /// A step with the usual deadline, that is not tried again.
    pub fn new(name: impl Into<String>, call: FlowCall) -> Self {
        Self {
            name: name.into(),
            call,
            retries: 0,
            deadline_seconds: DEFAULT_DEADLINE_SECONDS,
            on_failure: OnFailure::Stop,
        }
    }
}

impl FlowCall {
    /// What it calls.
    pub fn kind(&self) -> CallKind {
        match self {
            Self::Observe { .. } => CallKind::Observe,
            Self::Scrape(_) => CallKind::Scrape,
            Self::Goto { .. }
            | Self::Act(_)
            | Self::Back
            | Self::Forward
            | Self::Reload
            | Self::Wait { .. }
            | Self::SwitchTab { .. }
            | Self::OpenTab { .. }
            | Self::CloseTab => CallKind::Step,
        }
    }

    /// The texts that may hold placeholders.
    pub fn texts(&self) -> Vec<&str> {
        let text = match self {
            Self::Goto { url } | Self::OpenTab { url } => Some(url),
            Self::Observe { url, .. } => url.as_ref(),
            Self::Act(act) => act.value.as_ref(),
            Self::Scrape(scrape) => scrape.instructions.as_ref(),
            Self::Back
            | Self::Forward
            | Self::Reload
            | Self::Wait { .. }
            | Self::SwitchTab { .. }
            | Self::CloseTab => None,
        };
        text.map(String::as_str).into_iter().collect()
    }

    /// The same call with each text that may hold placeholders replaced by what `change` gives for it.
    ///
    /// # Errors
    /// The first one that `change` gives.
    pub fn with_texts<E>(&self, mut change: impl FnMut(&str) -> Result<String, E>) -> Result<Self, E> {
        let mut call = self.clone();
        let text = match &mut call {
            Self::Goto { url } | Self::OpenTab { url } => Some(url),
            Self::Observe { url, .. } => url.as_mut(),
            Self::Act(act) => act.value.as_mut(),
            Self::Scrape(scrape) => scrape.instructions.as_mut(),
            Self::Back
            | Self::Forward
            | Self::Reload
            | Self::Wait { .. }
            | Self::SwitchTab { .. }
            | Self::CloseTab => None,
        };
        if let Some(text) = text {
            *text = change(text)?;
        }
        Ok(call)
    }
}
