//! Waiting for a condition instead of for a time.

use std::future::Future;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(25);

/// Asks until there is an answer. Panics after `limit` with `what` was waited for.
pub async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    limit: Duration,
    mut ask: impl FnMut() -> F,
) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < limit, "waited {limit:?} for {what}");
        tokio::time::sleep(PAUSE).await;
    }
}
