use notex_session::EndReason;
use notex_wire::SessionStatus;

use super::*;

#[tokio::test]
async fn losing_the_browser_ends_all_its_sessions_with_its_last_words_and_the_next_start_launches_another() {
    let house = House::new().await;
    let (one, two) = (house.start().await, house.start().await);
    let mut events = house.listen().await;
    let second = ScriptedBrowser::new();
    house.browsers.lock().unwrap().push_back(Ok(second.clone()));
    house.browser.lose("Chromium ended (signal 9)");
    for session in [&one, &two] {
        let mut events = house.listen().await;
        if house.session(session).await.status == SessionStatus::Active {
            events.until_ended(&session.session_id).await;
        }
        let ended = house.session(session).await;
        assert_eq!((ended.status, ended.close_reason), (SessionStatus::Error, Some(EndReason::Error)));
        assert_eq!(ended.error.as_deref(), Some("Chromium ended (signal 9)"));
        assert!(house.step(session, "L1").await.refusal(410).message.contains("Chromium ended (signal 9)"));
    }
    assert_eq!(events.until_ended(&one.session_id).await.error.as_deref(), Some("Chromium ended (signal 9)"));
    house.browser_says("Chromium ended (signal 9)").await;
    let three = house.start().await;
    assert_eq!(three.status, SessionStatus::Active);
    assert_eq!(second.pages().len(), 1);
    assert!(house.health().await.browser.unwrap().ready);
}

#[tokio::test]
async fn a_call_that_runs_when_the_browser_is_lost_is_answered_at_once() {
    let house = House::new().await;
    let session = house.start().await;
    house.browser.page().hold();
    let running = house.post_aside("/env/observe", json!({ "session_id": session.session_id }));
    house.browser.page().has_begun("observe").await;
    house.browser.lose("Chromium ended (signal 9)");
    let refusal = running.await.unwrap().refusal(410);
    assert!(refusal.message.contains("Chromium ended (signal 9)"), "{}", refusal.message);
}

#[tokio::test]
async fn losing_a_page_ends_its_session_only() {
    let house = House::new().await;
    let (one, two) = (house.start().await, house.start().await);
    let mut events = house.listen().await;
    house.browser.pages()[0].lose("the page crashed");
    let ended = events.until_ended(&one.session_id).await;
    assert_eq!((ended.status, ended.error.as_deref()), (SessionStatus::Error, Some("the page crashed")));
    house.step(&two, "L1").await.of::<PageAnswer>();
}

#[tokio::test]
async fn without_a_browser_a_start_says_what_to_install_and_the_next_one_tries_again() {
    let missing =
        LaunchError::NotFound("no browser was found; install one with: apt install chromium".into());
    let browser = ScriptedBrowser::new();
    let browsers = VecDeque::from([Err(missing.clone()), Err(missing.clone()), Ok(browser.clone())]);
    let time = watch::Sender::new("2026-11-22T12:00:00Z".parse().unwrap());
    let folder = Arc::new(TempDir::new().unwrap());
    let house = House::open(folder, time, browser, browsers, Plan::default()).await;
    house.browser_says("apt install chromium").await;
    assert!(!house.health().await.browser.unwrap().ready);
    let refusal = house.post("/session/start", json!({})).await.refusal(503);
    assert_eq!((refusal.code.as_str(), refusal.message), ("no_browser", missing.to_string()));
    house.start().await;
    let health = house.health().await;
    assert_eq!((health.active_sessions, health.browser.unwrap().problem), (Some(1), None));
}

#[tokio::test]
async fn a_browser_that_was_installed_meanwhile_is_found_when_looked_for() {
    let missing = LaunchError::NotFound("no browser was found".into());
    let browser = ScriptedBrowser::new();
    let browsers = VecDeque::from([Err(missing), Ok(browser.clone())]);
    let time = watch::Sender::new("2026-11-22T12:00:00Z".parse().unwrap());
    let folder = Arc::new(TempDir::new().unwrap());
    let house = House::open(folder, time, browser, browsers, Plan::default()).await;
    house.browser_says("no browser was found").await;
    house.engine.look_for_browser();
    let ready = async { while !house.health().await.browser.unwrap().ready {} };
    tokio::time::timeout(std::time::Duration::from_secs(10), ready).await.expect("it is found");
    // One that runs is left alone: no third launch was scripted.
    house.engine.look_for_browser();
    house.start().await;
}

#[tokio::test]
async fn a_browser_that_is_not_built_yet_is_refused_in_a_sentence() {
    let config = EngineConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        key: ApiKey::new(KEY).unwrap(),
        data_dir: TempDir::new().unwrap().path().to_owned(),
        tariff: None,
        browser: "grid:http://127.0.0.1:4444".parse().unwrap(),
        private_networks: PrivateNetworks::Open,
        model: None,
    };
    assert!(Engine::start(config).await.unwrap_err().to_string().contains("not built yet"));
}
