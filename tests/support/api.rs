//! The engine's paths without types: for whoever wants to see the status of an answer before its shape.

use serde_json::Value;

use crate::program::{ENGINE_KEY, RunningEngine};

/// Calls of one engine.
#[derive(Clone, Debug)]
pub struct Api {
    http: reqwest::Client,
    base_url: String,
}

/// The status of an answer and its JSON.
#[derive(Clone, Debug)]
pub struct Answer {
    /// 200 and the like.
    pub status: u16,
    /// What it says.
    pub body: Value,
}

impl Api {
    /// Of a running engine.
    pub fn of(engine: &RunningEngine) -> Self {
        Self { http: reqwest::Client::new(), base_url: engine.base_url.clone() }
    }

    /// Posts a body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.http.post(format!("{}{path}", self.base_url)).bearer_auth(ENGINE_KEY).json(body);
        self.answer(path, request).await
    }

    /// Asks for a path.
    pub async fn get(&self, path: &str) -> Answer {
        let request = self.http.get(format!("{}{path}", self.base_url)).bearer_auth(ENGINE_KEY);
        self.answer(path, request).await
    }

    async fn answer(&self, path: &str, request: reqwest::RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap_or_else(|error| panic!("{path}: {error}"));
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap_or_else(|error| panic!("{path}: {error}"));
        let body = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error} in {text}"));
        Answer { status, body }
    }
}

impl Answer {
    /// The body of a success. Panics with what was refused.
    pub fn expect_success(self, what: &str) -> Value {
        assert!(self.status == 200, "{what} was answered with {}: {}", self.status, self.body);
        self.body
    }
}
