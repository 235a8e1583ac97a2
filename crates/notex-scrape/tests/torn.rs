//! Pages that arrive cut, doubled or torn: nothing breaks or takes long, what comes out stays in proportion, and is the
//! same each time.
#![expect(dead_code, reason = "the pages of the benchmark have what only it needs")]

#[path = "../benches/articles/pages.rs"]
mod pages;
#[path = "../benches/articles/shell.rs"]
mod shell;
#[path = "../benches/articles/sites/mod.rs"]
mod sites;
#[path = "../benches/articles/unseen.rs"]
mod unseen;
#[path = "../benches/articles/words.rs"]
mod words;

use std::time::{Duration, Instant};

use notex_scrape::{Page, Wish};
use pages::Sample;
use words::Dice;

const SHREDS: &[&str] = &[
    "<",
    ">",
    "</",
    "<div",
    "</div></div></div>",
    "<table><tr><td>",
    "</table>",
    "<p><b><i>",
    "</b></p></i>",
    "<a href=\"",
    "\"",
    "'",
    "&",
    "&#x1F",
    "&#0;",
    "<!--",
    "-->",
    "<![CDATA[",
    "<script>",
    "</script>",
    "<style>",
    "<svg><title>",
    "<math><mi>",
    "<select><option>",
    "<template>",
    "<ul><li><ol><li>",
    "<td rowspan=9999 colspan=9999>",
    "<pre>",
    "```",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "\u{10_0041}",
    "<h1>",
    "<main>",
    "</main>",
    "<body>",
    "</html>",
    "<frameset>",
    "<textarea>",
    "<plaintext>",
    "<sup><a href=#fn1>1</a></sup>",
    "<li id=fn1>",
    "|",
    "\n\n",
    "<br><br>",
    "<dl><dt><dd>",
];

/// For one page, on a machine that is busy, in a build that is not optimized.
const READ_WITHIN: Duration = Duration::from_secs(10);

/// A page with a few wounds.
fn torn(html: &str, dice: &mut Dice) -> String {
    let mut page: Vec<char> = html.chars().collect();
    for _ in 0..dice.between(1, 6) {
        let at = dice.below(page.len());
        let end = (at + dice.below(400)).min(page.len());
        match dice.below(6) {
            0 => page.truncate(at),
            1 => drop(page.drain(at..end)),
            2 => {
                let again: Vec<char> = page[at..end].to_vec();
                for _ in 0..dice.between(1, 8) {
                    page.splice(at..at, again.iter().copied());
                }
            }
            3 => page[at..end].reverse(),
            // Whatever there is in Unicode.
            4 => page[at..end].fill_with(|| {
                u32::try_from(dice.below(0x11_0000)).ok().and_then(char::from_u32).unwrap_or('\0')
            }),
            _ => {
                for _ in 0..dice.between(1, 12) {
                    let place = dice.below(page.len() + 1);
                    page.splice(place..place, dice.one(SHREDS).chars());
                }
            }
        }
        if page.is_empty() {
            break;
        }
    }
    page.into_iter().collect()
}

fn read(html: &str, dice: &mut Dice) {
    let main = dice.below(4) > 0;
    let wish = Wish {
        main,
        comments: dice.below(2) == 0,
        auto: dice.below(3) == 0,
        list_links: true,
        ..Wish::default()
    };
    let begun = Instant::now();
    let page = Page::parse(html, "https://example.com/story/1");
    let content = page.content(&wish);
    let _ = (page.metadata(), page.embedded());
    assert!(begun.elapsed() < READ_WITHIN, "read for {:?}:\n{html}", begun.elapsed());
    assert!(
        content.markdown.len() <= html.len() * 30 + 2_000,
        "{} bytes of markdown from {}:\n{html}",
        content.markdown.len(),
        html.len()
    );
    assert!(!content.markdown.contains('\u{10_0041}'), "a private sign came through:\n{html}");
    assert_eq!(content, page.content(&wish), "read twice:\n{html}");
}

#[test]
fn a_page_that_is_torn_anywhere_is_read_without_breaking_and_in_proportion() {
    let samples: Vec<Sample> = [pages::all(), unseen::all(), sites::all()].into_iter().flatten().collect();
    let mut dice = Dice::of(20_260_504);
    for (number, sample) in samples.iter().enumerate() {
        // One in three of each set, and each of them in two ways.
        if number % 3 == 0 {
            for _ in 0..2 {
                read(&torn(&sample.html, &mut dice), &mut dice);
            }
        }
    }
}

#[test]
fn a_page_that_ends_anywhere_is_read() {
    let samples = sites::all();
    let mut dice = Dice::of(7);
    for sample in samples.iter().step_by(5) {
        for part in 1..6 {
            let cut: String = sample.html.chars().take(sample.html.chars().count() * part / 6).collect();
            read(&cut, &mut dice);
        }
    }
}

#[test]
fn what_is_nested_in_itself_does_not_grow_with_its_depth() {
    for (open, close) in [
        ("<blockquote>a<br>b", "</blockquote>"),
        ("<ul><li>a", "</li></ul>"),
        ("<ol><li>a<p>b</p>", "</li></ol>"),
        ("<dl><dt>a<dd>b", "</dd></dl>"),
        ("<table><tr><td>a</td><td>b", "</td></tr></table>"),
        ("<b><i>a", "</i></b>"),
        ("<div><table><tr><th>a</th></tr></table>", "</div>"),
    ] {
        for depth in [30, 3_000] {
            let html = format!("<html><body>{}{}</body></html>", open.repeat(depth), close.repeat(depth));
            read(&html, &mut Dice::of(depth as u64));
        }
    }
}
