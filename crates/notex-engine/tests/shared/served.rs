//! The engine as a program, killed with the test.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

pub(crate) const KEY: &str = "a-key-of-the-tests";
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A running engine on a folder and a port of its own.
pub(crate) struct Served {
    _process: Child,
    _stdout: Lines<BufReader<ChildStdout>>,
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    _folder: TempDir,
}

impl Served {
    pub(crate) async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_notex-engine"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.path())
            .env("NOTEX_API_KEY", KEY)
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = timeout(PATIENCE, stdout.next_line()).await.unwrap().unwrap().unwrap();
        let base = line.strip_prefix("notex-engine listening on ").expect(&line).to_owned();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { _process: process, _stdout: stdout, base, http, _folder: folder }
    }

    /// The status and the body of an answer.
    pub(crate) async fn asked(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(KEY).json(body);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// An answer that has to be a good one.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.asked(path, &body).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// A new session, as it was answered.
    pub(crate) async fn started(&self) -> Value {
        self.post("/session/start", json!({})).await
    }
}
