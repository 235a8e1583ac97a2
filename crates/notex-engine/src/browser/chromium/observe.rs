//! Turns what was seen of a page into actions with stable ids, in the words a person would use.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use notex_wire::{
    Action, ActionBox, ActionParam, ActionSelectors, ActionState, ActionStatus, PageCategory, ParamKind,
    Viewport,
};
use serde::Deserialize;

use super::gist::{category, describe_page};
use super::ids::{Kind, Known, Looks, Sighting};
use super::look::{Holder, Looked, Seen};
use super::tab::ChromiumTab;
use crate::browser::{Face, Observed, PageError, Position, Since, ViewportSize};

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
        let url = if url.starts_with(OWN_PAGE) { self.unopened().unwrap_or(url) } else { url };
        // The page knows its own title before the browser tells it.
        self.rename(title.clone(), url.clone());
        self.context.show_face();
        Position { title, url, viewport, tabs: self.context.told() }
    }
}

/// A control, as the walker tells it.
#[derive(Deserialize)]
pub(super) struct Item {
    key: u64,
    kind: Kind,
    role: String,
    /// Its accessible name.
    name: String,
    /// What it is called where it has none.
    #[serde(default)]
    called: Option<String>,
    /// What kind of value it takes.
    #[serde(default, rename = "type")]
    value_kind: Option<String>,
    #[serde(default)]
    param: Limits,
    #[serde(default)]
    drags: bool,
    #[serde(default)]
    href: Option<String>,
    group: String,
    #[serde(default)]
    mark: String,
    #[serde(default)]
    near: String,
    state: ActionState,
    css: String,
    #[serde(default)]
    test_id: Option<String>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    xpath: Option<String>,
    #[serde(rename = "box")]
    pub(super) bounds: ActionBox,
}

/// What a field says of the values that it takes.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Limits {
    min: Option<String>,
    max: Option<String>,
    step: Option<String>,
    format: Option<String>,
    max_length: Option<u64>,
    accept: Option<String>,
    multiple: bool,
}

/// A control and the frame that it is in.
struct Found {
    frame: Arc<str>,
    born: Arc<str>,
    /// What finds it in that frame, where that is not what finds it in the page.
    own_css: Option<String>,
    item: Item,
}

/// All that was found in a page and its frames.
#[derive(Default)]
struct Finds {
    all: Vec<Found>,
    /// Role and name of what can be seen and not be done.
    others: Vec<String>,
    total: usize,
    /// Whether something was left out.
    partly: Option<&'static str>,
}

/// The address that the browser's own pages for what could not be opened give themselves.
const OWN_PAGE: &str = "chrome-error:";
const TOO_LARGE: &str =
    "the page is too large to be read whole in time, and these are the actions of the part that was read";
const LOADING: &str =
    "the page has not finished loading, and these are the actions of what has come of it so far";
const FRAME_SILENT: &str = "a frame of the page did not answer in time, and its actions are missing";

impl ChromiumTab {
    pub(super) async fn read_actions(&self, max_actions: usize) -> Result<Observed, PageError> {
        let (seen, stopped_after) = match self.look().await? {
            Looked::Seen { seen, stopped_after } => (seen, stopped_after),
            Looked::Hangs { after } => return Ok(self.hanging(after).await),
        };
        let viewport = seen.walked.position.viewport;
        let mut finds = Finds::default();
        let mut ids = self.ids();
        let born = Arc::clone(&seen.walked.born);
        let loading = seen.walked.loading.then_some(LOADING);
        ids.enter(&born);
        let (position, page) = finds.collect(*seen, &[], &viewport, &mut |frame, born, gone| {
            ids.lose(born, gone);
            ids.replace(frame, born);
        });
        let given = ids.settle(finds.all.iter().map(sighting).collect());
        drop(ids);
        let alone = named_alone(&finds);
        let all = finds.all.into_iter().zip(given).zip(alone).map(|((found, id), is_alone)| {
            (!found.item.bounds.out_of_view, action(&id, found.item, is_alone))
        });
        let all: Vec<(bool, Action)> = all.collect();
        let position = self.placed(position);
        let since = self.tell(&born, &position, all.iter().map(|(_, action)| action));
        self.tidying.looked(&self.session);
        Ok(Observed {
            description: describe_page(&position, &page),
            category: category(&position.url, &position.title, &page),
            actions: cut(all, max_actions),
            total_actions: finds.total,
            partial: stopped_after.map(stopped).or_else(|| finds.partly.or(loading).map(str::to_owned)),
            since,
            position,
        })
    }
}

fn stopped(after: Duration) -> String {
    format!(
        "the page's script had not stopped for {} s and was ended, and these are the actions of the page as it was then",
        after.as_secs().max(1)
    )
}

impl ChromiumTab {
    /// A page that does not answer, as the browser knows it.
    async fn hanging(&self, after: Duration) -> Observed {
        self.read_face().await;
        let Face { title, url } = self.face();
        let ViewportSize { width, height } = self.context.dress.viewport;
        let viewport =
            Viewport { viewport_width: width.into(), viewport_height: height.into(), ..Viewport::default() };
        let seconds = after.as_secs().max(1);
        Observed {
            description: title.clone(),
            category: PageCategory::Other,
            actions: Vec::new(),
            total_actions: 0,
            partial: Some(format!(
                "the page's script has not stopped for {seconds} s, and what can be done on the page is not known"
            )),
            since: Since::default(),
            position: Position { title, url, viewport, tabs: self.context.told() },
        }
    }
}

impl Finds {
    /// Takes what was seen of a frame, with what is in its frames where they stand.
    fn collect(
        &mut self,
        seen: Seen,
        way: &[&Holder],
        viewport: &Viewport,
        tell: &mut impl FnMut(&str, &Arc<str>, &[u64]),
    ) -> (PagePosition, super::gist::Facts) {
        let Seen { frame, walked, inner } = seen;
        tell(&frame, &walked.born, &walked.gone);
        self.total += walked.total;
        self.others.extend(walked.others);
        if !walked.whole {
            self.partly = Some(TOO_LARGE);
        }
        let mut inner = inner.into_iter().peekable();
        let mut items = walked.items.into_iter().enumerate().peekable();
        loop {
            let place = items.peek().map_or(usize::MAX, |(place, _)| *place);
            if let Some((holder, content)) = inner.next_if(|(holder, _)| holder.at <= place) {
                match content {
                    Some(content) => {
                        let mut longer = way.to_vec();
                        longer.push(&holder);
                        self.collect(content, &longer, viewport, tell);
                    }
                    None => self.partly = self.partly.or(Some(FRAME_SILENT)),
                }
            } else if let Some((_, item)) = items.next() {
                let (frame, born) = (Arc::clone(&frame), Arc::clone(&walked.born));
                let own_css = (!way.is_empty()).then(|| item.css.clone());
                self.all.push(Found { frame, born, own_css, item: item.inside(way, viewport) });
            } else {
                return (walked.position, walked.page);
            }
        }
    }
}

impl Item {
    /// The same element as the page around its frames sees it.
    fn inside(mut self, way: &[&Holder], viewport: &Viewport) -> Item {
        if way.is_empty() {
            return self;
        }
        let bounds = &mut self.bounds;
        for holder in way {
            bounds.x += holder.x;
            bounds.y += holder.y;
            bounds.iframe_offset_x += holder.x;
            bounds.iframe_offset_y += holder.y;
        }
        bounds.out_of_view |= bounds.x >= viewport.viewport_width
            || bounds.y >= viewport.viewport_height
            || bounds.x + bounds.width <= 0.0
            || bounds.y + bounds.height <= 0.0;
        let steps: String = way.iter().map(|holder| format!("{} >>> ", holder.css)).collect();
        self.css = format!("{steps}{}", self.css);
        self.test_id = self.test_id.map(|css| format!("{steps}{css}"));
        self.id = self.id.map(|css| format!("{steps}{css}"));
        self.xpath = None;
        self
    }
}

fn sighting(found: &Found) -> Sighting<'_> {
    let Found { frame, born, own_css, item } = found;
    Sighting {
        known: Known {
            kind: item.kind,
            frame: Arc::clone(frame),
            key: item.key,
            born: Arc::clone(born),
            css: Cow::Borrowed(own_css.as_ref().unwrap_or(&item.css)),
            role: Cow::Borrowed(&item.role),
            name: Cow::Borrowed(&item.name),
        },
        looks: Looks {
            group: Cow::Borrowed(&item.group),
            mark: Cow::Borrowed(&item.mark),
            near: Cow::Borrowed(&item.near),
        },
    }
}

/// Of each find whether it is the only one with its role and name, those that cannot be operated counted as well.
fn named_alone(finds: &Finds) -> Vec<bool> {
    let mut counts: HashMap<(&str, &str), usize> = HashMap::with_capacity(finds.all.len());
    let pairs = finds.all.iter().map(|found| (found.item.role.as_str(), found.item.name.as_str()));
    for pair in pairs.clone().chain(finds.others.iter().filter_map(|other| other.split_once(' '))) {
        *counts.entry(pair).or_default() += 1;
    }
    pairs.map(|pair| !pair.1.is_empty() && counts.get(&pair) == Some(&1)).collect()
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

fn action(id: &str, item: Item, is_alone: bool) -> Action {
    let description = describe(&item);
    let role_name = is_alone.then(|| format!("{} {:?}", item.role, item.name));
    let params = match item.kind {
        Kind::L | Kind::B => Vec::new(),
        Kind::I => vec![param(item.value_kind.as_deref(), &item.state, item.param)],
    };
    Action {
        id: id.to_owned(),
        description,
        category: item.group,
        status: ActionStatus::Valid,
        params,
        role: Some(item.role),
        label: Some(item.name).filter(|name| !name.is_empty()),
        state: Some(item.state),
        selector: Some(ActionSelectors {
            css: item.css,
            xpath: item.xpath,
            role_name,
            test_id: item.test_id,
            id: item.id,
        }),
        bounds: Some(item.bounds),
    }
}

fn param(value_kind: Option<&str>, state: &ActionState, limits: Limits) -> ActionParam {
    let kind = match value_kind {
        Some("number" | "range") => ParamKind::Number,
        Some("date") => ParamKind::Date,
        Some("time") => ParamKind::Time,
        Some("datetime-local") => ParamKind::DatetimeLocal,
        Some("month") => ParamKind::Month,
        Some("week") => ParamKind::Week,
        Some("color") => ParamKind::Color,
        Some("file") => ParamKind::File,
        Some("password") => ParamKind::Password,
        Some("email") => ParamKind::Email,
        Some("url") => ParamKind::Url,
        Some("tel") => ParamKind::Tel,
        Some("lines") => ParamKind::Multiline,
        Some(_) | None => ParamKind::String,
    };
    let Limits { min, max, step, format, max_length, accept, multiple } = limits;
    ActionParam {
        name: String::from("value"),
        kind,
        default: None,
        values: state.options.iter().map(|option| option.label.clone()).collect(),
        min,
        max,
        step,
        format,
        max_length,
        accept,
        multiple,
    }
}

fn describe(item: &Item) -> String {
    let name = Some(item.name.as_str()).filter(|name| !name.is_empty());
    let said = name.or(item.called.as_deref());
    let value_kind = item.value_kind.as_deref().unwrap_or_default();
    match item.kind {
        Kind::L => format!("Open {}", said.or(item.href.as_deref()).unwrap_or("the link")),
        Kind::I if value_kind == "file" => match said.filter(|words| !words.starts_with("Choose File")) {
            Some(words) => format!("Upload a file to {words}"),
            None => String::from("Upload a file"),
        },
        Kind::I => {
            let verb = match (value_kind, item.role.as_str()) {
                ("choice", _) => "Choose",
                (_, "combobox") if item.state.readonly => "Choose",
                ("range" | "color", _) | ("number", "slider") => "Set",
                _ => "Fill",
            };
            let kinds = ["email", "password", "search", "date", "time", "number", "tel", "url"];
            let field = kinds.into_iter().find(|kind| *kind == value_kind).unwrap_or("the field");
            format!("{verb} {}", said.unwrap_or(field))
        }
        Kind::B => {
            let verb = match item.role.as_str() {
                _ if item.drags => "Drag",
                "checkbox" | "menuitemcheckbox" => "Check",
                "radio" | "menuitemradio" | "option" | "combobox" | "listbox" => "Choose",
                "switch" => "Switch",
                _ => "Click",
            };
            format!("{verb} {}", said.map_or_else(|| format!("the {}", item.role), str::to_owned))
        }
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
}
