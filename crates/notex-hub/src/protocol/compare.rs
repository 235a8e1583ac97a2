//! What is compared with what.

use serde::Deserialize;
use ts_rs::TS;

/// Something whose steps and rows can be compared with those of another.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Compared {
    /// A run of this life of the inspector, also while it goes on.
    Run {
        /// It.
        #[ts(type = "number")]
        run: u64,
    },
    /// A run that was kept.
    KeptRun {
        /// Its file, as [`super::KeptRun`] names it.
        file: String,
    },
    /// The calls of a session of this run of the inspector.
    Session {
        /// It.
        session: String,
    },
    /// The calls of a session of the history, also of one that came from a file.
    Past {
        /// Its number there.
        #[ts(type = "number")]
        session: i64,
    },
}
