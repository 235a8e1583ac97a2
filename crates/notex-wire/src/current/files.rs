//! Files of a session: what was uploaded to it and what its pages downloaded.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a file came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileSource {
    /// A caller gave it.
    UserUpload,
    /// A page was made to download it.
    SessionDownload,
}

/// A file of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionFile {
    /// Its id within the session.
    pub id: String,
    /// The session.
    pub session_id: String,
    /// Its name.
    pub filename: String,
    /// What its name says it is.
    pub mime_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content, in hexadecimal digits.
    pub checksum: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it is gone at the latest if nobody calls the session before.
    pub expires_at: DateTime<Utc>,
    /// Where it came from.
    pub source: FileSource,
}

/// Some of the files of a session, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionFilePage {
    /// The files.
    pub files: Vec<SessionFile>,
    /// How many there are in all.
    pub total: u64,
    /// How many were asked for at most.
    pub limit: u64,
    /// How many were skipped.
    pub offset: u64,
}
