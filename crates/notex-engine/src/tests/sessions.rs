use notex_session::EndReason;
use notex_wire::{SessionPage, SessionStatus, SpecialActionId};

use super::*;

#[tokio::test]
async fn a_session_is_started_observed_stepped_scraped_and_closed() {
    let house = House::new().await;
    let session = house.start().await;
    assert_eq!((session.status, session.timeout_minutes), (SessionStatus::Active, 5));
    assert_eq!(session.expires_at, Some(house.now() + TimeDelta::minutes(5)));
    assert_eq!(session.server_time, Some(house.now()));

    let seen = house.observe(&session, "example.com/a").await;
    let space = seen.space.unwrap();
    assert_eq!(seen.metadata.url, "https://example.com/a");
    assert_eq!(space.actions.iter().map(|action| action.id.as_str()).collect::<Vec<_>>(), ["I1", "I2", "I3"]);
    assert!(space.actions.iter().all(|action| action.params.len() == 1));
    assert_eq!(space.special_actions.len(), 8);
    assert_eq!(space.special_actions[0].params[0].name, "url");
    assert_eq!(space.special_actions[6].params[0].name, "time_ms");
    assert_eq!(seen.session.url.as_deref(), Some("https://example.com/a"));

    let body =
        json!({ "session_id": session.session_id, "action_id": "I2", "value": "Berlin", "enter": true });
    let stepped: PageAnswer = house.post("/env/step", body).await.of();
    assert_eq!(stepped.space.unwrap().actions.len(), 3);

    let body = json!({ "session_id": session.session_id, "scrape_images": true, "only_main_content": false });
    let scraped: PageAnswer = house.post("/env/scrape", body).await.of();
    let data = scraped.data.unwrap();
    assert_eq!(data.markdown.as_deref(), Some("# Scripted"));
    assert_eq!(data.images.unwrap().len(), 2);

    house.seconds_pass(7);
    let closed: SessionAnswer = house.close(&session).await.of();
    assert_eq!((closed.status, closed.close_reason), (SessionStatus::Closed, Some(EndReason::Manual)));
    assert!((closed.duration - 7.0).abs() < f64::EPSILON);
    assert!(house.browser.page().is_closed());
    assert_eq!(
        house.browser.page().done(),
        ["goto https://example.com/a", "observe", "I2 with Berlin and enter", "observe", "scrape WholePage"]
    );
    assert_eq!(house.session(&session).await.status, SessionStatus::Closed);
}

#[tokio::test]
async fn special_actions_do_what_they_say() {
    let house = House::new().await;
    let session = house.start().await;
    let step = async |action: &str, value: Option<&str>| {
        let body = json!({ "session_id": session.session_id, "action_id": action, "value": value });
        house.post("/env/step", body).await.of::<PageAnswer>()
    };
    assert_eq!(step("S1", Some("example.com")).await.metadata.url, "https://example.com/");
    assert_eq!(step("S2", None).await.data.unwrap().markdown.as_deref(), Some("# Scripted"));
    assert_eq!(step("S3", None).await.screenshot.as_deref(), Some("YSBwaWN0dXJl"));
    for action in ["S4", "S5", "S6"] {
        assert_eq!(step(action, None).await.screenshot, None);
    }
    step("S7", Some("1")).await;
    let ended = step("S8", None).await;
    assert_eq!(ended.session.status, SessionStatus::Closed);
    assert_eq!(ended.space.unwrap().special_actions[7].id, SpecialActionId::S8);
    let mut done = house.browser.page().done();
    done.retain(|what| what != "observe");
    assert_eq!(
        done,
        ["goto https://example.com/", "scrape MainContent", "screenshot", "back", "forward", "refresh"]
    );
    assert!(house.step(&session, "S6").await.refusal(410).message.contains("already closed"));
}

#[tokio::test]
async fn a_call_that_does_not_say_takes_screenshots_as_the_session_was_started() {
    let house = House::new().await;
    let session: SessionAnswer = house.post("/sessions/start", json!({ "screenshot": true })).await.of();
    assert!(house.observe(&session, "example.com").await.screenshot.is_some());
    let body = json!({ "session_id": session.session_id, "screenshot": false });
    assert!(house.post("/env/observe", body).await.of::<PageAnswer>().screenshot.is_none());
}

#[tokio::test]
async fn calls_on_one_session_are_done_in_the_order_they_came() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    page.hold();
    let call = |n: usize| json!({ "session_id": session.session_id, "url": format!("http://127.0.0.1/{n}") });
    let mut answers = vec![house.post_aside("/env/observe", call(0))];
    page.has_begun("goto http://127.0.0.1/0").await;
    for n in 1..4 {
        answers.push(house.post_aside("/env/observe", call(n)));
        house.calls_wait(&session, n).await;
    }
    page.let_go();
    for (n, answer) in answers.into_iter().enumerate() {
        let answer: PageAnswer = answer.await.unwrap().of();
        assert_eq!(answer.metadata.url, format!("http://127.0.0.1/{n}"));
    }
    let opened: Vec<_> = page.done().into_iter().filter(|what| what.starts_with("goto")).collect();
    assert_eq!(opened.len(), 4);
    assert!(opened.is_sorted());
}

#[tokio::test]
async fn closing_interrupts_the_call_that_runs_and_those_that_wait() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    page.hold();
    let body = json!({ "session_id": session.session_id, "url": "https://example.com" });
    let running = house.post_aside("/env/observe", body.clone());
    page.has_begun("goto https://example.com/").await;
    let waiting = house.post_aside("/env/observe", body);
    house.calls_wait(&session, 1).await;
    house.close(&session).await.of::<SessionAnswer>();
    for interrupted in [running, waiting] {
        let refusal = interrupted.await.unwrap().refusal(410);
        assert!(refusal.message.contains("it was closed at 2026-11-22T12:00:00Z"), "{}", refusal.message);
    }
    assert!(house.close(&session).await.refusal(410).message.contains("already closed"));
    assert!(page.is_closed());
}

#[tokio::test]
async fn an_idle_session_ends_at_its_deadline_and_stops_costing() {
    let house = House::new().await;
    let session: SessionAnswer = house.post("/session/start", json!({ "session_timeout": 2 })).await.of();
    let mut events = house.listen().await;
    house.seconds_pass(119);
    house.session(&session).await;
    assert_eq!(house.session(&session).await.status, SessionStatus::Active);
    house.seconds_pass(1);
    let ended = events.until_ended(&session.session_id).await;
    assert_eq!((ended.status, ended.close_reason), (SessionStatus::TimedOut, Some(EndReason::IdleTimeout)));
    assert_eq!(ended.closed_at, Some(session.created_at + TimeDelta::minutes(2)));
    assert_eq!(ended.credits, Some(Credits::from_thousandths(200)));
    let refusal = house.step(&session, "L1").await.refusal(410);
    assert!(refusal.message.contains("timed out at 2026-11-22T12:02:00Z"), "{}", refusal.message);
    assert!(house.close(&session).await.refusal(410).message.contains("already closed"));
    house.page_is_closed().await;
}

#[tokio::test]
async fn a_session_that_slept_past_its_deadline_answers_no_call_and_costs_no_later_minute() {
    let house = House::new().await;
    let session = house.start().await;
    house.seconds_pass(8 * 3600);
    assert_eq!(house.step(&session, "L1").await.refusal(410).code, "session_ended");
    let ended = house.session(&session).await;
    assert_eq!(ended.closed_at, Some(session.created_at + TimeDelta::minutes(5)));
    assert_eq!(ended.credits, Some(Credits::from_thousandths(500)));
}

#[tokio::test]
async fn every_call_moves_the_deadline_from_its_end() {
    let house = House::new().await;
    let session: SessionAnswer =
        house.post("/session/start", json!({ "session_timeout_minutes": 1 })).await.of();
    let page = house.browser.page();
    page.hold();
    let running =
        house.post_aside("/env/observe", json!({ "session_id": session.session_id, "url": "example.com" }));
    page.has_begun("goto https://example.com/").await;
    // Far beyond the deadline: a running call is never interrupted by it.
    house.seconds_pass(600);
    page.let_go();
    let answer: PageAnswer = running.await.unwrap().of();
    assert_eq!(answer.session.expires_at, Some(house.now() + TimeDelta::minutes(1)));
    house.seconds_pass(30);
    let extended: SessionAnswer =
        house.post(&format!("/session/{}/extend", session.session_id), json!({})).await.of();
    assert_eq!(extended.expires_at, Some(house.now() + TimeDelta::minutes(1)));
    house.seconds_pass(30);
    page.fail_next(PageError::UnknownAction("there is no L9".into()));
    house.step(&session, "L9").await.refusal(422);
    assert_eq!(house.session(&session).await.expires_at, Some(house.now() + TimeDelta::minutes(1)));
}

#[tokio::test]
async fn a_call_that_comes_after_the_deadline_is_refused_even_before_the_session_noticed_it() {
    let house = House::new().await;
    let session = house.start().await;
    house.seconds_pass(8 * 3600);
    // Asked without a moment in between, so that the session finds the call and its deadline at once.
    assert!(house.engine.state.extend(&session.session_id).await.is_err());
    assert_eq!(house.session(&session).await.status, SessionStatus::TimedOut);
}

#[tokio::test]
async fn looking_at_a_session_moves_no_deadline() {
    let house = House::new().await;
    let session = house.start().await;
    house.seconds_pass(60);
    assert_eq!(house.session(&session).await.expires_at, session.expires_at);
    house.get("/session").await.of::<SessionPage>();
    assert_eq!(house.session(&session).await.expires_at, session.expires_at);
}

#[tokio::test]
async fn a_kept_session_outlives_its_timeout_until_it_is_closed() {
    let house = House::new().await;
    let session: SessionAnswer = house.post("/session/start", json!({ "keep_alive": true })).await.of();
    assert_eq!(session.expires_at, None);
    house.seconds_pass(3600);
    house.step(&session, "L1").await.of::<PageAnswer>();
    house.close(&session).await.of::<SessionAnswer>();
}

#[tokio::test]
async fn a_call_without_a_session_makes_one_that_ends_with_it() {
    let house = House::new().await;
    let answer: PageAnswer = house.post("/env/scrape", json!({ "url": "example.com" })).await.of();
    assert_eq!(answer.session.status, SessionStatus::Closed);
    assert_eq!(answer.data.unwrap().markdown.as_deref(), Some("# Scripted"));
    house.page_is_closed().await;
    assert_eq!(house.health().await.active_sessions, Some(0));
}

#[tokio::test]
async fn a_call_without_a_session_keeps_the_one_it_made_when_asked_to() {
    let house = House::new().await;
    let answer: PageAnswer =
        house.post("/env/observe", json!({ "url": "example.com", "keep_alive": true })).await.of();
    assert_eq!(answer.session.status, SessionStatus::Active);
    house.step(&answer.session, "I1").await.of::<PageAnswer>();
    assert_eq!(house.health().await.active_sessions, Some(1));
}

#[tokio::test]
async fn a_session_made_by_a_call_that_failed_is_not_kept_and_costs_nothing() {
    let house = House::new().await;
    house.browser.pages_fail(PageError::Unreachable {
        url: "https://gone.example/".into(),
        why: "no such host".into(),
    });
    let refusal =
        house.post("/env/observe", json!({ "url": "gone.example", "keep_alive": true })).await.refusal(424);
    assert_eq!(refusal.message, "https://gone.example/ could not be reached: no such host");
    let sessions: SessionPage = house.get("/session").await.of();
    assert_eq!(sessions.items[0].status, SessionStatus::Closed);
    assert_eq!(sessions.items[0].credits, Some(Credits::ZERO));
    house.page_is_closed().await;
}

#[tokio::test]
async fn sessions_are_listed_newest_first_page_by_page() {
    let house = House::new().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.insert(0, house.start().await.session_id);
        house.seconds_pass(1);
    }
    let page: SessionPage = house.get("/session?page=1&page_size=2").await.of();
    assert_eq!(page.items.iter().map(|s| s.session_id.clone()).collect::<Vec<_>>(), ids[..2]);
    assert_eq!((page.total, page.page, page.page_size), (3, 1, 2));
    let page: SessionPage = house.get("/session?page=2&page_size=2").await.of();
    assert_eq!(page.items[0].session_id, ids[2]);
}

#[tokio::test]
async fn the_history_of_a_session_outlives_the_engine() {
    let house = House::new().await;
    let session = house.start().await;
    house.observe(&session, "example.com").await;
    let house = house.reopened().await;
    let session = house.session(&session).await;
    assert_eq!(session.status, SessionStatus::Closed);
    assert_eq!(session.url.as_deref(), Some("https://example.com/"));
    assert_eq!(session.credits, Some(Credits::from_thousandths(1100)));
    assert_eq!(house.step(&session, "L1").await.refusal(410).code, "session_ended");
}

#[tokio::test]
async fn sessions_of_an_engine_that_was_killed_are_ended_by_the_next() {
    let house = House::new().await;
    let session = house.start().await;
    house.seconds_pass(42);
    house.post(&format!("/session/{}/extend", session.session_id), json!({})).await.of::<SessionAnswer>();
    // What a killed engine leaves is its folder as it was at that moment.
    let left = TempDir::new().unwrap();
    std::fs::create_dir(left.path().join("store")).unwrap();
    for file in std::fs::read_dir(house.folder.path().join("store")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), left.path().join("store").join(file.file_name())).unwrap();
    }
    let browser = ScriptedBrowser::new();
    let browsers = VecDeque::from([Ok(browser.clone())]);
    let time = house.time.clone();
    let next = House::open(Arc::new(left), time, browser, browsers, Plan::default()).await;
    let found = next.session(&session).await;
    assert_eq!((found.status, found.error.as_deref()), (SessionStatus::Error, Some("engine restarted")));
    assert_eq!(found.closed_at, Some(session.created_at + TimeDelta::seconds(42)));
    let refusal = next.close(&session).await.refusal(410);
    assert!(refusal.message.contains("engine restarted"), "{}", refusal.message);
}

#[tokio::test]
async fn two_engines_cannot_use_one_folder() {
    let house = House::new().await;
    let config = EngineConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        key: ApiKey::new(KEY).unwrap(),
        data_dir: house.folder.path().to_owned(),
        tariff: None,
        browser: BrowserSource::Local { program: None },
        private_networks: PrivateNetworks::Open,
        model: None,
    };
    let launch: Launch = Arc::new(|| unreachable!("nothing is launched without a store"));
    let second = Engine::start_with(config, Tariff::default(), Clock::system(), launch).await;
    assert!(second.unwrap_err().to_string().contains("used by another engine"));
}
