//! Pictures of what happens, and the hands of a person.

use std::sync::Arc;
use std::time::Duration;

use notex_engine::browser::{LiveFrame, Page};
use notex_wire::{LiveInput, MouseButton};
use tokio::sync::watch;

use crate::support::{open, until};

async fn next(pictures: &mut watch::Receiver<Option<LiveFrame>>) -> LiveFrame {
    let next = async {
        loop {
            pictures.changed().await.unwrap();
            if let Some(frame) = pictures.borrow_and_update().clone() {
                return frame;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), next).await.expect("a picture comes")
}

async fn paint(page: &Arc<dyn Page>, colour: &str) {
    let code = format!("document.documentElement.style.background = '{colour}'; 1");
    page.evaluate(&code).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_come_as_the_page_changes_and_follow_the_tab_in_front() {
    let open = open("deals.html").await;
    let mut pictures = open.page.live().await.unwrap();
    let first = next(&mut pictures).await;
    assert_eq!(&first.jpeg[..3], b"\xff\xd8\xff");
    assert_eq!((first.viewport.width, first.viewport.height), (1280, 800));
    paint(&open.page, "red").await;
    assert_ne!(next(&mut pictures).await.jpeg, first.jpeg);
    open.page.open_tab(Some(&open.site.url("shop.html"))).await.unwrap();
    next(&mut pictures).await;
    let mut second = open.page.live().await.unwrap();
    paint(&open.page, "blue").await;
    next(&mut second).await;
    open.page.close_tab().await.unwrap();
    next(&mut pictures).await;
    paint(&open.page, "green").await;
    next(&mut pictures).await;
    drop((pictures, second));
    // Whoever comes later gets pictures too.
    let mut later = open.page.live().await.unwrap();
    next(&mut later).await;
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_is_on_its_way_when_it_comes_to_the_front_is_shown() {
    let open = open("deals.html").await;
    let mut pictures = open.page.live().await.unwrap();
    next(&mut pictures).await;
    for colour in ["red", "green", "blue", "yellow", "pink", "black", "brown", "white"] {
        // The picture holds the next one back, until some moment of the other page's coming.
        paint(&open.page, colour).await;
        next(&mut pictures).await;
        open.page.open_tab(Some(&open.site.url("shop.html"))).await.unwrap();
        next(&mut pictures).await;
        open.page.close_tab().await.unwrap();
        next(&mut pictures).await;
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_never_come_faster_than_ten_times_a_second() {
    let open = open("deals.html").await;
    let paint = "let hue = 0; const paint = () => { document.documentElement.style.background = `hsl(${hue += 7} 90% 50%)`; requestAnimationFrame(paint); }; paint(); 1";
    open.page.evaluate(paint).await.unwrap();
    let mut pictures = open.page.live().await.unwrap();
    next(&mut pictures).await;
    let began = std::time::Instant::now();
    for _ in 0..10 {
        next(&mut pictures).await;
    }
    // Two may be under way at once.
    assert!(began.elapsed() > Duration::from_millis(700), "{:?}", began.elapsed());
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_types_clicks_and_scrolls() {
    let open = open("keys.html").await;
    let send = async |input: LiveInput| open.page.input(&input).await.unwrap();
    let key = |key: &str, code: &str| (key.to_owned(), code.to_owned());
    let text = async || open.value("document.getElementById('text').value").await;
    let (x, y, modifiers) = (20.0, 20.0, 0);
    send(LiveInput::MouseMove { x, y, modifiers }).await;
    send(LiveInput::MouseDown { x, y, button: MouseButton::Left, clicks: 1, modifiers }).await;
    send(LiveInput::MouseUp { x, y, button: MouseButton::Left, clicks: 1, modifiers }).await;
    for (name, code, modifiers) in
        [("a", "KeyA", 2), ("q", "KeyQ", 0), ("Enter", "Enter", 0), ("W", "KeyW", 8)]
    {
        let (key, code) = key(name, code);
        send(LiveInput::KeyDown { key: key.clone(), code: code.clone(), modifiers }).await;
        send(LiveInput::KeyUp { key, code, modifiers }).await;
    }
    send(LiveInput::Text { text: "茶 pasted".to_owned() }).await;
    assert_eq!(text().await, "q\nW茶 pasted");
    let log = open.value("document.getElementById('log').textContent").await.to_string();
    for told in
        ["mousedown 0@20,20;", "keydown a/KeyA/65 ctrl;", "keydown q/KeyQ/81;", "keyup W/KeyW/87 shift;"]
    {
        assert!(log.contains(told), "{told} in {log}");
    }
    send(LiveInput::Wheel { x: 600.0, y: 400.0, delta_x: 0.0, delta_y: 250.0 }).await;
    until("it was scrolled", async || open.page.position().await.unwrap().viewport.scroll_y > 0.0).await;
    assert!(open.page.input(&LiveInput::MouseMove { x: f64::NAN, y, modifiers }).await.is_err());
    assert!(
        open.page
            .input(&LiveInput::KeyDown { key: "\u{1}".into(), code: String::new(), modifiers })
            .await
            .is_err()
    );
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_of_a_person_that_opens_a_window_brings_it_to_the_front() {
    let open = open("tabs.html").await;
    let bounds = open.action("Click Popup").await.bounds.unwrap();
    let (x, y, modifiers) = (bounds.x + 5.0, bounds.y + 5.0, 0);
    let (button, clicks) = (MouseButton::Left, 1);
    open.page.input(&LiveInput::MouseDown { x, y, button, clicks, modifiers }).await.unwrap();
    open.page.input(&LiveInput::MouseUp { x, y, button, clicks, modifiers }).await.unwrap();
    open.has_tabs(&["Tabs", "*Deals"]).await;
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn title_and_address_are_told_as_they_change_by_themselves() {
    let open = open("tabs.html").await;
    let mut faces = open.page.face();
    let mut told = async |title: &str, path: &str| {
        let url = open.site.url(path).to_string();
        let seen = faces.wait_for(|face| face.title == title && face.url == url);
        let seen = tokio::time::timeout(Duration::from_secs(10), seen).await.map(drop);
        assert!(seen.is_ok(), "{title} at {url} was not told; the last is {:?}", open.page.face().borrow());
    };
    told("Tabs", "tabs.html").await;
    // By a script: the title alone, the address alone, a title that was not there, and the whole page.
    let late =
        async |code: &str| open.page.evaluate(&format!("setTimeout(() => {{ {code} }}); 1")).await.unwrap();
    late("document.title = 'Later'").await;
    told("Later", "tabs.html").await;
    late("document.querySelector('title').firstChild.data = 'Written over'").await;
    told("Written over", "tabs.html").await;
    late("history.pushState(0, '', '/tabs.html?page=2#there')").await;
    told("Written over", "tabs.html?page=2#there").await;
    late("document.querySelector('title').remove(); document.title = 'New'").await;
    told("New", "tabs.html?page=2#there").await;
    late("location.href = '/deals.html'").await;
    told("Deals", "deals.html").await;
    late("history.back()").await;
    told("Tabs", "tabs.html?page=2#there").await;
    // By a person, who opens a window.
    let bounds = open.action("Click Popup").await.bounds.unwrap();
    let (x, y, modifiers) = (bounds.x + 5.0, bounds.y + 5.0, 0);
    let (button, clicks) = (MouseButton::Left, 1);
    open.page.input(&LiveInput::MouseDown { x, y, button, clicks, modifiers }).await.unwrap();
    open.page.input(&LiveInput::MouseUp { x, y, button, clicks, modifiers }).await.unwrap();
    told("Deals", "deals.html").await;
    open.page.close_tab().await.unwrap();
    late("document.title = 'In front again'").await;
    told("In front again", "tabs.html?page=2#there").await;
    // The page sees nothing of who listens.
    assert_eq!(
        open.value("typeof notexTitle + typeof globalThis[Symbol.for('notex title')]").await,
        "undefinedundefined"
    );
    open.end().await;
}
