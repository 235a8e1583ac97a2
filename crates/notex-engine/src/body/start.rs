//! What a session is started with, in both contracts. Every option is honoured or refused by name; false, null and
//! empty ask for nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use axum::http::{HeaderName, HeaderValue};
use chrono::DateTime;
use notex_session::{Lifetime, MAX_TIMEOUT_MINUTES, MIN_TIMEOUT_MINUTES};
use notex_wire::{ExternalProxy, SessionOptions, SessionRequest, StartRequest};
use serde_json::Value;
use url::Url;

use super::{invalid, read_as, unsupported};
use crate::browser::{ContextOptions, Proxy, ViewportSize};
use crate::refusal::Refused;

/// The longest life of a session of the current contract that names none, in minutes.
const CURRENT_MAX_DURATION_MINUTES: i64 = 15;
const WIDTHS: std::ops::RangeInclusive<i64> = 100..=7680;
const HEIGHTS: std::ops::RangeInclusive<i64> = 100..=4320;
const MOST_HEADERS: usize = 64;
const LONGEST_HEADER: usize = 8 * 1024;
/// Headers that belong to the connection or that the browser alone knows.
const BROWSERS_OWN_HEADERS: [&str; 8] =
    ["host", "connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// A session to be found or made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) session_id: Option<String>,
    pub(crate) keep_alive: bool,
    /// From 1 to 30.
    pub(crate) timeout_minutes: i64,
    /// From 1 to 1440.
    pub(crate) max_duration_minutes: Option<i64>,
    pub(crate) screenshot: Option<bool>,
    /// Its folder is not known before the session has an id.
    pub(crate) context: ContextOptions,
    /// The same as its answers tell it.
    pub(crate) options: SessionOptions,
}

impl Wanted {
    /// A start of the classic contract: it lives as long as it is called, if nothing else is said.
    pub(crate) fn classic(request: StartRequest) -> Result<Self, Refused> {
        Self::of(request, None)
    }

    /// A start at the path that both contracts share: whoever names no classic field speaks the current one.
    pub(crate) fn either(request: StartRequest) -> Result<Self, Refused> {
        let classic = request.session_id.is_some()
            || request.keep_alive.is_some()
            || request.session_timeout_minutes.is_some()
            || request.session_timeout.is_some()
            || request.screenshot.is_some();
        Self::of(request, (!classic).then_some(CURRENT_MAX_DURATION_MINUTES))
    }

    /// The session of a page call: one that is there, or one that is made for it.
    pub(crate) fn for_call(session: SessionRequest, options: StartRequest) -> Result<Self, Refused> {
        if session.session_id.is_some()
            && let Ok(Value::Object(given)) = serde_json::to_value(&options)
            && let Some(option) = given.keys().next()
        {
            let message = format!("{option} is for a start; the session that session_id names has started");
            return Err(invalid(option, message));
        }
        Self::classic(StartRequest {
            session_id: session.session_id,
            keep_alive: session.keep_alive,
            session_timeout_minutes: session.session_timeout_minutes,
            session_timeout: session.session_timeout,
            screenshot: session.screenshot,
            ..options
        })
    }

    fn of(request: StartRequest, longest: Option<i64>) -> Result<Self, Refused> {
        refuse_unsupported(&request)?;
        let timeout_minutes = timeout_minutes(&request)?;
        let max_duration_minutes = request.max_duration_minutes.or(longest);
        let keep_alive = request.keep_alive.unwrap_or(false);
        if let (Some(idle), Some(longest)) = (request.idle_timeout_minutes, request.max_duration_minutes)
            && idle > longest
        {
            let message = format!(
                "idle_timeout_minutes is {idle}, and max_duration_minutes ends the session after {longest}"
            );
            return Err(invalid("idle_timeout_minutes", message));
        }
        Lifetime::begin(DateTime::UNIX_EPOCH, timeout_minutes, keep_alive)
            .map_err(|why| invalid("session_timeout_minutes", why.to_string()))?
            .lasting_at_most(max_duration_minutes)
            .map_err(|why| invalid("max_duration_minutes", why.to_string()))?;
        let context = ContextOptions {
            viewport: viewport(&request)?,
            user_agent: user_agent(request.user_agent)?,
            extra_headers: headers(request.extra_http_headers.unwrap_or_default())?,
            proxy: request.proxies.map_or(Ok(None), proxy)?,
            locale: locale(request.locale)?,
            timezone: timezone(request.timezone)?,
            folder: PathBuf::new(),
        };
        let size = context.viewport.unwrap_or_default();
        let options = SessionOptions {
            browser_type: Some("chromium".to_owned()),
            user_agent: context.user_agent.clone(),
            viewport_width: Some(size.width),
            viewport_height: Some(size.height),
            proxies: context.proxy.is_some(),
            locale: context.locale.clone(),
            timezone: context.timezone.clone(),
        };
        let (session_id, screenshot) = (request.session_id, request.screenshot);
        Ok(Self {
            session_id,
            keep_alive,
            timeout_minutes,
            max_duration_minutes,
            screenshot,
            context,
            options,
        })
    }
}

fn refuse_unsupported(request: &StartRequest) -> Result<(), Refused> {
    let text = |field: &Option<String>| field.as_ref().is_some_and(|text| !text.trim().is_empty());
    let list = |field: &Option<Vec<String>>| field.as_ref().is_some_and(|list| !list.is_empty());
    let yes = |field: Option<bool>| field == Some(true);
    let asked = [
        (request.headless == Some(false), "headless", "no window is shown here; watch the session instead"),
        (text(&request.cdp_url), "cdp_url", "sessions run in the browser of this engine only"),
        (yes(request.solve_captchas), "solve_captchas", "this engine solves no captchas"),
        (is_asked(request.profile.as_ref()), "profile", "this engine keeps no browser profiles"),
        (text(&request.vault_id), "vault_id", "this engine keeps no vaults"),
        (list(&request.auth_ids), "auth_ids", "this engine keeps no logins"),
        (request.auth_retry.is_some_and(|tries| tries != 0), "auth_retry", "this engine keeps no logins"),
        (yes(request.web_bot_auth), "web_bot_auth", "this engine does not sign its requests"),
        (list(&request.chrome_args), "chrome_args", "all sessions share one browser program"),
        (yes(request.block_ads), "block_ads", "this engine blocks no advertisements"),
        (yes(request.advanced_stealth), "advanced_stealth", "this engine does not hide what it is"),
    ];
    if let Some((_, field, why)) = asked.into_iter().find(|(asked, _, _)| *asked) {
        return Err(unsupported(field, why));
    }
    match request.browser_type.as_deref() {
        None | Some("" | "chromium") => Ok(()),
        Some(_) => Err(unsupported("browser_type", "sessions run in chromium")),
    }
}

/// Whether something is asked for at all.
fn is_asked(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Object(fields)) => !fields.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Bool(true) | Value::Number(_)) => true,
    }
}

fn timeout_minutes(request: &StartRequest) -> Result<i64, Refused> {
    let mut given = [
        ("session_timeout_minutes", request.session_timeout_minutes),
        ("session_timeout", request.session_timeout),
        ("idle_timeout_minutes", request.idle_timeout_minutes),
        ("timeout_minutes", request.timeout_minutes),
    ]
    .into_iter()
    .filter_map(|(field, minutes)| Some((field, minutes?)));
    let Some((first, minutes)) = given.next() else {
        return Ok(i64::from(Lifetime::DEFAULT_TIMEOUT_MINUTES));
    };
    if let Some((field, other)) = given.find(|(_, other)| *other != minutes) {
        let message = format!("{field} is {other} and {first} is {minutes}; they mean the same, give one");
        return Err(invalid(field, message));
    }
    if !(i64::from(MIN_TIMEOUT_MINUTES)..=i64::from(MAX_TIMEOUT_MINUTES)).contains(&minutes) {
        let message =
            format!("{first} must be from {MIN_TIMEOUT_MINUTES} to {MAX_TIMEOUT_MINUTES}, not {minutes}");
        return Err(invalid(first, message));
    }
    Ok(minutes)
}

fn viewport(request: &StartRequest) -> Result<Option<ViewportSize>, Refused> {
    let ratio = request.aspect_ratio.as_deref().filter(|ratio| !ratio.is_empty());
    let (width, height) = match (request.viewport_width, request.viewport_height) {
        (None, None) => return ratio.map(shaped).transpose(),
        _ if ratio.is_some() => {
            return Err(invalid(
                "aspect_ratio",
                "aspect_ratio is given instead of viewport_width and viewport_height, not beside them",
            ));
        }
        (Some(width), Some(height)) => (width, height),
        (Some(_), None) => {
            return Err(invalid("viewport_height", "viewport_width needs viewport_height beside it"));
        }
        (None, Some(_)) => {
            return Err(invalid("viewport_width", "viewport_height needs viewport_width beside it"));
        }
    };
    let side = |field: &str, pixels: i64, range: std::ops::RangeInclusive<i64>| {
        u32::try_from(pixels).ok().filter(|_| range.contains(&pixels)).ok_or_else(|| {
            invalid(field, format!("{field} must be from {} to {}, not {pixels}", range.start(), range.end()))
        })
    };
    let width = side("viewport_width", width, WIDTHS)?;
    Ok(Some(ViewportSize { width, height: side("viewport_height", height, HEIGHTS)? }))
}

/// The largest viewport of a shape that fits into the usual one.
fn shaped(ratio: &str) -> Result<ViewportSize, Refused> {
    let (across, down) = match ratio {
        "5:4" => (5, 4),
        "16:9" => (16, 9),
        _ => return Err(invalid("aspect_ratio", "aspect_ratio must be 5:4 or 16:9")),
    };
    let usual = ViewportSize::default();
    let scale = (usual.width / across).min(usual.height / down);
    Ok(ViewportSize { width: scale * across, height: scale * down })
}

fn user_agent(text: Option<String>) -> Result<Option<String>, Refused> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    if text.len() > LONGEST_HEADER || HeaderValue::from_str(&text).is_err() {
        return Err(invalid("user_agent", "user_agent cannot be sent as a header"));
    }
    Ok(Some(text))
}

fn headers(headers: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Refused> {
    const FIELD: &str = "extra_http_headers";
    if headers.len() > MOST_HEADERS {
        return Err(invalid(FIELD, format!("{FIELD} may hold {MOST_HEADERS} headers at most")));
    }
    for (name, value) in &headers {
        let shown: String = name.chars().take(80).collect();
        let known = HeaderName::try_from(name)
            .map_err(|_| invalid(FIELD, format!("{FIELD}: `{shown}` is no name of a header")))?;
        if BROWSERS_OWN_HEADERS.contains(&known.as_str()) || known.as_str().starts_with("proxy-") {
            return Err(invalid(FIELD, format!("{FIELD}: {shown} is set by the browser alone")));
        }
        if value.len() > LONGEST_HEADER || HeaderValue::from_str(value).is_err() {
            return Err(invalid(FIELD, format!("{FIELD}: the value of {shown} cannot be sent as a header")));
        }
    }
    Ok(headers)
}

fn proxy(proxies: Value) -> Result<Option<Proxy>, Refused> {
    const FIELD: &str = "proxies";
    if !is_asked(Some(&proxies)) {
        return Ok(None);
    }
    let hosted =
        || unsupported(FIELD, "this engine has no proxies of its own; give one as {type: external, server}");
    let proxy = match proxies {
        Value::Array(mut list) if list.len() == 1 => list.remove(0),
        Value::Array(_) => return Err(unsupported(FIELD, "a session goes through one proxy")),
        object @ Value::Object(_) => object,
        _ => return Err(hosted()),
    };
    let Value::Object(proxy) = proxy else { return Err(hosted()) };
    match proxy.get("type").and_then(Value::as_str) {
        None | Some("external") => {}
        Some(_) => return Err(hosted()),
    }
    let proxy: ExternalProxy = read_as(proxy)?;
    let server = server(&proxy.server).ok_or_else(|| {
        invalid(FIELD, "proxies: the server is written like http://host:port or socks5://host:port")
    })?;
    let said = |text: Option<String>| text.filter(|text| !text.is_empty());
    Ok(Some(Proxy {
        server,
        bypass: said(proxy.bypass),
        username: said(proxy.username),
        password: said(proxy.password),
    }))
}

/// A proxy's address without anything but its scheme, host and port; credentials are fields of their own.
fn server(text: &str) -> Option<String> {
    let text = text.trim();
    let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&text).ok()?;
    let bare = url.username().is_empty()
        && url.password().is_none()
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none();
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let usual = match url.scheme() {
        "http" => 80,
        "https" => 443,
        "socks4" | "socks5" => 1080,
        _ => return None,
    };
    bare.then(|| format!("{}://{host}:{}", url.scheme(), url.port().unwrap_or(usual)))
}

fn locale(text: Option<String>) -> Result<Option<String>, Refused> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let part =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if text.len() > 35 || !text.split('-').all(part) {
        return Err(invalid("locale", "locale must be a language tag such as de-DE"));
    }
    Ok(Some(text))
}

fn timezone(text: Option<String>) -> Result<Option<String>, Refused> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'+');
    if text.len() > 60 || !text.bytes().all(letter) {
        return Err(invalid("timezone", "timezone must be a name such as Europe/Berlin"));
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_proxy_is_its_scheme_host_and_port() {
        for (written, meant) in [
            ("http://proxy.example:3128", Some("http://proxy.example:3128")),
            ("proxy.example:3128", Some("http://proxy.example:3128")),
            ("socks5://10.0.0.1", Some("socks5://10.0.0.1:1080")),
            ("https://proxy.example/", Some("https://proxy.example:443")),
            ("ftp://proxy.example", None),
            ("http://me:secret@proxy.example", None),
            ("http://proxy.example/path", None),
            ("", None),
        ] {
            assert_eq!(server(written).as_deref(), meant, "{written}");
        }
    }

    #[test]
    fn what_asks_for_no_proxy_is_none() {
        for nothing in [json!(false), json!([]), json!(null), json!("")] {
            assert_eq!(proxy(nothing).unwrap(), None);
        }
    }

    #[test]
    fn a_shape_is_fitted_into_the_usual_viewport() {
        assert_eq!(shaped("16:9").unwrap(), ViewportSize { width: 1280, height: 720 });
        assert_eq!(shaped("5:4").unwrap(), ViewportSize { width: 1000, height: 800 });
        assert!(shaped("1:1").is_err());
    }

    #[test]
    fn the_options_of_a_start_are_all_its_fields_but_the_classic_five() {
        let known = serde_json::from_value::<StartRequest>(json!({ "unknown": 1 })).unwrap_err().to_string();
        let mut fields: Vec<&str> = known.split('`').skip(3).step_by(2).collect();
        fields.retain(|field| !["session_id", "keep_alive", "screenshot"].contains(field));
        fields.retain(|field| !field.starts_with("session_timeout"));
        assert_eq!(fields, StartRequest::OPTIONS);
    }
}
