//! Chromium's own view of a page, over its protocol and past the engine.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use notex_engine::browser::Browser;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::Open;

const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

/// A second client, on the tab in front.
pub(crate) struct Oracle {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: Option<String>,
    last: u64,
}

impl Oracle {
    pub(crate) async fn attach(open: &Open) -> Self {
        let (socket, _) = connect_async(open.browser.cdp_address().unwrap()).await.unwrap();
        let mut oracle = Self { socket, session: None, last: 0 };
        let params = json!({"targetId": open.page.target_id(), "flatten": true});
        let attached = oracle.call("Target.attachToTarget", params).await;
        oracle.session = Some(attached["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "DOM", "Accessibility"] {
            oracle.call(&format!("{domain}.enable"), json!({})).await;
        }
        oracle
    }

    /// What the browser answers; null for what it refuses, and for a frame that is not in the page's process.
    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(message.to_string())).await.unwrap();
        tokio::time::timeout(ANSWERS_WITHIN, self.answer()).await.unwrap_or_default()
    }

    async fn answer(&mut self) -> Value {
        loop {
            let Message::Text(text) = self.socket.next().await.unwrap().unwrap() else { continue };
            let mut answer: Value = serde_json::from_str(&text).unwrap();
            if answer["id"] == json!(self.last) {
                return answer["result"].take();
            }
        }
    }
}
