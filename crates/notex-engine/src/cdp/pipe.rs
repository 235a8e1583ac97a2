//! The two pipes of a browser that this engine started: a message on them is JSON and a zero. It has less to do for each
//! of them than for one on its websocket.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::Cdp;
use super::connection::{ASKED_EVERY, SILENCE_ENDS, Shared};

/// How much is read at once, and kept for the next message.
const READ_BYTES: usize = 64 * 1024;
/// Asked only to hear something; no call has this number.
const ARE_YOU_THERE: &str = r#"{"id":0,"method":"Browser.getVersion"}"#;

impl Cdp {
    /// Speaks with the browser at the other ends of two pipes.
    pub(crate) fn over(
        to: impl AsyncWrite + Send + Unpin + 'static,
        from: impl AsyncRead + Send + Unpin + 'static,
    ) -> Cdp {
        Cdp::over_until(to, from, ASKED_EVERY, SILENCE_ENDS)
    }

    /// The same; the browser is asked for a word now and then, and is given up when it says none for so long.
    pub(super) fn over_until(
        to: impl AsyncWrite + Send + Unpin + 'static,
        from: impl AsyncRead + Send + Unpin + 'static,
        asked_every: Duration,
        silence_ends: Duration,
    ) -> Cdp {
        let (cdp, queue, shared) = Cdp::new();
        tokio::spawn(write(to, queue, asked_every));
        tokio::spawn(read(from, shared, silence_ends));
        cdp
    }
}

async fn write(
    mut to: impl AsyncWrite + Unpin,
    mut queue: mpsc::UnboundedReceiver<String>,
    asked_every: Duration,
) {
    let mut batch = Vec::new();
    let mut ask = interval(asked_every);
    ask.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let first = tokio::select! {
            first = queue.recv() => match first {
                Some(first) => first,
                None => return,
            },
            _ = ask.tick() => ARE_YOU_THERE.to_owned(),
        };
        let mut next = Some(first);
        // What waits already goes along: a browser that is woken by the first may take the processor from who has the
        // second one still to send.
        while let Some(message) = next {
            batch.extend_from_slice(message.as_bytes());
            batch.push(0);
            next = queue.try_recv().ok();
        }
        // The reader sees the broken pipe too and tells everybody.
        if to.write_all(&batch).await.is_err() {
            return;
        }
        batch.clear();
        batch.shrink_to(READ_BYTES);
    }
}

async fn read(mut from: impl AsyncRead + Unpin, shared: Arc<Shared>, silence_ends: Duration) {
    let mut kept = Vec::with_capacity(READ_BYTES);
    let why = loop {
        let searched = kept.len();
        kept.reserve(READ_BYTES);
        match timeout(silence_ends, from.read_buf(&mut kept)).await {
            Ok(Ok(0)) => break String::from("the connection to the browser ended"),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => break format!("the connection to the browser broke: {error}"),
            Err(_) => break format!("the browser said nothing for {} s", silence_ends.as_secs()),
        }
        let mut begins = 0;
        for ends in memchr::memchr_iter(0, &kept[searched..]) {
            match std::str::from_utf8(&kept[begins..searched + ends]) {
                Ok(text) => shared.take_in(text),
                Err(error) => tracing::debug!(%error, "a message that is no text was skipped"),
            }
            begins = searched + ends + 1;
        }
        kept.drain(..begins);
        if kept.is_empty() {
            kept.shrink_to(READ_BYTES);
        }
    };
    shared.end(&why);
}
