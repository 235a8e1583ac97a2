//! What only a server with our additions does: tabs, the element at a point, scrapes of a part of the page, files.

use notex_wire::current::{
    DataSpace, DebugAnswer, ExecuteRequest, ExecutionResult, ScrapeRequest, SessionFile,
};
use notex_wire::{CallEvidence, ElementAnswer, ElementRequest, path};
use reqwest::Method;
use serde_json::{Value, json};

use crate::current::scrape_body;
use crate::server::{PAGE, SHORT, with_id};
use crate::{Answered, ClientError, Dialect, Server};

impl Server {
    /// Does an action of the current contract; what went wrong on the page is a part of the answer.
    pub async fn execute(
        &self,
        session_id: &str,
        request: &ExecuteRequest,
    ) -> Result<Answered<ExecutionResult>, ClientError> {
        self.call(Method::POST, &with_id(path::PAGE_EXECUTE, session_id), Some(request), PAGE).await
    }

    /// Reads the page, or a part of it, in the current contract.
    pub async fn read(
        &self,
        session_id: &str,
        request: &ScrapeRequest,
    ) -> Result<Answered<DataSpace>, ClientError> {
        self.call(Method::POST, &with_id(path::PAGE_SCRAPE, session_id), Some(request), PAGE).await
    }

    /// Where [`Server::read`] sends its request.
    pub fn read_address(&self, session_id: &str) -> String {
        self.url(&with_id(path::PAGE_SCRAPE, session_id))
    }

    /// Where [`Server::scrape`] sends its request, and with what body.
    pub fn scrape_call(&self, session_id: &str, request: &notex_wire::ScrapeRequest) -> (String, Value) {
        match self.dialect() {
            Dialect::Notex | Dialect::Classic => {
                let request =
                    notex_wire::ScrapeRequest { session_id: Some(session_id.to_owned()), ..request.clone() };
                (self.url(path::ENV_SCRAPE), json!(request))
            }
            Dialect::Current => (self.read_address(session_id), scrape_body(request)),
        }
    }

    /// The tabs of a session, and where it can be watched. Costs nothing and moves no deadline.
    pub async fn debug(&self, session_id: &str) -> Result<Answered<DebugAnswer>, ClientError> {
        self.call::<(), _>(Method::GET, &with_id(path::DEBUG, session_id), None, SHORT).await
    }

    /// What is kept of a call besides its answer; [`crate::Trace`] tells its number. Costs nothing and moves no deadline.
    pub async fn evidence(&self, session_id: &str, call: u32) -> Result<Answered<CallEvidence>, ClientError> {
        let path = with_id(path::SESSION_EVIDENCE, session_id).replace("{call}", &call.to_string());
        self.call::<(), _>(Method::GET, &path, None, SHORT).await
    }

    /// Gives a session a file, for uploads on its pages. Costs nothing, and counts as use.
    pub async fn add_file(
        &self,
        session_id: &str,
        name: &str,
        contents: &[u8],
    ) -> Result<Answered<SessionFile>, ClientError> {
        self.send_file(&with_id(path::FILES, session_id), name, contents, PAGE).await
    }

    /// The element at a point of the viewport. Costs nothing and moves no deadline.
    pub async fn element(
        &self,
        session_id: &str,
        x: f64,
        y: f64,
    ) -> Result<Answered<Option<ElementAnswer>>, ClientError> {
        let request = ElementRequest { x, y };
        self.call(Method::POST, &with_id(path::SESSION_ELEMENT, session_id), Some(&request), SHORT).await
    }
}
