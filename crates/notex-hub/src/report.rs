//! The diagnostic report: what helps to find a fault, as text a person may show to others.

use std::fmt::Write as _;

use chrono::{SecondsFormat, Utc};
use url::Url;

use crate::Hub;
use crate::protocol::{ConnectionState, Failure, SessionPhase, Settings};
use crate::state::State;

/// How many lines of the log it ends with.
const LINES: usize = 200;

pub(crate) async fn write(hub: &Hub) -> Result<String, Failure> {
    let mut text = hub.read(of_state).await?;
    let log = hub.shared.log.page(0);
    let skipped = log.lines.len().saturating_sub(LINES);
    text.push_str("\nLog\n");
    if log.lines.is_empty() {
        text.push_str("  nothing was kept\n");
    }
    for line in log.lines.iter().skip(skipped) {
        let at = line.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        put(
            &mut text,
            format_args!("  {at} {} {}: {}", line.level, line.target, line.text.replace('\n', " ")),
        );
    }
    Ok(hub.shared.log.clean(&text))
}

/// Writing to a string cannot fail.
fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{line}");
}

fn of_state(state: &State) -> String {
    let mut text = String::from("Notex Inspector, diagnostic report\n");
    put(&mut text, format_args!("  written {}", Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true)));
    put(&mut text, format_args!("  version {}", env!("CARGO_PKG_VERSION")));
    put(&mut text, format_args!("  system {} {}", std::env::consts::OS, std::env::consts::ARCH));
    let keychain = state.keychain_problem.as_deref().unwrap_or("can be used");
    put(&mut text, format_args!("  keychain: {keychain}"));
    let model = match state.model.as_ref().map(|known| known.state()) {
        None => "none".to_owned(),
        Some(known) => match known.failure {
            None => "can be asked".to_owned(),
            Some(failure) => failure.message,
        },
    };
    put(&mut text, format_args!("  language model: {model}"));
    text.push_str("\nConnections\n");
    for known in &state.connections {
        of_connection(&mut text, &known.state, state);
    }
    of_settings(&mut text, &state.settings);
    text
}

fn of_connection(text: &mut String, known: &ConnectionState, state: &State) {
    // The path of an address may hold what nobody should see.
    let host = Url::parse(&known.base_url)
        .ok()
        .and_then(|url| Some(format!("{}://{}", url.scheme(), url.host_str()?)))
        .unwrap_or_else(|| "no address yet".to_owned());
    let kind = if known.local { "local engine" } else { "server" };
    put(text, format_args!("  {kind} at {host}: {:?}, {:?}", known.light, known.dialect));
    put(text, format_args!("    version {}", known.version.as_deref().unwrap_or("unknown")));
    put(text, format_args!("    browser {}", known.browser.as_deref().unwrap_or("unknown")));
    match known.latency_ms {
        Some(latency) => put(text, format_args!("    round trip {latency:.0} ms")),
        None => put(text, format_args!("    round trip unknown")),
    }
    if let Some(failure) = &known.failure {
        put(text, format_args!("    failure {:?}: {}", failure.code, failure.message));
    }
    let [mut live, mut ending, mut ended, mut disagree] = [0_u64; 4];
    for session in state.sessions.values().filter(|session| session.state.connection == known.id) {
        match session.state.phase {
            SessionPhase::Live { .. } => live += 1,
            SessionPhase::Ending => ending += 1,
            SessionPhase::Ended { .. } => ended += 1,
        }
        disagree += u64::from(session.state.disagreement.is_some());
    }
    put(
        text,
        format_args!(
            "    sessions: {live} live, {ending} ending, {ended} ended, {disagree} that the server sees otherwise"
        ),
    );
}

fn of_settings(text: &mut String, settings: &Settings) {
    text.push_str("\nSettings\n");
    put(text, format_args!("  theme {:?}, zoom {} %", settings.theme, settings.zoom_percent));
    put(
        text,
        format_args!(
            "  new sessions: timeout {} min, keep-alive {}, screenshot {}",
            settings.timeout_minutes, settings.keep_alive, settings.screenshot
        ),
    );
    put(
        text,
        format_args!(
            "  notices {} s before, by the system {}; at most {} actions",
            settings.warn_before_seconds, settings.system_notices, settings.max_actions
        ),
    );
    put(
        text,
        format_args!(
            "  {} presets, {} budgets, {} shortcuts of the person's own",
            settings.presets.len(),
            settings.budgets.len(),
            settings.shortcuts.len()
        ),
    );
}
