//! What the person asks for, and how it ended.

use notex_flow::ScrapeCall;
use notex_session::{Plan, RateCard};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ExportForm, FlowDeed, Settings};

/// Something the person asks for. `send` answers when it is done, with an [`Outcome`] or a [`Failure`]; what it
/// changed arrives as [`super::Event`]s.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Command {
    /// Start a session.
    StartSession {
        /// On this connection.
        connection: String,
        /// With these options.
        options: StartForm,
    },
    /// Close a session and verify the end by asking the server again.
    CloseSession {
        /// The session.
        session: String,
    },
    /// Close several, a few at a time, each verified; [`Outcome::closed`] says how each went.
    CloseSessions {
        /// The sessions.
        sessions: Vec<String>,
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
        /// List at most so many actions; null takes what the settings say.
        #[ts(type = "number | null")]
        max_actions: Option<i64>,
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
        /// How, in the words of a flow's step.
        scrape: ScrapeCall,
    },
    /// Bring a tab to the front, open one, or close the one in front.
    Tab {
        /// The session.
        session: String,
        /// Which of them.
        deed: TabDeed,
    },
    /// Give a session a file, so that a step can upload it. Costs nothing, and counts as use.
    AddFile {
        /// The session.
        session: String,
        /// Its name, without folders.
        name: String,
        /// Its contents in base64.
        contents: String,
    },
    /// Stop waiting for the call that runs on a session.
    CancelCall {
        /// The session.
        session: String,
    },
    /// Look what answers at an address, without keeping anything; [`Outcome::probe`] says.
    ProbeServer {
        /// Its base URL.
        base_url: String,
        /// Its API key.
        api_key: String,
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
    /// Give a connection another name.
    RenameConnection {
        /// The connection.
        connection: String,
        /// What the person calls it.
        name: String,
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
    /// Keep a session in the history whatever its age, or no more.
    PinPast {
        /// Its number in the history.
        #[ts(type = "number")]
        session: i64,
        /// Keep it.
        pinned: bool,
    },
    /// Remove a session that has ended from the history, pinned or not. For some minutes it can be brought back.
    RemovePast {
        /// Its number in the history.
        #[ts(type = "number")]
        session: i64,
    },
    /// Bring back a session that was removed from the history.
    BringBackPast {
        /// Its number in the history.
        #[ts(type = "number")]
        session: i64,
    },
    /// Delete a session that was removed from the history now, for good.
    DeletePast {
        /// Its number in the history.
        #[ts(type = "number")]
        session: i64,
    },
    /// Write a kept session into a file, without its secrets; progress comes as `Exporting`.
    ExportPast {
        /// Its number in the history.
        #[ts(type = "number")]
        session: i64,
        /// Its pictures go along: what can be read in them is not searched for secrets.
        pictures: bool,
        /// What is written.
        form: ExportForm,
    },
    /// Stop the export that runs.
    StopExport,
    /// Take a session file into the history.
    OpenFile {
        /// Where it is, on the machine of the inspector.
        path: String,
    },
    /// Remove all sessions from the history but those that are pinned or live.
    ClearHistory,
    /// Do something with a flow, or with a run of one.
    Flow {
        /// What.
        deed: FlowDeed,
    },
    /// Try a connection again now; restarts the local engine if it is down.
    Reconnect {
        /// The connection.
        connection: String,
    },
    /// Other prices for new charges, where the server lets them be changed.
    SaveRates {
        /// The connection.
        connection: String,
        /// The whole card.
        #[ts(as = "RateCard")]
        rates: Box<RateCard>,
    },
    /// Another plan from now on, where the server lets it be changed.
    SavePlan {
        /// The connection.
        connection: String,
        /// The whole plan.
        plan: Plan,
    },
    /// Ask a language model one small question, without keeping anything; [`Outcome::model`] says how it went.
    TryModel {
        /// The address of its server.
        url: String,
        /// What its server calls it.
        name: String,
        /// Its key; null for the one that is kept.
        api_key: Option<String>,
    },
    /// Have the engine inside the app ask this language model from now on; its key goes to the keychain.
    SaveModel {
        /// The address of its server.
        url: String,
        /// What its server calls it.
        name: String,
        /// Its key; null for the one that is kept.
        api_key: Option<String>,
        /// What to do with the key.
        keep_key: KeepKey,
    },
    /// Forget the language model and its key.
    RemoveModel,
    /// Change the settings.
    SaveSettings {
        /// All of them.
        #[ts(as = "Settings")]
        settings: Box<Settings>,
    },
}

/// How to start a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct StartForm {
    /// Idle timeout in minutes, 1 to 30.
    #[ts(type = "number")]
    pub timeout_minutes: i64,
    /// The timeout does not end it.
    pub keep_alive: bool,
    /// Its calls take screenshots.
    pub screenshot: bool,
    /// The longest life in minutes, 1 to 1440.
    #[ts(type = "number | null")]
    pub max_duration_minutes: Option<i64>,
    /// Width of the viewport in CSS pixels; together with its height.
    #[ts(type = "number | null")]
    pub viewport_width: Option<i64>,
    /// Height of the viewport in CSS pixels; together with its width.
    #[ts(type = "number | null")]
    pub viewport_height: Option<i64>,
    /// The user agent, as header and in scripts.
    pub user_agent: Option<String>,
    /// The language of its pages: `de-DE`.
    pub locale: Option<String>,
    /// The time zone of its pages: `Europe/Berlin`.
    pub timezone: Option<String>,
    /// Headers that every request of its pages carries.
    pub headers: Vec<Header>,
    /// The proxy of the person, through which its pages are loaded.
    pub proxy: Option<ProxyOptions>,
}

impl Default for StartForm {
    fn default() -> Self {
        Self {
            timeout_minutes: i64::from(notex_session::Lifetime::DEFAULT_TIMEOUT_MINUTES),
            keep_alive: false,
            screenshot: true,
            max_duration_minutes: None,
            viewport_width: None,
            viewport_height: None,
            user_agent: None,
            locale: None,
            timezone: None,
            headers: Vec::new(),
            proxy: None,
        }
    }
}

/// A header of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A proxy that the person runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct ProxyOptions {
    /// `http://host:port`, `socks5://host:port`.
    pub server: String,
    /// The name to show to it.
    pub username: Option<String>,
    /// The password to show to it; never kept.
    pub password: Option<String>,
    /// Hosts that are reached without it, separated by commas.
    pub bypass: Option<String>,
}

/// What to do with tabs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum TabDeed {
    /// Bring the one at this place to the front.
    Switch {
        /// Its place, from 0.
        tab: u32,
    },
    /// Open one, and bring it to the front.
    Open {
        /// The address to open in it.
        url: String,
    },
    /// Close the one in front.
    Close,
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The session it made or worked on.
    pub session: Option<String>,
    /// The call it made.
    #[ts(type = "number | null")]
    pub call: Option<u64>,
    /// The connection it made.
    pub connection: Option<String>,
    /// How each close of [`Command::CloseSessions`] went.
    pub closed: Vec<Closed>,
    /// What [`Command::ProbeServer`] found.
    pub probe: Option<super::Probe>,
    /// What [`Command::TryModel`] was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub model: Option<super::TriedModel>,
    /// The name that [`Command::AddFile`] kept the file by.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub file: Option<String>,
    /// The file of the flow that was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub flow: Option<String>,
    /// The run that was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub run: Option<u64>,
    /// What [`Command::ExportPast`] wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub exported: Option<super::Exported>,
    /// The session that [`Command::OpenFile`] took into the history.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub past: Option<Box<super::PastSession>>,
}

/// How the close of one session went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Closed {
    /// The session.
    pub session: String,
    /// Null: its end was verified.
    pub failure: Option<Failure>,
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
