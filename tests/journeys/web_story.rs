//! The same UI through `notex-inspector --web` in an ordinary browser.

use std::time::Duration;

use fantoccini::key::Key;
use notex_journeys::{FixtureSite, RunningWebHost, browser, story};

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
