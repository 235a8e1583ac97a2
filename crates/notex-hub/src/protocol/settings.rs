//! What the person has set.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Budget, StartForm};

/// What the person has set; kept by `tauri-plugin-store` in `settings.json`. No secret is among it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Dark, light, or what the system says.
    pub theme: Theme,
    /// The connection that is shown first.
    pub connection: String,
    /// Idle timeout that the New session form starts with, in minutes.
    pub timeout_minutes: u32,
    /// Keep-alive that the New session form starts with.
    pub keep_alive: bool,
    /// Screenshot that the New session form starts with.
    pub screenshot: bool,
    /// Named options to start sessions with; passwords and headers that hold secrets are not kept.
    pub presets: Vec<Preset>,
    /// What connections may cost.
    pub budgets: Vec<Budget>,
    /// A notice comes so many seconds before a session ends; 0 for none.
    pub warn_before_seconds: u32,
    /// Notices are shown by the system, too.
    pub system_notices: bool,
    /// How many actions an observe lists at most.
    pub max_actions: u32,
    /// Keys of commands that differ from the defaults: the command's word and `Mod+Shift+K`, empty for none.
    pub shortcuts: BTreeMap<String, String>,
    /// Sessions that were not called for so many days leave the history.
    pub history_days: u32,
    /// The history takes at most so many megabytes; the oldest sessions leave first.
    pub history_megabytes: u32,
    /// The first-run screen was seen.
    pub welcomed: bool,
    /// The interface's size in percent, 80 to 200.
    pub zoom_percent: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            connection: crate::LOCAL_CONNECTION.to_owned(),
            timeout_minutes: notex_session::Lifetime::DEFAULT_TIMEOUT_MINUTES,
            keep_alive: false,
            screenshot: true,
            presets: Vec::new(),
            budgets: Vec::new(),
            warn_before_seconds: 45,
            system_notices: true,
            max_actions: 300,
            shortcuts: BTreeMap::new(),
            history_days: 30,
            history_megabytes: 2_000,
            welcomed: false,
            zoom_percent: 100,
        }
    }
}

/// Named options to start a session with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Preset {
    /// What the person calls it; each name once.
    pub name: String,
    /// The options.
    pub options: StartForm,
}

/// How the window looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}
