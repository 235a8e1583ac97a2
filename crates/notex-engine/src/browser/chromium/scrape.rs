//! Reads a page as markdown: the reader script writes what can be seen as plain HTML, the main content of an article
//! is picked from it, and the rest is a conversion on a thread of its own, since its depth and time are the page's.

use std::time::Duration;

use dom_smoothie::{Config, Readability};
use html_to_markdown_rs::{ConversionOptions, PreprocessingOptions, convert};
use notex_wire::{ImageCategory, ImageData};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::frames::FRAME_ANSWERS_WITHIN;
use super::observe::PagePosition;
use super::tab::ChromiumTab;
use crate::browser::{PageError, ScrapeOptions, ScrapeScope, ScrapedPage};

const READ_WITHIN: Duration = Duration::from_secs(20);
/// As in the script; no text of a page can hold it.
const FRAME_MARK: char = '\0';
const MOST_HTML: usize = 8_000_000;
const STACK_BYTES: usize = 64 * 1024 * 1024;
/// An extract with less of the text than this has missed the content.
const LEAST_SHARE: f64 = 0.25;

#[derive(Deserialize)]
struct Written {
    position: PagePosition,
    /// What is wrong with the selector.
    wrong: Option<String>,
    #[serde(default)]
    html: String,
    /// Characters of text that can be seen.
    #[serde(default)]
    text: usize,
    #[serde(default)]
    heading: String,
    #[serde(default)]
    list: bool,
    #[serde(default)]
    cut: bool,
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
        let wish = json!({
            "images": options.images, "links": options.links, "selector": options.selector, "ignored": ignored,
        });
        let written: Written = self.ask(doing, &format!("scrape({scope:?}, {wish})")).await?;
        let Written { position, wrong, mut html, text, heading, list, cut, images } = written;
        if let Some(why) = wrong {
            return Err(PageError::BadOption { field: "selector", why });
        }
        if options.scope == ScrapeScope::WholePage && html.contains(FRAME_MARK) {
            html = self.with_frames(&html, &wish).await;
        }
        let position = self.placed(position);
        if cut {
            tracing::warn!(url = position.url, "a page was too big to be read whole");
        }
        let page = Html {
            html,
            text,
            heading,
            title: position.title.clone(),
            url: position.url.clone(),
            article: options.scope == ScrapeScope::MainContent && !list,
        };
        let markdown = on_own_thread(move || page.to_markdown()).await.map_err(|why| match why {
            Unread::TooSlow => {
                PageError::TimedOut { doing: doing.to_owned(), seconds: READ_WITHIN.as_secs() }
            }
            Unread::Failed(why) => PageError::Browser { doing: doing.to_owned(), why },
        })?;
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
        Ok(ScrapedPage { position, markdown, images })
    }
}

impl ChromiumTab {
    /// Puts what the frames of other origins hold where the page holds them.
    async fn with_frames(&self, html: &str, wish: &Value) -> String {
        let inside =
            json!({"images": false, "links": wish["links"], "selector": null, "ignored": wish["ignored"]});
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
                    let inner = inner.html.split(FRAME_MARK).step_by(2).collect::<String>();
                    whole.push_str(&format!("<div>{inner}</div>"));
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

/// Deep pages need a big stack and slow ones a deadline. A thread that is late ends by itself: its input is capped.
async fn on_own_thread(
    work: impl FnOnce() -> Result<String, String> + Send + 'static,
) -> Result<String, Unread> {
    let (done, result) = oneshot::channel();
    std::thread::Builder::new()
        .name(String::from("notex-markdown"))
        .stack_size(STACK_BYTES)
        .spawn(move || drop(done.send(work())))
        .map_err(|error| Unread::Failed(format!("no thread for it: {error}")))?;
    match tokio::time::timeout(READ_WITHIN, result).await {
        Ok(Ok(markdown)) => markdown.map_err(Unread::Failed),
        Ok(Err(_)) => Err(Unread::Failed(String::from("the conversion to markdown broke"))),
        Err(_) => Err(Unread::TooSlow),
    }
}

struct Html {
    html: String,
    text: usize,
    heading: String,
    title: String,
    url: String,
    article: bool,
}

impl Html {
    fn to_markdown(&self) -> Result<String, String> {
        let article = if self.article { self.article() } else { None };
        let html = article.as_deref().unwrap_or(&self.html);
        let options = ConversionOptions {
            extract_metadata: false,
            compact_tables: true,
            // What belongs to the scope was decided in the page; the whole page has its menus.
            preprocessing: PreprocessingOptions { enabled: false, ..PreprocessingOptions::default() },
            base_url: Some(self.url.clone()),
            ..ConversionOptions::default()
        };
        let converted = convert(html, options).map_err(|error| error.to_string())?;
        let markdown = converted.content.unwrap_or_default().trim().to_owned();
        // The extraction takes a heading that repeats the title for a banner.
        if article.is_some() && !self.heading.is_empty() && !markdown.contains(&self.heading) {
            return Ok(format!("# {}\n\n{markdown}\n", self.heading));
        }
        Ok(if markdown.is_empty() { markdown } else { format!("{markdown}\n") })
    }

    /// The article on the page, when there is one that holds enough of it.
    fn article(&self) -> Option<String> {
        let title = self.title.replace('&', "&amp;").replace('<', "&lt;");
        let document = format!("<html><head><title>{title}</title></head><body>{}</body></html>", self.html);
        // Classes name the languages of code blocks.
        let config = Config { keep_classes: true, ..Config::default() };
        let mut readability = Readability::new(document, Some(&self.url), Some(config)).ok()?;
        let article = readability.parse().ok()?;
        let kept = article.text_content.chars().filter(|c| !c.is_whitespace()).count();
        #[expect(clippy::cast_precision_loss, reason = "a share of at most five million characters")]
        let enough = kept as f64 >= self.text as f64 * LEAST_SHARE;
        enough.then(|| article.content.to_string())
    }
}
