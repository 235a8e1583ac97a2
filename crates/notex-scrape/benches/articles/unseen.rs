//! Pages in the markup of well-known publishing software, written after the extractor was: nothing in it was chosen by
//! looking at them. When something is, they are to be replaced.

use crate::pages::{Both, Sample};
use crate::words::{Dice, Language};

type Maker = fn(&Language, &str, &mut Dice) -> Both;

const SITES: &[(&str, Maker)] = &[
    ("wiki", wiki),
    ("handbook", handbook),
    ("board", board),
    ("topic", topic),
    ("shop", shop),
    ("portal", portal),
    ("letter", letter),
    ("report", report),
    ("changes", changes),
    ("event", event),
];
const LANGUAGES: [&str; 4] = ["en", "de", "ja", "ru"];

/// All of them, each in some languages.
pub(crate) fn all() -> Vec<Sample> {
    let mut samples = Vec::new();
    for (number, (kind, make)) in SITES.iter().enumerate() {
        for (turn, code) in LANGUAGES.iter().enumerate() {
            let language = Language::of(code);
            let mut dice = Dice::of((90_000 + number * 100 + turn) as u64);
            let heading = language.title(&mut dice);
            let both = make(language, &heading, &mut dice);
            let html = format!(
                "<!DOCTYPE html><html lang=\"{code}\"><head><meta charset=\"utf-8\"><title>{heading}</title></head><body>{}</body></html>",
                both.html
            );
            samples.push(Sample { name: format!("{kind}-{code}"), kind, html, text: both.text, heading });
        }
    }
    samples
}

fn links(
    both: &mut Both,
    language: &Language,
    dice: &mut Dice,
    open: &str,
    item: (&str, &str),
    count: usize,
    close: &str,
) {
    both.mark(open);
    for number in 0..count {
        let words = language.title(dice);
        both.mark(&format!("{}<a href=\"/l/{number}\">{words}</a>{}", item.0, item.1));
    }
    both.mark(close);
}

const ITEM: (&str, &str) = ("<li>", "</li>");

fn say_all(both: &mut Both, language: &Language, dice: &mut Dice, count: usize) {
    for _ in 0..count {
        both.say("<p>", &language.paragraph(dice), "</p>");
    }
}

/// An encyclopedia: an info box, contents, notes, boxes of links to other articles.
fn wiki(language: &Language, heading: &str, dice: &mut Dice) -> Both {
    let mut both = Both::default();
    both.mark("<div class=\"vector-header-container\"><div id=\"mw-head\"><div id=\"p-personal\">");
    links(
        &mut both,
        language,
        dice,
        "<ul class=\"vector-menu-content-list\">",
        ITEM,
        5,
        "</ul></div></div></div>",
    );
    both.mark(&format!("<div class=\"mw-page-container\"><div id=\"content\" class=\"mw-body\"><h1 id=\"firstHeading\">{heading}</h1><div id=\"bodyContent\"><div id=\"mw-content-text\"><div class=\"mw-parser-output\">"));
    both.mark("<table class=\"infobox\"><tbody>");
    for _ in 0..3 {
        both.say("<tr><th>", &language.words(dice, 1), "</th>");
        both.say("<td>", &language.words(dice, 2), "</td></tr>");
    }
    both.mark("</tbody></table>");
    say_all(&mut both, language, dice, 2);
    links(
        &mut both,
        language,
        dice,
        "<div id=\"toc\" class=\"toc\" role=\"navigation\"><ul>",
        ITEM,
        4,
        "</ul></div>",
    );
    for _ in 0..3 {
        both.say("<div class=\"mw-heading\"><h2>", &language.title(dice), "</h2></div>");
        say_all(&mut both, language, dice, 2);
    }
    both.mark("</div></div>");
    links(
        &mut both,
        language,
        dice,
        "<div role=\"navigation\" class=\"navbox\"><ul>",
        ITEM,
        12,
        "</ul></div>",
    );
    links(&mut both, language, dice, "<div id=\"catlinks\" class=\"catlinks\"><ul>", ITEM, 4, "</ul></div>");
    both.mark("</div></div></div><div id=\"mw-navigation\">");
    links(&mut both, language, dice, "<div id=\"p-lang\"><ul>", ITEM, 20, "</ul></div></div>");
    both.mark(&format!(
        "<footer id=\"footer\" class=\"mw-footer\"><ul><li>{}</li></ul></footer>",
        language.sentence(dice)
    ));
    both
}

/// Documentation of a program: a tree of chapters, contents beside, code, notes in boxes.
fn handbook(language: &Language, heading: &str, dice: &mut Dice) -> Both {
    let mut both = Both::default();
    links(
        &mut both,
        language,
        dice,
        "<div id=\"__docusaurus\"><nav class=\"navbar navbar--fixed-top\">",
        ("<span class=\"navbar__item\">", "</span>"),
        6,
        "</nav>",
    );
    links(
        &mut both,
        language,
        dice,
        "<div class=\"main-wrapper\"><aside class=\"theme-doc-sidebar-container\"><ul class=\"theme-doc-sidebar-menu menu__list\">",
        ITEM,
        18,
        "</ul></aside>",
    );
    both.mark(&format!("<div class=\"docMainContainer_x1\"><div class=\"row\"><div class=\"col\"><div class=\"theme-doc-markdown markdown\"><header><h1>{heading}</h1></header>"));
    say_all(&mut both, language, dice, 1);
    for number in 0..3 {
        both.say("<h2 class=\"anchor\">", &language.title(dice), "</h2>");
        both.say("<p>", &language.sentence(dice), "</p>");
        both.mark("<div class=\"language-js codeBlockContainer_y2\"><div class=\"codeBlockContent_z3\">");
        both.say(
            "<pre class=\"prism-code\"><code>",
            &format!("export const limit_{number} = await load(source, {number});"),
            "</code></pre>",
        );
        both.mark("<div class=\"buttonGroup_q1\"><button>Copy</button></div></div></div>");
        both.mark("<div class=\"theme-admonition alert alert--info\"><div class=\"admonitionContent_a4\">");
        both.say("<p>", &language.paragraph(dice), "</p></div></div>");
    }
    both.mark("</div>");
    links(
        &mut both,
        language,
        dice,
        "<nav class=\"pagination-nav\">",
        ("<div>", "</div>"),
        2,
        "</nav></div>",
    );
    links(
        &mut both,
        language,
        dice,
        "<div class=\"col col--3\"><div class=\"tableOfContents_b5 thin-scrollbar\"><ul>",
        ITEM,
        5,
        "</ul></div></div></div></div></div>",
    );
    links(
        &mut both,
        language,
        dice,
        "<footer class=\"footer footer--dark\"><ul>",
        ITEM,
        9,
        "</ul></footer></div>",
    );
    both
}

/// A thread of an old board: profiles beside the posts, signatures, quick links.
fn board(language: &Language, heading: &str, dice: &mut Dice) -> Both {
    let mut both = Both::default();
    links(
        &mut both,
        language,
        dice,
        "<div id=\"wrap\"><div class=\"headerbar\"><ul class=\"linklist\">",
        ITEM,
        5,
        "</ul></div><div id=\"page-body\">",
    );
    both.mark(&format!("<h2 class=\"topic-title\"><a href=\"/t\">{heading}</a></h2>"));
    for number in 0..6 {
        both.mark(&format!("<div id=\"p{number}\" class=\"post has-profile bg{}\"><div class=\"inner\"><dl class=\"postprofile\"><dt><a href=\"/u\">{}</a></dt><dd class=\"profile-rank\">{}</dd><dd>Posts: {}</dd></dl><div class=\"postbody\"><p class=\"author\">by <strong>{}</strong> » 12:0{number}</p><div class=\"content\">",
            number % 2, language.words(dice, 1), language.words(dice, 1), number * 37, language.words(dice, 1)));
        both.say("<div>", &language.paragraph(dice), "</div>");
        both.mark(&format!(
            "</div><div class=\"signature\">{}</div></div></div></div>",
            language.words(dice, 4)
        ));
    }
    links(&mut both, language, dice, "<div class=\"action-bar\">", ("<span>", "</span>"), 4, "</div></div>");
    links(
        &mut both,
        language,
        dice,
        "<div id=\"page-footer\" class=\"navbar\"><ul>",
        ITEM,
        5,
        "</ul></div></div>",
    );
    both
}

/// A thread of a newer one.
fn topic(language: &Language, heading: &str, dice: &mut Dice) -> Both {
    let mut both = Both::default();
    links(
        &mut both,
        language,
        dice,
        "<div id=\"main-outlet\"><header class=\"d-header\">",
        ("<span>", "</span>"),
        3,
        "</header>",
    );
    both.mark(&format!("<div id=\"topic-title\"><h1>{heading}</h1></div><div class=\"topic-area\"><div class=\"post-stream\">"));
    for number in 0..5 {
        both.mark(&format!("<div class=\"topic-post clearfix\"><article id=\"post_{number}\"><div class=\"topic-avatar\"><a href=\"/u\"><img src=\"/a.png\" alt=\"\"></a></div><div class=\"topic-body\"><div class=\"topic-meta-data\"><span class=\"username\"><a href=\"/u\">{}</a></span><a class=\"post-date\" href=\"/d\">3d</a></div><div class=\"cooked\">", language.words(dice, 1)));
        say_all(&mut both, language, dice, 1 + number % 2);
        both.mark("</div><section class=\"post-menu-area\"><button>Like</button><button>Share</button></section></div></article></div>");
    }
    both.mark("</div></div>");
    links(
        &mut both,
        language,
        dice,
        "<div id=\"suggested-topics\"><h3>Suggested</h3><table class=\"topic-list\"><tbody>",
        ("<tr><td>", "</td><td>12</td><td>3d</td></tr>"),
        6,
        "</tbody></table></div></div>",
    );
    both
}

/// One product: pictures, a price, folded descriptions, what others bought.
fn shop(language: &Language, heading: &str, dice: &mut Dice) -> Both {
    let mut both = Both::default();
    both.mark(&format!(
        "<div class=\"announcement-bar\" role=\"region\"><p>{}</p></div>",
        language.words(dice, 6)
    ));
    links(
        &mut both,
        language,
        dice,
        "<sticky-header class=\"header-wrapper\"><header class=\"header\"><nav class=\"header__inline-menu\"><ul>",
        ITEM,
        7,
        "</ul></nav></header></sticky-header>",
    );
    both.mark(&format!("<main id=\"MainContent\"><section class=\"product\"><div class=\"product__media-wrapper\"><img src=\"/p.jpg\" alt=\"{heading}\"></div><div class=\"product__info-wrapper\"><div class=\"product__title\"><h1>{heading}</h1></div>"));
    both.say(
        "<div class=\"price\"><span class=\"price-item price-item--regular\">",
        &format!("€{},95", dice.between(20, 300)),
        "</span></div>",
    );
    both.mark("<form action=\"/cart/add\"><label>Quantity <input name=\"quantity\" value=\"1\"></label><button>Add to cart</button></form><div class=\"product__description rte\">");
    say_all(&mut both, language, dice, 3);
    both.mark("<ul>");
    for _ in 0..4 {
        both.say("<li>", &language.words(dice, 6), "</li>");
    }
    both.mark("</ul></div><div class=\"product__accordion\"><details><summary>");
    both.say("", &language.words(dice, 2), "</summary><div class=\"accordion__content rte\">");
    both.say("<p>", &language.paragraph(dice), "</p></div></details></div></div></section>");
    links(
        &mut both,
        language,
        dice,
        "<product-recommendations class=\"related-products\"><h2>You may also like</h2><ul class=\"grid product-grid\">",
        ("<li><div class=\"card\">", "<span>€12,00</span></div></li>"),
        4,
        "</ul></product-recommendations></main>",
    );
    links(&mut both, language, dice, "<footer class=\"footer\"><ul>", ITEM, 10, "</ul></footer>");
    both
}

/// A page of an authority: steps, a box with an address, a long menu.
fn portal(language: &Language, heading: &str, dice: &mut Dice) -> Both {
    let mut both = Both::default();
    both.mark(&format!("<div class=\"govuk-cookie-banner\" data-nosnippet role=\"region\"><p>{}</p><button>Accept</button></div>", language.sentence(dice)));
    links(
        &mut both,
        language,
        dice,
        "<div id=\"portal-globalnav-wrapper\"><ul id=\"portal-globalnav\">",
        ITEM,
        14,
        "</ul></div>",
    );
    both.mark(&format!("<div id=\"portal-columns\" class=\"row\"><div id=\"portal-column-content\"><div id=\"content-core-wrap\"><h1 class=\"documentFirstHeading\">{heading}</h1>"));
    both.say("<div class=\"documentDescription\">", &language.sentence(dice), "</div>");
    both.mark("<div id=\"content-core\"><div id=\"parent-fieldname-text\">");
    say_all(&mut both, language, dice, 2);
    both.mark("<ol class=\"steps\">");
    for _ in 0..5 {
        both.say("<li>", &language.sentence(dice), "</li>");
    }
    both.mark("</ol>");
    both.say("<h2>", &language.title(dice), "</h2>");
    say_all(&mut both, language, dice, 2);
    both.mark("</div></div></div></div>");
    links(
        &mut both,
        language,
        dice,
        "<div id=\"portal-column-one\"><section class=\"portletNavigationTree\"><ul>",
        ITEM,
        12,
        "</ul></section></div></div>",
    );
    links(&mut both, language, dice, "<div id=\"portal-footer-wrapper\"><ul>", ITEM, 8, "</ul></div>");
    both
}

/// An essay that is mailed: a button to subscribe in the middle, hearts, more of the same at the end.
fn letter(language: &Language, heading: &str, dice: &mut Dice) -> Both {
    let mut both = Both::default();
    both.mark(&format!("<div id=\"entry\"><div class=\"main-menu\"><a href=\"/\">{}</a><button>Subscribe</button><button>Sign in</button></div><div class=\"single-post-container\"><div class=\"container\"><div class=\"single-post\"><article class=\"typography newsletter-post post\"><div class=\"post-header\"><h1 class=\"post-title\">{heading}</h1></div><div class=\"available-content\"><div class=\"body markup\">", language.words(dice, 2)));
    say_all(&mut both, language, dice, 4);
    both.mark(&format!("<div class=\"subscription-widget-wrap\"><div class=\"subscription-widget\"><p>{}</p><form><input type=\"email\"><button>Subscribe</button></form></div></div>", language.sentence(dice)));
    both.mark("<blockquote>");
    say_all(&mut both, language, dice, 1);
    both.mark("</blockquote><div class=\"captioned-image-container\"><figure><img src=\"/i.png\" alt=\"\">");
    both.say("<figcaption>", &language.sentence(dice), "</figcaption></figure></div>");
    say_all(&mut both, language, dice, 4);
    both.mark("</div></div><div class=\"post-footer\"><a class=\"post-ufi-button\">24</a><a class=\"post-ufi-button\">Share</a></div></article></div></div>");
    for _ in 0..3 {
        both.mark(&format!("<div class=\"post-preview\"><a class=\"post-preview-title\" href=\"/p\">{}</a><a class=\"post-preview-description\" href=\"/p\">{}</a></div>", language.title(dice), language.sentence(dice)));
    }
    both.mark("</div></div>");
    both
}

/// A news report that is cut by other teasers, in a page without any landmark.
fn report(language: &Language, heading: &str, dice: &mut Dice) -> Both {
    let mut both = Both::default();
    links(
        &mut both,
        language,
        dice,
        "<div class=\"g-hdr\"><div class=\"g-nav\">",
        ("<div class=\"g-nav-i\">", "</div>"),
        16,
        "</div></div>",
    );
    both.mark(&format!("<div class=\"g-wrap\"><div class=\"art\"><div class=\"art-h1\"><h1>{heading}</h1></div><div class=\"art-info\">12 May 2026 · {}</div><div class=\"art-soc\"><a href=\"#\">f</a><a href=\"#\">x</a></div><div class=\"art-txt\">", language.words(dice, 2)));
    both.say("<p class=\"art-lead\"><b>", &language.sentence(dice), "</b></p>");
    for part in 0..4 {
        say_all(&mut both, language, dice, 2);
        if part < 3 {
            both.mark(&format!("<div class=\"art-ins\"><a href=\"/x\"><img src=\"/x.jpg\" alt=\"\"><span>{}</span></a></div>", language.title(dice)));
        }
    }
    both.mark("</div></div><div class=\"side\">");
    for _ in 0..8 {
        both.mark(&format!(
            "<div class=\"side-i\"><a href=\"/s\"><span class=\"tm\">11:20</span>{}</a></div>",
            language.sentence(dice)
        ));
    }
    both.mark(&format!("</div></div><div class=\"g-ftr\">{}</div>", language.paragraph(dice)));
    both
}

/// What changed between versions: headings, lists, code.
fn changes(language: &Language, heading: &str, dice: &mut Dice) -> Both {
    let mut both = Both::default();
    links(&mut both, language, dice, "<div class=\"AppHeader\" role=\"banner\"><ul>", ITEM, 6, "</ul></div>");
    both.mark(&format!("<div class=\"application-main\"><turbo-frame id=\"repo-content\"><div class=\"Layout\"><div class=\"Layout-main\"><div class=\"Box\"><div class=\"Box-body\"><h1>{heading}</h1><div class=\"markdown-body\">"));
    for _ in 0..4 {
        both.say("<h3>", &language.words(dice, 2), "</h3>");
        both.mark("<ul>");
        for _ in 0..5 {
            both.say("<li>", &language.sentence(dice), "</li>");
        }
        both.mark("</ul>");
    }
    both.say("<pre><code>", "cargo install tool --locked", "</code></pre>");
    both.mark("</div></div></div></div>");
    links(
        &mut both,
        language,
        dice,
        "<div class=\"Layout-sidebar\"><div class=\"BorderGrid\">",
        ("<div class=\"BorderGrid-cell\">", "</div>"),
        8,
        "</div></div></div></turbo-frame></div>",
    );
    links(&mut both, language, dice, "<footer><ul>", ITEM, 9, "</ul></footer>");
    both
}

/// An event: facts as a list of terms, a programme as a table, few sentences.
fn event(language: &Language, heading: &str, dice: &mut Dice) -> Both {
    let mut both = Both::default();
    links(
        &mut both,
        language,
        dice,
        "<div class=\"region region-header\"><div class=\"block block-menu\"><ul class=\"menu\">",
        ITEM,
        7,
        "</ul></div></div>",
    );
    both.mark(&format!("<div class=\"layout-content\"><div class=\"region region-content\"><div class=\"block-page-title-block\"><h1>{heading}</h1></div><div class=\"node node--type-event\"><div class=\"node__content\"><dl class=\"facts\">"));
    for _ in 0..4 {
        both.say("<dt>", &language.words(dice, 1), "</dt>");
        both.say("<dd>", &language.words(dice, 4), "</dd>");
    }
    both.mark("</dl><div class=\"field field--name-body\">");
    say_all(&mut both, language, dice, 2);
    both.mark("</div><table class=\"programme\"><thead><tr>");
    both.say("<th>", &language.words(dice, 1), "</th>");
    both.say("<th>", &language.words(dice, 1), "</th></tr></thead><tbody>");
    for hour in 9..15 {
        both.say("<tr><td>", &format!("{hour}:30"), "</td>");
        both.say("<td>", &language.title(dice), "</td></tr>");
    }
    both.mark("</tbody></table></div></div></div>");
    links(
        &mut both,
        language,
        dice,
        "<div class=\"region region-sidebar-second\"><div class=\"block-views\"><ul>",
        ITEM,
        6,
        "</ul></div></div></div>",
    );
    both.mark(&format!("<div class=\"region region-footer\"><p>{}</p></div>", language.sentence(dice)));
    both
}
