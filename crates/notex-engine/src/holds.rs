//! Credits that running calls are going to cost at least: held from the moment a call is admitted until it is charged
//! or has failed, so that two calls at once cannot spend the same credits.

use std::sync::{Arc, Mutex, PoisonError};

use notex_session::Credits;
use notex_wire::CallKind;

use crate::engine::EngineState;
use crate::refusal::Refused;

/// What is held for all running calls together.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    /// One admission at a time: between reading the balance and holding the price nobody else may do either.
    admitting: tokio::sync::Mutex<()>,
    held: Arc<Mutex<Credits>>,
}

/// The price of one admitted call, held until this is dropped.
#[must_use = "the credits are held as long as this lives"]
#[derive(Debug)]
pub(crate) struct Hold {
    held: Arc<Mutex<Credits>>,
    price: Credits,
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = held.less(self.price);
    }
}

impl EngineState {
    /// Admits a call that costs at least `price`, when the plan can pay it beside all that run.
    pub(crate) async fn admit(&self, call: CallKind, price: Credits) -> Result<Hold, Refused> {
        let now = self.clock.now();
        let _alone = self.holds.admitting.lock().await;
        // Read before the balance: a call that is charged in between counts twice for a moment, never not at all.
        let held = *self.holds.held.lock().unwrap_or_else(PoisonError::into_inner);
        let used = self.store.used(now).await?;
        self.tariff.afford(call, price, used + held, now)?;
        *self.holds.held.lock().unwrap_or_else(PoisonError::into_inner) += price;
        Ok(Hold { held: Arc::clone(&self.holds.held), price })
    }
}
