//! The element that a person points at.

use notex_engine::browser::{Act, Deed, Selector, Target};
use notex_wire::{ElementAnswer, FieldKind, ItemGuess};

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

/// What is guessed of the first element that a selector means: its name, kind and attribute, and the items around it.
async fn guess_of(open: &Open, css: &str) -> (String, FieldKind, Option<String>, Vec<ItemGuess>) {
    let place = format!(
        "(() => {{ const b = document.querySelector({css:?}).getBoundingClientRect(); return [b.x + 3, b.y + b.height / 2]; }})()"
    );
    let place = open.value(&place).await;
    let found = at(open, place[0].as_f64().unwrap(), place[1].as_f64().unwrap()).await;
    let field = found.field.unwrap_or_else(|| panic!("no field for {css}"));
    (field.name, field.kind, field.attribute, found.items)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_a_card_is_told_with_all_the_cards_and_where_it_stands_in_each() {
    let open = open("items.html").await;
    for (css, name, kind, attribute, inner) in [
        ("h2 a", "title", FieldKind::Text, None, "a"),
        (".lamp-card__price", "price", FieldKind::Price, None, "span.lamp-card__price"),
        (".lamp-card__old-price", "old_price", FieldKind::Price, None, "del.lamp-card__old-price"),
        ("time", "date", FieldKind::Date, Some("datetime"), "time"),
        ("[itemprop]", "rating_value", FieldKind::Number, None, "[itemprop=\"ratingValue\"]"),
        ("img", "image", FieldKind::Image, Some("src"), "img"),
        (".more", "link", FieldKind::Url, Some("href"), "a.more"),
    ] {
        let (told, kind_told, attribute_told, items) = guess_of(&open, css).await;
        let best = items.first().unwrap_or_else(|| panic!("no items around {css}"));
        assert_eq!((best.selector.as_str(), best.count), ("div.lamp-card", 3), "{css}: {items:?}");
        assert_eq!((best.name.as_str(), best.inner.as_str()), ("lamps", inner), "{css}");
        assert_eq!((told.as_str(), kind_told, attribute_told.as_deref()), (name, kind, attribute), "{css}");
    }
    // The second of two that look alike is told from the first, and named by what stands before it.
    let (name, _, _, items) = guess_of(&open, ".facts li:nth-child(2) .v").await;
    let best = &items[0];
    assert_eq!((name.as_str(), best.selector.as_str()), ("bulb", "div.lamp-card"), "{items:?}");
    let bulbs = format!(
        "[...document.querySelectorAll('div.lamp-card')].map((card) => card.querySelector({:?})?.textContent)",
        best.inner
    );
    assert_eq!(open.value(&bulbs).await, serde_json::json!(["LED", "Halogen", "LED"]));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_are_columns_of_their_rows_and_what_stands_alone_has_no_items() {
    let open = open("items.html").await;
    let (name, kind, _, items) = guess_of(&open, "#width").await;
    assert_eq!((name.as_str(), kind), ("shade_width", FieldKind::Text));
    let ItemGuess { selector, count, name, inner } = &items[0];
    assert_eq!((*count, name.as_str(), inner.as_str()), (2, "lamp_sizes", "td:nth-child(2)"), "{selector}");
    let (_, _, _, lines) = guess_of(&open, "#second").await;
    assert_eq!(
        (lines[0].selector.as_str(), lines[0].count, lines[0].inner.as_str()),
        ("ul.notes > li", 3, "")
    );
    let (name, _, _, items) = guess_of(&open, "#alone").await;
    assert_eq!((name.as_str(), items), ("title", vec![]));
    let (_, _, _, items) = guess_of(&open, "#prose").await;
    assert_eq!(items, vec![]);
    // In a frame nothing is picked, so nothing is guessed.
    let framed = crate::support::open("points.html").await;
    let link = at(&framed, 30.0, 270.0).await;
    assert_eq!((link.field, link.items), (None, vec![]));
    framed.end().await;
    open.end().await;
}
