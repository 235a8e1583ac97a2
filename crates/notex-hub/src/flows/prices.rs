//! What the next step of a run costs, before it is made.

use notex_client::Dialect;
use notex_flow::FlowCall;
use notex_session::{Credits, RateCard, ScrapeSize};

use crate::Hub;
use crate::commands::server_of_connection;

/// The prices of a run's server.
#[derive(Clone, Debug)]
pub(super) struct Prices {
    card: RateCard,
    /// How many actions an observe lists at most when its step does not say.
    most_actions: u64,
}

impl Prices {
    /// Asks the server, which costs nothing; one that tells no prices is taken for one of the default card.
    pub(super) async fn of(hub: &Hub, connection: &str) -> Self {
        let told = match server_of_connection(hub, connection).await {
            Ok(server) if server.dialect() == Dialect::Notex => server.plan().await.ok(),
            Ok(_) | Err(_) => None,
        };
        let most = hub.read(|state| u64::from(state.settings.max_actions)).await.unwrap_or(100);
        Self { card: told.map_or_else(RateCard::default, |told| told.body.rates), most_actions: most }
    }

    /// The most that a try of a call costs, with looking for its element and with the minute that may begin meanwhile.
    /// A scrape is known by its least price only: how much there is to read shows afterwards.
    pub(super) fn of_call(&self, call: &FlowCall) -> Credits {
        let price = match call {
            FlowCall::Observe { max_actions, .. } => {
                let most = max_actions.map_or(self.most_actions, u64::from);
                self.card.observe_with_screenshot(most).total()
            }
            FlowCall::Scrape(_) => self.card.scrape(ScrapeSize::default()).total(),
            FlowCall::Goto { .. }
            | FlowCall::Act(_)
            | FlowCall::Back
            | FlowCall::Forward
            | FlowCall::Reload
            | FlowCall::Wait { .. }
            | FlowCall::SwitchTab { .. }
            | FlowCall::OpenTab { .. }
            | FlowCall::CloseTab => self.card.step().total(),
        };
        price + self.minute()
    }

    /// What starting a session costs, with its first minute.
    pub(super) fn of_start(&self) -> Credits {
        self.card.start().total() + self.minute()
    }

    /// Looking at the page again for an element that is nowhere in the last list.
    pub(super) fn of_look(&self) -> Credits {
        self.card.observe(self.most_actions).total() + self.minute()
    }

    fn minute(&self) -> Credits {
        self.card.session_minute(1).total()
    }
}
