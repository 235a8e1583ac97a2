use chrono::Utc;
use notex_wire::CallKind;
use serde_json::json;

use super::*;

/// What a call is known by, and can be told otherwise.
struct Case {
    call: Call,
    place: Place,
    response: Option<Value>,
    network: Vec<Exchange>,
}

impl Case {
    fn of(status: CallStatus) -> Self {
        let call = Call {
            id: 7,
            number: 7,
            session: "s-1".to_owned(),
            kind: CallKind::Step,
            what: "B3 Click Search".to_owned(),
            status,
            started_at: Utc::now(),
            took_ms: Some(12.0),
            credits: None,
            reasons: Vec::new(),
            picture: None,
            changes: None,
        };
        let place = Place { title: "Shop".to_owned(), url: "https://shop.example.com/".to_owned() };
        Self { call, place, response: None, network: Vec::new() }
    }

    fn failed(code: FailureCode, message: &str) -> Self {
        Self::of(CallStatus::Failed { http_status: Some(422), failure: Failure::new(code, message) })
    }

    fn done() -> Self {
        Self::of(CallStatus::Done { http_status: 200 })
    }

    fn with(mut self, kind: &str, url: &str, status: Option<u16>) -> Self {
        let failed = status.is_none().then_some("the connection was reset");
        let exchange = json!({ "id": format!("r{}", self.network.len() + 1), "at": Utc::now(), "method": "GET",
            "url": url, "resource_type": kind, "status": status, "failed": failed });
        self.network.push(serde_json::from_value(exchange).unwrap());
        self
    }

    fn titled(mut self, title: &str) -> Self {
        title.clone_into(&mut self.place.title);
        self
    }

    fn explain(&self) -> Option<Explanation> {
        let Self { call, place, response, network } = self;
        explain(&Known { call, place, response: response.as_ref(), network })
    }

    fn why(&self) -> Explanation {
        self.explain().unwrap()
    }
}

#[test]
fn a_deadline_that_passed_is_told_from_a_close_and_starts_again() {
    let why = |how: &str| {
        let said = format!("session s-1 is already closed: it {how}");
        Case::failed(FailureCode::SessionEnded, &said).why()
    };
    let late = why("timed out at 2026-11-26T02:00:00Z, because no call was made on it");
    assert!(late.sentence.contains("deadline had passed"), "{}", late.sentence);
    assert_eq!(late.help, [Help::StartAgain]);
    assert!(late.evidence[0].contains("2026-11-26T02:00:00Z"), "what the server said is the evidence");
    assert!(why("reached its longest life at x").sentence.contains("longest life"));
    assert!(why("was closed at x").sentence.contains("been closed"));
}

#[test]
fn what_lies_over_an_element_is_named() {
    let why = Case::failed(FailureCode::ActionImpossible, "B3 is covered by div.cookie-banner").why();
    assert_eq!(why.sentence, "Something lies over B3: div.cookie-banner.");
    assert_eq!(why.help, [Help::Observe, Help::Retry]);
}

#[test]
fn an_element_that_is_gone_is_told_with_the_nearest_one_and_a_button_to_try_it() {
    let said = "B3 is gone since the page changed; observe again; B7 \"Search all\" is the nearest";
    let why = Case::failed(FailureCode::ActionImpossible, said).why();
    assert_eq!(why.sentence, "Nothing on the page is B3 any more; the nearest is B7, “Search all”.");
    let nearest = Help::TryAction { action: "B7".to_owned(), label: "Search all".to_owned() };
    assert_eq!(why.help, [nearest, Help::Observe]);
    let why =
        Case::failed(FailureCode::ActionImpossible, "B3 is gone since the page changed; observe again").why();
    assert!(why.sentence.contains("changed since it was observed"));
    assert_eq!(why.help, [Help::Observe]);
    let other = Case::failed(FailureCode::ActionImpossible, "I2 is disabled").why();
    assert!(other.sentence.contains("cannot be operated") && other.evidence == ["I2 is disabled."]);
}

#[test]
fn a_page_that_did_not_answer_in_time_may_be_given_more() {
    let said = "the page did not answer within 30 s: opening it";
    let why = Case::failed(FailureCode::PageUnreachable, said).why();
    assert!(why.sentence.contains("deadline"));
    assert_eq!(why.help, [Help::Retry, Help::Extend]);
}

#[test]
fn a_request_that_failed_before_is_evidence_and_can_be_opened() {
    let why = Case::failed(FailureCode::ActionImpossible, "B3 is gone since the page changed; observe again")
        .with("document", "https://shop.example.com/", Some(200))
        .with("image", "https://shop.example.com/pixel.gif", Some(404))
        .with("fetch", "https://shop.example.com/api/items?page=2", Some(500))
        .with("script", "https://cdn.example.com/app.js", None)
        .why();
    assert_eq!(
        why.evidence[1..],
        ["GET /api/items?page=2 answered 500.", "GET /app.js failed: The connection was reset."]
    );
    assert_eq!(why.help.last(), Some(&Help::OpenRequest { exchange: "r3".to_owned() }));
}

#[test]
fn an_error_page_is_told_also_of_a_call_that_succeeded() {
    for (status, words) in [(404, "refused the request with 404"), (503, "failed with 503")] {
        let why = Case::done().with("document", "https://shop.example.com/", Some(status)).why();
        assert!(why.sentence.ends_with(&format!("{words}.")), "{}", why.sentence);
        assert!(why.help.contains(&Help::OpenRequest { exchange: "r1".to_owned() }));
    }
    let fine = Case::done().with("document", "https://shop.example.com/", Some(200));
    assert_eq!(fine.with("fetch", "https://shop.example.com/x", Some(500)).explain(), None);
}

#[test]
fn a_page_for_robots_is_known_by_its_title_its_challenge_and_its_category() {
    let robot = |case: Case| case.why().sentence == "The page takes this browser for a robot.";
    assert!(robot(Case::done().titled("Just a moment...")));
    let mut captcha = Case::done();
    captcha.response = Some(json!({ "space": { "category": "captcha" } }));
    assert!(robot(captcha));
    let challenge = "https://shop.example.com/cdn-cgi/challenge-platform/h/b";
    let refused = Case::done().with("document", "https://shop.example.com/", Some(403));
    assert!(robot(refused.with("script", challenge, Some(200))));
    assert!(robot(Case::failed(FailureCode::ActionImpossible, "there is no B3").titled("Are you a robot?")));
    // A form with a challenge on it is a form.
    let form = Case::done().with("document", "https://shop.example.com/", Some(200));
    assert_eq!(form.with("script", challenge, Some(200)).explain(), None);
}

#[test]
fn what_its_failure_says_by_itself_is_not_explained() {
    for code in
        [FailureCode::WrongKey, FailureCode::OutOfCredits, FailureCode::Invalid, FailureCode::Cancelled]
    {
        assert_eq!(Case::failed(code, "it says so").explain(), None);
    }
    assert_eq!(Case::of(CallStatus::Running).explain(), None);
}
