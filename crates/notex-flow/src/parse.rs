//! Reading and writing flows: what is wrong with one is said by the name of its field.

use std::collections::{BTreeMap, HashSet};

use notex_wire::Field;
use serde_json::Value;

use crate::template::is_name;
use crate::{Flow, FlowCall, FlowStep, ScrapeCall};

/// More than a flow of the most steps has.
const LARGEST: usize = 16 * 1024 * 1024;
const MOST_STEPS: usize = 1_000;
const MOST_PARAMETERS: usize = 200;
const LONGEST_NAME: usize = 200;
const MOST_RETRIES: u32 = 10;
const LONGEST_DEADLINE_SECONDS: u32 = 600;
const LONGEST_WAIT_MS: u32 = 30_000;

/// What is wrong with a flow, or with what a run of it was told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// It is not JSON, or larger than any flow.
    #[error("this is no flow: {0}")]
    NoFlow(String),
    /// A newer program wrote it.
    #[error(
        "this flow has version {found}, and this program reads up to version {}; a newer one reads it",
        Flow::VERSION
    )]
    Newer {
        /// Its version.
        found: u64,
    },
    /// A field is wrong.
    #[error("{field}: {why}")]
    Field {
        /// Its way: `steps[2].call`.
        field: String,
        /// What is wrong.
        why: String,
    },
    /// The value of a parameter is missing or wrong.
    #[error("parameter {name} {why}")]
    Value {
        /// The parameter.
        name: String,
        /// What is wrong, without the value.
        why: String,
    },
}

impl Flow {
    /// Reads a flow.
    ///
    /// # Errors
    /// A sentence that names the field which is wrong; a version that is not known yet is refused.
    pub fn parse(text: &str) -> Result<Self, FlowError> {
        let value = versioned(text, u64::from(Self::VERSION))?;
        let flow: Self = serde_path_to_error::deserialize(value).map_err(|why| field(&why))?;
        flow.check()?;
        Ok(flow)
    }

    /// As a file holds it.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Whether all of it makes sense.
    ///
    /// # Errors
    /// A sentence that names the field which does not.
    pub fn check(&self) -> Result<(), FlowError> {
        check_name("name", &self.name)?;
        if self.parameters.len() > MOST_PARAMETERS {
            return wrong("parameters", format!("must be at most {MOST_PARAMETERS}"));
        }
        let mut names = HashSet::new();
        for (place, parameter) in self.parameters.iter().enumerate() {
            let field = |what: &str| format!("parameters[{place}].{what}");
            if !is_name(&parameter.name) {
                let why = "must be a letter, then letters, digits and _, at most 40";
                return wrong(field("name"), why);
            }
            if !names.insert(parameter.name.as_str()) {
                return wrong(field("name"), format!("{} is given twice", parameter.name));
            }
            match &parameter.default {
                Some(_) if parameter.secret => {
                    return wrong(field("default"), "a secret has none: its value is never kept");
                }
                Some(value) => parameter
                    .check(value)
                    .map_err(|why| FlowError::Field { field: field("default"), why: why.to_string() })?,
                None => {}
            }
        }
        if self.start.session_id.is_some() {
            return wrong("start.session_id", "must be absent: the server names its sessions");
        }
        if self.steps.len() > MOST_STEPS {
            return wrong("steps", format!("must be at most {MOST_STEPS}"));
        }
        self.steps.iter().enumerate().try_for_each(|(place, step)| check_step(place, step, &names))
    }
}

fn check_step(place: usize, step: &FlowStep, parameters: &HashSet<&str>) -> Result<(), FlowError> {
    let field = |what: &str| format!("steps[{place}].{what}");
    check_name(&field("name"), &step.name)?;
    if step.retries > MOST_RETRIES {
        return wrong(field("retries"), format!("must be from 0 to {MOST_RETRIES}"));
    }
    if !(1..=LONGEST_DEADLINE_SECONDS).contains(&step.deadline_seconds) {
        return wrong(field("deadline_seconds"), format!("must be from 1 to {LONGEST_DEADLINE_SECONDS}"));
    }
    for name in step.call.texts().into_iter().flat_map(crate::placeholders) {
        if !parameters.contains(name) {
            return wrong(field("call"), format!("{{{{{name}}}}} is none of the flow's parameters"));
        }
    }
    match &step.call {
        FlowCall::Goto { url } | FlowCall::OpenTab { url } | FlowCall::Observe { url: Some(url), .. }
            if url.trim().is_empty() =>
        {
            wrong(field("call.url"), "must be an address")
        }
        FlowCall::Observe { max_actions: Some(0), .. } => {
            wrong(field("call.max_actions"), "must be at least 1")
        }
        FlowCall::Wait { ms } if *ms > LONGEST_WAIT_MS => {
            wrong(field("call.ms"), format!("must be from 0 to {LONGEST_WAIT_MS}"))
        }
        FlowCall::Act(act) if act.element.selectors.is_empty() => {
            wrong(field("call.element.selectors"), "must hold at least one way to find the element")
        }
        FlowCall::Act(act) if act.element.selectors.iter().any(|selector| selector.value.is_empty()) => {
            wrong(field("call.element.selectors"), "hold an empty one")
        }
        FlowCall::Act(act) if act.deed.needs_value() && act.value.is_none() => {
            wrong(field("call.value"), "is missing: without it there is nothing to do")
        }
        FlowCall::Scrape(scrape) => check_scrape(scrape, field),
        FlowCall::Goto { .. }
        | FlowCall::OpenTab { .. }
        | FlowCall::Observe { .. }
        | FlowCall::Wait { .. }
        | FlowCall::Act(_)
        | FlowCall::Back
        | FlowCall::Forward
        | FlowCall::Reload
        | FlowCall::SwitchTab { .. }
        | FlowCall::CloseTab => Ok(()),
    }
}

/// What no server would take.
fn check_scrape(scrape: &ScrapeCall, field: impl Fn(&str) -> String) -> Result<(), FlowError> {
    if scrape.selector.as_ref().is_some_and(|selector| selector.trim().is_empty()) {
        return wrong(field("call.selector"), "must not be empty: without it the whole page is read");
    }
    if scrape.response_format.as_ref().is_some_and(|schema| !schema.is_object()) {
        return wrong(field("call.response_format"), "must be a JSON Schema, which is an object");
    }
    let Some(extract) = &scrape.extract else { return Ok(()) };
    if scrape.instructions.as_ref().is_some_and(|words| !words.trim().is_empty()) {
        return wrong(
            field("call.instructions"),
            "and extract both say what the data is: one of them must go",
        );
    }
    if extract.fields.is_empty() && !extract.auto && !extract.embedded {
        return wrong(field("call.extract"), "must hold fields, or ask for auto or embedded");
    }
    check_fields(&extract.fields, &field("call.extract.fields"))
}

fn check_fields(fields: &BTreeMap<String, Field>, way: &str) -> Result<(), FlowError> {
    for (name, field) in fields {
        if name.trim().is_empty() {
            return wrong(way, "hold one without a name");
        }
        match field {
            Field::Spec(spec) if spec.attribute.is_some() && !spec.fields.is_empty() => {
                return wrong(format!("{way}.{name}"), "must have an attribute or fields, not both");
            }
            Field::Spec(spec) => check_fields(&spec.fields, &format!("{way}.{name}.fields"))?,
            Field::Selector(_) => {}
        }
    }
    Ok(())
}

fn check_name(field: &str, name: &str) -> Result<(), FlowError> {
    if name.trim().is_empty() {
        return wrong(field, "must not be empty");
    }
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return wrong(field, format!("must be one line of at most {LONGEST_NAME} characters"));
    }
    Ok(())
}

fn wrong(field: impl Into<String>, why: impl Into<String>) -> Result<(), FlowError> {
    Err(FlowError::Field { field: field.into(), why: why.into() })
}

/// A document of ours as JSON, unless it is of a version that is not known.
pub(crate) fn versioned(text: &str, newest: u64) -> Result<Value, FlowError> {
    if text.len() > LARGEST {
        return Err(FlowError::NoFlow(format!("it is over {} MB large", LARGEST / 1024 / 1024)));
    }
    let value: Value =
        serde_json::from_str(text).map_err(|why| FlowError::NoFlow(format!("it is not JSON ({why})")))?;
    if !value.is_object() {
        return Err(FlowError::NoFlow("it is not a JSON object".to_owned()));
    }
    match value.get("version") {
        None => Err(FlowError::NoFlow("it has no version".to_owned())),
        Some(version) => match version.as_u64() {
            Some(found) if found > newest => Err(FlowError::Newer { found }),
            Some(found) if found > 0 => Ok(value),
            Some(_) | None => Err(FlowError::Field {
                field: "version".to_owned(),
                why: "must be a whole number from 1".to_owned(),
            }),
        },
    }
}

pub(crate) fn field(why: &serde_path_to_error::Error<serde_json::Error>) -> FlowError {
    let field = match why.path().to_string().as_str() {
        "." => "the whole".to_owned(),
        path => path.to_owned(),
    };
    FlowError::Field { field, why: why.inner().to_string() }
}
