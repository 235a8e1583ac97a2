//! HTTP with nothing around it, as the floor is asked through a bare websocket: a client's own pools and tasks would be
//! measured with the engine.

use std::time::Instant;

use notex_journeys::{ENGINE_KEY, RunningEngine};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection to an engine; one call at a time.
pub(crate) struct BareHttp {
    stream: TcpStream,
    host: String,
}

impl BareHttp {
    pub(crate) async fn to(engine: &RunningEngine) -> Self {
        let host = engine.base_url.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).await.expect("the engine listens");
        stream.set_nodelay(true).expect("a connection that sends at once");
        Self { stream, host }
    }

    /// Posts a body; answers the milliseconds until the answer was read, and the answer. Panics when it is refused.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> (f64, Value) {
        let begun = Instant::now();
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {ENGINE_KEY}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            body.len(),
        );
        self.stream.write_all(request.as_bytes()).await.expect("the engine reads");
        let answer = self.answer().await;
        let read = serde_json::from_slice(&answer).expect("an answer is JSON");
        (begun.elapsed().as_secs_f64() * 1000.0, read)
    }

    async fn answer(&mut self) -> Vec<u8> {
        let mut read = Vec::with_capacity(64 * 1024);
        loop {
            let got = self.stream.read_buf(&mut read).await.expect("the engine answers");
            assert!(got > 0, "the engine hung up");
            let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
            assert!(head.starts_with("http/1.1 200 "), "{head}\n{}", String::from_utf8_lossy(&read[end..]));
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize =
                length.and_then(|length| length.parse().ok()).expect("an answer has a length");
            let mut body = read.split_off(end + 4);
            let got = body.len();
            body.resize(length, 0);
            self.stream.read_exact(&mut body[got..]).await.expect("the engine answers whole");
            return body;
        }
    }
}
