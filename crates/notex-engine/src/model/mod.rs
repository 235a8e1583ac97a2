//! The language model that scrapes ask, when one is configured: any server that speaks the protocol of OpenAI. What a
//! page says goes to it as data, and what it says is checked before it is handed out; nothing of either is run.

mod answer;
mod ask;
mod prompt;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use notex_scrape::Schema;
use notex_session::Tokens;
use notex_wire::{PickProblem, Structured};
use serde_json::Value;
use tokio::time::Instant;

use crate::browser::ScrapedPage;
use crate::config::{ModelConfig, UnusableModel};
use ask::Failed;

/// A language model that can be asked.
pub(crate) struct Model {
    config: ModelConfig,
    http: reqwest::Client,
    /// It has refused schemas and taken the same question without one.
    refuses_schemas: AtomicBool,
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Model {
    fn of(config: ModelConfig) -> Result<Self, UnusableModel> {
        let http = ask::client(&config)?;
        Ok(Self { config, http, refuses_schemas: AtomicBool::new(false) })
    }

    /// What its server calls it.
    pub(crate) fn name(&self) -> &str {
        self.config.name()
    }
}

/// The model of an engine, which can be changed while it runs: a call asks the one that was there when it came.
#[derive(Debug, Default)]
pub(crate) struct ModelSlot(RwLock<Option<Arc<Model>>>);

impl ModelSlot {
    pub(crate) fn current(&self) -> Option<Arc<Model>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, config: Option<ModelConfig>) -> Result<(), UnusableModel> {
        let model = config.map(|config| Model::of(config).map(Arc::new)).transpose()?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = model;
        Ok(())
    }
}

/// What a scrape asks of the model.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) model: Arc<Model>,
    /// What is wanted, in the caller's words.
    pub(crate) instructions: Option<String>,
    /// The JSON Schema that the answer has to fit; one that was read already.
    pub(crate) schema: Option<Value>,
}

impl PartialEq for Asking {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.model, &other.model)
            && self.instructions == other.instructions
            && self.schema == other.schema
    }
}

impl Asking {
    /// Asks about what was read, and puts the answer into it. Answers the tokens that were used; `None` when the model
    /// gave no answer.
    pub(crate) async fn answer(&self, scraped: &mut ScrapedPage, until: Instant) -> Option<Tokens> {
        let (text, note) = prompt::capped(&scraped.markdown);
        scraped.reading.notes.extend(note);
        let position = &scraped.position;
        let messages = prompt::messages(self, &position.title, &position.url, text);
        let (structured, tokens) = match self
            .model
            .ask(&messages, self.schema.as_ref(), until.min(Instant::now() + self.model.config.patience()))
            .await
        {
            Ok(told) => (answer::structured(&told, self.schema.as_ref()), Some(told.tokens)),
            Err(Failed { why, tokens: Some(tokens) }) => (failed(why), Some(tokens)),
            Err(Failed { why, tokens: None }) => (failed(format!("{why}; no tokens are charged")), None),
        };
        scraped.structured = Some(structured);
        tokens
    }
}

fn failed(why: String) -> Structured {
    let errors = vec![PickProblem { field: String::new(), message: why.clone() }];
    Structured { success: false, error: Some(why), data: None, errors }
}

impl ModelConfig {
    /// Asks the model one small question, and answers what it says: its address, name and key are right then.
    ///
    /// # Errors
    /// Says in a sentence why there is no answer.
    pub async fn try_out(&self) -> Result<TriedModel, String> {
        let model = Model::of(self.clone()).map_err(|why| why.to_string())?;
        let began = Instant::now();
        let told = model.ask(&prompt::hello(), None, began + self.patience()).await;
        let told = told.map_err(|failed| failed.why)?;
        let (tokens, is_estimate) = match told.tokens {
            Tokens::Counted(tokens) => (tokens, false),
            Tokens::About(tokens) => (tokens, true),
        };
        let took_ms = began.elapsed().as_secs_f64() * 1000.0;
        Ok(TriedModel { said: ask::shortened(&told.text), tokens, is_estimate, took_ms })
    }
}

/// What a model said when it was tried.
#[derive(Clone, Debug, PartialEq)]
pub struct TriedModel {
    /// Its answer, shortened.
    pub said: String,
    /// What it read and wrote.
    pub tokens: u64,
    /// Whether the tokens are estimated, because it did not say.
    pub is_estimate: bool,
    /// How long it took.
    pub took_ms: f64,
}

/// Whether a schema can be one of an answer, which is always an object.
pub(crate) fn check_schema(schema: &Value) -> Result<(), String> {
    Schema::of(schema.clone()).map_err(|why| format!("is no JSON Schema: {why}"))?;
    match schema.get("type") {
        None => Ok(()),
        Some(kind) if kind == "object" => Ok(()),
        Some(_) => Err("must be the schema of an object; put a list into a field of one".to_owned()),
    }
}

impl Model {
    fn takes_schemas(&self) -> bool {
        !self.refuses_schemas.load(Ordering::Relaxed)
    }

    fn note_refused_schema(&self) {
        self.refuses_schemas.store(true, Ordering::Relaxed);
    }
}
