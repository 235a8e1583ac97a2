//! Pages that mean harm, or nothing: they are read in bounded time, and the same page gives the same bytes.

use std::time::{Duration, Instant};

use notex_scrape::{Page, Wish};
use proptest::prelude::*;

const AT: &str = "https://example.com/a";

fn everything(html: &str, main: bool) -> (String, String) {
    let page = Page::parse(html, AT);
    let content = page.content(&Wish { main, list_links: true, auto: true, ..Wish::default() });
    let data = format!("{:?}{:?}{}", content.links, content.auto, page.embedded());
    (content.markdown, data)
}

fn piece() -> impl Strategy<Value = String> {
    let tags = prop::sample::select(vec![
        "div",
        "p",
        "table",
        "tr",
        "td",
        "th",
        "ul",
        "ol",
        "li",
        "a",
        "b",
        "i",
        "strong",
        "em",
        "pre",
        "code",
        "blockquote",
        "h1",
        "h2",
        "math",
        "annotation",
        "script",
        "style",
        "svg",
        "figure",
        "img",
        "br",
        "dl",
        "dt",
        "dd",
        "sup",
        "details",
        "summary",
        "form",
        "button",
        "select",
        "article",
        "main",
        "nav",
        "footer",
        "template",
        "caption",
        "thead",
        "picture",
        "source",
        "q",
    ]);
    let attributes = prop::sample::select(vec![
        "",
        " href=#a",
        " href=/x",
        " href='javascript:alert(1)'",
        " id=a",
        " class='language-rust katex'",
        " class=footnotes",
        " colspan=99999999 rowspan=70000",
        " src=i.png alt='[x]'",
        " itemscope itemprop=a",
        " hidden",
        " data-src=x srcset=', ,a 2x,,'",
        " start=9999999999",
        " class='cookie-banner'",
        " role=main",
        " type='application/ld+json'",
        " display=block alttext='$x'",
    ]);
    prop_oneof![
        (tags.clone(), attributes).prop_map(|(tag, attributes)| format!("<{tag}{attributes}>")),
        tags.prop_map(|tag| format!("</{tag}>")),
        "[ -~]{0,20}",
        "\\PC{0,12}",
        Just("&amp;&lt;&#x100041;&nbsp;".to_owned()),
        Just(
            "Enough words to be a paragraph that says something about the harbour and its bridge. "
                .to_owned()
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_html_is_read_and_twice_the_same(pieces in prop::collection::vec(piece(), 0..60)) {
        let html = pieces.concat();
        for main in [true, false] {
            let read = everything(&html, main);
            prop_assert_eq!(&read, &everything(&html, main));
            prop_assert!(!read.0.contains("](javascript:"));
            prop_assert!(!read.0.chars().any(|c| ('\u{100000}'..='\u{1001FF}').contains(&c)), "{}", read.0);
        }
    }

    #[test]
    fn any_text_is_read(html in "\\PC{0,400}") {
        everything(&html, true);
    }
}

#[track_caller]
fn is_bounded(html: &str) {
    let begun = Instant::now();
    everything(html, true);
    everything(html, false);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?} for {} bytes", begun.elapsed(), html.len());
}

#[test]
fn nested_tables_of_megabytes_are_bounded() {
    let deep = "<table><tr><td>".repeat(2_000) + "x" + &"</td></tr></table>".repeat(2_000);
    is_bounded(&deep);
    let wide = format!("<table>{}</table>", "<tr><td colspan=1000 rowspan=1000>x<td>y</tr>".repeat(20_000));
    is_bounded(&wide);
}

#[test]
fn many_notes_links_and_scripts_are_bounded_and_harmless() {
    let notes: String = (0..10_000)
        .map(|n| {
            format!(
                "<sup><a href='#n{n}' onclick='x()'>{}</a></sup><p id=n{n} onmouseover='y()'>note</p>",
                n % 100
            )
        })
        .collect();
    is_bounded(&notes);
    let page = Page::parse(
        "<p onclick='evil()'>text <img src=x onerror='evil()' alt='a'> <a href=' java\nscript:evil()'>b</a></p>",
        AT,
    );
    let markdown = page.content(&Wish { main: false, ..Wish::default() }).markdown;
    assert!(!markdown.contains("evil"), "{markdown}");
}

#[test]
fn a_tree_that_is_too_deep_is_read_to_the_bottom() {
    let deep = "<div>".repeat(3_000) + "<p>at the bottom</p>";
    let (markdown, _) = everything(&deep, false);
    assert_eq!(markdown, "at the bottom\n");
}
