//! How long a call spends opening its connection. A pool stands between the two: a call that begins to open one may be
//! given another that another call let go of meanwhile, and the one it began serves a later call. So each call notes what
//! it opens, and its answer says over which connection it came.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper_util::client::legacy::connect::{Connection, HttpInfo};
use reqwest::Response;
use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    static OPENED: Opened;
}

/// The connections that one call opened: their address on our side, and how long it took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Opened(Arc<Mutex<Vec<(SocketAddr, Duration)>>>);

/// Runs what sends a request, and tells which connections it opened.
pub(crate) async fn noting<T>(sending: impl Future<Output = T>) -> (T, Opened) {
    let opened = Opened::default();
    let sent = OPENED.scope(opened.clone(), sending).await;
    (sent, opened)
}

impl Opened {
    /// How long opening the connection took over which an answer came; nothing when it was open already. `None` when it
    /// is not known over which one it came.
    pub(crate) fn took(&self, answer: &Response) -> Option<Duration> {
        let over = answer.extensions().get::<HttpInfo>()?.local_addr();
        let opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Some(opened.iter().find(|(address, _)| *address == over).map(|(_, took)| *took).unwrap_or_default())
    }

    fn note(&self, connection: &impl Connection, took: Duration) {
        let mut told = Default::default();
        connection.connected().get_extras(&mut told);
        if let Some(address) = told.get::<HttpInfo>().map(HttpInfo::local_addr) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push((address, took));
        }
    }
}

/// Measures the opening of connections: the host's name, the connection itself, and TLS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measuring;

impl<S> Layer<S> for Measuring {
    type Service = Measured<S>;

    fn layer(&self, connector: S) -> Measured<S> {
        Measured(connector)
    }
}

/// A connector that is measured.
#[derive(Clone, Debug)]
pub(crate) struct Measured<S>(S);

impl<S, To> Service<To> for Measured<S>
where
    S: Service<To, Response: Connection>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, to: To) -> Self::Future {
        // The pool asks for a connection in the task of the call; one that the call does not wait for ends in another.
        let (opened, begun) = (OPENED.try_with(Clone::clone).ok(), Instant::now());
        let connecting = self.0.call(to);
        Box::pin(async move {
            let connection = connecting.await?;
            if let Some(opened) = opened {
                opened.note(&connection, begun.elapsed());
            }
            Ok(connection)
        })
    }
}

#[cfg(test)]
mod tests;
