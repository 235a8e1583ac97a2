//! Starting a session: what is wrong with the options is said by name before anybody is asked.

use notex_client::{Client, Server};
use notex_session::MAX_DURATION_MINUTES;
use notex_wire::{CallKind, StartRequest};
use url::Url;

use super::page::said;
use super::settings::is_secret;
use super::{check_key, check_timeout, server_of_connection};
use crate::calls::Ended;
use crate::protocol::{Dialect, Failure, FailureCode, Outcome, ProxyOptions, StartForm};
use crate::{Hub, history};

/// Sizes of a viewport that the contract allows.
const WIDTHS: std::ops::RangeInclusive<i64> = 100..=7680;
const HEIGHTS: std::ops::RangeInclusive<i64> = 100..=4320;
/// The longest text of one option, and the most headers.
const LONGEST: usize = 4_096;
const MOST_HEADERS: usize = 100;

pub(super) async fn start(hub: &Hub, connection: String, form: StartForm) -> Result<Outcome, Failure> {
    let form = tidied(form);
    check(&form)?;
    let server = server_of_connection(hub, &connection).await?;
    let id = connection.clone();
    let takes_all = hub
        .read(move |state| {
            state.connection(&id).is_none_or(|known| {
                known.state.can.start_options || !matches!(known.state.dialect, Some(Dialect::Classic))
            })
        })
        .await?;
    if !takes_all {
        refuse_further_options(&form)?;
    }
    let secrets = form.headers.iter().map(|header| header.value.clone());
    let password = form.proxy.as_ref().and_then(|proxy| proxy.password.clone());
    hub.shared.log.keep_out(secrets.chain(password));
    // In a task of its own: a window that goes away meanwhile must not make it forgotten, for it costs.
    let hub = hub.clone();
    let started = tokio::spawn(async move { start_on(&hub, server, connection, form).await });
    started.await.map_err(|_| Failure::new(FailureCode::Other, "the start was not finished"))?
}

async fn start_on(
    hub: &Hub,
    server: Server,
    connection: String,
    form: StartForm,
) -> Result<Outcome, Failure> {
    let id = connection.clone();
    hub.change(move |state, _| state.change_connection(&id, |known| known.starting += 1)).await;
    let mut client = Client::new(server);
    let begun_at = hub.shared.clock.now();
    let answer = client.start(&request_of(&form)).await;
    let id = connection.clone();
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            hub.change(move |state, _| state.change_connection(&id, |known| known.starting -= 1)).await;
            let failure = Failure::from(&error);
            check_key(hub, &connection, &failure).await;
            return Err(failure);
        }
    };
    let (session, what) = (answer.body.session_id.clone(), start_words(&form));
    let (sent, kept) =
        (said(&request_of(&without_secrets(form.clone()))), history::Answered::of(&answer.body));
    let id = session.clone();
    let call = hub
        .ask(move |state, now| {
            // Before anything else: it costs from now on, and a crash must not forget it.
            state.note_started(&connection, &id);
            state.change_connection(&connection, |known| known.starting -= 1);
            let ahead = answer.server_ahead(now).unwrap_or_default();
            state.take_in_session(&connection, &answer.body, ahead, now);
            state.change_session(&id, |known| {
                known.state.started_here = true;
                known.recorded.start.clone_from(&sent);
                known.state.screenshot = form.screenshot;
                // A server that does not repeat them was given them all the same.
                let size = |side: Option<i64>| side.and_then(|side| u32::try_from(side).ok());
                let shown = &mut known.state;
                shown.viewport_width = shown.viewport_width.or(size(form.viewport_width));
                shown.viewport_height = shown.viewport_height.or(size(form.viewport_height));
                shown.locale = shown.locale.take().or(form.locale);
                shown.timezone = shown.timezone.take().or(form.timezone);
                shown.user_agent = shown.user_agent.take().or(form.user_agent);
                shown.proxied |= form.proxy.is_some();
            });
            let call = state.record_call(&id, CallKind::Start, what.clone(), begun_at);
            let (http_status, took, usage) = (answer.status, answer.took, answer.body.usage);
            state.note_request(&id, call, sent);
            state.note_answer(&id, call, kept);
            state.end_call(&id, call, Ended { http_status, took, what, usage, picture: None, changes: None });
            call
        })
        .await?;
    Ok(Outcome { session: Some(session), call: Some(call), ..Outcome::default() })
}

/// For the history: a marker where a password or a header's secret was.
fn without_secrets(mut form: StartForm) -> StartForm {
    for header in form.headers.iter_mut().filter(|header| is_secret(&header.name)) {
        header.value = history::NOT_KEPT.to_owned();
    }
    if let Some(password) = form.proxy.as_mut().and_then(|proxy| proxy.password.as_mut()) {
        *password = history::NOT_KEPT.to_owned();
    }
    form
}

fn start_words(form: &StartForm) -> String {
    let timeout = form.timeout_minutes;
    if form.keep_alive { "keep-alive".to_owned() } else { format!("timeout {timeout} min") }
}

/// What was typed, without what is only white space.
fn tidied(mut form: StartForm) -> StartForm {
    let tidy = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    form.user_agent = tidy(form.user_agent);
    form.locale = tidy(form.locale);
    form.timezone = tidy(form.timezone);
    form.headers.retain(|header| !(header.name.trim().is_empty() && header.value.trim().is_empty()));
    for header in &mut form.headers {
        header.name = header.name.trim().to_owned();
        header.value = header.value.trim().to_owned();
    }
    form.proxy = form.proxy.map(|proxy| ProxyOptions {
        server: proxy.server.trim().to_owned(),
        username: tidy(proxy.username),
        password: proxy.password.filter(|password| !password.is_empty()),
        bypass: tidy(proxy.bypass),
    });
    form
}

/// Each problem names its field.
pub(super) fn check(form: &StartForm) -> Result<(), Failure> {
    let within = |name: &str, value: Option<i64>, range: &std::ops::RangeInclusive<i64>| match value {
        Some(value) if !range.contains(&value) => Err(Failure::invalid(format!(
            "{name} must be from {} to {}, not {value}",
            range.start(),
            range.end()
        ))),
        Some(_) | None => Ok(()),
    };
    check_timeout("timeout", form.timeout_minutes)?;
    within("longest life", form.max_duration_minutes, &(1..=i64::from(MAX_DURATION_MINUTES)))?;
    within("viewport width", form.viewport_width, &WIDTHS)?;
    within("viewport height", form.viewport_height, &HEIGHTS)?;
    match (form.viewport_width, form.viewport_height) {
        (Some(_), None) => {
            return Err(Failure::invalid("viewport height is missing: a width comes with a height"));
        }
        (None, Some(_)) => {
            return Err(Failure::invalid("viewport width is missing: a height comes with a width"));
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
    let texts = [("user agent", &form.user_agent), ("locale", &form.locale), ("time zone", &form.timezone)];
    for (name, text) in texts {
        let Some(text) = text else { continue };
        if text.len() > LONGEST || text.chars().any(char::is_control) {
            return Err(Failure::invalid(format!("{name} must be one line of at most {LONGEST} characters")));
        }
    }
    check_headers(form)?;
    form.proxy.as_ref().map_or(Ok(()), check_proxy)
}

fn check_headers(form: &StartForm) -> Result<(), Failure> {
    if form.headers.len() > MOST_HEADERS {
        return Err(Failure::invalid(format!("headers must be at most {MOST_HEADERS}")));
    }
    let mut names = std::collections::HashSet::new();
    for (place, header) in form.headers.iter().enumerate() {
        let nth = place + 1;
        // The characters of a token, by RFC 9110.
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if header.name.is_empty() || !header.name.chars().all(is_token) {
            let why = "must have letters, digits and hyphens only";
            return Err(Failure::invalid(format!("the name of header {nth} {why}")));
        }
        if !names.insert(header.name.to_ascii_lowercase()) {
            return Err(Failure::invalid(format!("header {} is given twice", header.name)));
        }
        if header.value.len() > LONGEST || header.value.chars().any(|c| c.is_control() && c != '\t') {
            return Err(Failure::invalid(format!(
                "the value of header {} must be one line of at most {LONGEST} characters",
                header.name
            )));
        }
    }
    Ok(())
}

fn check_proxy(proxy: &ProxyOptions) -> Result<(), Failure> {
    let hint = "write it as http://host:port or socks5://host:port";
    let wrong = |why: &str| Err(Failure::invalid(format!("proxy address {why}")).with_hint(hint));
    if proxy.server.is_empty() {
        return wrong("is missing");
    }
    let Ok(address) = Url::parse(&proxy.server) else { return wrong("cannot be read") };
    if !matches!(address.scheme(), "http" | "https" | "socks5") {
        return wrong("must begin with http://, https:// or socks5://");
    }
    if address.host_str().is_none_or(str::is_empty) {
        return wrong("names no host");
    }
    if !address.username().is_empty() || address.password().is_some() {
        return wrong("must not hold a name or password: they have fields of their own");
    }
    Ok(())
}

/// A server without our additions takes the classic options only, and is never sent what it would pass over silently.
fn refuse_further_options(form: &StartForm) -> Result<(), Failure> {
    let given = [
        ("longest life", form.max_duration_minutes.is_some()),
        ("viewport", form.viewport_width.is_some()),
        ("user agent", form.user_agent.is_some()),
        ("locale", form.locale.is_some()),
        ("time zone", form.timezone.is_some()),
        ("headers", !form.headers.is_empty()),
        ("proxy", form.proxy.is_some()),
    ];
    let names: Vec<&str> = given.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
    if names.is_empty() {
        return Ok(());
    }
    let names = names.join(", ");
    Err(Failure::invalid(format!("this server does not take {names}"))
        .with_hint("leave it out: it takes the timeout, keep-alive and screenshots"))
}

/// Only what the person chose: what is absent is as the server has it.
fn request_of(form: &StartForm) -> StartRequest {
    let headers = form.headers.iter().map(|header| (header.name.clone(), header.value.clone()));
    let proxy = form.proxy.as_ref().map(|proxy| {
        serde_json::json!([{
            "type": "external", "server": proxy.server, "username": proxy.username,
            "password": proxy.password, "bypass": proxy.bypass,
        }])
    });
    StartRequest {
        keep_alive: Some(form.keep_alive),
        session_timeout_minutes: Some(form.timeout_minutes),
        screenshot: Some(form.screenshot),
        max_duration_minutes: form.max_duration_minutes,
        viewport_width: form.viewport_width,
        viewport_height: form.viewport_height,
        user_agent: form.user_agent.clone(),
        locale: form.locale.clone(),
        timezone: form.timezone.clone(),
        extra_http_headers: (!form.headers.is_empty()).then(|| headers.collect()),
        proxies: proxy,
        ..StartRequest::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Header;

    #[test]
    fn each_problem_of_a_start_names_its_field() {
        let header = |name: &str| vec![Header { name: name.to_owned(), value: "1".to_owned() }];
        let proxy =
            |server: &str| Some(ProxyOptions { server: server.to_owned(), ..ProxyOptions::default() });
        let fine = StartForm::default;
        for (form, named) in [
            (StartForm { timeout_minutes: 0, ..fine() }, "Timeout"),
            (StartForm { max_duration_minutes: Some(1441), ..fine() }, "Longest life"),
            (StartForm { viewport_width: Some(800), ..fine() }, "Viewport height is missing"),
            (StartForm { viewport_height: Some(600), ..fine() }, "Viewport width is missing"),
            (StartForm { viewport_width: Some(99), viewport_height: Some(600), ..fine() }, "Viewport width"),
            (
                StartForm { viewport_width: Some(800), viewport_height: Some(4321), ..fine() },
                "Viewport height",
            ),
            (StartForm { user_agent: Some("a\nb".to_owned()), ..fine() }, "User agent"),
            (StartForm { headers: header("X Bad"), ..fine() }, "The name of header 1"),
            (StartForm { headers: [header("X-A"), header("x-a")].concat(), ..fine() }, "Header x-a"),
            (StartForm { proxy: proxy("ftp://proxy:1"), ..fine() }, "Proxy address must begin"),
            (StartForm { proxy: proxy("http://u:p@proxy:1"), ..fine() }, "Proxy address must not hold"),
        ] {
            let failure = check(&form).unwrap_err();
            assert!(failure.message.starts_with(named), "{failure}");
        }
        let all = StartForm {
            max_duration_minutes: Some(60),
            viewport_width: Some(800),
            viewport_height: Some(600),
            locale: Some("de-DE".to_owned()),
            headers: header("X-Test"),
            proxy: proxy("socks5://proxy:1080"),
            ..fine()
        };
        assert_eq!(check(&all), Ok(()));
        let refused = refuse_further_options(&all).unwrap_err();
        assert_eq!(
            refused.message,
            "This server does not take longest life, viewport, locale, headers, proxy."
        );
        assert_eq!(refuse_further_options(&fine()), Ok(()));
    }
}
