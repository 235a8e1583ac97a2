//! The same UI through `notex-inspector --web` in an ordinary browser.

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
