//! What stands around the content of a page, in the markup of different builders of sites.

use crate::words::{Dice, Language};

/// How a site is marked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Landmarks, few classes.
    Semantic,
    /// As the best known blog software writes it.
    Blog,
    /// Classes that a build made.
    Hashed,
    /// Tables that lay out the page, as 25 years ago.
    Tables,
    /// Classes that say how things look.
    Utility,
    /// Classes in blocks and elements.
    Blocks,
    /// Boxes without a name.
    Bare,
}

pub(crate) const STYLES: [Style; 7] =
    [Style::Semantic, Style::Blog, Style::Hashed, Style::Tables, Style::Utility, Style::Blocks, Style::Bare];

/// A part of a page around the content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Header,
    Menu,
    Crumbs,
    Main,
    Article,
    Byline,
    Body,
    Share,
    Related,
    Newsletter,
    Comments,
    Aside,
    Footer,
    Cookies,
}

impl Style {
    /// The tags around a part: what opens and what closes it.
    pub(crate) fn around(self, part: Part) -> (String, String) {
        use Part::{
            Article, Aside, Body, Byline, Comments, Cookies, Crumbs, Footer, Header, Main, Menu, Newsletter,
            Related, Share,
        };
        let (tag, attributes) = match (self, part) {
            (Self::Semantic, Header) => ("header", ""),
            (Self::Semantic, Menu) => ("nav", ""),
            (Self::Semantic, Crumbs) => ("nav", "aria-label=\"Breadcrumb\""),
            (Self::Semantic, Main) => ("main", ""),
            (Self::Semantic, Article) => ("article", ""),
            (Self::Semantic, Byline) => ("p", "class=\"byline\""),
            (Self::Semantic, Body) => ("div", ""),
            (Self::Semantic, Share) => ("div", "class=\"share\""),
            (Self::Semantic, Related | Newsletter | Aside) => ("aside", ""),
            (Self::Semantic, Comments) => ("section", "id=\"comments\""),
            (Self::Semantic, Footer) => ("footer", ""),
            (Self::Semantic, Cookies) => ("dialog", "open"),

            (Self::Blog, Header) => ("header", "id=\"masthead\" class=\"site-header\""),
            (Self::Blog, Menu) => ("nav", "id=\"site-navigation\" class=\"main-navigation\""),
            (Self::Blog, Crumbs) => ("div", "class=\"breadcrumbs\""),
            (Self::Blog, Main) => ("div", "id=\"primary\" class=\"content-area\""),
            (Self::Blog, Article) => (
                "article",
                "id=\"post-417\" class=\"post-417 post type-post status-publish hentry category-news\"",
            ),
            (Self::Blog, Byline) => ("div", "class=\"entry-meta\""),
            (Self::Blog, Body) => ("div", "class=\"entry-content\""),
            (Self::Blog, Share) => ("div", "class=\"sharedaddy sd-sharing-enabled\""),
            (Self::Blog, Related) => ("div", "id=\"jp-relatedposts\" class=\"jp-relatedposts\""),
            (Self::Blog, Newsletter) => ("div", "class=\"mc4wp-form newsletter-signup\""),
            (Self::Blog, Comments) => ("div", "id=\"comments\" class=\"comments-area\""),
            (Self::Blog, Aside) => ("aside", "id=\"secondary\" class=\"widget-area\""),
            (Self::Blog, Footer) => ("footer", "id=\"colophon\" class=\"site-footer\""),
            (Self::Blog, Cookies) => ("div", "id=\"cookie-law-info-bar\""),

            (Self::Hashed, Header) => ("div", "class=\"css-1x8k3f\""),
            (Self::Hashed, Menu) => ("div", "class=\"css-9fk2la\""),
            (Self::Hashed, Main) => ("div", "class=\"css-p02kdj\""),
            (Self::Hashed, Article) => ("div", "class=\"css-77ab1c\""),
            (Self::Hashed, Byline) => ("div", "class=\"css-3e9xz\""),
            (Self::Hashed, Body) => ("div", "class=\"css-k1dn2m\""),
            (Self::Hashed, Cookies) => ("div", "class=\"css-00dlsq\" role=\"dialog\""),
            (Self::Hashed, Footer) => ("footer", "class=\"css-qq71\""),
            (Self::Hashed, _) => ("div", "class=\"css-u8s6d5\""),

            (Self::Utility, Header) => {
                ("header", "class=\"sticky top-0 z-40 flex items-center px-4 shadow-sm\"")
            }
            (Self::Utility, Menu) => ("nav", "class=\"hidden md:flex gap-4 text-sm\""),
            (Self::Utility, Main) => ("div", "class=\"mx-auto max-w-7xl grid grid-cols-12 gap-8\""),
            (Self::Utility, Article) => ("div", "class=\"col-span-8 space-y-4\""),
            (Self::Utility, Byline) => ("div", "class=\"flex items-center text-xs text-gray-500\""),
            (Self::Utility, Body) => ("div", "class=\"prose lg:prose-xl\""),
            (Self::Utility, Aside) => ("aside", "class=\"col-span-4 hidden lg:block\""),
            (Self::Utility, Cookies) => {
                ("div", "class=\"fixed bottom-0 inset-x-0 bg-white p-4\" role=\"dialog\"")
            }
            (Self::Utility, Footer) => ("footer", "class=\"mt-12 border-t text-sm\""),
            (Self::Utility, _) => ("div", "class=\"mt-8 rounded border p-4 text-sm\""),

            (Self::Blocks, Header) => ("div", "class=\"c-header\""),
            (Self::Blocks, Menu) => ("div", "class=\"c-header__menu\""),
            (Self::Blocks, Crumbs) => ("ol", "class=\"c-breadcrumb\""),
            (Self::Blocks, Main) => ("div", "class=\"l-content\" role=\"main\""),
            (Self::Blocks, Article) => ("div", "class=\"c-article\""),
            (Self::Blocks, Byline) => ("div", "class=\"c-article__byline\""),
            (Self::Blocks, Body) => ("div", "class=\"c-article__body\" itemprop=\"articleBody\""),
            (Self::Blocks, Share) => ("div", "class=\"c-social-share\""),
            (Self::Blocks, Related) => ("div", "class=\"c-related\""),
            (Self::Blocks, Newsletter) => ("div", "class=\"c-newsletter-box\""),
            (Self::Blocks, Comments) => ("div", "class=\"c-comments\""),
            (Self::Blocks, Aside) => ("div", "class=\"l-sidebar\""),
            (Self::Blocks, Footer) => ("div", "class=\"c-footer\""),
            (Self::Blocks, Cookies) => ("div", "class=\"c-consent-layer\""),

            (Self::Tables, Byline | Share) => ("font", "size=\"1\""),
            (Self::Tables | Self::Bare, _) => ("div", ""),
        };
        let space = if attributes.is_empty() { "" } else { " " };
        (format!("<{tag}{space}{attributes}>"), format!("</{tag}>"))
    }

    pub(crate) fn wrap(self, part: Part, inside: &str) -> String {
        let (open, close) = self.around(part);
        format!("{open}{inside}{close}\n")
    }
}

/// What a page has around its content.
#[derive(Clone, Copy)]
pub(crate) struct Around {
    pub(crate) byline: bool,
    pub(crate) comments: bool,
    pub(crate) related: bool,
    pub(crate) aside: bool,
}

/// A whole page around its content, which stands below `heading`.
pub(crate) fn page(
    style: Style,
    language: &Language,
    heading: &str,
    body: &str,
    around: Around,
    dice: &mut Dice,
) -> String {
    let direction = if language.is_rtl() { " dir=\"rtl\"" } else { "" };
    let mut html = format!(
        "<!doctype html><html lang=\"{}\"{direction}><head><meta charset=\"utf-8\"><title>{heading} - Example Site</title><style>.a{{color:red}}</style></head><body>\n",
        language.code
    );
    let cookies = format!("<h2>Cookies</h2><p>{}</p><button>{}</button>", language.cookies, language.accept);
    html.push_str(&style.wrap(Part::Cookies, &cookies));
    let entries: String = language
        .menu
        .iter()
        .map(|word| format!("<li><a href=\"/{0}\">{0}</a></li>", word.replace(' ', "-")))
        .collect();
    let menu = style.wrap(Part::Menu, &format!("<ul>{entries}</ul>"));
    html.push_str(&style.wrap(
        Part::Header,
        &format!("<a href=\"/\"><img src=\"/logo.png\" alt=\"Example Site\"></a>{menu}"),
    ));

    let mut article = String::new();
    if matches!(style, Style::Blog | Style::Blocks | Style::Semantic) {
        let crumbs =
            format!("<a href=\"/\">{}</a> » <a href=\"/x\">{}</a>", language.menu[0], language.menu[2]);
        article.push_str(
            &style.wrap(
                Part::Crumbs,
                &if style == Style::Blocks { format!("<li>{crumbs}</li>") } else { crumbs },
            ),
        );
    }
    article.push_str(&format!("<h1>{heading}</h1>\n"));
    if around.byline {
        let name = language.words(dice, 2);
        article.push_str(&style.wrap(
            Part::Byline,
            &format!("<a href=\"/people/7\">{name}</a> <time datetime=\"2026-03-04\">2026-03-04</time>"),
        ));
        let services: String = ["Facebook", "X", "WhatsApp", "E-Mail"]
            .iter()
            .map(|to| format!("<li><a href=\"https://share.example/{to}\">{to}</a></li>"))
            .collect();
        article.push_str(
            &style.wrap(Part::Share, &format!("<span>{}</span><ul>{services}</ul>", language.share)),
        );
    }
    article.push_str(&style.wrap(Part::Body, body));
    if around.byline {
        article.push_str(&style.wrap(
            Part::Newsletter,
            &format!(
                "<h3>{}</h3><form><input type=\"email\"><button>OK</button></form>",
                language.newsletter
            ),
        ));
    }
    if around.related {
        article.push_str(
            &style.wrap(Part::Related, &format!("<h3>{}</h3>{}", language.related, links(language, dice, 5))),
        );
    }
    if around.comments {
        let said: String = (0..4)
            .map(|_| {
                format!("<div><b>{}</b><p>{}</p></div>", language.words(dice, 2), language.sentence(dice))
            })
            .collect();
        article.push_str(&style.wrap(Part::Comments, &format!("<h3>{}</h3>{said}", language.comments)));
    }
    let mut main = style.wrap(Part::Article, &article);
    let aside = around.aside.then(|| {
        let (more, teaser) = (links(language, dice, 6), language.sentence(dice));
        style.wrap(Part::Aside, &format!("<h3>{}</h3>{more}<p>{teaser}</p>", language.menu[1]))
    });
    if style == Style::Tables {
        main = format!(
            "<table width=\"100%\" border=\"0\"><tr><td width=\"160\" valign=\"top\">{}</td><td>{main}</td></tr></table>",
            aside.unwrap_or_default()
        );
    } else {
        main.push_str(&aside.unwrap_or_default());
        main = style.wrap(Part::Main, &main);
    }
    html.push_str(&main);
    let imprint = format!(
        "<p>© 2026 Example Site. {}</p><a href=\"/imprint\">{}</a> <a href=\"/contact\">{}</a>",
        language.title(dice),
        language.menu[4],
        language.menu[3]
    );
    html.push_str(&style.wrap(Part::Footer, &imprint));
    html.push_str("<script>window.data = {\"text\": \"not to be read\"};</script></body></html>");
    html
}

fn links(language: &Language, dice: &mut Dice, count: usize) -> String {
    let entries: String =
        (0..count).map(|n| format!("<li><a href=\"/story/{n}\">{}</a></li>", language.title(dice))).collect();
    format!("<ul>{entries}</ul>")
}
