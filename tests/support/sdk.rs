//! Suites of pytest that drive the engine, above all with the published SDKs, each in the environment that
//! `cargo xtask test` made for it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;

use crate::program::{ENGINE_KEY, RunningEngine, at_home_in, built};
use crate::site::FixtureSite;

/// More than a suite takes on a slow machine.
const SUITE_LIMIT: Duration = Duration::from_secs(900);

/// A suite of pytest and what it drives the engine with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// PyPI `notte` 1.2.1.
    Classic,
    /// PyPI `notte-sdk` 1.10.0.
    Current,
    /// PyPI `notte-sdk` 1.10.0, where a language model is configured.
    Model,
    /// Requests made up from the engine's own OpenAPI document.
    Document,
}

impl Suite {
    fn folder(self) -> PathBuf {
        let name = match self {
            Self::Classic => "classic",
            Self::Current => "current",
            Self::Model => "model",
            Self::Document => "document",
        };
        Path::new(env!("CARGO_MANIFEST_DIR")).join("sdk").join(name)
    }

    fn python(self) -> PathBuf {
        built(match self {
            Self::Classic => "NOTEX_PYTHON_CLASSIC",
            Self::Current | Self::Model | Self::Document => "NOTEX_PYTHON_CURRENT",
        })
    }
}

/// Runs the suite against the engine and the site; panics with what pytest printed when a test fails.
pub async fn run_suite(suite: Suite, engine: &RunningEngine, site: &FixtureSite) {
    let folder = TempDir::with_prefix("notex-sdk-").expect("a temporary folder");
    let python = suite.python();
    let mut command = at_home_in(folder.path(), &python);
    command
        .args(["-m", "pytest"])
        .arg(suite.folder())
        .env("NOTTE_API_KEY", ENGINE_KEY)
        .env("NOTTE_API_URL", &engine.base_url)
        .env("SITE_URL", site.url(""))
        // Nothing but the engine and the site is asked, and neither through a proxy of the developer's.
        .env("DISABLE_TELEMETRY", "true")
        .env("ANONYMIZED_TELEMETRY", "false")
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        .env("NO_PROXY", "127.0.0.1,localhost")
        .env("no_proxy", "127.0.0.1,localhost")
        // Compiled once for all runs, and not beside the sources.
        .env("PYTHONPYCACHEPREFIX", python.with_file_name("pycache"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let output = tokio::time::timeout(SUITE_LIMIT, command.output())
        .await
        .unwrap_or_else(|_| panic!("the suite of {suite:?} did not end within {SUITE_LIMIT:?}"))
        .unwrap_or_else(|error| panic!("{} could not be started: {error}", python.display()));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "the suite of {suite:?} ended with {}:\n{printed}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    println!("{printed}");
}
