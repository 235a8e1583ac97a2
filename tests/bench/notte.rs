//! notte, a peer in Python: a program of ours around its published package.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/notte.py");
const ANSWERS_WITHIN: Duration = Duration::from_secs(90);

/// A running notte.
pub(crate) struct Notte {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Notte {
    pub(crate) async fn start(browser: &Path) -> Self {
        let python = std::env::var_os("NOTEX_PYTHON_NOTTE")
            .expect("`cargo xtask bench` installs notte and sets NOTEX_PYTHON_NOTTE");
        let mut child = Command::new(python)
            .arg(SCRIPT)
            .arg(browser)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("Python can be started");
        let stdin = child.stdin.take().expect("stdin is piped");
        let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let mut notte = Self { child, stdin, lines };
        assert_eq!(notte.line().await, "ready");
        notte
    }

    /// Answers milliseconds, and the characters or actions that came.
    pub(crate) async fn ask(&mut self, words: &str) -> (f64, usize) {
        self.stdin.write_all(format!("{words}\n").as_bytes()).await.expect("notte listens");
        let line = self.line().await;
        let (took, length) = line.split_once(' ').unwrap_or_else(|| panic!("notte said {line}"));
        (took.parse().expect("milliseconds"), length.parse().expect("a count"))
    }

    pub(crate) async fn end(mut self) {
        self.ask("end").await;
        let _ = tokio::time::timeout(ANSWERS_WITHIN, self.child.wait()).await;
    }

    async fn line(&mut self) -> String {
        let line = tokio::time::timeout(ANSWERS_WITHIN, self.lines.next_line()).await;
        line.expect("notte answers").expect("notte can be read").expect("notte runs")
    }
}
