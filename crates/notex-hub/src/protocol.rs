//! What the window and the hub say to each other: commands and queries up, events down. Generated into
//! `ui/src/backend/generated/` by `cargo xtask gen`. Instants are by the hub's own clock, already corrected for
//! the server's skew; pictures are named by hash and fetched by URL, never carried in here.

use chrono::{DateTime, Utc};
use notex_session::{Credits, EndReason, Reason};
use notex_wire::{Action, CallKind, ImageData, PageCategory, SpecialAction, Viewport};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something the person asks for. `send` answers when it is done, with an [`Outcome`] or a [`Failure`]; what it
/// changed arrives as [`Event`]s.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Command {
    /// Start a session.
    StartSession {
        /// On this connection.
        connection: String,
        /// Idle timeout in minutes, 1 to 30.
        #[ts(type = "number")]
        timeout_minutes: i64,
        /// The timeout does not end it.
        keep_alive: bool,
        /// Its calls take screenshots.
        screenshot: bool,
    },
    /// Close a session and verify the end by asking the server again.
    CloseSession {
        /// The session.
        session: String,
    },
    /// Move a session's deadline by the cheapest call that does.
    ExtendSession {
        /// The session.
        session: String,
    },
    /// List what can be done, after opening `url` if one is given.
    Observe {
        /// The session.
        session: String,
        /// The address to open first.
        url: Option<String>,
    },
    /// Do an action.
    Step {
        /// The session.
        session: String,
        /// `L1`, `B2`, `I3` or `S1` to `S8`.
        action: String,
        /// The value of an input, a select or a special action.
        value: Option<String>,
        /// Press enter afterwards.
        enter: bool,
    },
    /// Read the page as markdown.
    Scrape {
        /// The session.
        session: String,
        /// Leave menus and banners out.
        only_main_content: bool,
        /// List the images.
        images: bool,
    },
    /// Stop waiting for the call that runs on a session.
    CancelCall {
        /// The session.
        session: String,
    },
    /// Add a server; its key goes to the keychain.
    AddConnection {
        /// What the person calls it.
        name: String,
        /// Its base URL.
        base_url: String,
        /// Its API key.
        api_key: String,
        /// What to do with the key.
        keep_key: KeepKey,
    },
    /// Give a connection another key.
    ReplaceKey {
        /// The connection.
        connection: String,
        /// Its API key.
        api_key: String,
        /// What to do with the key.
        keep_key: KeepKey,
    },
    /// Forget a server and its key.
    RemoveConnection {
        /// The connection.
        connection: String,
    },
    /// Try a connection again now; restarts the local engine if it is down.
    Reconnect {
        /// The connection.
        connection: String,
    },
    /// Change the settings.
    SaveSettings {
        /// All of them.
        settings: Settings,
    },
}

/// Where an API key is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeepKey {
    /// In the keychain of the operating system.
    Keychain,
    /// In memory until the app ends.
    Memory,
}

/// What a command led to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The session it made or worked on.
    pub session: Option<String>,
    /// The call it made.
    #[ts(type = "number | null")]
    pub call: Option<u64>,
    /// The connection it made.
    pub connection: Option<String>,
}

/// Why something could not be done, in sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What the window branches on.
    pub code: FailureCode,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// What the window branches on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The server wants another key.
    WrongKey,
    /// Nobody answers at the address.
    Unreachable,
    /// No browser could be started.
    NoBrowser,
    /// The session has ended.
    SessionEnded,
    /// The page could not be opened.
    PageUnreachable,
    /// The element is gone or cannot be operated.
    ActionImpossible,
    /// Not enough credits, or over a budget.
    OutOfCredits,
    /// A field of the command is wrong.
    Invalid,
    /// The person cancelled it.
    Cancelled,
    /// The keychain cannot be used.
    Keychain,
    /// Anything else.
    Other,
}

/// A read that is too large, or too rarely wanted, for the event stream.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Query {
    /// The calls and last results of one session: answers [`SessionDetail`].
    Session {
        /// The session.
        session: String,
    },
}

/// What a [`Query`] answers.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Answer {
    /// To [`Query::Session`].
    Session(Box<SessionDetail>),
}

/// A batch of news, or the whole state.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Rises by one with each event; a gap means a fresh snapshot follows.
    #[ts(type = "number")]
    pub seq: u64,
    /// The hub's clock when it was sent.
    pub now: DateTime<Utc>,
    /// Its contents.
    pub news: News,
}

/// The contents of an event.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum News {
    /// The whole state; first, and after a reader fell behind.
    Snapshot(Box<Snapshot>),
    /// What changed since the last event, in order.
    Deltas(Vec<Delta>),
}

/// The whole state.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// In the order they were added; the local engine first.
    pub connections: Vec<ConnectionState>,
    /// Newest first.
    pub sessions: Vec<SessionState>,
    /// The settings.
    pub settings: Settings,
    /// Whether the keychain can be used; null when it can, else the sentence.
    pub keychain_problem: Option<String>,
}

/// One change.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Delta {
    /// A connection is new or changed.
    Connection(ConnectionState),
    /// A connection is gone.
    ConnectionRemoved(String),
    /// A session is new or changed.
    Session(SessionState),
    /// A call began, ended or failed.
    Call(Call),
    /// A session was observed or stepped.
    Observation(Box<Observation>),
    /// A session was scraped.
    Scraped(Box<Scraped>),
    /// The settings changed.
    Settings(Settings),
}

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
    /// Charged today (UTC).
    pub today: Credits,
    /// Charged in the last five minutes, per minute.
    pub per_minute: Credits,
    /// The price of a step, for saying it beforehand.
    pub step_price: Credits,
    /// The price of the smallest observe with a screenshot.
    pub observe_price: Credits,
    /// The price of the smallest scrape.
    pub scrape_price: Credits,
    /// The price of each started minute of a session.
    pub minute_price: Credits,
}

/// A session as the list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionState {
    /// Its id.
    pub id: String,
    /// The connection it lives on.
    pub connection: String,
    /// Title of its page; empty before the first.
    pub title: String,
    /// Address of its page; empty before the first.
    pub url: String,
    /// Where it is in its life.
    pub phase: SessionPhase,
    /// The timeout does not end it.
    pub keep_alive: bool,
    /// Idle timeout in minutes.
    pub timeout_minutes: u32,
    /// Its calls take screenshots.
    pub screenshot: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last called.
    pub last_call_at: DateTime<Utc>,
    /// What it has cost.
    pub credits: Credits,
    /// True when the server did not report it and the rate card was used.
    pub credits_estimated: bool,
    /// The call that runs on it.
    pub busy: Option<CallKind>,
}

/// Where a session is in its life.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum SessionPhase {
    /// It answers calls.
    Live {
        /// The instant it ends if nobody calls it, by the hub's clock; null for keep-alive.
        expires_at: Option<DateTime<Utc>>,
    },
    /// It is being closed, or its deadline has passed and the server has not confirmed the end yet.
    Ending,
    /// It has ended.
    Ended {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: EndReason,
        /// The sentence of a failure.
        detail: Option<String>,
    },
}

/// One call on a session.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// Its number, rising over all sessions.
    #[ts(type = "number")]
    pub id: u64,
    /// Its number within the session, from 1.
    pub number: u32,
    /// The session.
    pub session: String,
    /// What was called.
    pub kind: CallKind,
    /// In a few words: "B3 click Search", "/search · 214 actions".
    pub what: String,
    /// How it went.
    pub status: CallStatus,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub took_ms: Option<f64>,
    /// What it cost.
    pub credits: Option<Credits>,
    /// Why it cost that.
    pub reasons: Vec<Reason>,
    /// The page after it, by hash.
    pub picture: Option<String>,
}

/// How a call went.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum CallStatus {
    /// It runs.
    Running,
    /// The server answered with success.
    Done {
        /// HTTP status.
        http_status: u16,
    },
    /// It failed.
    Failed {
        /// HTTP status, when the server answered.
        http_status: Option<u16>,
        /// Why.
        failure: Failure,
    },
}

/// The page as the API saw it at the end of a call.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Observation {
    /// The session.
    pub session: String,
    /// The call it came from.
    #[ts(type = "number")]
    pub call: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Title of the page.
    pub title: String,
    /// Its address.
    pub url: String,
    /// In a sentence.
    pub description: String,
    /// What kind of page it is.
    pub category: Option<PageCategory>,
    /// What part of it is seen.
    pub viewport: Option<Viewport>,
    /// The picture, by hash.
    pub picture: Option<String>,
    /// What can be done.
    pub actions: Vec<Action>,
    /// How many actions the page has in all.
    #[ts(type = "number")]
    pub total_actions: u64,
    /// The browser's own actions.
    pub special_actions: Vec<SpecialAction>,
    /// Ids that the observation before did not have; empty on another page, where all are new.
    pub new_ids: Vec<String>,
    /// Ids that are gone since the observation before; empty on another page, where all are gone.
    pub gone_ids: Vec<String>,
}

/// What a scrape read.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Scraped {
    /// The session.
    pub session: String,
    /// The call it came from.
    #[ts(type = "number")]
    pub call: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Title of the page.
    pub title: String,
    /// Its address.
    pub url: String,
    /// The content.
    pub markdown: String,
    /// Menus and banners were left out.
    pub only_main_content: bool,
    /// The images, when asked for.
    pub images: Vec<ImageData>,
}

/// All that the window shows of one session.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionDetail {
    /// The session.
    pub session: String,
    /// Its calls, oldest first.
    pub calls: Vec<Call>,
    /// The page after its last observe or step.
    pub observation: Option<Observation>,
    /// What its last scrape read.
    pub scraped: Option<Scraped>,
}

/// What the person has set; kept by `tauri-plugin-store` in `settings.json`.
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
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            connection: crate::LOCAL_CONNECTION.to_owned(),
            timeout_minutes: notex_session::Lifetime::DEFAULT_TIMEOUT_MINUTES,
            keep_alive: false,
            screenshot: true,
        }
    }
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
