//! What is kept of a call besides its answer: which number it has, who may ask, how long.

use notex_wire::CallEvidence;
use serde_json::json;

use super::{House, KEY};

fn path(session: &str, call: &str) -> String {
    format!("/sessions/{session}/calls/{call}/evidence")
}

#[tokio::test]
async fn an_answer_says_which_call_it_was_and_its_evidence_is_free_and_moves_no_deadline() {
    let house = House::new().await;
    let session = house.start().await;
    let id = &session.session_id;
    let post = async |body| {
        let request = house.http.post(house.url("/env/observe")).bearer_auth(KEY).json(&body);
        let answer = request.send().await.unwrap();
        let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (header("x-notex-call"), header("x-notex-queued-ms"), answer.status().as_u16())
    };
    let body = json!({ "session_id": id });
    assert_eq!(post(body.clone()).await, (Some("1".to_owned()), Some("0.0".to_owned()), 200));
    house.browser.page().fail_next(crate::browser::PageError::NotOperable("it is covered".to_owned()));
    assert_eq!(post(body.clone()).await, (Some("2".to_owned()), Some("0.0".to_owned()), 422));
    assert_eq!(post(json!({ "session_id": "nobody" })).await.0, None);
    let before = house.get(&format!("/session/{id}")).await.body;
    house.seconds_pass(30);
    let told: CallEvidence = house.get(&path(id, "2")).await.of();
    assert_eq!(told.call, 2);
    assert!(told.began_at.is_some() && told.ended_at.is_some());
    assert!(told.dom.is_some_and(|page| page.html == "# Scripted"));
    let same: CallEvidence = house.get(&format!("/session/{id}/calls/2/evidence")).await.of();
    assert!(same.dom.is_some(), "who asks again gets the same");
    let after = house.get(&format!("/session/{id}")).await.body;
    assert_eq!((&before["expires_at"], &before["credits"]), (&after["expires_at"], &after["credits"]));
}

#[tokio::test]
async fn a_page_that_was_asked_for_too_late_is_not_there_and_the_call_to_come_is_told_so_far() {
    let house = House::new().await;
    let id = house.start().await.session_id;
    let observe = async || house.post("/env/observe", json!({ "session_id": id })).await;
    observe().await;
    observe().await;
    let first: CallEvidence = house.get(&path(&id, "1")).await.of();
    assert!(first.dom.is_none() && first.dropped.dom.is_some());
    let to_come: CallEvidence = house.get(&path(&id, "3")).await.of();
    assert_eq!((to_come.call, to_come.began_at), (3, None));
    let missing = house.get(&path(&id, "4")).await.refusal(404);
    assert_eq!(missing.code, "call_not_kept");
    assert_eq!(missing.message, "nothing is kept of call 4; there is something of calls 1 to 3");
    for bad in ["0", "-1", "x"] {
        assert_eq!(house.get(&path(&id, bad)).await.field().0, "path.call");
    }
    assert_eq!(house.get(&path("nobody", "1")).await.refusal(404).code, "session_not_found");
}

#[tokio::test]
async fn evidence_outlives_its_session_for_some_minutes() {
    let house = House::new().await;
    let id = house.start().await.session_id;
    house.post("/env/observe", json!({ "session_id": id })).await;
    house.post("/session/close", json!({ "session_id": id })).await;
    let told: CallEvidence = house.get(&path(&id, "1")).await.of();
    assert!(told.ended_at.is_some());
    house.seconds_pass(400);
    let gone = house.get(&path(&id, "1")).await.refusal(404);
    assert_eq!(gone.code, "call_not_kept");
    assert!(gone.message.contains("has ended"), "{}", gone.message);
}
