//! The words by which pages name what is around their content, in classes and ids, and in headings.

/// Around the content, whatever else it is called.
const AROUND: &[&str] = &[
    "ad",
    "ads",
    "adbox",
    "adslot",
    "adunit",
    "adsbygoogle",
    "advert",
    "adverts",
    "advertisement",
    "advertising",
    "adwrapper",
    "addthis",
    "sharethis",
    "addtoany",
    "sponsor",
    "sponsors",
    "sponsored",
    "outbrain",
    "taboola",
    "zergnet",
    "mgid",
    "dfp",
    "promo",
    "promos",
    "promobox",
    "upsell",
    "cta",
    "werbung",
    "anzeige",
    "publicite",
    "publicidad",
    "reklama",
    "breadcrumb",
    "breadcrumbs",
    "crumbs",
    "pagination",
    "pager",
    "paginator",
    "pagenav",
    "sidebar",
    "sidenav",
    "rail",
    "sidecolumn",
    "menu",
    "menubar",
    "submenu",
    "megamenu",
    "nav",
    "navbar",
    "navigation",
    "navi",
    "topnav",
    "topbar",
    "subnav",
    "masthead",
    "skip",
    "skiplink",
    "footer",
    "colophon",
    "cookie",
    "cookies",
    "cookiebar",
    "cookiebanner",
    "consent",
    "gdpr",
    "ccpa",
    "cmp",
    "onetrust",
    "didomi",
    "usercentrics",
    "quantcast",
    "truste",
    "cookiebot",
    "popup",
    "popover",
    "modal",
    "lightbox",
    "newsletter",
    "newsletters",
    "subscribe",
    "subscription",
    "signup",
    "optin",
    "mailchimp",
    "paywall",
    "regwall",
    "related",
    "relateds",
    "recommended",
    "recommendation",
    "recommendations",
    "recirc",
    "recirculation",
    "readmore",
    "morelinks",
    "mostread",
    "mostviewed",
    "trending",
    "popular",
    "share",
    "sharing",
    "sharebar",
    "sharebuttons",
    "shares",
    "sharedaddy",
    "social",
    "socials",
    "socialmedia",
    "follow",
    "followus",
    "tagcloud",
    "taglist",
    "toolbar",
    "toolbox",
    "tooltip",
    "printonly",
    "editsection",
    "noprint",
    "toc",
    "authorbio",
    "aboutauthor",
    "authorbox",
    "jumplinks",
    "banner",
    "appbanner",
    "backtotop",
    "totop",
    "prevnext",
    "postnav",
    "copyright",
    "whatsapp",
    "signin",
    "searchform",
    "searchbox",
    "langswitch",
];

/// What readers wrote below the content.
const COMMENTS: &[&str] = &[
    "comment",
    "comments",
    "commentlist",
    "commentary",
    "disqus",
    "respond",
    "livefyre",
    "commento",
    "utterances",
    "giscus",
    "kommentar",
    "kommentare",
    "commentaire",
    "commentaires",
    "comentario",
    "comentarios",
    "commenti",
    "reacties",
    "komentarze",
];

/// Beside the content, small, and told as metadata.
const BYLINE: &[&str] = &[
    "byline",
    "dateline",
    "author",
    "authors",
    "postmeta",
    "entrymeta",
    "articlemeta",
    "meta",
    "pubdate",
    "published",
    "timestamp",
    "readingtime",
    "readtime",
    "postdate",
    "postinfo",
    "categories",
    "posted",
    "tags",
    "credit",
    "credits",
    "tag",
    "eyebrow",
    "kicker",
];

/// Boxes beside the text that belong to it.
const ASIDE_KEPT: &[&str] = &[
    "note",
    "notes",
    "tip",
    "tips",
    "warning",
    "admonition",
    "callout",
    "info",
    "important",
    "caution",
    "hint",
    "example",
    "footnote",
    "footnotes",
    "quote",
    "pullquote",
    "infobox",
    "factbox",
    "danger",
    "alert",
    "definition",
    "sidenote",
    "marginnote",
    "inset",
];

/// Two words that mean it together.
const PAIRS: &[(&str, &str)] = &[
    ("read", "more"),
    ("read", "next"),
    ("up", "next"),
    ("more", "from"),
    ("more", "stories"),
    ("also", "like"),
    ("see", "also"),
    ("most", "read"),
    ("most", "viewed"),
    ("about", "author"),
    ("author", "bio"),
    ("author", "box"),
    ("author", "info"),
    ("author", "card"),
    ("tag", "list"),
    ("tag", "cloud"),
    ("skip", "link"),
    ("back", "top"),
    ("sr", "only"),
    ("visually", "hidden"),
    ("screen", "reader"),
    ("on", "page"),
    ("table", "contents"),
    ("side", "bar"),
    ("side", "nav"),
    ("page", "nav"),
    ("post", "nav"),
    ("sign", "up"),
    ("mailing", "list"),
    ("opt", "in"),
    ("you", "may"),
    ("also", "read"),
    ("language", "selector"),
    ("language", "switcher"),
    ("next", "prev"),
    ("prev", "next"),
    ("jump", "links"),
    ("customers", "also"),
    ("similar", "items"),
    ("similar", "products"),
    ("recently", "viewed"),
    ("who", "bought"),
];

/// What a class or an id says about an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Around,
    Comments,
    Byline,
}

/// Reads the words of a class or an id: `relatedPosts-list` is `related`, `posts`, `list`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for c in name.chars().take(400) {
        if (!c.is_alphanumeric() || (c.is_uppercase() && was_lower)) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase() || c.is_numeric();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// What the names of an element say.
pub(crate) fn said(class: &str, id: &str) -> Option<Said> {
    let mut found = None;
    for name in class.split_ascii_whitespace().chain([id]) {
        // `layout--with-sidebar` and `has-toc` say what an element has, not what it is.
        let words = words(name);
        if words.iter().any(|word| {
            matches!(
                word.as_str(),
                "has" | "with" | "no" | "without" | "layout" | "wrapper" | "page" | "body" | "site"
            )
        }) && !words.iter().any(|word| matches!(word.as_str(), "footer" | "header" | "cookie" | "consent"))
        {
            continue;
        }
        // Utility classes, `md:hidden`, name a look.
        if name.contains(':') {
            continue;
        }
        let joined: String = words.concat();
        let is = |list: &[&str]| {
            words.iter().any(|word| list.contains(&word.as_str()))
                || (words.len() > 1 && list.contains(&joined.as_str()))
        };
        if is(COMMENTS) {
            return Some(Said::Comments);
        }
        let pair = words.windows(2).any(|two| PAIRS.iter().any(|(a, b)| two[0] == *a && two[1] == *b));
        if is(AROUND) || pair {
            found = Some(Said::Around);
        } else if found.is_none() && is(BYLINE) {
            found = Some(Said::Byline);
        }
    }
    found
}

/// Whether a box beside the text belongs to it, by its names.
pub(crate) fn belongs(class: &str, id: &str) -> bool {
    class
        .split_ascii_whitespace()
        .chain([id])
        .any(|name| words(name).iter().any(|word| ASIDE_KEPT.contains(&word.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_by_its_words() {
        assert_eq!(words("relatedPosts-list_2"), ["related", "posts", "list", "2"]);
        assert_eq!(said("c-cookieBanner", ""), Some(Said::Around));
        assert_eq!(said("cookie-banner", ""), Some(Said::Around));
        assert_eq!(said("article-body", "content"), None);
        assert_eq!(said("layout-with-sidebar", ""), None);
        assert_eq!(said("md:hidden prose", ""), None);
        assert_eq!(said("", "comments"), Some(Said::Comments));
        assert_eq!(said("entry-meta", ""), Some(Said::Byline));
        assert_eq!(said("shadow-md adder", ""), None);
    }
}
