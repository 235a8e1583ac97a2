//! Which contract a server speaks, found out by asking.

use std::time::Duration;

use notex_wire::{Health, SessionPage, path};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::server::{Raw, SHORT};
use crate::{ClientError, Refused, Server};

/// The contract a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// NotexAI, with all of our additions.
    Notex,
    /// NotexAI without them.
    Classic,
    /// The current generation of Notte servers.
    Current,
}

/// What answers at an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The contract it speaks.
    pub dialect: Dialect,
    /// Its version, when it says.
    pub version: Option<String>,
    /// Round trip of the first answer.
    pub latency: Duration,
    /// Why it does not take the key; `None` when it does.
    pub key_problem: Option<String>,
}

/// What one question was answered with.
enum Reply {
    /// A success, as JSON.
    Told(Value),
    /// It wants another key: its sentence.
    WrongKey(String),
    /// The path is there, for other methods.
    OtherMethod,
    /// Anything else in JSON or without a body.
    No,
    /// A page for people.
    WebSite,
}

impl Reply {
    fn of(raw: &Raw) -> Self {
        let status = raw.status;
        if raw.is_html {
            return Self::WebSite;
        }
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Self::WrongKey(Refused::from_body(status.as_u16(), &raw.body).message)
            }
            StatusCode::METHOD_NOT_ALLOWED => Self::OtherMethod,
            _ if status.is_success() => serde_json::from_slice(&raw.body).map_or(Self::No, Self::Told),
            _ => Self::No,
        }
    }
}

impl Server {
    /// Finds out what answers. Asks only for what is free and changes nothing.
    ///
    /// # Errors
    /// When nobody answers, or something that is no NotexAI server.
    pub async fn probe(&self) -> Result<Found, ClientError> {
        let health = self.fetch::<()>(Method::GET, path::HEALTH, None, SHORT).await?;
        let latency = health.took;
        let health = Reply::of(&health);
        let said = match &health {
            Reply::Told(value) => serde_json::from_value::<Health>(value.clone()).ok(),
            Reply::WrongKey(_) | Reply::OtherMethod | Reply::No | Reply::WebSite => None,
        };
        let version = said.as_ref().and_then(|health| health.version.clone());
        let found = |dialect, key_problem| Ok(Found { dialect, version, latency, key_problem });

        let ours = self.question(&format!("{}?page=1&page_size=1", path::SESSION_LIST)).await?;
        if let Reply::Told(list) = &ours
            && serde_json::from_value::<SessionPage>(list.clone()).is_ok()
        {
            return found(Dialect::Notex, None);
        }
        let current = self.question(&list_path(1, 1)).await?;
        if let Reply::Told(list) = &current
            && (list.is_array() || list.get("items").is_some_and(Value::is_array))
        {
            return found(Dialect::Current, None);
        }
        let classic = self.question(path::SESSION_START).await?;
        // A server that wants a key says so before it says what it has, or only where it has something.
        for (reply, dialect) in
            [(&ours, Dialect::Notex), (&current, Dialect::Current), (&classic, Dialect::Classic)]
        {
            if let Reply::WrongKey(problem) = reply {
                return found(self.documented().await.unwrap_or(dialect), Some(problem.clone()));
            }
        }
        let counts_sessions = said.is_some_and(|health| health.active_sessions.is_some());
        if matches!(classic, Reply::OtherMethod) || counts_sessions {
            return found(Dialect::Classic, None);
        }
        let is_site =
            [&health, &ours, &current, &classic].into_iter().any(|reply| matches!(reply, Reply::WebSite));
        Err(self.garbled(if is_site {
            "this is a web site, not a NotexAI server".to_owned()
        } else {
            "it knows none of the paths of a NotexAI server".to_owned()
        }))
    }

    async fn question(&self, path: &str) -> Result<Reply, ClientError> {
        Ok(Reply::of(&self.fetch::<()>(Method::GET, path, None, SHORT).await?))
    }

    /// What the server's own document says, which is given without a key.
    async fn documented(&self) -> Option<Dialect> {
        let Ok(Reply::Told(document)) = self.question(path::OPENAPI).await else { return None };
        let paths: Vec<&String> = document.get("paths")?.as_object()?.keys().collect();
        let has = |wanted: &str| paths.iter().any(|path| path.ends_with(wanted));
        if has(path::ENV_OBSERVE) {
            return Some(if has(path::USAGE_ENTRIES) { Dialect::Notex } else { Dialect::Classic });
        }
        has("/page/observe").then_some(Dialect::Current)
    }
}

/// The list of live sessions in the current contract.
pub(crate) fn list_path(page: u32, page_size: u32) -> String {
    // The SDK writes the word with a capital.
    format!("{}?only_active=True&page={page}&page_size={page_size}", path::SESSIONS_SLASH)
}
