//! The server: takes connections, not too many at once, and waits for none for ever.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::refusal::Refused;

/// After a connection that could not be taken, most likely for want of file handles.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// How much and how long callers are waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Connections at once; more wait until one ends.
    pub(crate) connections: usize,
    /// Until the head of a request has arrived, also of the next one on the same connection.
    pub(crate) head: Duration,
    /// Until all of its body has arrived.
    pub(crate) body: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { connections: 1_024, head: Duration::from_secs(30), body: Duration::from_secs(30) }
    }
}

/// Serves until told to stop, then until the last answer is out. When dropped, all connections end.
pub(crate) async fn serve(listener: TcpListener, router: Router, bounds: Bounds, stop: CancellationToken) {
    let router = router.layer(middleware::from_fn_with_state(bounds, bound_body));
    let room = Arc::new(Semaphore::new(bounds.connections));
    let mut connections = JoinSet::new();
    loop {
        let taken = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, taken) = tokio::select! {
            () = stop.cancelled() => break,
            taken = taken => taken,
        };
        match taken {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                let mut http = http1::Builder::new();
                http.timer(TokioTimer::new()).header_read_timeout(bounds.head);
                let service = TowerToHyperService::new(router.clone());
                let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
                let stop = stop.clone();
                connections.spawn(async move {
                    let mut connection = pin!(connection);
                    let ended = tokio::select! {
                        ended = &mut connection => ended,
                        () = stop.cancelled() => {
                            connection.as_mut().graceful_shutdown();
                            connection.await
                        }
                    };
                    if let Err(error) = ended {
                        tracing::trace!(%error, "a connection ended early");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not taken");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Cuts a body off that does not arrive in time, and says so.
async fn bound_body(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    let deadline = Instant::now() + bounds.body;
    let late = Arc::new(AtomicBool::new(false));
    let cut = Arc::clone(&late);
    let request = request.map(|body| {
        let parts = stream::unfold(Some(body.into_data_stream()), move |body| {
            let cut = Arc::clone(&cut);
            async move {
                let mut body = body?;
                match timeout_at(deadline, body.next()).await {
                    Ok(part) => part.map(|part: Result<Bytes, axum::Error>| (part, Some(body))),
                    Err(elapsed) => {
                        cut.store(true, Ordering::Relaxed);
                        Some((Err(axum::Error::new(elapsed)), None))
                    }
                }
            }
        });
        Body::from_stream(parts)
    });
    let response = next.run(request).await;
    if !late.load(Ordering::Relaxed) {
        return response;
    }
    let sentence = format!("the body did not arrive within {} s", bounds.body.as_secs_f32());
    let mut response = Refused::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", sentence).into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::sync::Notify;
    use tokio::task::JoinHandle;
    use tokio::time::timeout;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    struct Served {
        address: SocketAddr,
        stop: CancellationToken,
        server: JoinHandle<()>,
        /// Lets the answers of `/held` go.
        go: Arc<Notify>,
        /// Told when `/held` was asked for.
        held: Arc<Notify>,
    }

    async fn served(bounds: Bounds) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (go, held) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (wait, tell) = (Arc::clone(&go), Arc::clone(&held));
        let router = Router::new()
            .route("/", get(async || "hello"))
            .route("/echo", post(async |body: Bytes| body))
            .route(
                "/held",
                get(async move || {
                    tell.notify_one();
                    wait.notified().await;
                    "at last"
                }),
            );
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(listener, router, bounds, stop.clone()));
        Served { address, stop, server, go, held }
    }

    fn short() -> Bounds {
        Bounds { head: Duration::from_millis(150), body: Duration::from_millis(150), ..Bounds::default() }
    }

    async fn said(address: SocketAddr, words: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(words.as_bytes()).await.unwrap();
        stream
    }

    /// All that comes until the server closes.
    async fn rest(mut stream: TcpStream) -> String {
        let mut answer = Vec::new();
        let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the server closes");
        read.unwrap();
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn a_head_that_does_not_arrive_ends_its_connection() {
        let served = served(short()).await;
        for words in ["", "GET / HT", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"] {
            rest(said(served.address, words).await).await;
        }
        let answered = rest(said(served.address, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").await).await;
        assert!(answered.ends_with("hello"), "{answered}");
    }

    #[tokio::test]
    async fn a_body_that_does_not_arrive_is_told_and_its_connection_ends() {
        let served = served(short()).await;
        let words = "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nhel";
        let answered = rest(said(served.address, words).await).await;
        assert!(answered.starts_with("HTTP/1.1 408 "), "{answered}");
        assert!(answered.contains("the body did not arrive within 0.15 s"), "{answered}");
        let whole = "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nhello";
        let answered = rest(said(served.address, whole).await).await;
        assert!(answered.starts_with("HTTP/1.1 200 ") && answered.ends_with("hello"), "{answered}");
    }

    #[tokio::test]
    async fn a_body_that_drips_does_not_buy_time() {
        let served = served(short()).await;
        let words = "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n";
        let (mut reader, mut writer) = said(served.address, words).await.into_split();
        let drip = tokio::spawn(async move {
            while writer.write_all(b"x").await.is_ok() {
                tokio::task::yield_now().await
            }
        });
        let mut answered = [0; 12];
        timeout(PATIENCE, reader.read_exact(&mut answered)).await.expect("an answer comes").unwrap();
        assert_eq!(&answered, b"HTTP/1.1 408");
        drop(reader);
        drip.abort();
    }

    #[tokio::test]
    async fn connections_beyond_the_bound_wait_until_one_ends() {
        let served = served(Bounds { connections: 2, ..Bounds::default() }).await;
        let get = "GET /held HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
        let (first, second) = (said(served.address, get).await, said(served.address, get).await);
        served.held.notified().await;
        served.held.notified().await;
        let mut third =
            said(served.address, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").await;
        let early = timeout(Duration::from_millis(150), third.read_u8()).await;
        assert!(early.is_err(), "it was answered before there was room");
        served.go.notify_waiters();
        assert!(rest(third).await.ends_with("hello"));
        for held in [first, second] {
            assert!(rest(held).await.ends_with("at last"));
        }
    }

    #[tokio::test]
    async fn what_was_asked_before_the_stop_is_answered() {
        let served = served(Bounds::default()).await;
        let held = said(served.address, "GET /held HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").await;
        let idle = said(served.address, "").await;
        served.held.notified().await;
        served.stop.cancel();
        assert_eq!(rest(idle).await, "");
        served.go.notify_waiters();
        assert!(rest(held).await.ends_with("at last"));
        timeout(PATIENCE, served.server).await.expect("the server ends").unwrap();
    }
}
