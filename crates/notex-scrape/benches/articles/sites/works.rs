//! Works of reference: encyclopedias, manuals, laws, figures, recipes.

use super::Draft;

const LI: (&str, &str) = ("<li>", "</li>");

/// An encyclopedia in its newest skin: contents beside, an info box, notes, boxes of other articles.
pub(super) fn vector(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    let (contents, search) = (d.chrome.contents, d.chrome.search);
    d.menu(&format!("<a class=\"mw-jump-link\" href=\"#bodyContent\">{search}</a><div class=\"vector-header-container\"><header class=\"vector-header mw-header\"><nav class=\"vector-main-menu-landmark\"><ul class=\"vector-menu-content-list\">"), LI, "</ul></nav></header></div>");
    d.links(&format!("<div class=\"mw-page-container\"><div class=\"mw-page-container-inner\"><div class=\"vector-column-start\"><nav id=\"mw-panel-toc\" class=\"mw-table-of-contents-container vector-toc-landmark\"><div class=\"vector-toc\"><h2 class=\"vector-pinnable-header-label\">{contents}</h2><ul class=\"vector-toc-contents\">"), ("<li class=\"vector-toc-list-item\">", "</li>"), 5, "</ul></div></nav></div>");
    d.mark(&format!("<div class=\"mw-content-container\"><main id=\"content\" class=\"mw-body\"><header class=\"mw-body-header vector-page-titlebar\"><h1 id=\"firstHeading\" class=\"firstHeading mw-first-heading\"><span class=\"mw-page-title-main\">{heading}</span></h1><div id=\"p-lang-btn\" class=\"vector-dropdown\"><label>24</label><ul>"));
    d.links("", ("<li class=\"interlanguage-link\">", "</li>"), 8, "</ul></div></header><div id=\"bodyContent\" class=\"vector-body\"><div id=\"siteSub\" class=\"noprint\">");
    d.chatter("", "</div><div id=\"mw-content-text\" class=\"mw-body-content\"><div class=\"mw-content-ltr mw-parser-output\">");
    d.mark("<table class=\"infobox vcard\"><tbody><tr><td colspan=\"2\" class=\"infobox-image\"><img src=\"/i.jpg\" alt=\"\" width=\"220\"></td></tr>");
    for _ in 0..5 {
        let (name, value) = (d.words(1), d.words(3));
        d.say("<tr><th scope=\"row\" class=\"infobox-label\">", &name, "</th>");
        d.say("<td class=\"infobox-data\">", &value, "</td></tr>");
    }
    d.mark("</tbody></table>");
    d.tell("<p>", "</p>", 2);
    for part in 0..3 {
        let title = d.title();
        let edit = d.words(1);
        d.mark("<div class=\"mw-heading mw-heading2\">");
        d.say("<h2>", &title, &format!("</h2><span class=\"mw-editsection\"><span class=\"mw-editsection-bracket\">[</span><a href=\"?edit\"><span>{edit}</span></a><span class=\"mw-editsection-bracket\">]</span></span></div>"));
        d.tell("<p>", "</p>", 2);
        if part == 0 {
            d.mark("<figure class=\"mw-default-size mw-halign-right\"><a href=\"/File:1\"><img src=\"/f.jpg\" alt=\"\" width=\"250\" height=\"180\" class=\"mw-file-element\"></a>");
            let caption = d.sentence();
            d.say("<figcaption>", &caption, "</figcaption></figure>");
        }
        if part == 1 {
            d.rows("<table class=\"wikitable sortable\">", 4, 6, "</table>");
        }
    }
    d.links("<div role=\"navigation\" class=\"navbox\"><table class=\"nowraplinks navbox-inner\"><tbody><tr><th class=\"navbox-title\">Box</th></tr><tr><td class=\"navbox-list\"><ul>", LI, 14, "</ul></td></tr></tbody></table></div></div></div>");
    d.links("<div id=\"catlinks\" class=\"catlinks\"><div id=\"mw-normal-catlinks\" class=\"mw-normal-catlinks\"><ul>", LI, 5, "</ul></div></div></div></main></div>");
    d.chatter(
        "<footer id=\"footer\" class=\"mw-footer\"><ul id=\"footer-info\"><li id=\"footer-info-lastmod\">",
        "</li></ul></footer></div></div>",
    );
}

/// A manual written with the tool of most Python projects: signatures as terms, notes in boxes, a tree of chapters.
pub(super) fn sphinx(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.links("<div class=\"wy-grid-for-nav\"><nav data-toggle=\"wy-nav-shift\" class=\"wy-nav-side\"><div class=\"wy-side-scroll\"><div class=\"wy-side-nav-search\"><a href=\"/\" class=\"icon icon-home\">pkg</a><div class=\"version\">3.2</div></div><div class=\"wy-menu wy-menu-vertical\" role=\"navigation\"><ul>", ("<li class=\"toctree-l1\">", "</li>"), 16, "</ul></div></div></nav>");
    d.links("<section data-toggle=\"wy-nav-shift\" class=\"wy-nav-content-wrap\"><div class=\"wy-nav-content\"><div class=\"rst-content\"><div role=\"navigation\" aria-label=\"Page navigation\"><ul class=\"wy-breadcrumbs\">", LI, 2, "<li class=\"wy-breadcrumbs-aside\"><a href=\"_sources\">View page source</a></li></ul><hr></div>");
    d.mark(&format!("<div role=\"main\" class=\"document\" itemscope itemtype=\"http://schema.org/Article\"><div itemprop=\"articleBody\"><section id=\"x\"><h1>{heading}<a class=\"headerlink\" href=\"#x\">¶</a></h1>"));
    d.tell("<p>", "</p>", 1);
    for part in 0..3 {
        let title = d.title();
        d.mark(&format!("<section id=\"s{part}\">"));
        d.say("<h2>", &title, &format!("<a class=\"headerlink\" href=\"#s{part}\">¶</a></h2>"));
        d.tell("<p>", "</p>", 1);
        let code = format!("with open(path, {part}) as source:\n    limit = source.read()");
        d.say(
            "<div class=\"highlight-python3 notranslate\"><div class=\"highlight\"><pre>",
            &code,
            "</pre></div></div>",
        );
        d.mark("<dl class=\"py function\">");
        let (signature, meaning) = (format!("pkg.load_{part}(path, limit=None)"), d.sentence());
        d.say(
            "<dt class=\"sig sig-object py\">",
            &signature,
            &format!("<a class=\"headerlink\" href=\"#f{part}\">¶</a></dt>"),
        );
        d.say("<dd><p>", &meaning, "</p></dd></dl>");
        let (word, note) = (d.words(1), d.sentence());
        d.mark("<div class=\"admonition note\">");
        d.say("<p class=\"admonition-title\">", &word, "</p>");
        d.say("<p>", &note, "</p></div></section>");
    }
    d.mark("</section></div></div>");
    let (next, previous) = (d.chrome.next, d.chrome.previous);
    d.mark(&format!("<footer><div class=\"rst-footer-buttons\" role=\"navigation\"><a href=\"p\" class=\"btn btn-neutral float-left\">{previous}</a><a href=\"n\" class=\"btn btn-neutral float-right\">{next}</a></div><hr><div role=\"contentinfo\"><p>&#169; Copyright 2026, "));
    d.chatter("", "</p></div>Built with Sphinx</footer></div></div></section></div>");
}

/// Documentation in a single-page program: everything in boxes, contents at the right, a question at the end.
pub(super) fn portal(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.menu(
        "<div id=\"app\"><div class=\"sc-1a2b3c\"><div class=\"sc-hdr\">",
        ("<a class=\"sc-l\">", "</a>"),
        "</div>",
    );
    d.links(
        "<div class=\"sc-grid\"><div class=\"sc-left\"><div class=\"sc-tree\">",
        ("<div class=\"sc-node\">", "</div>"),
        18,
        "</div></div>",
    );
    d.mark(&format!("<div class=\"sc-mid\"><div class=\"sc-crumb\"><a href=\"/\">Docs</a> / <a href=\"/a\">API</a></div><h1 class=\"sc-h1\">{heading}</h1>"));
    d.tell("<div class=\"sc-p\">", "</div>", 2);
    for part in 0..3 {
        d.head("h2", " class=\"sc-h2\"");
        d.tell("<div class=\"sc-p\">", "</div>", 1);
        let code = format!("{{\n  \"limit\": {part},\n  \"cursor\": \"a{part}f\"\n}}");
        d.mark(
            "<div class=\"sc-code\"><div class=\"sc-tabs\"><button>JSON</button><button>YAML</button></div>",
        );
        d.say("<pre class=\"language-json\"><code>", &code.replace('"', "&quot;"), "</code></pre></div>");
    }
    d.rows("<table class=\"sc-t\">", 3, 6, "</table>");
    let (next, previous) = (d.chrome.next, d.chrome.previous);
    let (one, two) = (d.title(), d.title());
    d.mark(&format!("<div class=\"sc-pn\"><a href=\"/p\"><small>{previous}</small><div>{one}</div></a><a href=\"/n\"><small>{next}</small><div>{two}</div></a></div><div class=\"sc-fb\"><span>Was this page helpful?</span><button>Yes</button><button>No</button></div></div>"));
    let contents = d.chrome.contents;
    d.links(
        &format!("<div class=\"sc-right\"><div class=\"sc-toc\"><b>{contents}</b>"),
        ("<div>", "</div>"),
        5,
        "</div></div></div>",
    );
    d.chatter("<div class=\"sc-ftr\">", "</div></div></div>");
}

/// A law: numbered paragraphs in terms of a list, a tree of chapters, links to the next one.
pub(super) fn statute(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.menu("<div id=\"container\"><div id=\"kopf\"><ul id=\"hauptnav\">", LI, "</ul></div>");
    d.links(
        "<div id=\"inhalt\"><div id=\"baum\"><ul class=\"baum\">",
        LI,
        14,
        "</ul></div><div id=\"paddingLR12\">",
    );
    let (previous, next) = (d.chrome.previous, d.chrome.next);
    d.mark(&format!("<div id=\"blaettern_zurueck\"><a href=\"1\">{previous}</a></div><div id=\"blaettern_weiter\"><a href=\"3\">{next}</a></div><div class=\"jnheader\"><h1>{heading}</h1></div>"));
    for number in 1..7 {
        d.mark(&format!("<div class=\"jnnorm\" id=\"n{number}\"><div class=\"jnheader\">"));
        let title = d.title();
        let line = format!("§ {number} {title}");
        d.say("<h2><span class=\"jnenbez\">", &line, "</span></h2></div><div class=\"jnhtml\">");
        for sub in 1..3 {
            let said = format!("({sub}) {}", d.paragraph());
            d.say("<div class=\"jurAbsatz\">", &said, "</div>");
        }
        if number % 3 == 0 {
            d.mark("<dl>");
            for letter in ["a)", "b)", "c)"] {
                let item = d.sentence();
                d.say("<dt>", letter, "</dt>");
                d.say("<dd><div>", &item, "</div></dd>");
            }
            d.mark("</dl>");
        }
        d.mark("</div></div>");
    }
    d.mark("</div></div>");
    d.chatter("<div id=\"fusszeile\"><a href=\"#top\">Top</a><span>", "</span></div></div>");
}

/// Terms of a service on a page that also sells it.
pub(super) fn terms(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.menu("<div class=\"navbar w-nav\" role=\"banner\"><div class=\"w-container\"><nav role=\"navigation\" class=\"nav-menu w-nav-menu\">", ("<span class=\"w-nav-link\">", "</span>"), "</nav><a href=\"/try\" class=\"button w-button\">Try it free</a></div></div>");
    d.mark(&format!("<div class=\"section legal-hero\"><div class=\"w-container\"><h1>{heading}</h1></div></div><div class=\"section\"><div class=\"w-container\"><div class=\"w-richtext\">"));
    for number in 1..8 {
        let title = format!("{number}. {}", d.title());
        d.say("<h3><strong>", &title, "</strong></h3>");
        d.tell("<p>", "</p>", 1);
        if number % 3 == 1 {
            d.items("<ul role=\"list\">", LI, 3, "</ul>");
        }
    }
    d.mark("</div></div></div>");
    d.chatter(
        "<div class=\"section call\"><div class=\"w-container\"><h2>Start today</h2><p>",
        "</p><a href=\"/try\" class=\"button w-button\">Try it free</a></div></div>",
    );
    for _ in 0..3 {
        let title = d.words(1);
        d.links(
            &format!("<div class=\"foot-col\"><div class=\"foot-h\">{title}</div>"),
            ("<div>", "</div>"),
            5,
            "</div>",
        );
    }
    d.chatter("<div class=\"foot-end\">© 2026 ", "</div>");
}

/// Figures of an office: two long tables, a line before and after each, a form to filter.
pub(super) fn figures(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.menu("<div class=\"c-hdr\"><div class=\"c-hdr__in\"><ul>", LI, "</ul></div></div>");
    let search = d.chrome.search;
    d.mark(&format!("<div class=\"c-main\"><div class=\"c-crumbs\"><a href=\"/\">Data</a> &rsaquo; <a href=\"/t\">Tables</a></div><h1>{heading}</h1><form class=\"c-filter\"><label>From <input name=\"a\"></label><label>To <input name=\"b\"></label><select><option>2024</option><option>2025</option></select><button>{search}</button></form>"));
    d.tell("<p class=\"lead\">", "</p>", 1);
    d.rows("<div class=\"table-responsive\"><table class=\"table table-striped\">", 6, 24, "</table></div>");
    let source = d.sentence();
    d.say("<p class=\"source-line\">", &source, "</p>");
    d.head("h2", "");
    d.rows("<div class=\"table-responsive\"><table class=\"table table-striped\">", 4, 12, "</table></div>");
    d.tell("<p>", "</p>", 1);
    d.mark("<div class=\"c-export\"><a href=\"x.csv\">CSV</a> <a href=\"x.xlsx\">XLSX</a> <a href=\"x.json\">JSON</a></div></div>");
    let related = d.language.related;
    d.links(
        &format!("<div class=\"c-side\"><div class=\"c-side__t\">{related}</div><ul>"),
        LI,
        8,
        "</ul></div>",
    );
    d.chatter("<div class=\"c-ftr\"><p>", "</p></div>");
}

/// A recipe below a story, in the card of a well-known plugin.
pub(super) fn recipe(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.menu("<div class=\"site-container\"><header class=\"site-header\"><nav class=\"nav-primary\"><ul class=\"menu genesis-nav-menu\">", LI, "</ul></nav></header>");
    let by = d.words(2);
    d.mark(&format!("<div class=\"site-inner\"><div class=\"content-sidebar-wrap\"><main class=\"content\"><article class=\"post entry\"><header class=\"entry-header\"><h1 class=\"entry-title\">{heading}</h1><p class=\"entry-meta\"><span class=\"entry-author\">{by}</span> <time class=\"entry-time\">4.5.2026</time></p></header><div class=\"entry-content\"><div class=\"wprm-recipe-snippet\"><a href=\"#r\" class=\"wprm-recipe-jump\">Jump to Recipe</a> <a href=\"/print\" class=\"wprm-recipe-print\">Print Recipe</a></div>"));
    d.tell("<p>", "</p>", 2);
    d.mark("<p><img src=\"/r.jpg\" alt=\"\" width=\"700\" height=\"500\"></p>");
    d.head("h2", "");
    d.tell("<p>", "</p>", 1);
    d.mark("<div class=\"wprm-recipe-container\" id=\"r\"><div class=\"wprm-recipe wprm-recipe-template-classic\">");
    let (name, summary) = (d.title(), d.sentence());
    d.say("<h2 class=\"wprm-recipe-name\">", &name, "</h2>");
    d.say("<div class=\"wprm-recipe-summary\"><span>", &summary, "</span></div>");
    let (group, steps) = (d.words(1), d.words(1));
    d.say(
        "<div class=\"wprm-recipe-ingredients-container\"><h3 class=\"wprm-recipe-header\">",
        &group,
        "</h3><ul class=\"wprm-recipe-ingredients\">",
    );
    for number in 1..9 {
        let line = format!("{} g {}", number * 30, d.words(3));
        d.say("<li class=\"wprm-recipe-ingredient\">", &line, "</li>");
    }
    d.say(
        "</ul></div><div class=\"wprm-recipe-instructions-container\"><h3 class=\"wprm-recipe-header\">",
        &steps,
        "</h3>",
    );
    d.items(
        "<ol class=\"wprm-recipe-instructions\">",
        ("<li class=\"wprm-recipe-instruction\"><div class=\"wprm-recipe-instruction-text\">", "</div></li>"),
        6,
        "</ol></div></div></div>",
    );
    d.tell("<p>", "</p>", 1);
    d.mark("</div><footer class=\"entry-footer\"><p class=\"entry-meta\"><span class=\"entry-categories\">");
    d.mark(&format!("<a href=\"/c\">{}</a></span></p></footer></article>", d.language.menu[2]));
    let (reply, comments) = (d.chrome.reply, d.language.comments);
    d.mark(&format!(
        "<div class=\"entry-comments\" id=\"comments\"><h3>{comments}</h3><ol class=\"comment-list\">"
    ));
    for _ in 0..3 {
        let (who, said) = (d.words(2), d.paragraph());
        d.mark(&format!("<li class=\"comment\"><article><header class=\"comment-header\"><p class=\"comment-author\">{who}</p></header><div class=\"comment-content\"><p>{said}</p></div></article></li>"));
    }
    d.mark(&format!("</ol></div><div class=\"comment-respond\"><h3>{reply}</h3></div></main><aside class=\"sidebar sidebar-primary widget-area\"><section class=\"widget user-profile\"><h4>{by}</h4>"));
    d.chatter("<p>", "</p></section>");
    d.teasers(
        "<section class=\"widget featured-content\">",
        ("<article class=\"post\">", "</article>"),
        4,
        "</section></aside></div></div></div>",
    );
}
