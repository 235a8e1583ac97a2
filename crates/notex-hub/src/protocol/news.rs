//! What the hub tells.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Call, ConnectionState, EvidenceKept, Exporting, FlowRun, ModelState, Observation, Scraped, SessionState,
    Settings,
};

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
    /// The language model of the engine inside the app.
    pub model: Option<ModelState>,
    /// Whether the keychain can be used; null when it can, else the sentence.
    pub keychain_problem: Option<String>,
    /// The newest notices, oldest first; at most 100.
    pub notices: Vec<Notice>,
    /// The runs of flows of this life of the inspector, oldest first; at most 20 that are over.
    pub flow_runs: Vec<FlowRun>,
    /// The address of the page to practise on that ships with the app.
    pub practice_url: Option<String>,
    /// The app's version.
    pub version: String,
}

/// One change.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Delta {
    /// A connection is new or changed.
    Connection(Box<ConnectionState>),
    /// A connection is gone.
    ConnectionRemoved(String),
    /// A session is new or changed.
    Session(Box<SessionState>),
    /// A call began, ended or failed.
    Call(Box<Call>),
    /// A session was observed or stepped.
    Observation(Box<Observation>),
    /// A session was scraped.
    Scraped(Box<Scraped>),
    /// A run of a flow began, went on, waits or is over.
    FlowRun(Box<FlowRun>),
    /// A flow was kept, renamed or removed, or a run of one was kept: the list is to be read anew.
    FlowsChanged,
    /// The settings changed.
    Settings(Box<Settings>),
    /// What the server keeps of a call is kept here now: console, network, the page.
    Evidence(EvidenceKept),
    /// The language model changed, or there is none any more.
    Model(Option<Box<ModelState>>),
    /// Something a person should know.
    Notice(Notice),
    /// A session file is being written.
    Exporting(Exporting),
    /// The system around the window asks it for something.
    Ask(Ask),
}

/// Something a person should know without having asked.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Its number, rising.
    #[ts(type = "number")]
    pub id: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// What it is about.
    pub kind: NoticeKind,
    /// The session it is about.
    pub session: Option<String>,
    /// The connection it is about.
    pub connection: Option<String>,
    /// A few words.
    pub title: String,
    /// A sentence.
    pub text: String,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A session ends soon if nobody calls it.
    ExpiresSoon,
    /// A session ended and nobody here closed it.
    Ended,
    /// A session was made by a call without one, and lives on: it costs.
    Orphan,
    /// Half of a budget, or four fifths, are used.
    BudgetHalf,
    /// The same, at four fifths.
    BudgetNear,
    /// A budget is used up.
    BudgetSpent,
    /// A server is lost, and tried again.
    Lost,
    /// A server answers again.
    Back,
    /// A page asked something in a dialog, and was answered.
    Dialog,
    /// A page's download was kept or refused.
    Download,
    /// Calls cannot be kept on disk as they should be.
    History,
}

/// What the system around the window asks for: the tray, the menu, a link, the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Ask {
    /// Show this session.
    ShowSession {
        /// Its id; the person may have mistyped it.
        session: String,
    },
    /// Take a session file into the history and show it.
    OpenFile {
        /// Where it is.
        path: String,
    },
    /// Open the New session form.
    NewSession,
    /// Ask whether all live sessions are to be closed.
    CloseAll,
    /// Show the settings.
    Settings,
    /// Ask what becomes of live sessions before the app ends.
    Quit,
}
