//! What a page holds as data.

use notex_scrape::{Link, Page, Wish};
use serde_json::json;

const AT: &str = "https://www.example.com/list?page=2";

#[test]
fn metadata_is_read_from_head_json_ld_and_body() {
    let html = r#"<html lang="de"><head><title>Titel - Seite</title><meta name="description" content="Worum es geht">
        <link rel="canonical" href="/kanon"><meta property="og:title" content="OG"><meta property="og:image" content="/bild.jpg"><meta property="og:site_name" content="Seite">
        <script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "x"}, {"@type": "NewsArticle", "headline": "Der Titel", "author": [{"name": "Ada"}, {"name": "Bob"}], "datePublished": "2026-03-04"}]}</script>
        <script type="application/ld+json">{broken</script></head>
        <body><div itemscope itemtype="https://schema.org/Product"><span itemprop="name">Topf</span><div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><meta itemprop="price" content="9.99"></div></div>
        <a href="?page=1">‹</a> <a href="?page=3">Weiter ›</a></body></html>"#;
    let page = Page::parse(html, AT);
    let said = page.metadata();
    assert_eq!(said.title.as_deref(), Some("Der Titel"));
    assert_eq!(said.byline.as_deref(), Some("Ada, Bob"));
    assert_eq!(said.published.as_deref(), Some("2026-03-04"));
    assert_eq!(said.language.as_deref(), Some("de"));
    assert_eq!(said.description.as_deref(), Some("Worum es geht"));
    assert_eq!(said.canonical.as_deref(), Some("https://www.example.com/kanon"));
    assert_eq!(said.site_name.as_deref(), Some("Seite"));
    assert_eq!(said.image.as_deref(), Some("https://www.example.com/bild.jpg"));
    assert_eq!(said.next.as_deref(), Some("https://www.example.com/list?page=3"));
    assert_eq!(said.previous.as_deref(), Some("https://www.example.com/list?page=1"));
    assert_eq!(said.open_graph["title"], "OG");
    assert_eq!(said.json_ld.len(), 2);
    let product = json!([{ "type": "https://schema.org/Product", "properties": { "name": "Topf", "offers": { "type": "https://schema.org/Offer", "properties": { "price": "9.99" } } } }]);
    assert_eq!(json!(said.microdata), product);
}

#[test]
fn microdata_takes_what_is_meant_before_what_is_shown_and_parts_that_stand_elsewhere() {
    let html = r#"<base href="/shop/"><div itemscope itemtype="https://schema.org/Product" itemref="more none"><span itemprop="price" content="64.90">64,90 €</span>
        <data itemprop="sku" value="7">Seven</data><time itemprop="released" datetime="2026-01-01">New Year</time><img itemprop="image" src="l.jpg"></div>
        <p id="more"><span itemprop="color">brass</span><span itemprop="color">oak</span></p>
        <div id="own" itemscope itemref="own"><i itemprop="name">Names itself</i></div>"#;
    let said = Page::parse(html, AT).metadata();
    let product = json!({ "price": "64.90", "sku": "7", "released": "2026-01-01", "image": "https://www.example.com/shop/l.jpg", "color": ["brass", "oak"] });
    assert_eq!(json!(said.microdata[0]["properties"]), product);
    assert_eq!(json!(said.microdata[1]["properties"]), json!({ "name": "Names itself" }));
}

#[test]
fn links_tell_their_words_and_whether_they_stay() {
    let page = Page::parse(
        "<main><p>Words with <a href=/a>one</a>, <a href='https://example.com/b'>two</a>, <a href='https://other.org'><img alt=three src=i.png></a>, <a href='javascript:x'>no</a>, <a href=/a>one</a></p></main>",
        AT,
    );
    let links = page.content(&Wish { list_links: true, ..Wish::default() }).links.unwrap();
    let link = |url: &str, text: &str, internal| Link { url: url.into(), text: text.into(), internal };
    assert_eq!(
        links,
        [
            link("https://www.example.com/a", "one", true),
            link("https://example.com/b", "two", true),
            link("https://other.org/", "three", false)
        ]
    );
}

#[test]
fn tables_become_rows_with_named_columns() {
    let page = Page::parse(
        "<table><caption>Teas</caption><thead><tr><th>Tea</th><th colspan=2>Water</th></tr><tr><th></th><th>hot</th><th>cold</th></tr></thead><tr><td>Sencha</td><td>70</td><td>5</td></tr></table>",
        AT,
    );
    let auto = page.content(&Wish { auto: true, ..Wish::default() }).auto.unwrap();
    assert_eq!(
        auto["tables"],
        json!([{ "caption": "Teas", "columns": ["Tea", "Water hot", "Water cold"], "rows": [{ "Tea": "Sencha", "Water hot": "70", "Water cold": "5" }] }])
    );
}

#[test]
fn repeated_items_become_rows_with_named_columns() {
    let cards: String = (1..=6)
        .map(|n| {
            let sale = if n == 3 { "<b class=badge>Sale</b>" } else { "" };
            format!("<li class='css-1x2'><a href=/p/{n}><img src=/i/{n}.jpg alt=''><h3>Lamp {n}</h3></a><span class='product__maker'>Maker {n}</span><div>{n}9,90 €</div>{sale}<button>Buy</button></li>")
        })
        .collect();
    let page = Page::parse(
        &format!(
            "<nav><ul><li><a href=/x>Home page</a></li><li><a href=/y>Lamps</a></li><li><a href=/z>Chairs</a></li></ul></nav><ul>{cards}</ul>"
        ),
        AT,
    );
    let auto = page.content(&Wish { auto: true, ..Wish::default() }).auto.unwrap();
    let items = &auto["items"];
    assert_eq!(items["columns"], json!(["url", "image", "title", "maker", "price"]));
    assert_eq!(items["rows"].as_array().unwrap().len(), 6);
    assert_eq!(
        items["rows"][2],
        json!({ "url": "https://www.example.com/p/3", "image": "https://www.example.com/i/3.jpg", "title": "Lamp 3", "maker": "Maker 3", "price": "39,90 €" })
    );
}

#[test]
fn a_page_without_data_has_none() {
    let auto =
        Page::parse("<p>Only words.</p>", AT).content(&Wish { auto: true, ..Wish::default() }).auto.unwrap();
    assert_eq!(auto, json!({ "items": null, "tables": [] }));
}
