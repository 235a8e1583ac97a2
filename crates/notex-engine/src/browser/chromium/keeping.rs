//! What is fetched of a call that has ended, for who asks: the bodies of its requests, and the page itself. None of it
//! holds up a call: a page is not asked while one runs, and what comes too late is left out.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use futures_util::future::join_all;
use notex_wire::DomSnapshot;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::context::Context;
use super::frames::{Frame, MOST_FRAMES};
use super::tab::ChromiumTab;
use crate::cdp::{Begun, CdpError};
use crate::evidence::{Bodiless, Encoding};

/// Of all bodies of a call together.
const MOST_BODIES_BYTES: u64 = 8 * 1024 * 1024;
/// A longer one is not even asked for.
const MOST_ASKED_BYTES: u64 = 2 * 1024 * 1024;
/// A picture is looked at in the snapshot of its page.
const MOST_PICTURE_BYTES: u64 = 64 * 1024;
const BODY_WITHIN: Duration = Duration::from_secs(2);

const MOST_PAGE_CHARS: usize = 6_000_000;
/// Pictures and style sheets among it.
const MOST_PAGE_BYTES: usize = 10 * 1024 * 1024;
/// How long the page may be held by its reading.
const PAGE_MILLIS: u32 = 250;
const PAGE_WITHIN: Duration = Duration::from_secs(3);
const RESOURCE_WITHIN: Duration = Duration::from_secs(2);
const MOST_NESTED: usize = 3;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResponseBody {
    body: String,
    base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceContent {
    content: String,
    base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceTree {
    frame_tree: Branch,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Branch {
    frame: OfFrame,
    #[serde(default)]
    child_frames: Vec<Branch>,
    #[serde(default)]
    resources: Vec<Known>,
}

#[derive(Deserialize)]
struct OfFrame {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Known {
    url: String,
    #[serde(default)]
    mime_type: String,
    #[serde(default)]
    content_size: f64,
    #[serde(default)]
    failed: bool,
}

/// A page as its script writes it, with marks where more belongs.
#[derive(Deserialize)]
struct Written {
    html: String,
    resources: Vec<Resource>,
    /// The keys of the elements that hold them.
    frames: Vec<u64>,
    title: String,
    url: String,
    truncated: Option<String>,
    viewport_width: f64,
    viewport_height: f64,
    scroll_x: f64,
    scroll_y: f64,
}

#[derive(Clone, Deserialize)]
struct Resource {
    kind: Kind,
    url: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Image,
    Css,
}

impl Context {
    /// Fetches what belongs to a call that has ended, once.
    pub(super) async fn keep(&self, call: u32) {
        let _one = self.keeping.lock().await;
        let Some(wanted) = self.evidence.wanted(call) else { return };
        if wanted.page {
            let page = match self.in_front() {
                Ok(tab) => tab.snapshot(|| self.evidence.is_last(call)).await,
                Err(error) => Err(error.to_string()),
            };
            self.evidence.has_page(call, page);
        }
        self.keep_bodies(call, wanted.bodiless).await;
    }

    async fn keep_bodies(&self, call: u32, bodiless: Vec<Bodiless>) {
        let mut asked: Vec<(String, Begun)> = Vec::new();
        let mut bytes = 0;
        for Bodiless { id, mime, bytes: size } in bodiless {
            let mime = mime.unwrap_or_default();
            let why = if size == 0 {
                continue;
            } else if size > MOST_ASKED_BYTES {
                Some(format!("it is larger than {} MB", MOST_ASKED_BYTES / 1024 / 1024))
            } else if bytes + size > MOST_BODIES_BYTES {
                Some(format!("the call has more than {} MB of bodies", MOST_BODIES_BYTES / 1024 / 1024))
            } else if mime.starts_with("image/") && !mime.contains("svg") && size > MOST_PICTURE_BYTES {
                Some(String::from("it is a large picture"))
            } else if !is_worth_keeping(&mime) {
                Some(String::from("it is no text"))
            } else {
                None
            };
            if let Some(why) = why {
                self.evidence.has_body(call, &id, Err(why));
                continue;
            }
            let known = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).body_of(&id);
            let Some((session, request_id)) = known else {
                self.evidence.has_body(call, &id, Err(GONE.to_owned()));
                continue;
            };
            bytes += size;
            asked.push((id, session.begin("Network.getResponseBody", json!({"requestId": request_id}))));
        }
        let answers =
            asked.into_iter().map(|(id, begun)| async move { (id, begun.answer(BODY_WITHIN).await) });
        for (id, answer) in join_all(answers).await {
            let body = answer.map_err(|error| why_no_body(&error)).and_then(|answer| {
                let body: ResponseBody = serde_json::from_str(answer.get()).map_err(|_| GONE.to_owned())?;
                let encoding = if body.base64_encoded { Encoding::Base64 } else { Encoding::Text };
                Ok((body.body, encoding))
            });
            self.evidence.has_body(call, &id, body);
        }
    }
}

const GONE: &str = "the browser has let go of it";

fn why_no_body(error: &CdpError) -> String {
    match error {
        CdpError::TimedOut { .. } => String::from("the browser did not hand it out in time"),
        CdpError::Refused { .. }
        | CdpError::Crashed
        | CdpError::Detached
        | CdpError::Ended(_)
        | CdpError::Unreadable { .. } => GONE.to_owned(),
    }
}

fn is_worth_keeping(mime: &str) -> bool {
    let mime = mime.to_ascii_lowercase();
    mime.starts_with("text/")
        || mime.starts_with("image/")
        || ["json", "javascript", "ecmascript", "xml", "x-www-form-urlencoded", "graphql", "yaml", "csv"]
            .iter()
            .any(|kind| mime.contains(kind))
}

/// What a session's frames have loaded: where each resource can be had, and how large it is.
type Loaded = HashMap<String, (String, String, f64)>;

impl ChromiumTab {
    /// The page as one document. Given up when it is no longer wanted.
    async fn snapshot(&self, wanted: impl Fn() -> bool + Sync) -> Result<DomSnapshot, String> {
        let mark = Uuid::new_v4().simple().to_string();
        let main = self.main_frame();
        let mut room = MOST_PAGE_BYTES;
        let written = self.write_frame(&main, &mark, 0, &mut room, &wanted).await?;
        let Written { title, url, viewport_width, viewport_height, scroll_x, scroll_y, .. } = written.1;
        let too_large = (room == 0).then(|| String::from("pictures, styles or frames that are too large"));
        Ok(DomSnapshot {
            html: written.0,
            title,
            url,
            at: Some(Utc::now()),
            viewport_width,
            viewport_height,
            scroll_x,
            scroll_y,
            truncated: written.1.truncated.or(too_large),
        })
    }

    /// The document of a frame, and what its script said of it.
    async fn write_frame(
        &self,
        frame: &Frame,
        mark: &str,
        depth: usize,
        room: &mut usize,
        wanted: &(impl Fn() -> bool + Sync),
    ) -> Result<(String, Written), String> {
        let question = format!("snapshot({}, {MOST_PAGE_CHARS}, {PAGE_MILLIS})", json!(mark));
        let asked = self.try_to_ask::<Written>(frame, &question, PAGE_WITHIN).await;
        let written = asked.map_err(|error| format!("the page could not be read: {error}"))?;
        *room = room.saturating_sub(written.html.len());
        let filled = self.fill(frame, &written.resources, room, wanted).await;
        let mut frames = Vec::new();
        for key in written.frames.iter().take(MOST_FRAMES) {
            let inner = match self.content_of(frame, *key).await {
                Ok(Some(inner)) if depth < MOST_NESTED && *room > 0 && wanted() => {
                    Box::pin(self.write_frame(&inner, mark, depth + 1, room, wanted)).await
                }
                Ok(_) => Err(String::new()),
                Err(error) => Err(error.to_string()),
            };
            frames.push(inner.map(|(html, _)| html).unwrap_or_default());
        }
        let html = assembled(&written.html, mark, &filled, &frames);
        Ok((html, written))
    }

    /// The resources of a document, as they stand in it.
    async fn fill(
        &self,
        frame: &Frame,
        resources: &[Resource],
        room: &mut usize,
        wanted: &(impl Fn() -> bool + Sync),
    ) -> Vec<String> {
        if resources.is_empty() {
            return Vec::new();
        }
        let tree = frame.session.call::<ResourceTree>("Page.getResourceTree", json!({}), RESOURCE_WITHIN);
        let mut loaded = Loaded::new();
        if let Ok(tree) = self.unless_lost(tree).await {
            note(tree.frame_tree, &mut loaded);
        }
        let mut filled = Vec::with_capacity(resources.len());
        for Resource { kind, url } in resources {
            filled.push(match kind {
                Kind::Image => self.data_url(frame, url, &loaded, room, wanted).await.unwrap_or_default(),
                Kind::Css => self.style_sheet(frame, url, &loaded, room, wanted).await,
            });
        }
        filled
    }

    async fn content(
        &self,
        frame: &Frame,
        url: &str,
        loaded: &Loaded,
        room: &mut usize,
        wanted: &(impl Fn() -> bool + Sync),
    ) -> Option<(String, ResourceContent)> {
        let (holder, mime, size) = loaded.get(url)?;
        #[expect(clippy::cast_precision_loss, reason = "a number of bytes")]
        let fits = size * 1.4 <= *room as f64;
        if !fits || !wanted() {
            *room = if fits { *room } else { 0 };
            return None;
        }
        let params = json!({"frameId": holder, "url": url});
        let asked = frame.session.call("Page.getResourceContent", params, RESOURCE_WITHIN);
        let content: ResourceContent = self.unless_lost(asked).await.ok()?;
        *room = room.saturating_sub(content.content.len());
        Some((mime.clone(), content))
    }

    async fn data_url(
        &self,
        frame: &Frame,
        url: &str,
        loaded: &Loaded,
        room: &mut usize,
        wanted: &(impl Fn() -> bool + Sync),
    ) -> Option<String> {
        let (mime, content) = self.content(frame, url, loaded, room, wanted).await?;
        let safe = mime.chars().all(|c| c.is_ascii_alphanumeric() || "/+-.".contains(c));
        let mime = if safe { mime } else { String::from("application/octet-stream") };
        let bytes = if content.base64_encoded { content.content } else { STANDARD.encode(content.content) };
        Some(format!("data:{mime};base64,{bytes}"))
    }

    async fn style_sheet(
        &self,
        frame: &Frame,
        url: &str,
        loaded: &Loaded,
        room: &mut usize,
        wanted: &(impl Fn() -> bool + Sync),
    ) -> String {
        let Some((_, content)) = self.content(frame, url, loaded, room, wanted).await else {
            return String::new();
        };
        let css = if content.base64_encoded {
            let bytes = STANDARD.decode(content.content).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        } else {
            content.content
        };
        let mut out = String::with_capacity(css.len());
        let mut rest = css.as_str();
        while let Some((before, said, after)) = next_url(rest) {
            out.push_str(before);
            let target = url::Url::parse(url).and_then(|base| base.join(said));
            if said.starts_with("data:") || said.starts_with('#') {
                out.push_str(&format!("url(\"{}\")", said.replace('"', "%22")));
            } else if let Ok(target) = target {
                let inner = self.data_url(frame, target.as_str(), loaded, room, wanted).await;
                out.push_str(&format!("url(\"{}\")", inner.unwrap_or_default()));
            } else {
                out.push_str("none");
            }
            rest = after;
        }
        out.push_str(rest);
        // Nothing in a style sheet may end it.
        out.replace("</", "<\\/").replace("<!--", "<\\!--")
    }
}

fn note(branch: Branch, loaded: &mut Loaded) {
    for known in branch.resources {
        if !known.failed {
            loaded.insert(known.url, (branch.frame.id.clone(), known.mime_type, known.content_size));
        }
    }
    for inner in branch.child_frames {
        note(inner, loaded);
    }
}

/// What stands before the next `url(…)`, its address, and what comes behind it.
fn next_url(css: &str) -> Option<(&str, &str, &str)> {
    let at = css.find("url(")?;
    let (before, inside) = (&css[..at], css[at + 4..].trim_start());
    let quote = inside.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => {
            let end = inside[1..].find(quote)? + 1;
            let after = &inside[end + 1..];
            Some((before, &inside[1..end], &after[after.find(')')? + 1..]))
        }
        None => {
            let end = inside.find(')')?;
            Some((before, inside[..end].trim_end(), &inside[end + 1..]))
        }
    }
}

/// Puts what was fetched in place of the marks. Each mark says in how many attributes it stands: so often what is put
/// there is quoted.
fn assembled(html: &str, mark: &str, resources: &[String], frames: &[String]) -> String {
    let mut out = String::with_capacity(html.len());
    let mut parts = html.split(mark);
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let Some((name, rest)) = part.split_once('~') else { continue };
        let filled = name.split_once('.').and_then(|(which, deep)| {
            let (kind, number) = which.split_at_checked(1)?;
            let all = if kind == "f" { frames } else { resources };
            let mut text = all.get(number.parse::<usize>().ok()?)?.clone();
            for _ in 0..deep.parse::<usize>().ok()? {
                text = text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
            }
            Some(text)
        });
        if let Some(filled) = filled.filter(|filled| out.len() + filled.len() <= 2 * MOST_PAGE_BYTES) {
            out.push_str(&filled);
        }
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_a_style_sheet_are_found_however_they_are_written() {
        let css = "a{b:url(x.png)} c{d:url( \"y).png\" )} e{f:url('z')}";
        let (before, said, after) = next_url(css).unwrap();
        assert_eq!((before, said), ("a{b:", "x.png"));
        let (_, said, after) = next_url(after).unwrap();
        assert_eq!(said, "y).png");
        let (_, said, after) = next_url(after).unwrap();
        assert_eq!((said, after), ("z", "}"));
        assert!(next_url(after).is_none() && next_url("url(\"open").is_none());
    }

    #[test]
    fn what_stands_in_attributes_is_quoted_as_often_as_it_stands_in_one() {
        let html = "<img src=\"MARKr0.0~\"><iframe srcdoc=\"MARKf0.1~\"></iframe>";
        let whole = assembled(html, "MARK", &["data:x".to_owned()], &["<b class=\"c\">&amp;</b>".to_owned()]);
        assert_eq!(
            whole,
            "<img src=\"data:x\"><iframe srcdoc=\"&lt;b class=&quot;c&quot;>&amp;amp;&lt;/b>\"></iframe>"
        );
        assert_eq!(assembled("aMARKr9.0~b", "MARK", &[], &[]), "ab");
    }
}
