//! What a page says: its main content as markdown, its metadata, links, images and data, read from HTML. No browser, no
//! network, no clock: HTML goes in, content comes out, and the same HTML gives the same bytes.

mod auto;
mod choose;
mod clean;
mod code;
mod escape;
mod headings;
mod images;
mod links;
mod markdown;
mod math;
mod metadata;
mod microdata;
mod noise;
mod notes;
mod plain;
mod tables;
mod tree;
mod typed;
mod weigh;
mod words;
mod write;

pub use choose::FoundBy;
pub use links::Link;
pub use metadata::Metadata;
use serde_json::Value;
use tree::Tree;
pub use typed::{FieldError, Schema, number};
use url::Url;
use weigh::Weighed;

/// What is wished of a page.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Only the main content, when there is one.
    pub main: bool,
    /// Keep the addresses of links.
    pub links: bool,
    /// Keep images.
    pub images: bool,
    /// Keep what readers wrote below the content.
    pub comments: bool,
    /// Elements with these tags, in lower case, are left out.
    pub ignored_tags: Vec<String>,
    /// List the links.
    pub list_links: bool,
    /// Find tables and repeated items as data.
    pub auto: bool,
    /// Markdown is cut at a line before so many bytes.
    pub most_bytes: usize,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            main: true,
            links: true,
            images: true,
            comments: false,
            ignored_tags: Vec::new(),
            list_links: false,
            auto: false,
            most_bytes: 4_000_000,
        }
    }
}

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// The content as markdown: CommonMark with the tables, strikethrough and footnotes of GFM, and `$` around TeX.
    pub markdown: String,
    /// By what the main content was found; `None` when this is all of the page.
    pub found_by: Option<FoundBy>,
    /// Bytes of markdown that were cut off; 0 when it is whole.
    pub cut_bytes: usize,
    /// The links of the content, when they were wished.
    pub links: Option<Vec<Link>>,
    /// `{"items": {"columns", "rows"} or null, "tables": [{"caption", "columns", "rows"}]}`, when it was wished.
    pub auto: Option<Value>,
    /// Where the cells of that stand: their ways, as `auto.items[3].price`, and what the `data-notex-n` of their elements
    /// says; empty where elements have none.
    pub auto_cells: Vec<(String, u32)>,
}

/// A page, parsed.
pub struct Page {
    tree: Tree,
    base: Option<Url>,
}

impl Page {
    /// Parses a page that is at an address.
    #[must_use]
    pub fn parse(html: &str, address: &str) -> Self {
        Self::of(Tree::parse(html), address)
    }

    /// The same of HTML in which each element is closed, attributes stand in quotes, nothing is implied, and of
    /// references there are `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&#39;`: several times as fast.
    #[must_use]
    pub fn plain(html: &str, address: &str) -> Self {
        Self::of(plain::read(html), address)
    }

    fn of(tree: Tree, address: &str) -> Self {
        let address = Url::parse(address).ok();
        let base = tree
            .first(0, |element| element.tag == "base")
            .and_then(|place| tree.attribute(place, "href"))
            .and_then(|base| match &address {
                Some(address) => address.join(base).ok(),
                None => Url::parse(base).ok(),
            });
        Self { tree, base: base.or(address) }
    }

    /// Reads its content.
    #[must_use]
    pub fn content(&self, wish: &Wish) -> Content {
        let weighed = Weighed::of(&self.tree, wish);
        let choice = if wish.main { choose::main_content(&self.tree, &weighed) } else { None };
        let kept = match &choice {
            Some(choice) => clean::main(&self.tree, &weighed, choice.place, wish),
            None => clean::whole(&self.tree, weigh::hidden(&self.tree, wish)),
        };
        let html = write::normalized(&self.tree, &kept, self.base.as_ref(), wish);
        let markdown = markdown::of(&html);
        let (markdown, cut_bytes) = markdown::capped(markdown, wish.most_bytes);
        let links = wish.list_links.then(|| links::of(&self.tree, &kept, self.base.as_ref()));
        let mut places = auto::CellPlaces::default();
        let auto = wish.auto.then(|| {
            let items = auto::items(&self.tree, &kept, self.base.as_ref(), &mut places);
            serde_json::json!({ "items": items, "tables": auto::tables(&self.tree, &kept, &mut places) })
        });
        let auto_cells = places.0;
        Content { markdown, found_by: choice.map(|choice| choice.by), cut_bytes, links, auto, auto_cells }
    }

    /// Reads what it says about itself.
    #[must_use]
    pub fn metadata(&self) -> Metadata {
        metadata::of(&self.tree, self.base.as_ref())
    }

    /// Its JSON-LD, microdata and OpenGraph as one object.
    #[must_use]
    pub fn embedded(&self) -> Value {
        metadata::embedded(&self.metadata())
    }
}
