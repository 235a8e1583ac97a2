//! The websocket that a browser listens on, here or elsewhere.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::connection::{ASKED_EVERY, SILENCE_ENDS, Shared};
use super::{Cdp, CdpError};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// How much is read at once. All of it is written with zeros before each read, so what is never filled costs as well.
const READ_BYTES: usize = 16 * 1024;

impl Cdp {
    /// Connects to a browser's websocket; the headers go with the upgrade (hosted browsers want a token there).
    pub(crate) async fn connect(url: &str, headers: &[(HeaderName, HeaderValue)]) -> Result<Cdp, CdpError> {
        let refused = |why: String| CdpError::Ended(format!("no connection to the browser: {why}"));
        let mut request = url.into_client_request().map_err(|error| refused(error.to_string()))?;
        for (name, value) in headers {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        // Answers of tens of megabytes are normal in this protocol; what pages may cause is capped by the callers.
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BYTES)
            .max_message_size(None)
            .max_frame_size(None);
        let connecting = connect_async_with_config(request, Some(config), true);
        let (socket, _) = timeout(CONNECT_WITHIN, connecting)
            .await
            .map_err(|_| refused(format!("no answer within {} s", CONNECT_WITHIN.as_secs())))?
            .map_err(|error| refused(error.to_string()))?;
        let (sink, stream) = socket.split();
        let (cdp, queue, shared) = Cdp::new();
        tokio::spawn(write(sink, queue));
        tokio::spawn(read(stream, shared));
        Ok(cdp)
    }
}

async fn write(mut sink: SplitSink<Socket, Message>, mut queue: mpsc::UnboundedReceiver<String>) {
    let mut ping = tokio::time::interval(ASKED_EVERY);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            text = queue.recv() => match text {
                Some(text) => Message::text(text),
                None => break,
            },
            _ = ping.tick() => Message::Ping(Default::default()),
        };
        // The reader sees the broken socket too and tells everybody why.
        if send_with_waiting(&mut sink, message, &mut queue).await.is_err() {
            return;
        }
    }
    let _ = sink.close().await;
}

/// What waits already goes in the same packet: a browser that is woken by the first message may take the processor from
/// who has the second one still to send, and that costs more than both.
async fn send_with_waiting(
    sink: &mut SplitSink<Socket, Message>,
    first: Message,
    queue: &mut mpsc::UnboundedReceiver<String>,
) -> Result<(), Error> {
    sink.feed(first).await?;
    while let Ok(next) = queue.try_recv() {
        sink.feed(Message::text(next)).await?;
    }
    sink.flush().await
}

async fn read(mut stream: SplitStream<Socket>, shared: Arc<Shared>) {
    let why = loop {
        match timeout(SILENCE_ENDS, stream.next()).await {
            Ok(Some(Ok(Message::Text(text)))) => shared.take_in(text.as_str()),
            // Some proxies send the same JSON as binary frames.
            Ok(Some(Ok(Message::Binary(bytes)))) => shared.take_in(&String::from_utf8_lossy(&bytes)),
            Ok(Some(Ok(Message::Close(_)))) => break String::from("the browser closed the connection"),
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)))) => {}
            Ok(Some(Err(error))) => break format!("the connection to the browser broke: {}", words(&error)),
            Ok(None) => break String::from("the connection to the browser ended"),
            Err(_) => break format!("the browser said nothing for {} s", SILENCE_ENDS.as_secs()),
        }
    };
    shared.end(&why);
}

fn words(error: &Error) -> String {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => String::from("closed"),
        other => other.to_string(),
    }
}
