//! Request bodies: read from JSON and checked here, trusted everywhere else. Every refusal names its field.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use notex_session::Lifetime;
use notex_wire::{
    DEFAULT_MAX_ACTIONS, ObserveRequest, ScrapeRequest, SessionRequest, SpecialActionId, StepRequest,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::{Host, Url};

use crate::browser::{Act, ContextOptions, ScrapeOptions, ScrapeScope};
use crate::live::{PageCall, Screenshot, StepAction};
use crate::refusal::Refused;

/// The longest S7 wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long S7 waits when nothing is said.
pub(crate) const DEFAULT_WAIT_MS: u64 = 1000;
/// More actions are never listed, whatever is asked for.
const MOST_ACTIONS: usize = 10_000;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let limit = crate::routes::LARGEST_BODY;
                Refused::new(
                    rejection.status(),
                    "body_too_large",
                    format!("a body may hold {limit} bytes at most"),
                )
            } else {
                Refused::new(rejection.status(), "body_not_received", "the body was cut off")
            }
        })?;
        parse(&bytes).map(Self)
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refused> {
    let json: Value = serde_json::from_slice(bytes).map_err(|why| {
        Refused::new(StatusCode::BAD_REQUEST, "malformed_json", format!("the body is not JSON: {why}"))
    })?;
    if !json.is_object() {
        return Err(Refused::located(&["body"], "type_error", "the body must be a JSON object"));
    }
    serde_path_to_error::deserialize(json).map_err(|error| {
        let problem = error.inner().to_string();
        if let Some(field) = problem.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
            return Refused::field(field, "missing", format!("{field} is missing"));
        }
        let field = error.path().to_string();
        Refused::field(&field, "type_error", format!("{field} cannot be read: {problem}"))
    })
}

/// What every classic request says about its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) session_id: Option<String>,
    pub(crate) keep_alive: bool,
    /// From 1 to 30.
    pub(crate) timeout_minutes: i64,
    /// From 1 to 1440.
    pub(crate) max_duration_minutes: Option<i64>,
    pub(crate) screenshot: Option<bool>,
    pub(crate) context: ContextOptions,
}

impl Wanted {
    pub(crate) fn of(request: SessionRequest) -> Result<Self, Refused> {
        let (long, short) = (request.session_timeout_minutes, request.session_timeout);
        if let (Some(long), Some(short)) = (long, short)
            && long != short
        {
            return Err(Refused::field(
                "session_timeout",
                "value_error",
                format!(
                    "session_timeout is {short} and session_timeout_minutes is {long}; they mean the same, give one"
                ),
            ));
        }
        let timeout_minutes = long.or(short).unwrap_or(i64::from(Lifetime::DEFAULT_TIMEOUT_MINUTES));
        Lifetime::begin(chrono::DateTime::UNIX_EPOCH, timeout_minutes, false).map_err(|why| {
            let field = if long.is_some() { "session_timeout_minutes" } else { "session_timeout" };
            Refused::field(field, "value_error", why.to_string())
        })?;
        Ok(Self {
            session_id: request.session_id,
            keep_alive: request.keep_alive.unwrap_or(false),
            timeout_minutes,
            max_duration_minutes: None,
            screenshot: request.screenshot,
            context: ContextOptions::default(),
        })
    }
}

/// Checks the body of an observe.
pub(crate) fn observe(request: ObserveRequest) -> Result<(Wanted, PageCall), Refused> {
    let wanted = Wanted::of(SessionRequest {
        session_id: request.session_id,
        keep_alive: request.keep_alive,
        session_timeout_minutes: request.session_timeout_minutes,
        session_timeout: request.session_timeout,
        screenshot: request.screenshot,
    })?;
    let call = PageCall::Observe {
        url: opened(&wanted, request.url.as_deref())?,
        max_actions: max_actions(request.min_nb_actions, request.max_nb_actions)?,
        screenshot: Screenshot::of(wanted.screenshot),
    };
    Ok((wanted, call))
}

/// Checks the body of a step.
pub(crate) fn step(request: StepRequest) -> Result<(Wanted, PageCall), Refused> {
    let wanted = Wanted::of(SessionRequest {
        session_id: request.session_id,
        keep_alive: request.keep_alive,
        session_timeout_minutes: request.session_timeout_minutes,
        session_timeout: request.session_timeout,
        screenshot: request.screenshot,
    })?;
    let call = PageCall::Step {
        action: step_action(request.action_id, request.value, request.enter.unwrap_or(false))?,
        max_actions: max_actions(request.min_nb_actions, request.max_nb_actions)?,
        screenshot: Screenshot::of(wanted.screenshot),
    };
    Ok((wanted, call))
}

/// Checks the body of a scrape.
pub(crate) fn scrape(request: ScrapeRequest) -> Result<(Wanted, PageCall), Refused> {
    let wanted = Wanted::of(SessionRequest {
        session_id: request.session_id,
        keep_alive: request.keep_alive,
        session_timeout_minutes: request.session_timeout_minutes,
        session_timeout: request.session_timeout,
        screenshot: request.screenshot,
    })?;
    let scope = if request.only_main_content.unwrap_or(true) {
        ScrapeScope::MainContent
    } else {
        ScrapeScope::WholePage
    };
    let call = PageCall::Scrape {
        url: opened(&wanted, request.url.as_deref())?,
        options: ScrapeOptions { images: request.scrape_images.unwrap_or(false), ..ScrapeOptions::of(scope) },
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

fn max_actions(min: Option<i64>, max: Option<i64>) -> Result<usize, Refused> {
    for (field, number) in [("min_nb_actions", min), ("max_nb_actions", max)] {
        if let Some(number) = number.filter(|number| *number < 0) {
            return Err(Refused::field(
                field,
                "value_error",
                format!("{field} must be 0 or more, not {number}"),
            ));
        }
    }
    let max = max.unwrap_or(DEFAULT_MAX_ACTIONS);
    Ok(usize::try_from(max).unwrap_or(MOST_ACTIONS).min(MOST_ACTIONS))
}

fn step_action(id: String, value: Option<String>, enter: bool) -> Result<StepAction, Refused> {
    let (letter, digits) = id.split_at_checked(1).unwrap_or_default();
    let shaped = letter.chars().all(|letter| letter.is_ascii_uppercase())
        && (1..=6).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !shaped {
        let shown: String = id.chars().take(40).collect();
        return Err(Refused::field(
            "action_id",
            "value_error",
            format!("`{shown}` is no action id; use one of an observe such as L1, B2, I3, or S1 to S8"),
        ));
    }
    if letter != "S" {
        return Ok(StepAction::Act(Act::operate(id, value, enter)));
    }
    let special: SpecialActionId = serde_json::from_value(Value::String(id))
        .map_err(|_| Refused::field("action_id", "value_error", "the special actions are S1 to S8"))?;
    Ok(match special {
        SpecialActionId::S1 => match value {
            Some(text) => StepAction::Goto(address("value", &text)?),
            None => return Err(Refused::field("value", "missing", "S1 needs the address to open as value")),
        },
        SpecialActionId::S2 => StepAction::Scrape,
        SpecialActionId::S3 => StepAction::Screenshot,
        SpecialActionId::S4 => StepAction::Back,
        SpecialActionId::S5 => StepAction::Forward,
        SpecialActionId::S6 => StepAction::Refresh,
        SpecialActionId::S7 => StepAction::Wait(wait(value.as_deref())?),
        SpecialActionId::S8 => StepAction::Terminate,
    })
}

fn wait(value: Option<&str>) -> Result<Duration, Refused> {
    let milliseconds = match value {
        None => DEFAULT_WAIT_MS,
        Some(text) => text.trim().parse().map_err(|_| {
            Refused::field("value", "value_error", "S7 needs a whole number of milliseconds as value")
        })?,
    };
    Ok(Duration::from_millis(milliseconds).min(LONGEST_WAIT))
}

/// An address as people write it: without a scheme, https is meant, or http for this machine and bare IPs.
fn address(field: &str, text: &str) -> Result<Url, Refused> {
    let text = text.trim();
    let shown: String = text.chars().take(200).collect();
    let refused = |why: String| Refused::field(field, "value_error", why);
    let unreadable = || refused(format!("`{shown}` is no address; write it like https://example.com"));
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let names_a_scheme = text.contains("://")
        || (!host.starts_with('[')
            && host.split_once(':').is_some_and(|(_, port)| !port.bytes().all(|byte| byte.is_ascii_digit())));
    if names_a_scheme || text == "about:blank" {
        let url = Url::parse(text).map_err(|_| unreadable())?;
        return match url.scheme() {
            "http" | "https" => Ok(url),
            _ if url.as_str() == "about:blank" => Ok(url),
            scheme => Err(refused(format!("{scheme} addresses cannot be opened; use http or https"))),
        };
    }
    let url = Url::parse(&format!("https://{text}")).map_err(|_| unreadable())?;
    match url.host() {
        Some(Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost") => {}
        Some(Host::Domain(name)) if name.contains('.') => return Ok(url),
        Some(Host::Ipv4(_)) if host.contains('.') => {}
        Some(Host::Ipv6(_)) => {}
        Some(Host::Ipv4(_) | Host::Domain(_)) | None => return Err(unreadable()),
    }
    Url::parse(&format!("http://{text}")).map_err(|_| unreadable())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened_as(text: &str) -> Option<String> {
        address("url", text).ok().map(String::from)
    }

    #[test]
    fn an_address_without_a_scheme_is_taken_as_a_person_means_it() {
        for (written, meant) in [
            ("example.com", "https://example.com/"),
            (" example.com/a?b=c:d ", "https://example.com/a?b=c:d"),
            ("example.com:8443/a", "https://example.com:8443/a"),
            ("localhost:3000/a", "http://localhost:3000/a"),
            ("shop.localhost", "http://shop.localhost/"),
            ("127.0.0.1:80/a", "http://127.0.0.1/a"),
            ("[::1]:8080", "http://[::1]:8080/"),
            ("http://example.com", "http://example.com/"),
            ("about:blank", "about:blank"),
        ] {
            assert_eq!(opened_as(written).as_deref(), Some(meant), "{written}");
        }
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        for written in [
            "",
            "  ",
            "hello",
            "12",
            "two words.com",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "chrome://settings",
            "https://",
            "about:config",
        ] {
            assert_eq!(opened_as(written), None, "{written}");
        }
    }

    #[test]
    fn a_wait_is_cut_at_thirty_seconds() {
        assert_eq!(wait(Some("250")).unwrap(), Duration::from_millis(250));
        assert_eq!(wait(Some("86400000")).unwrap(), LONGEST_WAIT);
        assert_eq!(wait(None).unwrap(), Duration::from_secs(1));
        assert!(wait(Some("-1")).is_err());
        assert!(wait(Some("soon")).is_err());
    }
}
