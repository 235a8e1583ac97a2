//! What a page is about: a sentence, and its kind, guessed from what is on it.

use notex_wire::PageCategory;
use serde::Deserialize;

use crate::browser::Position;

/// What the kind of a page is guessed from.
#[derive(Default, Deserialize)]
pub(super) struct Facts {
    about: String,
    heading: String,
    kind: String,
    password: bool,
    card: bool,
    captcha: bool,
    fields: usize,
    feed: usize,
    product: bool,
}

/// The page in a sentence.
pub(super) fn describe_page(position: &Position, page: &Facts) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in [position.title.as_str(), &page.heading, &page.about] {
        if !part.is_empty() && !parts.iter().any(|before| before.contains(part)) {
            parts.push(part);
        }
    }
    match parts.as_slice() {
        [] => format!("A page without a title at {}", position.url),
        [title] => (*title).to_owned(),
        [title, rest @ ..] => format!("{title}: {}", rest.join(". ")),
    }
}

/// What kind of page it is.
pub(super) fn category(url: &str, title: &str, page: &Facts) -> PageCategory {
    let url = url::Url::parse(url).ok();
    let path = url.as_ref().map(url::Url::path).unwrap_or_default();
    let words = format!("{title} {}", page.heading).to_lowercase();
    let says = |signs: &[&str]| signs.iter().any(|sign| words.contains(sign));
    let searched = url.as_ref().is_some_and(|url| {
        let names = ["q", "query", "search", "s", "k", "keyword", "search_query"];
        url.query_pairs().any(|(name, value)| !value.is_empty() && names.contains(&name.as_ref()))
    });
    if page.captcha && page.fields == 0
        || says(&["captcha", "are you a robot", "verify you are human", "just a moment"])
    {
        PageCategory::Captcha
    } else if page.card || says(&["checkout", "payment"]) && page.fields > 0 {
        PageCategory::Payment
    } else if page.password || says(&["log in", "sign in", "sign up", "create account"]) && page.fields > 0 {
        PageCategory::Auth
    } else if says(&["cookie preferences", "cookie settings", "manage cookies"]) {
        PageCategory::ManageCookies
    } else if searched || says(&["search results", "results for"]) {
        PageCategory::SearchResults
    } else if page.product || page.kind == "product" {
        PageCategory::Item
    } else if path == "/" {
        PageCategory::Homepage
    } else if page.feed >= 4 {
        PageCategory::DataFeed
    } else if page.fields >= 3 {
        PageCategory::Form
    } else {
        PageCategory::Other
    }
}

#[cfg(test)]
mod tests {
    use notex_wire::Viewport;

    use super::*;

    #[test]
    fn the_kind_of_a_page_follows_from_what_is_on_it() {
        let plain = Facts::default();
        assert_eq!(category("https://a.test/", "A", &plain), PageCategory::Homepage);
        assert_eq!(category("https://a.test/find?q=tea", "A", &plain), PageCategory::SearchResults);
        assert_eq!(category("https://a.test/x", "A", &plain), PageCategory::Other);
        let secret = Facts { password: true, fields: 2, ..Facts::default() };
        assert_eq!(category("https://a.test/", "A", &secret), PageCategory::Auth);
        let form = Facts { fields: 4, ..Facts::default() };
        assert_eq!(category("https://a.test/new", "A", &form), PageCategory::Form);
        assert_eq!(category("https://a.test/x", "Are you a robot?", &plain), PageCategory::Captcha);
    }

    #[test]
    fn a_page_is_described_by_what_it_says_of_itself_without_repeating() {
        let position = Position {
            title: String::from("Tea shop"),
            url: String::from("https://a.test/"),
            viewport: Viewport::default(),
            tabs: Vec::new(),
        };
        let facts =
            Facts { heading: String::from("Tea"), about: String::from("All teas"), ..Facts::default() };
        assert_eq!(describe_page(&position, &facts), "Tea shop: All teas");
    }
}
