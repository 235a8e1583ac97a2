//! What happens in the engine, told to everyone who listens. A listener that falls behind is told so and goes on.

use futures_util::{Stream, StreamExt, future};
use notex_wire::EngineEvent;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

/// How many events a listener may be behind before it misses some.
const KEPT: usize = 256;

/// The way to all listeners. `None` is the end of all news.
#[derive(Clone, Debug)]
pub(crate) struct Events(broadcast::Sender<Option<EngineEvent>>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }
}

impl Events {
    pub(crate) fn tell(&self, event: EngineEvent) {
        // Nobody listening is no error.
        let _ = self.0.send(Some(event));
    }

    /// Lets every listener read what was told so far and no more.
    pub(crate) fn end(&self) {
        let _ = self.0.send(None);
    }

    /// What is told from now on, until the end.
    pub(crate) fn listen(&self) -> impl Stream<Item = EngineEvent> + Send + use<> {
        // An error of this stream says how many were missed.
        BroadcastStream::new(self.0.subscribe())
            .map(|told| told.unwrap_or(Some(EngineEvent::Lagged)))
            .take_while(|told| future::ready(told.is_some()))
            .filter_map(future::ready)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: usize) -> EngineEvent {
        let version = number.to_string();
        EngineEvent::Hello { server_time: chrono::DateTime::UNIX_EPOCH, version }
    }

    #[tokio::test]
    async fn a_listener_that_falls_behind_is_told_so_and_goes_on() {
        let events = Events::default();
        let listener = events.listen();
        (0..KEPT + 10).for_each(|number| events.tell(event(number)));
        events.end();
        let heard: Vec<_> = listener.collect().await;
        assert_eq!(heard[0], EngineEvent::Lagged);
        assert_eq!(heard.last(), Some(&event(KEPT + 9)));
        assert_eq!(heard.len(), KEPT);
    }
}
