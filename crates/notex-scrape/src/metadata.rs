//! What a page says about itself: in its head, in JSON-LD, in OpenGraph and in microdata.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};
use url::Url;

use crate::images;
use crate::microdata;
use crate::tree::Tree;

const MOST_JSON: usize = 400_000;
const MOST_ITEMS: usize = 200;
const MOST_PROPERTIES: usize = 200;
const LONGEST: usize = 2_000;

/// What a page says about itself; what it does not say is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Metadata {
    pub title: Option<String>,
    pub byline: Option<String>,
    pub site_name: Option<String>,
    /// As the page writes it, mostly ISO 8601.
    pub published: Option<String>,
    pub modified: Option<String>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    pub description: Option<String>,
    pub canonical: Option<String>,
    pub image: Option<String>,
    /// The next page of a list that has several.
    pub next: Option<String>,
    pub previous: Option<String>,
    /// `og:title` is `title`; the last of several counts.
    pub open_graph: BTreeMap<String, String>,
    /// Objects, those of graphs one by one.
    pub json_ld: Vec<Value>,
    pub microdata: Vec<Value>,
}

/// Reads it.
pub(crate) fn of(tree: &Tree, base: Option<&Url>) -> Metadata {
    let head = Head::of(tree);
    let json_ld = json_ld(tree);
    let main = json_ld.iter().find(|item| is_page(item));
    let ld = |name: &str| main.and_then(|item| item.get(name)).and_then(words);
    let address = |to: Option<String>| to.and_then(|to| images::absolute(&to, base));
    let prop = |name: &str| microdata::value_of(tree, name, base);
    let heading = tree.first(0, |e| e.tag == "h1").map(|place| tree.line(place, LONGEST));
    let titled = tree.first(0, |e| e.tag == "title").map(|place| tree.line(place, LONGEST));
    let organized = json_ld
        .iter()
        .find(|item| kind(item).is_some_and(|kind| kind == "WebSite" || kind == "Organization"));
    Metadata {
        title: first([
            ld("headline"),
            head.meta("og:title"),
            head.meta("twitter:title"),
            heading,
            ld("name"),
            titled,
        ]),
        byline: first([
            ld("author"),
            head.meta("author").filter(|name| !name.contains("://")),
            head.meta("article:author").filter(|name| !name.contains("://")),
            head.meta("dc.creator"),
            head.meta("parsely-author"),
            prop("author"),
            tree.first(0, |e| e.tag == "a" && e.attribute("rel") == Some("author"))
                .map(|place| tree.line(place, 200)),
            byline(tree),
        ]),
        site_name: first([
            head.meta("og:site_name"),
            ld("publisher"),
            organized.and_then(|item| item.get("name")).and_then(words),
            head.meta("application-name"),
        ]),
        published: first([
            ld("datePublished"),
            head.meta("article:published_time"),
            head.meta("og:article:published_time"),
            head.meta("date"),
            head.meta("pubdate"),
            head.meta("dc.date"),
            head.meta("dc.date.issued"),
            head.meta("dcterms.created"),
            head.meta("parsely-pub-date"),
            head.meta("sailthru.date"),
            prop("datePublished"),
            time(tree),
        ]),
        modified: first([
            ld("dateModified"),
            head.meta("article:modified_time"),
            head.meta("og:updated_time"),
            head.meta("last-modified"),
            prop("dateModified"),
        ]),
        language: first([
            tree.attribute(0, "lang").map(str::to_owned),
            ld("inLanguage"),
            head.meta("content-language"),
            head.meta("og:locale").map(|locale| locale.replace('_', "-")),
        ]),
        description: first([
            head.meta("description"),
            head.meta("og:description"),
            ld("description"),
            head.meta("twitter:description"),
        ]),
        canonical: address(first([head.link("canonical"), head.meta("og:url"), ld("url")])),
        image: address(first([
            head.meta("og:image"),
            head.meta("twitter:image"),
            main.and_then(|item| item.get("image")).and_then(picture),
        ])),
        next: address(head.link("next")).or_else(|| turning(tree, base, Turn::Next)),
        previous: address(first([head.link("prev"), head.link("previous")]))
            .or_else(|| turning(tree, base, Turn::Previous)),
        open_graph: head.open_graph(),
        json_ld,
        microdata: microdata::items(tree, base),
    }
}

fn first<const N: usize>(said: [Option<String>; N]) -> Option<String> {
    said.into_iter().flatten().map(|text| text.trim().to_owned()).find(|text| !text.is_empty())
}

struct Head {
    metas: Vec<(String, String)>,
    links: Vec<(String, String)>,
}

impl Head {
    fn of(tree: &Tree) -> Self {
        let (mut metas, mut links) = (Vec::new(), Vec::new());
        for element in (0..tree.len()).filter_map(|place| tree.element(place)) {
            match element.tag.as_str() {
                "meta" if metas.len() < MOST_PROPERTIES => {
                    let name =
                        ["property", "name", "http-equiv"].iter().find_map(|name| element.attribute(name));
                    if let (Some(name), Some(content)) = (name, element.attribute("content")) {
                        metas.push((name.trim().to_lowercase(), content.chars().take(LONGEST).collect()));
                    }
                }
                "link" if links.len() < MOST_PROPERTIES => {
                    if let (Some(rel), Some(to)) = (element.attribute("rel"), element.attribute("href")) {
                        links.push((rel.to_lowercase(), to.to_owned()));
                    }
                }
                _ => {}
            }
        }
        Self { metas, links }
    }

    fn meta(&self, name: &str) -> Option<String> {
        self.metas
            .iter()
            .find(|(known, content)| known == name && !content.trim().is_empty())
            .map(|(_, content)| content.clone())
    }

    fn link(&self, rel: &str) -> Option<String> {
        self.links
            .iter()
            .find(|(known, _)| known.split_whitespace().any(|one| one == rel))
            .map(|(_, to)| to.clone())
    }

    fn open_graph(&self) -> BTreeMap<String, String> {
        let said = self
            .metas
            .iter()
            .filter_map(|(name, content)| Some((name.strip_prefix("og:")?.to_owned(), content.clone())));
        said.collect()
    }
}

/// All objects that scripts of JSON-LD hold.
fn json_ld(tree: &Tree) -> Vec<Value> {
    let mut items = Vec::new();
    let mut read = 0;
    for place in 0..tree.len() {
        if tree.tag(place) != "script"
            || !tree
                .attribute(place, "type")
                .is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json"))
        {
            continue;
        }
        let text = tree.all_text(place);
        read += text.len();
        if read > MOST_JSON {
            break;
        }
        let text =
            text.trim().trim_start_matches("<!--").trim_end_matches("-->").trim_end_matches(';').trim();
        if let Ok(value) = serde_json::from_str(text) {
            unfold(value, &mut items);
        }
    }
    items.truncate(MOST_ITEMS);
    items
}

fn unfold(value: Value, items: &mut Vec<Value>) {
    match value {
        Value::Array(values) => values.into_iter().for_each(|value| unfold(value, items)),
        Value::Object(mut object) => match object.remove("@graph") {
            Some(graph @ Value::Array(_)) => unfold(graph, items),
            Some(graph) => {
                object.insert("@graph".to_owned(), graph);
                items.push(Value::Object(object));
            }
            None => items.push(Value::Object(object)),
        },
        _ => {}
    }
}

fn kind(item: &Value) -> Option<&str> {
    let kind = item.get("@type")?;
    kind.as_str().or_else(|| kind.as_array()?.first()?.as_str())
}

fn is_page(item: &Value) -> bool {
    kind(item).is_some_and(|kind| {
        kind.ends_with("Article")
            || kind.ends_with("Posting")
            || matches!(
                kind,
                "Recipe" | "Product" | "Report" | "WebPage" | "Event" | "Book" | "Movie" | "HowTo" | "QAPage"
            )
    })
}

/// A value in words: of objects their names.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.chars().take(LONGEST).collect()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(values) => {
            let all: Vec<String> = values.iter().take(20).filter_map(words).collect();
            (!all.is_empty()).then(|| all.join(", "))
        }
        Value::Object(object) => object
            .get("name")
            .or_else(|| object.get("@value"))
            .and_then(|inner| inner.as_str().map(str::to_owned)),
        Value::Null | Value::Bool(_) => None,
    }
}

fn picture(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => values.first().and_then(picture),
        Value::Object(object) => object.get("url").or_else(|| object.get("contentUrl")).and_then(picture),
        _ => None,
    }
}

fn time(tree: &Tree) -> Option<String> {
    let place = tree.first(0, |e| e.tag == "time" && e.attribute("datetime").is_some())?;
    tree.attribute(place, "datetime").map(str::to_owned)
}

fn byline(tree: &Tree) -> Option<String> {
    let named = |class: &str| {
        class.split_ascii_whitespace().any(|name| {
            matches!(crate::words::words(name).last().map(String::as_str), Some("byline" | "author"))
        })
    };
    let place =
        tree.first(0, |e| named(e.class()) && !matches!(e.tag.as_str(), "body" | "html" | "article"))?;
    let line = tree.line(place, 120);
    let name = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let name = ["By ", "by ", "Von ", "von ", "Par ", "par ", "Por ", "por "]
        .iter()
        .find_map(|word| name.strip_prefix(word))
        .unwrap_or(name);
    (!name.is_empty() && name.chars().count() < 100).then(|| name.to_owned())
}

#[derive(Clone, Copy, PartialEq)]
enum Turn {
    Next,
    Previous,
}

const NEXT: &[&str] = &[
    "next",
    "next page",
    "older",
    "older posts",
    "weiter",
    "nächste",
    "nächste seite",
    "suivant",
    "suivante",
    "page suivante",
    "siguiente",
    "próxima",
    "próximo",
    "successivo",
    "volgende",
    "następna",
    "далее",
    "следующая",
    "вперёд",
    "次へ",
    "次のページ",
    "下一页",
    "下一頁",
    "다음",
    "التالي",
    "הבא",
    "अगला",
    "ถัดไป",
    "sonraki",
    "nästa",
    "neste",
    "tiếp",
    "›",
    "»",
    "→",
    "❯",
];
const PREVIOUS: &[&str] = &[
    "previous",
    "prev",
    "previous page",
    "newer",
    "newer posts",
    "zurück",
    "vorherige",
    "vorherige seite",
    "précédent",
    "précédente",
    "anterior",
    "precedente",
    "vorige",
    "poprzednia",
    "назад",
    "предыдущая",
    "前へ",
    "前のページ",
    "上一页",
    "上一頁",
    "이전",
    "السابق",
    "הקודם",
    "पिछला",
    "ก่อนหน้า",
    "önceki",
    "föregående",
    "forrige",
    "‹",
    "«",
    "←",
    "❮",
];

/// The link that turns to another page of the same list.
fn turning(tree: &Tree, base: Option<&Url>, turn: Turn) -> Option<String> {
    let (rel, words) = match turn {
        Turn::Next => ("next", NEXT),
        Turn::Previous => ("prev", PREVIOUS),
    };
    let links = || {
        (0..tree.len()).filter(|place| {
            tree.tag(*place) == "a"
                && tree.attribute(*place, "href").is_some_and(|to| !to.starts_with('#') && !to.is_empty())
        })
    };
    let related = links().find(|place| {
        tree.attribute(*place, "rel")
            .is_some_and(|said| said.split_whitespace().any(|one| one.eq_ignore_ascii_case(rel)))
    });
    let said = || {
        links().find(|place| {
            let line = tree.line(*place, 40).to_lowercase();
            let bare = line.trim_matches(|c: char| !c.is_alphanumeric());
            let label = tree.attribute(*place, "aria-label").unwrap_or_default().to_lowercase();
            words.contains(&line.as_str()) || words.contains(&bare) || words.contains(&label.as_str())
        })
    };
    let place = related.or_else(said)?;
    let to = images::absolute(tree.attribute(place, "href")?, base)?;
    let here = base.map(Url::host_str);
    let there = Url::parse(&to).ok()?;
    (here.is_none() || here == Some(there.host_str()))
        .then_some(to)
        .filter(|to| base.is_none_or(|base| base.as_str() != to))
}

/// The JSON-LD and microdata of a page as data.
pub(crate) fn embedded(metadata: &Metadata) -> Value {
    let mut data = Map::new();
    data.insert("json_ld".to_owned(), json!(metadata.json_ld));
    data.insert("microdata".to_owned(), json!(metadata.microdata));
    data.insert("open_graph".to_owned(), json!(metadata.open_graph));
    Value::Object(data)
}
