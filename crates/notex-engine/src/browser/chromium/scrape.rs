//! Reads a page as markdown: the reader script writes what can be seen as plain HTML, and `notex-scrape` finds the main
//! content in it and converts it, on a thread of its own, since its depth and time are the page's.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::time::Duration;

use notex_scrape::{Page, Wish};
use notex_wire::{FoundBy, ImageCategory, ImageData, ReadScope, Reading};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use super::frames::FRAME_ANSWERS_WITHIN;
use super::observe::PagePosition;
use super::scrape_data as data;
use super::tab::ChromiumTab;
use crate::browser::{PageError, ScrapeOptions, ScrapeScope, ScrapedPage};

const READ_WITHIN: Duration = Duration::from_secs(20);
/// As in the script; no text of a page can hold it.
const FRAME_MARK: char = '\0';
const MOST_HTML: usize = 8_000_000;
/// As in the script.
const MOST_WRITTEN: usize = 5_000_000;
/// As in the script.
const MOST_IMAGES: usize = 1_000;
/// What is larger or deeper is not read where the rest of the engine goes on.
const MOST_HTML_HERE: usize = 64 * 1024;
const MOST_DEEP_HERE: usize = 64;
const STACK_BYTES: usize = 64 * 1024 * 1024;

#[derive(Deserialize)]
struct Written {
    position: PagePosition,
    /// What is wrong with the selector.
    wrong: Option<String>,
    #[serde(default)]
    html: String,
    /// Whether the page was too big to be written whole.
    #[serde(default)]
    cut: bool,
    /// Whether it is what a selector matched.
    #[serde(default)]
    part: bool,
    /// What the page says about itself, as HTML.
    #[serde(default)]
    head: String,
    #[serde(default)]
    lang: String,
    /// How many elements stand inside of each other.
    #[serde(default)]
    deep: usize,
    images: Option<Vec<Image>>,
}

#[derive(Deserialize)]
struct Image {
    url: String,
    category: ImageCategory,
    alt: Option<String>,
}

impl ChromiumTab {
    pub(super) async fn read_content(&self, options: &ScrapeOptions) -> Result<ScrapedPage, PageError> {
        let doing = "reading the page";
        let scope = match options.scope {
            ScrapeScope::MainContent => "main",
            ScrapeScope::WholePage => "all",
        };
        let ignored: Vec<String> = options.ignored_tags.iter().map(|tag| tag.to_lowercase()).collect();
        // The page's own data stands in its head.
        let told = options.metadata || options.extract.as_ref().is_some_and(|extract| extract.embedded);
        let auto = options.extract.as_ref().is_some_and(|extract| extract.auto);
        let wish = json!({
            "images": options.images, "selector": options.selector, "ignored": ignored, "head": told,
            "numbered": auto,
        });
        let written: Written = self.ask(doing, &format!("scrape({scope:?}, {wish})")).await?;
        let Written { position, wrong, mut html, cut, part, head, lang, deep, mut images } = written;
        if let Some(why) = wrong {
            return Err(PageError::BadOption { field: "selector", why });
        }
        let has_frames = html.contains(FRAME_MARK);
        if has_frames {
            html = self.with_frames(&html, &wish, images.as_mut()).await;
        }
        let position = self.placed(position);
        if cut {
            tracing::warn!(url = position.url, "a page was too big to be read whole");
        }
        let (title, url) = (escaped(&position.title), position.url.clone());
        let asked = Wish {
            main: options.scope == ScrapeScope::MainContent && !part,
            links: options.links,
            comments: options.comments,
            list_links: options.list_links,
            auto,
            ..Wish::default()
        };
        let (metadata, embedded) =
            (options.metadata, options.extract.as_ref().is_some_and(|extract| extract.embedded));
        let main = asked.main;
        let lang = escaped(&lang);
        let is_small = !has_frames && deep <= MOST_DEEP_HERE && html.len() + head.len() <= MOST_HTML_HERE;
        let read = move || {
            let html = format!(
                "<html lang=\"{lang}\"><head><title>{title}</title>{head}</head><body>{html}</body></html>"
            );
            // A head stands here as the page has written it.
            let page = if head.is_empty() { Page::plain(&html, &url) } else { Page::parse(&html, &url) };
            let facts = metadata.then(|| page.metadata());
            let embedded = embedded.then(|| page.embedded());
            (page.content(&asked), facts, embedded)
        };
        let read = if is_small { here(read) } else { on_own_thread(read).await };
        let (content, facts, embedded) = read.map_err(|why| match why {
            Unread::TooSlow => {
                PageError::TimedOut { doing: doing.to_owned(), seconds: READ_WITHIN.as_secs() }
            }
            Unread::Failed(why) => PageError::Browser { doing: doing.to_owned(), why },
        })?;
        let scope = match (part, content.found_by) {
            (true, _) => ReadScope::Selector,
            (false, Some(_)) => ReadScope::MainContent,
            (false, None) => ReadScope::WholePage,
        };
        let reading = Reading {
            scope,
            found_by: content.found_by.map(|by| match by {
                notex_scrape::FoundBy::Landmark => FoundBy::Landmark,
                notex_scrape::FoundBy::Readability => FoundBy::Readability,
                notex_scrape::FoundBy::Density => FoundBy::Density,
            }),
            notes: notes(main && scope == ReadScope::WholePage, cut, content.cut_bytes),
            cut_bytes: content.cut_bytes as u64,
        };
        let images = images.map(|images| {
            let numbered = images.into_iter().enumerate();
            numbered
                .map(|(place, image)| ImageData {
                    id: format!("F{}", place + 1),
                    url: image.url,
                    category: Some(image.category),
                    alt: image.alt,
                })
                .collect()
        });
        if !content.auto_cells.is_empty() {
            // A snapshot of the page says where they stand; the scrape is as good without.
            let question = format!("noteCells({})", json!(content.auto_cells));
            if let Err(error) = self.ask::<u32>("noting cells", &question).await {
                tracing::debug!(%error, "where cells stand was not noted");
            }
        }
        let structured = match &options.extract {
            Some(extract) => {
                Some(self.picked(extract, options.selector.as_deref(), content.auto, embedded).await?)
            }
            None => None,
        };
        let links = content.links.map(|links| links.into_iter().map(data::link).collect());
        let metadata = facts.map(data::facts);
        Ok(ScrapedPage { position, markdown: content.markdown, images, reading, metadata, links, structured })
    }
}

impl ChromiumTab {
    /// Puts what the frames of other origins hold where the page holds them, and their images behind those of the page.
    async fn with_frames(&self, html: &str, wish: &Value, mut images: Option<&mut Vec<Image>>) -> String {
        let inside =
            json!({"images": wish["images"], "selector": null, "ignored": wish["ignored"], "head": false});
        let question = format!("scrape('all', {inside})");
        let insets = self.closed_frames().await;
        let mut whole = String::with_capacity(html.len());
        // What stands between two marks is the name of a frame.
        for (part, piece) in html.split(FRAME_MARK).enumerate() {
            if part % 2 == 0 {
                whole.push_str(piece);
                continue;
            }
            let Some(inset) = insets.iter().find(|inset| escaped(&inset.place.css) == piece) else {
                continue;
            };
            let doing = "reading a frame";
            let frame = &inset.frame;
            match self.ask_in::<Written>(frame, doing, &question, FRAME_ANSWERS_WITHIN).await {
                Ok(inner) if whole.len() + inner.html.len() < MOST_HTML => {
                    let inner_html = inner.html.split(FRAME_MARK).step_by(2).collect::<String>();
                    whole.push_str(&format!("<div>{inner_html}</div>"));
                    if let (Some(images), Some(more)) = (images.as_deref_mut(), inner.images) {
                        let known: HashSet<String> = images.iter().map(|image| image.url.clone()).collect();
                        images.extend(more.into_iter().filter(|image| !known.contains(&image.url)));
                        images.truncate(MOST_IMAGES);
                    }
                }
                Ok(_) => tracing::debug!("a frame was too big to be read"),
                Err(error) => tracing::debug!(%error, "a frame was left out"),
            }
        }
        whole
    }
}

/// As the script writes attributes and text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

enum Unread {
    TooSlow,
    Failed(String),
}

impl Unread {
    fn broken() -> Self {
        Self::Failed(String::from("the conversion to markdown broke"))
    }
}

/// What the caller should know about an answer.
fn notes(fell_back: bool, too_big: bool, cut_bytes: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if fell_back {
        notes.push("no main content was found on this page; this is everything that can be seen".to_owned());
    }
    if too_big {
        notes.push(format!(
            "the page is too big; what follows its first {MOST_WRITTEN} characters of HTML was not read"
        ));
    }
    if cut_bytes > 0 {
        notes.push(format!("the markdown is too long; its last {cut_bytes} bytes are left out"));
    }
    notes
}

/// A thread has to be woken, which takes as long as reading most pages.
fn here<T>(work: impl FnOnce() -> T) -> Result<T, Unread> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Unread::broken())
}

/// Deep pages need a big stack, which costs nothing until it is used, and a thread that was used is soon used again.
static READERS: LazyLock<std::io::Result<Runtime>> = LazyLock::new(|| {
    Builder::new_current_thread().thread_name("notex-markdown").thread_stack_size(STACK_BYTES).build()
});

/// Slow pages need a deadline as well. A thread that is late ends by itself: its input is capped.
async fn on_own_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Unread> {
    let readers = READERS.as_ref().map_err(|error| Unread::Failed(format!("no thread for it: {error}")))?;
    let result = readers.spawn_blocking(work);
    match tokio::time::timeout(READ_WITHIN, result).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(_)) => Err(Unread::broken()),
        Err(_) => Err(Unread::TooSlow),
    }
}
