//! The REST contract by hand, so that the journeys do not check our client against our own server.
//! Answers are read with the types of `notex-wire`; an unexpected status panics with its body.

use notex_journeys::{ENGINE_KEY, RunningEngine};
use notex_wire::{EntryPage, Health, LedgerEntry, PageAnswer, Refusal, SessionAnswer, UsageAnswer};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub(crate) struct EngineClient {
    http: reqwest::Client,
    base_url: String,
    key: String,
}

impl EngineClient {
    pub(crate) fn of(engine: &RunningEngine) -> Self {
        Self::with_key(engine, ENGINE_KEY)
    }

    pub(crate) fn with_key(engine: &RunningEngine, key: &str) -> Self {
        Self { http: reqwest::Client::new(), base_url: engine.base_url.clone(), key: key.to_owned() }
    }

    pub(crate) async fn health(&self) -> Health {
        self.get("/health").await
    }

    pub(crate) async fn start(&self, timeout_minutes: u32) -> SessionAnswer {
        self.post(
            "/session/start",
            &json!({ "session_timeout_minutes": timeout_minutes, "screenshot": true }),
        )
        .await
    }

    pub(crate) async fn refused_start(&self) -> Refusal {
        self.refused("/session/start", &json!({})).await
    }

    pub(crate) async fn session(&self, id: &str) -> SessionAnswer {
        self.get(&format!("/session/{id}")).await
    }

    pub(crate) async fn observe(&self, id: &str, url: Option<&str>) -> PageAnswer {
        self.post("/env/observe", &json!({ "session_id": id, "url": url })).await
    }

    pub(crate) async fn refused_observe(&self, id: &str, url: Option<&str>) -> Refusal {
        self.refused("/env/observe", &json!({ "session_id": id, "url": url })).await
    }

    /// An observe that may succeed or be refused, as long as it is answered in JSON.
    pub(crate) async fn any_observe(&self, id: &str, url: &str) -> Value {
        let (_, text) = self.answer("/env/observe", &json!({ "session_id": id, "url": url })).await;
        parsed(&text)
    }

    pub(crate) async fn step(&self, id: &str, action: &str, value: Option<&str>) -> PageAnswer {
        self.post("/env/step", &json!({ "session_id": id, "action_id": action, "value": value })).await
    }

    pub(crate) async fn scrape(&self, id: &str) -> PageAnswer {
        self.post("/env/scrape", &json!({ "session_id": id, "only_main_content": true })).await
    }

    pub(crate) async fn close(&self, id: &str) -> SessionAnswer {
        self.post("/session/close", &json!({ "session_id": id })).await
    }

    pub(crate) async fn refused_close(&self, id: &str) -> Refusal {
        self.refused("/session/close", &json!({ "session_id": id })).await
    }

    pub(crate) async fn usage(&self) -> UsageAnswer {
        self.get("/usage").await
    }

    pub(crate) async fn entries(&self) -> Vec<LedgerEntry> {
        let page: EntryPage = self.get("/usage/entries?page_size=100").await;
        assert_eq!(page.items.len() as u64, page.total, "all entries fit on one page");
        page.items
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let request = self.http.get(format!("{}{path}", self.base_url)).bearer_auth(&self.key);
        let answer = request.send().await.unwrap_or_else(|error| panic!("GET {path}: {error}"));
        let (status, text) = (answer.status(), answer.text().await.expect("a body"));
        assert!(status.is_success(), "GET {path}: {status} {text}");
        parsed(&text)
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> T {
        let (status, text) = self.answer(path, body).await;
        assert_eq!(status, 200, "POST {path} {body}: {text}");
        parsed(&text)
    }

    async fn refused(&self, path: &str, body: &Value) -> Refusal {
        let (status, text) = self.answer(path, body).await;
        let refusal: Refusal = parsed(&text);
        assert_eq!(refusal.status, status, "the body says the status again: {text}");
        refusal
    }

    async fn answer(&self, path: &str, body: &Value) -> (u16, String) {
        let request = self.http.post(format!("{}{path}", self.base_url)).bearer_auth(&self.key).json(body);
        let answer = request.send().await.unwrap_or_else(|error| panic!("POST {path}: {error}"));
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    }
}

fn parsed<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}
