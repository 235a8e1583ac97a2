//! What a person points at. It is asked while calls may run, so a page that hangs is left to them.

use std::time::Duration;

use notex_wire::{ActionBox, ActionSelectors, ElementAnswer, FieldGuess, ItemGuess};
use serde::Deserialize;

use super::frames::MOST_NESTED;
use super::tab::ChromiumTab;
use crate::browser::PageError;
use crate::cdp::CdpError;

const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Pointed {
    Element(Box<Facts>),
    /// A frame that scripts cannot enter from here.
    Frame {
        key: u64,
        holder: String,
        left: f64,
        top: f64,
    },
    Nothing,
}

#[derive(Deserialize)]
struct Facts {
    tag: String,
    role: Option<String>,
    name: Option<String>,
    text: String,
    #[serde(rename = "box")]
    bounds: ActionBox,
    css: String,
    id: Option<String>,
    test_id: Option<String>,
    xpath: Option<String>,
    field: Option<FieldGuess>,
    #[serde(default)]
    items: Vec<ItemGuess>,
}

impl ChromiumTab {
    /// The element at a point of the viewport.
    pub(super) async fn point_at(&self, x: f64, y: f64) -> Result<Option<ElementAnswer>, PageError> {
        let doing = "looking what is at a point";
        match self.element_at(x, y).await {
            Ok(found) => Ok(found),
            Err(CdpError::TimedOut { waited, .. }) => {
                Err(PageError::TimedOut { doing: doing.to_owned(), seconds: waited.as_secs() })
            }
            Err(error) => Err(self.failed(doing, error).await),
        }
    }

    async fn element_at(&self, x: f64, y: f64) -> Result<Option<ElementAnswer>, CdpError> {
        let (mut frame, mut way) = (self.main_frame(), String::new());
        let (mut left, mut top) = (0.0, 0.0);
        for _ in 0..MOST_NESTED {
            let question = format!("pointedAt({}, {})", x - left, y - top);
            match self.try_to_ask(&frame, &question, ANSWERS_WITHIN).await? {
                Pointed::Nothing => return Ok(None),
                Pointed::Element(facts) => return Ok(Some(facts.inside(&way, left, top))),
                Pointed::Frame { key, holder, left: further, top: down } => {
                    let Some(inner) = self.content_of(&frame, key).await? else { return Ok(None) };
                    frame = inner;
                    way = format!("{way}{holder} >>> ");
                    left += further;
                    top += down;
                }
            }
        }
        Ok(None)
    }
}

impl Facts {
    /// The same element as the page around its frame sees it.
    fn inside(self, way: &str, left: f64, top: f64) -> ElementAnswer {
        let Facts { tag, role, name, text, mut bounds, css, id, test_id, xpath, field, items } = self;
        bounds.x += left;
        bounds.y += top;
        bounds.iframe_offset_x += left;
        bounds.iframe_offset_y += top;
        let role_name = role.as_ref().zip(name.as_ref()).map(|(role, name)| format!("{role} {name:?}"));
        let xpath = xpath.filter(|_| way.is_empty());
        // Fields are picked from the page itself.
        let field = field.filter(|_| way.is_empty());
        let items = if way.is_empty() { items } else { Vec::new() };
        let within = |css: String| format!("{way}{css}");
        let (id, test_id) = (id.map(within), test_id.map(within));
        let selectors = ActionSelectors { css: within(css), xpath, role_name, test_id, id };
        ElementAnswer { tag, role, name, text, bounds, selectors, field, items }
    }
}
