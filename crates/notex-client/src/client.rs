//! The SDK's way to work: a client instance holds at most one active session.

use notex_wire::{ObserveRequest, PageAnswer, ScrapeRequest, SessionAnswer, StartRequest, StepRequest};

use crate::{Answered, ClientError, Server};

/// Calls on one session at a time; starting another closes the first.
#[derive(Clone, Debug)]
pub struct Client {
    server: Server,
    session_id: Option<String>,
}

impl Client {
    /// A client without a session.
    pub fn new(server: Server) -> Self {
        Self { server, session_id: None }
    }

    /// A client on a session that lives already.
    pub fn attached(server: Server, session_id: String) -> Self {
        Self { server, session_id: Some(session_id) }
    }

    /// The server it calls.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The active session, if any.
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// Starts a session, after closing the one it holds.
    ///
    /// # Errors
    /// When the server refuses; a first session that had already ended is no error.
    pub async fn start(&mut self, request: &StartRequest) -> Result<Answered<SessionAnswer>, ClientError> {
        if self.session_id.is_some() {
            self.close().await.map(drop).or_else(accept_already_ended)?;
        }
        let answer = self.server.start(request).await?;
        self.session_id = Some(answer.body.session_id.clone());
        Ok(answer)
    }

    /// Closes the session.
    ///
    /// # Errors
    /// [`ClientError::NoSession`] without one; 410 when it had already ended (the client lets go of it all the same).
    pub async fn close(&mut self) -> Result<Answered<SessionAnswer>, ClientError> {
        let answer = self.server.close(self.held()?).await;
        let over = match &answer {
            Ok(_) => true,
            Err(ClientError::Refused(refused)) => matches!(refused.status, 404 | 410),
            Err(_) => false,
        };
        if over {
            self.session_id = None;
        }
        answer
    }

    /// Asks for the session.
    pub async fn status(&self) -> Result<Answered<SessionAnswer>, ClientError> {
        self.server.session(self.held()?).await
    }

    /// Moves the session's deadline.
    pub async fn extend(&self) -> Result<Answered<SessionAnswer>, ClientError> {
        self.server.extend(self.held()?).await
    }

    /// Lists what can be done, after opening `url` if one is given.
    pub async fn observe(
        &self,
        url: Option<String>,
        max_nb_actions: Option<i64>,
    ) -> Result<Answered<PageAnswer>, ClientError> {
        let session_id = Some(self.held()?.to_owned());
        let request = ObserveRequest { session_id, url, max_nb_actions, ..ObserveRequest::default() };
        self.server.observe(&request).await
    }

    /// Does an action: `L1`, `B2`, `I3` of an observe, or `S1` to `S8`.
    pub async fn step(
        &self,
        action_id: &str,
        value: Option<String>,
        enter: Option<bool>,
    ) -> Result<Answered<PageAnswer>, ClientError> {
        let session_id = Some(self.held()?.to_owned());
        let action_id = action_id.to_owned();
        self.server.step(&StepRequest { session_id, action_id, value, enter, ..StepRequest::default() }).await
    }

    /// Reads the page.
    pub async fn scrape(
        &self,
        only_main_content: Option<bool>,
        scrape_images: Option<bool>,
    ) -> Result<Answered<PageAnswer>, ClientError> {
        let session_id = Some(self.held()?.to_owned());
        let request =
            ScrapeRequest { session_id, only_main_content, scrape_images, ..ScrapeRequest::default() };
        self.server.scrape(&request).await
    }

    fn held(&self) -> Result<&str, ClientError> {
        self.session_id.as_deref().ok_or(ClientError::NoSession)
    }
}

fn accept_already_ended(error: ClientError) -> Result<(), ClientError> {
    match &error {
        ClientError::Refused(refused) if matches!(refused.status, 404 | 410) => Ok(()),
        ClientError::Refused(_)
        | ClientError::Unreachable { .. }
        | ClientError::TimedOut { .. }
        | ClientError::Garbled { .. }
        | ClientError::Unsupported(_)
        | ClientError::BadAddress(_)
        | ClientError::NoSession => Err(error),
    }
}
