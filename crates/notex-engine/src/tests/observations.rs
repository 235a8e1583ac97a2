use notex_wire::current::{ActionType, DataSpace, Observation};

use super::*;

fn at(session: &SessionAnswer, what: &str) -> String {
    format!("/sessions/{}/page/{what}", session.session_id)
}

#[tokio::test]
async fn an_observe_tells_all_that_the_sdk_requires() {
    let house = House::new().await;
    let session = house.start().await;
    house.execute(&session, json!({ "type": "goto", "url": "example.com" })).await;
    let body = json!({ "max_nb_actions": 2, "perception_type": "fast", "instructions": "" });
    let seen = house.post(&at(&session, "observe"), body).await;
    assert_eq!(seen.credits.as_deref(), Some("1.2"));
    let seen: Observation = seen.of();
    assert_eq!(seen.metadata.url, "https://example.com/");
    assert_eq!((seen.metadata.viewport.viewport_width, seen.metadata.tabs.len()), (1280, 1));
    assert_eq!(seen.screenshot.raw, "YSBwaWN0dXJl");
    assert_eq!(seen.space.total_actions, 3);
    let actions: Vec<_> = seen.space.interaction_actions.iter().map(|a| (a.kind, a.id.as_str())).collect();
    assert_eq!(actions, [(ActionType::Fill, "I1"), (ActionType::Fill, "I2")]);
    assert_eq!(seen.fingerprint.len(), 24);
    let again: Observation = house.post(&at(&session, "observe"), json!({ "max_nb_actions": 2 })).await.of();
    assert_eq!(again.fingerprint, seen.fingerprint);
    assert_eq!(house.session(&session).await.url.as_deref(), Some("https://example.com/"));
}

#[tokio::test]
async fn a_page_with_fewer_actions_than_wanted_is_looked_at_again() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    page.has_actions(1);
    let running = house.post_aside(&at(&session, "observe"), json!({ "min_nb_actions": 5 }));
    page.has_begun("observe").await;
    page.has_actions(6);
    let seen: Observation = running.await.unwrap().of();
    assert_eq!(seen.space.interaction_actions.len(), 6);
    // A page that stays poorer is told as it is.
    let seen: Observation = house.post(&at(&session, "observe"), json!({ "min_nb_actions": 7 })).await.of();
    assert_eq!(seen.space.interaction_actions.len(), 6);
}

#[tokio::test]
async fn a_scrape_is_made_as_it_is_asked_for() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    let body = json!({
        "selector": "css=main", "scrape_links": false, "scrape_images": true, "only_main_content": true,
        "ignored_tags": ["nav", "footer"], "use_link_placeholders": false
    });
    let scraped = house.post(&at(&session, "scrape"), body).await;
    assert_eq!(scraped.credits.as_deref(), Some("2.2"));
    let data: DataSpace = scraped.of();
    assert_eq!(data.images.unwrap().len(), 2);
    assert_eq!(
        data.markdown,
        "# Scripted\n\n![](https://example.com/1.png)\n\n![](https://example.com/2.png)"
    );
    page.holds_markdown("![A](https://example.com/2.png)".into());
    let data: DataSpace = house.post(&at(&session, "scrape"), json!({ "scrape_images": true })).await.of();
    assert_eq!(data.markdown, "![A](https://example.com/2.png)\n\n![](https://example.com/1.png)");
    assert_eq!(
        page.done(),
        ["scrape MainContent without links in main without nav without footer", "scrape WholePage"]
    );
}

#[tokio::test]
async fn what_an_observe_or_scrape_cannot_honour_is_refused_by_field() {
    let house = House::new().await;
    let session = house.start().await;
    for (what, body, field, kind) in [
        ("observe", json!({ "url": "https://a.example" }), "url", "extra_forbidden"),
        ("observe", json!({ "perception_type": "deep" }), "perception_type", "unsupported"),
        ("observe", json!({ "perception_type": "slow" }), "perception_type", "value_error"),
        ("observe", json!({ "instructions": "the form" }), "instructions", "unsupported"),
        ("observe", json!({ "min_nb_actions": 101 }), "min_nb_actions", "value_error"),
        ("observe", json!({ "max_nb_actions": -1 }), "max_nb_actions", "value_error"),
        ("scrape", json!({ "instructions": "the price" }), "instructions", "unsupported"),
        ("scrape", json!({ "response_format": { "type": "object" } }), "response_format", "unsupported"),
        ("scrape", json!({ "model": "any" }), "model", "unsupported"),
        ("scrape", json!({ "use_link_placeholders": true }), "use_link_placeholders", "unsupported"),
        ("scrape", json!({ "selector": "text=More" }), "selector", "unsupported"),
        ("scrape", json!({ "ignored_tags": ["a", "b c"] }), "ignored_tags[1]", "value_error"),
        ("scrape", json!({ "only_images": true }), "only_images", "extra_forbidden"),
        ("scrape", json!({ "scrape_links": "no" }), "scrape_links", "type_error"),
    ] {
        let said = format!("{what} {body}");
        let named = house.post(&at(&session, what), body).await.field();
        assert_eq!(named, (format!("body.{field}"), kind.to_owned()), "{said}");
    }
    assert_eq!(house.browser.page().done(), [""; 0]);
}
