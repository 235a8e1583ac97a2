//! The same calls on a server of the current generation: other paths, other shapes, the same answers. What its
//! contract has no words for is refused before anything is sent.

mod actions;
mod answers;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use notex_session::Credits;
use notex_wire::{
    ObserveRequest, PageAnswer, PageMetadata, ScrapeRequest, SessionAnswer, SessionPage, StartRequest,
    StepRequest, Usage, path,
};
use reqwest::Method;
use serde_json::{Value, json};

pub(crate) use answers::in_our_words;

use crate::dialect::list_path;
use crate::server::{PAGE, SHORT, START, with_id};
use crate::{Answered, ClientError, Dialect, Refused, Server, Trace};

/// Of so many sessions it is remembered what was seen.
const MOST_SEEN: usize = 500;
/// The servers list no more sessions at once.
const LARGEST_PAGE: u32 = 100;

/// What was last seen of each session: an action is executed by its type, which a step does not name.
#[derive(Default)]
pub(crate) struct Memory(Mutex<HashMap<String, Seen>>);

/// What was last seen of a session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    title: String,
    url: String,
    /// The type of each action, by id.
    kinds: HashMap<String, String>,
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, session_id: &str) -> Seen {
        self.lock().get(session_id).cloned().unwrap_or_default()
    }

    fn keep(&self, session_id: &str, seen: Seen) {
        let mut all = self.lock();
        if all.len() >= MOST_SEEN && !all.contains_key(session_id) {
            all.clear();
        }
        all.insert(session_id.to_owned(), seen);
    }

    fn forget(&self, session_id: &str) {
        self.lock().remove(session_id);
    }
}

impl Server {
    pub(crate) async fn current_start(
        &self,
        request: &StartRequest,
    ) -> Result<Answered<SessionAnswer>, ClientError> {
        let body = start_body(request)?;
        let answer = self.call::<_, Value>(Method::POST, path::SESSIONS_START, Some(&body), START).await?;
        self.as_session(answer)
    }

    pub(crate) async fn current_close(
        &self,
        session_id: &str,
    ) -> Result<Answered<SessionAnswer>, ClientError> {
        let path = format!("{}?close_reason=manual", with_id(path::SESSIONS_STOP, session_id));
        let answer = self.call::<(), Value>(Method::DELETE, &path, None, START).await?;
        let answer = self.as_session(answer)?;
        self.memory.forget(session_id);
        Ok(answer)
    }

    pub(crate) async fn current_session(
        &self,
        session_id: &str,
    ) -> Result<Answered<SessionAnswer>, ClientError> {
        let path = with_id(path::SESSIONS_ONE, session_id);
        let answer = self.call::<(), Value>(Method::GET, &path, None, SHORT).await?;
        self.as_session(answer)
    }

    /// The live sessions only: the server keeps all that ever were.
    pub(crate) async fn current_sessions(
        &self,
        page: u32,
        page_size: u32,
    ) -> Result<Answered<SessionPage>, ClientError> {
        let page_size = page_size.min(LARGEST_PAGE);
        let answer = self.call::<(), Value>(Method::GET, &list_path(page, page_size), None, SHORT).await?;
        let Answered { body, status, took, date_ahead, trace } = answer;
        let listed = match body {
            Value::Array(items) => items,
            mut object => match object.get_mut("items").map(Value::take) {
                Some(Value::Array(items)) => items,
                Some(_) | None => return Err(self.garbled("a list of sessions without items".to_owned())),
            },
        };
        let is_full = listed.len() >= page_size as usize;
        let items = listed.into_iter().map(|value| self.session_of(value)).collect::<Result<Vec<_>, _>>()?;
        let before = u64::from(page.saturating_sub(1)) * u64::from(page_size);
        // The server does not count them: behind a full page there may be one more.
        let total = before + items.len() as u64 + u64::from(is_full);
        let body = SessionPage { items, page, page_size, total };
        Ok(Answered { body, status, took, date_ahead, trace })
    }

    pub(crate) async fn current_observe(
        &self,
        request: &ObserveRequest,
    ) -> Result<Answered<PageAnswer>, ClientError> {
        let begun = Instant::now();
        let session_id = held(request.session_id.as_ref())?;
        let mut costs = Vec::new();
        if let Some(url) = &request.url {
            costs.extend(self.execute_action(session_id, &actions::goto(url)).await?);
        }
        let picture = request.screenshot != Some(false);
        let mut answer = self.look(session_id, request.min_nb_actions, request.max_nb_actions, costs).await?;
        if !picture {
            answer.body.screenshot = None;
        }
        answer.took = begun.elapsed();
        Ok(answer)
    }

    /// Does the action and looks at the page again, which makes two calls of it.
    pub(crate) async fn current_step(
        &self,
        request: &StepRequest,
    ) -> Result<Answered<PageAnswer>, ClientError> {
        let begun = Instant::now();
        let session_id = held(request.session_id.as_ref())?;
        let mut answer = match actions::deed(request, &self.memory.of(session_id).kinds)? {
            actions::Deed::Execute(action) => {
                let costs = self.execute_action(session_id, &action).await?;
                self.look(
                    session_id,
                    request.min_nb_actions,
                    request.max_nb_actions,
                    costs.into_iter().collect(),
                )
                .await?
            }
            actions::Deed::Look => {
                self.look(session_id, request.min_nb_actions, request.max_nb_actions, Vec::new()).await?
            }
            actions::Deed::Scrape => {
                let session_id = Some(session_id.to_owned());
                self.current_scrape(&ScrapeRequest { session_id, ..ScrapeRequest::default() }).await?
            }
            actions::Deed::Close => {
                let Seen { title, url, .. } = self.memory.of(session_id);
                let Answered { body: session, status, took, date_ahead, trace } =
                    self.current_close(session_id).await?;
                let usage = session.usage.clone();
                let metadata = PageMetadata { title, url, timestamp: None, viewport: None, tabs: Vec::new() };
                let body = PageAnswer {
                    session,
                    metadata,
                    screenshot: None,
                    data: None,
                    space: None,
                    changes: None,
                    usage,
                };
                Answered { body, status, took, date_ahead, trace }
            }
        };
        if request.screenshot == Some(false) {
            answer.body.screenshot = None;
        }
        answer.took = begun.elapsed();
        Ok(answer)
    }

    pub(crate) async fn current_scrape(
        &self,
        request: &ScrapeRequest,
    ) -> Result<Answered<PageAnswer>, ClientError> {
        let begun = Instant::now();
        let session_id = held(request.session_id.as_ref())?;
        let mut costs = Vec::new();
        if let Some(url) = &request.url {
            costs.extend(self.execute_action(session_id, &actions::goto(url)).await?);
            self.memory.keep(session_id, Seen { url: url.clone(), ..Seen::default() });
        }
        let body = scrape_body(request);
        let path = with_id(path::PAGE_SCRAPE, session_id);
        let read = self.call::<_, Value>(Method::POST, &path, Some(&body), PAGE).await?.body;
        costs.extend(answers::usage(&read));
        let data = answers::data(read).map_err(|why| self.garbled(why))?;
        let answer = self.current_session(session_id).await?;
        let Seen { title, url, .. } = self.memory.of(session_id);
        let Answered { body: session, status, date_ahead, trace, .. } = answer;
        let metadata = PageMetadata {
            title: session.title.clone().unwrap_or(title),
            url: session.url.clone().unwrap_or(url),
            timestamp: None,
            viewport: None,
            tabs: Vec::new(),
        };
        let usage = sum(costs);
        let body = PageAnswer {
            session,
            metadata,
            screenshot: None,
            data: Some(data),
            space: None,
            changes: None,
            usage,
        };
        // Several requests were made, of which one time says nothing.
        let trace = Trace { call: trace.call, ..Trace::default() };
        Ok(Answered { body, status, took: begun.elapsed(), date_ahead, trace })
    }

    /// An observe of the page as it is, with the session after it.
    async fn look(
        &self,
        session_id: &str,
        min_nb_actions: Option<i64>,
        max_nb_actions: Option<i64>,
        mut costs: Vec<Usage>,
    ) -> Result<Answered<PageAnswer>, ClientError> {
        let mut body = json!({
            "max_nb_actions": max_nb_actions.unwrap_or(notex_wire::DEFAULT_MAX_ACTIONS),
            "perception_type": "fast",
        });
        if let Some(least) = min_nb_actions {
            body["min_nb_actions"] = least.into();
        }
        let path = with_id(path::PAGE_OBSERVE, session_id);
        let answer = self.call::<_, Value>(Method::POST, &path, Some(&body), PAGE).await?;
        let (status, date_ahead, took, trace) = (answer.status, answer.date_ahead, answer.took, answer.trace);
        costs.extend(answers::usage(&answer.body));
        let seen = answers::observation(answer.body).map_err(|why| self.garbled(why))?;
        let answers::Observed { metadata, screenshot, space, kinds } = seen;
        let (title, url) = (metadata.title.clone(), metadata.url.clone());
        self.memory.keep(session_id, Seen { title, url, kinds });
        let session = self.current_session(session_id).await?.body;
        let usage = sum(costs);
        let body = PageAnswer {
            session,
            metadata,
            screenshot,
            data: None,
            space: Some(space),
            changes: None,
            usage,
        };
        Ok(Answered { body, status, took, date_ahead, trace })
    }

    /// Executes an action; one that was not done is a refusal with the server's own sentence.
    async fn execute_action(&self, session_id: &str, action: &Value) -> Result<Option<Usage>, ClientError> {
        let path = with_id(path::PAGE_EXECUTE, session_id);
        let answer = self.call::<_, Value>(Method::POST, &path, Some(action), PAGE).await?;
        match answers::failure(&answer.body, action) {
            None => Ok(answers::usage(&answer.body)),
            Some((code, message)) => {
                let (status, code, trace) = (answer.status, Some(code.to_owned()), Box::new(answer.trace));
                Err(ClientError::Refused(Refused { status, code, message, trace }))
            }
        }
    }

    pub(crate) fn as_session(&self, answer: Answered<Value>) -> Result<Answered<SessionAnswer>, ClientError> {
        let Answered { body, status, took, date_ahead, trace } = answer;
        Ok(Answered { body: self.session_of(body)?, status, took, date_ahead, trace })
    }

    fn session_of(&self, value: Value) -> Result<SessionAnswer, ClientError> {
        let value = match self.dialect() {
            Dialect::Current => answers::with_deadline(in_our_words(value)),
            Dialect::Notex | Dialect::Classic => in_our_words(value),
        };
        let mut session: SessionAnswer =
            serde_json::from_value(value).map_err(|why| self.garbled(format!("a session: {why}")))?;
        let seen = self.memory.of(&session.session_id);
        if !seen.url.is_empty() {
            session.title.get_or_insert(seen.title);
            session.url.get_or_insert(seen.url);
        }
        Ok(session)
    }
}

fn held(session_id: Option<&String>) -> Result<&str, ClientError> {
    let why = "a server of the current generation makes no session for a single call; start one first";
    session_id.map(String::as_str).ok_or_else(|| ClientError::Unsupported(why.to_owned()))
}

/// Only what the contract knows; what it has no word for is refused when it was asked for.
/// The body that a scrape has in this contract.
pub(crate) fn scrape_body(request: &ScrapeRequest) -> Value {
    json!({
        "scrape_links": true,
        "scrape_images": request.scrape_images.unwrap_or(false),
        "only_main_content": request.only_main_content.unwrap_or(true),
        "use_link_placeholders": false,
    })
}

fn start_body(request: &StartRequest) -> Result<Value, ClientError> {
    let lacks =
        |what: &str| Err(ClientError::Unsupported(format!("a server of the current generation {what}")));
    if request.keep_alive == Some(true) {
        return lacks("has no keep-alive: its sessions end by their timeout");
    }
    if request.locale.is_some() || request.timezone.is_some() {
        return lacks("sets no language and no time zone");
    }
    let sent = StartRequest {
        idle_timeout_minutes: request.idle_timeout_minutes.or(request.session_timeout_minutes),
        keep_alive: None,
        session_timeout_minutes: None,
        session_timeout: None,
        screenshot: None,
        ..request.clone()
    };
    serde_json::to_value(sent).map_err(|why| ClientError::Unsupported(why.to_string()))
}

/// Several calls were made for one.
fn sum(costs: Vec<Usage>) -> Option<Usage> {
    let remaining = costs.last()?.remaining;
    let credits: Credits = costs.iter().map(|usage| usage.credits).sum();
    let reasons = costs.into_iter().flat_map(|usage| usage.reasons).collect();
    Some(Usage { credits, reasons, remaining })
}
