//! Who is let in to one live session from outside of its calls: clients of the browser's own protocol, which Playwright
//! speaks, and viewers of its live picture. Owns what they may reach and how they are turned away; the session's task
//! still owns its life.

mod allowed;
mod live;
mod own;
mod socket;
mod targets;
mod visit;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};
use subtle::ConstantTimeEq;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::browser::{Browser, Page};
use crate::engine::EngineState;
use crate::guard::Admitted;
use crate::refusal::Refused;

pub(crate) use live::{Viewer, watch};
pub(crate) use visit::visit;

/// How many clients and viewers one session takes at once.
const MOST_VISITORS: usize = 16;
/// How long a client may take to receive one message.
const SLOWEST_READER: Duration = Duration::from_secs(20);
/// What a client sends moves the deadline, but not more often: each time is written to the disk.
const COUNTS_EVERY: Duration = Duration::from_secs(5);

/// What those who are let in to a live session reach.
pub(crate) struct Inside {
    pub(crate) page: Arc<dyn Page>,
    browser: Arc<dyn Browser>,
    /// The session's own folder; empty when it has none.
    folder: PathBuf,
    token: Token,
    places: Arc<Semaphore>,
    /// Cancelled when the session has ended.
    pub(crate) ended: CancellationToken,
}

impl Inside {
    pub(crate) fn new(page: Arc<dyn Page>, browser: Arc<dyn Browser>, folder: PathBuf) -> Arc<Self> {
        Arc::new(Self {
            page,
            browser,
            folder,
            token: Token::random(),
            places: Arc::new(Semaphore::new(MOST_VISITORS)),
            ended: CancellationToken::new(),
        })
    }

    /// A place for one more client or viewer, held until it is dropped.
    pub(crate) fn place(&self) -> Result<OwnedSemaphorePermit, Refused> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            Refused::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_clients",
                format!("{MOST_VISITORS} clients and viewers are in this session already"),
            )
        })
    }
}

/// Opens one session, and only to clients that cannot send the key. It cannot be printed.
struct Token(String);

impl Token {
    fn random() -> Self {
        Self(format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()))
    }

    /// Whether `shown` is this token, in a time that does not tell how much of it is right.
    fn is(&self, shown: &str) -> bool {
        self.0.as_bytes().ct_eq(shown.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

impl EngineState {
    /// Where a client of the browser's protocol is let in to a live session, for answers to callers that showed the
    /// key; `headers` are those of their request.
    pub(crate) fn cdp_url(&self, id: &str, headers: &HeaderMap) -> Option<String> {
        let inside = self.registry.inside(id)?;
        inside.browser.cdp_address()?;
        // The name by which the caller reached the engine reaches it again.
        let host = headers.get(header::HOST)?.to_str().ok()?;
        Some(format!("ws://{host}/session/{id}/cdp?token={}", inside.token.0))
    }

    /// What is inside of a live session, for who may see it.
    pub(crate) async fn let_in(&self, id: &str, admitted: &Admitted) -> Result<Arc<Inside>, Refused> {
        let inside = self.registry.inside(id);
        match (inside, admitted) {
            (Some(inside), Admitted::Owner) => Ok(inside),
            (None, Admitted::Owner) => Err(self.not_live(id).await),
            (Some(inside), Admitted::Guest(shown)) if inside.token.is(shown) => Ok(inside),
            (_, Admitted::Guest(_) | Admitted::Anybody) => Err(Refused::new(
                StatusCode::UNAUTHORIZED,
                "wrong_token",
                "the token is wrong, or its session has ended",
            )),
        }
    }
}

/// Lets what comes from outside count as use of the session, at no cost.
pub(super) struct Use {
    state: Arc<EngineState>,
    id: String,
    counted: Option<Instant>,
    counting: Option<JoinHandle<()>>,
}

impl Use {
    pub(crate) fn new(state: Arc<EngineState>, id: String) -> Self {
        Self { state, id, counted: None, counting: None }
    }

    /// Something came. Nobody waits until that is written.
    pub(super) fn came(&mut self) {
        let recently = self.counted.is_some_and(|counted| counted.elapsed() < COUNTS_EVERY);
        if recently || self.counting.as_ref().is_some_and(|counting| !counting.is_finished()) {
            return;
        }
        self.counted = Some(Instant::now());
        let (state, id) = (Arc::clone(&self.state), self.id.clone());
        self.counting = Some(tokio::spawn(async move {
            if let Err(refused) = state.extend(&id).await {
                tracing::debug!(session = id, ?refused, "use of a session did not count");
            }
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_unlike_any_other_and_cannot_be_printed() {
        let (one, other) = (Token::random(), Token::random());
        assert_eq!(one.0.len(), 64);
        assert!(one.is(&one.0) && !one.is(&other.0) && !one.is("") && !one.is(&one.0[..63]));
        assert_eq!(format!("{one:?}"), "Token(redacted)");
    }
}
