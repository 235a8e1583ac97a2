//! Chromium's own protocol with nothing around it: the floor that the engine is measured against, and a way to hurt a
//! page from outside.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::program::RunningProgram;

const MOST_EVENTS: usize = 10_000;

/// One connection; one call at a time.
#[derive(Debug)]
pub struct RawCdp {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last_id: u64,
    /// What came without being asked for, oldest first.
    events: Vec<Value>,
}

impl RawCdp {
    /// Connects to the browser of an engine; `None` when that browser listens on no port.
    pub async fn to_browser_of(program: &RunningProgram) -> Option<Self> {
        let profiles = std::fs::read_dir(program.folder().join("tmp")).ok()?.flatten();
        let port_file =
            profiles.map(|entry| entry.path().join("DevToolsActivePort")).find(|file| file.is_file())?;
        let text = std::fs::read_to_string(port_file).ok()?;
        let (port, path) = text.split_once('\n')?;
        Some(Self::connect(&format!("ws://127.0.0.1:{}{}", port.trim(), path.trim())).await)
    }

    pub(crate) async fn connect(websocket: &str) -> Self {
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let (socket, _) = connect_async_with_config(websocket, Some(config), true)
            .await
            .unwrap_or_else(|error| panic!("{websocket}: {error}"));
        Self { socket, last_id: 0, events: Vec::new() }
    }

    /// Calls a method of the browser, or of an attached target, and reads its result. Panics when it is refused.
    pub async fn call(&mut self, session: Option<&str>, method: &str, params: Value) -> Value {
        let id = self.send(session, method, params).await;
        loop {
            let message = self.socket.next().await.unwrap_or_else(|| panic!("{method}: the browser hung up"));
            let message = message.unwrap_or_else(|error| panic!("{method}: {error}"));
            let Message::Text(text) = message else { continue };
            let mut answer: Value =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{method}: {error}"));
            if answer["id"] == id {
                assert!(answer.get("error").is_none(), "{method}: {}", answer["error"]);
                return answer["result"].take();
            }
            if answer["id"].is_null() && self.events.len() < MOST_EVENTS {
                self.events.push(answer);
            }
        }
    }

    /// The events that came since this was asked last.
    pub(crate) fn take_events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    /// Calls a method whose answer may never come.
    pub async fn send(&mut self, session: Option<&str>, method: &str, params: Value) -> u64 {
        self.last_id += 1;
        let mut call = json!({"id": self.last_id, "method": method, "params": params});
        if let Some(session) = session {
            call["sessionId"] = session.into();
        }
        let sent = self.socket.send(Message::text(call.to_string())).await;
        sent.unwrap_or_else(|error| panic!("{method}: {error}"));
        self.last_id
    }

    /// Opens an empty page in a context of its own and attaches to it: the least that a session needs. Answers the
    /// context and the attached session.
    pub async fn open_page(&mut self) -> (String, String) {
        let context = self.call(None, "Target.createBrowserContext", json!({"disposeOnDetach": true})).await;
        let context = word(&context["browserContextId"]);
        let params = json!({"url": "about:blank", "browserContextId": context, "width": 1280, "height": 720});
        let target = self.call(None, "Target.createTarget", params).await;
        (context, self.attach(&word(&target["targetId"])).await)
    }

    /// Attaches to a target; answers the session.
    pub async fn attach(&mut self, target: &str) -> String {
        let params = json!({"targetId": target, "flatten": true});
        word(&self.call(None, "Target.attachToTarget", params).await["sessionId"])
    }

    /// Ends a context and its pages.
    pub async fn dispose(&mut self, context: &str) {
        self.call(None, "Target.disposeBrowserContext", json!({"browserContextId": context})).await;
    }

    /// The contexts that pages other than the first live in.
    pub async fn contexts(&mut self) -> usize {
        let answer = self.call(None, "Target.getBrowserContexts", json!({})).await;
        answer["browserContextIds"].as_array().map_or(0, Vec::len)
    }

    /// Crashes the page that shows an address; false when there is none.
    pub async fn crash(&mut self, url: &str) -> bool {
        let answer = self.call(None, "Target.getTargets", json!({})).await;
        let targets = answer["targetInfos"].as_array().cloned().unwrap_or_default();
        let Some(target) = targets.iter().find(|target| target["url"] == url) else { return false };
        let session = self.attach(&word(&target["targetId"])).await;
        self.send(Some(&session), "Page.crash", json!({})).await;
        true
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
