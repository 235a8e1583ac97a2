//! Scrapes that ask a language model: the built engine with a real Chromium on one side of it, and a real HTTP server that
//! speaks the protocol of a model on the other.

use notex_journeys::{Api, FixtureSite, ModelServer, Reply, RunningEngine, Suite, run_suite};
use serde_json::{Value, json};

const MODEL_KEY: &str = "sk-of-the-journey";

async fn engine_asking(server: &ModelServer) -> RunningEngine {
    RunningEngine::start_with(|command| {
        command
            .env("NOTEX_MODEL_URL", server.url())
            .env("NOTEX_MODEL_NAME", "journey")
            .env("NOTEX_MODEL_KEY", MODEL_KEY);
    })
    .await
}

fn laptops() -> Value {
    json!({ "type": "object", "required": ["laptops"], "properties": { "laptops": { "type": "array", "items": {
        "type": "object", "required": ["name", "price"],
        "properties": { "name": { "type": "string" }, "price": { "type": "number" } } } } } })
}

#[tokio::test]
async fn a_real_page_is_read_by_the_model_checked_and_charged_by_its_tokens() {
    let (server, site) = (ModelServer::start().await, FixtureSite::open().await);
    let engine = engine_asking(&server).await;
    let api = Api::of(&engine);
    server
        .will(Reply::refuses(429, "one moment").with("retry-after", "1"))
        .will(Reply::says(r#"{"laptops": [{"name": "Aero 13", "price": "999.00"}]}"#, 3_400))
        .will(Reply::says(r#"{"laptops": [{"name": "Aero 13", "price": "soon"}]}"#, 500))
        .will(Reply::refuses(401, &format!("{MODEL_KEY} is no key")));
    let started = api.post("/session/start", &json!({})).await.expect_success("a start");
    let session = &started["session_id"];
    let wish = json!({ "session_id": session, "url": site.url("/article"), "instructions": "the laptops and their prices",
        "response_format": laptops() });

    let read = api.post("/env/scrape", &wish).await.expect_success("the first scrape");
    let data = &read["data"]["structured"][0];
    assert_eq!(data["data"], json!({ "laptops": [{ "name": "Aero 13", "price": 999.0 }] }), "{read}");
    let reasons = json!([{ "what": "scrape", "credits": 2.0 }, { "what": "3,400 tokens", "credits": 1.2 }]);
    assert_eq!((&data["success"], &read["usage"]["reasons"]), (&json!(true), &reasons));
    let asked = server.questions();
    assert_eq!(asked[1].authorization.as_deref(), Some("Bearer sk-of-the-journey"));
    assert_eq!(asked[0].body, asked[1].body);

    let read = api.post("/env/scrape", &wish).await.expect_success("the second scrape");
    let data = &read["data"]["structured"][0];
    assert_eq!((&data["success"], &data["errors"][0]["field"]), (&json!(false), &json!("laptops[0].price")));

    let path = format!("/sessions/{}/page/scrape", session.as_str().expect("an id"));
    let read =
        api.post(&path, &json!({ "instructions": "the laptops" })).await.expect_success("the third scrape");
    let error = read["structured"]["error"].as_str().expect("an error");
    assert!(error.contains("refused the key (401): … is no key; no tokens are charged"), "{error}");
    assert!(!read.to_string().contains(MODEL_KEY));
    assert!(read["markdown"].as_str().expect("markdown").contains("spent a week on our bench"));

    // What was sent is the page, as it is read.
    let page = server.questions()[0].body["messages"][2]["content"].as_str().expect("a page").to_owned();
    assert!(page.contains("spent a week on our bench"), "{page}");
    let entries = api.get("/usage/entries").await.expect_success("the ledger");
    let charged: Vec<_> = entries["items"].as_array().expect("entries").iter().collect();
    let sum: f64 = charged.iter().map(|entry| entry["credits"].as_f64().expect("credits")).sum();
    let usage = api.get("/usage").await.expect_success("the usage");
    assert!((usage["used"].as_f64().expect("used") - sum).abs() < 1e-9, "{usage}");
    assert!((sum - (0.1 + 3.2 + 2.3 + 2.0)).abs() < 1e-9, "{entries}");
}

#[tokio::test]
async fn the_published_current_sdk_gets_its_data_from_the_model() {
    let (server, site) = (ModelServer::start().await, FixtureSite::open().await);
    let engine = engine_asking(&server).await;
    server
        .will(Reply::says(r#"{"name": "Aero 13", "price": 999.0}"#, 3_400))
        .will(Reply::says(r#"{"name": "Aero 13", "price": 999.0}"#, 3_400))
        .will(Reply::says(r#"{"name": "Aero 13"}"#, 3_400));
    run_suite(Suite::Model, &engine, &site).await;
    assert_eq!(server.questions().len(), 3);
}
