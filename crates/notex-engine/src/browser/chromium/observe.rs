//! Turns what the walker found into actions with stable ids, in the words a person would use.

use std::collections::HashSet;

use notex_wire::{
    Action, ActionBox, ActionParam, ActionSelectors, ActionState, ActionStatus, PageCategory, Viewport,
};
use serde::Deserialize;

use super::frames::{FRAME_ANSWERS_WITHIN, Place};
use super::ids::{Kind, Known};
use super::tab::ChromiumTab;
use crate::browser::{Observed, PageError, Position};

#[derive(Deserialize)]
pub(super) struct PagePosition {
    title: String,
    url: String,
    viewport: Viewport,
}

impl ChromiumTab {
    /// What a page told of itself, among the tabs of its session.
    pub(super) fn placed(&self, read: PagePosition) -> Position {
        let PagePosition { title, url, viewport } = read;
        // The page knows its own title before the browser tells it.
        self.rename(title.clone(), url.clone());
        Position { title, url, viewport, tabs: self.context.told() }
    }
}

#[derive(Deserialize)]
struct Walked {
    born: String,
    position: PagePosition,
    page: Facts,
    total: usize,
    items: Vec<Item>,
}

/// What the kind of a page is guessed from.
#[derive(Default, Deserialize)]
struct Facts {
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

#[derive(Deserialize)]
struct Item {
    key: u64,
    kind: Kind,
    role: String,
    tag: String,
    #[serde(rename = "type")]
    input_type: Option<String>,
    name: String,
    href: Option<String>,
    group: String,
    state: ActionState,
    css: String,
    xpath: Option<String>,
    #[serde(rename = "box")]
    bounds: ActionBox,
    in_view: bool,
    /// What finds the frame it is in, when the page's scripts cannot enter that.
    #[serde(default)]
    holder: Option<String>,
}

impl ChromiumTab {
    pub(super) async fn read_actions(&self, max_actions: usize) -> Result<Observed, PageError> {
        let doing = "reading what can be done on the page";
        let walked: Walked = self.ask(doing, "observe()").await?;
        let viewport = walked.position.viewport;
        let mut total = walked.total;
        let mut items: Vec<(String, String, Item)> = Vec::new();
        let mut own = walked.items.into_iter().map(|i| (self.target_id.clone(), walked.born.clone(), i));
        for inset in self.closed_frames().await {
            let seen = self.ask_in::<Walked>(&inset.frame, doing, "observe()", FRAME_ANSWERS_WITHIN).await;
            let inner = match seen {
                Ok(inner) => inner,
                Err(error) => {
                    tracing::debug!(%error, "a frame was left out");
                    continue;
                }
            };
            total += inner.total;
            let before =
                inset.place.after.saturating_sub(items.iter().filter(|(f, ..)| *f == self.target_id).count());
            items.extend(own.by_ref().take(before));
            let born = inner.born;
            let placed = inner.items.into_iter().map(|item| item.inside(&inset.place, &viewport));
            items.extend(placed.map(|item| (inset.frame.id.clone(), born.clone(), item)));
        }
        items.extend(own);
        let mut ids = self.ids();
        ids.enter(&walked.born);
        let all: Vec<(bool, Action)> = items
            .into_iter()
            .map(|(frame, born, item)| {
                let id = ids.id_of(Known {
                    kind: item.kind,
                    frame,
                    key: item.key,
                    born,
                    css: item.css.clone(),
                    role: item.role.clone(),
                    name: item.name.clone(),
                });
                (item.in_view, action(id, item))
            })
            .collect();
        let position = self.placed(walked.position);
        self.tidy_soon();
        Ok(Observed {
            description: describe_page(&position, &walked.page),
            category: category(&position.url, &position.title, &walked.page),
            actions: cut(all, max_actions),
            total_actions: total,
            position,
        })
    }
}

impl Item {
    /// The same element as the page around its frame sees it.
    fn inside(mut self, place: &Place, viewport: &Viewport) -> Item {
        let bounds = &mut self.bounds;
        bounds.x += place.x;
        bounds.y += place.y;
        bounds.iframe_offset_x += place.x;
        bounds.iframe_offset_y += place.y;
        self.in_view = bounds.x < viewport.viewport_width
            && bounds.y < viewport.viewport_height
            && bounds.x + bounds.width > 0.0
            && bounds.y + bounds.height > 0.0;
        self.holder = Some(place.css.clone());
        self.xpath = None;
        self
    }
}

/// The first `most` actions, those in view before the others, in document order.
fn cut(all: Vec<(bool, Action)>, most: usize) -> Vec<Action> {
    if all.len() <= most {
        return all.into_iter().map(|(_, action)| action).collect();
    }
    let in_view = all.iter().enumerate().filter(|(_, (seen, _))| *seen);
    let beyond = all.iter().enumerate().filter(|(_, (seen, _))| !*seen);
    let kept: HashSet<usize> = in_view.chain(beyond).map(|(place, _)| place).take(most).collect();
    let all = all.into_iter().enumerate();
    all.filter(|(place, _)| kept.contains(place)).map(|(_, (_, action))| action).collect()
}

fn action(id: String, item: Item) -> Action {
    let description = describe(&item);
    let css = match item.holder {
        Some(holder) => format!("{holder} >>> {}", item.css),
        None => item.css,
    };
    let params = match item.kind {
        Kind::L | Kind::B => Vec::new(),
        Kind::I => vec![ActionParam {
            name: String::from("value"),
            kind: String::from("string"),
            default: None,
            values: item.state.options.iter().map(|option| option.label.clone()).collect(),
        }],
    };
    let label = (!item.name.is_empty()).then_some(item.name);
    let role_name = label.as_ref().map(|label| format!("{} {label:?}", item.role));
    Action {
        id,
        description,
        category: item.group,
        status: ActionStatus::Valid,
        params,
        role: Some(item.role),
        label,
        state: Some(item.state),
        selector: Some(ActionSelectors { css, xpath: item.xpath, role_name }),
        bounds: Some(item.bounds),
    }
}

fn describe(item: &Item) -> String {
    let name = item.name.as_str();
    match item.kind {
        Kind::L if name.is_empty() => format!("Open {}", item.href.as_deref().unwrap_or("the link")),
        Kind::L => format!("Open {name}"),
        Kind::I => {
            let verb = if item.tag == "select" { "Choose" } else { "Fill" };
            let what = match item.input_type.as_deref() {
                _ if !name.is_empty() => name,
                Some(kind @ ("email" | "password" | "search" | "date" | "number")) => kind,
                Some(_) | None => "the field",
            };
            format!("{verb} {what}")
        }
        Kind::B => {
            let verb = match item.role.as_str() {
                "checkbox" | "menuitemcheckbox" => "Check",
                "radio" | "menuitemradio" | "option" => "Choose",
                "switch" => "Switch",
                _ => "Click",
            };
            let what = if name.is_empty() { format!("the {}", item.role) } else { name.to_owned() };
            format!("{verb} {what}")
        }
    }
}

fn describe_page(position: &Position, page: &Facts) -> String {
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

fn category(url: &str, title: &str, page: &Facts) -> PageCategory {
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
    use super::*;

    fn named(id: &str) -> Action {
        Action {
            id: id.to_owned(),
            description: String::new(),
            category: String::new(),
            status: ActionStatus::Valid,
            params: Vec::new(),
            role: None,
            label: None,
            state: None,
            selector: None,
            bounds: None,
        }
    }

    #[test]
    fn a_cut_prefers_what_is_in_view_and_keeps_the_order_of_the_document() {
        let all = vec![
            (false, named("L1")),
            (true, named("B1")),
            (false, named("L2")),
            (true, named("B2")),
            (true, named("I1")),
        ];
        let ids = |actions: Vec<Action>| actions.into_iter().map(|a| a.id).collect::<Vec<_>>();
        assert_eq!(ids(cut(all.clone(), 2)), ["B1", "B2"]);
        assert_eq!(ids(cut(all.clone(), 4)), ["L1", "B1", "B2", "I1"]);
        assert_eq!(ids(cut(all, 9)), ["L1", "B1", "L2", "B2", "I1"]);
    }

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
