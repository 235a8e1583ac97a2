//! The built programs, each in a process group and folders of its own, gone when dropped.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use crate::process::{Family, signal, signal_group};
use crate::wait::until;

/// The key that every engine of a journey wants.
pub const ENGINE_KEY: &str = "journey-key";

const START_LIMIT: Duration = Duration::from_secs(60);
/// A word may start a browser and run a flow.
const WORD_LIMIT: Duration = Duration::from_secs(180);
const END_LIMIT: Duration = Duration::from_secs(15);

/// The path of a built program, from the variable that `cargo xtask test` sets.
pub(crate) fn built(variable: &str) -> PathBuf {
    std::env::var_os(variable).map(PathBuf::from).unwrap_or_else(|| {
        panic!("{variable} is not set; `cargo xtask test` builds the programs and sets it")
    })
}

/// A command whose home, temporary and XDG folders are inside `folder`, so that it neither sees nor changes the
/// developer's.
pub(crate) fn at_home_in(folder: &Path, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    for (variable, name) in [
        ("HOME", "home"),
        ("TMPDIR", "tmp"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CACHE_HOME", "cache"),
    ] {
        let inside = folder.join(name);
        std::fs::create_dir_all(&inside).expect("a folder in a temporary folder");
        command.env(variable, inside);
    }
    command.process_group(0).stdin(Stdio::null());
    command
}

/// How a word of the app ended that needs no window.
#[derive(Clone, Debug)]
pub struct RanApp {
    /// Its exit code; `None` when it was killed.
    pub code: Option<i32>,
    /// What came of it.
    pub printed: String,
    /// What was said meanwhile.
    pub errors: String,
}

/// Runs the app with words that need no window, and with these variables, to its end.
pub async fn run_app(words: &[&str], variables: &[(&str, &str)]) -> RanApp {
    let folder = TempDir::with_prefix("notex-word-").expect("a temporary folder");
    let mut command = at_home_in(folder.path(), built("NOTEX_APP"));
    command.args(words).envs(variables.iter().copied()).kill_on_drop(true);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let ran = tokio::time::timeout(WORD_LIMIT, command.output()).await;
    let ran = ran.unwrap_or_else(|_| panic!("{words:?} did not end")).expect("the app can be started");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    RanApp { code: ran.status.code(), printed: text(ran.stdout), errors: text(ran.stderr) }
}

/// A program that runs, and what it prints.
#[derive(Debug)]
pub struct RunningProgram {
    child: Child,
    id: u32,
    lines: mpsc::UnboundedReceiver<String>,
    folder: TempDir,
}

impl RunningProgram {
    /// Starts `program` with `arguments`; `arrange` may change the command and is told the program's own folder.
    pub fn start(program: &Path, arguments: &[&str], arrange: impl FnOnce(&mut Command, &Path)) -> Self {
        let folder = tempfile::Builder::new().prefix("notex-journey-").tempdir().expect("a temporary folder");
        let mut command = at_home_in(folder.path(), program);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        arrange(&mut command, folder.path());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{} could not be started: {error}", program.display()));
        let id = child.id().expect("a child that was not waited for has an id");
        let (sender, lines) = mpsc::unbounded_channel();
        forward(child.stdout.take().expect("stdout is piped"), sender.clone());
        forward(child.stderr.take().expect("stderr is piped"), sender);
        Self { child, id, lines, folder }
    }

    /// The rest of the first line that holds `beginning`. Panics with all that was printed when the program ends first.
    pub async fn line_after(&mut self, beginning: &str) -> String {
        let mut printed = Vec::new();
        let found = tokio::time::timeout(START_LIMIT, async {
            while let Some(line) = self.lines.recv().await {
                if let Some((_, rest)) = line.split_once(beginning) {
                    return Some(rest.trim().to_owned());
                }
                printed.push(line);
            }
            None
        })
        .await;
        match found {
            Ok(Some(rest)) => rest,
            Ok(None) => panic!("ended without printing `{beginning}`:\n{}", printed.join("\n")),
            Err(_) => panic!("did not print `{beginning}` within {START_LIMIT:?}:\n{}", printed.join("\n")),
        }
    }

    /// Its process id, which is also its group's.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Its own folder; `tmp` in it is its folder for temporary files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The processes it has started, now.
    pub fn family(&self) -> Family {
        Family::of(self.id, &self.folder.path().to_string_lossy())
    }

    /// Waits until it has ended by itself, and not longer than given.
    pub async fn ends_within(&mut self, limit: Duration) -> ExitStatus {
        let ended = tokio::time::timeout(limit, self.child.wait()).await;
        ended.unwrap_or_else(|_| panic!("still ran after {limit:?}")).expect("a child can be waited for")
    }

    /// Sends it a signal and waits until it and all it started are gone.
    pub async fn end_by(&mut self, name: &str) {
        let family = self.family();
        signal(name, self.id);
        tokio::time::timeout(END_LIMIT, self.child.wait())
            .await
            .unwrap_or_else(|_| panic!("still ran {END_LIMIT:?} after SIG{name}"))
            .expect("a child can be waited for");
        until(
            &format!("the processes of an engine ended by SIG{name} to go: {:?}", family.survivors()),
            END_LIMIT,
            || async { family.survivors().is_empty().then_some(()) },
        )
        .await;
    }
}

impl Drop for RunningProgram {
    fn drop(&mut self) {
        // A browser has a group of its own, so the program gets the chance to end it.
        signal_group("TERM", self.id);
        for _ in 0..200 {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        signal_group("KILL", self.id);
    }
}

/// Hands lines on, and shows them to whoever reads the output of a failed test.
fn forward(stream: impl AsyncRead + Send + Unpin + 'static, sender: mpsc::UnboundedSender<String>) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            eprintln!("| {line}");
            // Nobody waits for a line once the program is ready.
            let _ = sender.send(line);
        }
    });
}

/// `notex-engine serve` with a real Chromium.
#[derive(Debug)]
pub struct RunningEngine {
    /// The program.
    pub program: RunningProgram,
    /// `http://127.0.0.1:PORT`.
    pub base_url: String,
}

impl RunningEngine {
    /// Starts it on a free port and waits until it is ready.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same with a command that `arrange` may change.
    pub async fn start_with(arrange: impl FnOnce(&mut Command)) -> Self {
        Self::start_at("127.0.0.1:0", arrange).await
    }

    /// Starts a fresh one where an engine has listened before.
    pub async fn start_in_place_of(ended: &Self) -> Self {
        Self::start_at(ended.base_url.trim_start_matches("http://"), |_| {}).await
    }

    async fn start_at(listen: &str, arrange: impl FnOnce(&mut Command)) -> Self {
        let mut program = RunningProgram::start(
            &built("NOTEX_ENGINE"),
            &["serve", "--listen", listen],
            |command, folder| {
                arrange(command);
                command.arg("--data-dir").arg(folder.join("engine")).env("NOTEX_API_KEY", ENGINE_KEY);
            },
        );
        let base_url = program.line_after("notex-engine listening on ").await;
        Self { program, base_url }
    }
}

/// `notex-inspector --web`.
#[derive(Debug)]
pub struct RunningWebHost {
    /// The program.
    pub program: RunningProgram,
    /// The address to open in a browser, with its token.
    pub url: String,
}

impl RunningWebHost {
    /// Starts it on a free port and waits until it is ready.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same with a command that `arrange` may change.
    pub async fn start_with(arrange: impl FnOnce(&mut Command)) -> Self {
        Self::run(None, arrange).await
    }

    /// The same with the data of an earlier run.
    pub async fn start_on(data: &Path, arrange: impl FnOnce(&mut Command)) -> Self {
        Self::run(Some(data), arrange).await
    }

    async fn run(data: Option<&Path>, arrange: impl FnOnce(&mut Command)) -> Self {
        let mut program = RunningProgram::start(&built("NOTEX_APP"), &["--web"], |command, folder| {
            arrange(command);
            command
                .arg("--data-dir")
                .arg(data.map_or_else(|| folder.join("inspector"), Path::to_owned))
                .env_remove("DISPLAY")
                .env_remove("WAYLAND_DISPLAY");
        });
        let url = program.line_after("notex-inspector listening on ").await;
        Self { program, url }
    }
}
