//! Playwright, which people have today: a Node program of ours around its published package.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use notex_journeys::Memory;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::processes_under;

const ANSWERS_WITHIN: Duration = Duration::from_secs(60);
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/playwright.mjs");

/// The same browser in its two builds, where both are installed.
pub(crate) struct Browsers {
    /// What people have: the browser with a window.
    pub(crate) desktop: PathBuf,
    /// The small one without; our engine prefers it.
    pub(crate) shell: Option<PathBuf>,
}

impl Browsers {
    pub(crate) fn found() -> Self {
        let first = |places: &[&str]| places.iter().map(PathBuf::from).find(|file| file.is_file());
        let desktop = first(&[
            "/usr/lib/chromium/chromium",
            "/usr/lib64/chromium-browser/chromium-browser",
            "/opt/google/chrome/chrome",
            "/snap/bin/chromium",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        ]);
        Self {
            desktop: desktop.expect("Chromium or Chrome is installed"),
            shell: first(&["/usr/lib/chromium/chromium-headless-shell"]),
        }
    }
}

/// A running Playwright.
pub(crate) struct Playwright {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Playwright {
    /// Starts Node, launches the browser and opens a page; answers the milliseconds of all of it, and those of launch
    /// and page alone.
    pub(crate) async fn launch(browser: &Path) -> (Self, f64, f64) {
        let folder = std::env::var_os("NOTEX_PEERS")
            .expect("`cargo xtask bench` installs Playwright and sets NOTEX_PEERS");
        let begun = Instant::now();
        let mut child = Command::new("node")
            .arg(SCRIPT)
            .arg(browser)
            .env("NOTEX_PEERS", folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node can be started");
        let stdin = child.stdin.take().expect("stdin is piped");
        let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let mut playwright = Self { child, stdin, lines };
        let launched = playwright.line().await;
        (playwright, begun.elapsed().as_secs_f64() * 1000.0, launched)
    }

    /// Opens a page in a new context and closes it again; answers how many milliseconds opening took.
    pub(crate) async fn open_and_close(&mut self) -> f64 {
        self.ask("open-and-close").await
    }

    /// Closes the page that came with the launch.
    pub(crate) async fn close_first_page(&mut self) {
        self.ask("close-first-page").await;
    }

    /// Leaves a page open at an address after reading it.
    pub(crate) async fn open(&mut self, url: &str) {
        self.ask(&format!("open {url}")).await;
    }

    /// Shows an address in one page, always the same.
    pub(crate) async fn goto(&mut self, url: &str) {
        self.ask(&format!("goto {url}")).await;
    }

    /// Takes the accessible snapshot of that page; answers how many milliseconds it took.
    pub(crate) async fn snapshot(&mut self) -> f64 {
        self.ask("snapshot").await
    }

    /// Opens an address in a page that the next steps are done on.
    pub(crate) async fn use_page(&mut self, url: &str) {
        self.ask(&format!("use {url}")).await;
    }

    /// Does a step on that page; answers how many milliseconds it took. `reacted` answers how long before the last
    /// click returned the page had reacted to it.
    pub(crate) async fn step(&mut self, words: &str) -> f64 {
        self.ask(words).await
    }

    /// What Node and the browser hold.
    pub(crate) fn memory(&self) -> Memory {
        self.child.id().map(|id| Memory::of(processes_under(id))).unwrap_or_default()
    }

    pub(crate) async fn end(mut self) {
        self.ask("end").await;
        let _ = tokio::time::timeout(ANSWERS_WITHIN, self.child.wait()).await;
    }

    async fn ask(&mut self, words: &str) -> f64 {
        self.stdin.write_all(format!("{words}\n").as_bytes()).await.expect("Node listens");
        self.line().await
    }

    async fn line(&mut self) -> f64 {
        let line = tokio::time::timeout(ANSWERS_WITHIN, self.lines.next_line()).await;
        let line = line.expect("Playwright answers").expect("Node can be read").expect("Node runs");
        line.parse().unwrap_or_else(|error| panic!("{error} in {line}"))
    }
}
