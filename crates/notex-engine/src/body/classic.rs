//! Page calls of the classic contract.

use std::sync::Arc;
use std::time::Duration;

use notex_wire::{ObserveRequest, ScrapeRequest, SessionRequest, SpecialActionId, StepRequest};
use serde_json::Value;
use url::Url;

use super::address::address;
use super::extract::DataWish;
use super::{OneShotBody, Wanted, invalid, listing};
use crate::browser::{Act, Deed, ScrapeOptions, ScrapeScope, Scroll, Target, Toward, WaitUntil};
use crate::live::{PageCall, Screenshot, StepAction};
use crate::model::Model;
use crate::refusal::Refused;

/// The longest S7 wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// What stands before the name of something else than a click.
const GESTURE: &str = "gesture:";
/// How long S7 waits when nothing is said.
pub(crate) const DEFAULT_WAIT_MS: u64 = 1000;

/// Checks the body of an observe.
pub(crate) fn observe(body: OneShotBody<ObserveRequest>) -> Result<(Wanted, PageCall), Refused> {
    let (request, options) = (body.call, body.options);
    let session = SessionRequest {
        session_id: request.session_id,
        keep_alive: request.keep_alive,
        session_timeout_minutes: request.session_timeout_minutes,
        session_timeout: request.session_timeout,
        screenshot: request.screenshot,
    };
    let wanted = Wanted::for_call(session, options)?;
    let call = PageCall::Observe {
        url: opened(&wanted, request.url.as_deref())?,
        listing: listing(request.min_nb_actions, request.max_nb_actions)?,
        screenshot: Screenshot::of(wanted.screenshot),
    };
    Ok((wanted, call))
}

/// Checks the body of a step.
pub(crate) fn step(body: OneShotBody<StepRequest>) -> Result<(Wanted, PageCall), Refused> {
    let (request, options) = (body.call, body.options);
    let session = SessionRequest {
        session_id: request.session_id,
        keep_alive: request.keep_alive,
        session_timeout_minutes: request.session_timeout_minutes,
        session_timeout: request.session_timeout,
        screenshot: request.screenshot,
    };
    let wanted = Wanted::for_call(session, options)?;
    let call = PageCall::Step {
        action: step_action(request.action_id, request.value, request.enter.unwrap_or(false))?,
        listing: listing(request.min_nb_actions, request.max_nb_actions)?,
        screenshot: Screenshot::of(wanted.screenshot),
        dialog: request.dialog.map(super::current::dialogs).transpose()?,
    };
    Ok((wanted, call))
}

/// Checks the body of a scrape.
pub(crate) fn scrape(
    body: OneShotBody<ScrapeRequest>,
    model: Option<Arc<Model>>,
) -> Result<(Wanted, PageCall), Refused> {
    let (request, options) = (body.call, body.options);
    let session = SessionRequest {
        session_id: request.session_id,
        keep_alive: request.keep_alive,
        session_timeout_minutes: request.session_timeout_minutes,
        session_timeout: request.session_timeout,
        screenshot: request.screenshot,
    };
    listing(request.min_nb_actions, request.max_nb_actions)?;
    let wanted = Wanted::for_call(session, options)?;
    let scope = if request.only_main_content.unwrap_or(true) {
        ScrapeScope::MainContent
    } else {
        ScrapeScope::WholePage
    };
    let wish = DataWish {
        extract: request.extract,
        instructions: request.instructions,
        response_format: request.response_format,
    };
    let (extract, asking) = wish.checked(model)?;
    let call = PageCall::Scrape {
        url: opened(&wanted, request.url.as_deref())?,
        options: ScrapeOptions {
            images: request.scrape_images.unwrap_or(false),
            comments: request.scrape_comments.unwrap_or(false),
            metadata: request.scrape_metadata.unwrap_or(false),
            list_links: request.list_links.unwrap_or(false),
            extract,
            ..ScrapeOptions::of(scope)
        },
        asking,
        screenshot: Screenshot::of(wanted.screenshot),
    };
    Ok((wanted, call))
}

fn opened(wanted: &Wanted, url: Option<&str>) -> Result<Option<Url>, Refused> {
    match url {
        Some(text) => address("url", text).map(Some),
        None if wanted.session_id.is_some() => Ok(None),
        None => Err(Refused::field(
            "url",
            "missing",
            "a call without a session_id needs a url, because it makes a session of its own",
        )),
    }
}

fn is_action_id(id: &str) -> bool {
    let (letter, digits) = id.split_at_checked(1).unwrap_or_default();
    letter.chars().all(|letter| letter.is_ascii_uppercase())
        && (1..=6).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit())
}

fn step_action(id: String, value: Option<String>, enter: bool) -> Result<StepAction, Refused> {
    let letter = id.get(..1).unwrap_or_default();
    if !is_action_id(&id) {
        let shown: String = id.chars().take(40).collect();
        return Err(invalid(
            "action_id",
            format!("`{shown}` is no action id; use one of an observe such as L1, B2, I3, or S1 to S8"),
        ));
    }
    if letter != "S" {
        let gesture = value.as_deref().filter(|_| letter != "I").and_then(|v| v.strip_prefix(GESTURE));
        return Ok(StepAction::Act(match gesture.map(gesture_of).transpose()? {
            Some(deed) => Act { target: Target::Action(id), deed, enter, timeout: None },
            None => Act::operate(id, value, enter),
        }));
    }
    let special: SpecialActionId = serde_json::from_value(Value::String(id))
        .map_err(|_| invalid("action_id", "the special actions are S1 to S8"))?;
    Ok(match special {
        SpecialActionId::S1 => match value {
            Some(text) => StepAction::Goto(address("value", &text)?, WaitUntil::Load),
            None => return Err(Refused::field("value", "missing", "S1 needs the address to open as value")),
        },
        SpecialActionId::S2 => StepAction::Scrape(ScrapeOptions::of(ScrapeScope::MainContent), None),
        SpecialActionId::S3 => StepAction::Screenshot,
        SpecialActionId::S4 => StepAction::Back,
        SpecialActionId::S5 => StepAction::Forward,
        SpecialActionId::S6 => StepAction::Refresh,
        SpecialActionId::S7 => StepAction::Wait(wait(value.as_deref())?),
        SpecialActionId::S8 => StepAction::Terminate,
    })
}

/// What else than a click can be done to a link or a button.
fn gesture_of(words: &str) -> Result<Deed, Refused> {
    Ok(match words.trim() {
        "hover" => Deed::Hover,
        "double_click" => Deed::DoubleClick,
        "right_click" => Deed::RightClick,
        "scroll_to" => Deed::ScrollTo,
        "scroll_up" => in_its_box(Toward::Up),
        "scroll_down" => in_its_box(Toward::Down),
        "scroll_left" => in_its_box(Toward::Left),
        "scroll_right" => in_its_box(Toward::Right),
        words => match words.strip_prefix("drag ").map(str::trim).filter(|to| is_action_id(to)) {
            Some(to) => Deed::Drag { to: Target::Action(to.to_owned()) },
            None => {
                return Err(invalid(
                    "value",
                    "after `gesture:` comes hover, double_click, right_click, scroll_to, scroll_up, scroll_down, \
                     scroll_left, scroll_right, or drag with the id of the element to let go on: `gesture:drag B5`",
                ));
            }
        },
    })
}

/// Most of what is seen of the box that an element is in.
fn in_its_box(toward: Toward) -> Deed {
    Deed::ScrollIn(Scroll { toward, css_px: None })
}

fn wait(value: Option<&str>) -> Result<Duration, Refused> {
    let milliseconds = match value {
        None => DEFAULT_WAIT_MS,
        Some(text) => text
            .trim()
            .parse()
            .map_err(|_| invalid("value", "S7 needs a whole number of milliseconds as value"))?,
    };
    Ok(Duration::from_millis(milliseconds).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_cut_at_thirty_seconds() {
        assert_eq!(wait(Some("250")).unwrap(), Duration::from_millis(250));
        assert_eq!(wait(Some("86400000")).unwrap(), LONGEST_WAIT);
        assert_eq!(wait(None).unwrap(), Duration::from_secs(1));
        assert!(wait(Some("-1")).is_err());
        assert!(wait(Some("soon")).is_err());
    }
}
