//! What the hosts serve to the page by URL, named by the hash of its bytes: a picture, a small version of one, or a page
//! as it was, in which nothing runs and from which nothing is loaded.

use std::collections::{HashMap, VecDeque};
use std::io::Cursor;
use std::sync::{Arc, Mutex, PoisonError};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageReader, Limits};
use notex_wire::DomSnapshot;
use tokio::sync::Semaphore;

use crate::Hub;
use crate::cells::is_tag;
use crate::pictures::PictureError;

/// A small picture is so wide and high at most, in pixels: twice of what a filmstrip shows.
const SMALL: (u32, u32) = (240, 150);
const QUALITY: u8 = 72;
/// Small pictures are made anew after so many bytes of them.
const MOST_SMALL: usize = 48 * 1024 * 1024;
/// A picture that takes more to unpack, in bytes, has no small version.
const MOST_UNPACKED: u64 = 256 * 1024 * 1024;

/// The page is a stranger's: it has no scripts, no origin and no network, only what is inside of it.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline' data:; img-src data:; font-src data:; \
    media-src data:; base-uri 'none'; form-action 'none'; sandbox";

/// Something served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Its media type.
    pub media_type: &'static str,
    /// The content security policy it must be answered with.
    pub policy: Option<&'static str>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Small pictures that were made.
#[derive(Debug)]
pub(crate) struct Small {
    made: Mutex<Made>,
    turns: Semaphore,
}

#[derive(Debug, Default)]
struct Made {
    by_name: HashMap<String, Arc<[u8]>>,
    /// Oldest first.
    names: VecDeque<String>,
    bytes: usize,
}

impl Default for Small {
    fn default() -> Self {
        Self { made: Mutex::default(), turns: Semaphore::new(at_once()) }
    }
}

/// So many are made at once: the other half of the machine draws the page that is looked at.
fn at_once() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2))
}

impl Small {
    fn known(&self, name: &str) -> Option<Arc<[u8]>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).by_name.get(name).cloned()
    }

    fn keep(&self, name: &str, small: Arc<[u8]>) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.bytes += small.len();
        if let Some(before) = made.by_name.insert(name.to_owned(), small) {
            made.bytes -= before.len();
            return;
        }
        made.names.push_back(name.to_owned());
        while made.bytes > MOST_SMALL {
            let Some(oldest) = made.names.pop_front() else { break };
            made.bytes -= made.by_name.remove(&oldest).map_or(0, |bytes| bytes.len());
        }
    }
}

impl Hub {
    /// What is served under a name: with the query `small` a small version of a picture, with `page` a page as it was,
    /// with `page&at=PLACE` that page with the element at this place shown; it has the id `notex-here`, or its own.
    ///
    /// # Errors
    /// When there is none of this name, or it is something else.
    pub async fn serve(&self, name: &str, query: Option<&str>) -> Result<Served, PictureError> {
        match query {
            Some("small") => self.small(name).await,
            Some("page") => self.page(name, None).await,
            Some(query) if query.starts_with("page&at=") => {
                self.page(name, query["page&at=".len()..].parse().ok()).await
            }
            Some(_) | None => {
                let picture = self.picture(name).await?;
                Ok(Served { media_type: picture.media_type, policy: None, bytes: picture.bytes })
            }
        }
    }

    async fn small(&self, name: &str) -> Result<Served, PictureError> {
        let served = |bytes: &[u8]| Served { media_type: "image/jpeg", policy: None, bytes: bytes.to_vec() };
        let small = &self.shared.small;
        if let Some(known) = small.known(name) {
            return Ok(served(&known));
        }
        let picture = self.picture(name).await?;
        let _turn = small.turns.acquire().await;
        let made = tokio::task::spawn_blocking(move || reduced(&picture.bytes)).await;
        let made: Arc<[u8]> = made.ok().flatten().ok_or(PictureError::NotAPicture)?.into();
        small.keep(name, Arc::clone(&made));
        Ok(served(&made))
    }

    async fn page(&self, name: &str, shown: Option<usize>) -> Result<Served, PictureError> {
        if self.shared.history.archive().is_none() {
            return Err(PictureError::Unknown);
        }
        let hash = name.to_owned();
        let kept = self.shared.history.ask(move |archive| archive.blob(&hash)).await;
        let (bytes, _) = kept.map_err(|_| PictureError::Unknown)?;
        let page: DomSnapshot = serde_json::from_slice(&bytes).unwrap_or_default();
        if page.html.is_empty() {
            return Err(PictureError::Unknown);
        }
        Ok(Served {
            media_type: "text/html; charset=utf-8",
            policy: Some(PAGE_POLICY),
            bytes: match shown {
                Some(at) => guarded(pointed(&page.html, at).as_bytes()),
                None => [guarded(page.html.as_bytes()), scrolled_to(&page).into_bytes()].concat(),
            },
        })
    }
}

/// Where the page was scrolled to, as an element with the id `was-seen-here`: a page that runs nothing is scrolled by
/// the fragment of its address. A page that shifts all of its body is a little off.
fn scrolled_to(page: &DomSnapshot) -> String {
    let &DomSnapshot { scroll_x, scroll_y, viewport_width, .. } = page;
    if !(scroll_x > 0.0 || scroll_y > 0.0) {
        return String::new();
    }
    format!(
        "<style>html{{scroll-padding:0!important;scroll-behavior:auto!important}}</style>\
         <div id=\"was-seen-here\" style=\"all:initial;position:absolute;left:{scroll_x:.0}px;top:{scroll_y:.0}px;\
         width:{viewport_width:.0}px;height:0;pointer-events:none\"></div>"
    )
}

/// How an element is shown in its page, whatever that says of it.
const SHOWN: &str = "<style>[data-notex-here]{outline:3px solid #d9480f!important;outline-offset:3px!important;\
    box-shadow:0 0 0 9999px #0000001f!important;scroll-margin:38vh 30vw!important}</style>";

/// The page with the element shown whose attributes begin at this place; as it is when there is none.
fn pointed(page: &str, at: usize) -> String {
    if !is_tag(page, at) {
        return page.to_owned();
    }
    let (before, after) = page.split_at(at);
    let tag = after.split('<').next().unwrap_or_default();
    let id = if tag.contains(" id=\"") { "" } else { " id=\"notex-here\"" };
    // The last style of the page wins over others as important as it.
    let (after, end) = after.rsplit_once("</body>").map_or((after, ""), |(after, end)| (after, end));
    let close = if end.is_empty() { "" } else { "</body>" };
    format!("{before} data-notex-here=\"\"{id}{after}{SHOWN}{close}{end}")
}

/// The page with its policy inside too: a host that loses the header must not lose the guard.
fn guarded(page: &[u8]) -> Vec<u8> {
    // What comes before the doctype would put the page into quirks mode.
    let has_doctype = page.get(..9).is_some_and(|first| first.eq_ignore_ascii_case(b"<!doctype"));
    let end = page.iter().position(|&byte| byte == b'>').map_or(0, |end| end + 1);
    let (doctype, rest) = page.split_at(if has_doctype { end } else { 0 });
    // A page in a frame cannot put itself into a sandbox; the frame does.
    let policy = PAGE_POLICY.trim_end_matches("; sandbox");
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
    [doctype, meta.as_bytes(), rest].concat()
}

fn reduced(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_UNPACKED);
    reader.limits(limits);
    let small = reader.decode().ok()?.thumbnail(SMALL.0, SMALL.1);
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    DynamicImage::ImageRgb8(small.to_rgb8()).write_with_encoder(encoder).ok()?;
    Some(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> Vec<u8> {
        let image = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_small_picture_keeps_its_proportions_and_what_is_none_has_no_small_version() {
        let small = reduced(&picture(1_280, 800)).unwrap();
        let size = image::load_from_memory(&small).unwrap();
        assert_eq!((size.width(), size.height()), (240, 150));
        assert!(small.len() < 20_000, "{}", small.len());
        assert_eq!(reduced(b"<svg onload=alert(1)>"), None);
    }

    #[test]
    fn the_oldest_small_pictures_go_when_there_are_too_many() {
        let small = Small::default();
        for name in ["a", "b", "c"] {
            small.keep(name, vec![0; MOST_SMALL / 2].into());
        }
        assert!(small.known("a").is_none() && small.known("c").is_some());
    }

    #[test]
    fn a_page_that_was_scrolled_says_where_to() {
        let page = |scroll_y| DomSnapshot { scroll_y, viewport_width: 800.0, ..DomSnapshot::default() };
        let told = scrolled_to(&page(420.4));
        assert!(told.contains("left:0px;top:420px") && told.contains("id=\"was-seen-here\""), "{told}");
        assert_eq!(scrolled_to(&page(0.0)), "");
        assert_eq!(scrolled_to(&page(f64::NAN)), "");
    }

    #[test]
    fn an_element_is_shown_in_its_page_and_a_place_that_is_none_changes_nothing() {
        let page = "<html><body><p>a<b class=\"x\">5</b><i id=\"own\">6</i></p></body></html>";
        let b = page.find(" class").unwrap();
        let shown = pointed(page, b);
        assert!(shown.contains("<b data-notex-here=\"\" id=\"notex-here\" class=\"x\">5"), "{shown}");
        assert!(shown.ends_with("</style></body></html>"), "{shown}");
        let own = pointed(page, page.find(" id").unwrap());
        assert!(own.contains("<i data-notex-here=\"\" id=\"own\">6"), "{own}");
        for at in [0, 3, b + 1, page.len(), 9_999] {
            assert_eq!(pointed(page, at), page, "{at}");
        }
    }

    #[test]
    fn a_page_carries_its_policy_after_its_doctype_and_before_all_else() {
        let page = String::from_utf8(guarded(b"<!DOCTYPE html><html><script>x()</script>")).unwrap();
        assert!(page.starts_with("<!DOCTYPE html><meta http-equiv=\"Content-Security-Policy\""), "{page}");
        assert!(page.contains("default-src 'none'") && !page.contains("sandbox"));
        assert!(guarded(b"plain").starts_with(b"<meta"));
    }
}
