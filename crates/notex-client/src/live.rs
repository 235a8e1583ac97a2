//! The live picture of a session, over a websocket of its server.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use notex_wire::{LiveInput, LiveNews, path};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::server::{SHORT, with_id};
use crate::{ClientError, Refused, Server};

/// A picture of a large viewport fits well inside.
const LARGEST_MESSAGE: usize = 16 * 1024 * 1024;
/// A page that stands still sends nothing, so the server is asked now and then whether it is there.
const PING_EVERY: Duration = Duration::from_secs(10);
/// A server that does not read holds nobody up for longer.
const SLOWEST_READER: Duration = Duration::from_secs(5);

/// What comes from a live picture.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveMessage {
    /// A picture of the viewport, JPEG.
    Frame(Bytes),
    /// What the server says beside it.
    News(LiveNews),
}

/// A live picture; it ends when this is dropped.
#[derive(Debug)]
pub struct LiveSocket {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    address: String,
    next_ping: Instant,
    pinged: bool,
}

impl Server {
    /// The live picture of a session; `readonly` takes no input of a person.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached; a redirect is a refusal.
    pub async fn live(&self, session_id: &str, readonly: bool) -> Result<LiveSocket, ClientError> {
        let mut url = self.url(&with_id(path::SESSION_LIVE, session_id));
        if let Some(rest) = url.strip_prefix("http") {
            url = format!("ws{rest}?readonly={readonly}");
        }
        let bad = |why: String| ClientError::BadAddress(format!("no live picture can be asked for: {why}"));
        let mut request = url.into_client_request().map_err(|why| bad(why.to_string()))?;
        if let Some(key) = self.bearer() {
            let mut key = HeaderValue::from_str(&key)
                .map_err(|_| bad("the API key cannot be sent in a header".to_owned()))?;
            key.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, key);
        }
        let caps = WebSocketConfig::default()
            .max_message_size(Some(LARGEST_MESSAGE))
            .max_frame_size(Some(LARGEST_MESSAGE));
        let connecting = connect_async_with_config(request, Some(caps), true);
        let connected = timeout(SHORT, connecting).await.map_err(|_| self.timed_out(SHORT))?;
        let (socket, _) = connected.map_err(|error| match error {
            Error::Http(answer) => {
                let body = answer.body().as_deref().unwrap_or_default();
                ClientError::Refused(Refused::from_body(answer.status().as_u16(), body))
            }
            other => lost(&self.address(), &other),
        })?;
        Ok(LiveSocket {
            socket,
            address: self.address(),
            next_ping: Instant::now() + PING_EVERY,
            pinged: false,
        })
    }
}

impl LiveSocket {
    /// The next message. Nothing is lost when this is dropped before it is done.
    ///
    /// # Errors
    /// When the server ended it, with the server's reason, or is gone.
    pub async fn next(&mut self) -> Result<LiveMessage, ClientError> {
        loop {
            let Ok(came) = timeout_at(self.next_ping, self.socket.next()).await else {
                if self.pinged {
                    return Err(ClientError::TimedOut {
                        address: self.address.clone(),
                        seconds: PING_EVERY.as_secs(),
                    });
                }
                self.pinged = true;
                self.next_ping = Instant::now() + PING_EVERY;
                self.send(Message::Ping(Bytes::new())).await?;
                continue;
            };
            self.pinged = false;
            self.next_ping = Instant::now() + PING_EVERY;
            match came {
                Some(Ok(Message::Binary(frame))) => return Ok(LiveMessage::Frame(frame)),
                Some(Ok(Message::Text(text))) => {
                    // What a later server says beside the pictures is passed over.
                    if let Ok(news) = serde_json::from_str(&text) {
                        return Ok(LiveMessage::News(news));
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(frame))) => {
                    let why = frame.map(|frame| frame.reason.chars().take(200).collect::<String>());
                    return Err(self.over(why.filter(|why| !why.is_empty())));
                }
                Some(Err(error)) => return Err(lost(&self.address, &error)),
                None => return Err(self.over(None)),
            }
        }
    }

    /// Sends an input of a person.
    ///
    /// # Errors
    /// When the server is gone or does not read.
    pub async fn act(&mut self, input: &LiveInput) -> Result<(), ClientError> {
        let text = serde_json::to_string(input)
            .map_err(|why| ClientError::BadAddress(format!("this input cannot be sent: {why}")))?;
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), ClientError> {
        match timeout(SLOWEST_READER, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(lost(&self.address, &error)),
            Err(_) => Err(ClientError::TimedOut {
                address: self.address.clone(),
                seconds: SLOWEST_READER.as_secs(),
            }),
        }
    }

    fn over(&self, why: Option<String>) -> ClientError {
        let why = why.unwrap_or_else(|| "the server ended the live picture".to_owned());
        ClientError::Unreachable { address: self.address.clone(), why }
    }
}

fn lost(address: &str, error: &Error) -> ClientError {
    let why = match error {
        Error::Io(why) if why.kind() == std::io::ErrorKind::ConnectionRefused => {
            "the connection was refused; is the server running?".to_owned()
        }
        Error::Capacity(_) => "it sent more at once than a picture has".to_owned(),
        other => other.to_string(),
    };
    ClientError::Unreachable { address: address.to_owned(), why }
}
