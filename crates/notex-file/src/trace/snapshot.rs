//! A kept page as the nodes that the viewer draws: `[name, attributes, ...children]`, text as a string, and
//! `[[snapshots back, node]]` for what an earlier snapshot of the same frame has already, as pictures mostly are. Frames
//! are documents of their own. What stands deeper than browsers read is left out.

use std::collections::HashMap;

use dom_query::{Document, NodeRef};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Chromium itself stacks no more than 512 elements.
const MOST_DEEP: usize = 400;
/// A frame in a frame in a frame; the engine keeps no more.
const MOST_NESTED: usize = 8;
/// In bytes: a shorter text is written again.
const WORTH_A_REFERENCE: usize = 64;
const HTML: &str = "http://www.w3.org/1999/xhtml";
/// The page itself.
pub(super) const MAIN_FRAME: &str = "frame@1";

type Print = [u8; 32];

/// A document as the viewer wants it.
pub(super) struct Drawn {
    pub(super) frame: String,
    pub(super) doctype: Option<&'static str>,
    pub(super) html: Value,
}

/// What the snapshots so far hold, by their frames.
#[derive(Default)]
pub(super) struct Frames(HashMap<String, Known>);

/// The snapshots of a frame: how many, and where each node was drawn first.
#[derive(Default)]
struct Known {
    snapshots: usize,
    nodes: HashMap<Print, (usize, usize)>,
}

impl Frames {
    /// Draws a page and the frames in it, the page first. `clean` is given each document before it is read.
    pub(super) fn draw(&mut self, html: &str, clean: &mut dyn FnMut(&mut String)) -> Vec<Drawn> {
        let mut drawn = Vec::new();
        self.document(MAIN_FRAME.to_owned(), html.to_owned(), 0, clean, &mut drawn);
        drawn
    }

    fn document(
        &mut self,
        frame: String,
        mut html: String,
        nested: usize,
        clean: &mut dyn FnMut(&mut String),
        drawn: &mut Vec<Drawn>,
    ) {
        clean(&mut html);
        let document = Document::from(html.as_str());
        let known = self.0.entry(frame.clone()).or_default();
        known.snapshots += 1;
        let mut drawing =
            Drawing { snapshot: known.snapshots, known, frame: &frame, drawn: 0, inner: Vec::new() };
        let root = drawing.node(&document.html_root(), 0);
        let inner = drawing.inner;
        let is_quirky =
            !html.trim_start().get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"));
        let html = root.map_or_else(|| json!(["HTML", {}]), |(root, _)| root);
        drawn.push(Drawn { frame, doctype: (!is_quirky).then_some("html"), html });
        for (frame, html) in inner.into_iter().filter(|_| nested < MOST_NESTED) {
            self.document(frame, html, nested + 1, clean, drawn);
        }
    }
}

struct Drawing<'a> {
    snapshot: usize,
    known: &'a mut Known,
    frame: &'a str,
    /// So many nodes stand in this snapshot; each has its number after its children.
    drawn: usize,
    /// The documents of its frames.
    inner: Vec<(String, String)>,
}

impl Drawing<'_> {
    fn node(&mut self, node: &NodeRef<'_>, depth: usize) -> Option<(Value, Print)> {
        if node.is_text() {
            let text = node.text().to_string();
            let print = print_of("#text", text.as_bytes(), &[]);
            let worth = text.len() >= WORTH_A_REFERENCE;
            return Some((self.once(Value::String(text), print, worth, self.drawn), print));
        }
        let (name, is_html) = {
            let name = node.tree.get_name(&node.id)?;
            (name.local.to_string(), &*name.ns == HTML)
        };
        let attribute = |name: &str| node.attr(name).map(|value| value.to_string());
        let is_shadow = is_html && name == "template";
        match name.as_str() {
            "script" => return None,
            // Ours, that nothing may be loaded: the viewer loads nothing either.
            "meta" if attribute("http-equiv").is_some() => return None,
            "template" if attribute("shadowrootmode").is_none() => return None,
            _ => {}
        }
        let before = self.drawn;
        let mut attributes = Map::new();
        if is_shadow {
            attributes.insert("__playwright_shadow_root_".to_owned(), json!("open"));
        } else {
            for attribute in node.attrs() {
                let prefix =
                    attribute.name.prefix.as_ref().map(|prefix| format!("{prefix}:")).unwrap_or_default();
                note(
                    &mut attributes,
                    format!("{prefix}{}", attribute.name.local),
                    attribute.value.to_string(),
                );
            }
        }
        if is_html && matches!(name.as_str(), "iframe" | "frame") {
            attributes.remove("srcdoc");
            let html = attribute("srcdoc").filter(|html| !html.is_empty());
            let source = html.map_or_else(String::new, |html| {
                let frame = format!("{}-{}", self.frame, self.inner.len() + 1);
                let source = format!("/snapshot/{frame}");
                self.inner.push((frame, html));
                source
            });
            attributes.insert("src".to_owned(), source.into());
        }
        if is_html && name == "textarea" {
            attributes.insert("__playwright_value_".to_owned(), node.text().to_string().into());
        }
        let mut children = Vec::new();
        let mut prints = Vec::new();
        if is_html && name == "style" {
            // All of it is one text.
            let css = node.text().to_string();
            prints.push(print_of("#text", css.as_bytes(), &[]));
            children.push(Value::String(css));
            self.drawn += 1;
        } else if depth < MOST_DEEP {
            let content = if is_shadow {
                let content =
                    node.query(|node| node.as_element().and_then(|element| element.template_contents));
                content.flatten().and_then(|content| node.tree.get(&content))
            } else {
                Some(*node)
            };
            for child in content.iter().flat_map(|content| content.children_it(false)) {
                if let Some((child, print)) = self.node(&child, depth + 1) {
                    children.push(child);
                    prints.push(print);
                }
            }
        }
        // As documents name their elements.
        let shown = if is_html && !is_shadow { name.to_ascii_uppercase() } else { name };
        let attributes = Value::Object(attributes);
        let print = print_of(&shown, attributes.to_string().as_bytes(), &prints);
        let mut drawn = vec![Value::String(shown), attributes];
        drawn.extend(children);
        Some((self.once(Value::Array(drawn), print, true, before), print))
    }

    /// The node, or where it was drawn before; then its children count for nothing.
    fn once(&mut self, drawn: Value, print: Print, worth_a_reference: bool, before: usize) -> Value {
        if worth_a_reference {
            if let Some((snapshot, number)) = self.known.nodes.get(&print) {
                self.drawn = before;
                return json!([[self.snapshot - snapshot, number]]);
            }
            self.known.nodes.insert(print, (self.snapshot, self.drawn));
        }
        self.drawn += 1;
        drawn
    }
}

/// An attribute, as it is or as the viewer knows it.
fn note(attributes: &mut Map<String, Value>, name: String, value: String) {
    match name.as_str() {
        "data-notex-cell" | "data-notex-box" => {}
        "data-notex-scroll" => {
            let (left, top) = value.split_once(' ').unwrap_or_default();
            for (name, by) in [("__playwright_scroll_left_", left), ("__playwright_scroll_top_", top)] {
                attributes.insert(name.to_owned(), by.into());
            }
        }
        _ => drop(attributes.insert(name, value.into())),
    }
}

fn print_of(name: &str, content: &[u8], children: &[Print]) -> Print {
    let mut print = Sha256::new();
    print.update(name.as_bytes());
    print.update([0]);
    print.update(content);
    print.update([0]);
    children.iter().for_each(|child| print.update(child));
    print.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(frames: &mut Frames, html: &str) -> Vec<Value> {
        frames.draw(html, &mut |_| {}).into_iter().map(|drawn| drawn.html).collect()
    }

    #[test]
    fn a_page_is_drawn_with_its_shadow_roots_styles_fields_and_scrolling() {
        let html = "<!DOCTYPE html><html data-notex-scroll=\"0 120\"><head>\
            <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\"><style media=\"\">a > b {}</style></head>\
            <body><x-card><template shadowrootmode=\"open\"><p>in the shadow</p></template></x-card>\
            <img src=\"data:image/gif;base64,AA\"><input value=\"3 &lt; 4\" checked><textarea>\n\n a</textarea>\
            <svg viewBox=\"0 0 1 1\"><linearGradient id=\"g\"/><image xlink:href=\"data:image/gif;base64,AA\"/></svg>\
            <b data-notex-cell=\"items[0].price\" data-notex-box=\"0 0 1 1\">5</b></body></html>";
        let mut frames = Frames::default();
        let all = frames.draw(html, &mut |_| {});
        assert_eq!((all.len(), all[0].frame.as_str(), all[0].doctype), (1, MAIN_FRAME, Some("html")));
        assert_eq!(
            all[0].html,
            json!(["HTML", { "__playwright_scroll_left_": "0", "__playwright_scroll_top_": "120" },
                ["HEAD", {}, ["STYLE", { "media": "" }, "a > b {}"]],
                ["BODY", {},
                    ["X-CARD", {}, ["template", { "__playwright_shadow_root_": "open" }, ["P", {}, "in the shadow"]]],
                    ["IMG", { "src": "data:image/gif;base64,AA" }],
                    ["INPUT", { "value": "3 < 4", "checked": "" }],
                    ["TEXTAREA", { "__playwright_value_": "\n a" }, "\n a"],
                    ["svg", { "viewBox": "0 0 1 1" }, ["linearGradient", { "id": "g" }],
                        ["image", { "xlink:href": "data:image/gif;base64,AA" }]],
                    ["B", {}, "5"]]])
        );
    }

    #[test]
    fn what_an_earlier_snapshot_holds_is_named_and_what_is_new_is_drawn() {
        let mut frames = Frames::default();
        let page = |count: u32| format!("<html><head></head><body><p>kept</p><i>{count}</i></body></html>");
        assert_eq!(
            drawn(&mut frames, &page(1)),
            [json!(["HTML", {}, ["HEAD", {}], ["BODY", {}, ["P", {}, "kept"], ["I", {}, "1"]]])]
        );
        // Numbers: HEAD 0, "kept" 1, P 2, "1" 3, I 4, BODY 5, HTML 6; then "2" 0, I 1, BODY 2, HTML 3.
        assert_eq!(
            drawn(&mut frames, &page(2)),
            [json!(["HTML", {}, [[1, 0]], ["BODY", {}, [[1, 2]], ["I", {}, "2"]]])]
        );
        assert_eq!(drawn(&mut frames, &page(1)), [json!([[2, 6]])]);
        assert_eq!(drawn(&mut frames, &page(2)), [json!([[2, 3]])]);
    }

    #[test]
    fn frames_are_documents_of_their_own_and_are_cleaned_before_they_are_read() {
        let html = "<html><head></head><body><iframe srcdoc=\"<p>inner &amp;quot;word&amp;quot;</p>\
            <iframe srcdoc=&quot;<p>innermost</p>&quot;></iframe>\"></iframe><iframe></iframe></body></html>";
        let mut seen = Vec::new();
        let all = Frames::default().draw(html, &mut |document| {
            seen.push(document.clone());
            *document = document.replace("\"word\"", "(removed)").replace("&quot;word&quot;", "(removed)");
        });
        let names: Vec<&str> = all.iter().map(|drawn| drawn.frame.as_str()).collect();
        assert_eq!(names, ["frame@1", "frame@1-1", "frame@1-1-1"]);
        assert_eq!(all[0].html[3][2], json!(["IFRAME", { "src": "/snapshot/frame@1-1" }]));
        assert_eq!(all[0].html[3][3], json!(["IFRAME", { "src": "" }]));
        assert_eq!(all[1].html[3][2], json!(["P", {}, "inner (removed)"]));
        assert_eq!(all[2].html[3][2], json!(["P", {}, "innermost"]));
        assert_eq!((seen.len(), all[0].doctype), (3, None));
    }

    #[test]
    fn a_page_that_is_deeper_than_browsers_read_is_drawn_to_there() {
        let html = format!("<body>{}deep{}", "<div>".repeat(2_000), "</div>".repeat(2_000));
        let [page] = drawn(&mut Frames::default(), &html).try_into().unwrap();
        let text = page.to_string();
        assert!(text.matches("DIV").count() < MOST_DEEP && !text.contains("deep"));
    }
}
