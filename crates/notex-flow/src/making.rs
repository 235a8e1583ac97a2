//! A flow made of calls that were made by hand. What was typed becomes a parameter; what was typed into a password
//! field becomes a secret one, without its value.

use std::ops::RangeInclusive;

use notex_wire::{
    Action, CallKind, ObserveRequest, PageAnswer, ParamKind, StartRequest, StepRequest, current,
};
use serde_json::Value;

use crate::{Act, Deed, Element, Flow, FlowCall, FlowStep, Parameter, ScrapeCall, placeholders};

/// A call as it was recorded.
#[derive(Clone, Debug)]
pub struct RecordedCall {
    /// Its number within the session.
    pub number: u32,
    /// What was called.
    pub kind: CallKind,
    /// In a few words.
    pub what: String,
    /// The body that was sent, with [`Secrets::marker`] where a secret was.
    pub request: Option<Value>,
    /// What was answered.
    pub response: Option<Value>,
    /// It failed.
    pub failed: bool,
    /// The address of the page after it.
    pub url: String,
}

/// What a recording holds in place of secrets.
#[derive(Clone, Copy, Debug)]
pub struct Secrets<'a> {
    /// What stands where one was.
    pub marker: &'a str,
}

/// A flow, and what of the calls is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The flow.
    pub flow: Flow,
    /// What was left out, each in a sentence.
    pub left_out: Vec<String>,
}

/// Makes a flow of those calls of a session whose numbers are in `stretch`. `calls` are all of them that are known,
/// oldest first: what an action was stands in the answer before it.
pub fn make(
    name: &str,
    start: Option<&Value>,
    calls: &[RecordedCall],
    stretch: &RangeInclusive<u32>,
    secrets: Secrets<'_>,
) -> Made {
    let mut making = Making { flow: Flow::named(name), left_out: Vec::new(), actions: Vec::new(), secrets };
    making.start(start);
    let mut url = String::new();
    for call in calls {
        if stretch.contains(&call.number) {
            let before = making.flow.steps.len();
            making.take(call);
            let first = before == 0 && !making.flow.steps.is_empty();
            if first && !opens(&making.flow.steps[0].call) && url.starts_with("http") {
                let opened =
                    FlowStep::new(format!("Open {}", place(&url)), FlowCall::Goto { url: url.clone() });
                making.flow.steps.insert(0, opened);
            }
        }
        making.look(call);
        if !call.url.is_empty() {
            url.clone_from(&call.url);
        }
    }
    Made { flow: making.flow, left_out: making.left_out }
}

/// How each call would be called in a flow, and what it calls there; `None` where nothing tells. What no flow can make
/// again has the name of what it worked on.
pub(crate) fn named(calls: &[RecordedCall], secrets: Secrets<'_>) -> Vec<Option<(String, CallKind)>> {
    let mut making = Making { flow: Flow::named(""), left_out: Vec::new(), actions: Vec::new(), secrets };
    let name = |making: &mut Making<'_>, call: &RecordedCall| {
        let request = call.request.as_ref()?;
        match making.call(call.kind, request) {
            Some(Ok((name, made))) => Some((short(&name), made.kind())),
            Some(Err(_)) | None => {
                let id = request.get("action_id").and_then(Value::as_str)?;
                let action = making.actions.iter().find(|action| action.id == id)?;
                Some((short(&action.description), call.kind))
            }
        }
    };
    let mut all = Vec::with_capacity(calls.len());
    for call in calls {
        all.push(name(&mut making, call));
        making.look(call);
    }
    all
}

struct Making<'a> {
    flow: Flow,
    left_out: Vec<String>,
    /// Of the page after the last call that listed them.
    actions: Vec<Action>,
    secrets: Secrets<'a>,
}

impl Making<'_> {
    /// How the session was started, without what was secret.
    fn start(&mut self, start: Option<&Value>) {
        let Some(start) = start else { return };
        let Ok(mut request) = serde_json::from_value::<StartRequest>(start.clone()) else { return };
        request.session_id = None;
        let marker = self.secrets.marker;
        if let Some(headers) = &mut request.extra_http_headers {
            let before = headers.len();
            headers.retain(|_, value| !value.contains(marker));
            if headers.len() < before {
                self.left_out.push("Headers of the start that hold a secret: they are not kept.".to_owned());
            }
        }
        request.extra_http_headers = request.extra_http_headers.filter(|headers| !headers.is_empty());
        if request.proxies.as_ref().is_some_and(|proxies| proxies.to_string().contains(marker)) {
            request.proxies = None;
            self.left_out.push("The proxy of the start: its password is not kept.".to_owned());
        }
        self.flow.start = request;
    }

    fn look(&mut self, call: &RecordedCall) {
        let answer = call.response.as_ref().filter(|_| !call.failed);
        let seen = answer.and_then(|answer| serde_json::from_value::<PageAnswer>(answer.clone()).ok());
        if let Some(space) = seen.and_then(|page| page.space) {
            self.actions = space.actions;
        }
    }

    fn take(&mut self, call: &RecordedCall) {
        match call.kind {
            CallKind::Start | CallKind::SessionMinute | CallKind::Extend | CallKind::Close => return,
            CallKind::Observe | CallKind::Step | CallKind::Scrape => {}
        }
        let why = match (&call.request, call.failed) {
            (_, true) => "it failed",
            (None, _) => "its request was not kept",
            (Some(request), false) => match self.call(call.kind, request) {
                Some(Ok((name, made))) => {
                    self.flow.steps.push(FlowStep::new(short(&name), made));
                    return;
                }
                Some(Err(why)) => why,
                None => "its request cannot be read",
            },
        };
        self.left_out.push(format!("Call {}, {}: {why}.", call.number, short(&call.what)));
    }

    /// `None` where the request is not of a shape that is known.
    fn call(&mut self, kind: CallKind, request: &Value) -> Option<Result<(String, FlowCall), &'static str>> {
        match kind {
            CallKind::Observe => {
                let asked: ObserveRequest = serde_json::from_value(request.clone()).ok()?;
                let name = match &asked.url {
                    Some(url) => format!("Open {}", place(url)),
                    None => "List the actions".to_owned(),
                };
                let url = asked.url.map(|url| self.text("address", url));
                let max_actions = asked.max_nb_actions.and_then(|most| u32::try_from(most).ok());
                let max_actions = max_actions.filter(|most| *most > 0);
                Some(Ok((name, FlowCall::Observe { url, max_actions })))
            }
            CallKind::Step if request.get("type").is_some() => {
                let asked: current::ExecuteRequest = serde_json::from_value(request.clone()).ok()?;
                Some(self.executed(asked))
            }
            CallKind::Step => {
                let asked: StepRequest = serde_json::from_value(request.clone()).ok()?;
                Some(self.step(asked))
            }
            CallKind::Scrape => {
                let scrape = scrape(request)?;
                let what = if scrape.only_main_content { "main content" } else { "page" };
                let name = match (&scrape.selector, &scrape.extract) {
                    (_, Some(_)) => "Read rows".to_owned(),
                    (Some(selector), None) => format!("Read {selector}"),
                    (None, None) => format!("Read the {what}"),
                };
                Some(Ok((name, FlowCall::Scrape(scrape))))
            }
            CallKind::Start | CallKind::SessionMinute | CallKind::Extend | CallKind::Close => None,
        }
    }

    fn executed(&mut self, asked: current::ExecuteRequest) -> Result<(String, FlowCall), &'static str> {
        let tab = asked.tab_index.and_then(|tab| u32::try_from(tab).ok());
        match (asked.kind, tab, asked.url) {
            (current::ActionType::SwitchTab, Some(tab), _) => {
                Ok((format!("Switch to tab {}", tab.saturating_add(1)), FlowCall::SwitchTab { tab }))
            }
            (current::ActionType::GotoNewTab, _, Some(url)) => {
                let name = format!("Open a tab at {}", place(&url));
                Ok((name, FlowCall::OpenTab { url: self.text("address", url) }))
            }
            (current::ActionType::CloseTab, _, _) => {
                Ok(("Close the tab in front".to_owned(), FlowCall::CloseTab))
            }
            (_, _, _) => Err("flows have no step of its kind"),
        }
    }

    fn step(&mut self, asked: StepRequest) -> Result<(String, FlowCall), &'static str> {
        let value = asked.value.clone();
        let plain = |name: &str, call: FlowCall| Ok((name.to_owned(), call));
        match asked.action_id.as_str() {
            "S1" => {
                let url = value.ok_or("it opened no address")?;
                Ok((format!("Open {}", place(&url)), FlowCall::Goto { url: self.text("address", url) }))
            }
            "S2" => plain("Read the main content", FlowCall::Scrape(ScrapeCall::default())),
            "S3" => plain("List the actions", FlowCall::Observe { url: None, max_actions: None }),
            "S4" => plain("Back", FlowCall::Back),
            "S5" => plain("Forward", FlowCall::Forward),
            "S6" => plain("Reload", FlowCall::Reload),
            "S7" => {
                let ms = value.and_then(|ms| ms.parse().ok()).unwrap_or(1_000);
                Ok((format!("Wait {ms} ms"), FlowCall::Wait { ms }))
            }
            "S8" => Err("a flow closes its own session when it is over"),
            id => {
                let action = self.actions.iter().find(|action| action.id == id).cloned();
                let action =
                    action.ok_or("what its action was is not known: no answer before it lists it")?;
                self.act(&action, asked)
            }
        }
    }

    fn act(&mut self, action: &Action, asked: StepRequest) -> Result<(String, FlowCall), &'static str> {
        let element = Element::of(action);
        if element.selectors.is_empty() {
            return Err("its server gave no way to find the element again");
        }
        let deed = Deed::of(action);
        let value = match (deed, asked.value) {
            (Deed::Click, _) => None,
            (_, None) => return Err("it gave no value"),
            (Deed::Fill | Deed::Upload, Some(value)) => Some(self.parameter(action, &value)),
            (Deed::Check | Deed::Select, Some(value)) => Some(self.text(&name_of(action), value)),
        };
        let enter = asked.enter == Some(true);
        let name = if enter {
            format!("{} and press enter", action.description)
        } else {
            action.description.clone()
        };
        Ok((name, FlowCall::Act(Act { deed, element, value, enter })))
    }

    /// A text that stays as it is, unless it looks as if it had placeholders.
    fn text(&mut self, name: &str, text: String) -> String {
        if placeholders(&text).is_empty() {
            text
        } else {
            self.placeholder(name, ParamKind::String, Some(text))
        }
    }

    fn parameter(&mut self, action: &Action, value: &str) -> String {
        let kind = action.params.first().map_or(ParamKind::String, |param| param.kind);
        let secret = value == self.secrets.marker || kind == ParamKind::Password;
        let kind = if secret { ParamKind::Password } else { kind };
        self.placeholder(&name_of(action), kind, (!secret).then(|| value.to_owned()))
    }

    /// The same value of the same field is one parameter, however often it was typed.
    fn placeholder(&mut self, name: &str, kind: ParamKind, default: Option<String>) -> String {
        let base = parameter_name(name);
        let secret = default.is_none();
        let mut wanted = Parameter { name: base.clone(), kind, default, secret, description: String::new() };
        // A value that its own kind does not allow is text.
        if wanted.default.as_ref().is_some_and(|value| wanted.check(value).is_err()) {
            wanted.kind = ParamKind::String;
        }
        for number in 2.. {
            match self.flow.parameter(&wanted.name) {
                Some(known) if *known == wanted => break,
                Some(_) => wanted.name = format!("{base}_{number}"),
                None => {
                    self.flow.parameters.push(wanted.clone());
                    break;
                }
            }
        }
        format!("{{{{{}}}}}", wanted.name)
    }
}

/// How a recorded scrape was asked, in either contract.
fn scrape(request: &Value) -> Option<ScrapeCall> {
    if request.get("session_id").is_some() {
        let asked: notex_wire::ScrapeRequest = serde_json::from_value(request.clone()).ok()?;
        return Some(ScrapeCall {
            only_main_content: asked.only_main_content.unwrap_or(true),
            images: asked.scrape_images.unwrap_or(false),
            links: true,
            selector: None,
            extract: asked.extract,
            response_format: asked.response_format,
            instructions: asked.instructions,
        });
    }
    let asked: current::ScrapeRequest = serde_json::from_value(request.clone()).ok()?;
    Some(ScrapeCall {
        only_main_content: asked.only_main_content.unwrap_or(false),
        images: asked.scrape_images.unwrap_or(false),
        links: asked.scrape_links.unwrap_or(true),
        selector: asked.selector,
        extract: asked.extract,
        response_format: asked.response_format,
        instructions: asked.instructions,
    })
}

fn opens(call: &FlowCall) -> bool {
    matches!(call, FlowCall::Goto { .. } | FlowCall::Observe { url: Some(_), .. } | FlowCall::OpenTab { .. })
}

fn name_of(action: &Action) -> String {
    action
        .label
        .clone()
        .filter(|label| !label.trim().is_empty())
        .unwrap_or_else(|| action.description.clone())
}

/// `Your e-mail` as `your_e_mail`.
fn parameter_name(words: &str) -> String {
    let mut name = String::new();
    for letter in words.chars() {
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
    let name: String = name.chars().take(30).collect();
    match name.trim_end_matches('_') {
        "" => "value".to_owned(),
        name => name.to_owned(),
    }
}

/// Host and path of an address, without what is asked of it.
fn place(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    rest.trim_end_matches('/').to_owned()
}

fn short(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None if text.trim().is_empty() => "Step".to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests;
