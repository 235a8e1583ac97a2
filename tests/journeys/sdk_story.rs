//! The SDKs as they are published, against the engine as a program with a real Chromium.

use notex_journeys::{FixtureSite, RunningEngine, Suite, run_suite};

#[tokio::test]
async fn the_published_classic_sdk_runs_unmodified() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    run_suite(Suite::Classic, &engine, &site).await;
}

#[tokio::test]
async fn the_published_current_sdk_runs_unmodified() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    run_suite(Suite::Current, &engine, &site).await;
}

#[tokio::test]
async fn every_request_gets_an_answer_that_the_engines_own_document_describes() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    run_suite(Suite::Document, &engine, &site).await;
}
