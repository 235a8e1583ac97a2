//! What happens in the engine, told to everyone who listens. A listener that falls behind is told so and goes on.

use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt, future};
use notex_wire::{EngineEvent, PageEvent};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::task::AbortOnDropHandle;

/// How many events a listener may be behind before it misses some.
const KEPT: usize = 256;
/// The same for what pages write and load, which is much and of which a lost one matters little.
const CHATTER_KEPT: usize = 2048;

type Told = broadcast::Sender<Option<EngineEvent>>;

/// The way to all listeners. `None` is the end of all news.
#[derive(Clone, Debug)]
pub(crate) struct Events {
    news: Told,
    /// Apart from the rest, so that a busy page pushes nobody else's news away.
    chatter: Told,
}

impl Default for Events {
    fn default() -> Self {
        Self { news: Told::new(KEPT), chatter: Told::new(CHATTER_KEPT) }
    }
}

impl Events {
    pub(crate) fn tell(&self, event: EngineEvent) {
        let way = if is_chatter(&event) { &self.chatter } else { &self.news };
        // Nobody listening is no error.
        let _ = way.send(Some(event));
    }

    /// Tells what happens on the pages of a session, until the handle is dropped.
    pub(crate) fn follow(
        &self,
        session_id: String,
        mut happenings: broadcast::Receiver<PageEvent>,
    ) -> AbortOnDropHandle<()> {
        let events = self.clone();
        AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                match happenings.recv().await {
                    Ok(event) => events.tell(EngineEvent::Page { session_id: session_id.clone(), event }),
                    Err(RecvError::Lagged(_)) => drop(events.chatter.send(Some(EngineEvent::Lagged))),
                    Err(RecvError::Closed) => return,
                }
            }
        }))
    }

    /// Lets every listener read what was told so far and no more.
    pub(crate) fn end(&self) {
        let _ = self.news.send(None);
        let _ = self.chatter.send(None);
    }

    /// What is told from now on, until the end, without what pages write and load.
    pub(crate) fn listen(&self) -> BoxStream<'static, EngineEvent> {
        heard(&self.news).boxed()
    }

    /// All that is told from now on, until the end.
    pub(crate) fn listen_to_all(&self) -> BoxStream<'static, EngineEvent> {
        stream::select(heard(&self.news), heard(&self.chatter)).boxed()
    }
}

fn heard(way: &Told) -> impl Stream<Item = EngineEvent> + Send + use<> {
    // An error of this stream says how many were missed.
    BroadcastStream::new(way.subscribe())
        .map(|told| told.unwrap_or(Some(EngineEvent::Lagged)))
        .take_while(|told| future::ready(told.is_some()))
        .filter_map(future::ready)
}

fn is_chatter(event: &EngineEvent) -> bool {
    matches!(event, EngineEvent::Page { event: PageEvent::Console { .. } | PageEvent::Network { .. }, .. })
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

    #[tokio::test]
    async fn a_page_that_writes_much_pushes_no_news_away() {
        let events = Events::default();
        let (listener, all) = (events.listen(), events.listen_to_all());
        events.tell(event(1));
        let written = PageEvent::Console {
            at: chrono::DateTime::UNIX_EPOCH,
            level: "log".to_owned(),
            text: "again".to_owned(),
            url: None,
            line: None,
        };
        for _ in 0..CHATTER_KEPT + 10 {
            events.tell(EngineEvent::Page { session_id: "a".to_owned(), event: written.clone() });
        }
        events.end();
        assert_eq!(listener.collect::<Vec<_>>().await, [event(1)]);
        let all: Vec<_> = all.collect().await;
        assert!(all.contains(&event(1)) && all.contains(&EngineEvent::Lagged));
        assert_eq!(all.len(), CHATTER_KEPT + 1);
    }
}
