//! Where the cell of a row was read: its element in the page that was kept of the call, and its place on the picture. Our
//! engine says which element each cell is of; where it does not, the cell is looked for by what it says.

use notex_archive::{Archive, ArchiveError, KeptSession, PartKind};
use notex_wire::{ActionBox, DomSnapshot};

use crate::Hub;
use crate::protocol::{Answer, CellFoundBy, CellOf, CellPlace, CellWish, Failure, FoundCell};

/// As the engine writes it, before all attributes of a page.
const CELL: &str = " data-notex-cell=\"";
const BOX: &str = "\" data-notex-box=\"";
/// So many values of the same row help to tell which of several places is meant.
const MOST_BESIDE: usize = 20;
/// What stands in more places helps no further.
const MOST_PLACES: usize = 500;
/// Farther than so many bytes or tags is as far as can be.
const FAR: usize = 20_000;
/// As the engine writes them.
const WITHOUT_END: [&str; 9] = ["area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"];
/// No session that is looked at by hand has more calls.
const MOST_CALLS: u32 = 5_000;

/// Finds a cell; null when nothing is kept of its call.
pub(crate) async fn place(hub: &Hub, of: CellOf, calls: Vec<u32>, wish: CellWish) -> Result<Answer, Failure> {
    let read = move |archive: &Archive| -> Result<Option<CellPlace>, ArchiveError> {
        let known = match &of {
            CellOf::Past { key } => archive.session(*key)?,
            CellOf::Session { session } => archive.session_called(session)?,
        };
        known.map(|known| placed(archive, &known, &calls, &wish)).transpose().map(Option::flatten)
    };
    Ok(Answer::Cell(hub.shared.history.ask(read).await?.map(Box::new)))
}

fn placed(
    archive: &Archive,
    known: &KeptSession,
    calls: &[u32],
    wish: &CellWish,
) -> Result<Option<CellPlace>, ArchiveError> {
    let Some(number) = calls.iter().max().copied() else { return Ok(None) };
    let listed = archive.calls(known.key, 0, MOST_CALLS)?.calls;
    let Some(at) = listed.iter().position(|call| call.number == number) else { return Ok(None) };
    let whole = archive.call(known.key, number)?;
    let parts = whole.map(|whole| whole.parts).unwrap_or_default();
    let dom = parts.iter().find(|part| part.kind == PartKind::Dom);
    let page = dom.and_then(|part| part.hash.clone());
    let kept: Option<DomSnapshot> = match &page {
        Some(hash) => archive.blob(hash).ok().and_then(|(bytes, _)| serde_json::from_slice(&bytes).ok()),
        None => None,
    };
    let found = kept.as_ref().and_then(|kept| find(&kept.html, wish));
    // A scrape takes no picture: the one before is of the same page, unless it is of another address.
    let plain = |url: &str| url.split('#').next().unwrap_or_default().to_owned();
    let here = plain(&listed[at].page.url);
    let pictured = listed[..=at].iter().rev().take_while(|call| plain(&call.page.url) == here);
    let pictured =
        pictured.filter(|call| call.screenshot.is_some()).map(|call| (call.number, call.screenshot.clone()));
    let (picture_of, picture) = pictured.take(1).next().map_or((None, None), |(of, hash)| (Some(of), hash));
    Ok(Some(CellPlace {
        call: number,
        page_missing: dom.and_then(|part| part.missing.clone()),
        page,
        viewport_width: kept.as_ref().map_or(0.0, |kept| kept.viewport_width),
        viewport_height: kept.as_ref().map_or(0.0, |kept| kept.viewport_height),
        found,
        picture,
        picture_of,
    }))
}

/// Finds the element of a cell in a page as our engine keeps it: `&` and `<` stand for nothing else than entities and
/// tags in it.
pub(crate) fn find(html: &str, wish: &CellWish) -> Option<FoundCell> {
    by_mark(html, &wish.way()).or_else(|| by_text(html, wish))
}

fn by_mark(html: &str, way: &str) -> Option<FoundCell> {
    let way = quoted(way);
    let mut from = 0;
    while let Some(found) = html[from..].find(CELL) {
        let at = from + found;
        let rest = &html[at + CELL.len()..];
        from = at + CELL.len();
        if !is_tag(html, at) {
            continue;
        }
        let Some((ways, rest)) = rest.split_once('"') else { continue };
        if !ways.split('\n').any(|one| one == way) {
            continue;
        }
        let stands = html[from + ways.len()..].strip_prefix(BOX).and_then(|rest| rest.split_once('"'));
        let numbers: Option<Vec<f64>> =
            stands.and_then(|(text, _)| text.split(' ').map(|number| number.parse().ok()).collect());
        let stands = match numbers.as_deref() {
            Some([x, y, width, height]) => {
                Some(ActionBox { x: *x, y: *y, width: *width, height: *height, ..ActionBox::default() })
            }
            Some(_) | None => None,
        };
        return Some(FoundCell { by: CellFoundBy::Mark, at, fragment: id_of(rest), stands });
    }
    None
}

/// Whether attributes begin at a place: right behind the name of a tag that opens.
pub(crate) fn is_tag(html: &str, at: usize) -> bool {
    let Some(before) = html.get(..at) else { return false };
    let name = before.rsplit('<').next().unwrap_or_default();
    before.len() > name.len()
        && name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | ':' | '_'))
        && html[at..].starts_with([' ', '>', '\n', '/'])
}

/// The id of the element whose attributes these are.
fn id_of(attributes: &str) -> Option<String> {
    let tag = attributes.split('<').next().unwrap_or_default();
    let (_, id) = tag.split_once(" id=\"")?;
    let id = id.split('"').next().unwrap_or_default();
    (!id.is_empty()).then(|| id.replace("&quot;", "\"").replace("&lt;", "<").replace("&amp;", "&"))
}

/// As the engine writes the value of an attribute.
fn quoted(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// The element whose text, or one of whose attributes, is what the cell says; of several the one nearest to the rest of
/// the row.
fn by_text(html: &str, wish: &CellWish) -> Option<FoundCell> {
    let text = wish.text.trim();
    if text.is_empty() {
        return None;
    }
    let mut tags = texts(html, text);
    tags.extend(attributes(html, text));
    let beside: Vec<Vec<usize>> = wish
        .beside
        .iter()
        .map(|text| text.trim())
        .filter(|text| text.chars().count() > 1)
        .take(MOST_BESIDE)
        .map(|text| {
            let mut places: Vec<usize> =
                texts(html, text).into_iter().chain(attributes(html, text)).collect();
            places.sort_unstable();
            places
        })
        .filter(|places| !places.is_empty())
        .collect();
    let depths = if beside.is_empty() { Depths::default() } else { Depths::of(html) };
    let near = |at: usize| -> (i64, usize) {
        let best = |places: &Vec<usize>| {
            let next = places.partition_point(|place| *place < at);
            let around = places[next.saturating_sub(1)..].iter().take(2);
            let told = around.map(|place| (depths.shared(*place, at), std::cmp::Reverse(place.abs_diff(at))));
            told.max().map_or((0, FAR), |(depth, std::cmp::Reverse(bytes))| (depth, bytes.min(FAR)))
        };
        beside.iter().map(best).fold((0, 0), |sum, one| (sum.0 - one.0, sum.1 + one.1))
    };
    let at = tags.into_iter().min_by_key(|at| (near(*at), *at))?;
    Some(FoundCell { by: CellFoundBy::Text, at, fragment: id_of(&html[at..]), stands: None })
}

/// How deep each tag of a page leads.
#[derive(Default)]
struct Depths {
    starts: Vec<usize>,
    behind: Vec<i64>,
}

impl Depths {
    fn of(html: &str) -> Self {
        let mut depths = Self::default();
        let mut depth = 0;
        for (start, _) in html.match_indices('<') {
            let rest = &html[start + 1..];
            let name = rest.split([' ', '>', '\n', '/']).next().unwrap_or_default();
            if rest.starts_with('/') {
                depth -= 1;
            } else if name.starts_with(|letter: char| letter.is_ascii_alphabetic())
                && !WITHOUT_END.contains(&name)
            {
                depth += 1;
            }
            depths.starts.push(start);
            depths.behind.push(depth);
        }
        depths
    }

    /// How deep the element is that holds those of two places: that of a row is deeper than that of the list.
    fn shared(&self, one: usize, other: usize) -> i64 {
        let index = |at: usize| self.starts.partition_point(|start| *start < at).saturating_sub(1);
        let (first, last) = (index(one.min(other)), index(one.max(other)));
        if last - first > FAR {
            return 0;
        }
        let holds = self.behind.get(first).map_or(0, |depth| depth - 1);
        self.behind.get(first..last).unwrap_or_default().iter().copied().fold(holds, i64::min)
    }
}

/// Behind the names of the tags whose text is this and nothing else.
fn texts(html: &str, text: &str) -> Vec<usize> {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let places = html.match_indices(&text).filter_map(|(at, _)| {
        let (before, after) = (html[..at].trim_end(), html[at + text.len()..].trim_start());
        if !before.ends_with('>') || !after.starts_with('<') {
            return None;
        }
        behind_name(html, before.rfind('<')?)
    });
    places.take(MOST_PLACES).collect()
}

/// Behind the names of the tags one of whose attributes is this.
fn attributes(html: &str, text: &str) -> Vec<usize> {
    let value = format!("=\"{}\"", quoted(text));
    let places = html.match_indices(&value).filter_map(|(at, _)| behind_name(html, html[..at].rfind('<')?));
    places.take(MOST_PLACES).collect()
}

fn behind_name(html: &str, tag: usize) -> Option<usize> {
    let name = html[tag + 1..].find([' ', '>', '\n', '/'])?;
    let at = tag + 1 + name;
    is_tag(html, at).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!DOCTYPE html><html><head><style>a[x=\"1\"]{}</style></head><body>\
        <p title=\"data-notex-cell=&quot;\"> data-notex-cell=\"items[0].price\" data-notex-box=\"0 0 1 1\"</p>\
        <li><a href=\"https://a.example/?x=1&amp;y=2\">Tea</a> <b data-notex-cell=\"items[0].price\" \
        data-notex-box=\"10 20 30 -5\" class=\"p\" id=\"p&quot;1\">5 &lt; 6</b> <i>black</i></li>\
        <li><a>Tea</a> <b data-notex-cell=\"items[1].price\nitems[1].&quot;x&quot;\" data-notex-box=\"1 2 3 4\">\n 7 \n</b>\
        <i> green </i></li></body></html>";

    fn wish(row: Option<u32>, column: &str, text: &str, beside: &[&str]) -> CellWish {
        CellWish {
            table: if row.is_some() { "items".to_owned() } else { String::new() },
            row,
            column: column.to_owned(),
            text: text.to_owned(),
            beside: beside.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    fn shown(found: &FoundCell) -> &str {
        let tag = PAGE[..found.at].rfind('<').unwrap();
        &PAGE[tag..found.at + 24]
    }

    #[test]
    fn the_element_is_the_one_that_the_engine_marked_and_not_one_that_says_so() {
        let found = find(PAGE, &wish(Some(0), "price", "", &[])).unwrap();
        assert_eq!((found.by, found.fragment.as_deref()), (CellFoundBy::Mark, Some("p\"1")));
        assert!(shown(&found).starts_with("<b data-notex-cell"), "{}", shown(&found));
        let stands = found.stands.unwrap();
        assert_eq!((stands.x, stands.y, stands.width, stands.height), (10.0, 20.0, 30.0, -5.0));
        let second = find(PAGE, &wish(Some(1), "\"x\"", "", &[])).unwrap();
        assert!(second.at > found.at && second.fragment.is_none() && second.by == CellFoundBy::Mark);
        assert_eq!(find(PAGE, &wish(Some(2), "price", "", &[])), None);
    }

    #[test]
    fn without_a_mark_it_is_found_by_what_it_says_nearest_to_the_rest_of_its_row() {
        let green = find(PAGE, &wish(None, "kind", "green", &[])).unwrap();
        assert!(green.by == CellFoundBy::Text && shown(&green).starts_with("<i>"));
        let first = find(PAGE, &wish(None, "name", "Tea", &["black"])).unwrap();
        let second = find(PAGE, &wish(None, "name", "Tea", &["green", "7"])).unwrap();
        assert!(first.at < second.at);
        let link = find(PAGE, &wish(None, "url", "https://a.example/?x=1&y=2", &[])).unwrap();
        assert_eq!(link.at, first.at);
        assert_eq!(find(PAGE, &wish(None, "price", "5 < 6", &[])).unwrap().fragment.as_deref(), Some("p\"1"));
        for nothing in ["", " ", "Te", "nowhere", "li"] {
            assert_eq!(find(PAGE, &wish(None, "x", nothing, &[])), None, "{nothing}");
        }
    }

    #[test]
    fn attributes_begin_only_behind_the_name_of_a_tag() {
        let places: Vec<usize> = (0..=PAGE.len() + 3).filter(|at| is_tag(PAGE, *at)).collect();
        assert!(places.iter().all(|at| !PAGE[..*at].ends_with("</a")), "no closing tag");
        assert_eq!(places.len(), PAGE.matches('<').count() - PAGE.matches("</").count() - 1);
    }
}
