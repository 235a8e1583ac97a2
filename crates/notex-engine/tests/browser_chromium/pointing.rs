//! The element that a person points at.

use notex_engine::browser::{Act, Deed, Selector, Target};
use notex_wire::ElementAnswer;

use crate::support::{Open, open};

async fn at(open: &Open, x: f64, y: f64) -> ElementAnswer {
    open.page.element_at(x, y).await.unwrap().expect("an element")
}

fn facts(found: &ElementAnswer) -> (&str, Option<&str>, Option<&str>) {
    (&found.tag, found.role.as_deref(), found.name.as_deref())
}

fn place(found: &ElementAnswer) -> [f64; 4] {
    let bounds = found.bounds;
    [bounds.x, bounds.y, bounds.width, bounds.height]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_element_is_told_as_an_observe_would() {
    let open = open("points.html").await;
    let button = at(&open, 180.0, 20.0).await;
    assert_eq!(facts(&button), ("button", Some("button"), Some("Order")));
    assert_eq!(place(&button), [10.0, 10.0, 200.0, 30.0]);
    assert_eq!(button.text, "Order");
    let listed = open.action("Click Order").await;
    assert_eq!(Some(&button.selectors), listed.selector.as_ref());
    // What is drawn inside of a drawing is the drawing.
    let place_of_icon = open.value("(() => { const b = document.getElementById('icon').getBoundingClientRect(); return [b.x + 5, b.y + 5]; })()").await;
    let icon = at(&open, place_of_icon[0].as_f64().unwrap(), place_of_icon[1].as_f64().unwrap()).await;
    assert_eq!((icon.tag.as_str(), icon.selectors.css.as_str()), ("svg", "#icon"));
    let heading = at(&open, 20.0, 170.0).await;
    assert_eq!(facts(&heading), ("h2", Some("heading"), Some("All the teas")));
    assert_eq!(heading.selectors.role_name.as_deref(), Some("heading \"All the teas\""));
    let long = at(&open, 20.0, 460.0).await;
    assert_eq!((facts(&long), long.text.chars().count()), (("p", Some("paragraph"), None), 200));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_password_field_holds_is_never_told() {
    let open = open("points.html").await;
    for (y, name) in [(70.0, Some("Your password")), (120.0, None)] {
        let field = at(&open, 20.0, y).await;
        assert_eq!(facts(&field), ("input", Some("textbox"), name));
        assert!(!format!("{field:?}").contains("hunter2"), "{field:?}");
    }
    let all = format!("{:?}", open.observe().await);
    assert!(all.contains("Your password") && !all.contains("hunter2"), "{all}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shadow_roots_and_frames_are_looked_into() {
    let open = open("points.html").await;
    let shaded = at(&open, 20.0, 220.0).await;
    assert_eq!(facts(&shaded), ("button", Some("button"), Some("Shaded")));
    assert_eq!((place(&shaded), &shaded.selectors.xpath), ([10.0, 210.0, 200.0, 30.0], &None));
    for (y, top) in [(270.0, 265.0), (360.0, 355.0)] {
        let link = at(&open, 30.0, y).await;
        assert_eq!(facts(&link), ("a", Some("link"), Some("Deals")), "at {y}");
        assert_eq!(place(&link)[..2], [15.0, top]);
        assert_eq!((link.bounds.iframe_offset_x, link.bounds.iframe_offset_y), (15.0, top));
        // The selector finds it again.
        let target = Target::Selector(Selector::Css(link.selectors.css));
        open.page.act(&Act { target, deed: Deed::Click, enter: false, timeout: None }).await.unwrap();
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_of_the_view_there_is_nothing() {
    let open = open("points.html").await;
    for (x, y) in [(-5.0, 20.0), (20.0, 1510.0), (5_000.0, 20.0)] {
        assert_eq!(open.page.element_at(x, y).await.unwrap(), None, "at {x}, {y}");
    }
    open.value("scrollTo(0, 1400); 1").await;
    assert_eq!(at(&open, 20.0, at_bottom(&open).await).await.text, "far down");
    open.end().await;
}

async fn at_bottom(open: &Open) -> f64 {
    1510.0 - open.page.position().await.unwrap().viewport.scroll_y
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_hangs_is_left_to_its_calls() {
    let open = open("points.html").await;
    let hang = tokio::spawn({
        let page = open.page.clone();
        async move { page.evaluate("const end = Date.now() + 3500; while (Date.now() < end); 'whole'").await }
    });
    crate::support::until("it hangs", async || open.page.element_at(20.0, 20.0).await.is_err()).await;
    assert_eq!(hang.await.unwrap().unwrap(), "whole");
    assert_eq!(at(&open, 20.0, 20.0).await.tag, "button");
    open.end().await;
}
