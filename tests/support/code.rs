//! Exported programs, run as people run them: with the published packages, against the engine.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use notex_code::Language;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::process::signal_group;
use crate::program::{ENGINE_KEY, RunningEngine, at_home_in, built};
use crate::shown::chromium;

/// More than a program takes on a slow machine.
const LIMIT: Duration = Duration::from_secs(240);

/// An exported program that runs.
#[derive(Debug)]
pub struct RunningCode {
    language: Language,
    child: Child,
    _folder: TempDir,
}

/// How one ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit code was zero.
    pub is_success: bool,
    /// What it printed for people.
    pub errors: String,
    printed: String,
}

impl RunningCode {
    /// Starts a program in a folder of its own, with these variables and files.
    pub async fn start(
        language: Language,
        text: &str,
        engine: &RunningEngine,
        variables: &[(&str, &str)],
        files: &[(&str, &str)],
    ) -> Self {
        let folder = TempDir::with_prefix("notex-code-").expect("a temporary folder");
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).expect("a file in a temporary folder");
        }
        let mut command = command(language, text, folder.path()).await;
        command
            .current_dir(folder.path())
            .env("NOTEX_API_URL", &engine.base_url)
            .env("NOTEX_API_KEY", ENGINE_KEY)
            .env("NOTEX_CHROMIUM", chromium())
            .env("NOTEX_INSPECTOR", built("NOTEX_APP"))
            .env("DISABLE_TELEMETRY", "true")
            .env("ANONYMIZED_TELEMETRY", "false")
            .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
            .env("NO_PROXY", "127.0.0.1,localhost")
            .env("no_proxy", "127.0.0.1,localhost")
            .env_remove("DISPLAY")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let child = command.spawn().unwrap_or_else(|error| panic!("{language:?} cannot be started: {error}"));
        Self { language, child, _folder: folder }
    }

    /// Asks it and all it started to end.
    pub fn terminate(&self) {
        signal_group("TERM", self.child.id().expect("it has not been waited for"));
    }

    /// Waits for its end.
    pub async fn ended(self) -> Ended {
        let id = self.child.id().expect("it has not been waited for");
        let output = tokio::time::timeout(LIMIT, self.child.wait_with_output()).await;
        let output = output.unwrap_or_else(|_| {
            signal_group("KILL", id);
            panic!("a program in {:?} did not end within {LIMIT:?}", self.language)
        });
        let Output { status, stdout, stderr } = output.expect("its output can be read");
        Ended {
            is_success: status.success(),
            errors: String::from_utf8_lossy(&stderr).into_owned(),
            printed: String::from_utf8_lossy(&stdout).into_owned(),
        }
    }
}

impl Ended {
    /// The document that it printed. Panics with what it said when it failed.
    pub fn results(&self) -> Value {
        assert!(self.is_success, "a program failed: {}\n{}", self.errors, self.printed);
        serde_json::from_str(&self.printed).unwrap_or_else(|error| panic!("{error} in {}", self.printed))
    }
}

async fn command(language: Language, text: &str, folder: &Path) -> Command {
    let file = folder.join(format!("program.{}", language.ending()));
    std::fs::write(&file, text).expect("a file in a temporary folder");
    let with = |program: PathBuf| {
        let mut command = at_home_in(folder, program);
        command.arg(&file);
        command
    };
    match language {
        Language::Python | Language::PlaywrightPython => with(python("NOTEX_PYTHON_CURRENT")),
        Language::PythonClassic => with(python("NOTEX_PYTHON_CLASSIC")),
        Language::Curl | Language::Cli => with("sh".into()),
        Language::Typescript | Language::PlaywrightTypescript => {
            let mut command = at_home_in(folder, "node");
            command.arg(compiled(text, folder).await);
            command
        }
    }
}

fn python(variable: &str) -> PathBuf {
    built(variable)
}

/// Checks a program as strictly as its compiler can, and that it is one where only types have to be taken away.
async fn compiled(text: &str, folder: &Path) -> PathBuf {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules");
    std::fs::write(folder.join("program.mts"), text).expect("a file in a temporary folder");
    let packages = built("NOTEX_PLAYWRIGHT").join("node_modules");
    std::os::unix::fs::symlink(packages, folder.join("node_modules")).expect("a link in a temporary folder");
    let mut compiler = at_home_in(folder, "node");
    compiler.current_dir(folder).arg(ui.join("typescript/bin/tsc")).args([
        "--strict",
        "--noUncheckedIndexedAccess",
        "--noUnusedLocals",
        "--erasableSyntaxOnly",
        "--verbatimModuleSyntax",
        "--skipLibCheck",
        "--target",
        "es2023",
        "--module",
        "nodenext",
        "--types",
        "node",
        "--typeRoots",
    ]);
    let output = compiler.arg(ui.join("@types")).arg("program.mts").output().await.expect("tsc runs");
    assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stdout));
    folder.join("program.mjs")
}
