//! The pages: kinds of content with their true text, in the markup of different sites and in different languages.

use crate::shell::{Around, STYLES, Style, page};
use crate::words::{Dice, Language};

/// A page and what it says.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) html: String,
    /// What its content says, without its heading.
    pub(crate) text: String,
    pub(crate) heading: String,
}

/// Content as HTML and as text, side by side.
#[derive(Default)]
pub(crate) struct Both {
    pub(crate) html: String,
    pub(crate) text: String,
}

impl Both {
    pub(crate) fn say(&mut self, open: &str, text: &str, close: &str) {
        self.html.push_str(&format!("{open}{text}{close}\n"));
        self.text.push_str(text);
        self.text.push('\n');
    }

    pub(crate) fn mark(&mut self, html: &str) {
        self.html.push_str(html);
    }
}

type Maker = fn(&Language, Style, &mut Dice) -> (Both, Around);

const PROSE: Around = Around { byline: true, comments: true, related: true, aside: true };
const BARE: Around = Around { byline: false, comments: false, related: false, aside: true };

const KINDS: &[(&str, Maker, &[&str])] = &[
    ("news", news, &["en", "de", "fr", "ru", "ja", "ar", "zh", "hi"]),
    ("blog", blog, &["en", "es", "fr", "ja", "de"]),
    ("docs", docs, &["en", "de", "zh", "en"]),
    ("product", product, &["en", "de", "es", "ja"]),
    ("grid", grid, &["en", "fr", "ru", "zh"]),
    ("results", results, &["en", "de", "ar", "es"]),
    ("forum", forum, &["en", "de", "ru", "hi"]),
    ("answers", answers, &["en", "es", "ja"]),
    ("table", table, &["en", "fr", "ar", "ru"]),
    ("faq", faq, &["en", "de", "zh"]),
    ("recipe", recipe, &["en", "fr", "hi"]),
    ("notice", notice, &["en", "de", "ja", "ar"]),
];

/// All pages; every kind in several languages and every language in several markups.
pub(crate) fn all() -> Vec<Sample> {
    let mut samples = Vec::new();
    for (number, (kind, make, languages)) in KINDS.iter().enumerate() {
        for (turn, code) in languages.iter().enumerate() {
            // Each kind meets each markup, and every pair of them sooner or later each language.
            for step in [0, 3] {
                let style = STYLES[(number + turn * 2 + step) % STYLES.len()];
                let language = Language::of(code);
                let mut dice = Dice::of((number * 1000 + turn * 10 + step + 1) as u64);
                let heading = language.title(&mut dice);
                let (both, around) = make(language, style, &mut dice);
                let html = page(style, language, &heading, &both.html, around, &mut dice);
                let name = format!("{kind}-{code}-{style:?}-{turn}").to_lowercase();
                samples.push(Sample { name, kind, html, text: both.text, heading });
            }
        }
    }
    samples
}

fn paragraphs(both: &mut Both, language: &Language, dice: &mut Dice, count: usize) {
    for _ in 0..count {
        both.say("<p>", &language.paragraph(dice), "</p>");
    }
}

fn news(language: &Language, style: Style, dice: &mut Dice) -> (Both, Around) {
    let mut both = Both::default();
    both.mark("<figure><img src=\"/img/1.jpg\" alt=\"\" width=\"800\" height=\"400\">");
    both.say("<figcaption>", &language.sentence(dice), "</figcaption></figure>");
    for part in 0..3 {
        if part > 0 {
            both.say("<h2>", &language.title(dice), "</h2>");
        }
        let count = dice.between(2, 4);
        paragraphs(&mut both, language, dice, count);
        if part == 0 && !matches!(style, Style::Bare | Style::Tables) {
            let advert = "<div class=\"ad-slot\" id=\"ad-3\"><span>Advertisement</span><a href=\"https://ads.example/1\">Buy two, pay one, only today</a></div>\n";
            both.mark(advert);
        }
    }
    both.say("<blockquote><p>", &language.paragraph(dice), "</p></blockquote>");
    paragraphs(&mut both, language, dice, 2);
    (both, PROSE)
}

fn blog(language: &Language, _: Style, dice: &mut Dice) -> (Both, Around) {
    let mut both = Both::default();
    paragraphs(&mut both, language, dice, 2);
    both.mark("<ul>");
    for _ in 0..4 {
        both.say("<li>", &language.sentence(dice), "</li>");
    }
    both.mark("</ul>");
    both.say("<h2>", &language.title(dice), "</h2>");
    paragraphs(&mut both, language, dice, 3);
    both.mark("<p><img src=\"/img/2.jpg\" alt=\"\"></p>");
    both.mark("<ol>");
    for _ in 0..3 {
        both.say("<li>", &language.title(dice), "</li>");
    }
    both.mark("</ol>");
    paragraphs(&mut both, language, dice, 2);
    (both, PROSE)
}

fn docs(language: &Language, _: Style, dice: &mut Dice) -> (Both, Around) {
    let mut both = Both::default();
    paragraphs(&mut both, language, dice, 1);
    for section in 0..4 {
        both.say("<h2>", &language.title(dice), "</h2>");
        both.say("<p>", &language.sentence(dice), "</p>");
        both.say(
            "<pre><code class=\"language-python\">",
            &format!("def step_{section}(value):\n    return value * {section} + offset"),
            "</code></pre>",
        );
        both.say("<p>", &language.sentence(dice), "</p>");
    }
    rows(&mut both, language, dice, 5, &["Name", "Type", "Default"]);
    both.say("<h2>", &language.title(dice), "</h2><ul>");
    for _ in 0..3 {
        both.say("<li><a href=\"/docs/x\">", &language.title(dice), "</a>: ");
        both.say("", &language.sentence(dice), "</li>");
    }
    both.mark("</ul>");
    (both, BARE)
}

fn rows(both: &mut Both, language: &Language, dice: &mut Dice, count: usize, heads: &[&str]) {
    both.mark("<table><thead><tr>");
    for head in heads {
        both.say("<th>", head, "</th>");
    }
    both.mark("</tr></thead><tbody>");
    for row in 0..count {
        both.mark("<tr>");
        for column in 0..heads.len() {
            let cell = if column % 2 == 0 {
                language.words(dice, 2)
            } else {
                format!("{}", (row + 3) * 17 * (column + 1))
            };
            both.say("<td>", &cell, "</td>");
        }
        both.mark("</tr>");
    }
    both.mark("</tbody></table>");
}

fn product(language: &Language, _: Style, dice: &mut Dice) -> (Both, Around) {
    let mut both = Both::default();
    both.mark("<img src=\"/p/1.jpg\" alt=\"\" width=\"500\">");
    both.say("<div><span>", &format!("{}.99 €", dice.between(10, 900)), "</span></div>");
    both.say("<div><p>", &language.paragraph(dice), "</p></div>");
    both.mark("<button>Buy</button><ul>");
    for _ in 0..5 {
        both.say("<li>", &language.title(dice), "</li>");
    }
    both.mark("</ul><table>");
    for row in 0..6 {
        both.mark("<tr>");
        both.say("<th>", &language.words(dice, 2), "</th>");
        both.say("<td>", &format!("{} mm", row * 12 + 5), "</td></tr>");
    }
    both.mark("</table>");
    paragraphs(&mut both, language, dice, 1);
    (both, Around { byline: false, comments: false, related: true, aside: false })
}

fn grid(language: &Language, style: Style, dice: &mut Dice) -> (Both, Around) {
    let mut both = Both::default();
    let class = if style == Style::Bare { "" } else { " class=\"card\"" };
    for number in 0..14 {
        both.mark(&format!("<div{class}><a href=\"/p/{number}\"><img src=\"/p/{number}.jpg\" alt=\"\"></a>"));
        both.say(&format!("<h3><a href=\"/p/{number}\">"), &language.title(dice), "</a></h3>");
        both.say("<span>", &format!("{}.99 €", dice.between(10, 900)), "</span>");
        both.say("<p>", &language.words(dice, 6), "</p><button>Buy</button></div>");
    }
    (both, BARE)
}

fn results(language: &Language, _: Style, dice: &mut Dice) -> (Both, Around) {
    let mut both = Both::default();
    both.mark("<ol>");
    for number in 0..10 {
        both.say(
            &format!("<li><h3><a href=\"https://found.example/{number}\">"),
            &language.title(dice),
            "</a></h3>",
        );
        both.say("<p>", &language.sentence(dice), "</p></li>");
    }
    both.mark("</ol>");
    (both, BARE)
}

fn forum(language: &Language, style: Style, dice: &mut Dice) -> (Both, Around) {
    let mut both = Both::default();
    let class = match style {
        Style::Bare | Style::Tables => "",
        Style::Hashed => " class=\"css-8a1\"",
        _ => " class=\"post\"",
    };
    for number in 0..9 {
        both.mark(&format!("<div{class} id=\"p{number}\">"));
        both.say("<div class=\"who\"><a href=\"/u/1\">", &language.words(dice, 1), "</a></div><div>");
        paragraphs(&mut both, language, dice, 1 + number % 2);
        both.mark("</div></div>");
    }
    (both, BARE)
}

fn answers(language: &Language, _: Style, dice: &mut Dice) -> (Both, Around) {
    let mut both = Both::default();
    both.mark("<div class=\"question\">");
    paragraphs(&mut both, language, dice, 2);
    both.say("<pre>", "for x in range(10):\n    print(x)", "</pre></div>");
    for _ in 0..3 {
        both.mark("<div class=\"answer\">");
        paragraphs(&mut both, language, dice, 2);
        both.mark("</div>");
    }
    (both, Around { byline: false, comments: false, related: true, aside: true })
}

fn table(language: &Language, _: Style, dice: &mut Dice) -> (Both, Around) {
    let mut both = Both::default();
    both.say("<p>", &language.sentence(dice), "</p>");
    rows(&mut both, language, dice, 30, &["Station", "2024", "Region", "2025"]);
    both.say("<p>", &language.sentence(dice), "</p>");
    (both, BARE)
}

fn faq(language: &Language, style: Style, dice: &mut Dice) -> (Both, Around) {
    let mut both = Both::default();
    let (open, close, inner) = if style == Style::Hashed {
        ("<details><summary>", "</summary>", "<div>")
    } else {
        ("<dt>", "</dt>", "<dd>")
    };
    both.mark(if inner == "<dd>" { "<dl>" } else { "<div>" });
    for _ in 0..8 {
        both.say(open, &language.title(dice), close);
        both.say(
            inner,
            &language.paragraph(dice),
            if inner == "<dd>" { "</dd>" } else { "</div></details>" },
        );
    }
    both.mark(if inner == "<dd>" { "</dl>" } else { "</div>" });
    (both, BARE)
}

fn recipe(language: &Language, _: Style, dice: &mut Dice) -> (Both, Around) {
    let mut both = Both::default();
    paragraphs(&mut both, language, dice, 1);
    both.say("<h2>", &language.title(dice), "</h2><ul>");
    for number in 1..9 {
        both.say("<li>", &format!("{} g {}", number * 25, language.words(dice, 2)), "</li>");
    }
    both.say("</ul><h2>", &language.title(dice), "</h2><ol>");
    for _ in 0..6 {
        both.say("<li>", &language.sentence(dice), "</li>");
    }
    both.mark("</ol>");
    (both, PROSE)
}

/// Few words, between line breaks instead of paragraphs.
fn notice(language: &Language, _: Style, dice: &mut Dice) -> (Both, Around) {
    let mut both = Both::default();
    for _ in 0..5 {
        both.say("", &language.paragraph(dice), "<br><br>");
    }
    (both, Around { byline: true, comments: false, related: true, aside: true })
}
