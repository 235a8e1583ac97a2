//! A server that speaks the protocol of a language model, over real HTTP, and says what it is told to say.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What the server says to one question.
#[derive(Clone, Debug)]
pub struct Reply {
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    body: String,
    never: bool,
}

impl Reply {
    /// The text of a model, and what it says that it used.
    pub fn says(text: &str, tokens: u64) -> Self {
        let usage = json!({ "prompt_tokens": tokens - 1, "completion_tokens": 1, "total_tokens": tokens });
        Self::completion(text, &usage)
    }

    /// The text of a model that does not say what it used.
    pub fn says_uncounted(text: &str) -> Self {
        Self::completion(text, &Value::Null)
    }

    fn completion(text: &str, usage: &Value) -> Self {
        let message = json!({ "role": "assistant", "content": text });
        let choice = json!({ "index": 0, "finish_reason": "stop", "message": message });
        let body = json!({ "object": "chat.completion", "choices": [choice], "usage": usage });
        Self::raw(200, body.to_string())
    }

    /// A refusal in the words of the protocol.
    pub fn refuses(status: u16, message: &str) -> Self {
        Self::raw(status, json!({ "error": { "message": message } }).to_string())
    }

    /// Any answer.
    pub fn raw(status: u16, body: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).expect("a status of HTTP");
        Self { status, headers: Vec::new(), body: body.into(), never: false }
    }

    /// No answer, as long as it is waited for.
    pub fn never() -> Self {
        Self { never: true, ..Self::raw(200, "") }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// One question.
#[derive(Clone, Debug)]
pub struct Question {
    /// The header of the key.
    pub authorization: Option<String>,
    /// What was asked.
    pub body: Value,
}

#[derive(Default)]
struct Script {
    replies: Mutex<VecDeque<Reply>>,
    questions: watch::Sender<Vec<Question>>,
    /// How many of those who were never answered have gone away.
    gone: watch::Sender<usize>,
}

/// The running server; ends with the runtime.
pub struct ModelServer {
    address: SocketAddr,
    script: Arc<Script>,
}

impl ModelServer {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let script = Arc::new(Script::default());
        let router =
            Router::new().route("/v1/chat/completions", post(answer)).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, script }
    }

    /// What is configured as its address.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Answers the next question that has no answer yet in this way.
    pub fn will(&self, reply: Reply) -> &Self {
        self.script.replies.lock().unwrap_or_else(PoisonError::into_inner).push_back(reply);
        self
    }

    /// All questions so far.
    pub fn questions(&self) -> Vec<Question> {
        self.script.questions.borrow().clone()
    }

    /// Waits until so many questions have come.
    pub async fn was_asked(&self, times: usize) {
        let mut questions = self.script.questions.subscribe();
        questions.wait_for(|questions| questions.len() >= times).await.expect("the server runs");
    }

    /// Waits until one who was never answered has gone away.
    pub async fn was_left(&self) {
        self.script.gone.subscribe().wait_for(|gone| *gone > 0).await.expect("the server runs");
    }
}

async fn answer(State(script): State<Arc<Script>>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let shown = headers.get(header::AUTHORIZATION).and_then(|shown| shown.to_str().ok());
    let authorization = shown.map(str::to_owned);
    script.questions.send_modify(|questions| questions.push(Question { authorization, body }));
    let reply = script.replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let reply = reply.unwrap_or_else(|| Reply::refuses(418, "no further question was expected"));
    if reply.never {
        let _left = Left(Arc::clone(&script));
        std::future::pending::<()>().await;
    }
    let mut response = (reply.status, reply.body).into_response();
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, value.parse().expect("a header's value"));
    }
    response
}

/// Dropped with the connection of who asked.
struct Left(Arc<Script>);

impl Drop for Left {
    fn drop(&mut self) {
        self.0.gone.send_modify(|gone| *gone += 1);
    }
}
