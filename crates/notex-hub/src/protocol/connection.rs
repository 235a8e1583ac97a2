//! Servers, and what is known of them.

use chrono::{DateTime, Utc};
use notex_session::Credits;
use serde::Serialize;
use ts_rs::TS;

use super::{Failure, KeepKey};

/// A server the inspector talks to.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionState {
    /// Its id; `local` for the built-in engine.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// True for the engine inside the app.
    pub local: bool,
    /// Its base URL.
    pub base_url: String,
    /// Whether it answers.
    pub light: Light,
    /// What is wrong with it.
    pub failure: Option<Failure>,
    /// The contract it speaks; null until it answered.
    pub dialect: Option<Dialect>,
    /// What it can do beyond starting, calling and closing.
    pub can: Abilities,
    /// When it is tried again, while it does not answer.
    pub retry_at: Option<DateTime<Utc>>,
    /// The server's version.
    pub version: Option<String>,
    /// Its browser: `Chromium 156.0.8078.79`.
    pub browser: Option<String>,
    /// Round trip of the last health call, in milliseconds.
    pub latency_ms: Option<f64>,
    /// Where its key is; null when it has none.
    pub key_kept: Option<KeepKey>,
    /// What it has cost, when the server says.
    pub credits: Option<CreditState>,
}

/// The contract a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// NotexAI, with all of our additions: the local engine, or another like it.
    Notex,
    /// NotexAI without them.
    Classic,
    /// The current generation of Notte servers.
    Current,
}

/// What a server can do beyond starting, calling and closing; all false until it answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Abilities {
    /// Changes are pushed; else it is asked every ten seconds.
    pub events: bool,
    /// It lists sessions that were started elsewhere.
    pub list: bool,
    /// A call that costs nothing moves a deadline.
    pub extend: bool,
    /// It shows a live picture.
    pub live: bool,
    /// A person may act on that picture.
    pub take_over: bool,
    /// It tells the element at a point.
    pub elements: bool,
    /// It tells what was used.
    pub usage: bool,
    /// Its prices and plan can be changed.
    pub edit_rates: bool,
    /// It takes every option of a start; else idle timeout, keep-alive and screenshot only.
    pub start_options: bool,
    /// Tabs can be switched, opened and closed.
    pub tabs: bool,
    /// A scrape takes a selector and may leave links out.
    pub scrape_options: bool,
    /// A scrape may say in words what a language model shall find; the engine inside the app needs one for that.
    pub instructions: bool,
    /// Files can be given to a session, for uploads on its pages.
    pub files: bool,
}

/// Whether a server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// Being tried.
    Connecting,
    /// It answers and can start sessions.
    Ready,
    /// It answers but cannot start sessions (no browser, wrong key).
    Degraded,
    /// It does not answer.
    Down,
}

/// Credits of a connection, as the server reports them.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CreditState {
    /// The plan's name.
    pub plan: String,
    /// What the period allows.
    pub allowed: Credits,
    /// What remains.
    pub remaining: Credits,
    /// First instant of the next period.
    pub period_end: DateTime<Utc>,
    /// Charged today (UTC).
    pub today: Credits,
    /// What is burnt per minute: by the calls of the last five minutes, and by the sessions that live now.
    pub per_minute: Credits,
    /// The price of a step, for saying it beforehand.
    pub step_price: Credits,
    /// The price of the smallest observe with a screenshot.
    pub observe_price: Credits,
    /// The price of the smallest scrape.
    pub scrape_price: Credits,
    /// The price of each started 1,000 tokens of a language model; null when the server does not say.
    pub tokens_price: Option<Credits>,
    /// The price of each started minute of a session.
    pub minute_price: Credits,
}
