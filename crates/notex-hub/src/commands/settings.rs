//! Settings: checked field by field, and kept without a secret.

use std::collections::HashSet;

use super::{check_timeout, start};
use crate::protocol::{Failure, Outcome, Settings, StartForm};
use crate::{Hub, budgets, history};

/// Ranges of what the settings hold.
const ZOOMS: std::ops::RangeInclusive<u32> = 80..=200;
const LONGEST_WARNING: u32 = 600;
const MOST_ACTIONS: u32 = 10_000;
const HISTORY_DAYS: std::ops::RangeInclusive<u32> = 1..=3_650;
const HISTORY_MEGABYTES: std::ops::RangeInclusive<u32> = 50..=1_000_000;
const MOST_PRESETS: usize = 100;
const LONGEST_NAME: usize = 100;

pub(super) async fn save(hub: &Hub, mut settings: Settings) -> Result<Outcome, Failure> {
    check(&settings)?;
    budgets::check(&settings.budgets)?;
    for preset in &mut settings.presets {
        preset.name = preset.name.trim().to_owned();
        forget_secrets(&mut preset.options);
    }
    let kept = |settings: &Settings| (settings.history_days, settings.history_megabytes);
    let changed = hub
        .ask(move |state, _| {
            let before = kept(&state.settings);
            state.save_settings(settings)?;
            Ok::<_, Failure>(kept(&state.settings) != before)
        })
        .await??;
    if changed {
        history::sweep(hub).await;
    }
    Ok(Outcome::default())
}

fn check(settings: &Settings) -> Result<(), Failure> {
    check_timeout("timeout", i64::from(settings.timeout_minutes))?;
    if !ZOOMS.contains(&settings.zoom_percent) {
        return Err(Failure::invalid("zoom must be from 80 to 200 percent"));
    }
    if settings.warn_before_seconds > LONGEST_WARNING {
        return Err(Failure::invalid(format!("warning must come at most {LONGEST_WARNING} seconds before")));
    }
    if !(1..=MOST_ACTIONS).contains(&settings.max_actions) {
        return Err(Failure::invalid(format!("actions must be from 1 to {MOST_ACTIONS}")));
    }
    if !HISTORY_DAYS.contains(&settings.history_days) {
        return Err(Failure::invalid("history must be kept for 1 to 3,650 days"));
    }
    if !HISTORY_MEGABYTES.contains(&settings.history_megabytes) {
        return Err(Failure::invalid("history must take 50 to 1,000,000 MB"));
    }
    check_shortcuts(settings)?;
    if settings.presets.len() > MOST_PRESETS {
        return Err(Failure::invalid(format!("presets must be at most {MOST_PRESETS}")));
    }
    let mut names = HashSet::new();
    for preset in &settings.presets {
        let name = preset.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(Failure::invalid(format!(
                "the name of a preset must have 1 to {LONGEST_NAME} characters"
            )));
        }
        if !names.insert(name.to_lowercase()) {
            return Err(Failure::invalid(format!("two presets are called {name}")));
        }
        start::check(&preset.options).map_err(|failure| Failure {
            message: format!("Preset {name}: {}", failure.message),
            ..failure
        })?;
    }
    Ok(())
}

/// `Mod+Shift+K`: words with plus signs between, the last one the key; empty for none. Each set of keys once.
fn check_shortcuts(settings: &Settings) -> Result<(), Failure> {
    let mut taken = HashSet::new();
    for (command, keys) in &settings.shortcuts {
        if command.is_empty() || command.len() > LONGEST_NAME {
            return Err(Failure::invalid("a shortcut must name its command"));
        }
        if keys.is_empty() {
            continue;
        }
        // The key itself may be a plus sign.
        let (modifiers, key) = match keys.strip_suffix("++") {
            Some(modifiers) => (modifiers, "+"),
            None => keys.rsplit_once('+').filter(|_| keys != "+").unwrap_or(("", keys.as_str())),
        };
        let known = ["Mod", "Ctrl", "Control", "Alt", "Shift", "Meta", "Cmd"];
        let fine = modifiers.is_empty() || modifiers.split('+').all(|word| known.contains(&word));
        if !fine || key.is_empty() || key.chars().count() > 20 || key.chars().any(char::is_control) {
            return Err(Failure::invalid(format!("shortcut of {command} cannot be read: {keys}"))
                .with_hint("write it as Mod+Shift+K"));
        }
        if !taken.insert(keys.to_lowercase()) {
            return Err(Failure::invalid(format!("shortcut {keys} is given twice")));
        }
    }
    Ok(())
}

/// Passwords, and what a header holds that looks like a secret, are for one run only.
fn forget_secrets(options: &mut StartForm) {
    if let Some(proxy) = &mut options.proxy {
        proxy.password = None;
    }
    for header in &mut options.headers {
        if is_secret(&header.name) {
            header.value.clear();
        }
    }
}

/// Whether a header of this name usually holds a secret.
pub(super) fn is_secret(header: &str) -> bool {
    let name = header.to_ascii_lowercase();
    ["auth", "cookie", "key", "token", "secret", "passw", "credential", "signature", "session"]
        .iter()
        .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Header, Preset, ProxyOptions};

    #[test]
    fn each_problem_of_the_settings_names_its_field() {
        let fine = Settings::default;
        let shortcut = |keys: &str| [("observe".to_owned(), keys.to_owned())].into();
        let preset = |name: &str| Preset { name: name.to_owned(), options: StartForm::default() };
        for (settings, named) in [
            (Settings { timeout_minutes: 31, ..fine() }, "Timeout"),
            (Settings { zoom_percent: 79, ..fine() }, "Zoom"),
            (Settings { warn_before_seconds: 601, ..fine() }, "Warning"),
            (Settings { max_actions: 0, ..fine() }, "Actions"),
            (Settings { history_days: 0, ..fine() }, "History"),
            (Settings { history_megabytes: 49, ..fine() }, "History"),
            (Settings { shortcuts: shortcut("Hyper+K"), ..fine() }, "Shortcut of observe"),
            (Settings { presets: vec![preset(" ")], ..fine() }, "The name of a preset"),
            (Settings { presets: vec![preset("A"), preset("a ")], ..fine() }, "Two presets"),
        ] {
            let failure = check(&settings).unwrap_err();
            assert!(failure.message.starts_with(named), "{failure}");
        }
        for keys in ["Mod+Shift+K", "Mod++", "?", "F5", "Mod+ArrowUp", ""] {
            assert_eq!(check(&Settings { shortcuts: shortcut(keys), ..fine() }), Ok(()), "{keys}");
        }
    }

    #[test]
    fn a_preset_is_kept_without_its_secrets() {
        let header = |name: &str| Header { name: name.to_owned(), value: "hush".to_owned() };
        let mut options = StartForm {
            headers: ["Authorization", "X-Api-Key", "Cookie", "X-Auth-Token", "X-Plain"].map(header).into(),
            proxy: Some(ProxyOptions { password: Some("hush".to_owned()), ..ProxyOptions::default() }),
            ..StartForm::default()
        };
        forget_secrets(&mut options);
        assert_eq!(options.proxy.unwrap().password, None);
        let kept: Vec<&str> = options
            .headers
            .iter()
            .filter(|kept| !kept.value.is_empty())
            .map(|kept| kept.name.as_str())
            .collect();
        assert_eq!(kept, ["X-Plain"]);
    }
}
