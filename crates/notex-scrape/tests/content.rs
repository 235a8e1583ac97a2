//! Which part of a page is read.

use notex_scrape::{Content, FoundBy, Page, Wish};

const PROSE: &str = "The harbour council said on Tuesday that the new bridge will open in early spring, a year later than it was planned. \
    Residents of the northern bank have waited for it since the ferry stopped, and many of them came to see the first cars cross.";

fn read(body: &str, wish: &Wish) -> Content {
    Page::parse(
        &format!("<html><head><title>The bridge opens - News</title></head><body>{body}</body></html>"),
        "https://example.com/n/1",
    )
    .content(wish)
}

fn main_of(body: &str) -> Content {
    read(body, &Wish::default())
}

#[test]
fn an_article_is_read_without_what_is_around_it() {
    let body = format!(
        "<div class='cookie-consent'><p>We use cookies and so do our 812 partners. {PROSE}</p><button>Accept</button></div>\
        <header><nav><a href=/>Home</a><a href=/w>World</a></nav></header>\
        <div class=story><h1>The bridge opens</h1><div class=share-bar><a href=//f>Facebook</a></div><p>{PROSE}</p><p>{PROSE}</p>\
        <div class=related-links><h3>More</h3><a href=/1>Another story</a></div><figure><img src=/b.jpg alt=Bridge></figure>\
        <table><tr><th>Year</th><th>Cost</th></tr><tr><td>2025</td><td>3</td></tr></table><pre>code()</pre><p>{PROSE} <a href=/plan>The plan</a></p></div>\
        <div id=comments><p>First! {PROSE}</p></div><footer>Imprint</footer>"
    );
    let content = main_of(&body);
    for kept in [
        "# The bridge opens",
        "harbour council",
        "![Bridge]",
        "| Year | Cost |",
        "code()",
        "[The plan](https://example.com/plan)",
    ] {
        assert!(content.markdown.contains(kept), "{kept} is missing in:\n{}", content.markdown);
    }
    for left_out in ["cookies", "Facebook", "Another story", "First!", "Imprint", "World"] {
        assert!(!content.markdown.contains(left_out), "{left_out} is in:\n{}", content.markdown);
    }
    assert!(content.found_by.is_some());
    let with = read(&body, &Wish { comments: true, ..Wish::default() });
    assert!(with.markdown.contains("First!"), "{}", with.markdown);
}

#[test]
fn a_landmark_is_told_as_one() {
    let content = main_of(&format!(
        "<nav><a href=/>Home</a></nav><main><h1>The bridge opens</h1><p>{PROSE}</p><p>{PROSE}</p></main>"
    ));
    assert_eq!(content.found_by, Some(FoundBy::Landmark));
}

#[test]
fn a_page_with_little_to_read_is_read_by_its_main_landmark() {
    let content = main_of(
        "<nav><a href=/>Home</a></nav><main><h1>Lamps</h1><p>Sold out.</p></main><footer>Imprint</footer>",
    );
    assert_eq!(
        (content.markdown.trim(), content.found_by),
        ("# Lamps\n\nSold out.", Some(FoundBy::Landmark))
    );
    let empty = main_of("<nav><a href=/>Home</a></nav><main></main>");
    assert_eq!(empty.found_by, None);
}

#[test]
fn a_page_without_content_is_read_whole_and_says_so() {
    let content = main_of(
        "<nav><a href=/>Home</a></nav><form><label>Name <input></label><label>Password <input></label><button>Log in</button></form>",
    );
    assert_eq!(content.found_by, None);
    assert!(content.markdown.contains("Name") && content.markdown.contains("Home"), "{}", content.markdown);
    assert!(!content.markdown.contains("Log in"), "{}", content.markdown);
}

#[test]
fn the_heading_is_kept_where_it_stands_outside_of_the_content() {
    let content = main_of(&format!(
        "<header><h1>The bridge opens</h1></header><div class=content><p>{PROSE}</p><p>{PROSE}</p></div><footer>x</footer>"
    ));
    assert!(content.markdown.starts_with("# The bridge opens\n"), "{}", content.markdown);
    assert_eq!(content.markdown.matches("The bridge opens").count(), 1);
}

#[test]
fn a_list_of_products_is_content() {
    let cards: String = (1..=12)
        .map(|n| {
            format!(
                "<div class=card><a href=/p/{n}><h3>Product number {n}</h3></a><span>{n}.99 €</span></div>"
            )
        })
        .collect();
    let content =
        main_of(&format!("<nav><a href=/x>Menu</a></nav><div class=grid>{cards}</div><footer>Foot</footer>"));
    for n in 1..=12 {
        assert!(
            content.markdown.contains(&format!("[Product number {n}](https://example.com/p/{n})")),
            "{}",
            content.markdown
        );
    }
    assert!(!content.markdown.contains("Menu") && !content.markdown.contains("Foot"), "{}", content.markdown);
}

#[test]
fn what_a_product_costs_stands_beside_the_form_that_buys_it_and_is_kept() {
    let content = main_of(&format!(
        "<main><div class=summary><h1>A lamp</h1><p class=price>64,90 €</p><p>Made of brass, and not heavy at all.</p>\
        <form class=cart><input type=number value=1><button>Add to cart</button></form></div>\
        <div><p>{PROSE}</p><p>{PROSE}</p><p>{PROSE}</p></div>\
        <div class=sign-up><p>Our letter</p><form><input type=email><button>Send</button></form></div></main>"
    ));
    assert!(content.markdown.contains("64,90 €\n\nMade of brass"), "{}", content.markdown);
    assert!(!content.markdown.contains("Our letter"), "{}", content.markdown);
}

#[test]
fn a_long_text_is_cut_at_a_line_and_says_so() {
    let body: String = (0..400).map(|n| format!("<p>Paragraph {n}. {PROSE}</p>")).collect();
    let content = read(&body, &Wish { most_bytes: 10_000, ..Wish::default() });
    assert!(content.markdown.len() < 10_100, "{}", content.markdown.len());
    assert!(content.cut_bytes > 50_000);
    assert!(
        content.markdown.ends_with(&format!("[cut here: {} more bytes]\n", content.cut_bytes)),
        "{}",
        &content.markdown[9_900..]
    );
}

#[test]
fn what_readers_wrote_beside_the_content_comes_when_it_is_wished() {
    let line = "The mill by the river was painted again this spring, in the green that it had when it was built, and the wheel turns.";
    let body = format!(
        "<nav><a href=/>Home</a></nav><div><div class=story><h1>The mill</h1><p>{line}</p><p>{line}</p></div>\
         <div class=related><h2>Related stories</h2><ul><li><a href=/a>A bridge</a></li></ul></div></div>\
         <section id=comments><h2>Comments</h2><div class=comment><p>I liked the red one better, to be honest.</p></div></section>\
         <footer>Imprint</footer>"
    );
    let without = main_of(&body).markdown;
    assert!(without.contains("painted again") && !without.contains("red one"), "{without}");
    let with = read(&body, &Wish { comments: true, ..Wish::default() }).markdown;
    assert!(with.starts_with("# The mill") && with.contains("the red one better"), "{with}");
    for left_out in ["Home", "A bridge", "Imprint"] {
        assert!(!with.contains(left_out), "{with}");
    }
}
