//! What happens in the engine, told to everyone who listens. A listener that falls behind is told so and goes on.

use notex_wire::EngineEvent;
use tokio::sync::broadcast;

/// How many events a listener may be behind before it misses some.
const KEPT: usize = 256;

/// The way to all listeners.
#[derive(Clone, Debug)]
pub(crate) struct Events(broadcast::Sender<EngineEvent>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }
}

impl Events {
    pub(crate) fn tell(&self, event: EngineEvent) {
        // Nobody listening is no error.
        let _ = self.0.send(event);
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<EngineEvent> {
        self.0.subscribe()
    }
}
