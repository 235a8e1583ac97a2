//! The language model that the engine inside the app may ask: how it is handed over, and what is known of it. The hub
//! knows no engine; the shell gives it two functions.

use futures_util::future::BoxFuture;
use notex_client::ApiKey;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::protocol::{Delta, Failure, FailureCode, KeepKey, ModelState, TriedModel};
use crate::state::State;
use crate::{Hub, keychain};

/// A language model, as it is handed to the engine inside the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageModel {
    /// The address of its server.
    pub url: String,
    /// What its server calls it.
    pub name: String,
    /// Its key; a server of one's own may want none.
    pub key: Option<ApiKey>,
}

/// Has the engine inside the app ask this model from the next call on, or none; says in a sentence why it cannot.
pub type UseModel =
    Box<dyn Fn(Option<LanguageModel>) -> BoxFuture<'static, Result<(), String>> + Send + Sync>;
/// Asks a model one small question; says in a sentence why there is no answer.
pub type TryModel =
    Box<dyn Fn(LanguageModel) -> BoxFuture<'static, Result<TriedModel, String>> + Send + Sync>;

/// What the engine inside the app does with language models.
pub struct LocalModel {
    /// Takes one, or none.
    pub use_model: UseModel,
    /// Tries one.
    pub try_model: TryModel,
}

impl Default for LocalModel {
    /// Of no engine: nothing can be handed over.
    fn default() -> Self {
        let none = || "no engine is here that could ask a language model".to_owned();
        Self {
            use_model: Box::new(move |_| Box::pin(async move { Err(none()) })),
            try_model: Box::new(move |_| Box::pin(async move { Err(none()) })),
        }
    }
}

/// The model's functions; changed by one command at a time.
pub(crate) struct Models {
    pub(crate) local: LocalModel,
    pub(crate) turn: Mutex<()>,
}

impl Models {
    pub(crate) fn new(local: LocalModel) -> Self {
        Self { local, turn: Mutex::default() }
    }
}

/// The model that is kept between runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedModel {
    /// The name of its key in the keychain.
    pub id: String,
    /// The address of its server.
    pub url: String,
    /// What its server calls it.
    pub name: String,
    /// Where its key is; none when it has none.
    pub key_kept: Option<KeepKey>,
}

/// What is known of it.
#[derive(Clone, Debug)]
pub(crate) struct KnownModel {
    pub(crate) saved: SavedModel,
    pub(crate) key: Option<ApiKey>,
    pub(crate) failure: Option<Failure>,
}

impl KnownModel {
    pub(crate) fn state(&self) -> ModelState {
        let SavedModel { url, name, key_kept, .. } = self.saved.clone();
        ModelState { url, name, key_kept, failure: self.failure.clone() }
    }

    /// What is handed to the engine; none while it cannot be asked.
    pub(crate) fn usable(&self) -> Option<LanguageModel> {
        let SavedModel { url, name, .. } = self.saved.clone();
        self.failure.is_none().then(|| LanguageModel { url, name, key: self.key.clone() })
    }
}

impl State {
    /// Another model from now on, or none; on disk when this returns. The one before stays when that fails.
    pub(crate) fn keep_model(&mut self, model: Option<KnownModel>) -> Result<(), Failure> {
        let before = std::mem::replace(&mut self.model, model);
        if let Err(failure) = self.save() {
            self.model = before;
            return Err(failure);
        }
        self.tell_model();
        Ok(())
    }

    fn tell_model(&mut self) {
        self.deltas.push(Delta::Model(self.model.as_ref().map(|known| Box::new(known.state()))));
    }
}

/// Hands over the model of the run before, with its key.
pub(crate) async fn restore(hub: &Hub) {
    let _turn = hub.shared.models.turn.lock().await;
    let Ok(Some(mut known)) = hub.read(|state| state.model.clone()).await else { return };
    match key_of(&known.saved).await {
        Ok(key) => known.key = key,
        Err(failure) => known.failure = Some(failure),
    }
    hub.shared.log.keep_out(known.key.iter().map(|key| key.reveal().to_owned()));
    if let Some(model) = known.usable()
        && let Err(why) = (hub.shared.models.local.use_model)(Some(model)).await
    {
        known.failure = Some(Failure::new(FailureCode::Other, why));
    }
    hub.change(move |state, _| {
        state.model = Some(known);
        state.tell_model();
    })
    .await;
}

async fn key_of(saved: &SavedModel) -> Result<Option<ApiKey>, Failure> {
    let lost =
        |why| Failure::new(FailureCode::WrongKey, why).with_hint("enter the key of the language model again");
    match saved.key_kept {
        None => Ok(None),
        Some(KeepKey::Memory) => Err(lost("the key was kept for one run only")),
        Some(KeepKey::Keychain) => match keychain::read(&saved.id).await? {
            Some(key) => Ok(Some(key)),
            None => Err(lost("the keychain holds no key for the language model")),
        },
    }
}
