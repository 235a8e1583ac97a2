//! A websocket to the browser for one client: what is attached over it ends with it.

use std::time::Duration;

use axum::extract::ws;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Bytes, Message, protocol::WebSocketConfig};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

const CONNECTS_WITHIN: Duration = Duration::from_secs(10);
const TAKES_WITHIN: Duration = Duration::from_secs(20);
/// The browser's answers can be tens of megabytes.
const LARGEST_MESSAGE: usize = 256 * 1024 * 1024;

/// The connection.
pub(super) struct BrowserSocket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl BrowserSocket {
    pub(super) async fn connect(address: &str) -> Result<Self, String> {
        let config = WebSocketConfig::default()
            .max_message_size(Some(LARGEST_MESSAGE))
            .max_frame_size(Some(LARGEST_MESSAGE));
        let connected =
            timeout(CONNECTS_WITHIN, connect_async_with_config(address, Some(config), true)).await;
        match connected {
            Ok(Ok((socket, _))) => Ok(Self(socket)),
            Ok(Err(error)) => Err(format!("no connection to the browser: {error}")),
            Err(_) => Err(format!("no connection to the browser within {} s", CONNECTS_WITHIN.as_secs())),
        }
    }

    pub(super) async fn send(&mut self, text: String) -> Result<(), String> {
        match timeout(TAKES_WITHIN, self.0.send(Message::text(text))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(format!("the connection to the browser broke: {error}")),
            Err(_) => Err(String::from("the browser takes no more")),
        }
    }

    /// The next message, as it came.
    pub(super) async fn next(&mut self) -> Result<ws::Utf8Bytes, String> {
        loop {
            let bytes: Bytes = match self.0.next().await {
                Some(Ok(Message::Text(text))) => text.into(),
                Some(Ok(Message::Binary(bytes))) => bytes,
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Ok(Message::Close(_))) | None => {
                    return Err(String::from("the browser ended the connection"));
                }
                Some(Err(error)) => return Err(format!("the connection to the browser broke: {error}")),
            };
            match ws::Utf8Bytes::try_from(bytes) {
                Ok(text) => return Ok(text),
                Err(_) => tracing::debug!("a message that is no text was passed over"),
            }
        }
    }
}
