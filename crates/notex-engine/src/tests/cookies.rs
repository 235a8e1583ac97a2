use notex_wire::current::{CookiesAnswer, CookiesSet};

use super::*;

fn path(session: &SessionAnswer) -> String {
    format!("/sessions/{}/cookies", session.session_id)
}

#[tokio::test]
async fn cookies_that_were_set_are_read_again_for_nothing_and_can_be_set_back() {
    let house = House::new().await;
    let session = house.start().await;
    house.seconds_pass(20);
    let exported = json!({ "cookies": [
        { "name": "a", "value": "1", "domain": ".example.com", "path": "/", "httpOnly": true, "sameSite": "lax",
          "expirationDate": 1_900_000_000.5, "expires": 1_900_000_000.5, "hostOnly": null, "storeId": "0" },
        { "name": "b", "value": "", "domain": "example.com", "path": "/b", "httpOnly": false, "session": true }
    ]});
    let set = house.post(&path(&session), exported).await;
    assert_eq!(set.credits.as_deref(), Some("0"));
    let set: CookiesSet = set.of();
    assert_eq!((set.success, set.message.as_str()), (true, "2 cookies were set"));
    let read = house.get(&path(&session)).await;
    assert_eq!(read.credits.as_deref(), Some("0"));
    assert_eq!(
        read.body["cookies"][0],
        json!({
            "name": "a", "value": "1", "domain": ".example.com", "path": "/", "httpOnly": true, "sameSite": "Lax",
            "expires": 1_900_000_000.5
        })
    );
    let cookies = read.of::<CookiesAnswer>().cookies;
    assert_eq!(cookies[1].expires, None);
    house.post(&path(&session), json!({ "cookies": cookies })).await.of::<CookiesSet>();
    let told = house.session(&session).await;
    assert_eq!(told.credits, Some(Credits::from_thousandths(100)));
    assert_eq!(told.expires_at, Some(house.now() + TimeDelta::minutes(5)));
}

#[tokio::test]
async fn a_cookie_that_cannot_be_is_refused_by_its_place() {
    let house = House::new().await;
    let session = house.start().await;
    let good = json!({ "name": "a", "value": "1", "domain": "example.com", "path": "/", "httpOnly": false });
    for (field, value, kind) in [
        ("name", json!(""), "value_error"),
        ("name", json!(null), "type_error"),
        ("value", json!("a;b"), "value_error"),
        ("domain", json!("."), "value_error"),
        ("path", json!("a"), "value_error"),
        ("sameSite", json!("Sometimes"), "value_error"),
    ] {
        let mut wrong = good.clone();
        wrong[field] = value;
        let body = json!({ "cookies": [good, wrong] });
        let (named, said) = house.post(&path(&session), body).await.field();
        assert!(named.starts_with("body.cookies[1]"), "{field}: {named}");
        assert_eq!(said, kind, "{field}");
    }
    assert_eq!(house.post(&path(&session), json!({})).await.field().0, "body.cookies");
    assert_eq!(house.post(&path(&session), json!({ "cookies": [], "jar": 1 })).await.field().0, "body.jar");
    assert_eq!(house.browser.page().done(), [""; 0]);
}
