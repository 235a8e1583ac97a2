//! The same UI through `notex-inspector --web` in an ordinary browser.
#![expect(clippy::expect_used, clippy::panic, reason = "a panic is how a test says no")]

use std::time::Duration;

use fantoccini::key::Key;
use notex_journeys::{FixtureSite, RunningWebHost, browser, story, until};
use serde_json::{Value, json};

#[tokio::test]
async fn the_whole_story_can_be_clicked_through_in_an_ordinary_browser() {
    let (mut host, site) = (RunningWebHost::start().await, FixtureSite::open().await);
    let driven = browser().await;
    driven.client.goto(&host.url).await.expect("the web host answers");
    let address = driven.client.current_url().await.expect("an address");
    assert!(address.query().is_none(), "the token does not stay in the address bar: {address}");
    story::tell(&driven.client, &site, "web-host").await;
    driven.client.close().await.expect("the browser closes");
    host.program.end_by("TERM").await;
}

#[tokio::test]
async fn a_request_that_is_copied_for_curl_gets_the_same_answer_there() {
    let (mut host, site) = (RunningWebHost::start().await, FixtureSite::open().await);
    let driven = browser().await;
    driven.client.goto(&host.url).await.expect("the web host answers");
    let (client, address) = (driven.client.clone(), site.url("/article"));
    let (teller, wanted) = (client.clone(), address.clone());
    let story = async move {
        let client = teller;
        story::press(&client, "New session").await;
        story::press(&client, "Start session").await;
        let soon = Duration::from_secs(60);
        story::by_css(&client, "[data-testid='session-row']", soon).await;
        story::open_address(&client, &wanted).await;
        story::picture_is_shown(&client).await;
        story::press_tab(&client, "Network").await;
        let row = "[role='grid'][aria-label='Requests'] [role='row']";
        story::by_css(&client, row, soon).await.click().await.expect("a request can be chosen");
        story::press(&client, "curl").await;
        story::text_is(&client, "aside[aria-label='The request'] .said", "Copied for curl").await;
        story::keep_screenshot(&client, "web-host-curl").await;
    };
    story::witness(&driven.client, "web-host-curl", story).await;
    let field =
        "const field = document.createElement('textarea'); field.id = 'pasted'; document.body.append(field);";
    client.execute(field, Vec::new()).await.expect("a field to paste into");
    let field = story::by_css(&client, "#pasted", Duration::from_secs(5)).await;
    field.send_keys(&format!("{}v", char::from(Key::Control))).await.expect("it is pasted");
    let pasted = field.prop("value").await.expect("a value").unwrap_or_default();
    assert!(pasted.starts_with("curl ") && pasted.contains(&address), "{pasted}");
    let curl =
        tokio::process::Command::new("sh").arg("-c").arg(format!("{pasted} --silent --compressed")).output();
    let got = curl.await.expect("curl can be started");
    let (got, told) = (String::from_utf8_lossy(&got.stdout), String::from_utf8_lossy(&got.stderr));
    let page = reqwest::get(&address).await.expect("the site answers").text().await.expect("a page");
    assert_eq!(got, page, "{pasted}: {told}");
    driven.client.close().await.expect("the browser closes");
    host.program.end_by("TERM").await;
}

#[tokio::test]
async fn a_stranger_without_the_token_sees_nothing() {
    let host = RunningWebHost::start().await;
    let (origin, _) = host.url.split_once("/?").expect("an address with a token");
    let http =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    for path in ["/", "/?token=guess"] {
        let answer = http.get(format!("{origin}{path}")).send().await.expect("an answer");
        assert!(answer.status().is_client_error(), "{path} answered {}", answer.status());
    }
    let welcome = http.get(&host.url).send().await.expect("an answer");
    assert!(welcome.status().is_redirection(), "the token lets its bearer in: {}", welcome.status());
}

/// A web host as its page talks to it.
struct Page {
    http: reqwest::Client,
    origin: String,
    cookie: String,
}

impl Page {
    fn of(host: &RunningWebHost) -> Self {
        let (origin, token) = host.url.split_once("/?token=").expect("an address with a token");
        let port = origin.rsplit(':').next().expect("a port");
        let cookie = format!("notex-inspector-{port}={token}");
        Self { http: reqwest::Client::new(), origin: origin.to_owned(), cookie }
    }

    async fn asks(&self, path: &str, body: &Value) -> Option<Value> {
        let asked =
            self.http.post(format!("{}{path}", self.origin)).header("cookie", &self.cookie).json(body);
        let answer = asked.send().await.ok()?;
        if answer.status().is_success() { answer.json().await.ok() } else { None }
    }

    async fn queries(&self, query: Value) -> Value {
        let answer = self.asks("/api/query", &query).await.unwrap_or_else(|| panic!("{query} is answered"));
        answer["value"].clone()
    }
}

#[tokio::test]
async fn an_inspector_that_is_killed_loses_at_most_the_call_that_was_just_answered() {
    let (site, data) = (FixtureSite::open().await, tempfile::tempdir().expect("a temporary folder"));
    let mut lives: Vec<(String, usize)> = Vec::new();
    for life in 0..4_u64 {
        let mut host = RunningWebHost::start_on(data.path(), |_| {}).await;
        let page = Page::of(&host);
        // What the lives before had finished is there.
        for (session, answered) in &lives {
            let found = json!({ "type": "history_session", "connection": "local", "session": session });
            let kept = page.queries(found).await;
            let calls = kept["calls"].as_u64().unwrap_or_default();
            assert!(calls as usize + 1 >= *answered, "{calls} of {answered} calls of {session} are kept");
            let query = json!({ "type": "history_call", "session": kept["key"], "number": calls });
            let whole = page.queries(query).await;
            assert!(whole["response"].is_object() && whole["call"]["status"]["type"] == "done", "{whole}");
        }
        let options = json!({ "type": "start_session", "connection": "local", "options": {} });
        let started = until("a session", Duration::from_secs(60), || page.asks("/api/send", &options)).await;
        let session = started["session"].as_str().expect("an id").to_owned();
        let observe =
            json!({ "type": "observe", "session": session, "url": site.url("/article"), "maxActions": null });
        let mut answered = 1;
        for _ in 0..=life {
            page.asks("/api/send", &observe).await.expect("it is observed");
            answered += 1;
        }
        let in_flight = page.asks("/api/send", &observe);
        let moment = Duration::from_millis(7 + life * 13);
        drop(tokio::time::timeout(moment, in_flight).await);
        host.program.end_by("KILL").await;
        lives.push((session, answered));
    }
}
