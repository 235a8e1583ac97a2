//! What the events stream tells: each event holds the whole new state, so a lost one is mended by the next.

use chrono::{DateTime, Utc};
use notex_session::Credits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CallKind, LedgerEntry, PageEvent, PlanAnswer, SessionAnswer};

/// One event of `GET /events`, sent as a server-sent event whose `data` is this as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EngineEvent {
    /// The first event of every stream.
    Hello {
        /// The server's clock.
        server_time: DateTime<Utc>,
        /// The server's version.
        version: String,
    },
    /// A session was started.
    SessionStarted {
        /// Its state.
        session: SessionAnswer,
    },
    /// A session's deadline, page or cost changed.
    SessionChanged {
        /// Its state.
        session: SessionAnswer,
    },
    /// A session ended; `close_reason` and `error` say why.
    SessionEnded {
        /// Its last state.
        session: SessionAnswer,
    },
    /// A page call began.
    CallStarted {
        /// The session it is made on.
        session_id: String,
        /// What is called.
        call: CallKind,
        /// When.
        at: DateTime<Utc>,
    },
    /// A page call was answered.
    CallEnded {
        /// The session it was made on.
        session_id: String,
        /// What was called.
        call: CallKind,
        /// Its number within the session, by which its evidence is asked for.
        #[serde(default)]
        number: Option<u32>,
        /// When it began.
        at: DateTime<Utc>,
        /// How long it took, in milliseconds.
        took_ms: f64,
        /// What it cost.
        credits: Credits,
        /// The code of the refusal, when it failed.
        failure: Option<String>,
    },
    /// Something happened on a page. Of the stream of all sessions the console and the network are a part only when
    /// its `pages` is true.
    Page {
        /// The session whose page it is.
        session_id: String,
        /// What happened.
        event: PageEvent,
    },
    /// Credits were charged.
    Charged {
        /// The ledger entry.
        entry: LedgerEntry,
        /// What remains of the plan.
        remaining: Credits,
    },
    /// The browser started, failed or was lost.
    Browser {
        /// Its state.
        browser: crate::HealthBrowser,
    },
    /// The plan or its prices changed, or their file could not be read.
    PlanChanged {
        /// What holds now.
        plan: PlanAnswer,
    },
    /// The reader was too slow and missed events: it should list the sessions again.
    Lagged,
}
