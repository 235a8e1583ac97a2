//! Scrapes that ask a language model: the built engine with a real Chromium on one side of it, and a real HTTP server that
//! speaks the protocol of a model on the other; and how a person sets that model in the window and asks it.
#![expect(clippy::expect_used, reason = "a panic is how a test says no")]

use std::path::Path;
use std::time::Duration;

use fantoccini::{Client, Locator};
use notex_journeys::story::{by_css, fill, picture_is_shown, press, press_tab, text_is, witness};
use notex_journeys::{
    Api, FixtureSite, ModelServer, Reply, RunningEngine, RunningWebHost, Suite, browser, run_suite, until,
};
use serde_json::{Value, json};

const MODEL_KEY: &str = "sk-of-the-journey";
const SOON: Duration = Duration::from_secs(20);

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

#[tokio::test]
async fn a_model_is_tried_set_and_asked_in_the_window_without_a_restart_and_its_key_is_nowhere() {
    let (server, site) = (ModelServer::start().await, FixtureSite::open().await);
    let (mut host, driven) = (RunningWebHost::start().await, browser().await);
    driven.client.goto(&host.url).await.expect("the web host answers");
    let client = driven.client.clone();
    let told = witness(&driven.client, "model", async move {
        press(&client, "New session").await;
        fill(&client, "Start URL", &site.url("/article")).await;
        press(&client, "Start session").await;
        picture_is_shown(&client).await;
        press_tab(&client, "Scrape").await;
        let form = "form[data-run='scrape']";
        text_is(&client, form, "No language model is set.").await;
        press(&client, "Set one").await;

        try_and_set(&client, &server).await;
        click_css(&client, "button[aria-label^='Sessions']").await;
        text_is(&client, form, "journey costs 0.3 cr for each started 1,000 tokens, beside the scrape.")
            .await;
        ask(&client, &server).await;
        leave_a_slow_one(&client, &server).await;

        show_settings(&client).await;
        press(&client, "Remove").await;
        press(&client, "Remove the model").await;
        text_is(&client, "#settings-model", "Use this model").await;
        click_css(&client, "button[aria-label^='Sessions']").await;
        text_is(&client, form, "No language model is set").await;
    });
    told.await;
    let page = driven.client.source().await.expect("the page");
    assert!(!page.contains(MODEL_KEY), "the key is shown");
    driven.client.close().await.expect("the browser closes");
    host.program.end_by("TERM").await;
    let found = files_with(host.program.folder(), MODEL_KEY);
    assert!(found.is_empty(), "the key is in {found:?}");
    assert!(
        !files_with(host.program.folder(), "the laptop of the week").is_empty(),
        "the history has its calls"
    );
}

/// A wrong key, no such model and garbage are each told; the right key is kept.
async fn try_and_set(client: &Client, server: &ModelServer) {
    let part = "#settings-model";
    fill(client, "Address", "http://model.example/v1").await;
    fill(client, "Model", "journey").await;
    fill(client, "API key", "sk-of-nobody").await;
    press(client, "Ask it").await;
    text_is(client, part, "Address must begin with https://: over http://").await;
    fill(client, "Address", &server.url()).await;
    server
        .will(Reply::refuses(401, "sk-of-nobody is no key"))
        .will(Reply::refuses(404, "no model journey"))
        .will(Reply::raw(200, "<html>It works</html>"))
        .will(Reply::says("{\"ready\": true}", 18));
    for said in [
        "refused the key (401): … is no key",
        "no model journey (404)",
        "something that is no chat completion",
    ] {
        press(client, "Ask it").await;
        text_is(client, part, said).await;
    }
    fill(client, "API key", MODEL_KEY).await;
    press(client, "Ask it").await;
    text_is(client, part, "with 18 tokens.").await;
    press(client, "Use this model").await;
    text_is(client, part, "The local engine asks journey, key in the keychain.").await;
    let typed = "return document.querySelector('#settings-model input[type=password]').value;";
    let typed = client.execute(typed, Vec::new()).await.expect("the field of the key");
    assert_eq!(typed, "", "the key is not shown after entry");
    let last = server.questions().pop().expect("a question");
    assert_eq!(last.authorization.as_deref(), Some("Bearer sk-of-the-journey"));
}

/// What the model says is shown as a table with its tokens; what breaks the schema, and garbage, by what is wrong.
async fn ask(client: &Client, server: &ModelServer) {
    let priced = |price: &str| format!(r#"{{"laptops": [{{"name": "Aero 13", "price": {price}}}]}}"#);
    server
        .will(Reply::says(&priced("\"999.00\""), 3_400))
        .will(Reply::says(&priced("\"sold out\""), 900))
        .will(Reply::says("Sure! Here are the laptops.", 500));
    fill(client, "Instructions", "the laptop of the week").await;
    click_css(client, "form[data-run='scrape'] summary").await;
    fill(client, "JSON Schema of the answer", &laptops().to_string()).await;
    press(client, "Scrape").await;
    text_is(client, "[role='grid'][aria-label='laptops']", "Aero 13").await;
    text_is(client, "[role='grid'][aria-label='laptops']", "999").await;
    text_is(client, "main", "3,400 tokens · 3.2 cr").await;
    let sent = server.questions().pop().expect("a question").body.to_string();
    assert!(sent.contains("the laptop of the week") && sent.contains("spent a week on our bench"), "{sent}");

    press(client, "Scrape").await;
    text_is(client, "main", "laptops[0].price: ").await;
    text_is(client, "main", "There is no data").await;
    press(client, "Scrape").await;
    text_is(client, "main", "it said: Sure! Here are the laptops").await;
}

/// A model that does not answer is left when the person cancels.
async fn leave_a_slow_one(client: &Client, server: &ModelServer) {
    let asked = server.questions().len();
    server.will(Reply::never());
    press(client, "Scrape").await;
    server.was_asked(asked + 1).await;
    press(client, "Cancel").await;
    text_is(client, "main", "Cancelled; the server may finish and charge it").await;
}

async fn show_settings(client: &Client) {
    click_css(client, "button[aria-label^='Settings']").await;
    by_css(client, "#settings-model", SOON).await;
}

async fn click_css(client: &Client, css: &str) {
    until(&format!("{css} to be pressed"), SOON, || async {
        client.find(Locator::Css(css)).await.ok()?.click().await.ok()
    })
    .await;
}

/// The files below a folder that hold these words.
fn files_with(folder: &Path, words: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            found.extend(files_with(&path, words));
        } else if kind.is_file() {
            let bytes = std::fs::read(&path).unwrap_or_default();
            if bytes.windows(words.len()).any(|part| part == words.as_bytes()) {
                found.push(path);
            }
        }
    }
    found
}
