//! What a hub shows of a real engine and a real Chromium, without a window.
#![expect(clippy::expect_used, clippy::panic, reason = "a panic is how a test says no")]

mod hub;

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use hub::{Extras, OnlyCurrent, Seen};
use notex_flow::ScrapeCall;
use notex_hub::protocol::{
    Answer, CallStatus, Command, Dialect, FailureCode, Light, LiveInput, Query, SessionPhase, TabDeed,
};
use notex_hub::{LOCAL_CONNECTION, LiveMessage, LiveView};
use notex_journeys::{Api, ENGINE_KEY, FixtureSite, RunningEngine};
use notex_session::{Credits, EndReason};
use notex_wire::{CallKind, Extract, Field, FieldSpec, FoundBy, MouseButton};
use serde_json::json;

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn where_a_person_or_a_script_takes_a_page_is_shown_without_a_call() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let mut seen = Seen::on(&engine.base_url).await;
    let session = seen.opens(LOCAL_CONNECTION, &site.url("/article")).await;
    let (x, y) = seen.place_of(&session, "Deals").await;
    let mut hands = seen.hub.watch(session.clone(), true).await.expect("it is shown live");
    frame(&mut hands).await;
    for input in click(x, y) {
        hands.act(input).await.expect("a person may act");
    }
    let deals = site.url("/deals");
    let there = seen.session(&session, "the page a person went to", |known| known.url == deals).await;
    let there = match there.title.as_str() {
        "Deals" => there,
        _ => seen.session(&session, "its title", |known| known.title == "Deals").await,
    };
    let front = there.tabs.iter().find(|tab| tab.active).expect("its tab is known");
    assert_eq!((front.title.as_str(), front.url.as_str()), ("Deals", deals.as_str()));
    assert_eq!(seen.detail(&session).await.calls.len(), 2, "a start, an observe and nothing else");
    drop(hands);

    // Watching alone, while a script of the page renames it: neither moves the deadline.
    let mut eyes = seen.hub.watch(session.clone(), false).await.expect("it is shown live");
    frame(&mut eyes).await;
    let code = "setTimeout(() => { document.title = 'By itself'; history.pushState(0, '', '/deals?by=itself') }, 300); 1";
    let path = format!("/sessions/{session}/page/execute");
    let body = json!({"type": "evaluate_js", "code": code});
    Api::of(&engine).post(&path, &body).await.expect_success("a script");
    let after_call = Api::of(&engine).get(&format!("/session/{session}")).await.expect_success("the session");
    let renamed =
        seen.session(&session, "the title that a script gave", |known| known.title == "By itself").await;
    assert_eq!(renamed.url, site.url("/deals?by=itself"));
    let now = Api::of(&engine).get(&format!("/session/{session}")).await.expect_success("the session");
    assert_eq!(now["title"], "By itself");
    for unmoved in ["expires_at", "last_accessed_at", "credits"] {
        assert_eq!(now[unmoved], after_call[unmoved], "{unmoved} was moved by watching");
    }
    drop(eyes);
}

#[tokio::test]
async fn tabs_parts_of_a_page_and_the_element_at_a_point_are_told() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let mut seen = Seen::on(&engine.base_url).await;
    let session = seen.opens(LOCAL_CONNECTION, &site.url("/gallery")).await;
    let deed = |deed| Command::Tab { session: session.clone(), deed };
    let titles = |known: &notex_hub::protocol::SessionState| {
        known.tabs.iter().map(|tab| (tab.title.clone(), tab.active)).collect::<Vec<_>>()
    };
    let (gallery, deals) = ("Gallery".to_owned(), "Deals".to_owned());

    seen.did(deed(TabDeed::Open { url: site.url("/deals") })).await;
    let both = vec![(gallery.clone(), false), (deals.clone(), true)];
    seen.session(&session, "two tabs", |known| titles(known) == both && known.title == "Deals").await;
    let before = seen.session(&session, "the session", |_| true).await.credits;
    seen.did(deed(TabDeed::Switch { tab: 0 })).await;
    let both = vec![(gallery.clone(), true), (deals, false)];
    seen.session(&session, "the first in front", |known| titles(known) == both && known.title == "Gallery")
        .await;
    let refused = seen.hub.send(deed(TabDeed::Switch { tab: 7 })).await.expect_err("there is no eighth");
    assert_eq!(refused.code, FailureCode::ActionImpossible, "{refused}");
    assert!(refused.message.contains("no tab 7"), "{refused}");
    seen.did(deed(TabDeed::Switch { tab: 1 })).await;
    seen.did(deed(TabDeed::Close)).await;
    let one = vec![(gallery, true)];
    let known = seen.session(&session, "one tab", |known| titles(known) == one).await;
    assert!(known.credits > before, "switching is a step, and is charged");
    let refused = seen.hub.send(deed(TabDeed::Close)).await.expect_err("the last tab stays");
    assert_eq!(refused.code, FailureCode::ActionImpossible, "{refused}");
    let last = seen.detail(&session).await.calls.last().cloned().expect("a call");
    assert!(matches!(last.status, CallStatus::Failed { .. }), "{last:?}");

    let scrape = |selector: Option<&str>, links, images, only_main_content| Command::Scrape {
        session: session.clone(),
        scrape: ScrapeCall {
            only_main_content,
            images,
            links,
            selector: selector.map(str::to_owned),
            ..ScrapeCall::default()
        },
    };
    seen.did(scrape(Some("figure"), true, true, false)).await;
    let read = seen.detail(&session).await.scraped.expect("it was read");
    assert!(read.markdown.contains("[this week's deals]("), "{}", read.markdown);
    assert!(!read.markdown.contains("in black"), "the first figure only: {}", read.markdown);
    assert_eq!(read.selector.as_deref(), Some("figure"));
    assert!(read.images.iter().any(|image| image.url.ends_with("/laptop.svg")), "{:?}", read.images);
    seen.did(scrape(None, false, false, true)).await;
    let read = seen.detail(&session).await.scraped.expect("it was read");
    assert!(
        read.markdown.contains("this week's deals") && !read.markdown.contains("]("),
        "{}",
        read.markdown
    );
    assert!(!read.markdown.contains("A shop that sells nothing") && read.images.is_empty(), "{read:?}");
    seen.did(scrape(None, true, false, false)).await;
    let read = seen.detail(&session).await.scraped.expect("it was read");
    assert!(
        read.markdown.contains("A shop that sells nothing") && !read.only_main_content,
        "{}",
        read.markdown
    );
    let words = Field::Selector("figcaption".to_owned());
    let figure = FieldSpec {
        selector: "figure".to_owned(),
        list: true,
        fields: [("words".to_owned(), words)].into(),
        attribute: None,
    };
    let fields = [("figures".to_owned(), Field::Spec(figure))].into();
    let rows = Command::Scrape {
        session: session.clone(),
        scrape: ScrapeCall {
            extract: Some(Extract { fields, ..Extract::default() }),
            response_format: Some(json!({"properties": {"figures": {"minItems": 90}}})),
            ..ScrapeCall::default()
        },
    };
    seen.did(rows.clone()).await;
    let read = seen.detail(&session).await.scraped.expect("it was read");
    let picked = read.structured.first().expect("data was asked for");
    let figures = picked["data"]["figures"].as_array().expect("a list");
    assert!(figures.len() > 1 && figures.iter().all(|figure| figure["words"].is_string()), "{picked}");
    assert_eq!(picked["errors"][0]["field"], "figures", "fewer than ninety: {picked}");
    assert_eq!(read.reading.expect("it is told").found_by, Some(FoundBy::Landmark));
    // The same request, made by somebody else.
    for (command, holds) in
        [(rows, "figures"), (scrape(None, true, false, false), "A shop that sells nothing")]
    {
        let Ok(Answer::Request(request)) =
            seen.hub.query(Query::Request { command: Box::new(command) }).await
        else {
            panic!("a scrape is told as a request")
        };
        let shown = format!("{request:?}");
        assert!(!shown.contains(ENGINE_KEY) && request.curl.contains("Bearer $NOTEX_API_KEY"), "{shown}");
        let sent = reqwest::Client::new()
            .post(&request.url)
            .bearer_auth(ENGINE_KEY)
            .header("content-type", "application/json")
            .body(request.body.clone());
        let answer = sent.send().await.expect("an answer").text().await.expect("its text");
        assert!(answer.contains(holds) && answer.contains("markdown"), "{answer}");
    }
    let refused =
        seen.hub.send(scrape(Some("#nowhere"), true, false, true)).await.expect_err("it matches nothing");
    assert!(refused.message.contains("matches nothing"), "{refused}");

    seen.observe(&session, None).await;
    let (x, y) = seen.place_of(&session, "Deals").await;
    let deadline = seen.session(&session, "the session", |_| true).await.phase;
    let element = |x, y| seen.hub.query(Query::Element { session: session.clone(), x, y });
    let Ok(Answer::Element(Some(link))) = element(x, y).await else { panic!("a link is there") };
    assert_eq!((link.tag.as_str(), link.name.as_deref(), link.text.as_str()), ("a", Some("Deals"), "Deals"));
    assert!(!link.selectors.css.is_empty() && link.bounds.width > 0.0, "{link:?}");
    let Ok(Answer::Element(None)) = element(-5.0, -5.0).await else {
        panic!("nothing is outside of the page")
    };
    assert_eq!(element(f64::NAN, 1.0).await.expect_err("no number").code, FailureCode::Invalid);
    assert_eq!(
        seen.session(&session, "the session", |_| true).await.phase,
        deadline,
        "picking is no use of it"
    );
}

#[tokio::test]
async fn a_server_of_the_current_contract_alone_is_inspected_from_start_to_verified_end() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    for extras in [Extras::Removed, Extras::Kept] {
        let door = OnlyCurrent::before(&engine, extras).await;
        let api = Api::of(&engine);
        let elsewhere = api.post("/sessions/start", &json!({})).await.expect_success("a start elsewhere");
        let elsewhere = elsewhere["session_id"].as_str().expect("it has an id").to_owned();
        let mut seen = Seen::without_an_engine().await;
        let garage = seen.add(&door.base_url).await;
        let made = seen.session(&elsewhere, "the session made elsewhere", |_| true).await;
        assert!(!made.started_here && matches!(made.phase, SessionPhase::Live { .. }), "{made:?}");
        let known = seen.connection_is(&garage, Light::Ready).await;
        assert_eq!(known.dialect, Some(Dialect::Current));
        assert!(
            known.can.list && known.can.tabs && !known.can.events && !known.can.extend && !known.can.live
        );

        let options = notex_hub::protocol::StartForm { timeout_minutes: 3, ..Default::default() };
        let started = seen.did(Command::StartSession { connection: garage.clone(), options }).await;
        let session = started.session.expect("it has an id");
        seen.observe(&session, Some(&site.url("/"))).await;
        let shop = seen.session(&session, "the shop", |known| known.title == "Corner Shop").await;
        assert_eq!((shop.timeout_minutes, shop.keep_alive), (3, false));
        assert!(shop.started_here, "{shop:?}");
        countdown_is(&shop.phase, TimeDelta::minutes(3));

        let action = seen.detail(&session).await.observation.expect("it was observed").actions;
        let field = action.iter().find(|action| action.description.contains("Search products"));
        let field = field.expect("the shop can be searched").id.clone();
        let step = Command::Step {
            session: session.clone(),
            action: field,
            value: Some("laptop".to_owned()),
            enter: true,
        };
        seen.did(step).await;
        let found = seen.session(&session, "what was found", |known| known.url.contains("q=laptop")).await;
        countdown_is(&found.phase, TimeDelta::minutes(3));
        let scrape = |selector: Option<&str>| Command::Scrape {
            session: session.clone(),
            scrape: ScrapeCall { selector: selector.map(str::to_owned), ..ScrapeCall::default() },
        };
        seen.did(scrape(None)).await;
        let read = seen.detail(&session).await.scraped.expect("it was read");
        assert!(read.markdown.contains("Nova 14"), "{}", read.markdown);
        seen.did(scrape(Some("h1"))).await;
        let tab = TabDeed::Open { url: site.url("/deals") };
        seen.did(Command::Tab { session: session.clone(), deed: tab }).await;
        seen.session(&session, "its tabs", |known| known.tabs.len() == 2).await;
        let refused = seen.hub.send(Command::ExtendSession { session: session.clone() }).await;
        let refused = refused.expect_err("this contract has no extend");
        assert!(refused.hint.is_some() || refused.message.contains("current generation"), "{refused}");

        seen.did(Command::CloseSession { session: session.clone() }).await;
        let ended = seen
            .session(&session, "the end", |known| matches!(known.phase, SessionPhase::Ended { .. }))
            .await;
        let SessionPhase::Ended { reason, .. } = ended.phase else { panic!("it has ended") };
        assert_eq!(reason, EndReason::Manual);
        assert!(ended.credits > Credits::ZERO);
        assert_eq!(ended.credits_estimated, extras == Extras::Removed);
        let kinds: Vec<CallKind> = seen.detail(&session).await.calls.iter().map(|call| call.kind).collect();
        let (observe, step, scrape) = (CallKind::Observe, CallKind::Step, CallKind::Scrape);
        assert_eq!(kinds[..6], [CallKind::Start, observe, step, scrape, scrape, step], "{kinds:?}");
        assert_eq!(kinds.last(), Some(&CallKind::Close));
        // Verified by asking again, after the stop.
        let asked = door.asked();
        let stop = asked.iter().position(|asked| asked.ends_with("/stop")).expect("it was stopped");
        assert!(asked[stop..].contains(&format!("GET /sessions/{session}")), "{asked:?}");
        let both = [session, elsewhere.clone()];
        let closed = seen.did(Command::CloseSessions { sessions: both.to_vec() }).await.closed;
        assert!(closed.iter().all(|closed| closed.failure.is_none()), "{closed:?}");
        for session in both {
            let gone = api.get(&format!("/session/{session}")).await.expect_success("the session");
            assert_eq!(gone["status"], "closed");
        }
    }
}

#[tokio::test]
async fn a_live_picture_ends_with_its_session_and_with_its_server_and_comes_back_with_another() {
    let (mut engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let mut seen = Seen::on(&engine.base_url).await;
    let session = seen.opens(LOCAL_CONNECTION, &site.url("/")).await;
    // Let go and taken up again, as a window does that is hidden and shown.
    for _ in 0..3 {
        let mut view = seen.hub.watch(session.clone(), false).await.expect("it is shown live");
        frame(&mut view).await;
    }
    let mut view = seen.hub.watch(session.clone(), false).await.expect("it is shown live");
    frame(&mut view).await;
    seen.did(Command::CloseSession { session: session.clone() }).await;
    assert!(ended(&mut view).await.contains("the session has ended"));
    let refused = seen.hub.watch(session, false).await.expect_err("it has no picture any more");
    assert_eq!(refused.code, FailureCode::SessionEnded, "{refused}");

    let session = seen.opens(LOCAL_CONNECTION, &site.url("/")).await;
    let mut view = seen.hub.watch(session.clone(), true).await.expect("it is shown live");
    frame(&mut view).await;
    engine.program.end_by("KILL").await;
    assert!(!ended(&mut view).await.is_empty());
    let lost = seen.connection_is(LOCAL_CONNECTION, Light::Down).await;
    assert_eq!(lost.failure.expect("it says why").code, FailureCode::Unreachable);
    let refused = seen.hub.watch(session.clone(), true).await.expect_err("the server is gone");
    assert_eq!(refused.code, FailureCode::Unreachable, "{refused}");

    let again = RunningEngine::start_in_place_of(&engine).await;
    seen.connection_is(LOCAL_CONNECTION, Light::Ready).await;
    // The new engine has another folder: it never knew the session.
    let over =
        seen.session(&session, "the end", |known| matches!(known.phase, SessionPhase::Ended { .. })).await;
    assert!(over.disagreement.is_some(), "{over:?}");
    let session = seen.opens(LOCAL_CONNECTION, &site.url("/")).await;
    let mut view = seen.hub.watch(session, false).await.expect("it is shown live");
    frame(&mut view).await;
    drop(again);
}

fn countdown_is(phase: &SessionPhase, whole: TimeDelta) {
    let SessionPhase::Live { expires_at: Some(at) } = phase else {
        panic!("it lives and will end: {phase:?}")
    };
    let left = *at - Utc::now();
    assert!(
        left <= whole + TimeDelta::seconds(2) && left > whole - TimeDelta::seconds(20),
        "{left} are left"
    );
}

fn click(x: f64, y: f64) -> [LiveInput; 2] {
    let (button, clicks, modifiers) = (MouseButton::Left, 1, 0);
    [
        LiveInput::MouseDown { x, y, button, clicks, modifiers },
        LiveInput::MouseUp { x, y, button, clicks, modifiers },
    ]
}

/// Waits for a picture.
async fn frame(view: &mut LiveView) {
    let shown = async {
        while let Some(message) = view.next().await {
            if matches!(message, LiveMessage::Frame(_)) {
                return;
            }
        }
        panic!("it ended: {:?}", view.failure());
    };
    tokio::time::timeout(SOON, shown).await.expect("a picture comes");
}

/// Waits for the end of a live picture, and says why it ended.
async fn ended(view: &mut LiveView) -> String {
    tokio::time::timeout(SOON, async { while view.next().await.is_some() {} }).await.expect("it ends");
    view.failure().expect("it says why").message.clone()
}
