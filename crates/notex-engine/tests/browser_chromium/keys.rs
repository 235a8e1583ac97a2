//! Keys, shortcuts and the wheel.

use notex_engine::browser::{PageError, Scroll, Toward, WaitUntil};

use crate::support::open;

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_shortcuts_do_what_they_do_for_a_person() {
    let open = open("keys.html").await;
    let text = async || open.value("document.getElementById('text').value").await;
    for keys in ["End", "!", "Shift+a", "é", "Space", "b", "Enter", "c", "Backspace"] {
        open.page.press_key(keys).await.unwrap();
    }
    assert_eq!(text().await, "old!Aé b\n");
    open.page.press_key("Control+a").await.unwrap();
    open.page.press_key("x").await.unwrap();
    assert_eq!(text().await, "x");
    open.page.press_key("Tab").await.unwrap();
    open.page.press_key(" ").await.unwrap();
    assert_eq!(open.value("document.getElementById('tick').checked").await, true);
    let log = open.value("document.getElementById('log').textContent").await;
    for told in [
        "keydown !/Digit1/49;",
        "keydown A/KeyA/65 shift;",
        "keydown Control/ControlLeft/17 ctrl;",
        "keydown a/KeyA/65 ctrl;",
        "keyup Enter/Enter/13;",
    ] {
        assert!(log.as_str().unwrap().contains(told), "{told} in {log}");
    }
    let error = open.page.press_key("Hyper+Nonsense").await.unwrap_err();
    assert!(matches!(&error, PageError::NotOperable(why) if why.contains("no key \"Hyper\"")), "{error:?}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_reaches_a_field_in_a_frame_of_another_site() {
    let open = open("frames.html#http://localhost:1").await;
    let field = open.action("Fill News by mail").await;
    open.page
        .act(&notex_engine::browser::Act::operate(field.id.clone(), Some("a@b.test".into()), false))
        .await
        .unwrap();
    open.page.press_key("1").await.unwrap();
    let now = open.action("Fill News by mail").await.state.unwrap().value;
    assert_eq!(now.as_deref(), Some("a@b.test1"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enter_that_leads_to_another_page_is_followed() {
    let open = open("shop.html").await;
    open.act("Fill Search teas", Some("green")).await.unwrap();
    open.page.press_key("Enter").await.unwrap();
    assert!(open.page.position().await.unwrap().url.contains("found.html?q=green"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_scrolled_and_else_the_box_that_can_be() {
    let open = open("keys.html").await;
    let top = async || open.page.position().await.unwrap().viewport.scroll_y;
    let scroll = async |toward, css_px| open.page.scroll(Scroll { toward, css_px }).await;
    scroll(Toward::Down, Some(300.0)).await.unwrap();
    assert_eq!(top().await, 300.0);
    scroll(Toward::Down, None).await.unwrap();
    assert_eq!(top().await, 300.0 + 640.0);
    scroll(Toward::Up, Some(10_000.0)).await.unwrap();
    assert_eq!(top().await, 0.0);
    scroll(Toward::Up, None).await.unwrap();
    assert!(matches!(scroll(Toward::Down, Some(f64::NAN)).await, Err(PageError::NotOperable(_))));
    let boxed = "text/%3Cdiv%20style='height:300px;overflow:auto'%3E%3Cdiv%20style='height:2000px'%3Ex%3C%2Fdiv%3E%3C%2Fdiv%3E";
    open.page.goto(&open.site.url(boxed), WaitUntil::Load).await.unwrap();
    scroll(Toward::Down, Some(100.0)).await.unwrap();
    assert_eq!(open.value("document.querySelector('div').scrollTop").await, 100);
    open.end().await;
}
