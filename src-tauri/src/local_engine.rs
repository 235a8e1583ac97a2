//! The engine inside the app: started when first asked for, ended with the app.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use notex_engine::netguard::PrivateNetworks;
use notex_engine::{BrowserSource, Engine, EngineConfig, ModelConfig};
use notex_hub::protocol::TriedModel;
use notex_hub::{ApiKey, LanguageModel, LocalEngine, LocalModel, StartLocalEngine};
use tokio::sync::Mutex;

/// A model that is tried is waited for so long; one of one's own may have to be loaded first.
const TRIED_WITHIN: Duration = Duration::from_secs(30);

/// The engine of this run, on a free loopback port with a key nobody else knows.
#[derive(Clone)]
pub(crate) struct InnerEngine {
    data_dir: PathBuf,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Default)]
struct Inside {
    running: Option<(Engine, LocalEngine)>,
    /// What the engine asks, or will when it starts.
    model: Option<ModelConfig>,
}

impl InnerEngine {
    pub(crate) fn new(data_dir: PathBuf) -> Self {
        Self { data_dir, inside: Arc::default() }
    }

    /// Gives the running engine, or starts it.
    pub(crate) fn starter(&self) -> StartLocalEngine {
        let inner = self.clone();
        Box::new(move || {
            let inner = inner.clone();
            Box::pin(async move { inner.start().await })
        })
    }

    /// What the engine does with language models.
    pub(crate) fn local_model(&self) -> LocalModel {
        let inner = self.clone();
        LocalModel {
            use_model: Box::new(move |model| {
                let inner = inner.clone();
                Box::pin(async move { inner.use_model(model).await })
            }),
            try_model: Box::new(|model| Box::pin(try_model(model))),
        }
    }

    async fn use_model(&self, model: Option<LanguageModel>) -> Result<(), String> {
        let model = model.map(configured).transpose()?;
        let mut inside = self.inside.lock().await;
        if let Some((engine, _)) = &inside.running {
            engine.use_model(model.clone()).map_err(|why| why.to_string())?;
        }
        inside.model = model;
        Ok(())
    }

    async fn start(&self) -> Result<LocalEngine, String> {
        let mut inside = self.inside.lock().await;
        if let Some((engine, place)) = &inside.running {
            // Asked for again: somebody may just have installed a browser.
            engine.look_for_browser();
            return Ok(place.clone());
        }
        // A version 4 UUID holds 122 bits of the system's randomness; two make a key nobody guesses.
        let secret = format!("local-{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let config = EngineConfig {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            key: notex_engine::ApiKey::new(&secret).map_err(|error| error.to_string())?,
            data_dir: self.data_dir.clone(),
            tariff: None,
            browser: BrowserSource::Local { program: None },
            private_networks: PrivateNetworks::Open,
            model: inside.model.clone(),
        };
        let engine = Engine::start(config).await.map_err(|error| error.to_string())?;
        let place =
            LocalEngine { base_url: format!("http://{}", engine.address()), key: ApiKey::new(&secret) };
        inside.running = Some((engine, place.clone()));
        Ok(place)
    }

    /// Ends the engine, its sessions and its browser; returns when they are gone.
    pub(crate) async fn shut_down(&self) {
        if let Some((engine, _)) = self.inside.lock().await.running.take() {
            engine.shut_down().await;
        }
    }
}

fn configured(model: LanguageModel) -> Result<ModelConfig, String> {
    let key = model.key.map(|key| notex_engine::ApiKey::new(key.reveal())).transpose();
    let key = key.map_err(|error| error.to_string())?;
    ModelConfig::new(&model.url, &model.name, key).map_err(|why| why.to_string())
}

async fn try_model(model: LanguageModel) -> Result<TriedModel, String> {
    let tried = configured(model)?.waiting(TRIED_WITHIN).try_out().await?;
    Ok(TriedModel {
        said: tried.said,
        tokens: tried.tokens,
        tokens_estimated: tried.is_estimate,
        took_ms: tried.took_ms,
    })
}
