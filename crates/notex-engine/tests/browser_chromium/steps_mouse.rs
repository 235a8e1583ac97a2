//! The mouse does what a hand does: it hovers, clicks twice or with the other button, drags, scrolls and drops files.

use notex_engine::browser::{ContextOptions, Deed, Scroll, Selector, Target, Toward};

use crate::support::{Open, open, open_in};

async fn log(open: &Open) -> String {
    open.value("document.getElementById('log').textContent").await.as_str().unwrap_or_default().to_owned()
}

fn onto(css: &str) -> Deed {
    Deed::Drag { to: Target::Selector(Selector::Css(css.to_owned())) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_menu_that_opens_under_the_mouse_can_be_used() {
    let open = open("step/mouse.html").await;
    // Whether or not somebody has gone to it before.
    open.to("#tea", Deed::Click).await.unwrap();
    open.to("#twice", Deed::Hover).await.unwrap();
    open.to(".menu", Deed::Hover).await.unwrap();
    open.to("#tea", Deed::Click).await.unwrap();
    assert_eq!(log(&open).await, "tea;tea;");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn double_and_right_clicks_are_what_they_say() {
    let open = open("step/mouse.html").await;
    open.to("#twice", Deed::DoubleClick).await.unwrap();
    open.to("#right", Deed::RightClick).await.unwrap();
    assert_eq!(log(&open).await, "twice;right;");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn things_are_dragged_by_the_browser_and_by_pages_themselves() {
    let open = open("step/mouse.html").await;
    open.to("#card", onto("#bin")).await.unwrap();
    open.to("#piece", onto("#hole")).await.unwrap();
    open.to("#card", onto("#far-bin")).await.unwrap();
    assert_eq!(log(&open).await, "bin got the card;piece in hole;far-bin got the card;");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_view_is_brought_into_it_in_boxes_and_under_fixed_headers() {
    let open = open("step/mouse.html").await;
    open.to("#far", Deed::Click).await.unwrap();
    open.to("#deep", Deed::Click).await.unwrap();
    open.to("#twice", Deed::ScrollTo).await.unwrap();
    let top = open.value("document.getElementById('twice').getBoundingClientRect().top").await;
    assert!(top.as_f64().is_some_and(|top| (0.0..800.0).contains(&top)), "{top}");
    let rows = async || open.value("document.querySelectorAll('#rows p').length").await;
    assert_eq!(rows().await, 20);
    let down = Deed::ScrollIn(Scroll { toward: Toward::Down, css_px: Some(10_000.0) });
    open.to("#rows", down).await.unwrap();
    assert_eq!(rows().await, 40);
    assert_eq!(log(&open).await, "far;deep;");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boxes_and_pages_are_scrolled_sideways() {
    let open = open("step/mouse.html").await;
    let sideways = |toward, css_px| Deed::ScrollIn(Scroll { toward, css_px });
    let left = async |css: &str| open.value(&format!("document.querySelector('{css}').scrollLeft")).await;
    open.to("#reel", sideways(Toward::Right, Some(250.0))).await.unwrap();
    assert_eq!(left("#reel").await, 250);
    open.to("#reel button", sideways(Toward::Left, Some(50.0))).await.unwrap();
    assert_eq!(left("#reel").await, 200);
    open.to("#leftward", sideways(Toward::Left, Some(70.0))).await.unwrap();
    assert_eq!(left("#leftward").await, -70);
    let page = async |toward, css_px| open.page.scroll(Scroll { toward, css_px }).await.unwrap();
    // The page itself has no more width than the view: the box in its middle is taken, else the largest.
    page(Toward::Right, Some(100.0)).await;
    assert_eq!(left("#reel").await, 300);
    open.value("document.body.style.width = '4000px'; 0").await;
    page(Toward::Right, None).await;
    assert_eq!(open.page.position().await.unwrap().viewport.scroll_x, 1024.0);
    page(Toward::Left, Some(24.0)).await;
    assert_eq!(open.page.position().await.unwrap().viewport.scroll_x, 1000.0);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_dropped_where_a_page_takes_drops_and_given_to_inputs_behind_buttons() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tea.txt"), "green").unwrap();
    let options = ContextOptions { folder: folder.path().to_owned(), ..ContextOptions::default() };
    let open = open_in("step/mouse.html", &options).await;
    let tea = || Deed::Upload { files: vec!["tea.txt".into()] };
    open.to("#zone", tea()).await.unwrap();
    open.to("#upload", tea()).await.unwrap();
    open.to("#hidden-file", tea()).await.unwrap();
    let log = log(&open).await;
    assert!(log.starts_with("zone got tea.txt;input got tea.txt;"), "{log}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_around_others_is_clicked_where_none_of_them_is() {
    let open = open("step/nested.html").await;
    for control in ["#outer", "#middle", "#inner"] {
        open.to(control, Deed::Click).await.unwrap();
    }
    assert_eq!(log(&open).await, "outer;middle;inner;");
    // Where the one inside leaves no place, its click is all there is.
    open.to("#tile", Deed::Click).await.unwrap();
    assert_eq!(log(&open).await, "outer;middle;inner;fill;");
    open.end().await;
}
