//! The engine as a program of its own, over HTTP, with a real Chromium.
#![expect(clippy::expect_used, clippy::panic, reason = "a panic is how a test says no")]

mod engine_client;

use std::time::{Duration, Instant};

use chrono::Utc;
use engine_client::EngineClient;
use notex_journeys::{FixtureSite, RunningEngine, signal, until};
use notex_session::{Credits, EndReason};
use notex_wire::{Action, SessionStatus};

const SECOND: Duration = Duration::from_secs(1);

fn action<'a>(actions: &'a [Action], letter: char, label: &str) -> &'a Action {
    let found = actions.iter().find(|action| {
        action.id.starts_with(letter)
            && (action.label.as_deref() == Some(label) || action.description.ends_with(label))
    });
    found.unwrap_or_else(|| {
        let all: Vec<String> =
            actions.iter().map(|action| format!("{} {}", action.id, action.description)).collect();
        panic!("no {letter} action is called `{label}`; there are:\n{}", all.join("\n"))
    })
}

#[tokio::test]
async fn a_person_starts_observes_steps_scrapes_and_closes() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let client = EngineClient::of(&engine);
    let health = client.health().await;
    assert_eq!(health.status, "ok");

    let session = client.start(5).await;
    assert_eq!(session.status, SessionStatus::Active);
    let id = session.session_id.as_str();

    let observed = client.observe(id, Some(&site.url("/"))).await;
    assert_eq!(observed.metadata.title, "Corner Shop");
    assert!(
        observed.screenshot.is_some_and(|picture| picture.len() > 1000),
        "the session was started with screenshots"
    );
    let space = observed.space.expect("an observe lists actions");
    let search = action(&space.actions, 'I', "Search products");
    assert!(search.bounds.is_some_and(|bounds| bounds.width > 100.0 && bounds.height > 10.0), "{search:?}");
    action(&space.actions, 'L', "Laptops");
    action(&space.actions, 'B', "In stock");
    let sort = action(&space.actions, 'I', "Sort by");
    assert_eq!(sort.params.len(), 1, "an input wants exactly one value");
    assert_eq!(sort.params[0].values.len(), 3, "a select says what it takes: {sort:?}");

    client.step(id, &search.id, Some("laptop")).await;
    let results = client.step(id, &action(&space.actions, 'B', "Search").id, None).await;
    assert_eq!(results.metadata.url, site.url("/search?q=laptop"));
    let sorted = results.space.expect("a step lists actions");
    let sort = action(&sorted.actions, 'I', "Sort by").id.clone();
    let sorted = client.step(id, &sort, Some("Price")).await.space.expect("a step lists actions");
    let state = action(&sorted.actions, 'I', "Sort by").state.clone().expect("a select has a state");
    assert!(state.options.iter().any(|option| option.label == "Price" && option.selected), "{state:?}");

    client.step(id, "S1", Some(&site.url("/article"))).await;
    let scraped = client.scrape(id).await;
    let markdown = scraped.data.and_then(|data| data.markdown).expect("a scrape has markdown");
    assert!(markdown.contains("How we test laptops"), "{markdown}");
    assert!(
        markdown.contains("| Nova 14 | 11 h 20 min | 41 °C |") || markdown.contains("| Nova 14"),
        "{markdown}"
    );
    assert!(markdown.contains("```sh\nwhile make clean all"), "{markdown}");
    assert!(!markdown.contains("sells nothing"), "the footer is not main content: {markdown}");

    let back = client.step(id, "S4", None).await;
    assert_eq!(back.metadata.url, site.url("/search?q=laptop"));

    let closed = client.close(id).await;
    assert_eq!((closed.status, closed.close_reason), (SessionStatus::Closed, Some(EndReason::Manual)));
    let refusal = client.refused_close(id).await;
    assert_eq!(refusal.status, 410);
    assert!(refusal.message.contains("already closed"), "{refusal:?}");
    assert_eq!(client.refused_observe(id, None).await.status, 410);

    let usage = client.usage().await;
    let entries = client.entries().await;
    let sum: Credits = entries.iter().map(|entry| entry.credits).sum();
    assert_eq!(usage.used, sum, "the balance is the sum of the entries");
    assert!(
        sum >= Credits::whole(8),
        "an observe, five steps and a scrape cost at least 8 credits, not {sum}"
    );
    assert_eq!(Some(sum), client.session(id).await.credits, "an ended session still says what it cost");
}

#[tokio::test]
async fn two_sessions_share_no_cookie_no_countdown_and_no_credits() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let client = EngineClient::of(&engine);
    let (signed_in, stranger) = (client.start(5).await.session_id, client.start(20).await.session_id);

    let page = client.observe(&signed_in, Some(&site.url("/login"))).await.space.expect("actions");
    client.step(&signed_in, &action(&page.actions, 'I', "Name").id, Some("Ada")).await;
    client.step(&signed_in, &action(&page.actions, 'I', "Password").id, Some("secret")).await;
    client.step(&signed_in, &action(&page.actions, 'B', "Sign in").id, None).await;
    assert_eq!(
        client.observe(&signed_in, Some(&site.url("/whoami"))).await.metadata.title,
        "Signed in as Ada."
    );

    let deadline =
        client.session(&signed_in).await.expires_at.expect("a session without keep-alive has a deadline");
    let seen = client.observe(&stranger, Some(&site.url("/whoami"))).await;
    assert_eq!(seen.metadata.title, "Nobody is signed in.");
    let after = client.session(&signed_in).await;
    assert_eq!(after.expires_at, Some(deadline), "a call on another session does not move this deadline");
    let other = seen.session.expires_at.expect("a session without keep-alive has a deadline");
    assert!((other - deadline).num_minutes() >= 14, "each session counts down from its own timeout");

    let entries = client.entries().await;
    for session in [after, client.session(&stranger).await] {
        let own: Credits = entries
            .iter()
            .filter(|entry| entry.session_id == session.session_id)
            .map(|entry| entry.credits)
            .sum();
        assert_eq!(session.credits, Some(own), "a session costs what was charged for it");
    }
    assert!(client.session(&signed_in).await.credits > client.session(&stranger).await.credits);
}

#[tokio::test]
async fn an_idle_session_ends_within_a_second_of_its_deadline_and_watching_does_not_keep_it() {
    let engine = RunningEngine::start().await;
    let client = EngineClient::of(&engine);
    let session = client.start(1).await;
    let deadline = session.expires_at.expect("a session without keep-alive has a deadline");
    let ended = until("the session to end", Duration::from_secs(75), || async {
        let now = client.session(&session.session_id).await;
        let alive = now.status == SessionStatus::Active;
        assert!(!alive || Utc::now() < deadline + SECOND, "it lived a second past its deadline");
        (!alive).then_some(now)
    })
    .await;
    assert!(Utc::now() >= deadline, "it ended before its deadline");
    assert_eq!((ended.status, ended.close_reason), (SessionStatus::TimedOut, Some(EndReason::IdleTimeout)));
    let refusal = client.refused_observe(&session.session_id, None).await;
    assert!(refusal.status == 410 && refusal.message.contains("timed out"), "{refusal:?}");
}

#[tokio::test]
async fn killing_the_browser_ends_its_sessions_with_the_reason_and_the_next_one_starts() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let client = EngineClient::of(&engine);
    let id = client.start(5).await.session_id;
    client.observe(&id, Some(&site.url("/"))).await;
    let browsers = engine.program.family().browsers();
    assert_eq!(browsers.len(), 1, "one engine has one browser");
    let killed = Instant::now();
    signal("KILL", browsers[0]);
    let ended = until("the session to end", 5 * SECOND, || async {
        let session = client.session(&id).await;
        (session.status != SessionStatus::Active).then_some(session)
    })
    .await;
    assert!(killed.elapsed() < SECOND, "it took {:?}", killed.elapsed());
    assert_eq!((ended.status, ended.close_reason), (SessionStatus::Error, Some(EndReason::Error)));
    assert!(ended.error.is_some_and(|sentence| sentence.len() > 10), "the end is explained");

    let next = client.start(5).await.session_id;
    assert_eq!(client.observe(&next, Some(&site.url("/deals"))).await.metadata.title, "Deals");
}

#[tokio::test]
async fn an_engine_that_is_asked_to_end_leaves_no_browser_behind() {
    engine_ended_by("TERM").await;
}

#[tokio::test]
async fn an_engine_that_is_killed_leaves_no_browser_behind() {
    engine_ended_by("KILL").await;
}

async fn engine_ended_by(name: &str) {
    let (mut engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let client = EngineClient::of(&engine);
    let id = client.start(5).await.session_id;
    client.observe(&id, Some(&site.url("/"))).await;
    assert_eq!(engine.program.family().browsers().len(), 1, "there is a browser to leave behind");
    engine.program.end_by(name).await;
}

#[tokio::test]
async fn a_page_that_cannot_be_reached_says_why_and_costs_nothing() {
    let engine = RunningEngine::start().await;
    let client = EngineClient::of(&engine);
    let id = client.start(5).await.session_id;
    let before = client.session(&id).await.credits;
    let refusal = client.refused_observe(&id, Some("http://127.0.0.1:9/")).await;
    assert_eq!(refusal.status, 424, "{refusal:?}");
    assert!(refusal.message.contains("127.0.0.1:9"), "{refusal:?}");
    assert_eq!(client.session(&id).await.credits, before);
}

#[tokio::test]
async fn a_page_whose_script_never_ends_holds_up_only_its_own_session() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let client = EngineClient::of(&engine);
    let (stuck, free) = (client.start(5).await.session_id, client.start(5).await.session_id);
    let address = site.url("/hang");
    let hanging = async {
        let begun = Instant::now();
        client.any_observe(&stuck, &address).await;
        assert!(begun.elapsed() < Duration::from_secs(60), "it took {:?}", begun.elapsed());
    };
    let meanwhile = async {
        assert_eq!(client.observe(&free, Some(&site.url("/slow"))).await.metadata.title, "Slow");
        assert_eq!(client.observe(&free, Some(&site.url("/"))).await.metadata.title, "Corner Shop");
    };
    tokio::join!(hanging, meanwhile);
    client.close(&stuck).await;
}

#[tokio::test]
async fn a_wrong_key_and_a_strange_host_are_turned_away() {
    let engine = RunningEngine::start().await;
    let wrong = EngineClient::with_key(&engine, "guess");
    assert_eq!(wrong.refused_start().await.status, 401);
    let http = reqwest::Client::new();
    let url = format!("{}/health", engine.base_url);
    let rebound = http.get(&url).header("host", "evil.example").send().await.expect("an answer");
    assert!(
        rebound.status().is_client_error(),
        "a page that rebinds its name reaches nothing: {}",
        rebound.status()
    );
    assert!(http.get(&url).send().await.expect("an answer").status().is_success(), "health wants no key");
}
