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
