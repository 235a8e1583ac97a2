use notex_wire::RefusalDetail;

use super::*;

fn field(refusal: &Refusal) -> String {
    match &refusal.detail {
        RefusalDetail::Fields(problems) => problems[0].loc.join("."),
        RefusalDetail::Sentence(sentence) => panic!("no field is named: {sentence}"),
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_400() {
    let house = House::new().await;
    for body in ["", "{", "{\"session_id\": }", "start please"] {
        let request = house.http.post(house.url("/session/start")).bearer_auth(KEY).body(body);
        assert_eq!(House::send(request).await.refusal(400).code, "malformed_json", "{body}");
    }
}

#[tokio::test]
async fn a_field_with_a_wrong_value_is_named() {
    let house = House::new().await;
    let session = house.start().await;
    let id = session.session_id.as_str();
    let wrong = [
        ("/session/start", json!([]), "body"),
        ("/session/start", json!({ "keep_alive": "yes" }), "body.keep_alive"),
        ("/session/start", json!({ "session_timeout_minutes": "5" }), "body.session_timeout_minutes"),
        ("/session/start", json!({ "session_timeout_minutes": 0 }), "body.session_timeout_minutes"),
        ("/sessions/start", json!({ "session_timeout": 31 }), "body.session_timeout"),
        (
            "/session/start",
            json!({ "session_timeout": 4, "session_timeout_minutes": 5 }),
            "body.session_timeout",
        ),
        ("/session/start", json!({ "session_id": "mine" }), "body.session_id"),
        ("/session/close", json!({}), "body.session_id"),
        ("/env/observe", json!({}), "body.url"),
        ("/env/observe", json!({ "session_id": id, "url": "not an address" }), "body.url"),
        ("/env/observe", json!({ "session_id": id, "url": "file:///etc/passwd" }), "body.url"),
        ("/env/observe", json!({ "session_id": id, "max_nb_actions": -1 }), "body.max_nb_actions"),
        ("/env/observe", json!({ "session_id": id, "min_nb_actions": -1 }), "body.min_nb_actions"),
        ("/env/step", json!({ "session_id": id }), "body.action_id"),
        ("/env/step", json!({ "session_id": id, "action_id": "" }), "body.action_id"),
        ("/env/step", json!({ "session_id": id, "action_id": "click" }), "body.action_id"),
        ("/env/step", json!({ "session_id": id, "action_id": "é1" }), "body.action_id"),
        ("/env/step", json!({ "session_id": id, "action_id": "S9" }), "body.action_id"),
        ("/env/step", json!({ "session_id": id, "action_id": "S1" }), "body.value"),
        ("/env/step", json!({ "session_id": id, "action_id": "S7", "value": "soon" }), "body.value"),
        ("/env/scrape", json!({ "session_id": id, "scrape_images": 1 }), "body.scrape_images"),
    ];
    for (path, body, named) in wrong {
        let said = format!("{path} {body}");
        let refusal = house.post(path, body).await.refusal(422);
        assert_eq!(field(&refusal), named, "{said}");
        assert_eq!(refusal.code, "invalid_request", "{said}");
    }
    for (path, named) in
        [("/session?page=0", "query.page"), ("/usage/entries?page_size=x", "query.page_size")]
    {
        assert_eq!(field(&house.get(path).await.refusal(422)), named);
    }
    assert_eq!(house.browser.page().done(), [""; 0]);
}

#[tokio::test]
async fn a_session_that_never_was_is_a_404_everywhere() {
    let house = House::new().await;
    for (path, body) in [
        ("/session/close", json!({ "session_id": "nobody" })),
        ("/sessions/close", json!({ "session_id": "nobody" })),
        ("/env/observe", json!({ "session_id": "nobody" })),
        ("/env/step", json!({ "session_id": "nobody", "action_id": "L1" })),
        ("/env/scrape", json!({ "session_id": "nobody" })),
        ("/session/nobody/extend", json!({})),
    ] {
        assert_eq!(house.post(path, body).await.refusal(404).code, "session_not_found", "{path}");
    }
    assert_eq!(house.get("/session/nobody").await.refusal(404).code, "session_not_found");
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_refused_in_json() {
    let house = House::new().await;
    assert_eq!(house.get("/nowhere").await.refusal(404).code, "unknown_path");
    assert_eq!(house.get("/session/start/now").await.refusal(404).code, "unknown_path");
    assert_eq!(house.get("/session/%ff").await.refusal(404).code, "unknown_path");
    assert_eq!(house.get("/env/observe").await.refusal(405).code, "wrong_method");
}

#[tokio::test]
async fn a_body_over_a_megabyte_is_refused() {
    let house = House::new().await;
    let body = json!({ "session_id": "x".repeat(1_100_000) });
    assert_eq!(house.post("/env/observe", body).await.refusal(413).code, "body_too_large");
}

#[tokio::test]
async fn more_calls_than_may_wait_are_refused() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    page.hold();
    let body = json!({ "session_id": session.session_id });
    let mut waiting = vec![house.post_aside("/env/observe", body.clone())];
    page.has_begun("observe").await;
    for n in 1..=32 {
        waiting.push(house.post_aside("/env/observe", body.clone()));
        house.calls_wait(&session, n).await;
    }
    assert_eq!(house.post("/env/observe", body).await.refusal(409).code, "session_busy");
    page.let_go();
    for answer in waiting {
        answer.await.unwrap().of::<PageAnswer>();
    }
}

#[tokio::test]
async fn what_a_page_cannot_do_is_said_in_its_words() {
    let house = House::new().await;
    let session = house.start().await;
    for (error, status, code) in [
        (
            PageError::Unreachable { url: "https://a.example/".into(), why: "no such host".into() },
            424,
            "page_unreachable",
        ),
        (PageError::TimedOut { doing: "observe".into(), seconds: 20 }, 424, "page_timed_out"),
        (PageError::UnknownAction("there is no L7".into()), 422, "unknown_action"),
        (PageError::NotOperable("L1 is covered".into()), 422, "action_not_operable"),
        (PageError::Browser { doing: "a click".into(), why: "it said no".into() }, 500, "browser_refused"),
    ] {
        house.browser.page().fail_next(error.clone());
        let refusal = house.step(&session, "L1").await.refusal(status);
        assert_eq!((refusal.code.as_str(), refusal.message), (code, error.to_string()));
    }
}
