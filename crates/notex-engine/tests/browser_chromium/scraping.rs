//! What is read from a page.

use notex_engine::browser::{ScrapeOptions, ScrapeScope, WaitUntil};
use notex_wire::ImageCategory;

use crate::support::{Site, open};

fn main_content() -> ScrapeOptions {
    ScrapeOptions::of(ScrapeScope::MainContent)
}

fn all() -> ScrapeOptions {
    ScrapeOptions { images: true, ..ScrapeOptions::of(ScrapeScope::WholePage) }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_content_of_an_article_keeps_its_parts_and_leaves_the_rest_out() {
    let open = open("article.html").await;
    let markdown = open.page.scrape(&main_content()).await.unwrap().markdown;
    for kept in [
        "# Brewing green tea",
        "| Tea | Water |",
        "| Gyokuro | 55 °C |",
        "```python\ndef brew(kettle):\n    kettle.heat(100)",
        "1. Warm the pot",
        "3. Wait for two minutes",
        "## In three steps",
        &format!("[our page on water]({})", open.site.url("water")),
        &format!("![A leaf of tea]({})", open.site.url("img/leaf.jpg")),
    ] {
        assert!(markdown.contains(kept), "{kept:?} is missing in:\n{markdown}");
    }
    for left_out in ["First menu entry", "Imprint", "Log in", "Black tea", "Invisible words"] {
        assert!(!markdown.contains(left_out), "{left_out:?} is in:\n{markdown}");
    }
    assert_eq!(markdown.matches("Brewing green tea").count(), 1, "{markdown}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_page_has_menus_too_and_nothing_hidden() {
    let open = open("article.html").await;
    let markdown = open.page.scrape(&all()).await.unwrap().markdown;
    for kept in ["First menu entry", "Imprint of the tea shop", "Black tea", "# Brewing green tea"] {
        assert!(markdown.contains(kept), "{kept:?} is missing in:\n{markdown}");
    }
    assert!(!markdown.contains("Invisible words") && !markdown.contains("document.title"), "{markdown}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn images_come_numbered_with_absolute_addresses_and_what_they_are_for() {
    let open = open("article.html").await;
    let images = open.page.scrape(&all()).await.unwrap().images.unwrap();
    let told: Vec<_> = images
        .iter()
        .map(|i| (i.id.as_str(), i.url.as_str(), i.category.unwrap(), i.alt.as_deref()))
        .collect();
    let [leaf, line, cup] =
        ["img/leaf.jpg", "img/line.png", "img/cup.svg"].map(|p| open.site.url(p).to_string());
    assert_eq!(
        told,
        [
            ("F1", leaf.as_str(), ImageCategory::ContentImage, Some("A leaf of tea")),
            ("F2", line.as_str(), ImageCategory::Decorative, None),
            ("F3", cup.as_str(), ImageCategory::SvgIcon, Some("Cup")),
        ]
    );
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_products_is_kept_whole() {
    let open = open("grid.html").await;
    let markdown = open.page.scrape(&main_content()).await.unwrap().markdown;
    for i in 1..=12 {
        assert!(
            markdown.contains(&format!("Product {i}")) && markdown.contains(&format!("{i}.99 EUR")),
            "{markdown}"
        );
    }
    for left_out in ["Menu words", "Footer words", "Buy"] {
        assert!(!markdown.contains(left_out), "{markdown}");
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shadow_roots_and_frames_are_read_in_place() {
    let open = open("shop.html").await;
    let page = "text/%3Ciframe%20srcdoc%3D%22%3Cp%3Ein%20the%20frame%3C%2Fp%3E%22%3E%3C%2Fiframe%3E\
                %3Cdiv%3E%3Ctemplate%20shadowrootmode%3Dopen%3E%3Cp%3Ein%20the%20shadow%20%3Cslot%3E%3C%2Fslot%3E%3C%2Fp%3E\
                %3C%2Ftemplate%3Eand%20the%20light%3C%2Fdiv%3E";
    open.page.goto(&open.site.url(page), WaitUntil::Load).await.unwrap();
    let markdown = open.read().await;
    assert!(markdown.contains("in the frame"), "{markdown}");
    assert!(markdown.contains("in the shadow and the light"), "{markdown}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_page_has_the_frames_of_other_sites_in_their_place() {
    let neighbour = Site::start().await;
    let origin = neighbour.base.as_str().trim_end_matches('/').to_owned();
    let open = open(&format!("frames.html#{origin}")).await;
    let markdown = open.page.scrape(&all()).await.unwrap().markdown;
    assert_eq!(markdown.matches("News of the day").count(), 2, "{markdown}");
    let after_observe = {
        open.observe().await;
        open.page.scrape(&all()).await.unwrap().markdown
    };
    assert_eq!(after_observe, markdown);
    let main = open.page.scrape(&main_content()).await.unwrap().markdown;
    assert!(!main.contains("News of the day"), "{main}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_nested_boxes_are_read_to_the_bottom() {
    let open = open("deep.html#2000").await;
    for options in [&main_content(), &all()] {
        let markdown = open.page.scrape(options).await.unwrap().markdown;
        assert!(markdown.contains("at the bottom"), "{} bytes", markdown.len());
    }
    assert_eq!(open.action("Click Deep").await.id, "B1");
    open.end().await;
}
