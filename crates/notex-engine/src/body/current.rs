//! Page calls of the current contract.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use notex_wire::current::{
    ActionType, ExecuteRequest, ObserveRequest, ScrapeRequest, SelectorRequest, SetCookiesRequest,
    WaitUntil as Until,
};
use notex_wire::{Cookie, DialogRequest};
use serde_json::Value;

use super::address::address;
use super::extract::DataWish;
use super::selector::{css_only, selector};
use super::{ActionBody, NO_MODEL, form, invalid, listing, unsupported};
use crate::browser::{Act, Deed, DialogWish, ScrapeOptions, ScrapeScope, Scroll, Target, Toward, WaitUntil};
use crate::files;
use crate::live::{PageCall, StepAction};
use crate::model::Model;
use crate::refusal::Refused;

/// The longest wait, as the SDK has it.
const LONGEST_WAIT_MS: i64 = 30_000;
/// The longest wait for an element.
const LONGEST_PATIENCE: Duration = Duration::from_secs(60);
const LONGEST_KEY: usize = 100;
const LONGEST_ID: usize = 200;
const MOST_TABS: i64 = 10_000;
const MOST_PIXELS: i64 = 10_000_000;
const MOST_TAGS: usize = 100;
const MOST_OPTIONS: usize = 200;
const LONGEST_ANSWER: usize = 10_000;
const MOST_COOKIES: usize = 1000;
/// What a hosted server has a language model for.
const OBSERVED_WITHOUT: &str = "this engine observes without a language model";

/// Checks the body of an observe.
pub(crate) fn perceive(request: ObserveRequest) -> Result<PageCall, Refused> {
    match request.perception_type.as_deref() {
        None | Some("" | "fast") => {}
        Some("deep") => return Err(unsupported("perception_type", OBSERVED_WITHOUT)),
        Some(_) => return Err(invalid("perception_type", "perception_type must be fast")),
    }
    if request.instructions.is_some_and(|words| !words.trim().is_empty()) {
        return Err(unsupported("instructions", OBSERVED_WITHOUT));
    }
    Ok(PageCall::Perceive { listing: listing(request.min_nb_actions, request.max_nb_actions)? })
}

/// Checks the body of a scrape.
pub(crate) fn read(request: ScrapeRequest, model: Option<Arc<Model>>) -> Result<PageCall, Refused> {
    if let Some(wanted) = request.model.filter(|name| !name.trim().is_empty()) {
        match &model {
            None => return Err(unsupported("model", NO_MODEL)),
            Some(model) if model.name() == wanted.trim() => {}
            Some(model) => {
                let why = format!("this engine asks {}, and no other language model", model.name());
                return Err(unsupported("model", &why));
            }
        }
    }
    if request.use_link_placeholders == Some(true) {
        return Err(unsupported("use_link_placeholders", "addresses are left as they are"));
    }
    let wish = DataWish {
        extract: request.extract,
        instructions: request.instructions,
        response_format: request.response_format,
    };
    let (extract, asking) = wish.checked(model)?;
    let images = request.scrape_images.unwrap_or(false);
    let options = ScrapeOptions {
        scope: scope(request.only_main_content),
        images,
        links: request.scrape_links.unwrap_or(true),
        selector: css_only(request.selector.map(SelectorRequest::Text))?,
        ignored_tags: tags(request.ignored_tags, images)?,
        comments: request.scrape_comments.unwrap_or(false),
        metadata: request.scrape_metadata.unwrap_or(false),
        list_links: request.list_links.unwrap_or(false),
        extract,
    };
    Ok(PageCall::Read { options, asking })
}

/// Checks the body that adds cookies.
pub(crate) fn cookies(request: SetCookiesRequest) -> Result<PageCall, Refused> {
    if request.cookies.len() > MOST_COOKIES {
        return Err(invalid("cookies", format!("{MOST_COOKIES} cookies are taken at once at most")));
    }
    for (place, cookie) in request.cookies.iter().enumerate() {
        if let Some((field, why)) = wrong_with(cookie) {
            let field = format!("cookies[{place}].{field}");
            return Err(invalid(&field, format!("{field} {why}")));
        }
    }
    Ok(PageCall::SetCookies(request.cookies))
}

fn wrong_with(cookie: &Cookie) -> Option<(&'static str, &'static str)> {
    let control = |text: &str| text.chars().any(char::is_control);
    if cookie.name.is_empty() || control(&cookie.name) || cookie.name.contains([';', '=']) {
        return Some(("name", "is no name of a cookie"));
    }
    if control(&cookie.value) || cookie.value.contains(';') {
        return Some(("value", "holds what no cookie can"));
    }
    if cookie.domain.trim_start_matches('.').is_empty() || control(&cookie.domain) {
        return Some(("domain", "must be the host that the cookie goes to"));
    }
    if !cookie.path.starts_with('/') || control(&cookie.path) {
        return Some(("path", "must begin with /"));
    }
    match cookie.same_site.as_deref() {
        None | Some("Strict" | "Lax" | "None") => None,
        Some(_) => Some(("sameSite", "must be Strict, Lax or None")),
    }
}

/// Checks an action.
pub(crate) fn execute(body: ActionBody, model: Option<Arc<Model>>) -> Result<PageCall, Refused> {
    let dialog = body.action.dialog.clone().map(dialogs).transpose()?;
    Ok(PageCall::Execute { action: action(body.action, model)?, sent: body.sent, dialog })
}

fn action(request: ExecuteRequest, model: Option<Arc<Model>>) -> Result<StepAction, Refused> {
    let hosted = |name: &str, why: &str| {
        Err(Refused::field("type", "unsupported", format!("{name} cannot be honoured: {why}")))
    };
    Ok(match request.kind {
        ActionType::Click => StepAction::Act(act(request, Deed::Click)?),
        ActionType::Fill | ActionType::MultiFactorFill | ActionType::FallbackFill => {
            let text = text(request.value.clone(), "value")?;
            let clear = request.clear_before_fill.unwrap_or(true);
            StepAction::Act(act(request, Deed::Fill { text, clear })?)
        }
        ActionType::Check => match request.value {
            Some(Value::Bool(to)) => StepAction::Act(act(request, Deed::Check { to })?),
            Some(_) => return Err(invalid("value", "value must be true or false")),
            None => return Err(missing("value")),
        },
        ActionType::SelectDropdownOption => {
            let options = options(request.value.clone())?;
            StepAction::Act(act(request, Deed::Choose { options })?)
        }
        ActionType::Hover => StepAction::Act(act(request, Deed::Hover)?),
        ActionType::DoubleClick => StepAction::Act(act(request, Deed::DoubleClick)?),
        ActionType::RightClick => StepAction::Act(act(request, Deed::RightClick)?),
        ActionType::Drag => {
            let to = element("to_id", request.to_id.clone(), request.to_selector.clone())?;
            StepAction::Act(act(request, Deed::Drag { to })?)
        }
        ActionType::ScrollTo => StepAction::Act(act(request, Deed::ScrollTo)?),
        ActionType::UploadFile => {
            let name = needed(request.file_path.clone(), "file_path")?;
            if name.starts_with("http://") || name.starts_with("https://") {
                return Err(unsupported(
                    "file_path",
                    "upload the file to the session first, and give its name",
                ));
            }
            if !files::names(&name).all(files::is_name) {
                let why =
                    "file_path must be the name of a file of the session, or several with | between them";
                return Err(invalid("file_path", why));
            }
            let files = files::names(&name).map(PathBuf::from).collect();
            StepAction::Act(act(request, Deed::Upload { files })?)
        }
        ActionType::DownloadFile => StepAction::Act(act(request, Deed::Download)?),
        ActionType::Goto => {
            let until = match request.wait_until {
                Some(Until::Commit) => WaitUntil::Commit,
                Some(Until::DomContentLoaded) => WaitUntil::DomContentLoaded,
                Some(Until::NetworkIdle) => WaitUntil::NetworkIdle,
                Some(Until::Load) | None => WaitUntil::Load,
            };
            StepAction::Goto(address("url", &needed(request.url, "url")?)?, until)
        }
        ActionType::GotoNewTab => StepAction::OpenTab(address("url", &needed(request.url, "url")?)?),
        ActionType::CloseTab => StepAction::CloseTab,
        ActionType::SwitchTab => {
            let place = needed(request.tab_index, "tab_index")?;
            StepAction::SwitchTab(number("tab_index", place, MOST_TABS)?)
        }
        ActionType::GoBack => StepAction::Back,
        ActionType::GoForward => StepAction::Forward,
        ActionType::Reload => StepAction::Refresh,
        ActionType::Wait => {
            let time = number("time_ms", needed(request.time_ms, "time_ms")?, LONGEST_WAIT_MS)?;
            StepAction::Wait(Duration::from_millis(time))
        }
        ActionType::PressKey => {
            let key = needed(request.key, "key")?;
            if key.is_empty() || key.len() > LONGEST_KEY {
                return Err(invalid("key", "key must be the name of a key, such as Enter or Control+a"));
            }
            StepAction::PressKey(key)
        }
        ActionType::ScrollUp => scroll(request, Toward::Up)?,
        ActionType::ScrollDown => scroll(request, Toward::Down)?,
        ActionType::ScrollLeft => scroll(request, Toward::Left)?,
        ActionType::ScrollRight => scroll(request, Toward::Right)?,
        ActionType::FormFill => StepAction::FillForm(form::fields(request.value)?),
        ActionType::Scrape => {
            let wish = DataWish {
                extract: request.extract,
                instructions: request.instructions,
                response_format: request.response_format,
            };
            let (extract, asking) = wish.checked(model)?;
            let images = request.scrape_images.unwrap_or(false);
            let options = ScrapeOptions {
                scope: scope(request.only_main_content),
                images,
                links: request.scrape_links.unwrap_or(true),
                selector: css_only(request.selector)?,
                ignored_tags: tags(request.ignored_tags, images)?,
                comments: request.scrape_comments.unwrap_or(false),
                metadata: request.scrape_metadata.unwrap_or(false),
                list_links: request.list_links.unwrap_or(false),
                extract,
            };
            StepAction::Scrape(options, asking)
        }
        ActionType::EvaluateJs => StepAction::Evaluate(needed(request.code, "code")?),
        ActionType::Help => {
            StepAction::Note(format!("asked for help: {}", needed(request.reason, "reason")?))
        }
        ActionType::Completion => {
            let answer = match needed(request.answer, "answer")? {
                Value::String(answer) => answer,
                other => other.to_string(),
            };
            let how = if needed(request.success, "success")? { "completed" } else { "gave up" };
            StepAction::Note(format!("{how}: {answer}"))
        }
        ActionType::CaptchaSolve => return hosted("captcha_solve", "this engine solves no captchas"),
        ActionType::EmailRead => return hosted("email_read", "this engine has no mailboxes"),
        ActionType::EmailVerificationRead => {
            return hosted("email_verification_read", "this engine has no mailboxes");
        }
        ActionType::SmsRead => return hosted("sms_read", "this engine has no telephone numbers"),
    })
}

fn act(request: ExecuteRequest, deed: Deed) -> Result<Act, Refused> {
    let timeout = match request.timeout {
        None | Some(0) => None,
        Some(time) => Some(Duration::from_millis(number("timeout", time, i64::MAX)?).min(LONGEST_PATIENCE)),
    };
    let enter = request.press_enter.unwrap_or(false);
    Ok(Act { target: element("id", request.id, request.selector)?, deed, enter, timeout })
}

/// How dialogs are to be answered.
pub(super) fn dialogs(wish: DialogRequest) -> Result<DialogWish, Refused> {
    let DialogRequest { accept, text } = wish;
    if text.as_ref().is_some_and(|text| text.len() > LONGEST_ANSWER) {
        return Err(invalid("dialog.text", format!("dialog.text may hold {LONGEST_ANSWER} bytes at most")));
    }
    Ok(DialogWish { accept, text })
}

/// One option of a select, or several.
fn options(value: Option<Value>) -> Result<Vec<String>, Refused> {
    match needed(value, "value")? {
        Value::String(option) => Ok(vec![option]),
        Value::Array(all) if all.len() <= MOST_OPTIONS => all
            .into_iter()
            .map(|option| match option {
                Value::String(option) => Ok(option),
                _ => Err(invalid("value", "value must be text, or a list of texts")),
            })
            .collect(),
        Value::Array(_) => Err(invalid("value", format!("value may list {MOST_OPTIONS} options at most"))),
        _ => Err(invalid("value", "value must be text, or a list of texts")),
    }
}

fn element(
    field: &'static str,
    id: Option<String>,
    request: Option<SelectorRequest>,
) -> Result<Target, Refused> {
    let id = id.unwrap_or_default();
    let id = id.strip_suffix("[:]").unwrap_or(&id);
    if id.len() > LONGEST_ID {
        return Err(invalid(field, format!("{field} must be one of an observe, such as L1")));
    }
    if !id.is_empty() {
        return Ok(Target::Action(id.to_owned()));
    }
    match request.map_or(Ok(None), selector)? {
        Some(selector) => Ok(Target::Selector(selector)),
        None => {
            let other = field.replace("id", "selector");
            let why = format!("{field} and {other} are both missing: which element is meant?");
            Err(Refused::field(field, "missing", why))
        }
    }
}

/// The page, or the box of an element.
fn scroll(request: ExecuteRequest, toward: Toward) -> Result<StepAction, Refused> {
    let amount = request.amount.map(|amount| number::<u32>("amount", amount, MOST_PIXELS)).transpose()?;
    let scroll = Scroll { toward, css_px: amount.map(f64::from) };
    let named = request.id.as_deref().is_some_and(|id| !id.is_empty());
    let selected = request.selector.clone().map_or(Ok(None), selector)?.is_some();
    if named || selected {
        return Ok(StepAction::Act(act(request, Deed::ScrollIn(scroll))?));
    }
    Ok(StepAction::Scroll(scroll))
}

fn scope(only_main_content: Option<bool>) -> ScrapeScope {
    if only_main_content.unwrap_or(false) { ScrapeScope::MainContent } else { ScrapeScope::WholePage }
}

/// The tags that are left out; in this contract also those of images, unless they are asked for.
fn tags(tags: Option<Vec<String>>, images: bool) -> Result<Vec<String>, Refused> {
    let tags = tags.unwrap_or_default();
    if tags.len() > MOST_TAGS {
        return Err(invalid("ignored_tags", format!("ignored_tags may hold {MOST_TAGS} tags at most")));
    }
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':');
    for (place, tag) in tags.iter().enumerate() {
        if tag.is_empty() || tag.len() > LONGEST_KEY || !tag.bytes().all(letter) {
            let field = format!("ignored_tags[{place}]");
            return Err(invalid(&field, format!("{field} is no name of a tag")));
        }
    }
    let image = (!images).then(|| "img".to_owned());
    Ok(tags.into_iter().map(|tag| tag.to_ascii_lowercase()).chain(image).collect())
}

fn text(value: Option<Value>, field: &str) -> Result<String, Refused> {
    match needed(value, field)? {
        Value::String(text) => Ok(text),
        _ => Err(invalid(field, format!("{field} must be text"))),
    }
}

fn number<T: TryFrom<i64>>(field: &str, number: i64, most: i64) -> Result<T, Refused> {
    let fits = (0..=most).contains(&number);
    T::try_from(number).ok().filter(|_| fits).ok_or_else(|| {
        let range = if most == i64::MAX { "0 or more".to_owned() } else { format!("from 0 to {most}") };
        invalid(field, format!("{field} must be {range}, not {number}"))
    })
}

fn needed<T>(value: Option<T>, field: &str) -> Result<T, Refused> {
    value.ok_or_else(|| missing(field))
}

fn missing(field: &str) -> Refused {
    Refused::field(field, "missing", format!("{field} is missing"))
}
