//! Against a real server that counts whom it accepts, and a gate that connections open through.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use axum::serve::{Listener, ListenerExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::*;

/// Answers `/held` when the test lets it, and everything else at once.
struct Site {
    base: String,
    accepted: Arc<AtomicUsize>,
    held: Arc<Semaphore>,
    reached: UnboundedReceiver<()>,
}

#[derive(Clone)]
struct Held {
    reached: UnboundedSender<()>,
    held: Arc<Semaphore>,
}

async fn site() -> Site {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", Listener::local_addr(&listener).unwrap());
    let (accepted, held) = (Arc::<AtomicUsize>::default(), Arc::new(Semaphore::new(0)));
    let (reach, reached) = unbounded_channel();
    let answer = async |State(site): State<Held>| {
        site.reached.send(()).unwrap();
        site.held.acquire().await.unwrap().forget();
    };
    let routes = Router::new()
        .route("/", get(async || "at once"))
        .route("/held", get(answer))
        .with_state(Held { reached: reach, held: Arc::clone(&held) });
    let counted = Arc::clone(&accepted);
    let listener = listener.tap_io(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    Site { base, accepted, held, reached }
}

/// Connections are asked for, and open when the test lets them: a slow network.
#[derive(Clone)]
struct Gate {
    asked: UnboundedSender<()>,
    open: Arc<Semaphore>,
    /// How long each takes besides.
    slow: Duration,
}

#[derive(Clone)]
struct Gated<S>(S, Gate);

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, connector: S) -> Gated<S> {
        Gated(connector, self.clone())
    }
}

impl<S, To> Service<To> for Gated<S>
where
    S: Service<To>,
    S::Future: Send + 'static,
    S::Response: Send,
    S::Error: Send,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, to: To) -> Self::Future {
        let (connecting, gate) = (self.0.call(to), self.1.clone());
        Box::pin(async move {
            gate.asked.send(()).unwrap();
            gate.open.acquire().await.unwrap().forget();
            tokio::time::sleep(gate.slow).await;
            connecting.await
        })
    }
}

struct Caller {
    http: reqwest::Client,
    open: Arc<Semaphore>,
    asked: UnboundedReceiver<()>,
}

fn caller(slow: Duration) -> Caller {
    let ((asked, asks), open) = (unbounded_channel(), Arc::new(Semaphore::new(0)));
    let gate = Gate { asked, open: Arc::clone(&open), slow };
    let http = reqwest::Client::builder().no_proxy().connector_layer(gate).connector_layer(Measuring);
    Caller { http: http.build().unwrap(), open, asked: asks }
}

impl Caller {
    /// Makes a call to its end, and tells how long it connected.
    fn call(&self, url: String) -> impl Future<Output = Option<Duration>> + use<> {
        let http = self.http.clone();
        async move {
            let (answer, opened) = noting(http.get(url).send()).await;
            let answer = answer.unwrap();
            let took = opened.took(&answer);
            answer.bytes().await.unwrap();
            took
        }
    }
}

#[tokio::test]
async fn the_call_that_opens_the_connection_has_its_time_and_those_after_it_have_none() {
    const SLOW: Duration = Duration::from_millis(40);
    let (site, caller) = (site().await, caller(SLOW));
    caller.open.add_permits(1);
    let begun = Instant::now();
    let first = caller.call(site.base.clone()).await.unwrap();
    assert!((SLOW..=begun.elapsed()).contains(&first), "{first:?}");
    for _ in 0..2 {
        assert_eq!(caller.call(site.base.clone()).await, Some(Duration::ZERO));
    }
    assert_eq!(site.accepted.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn calls_at_once_open_a_connection_each_and_each_has_its_own_time() {
    const SLOW: Duration = Duration::from_millis(20);
    let (mut site, mut caller) = (site().await, caller(SLOW));
    let held = format!("{}/held", site.base);
    let calls = [0, 1, 2].map(|_| tokio::spawn(caller.call(held.clone())));
    for _ in 0..3 {
        caller.asked.recv().await.unwrap();
    }
    caller.open.add_permits(3);
    for _ in 0..3 {
        site.reached.recv().await.unwrap();
    }
    site.held.add_permits(3);
    for call in calls {
        assert!(call.await.unwrap() >= Some(SLOW));
    }
    assert_eq!(site.accepted.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_call_that_is_given_another_connection_than_the_one_it_began_has_no_time_nor_has_who_is_given_that()
{
    let (mut site, mut caller) = (site().await, caller(Duration::ZERO));
    let held = format!("{}/held", site.base);
    caller.open.add_permits(1);
    let first = tokio::spawn(caller.call(held.clone()));
    caller.asked.recv().await.unwrap();
    site.reached.recv().await.unwrap();
    // The second one asks for a connection, which does not open; the first one's is free before that.
    let second = tokio::spawn(caller.call(held.clone()));
    caller.asked.recv().await.unwrap();
    site.held.add_permits(1);
    assert!(first.await.unwrap() > Some(Duration::ZERO));
    site.reached.recv().await.unwrap();
    assert_eq!(site.accepted.load(Ordering::Relaxed), 1, "the second one is answered over the same");
    // Now what it began opens while it is still under way, and nobody waits for it.
    caller.open.add_permits(1);
    while site.accepted.load(Ordering::Relaxed) < 2 {
        tokio::task::yield_now().await;
    }
    site.held.add_permits(1);
    assert_eq!(second.await.unwrap(), Some(Duration::ZERO));
    let (third, fourth) = (caller.call(held.clone()), caller.call(held));
    site.held.add_permits(2);
    assert_eq!(tokio::join!(third, fourth), (Some(Duration::ZERO), Some(Duration::ZERO)));
    assert_eq!(site.accepted.load(Ordering::Relaxed), 2, "both connections were used");
}
