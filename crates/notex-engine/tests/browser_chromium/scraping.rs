//! What is read from a page.

use notex_engine::browser::{PickedField, Picking, ScrapeOptions, ScrapeScope, WaitUntil};
use notex_wire::{FoundBy, ImageCategory, ReadScope};

use serde_json::{Value, json};

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
async fn a_scrape_says_by_what_the_main_content_was_found_and_that_there_is_none() {
    let open = open("article.html").await;
    let reading = open.page.scrape(&main_content()).await.unwrap().reading;
    assert_eq!((reading.scope, reading.found_by), (ReadScope::MainContent, Some(FoundBy::Landmark)));
    assert!(reading.notes.is_empty(), "{reading:?}");
    let reading = open.page.scrape(&all()).await.unwrap().reading;
    assert_eq!((reading.scope, reading.found_by), (ReadScope::WholePage, None));
    assert!(reading.notes.is_empty(), "{reading:?}");
    let part = ScrapeOptions { selector: Some("aside".into()), ..main_content() };
    let part = open.page.scrape(&part).await.unwrap();
    assert_eq!(part.reading.scope, ReadScope::Selector);
    assert!(part.markdown.starts_with("Related:"), "{}", part.markdown);

    let bare = "text/%3Cform%3E%3Clabel%3EName%20%3Cinput%3E%3C%2Flabel%3E%3Cbutton%3EGo%3C%2Fbutton%3E%3C%2Fform%3E";
    open.page.goto(&open.site.url(bare), WaitUntil::Load).await.unwrap();
    let scraped = open.page.scrape(&main_content()).await.unwrap();
    assert_eq!(scraped.reading.scope, ReadScope::WholePage);
    assert!(scraped.reading.notes[0].contains("no main content was found"), "{:?}", scraped.reading);
    assert!(scraped.markdown.contains("Name"), "{}", scraped.markdown);
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
async fn pictures_that_come_late_are_kept_aside_or_stand_in_a_frame_are_written_and_listed() {
    let open = open("pictures.html").await;
    let scraped = open.page.scrape(&ScrapeOptions { images: true, ..main_content() }).await.unwrap();
    let of_frame = open.site.url("plan.png").as_str().replace("127.0.0.1", "localhost");
    let expected = [
        ("The quay", open.site.url("kept.jpg").to_string()),
        ("Late boats", open.site.url("late.jpg").to_string()),
        ("The wide bay", open.site.url("wide.jpg").to_string()),
        ("The plan", of_frame),
    ];
    let listed: Vec<_> = scraped.images.unwrap().into_iter().map(|image| (image.alt, image.url)).collect();
    assert_eq!(listed, expected.clone().map(|(alt, url)| (Some(alt.to_owned()), url)));
    for (alt, url) in expected {
        let written = format!("![{alt}]({url})");
        assert_eq!(scraped.markdown.matches(&written).count(), 1, "{written} in {}", scraped.markdown);
    }
    assert!(!scraped.markdown.contains("count.example"), "{}", scraped.markdown);
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

fn field(css: &str) -> PickedField {
    PickedField { css: css.into(), xpath: None, attribute: None, list: false, fields: None }
}

fn by_xpath(xpath: &str) -> PickedField {
    PickedField { xpath: Some(xpath.into()), ..field("") }
}

/// What the page of lamps gives, without a schema.
fn lamp_fields() -> Vec<(String, PickedField)> {
    let inside = vec![
        ("name".to_owned(), field("h2")),
        ("price".to_owned(), field(".price")),
        ("new".to_owned(), PickedField { attribute: Some("data-new".into()), ..field(".new") }),
        ("url".to_owned(), PickedField { attribute: Some("href".into()), ..by_xpath("./a") }),
    ];
    vec![
        ("heading".to_owned(), field("h1")),
        ("lamps".to_owned(), PickedField { list: true, fields: Some(inside), ..field("#lamps > li") }),
        ("sum".to_owned(), by_xpath("number(//p[@class='sum']/b)")),
        ("links".to_owned(), PickedField { list: true, ..by_xpath("//main//a/@href") }),
        ("shadow".to_owned(), field("#inner")),
        ("missing".to_owned(), field(".nowhere")),
    ]
}

fn picking(fields: Vec<(String, PickedField)>, schema: Option<Value>) -> ScrapeOptions {
    ScrapeOptions {
        extract: Some(Box::new(Picking { fields, schema, ..Picking::default() })),
        ..main_content()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_are_picked_by_css_and_xpath_with_attributes_lists_and_fields_inside() {
    let open = open("lamps.html").await;
    let picked = open.page.scrape(&picking(lamp_fields(), None)).await.unwrap().structured.unwrap();
    assert!(picked.success, "{picked:?}");
    let data = picked.data.unwrap();
    assert_eq!(
        (&data["heading"], &data["sum"], &data["shadow"]),
        (&json!("Lamps"), &json!("4"), &json!("in the shadow"))
    );
    assert_eq!(data["missing"], Value::Null);
    assert_eq!(data["lamps"].as_array().unwrap().len(), 4);
    let ada = open.site.url("lamp/Ada");
    assert_eq!(
        data["lamps"][0],
        json!({ "name": "Ada", "price": "1.299,00 €", "new": "yes", "url": ada.as_str() })
    );
    assert_eq!(data["links"][0], "/lamp/Ada");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_picked_gets_the_types_of_the_schema_and_errors_name_their_field() {
    let open = open("lamps.html").await;
    let schema = json!({
        "type": "object", "required": ["missing"],
        "properties": {
            "sum": { "type": "integer" },
            "missing": { "type": "string" },
            "lamps": { "type": "array", "items": { "type": "object", "properties": {
                "price": { "type": "number" }, "new": { "type": "boolean" } } } },
        }
    });
    let picked = open.page.scrape(&picking(lamp_fields(), Some(schema))).await.unwrap().structured.unwrap();
    assert!(!picked.success);
    let fields: Vec<&str> = picked.errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields.len(), 2, "{picked:?}");
    assert!(fields.contains(&"lamps[3].price") && fields.contains(&"missing"), "{fields:?}");
    assert!(picked.error.unwrap().contains("lamps[3].price: "));
    let data = picked.data.unwrap();
    assert_eq!(data["sum"], 4);
    assert_eq!((&data["lamps"][0]["price"], &data["lamps"][1]["new"]), (&json!(1299.0), &json!(false)));

    let wrong = vec![("a".to_owned(), field("h1:::")), ("b".to_owned(), by_xpath("//["))];
    let picked = open.page.scrape(&picking(wrong, None)).await.unwrap().structured.unwrap();
    let said: Vec<_> = picked.errors.iter().map(|e| (e.field.as_str(), e.message.as_str())).collect();
    assert_eq!(said, [("a", "its selector is no CSS selector"), ("b", "its selector is no XPath")]);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_repeated_items_and_embedded_data_are_found_by_themselves() {
    let open = open("lamps.html").await;
    let found = Picking { auto: true, embedded: true, ..Picking::default() };
    let options = ScrapeOptions { extract: Some(Box::new(found)), ..main_content() };
    let data = open.page.scrape(&options).await.unwrap().structured.unwrap().data.unwrap();
    assert_eq!(data["auto"]["tables"][0]["rows"][1], json!({ "Lamp": "Bob", "Height": "25 cm" }));
    let items = &data["auto"]["items"];
    assert_eq!(items["rows"].as_array().unwrap().len(), 4, "{items}");
    assert_eq!(
        (&items["rows"][0]["title"], &items["rows"][0]["price"]),
        (&json!("Ada"), &json!("1.299,00 €"))
    );
    assert_eq!(data["embedded"]["json_ld"], json!([{ "@type": "CollectionPage", "name": "Lamps </b>" }]));

    let part = ScrapeOptions { selector: Some("#sizes".into()), ..options };
    let data = open.page.scrape(&part).await.unwrap().structured.unwrap().data.unwrap();
    assert_eq!((data["auto"]["tables"].as_array().unwrap().len(), &data["auto"]["items"]), (1, &Value::Null));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_and_links_come_when_they_are_asked_for() {
    let open = open("lamps.html").await;
    let plain = open.page.scrape(&main_content()).await.unwrap();
    assert_eq!((&plain.metadata, &plain.links, &plain.structured), (&None, &None, &None));
    assert!(!plain.markdown.contains("cookies") && !plain.markdown.contains("Imprint"), "{}", plain.markdown);
    let options = ScrapeOptions { metadata: true, list_links: true, ..main_content() };
    let scraped = open.page.scrape(&options).await.unwrap();
    let facts = scraped.metadata.unwrap();
    assert_eq!(facts.language.as_deref(), Some("en"));
    assert_eq!(facts.description.as_deref(), Some("Lamps for desks and shelves"));
    assert_eq!(facts.canonical.as_deref(), Some(open.site.url("lamps").as_str()));
    assert_eq!(facts.next.as_deref(), Some(open.site.url("lamps?page=3").as_str()));
    assert_eq!(facts.site_name.as_deref(), Some("Lamp shop"));
    let links = scraped.links.unwrap();
    assert!(links.iter().any(|link| link.text == "Ada" && link.internal), "{links:?}");
    assert!(links.iter().all(|link| link.text != "Partner"), "{links:?}");
    let whole = open.page.scrape(&ScrapeOptions { list_links: true, ..all() }).await.unwrap().links.unwrap();
    assert!(whole.iter().any(|link| link.text == "Partner" && !link.internal), "{whole:?}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_microdata_means_comes_before_what_is_shown() {
    let open = open("pictures.html").await;
    let options = ScrapeOptions { metadata: true, ..main_content() };
    let facts = open.page.scrape(&options).await.unwrap().metadata.unwrap();
    let product = json!({ "price": "64.90", "sku": "7", "color": "brass" });
    assert_eq!(json!(facts.microdata)[0]["properties"], product);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_page_gives_the_same_bytes() {
    let open = open("lamps.html").await;
    let options = ScrapeOptions { metadata: true, list_links: true, ..all() };
    assert_eq!(open.page.scrape(&options).await.unwrap(), open.page.scrape(&options).await.unwrap());
    open.end().await;
}
