//! What is compared with what, and where a cell of it was read.

use notex_wire::ActionBox;
use serde::{Deserialize, Serialize};
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

/// Of which session a cell was read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum CellOf {
    /// Of the history.
    Past {
        /// Its number there.
        #[ts(type = "number")]
        key: i64,
    },
    /// The last one of this id.
    Session {
        /// Its id on its server.
        session: String,
    },
}

/// A cell of what was read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CellWish {
    /// Where its rows stand in the data: `items`; empty for the data itself.
    pub table: String,
    /// The place of its row, from 0; null where it stands there once.
    pub row: Option<u32>,
    /// Its column.
    pub column: String,
    /// What it says.
    pub text: String,
    /// What the other cells of its row say.
    pub beside: Vec<String>,
}

impl CellWish {
    /// Its way in the data, as the engine writes it: `items[3].price`.
    pub(crate) fn way(&self) -> String {
        let Self { table, row, column, .. } = self;
        match row {
            Some(row) => format!("{table}[{row}].{column}"),
            None if table.is_empty() => column.clone(),
            None => format!("{table}.{column}"),
        }
    }
}

/// Where a cell was read.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CellPlace {
    /// The number of the call within its session.
    pub call: u32,
    /// The page that was kept of it, by hash.
    pub page: Option<String>,
    /// Why there is none.
    pub page_missing: Option<String>,
    /// How wide the page was seen, in CSS pixels; 0 where it was not kept.
    pub viewport_width: f64,
    /// How high.
    pub viewport_height: f64,
    /// Its element; null where it is not found.
    pub found: Option<FoundCell>,
    /// The picture of the page, by hash: of the call, or of one before it on the same page.
    pub picture: Option<String>,
    /// The call that it is of.
    pub picture_of: Option<u32>,
}

/// The element of a cell.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FoundCell {
    /// By what it was found.
    pub by: CellFoundBy,
    /// Where its attributes begin in the page that was kept, in bytes.
    #[ts(type = "number")]
    pub at: usize,
    /// Its id in that page, where it has one.
    pub fragment: Option<String>,
    /// Where it stood, in CSS pixels of the viewport; null where nobody noted it.
    pub stands: Option<ActionBox>,
}

/// By what the element of a cell was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CellFoundBy {
    /// The engine noted it.
    Mark,
    /// By what the cell says: it may be another one that says the same.
    Text,
}
