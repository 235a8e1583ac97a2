//! What the engine answers when it does not do what was asked: a status, a code for programs, a sentence for people.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use notex_session::{EndReason, Plan};
use notex_wire::{FieldProblem, Refusal, RefusalDetail};

use crate::browser::{LaunchError, PageError};
use crate::ledger::OutOfCredits;
use crate::live::Turn;
use crate::store::{Ended, StoreError};

/// A refusal on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused(Refusal, Option<RetryAfter>, Option<Box<Turn>>);

/// In how many seconds it may be worth another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RetryAfter(u32);

impl Refused {
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let refusal = Refusal {
            detail: RefusalDetail::Sentence(message.clone()),
            status: status.as_u16(),
            message,
            code: code.to_owned(),
        };
        Self(refusal, None, None)
    }

    /// 422: something is wrong with one field of the body.
    pub(crate) fn field(field: &str, kind: &str, message: impl Into<String>) -> Self {
        Self::located(&["body", field], kind, message)
    }

    /// 422: something is wrong with one part of the query.
    pub(crate) fn query(name: &str, message: impl Into<String>) -> Self {
        Self::located(&["query", name], "value_error", message)
    }

    /// 422: something is wrong at the place given.
    pub(crate) fn located(loc: &[&str], kind: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let problem = FieldProblem {
            loc: loc.iter().map(|&part| part.to_owned()).collect(),
            msg: message.clone(),
            kind: kind.to_owned(),
        };
        let refusal = Refusal {
            detail: RefusalDetail::Fields(vec![problem]),
            status: StatusCode::UNPROCESSABLE_ENTITY.as_u16(),
            message,
            code: "invalid_request".to_owned(),
        };
        Self(refusal, None, None)
    }

    /// The same, of a call that had its turn.
    pub(crate) fn of(mut self, turn: Option<Turn>) -> Self {
        self.2 = turn.map(Box::new);
        self
    }

    /// What programs tell it apart by.
    pub(crate) fn code(&self) -> &str {
        &self.0.code
    }

    /// Another code, for what programs tell apart.
    fn coded(mut self, code: &str) -> Self {
        code.clone_into(&mut self.0.code);
        self
    }

    /// The same, with one more thing to know.
    pub(crate) fn noting(mut self, note: &str) -> Self {
        let message = format!("{}; {note}", self.0.message);
        if let RefusalDetail::Sentence(sentence) = &mut self.0.detail {
            sentence.clone_from(&message);
        }
        self.0.message = message;
        self
    }

    /// 404: there never was such a session.
    pub(crate) fn unknown_session(id: &str) -> Self {
        let shown: String = id.chars().take(80).collect();
        Self::new(StatusCode::NOT_FOUND, "session_not_found", format!("there is no session {shown}"))
    }

    /// 410: the session has ended. Clients take a sentence with "already closed" as a warning when they close.
    pub(crate) fn ended(id: &str, ended: &Ended) -> Self {
        let at = ended.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let how = match (ended.reason, ended.error.as_deref()) {
            (EndReason::Manual, None) => format!("it was closed at {at}"),
            (EndReason::Manual, Some(why)) => format!("it was closed at {at}: {why}"),
            (EndReason::IdleTimeout, _) => format!("it timed out at {at}, because no call was made on it"),
            (EndReason::MaxDuration, _) => format!("it reached its longest life at {at}"),
            (EndReason::Error, Some(why)) => format!("it failed at {at}: {why}"),
            (EndReason::Error, None) => format!("it was closed at {at} by a caller who failed"),
        };
        Self::new(StatusCode::GONE, "session_ended", format!("session {id} is already closed: {how}"))
    }

    /// 409: too many calls wait already.
    pub(crate) fn busy(id: &str) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "session_busy",
            format!("session {id} has too many calls waiting; wait for their answers first"),
        )
    }

    /// 409: the session reached its longest life before the calls in front of this one were done.
    pub(crate) fn waited_too_long(id: &str, until: DateTime<Utc>) -> Self {
        let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
        Self::new(
            StatusCode::CONFLICT,
            "session_busy",
            format!(
                "session {id} was busy with earlier calls until it reached its longest life at {until}; this call was \
                 not begun"
            ),
        )
    }

    /// 429: the plan allows no further session now.
    pub(crate) fn too_many_sessions(plan: &Plan, most: u32, retry_after_seconds: u32) -> Self {
        let message = format!(
            "the plan \"{}\" allows {most} sessions at once (sessions_at_once), and so many are live; close one first",
            plan.name
        );
        let Self(refusal, ..) = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_sessions", message);
        Self(refusal, Some(RetryAfter(retry_after_seconds)), None)
    }

    /// 503: no session is started any more.
    pub(crate) fn stopping() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "engine_stopping", "the engine is being stopped")
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (retry_after, turn) = (self.1, self.2);
        let mut response = (status, Json(self.0)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(RetryAfter(seconds)) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(turn) = turn {
            turn.tell(response.headers_mut());
        }
        response
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        let (status, code) = match &error {
            StoreError::Full { .. } => (StatusCode::INSUFFICIENT_STORAGE, "store_full"),
            StoreError::Closed => return Self::stopping(),
            StoreError::Folder { .. }
            | StoreError::InUse(_)
            | StoreError::NotWritable { .. }
            | StoreError::Broken { .. }
            | StoreError::Newer { .. }
            | StoreError::Sqlite { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "store_failed"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<LaunchError> for Refused {
    fn from(error: LaunchError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "no_browser", error.to_string())
    }
}

impl From<OutOfCredits> for Refused {
    fn from(error: OutOfCredits) -> Self {
        Self::new(StatusCode::PAYMENT_REQUIRED, error.code(), error.to_string())
    }
}

impl From<PageError> for Refused {
    fn from(error: PageError) -> Self {
        let message = error.to_string();
        match error {
            PageError::Unreachable { .. } => {
                Self::new(StatusCode::FAILED_DEPENDENCY, "page_unreachable", message)
            }
            PageError::SchemeRefused(_) | PageError::AddressRefused(_) => {
                Self::field("url", "value_error", message)
            }
            PageError::UnknownAction(_) => {
                Self::field("action_id", "value_error", message).coded("unknown_action")
            }
            PageError::NotOperable(_) => {
                Self::field("action_id", "value_error", message).coded("action_not_operable")
            }
            PageError::BadOption { field, .. } => Self::field(field, "value_error", message),
            PageError::TimedOut { .. } => Self::new(StatusCode::FAILED_DEPENDENCY, "page_timed_out", message),
            PageError::Lost(_) => Self::new(StatusCode::GONE, "session_ended", message),
            PageError::Browser { .. } => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "browser_refused", message)
            }
        }
    }
}
