//! What stands for itself in a text: links, images, code and tables.

use super::{Card, Closing, Open, Writer, is_heading, line, push_escaped};
use crate::code;
use crate::escape::{escaped, plain, verbatim};
use crate::images;
use crate::math::Formula;
use crate::tables::{self, Grid};
use crate::tree::is_inline;

impl Writer<'_> {
    pub(super) fn link(&mut self, place: usize) -> bool {
        let tree = self.tree;
        if let Some(number) = self.notes.referred(place) {
            self.trim();
            self.html.push_str(&verbatim(&format!("[^{number}]")));
            self.begins = false;
            return true;
        }
        let to = tree.attribute(place, "href").unwrap_or_default();
        let in_heading = tree.ancestors(place).take(3).any(|outer| is_heading(tree.tag(outer)));
        let words = tree.line(place, 40);
        let anchor = tree.element(place).is_some_and(|e| {
            [
                "headerlink",
                "anchor",
                "anchorjs-link",
                "hash-link",
                "heading-anchor",
                "header-anchor",
                "heading-link",
            ]
            .iter()
            .any(|class| e.has_class(class))
        });
        if (in_heading || anchor)
            && to.contains('#')
            && matches!(words.as_str(), "" | "#" | "¶" | "§" | "🔗" | "Link" | "link")
        {
            return true;
        }
        let address = if self.wish.links { self.address(to) } else { None };
        let again = self.open.iter().any(|open| matches!(open.closing, Closing::Link { .. }));
        let holds_block =
            tree.inside(place).skip(1).any(|inner| matches!(tree.tag(inner), "table" | "pre" | "ul" | "ol"));
        let Some(address) = address.filter(|_| !again && !holds_block) else { return false };
        let end = tree.inside(place).end;
        let blocks = || {
            tree.inside(place).skip(1).filter(|inner| !self.dropped[*inner] && !is_inline(tree.tag(*inner)))
        };
        if blocks().next().is_some() && !self.cell && !self.in_line() {
            let has_heading = blocks().any(|inner| is_heading(tree.tag(inner)));
            self.card = Some(Card { end, address, has_heading });
            return false;
        }
        self.open_link(&address, end);
        false
    }

    /// Makes the heading or the text that begins here the link of the card it is in.
    pub(super) fn link_card(&mut self, is_heading: bool) {
        let Some(card) = self.card.take_if(|card| is_heading || !card.has_heading) else { return };
        let end = self
            .open
            .iter()
            .rev()
            .find(|open| matches!(open.closing, Closing::Block(_)))
            .map_or(card.end, |open| open.end.min(card.end));
        if is_heading || !self.begins || self.html.ends_with('>') {
            self.open_link(&card.address, end);
        }
    }

    pub(super) fn open_link(&mut self, address: &str, end: usize) {
        self.line_begins();
        if let Some(kept) = self.html.strip_suffix(plain('!')).map(str::len) {
            self.html.truncate(kept);
            self.html.push(escaped('!'));
        }
        let from = self.html.len();
        self.html.push_str("<a href=\"");
        push_escaped(&mut self.html, address);
        self.html.push_str("\">");
        self.open.push(Open { end, closing: Closing::Link { from } });
    }

    pub(super) fn close_link(&mut self, from: usize) {
        let spaced = self.html.ends_with(' ');
        self.trim();
        if self.html.ends_with('>') && self.html[from..].matches('<').count() == 1 {
            self.html.truncate(from);
        } else {
            self.html.push_str("</a>");
        }
        if spaced && (!self.html.ends_with([' ', '>']) || self.html.ends_with("</a>")) {
            self.html.push(' ');
        }
    }

    /// An address that leads somewhere.
    pub(super) fn address(&self, to: &str) -> Option<String> {
        images::absolute(to, self.base).filter(|_| !to.trim().is_empty())
    }

    pub(super) fn image(&mut self, place: usize) {
        let Some(image) = images::of(self.tree, place, self.base).filter(|_| self.wish.images) else {
            return;
        };
        self.line_begins();
        self.link_card(false);
        self.html.push_str("<img src=\"");
        push_escaped(&mut self.html, &image.address);
        self.html.push_str("\" alt=\"");
        let alt: String = image
            .alt
            .unwrap_or_default()
            .chars()
            .map(|c| if matches!(c, '[' | ']' | '\\' | '`' | '*' | '_') { escaped(c) } else { c })
            .collect();
        push_escaped(&mut self.html, &alt);
        self.html.push_str("\">");
        self.begins = false;
    }

    pub(super) fn formula(&mut self, formula: &Formula) {
        let written = formula.written(self.cell);
        if formula.display && !self.cell && !self.in_line() {
            self.line_ends();
            self.html.push_str(&format!("<p>{written}</p>"));
            self.begins = true;
        } else {
            self.line_begins();
            self.html.push_str(&written);
            self.begins = false;
        }
    }

    /// The mark of an item that is a task and not a control: those of texts cannot be ticked, or are called so.
    pub(super) fn task(&self, item: usize) -> Option<&'static str> {
        let tree = self.tree;
        let tick = tree.inside(item).skip(1).take(6).find(|inner| tree.tag(*inner) == "input")?;
        let given = |name: &str| tree.attribute(tick, name);
        let called = tree.element(item).is_some_and(|element| element.class().contains("task"));
        (given("type") == Some("checkbox") && (called || given("disabled").is_some()))
            .then(|| if given("checked").is_some() { "[x] " } else { "[ ] " })
    }

    /// Whether a rule stands between the text and its notes, which are set apart anyway.
    pub(super) fn parts_notes(&self, place: usize) -> bool {
        let tree = self.tree;
        let Some(parent) = tree.parent(place) else { return false };
        let next = tree.children(parent).find(|child| *child > place && tree.text(*child).is_none());
        next.filter(|next| matches!(tree.tag(*next), "ol" | "ul"))
            .is_some_and(|list| tree.children(list).any(|item| self.notes.number(item).is_some()))
    }

    pub(super) fn code(&mut self, place: usize) {
        let tree = self.tree;
        let text = code::text(tree, place);
        if text.contains('\n') && !self.cell && !self.in_line() {
            self.code_block(place, place);
            return;
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return;
        }
        self.line_begins();
        let spaced_before = tree.all_text(place).starts_with(' ');
        if spaced_before && !self.html.ends_with(' ') && !self.begins {
            self.html.push(' ');
        }
        // Written by hand: a cell's bars and a text's backquotes are code's, too.
        let ticks = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(if ticks == 0 { 1 } else { ticks + 1 });
        let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
        let text = if self.cell { text.replace('|', "\\|") } else { text };
        self.html.push_str(&verbatim(&format!("{fence}{pad}{text}{pad}{fence}")));
        self.begins = false;
    }

    pub(super) fn code_block(&mut self, block: usize, text: usize) {
        if self.cell || self.in_line() {
            let lines = code::text(self.tree, text);
            for (at, line) in lines.lines().enumerate() {
                if at > 0 {
                    self.line_break();
                }
                if !line.trim().is_empty() {
                    let line = line.replace('|', "\\|");
                    self.html.push_str(&verbatim(&format!("`{}`", line.trim_end().replace('`', "'"))));
                }
            }
            self.begins = false;
            return;
        }
        let lines = code::text(self.tree, text);
        if lines.is_empty() {
            return;
        }
        self.line_ends();
        self.trim();
        self.html.push_str("<pre><code");
        if let Some(language) = code::language(self.tree, block) {
            self.html.push_str(&format!(" class=\"language-{language}\""));
        }
        self.html.push('>');
        push_escaped(&mut self.html, &lines);
        self.html.push_str("\n</code></pre>");
        self.begins = true;
    }

    pub(super) fn table(&mut self, place: usize) -> bool {
        if let Some(code) = tables::code_in(self.tree, place) {
            self.code_block(code, code);
            return true;
        }
        if self.cell || self.in_line() {
            return false;
        }
        let Some(grid) = Grid::of(self.tree, place, self.dropped) else { return false };
        self.line_ends();
        self.trim();
        if let Some(caption) = grid.caption {
            self.html.push_str("<p>");
            self.begins = true;
            self.cell = true;
            self.part(caption + 1..self.tree.inside(caption).end);
            self.cell = false;
            self.html.push_str("</p>");
        }
        let headers = grid.header_rows();
        self.html.push_str("<table><thead><tr>");
        for column in 0..grid.columns {
            self.html.push_str("<th>");
            self.begins = true;
            let mut last = None;
            for row in grid.rows.iter().take(headers) {
                let Some(cell) =
                    row.cells.get(column).copied().flatten().filter(|cell| last != Some(cell.place))
                else {
                    continue;
                };
                last = Some(cell.place);
                if !self.begins {
                    self.html.push(' ');
                }
                // The only row of headers says what spans once; of several each column is named by all of them.
                if headers > 1 || cell.begins.0 {
                    self.cell(cell.place);
                }
            }
            self.html.push_str("</th>");
        }
        self.html.push_str("</tr></thead><tbody>");
        for row in grid.rows.iter().skip(headers) {
            self.html.push_str("<tr>");
            for column in 0..grid.columns {
                self.html.push_str("<td>");
                // What spans rows is said in each of them; what spans columns once.
                if let Some(cell) = row.cells.get(column).copied().flatten().filter(|cell| cell.begins.0) {
                    self.cell(cell.place);
                }
                self.html.push_str("</td>");
            }
            self.html.push_str("</tr>");
        }
        self.html.push_str("</tbody></table>");
        self.begins = true;
        true
    }

    pub(super) fn cell(&mut self, place: usize) {
        self.cell = true;
        self.begins = true;
        let from = self.html.len();
        self.part(place + 1..self.tree.inside(place).end);
        self.trim();
        // The lines at the beginning and the end are the blocks' own.
        let line = line();
        while self.html.len() > from && self.html.ends_with(&line) {
            self.html.truncate(self.html.len() - line.len());
            self.trim();
        }
        self.begins = self.html.len() == from;
        self.cell = false;
    }
}
