use super::*;

#[tokio::test]
async fn health_needs_no_key_and_everything_else_does() {
    let house = House::new().await;
    assert_eq!(house.health().await.status, "ok");
    for path in ["/plan", "/session", "/events", "/nowhere"] {
        let refusal = House::send(house.http.get(house.url(path))).await.refusal(401);
        assert_eq!(refusal.code, "missing_key");
        let wrong = house.http.get(house.url(path)).bearer_auth("another-key");
        assert_eq!(House::send(wrong).await.refusal(401).code, "wrong_key");
    }
}

#[tokio::test]
async fn a_name_that_was_rebound_to_this_machine_is_refused() {
    let house = House::new().await;
    let request = house.http.get(house.url("/health")).header("host", "evil.example");
    assert_eq!(House::send(request).await.refusal(403).code, "forbidden_host");
}

#[tokio::test]
async fn a_web_page_is_refused_even_with_the_key() {
    let house = House::new().await;
    let request = house
        .http
        .post(house.url("/session/start"))
        .bearer_auth(KEY)
        .header("origin", "https://evil.example");
    assert_eq!(House::send(request.json(&json!({}))).await.refusal(403).code, "forbidden_origin");
    assert_eq!(house.browser.pages().len(), 0);
}

#[tokio::test]
async fn no_answer_may_be_kept_or_taken_for_another_type_or_read_by_a_page() {
    let house = House::new().await;
    let requests = [
        house.http.get(house.url("/health")),
        house.http.get(house.url("/plan")),
        house.http.get(house.url("/plan")).bearer_auth(KEY),
        house.http.get(house.url("/events")).bearer_auth(KEY),
        house.http.get(house.url("/nowhere")).bearer_auth(KEY),
        house.http.head(house.url("/plan")).bearer_auth(KEY),
        house.http.get(house.url("/health")).header("origin", "https://evil.example"),
        house
            .http
            .request(reqwest::Method::OPTIONS, house.url("/session/start"))
            .header("origin", "https://evil.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization"),
    ];
    for request in requests {
        let response = request.send().await.unwrap();
        let said = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let at = response.url();
        assert_eq!(said("cache-control").as_deref(), Some("no-store"), "{at}");
        assert_eq!(said("x-content-type-options").as_deref(), Some("nosniff"), "{at}");
        assert_eq!(said("cross-origin-resource-policy").as_deref(), Some("same-origin"), "{at}");
        let cors = response.headers().keys().find(|name| name.as_str().starts_with("access-control-"));
        assert_eq!(cors, None, "{at}");
    }
}

#[tokio::test]
async fn asking_for_the_head_or_the_methods_of_a_path_does_nothing_else() {
    let house = House::new().await;
    let head = house.http.head(house.url("/plan")).bearer_auth(KEY).send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(head.bytes().await.unwrap().len(), 0);
    let head = house.http.head(house.url("/session/start")).bearer_auth(KEY).send().await.unwrap();
    assert_eq!(head.status(), 405);
    let options = house.http.request(reqwest::Method::OPTIONS, house.url("/session/start"));
    assert_eq!(House::send(options.bearer_auth(KEY)).await.refusal(405).code, "wrong_method");
    assert_eq!(house.browser.pages().len(), 0);
}

#[tokio::test]
async fn the_engine_is_not_opened_in_a_session_of_its_own() {
    let house = House::new().await;
    let own = house.url("/health");
    for (path, body, field) in
        [("/env/observe", json!({ "url": own }), "url"), ("/env/scrape", json!({ "url": own }), "url")]
    {
        let refusal = house.post(path, body).await.refusal(422);
        assert!(refusal.message.contains("belongs to the engine itself"), "{}", refusal.message);
        assert!(serde_json::to_string(&refusal.detail).unwrap().contains(field));
    }
    assert_eq!(house.browser.pages().len(), 0);
    let session = house.start().await;
    let body = json!({ "session_id": session.session_id, "action_id": "S1", "value": own });
    let refusal = house.post("/env/step", body).await.refusal(422);
    assert!(serde_json::to_string(&refusal.detail).unwrap().contains("value"));
}
