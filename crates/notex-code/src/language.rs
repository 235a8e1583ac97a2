//! The languages.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A language that flows are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Python with the SDK of the current contract, PyPI `notte-sdk`.
    Python,
    /// Python with the SDK of the classic contract, PyPI `notte` 1.2.
    PythonClassic,
    /// TypeScript for Node, without packages.
    Typescript,
    /// A POSIX shell script with curl and jq.
    Curl,
    /// Python with Playwright, without a server.
    PlaywrightPython,
    /// TypeScript with Playwright, without a server.
    PlaywrightTypescript,
    /// A shell script that runs the flow with this program.
    Cli,
}

impl Language {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 7] = [
        Self::Python,
        Self::PythonClassic,
        Self::Typescript,
        Self::Curl,
        Self::PlaywrightPython,
        Self::PlaywrightTypescript,
        Self::Cli,
    ];

    /// How a file of it ends.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Python | Self::PythonClassic | Self::PlaywrightPython => "py",
            Self::Typescript | Self::PlaywrightTypescript => "ts",
            Self::Curl | Self::Cli => "sh",
        }
    }
}
