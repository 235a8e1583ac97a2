//! The engine inside the app: started when first asked for, ended with the app.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use notex_engine::netguard::PrivateNetworks;
use notex_engine::{BrowserSource, Engine, EngineConfig};
use notex_hub::{ApiKey, LocalEngine, StartLocalEngine};
use tokio::sync::Mutex;

/// The engine of this run, on a free loopback port with a key nobody else knows.
#[derive(Clone)]
pub(crate) struct InnerEngine {
    data_dir: PathBuf,
    running: Arc<Mutex<Option<(Engine, LocalEngine)>>>,
}

impl InnerEngine {
    pub(crate) fn new(data_dir: PathBuf) -> Self {
        Self { data_dir, running: Arc::default() }
    }

    /// Gives the running engine, or starts it.
    pub(crate) fn starter(&self) -> StartLocalEngine {
        let inner = self.clone();
        Box::new(move || {
            let inner = inner.clone();
            Box::pin(async move { inner.start().await })
        })
    }

    async fn start(&self) -> Result<LocalEngine, String> {
        let mut running = self.running.lock().await;
        if let Some((engine, place)) = running.as_ref() {
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
            model: None,
        };
        let engine = Engine::start(config).await.map_err(|error| error.to_string())?;
        let place =
            LocalEngine { base_url: format!("http://{}", engine.address()), key: ApiKey::new(&secret) };
        *running = Some((engine, place.clone()));
        Ok(place)
    }

    /// Ends the engine, its sessions and its browser; returns when they are gone.
    pub(crate) async fn shut_down(&self) {
        if let Some((engine, _)) = self.running.lock().await.take() {
            engine.shut_down().await;
        }
    }
}
