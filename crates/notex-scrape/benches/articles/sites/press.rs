//! News, blogs and offices: one text with much around it.

use super::Draft;

const LI: (&str, &str) = ("<li>", "</li>");

/// A newspaper on the most used blog software with a block theme.
pub(super) fn blocks(d: &mut Draft<'_>) {
    d.mark("<div class=\"wp-site-blocks\"><header class=\"wp-block-template-part\"><div class=\"wp-block-group has-global-padding is-layout-constrained\">");
    d.menu(
        "<nav class=\"is-responsive wp-block-navigation\"><ul class=\"wp-block-navigation__container\">",
        ("<li class=\"wp-block-navigation-item\">", "</li>"),
        "</ul></nav></div></header>",
    );
    let heading = d.heading.clone();
    d.mark(&format!("<main class=\"wp-block-group\" id=\"wp--skip-link--target\"><div class=\"wp-block-group\"><div class=\"wp-block-group\"><h1 class=\"wp-block-post-title\">{heading}</h1>"));
    let by = d.words(2);
    d.mark(&format!("<div class=\"wp-block-group is-layout-flex\"><div class=\"wp-block-post-date\"><time datetime=\"2026-05-04\">4.5.2026</time></div><p class=\"has-small-font-size\">—</p><div class=\"wp-block-post-author-name\"><a href=\"/author/1\" class=\"wp-block-post-author-name__link\">{by}</a></div><div class=\"taxonomy-category wp-block-post-terms\"><a href=\"/category/1\" rel=\"tag\">{}</a></div></div></div>", d.language.menu[2]));
    d.mark("<div class=\"entry-content wp-block-post-content has-global-padding is-layout-constrained\">");
    d.tell("<p>", "</p>", 2);
    d.mark("<figure class=\"wp-block-image size-large\"><img src=\"/w.jpg\" alt=\"\" class=\"wp-image-12\">");
    let caption = d.sentence();
    d.say("<figcaption class=\"wp-element-caption\">", &caption, "</figcaption></figure>");
    d.tell("<p>", "</p>", 1);
    let advertisement = d.chrome.advertisement;
    d.chatter(&format!("<div class=\"code-block code-block-2\" style=\"margin:8px auto\"><span>{advertisement}</span><ins class=\"adsbygoogle\"><a href=\"//ads.example\">"), "</a></ins></div>");
    d.head("h2", " class=\"wp-block-heading\"");
    d.tell("<p>", "</p>", 2);
    d.mark("<blockquote class=\"wp-block-quote is-layout-flow\">");
    d.tell("<p>", "</p>", 1);
    d.mark("</blockquote>");
    d.items("<ul class=\"wp-block-list\">", LI, 3, "</ul>");
    d.tell("<p>", "</p>", 2);
    let (share, related) = (d.language.share, d.language.related);
    d.mark(&format!("<div class=\"sharedaddy sd-sharing-enabled\"><div class=\"robots-nocontent sd-block sd-social sd-sharing\"><h3 class=\"sd-title\">{share}</h3><div class=\"sd-content\"><ul><li class=\"share-facebook\"><a href=\"?share=facebook\"><span>Facebook</span></a></li><li><a href=\"?share=x\"><span>X</span></a></li></ul></div></div></div>"));
    d.teasers(&format!("<div id=\"jp-relatedposts\" class=\"jp-relatedposts\"><h3 class=\"jp-relatedposts-headline\"><em>{related}</em></h3><div class=\"jp-relatedposts-items\">"), ("<div class=\"jp-relatedposts-post\">", "</div>"), 3, "</div></div></div>");
    let (previous, next) = (d.chrome.previous, d.chrome.next);
    let (one, two) = (d.title(), d.title());
    d.mark(&format!("<nav class=\"wp-block-group\" aria-label=\"Posts\"><div class=\"post-navigation-link-previous wp-block-post-navigation-link\"><span>{previous}</span><a href=\"/p/1\" rel=\"prev\">{one}</a></div><div class=\"post-navigation-link-next wp-block-post-navigation-link\"><span>{next}</span><a href=\"/p/2\" rel=\"next\">{two}</a></div></nav>"));
    let (comments, reply) = (d.language.comments, d.chrome.reply);
    d.mark(&format!(
        "<div class=\"wp-block-comments\"><h2>{comments}</h2><ol class=\"wp-block-comment-template\">"
    ));
    for _ in 0..3 {
        let (who, said) = (d.words(2), d.paragraph());
        d.mark(&format!("<li class=\"comment even\"><div class=\"wp-block-columns\"><div class=\"wp-block-comment-author-name\"><a href=\"#\">{who}</a></div><div class=\"wp-block-comment-date\"><time>5.5.2026</time></div><div class=\"wp-block-comment-content\"><p>{said}</p></div><div class=\"wp-block-comment-reply-link\"><a href=\"?reply\">{reply}</a></div></div></li>"));
    }
    d.mark(&format!("</ol><div id=\"respond\" class=\"comment-respond wp-block-post-comments-form\"><h3 class=\"comment-reply-title\">{reply}</h3><form class=\"comment-form\"><p class=\"comment-notes\">"));
    d.chatter("", "</p><textarea></textarea><input type=\"submit\"></form></div></div></div></main>");
    d.chatter("<footer class=\"wp-block-template-part\"><div class=\"wp-block-group\"><h2 class=\"wp-block-site-title\"><a href=\"/\">Daily</a></h2><p>", "</p>");
    d.links(
        "<ul class=\"wp-block-latest-posts__list wp-block-latest-posts\">",
        LI,
        5,
        "</ul></div></footer></div>",
    );
    let (cookies, accept) = (d.language.cookies, d.language.accept);
    d.mark(&format!("<div id=\"cmplz-cookiebanner-container\"><div class=\"cmplz-cookiebanner cmplz-bottom-right\"><div class=\"cmplz-title\">Cookies</div><div class=\"cmplz-message\"><p>{cookies}</p></div><button class=\"cmplz-btn cmplz-accept\">{accept}</button></div></div>"));
}

/// A newspaper whose build names its classes: a wall in the middle, what is read most in the text, teasers after it.
pub(super) fn hashed(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.mark("<div id=\"__next\"><div class=\"Layout_root__Yk3Zs\">");
    d.menu(
        "<div class=\"Header_bar__p2LqX\"><div class=\"Header_nav__8vUoa\">",
        ("<span class=\"Header_item__Qe1aD\">", "</span>"),
        "</div></div>",
    );
    d.links("<div class=\"Ticker_root__aa81K\">", ("<div class=\"Ticker_i__1\">", "</div>"), 4, "</div>");
    let by = d.words(2);
    d.mark(&format!("<div class=\"Page_grid__Zt0Pv\"><div class=\"Page_main__u3NfR\"><h1 class=\"Headline_h__k7TyB\">{heading}</h1><div class=\"Meta_row__x2QmE\"><div class=\"Meta_who__0aKdV\">{by}</div><div class=\"Meta_when__uB61C\">12:40, 4.5.2026</div></div><div class=\"Tools_bar__Vd3Hs\"><button>A+</button><a href=\"https://t.me/share\">Telegram</a><a href=\"https://x.com/share\">X</a></div><div class=\"Body_text__H8eWj\">"));
    d.tell("<div class=\"Body_p__mN2c0\">", "</div>", 3);
    let most = d.chrome.most_read;
    d.links(
        &format!("<div class=\"Inset_box__rr6Fa\"><div class=\"Inset_t__ld0\">{most}</div>"),
        ("<div class=\"Inset_i__9x\">", "</div>"),
        3,
        "</div>",
    );
    d.tell("<div class=\"Body_p__mN2c0\">", "</div>", 2);
    d.head("h2", " class=\"Body_h2__Cc9lM\"");
    d.tell("<div class=\"Body_p__mN2c0\">", "</div>", 2);
    d.mark("<div class=\"Pic_root__E4tGy\"><img src=\"/n.jpg\" alt=\"\" width=\"700\" height=\"400\">");
    let caption = d.sentence();
    d.say("<div class=\"Pic_cap__Wq8oL\">", &caption, "</div></div>");
    d.tell("<div class=\"Body_p__mN2c0\">", "</div>", 2);
    let subscribe = d.chrome.subscribe;
    d.chatter(
        "<div class=\"Wall_root__b7KpS\"><div class=\"Wall_t__2\">",
        &format!("</div><button>{subscribe}</button></div></div>"),
    );
    let tags = d.chrome.tags;
    let words: Vec<String> = (0..4).map(|_| d.words(1)).collect();
    d.mark(&format!(
        "<div class=\"Topics_row__gA5nU\"><span>{tags}</span>{}</div></div>",
        words.iter().map(|word| format!("<a href=\"/topic/{word}\">{word}</a>")).collect::<String>()
    ));
    d.teasers(
        &format!("<div class=\"Rail_root__J0mTq\"><div class=\"Rail_t__1\">{most}</div>"),
        ("<div class=\"Rail_card__Ty6\">", "</div>"),
        5,
        "</div></div>",
    );
    let related = d.language.related;
    d.teasers(
        &format!("<div class=\"Feed_root__oo3Ke\"><div class=\"Feed_t__4\">{related}</div>"),
        ("<div class=\"Feed_card__Ty6\">", "</div>"),
        4,
        "</div>",
    );
    d.chatter("<div class=\"Foot_root__s9DwA\"><div>© 2026 ", "</div>");
    d.menu("<div class=\"Foot_links__5\">", ("<span>", "</span>"), "</div></div></div></div>");
    let (cookies, accept) = (d.language.cookies, d.language.accept);
    d.mark(&format!("<div class=\"Consent_root__Lm4\"><div>{cookies}</div><button>{accept}</button></div>"));
}

/// A page for phones, with the elements of that format.
pub(super) fn amp(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.menu("<amp-sidebar id=\"sb\" layout=\"nodisplay\" side=\"left\"><ul>", LI, "</ul></amp-sidebar>");
    d.mark("<amp-consent id=\"c\" layout=\"nodisplay\"><div id=\"consent-ui\">");
    let (cookies, accept) = (d.language.cookies, d.language.accept);
    d.mark(&format!("<p>{cookies}</p><button on=\"tap:c.accept\">{accept}</button></div></amp-consent><header class=\"amp-wp-header\"><div><a href=\"/\">Daily</a></div></header><article class=\"amp-wp-article\"><header class=\"amp-wp-article-header\"><h1 class=\"amp-wp-title\">{heading}</h1><div class=\"amp-wp-meta amp-wp-byline\"><span class=\"amp-wp-author\">"));
    let by = d.words(2);
    d.mark(&format!("{by}</span></div><div class=\"amp-wp-meta amp-wp-posted-on\"><time>4.5.2026</time></div></header><figure class=\"amp-wp-article-featured-image\"><amp-img src=\"/a.jpg\" width=\"800\" height=\"450\" layout=\"responsive\"></amp-img>"));
    let caption = d.sentence();
    d.say("<p class=\"wp-caption-text\">", &caption, "</p></figure><div class=\"amp-wp-article-content\">");
    d.tell("<p>", "</p>", 3);
    d.mark("<amp-ad width=\"300\" height=\"250\" type=\"doubleclick\"><div placeholder>Loading ad</div></amp-ad>");
    d.head("h2", "");
    d.tell("<p>", "</p>", 2);
    d.items("<ul>", LI, 4, "</ul>");
    let related = d.language.related;
    let more = d.title();
    d.mark(&format!("<p><strong>{related}: <a href=\"/r/1\">{more}</a></strong></p>"));
    d.tell("<p>", "</p>", 2);
    let share = d.language.share;
    d.mark(&format!("</div><div class=\"social\"><span>{share}</span><amp-social-share type=\"twitter\"></amp-social-share></div><footer class=\"amp-wp-article-footer\"><div class=\"amp-wp-meta amp-wp-tax-category\">"));
    let word = d.words(1);
    d.mark(&format!("<a href=\"/c\">{word}</a></div><div class=\"amp-wp-meta amp-wp-comments-link\"><a href=\"/x#respond\">{}</a></div></footer></article>", d.chrome.reply));
    d.teasers("<amp-list class=\"more-stories\">", ("<div class=\"story\">", "</div>"), 4, "</amp-list>");
    d.chatter(
        "<footer class=\"amp-wp-footer\"><div><h2>Daily</h2><p>",
        "</p><a href=\"#top\" class=\"back-to-top\">Top</a></div></footer>",
    );
}

/// A paper of 1999: tables in tables, fonts, paragraphs by line breaks.
pub(super) fn layout(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.menu("<table width=\"760\" align=\"center\" cellspacing=\"0\"><tr><td colspan=\"3\" bgcolor=\"#003366\"><font color=\"white\">", ("", " | "), "</font></td></tr><tr><td width=\"130\" valign=\"top\" bgcolor=\"#eeeeee\">");
    d.links("", ("<font size=\"2\">&#8226; ", "</font><br>"), 9, "</td>");
    d.mark(&format!(
        "<td width=\"470\" valign=\"top\"><font face=\"Arial\" size=\"5\"><b>{heading}</b></font><br>"
    ));
    let by = d.words(2);
    d.mark(&format!("<font size=\"1\" color=\"gray\">{by}, 4.5.2026</font><br><br>"));
    d.tell("<font size=\"3\">", "</font><br><br>", 2);
    d.mark(
        "<table align=\"right\" width=\"200\"><tr><td><img src=\"/o.gif\" width=\"200\" height=\"150\"><br>",
    );
    let caption = d.sentence();
    d.say("<font size=\"1\">", &caption, "</font></td></tr></table>");
    d.tell("<font size=\"3\">", "</font><br><br>", 4);
    d.head("b", "");
    d.mark("<br><br>");
    d.tell("<font size=\"3\">", "</font><br><br>", 2);
    d.mark("<hr size=\"1\"><center><a href=\"/print\"><font size=\"1\">Print</a> | <a href=\"/mail\">E-Mail</a></font></center></td><td width=\"160\" valign=\"top\">");
    for _ in 0..4 {
        let (title, teaser) = (d.title(), d.sentence());
        d.mark(&format!("<font size=\"2\"><a href=\"/s\"><b>{title}</b></a><br>{teaser}</font><br><br>"));
    }
    d.chatter(
        "</td></tr><tr><td colspan=\"3\" align=\"center\"><font size=\"1\">&copy; 1999 ",
        "</font></td></tr></table>",
    );
}

/// A magazine on a publishing platform: cards in the text, a call to subscribe, more posts below.
pub(super) fn ghost(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    let subscribe = d.chrome.subscribe;
    d.menu("<div class=\"gh-viewport\"><header id=\"gh-navigation\" class=\"gh-navigation gh-outer\"><nav class=\"gh-navigation-menu\"><ul class=\"nav\">", LI, &format!("</ul></nav><a class=\"gh-button\" href=\"#/portal/signup\">{subscribe}</a></header>"));
    d.mark("<main class=\"gh-main\"><article class=\"gh-article post\"><header class=\"gh-article-header gh-canvas\">");
    let (excerpt, by, tag) = (d.sentence(), d.words(2), d.words(1));
    d.mark(&format!("<a class=\"gh-article-tag\" href=\"/tag/1\">{tag}</a><h1 class=\"gh-article-title is-title\">{heading}</h1>"));
    d.say("<p class=\"gh-article-excerpt is-body\">", &excerpt, "</p>");
    d.mark(&format!("<div class=\"gh-article-meta\"><div class=\"gh-article-author-image\"><a href=\"/author/1\"><img src=\"/u.jpg\" alt=\"\"></a></div><div class=\"gh-article-meta-wrapper\"><h4 class=\"gh-article-author-name\"><a href=\"/author/1\">{by}</a></h4><div class=\"gh-article-meta-content\"><time>4 May 2026</time><span class=\"gh-article-meta-length\"><span class=\"bull\">—</span> 6 min</span></div></div></div></header><section class=\"gh-content gh-canvas is-body\">"));
    d.tell("<p>", "</p>", 3);
    let note = d.paragraph();
    d.say(
        "<div class=\"kg-card kg-callout-card kg-callout-card-blue\"><div class=\"kg-callout-text\">",
        &note,
        "</div></div>",
    );
    d.head("h2", " id=\"part\"");
    d.tell("<p>", "</p>", 2);
    d.mark("<figure class=\"kg-card kg-image-card kg-card-hascaption\"><img src=\"/k.jpg\" class=\"kg-image\" alt=\"\">");
    let caption = d.sentence();
    d.say("<figcaption>", &caption, "</figcaption></figure>");
    d.chatter(
        "<div class=\"kg-card kg-signup-card\"><div class=\"kg-signup-card-text\"><h2>",
        &format!("</h2><form><input type=\"email\"><button>{subscribe}</button></form></div></div>"),
    );
    d.items("<ol>", LI, 4, "</ol>");
    d.tell("<p>", "</p>", 2);
    d.mark("</section></article><div class=\"gh-comments gh-canvas\"><h2 class=\"gh-comments-title\">");
    d.mark(&format!("{}</h2></div>", d.language.comments));
    let related = d.language.related;
    d.teasers(&format!("<section class=\"gh-container is-grid gh-outer\"><h2 class=\"gh-container-title\">{related}</h2><div class=\"gh-feed\">"), ("<article class=\"gh-card post\"><div class=\"gh-card-wrapper\">", "</div></article>"), 4, "</div></section></main>");
    d.chatter("<footer class=\"gh-footer gh-outer\"><div class=\"gh-footer-signup\"><h2 class=\"gh-footer-signup-header is-title\">", "</h2><form><input type=\"email\"></form></div><div class=\"gh-footer-copyright\">© 2026</div></footer></div>");
}

/// An essay in boxes with two letters as classes: claps, who wrote it, more of the same.
pub(super) fn soup(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.mark("<div id=\"root\"><div class=\"a b c\"><div class=\"d e f g\"><div class=\"h\"><a href=\"/\">M</a></div><div class=\"i\"><a href=\"/signin\">");
    d.mark(&format!("{}</a></div></div><div class=\"j k\"><article><div class=\"l\"><div class=\"m n\"><section><div><div class=\"fj fk\"><div class=\"ab ca\"><div class=\"ch bg\"><div><h1 class=\"pw-post-title hb hc\">{heading}</h1></div>", d.language.menu[5]));
    let by = d.words(2);
    let follow = d.chrome.subscribe;
    d.mark(&format!("<div class=\"ij ik\"><div class=\"il\"><img src=\"/u.png\" alt=\"\"></div><div class=\"im\"><a href=\"/@u\">{by}</a><button>{follow}</button></div><div class=\"in\"><span>6 min</span> · <span>4.5.2026</span></div></div><div class=\"io ip\"><div class=\"pw-multi-vote-icon\"><button>👏</button></div><div class=\"pw-multi-vote-count\"><button>1.2K</button></div><button>💬 14</button></div>"));
    d.tell("<p id=\"a1\" class=\"pw-post-body-paragraph nl nm\">", "</p>", 3);
    d.mark("<figure class=\"oo op\"><div class=\"oq\"><picture><img src=\"/m.png\" alt=\"\" width=\"700\" height=\"400\"></picture></div>");
    let caption = d.sentence();
    d.say("<figcaption class=\"or os\">", &caption, "</figcaption></figure>");
    d.head("h2", " class=\"ot ou\"");
    d.tell("<p id=\"b2\" class=\"pw-post-body-paragraph nl nm\">", "</p>", 2);
    let code = "cargo build --release\ncargo run -- --port 80";
    d.say("<pre class=\"pa pb\"><span class=\"pc pd\">", code, "</span></pre>");
    d.tell("<p id=\"c3\" class=\"pw-post-body-paragraph nl nm\">", "</p>", 2);
    d.items("<ul class=\"pe\">", ("<li class=\"nl nm\">", "</li>"), 3, "</ul>");
    d.mark("</div></div></div></div></section></div></div></article></div><div class=\"qa qb\"><div class=\"qc\">");
    for _ in 0..4 {
        let word = d.words(1);
        d.mark(&format!("<a class=\"qd\" href=\"/tag/{word}\"><div class=\"qe\">{word}</div></a>"));
    }
    let written = d.chrome.written_by;
    let bio = d.sentence();
    d.mark(&format!("</div><div class=\"qf\"><div><h2 class=\"qg\">{written} {by}</h2><div class=\"qh\">840 Followers</div><div class=\"qi\">{bio}</div></div></div></div>"));
    let related = d.language.related;
    d.teasers(
        &format!("<div class=\"ra rb\"><h2 class=\"rc\">{related}</h2><div class=\"rd\">"),
        ("<div class=\"re\"><article>", "</article></div>"),
        4,
        "</div></div>",
    );
    d.menu("<div class=\"sa sb\">", ("<div class=\"sc\">", "</div>"), "</div></div></div>");
}

/// An office on a system for large sites: fields in fields, a block beside, an address in the footer.
pub(super) fn drupal(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.mark("<div class=\"dialog-off-canvas-main-canvas\" data-off-canvas-main-canvas><div id=\"page-wrapper\" class=\"page-wrapper\">");
    let (cookies, accept) = (d.language.cookies, d.language.accept);
    d.mark(&format!("<div id=\"sliding-popup\" class=\"sliding-popup-bottom\"><div class=\"eu-cookie-compliance-banner\"><div class=\"popup-content info\"><p>{cookies}</p><button>{accept}</button></div></div></div>"));
    d.menu("<header id=\"header\" class=\"site-header\" role=\"banner\"><div id=\"block-olivero-main-menu\" class=\"primary-nav__menu\"><ul>", LI, "</ul></div></header>");
    d.links("<div class=\"layout-main-wrapper\"><div class=\"main-content\"><div class=\"region region--breadcrumb\"><ol class=\"breadcrumb__list\">", LI, 2, "</ol></div>");
    d.mark(&format!("<main role=\"main\"><div class=\"region--content region\"><div id=\"block-olivero-page-title\"><h1 class=\"title page-title\"><span class=\"field field--name-title\">{heading}</span></h1></div><article class=\"node node--type-page node--view-mode-full\"><div class=\"node__content\"><div class=\"text-content clearfix field field--name-body field--type-text-with-summary field__item\">"));
    d.tell("<p>", "</p>", 2);
    d.head("h2", "");
    d.items("<ol>", LI, 5, "</ol>");
    d.rows("<table class=\"tabledrag\">", 3, 5, "</table>");
    d.head("h3", "");
    d.tell("<p>", "</p>", 2);
    d.mark("<dl>");
    for _ in 0..3 {
        let (term, meaning) = (d.words(2), d.sentence());
        d.say("<dt>", &term, "</dt>");
        d.say("<dd>", &meaning, "</dd>");
    }
    d.mark("</dl></div></div></article>");
    let share = d.language.share;
    d.mark(&format!("<div class=\"block block-addtoany\"><h2 class=\"visually-hidden\">{share}</h2><span class=\"a2a_kit\"><a class=\"a2a_button_x\" href=\"#\">X</a><a class=\"a2a_button_mail\" href=\"#\">Mail</a></span></div></div></main></div><div class=\"sidebar-grid\"><div class=\"region region--sidebar\">"));
    let related = d.language.related;
    d.links(&format!("<div class=\"block block-views\"><h2 class=\"block__title\">{related}</h2><div class=\"views-element-container\">"), ("<div class=\"views-row\">", "</div>"), 6, "</div></div></div></div></div>");
    d.chatter(
        "<footer class=\"site-footer\"><div class=\"region--footer_bottom\"><p>",
        "</p></div></footer></div></div>",
    );
}
